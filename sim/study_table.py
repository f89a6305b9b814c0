"""The table of a study: a row for each point, replication and policy, put together from the blocks and read as one file.

It is written a block at a time and read as its reader likes, so its size is not a matter of memory. The same runs give the same bytes,
whenever and wherever each of them was done.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .design import Design
from .errors import InputError
from .files import written
from .parameters import near, shown
from .records import ERROR, HEAD
from .scenario import Scenario
from .statistics import paired_difference
from .store import Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

ROWS = 65_536
"""Rows in each group of the file, whatever the blocks are."""
NOT_MEASURED = (*HEAD, ERROR)


class StudyTable:
    """The finished table of a study, in its file; pandas, polars and DuckDB read the file, or this object."""

    def __init__(
        self, path: Path, design: Design, scenario: Scenario, replications: NDArray[np.int64]
    ) -> None:
        import pyarrow.parquet

        self.path = path
        self._design, self._scenario, self._replications = design, scenario, replications
        with pyarrow.parquet.ParquetFile(path) as file:
            self.schema: pyarrow.Schema = file.schema_arrow
            self._rows = int(file.metadata.num_rows)

    def __len__(self) -> int:
        return self._rows

    @property
    def runs(self) -> int:
        """How many runs it has, failed ones and those of equal points included."""
        return int(self._replications.sum())

    def __repr__(self) -> str:
        return f"<StudyTable {self.path}: {len(self._design)} points, {self.runs} runs, {len(self)} rows>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Lend the rows to any library that speaks Arrow, as in ``polars.DataFrame(table)``."""
        import pyarrow

        return pyarrow.RecordBatchReader.from_batches(
            self.schema, self.batches()
        ).__arrow_c_stream__(requested_schema)

    @property
    def measures(self) -> list[str]:
        """The columns that are measures."""
        varied = {column_of(name, self.schema.names) for name in self._design.names}
        return [
            name for name in self.schema.names if name not in NOT_MEASURED and name not in varied
        ]

    def batches(self) -> "Iterator[pyarrow.RecordBatch]":
        """Give the rows a part at a time."""
        import pyarrow.parquet

        with pyarrow.parquet.ParquetFile(self.path) as file:
            yield from file.iter_batches()

    def to_pandas(
        self, columns: Sequence[str] | None = None, *, policy: str | None = None
    ) -> "pd.DataFrame":
        """Read the table, or some columns and the rows of one policy, as a DataFrame.

        A parameter that is unset is NaN, as is a measure of nothing or of a run that failed.

        Raises
        ------
        InputError
            A column or a policy that is not there.
        """
        import pyarrow.parquet

        if isinstance(columns, str) or not isinstance(columns, Iterable | None):
            raise InputError(
                f"columns: not a list of names (got {shown(columns)}); must be a list, as ['policy', 'blocked']"
            )
        columns = None if columns is None else list(columns)
        for column in columns or ():
            _check("columns", column, self.schema.names)
        wanted = None
        if policy is not None:
            _check(
                "policy",
                policy,
                pyarrow.parquet.read_table(self.path, columns=["policy"])["policy"]
                .unique()
                .to_pylist(),
            )
            wanted = [("policy", "==", policy)]
        table: pd.DataFrame = pyarrow.parquet.read_table(
            self.path, columns=columns, filters=wanted
        ).to_pandas()
        return table

    def to_csv(self, path: str | Path) -> None:
        """Write the table as CSV, a part at a time."""
        import pyarrow.csv

        with written(path) as beside, pyarrow.csv.CSVWriter(beside, self.schema) as writer:
            for batch in self.batches():
                writer.write_batch(batch)

    def failed(self) -> "pd.DataFrame":
        """Give the rows of the runs that failed: their parameters and their errors."""
        import pyarrow.compute
        import pyarrow.parquet

        names = [name for name in self.schema.names if name not in self.measures]
        failed = pyarrow.compute.field(ERROR).is_valid()
        table: pd.DataFrame = pyarrow.parquet.read_table(
            self.path, columns=names, filters=failed
        ).to_pandas()
        return table

    def compare(
        self,
        a: int | Mapping[str, Any],
        b: int | Mapping[str, Any],
        measure: str | None = None,
        policy: str | None = None,
    ) -> "pd.DataFrame":
        """Compare two points, replication by replication.

        Parameters
        ----------
        a, b : int or mapping
            A point's number, or the values that tell it from the others, as ``{"platform.limit": 3}``.
        measure, policy : str, optional
            Only this one; None: every one.

        Returns
        -------
        DataFrame
            Columns ``policy``, ``measure`` and those of ``sim.paired``: ``mean`` of a - b, ``low``, ``high`` (95 %), ``replications``
            (pairs) and ``variance_saved``.

        Raises
        ------
        InputError
            A point, measure or policy that is not there.
        """
        import pandas as pd
        import pyarrow.parquet

        numbers = [self._design.number(point, self._scenario) for point in (a, b)]
        measures = self.measures if measure is None else [measure]
        for name in measures:
            _check("measure", name, self.measures)
        columns = ["point", "replication", "policy", *measures]
        runs = pyarrow.parquet.read_table(
            self.path, columns=columns, filters=[("point", "in", numbers)]
        ).to_pandas()
        policies = list(dict.fromkeys(runs["policy"]))
        if policy is not None:
            _check("policy", policy, policies)
        rows = []
        for name in policies if policy is None else [policy]:
            one, other = (
                runs[(runs["point"] == number) & (runs["policy"] == name)].set_index("replication")
                for number in numbers
            )
            both = one.index.intersection(other.index)
            differences = {
                of: paired_difference(one.loc[both, of], other.loc[both, of])
                for of in measures
                if _numeric(one[of])
            }
            rows += [
                {"policy": name, "measure": of, **difference._asdict()}
                for of, difference in differences.items()
            ]
        return pd.DataFrame(rows)


def _check(what: str, name: Any, known: Sequence[str]) -> None:
    """Raise an ``InputError`` if a name is not there."""
    if name not in known:
        raise InputError(
            f"{what}: {name}: not there{near(str(name), known)}; must be one of {', '.join(known)}"
        )


def _numeric(column: "pd.Series[Any]") -> bool:
    return column.dtype.kind in "fiub"


def column_of(name: str, taken: Sequence[str]) -> str:
    """Give the column of a varied parameter: its name, or ``scenario.NAME`` where a column of the runs has that name."""
    return f"scenario.{name}" if f"scenario.{name}" in taken else name


def write_table(path: Path, design: Design, store: Store, replications: NDArray[np.int64]) -> None:
    """Put the blocks of a study together into one file."""
    import pyarrow
    import pyarrow.parquet

    runs = _schema(store, len(design))
    names = [f"scenario.{name}" if name in runs.names else name for name in design.names]
    with written(path) as beside:
        writer, waiting = None, []
        for table in _blocks(design, store, replications, runs, names):
            waiting.append(table)
            if writer is None:
                writer = pyarrow.parquet.ParquetWriter(beside, table.schema, compression="zstd")
            if sum(map(len, waiting)) >= ROWS:
                together = pyarrow.concat_tables(waiting)
                whole = len(together) // ROWS * ROWS
                writer.write_table(together.slice(0, whole), row_group_size=ROWS)
                waiting = [together.slice(whole)]
        if writer is not None:
            writer.write_table(pyarrow.concat_tables(waiting), row_group_size=ROWS)
            writer.close()


def _schema(store: Store, points: int) -> "pyarrow.Schema":
    """Give the columns that any run of the study has, the error last."""
    import pyarrow

    blocks = range(-(-points // store.points_per_block))
    schemas = [schema for schema in map(store.schema, blocks) if schema is not None]
    schema = pyarrow.unify_schemas(schemas, promote_options="permissive")
    fields = [schema.field(name) for name in schema.names if name not in NOT_MEASURED]
    return pyarrow.schema([*(schema.field(name) for name in HEAD), *fields, schema.field(ERROR)])


def _blocks(
    design: Design,
    store: Store,
    replications: NDArray[np.int64],
    runs: "pyarrow.Schema",
    names: Sequence[str],
) -> "Iterator[pyarrow.Table]":
    """Give the rows of the table, the points of one block at a time."""
    import pyarrow

    size = store.points_per_block
    read: dict[int, pyarrow.Table] = {}
    for begin in range(0, len(design), size):
        numbers = np.arange(begin, min(begin + size, len(design)))
        parts = []
        for block in np.unique(
            design.first[numbers] // size
        ):  # a point that was there before has its runs in an earlier block
            if block not in read:
                read = {**dict(list(read.items())[-3:]), block: store.read(int(block))}
            here = numbers[design.first[numbers] // size == block]
            parts.append(
                _rows(read[block], here, design.first[here], replications[design.first[here]])
            )
        table = pyarrow.concat_tables(parts, promote_options="permissive")
        table = table.take(np.argsort(table["point"].to_numpy(), kind="stable"))
        rows = {field.name: _column(table, field) for field in runs if field.name != "run"}
        point = rows.pop("point")
        varied = design.columns(numbers)
        place = pyarrow.array(point.to_numpy() - begin)
        parameters = {
            name: varied[own].take(place) for name, own in zip(names, design.names, strict=True)
        }
        yield pyarrow.table({"point": point, **parameters, **rows})


def _rows(
    table: "pyarrow.Table",
    numbers: NDArray[np.int64],
    first: NDArray[np.int64],
    replications: NDArray[np.int64],
) -> "pyarrow.Table":
    """Take the rows of some points, by the number of the point that was run for each, as far as its replications are asked for."""
    import pyarrow

    point, replication = table["point"].to_numpy(), table["replication"].to_numpy()
    most = int(replication.max()) + 1
    order = point * most + replication  # rows stand in this order
    start, stop = (
        np.searchsorted(order, first * most + np.minimum(end, most)) for end in (0, replications)
    )
    chosen = np.concatenate([np.arange(*span) for span in zip(start, stop, strict=True)])
    return table.take(chosen).set_column(
        table.schema.get_field_index("point"),
        "point",
        pyarrow.array(np.repeat(numbers, stop - start)),
    )


def _column(table: "pyarrow.Table", field: "pyarrow.Field") -> Any:
    import pyarrow

    there = (
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pyarrow.nulls(len(table), field.type)
    )
    return there.combine_chunks() if isinstance(there, pyarrow.ChunkedArray) else there
