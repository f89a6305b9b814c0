"""What experiments that are studies share: runs that can be continued, and the results folder.

The runs of an experiment lie in folders of their own inside ``--out``. The tables, figures and
``provenance.json`` beside them are written together when all runs are finished. ``answer.txt`` has
what is printed at the end.
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
        "--replications",
        metavar="N",
        min=2,
        help="Number of runs with each set of parameters, with different seeds, from SEED on.",
    ),
]
INTERRUPTED = "interrupted; finished runs are kept, and the same command continues from there"
WIDTH = 100
ANSWER = "answer.txt"
"""The file that has what an experiment has printed."""
DIGITS = "%.6g"
"""The format of numbers in CSV files: with so few digits they are the same on every machine."""


@dataclass
class Outcome:
    """The results of an experiment, collected before any of them is written."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    """From the name of the CSV file."""
    figures: dict[str, Any] = field(default_factory=dict)
    """From the name of the PNG and the SVG."""
    texts: dict[str, str] = field(default_factory=dict)
    """From the name of the file."""


def done(
    study: sim.Study, folder: Path, jobs: int | None, points: Sequence[str] = ()
) -> pd.DataFrame:
    """Run what is missing of a study, and return its table.

    Parameters
    ----------
    study : Study
    folder : Path
        Of the runs.
    jobs : int or None
        Processes.
    points : sequence of str, optional
        What the points are called in an error; else it has their parameters.

    Raises
    ------
    InputError
        If a run failed; the error names the first one, with its parameters.
    """
    table = study.run(folder, jobs=jobs, progress=folder.name, retry_failed=True)
    failed = table.failed()
    if len(failed):
        first = failed.iloc[0]
        number = int(first["point"])
        values = study.design.point(number)
        point = points[number] if points else ", ".join(f"{n}={v}" for n, v in values.items())
        where = f"of point {number} ({point})"
        raise sim.InputError(f"{len(failed)} runs failed; the first, {where}: {first['error']}")
    return table.to_pandas()


@contextmanager
def written_to(out: Path, base: sim.Scenario, **options: Any) -> Iterator[Outcome]:
    """Yield an outcome to fill; write it, with its provenance, if the block ends without an error.

    All of it is written, or nothing.

    Parameters
    ----------
    out : Path
    base : Scenario
        The scenario in the provenance.
    **options
        What else is in the provenance: replications, jobs, the options of the experiment.
    """
    started, outcome = datetime.now(UTC), Outcome()
    with sim.atomic_folder(out) as folder:
        yield outcome
        for name, table in outcome.tables.items():
            table.to_csv(
                folder / f"{name}.csv", index=False, float_format=DIGITS, lineterminator="\n"
            )
        for name, text in outcome.texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        for name, figure in outcome.figures.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            sim.plots.save(figure, folder / name)
        seeds = [copy.seed for copy in sim.replications(base, options.get("replications", 1))]
        record = sim.provenance(base, started=started, seeds=seeds, **options)
        (folder / "provenance.json").write_text(
            json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def check_members(base: sim.Scenario, *policies: str) -> None:
    """Raise an ``InputError`` unless each of these policies has members."""
    shares = base.shares()
    for policy in policies:
        if not shares.get(policy):
            got = "0" if policy in shares else "no such policy"
            raise sim.InputError(
                f"policies.{policy}.share: no member has this policy (got {got}); must be above 0, "
                "because this experiment is about its members"
            )


def values_of(option: str, text: str, scenario: sim.Scenario) -> tuple[str, list[Any]]:
    """Return the name and the values in ``NAME=VALUE,VALUE,...`` of the command line.

    Raises
    ------
    InputError
        If the text is not of this form, or the name or a value is not valid.
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
    """Return a table as text: numbers to the right, words to the left; NaN is a dash.

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
    """Return sentences as lines of at most 100 characters."""
    return textwrap.fill(" ".join(sentences), WIDTH)


def print_answer(*paragraphs: str, out: Path) -> None:
    """Print paragraphs, the last ones in words, and where the results are; keep them there, too."""
    text = "\n\n".join(paragraphs)
    (out / ANSWER).write_text(f"{text}\n", encoding="utf-8", newline="")
    print(f"{text}\n\nwritten to {out}")


def between(mean: float, low: float, high: float, form: str = ".1f", unit: str = "") -> str:
    """Return an estimate with its interval: ``12.3 % [11.9, 12.7]``; a rounded 0 has no sign.

    Where all runs are equal there is no interval: they don't tell how far off they may be.
    """
    bounds = f" [{low:z{form}}, {high:z{form}}]" if low < high else ""
    return f"{mean:z{form}}{unit and f' {unit}'}{bounds}"


def percent(row: "pd.Series[Any]") -> str:
    """Return a share, a row with its mean and interval, in percent; one run has no interval."""
    # a missing end comes first, so that it stays missing
    low, high = max(100 * row["low"], 0.0), min(100 * row["high"], 100.0)
    return between(100 * row["mean"], low, high, ".1f", "%")


def setting(base: sim.Scenario, replications: int, *more: str) -> str:
    """Return a line for a figure on what was simulated."""
    seeds = f"{replications} replications (seeds {base.seed} to {base.seed + replications - 1})"
    return f"{', '.join([f'{base.members:,} people', f'{base.days:,} days', *more, seeds])}."
