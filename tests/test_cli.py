"""The command line: its options, its output, and its exit codes."""

import io
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from sim.agents import HABITS, POLICIES
from sim.cli import commands
from sim.cli import main as cli
from sim.errors import InputError
from sim.kernel.mechanics import compiled_cache
from sim.scenario.scenario import Scenario
from sim.version import VERSION

HOUSE = Path(__file__).parent.parent
SMALL = "members = 60\ndays = 20\n[meeting]\nhistory_days = 20\n"


def invitesim(*arguments: str, folder: Path = HOUSE) -> subprocess.CompletedProcess[str]:
    """Call the command in this process, which has imported and compiled all."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = ended(cli.app, *arguments)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


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


@contextmanager
def started(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Start Python in a group of its own, to which Ctrl-C goes as from a terminal; end it after."""
    with subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=HOUSE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        start_new_session=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


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
def test_a_setting_without_a_name_or_a_value_is_an_error(setting: str) -> None:
    with pytest.raises(InputError, match=r"^--set .*: must be NAME=VALUE, as platform\.limit=3$"):
        commands.settings_read([setting])


def test_set_overrides_options_and_these_override_the_file(file: Path) -> None:
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


# The end of a command


def test_a_command_that_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
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
def test_a_command_that_fails(
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


def test_an_unexpected_error_shows_its_traceback() -> None:
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
def test_addresses_of_other_machines_are_refused(
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


def test_a_tilde_stands_for_the_home_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "study.toml").write_text(
        f'{SMALL}[study]\nreplications = 1\ndesign = "points"\nfile = "~/points.csv"\n'
    )
    (tmp_path / "points.csv").write_text("days,members,seed\n3,60,3\n")
    (tmp_path / "log.txt").write_text("20 1 2\n40 1 3\n")
    # else it would be compiled anew, in that home
    kept = str(compiled_cache.folders()[0].parent)
    monkeypatch.setattr(compiled_cache.numba.config, "CACHE_DIR", kept)
    monkeypatch.setenv("HOME", str(tmp_path))
    contacts = "--set=meeting.contacts=~/log.txt"
    run = invitesim("run", "~/small.toml", "--out=~/run", contacts, "--seed=3")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith(f"written to {tmp_path}/run\n")
    sweep = invitesim("sweep", "~/study.toml", "--out=~/study", "--jobs=1", contacts)
    assert (sweep.returncode, sweep.stderr) == (0, "")
    assert (tmp_path / "run" / "result.zip").exists()
    assert (tmp_path / "study" / "table.parquet").exists()


def test_an_ascii_terminal() -> None:
    words = "from sim import commands\ndef main() -> None: print('“I don’t know”')\n"
    done = python("-c", f"{words}commands.launch(main)", PYTHONIOENCODING="ascii")
    assert done.stdout == r"\u201cI don\u2019t know\u201d" + "\n"


def test_an_error_line_can_not_control_the_terminal(
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
def test_an_output_on_a_full_disk_is_one_line() -> None:
    for arguments in (["parameters"], ["--version"]):
        command = [sys.executable, "-m", "sim", *arguments]
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                command, cwd=HOUSE, stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert (done.returncode, done.stderr) == (
            2,
            "the standard output or a temporary file: can't be written (No space left on device); "
            "must be on a disk with free space\n",
        )


def test_a_temporary_file_on_a_full_disk_is_one_line(
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


def test_too_little_memory_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> None:
        raise MemoryError

    assert ended(main) == 2
    assert capsys.readouterr().err.startswith("members: need more memory than there is")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_pipe_is_no_error(unbuffered: str) -> None:
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
        described = " ".join(line.strip() for line in lines[place + 1 : place + 6])
        assert parameter.description in described
        assert parameter.unit in lines[place]
    assert "    linkedin2008: limit = 5" in lines
    assert any(line.startswith("    close_friends: contacts = 1, min_tie = 4") for line in lines)


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
        -len(POLICIES) - len(HABITS) :
    ] == [*POLICIES, *HABITS]


def test_version() -> None:
    assert python("-m", "sim", "--version").stdout == f"{VERSION}\n"
    assert f"\nversion: {VERSION}\n" in (HOUSE / "CITATION.cff").read_text()


def test_no_command() -> None:
    nothing = invitesim()
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (
        2,
        "",
        "Missing command. --help lists the options.\n",
    )


# python -m sim run
