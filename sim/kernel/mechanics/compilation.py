"""How the kernel is compiled.

Without reference counting: no function of the day makes an array or keeps one, so there is nothing
to count, and counting costs more than the day's own work (each array taken out of the state would
be two atomic operations). What must make an array uses numba's own ``njit`` and stays out of the
loops over members.
"""

from typing import Any

import numba
import numpy as np

from .compiled_cache import njit
from .parts import part

_options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}

entry: Any = njit(cache=True, **_options)
"""For what Python may call. In place of a named tuple of many arrays it takes a ``reference``."""
kernel: Any = part(**_options)
"""For what only compiled code calls, see ``parts``."""
inline: Any = part(forceinline=True, **_options)
"""For what is called in the innermost loops."""
rule: Any = inline
"""For the functions of ``kernel.rules``, which Python may call too: as plain Python."""
expanded: Any = numba.njit(inline="always")
"""For a part of one large function that has a name for its readers: compiled only within it."""


@inline
def as_index(number):
    """Return a place in an array, below 2**32, as one that the compiler knows is not negative."""
    return np.int64(np.uint32(number))
