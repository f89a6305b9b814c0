"""Where compiled code is kept between processes, so that only the first process waits for it.

numba's own cache does not notice a change in a function that is imported from another file; it ends
in a traceback if nothing can be written or a file is damaged; and it may mix up what two processes
save at once. Here a file holds one compiled function and a checksum. The folder is named after
everything that the code was made from (the text of the kernel, and the versions of Python and of
the packages that compile it). The file is named after the function, the types it was compiled for,
and the processor. So a file that is found is right, and a damaged file is treated as missing.
"""

import contextlib
import functools
import hashlib
import multiprocessing
import pickle
import secrets
import shutil
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps
from numba.misc.appdirs import AppDirs

PACKAGE = Path(__file__).parents[2]
DIGEST = hashlib.sha256().digest_size
OLD = 60 * 24 * 3600
"""Seconds after which files of other versions of the kernel are removed."""
NOT_KEPT = (
    "{folder}: compiled code can't be kept there ({why}), so every process compiles anew, which "
    "takes up to a minute; make room there, or set NUMBA_CACHE_DIR to a folder where you may write"
)


STARTING = (
    "invitesim: compiling the model for this machine, which takes up to a minute; "
    "from now on it is kept\n"
)


def njit(*function: Callable[..., Any], cache: bool = False, **options: Any) -> Any:
    """Compile like ``numba.njit``; with ``cache``, keep the compiled code as this module does."""
    if not function:
        return functools.partial(njit, cache=cache, **options)
    made: Any = numba.njit(no_cfunc_wrapper=True, **options)(*function)
    if cache and hasattr(made, "py_func"):  # compiled, unless NUMBA_DISABLE_JIT is set
        made._cache = CompiledCache(made)
    return made


class CompiledCache(NullCache):  # type: ignore[misc]
    """The kept code of one function: a file for each combination of argument types."""

    def __init__(self, dispatcher: Any) -> None:
        function = dispatcher.py_func
        closed_over = tuple(cell.cell_contents for cell in function.__closure__ or ())
        self.name = f"{function.__module__}.{function.__qualname__}".replace("<", "").replace(
            ">", ""
        )
        self._of = (
            self.name,
            _text(function.__code__.co_filename),
            function.__code__.co_code,
            dumps(closed_over) if closed_over else b"",
            sorted(map(str, dispatcher.targetoptions.items())),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the function compiled for some types, or None if it is not kept."""
        target_context.refresh()
        name = self._file(sig, target_context.codegen())
        for folder in folders() if name else []:
            try:
                kept = (folder / name).read_bytes()
                if hashlib.sha256(kept[DIGEST:]).digest() == kept[:DIGEST]:
                    return CompileResult._rebuild(target_context, *pickle.loads(kept[DIGEST:]))
            except OSError:
                continue  # the file is missing or can't be read
        _say_why_nothing_happens()
        return None

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep a compiled function in the first folder that takes it; warn once if none does."""
        name = self._file(sig, cres.codegen)
        of_this_process = cres.lifted or cres.library.has_dynamic_globals
        if name and not of_this_process:
            _keep(name, dumps(cres._reduce()))

    def _file(self, sig: Any, codegen: Any) -> str:
        """Return the name of the file, or "" if only this process knows the types."""
        types = str(sig)
        if " at 0x" in types:
            return ""
        key = repr((self._of, types, codegen.magic_tuple())).encode()
        return f"{self.name}-{hashlib.sha256(key).hexdigest()[:24]}"


def is_kept(function: Any) -> bool:
    """Return whether a function of `njit` is compiled for some types, in memory or in a file."""
    kept = getattr(function, "_cache", None)
    if not isinstance(kept, CompiledCache) or function.signatures:
        return True  # either it is compiled in memory, or numba's compiler is off
    return any(any(folder.glob(f"{kept.name}-*")) for folder in folders())


def folders() -> list[Path]:
    """List the folders for compiled code, in the order in which they are read and written."""
    made_from = _made_from()
    if not made_from:  # the text of the package can't be read, for example in a zip file
        return []
    if numba.config.CACHE_DIR:
        places = [Path(numba.config.CACHE_DIR).absolute()]
    else:
        own = Path(AppDirs("invitesim", appauthor=False).user_cache_dir)
        places = [own] * own.is_absolute() + [PACKAGE / "__pycache__"]
    return [place / f"compiled-{made_from}" for place in places]


@functools.cache
def _made_from() -> str:
    """Return a digest of what all compiled code depends on: texts of the kernel, and versions."""
    texts = [_text(str(source)) for source in sorted(PACKAGE.glob("kernel/**/*.py"))]
    versions = [sys.version, *map(version, ("numba", "llvmlite", "numpy"))]
    made_from = hashlib.sha256(repr((texts, versions)).encode()).hexdigest()
    return made_from[:16] if texts else ""


@functools.cache
def _text(file: str) -> str:
    """Return a digest of the text of a file, or "" if there is no file, for example in a zip."""
    path = Path(file)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _keep(name: str, content: bytes) -> None:
    refused = {}
    for folder in folders():
        try:
            _write(folder, name, hashlib.sha256(content).digest() + content)
        except OSError as error:
            refused[folder] = error.strerror or str(error)
        else:
            return
    if refused and multiprocessing.parent_process() is None:  # a parent has warned already
        _warn(*next(iter(refused.items())))


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a file in one step, so that no process reads an unfinished file."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _remove_old(folder.parent)
    beside = folder / f".{secrets.token_hex(4)}"
    try:
        beside.write_bytes(content)
        beside.replace(folder / name)
    except PermissionError:  # on Windows a file that another process reads can't be replaced
        if not (folder / name).exists():
            raise
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _remove_old(place: Path) -> None:
    """Remove the files of other versions of the kernel that were last written long ago."""
    for folder in place.glob("compiled-*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < time.time() - OLD:
                shutil.rmtree(folder)


@functools.cache
def _say_why_nothing_happens() -> None:
    """Print once, on a terminal, that compilation begins."""
    if sys.stderr.isatty() and multiprocessing.parent_process() is None:
        sys.stderr.write(STARTING)


@functools.cache
def _warn(folder: Path, why: str) -> None:
    warnings.warn(NOT_KEPT.format(folder=folder, why=why), stacklevel=2)
