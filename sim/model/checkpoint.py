"""The state of a society as named arrays, and a file that holds them.

The arrays are found by a walk through named tuples, lists and dictionaries, whatever their names.
So a new part of the state is copied and saved without a change here.
"""

import hashlib
import io
import json
import tokenize
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..files import atomic_write
from ..parameters.checks import located
from ..results.result import DAMAGE, EARLIEST
from ..version import VERSION

FORMAT, LAYOUT = "invitesim model", 1
"""Entries of the head of a file; the layout's number is raised when the entries change."""
RIGHT = "must be a file that NetworkModel.save has written"
_BLOCK = 1 << 20


class Array(NamedTuple):
    """An array without the zeros at its end, because most of a pool is not used yet."""

    shape: tuple[int, ...]
    used: NDArray[Any]
    """One-dimensional: the first elements, in their order in memory."""


def packed(array: NDArray[Any]) -> Array:
    """Return a copy of an array without the zeros at its end."""
    flat = np.ascontiguousarray(array).reshape(-1)
    raw = flat.view(np.uint8)
    end = len(raw)
    while end and not raw[max(0, end - _BLOCK) : end].any():
        end -= min(end, _BLOCK)
    last = np.flatnonzero(raw[max(0, end - _BLOCK) : end])
    bytes_used = max(0, end - _BLOCK) + int(last[-1]) + 1 if len(last) else 0
    return Array(array.shape, flat[: -(-bytes_used // flat.itemsize)].copy())


def unpacked(array: Array) -> NDArray[Any]:
    """Return the whole array; it begins at a cache line, like the kernel's own arrays."""
    size = int(np.prod(array.shape, dtype=np.int64)) * array.used.itemsize
    room = np.zeros(size + 64, np.uint8)
    whole: NDArray[Any] = room[-room.ctypes.data % 64 :][:size].view(array.used.dtype)
    whole[: len(array.used)] = array.used
    return whole.reshape(array.shape)


def arrays_in(thing: Any, name: str) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield all arrays in named tuples, lists and dictionaries, each with its dotted name."""
    if isinstance(thing, np.ndarray):
        yield name, thing
    for part, inner in _parts(thing):
        yield from arrays_in(inner, f"{name}.{part}")


def filled(thing: Any, name: str, arrays: Mapping[str, Array]) -> Any:
    """Return a named tuple in which each array is replaced by the one of the same name."""
    if isinstance(thing, np.ndarray):
        array = arrays[name]
        if array.used.dtype != thing.dtype or len(array.shape) != thing.ndim:
            raise ValueError(f"{name} is not what it should be")
        return unpacked(array)
    if isinstance(thing, tuple) and hasattr(thing, "_make"):
        return type(thing)._make(
            filled(inner, f"{name}.{part}", arrays) for part, inner in _parts(thing)
        )
    return thing


def _parts(thing: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        yield from zip(thing._fields, thing, strict=True)
    elif isinstance(thing, dict):
        yield from thing.items()
    elif isinstance(thing, list):
        yield from enumerate(thing)


def save(path: str | Path, head: dict[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write a zip file of JSON and numpy arrays, with a digest; it is complete or not written.

    Raises
    ------
    InputError
        If the file can't be written, or the head has something that JSON can't hold.
    """
    shapes = {name: array.shape for name, array in arrays.items()}
    about = {"format": FORMAT, "layout": LAYOUT, "invitesim": VERSION}
    text = json.dumps({**about, **head, "shapes": shapes}).encode()
    digest = hashlib.sha256()
    with atomic_write(path) as beside, zipfile.ZipFile(beside, "w") as archive:

        def put(name: str, content: bytes) -> None:
            digest.update(_digested(name, content))
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), content)

        put("head.json", text)
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array.used, allow_pickle=False)
            put(f"{name}.npy", buffer.getvalue())
        archive.writestr(zipfile.ZipInfo("sha256", EARLIEST), digest.hexdigest())


def load(path: str | Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the head and the arrays that ``save`` has written.

    Raises
    ------
    InputError
        If the file can't be read, is damaged, or is of another kind or version.
    """
    path = located(path)
    try:
        content = _content(path)
        head = json.loads(content["head.json"])
        ours = head["format"] == FORMAT
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno:
            raise InputError(f"{path}: can't be read ({error.strerror}); {RIGHT}") from None
        raise InputError(
            f"{path}: damaged, or something else ({_reason(error)}); {RIGHT}"
        ) from None
    if not ours:
        raise InputError(f"{path}: something else (format {head['format']!r:.40}); {RIGHT}")
    if (head.get("layout"), head.get("invitesim")) != (LAYOUT, VERSION):
        raise InputError(
            f"{path}: of invitesim {head.get('invitesim')}, and this is {VERSION}; "
            "must be loaded by the version that has written it"
        )
    try:
        return head, {
            name: Array(tuple(shape), _array(content[f"{name}.npy"]))
            for name, shape in head["shapes"].items()
        }
    except DAMAGE as error:  # somebody has packed it anew, with a digest that fits
        raise InputError(f"{path}: damaged ({_reason(error)}); {RIGHT}") from None


def _array(content: bytes) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except tokenize.TokenError as error:  # numpy reads its header, with the type, as Python
        raise ValueError(error) from None
    return array


def _content(path: Path) -> dict[str, bytes]:
    """Return all entries, after a check of the digest."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    said = content.pop("sha256")
    for name, entry in content.items():
        digest.update(_digested(name, entry))
    if said != digest.hexdigest().encode():
        raise ValueError("its bytes are not those that were written")
    return content


def _digested(name: str, content: bytes) -> bytes:
    return hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest()


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
