"""What a study keeps of a run: a small table in Parquet, made where the run was.

A run that went well has a row for each policy and one for ``all``, with the measures. A run that failed has one row, ``all``, with the
error in place of the measures. Before the measures stand the run's key, its point, its replication and its seed.
"""

import io
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import InputError
from .measures import EVERYBODY
from .scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

    from .result import Result

HEAD = ("run", "point", "replication", "seed", "policy")
"""Columns before the measures."""
ERROR = "error"
"""The last column: what a failed run said; null where the run went well."""

Keep = Callable[["Result"], "pd.DataFrame"]
"""Makes of a result the table that is kept: the column ``policy`` and columns of measures.

One that has a method ``live`` is given the scenario instead, and lives it in its own way."""


class Job(NamedTuple):
    """One run of a study."""

    key: str
    """A hash of all that the run depends on."""
    point: int
    replication: int
    seed: int
    changes: Mapping[str, Any]
    """The point's values, by dotted name."""


class Record(NamedTuple):
    """What is kept of one run."""

    content: bytes
    """A Parquet file."""
    failed: bool


def summary(result: "Result") -> "pd.DataFrame":
    """Keep the measures of every policy."""
    return result.summary


def attempt(scenario: Scenario, keep: Keep, job: Job) -> Record:
    """Run the study's scenario with a job's changes, and give the record of what came out, an error included."""
    from .runs import run

    try:
        changed = scenario.replace({**job.changes, "seed": job.seed})
        live = getattr(keep, "live", None)
        kept = live(changed) if live else keep(run(changed, threads=1))
        return Record(_bytes(_record(job, kept)), failed=False)
    except InputError as error:
        return failure(job, str(error))
    except Exception as error:  # of whatever kind: the row says which, and the other runs go on
        return failure(job, described(error))


def described(error: BaseException) -> str:
    """Write an exception in one line: its kind, its text, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def failure(job: Job, said: str) -> Record:
    """Make the record of a run that failed."""
    import pyarrow

    text = pyarrow.string()
    row = {
        "policy": pyarrow.array([EVERYBODY], text),
        ERROR: pyarrow.array([" ".join(said.split())], text),
    }
    return Record(_bytes(_headed(job, pyarrow.table(row))), failed=True)


def _record(job: Job, kept: "pd.DataFrame") -> "pyarrow.Table":
    import pyarrow

    table = pyarrow.table({str(name): _column(kept[name]) for name in kept})
    taken = [name for name in table.column_names if name in (*HEAD[:-1], ERROR)]
    if taken or "policy" not in table.column_names:
        columns = ", ".join(table.column_names)
        raise InputError(
            f"keep: its table has the columns {columns}; must have policy, and none of {', '.join((*HEAD[:-1], ERROR))}"
        )
    return _headed(job, table.append_column(ERROR, pyarrow.nulls(len(table), pyarrow.string())))


def _column(column: "pd.Series[Any]") -> "pyarrow.Array":
    import pyarrow

    if column.dtype.kind in "iufb" and hasattr(
        column.dtype, "itemsize"
    ):  # as most are; a NaN is null
        return pyarrow.array(column.to_numpy(), from_pandas=True)
    values = pyarrow.array(column, from_pandas=True)
    words = values.type in (
        pyarrow.large_string(),
        pyarrow.string_view(),
    ) or pyarrow.types.is_dictionary(values.type)
    values = values.combine_chunks() if isinstance(values, pyarrow.ChunkedArray) else values
    return values.cast(pyarrow.string()) if words else values


def _headed(job: Job, table: "pyarrow.Table") -> "pyarrow.Table":
    """Put before a table's columns which run it is of."""
    import pyarrow

    rows = len(table)
    head = {
        "run": pyarrow.array([job.key] * rows, pyarrow.string()),
        "point": pyarrow.array([job.point] * rows, pyarrow.int64()),
        "replication": pyarrow.array([job.replication] * rows, pyarrow.int64()),
        "seed": pyarrow.array([job.seed] * rows, pyarrow.uint64()),
        "policy": table["policy"],
    }
    return pyarrow.table(
        head | {name: table[name] for name in table.column_names if name != "policy"}
    )


def _bytes(table: "pyarrow.Table") -> bytes:
    import pyarrow.parquet

    buffer = io.BytesIO()
    # a few rows: what serves large tables would be most of the file
    pyarrow.parquet.write_table(
        table, buffer, compression="none", use_dictionary=False, write_statistics=False
    )
    return buffer.getvalue()


def rows_of(record: Record) -> "pyarrow.Table":
    """Read a record."""
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(io.BytesIO(record.content)).read()
