"""Calls of the comparison in tests, and the files that it writes."""

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from experiments import compare, studies
from sim.cli import commands

HOUSE = Path(__file__).parents[2]
FIGURES = {
    f"{name}.{suffix}"
    for name in ("reach", "mutuality", "survival", "plane", "network", "deciles", "two_by_two")
    for suffix in ("png", "svg")
}
APART = ("deciles", "crossed", "effects")
TABLES = {f"{name}.csv" for name in ("summary", "runs", *APART)} | {
    f"{name}.parquet" for name in ("summary", "runs", "series", "survival", "differences", *APART)
}
FILES = FIGURES | TABLES | {"provenance.json", "answer.txt", compare.RUNS}
CROSSED = {name for name in FILES if name.split(".")[0] in ("crossed", "effects", "two_by_two")}
"""What there is only where both policies have members, and there are enough of them."""
SMALL = (
    "--members",
    "60",
    "--days",
    "25",
    "--replications",
    "2",
    "--set",
    "platform.limit=1",
    "--set",
    "answering.idk_click=0.3",
)


class Done(NamedTuple):
    """The exit code and the output of a call."""

    code: int
    out: str
    err: str


def called(*arguments: str | Path) -> Done:
    """Call the comparison with options, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        commands.launch(
            compare.main, [str(argument) for argument in arguments], interrupted=studies.INTERRUPTED
        )
    return Done(int(ended.value.code), out.getvalue(), err.getvalue())


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files in a folder, but for those of runs."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != compare.RUNS
    }
