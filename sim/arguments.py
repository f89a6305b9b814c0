"""What functions are given beside scenarios: numbers, paths, TOML, mappings; read so that a slip is one line and no error of Python's."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .parameters import Real, shown

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""How the address of something elsewhere begins, as ``s3://``; a drive of Windows has one letter."""


def whole(name: str, value: Any, least: int = 1) -> int:
    """Read a whole number of ``least`` or more, as ``jobs``."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(
            f"{name}: not a whole number (got {shown(value)}); must be a whole number, {least} or more"
        )
    if value < least:
        raise InputError(f"{name}: too small (got {shown(value)}); must be {least} or more")
    return value


def real(name: str, value: Any, low: float, high: float) -> float:
    """Read a number from ``low`` to ``high``."""
    try:
        return float(Real("", low=low, high=high).read(value))
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None


def numbers(name: str, values: Any) -> NDArray[np.float64]:
    """Read an array of numbers."""
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"{name}: not numbers (got {shown(values)}); must be numbers, as [0.1, 0.3]"
        ) from None


def located(path: Any) -> Path:
    """Read the path of a file or folder of this machine; ``~`` and ``~user`` are home folders."""
    try:
        text = os.path.expanduser(os.fspath(path))
        os.fsencode(text)
        read = Path(text)
    except (TypeError, UnicodeEncodeError):
        raise InputError(f"{shown(path)}: not a path; must be a text or a pathlib.Path") from None
    if not text:
        raise InputError("'': is empty; must be a file or folder, as results/mine")
    if "\0" in text:
        raise InputError(f"{shown(text)}: not a path, it has a null character; must be without")
    if text.startswith("~"):
        raise InputError(f"{text}: no such home folder; must be a path, or the whole one from /")
    if SCHEME.match(text):
        raise InputError(
            f"{text}: not on this machine; must be the path of a file or folder of this machine "
            "(the whole one, from /, if its name has a colon)"
        )
    return read


def toml_read(path: str | Path, right: str) -> dict[str, Any]:
    """Read a TOML file; the ``InputError`` of one that isn't says that it must be ``right`` in TOML."""
    path = located(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); must be {right} in TOML"
        ) from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # not TOML, not UTF-8; or more digits, or deeper, than Python reads
        raise InputError(
            f"{path}: not TOML ({str(error).partition('; use sys')[0]}); must be {right} in TOML"
        ) from None


def by_name(name: str, given: Any, right: str) -> Mapping[str, Any]:
    """Read a mapping from names; ``right`` says what it must be."""
    if not isinstance(given, Mapping):
        raise InputError(f"{name}: not a mapping (got {shown(given)}); must be {right}")
    strangers = [key for key in given if not isinstance(key, str)]
    if strangers:
        raise InputError(f"{name}: {shown(strangers[0])} is not a name; must be {right}")
    return given
