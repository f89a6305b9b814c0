"""How the kernel is compiled.

Without reference counting: no function of the day makes an array or keeps one, so there is nothing to count, and counting costs more than
the day's own work (each array taken out of ``World`` would be two atomic operations). What must make an array uses numba's own ``njit``
and stays out of the loops over members.
"""

from functools import partial
from typing import Any

from numba import njit

fast: Any = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)()
"""For a phase, or what is called now and then in one."""
inlined: Any = partial(njit, cache=True, nogil=True, error_model="numpy", forceinline=True, _nrt=False, no_cpython_wrapper=True)()
"""For what is called in the innermost loops."""
