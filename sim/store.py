"""The results folder of a study: what is in it, and how nothing that was finished is lost.

A finished run is at once a small Parquet file of its own, ``runs/block=00007/KEY.parquet``. When all runs of a block, some hundred of them
that follow one another in the study, are there, one sorted file ``block.parquet`` takes their place. Every file is written whole or not at
all, and a run is known by its key, so being stopped between any two steps leaves at most the same run in two files, which is harmless: the
one of its own counts. ``study.json`` says whose runs these are, and ``table.parquet`` is the table of the whole study.
"""

import json
import math
import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .errors import InputError
from .files import written
from .records import ERROR, Record

if TYPE_CHECKING:
    import pyarrow

BLOCK = "block.parquet"
FORMAT = "invitesim study"
VERSION = 1
"""What ``study.json`` says; the version grows when an older invitesim could not read the folder."""


class Store:
    """The folder of a study, while this process works on it; nobody else may at the same time.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    identity : mapping
        What makes the study this one and no other: JSON, from what it is called in an error to what it is.
    points_per_block : int
        How many points follow one another in a block; of a folder that is there, its own counts.

    Raises
    ------
    InputError
        The folder can't be written, is at work in another process, or belongs to another study.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], points_per_block: int) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self._lock = locked(folder)
        try:
            self.points_per_block = self._claim(identity, points_per_block)
            for pattern in ("runs/block=*/.*", ".*.table.parquet", ".*.study.json"):
                for leftover in folder.glob(pattern):  # of a process that was killed while it wrote
                    if leftover.is_file():
                        leftover.unlink()
        except BaseException:
            self.close()
            raise

    def _claim(self, identity: Mapping[str, Any], points_per_block: int) -> int:
        path = self.folder / "study.json"
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            if self.runs.exists():
                raise InputError(
                    f"{self.folder}: has runs but no study.json that says whose; must be a new folder"
                ) from None
            stamp = {
                "format": FORMAT,
                "version": VERSION,
                "points_per_block": points_per_block,
                **identity,
            }
            with written(path) as beside:
                beside.write_text(
                    json.dumps(stamp, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
                )
            return points_per_block
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: can't be read ({' '.join(str(error).split())}); must be as a study has written it"
            ) from None
        ours = isinstance(there, dict) and there.get("format") == FORMAT
        if (
            not ours
            or not _whole(there.get("version"), VERSION)
            or not _whole(there.get("points_per_block"))
        ):
            raise InputError(
                f"{path}: not of a study, or of a newer invitesim; must be a folder of this study, or a new one"
            )
        differs = difference(
            {name: there.get(name) for name in identity}, json.loads(json.dumps(identity))
        )
        if differs:
            raise InputError(
                f"{self.folder}: holds another study: {differs}; must be the same study, or another folder"
            )
        return int(there["points_per_block"])

    def close(self) -> None:
        """Let others work on the folder."""
        self._lock.truncate(0)
        self._lock.close()

    def _block(self, block: int) -> Path:
        return self.runs / f"block={block:05}"

    def finished(self, block: int, *, failed_too: bool = True) -> set[str]:
        """Give the keys of the runs of a block that are there; those that failed are left out if so asked."""
        if failed_too:
            compact = self._block(block) / BLOCK
            keys = set(_read(compact, ["run"])["run"].to_pylist()) if compact.exists() else set()
            return keys | {single.stem for single in self._singles(block)}
        table = self.read(block)
        rows = [] if table is None else table.select(["run", ERROR]).to_pylist()
        return {row["run"] for row in rows if row[ERROR] is None}

    def add(self, block: int, key: str, record: Record) -> None:
        """Keep the record of a run; when this returns it is on the disk."""
        with written(self._block(block) / f"{key}.parquet") as beside:
            beside.write_bytes(record.content)

    def count(self) -> int:
        """Say how many runs are there."""
        names = (path.name.partition("=")[2] for path in self.runs.glob("block=*"))
        return sum(len(self.finished(int(name))) for name in names if name.isdecimal())

    def schema(self, block: int) -> "pyarrow.Schema | None":
        """Give the columns of a block that is in one file; None where it is not."""
        import pyarrow.parquet

        path = self._block(block) / BLOCK
        return pyarrow.parquet.read_schema(path) if path.exists() else None

    def read(self, block: int) -> "pyarrow.Table | None":
        """Read the runs of a block, in the order of points, replications and policies; None if there are none."""
        import numpy as np
        import pyarrow
        import pyarrow.compute

        singles, compact = self._singles(block), self._block(block) / BLOCK
        tables = [_read(path) for path in singles]
        if compact.exists():
            table = _read(compact)
            newer = pyarrow.array([path.stem for path in singles], pyarrow.string())
            tables.insert(
                0,
                table.filter(pyarrow.compute.invert(pyarrow.compute.is_in(table["run"], newer)))
                if singles
                else table,
            )
        if not tables:
            return None
        table = pyarrow.concat_tables(tables, promote_options="permissive")
        return table.take(np.lexsort((table["replication"].to_numpy(), table["point"].to_numpy())))

    def compact(self, block: int) -> None:
        """Put the runs of a block into one file."""
        import pyarrow.parquet

        singles = self._singles(block)
        if not singles or (table := self.read(block)) is None:
            return
        with written(self._block(block) / BLOCK) as beside:
            pyarrow.parquet.write_table(table, beside, compression="zstd")
        for single in singles:
            single.unlink()

    def _singles(self, block: int) -> list[Path]:
        return sorted(
            path for path in self._block(block).glob("[!.]*.parquet") if path.name != BLOCK
        )


def _whole(value: Any, most: float = math.inf) -> bool:
    return isinstance(value, int) and 1 <= value <= most


def _read(path: Path, columns: list[str] | None = None) -> "pyarrow.Table":
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            return file.read(columns)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(
            f"{path}: damaged ({' '.join(str(error).split())[:100]}); remove this file, and its runs are done again"
        ) from None


def locked(folder: Path) -> IO[str]:
    """Take a folder for this process, until the file that is given is closed or the process ends, however it ends."""
    path = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - it stays open
    except OSError as error:
        obstructed = isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError)
        why = "a file is where a folder should be" if obstructed else error.strerror or str(error)
        raise InputError(
            f"{folder}: can't be written ({why}); must be a folder where you may write"
        ) from None
    try:
        import fcntl
    except ImportError:  # not Unix: nobody is kept out
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        who = file.read().strip() or "which has not said its name"
        file.close()
        raise InputError(
            f"{folder}: another process works on it ({who}); must be another folder, or when that one is done"
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}")
    file.flush()
    return file


def difference(there: Any, here: Any, name: str = "") -> str:
    """Say in a few words where two trees first differ; nothing if they are the same."""
    if isinstance(there, Mapping) and isinstance(here, Mapping):
        if list(there) != list(here) and sorted(there) == sorted(here):
            return f"{name} in the order {', '.join(there)} there and {', '.join(here)} here"
        found = (
            difference(there.get(key), here.get(key), f"{name}.{key}" if name else key)
            for key in _keys(there, here)
        )
        return next((words for words in found if words), "")
    return (
        ""
        if there == here and type(there) is type(here)
        else f"{name} is {_short(there)} there and {_short(here)} here"
    )


def _keys(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterable[str]:
    return [*there, *(key for key in here if key not in there)]


def _short(value: Any) -> str:
    text = "not given" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
