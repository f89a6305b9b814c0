"""The command run, interruptions, and the import of the library."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.scenario.scenario import Scenario
from tests.test_cli import HOUSE, SMALL, invitesim, python


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


def test_run(file: Path, tmp_path: Path) -> None:
    done = invitesim(
        "run",
        "small.toml",
        "--out",
        "results/small",
        "--set",
        "platform.limit=1",
        "--seed",
        "7",
        "--log",
        folder=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert done.stdout.endswith("written to results/small\n")
    out = tmp_path / "results" / "small"
    tables = {"summary.csv", "series.parquet", "members.parquet", "invitations.parquet"}
    assert {found.name for found in out.iterdir()} == tables | {
        "result.zip",
        "scenario.toml",
        "provenance.json",
    }

    scenario = Scenario.from_toml(file).replace({"platform.limit": 1, "seed": 7})
    assert Scenario.from_toml(out / "scenario.toml") == scenario
    expected = sim.run(scenario, threads=1, log=True)
    pd.testing.assert_frame_equal(pd.read_parquet(out / "series.parquet"), expected.series)
    pd.testing.assert_frame_equal(pd.read_parquet(out / "members.parquet"), expected.members)
    pd.testing.assert_frame_equal(
        pd.read_parquet(out / "invitations.parquet"), expected.invitations
    )
    pd.testing.assert_frame_equal(
        pd.read_csv(out / "summary.csv"), expected.summary, check_dtype=False, rtol=1e-5
    )
    pd.testing.assert_frame_equal(sim.load(out / "result.zip").members, expected.members)
    assert json.loads((out / "provenance.json").read_text())["scenario"] == scenario.to_dict()
    for policy in ("everyone", "interacted", "close_friends", "all"):
        assert policy in done.stdout


def test_run_again_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    for threads in ("1", "2"):
        assert (
            invitesim(
                "run", str(file), "--out", str(tmp_path / threads), "--threads", threads
            ).returncode
            == 0
        )
    for name in ("summary.csv", "series.parquet", "members.parquet", "scenario.toml"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
    (tmp_path / "1" / "invitations.parquet").write_text("of an earlier run, with --log")
    assert invitesim("run", str(file), "--out", str(tmp_path / "1")).returncode == 0
    assert not (tmp_path / "1" / "invitations.parquet").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["run", "nothing.toml", "--out", "out"],
            "nothing.toml: can't be read (No such file or directory); must be a scenario in TOML",
        ),
        (
            ["run", "spamers", "--out", "out"],
            "Invalid value for 'FILE': spamers: no such file, and no scenario of this name; "
            "nearest: spammers; must be a scenario in TOML, or one of "
            f"{', '.join(sim.named_scenarios())}",
        ),
        (
            ["run", "small.toml", "--out", "out", "--set", "platform.limt=3"],
            "platform.limt: no such parameter; nearest: platform.limit",
        ),
        (
            ["run", "small.toml", "--out", "out", "--set", "members=1"],
            "members: expected a whole number from 2 to 268435456, got 1",
        ),
        (
            ["run", "small.toml", "--out", "out", "--set", "days=0"],
            'days: expected a whole number from 1 to 16000 or "none", got 0',
        ),
        (
            ["run", "small.toml", "--out", "out", "--set", "members=nan"],
            "members: expected a whole number from 2 to 268435456, got nan",
        ),
        (
            ["run", "small.toml", "--out", "small.toml"],
            "small.toml: can't be written (a file is where a folder should be)",
        ),
        (
            ["run", "small.toml", "--out", "small.toml/deep"],
            "small.toml/deep: can't be written (a file is where a folder should be)",
        ),
        (["run", "small.toml"], "Missing option '--out'. --help lists the options."),
    ],
)
def test_wrong_input_to_run(arguments: list[str], line: str, file: Path, tmp_path: Path) -> None:
    done = invitesim(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert [found.name for found in tmp_path.rglob("*")] == ["small.toml"]
    assert file.read_text() == SMALL


def test_interrupted_run(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.csv").write_text("before")
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        str(file),
        "--out",
        str(out),
        "--threads",
        "1",
        "--set",
        "members=100000",
        "--set",
        "days=15000",
    ]
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        while len(list(out.iterdir())) == 1:  # until the run has begun
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        output, error = running.communicate(timeout=120)
    assert (running.returncode, output, error) == (
        130,
        "",
        "interrupted; nothing is left half-written\n",
    )
    assert [(found.name, found.read_text()) for found in out.iterdir()] == [
        ("summary.csv", "before")
    ]


def test_a_study_that_is_terminated_keeps_what_is_finished(tmp_path: Path) -> None:
    study = "members = 60\ndays = 15000\n[study]\nreplications = 500\n[study.vary]\nseed = [1, 2]\n"
    (tmp_path / "study.toml").write_text(study)
    command = [sys.executable, "-m", "sim", "sweep", "study.toml", "--out", "out", "--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(HOUSE)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as running:
        while not list(tmp_path.glob("out/*")):
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        running.terminate()
        _, error = running.communicate(timeout=120)
    assert running.returncode == 143
    assert error.startswith("interrupted; ")
    assert error.endswith(" kept in out, and the same again goes on from there\n")
    assert error.count("\n") == 1


HELD_DOWN = """
import atexit, signal, sys
from sim import commands, interruption

def press():
    signal.raise_signal(signal.{signal})

def main() -> None:
    try:
        exec("press()")  # after which Python by itself ends with -2
    finally:
        for _ in range(3):
            press()
        print("cleared away")

atexit.register(press)
commands.launch(main)
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_ctrl_c_that_is_held_down_interrupts_once(name: str, code: int, tmp_path: Path) -> None:
    done = python("-c", HELD_DOWN.format(signal=name), folder=tmp_path)
    assert (done.returncode, done.stdout) == (code, "cleared away\n")
    assert done.stderr == "interrupted; nothing is left half-written\n"


def test_a_process_that_does_not_end_is_ended_by_the_next_ctrl_c(tmp_path: Path) -> None:
    patient = HELD_DOWN.replace("def press", "interruption.PATIENCE = -1\n\ndef press")
    done = python("-c", patient.format(signal="SIGINT"), folder=tmp_path)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "interrupted; nothing is left half-written\n"


WINDOWS = """
import fcntl, os, signal, sys

def fsync(there, fsync=os.fsync, status=fcntl.fcntl):
    if status(there, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(9, 'Bad file descriptor')
    fsync(there)

def no_folders(path, *how, open=os.open, **more):
    if not more and os.path.isdir(path):
        raise PermissionError(13, 'Permission denied')
    return open(path, *how, **more)

os.fsync, os.open = fsync, no_folders
for module, names in {
    os: ('sched_getaffinity', 'sysconf', 'sysconf_names', 'geteuid', 'process_cpu_count'),
    signal: ('SIGHUP', 'pthread_sigmask'),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
sys.modules['fcntl'] = sys.modules['resource'] = None

from sim.__main__ import main
for command in (['run', 'small.toml'], ['sweep', 'study.toml', '--jobs', '1']):
    sys.argv[1:] = [*command, '--out', command[0]]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code
"""


def test_without_what_only_unix_has(file: Path, tmp_path: Path) -> None:
    """As on Windows, where nothing of this project has been run yet."""
    (tmp_path / "study.toml").write_text(
        f"{SMALL}[study]\nreplications = 2\n"
        "vary = {seed = [1], days = [20], members = [60]}\n"  # of three no figures are drawn
    )
    done = python("-c", WINDOWS, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for command in ("run", "sweep"):
        assert f"written to {command}" in done.stdout


# The imports


def importing(raised: str, module: str, folder: Path, *program: str) -> tuple[int, str]:
    """Run a program in which the import of a module raises something.

    Return the exit code and the standard error.
    """
    (folder / f"{module}.py").write_text(f"import signal\n{raised}\n")
    environment = os.environ | {"PYTHONPATH": str(HOUSE)}
    done = subprocess.run(
        [sys.executable, *program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


CTRL_C = "signal.raise_signal(signal.SIGINT)"


@pytest.mark.parametrize(
    ("program", "module"),
    [
        ("sim", "pydantic"),
        ("sim", "typer"),
        ("experiments.compare", "pydantic"),
        ("experiments.takeover", "numpy"),
    ],
)
def test_interrupted_while_it_is_imported(program: str, module: str, tmp_path: Path) -> None:
    assert importing(CTRL_C, module, tmp_path, "-m", program) == (
        130,
        "interrupted; nothing is left half-written\n",
    )


def test_other_errors_during_the_import_are_shown(tmp_path: Path) -> None:
    code, error = importing("1 / 0", "typer", tmp_path, "-m", "sim")
    assert code == 1
    assert error.endswith("ZeroDivisionError: division by zero\n")


def test_the_library_leaves_ctrl_c_to_whoever_imports_it(tmp_path: Path) -> None:
    _, error = importing(CTRL_C, "pydantic", tmp_path, "-c", "import sim; sim.Scenario()")
    assert error.endswith("\nKeyboardInterrupt\n")


def test_import_is_quick() -> None:
    modules = (
        "scipy.stats",
        "pyarrow.parquet",
        "mesa",
        "pandas",
        "typer",
        "rich",
        "numpy",
        "pydantic",
    )
    slow = f"print([m for m in {modules} if m in sys.modules])"
    draws = "sim.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sim, sys; {slow}; {draws}"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\nFalse\n"
