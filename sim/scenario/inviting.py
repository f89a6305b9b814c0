"""How members invite."""

from typing import Annotated

from pydantic import Field

from ..parameters.kinds import (
    Flag,
    Float,
    Integer,
    OrNone,
    PerClass,
    PerDay,
    Probability,
    Section,
    Unit,
)
from .limits import LONGEST


class Inviting(Section):
    """How members invite."""

    per_day: PerDay = 0.5
    """mean number of attempts to invite by a member of activity 1 [A]"""
    tries: Annotated[Integer, Field(ge=1, le=1_000), Unit("candidates")] = 8
    """most candidates that an attempt looks at [A]"""
    prior_acceptance: PerClass = (0.2, 0.45, 0.6, 0.65, 0.95)
    """a member's first guess of the chance that an invitation is accepted, by tie class [A]"""
    prior_weight: Annotated[Float, Field(ge=1e-6, le=1e6), Unit("answers")] = 4.0
    """weight of the first guess, in answers [A]"""
    pending_days: Annotated[Integer, Field(ge=1, le=1_000), Unit("days")] = 21
    """days until an unanswered invitation is withdrawn [A]"""
    crossing: Flag = True
    """whether two members are connected at once if one invites the other while the other's
    invitation to it is pending"""
    lock_days: Annotated[Integer | None, Field(ge=0, le=LONGEST), Unit("days"), OrNone("never")] = (
        None
    )
    """days after withdrawing an invitation until the same person may be invited again [A]"""
    mistaken: Probability = 0.0
    """chance that an invitation to a contact goes to a random member by mistake; .01 is plausible
    [A]"""
    note_below: Probability = 0.9
    """notes, which say where the two met, go to people whose chance of recognising the inviter is
    above 0 and at most this [A]"""
