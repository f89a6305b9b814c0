"""Files that appear whole or not at all.

What is written goes to a neighbour of its final name first, is flushed to the disk, and takes the name in one step; an error or an interruption in between leaves
what was there before.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import InputError


@contextlib.contextmanager
def written(path: str | Path) -> Iterator[Path]:
    """Give a path to write to; when the block ends well, the file takes its final name.

    Raises
    ------
    InputError
        Where the folder can't be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror or error}; choose a folder that can") from None
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        with open(beside, "rb") as file:
            os.fsync(file.fileno())
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"{path}: can't be written: {error.strerror or error}") from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
