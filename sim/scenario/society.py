"""Who there is: circles, teams, sociability, activity, and how many encounters make which tie."""

from typing import Annotated

from pydantic import Field, model_validator

from ..errors import InputError
from ..parameters.kinds import Flag, Float, Integer, OrNone, Probability, Section, Unit, expected
from .limits import MOST_ENCOUNTERS


class Society(Section):
    """Who there is."""

    circle_size: Annotated[Integer, Field(ge=1, le=2**28), Unit("members")] = 50
    """members of a workplace or club [A]"""
    team_size: Annotated[Integer, Field(ge=1, le=2**28), Unit("members")] = 10
    """members of a team, a part of a circle [fitted]"""
    sociability_sigma: Annotated[Float, Field(ge=0, le=3)] = 0.6
    """standard deviation of the log of sociability [Mac Carron 2016]"""
    activity_sigma: Annotated[Float, Field(ge=0, le=2.5)] = 2.0
    """standard deviation of the log of activity, which multiplies attempts to invite and visits to
    the platform; 0: all members are equally active [fitted]"""
    often: Annotated[Integer, Field(ge=2, le=MOST_ENCOUNTERS - 1), Unit("encounters")] = 3
    """number of encounters face to face from which on a tie is 'met often' [Dunbar's layers]"""
    close: Annotated[Integer, Field(ge=3, le=MOST_ENCOUNTERS), Unit("encounters")] = 7
    """number of encounters face to face from which on a tie is 'close' [Dunbar's layers]"""
    arrivals: Annotated[Float, Field(ge=0, le=10_000), Unit("members a day")] = 0.0
    """new members who join the society and the platform; 0: nobody [A]"""
    on_arrival: Annotated[
        Integer | None, Field(ge=0, le=1_000), Unit("attempts"), OrNone("as on any day")
    ] = None
    """attempts to invite that a new member makes on its first day, regardless of its activity
    [A]"""
    leave: Probability = 0.0
    """chance, each day, that a member leaves; its bonds end [A]"""
    ties_by_log: Flag = False
    """with a log: whether ``often`` is the smallest number of encounters such that at most 44 % of
    the pairs that met have this number or more, and ``close`` likewise with 18 % [A]"""
    veto: Probability = 0.0
    """chance, at a first encounter, that a member permanently does not want the other: it does not
    invite the other, and does not accept an invitation if it recognises the other [A, 0 to .1]"""

    @model_validator(mode="after")
    def _close_above_often(self) -> "Society":
        if self.close <= self.often:
            right = f"{self.often + 1} or more, above often"
            raise InputError(f"close: {expected(right, self.close)}")
        return self
