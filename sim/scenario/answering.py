"""How invitees answer."""

from typing import Annotated

from pydantic import Field, field_validator

from ..parameters.kinds import Float, OrNone, PerClass, Probability, Section, Unit, expected


class Answering(Section):
    """How invitees answer."""

    recognise: PerClass = (0.0, 0.5, 0.88, 0.985, 1.0)
    """the invitee recognises the inviter; 0 for a stranger [EIES]"""
    memory_days: Annotated[
        Float | None, Field(ge=0.1, le=1_000_000), Unit("days"), OrNone("memory does not fade")
    ] = None
    """days after which the chance of recognising who was met or talked to once is 1 / e of the
    fresh one; n encounters last n times as long [A, 30 to 365]"""
    fresh: PerClass = (0.0, 0.66, 1.0, 1.0, 1.0)
    """as recognise, on the day of the last encounter; it counts if memory_days is set [A]"""
    note_lift: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 1.5
    """how much more readily a note is recognised whose sender was met [A, 0 to 3]"""
    accept: PerClass = (0.60, 0.605, 0.61, 0.80, 0.87)
    """an invitee who looks at the invitation accepts, by class; lowered by reserve [fitted]"""
    reserve: Annotated[
        Float | None, Field(ge=0, le=20), Unit("logit"), OrNone("only by a reference")
    ] = 1.55
    """how much less readily those below accepts_from are accepted [fitted, 0 to 3.5]"""
    reference_lift: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 1.15
    """how much more readily who takes references accepts with one in common [fitted, .3 to 2.4]"""
    rank_slope: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 0.0
    """how much less readily the lowest rank is accepted by the highest; 0: rank counts for nothing
    [0 to 3; 2 by a vendor's C-suite .193 and mid-level .387]"""
    looks: Annotated[
        Float | None, Field(ge=0, le=1_000), Unit("visits"), OrNone("each is looked at")
    ] = 5.5
    """visits to the platform in 21 days, times activity: is an invitation ever looked at?
    [fitted]"""
    ask_answered: Probability = 0.64
    """a question of somebody recognised is answered [A: CollegeMsg]"""
    idk_click: Probability = 0.13
    """clicks 'I don't know', having neither recognised nor accepted [fitted, .02 to .3]"""
    delay_shape: Annotated[Float, Field(ge=0.05, le=100)] = 0.39
    """Weibull shape of the delay [Botdog]"""
    delay_scale: Annotated[Float, Field(ge=0, le=1_000), Unit("days")] = 1.0
    """Weibull scale of the delay; 0: answered the same day [Botdog]"""

    @field_validator("recognise", "fresh")
    @classmethod
    def _strangers(cls, value: PerClass) -> PerClass:
        if value[0] != 0:
            raise ValueError(expected("0 in the first place, as nobody knows a stranger", value))
        return value
