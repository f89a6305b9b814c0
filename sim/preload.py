"""What a run needs, imported and loaded: the process from which others are forked imports this
module, once for all of them.
"""

import contextlib

import pyarrow.parquet  # noqa: F401

from . import records  # noqa: F401
from .runs import run
from .scenario import Scenario

with contextlib.suppress(
    Exception
):  # what hinders this run hinders the first one too, which says so
    run(Scenario(members=2, days=1), threads=1).summary  # noqa: B018
