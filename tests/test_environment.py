"""``make env`` on machines that lack something, and the files that say what is installed."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PYTHON = Path(sys.base_prefix) / "bin" / "python3"

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or not PYTHON.exists(),
    reason="needs make and a Python to make environments of",
)


class Machine:
    """A copy of what ``make env`` needs, on a machine whose ``python3`` is a shell script and whose index holds nothing."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.tools = folder / "tools"
        self.tools.mkdir()
        shutil.copytree(HOUSE / ".ci", self.project / ".ci")
        shutil.copy(HOUSE / "Makefile", self.project)
        self.lock("")
        self.python(f'exec "{PYTHON}" "$@"')
        self.tool(
            "chromium", "exit 1"
        )  # so that .ci/run, where a test runs it, installs nothing on the machine that it runs on
        self.settings = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS"))
        }
        self.settings |= {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        }
        self.settings |= {"PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "LC_ALL": "C"}

    def python(self, script: str) -> None:
        self.tool("python3", f'echo called >>"{self.tools}/calls"\n{script}')

    def tool(self, name: str, script: str) -> None:
        file = self.tools / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def lock(self, text: str) -> None:
        (self.project / "requirements.lock").write_text(text)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["make", "--no-print-directory", "env", *arguments]
        return subprocess.run(
            command,
            cwd=self.project,
            env=self.settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def fails_with(self, line: str, *arguments: str) -> None:
        """Hold that ``make env`` ends badly, says one line of its own, and leaves no environment."""
        before = self.content()
        ended = self.make(*arguments)
        said = [said for said in ended.stderr.splitlines() if not said.startswith("make: ***")]
        assert ended.returncode != 0
        assert len(said) == 1, ended.stderr
        assert re.fullmatch(line, said[0]), said[0]
        assert self.content() == before

    def content(self) -> list[str]:
        return sorted(file.name for file in self.project.iterdir())

    def calls(self) -> int:
        return len((self.tools / "calls").read_text().splitlines())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def wheel(folder: Path) -> str:
    """Make a package of nothing and give its line in a lock file."""
    file = folder / "nothing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("nothing.py", "")
        archive.writestr(
            "nothing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: nothing\nVersion: 1.0\n"
        )
        archive.writestr(
            "nothing-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("nothing-1.0.dist-info/RECORD", "")
    return f"nothing==1.0 --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def test_too_old_a_python(machine: Machine) -> None:
    machine.python("echo 3.9.18; exit 1")  # as Python answers when it is asked for its version
    machine.fails_with(
        r"make env: python3 is Python 3\.9\.18; must be 3\.12 or newer, as in: make env PYTHON=python3\.13"
    )
    assert machine.calls() == 1


def test_a_real_older_python(machine: Machine) -> None:
    older = next(
        (
            path
            for path in map(
                shutil.which, ("python3.11", "python3.10", "python2.7", "/usr/bin/python3")
            )
            if path
        ),
        None,
    )
    if (
        older is None
        or subprocess.run(
            [older, "-c", "import sys; sys.exit(sys.version_info >= (3, 12))"], check=False
        ).returncode
    ):
        pytest.skip("there is no older Python here")
    machine.fails_with(
        r"make env: \S+ is Python [23][.0-9]+; must be 3\.12 or newer, as in: .*", f"PYTHON={older}"
    )


def test_no_python(machine: Machine) -> None:
    line = r"make env: there is no no-python; install Python 3\.12 or newer, or say where it is: make env PYTHON=/path/to/python3"
    machine.fails_with(line, "PYTHON=no-python")


@pytest.mark.parametrize("lacking", ["venv", "ensurepip"])
def test_no_venv_module(machine: Machine, lacking: str) -> None:
    machine.python(f'case "$*" in *{lacking}*) exit 1 ;; *) exec "{PYTHON}" "$@" ;; esac')
    machine.fails_with(
        r"make env: python3 has no venv module; install it \(Debian and Ubuntu: apt install python3-venv\) or use another .*"
    )


def test_venv_fails(machine: Machine) -> None:
    machine.python(
        f'case "$*" in *-m*) mkdir .venv; echo disk full >&2; exit 1 ;; *) exec "{PYTHON}" "$@" ;; esac'
    )
    machine.fails_with(r"make env: python3 -m venv \.venv: disk full")


def test_no_network(machine: Machine, tmp_path: Path) -> None:
    machine.lock(wheel(tmp_path))
    machine.fails_with(
        r"make env: no package index within reach; check the network, or PIP_INDEX_URL \(No matching .* for nothing==1\.0\)"
    )


def test_no_network_leaves_the_environment_that_there_is(machine: Machine, tmp_path: Path) -> None:
    (machine.project / ".venv").mkdir()
    (machine.project / ".venv" / "mine").write_text("kept")
    machine.lock(wheel(tmp_path))
    machine.fails_with(r"make env: no package index within reach; .*")
    assert (machine.project / ".venv" / "mine").read_text() == "kept"


def test_a_package_that_is_not_the_one_of_the_lock(machine: Machine, tmp_path: Path) -> None:
    machine.lock(re.sub("[0-9a-f]{64}", "0" * 64, wheel(tmp_path)))
    machine.settings |= {"PIP_FIND_LINKS": str(tmp_path), "PIP_NO_INDEX": "1"}
    machine.fails_with(
        r"make env: pip, for Python [.0-9]+: THESE PACKAGES DO NOT MATCH THE HASHES .*"
    )


def test_made_once_and_again_when_the_lock_changes(machine: Machine, tmp_path: Path) -> None:
    machine.lock(wheel(tmp_path))
    machine.settings |= {"PIP_FIND_LINKS": str(tmp_path), "PIP_NO_INDEX": "1"}
    before = machine.content()
    assert machine.make().returncode == 0
    assert machine.content() == sorted([*before, ".venv"])
    assert (
        subprocess.run(
            [machine.project / ".venv/bin/python", "-c", "import nothing"], check=False
        ).returncode
        == 0
    )

    calls = machine.calls()
    (machine.project / "requirements.lock").touch()  # a newer time is no change
    ended = machine.make()
    assert (ended.returncode, ended.stdout, machine.calls()) == (0, "", calls)

    machine.lock("# nothing more\n")
    assert machine.make().returncode == 0
    assert machine.calls() > calls
    assert machine.content() == sorted([*before, ".venv"])
    assert (
        subprocess.run(
            [machine.project / ".venv/bin/python", "-c", "import nothing"],
            check=False,
            capture_output=True,
        ).returncode
        == 1
    )


def test_interrupted(machine: Machine) -> None:
    machine.python(
        f'case "$*" in *-m*) mkdir .venv; touch ../made; exec sleep 60 ;; *) exec "{PYTHON}" "$@" ;; esac'
    )
    before = machine.content()
    running = subprocess.Popen(
        ["make", "env"],
        cwd=machine.project,
        env=machine.settings,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (machine.project.parent / "made").exists():
        assert running.poll() is None
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    said = running.communicate(timeout=30)[1]
    assert [line for line in said.splitlines() if not line.startswith("make: ")] == [
        "make env: interrupted; .venv is what it was before"
    ]
    assert running.returncode != 0
    assert machine.content() == before


@pytest.mark.parametrize(
    ("ends", "last"), [(0, "3 passed in 1.0s"), (1, "1 failed, 2 passed in 1.0s")]
)
def test_ci_ends_as_pytest_does(machine: Machine, ends: int, last: str) -> None:
    failure = "" if ends == 0 else 'echo "make: *** [Makefile:1: test] Error 1" >&2; exit 2'
    machine.tool("make", f'case "$*" in *test) echo "{last}"\n{failure}\nesac')
    ended = subprocess.run(
        [machine.project / ".ci/run"],
        env=machine.settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stdout + ended.stderr).splitlines()[-1] == last
    assert (ended.returncode == 0) == (ends == 0)


@pytest.mark.parametrize("failing", ["env", "lint", "types"])
def test_ci_stops_before_the_tests(machine: Machine, failing: str) -> None:
    machine.tool(
        "make", f'for target; do [ $target != {failing} ] || exit 2; done; echo "3 passed in 1.0s"'
    )
    ended = subprocess.run(
        [machine.project / ".ci/run"],
        env=machine.settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert ended.stdout == ""


def test_lock_has_every_dependency_exactly_and_with_hashes() -> None:
    text = (HOUSE / "requirements.lock").read_text()
    packages = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^\w", text, re.MULTILINE)), (
        "a package without an exact version"
    )
    for block in re.split(r"\n(?=\w)", text.partition("\n" + packages[0])[2]):
        assert "--hash=sha256:" in block, block
    assert "://" not in text
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    asked = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    assert {re.split("[<>=~ ]", name)[0].lower() for name in asked} <= set(packages)
