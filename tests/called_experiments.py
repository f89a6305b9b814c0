"""An experiment called in this process, and what it has printed, written and drawn."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import sim
from experiments import studies
from sim.cli import commands

FEW = ("--societies", "10")


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay figures out, but do not render them, which takes longer; their files are empty."""
    monkeypatch.setattr(sim.plots, "save", sketch)


def sketch(figure: Figure, path: Path) -> None:
    figure.draw_without_rendering()
    for suffix in (".png", ".svg"):
        path.with_name(path.name + suffix).touch()


def called(main, *arguments: str | Path) -> tuple[int, str, str]:
    """Call an experiment in this process; return the exit code, the output and the errors."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        commands.launch(
            main, [str(argument) for argument in arguments], interrupted=studies.INTERRUPTED
        )
    return int(ended.value.code), out.getvalue(), err.getvalue()


def ended_well(main, out: Path, *arguments: str) -> str:
    """Call an experiment that must succeed, and return what it printed."""
    code, text, err = called(main, *arguments, "--jobs", "1", "--replications", "2", "--out", out)
    assert (code, err) == (0, "")
    assert max(map(len, text.splitlines()[:-1])) <= 100  # the last line names the folder
    record = json.loads((out / "provenance.json").read_text())
    assert record["seeds"] == [1, 2]
    assert (out / studies.ANSWER).read_text() in text
    return text


def written(out: Path) -> set[str]:
    """Return the files outside of the folders of runs and their logs, and beside the answer."""
    studied = {path.parent for path in out.rglob("runs.sqlite")} | {out / "logs"}
    return {
        str(path.relative_to(out))
        for path in out.rglob("*")
        if path.is_file() and not studied & set(path.parents)
    } - {studies.ANSWER}


def drawn(*names: str) -> set[str]:
    return {f"{name}.{suffix}" for name in names for suffix in ("png", "svg")}
