"""The command line: what it takes, what it prints, and how it ends."""

import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.agents import POLICIES
from sim.cli import commands
from sim.cli import main as cli
from sim.errors import InputError
from sim.scenario.scenario import Scenario
from sim.version import VERSION

HOUSE = Path(__file__).parent.parent
SMALL = "members = 60\ndays = 20\n[meeting]\nhistory_days = 20\n"


def invitesim(
    *arguments: str, folder: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    return python("-m", "sim", *arguments, folder=folder, **settings)


def python(
    *arguments: str, folder: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    environment = os.environ | {"PYTHONPATH": str(HOUSE)} | settings
    return subprocess.run(
        command,
        cwd=folder or HOUSE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def ended(command: Any, *arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        commands.launch(command, arguments)
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


# Settings


@pytest.mark.parametrize(
    ("setting", "read"),
    [
        ("platform.limit=3", {"platform.limit": 3}),
        (" platform.limit = 3 ", {"platform.limit": 3}),
        ("answering.idk_click=.2", {"answering.idk_click": 0.2}),  # TOML wants the 0
        ("answering.idk_click=0.2", {"answering.idk_click": 0.2}),
        ("platform.limit=none", {"platform.limit": "none"}),
        ("meeting.repeat_log=true", {"meeting.repeat_log": True}),
        ("meeting.repeat_log=True", {"meeting.repeat_log": True}),
        ("answering.accept=[0, 0.5, 1, 1, 1]", {"answering.accept": [0, 0.5, 1, 1, 1]}),
        (
            "policies={everyone = 1, mine = {contacts = 1}}",
            {"policies": {"everyone": 1, "mine": {"contacts": 1}}},
        ),
        ("meeting.contacts=a=b.csv", {"meeting.contacts": "a=b.csv"}),
        ("meeting.contacts='3'", {"meeting.contacts": "3"}),
        ("days=3\nmembers=4", {"days": "3\nmembers=4"}),
        pytest.param(
            f"seed={'1' * 5000}", {"seed": "1" * 5000}, id="more digits than Python reads"
        ),
        pytest.param(
            f"policies={'[' * 5000}", {"policies": "[" * 5000}, id="deeper than Python reads"
        ),
        ("days=3 # few", {"days": 3}),
    ],
)
def test_a_setting_is_toml_or_text(setting: str, read: dict[str, Any]) -> None:
    assert commands.settings_read([setting]) == read


@pytest.mark.parametrize("setting", ["platform.limit", "=3", "platform.limit=", ""])
def test_a_setting_that_is_none(setting: str) -> None:
    with pytest.raises(InputError, match=r"^--set .*: must be NAME=VALUE, as platform\.limit=3$"):
        commands.settings_read([setting])


def test_what_wins(file: Path) -> None:
    defaults = {"members": 10_000, "days": 7, "seed": 5, "platform.limit": 9}
    assert commands.chosen() == Scenario()
    assert commands.chosen(defaults=defaults) == Scenario(
        members=10_000, days=7, seed=5, platform={"limit": 9}
    )
    chosen = commands.chosen(
        file,
        ["days=3", "days=4"],
        defaults=defaults,
        members=None,
        days=30,
        contacts=Path("log.csv"),
    )
    assert chosen == Scenario(
        members=60,
        days=4,
        seed=5,
        meeting={"history_days": 20, "contacts": "log.csv"},
        platform={"limit": 9},
    )  # --set before options, these before the file, this before the defaults


# How a command ends


def test_a_command_that_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    def main(members: commands.Members = None) -> None:
        print(members)

    assert ended(main, "--members", "12") == 0
    assert capsys.readouterr() == ("12\n", "")


@pytest.mark.parametrize(
    ("raised", "code", "line"),
    [
        (InputError("members: too small\n (got 1)"), 2, "members: too small (got 1)"),
        (KeyboardInterrupt(), 130, "interrupted; nothing is left half-written"),
    ],
)
def test_a_command_that_does_not(
    raised: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise raised

    assert ended(main) == code
    assert capsys.readouterr() == ("", f"{line}\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--members", "many"], "Invalid value for '--members'"),
        (["--memers", "3"], "No such option: --memers"),
        (["--jobs", "0"], "Invalid value for '--jobs'"),
        (
            ["--out", ""],
            "Invalid value for '--out': '': is empty; must be a file or folder, as results/mine.",
        ),
        (["--set"], "Option '--set' requires an argument"),
        (["members"], "Got unexpected extra argument"),
    ],
)
def test_a_wrong_option_is_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def main(
        members: commands.Members = None,
        jobs: commands.Jobs = None,
        settings: commands.Settings = None,
        out: commands.Out = Path("results/x"),
    ) -> None:
        pytest.fail("must not run")

    assert ended(main, *arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith(line)
    assert error.endswith("--help lists the options.\n")
    assert error.count("\n") == 1


def test_a_fault_of_ours_is_shown() -> None:
    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        commands.launch(main, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "s3://bucket/small.toml", "--out", "out"],
        ["run", "small.toml", "--out", "s3://bucket/out"],
        ["run", "small.toml", "--out", "run:1"],
        ["run", "small.toml", "--out", "out", "--set", "meeting.contacts=https://host/log.csv"],
        ["sweep", "file:///tmp/study.toml", "--out", "out"],
        ["sweep", "study.toml", "--out", "gs://bucket/out"],
    ],
    ids=" ".join,
)
def test_what_is_not_on_this_machine(
    arguments: list[str],
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(f"{SMALL}[study]\nreplications = 2\n")
    assert ended(cli.app, *arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "not on this machine; must be the path of a file or folder of this machine" in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small.toml", "study.toml"]


def test_home_folders(file: Path, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(
        f'{SMALL}[study]\nreplications = 1\ndesign = "points"\nfile = "~/points.csv"\n'
    )
    (tmp_path / "points.csv").write_text("days\n3\n")
    (tmp_path / "log.txt").write_text("20 1 2\n40 1 3\n")
    home = {"HOME": str(tmp_path)}
    contacts = "--set=meeting.contacts=~/log.txt"
    run = invitesim("run", "~/small.toml", "--out=~/run", contacts, "--seed=3", **home)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith(f"written to {tmp_path}/run\n")
    sweep = invitesim("sweep", "~/study.toml", "--out=~/study", "--jobs=1", contacts, **home)
    assert (sweep.returncode, sweep.stderr) == (0, "")
    assert (tmp_path / "run" / "result.zip").exists()
    assert (tmp_path / "study" / "table.parquet").exists()


def test_an_ascii_terminal(file: Path, tmp_path: Path) -> None:
    done = invitesim("run", "small.toml", "--out", "ü", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("written to \\xfc\n")
    words = "from sim import commands\ndef main() -> None: print('“I don’t know”')\n"
    done = python("-c", f"{words}commands.launch(main)", PYTHONIOENCODING="ascii")
    assert done.stdout == r"\u201cI don\u2019t know\u201d" + "\n"


def test_an_error_line_does_nothing_to_the_terminal(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = ["run", str(file), "--out", "o", "--set", "\x1b[31m=3"]
    for arguments in (unknown, ["run", "\x1b[2J", "--out", "o"], ["run", "--\x1b[2J"]):
        assert ended(cli.app, *arguments) == 2
        error = capsys.readouterr().err
        assert r"\x1b[" in error
        assert error.removesuffix("\n").isprintable()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n  b\r\n\n c\n", "a b c"),
        ("a  b", "a  b"),
        ("a\tb\x07\x1b[0m\x7f\x9b", r"a\tb\x07\x1b[0m\x7f\x9b"),
        ("\u202egnp.exe \udcff", r"\u202egnp.exe \udcff"),
        ("Zürich “x” 日本", "Zürich “x” 日本"),
    ],
)
def test_an_error_is_one_line(text: str, line: str) -> None:
    assert str(InputError(text)) == line
    assert str(pickle.loads(pickle.dumps(InputError(text)))) == line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_an_output_without_room() -> None:
    for arguments in (["parameters"], ["--version"]):
        command = [sys.executable, "-m", "sim", *arguments]
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                command, cwd=HOUSE, stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert (done.returncode, done.stderr) == (
            2,
            "the standard output or a temporary file: can't be written (No space left on device); "
            "must be on a disk with room\n",
        )


def test_a_temporary_file_without_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As matplotlib makes one where the home folder can't be written."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/dev/full/x"])

    def main() -> None:
        tempfile.gettempdir()

    assert ended(main) == 2
    assert capsys.readouterr().err.startswith(
        "the standard output or a temporary file: can't be written (No usable temp"
    )


def test_without_memory(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise MemoryError

    assert ended(main) == 2
    assert capsys.readouterr().err.startswith("members: need more memory than there is")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_seen_enough(unbuffered: str) -> None:
    command, environment = (
        [sys.executable, "-m", "sim", "parameters"],
        os.environ | {"PYTHONUNBUFFERED": unbuffered},
    )
    with subprocess.Popen(
        command,
        cwd=HOUSE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""


# python -m sim parameters


def test_parameters_fit_the_terminal() -> None:
    listed = invitesim("parameters")
    assert (listed.returncode, listed.stderr) == (0, "")
    lines = listed.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    for parameter in Scenario.parameters():
        place = next(
            place for place, line in enumerate(lines) if line.startswith(f"{parameter.name} ")
        )
        described = " ".join(line.strip() for line in lines[place + 1 : place + 4])
        assert parameter.description in described
        assert parameter.unit in lines[place]
    assert "    linkedin2008: limit = 5" in lines
    assert "    close_friends: contacts = 1, min_tie = 4, accepts_from = 4" in lines


def test_listed_defaults_can_be_set() -> None:
    lines = invitesim("parameters").stdout.splitlines()
    rows = {line[:30].strip(): line[31:60].strip() for line in lines[1:] if line[:1].strip()}
    known = [parameter.name for parameter in Scenario.parameters() if "NAME" not in parameter.name]
    settings = [f"{name}={rows[name]}" for name in known]
    assert commands.chosen(settings=settings) == Scenario()
    assert (rows["meeting.contacts"], rows["meeting.repeat_log"], rows["seed"]) == (
        "none",
        "false",
        "1",
    )
    assert (
        commands.chosen(
            settings=settings, defaults={"platform.preset": "linkedin2021", "members": 3, "days": 4}
        )
        == Scenario()
    )


def test_parameters_as_markdown() -> None:
    lines = invitesim("parameters", "--markdown").stdout.splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [
        parameter.name for parameter in Scenario.parameters()
    ]
    assert {row.count("|") for row in rows} == {6}
    assert [line.split("`")[1] for line in lines if line.startswith("- `")][
        -len(POLICIES) :
    ] == list(POLICIES)


def test_version() -> None:
    assert invitesim("--version").stdout == f"{VERSION}\n"
    assert f"\nversion: {VERSION}\n" in (HOUSE / "CITATION.cff").read_text()


def test_no_command() -> None:
    nothing = invitesim()
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (
        2,
        "",
        "Missing command. --help lists the options.\n",
    )


# python -m sim run


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
            ["run", "small.toml", "--out", "out", "--set", "platform.limt=3"],
            "platform.limt: no such parameter; nearest: platform.limit",
        ),
        (
            ["run", "small.toml", "--out", "out", "--set", "members=1"],
            "members: expected a whole number from 2 to 268435456, got 1",
        ),
        (
            ["run", "small.toml", "--out", "out", "--set", "days=0"],
            "days: expected a whole number from 1 to 16000, got 0",
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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_run(number: int, code: int, file: Path, tmp_path: Path) -> None:
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
        time.sleep(2)
        running.send_signal(number)
        said, error = running.communicate(timeout=120)
    assert (running.returncode, said, error) == (
        code,
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
def test_a_key_that_is_held_down(name: str, code: int, tmp_path: Path) -> None:
    done = python("-c", HELD_DOWN.format(signal=name), folder=tmp_path)
    assert (done.returncode, done.stdout) == (code, "cleared away\n")
    assert done.stderr == "interrupted; nothing is left half-written\n"


def test_a_process_that_does_not_end_is_ended_at_the_next_press(tmp_path: Path) -> None:
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
main()
"""


def test_without_what_only_unix_has(file: Path, tmp_path: Path) -> None:
    """As on Windows, where nothing of this project has been run yet."""
    (tmp_path / "study.toml").write_text(
        f"{SMALL}[study]\nreplications = 2\nvary = {{seed = [1]}}\n"
    )
    for command in (["run", "small.toml"], ["sweep", "study.toml", "--jobs", "1"]):
        done = python("-c", WINDOWS, *command, "--out", command[0], folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert f"written to {command[0]}" in done.stdout


# The imports


def importing(raised: str, module: str, folder: Path, *program: str) -> tuple[int, str]:
    """Run a program on a machine where the import of a module ends in something else; give exit code and standard error."""
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


@pytest.mark.parametrize("module", ["pydantic", "numpy", "typer"])
@pytest.mark.parametrize("program", ["sim", "experiments.compare", "experiments.takeover"])
def test_interrupted_while_it_is_imported(program: str, module: str, tmp_path: Path) -> None:
    assert importing(CTRL_C, module, tmp_path, "-m", program) == (
        130,
        "interrupted; nothing is left half-written\n",
    )


def test_what_else_happens_while_it_is_imported_is_shown(tmp_path: Path) -> None:
    code, error = importing("1 / 0", "typer", tmp_path, "-m", "sim")
    assert code == 1
    assert error.endswith("ZeroDivisionError: division by zero\n")


def test_the_library_leaves_ctrl_c_to_whoever_imports_it(tmp_path: Path) -> None:
    _, error = importing(CTRL_C, "pydantic", tmp_path, "-c", "import sim; sim.Scenario()")
    assert error.endswith("\nKeyboardInterrupt\n")


def test_import_is_quick() -> None:
    modules = (
        "matplotlib",
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
    done = subprocess.run(
        [sys.executable, "-c", f"import sim, sys; {slow}"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
