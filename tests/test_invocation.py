"""Commands that messages name work where the reader is, and nothing of the user's is in the way."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from sim import invocation
from sim.cli import experiments
from sim.errors import InputError

HOUSE = Path(__file__).parents[1]


def program(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python of an environment ``env`` below the current folder, which ``PATH`` does not name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(program(tmp_path / "env" / "bin" / "python")))
    monkeypatch.setattr(sys, "argv", ["script.py"])
    monkeypatch.setenv("PATH", os.devnull)
    return tmp_path


def test_the_command_where_nothing_is_installed(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invocation.command() == "env/bin/python -m sim"
    monkeypatch.setenv("PATH", str(machine / "env" / "bin"))
    assert invocation.command() == "python -m sim"


def test_the_command_where_it_is_installed(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(machine / "env" / "bin" / "invitesim")
    assert invocation.command() == "env/bin/invitesim"
    monkeypatch.chdir(machine.parent)
    monkeypatch.setenv("PATH", str(machine / "env" / "bin"))
    assert invocation.command() == "invitesim"


def test_the_command_that_was_called(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``pip install --user`` puts it: in another folder than Python."""
    script = program(machine.parent / "a folder" / "invitesim")
    monkeypatch.setattr(sys, "argv", [str(script), "page"])
    assert shlex.split(invocation.command()) == [str(script)]


def test_how_an_extra_is_installed(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "CHECKOUT", machine / "site-packages")
    assert invocation.install("app") == "env/bin/python -m pip install 'invitesim[app]'"
    monkeypatch.setattr(invocation, "CHECKOUT", machine)
    (machine / "pyproject.toml").write_text("")
    assert invocation.install("app") == "env/bin/python -m pip install -e '.[app]'"
    monkeypatch.setattr(invocation.importlib.util, "find_spec", lambda name: None)
    uv = "uv pip install --python env/bin/python"
    assert invocation.install("app") == f"{uv} -e '.[app]'"


def test_experiments_are_those_with_a_program() -> None:
    listed = experiments.questions()
    assert {"compare", "first", "sweep", "takeover"} <= set(listed)
    assert not {"__init__", "studies", "figures"} & set(listed)
    assert all(question.endswith(("?", ".")) for question in listed.values())


def test_an_unknown_experiment() -> None:
    with pytest.raises(InputError, match=r"^experiment swep: no such experiment; nearest: sweep$"):
        experiments.load("swep")
    with pytest.raises(InputError, match=r"^experiment x: .*; expected one of appeals, block_rule"):
        experiments.load("x")


def test_a_folder_of_the_users_called_experiments(tmp_path: Path) -> None:
    own = tmp_path / "experiments"
    own.mkdir()
    for name in ("__init__", "compare", "sweep", "first", "studies"):
        (own / f"{name}.py").write_text("raise SystemExit('the user has an experiment')\n")
    program = """if True:
    import contextlib, runpy, sys
    for words in ("compare", "experiment sweep", "try"):
        sys.argv[1:] = [*words.split(), "--help"]
        with contextlib.suppress(SystemExit):
            runpy.run_module("sim", run_name="__main__", alter_sys=True)
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    commands = re.findall(r"^Usage: .*sim (.*) \[OPTIONS\]", done.stdout, re.MULTILINE)
    assert commands == ["compare", "experiment sweep", "try"]
