"""What experiments that are studies have in common: their runs, which resume, and the folder of what came out.

The runs of an experiment lie in folders of their own inside ``--out``; the tables, figures and ``provenance.json`` beside them are
written together when all runs are there.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

import sim
from sim import commands

Replications = Annotated[
    int,
    typer.Option(
        "--replications", metavar="N", min=2, help="Runs of each point; seeds SEED, SEED + 1, ..."
    ),
]
INTERRUPTED = "interrupted; finished runs are kept, and the same command goes on from there"
WIDTH = 100
DIGITS = "%.6g"
"""How numbers stand in CSV files: what remains is the same on every machine."""


@dataclass
class Outcome:
    """What an experiment leaves, put together before any of it is written."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    """By the name of the CSV file."""
    figures: dict[str, Any] = field(default_factory=dict)
    """By the name of the PNG and the SVG."""


def done(study: sim.Study, folder: Path, jobs: int | None) -> pd.DataFrame:
    """Do what is missing of a study and give its table.

    Raises
    ------
    InputError
        Where a run failed: the first one, with its parameters.
    """
    table = study.run(folder, jobs=jobs, progress=folder.name, retry_failed=True)
    failed = table.failed()
    if len(failed):
        first = failed.iloc[0]
        point = ", ".join(
            f"{name}={value}" for name, value in study.design.point(int(first["point"])).items()
        )
        raise sim.InputError(
            f"{len(failed)} runs failed; the first, of point {first['point']} ({point}): {first['error']}"
        )
    return table.to_pandas()


@contextmanager
def left_in(out: Path, base: sim.Scenario, **said: Any) -> Iterator[Outcome]:
    """Give an outcome to fill; when the block ends well, it is written to ``out`` with its provenance, all of it or nothing.

    Parameters
    ----------
    out : Path
    base : Scenario
        Whose parameters the provenance tells.
    **said
        What else it says: replications, jobs, the options of the experiment.
    """
    started, outcome = datetime.now(UTC), Outcome()
    with sim.atomic_folder(out) as folder:
        yield outcome
        for name, table in outcome.tables.items():
            table.to_csv(
                folder / f"{name}.csv", index=False, float_format=DIGITS, lineterminator="\n"
            )
        for name, figure in outcome.figures.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            sim.plots.save(figure, folder / name)
        seeds = [copy.seed for copy in sim.replications(base, said.get("replications", 1))]
        record = sim.provenance(base, started=started, seeds=seeds, **said)
        (folder / "provenance.json").write_text(
            json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def values_of(option: str, text: str, scenario: sim.Scenario) -> tuple[str, list[Any]]:
    """Read ``NAME=VALUE,VALUE,...`` of the command line; each value as its parameter holds it.

    Raises
    ------
    InputError
        Not of this form, no such parameter, or a value that does not fit it.
    """
    name, equals, listed = (part.strip() for part in text.partition("="))
    if not (equals and name and listed):
        raise sim.InputError(
            f"{option} {text}: must be NAME=VALUE,VALUE,..., as platform.limit=2,3,5"
        )
    given = [commands.value_read(value.strip()) for value in listed.split(",")]
    rows = sim.design.grid({name: given}).read(scenario).rows
    return name, [value for (value,) in rows]


def laid_out(
    table: pd.DataFrame, formats: Mapping[str, str] | None = None, heads: Sequence[str] = ()
) -> str:
    """Lay out a table as text: numbers to the right, words to the left; NaN is a dash.

    Parameters
    ----------
    table : DataFrame
    formats : mapping, optional
        From a column to its format, as ``".1f"``.
    heads : sequence of str
        Columns whose value is written only where it changes.
    """
    formats = formats or {}
    cells = {
        str(name): [_cell(value, formats.get(str(name), "")) for value in table[name]]
        for name in table.columns
    }
    for name in heads:
        cells[name] = [
            text if place == 0 or text != cells[name][place - 1] else ""
            for place, text in enumerate(cells[name])
        ]
    widths = {name: max(map(len, [name, *column])) for name, column in cells.items()}
    words = {str(name) for name in table.columns if table[name].dtype.kind not in "iufb"}
    lines = [
        "  ".join(
            text.ljust(widths[name]) if name in words else text.rjust(widths[name])
            for name, text in row.items()
        ).rstrip()
        for row in [
            {name: name for name in cells},
            *({name: cells[name][place] for name in cells} for place in range(len(table))),
        ]
    ]
    return "\n".join(lines)


def _cell(value: Any, form: str) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "-"
    return format(value, form)


def filled(*sentences: str) -> str:
    """Put sentences into lines of at most 100 characters."""
    return textwrap.fill(" ".join(sentences), WIDTH)


def between(mean: float, low: float, high: float, form: str = ".1f", unit: str = "") -> str:
    """Write an estimate with its interval: ``12.3 % [11.9, 12.7]``; what is rounded to nothing has no sign."""
    bounds = "" if low != low else f" [{low:z{form}}, {high:z{form}}]"
    return f"{mean:z{form}}{unit and f' {unit}'}{bounds}"


def percent(row: "pd.Series[Any]") -> str:
    """Write a share, a row with its mean and interval, in percent."""
    return between(
        100 * row["mean"], max(0.0, 100 * row["low"]), min(100.0, 100 * row["high"]), ".1f", "%"
    )


def setting(base: sim.Scenario, replications: int, *more: str) -> str:
    """Say below a figure what its data are of."""
    seeds = f"{replications} replications (seeds {base.seed} to {base.seed + replications - 1})"
    return f"{', '.join([f'{base.members:,} people', f'{base.days:,} days', *more, seeds])}."
