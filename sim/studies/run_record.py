"""The record of a run: the small table that a study keeps, made in the process that did the run.

A run that succeeded has a row for each policy and one for ``all``, with the measures. A run that
failed has one row, ``all``, with the error in place of the measures.
"""

import functools
import traceback
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError
from ..measures.definitions import EVERYBODY
from ..scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

    from ..results.result import Result
    from ..runs.running import Measures

RUN = ("point", "replication", "seed")
"""Columns of a study's table that identify the run of a row."""
POLICY = "policy"
"""The first column of a run's own table."""
ERROR = "error"
"""The last column: the error of a failed run; null where the run succeeded."""

type Keep = Callable[[Result], pd.DataFrame] | Measures
"""A function of a result that returns the table to keep: a column ``policy`` and measures.

Or an object with a method ``live``, which receives the scenario and runs it in its own way."""


class Job(NamedTuple):
    """One run of a study."""

    point: int
    replication: int
    seed: int
    changes: Mapping[str, Any]
    """The point's values, by dotted name."""

    @property
    def key(self) -> str:
        """Return a name that no other run of the study has."""
        return f"{self.point}-{self.replication}"


class RunRecord(NamedTuple):
    """The outcome of one run, as a study keeps it."""

    content: bytes
    """Its table, as `packed` returns it."""
    failed: bool


def attempt(scenario: Scenario, keep: Keep, job: Job) -> RunRecord:
    """Run the scenario with the changes of a job; return the record of its table or its error."""
    from ..runs.running import live_and_keep

    try:
        changed = scenario.replace({**job.changes, "seed": job.seed})
        return RunRecord(packed(_measured(live_and_keep(keep, changed))), failed=False)
    except InputError as error:
        return failure(job, str(error))
    except Exception as error:  # of any kind: the row tells which, and the other runs go on
        return failure(job, described(error))


def described(error: BaseException) -> str:
    """Return an exception in one line: its kind, its text, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def failure(job: Job, said: str) -> RunRecord:
    """Return the record of a run that failed."""
    import pyarrow

    row = {POLICY: [EVERYBODY], ERROR: [" ".join(said.split())]}
    return RunRecord(packed(pyarrow.RecordBatch.from_pydict(row)), failed=True)


def _measured(kept: "pd.DataFrame") -> "pyarrow.RecordBatch":
    """Return the table of a run that succeeded: the policy, the measures, and no error."""
    import pyarrow

    columns = {str(name): _column(kept[name]) for name in kept}
    if POLICY not in columns or not columns.keys().isdisjoint((*RUN, ERROR)):
        raise InputError(
            f"keep: its table has the columns {', '.join(columns)}; must have {POLICY}, and none "
            f"of {', '.join((*RUN, ERROR))}"
        )
    error = pyarrow.nulls(len(kept), pyarrow.string())
    return pyarrow.RecordBatch.from_pydict({POLICY: columns.pop(POLICY), **columns, ERROR: error})


def _column(column: "pd.Series[Any]") -> "pyarrow.Array":
    import pyarrow

    if column.dtype.kind in "iufb" and hasattr(column.dtype, "itemsize"):  # as most; NaN is null
        return pyarrow.array(column.to_numpy(), from_pandas=True)
    values = pyarrow.array(column, from_pandas=True)
    texts = (pyarrow.large_string(), pyarrow.string_view())
    is_text = values.type in texts or pyarrow.types.is_dictionary(values.type)
    values = values.combine_chunks() if isinstance(values, pyarrow.ChunkedArray) else values
    return values.cast(pyarrow.string()) if is_text else values


def packed(rows: "pyarrow.RecordBatch") -> bytes:
    """Return a small table as compressed bytes; `unpacked` reads them."""
    columns = rows.schema.serialize().to_pybytes()
    raw = len(columns).to_bytes(4) + columns + rows.serialize().to_pybytes()
    return zlib.compress(raw, level=1)


def unpacked(content: bytes) -> "pyarrow.RecordBatch":
    """Return the table of a record."""
    import pyarrow

    columns, rows = _parts(content)
    return pyarrow.ipc.read_record_batch(rows, _schema(columns))


def schema_of(content: bytes) -> "pyarrow.Schema":
    """Return the schema of a record: one object for all records with the same columns."""
    return _schema(_parts(content)[0])


def _parts(content: bytes) -> tuple[bytes, bytes]:
    raw = zlib.decompress(content)
    end = 4 + int.from_bytes(raw[:4])
    return raw[4:end], raw[end:]


@functools.lru_cache
def _schema(columns: bytes) -> "pyarrow.Schema":
    import pyarrow

    return pyarrow.ipc.read_schema(pyarrow.py_buffer(columns))
