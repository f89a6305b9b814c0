"""The fingerprint of a user's function: its sources and the plain values it is made with."""

import functools
import importlib
import operator
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import sim
from sim.model.fingerprint import fingerprint
from tests.test_cli import python

HELPERS = """
class Base:
    number = 7
    def method(self, x):
        return x + self.number
    @property
    def value(self):
        return self.number
    @classmethod
    def made(cls, x):
        return x + cls.number

def helper(x):
    return x + 7
"""


@pytest.fixture
def written(tmp_path, monkeypatch) -> Iterator[Callable[..., Any]]:
    """Return a function that writes modules, imports the last one anew and returns it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        sys, "dont_write_bytecode", True
    )  # it is told from a later one by the second
    before = set(sys.modules)

    def forget() -> None:
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
                del sys.modules[name]
        importlib.invalidate_caches()

    def write(**texts: str) -> Any:
        for name, text in texts.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        forget()
        return importlib.import_module(list(texts)[-1])

    yield write
    forget()


def of(function: Any) -> dict[str, str]:
    return fingerprint(function, "keep")


WAYS = {
    "lru_cache": "import functools\nfrom helpers import helper\n"
    "quick = functools.lru_cache(helper)\ndef keep(r): return quick(r)",
    "partial": "import functools\nfrom helpers import helper\n"
    "quick = functools.partial(helper, 1)\ndef keep(r): return quick()",
    "vectorize": "import numpy as np\nimport helpers\n"
    "quick = np.vectorize(helpers.helper)\ndef keep(r): return quick(r)",
    "method": "from helpers import Base\nONE = Base()\ndef keep(r): return ONE.method(r)",
    "bound": "from helpers import Base\nONE = Base()\nkeep = ONE.method",
    "classmethod": "from helpers import Base\ndef keep(r): return Base.made(r)",
    "bound classmethod": "from helpers import Base\nkeep = Base.made",
    "property": "from helpers import Base\ndef keep(r): return Base().value",
    "dictionary": "import helpers\nALL = {'a': helpers.helper}\ndef keep(r): return ALL['a'](r)",
    "base class": "from helpers import Base\nclass Own(Base): pass\nkeep = Own().made",
    "object": "from helpers import Base\nclass Own(Base):\n"
    "    def __call__(self, r): return self.value\nkeep = Own()",
    "lazily": "def keep(r):\n    from helpers import helper\n    return helper(r)",
    "by name": "import importlib\ndef keep(r): return importlib.import_module('helpers').helper(r)",
    "star": "from helpers import *\ndef keep(r): return helper(r)",
    "decorated": "import functools, helpers\ndef twice(f):\n    @functools.wraps(f)\n"
    "    def g(r): return f(helpers.helper(r))\n    return g\n@twice\ndef keep(r): return r",
    "cached itself": "import functools, helpers\n@functools.cache\n"
    "def keep(r): return helpers.helper(r)",
}


@pytest.mark.parametrize("way", WAYS)
def test_a_helper_counts_however_it_is_used(written, way):
    before = of(written(helpers=HELPERS, mine=WAYS[way]).keep)
    assert of(written(helpers=HELPERS, mine=WAYS[way]).keep) == before
    after = of(written(helpers=HELPERS.replace("7", "8"), mine=WAYS[way]).keep)
    assert [name for name in before if before[name] != after[name]] == ["text of helpers.py"]


def test_only_imports_of_the_users_own_packages_are_followed(written):
    mine = (
        "import unused_until_now, json, numpy, sim\nfrom tools.inner import at\n"
        "def keep(r): return at(r)"
    )
    texts = {
        "unused_until_now": "",
        "stranger": "",
        "tools/__init__": "from . import beside",
        "tools/beside": "",
        "tools/inner": "from .deep import at\nfrom tools import beside",
        "tools/deep": "def at(r): return r",
    }
    assert list(of(written(**texts, mine=mine).keep)) == [
        "is",
        "text of mine.py",
        "text of tools/__init__.py",
        "text of tools/beside.py",
        "text of tools/deep.py",
        "text of tools/inner.py",
        "text of unused_until_now.py",
    ]


def test_caches_that_fill_while_the_program_runs_do_not_count(written):
    mine = written(
        mine="import functools\nCACHE = {}\nclass Kept:\n    def __init__(self): self.seen = {}\n"
        "    def keep(self, r):\n        CACHE[r] = self.seen[r] = quick(r)\n        return r\n"
        "@functools.lru_cache\ndef quick(r): return r\nKEPT = Kept()\nkeep = KEPT.keep"
    )
    before = of(mine.keep)
    mine.keep(3)
    assert of(mine.keep) == before


GUARDED = "LIMIT = 1\ndef keep(r): return r + LIMIT\n\nif __name__ == '__main__':\n    %s\n"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("print(1)", "print(2)", True),
        ("result = keep(1)", "result = keep(2)", True),
        ("LIMIT = 3", "LIMIT = 4", False),
        ("keep.limit = 3", "keep.limit = 4", True),
        ("for LIMIT in (1, 2): pass", "for LIMIT in (1, 3): pass", False),
    ],
)
def test_code_under_the_guard_counts_only_if_the_rest_reads_it(written, one, other, same):
    before, after = (of(written(mine=GUARDED % text).keep) for text in (one, other))
    assert (before == after) is same


def test_a_class_of_a_program_in_a_package_counts_with_what_it_imports(tmp_path):
    """``python -m package.program`` has the package, though the module is called __main__."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "beside.py").write_text("LIMIT = 1\n")
    (package / "program.py").write_text(
        "from . import beside\nfrom sim.model.fingerprint import fingerprint\n"
        "class Keep:\n    def live(self, scenario): return beside.LIMIT\n"
        "print(*fingerprint(Keep(), 'keep'))\n"
    )
    run = python("-m", "package.program", folder=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "package/beside.py" in run.stdout


def test_comments_count_and_line_ends_do_not(written, tmp_path):
    before = of(written(mine="def keep(r): return r\n").keep)
    assert of(written(mine="def keep(r): return r  # that\n").keep) != before
    (tmp_path / "mine.py").write_bytes(b"def keep(r): return r\r\n")
    assert of(importlib.import_module("mine").keep) == before


def made(number: Any) -> Callable[[Any], Any]:
    return lambda result: (result, number)


class Keeps:
    def __init__(self, number: Any) -> None:
        self.number = number

    def __call__(self, result: Any) -> Any:
        return result, self.number


@pytest.mark.parametrize(
    "make",
    [
        made,
        Keeps,
        lambda number: Keeps(number).__call__,
        lambda number: functools.partial(made, number),
        lambda number: functools.partial(made, number=number),
        lambda number: made([{"a": (number, 2.5)}]),
        lambda number: made(made(number)),
        lambda number: made(np.array([number])),
        lambda number: made(sim.Scenario(days=number)),
        lambda number: lambda result, least=number: result,
        lambda number: made(operator.itemgetter(number)),
    ],
)
def test_values_that_a_function_is_made_with_count(make):
    assert of(make(3)) == of(make(3)) != of(make(4))


def test_functions_of_one_line_differ():
    one, other = (lambda result: result.members, lambda result: result.summary)
    assert of(one) != of(other)


def test_sets_are_the_same_in_any_order():
    assert of(made({"a", "b", "c"})) == of(made({"c", "b", "a"}))
    assert "['a', 'b', 'c']" in of(made({"c", "b", "a"}))["is"]


TABLE = np.array([object()])


@pytest.mark.parametrize("value", [threading.Lock(), iter([1]), np.random.default_rng(1)])
def test_values_that_are_not_plain_must_be_in_a_source(value):
    with pytest.raises(
        sim.InputError, match=r"^keep: is made with .*, which is no plain value; must"
    ):
        of(made(value))
    assert "TABLE" in of(made(TABLE))["is"]


def test_a_function_without_a_source_is_an_error():
    names: dict[str, Any] = {}
    exec("def keep(result): return result", names)
    with pytest.raises(
        sim.InputError, match=r"^keep: its text can't be read \(keep was typed in\)"
    ):
        of(names["keep"])


def test_installed_functions_are_only_named():
    assert of(np.mean) == {"is": "numpy.mean"}
    assert of(sim.aggregate) == {"is": "sim.measures.statistics.aggregate"}


def test_only_cells_of_a_notebook_that_bind_used_names_count(written, monkeypatch):
    shell_of = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    written(helpers=HELPERS)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    shell = shell_of.instance()
    monkeypatch.setitem(sys.modules, "__main__", shell.user_module)

    def run(cell: str) -> dict[str, str]:
        assert shell.run_cell(cell, store_history=True).success
        keep = shell.user_ns.get("keep")
        return of(keep) if keep else {}

    try:
        run("LIMIT = 3")
        run("import helpers\nclass Own(helpers.Base): pass")
        run("def quick(r):\n    return Own().method(r) < LIMIT")
        before = run("def keep(r):\n    return quick(r)")
        assert len(before) == 6  # with helpers.py
        assert run("unused = 1") == before
        assert run("print(keep(1))") == before
        assert run("LIMIT = 4") != before
        assert run("LIMIT = 3") == before
        assert run("def quick(r):\n    return LIMIT") != before
    finally:
        shell_of.clear_instance()
