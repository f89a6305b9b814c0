"""A policy's own function, compiled into the run.

Where numbers are not enough a user writes ``condition(bond, candidate, day) -> bool``; it becomes machine code, and the compiled day
calls it by its address.
"""

import inspect
import re
from typing import Any

from .agents.policy import Bond, Candidate, InvitePolicy
from .errors import InputError
from .origin import meaning

DRAWING = re.compile("numba_get_(py|np)_random_state")
"""What compiled code refers to if it, or a function that it calls, draws or seeds: the state of ``random`` or of ``numpy.random``."""
_compiled: dict[Any, Any] = {}
"""The compiled functions, kept alive as long as the process: the day knows only their addresses."""


def compiled(policy: InvitePolicy) -> int:
    """Give the address of the policy's compiled function; 0 if it has none.

    Raises
    ------
    InputError
        If it does not compile, or draws random numbers: one line with the policy, the function and the reason.
    """
    condition = policy.condition
    if condition is None:
        return 0
    known = (condition, meaning(condition))  # what it takes from outside is compiled into it
    if known not in _compiled:
        _compiled[known] = _compile(policy.name, condition)
    return int(_compiled[known].address)


def _compile(name: str, condition: Any) -> Any:
    from numba import cfunc, njit, types
    from numba.core.errors import NumbaError

    title = getattr(condition, "__name__", repr(condition))
    function = getattr(condition, "py_func", condition)  # of one that numba has compiled already
    if not inspect.isfunction(function):
        raise InputError(
            f"policies.{name}.condition: {title} is not a function written in Python; must be def condition(bond, candidate, day)"
        )
    inner = njit(function)
    word = types.int64

    def ask(met, talked, days_since, tie_class, number, degree, same_circle, policy, day):  # type: ignore[no-untyped-def]
        try:
            answer = inner(Bond(met, talked, days_since, tie_class), Candidate(number, degree, same_circle != 0, policy), day)
        except Exception:  # machine code can't raise it: the day takes note, and the engine says so
            return -1
        return 1 if answer else 0

    try:
        made = cfunc(word(*[word] * 9), nopython=True)(ask)
    except NumbaError as error:
        raise InputError(f"policies.{name}.condition: the function {title} does not compile: {_reason(str(error))}") from None
    if DRAWING.search(made.inspect_llvm()):
        right = "must draw none: only then is a run the same for the same seed"
        raise InputError(f"policies.{name}.condition: the function {title}, or one that it calls, draws random numbers; {right}")
    return made


def _reason(text: str) -> str:
    """Find the sentence of numba's report that says why."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("Failed in", "During:", "File ", "-->", "<source", "*", "^"))]
    return " ".join((telling or lines or ["no reason given"])[0].split())
