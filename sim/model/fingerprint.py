"""The fingerprint of a user's function: it changes when the function may return something else.

So a study does not reuse old runs after the function has changed. The fingerprint is made of the
texts of the user's own files: the file that defines the function, the files that this one imports,
and so on. A file is the user's own if it belongs neither to Python, nor to an installed package,
nor to invitesim. In a notebook, the cells count that bind the names the function uses. Every edit
counts, even of a comment. The lines under ``if __name__ == "__main__":`` do not count, unless they
bind a name that the rest of the file reads.

Some values that a function gets while the program runs are in no text: those of a closure, of
defaults, of a ``functools.partial``, the state of an object. They count if they are plain. Other
values must be made at the top level of a file; if they change while the program runs, this does not
count.
"""

import datetime
import decimal
import enum
import fractions
import functools
import importlib.util
import inspect
import linecache
import operator
import sys
import sysconfig
import types
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from ..errors import InputError
from .source_text import parsed, read_text

PLAIN = (
    types.NoneType,
    types.EllipsisType,
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    enum.Enum,
    PurePath,
    decimal.Decimal,
    fractions.Fraction,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    operator.attrgetter,
    operator.itemgetter,
)
"""The kinds of values whose ``repr`` is complete and the same in every process."""
INSTALLED = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")] + [
    Path(__file__).resolve().parents[1]
]
"""Folders of files that are not the user's own, besides those called site-packages."""


def fingerprint(function: Any, where: str) -> dict[str, str]:
    """Return the fingerprint of a function, or of an object with methods.

    Parameters
    ----------
    function : Any
        The user's own function, or object.
    where : str
        The name of the argument, for example ``keep``, for an error message.

    Returns
    -------
    dict
        Under "is", a description of it; under the name of each text that it needs, a digest.

    Raises
    ------
    InputError
        If it uses a value that is neither plain nor made in a text, or its text can't be read.
    """
    reader = _Reader(where)
    return {"is": reader.describe(function), **dict(sorted(reader.digests.items()))}


class _Reader:
    """Collects the texts that one function needs."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.digests: dict[str, str] = {}
        """The digest of each text, by the name of the text."""
        self._files: set[Path] = set()
        self._cells: set[str] = set()
        self._met: dict[int, Any] = {}

    def describe(self, thing: Any) -> str:
        """Return a description that is the same in every process, and add the texts it needs."""
        thing = getattr(thing, "py_func", thing)  # the Python function, if numba has compiled it
        if isinstance(thing, np.generic):
            thing = thing.item()
        if isinstance(thing, PLAIN):
            return repr(thing)
        if id(thing) in self._met:
            return f"{type(thing).__name__} again"
        self._met[id(thing)] = thing  # kept, so that no other object gets its id
        if isinstance(thing, np.ndarray) and not thing.dtype.hasobject:
            return f"array {thing.dtype} {thing.tolist()}"
        if isinstance(thing, tuple | list):
            return f"{_name(type(thing))} [{', '.join(map(self.describe, thing))}]"
        if isinstance(thing, set | frozenset):
            return f"{_name(type(thing))} [{', '.join(sorted(map(self.describe, thing)))}]"
        if isinstance(thing, Mapping):
            pairs = [
                f"{self.describe(key)}: {self.describe(value)}" for key, value in thing.items()
            ]
            return f"{_name(type(thing))} [{', '.join(pairs)}]"
        if inspect.ismodule(thing):
            self._module(thing.__name__)
            return thing.__name__
        if inspect.isclass(thing):
            return self._class(thing)
        return self._function(thing)

    def _class(self, thing: type) -> str:
        for one in thing.__mro__:
            if one.__module__ == "__main__":
                self._interactive(one.__qualname__.partition(".")[0], sys.modules["__main__"])
            self._module(one.__module__)
        return _name(thing)

    def _function(self, thing: Any) -> str:
        if importable(thing):
            return _name(thing)
        if inspect.isfunction(thing):
            self._code(thing.__code__, thing.__globals__)
            given = [captured(thing), thing.__defaults__, thing.__kwdefaults__]
            return f"{_name(thing)} {_place(thing.__code__)} with {self.describe(given)}"
        if isinstance(thing, functools.partial):
            return f"partial {self.describe([thing.func, thing.args, thing.keywords])}"
        if isinstance(thing, types.MethodType):
            return f"{self.describe(thing.__func__)} of {self.describe(thing.__self__)}"
        if isinstance(thing, types.BuiltinMethodType):
            return f"{thing.__name__} of {self.describe(thing.__self__)}"
        if hasattr(thing, "__wrapped__"):  # for example by functools.lru_cache
            return f"{_name(type(thing))} {self.describe(thing.__wrapped__)}"
        return self._object(thing)

    def _object(self, thing: Any) -> str:
        """Return a description of an object.

        This is its name if an imported file makes it, or its class and its state if the state is
        plain.
        """
        kind, plain = self.describe(type(thing)), hasattr(thing, "__dict__")
        for module in list(sys.modules.values()):
            is_own = isinstance(module, types.ModuleType) and _file_of(module.__name__)
            if is_own and not (plain and module.__name__ == "__main__"):  # main may make it again
                for name, value in list(vars(module).items()):
                    if value is thing:
                        self._module(module.__name__)
                        return f"{module.__name__}.{name}, {kind}"
        if plain:
            return f"{kind} {self.describe(dict(sorted(vars(thing).items())))}"
        what = f"is made with {_name(type(thing))}, which is no plain value"
        right = "must stand at the top level of a file, whose text can be read"
        raise InputError(f"{self.where}: {what}; {right}")

    def _code(self, code: types.CodeType, names: Mapping[str, Any]) -> None:
        """Add the text from which code was compiled, in a module with these names."""
        file, spec = Path(code.co_filename), names.get("__spec__")
        if file.is_file():
            module = spec.name if spec else str(names.get("__name__"))
            self._file(file, module, str(names.get("__package__") or ""))
            return
        text = "".join(linecache.getlines(code.co_filename))
        if not text or code.co_filename in ("<string>", "<stdin>"):  # these may be any text
            what = f"its text can't be read ({code.co_name} was typed in)"
            raise InputError(f"{self.where}: {what}; must be in a file, or in a notebook")
        self._cell(text, sys.modules.get(str(names.get("__name__"))))

    def _module(self, name: str) -> None:
        """Add the file of a module, and those of the packages that it is in."""
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            file = _file_of(dotted := ".".join(parts[:end]))
            if file is not None:
                around = dotted if file.stem == "__init__" else dotted.rpartition(".")[0]
                there = sys.modules.get(
                    dotted
                )  # a program started with -m is called "__main__" in its package
                self._file(file, dotted, getattr(there, "__package__", None) or around)

    def _file(self, file: Path, module: str, package: str) -> None:
        file = file.resolve()
        if file in self._files or _installed(file):
            return
        self._files.add(file)
        folders = module.split(".")
        folders = folders if file.stem == "__init__" else folders[:-1]
        label = f"text of {'/'.join([*folders, file.name])}"
        while label in self.digests:
            label += " (another)"
        text = read_text(file)
        self.digests[label] = text.digest
        for name in text.imports:
            self._module(_absolute(name, package))

    def _cell(self, text: str, module: types.ModuleType | None) -> None:
        """Add a cell, and the cells that bind the names it reads."""
        if text in self._cells:
            return
        self._cells.add(text)
        read = parsed(text)
        first = next((line for line in text.splitlines() if line.strip()), "")[:40]
        self.digests[f"cell {first!r} {read.digest[:8]}"] = read.digest
        for name in read.imports:
            self._module(name)
        for name in sorted(read.reads):
            self._interactive(name, module)

    def _interactive(self, name: str, module: types.ModuleType | None) -> None:
        """Add the last cell that binds a name; if there is none, describe the value of the name."""
        if module is None or name not in vars(module) or _file_of(module.__name__) is not None:
            return
        cell = next((one for one in reversed(_cells()) if name in parsed(one).binds), None)
        if cell is not None:
            self._cell(cell, module)
        elif id(vars(module)[name]) not in self._met:
            self.describe(vars(module)[name])


def captured(function: types.FunctionType) -> dict[str, Any]:
    """Return what a function uses of the functions around it, as far as this is set."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    empty = types.CellType()
    return {name: cell.cell_contents for name, cell in cells.items() if cell != empty}


def _name(thing: Any) -> str:
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"


def _place(code: types.CodeType) -> str:
    """Return where a function ends; two lambdas of a file may differ in nothing else."""
    places = [(line, column) for line, _, column, _ in code.co_positions() if line and column]
    return "{}:{}".format(*max(places, default=(code.co_firstlineno, 0)))


def importable(thing: Any) -> bool:
    """Return whether a thing belongs to Python or a package, and can be imported by its name."""
    module = sys.modules.get(str(getattr(thing, "__module__", None)))
    file = getattr(module, "__file__", None)
    if (
        module is None
        or module.__name__ == "__main__"
        or (file and not _installed(Path(file).resolve()))
    ):
        return False
    try:
        return operator.attrgetter(thing.__qualname__)(module) is thing
    except AttributeError:
        return False


def _installed(file: Path) -> bool:
    packages = {"site-packages", "dist-packages"}
    return not packages.isdisjoint(file.parts) or any(map(file.is_relative_to, INSTALLED))


def _file_of(name: str) -> Path | None:
    """Return the user's own file that a module is read from, without an import."""
    if name in sys.modules:
        file = getattr(sys.modules[name], "__file__", None)
    else:
        spec = _spec(name, tuple(sys.path))
        file = spec.origin if spec and spec.has_location else None
    return _own_file(file) if isinstance(file, str) else None


@functools.cache
def _own_file(file: str) -> Path | None:
    path = Path(file).resolve()
    return path if not _installed(path) and path.is_file() else None


@functools.cache
def _spec(name: str, path: tuple[str, ...]) -> Any:
    package, _, _ = name.rpartition(".")
    if not package:
        try:
            return importlib.util.find_spec(name)
        except ValueError:  # a module that was made by hand has no spec
            return None
    there = sys.modules.get(package)
    around = there.__spec__ if there else _spec(package, path)
    places = around.submodule_search_locations if around else None
    return PathFinder.find_spec(name, list(places)) if places else None


def _absolute(name: str, package: str) -> str:
    return importlib.util.resolve_name(name, package) if name.startswith(".") and package else name


def _cells() -> list[str]:
    """Return the cells that a notebook has run."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return list(shell.history_manager.input_hist_parsed) if shell else []
