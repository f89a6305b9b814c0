"""What holds for all tests: compiled code starts from nothing, and hypothesis does not mind a slow machine.

numba's cache does not notice a change in a function that another one calls, so tests never use the cache of an earlier run. Each process of
pytest-xdist has its own: numba may mix up two versions of one function that two processes save at the same moment.
"""

import os
import sys
import tempfile
from pathlib import Path

assert "numba" not in sys.modules, "the cache must be chosen before numba is imported"

worker = os.environ.get("PYTEST_XDIST_WORKER")
if worker is None:
    cache = tempfile.TemporaryDirectory(prefix="invitesim-tests-")  # of this process, and removed with it
    os.environ["NUMBA_CACHE_DIR"] = cache.name
else:
    os.environ["NUMBA_CACHE_DIR"] = str(Path(os.environ["NUMBA_CACHE_DIR"]) / worker)  # programs that tests start have it too

from hypothesis import settings  # noqa: E402

settings.register_profile("invitesim", deadline=None, print_blob=True)
settings.load_profile("invitesim")
