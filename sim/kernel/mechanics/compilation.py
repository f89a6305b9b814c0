"""How the kernel is compiled.

It is compiled without reference counting: no function of the day makes or keeps an array, so there
is nothing to count, and counting would cost more than the day's own work (two atomic operations for
each array that is taken out of the state). Functions that must make an array use numba's own
``njit``, and stay out of the loops over members.
"""

from typing import Any

import numba
import numpy as np

from .compiled_cache import njit
from .parts import part

_options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}

entry: Any = njit(cache=True, **_options)
"""For functions that Python may call. They take a ``reference``, not a named tuple of arrays."""
kernel: Any = part(**_options)
"""For functions that only compiled code calls, see ``parts``."""
inline: Any = part(forceinline=True, **_options)
"""For functions that are called in the innermost loops."""
rule: Any = inline
"""For the functions of ``kernel.rules``, which Python may also call, as plain Python."""
expanded: Any = numba.njit(inline="always")
"""For a part of a large function that only has a name for readers: compiled only within it."""


@inline
def as_index(number):
    """Return a place in an array, below 2**32, in a form that tells the compiler: not negative."""
    return np.int64(np.uint32(number))
