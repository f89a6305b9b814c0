"""The folder of a study: its finished runs, in one SQLite file, so that none of them is lost.

``runs.sqlite`` says whose runs these are and has a row for each finished run. A row is whole or
not there at all, and on the disk when ``Store.add`` returns, whatever ends the process after that.
SQLite's rollback journal does this (on network disks too, where its other way, WAL, may not work),
and its lock keeps other processes out until this one has ended, however it ends. A point has a
replication once: that is the table's key.

SQLite does not notice a flipped bit in what it keeps, so each row bears a digest of itself.
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
from ..interruption import interrupts_held
from .run_record import Job, Record

FILE = "runs.sqlite"
LOCK = "lock"
"""The file that names the process at work; it is only read by one that SQLite has kept out."""
TABLES = [
    "CREATE TABLE study (identity TEXT, digest BLOB)",
    "CREATE TABLE runs (point INTEGER, replication INTEGER, seed TEXT, failed INTEGER,"
    " content BLOB, digest BLOB, PRIMARY KEY (point, replication))",
]
VERSION = 2
"""Of these tables, in the file's ``user_version``; 1 was a folder of Parquet files."""
NO_LOCKS = ("SQLITE_IOERR_LOCK", "SQLITE_IOERR_RDLOCK", "SQLITE_IOERR_CHECKRESERVEDLOCK")
NO_DISK = ("SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_READONLY")
"""Beginnings of what SQLite says where the disk refuses; what is there may be good."""


class Stored(NamedTuple):
    """A finished run, as it is stored."""

    point: int
    replication: int
    seed: str
    """In words: SQLite's whole numbers end at half of what a seed may be."""
    failed: int
    content: bytes
    """Of its `Record`."""

    @property
    def digest(self) -> bytes:
        """Return what tells these values from any others."""
        head = f"{self.point} {self.replication} {self.seed} {self.failed} "
        return hashlib.blake2b(head.encode() + self.content, digest_size=16).digest()


class Store:
    """The folder of a study, while this process works on it; nobody else may at the same time.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    identity : mapping
        What makes the study this one and no other: JSON, from what it is called in an error to
        what it is.
    repair : bool
        Whether damaged runs are removed, to be done again, in place of being refused.

    Raises
    ------
    InputError
        The folder can't be written, is at work in another process, is damaged, or belongs to
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
            with self._in_one_line():
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
        """Let others work on the folder."""
        self._leave.close()

    def count(self) -> int:
        """Count the runs that are there."""
        self._check_in_place()
        with self._in_one_line():
            return int(self._db.execute("SELECT count(*) FROM runs").fetchone()[0])

    def add(self, done: Iterable[tuple[Job, Record]]) -> None:
        """Keep the records of some runs; when this returns they are on the disk."""
        self._check_in_place()
        runs = [
            Stored(job.point, job.replication, str(job.seed), int(failed), content)
            for job, (content, failed) in done
        ]
        rows = [(*run, run.digest) for run in runs]
        with self._in_one_line(), interrupts_held():  # one wait for the disk, for all of them
            self._db.execute("BEGIN")
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)", rows)

    def read(self, point: int, number: int | None = None) -> list[Stored]:
        """Return the runs of a point in order: those that are there, or the first ``number``.

        Raises
        ------
        InputError
            One of these is not there, or is damaged.
        """
        self._check_in_place()
        with self._in_one_line():
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
        return [Stored(*row[:-1]) for row in rows]

    def _check_format(self) -> None:
        """Refuse a folder that has something of a study, but not the runs."""
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
        """Take the file for this process until it is closed, and leave word of who has it."""
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
        """Say in the file whose it is, or compare with what it says."""
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
        """Look for damage now, and not only when a run is read, perhaps hours from now."""
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
        """Refuse to go on where the folder has gone: what is written to a removed file is lost."""
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
    def _in_one_line(self) -> Iterator[None]:
        """Raise what SQLite raises as an ``InputError`` that tells a damaged file from a disk."""
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
            "and write, on a disk with room"
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
        return bool(Stored(*row[:-1]).digest == row[-1])
    except TypeError:  # damage has made a text of what were bytes
        return False


def _digest_of(text: Any) -> bytes:
    return hashlib.blake2b(str(text).encode(), digest_size=16).digest()


def _cause(path: Path) -> OSError | None:
    """Return why a file can't be opened, which SQLite does not say; None where it can."""
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
    """Return in a few words where two trees first differ; nothing if they are the same."""
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
