"""How invitees answer."""

from typing import Annotated

from pydantic import Field, field_validator

from ..parameters.kinds import Float, OrNone, PerClass, Probability, Section, Unit, expected


class Answering(Section):
    """How invitees answer."""

    recognise: PerClass = (0.0, 0.5, 0.88, 0.985, 1.0)
    """chance that the invitee recognises the inviter, by tie class; 0 for a stranger [EIES]"""
    memory_days: Annotated[
        Float | None, Field(ge=0.1, le=1_000_000), Unit("days"), OrNone("memory does not fade")
    ] = None
    """days after one encounter until the chance of recognising the other has fallen to 1 / e of
    ``fresh``; after n encounters this takes n times as long [A, 30 to 365]"""
    fresh: PerClass = (0.0, 0.66, 1.0, 1.0, 1.0)
    """with memory_days, in place of ``recognise``: chance of recognising on the day of the last
    encounter, by tie class [A]"""
    note_lift: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 1.5
    """how much a note raises the chance that the inviter is recognised [A, 0 to 3]"""
    accept: PerClass = (0.60, 0.605, 0.61, 0.80, 0.87)
    """chance that an invitee who looks at the invitation accepts, by tie class; ``reserve`` lowers
    it [fitted]"""
    reserve: Annotated[
        Float | None,
        Field(ge=0, le=20),
        Unit("logit"),
        OrNone("they are accepted only with a reference"),
    ] = 1.55
    """how much lower the chance of accepting is for inviters of a tie class below accepts_from
    [fitted, 0 to 3.5]"""
    reference_lift: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 1.15
    """how much a common connection raises the chance of accepting, if the invitee's policy or habit
    has takes_references [fitted, .3 to 2.4]"""
    rank_slope: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 0.0
    """how much the chance of accepting falls if the lowest rank invites the highest, compared with
    an invitation between equal ranks; 0: rank has no effect [0 to 3; a vendor's rates of reply
    suggest 2: C-suite .193, mid-level .387]"""
    looks: Annotated[
        Float | None, Field(ge=0, le=1_000), Unit("visits"), OrNone("every invitation is looked at")
    ] = 5.5
    """mean number of visits to the platform in 21 days by a member of activity 1; if the invitee
    makes no visit while an invitation is pending, it never looks at the invitation [fitted]"""
    ask_answered: Probability = 0.64
    """chance that a question of somebody who asks first is answered, if the asker is recognised [A:
    CollegeMsg]"""
    idk_click: Probability = 0.13
    """chance of a click on 'I don't know' by an invitee who has neither recognised nor accepted the
    inviter [fitted, .02 to .3]"""
    delay_shape: Annotated[Float, Field(ge=0.05, le=100)] = 0.39
    """Weibull shape of the delay of answers [Botdog]"""
    delay_scale: Annotated[Float, Field(ge=0, le=1_000), Unit("days")] = 1.0
    """Weibull scale of the delay of answers; 0: answers come on the same day [Botdog]"""

    @field_validator("recognise", "fresh")
    @classmethod
    def _strangers(cls, value: PerClass) -> PerClass:
        if value[0] != 0:
            raise ValueError(expected("0 in the first place, as nobody knows a stranger", value))
        return value
