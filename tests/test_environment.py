"""How ``make`` makes environments where something is missing, and what ``.ci/run`` ends with."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PYTHON = Path(sys.base_prefix) / "bin" / "python3"
PIP = importlib.util.find_spec("pip")
"""Gets into an environment by a link; to install it would take longer than all else."""
LOCKS = ("requirements.lock", "requirements-app.lock", "requirements-dev.lock")
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "project"
version = "1.0"
"""
BACKEND = """
import zipfile
def build_editable(folder, *_):
    with zipfile.ZipFile(f"{folder}/project-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("project.py", "")
        info = "project-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: project\\nVersion: 1.0")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any")
        archive.writestr(f"{info}/RECORD", "")
    return "project-1.0-py3-none-any.whl"
"""
"""Builds the project of the tests with nothing from an index."""

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or PIP is None or not PYTHON.exists(),
    reason="needs make, pip and a Python to make environments of",
)


class Machine:
    """A project with our ``Makefile``; ``python3`` is a shell script, and the index is empty."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.tools = folder / "tools"
        self.tools.mkdir()
        shutil.copytree(HOUSE / ".ci", self.project / ".ci")
        shutil.copy(HOUSE / "Makefile", self.project)
        (self.project / "pyproject.toml").write_text(PROJECT)
        (self.project / "backend.py").write_text(BACKEND)
        self.lock("")
        linked = f'ln -sf "{Path(PIP.origin).parent}" .venv/lib/python3*/site-packages/'
        self.python(
            f'[ "$1 $2" = "-m venv" ] || exec "{PYTHON}" "$@"\n'
            f'shift 2; "{PYTHON}" -m venv --without-pip "$@" && {linked}'
        )
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

    def fails_with(self, part: str, *arguments: str) -> None:
        """Check that ``make env`` fails and says why."""
        ended = self.make(*arguments)
        assert ended.returncode != 0
        assert re.search(part, ended.stderr), ended.stderr

    def has(self, module: str) -> bool:
        """Return whether the environment has a module."""
        command = [self.project / ".venv" / "bin" / "python", "-c", f"import {module}"]
        return not subprocess.run(command, check=False, capture_output=True).returncode

    def calls(self) -> int:
        return len((self.tools / "calls").read_text().splitlines())


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def wheel(folder: Path) -> str:
    """Make a package of nothing and return its line in a lock file."""
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
    older = 'sys.version = "3.9.18 (main)"; sys.version_info = (3, 9, 18)'
    machine.python(
        f"""exec "{PYTHON}" -c "import sys; $(echo '{older}'); exec(sys.argv[1])" "$2" """
    )
    machine.fails_with(
        r"^make: python3 is Python 3\.9\.18; expected 3\.12 or newer, "
        r"as in: make PYTHON=python3\.13\n"
    )
    assert not (machine.project / ".venv").exists()


def test_no_python(machine: Machine) -> None:
    machine.fails_with(r"no-python: .*(not found|No such file)", "PYTHON=no-python")


def test_made_once_and_again_when_the_lock_changes(machine: Machine, tmp_path: Path) -> None:
    ended = machine.make()
    assert ended.returncode == 0
    assert ended.stdout == "make: installing 0 packages into .venv\n"
    assert machine.has("project")

    calls = machine.calls()
    (machine.project / "requirements.lock").touch()  # a newer time is no change
    ended = machine.make()
    assert (ended.returncode, ended.stdout, machine.calls()) == (0, "", calls)

    line = wheel(tmp_path)
    machine.lock(line)
    machine.fails_with(r"ERROR: No matching distribution found for nothing==1\.0")
    assert machine.has("project")  # without a network it stays

    machine.settings |= {"PIP_FIND_LINKS": str(tmp_path), "PIP_NO_INDEX": "1"}
    machine.lock(re.sub("[0-9a-f]{64}", "0" * 64, line))
    machine.fails_with(r"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES")
    assert not machine.has("nothing")

    calls = machine.calls()
    machine.lock(line)
    assert machine.make().returncode == 0  # as soon as there is a network
    assert machine.calls() > calls
    assert machine.has("nothing")


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


@pytest.mark.parametrize("failing", ["lint", "types", "package"])
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


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_every_dependency_exactly_and_with_hashes(name: str) -> None:
    text = (HOUSE / name).read_text()
    packages = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^\w", text, re.MULTILINE)), (
        "a package without an exact version"
    )
    for block in re.split(r"\n(?=\w)", text.partition("\n" + packages[0])[2]):
        assert "--hash=sha256:" in block, block
    assert "://" not in text
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    chosen = {LOCKS[0]: [], LOCKS[1]: ["app"], LOCKS[2]: ["dev", "app", "cluster", "sensitivity"]}[
        name
    ]
    asked = project["dependencies"] + [one for extra in chosen for one in extras[extra]]
    named = {re.split(r"[\[<>=~ ]", one)[0].lower() for one in asked} - {"invitesim"}
    assert named <= set(packages)


def test_locks_agree_on_versions() -> None:
    """What the library needs is no other version where there are more packages beside it."""
    library, page, all_of_it = (
        set(re.findall(r"^\S+==\S+", (HOUSE / name).read_text(), re.MULTILINE)) for name in LOCKS
    )
    assert library < page < all_of_it
