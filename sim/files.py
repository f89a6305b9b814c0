"""Files that appear whole or not at all.

What is written goes to a neighbour of its final name first, is flushed to the disk, and takes the name in one step; an error or an
interruption in between leaves what was there before.
"""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from .arguments import located
from .errors import InputError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What a write fails with where the disk is full or broken, or the user has had a share of it."""


@contextlib.contextmanager
def written(path: str | Path) -> Iterator[Path]:
    """Give a path to write to; when the block ends well, what it wrote takes the final name.

    The path given has the suffix of the final one, so a writer that goes by the suffix does the same. The block writes, and does nothing
    else.

    Raises
    ------
    InputError
        Where the file can't be written.
    """
    path = located(path)
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
        with open(beside, "rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_written(path: str | Path) -> Iterator[Path]:
    """Give an empty folder to write to; when the block ends well, its files move into the final folder.

    They replace files of the same name there; other files stay. If the block ends in an error or an interruption, the final folder is as
    it was, and is not made if it was not there.

    Raises
    ------
    InputError
        Where the folder can't be written, before the block begins: so a long run does not end in vain. After that, where there is no room.
    """
    path = located(path)
    made = [folder for folder in (path, *path.parents) if not os.path.exists(folder)]  # unlike Path.exists, where it can't be told too
    beside = path / f".{secrets.token_hex(4)}"  # inside: the folder may be all that one may write to
    try:
        try:
            beside.mkdir(parents=True)
        except OSError as error:
            raise _unwritable(path, error) from None
        try:
            yield beside
        except OSError as error:
            if error.errno not in NO_ROOM:  # of something else than what is written here
                raise
            raise _unwritable(path, error) from None
        try:
            for file in sorted(found for found in beside.rglob("*") if not found.is_dir()):
                final = path / file.relative_to(beside)
                final.parent.mkdir(parents=True, exist_ok=True)
                file.replace(final)
        except OSError as error:
            raise _unwritable(path, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        for folder in made:
            with contextlib.suppress(OSError):  # not empty: the block ended well; not there: it could not be made
                folder.rmdir()


def _unwritable(path: Path, error: OSError) -> InputError:
    obstructed = isinstance(error, FileExistsError | NotADirectoryError)
    why = "a file is where a folder should be" if obstructed else error.strerror or str(error)
    return InputError(f"{path}: can't be written ({why}); must be a place with room, where you may write")
