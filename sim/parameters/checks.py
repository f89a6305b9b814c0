"""What functions are given beside scenarios: numbers, paths, TOML, mappings.

They are read so that a slip is one line and no error of Python's.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from .kinds import BACKSLASHES, expected, plain, plain_value, shown

TOML_BYTES = 2**20
"""Bytes that a TOML file may have."""
DEEPEST = 12
"""Tables, or lists, within each other that TOML may have; a scenario has 3."""
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')"""
_DEEP = re.compile(rf"(?:[ \t]*+\.[ \t]*+{_PART}){{{DEEPEST}}}")

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""How an address of something elsewhere begins, as ``s3://``; a drive of Windows has one letter."""


def whole(name: str, value: Any, least: int = 1) -> int:
    """Read a whole number of ``least`` or more, as ``jobs``."""
    value = plain_value(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name}: {expected(f'a whole number of {least} or more', value)}")
    return value


def real(name: str, value: Any, low: float, high: float) -> float:
    """Read a number from ``low`` to ``high``."""
    value = plain_value(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        right = f"a number from {plain(low)} to {plain(high)}"
        raise InputError(f"{name}: {expected(right, value)}")
    return float(value)


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
    except TypeError:
        raise InputError(f"{shown(path)}: not a path; must be a text or a pathlib.Path") from None
    except UnicodeEncodeError:
        raise InputError(
            f"{shown(str(path))}: not a path, it has half a character; must be of whole ones"
        ) from None
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
    """Read a TOML file; the ``InputError`` of one that isn't says that it must be ``right``."""
    path = located(path)
    try:
        with path.open("rb") as file:
            content = file.read(TOML_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); must be {right} in TOML"
        ) from None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        return toml_loaded(text)
    except ValueError as error:
        raise InputError(f"{path}: not TOML ({error}); must be {right} in TOML") from None


def toml_loaded(text: str) -> dict[str, Any]:
    """Read a text in TOML.

    Raises
    ------
    ValueError
        Where it is none, with what is wrong in one line; before it is read, where its size or depth
        would take much memory.
    """
    if len(text) > TOML_BYTES:
        raise ValueError(f"more than {TOML_BYTES // 2**20} MiB")
    if _DEEP.search(text):
        raise ValueError(f"a key of more than {DEEPEST} parts")
    try:
        tree = tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError as error:
        reason = str(error).partition("; use sys")[0]  # of more digits than Python reads
        place = re.search(r"at line (\d+)", reason)
        if place and "\\" in text.split("\n")[int(place[1]) - 1]:
            reason += f"; {BACKSLASHES}"
        raise ValueError(reason) from None
    level: list[Any] = [tree]
    for _ in range(DEEPEST):
        inner = [node.values() if isinstance(node, dict) else node for node in level]
        level = [node for nodes in inner for node in nodes if isinstance(node, dict | list)]
    if level:
        raise ValueError("nested too deep")
    return tree


def by_name(name: str, given: Any, right: str) -> Mapping[str, Any]:
    """Read a mapping from names; ``right`` says what it must be."""
    if not isinstance(given, Mapping):
        raise InputError(f"{name}: not a mapping (got {shown(given)}); must be {right}")
    strangers = [key for key in given if not isinstance(key, str)]
    if strangers:
        raise InputError(f"{name}: {shown(strangers[0])} is not a name; must be {right}")
    return given
