"""The table of a study: a row for each point, replication and policy, exported from its runs.

The table is written some thousand rows at a time and can be read in batches, so it may be larger
than the memory. The same runs give the same bytes, whenever and wherever each of them was done.

The pages of the file are compressed by gzip, whose checksums pandas verifies when it reads. A
digest, in a file beside the table and in ``StudyTable``, covers every bit.
"""

import contextlib
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import parquet
from ..errors import InputError
from ..files import atomic_write
from ..measures.definitions import DENOMINATORS, denominators_of
from ..measures.statistics import check_one_row, differences
from ..parameters.kinds import near, shown
from ..parameters.settings import MOVED, column_of
from ..scenario.scenario import Scenario
from .design import Design
from .run_record import ERROR, POLICY, RUN, schema_of, unpacked
from .store import RunStore, StoredRun

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

TABLE = "table.parquet"
DIGEST = f"{TABLE}.sha256"
"""The file of the digest, in the format of ``sha256sum``."""
ROWS = 10_000
"""About this number of rows is assembled at a time and makes a row group of the file."""
NOT_MEASURED = (*RUN, POLICY, ERROR)


class StudyTable:
    """The finished table of a study, in its file.

    pandas, polars and DuckDB can read the file or this object. If a single bit of the file is not
    as the study has written it, reading this object raises an ``InputError``.
    """

    def __init__(
        self,
        path: Path,
        design: Design,
        scenario: Scenario,
        replications: NDArray[np.int64],
        digest: str,
    ) -> None:
        import pyarrow.parquet

        self.path, self._digest = path, digest
        self._design, self._scenario, self._replications = design, scenario, replications
        with self._checked(), pyarrow.parquet.ParquetFile(path) as file:
            self.schema: pyarrow.Schema = file.schema_arrow
            self._rows = int(file.metadata.num_rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows

    @property
    def runs(self) -> int:
        """Return the number of runs; failed runs count, and equal points count separately."""
        return int(self._replications.sum())

    def __repr__(self) -> str:
        """Return path and size, for a prompt."""
        size = f"{len(self._design)} points, {self.runs} runs, {len(self)} rows"
        return f"<StudyTable {self.path}: {size}>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow stream, for libraries as in ``polars.DataFrame(table)``."""
        import pyarrow

        return pyarrow.RecordBatchReader.from_batches(
            self.schema, self.batches()
        ).__arrow_c_stream__(requested_schema)

    @property
    def measures(self) -> list[str]:
        """Return the names of the columns that are measures."""
        varied = {column_of(name, self.schema.names) for name in self._design.names}
        others = {*NOT_MEASURED, *varied, *DENOMINATORS}
        return [name for name in self.schema.names if name not in others]

    def batches(self) -> "Iterator[pyarrow.RecordBatch]":
        """Yield the rows in batches."""
        with self._checked():
            yield from parquet.batches(self.path)

    def _read(
        self,
        columns: Sequence[str] | None = None,
        wanted: "Callable[[pyarrow.RecordBatch], Any] | None" = None,
        looked_at: str = "",
    ) -> "pyarrow.Table":
        """Return columns of the rows that are wanted, which one column decides."""
        import pyarrow

        names = self.schema.names if columns is None else list(columns)
        read = [*names, *({looked_at} - {"", *names})]
        with self._checked():
            parts = [
                (batch.filter(wanted(batch)) if wanted else batch).select(names)
                for batch in parquet.batches(self.path, read)
            ]
        return pyarrow.Table.from_batches(
            parts, pyarrow.schema([self.schema.field(name) for name in names], self.schema.metadata)
        )

    @contextlib.contextmanager
    def _checked(self) -> Iterator[None]:
        """Raise an ``InputError`` if the file is not as it was written, or can't be read."""
        try:
            if sha256(self.path) != self._digest:
                raise InputError(
                    f"{self.path}: not what this study has written (damaged, or written anew "
                    "since); call run(folder), which writes it again from the finished runs"
                )
            yield
        except OSError as error:
            raise InputError(
                f"{self.path}: can't be read ({error.strerror or error}); must be a file that you "
                "may read"
            ) from None

    def to_pandas(
        self, columns: Sequence[str] | None = None, *, policy: str | None = None
    ) -> "pd.DataFrame":
        """Read the table, or some columns and the rows of one policy, as a DataFrame.

        NaN stands for a parameter that is unset, for a measure that has no value, and for the
        measures of a run that failed.

        Raises
        ------
        InputError
            A column or a policy is not in the table.
        """
        if isinstance(columns, str) or not isinstance(columns, Iterable | None):
            raise InputError(
                f"columns: not a list of names (got {shown(columns)}); must be a list, as "
                "['policy', 'blocked']"
            )
        columns = None if columns is None else list(columns)
        for column in columns or ():
            _check("columns", column, self.schema.names)
        if policy is None:
            return parquet.frame(self._read(columns))
        import pyarrow.compute

        _check("policy", policy, self._read([POLICY])[POLICY].unique().to_pylist())
        rows = self._read(
            columns, lambda batch: pyarrow.compute.equal(batch[POLICY], policy), POLICY
        )
        return parquet.frame(rows)

    def to_csv(self, path: str | Path) -> None:
        """Write the table as CSV, in batches."""
        import pyarrow.csv

        with atomic_write(path) as beside, pyarrow.csv.CSVWriter(beside, self.schema) as writer:
            for batch in self.batches():
                writer.write_batch(batch)

    def failed(self) -> "pd.DataFrame":
        """Return the rows of the runs that failed: their parameters and their errors."""
        measured = {*self.measures, *DENOMINATORS}
        names = [name for name in self.schema.names if name not in measured]
        return parquet.frame(self._read(names, lambda batch: batch[ERROR].is_valid(), ERROR))

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
            The number of a point, or values that only this point has, as
            ``{"platform.limit": 3}``.
        measure, policy : str, optional
            The only measure or policy to compare; None: all.

        Returns
        -------
        DataFrame
            Columns ``policy``, ``measure`` and those of `sim.differences`: ``mean`` of a - b,
            ``low`` and ``high`` (95 %), ``replications`` (pairs), ``variance_saved`` and ``p``.

        Raises
        ------
        InputError
            A point, measure or policy is not in the table; or a run has several rows of a policy,
            as one for each day: such rows are not replications.

        Examples
        --------
        >>> import sim
        >>> limits = {"platform.limit": [1, 5]}
        >>> study = sim.Study(sim.Scenario(members=100, days=30), limits, replications=3)
        >>> table = study.run("limits", jobs=1)
        >>> table.compare({"platform.limit": 1}, {"platform.limit": 5}, "blocked", "everyone")
        """
        import pyarrow.compute

        numbers = [self._design.number(point, self._scenario) for point in (a, b)]
        measures = self.measures if measure is None else [measure]
        for name in measures:
            _check("measure", name, self.measures)
        needed = {"members", *denominators_of(measures)} - {*measures}
        taken = [name for name in self.schema.names if name in needed]
        columns = ["point", "replication", POLICY, *measures, *taken]
        points = pyarrow.array(numbers, self.schema.field("point").type)
        runs = parquet.frame(
            self._read(
                columns, lambda batch: pyarrow.compute.is_in(batch["point"], points), "point"
            )
        )
        right = (
            "choose one row a run, as that of a day, from to_pandas(), and give it to sim.paired"
        )
        check_one_row("compare", runs, ["point", "replication", POLICY], right)
        policies = list(dict.fromkeys(runs["policy"]))
        if policy is not None:
            _check("policy", policy, policies)
        there = set(zip(runs["point"], runs[POLICY], strict=True))
        pairs = [
            ((numbers[0], name), (numbers[1], name))
            for name in (policies if policy is None else [policy])
            if {(numbers[0], name), (numbers[1], name)} <= there
        ]
        table = differences(
            runs,
            by=["point", POLICY],
            pairs=pairs,
            measures=[name for name in measures if _numeric(runs[name])],
        )
        return table.drop(columns=["point", "than_point", "than_policy"])


def _check(what: str, name: Any, known: Sequence[str]) -> None:
    """Raise an ``InputError`` if a name is not known."""
    if name not in known:
        raise InputError(
            f"{what}: {name}: not there{near(str(name), known)}; must be one of {', '.join(known)}"
        )


def _numeric(column: "pd.Series[Any]") -> bool:
    return column.dtype.kind in "fiub"


def sha256(path: Path) -> str:
    """Return the SHA-256 digest of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def import_libraries() -> None:
    """Import what `write_table` needs: pyarrow, and pandas, which its first array imports."""
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401


def write_table(store: RunStore, design: Design, replications: NDArray[np.int64]) -> str:
    """Export the table of a study to its folder.

    Parameters
    ----------
    store : RunStore
    design : Design
    replications : array (points,)
        The number of replications of each point.

    Returns
    -------
    str
        The SHA-256 digest of the file.

    Raises
    ------
    InputError
        A point lacks a replication, or the folder has gone or has no room. Nothing is written.
    """
    import pyarrow.parquet

    pieces = _pieces(store, design, replications, _columns(store, design, replications))
    first = next(pieces)
    with atomic_write(store.folder / TABLE) as beside:
        with pyarrow.parquet.ParquetWriter(beside, first.schema, compression="gzip") as writer:
            for piece in itertools.chain([first], pieces):
                writer.write_table(piece)
        digest = sha256(beside)
    with atomic_write(store.folder / DIGEST) as beside:
        beside.write_text(f"{digest}  {TABLE}\n", encoding="utf-8")
    return digest


def _columns(store: RunStore, design: Design, replications: NDArray[np.int64]) -> "pyarrow.Schema":
    """Return the columns that any run has; raise an error if a run is missing."""
    import pyarrow

    schemas = dict.fromkeys(
        schema_of(run.content)
        for point in np.unique(design.first)
        for run in store.read(point, replications[point])
    )
    try:
        schema = pyarrow.unify_schemas(list(schemas), promote_options="permissive")
    except pyarrow.ArrowException as error:
        raise InputError(
            f"keep: a column is of one type in some runs and of another in others ({error}); must "
            "be of one type in all"
        ) from None
    measures = [name for name in schema.names if name not in (POLICY, ERROR)]
    return pyarrow.schema([schema.field(name) for name in (POLICY, *measures, ERROR)])


def _pieces(
    store: RunStore, design: Design, replications: NDArray[np.int64], columns: "pyarrow.Schema"
) -> "Iterator[pyarrow.Table]":
    """Yield the rows of the table, some points at a time."""
    points: list[int] = []
    runs: list[tuple[StoredRun, pyarrow.RecordBatch]] = []
    rows = 0
    for point, number in enumerate(replications):  # if points are equal, the first has the runs
        for run in store.read(design.first[point], number):
            points.append(point)
            runs.append((run, unpacked(run.content)))
            rows += len(runs[-1][1])
        if rows >= ROWS:
            yield _piece(design, points, runs, columns)
            points, runs, rows = [], [], 0
    if runs:
        yield _piece(design, points, runs, columns)


def _piece(
    design: Design,
    points: list[int],
    runs: "list[tuple[StoredRun, pyarrow.RecordBatch]]",
    columns: "pyarrow.Schema",
) -> "pyarrow.Table":
    """Join the tables of runs, with the columns that tell the point, the parameters and the run."""
    import pyarrow

    place = np.repeat(np.arange(len(runs)), [len(rows) for _, rows in runs])
    tables = [columns.empty_table(), *(pyarrow.Table.from_batches([rows]) for _, rows in runs)]
    table = pyarrow.concat_tables(tables, promote_options="permissive")
    taken = {*RUN, *columns.names}
    parameters = {
        f"{MOVED}{name}" if name in taken else name: column.take(pyarrow.array(place))
        for name, column in design.columns(np.array(points)).items()
    }
    return pyarrow.table(
        {
            "point": np.array(points)[place],
            **parameters,
            "replication": np.array([run.replication for run, _ in runs])[place],
            "seed": np.array([int(run.seed) for run, _ in runs], np.uint64)[place],
            **{name: table[name].combine_chunks() for name in columns.names},
        }
    )
