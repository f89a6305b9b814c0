"""The first run after an installation: a second process compiles the functions of the measures.

These functions take a sixth of the time to compile, and the first process needs them only when the
day is compiled. It then finds them in the folder of compiled code; if the second process has
failed, the first compiles them itself.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from ..kernel.day import advance
from ..kernel.mechanics.compiled_cache import is_kept
from ..machine import cores

PROGRAM = """
from sim.model.engine import Engine
from sim.scenario.scenario import Scenario

engine = Engine(Scenario(members=2, days=1))
engine.result()
engine.measure_reach()
"""


@contextlib.contextmanager
def measures_compiled_beside() -> Iterator[None]:
    """If the day is compiled in this block, compile in a second process what measures need."""
    if is_kept(advance) or cores() == 1:
        yield
        return
    path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
