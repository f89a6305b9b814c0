"""The packages of ``sim``: each imports only from those below it, and public names stand once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim

HOUSE = Path(sim.__file__).parent
FLOORS = (
    *("kernel", "errors", "version", "invocation", "machine", "interruption", "progress"),
    *("parquet", "parameters", "archives", "files", "agents", "scenario", "society", "results"),
    *("measures", "model", "plots", "runs", "studies", "app", "experiments", "cli"),
)
"""From the ground up; kernel and the small modules beside it know nothing of the rest."""
ROOMS = ("rules", "mechanics", "state", "phases")
"""Of the kernel."""


def imported(file: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports from ``sim``, but those for type checking."""
    package = list(file.relative_to(HOUSE).with_suffix("").parts[:-1])
    tree = ast.parse(file.read_text(encoding="utf-8"))
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level and id(node) not in checking:
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            for name in names:
                yield ".".join([*base, name])


FILES = sorted(HOUSE.rglob("*.py"))


def test_no_package_imports_from_above():
    upward = []
    for file in FILES:
        floor = file.relative_to(HOUSE).with_suffix("").parts[0]
        if floor.startswith("__"):
            continue
        for name in imported(file):
            there = name.split(".")[0]
            if there != floor and FLOORS.index(there) > FLOORS.index(floor):
                upward.append(f"{file.relative_to(HOUSE)} imports {name}")
    assert upward == []


@pytest.mark.parametrize("room", ROOMS)
def test_the_rooms_of_the_kernel(room):
    """Rules know the draws alone; mechanics nothing of the model; state no phase."""
    known = {
        "rules": {"mechanics.compilation", "mechanics.random", "rules"},
        "mechanics": {"mechanics"},
        "state": {"rules", "mechanics", "state"},
        "phases": {"rules", "mechanics", "state", "phases"},
    }[room]
    for file in (HOUSE / "kernel" / room).glob("*.py"):
        for name in imported(file):
            inner = name.removeprefix("kernel.")
            assert any(inner == one or inner.startswith(f"{one}.") for one in known), (file, name)


def test_beside_the_packages_stand_few_modules():
    beside = [file.name for file in HOUSE.glob("*.py") if not file.name.startswith("__")]
    assert len(beside) <= 10, beside


def test_modules_import_in_no_circle():
    edges = {
        ".".join(file.relative_to(HOUSE).with_suffix("").parts): set(imported(file))
        for file in FILES
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path, module])
        if module in done or module not in edges:
            return
        for name in edges[module]:
            visit(name, (*path, module))
        done.add(module)

    for module in edges:
        visit(module, ())


def test_public_names_are_shown_and_there():
    assert "run" in dir(sim)
    assert {"Scenario", "Study", "NetworkModel", "plots", "measures"} <= set(dir(sim))
    assert all(getattr(sim, name) is not None for name in dir(sim))


def test_only_the_kernel_and_the_model_know_bits():
    """Others read the state by the names of ``StateView``."""
    for file in FILES:
        floor = file.relative_to(HOUSE).parts[0]
        if floor in ("kernel", "model"):
            continue
        known = [name for name in imported(file) if name.startswith("kernel")]
        allowed = {
            f"kernel.mechanics{module}"
            for module in ("", ".compilation", ".compiled_cache", ".random")
        }
        assert all(name in allowed for name in known), (file, known)
