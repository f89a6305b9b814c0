"""How invitees answer."""

from typing import Annotated

from pydantic import Field, field_validator

from ..parameters.kinds import Float, OrNone, PerClass, Probability, Section, Unit, expected


class Answering(Section):
    """How invitees answer."""

    recognise: PerClass = (0.0, 0.5, 0.88, 0.985, 1.0)
    """the invitee recognises the inviter; 0 for a stranger [EIES]"""
    accept: PerClass = (0.85, 0.85, 0.9, 0.95, 0.97)
    """an invitee who looks at the invitation accepts, by class; lowered by reserve [A]"""
    reserve: Annotated[Float | None, Field(ge=0, le=20), Unit("logit"), OrNone("none")] = None
    """how much less readily those below accepts_from are accepted; none: only by a reference [A]"""
    reference_lift: Annotated[Float, Field(ge=0, le=20), Unit("logit")] = 0.0
    """how much more readily who takes references accepts with a connection in common [A]"""
    looks: Annotated[Float | None, Field(ge=0, le=1_000), Unit("visits"), OrNone("none")] = None
    """visits to the platform in 21 days; none: every invitation is looked at [A]"""
    idk_click: Probability = 0.10
    """clicks 'I don't know', having neither recognised nor accepted [A, .01 to .3]"""
    delay_shape: Annotated[Float, Field(ge=0.05, le=100)] = 0.39
    """Weibull shape of the delay [Botdog]"""
    delay_scale: Annotated[Float, Field(ge=0, le=1_000), Unit("days")] = 1.0
    """Weibull scale of the delay; 0: answered the same day [Botdog]"""

    @field_validator("recognise")
    @classmethod
    def _strangers(cls, value: PerClass) -> PerClass:
        if value[0] != 0:
            raise ValueError(expected("0 in the first place, as nobody knows a stranger", value))
        return value
