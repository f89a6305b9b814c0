"""The folder of a study: its finished runs, in one SQLite file, so that none of them is lost.

``runs.sqlite`` records which study it belongs to, and has a row for each finished run. A row is
either whole or not there. When ``RunStore.add`` returns the row is on the disk, whatever ends the
process after that. SQLite's rollback journal guarantees this, also on network disks, where SQLite's
other mode, WAL, may not work. SQLite's lock keeps other processes out until this one has ended,
however it ends. Point and replication are the key of the table.

SQLite does not notice a flipped bit in its data, so each row has a digest of its own content.
"""

import contextlib
import hashlib
import json
import os
import socket
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import InputError
from ..interruption import defer_interrupt
from .run_record import Job, RunRecord

FILE = "runs.sqlite"
LOCK = "lock"
"""The file that names the process at work, for a process that SQLite has kept out."""
TABLES = [
    "CREATE TABLE study (identity TEXT, digest BLOB)",
    "CREATE TABLE runs (point INTEGER, replication INTEGER, seed TEXT, failed INTEGER,"
    " content BLOB, digest BLOB, PRIMARY KEY (point, replication))",
]
VERSION = 2
"""Version of these tables, in the file's ``user_version``; 1 was a folder of Parquet files."""
NO_LOCKS = ("SQLITE_IOERR_LOCK", "SQLITE_IOERR_RDLOCK", "SQLITE_IOERR_CHECKRESERVEDLOCK")
NO_DISK = ("SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_READONLY")
"""Beginnings of the names of SQLite's errors when the disk refuses; the file may be intact."""


class StoredRun(NamedTuple):
    """A finished run, as it is stored."""

    point: int
    replication: int
    seed: str
    """As text, because SQLite's integers have 63 bits and a sign, and a seed may have 64 bits."""
    failed: int
    content: bytes
    """The content of the run's `RunRecord`."""

    @property
    def digest(self) -> bytes:
        """Return a digest of all these values."""
        head = f"{self.point} {self.replication} {self.seed} {self.failed} "
        return hashlib.blake2b(head.encode() + self.content, digest_size=16).digest()


class RunStore:
    """The folder of a study, locked for this process until ``close``.

    Parameters
    ----------
    folder : Path
        It is made if it does not exist.
    identity : mapping
        Everything that must be the same in another run of the study, in values that JSON can hold:
        from the name that an error uses to the value.
    repair : bool
        Whether damaged runs are removed, to be done again. If False, a damaged run is an error.

    Raises
    ------
    InputError
        The folder can't be written, is in use by another process, is damaged, or belongs to
        another study.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], *, repair: bool = False) -> None:
        self.folder, self._path = folder, folder / FILE
        self._leave = contextlib.ExitStack()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from None
        self._check_format()
        with contextlib.ExitStack() as undo:
            with self._sqlite_errors():
                connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
                self._db = undo.enter_context(contextlib.closing(connection))
                self._lock(undo)
                self._claim(identity)
                self._check(repair)
            for leftover in folder.glob(".*.table.parquet*"):  # of a process that was killed
                leftover.unlink()
            self._there = os.stat(self._path)
            self._leave = undo.pop_all()

    def close(self) -> None:
        """Release the folder to other processes."""
        self._leave.close()

    def count(self) -> int:
        """Count the finished runs."""
        self._check_in_place()
        with self._sqlite_errors():
            return int(self._db.execute("SELECT count(*) FROM runs").fetchone()[0])

    def add(self, done: Iterable[tuple[Job, RunRecord]]) -> None:
        """Store the records of some runs; when this returns they are on the disk."""
        self._check_in_place()
        runs = [
            StoredRun(job.point, job.replication, str(job.seed), int(failed), content)
            for job, (content, failed) in done
        ]
        rows = [(*run, run.digest) for run in runs]
        with self._sqlite_errors(), defer_interrupt():  # one wait for the disk for all
            self._db.execute("BEGIN")
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)", rows)

    def read(self, point: int, number: int | None = None) -> list[StoredRun]:
        """Return the finished runs of a point in order: all, or the first ``number``.

        Raises
        ------
        InputError
            One of these runs is not there, or is damaged.
        """
        self._check_in_place()
        with self._sqlite_errors():
            rows = self._db.execute(
                "SELECT * FROM runs WHERE point = ? ORDER BY replication", (int(point),)
            ).fetchall()[:number]
        damaged = next((row for row in rows if not _is_intact(row)), None)
        if damaged:
            raise self._damaged_run(damaged)
        if number is not None and [row[1] for row in rows] != list(range(number)):
            raise InputError(
                f"{self._path}: a replication of point {point} is gone; must be there: start the "
                "study again, which does what is missing"
            )
        return [StoredRun(*row[:-1]) for row in rows]

    def _check_format(self) -> None:
        """Raise an ``InputError`` if the folder has files of a study, but no file of runs."""
        if os.path.exists(self._path):
            return
        if os.path.exists(self.folder / "study.json") or any(self.folder.glob("runs/block=*")):
            raise InputError(
                f"{self.folder}: holds a study of an older invitesim, whose runs this one can't "
                "read; must be another folder (its table.parquet stays as it is), or be finished "
                "with the version that began it"
            )
        if os.path.exists(self.folder / "table.parquet"):
            raise InputError(
                f"{self.folder}: has table.parquet but no {FILE} that says of which study; must "
                "be another folder"
            )

    def _lock(self, undo: contextlib.ExitStack) -> None:
        """Lock the file for this process until it is closed, and note which process this is."""
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("BEGIN EXCLUSIVE")
        self._db.execute("COMMIT")
        lock = self.folder / LOCK
        undo.callback(lock.unlink, missing_ok=True)
        try:
            lock.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        except OSError as error:
            raise self._refused(error) from None

    def _claim(self, identity: Mapping[str, Any]) -> None:
        """Write the study's identity to a new file, or compare it with that in the file."""
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        tables = self._db.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY rowid")
        there = [sql for (sql,) in tables]
        text = json.dumps(identity)
        if not there and not version:
            self._db.execute("BEGIN")
            for table in TABLES:
                self._db.execute(table)
            self._db.execute("INSERT INTO study VALUES (?, ?)", (text, _digest_of(text)))
            self._db.execute(f"PRAGMA user_version = {VERSION}")
            self._db.execute("COMMIT")
            return
        if there != TABLES or version != VERSION:
            raise self._damaged("its tables are not a study's, or of a newer invitesim")
        found = self._db.execute("SELECT * FROM study").fetchall()
        if len(found) != 1 or found[0][1] != _digest_of(found[0][0]):
            raise self._damaged("what it says of its study is not what was written")
        differs = difference(json.loads(found[0][0]), json.loads(text))
        if differs:
            raise InputError(
                f"{self.folder}: holds another study: {differs}; must be the same study, or "
                "another folder"
            )

    def _check(self, repair: bool) -> None:
        """Search for damage now, not only when a run is read, perhaps hours from now."""
        (said,) = self._db.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            raise self._damaged(said)
        rows = self._db.execute("SELECT *, rowid FROM runs NOT INDEXED")
        damaged = [(row[:2], row[-1]) for row in rows if not _is_intact(row[:-1])]
        if damaged and not repair:
            raise self._damaged_run(damaged[0][0])
        for _, place in damaged:
            self._db.execute("DELETE FROM runs WHERE rowid = ?", (place,))

    def _check_in_place(self) -> None:
        """Raise an ``InputError`` if the folder has gone: writes to a removed file are lost."""
        try:
            there = os.path.samestat(os.stat(self._path), self._there)
        except (FileNotFoundError, NotADirectoryError):
            there = False
        except OSError as error:
            raise self._refused(error) from None
        if not there:
            raise InputError(
                f"{self.folder}: was moved or removed while the study was at work; must stay until "
                "its end: put it back, and the same again goes on from there"
            )

    @contextlib.contextmanager
    def _sqlite_errors(self) -> Iterator[None]:
        """Raise an ``InputError`` for an error of SQLite: damage, or a disk that refuses."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(NO_LOCKS):
                raise self._refused(error, "its disk has no locks: ") from None
            if name.startswith("SQLITE_BUSY"):
                who = _text(self.folder / LOCK) or "or its disk has no locks"
                raise InputError(
                    f"{self.folder}: another process works on it ({who}); must be another folder, "
                    "or when that one is done"
                ) from None
            if name.startswith(NO_DISK):
                raise self._refused(_cause(self._path) or error) from None
            raise self._damaged(str(error)) from None

    def _refused(self, error: Exception, known: str = "") -> InputError:
        why = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileExistsError | NotADirectoryError):
            why = "a file is where a folder should be"
        return InputError(
            f"{self.folder}: can't be written ({known}{why}); must be a folder where you may read "
            "and write, on a disk with free space"
        )

    def _damaged(self, why: str, right: str = "start in another folder") -> InputError:
        return InputError(
            f"{self._path}: damaged ({' '.join(why.split())[:100]}); must be as a study has "
            f"left it: take a copy of it from elsewhere, or {right}"
        )

    def _damaged_run(self, row: tuple[Any, ...]) -> InputError:
        return self._damaged(
            f"replication {row[1]} of point {row[0]} is not what was written",
            "have such runs done again by retry_failed (--retry-failed)",
        )


def _is_intact(row: tuple[Any, ...]) -> bool:
    try:
        return bool(StoredRun(*row[:-1]).digest == row[-1])
    except TypeError:  # damage has turned bytes into a text
        return False


def _digest_of(text: Any) -> bytes:
    return hashlib.blake2b(str(text).encode(), digest_size=16).digest()


def _cause(path: Path) -> OSError | None:
    """Return why a file can't be opened, which SQLite does not tell; None if it can."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o644))
    except OSError as error:
        return error
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):  # it has not been written yet, or is being written
        return ""


def difference(there: Any, here: Any, name: str = "") -> str:
    """Return in a few words where two identities first differ; "" if they are equal."""
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
