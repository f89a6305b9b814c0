"""What a run needs, imported and loaded: the process from which others are forked imports this
module, once for all of them.
"""

import contextlib

import pyarrow.parquet  # noqa: F401

from ..model.engine import Engine
from ..scenario.scenario import Scenario

with contextlib.suppress(Exception):  # what hinders this run hinders the first one too
    engine = Engine(Scenario(members=2, days=1))
    engine.advance(1)
    engine.result()
