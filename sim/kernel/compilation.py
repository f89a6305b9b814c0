"""How the kernel is compiled.

Without reference counting: no function of the day makes an array or keeps one, so there is nothing to count, and counting costs more than
the day's own work (each array taken out of ``World`` would be two atomic operations). What must make an array uses numba's own ``njit``
and stays out of the loops over members.
"""

from functools import partial
from typing import Any

import numpy as np

from ..compiled_cache import njit

_rules: Any = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)
_unseen: Any = partial(_rules, no_cpython_wrapper=True, no_cfunc_wrapper=True)

fast: Any = _rules()
"""For what Python may call."""
inner: Any = _unseen()
"""For what only the kernel calls: what Python would need to call it takes as long to compile as the function itself."""
inlined: Any = _unseen(forceinline=True)
"""For what is called in the innermost loops."""

part_of: Any = njit(inline="always")
"""For a part of one large function that has a name for its readers: it is compiled with that function, and not before by itself."""


@inlined
def at(number):
    """Tell the compiler that a place in an array, below 2**32, is not negative: it need not ask whether to count from the end."""
    return np.int64(np.uint32(number))
