"""The ladder: what the platform does the first, second … time that an account breaks its rule."""

from typing import Annotated, NamedTuple

from pydantic import Field

from ..parameters.kinds import Expected
from .limits import LONGEST

_DAYS = r"([1-9]\d{0,3}|1[0-5]\d{3}|16000)"
_ACTION = rf"(warn|email|good|suspend +{_DAYS})"

Ladder = Annotated[
    str,
    Field(pattern=rf"^ *{_ACTION}( *, *{_ACTION})* *$"),
    Expected(f"actions, as 'warn, email, suspend 7, good' (suspend 1 to {LONGEST} days)"),
]
"""A ladder as one text, such as ``email, good``."""


class Rung(NamedTuple):
    """One action of a ladder."""

    action: str
    """``warn``; ``email``: only people known may be invited; ``suspend``: some days; ``good``."""
    days: int | None = None
    """How long a suspension lasts."""


def rungs_of(ladder: str) -> tuple[Rung, ...]:
    """Return the actions of a ladder, in their order.

    Examples
    --------
    >>> rungs_of("email, suspend 7, good")[1]
    Rung(action='suspend', days=7)
    """
    words = (action.split() for action in ladder.split(","))
    return tuple(Rung(name, *map(int, days)) for name, *days in words)
