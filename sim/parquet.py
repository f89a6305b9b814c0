"""Parquet, read by this thread alone.

``pandas.read_parquet`` and ``pyarrow.parquet.read_table`` leave threads behind that at times abort
the process at its very end, after all went well (apache/arrow#34314).
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import pyarrow


def batches(
    source: "Path | IO[bytes]", columns: Sequence[str] | None = None
) -> "Iterator[pyarrow.RecordBatch]":
    """Yield the rows a part at a time."""
    import pyarrow.parquet

    with contextlib.closing(pyarrow.parquet.ParquetFile(source, pre_buffer=False)) as file:
        yield from file.iter_batches(columns=columns, use_threads=False)


def table(source: IO[bytes]) -> "pyarrow.Table":
    """Return all rows."""
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(source, pre_buffer=False).read(use_threads=False)


def frame(rows: "pyarrow.Table") -> "pd.DataFrame":
    """Return rows as a table of pandas."""
    made: Any = rows.to_pandas(use_threads=False)
    return made  # type: ignore[no-any-return]
