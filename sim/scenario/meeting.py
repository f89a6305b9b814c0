"""Who meets whom, and how: drawn meetings, or a log of real contacts."""

from typing import Annotated

from pydantic import Field, model_validator

from ..errors import InputError
from ..parameters.kinds import (
    Expected,
    Flag,
    Float,
    Integer,
    OrNone,
    Probability,
    Section,
    Text,
    Unit,
    expected,
)
from .limits import LONGEST


class Meeting(Section):
    """Who meets whom, and how."""

    rate: Annotated[Float, Field(ge=0, le=1e6), Unit("per day")] = 0.5
    """mean number of encounters that a member of sociability 1 starts [A]"""
    again: Annotated[Float, Field(ge=0, le=1), Unit("share")] = 0.54
    """share of encounters that are with a contact; ``again_choice`` says with which [fitted]"""
    friend: Annotated[Float, Field(ge=0, le=1), Unit("share")] = 0.10
    """share of encounters that are with a contact of a contact [A]"""
    team: Annotated[Float, Field(ge=0, le=1), Unit("share")] = 0.175
    """share of encounters with a member of one's team; 0: none [fitted]"""
    circle: Annotated[Float, Field(ge=0, le=1), Unit("share")] = 0.075
    """share of encounters with a member of one's circle; the remaining encounters are with anybody
    [fitted]"""
    again_choice: Annotated[Integer, Field(ge=1, le=64), Unit("contacts")] = 2
    """contacts drawn at random for an encounter with a contact; the partner is the one met or
    talked to most [A]"""
    face_again: Probability = 0.70
    """chance that an encounter with a contact met face to face before is face to face [A]"""
    face_online: Probability = 0.15
    """chance that an encounter with a contact known online only is face to face [A]"""
    face_friend: Probability = 0.50
    """chance that an encounter with a contact of a contact is face to face [A]"""
    face_team: Probability = 0.80
    """chance that an encounter with a member of one's team is face to face [A]"""
    face_circle: Probability = 0.80
    """chance that an encounter with a member of one's circle is face to face [A]"""
    face_anybody: Probability = 0.05
    """chance that an encounter with anybody is face to face [A]"""
    history_days: Annotated[Integer, Field(ge=0, le=LONGEST - 1), Unit("days")] = 180
    """days of meetings before the platform opens; with a log it counts as 0 [A]"""
    contacts: Annotated[Text | None, Expected("a path"), OrNone("meetings are drawn")] = None
    """file of real contacts, in place of the drawn meetings"""
    gap_seconds: Annotated[Float, Field(ge=0, le=1e9), Unit("seconds")] = 20.0
    """lines of a log with the same two people, at most this many seconds apart, are one
    encounter"""
    columns: Annotated[
        Text | None,
        Expected("names of columns, as 't i j'"),
        OrNone("the usual names in the header, or t i j"),
    ] = None
    """names of the three columns of a log with the time and the two people; if the log has a
    header, take the names from it; if not, name the columns from the left, such as 'u v t'; the one
    of the three names that is t, time, date or similar is the time, else the first"""
    skip_negative: Flag = False
    """whether to leave out the lines of a log with a negative number for a person; in Bluetooth
    logs such a number means nobody or a stranger"""
    repeat_log: Flag = False
    """whether the log starts again after its last day"""

    @model_validator(mode="after")
    def _shares(self) -> "Meeting":
        shares = (self.again, self.friend, self.team, self.circle)
        if sum(shares) > 1 + 1e-12:
            right = "a sum of at most 1 with friend, team and circle"
            raise InputError(f"again: {expected(right, shares)}")
        return self
