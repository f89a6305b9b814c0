"""Settings for all tests: the model is compiled once, and hypothesis accepts slow machines.

Compiled code is kept where users keep it, or in ``INVITESIM_TEST_CACHE``; it is never that of
another kernel (see ``sim.kernel.mechanics.compiled_cache``). With several processes (pytest-xdist)
the model is compiled while tests run that need no compiled code; these come first.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

NEED_NOTHING_COMPILED = (
    "compiled_cache",
    "contact_files",
    "contacts",
    "designs",
    "environment",
    "files",
    "house",
    "intervals",
    "invocation",
    "page_settings",
    "parameters",
    "plot_checks",
    "plots",
    "progress",
    "scenario",
    "scenario_mistakes",
    "schema",
    "sentences",
    "statistics",
)
COMPILE = "import sim; sim.run(sim.Scenario(members=2, days=1), threads=1)"
LONGEST = 300
"""Seconds to wait for compiled code; then a process compiles what it needs by itself."""

# who starts tests in the background has Ctrl-C ignored, in programs they start too
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

assert "numba" not in sys.modules, "the cache must be chosen before numba is imported"
if kept := os.environ.get("INVITESIM_TEST_CACHE"):
    os.environ["NUMBA_CACHE_DIR"] = kept

COMPILED = "INVITESIM_COMPILED"
"""Names to the processes of pytest-xdist a file that appears when the model is compiled."""

settings.register_profile("invitesim", deadline=None, print_blob=True)
settings.load_profile("invitesim")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start to compile the model, for all processes of pytest-xdist."""
    alone = not session.config.getoption("numprocesses", None)
    if alone or "PYTEST_XDIST_WORKER" in os.environ:
        return
    folder = tempfile.TemporaryDirectory(prefix="invitesim-tests-")
    os.environ[COMPILED] = f"{folder.name}/compiled"
    program = f"try:\n    {COMPILE}\nfinally:\n    open({os.environ[COMPILED]!r}, 'x')"
    compiling = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    session.config.add_cleanup(lambda: (compiling.kill(), compiling.wait(), folder.cleanup()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests first that need no compiled code."""
    items.sort(key=needs_compiled)


def needs_compiled(item: pytest.Item) -> bool:
    """Return whether a test runs the model."""
    return (
        item.get_closest_marker("compiled") is not None
        or item.path.parent != Path(__file__).parent
        or item.path.stem.removeprefix("test_") not in NEED_NOTHING_COMPILED
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait for the compiled code if the test needs it."""
    compiled, until = os.environ.get(COMPILED), time.monotonic() + LONGEST
    if compiled and "PYTEST_XDIST_WORKER" in os.environ and needs_compiled(item):
        while not Path(compiled).exists() and time.monotonic() < until:
            time.sleep(0.2)


@pytest.fixture(autouse=True)
def histories(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let each run of a test live its own history, unless the test gives room for kept ones."""
    from sim.model import engine
    from sim.model.histories import Histories

    fresh = Histories(0)
    monkeypatch.setattr(engine, "HISTORIES", fresh)
    return fresh


@pytest.fixture(autouse=True)
def signals() -> Any:
    """Check that a test leaves Ctrl-C as it was: processes of later tests inherit it."""
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
