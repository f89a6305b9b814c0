"""The text of a Python file or of a cell: its imports, and the names that it uses and binds."""

import ast
import functools
import hashlib
import importlib.util
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class SourceText(NamedTuple):
    """What a fingerprint needs to know of a text."""

    digest: str
    imports: tuple[str, ...]
    reads: frozenset[str]
    """The names of its own top level that it uses."""
    binds: frozenset[str]
    """The names that its top level binds."""


def read_text(file: Path) -> SourceText:
    """Return the text of a file; read it again if the file has changed."""
    state = file.stat()
    return _read_once(file, state.st_mtime_ns, state.st_size)


@functools.lru_cache(10_000)
def _read_once(file: Path, _changed: int, _size: int) -> SourceText:
    content = file.read_bytes()
    if file.suffix not in (".py", ".pyw", ""):
        return _unread(content)
    return parsed(importlib.util.decode_source(content))


@functools.lru_cache(10_000)
def parsed(text: str) -> SourceText:
    """Return what matters of a text; only the digest, if it is not Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return _unread(text.encode())
    text = _without_guard(text, tree)
    tree, table = ast.parse(text), symtable.symtable(text, "", "exec")
    return SourceText(
        hashlib.sha256(text.encode()).hexdigest(),
        tuple(sorted(set(_imports(tree)))),
        _names_read(table),
        frozenset(symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned()),
    )


def _unread(content: bytes) -> SourceText:
    return SourceText(hashlib.sha256(content).hexdigest(), (), frozenset(), frozenset())


def _imports(tree: ast.AST) -> Iterator[str]:
    """Yield the names of all modules that a text may import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            between = "" if module.endswith(".") else "."
            yield from (f"{module}{between}{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def _names_read(table: symtable.SymbolTable) -> frozenset[str]:
    """Return the names of the top level that a module uses, in any of its functions and classes."""
    top = table.get_type() == "module"
    own = [
        one.get_name()
        for one in table.get_symbols()
        if one.is_referenced() and (top or one.is_global())
    ]
    return frozenset(own).union(*map(_names_read, table.get_children()))


def _without_guard(text: str, tree: ast.Module) -> str:
    """Return a text without the lines that run only in a started script.

    These lines stay if they bind a name that the rest of the text reads.
    """
    lines = text.splitlines(keepends=True)
    for one in reversed(tree.body):
        if isinstance(one, ast.If) and ast.unparse(one.test) == "__name__ == '__main__'":
            rest = ast.Module([other for other in tree.body if other is not one], [])
            read = _names_read(symtable.symtable(ast.unparse(rest), "", "exec"))
            if not one.orelse and read.isdisjoint(_changed_by(one)):
                del lines[one.lineno - 1 : one.end_lineno]
    return "".join(lines)


def _changed_by(tree: ast.AST) -> Iterator[str]:
    """Yield the names that are bound, or of which a part is set, anywhere in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(getattr(node, "ctx", None), ast.Store):
            inner: Any = node
            while isinstance(inner, ast.Attribute | ast.Subscript):
                inner = inner.value
            if isinstance(inner, ast.Name):
                yield inner.id
