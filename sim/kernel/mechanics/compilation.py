"""How the kernel is compiled.

Without reference counting: no function of the day makes an array or keeps one, so there is nothing
to count, and counting costs more than the day's own work (each array taken out of the state would be
two atomic operations). What must make an array uses numba's own ``njit`` and stays out of the loops
over members.
"""

from functools import partial
from typing import Any

import numpy as np

from .compiled_cache import njit

_options: Any = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)
_not_for_python: Any = partial(_options, no_cpython_wrapper=True, no_cfunc_wrapper=True)

entry: Any = _options()
"""For what Python may call."""
kernel: Any = _not_for_python()
"""For what only the kernel calls: what Python would need takes as long to compile as the function."""
inline: Any = _not_for_python(forceinline=True)
"""For what is called in the innermost loops."""
rule: Any = _options(forceinline=True)
"""For the functions of ``kernel.rules``, which Python may call too; ``.py_func`` is the plain one."""
expanded: Any = njit(inline="always")
"""For a part of one large function that has a name for its readers: compiled only within it."""


@inline
def as_index(number):
    """Return a place in an array, below 2**32, as one that the compiler knows is not negative."""
    return np.int64(np.uint32(number))
