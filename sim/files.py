"""Files that appear whole or not at all.

What is written goes to a neighbour of its final name first, is flushed to the disk, and takes the name in one step, which is flushed too.
An error, an interruption or the end of the power in between leaves what was there before.
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
"""How the name of a folder begins in which a process writes; with nobody to hold it, it is a leftover."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
"""What a write fails with where the disk is full or broken, or the user has had a share of it."""
ROOM = 65_536
"""Bytes that a disk must have room for before a run begins whose outcome is to lie there."""
NO_TEMPORARY = "No usable temporary directory"
"""How ``tempfile`` says that there is room nowhere."""


def destination(path: Any) -> Path:
    """Read the path of what is to be written: `located`, and of characters that all writers take.

    Raises
    ------
    InputError
        No such path: before the work whose outcome is to lie there.
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
    """Give a path to write to; when the block ends well, what it wrote takes the final name.

    The path given has the suffix of the final one, so a writer that goes by the suffix does the same. The block writes, and does nothing
    else.

    Raises
    ------
    InputError
        Where the file can't be written.
    """
    path = destination(path)
    try:
        if not path.name:  # the root, or where we are
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
        beside.touch(exist_ok=False)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield beside
        _flushed(beside)
        beside.replace(path)
        _folder_flushed(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | Path, *, stale: Iterable[str] = ()) -> Iterator[Path]:
    """Give an empty folder to write to; when the block ends well, its files move into the final folder.

    They replace files of the same name there; other files stay. If the block ends in an error or an interruption, the final folder is as
    it was, and is not made if it was not there.

    Parameters
    ----------
    path : str or Path
        The folder.
    stale : iterable of str
        Names of files that are removed if the block did not write them: they would be of an earlier time.

    Raises
    ------
    InputError
        Where the folder can't be written, before the block begins: so a long run does not end in vain. After that, where there is no room.
    """
    path = destination(path)
    made = [
        folder for folder in (path, *path.parents) if not os.path.exists(folder)
    ]  # unlike Path.exists, where it can't be told too
    name = secrets.token_hex(4)
    beside, hold = path / f".{name}", None  # inside: the folder may be all that one may write to
    try:
        try:
            _sweep(path)
            beside.mkdir(parents=True)
            (beside / "room").write_bytes(bytes(ROOM))
            (beside / "room").unlink()
            hold = _held(beside)
            beside = beside.rename(
                path / f"{UNFINISHED}{name}"
            )  # held before it has the name that is swept
        except OSError as error:
            raise _unwritable(path, error) from None
        try:
            yield beside
        except OSError as error:
            if not no_room(error):  # of something else than what is written here
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
            with contextlib.suppress(
                OSError
            ):  # not empty: the block ended well; not there: it could not be made
                folder.rmdir()


def no_room(error: OSError) -> bool:
    """Whether a write has failed for want of room, or of a disk that can be written."""
    return error.errno in NO_ROOM or str(error.strerror).startswith(NO_TEMPORARY)


def _sweep(path: Path) -> None:
    """Remove what was left by processes that were killed while they wrote to the folder."""
    for leftover in path.glob(f"{UNFINISHED}*"):
        hold = _held(leftover)
        if hold is not None:
            shutil.rmtree(leftover, ignore_errors=True)
            os.close(hold)


def _held(folder: Path) -> int | None:
    """Hold a folder until the number given is closed or the process ends, however it ends; None where another does, or nobody can."""
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
    """Move what was written to its place; what can be wrong is looked at before the first file moves."""
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
        _flushed(file)
    for file, final in places.items():
        final.parent.mkdir(parents=True, exist_ok=True)
        file.replace(final)
    for final in old:
        final.unlink(missing_ok=True)
    for folder in {path, *(final.parent for final in places.values())}:
        _folder_flushed(folder)


def _flushed(path: Path) -> None:
    try:
        there = os.open(path, os.O_RDWR)  # Windows flushes only what is open for writing
    except (IsADirectoryError, PermissionError):
        there = os.open(path, os.O_RDONLY)
    try:
        os.fsync(there)
    finally:
        os.close(there)


def _folder_flushed(path: Path) -> None:
    """Let the names in a folder outlive the power, where its file system can do that for folders."""
    with contextlib.suppress(OSError):
        _flushed(path)


def _unwritable(path: Path, error: OSError) -> InputError:
    obstructed = isinstance(error, FileExistsError | NotADirectoryError)
    why = "a file is where a folder should be" if obstructed else error.strerror or str(error)
    return InputError(
        f"{path}: can't be written ({why}); must be a place with room, where you may write"
    )
