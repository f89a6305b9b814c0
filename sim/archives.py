"""Reading a file of the user that may be compressed, without unpacking more than fits in memory.

A compressed file of one megabyte can hold a gigabyte, so at most ``MOST`` bytes are unpacked.
"""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from .errors import InputError
from .parameters.checks import located

_Opened = Callable[[IO[bytes]], Any]
MOST = 512 * 2**20
"""Bytes that a file may have after unpacking."""
_OTHERS = {
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\x1f\x9d": "compress",
    b"\x5d\x00\x00": "lzma",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"PAR1": "Parquet",
    b"SQLite format 3\0": "SQLite",
    b"\x89HDF": "HDF5",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF-": "PDF",
}
"""How files of other kinds begin, which a user may give by mistake."""


def unpacked(path: str | Path, right: str) -> bytes:
    """Return the bytes of a file, unpacked if it is gzip, bzip2, xz or a zip with one file in it.

    Parameters
    ----------
    path : str or Path
        The file.
    right : str
        What the file must be, as "a log of contacts", for the error.

    Raises
    ------
    InputError
        The file can't be read, is damaged or too large, or is compressed in another way.
    """
    try:
        with located(path).open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); must be {right}"
        ) from None
    for ending, (marks, name, opened) in _PACKED.items():
        if data.startswith(marks):
            data = _opened(path, data, name, opened, right)
            break
        if str(path).lower().endswith(ending):
            raise InputError(
                f"{path}: not {name}, though its name ends in {ending}; pack it or drop the ending"
            )
    if len(data) > MOST:
        raise InputError(f"{path}: too large; must be {MOST // 2**20} MiB or less, unpacked")
    packed = ((name, mark) for marks, name, _ in _PACKED.values() for mark in marks)
    kinds = ((name, mark) for mark, name in _OTHERS.items())
    name = next((name for name, mark in (*packed, *kinds) if data.startswith(mark)), "")
    if name or data[257:262] == b"ustar":
        raise InputError(f"{path}: is or holds {name or 'a tar archive'}; must be {right}, as text")
    return data


def _opened(path: str | Path, data: bytes, name: str, opened: _Opened, right: str) -> bytes:
    try:
        with opened(io.BytesIO(data)) as stream:
            return bytes(stream.read(MOST + 1))
    except InputError as error:
        raise InputError(f"{path}: {error}; must be one file, {right}") from None
    except RuntimeError as error:  # of zip: encrypted, or packed in a way that Python does not know
        raise InputError(f"{path}: can't be unpacked ({error}); must be {right}") from None
    except (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: damaged {name} ({error}); fetch it again") from None


def _only_file(packed: IO[bytes]) -> IO[bytes]:
    archive = zipfile.ZipFile(packed)
    files = [
        entry
        for entry in archive.infolist()
        if not (entry.is_dir() or entry.filename.startswith("__MACOSX/"))
    ]
    if len(files) != 1:
        names = ", ".join(entry.filename for entry in files[:3])
        raise InputError(f"a zip of {len(files)} files ({names}{' ...' * (len(files) > 3)})")
    return archive.open(files[0])


_PACKED: dict[str, tuple[tuple[bytes, ...], str, _Opened]] = {
    ".gz": ((b"\x1f\x8b",), "gzip", lambda packed: gzip.GzipFile(fileobj=packed)),
    ".bz2": ((b"BZh",), "bzip2", bz2.BZ2File),
    ".xz": ((b"\xfd7zXZ\0",), "xz", lzma.LZMAFile),
    ".zip": ((b"PK\3\4", b"PK\5\6"), "zip", _only_file),
}
