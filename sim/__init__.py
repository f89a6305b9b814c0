"""invitesim: whom to invite to a professional network, who accepts, whom the platform blocks."""

import ast
import importlib
from pathlib import Path
from typing import Any


def _public_names() -> dict[str, tuple[str, str]]:
    """Return from each public name to its module and its name there, as ``__init__.pyi`` has them.

    So they are listed once, for Python as for editors and type checkers.
    """
    stub = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


_NAMES = _public_names()
__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    """Import what is first asked for: most of it takes long to import."""
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, own_name = _NAMES[name]
    home = importlib.import_module(f".{module}", __name__) if module else None
    if hasattr(home, own_name):
        value = getattr(home, own_name)
    else:  # a module
        value = importlib.import_module(f"{__name__}.{module}.{own_name}".replace("..", "."))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
