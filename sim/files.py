"""Atomic writes: a file or a folder of files appears whole or not at all.

The data are first written to a temporary name beside the final one and flushed to the disk. Then
the file takes its final name in one step, which is flushed too. After an error, an interruption or
a power failure, the old files are still there.
"""

import contextlib
import errno
import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .errors import InputError
from .interruption import defer_interrupt
from .parameters.checks import located
from .parameters.kinds import shown

UNFINISHED = ".unfinished-"
"""Begins the name of a folder that a process writes to; if no process has locked it, it is a
leftover."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
"""Errors of a write if the disk is full, broken or read-only, or the user's quota is used up."""
ROOM = 65_536
"""Bytes that a disk must have room for before a run begins whose results it shall hold."""
NO_TEMPORARY = "No usable temporary directory"
"""Begins the error of ``tempfile`` if no disk has room."""


def destination(path: Any) -> Path:
    """Return the path of a file to write: as `located`, with characters that all writers accept.

    Raises
    ------
    InputError
        It is not a path that can be written. This is known before the work for the file begins.
    """
    read = located(path)
    text = str(read)
    strange = [name for name in text if unicodedata.category(name) in ("Cc", "Cs")]
    if strange:
        raise InputError(
            f"{text}: can't be written, its name has {shown(strange[0])} in it; "
            "must be of printable characters, in UTF-8"
        )
    return read


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path; when the block ends without error, its file takes the final name.

    The temporary path has the suffix of the final one, for writers that choose the format by it.
    The block should only write.

    Raises
    ------
    InputError
        The file can't be written.
    """
    path = destination(path)
    try:
        if not path.name:  # the root, or the current folder
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
        beside.touch(exist_ok=False)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield beside
        _flush(beside)
        beside.replace(path)
        _flush_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | Path, *, stale: Iterable[str] = ()) -> Iterator[Path]:
    """Yield an empty folder; when the block ends without error, its files move to the final folder.

    They replace files of the same names there; other files stay. If the block ends with an error or
    an interruption, the final folder stays as it was, and is not made if it did not exist.

    Parameters
    ----------
    path : str or Path
        The final folder.
    stale : iterable of str
        Names of files to remove from the final folder if the block has not written them anew.

    Raises
    ------
    InputError
        The folder can't be written: raised before the block begins, so that no long run is in vain.
        Or there is no room left: raised later.

    Examples
    --------
    >>> import sim
    >>> with sim.atomic_folder("out") as folder:
    ...     _ = (folder / "note.txt").write_text("done")
    """
    path = destination(path)
    # os.path.exists, unlike Path.exists, is also False where it can't be told
    made = [folder for folder in (path, *path.parents) if not os.path.exists(folder)]
    name = secrets.token_hex(4)
    beside, hold = path / f".{name}", None  # inside: perhaps one may write nowhere else
    try:
        try:
            _sweep(path)
            beside.mkdir(parents=True)
            (beside / "room").write_bytes(bytes(ROOM))
            (beside / "room").unlink()
            hold = _lock(beside)
            # it is held before it has a name that `_sweep` looks for
            beside = beside.rename(path / f"{UNFINISHED}{name}")
        except OSError as error:
            raise _unwritable(path, error) from None
        try:
            yield beside
        except OSError as error:
            if not no_room(error):  # not an error of this folder
                raise
            raise _unwritable(path, error) from None
        try:
            with defer_interrupt():  # all files take their places, or none does
                _take_places(beside, path, stale)
        except OSError as error:
            raise _unwritable(path, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if hold is not None:
            os.close(hold)
        for folder in made:
            # not empty: the block ended without error; not there: it could not be made
            with contextlib.suppress(OSError):
                folder.rmdir()


def no_room(error: OSError) -> bool:
    """Return whether a write has failed because the disk has no room or can't be written."""
    return error.errno in NO_ROOM or str(error.strerror).startswith(NO_TEMPORARY)


def _sweep(path: Path) -> None:
    """Remove what processes have left that were killed while they wrote to the folder."""
    for leftover in path.glob(f"{UNFINISHED}*"):
        hold = _lock(leftover)
        if hold is not None:
            shutil.rmtree(leftover, ignore_errors=True)
            os.close(hold)


def _lock(folder: Path) -> int | None:
    """Lock a folder until the returned descriptor is closed or the process ends.

    None if another process has the lock, or if the system has no such locks.
    """
    try:
        import fcntl

        hold = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # not Unix: leftovers stay
        return None
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(hold)
        return None
    return hold


def _take_places(beside: Path, path: Path, stale: Iterable[str]) -> None:
    """Move the files to their places, after checking that every one of them can be moved."""
    found = sorted(beside.rglob("*"))
    places = {file: path / file.relative_to(beside) for file in found if not file.is_dir()}
    old = [path / name for name in stale if not (beside / name).exists()]
    for folder in (path / made.relative_to(beside) for made in found if made.is_dir()):
        if os.path.lexists(folder) and not folder.is_dir():
            raise _unwritable(folder, NotADirectoryError())
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            raise _unwritable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    for final in (*places.values(), *old):
        if final.is_dir():
            raise _unwritable(final, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    for file in places:
        _flush(file)
    for file, final in places.items():
        final.parent.mkdir(parents=True, exist_ok=True)
        file.replace(final)
    for final in old:
        final.unlink(missing_ok=True)
    for folder in {path, *(final.parent for final in places.values())}:
        _flush_folder(folder)


def _flush(path: Path) -> None:
    try:
        there = os.open(path, os.O_RDWR)  # Windows flushes only what is open for writing
    except (IsADirectoryError, PermissionError):
        there = os.open(path, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


def _flush_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, if its file system can do this."""
    with contextlib.suppress(OSError):
        _flush(path)


def _unwritable(path: Path, error: OSError) -> InputError:
    obstructed = isinstance(error, FileExistsError | NotADirectoryError)
    why = "a file is where a folder should be" if obstructed else error.strerror or str(error)
    free = "where you may write, on a disk with free space"
    place = "a folder, or lie in one" if obstructed else free
    return InputError(f"{path}: can't be written ({why}); must be {place}")
