"""A policy's own function, compiled into the run.

If numbers are not enough to describe a policy, a user writes
``condition(bond, candidate, day) -> bool``. It becomes machine code, which the compiled day calls
by its address.
"""

import inspect
import re
from types import CodeType
from typing import Any

import numpy as np

from ..agents.policy import Bond, Candidate, InvitePolicy
from ..errors import InputError
from ..parameters.kinds import shown
from .fingerprint import captured, importable

DRAWING = re.compile("numba_get_(py|np)_random_state")
"""A name in the compiled code of functions that draw or seed random numbers, or call one.

It stands for the state of ``random`` or of ``numpy.random``.
"""
_compiled: dict[Any, Any] = {}
"""The compiled functions, kept until the process ends: the kernel knows only their addresses."""


def compiled(policy: InvitePolicy) -> int:
    """Return the address of the policy's compiled function, or 0 if it has none.

    Raises
    ------
    InputError
        If it has the wrong form, does not compile, or draws random numbers. The error is one line
        with the policy, the function and the reason.
    """
    condition = policy.condition
    if condition is None:
        return 0
    where = f"policies.{policy.name}.condition"
    function = _function(where, condition)
    known = (function, _constants(function, frozenset(), []))
    if known not in _compiled:
        _compiled[known] = _compile(where, function)
    return int(_compiled[known].address)


def _function(where: str, condition: Any) -> Any:
    """Return the function to compile, after a check of its form.

    numba itself accepts forms that can't work here, and explains little of what it refuses.
    """
    function = getattr(condition, "py_func", condition)  # numba may have compiled it already
    right = "must be def condition(bond, candidate, day), and return True or False"
    if not inspect.isfunction(function):
        name = getattr(condition, "__name__", shown(condition))
        raise InputError(f"{where}: {name} is not a function written in Python; {right}")
    if function.__code__.co_flags & (
        inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
    ):
        raise InputError(
            f"{where}: the function {function.__name__} is a generator or async; {right}"
        )
    takes = inspect.signature(function, follow_wrapped=False)
    try:
        takes.bind(*Bond._fields[:1], *Candidate._fields[:1], "day")
        fits = not {one.kind for one in takes.parameters.values()} & {
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.VAR_KEYWORD,
        }
    except TypeError:
        fits = False
    if not fits:
        raise InputError(f"{where}: the function {function.__name__} takes {takes}; {right}")
    return function


def _constants(thing: Any, names: frozenset[str], met: list[Any]) -> str:
    """Return the present values from outside that numba compiles into a function.

    A program may change them between two runs. ``names`` are the names that the function uses; of a
    module, only the values with these names count.
    """
    thing = getattr(thing, "py_func", thing)
    taken: dict[Any, Any]
    if inspect.isfunction(thing) and not importable(thing) and thing not in met:
        met.append(thing)
        names, known = _names(thing.__code__), thing.__globals__
        taken = captured(thing) | {name: known[name] for name in names & known.keys()}
    elif inspect.ismodule(thing):
        taken = {name: value for name, value in vars(thing).items() if name in names}
    elif isinstance(thing, tuple):
        taken = dict(enumerate(thing))
    else:
        return repr((thing.dtype, thing.tolist()) if isinstance(thing, np.ndarray) else thing)
    return str({name: _constants(value, names, met) for name, value in sorted(taken.items())})


def _names(code: CodeType) -> frozenset[str]:
    """Return the names from outside that a function uses, with those of its inner functions."""
    inner = [one for one in code.co_consts if inspect.iscode(one)]
    return frozenset(code.co_names).union(*map(_names, inner))


def _compile(where: str, function: Any) -> Any:
    from numba import cfunc, njit, typeof, types

    # without boundscheck, an index past the end of an array would read other memory
    checked = njit(boundscheck=True)(function)
    word = types.int64

    def condition(  # type: ignore[no-untyped-def]
        met, talked, days_since, tie_class, number, degree, same_circle, policy, day
    ):
        try:
            answer = checked(
                Bond(met, talked, days_since, tie_class),
                Candidate(number, degree, same_circle != 0, policy),
                day,
            )
        except Exception:  # machine code can't raise: the kernel notes -1, and the engine raises
            return -1
        return 1 if answer else 0

    title = f"the function {function.__name__}"
    try:
        seen = typeof(Bond(0, 0, 0, 0)), typeof(Candidate(0, 0, False, 0)), word
        checked.get_call_template(seen, {})  # compiles it for arguments without defaults
        gives = types.unliteral(checked.nopython_signatures[0].return_type)
        made = (
            cfunc(word(*[word] * 9), nopython=True)(condition)
            if isinstance(gives, types.Boolean | types.Number)
            else None
        )
    except Exception as error:  # numba raises many errors besides its own
        raise InputError(
            f"{where}: {title} does not compile: {_reason(str(error) or type(error).__name__)}"
        ) from None
    if made is None:
        given = (
            "can give None"
            if isinstance(gives, types.Optional | types.NoneType)
            else f"gives {gives}"
        )
        raise InputError(
            f"{where}: {title} {given}; must return True or False, whichever way it takes"
        )
    if DRAWING.search(made.inspect_llvm()):
        right = "must draw none: only then is a run the same for the same seed"
        raise InputError(f"{where}: {title}, or one that it calls, draws random numbers; {right}")
    return made


def _reason(text: str) -> str:
    """Return the sentence of numba's report that gives the reason."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reasons = [
        line
        for line in lines
        if not line.startswith(("Failed in", "During:", "File ", "-->", "<source", "*", "^"))
    ]
    return " ".join((reasons or lines or ["no reason given"])[0].split())
