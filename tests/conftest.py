"""What holds for all tests: compiled code starts from nothing, and hypothesis does not mind a slow machine.

numba's cache does not notice a change in a function that another one calls, so tests never use the cache of an earlier run. With several
processes (pytest-xdist) the model is compiled once, beside the tests that need nothing compiled, which come first; then each takes a copy
for itself: numba may mix up two versions of one function that two processes save at the same moment.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

assert "numba" not in sys.modules, "the cache must be chosen before numba is imported"

NEED_NOTHING_COMPILED = (
    "contacts",
    "designs",
    "environment",
    "files",
    "parameters",
    "plots",
    "scenario",
    "statistics",
)
COMPILE = "import sim; sim.run(sim.Scenario(members=2, days=1), threads=1)"
LONGEST = 300
"""Seconds to wait for compiled code; then a process compiles what it needs by itself."""

signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # who starts tests in the background has Ctrl-C ignored, in programs they start too

worker = os.environ.get("PYTEST_XDIST_WORKER")
kept = os.environ.get(
    "INVITESIM_TEST_CACHE"
)  # a folder: while the kernel does not change, keep the compiled code there
if kept:
    os.environ["NUMBA_CACHE_DIR"] = kept
elif worker is None:
    cache = tempfile.TemporaryDirectory(
        prefix="invitesim-tests-"
    )  # of this process, and removed with it
    os.environ["NUMBA_CACHE_DIR"] = cache.name
else:
    common = Path(os.environ["NUMBA_CACHE_DIR"])
    own = common / worker
    os.environ["NUMBA_CACHE_DIR"] = str(own)  # programs that tests start have it too

from hypothesis import settings  # noqa: E402

settings.register_profile("invitesim", deadline=None, print_blob=True)
settings.load_profile("invitesim")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the model compiled, for all processes of pytest-xdist."""
    if not kept and worker is None and session.config.getoption("numprocesses", None):
        compiled = Path(cache.name, "compiled")
        program = f"try:\n    {COMPILE}\nfinally:\n    open({str(compiled / 'whole')!r}, 'x')"  # if it fails, tests will say so
        compiled.mkdir()
        elsewhere = os.environ | {"NUMBA_CACHE_DIR": str(compiled)}
        compiling = subprocess.Popen(
            [sys.executable, "-c", program], env=elsewhere, stderr=subprocess.DEVNULL
        )
        session.config.add_cleanup(lambda: (compiling.kill(), compiling.wait()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what needs nothing compiled."""
    items.sort(key=needs_compiled)


def needs_compiled(item: pytest.Item) -> bool:
    """Say whether a test runs the model."""
    return (
        item.path.parent != Path(__file__).parent
        or item.path.stem.removeprefix("test_") not in NEED_NOTHING_COMPILED
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Take a copy of the compiled code as soon as it is needed."""
    if kept or worker is None or (own / "asked").exists() or not needs_compiled(item):
        return
    own.mkdir(exist_ok=True)
    (own / "asked").touch()
    compiled, until = common / "compiled", time.monotonic() + LONGEST
    while compiled.exists() and not (compiled / "whole").exists() and time.monotonic() < until:
        time.sleep(0.2)
    if (compiled / "whole").exists():
        shutil.copytree(compiled, own, dirs_exist_ok=True)
