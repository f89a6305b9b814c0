"""Import and load all that a run needs, once, in the process from which others are forked."""

import contextlib

import pyarrow.parquet  # noqa: F401

from ..model.engine import Engine
from ..scenario.scenario import Scenario

with contextlib.suppress(Exception):  # the first real run raises the error again
    engine = Engine(Scenario(members=2, days=1))
    engine.advance(1)
    engine.result()
