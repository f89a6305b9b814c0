"""Who needs help, who gives it, and what comes of it."""

from typing import Annotated

from pydantic import Field, model_validator

from ..errors import InputError
from ..parameters.kinds import (
    Expected,
    Float,
    Integer,
    PerClass,
    Probability,
    Section,
    Unit,
    expected,
)

PerType = Annotated[
    tuple[Probability, Probability, Probability],
    Unit("probability"),
    Expected("three numbers from 0 to 1, of givers, others and takers"),
]
"""A probability for each type: givers, others, takers."""


class Helping(Section):
    """Who needs help, who gives it, and what comes of it."""

    need_rate: Annotated[Float, Field(ge=0, le=1), Unit("per day")] = 0.0
    """chance that a member needs help on a day; 0: nobody ever needs help; 1/14: once in two weeks
    [A]"""
    able: Probability = 0.005
    """chance that a person in a member's network is able to help; 1: everybody is able [A]"""
    ask_choice: Annotated[Integer, Field(ge=1, le=64), Unit("members")] = 4
    """people drawn from a member's network, of whom the one known best is asked [A]"""
    refer: Probability = 0.5
    """chance that a person who was asked and does not help refers the member in need to somebody
    else [A]"""
    refer_choice: Annotated[Integer, Field(ge=1, le=64), Unit("members")] = 2
    """people drawn from the network of the person asked; the member in need is referred to the one
    of best reputation [A]"""
    givers: Annotated[Float, Field(ge=0, le=1), Unit("share")] = 0.2
    """share of members who are givers [A]"""
    takers: Annotated[Float, Field(ge=0, le=1), Unit("share")] = 0.1
    """share of members who are takers: they give less, they do not ask more [Bitcoin-OTC: 9.5 %]"""
    giving: PerType = (0.9, 0.5, 0.1)
    """chance of helping a close friend: givers, others, takers [A]"""
    willing: PerClass = (0.2, 0.5, 0.7, 0.9, 1.0)
    """factor by which ``giving`` is multiplied, by tie class [A]"""
    floor: Probability = 0.0
    """people who know a member of a reputation below this do not invite or accept it; 0: no member
    is refused; .15 is plausible [A]"""
    floor_after: Annotated[Integer, Field(ge=1, le=1_000_000), Unit("times")] = 10
    """``floor`` applies to members who were asked for help at least this often [A]"""

    @model_validator(mode="after")
    def _shares(self) -> "Helping":
        if self.givers + self.takers > 1 + 1e-9:  # as sums of shares are rounded
            right = f"{max(0.0, 1 - self.givers):g} or less, as givers are {self.givers:g}"
            raise InputError(f"takers: {expected(right, self.takers)}")
        return self
