"""The platform's rule: what it looks at, and what it then does to an account.

A rule is any combination of a strike limit (over the account's life or a window), a minimum
acceptance ratio, a cap on invitations per week and a cap on connections. What follows when it is
broken is a ladder of actions, or one restriction, and appeals may end it. A preset is a named
combination; a platform is a preset and what differs from it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from ..agents.policy import NOBODY
from ..parameters.kinds import Float, Integer, OrNone, Probability, Section, Unit
from .ladder import Ladder, Rung, rungs_of
from .limits import LONGEST

PRESETS: dict[str, dict[str, float | int | str | None]] = {
    "none": {},
    "linkedin2007": {"limit": 5, "ladder": "email, good"},
    "linkedin2008": {"limit": 5},
    "linkedin2021": {
        "limit": 5,
        "window_days": 30,
        "restriction_days": 7,
        "weekly_invites": 100,
        "max_connections": 30_000,
    },
    "facebook2011": {
        "limit": 5,
        "window_days": 30,
        "ladder": "suspend 4, suspend 7, suspend 14, suspend 30, good",
    },
    "ratio": {"min_ratio": 0.3, "min_invites": 50, "ratio_of": "resolved"},
}
"""What each preset sets; all else is unset. Sources: linkedin2008, five "I don't know" over the
account's life (AccountRestriction wiki, 2007; etn-training, 2012); linkedin2007, the same, but at
first only people whose e-mail address one knows may be invited; linkedin2021, 100 a week, 7 days,
30,000 (mirrors of LinkedIn Help a551012); its 5 strikes in 30 days are an assumption, as are those
of facebook2011, and all of ratio."""

if TYPE_CHECKING:
    Preset = str
else:
    Preset = Literal[*PRESETS]


class Platform(Section):
    """The platform's rule; a parameter that is not given is the preset's."""

    preset: Preset = "linkedin2008"
    """named rule; it sets those parameters of the platform that you do not set yourself"""
    limit: Annotated[
        Integer | None, Field(ge=1, le=10_000), Unit("strikes"), OrNone("no limit")
    ] = None
    """number of strikes ('I don't know' answers) that breaks the rule"""
    window_days: Annotated[
        Integer | None, Field(ge=1, le=LONGEST), Unit("days"), OrNone("the account's life")
    ] = None
    """days, up to today, over which strikes count"""
    restriction_days: Annotated[
        Integer | None, Field(ge=1, le=LONGEST), Unit("days"), OrNone("permanently")
    ] = None
    """days that a restriction lasts, if there is no ladder"""
    ladder: Annotated[Ladder | None, OrNone("one restriction, of restriction_days")] = None
    """actions that follow when the rule is broken for the 1st, 2nd … time; the last action
    repeats"""
    appeal_success: Probability = 0.0
    """chance that the first appeal against a limit or a restriction succeeds; 0: nobody appeals"""
    appeal_decay: Probability = 0.5
    """factor by which the chance of success is multiplied with each further appeal [A]"""
    min_ratio: Annotated[
        Float | None, Field(ge=0, le=1), Unit("share"), OrNone("the ratio is not judged")
    ] = None
    """lowest ratio, accepted / sent or accepted / resolved, that the rule allows"""
    ratio_of: Literal["sent", "resolved"] = "sent"
    """whether the ratio divides the accepted invitations by all sent, or by all resolved: accepted,
    answered 'I don't know' or withdrawn"""
    min_invites: Annotated[Integer, Field(ge=1, le=1_000_000), Unit("invitations")] = 20
    """number of invitations (sent or resolved, as in ratio_of) from which on the ratio is judged
    [A]"""
    weekly_invites: Annotated[
        Integer | None, Field(ge=0, le=1_000_000), Unit("invitations"), OrNone("no cap")
    ] = None
    """invitations that an account may send in any 7 days"""
    max_connections: Annotated[
        Integer | None, Field(ge=0, le=1_000_000), Unit("connections"), OrNone("no cap")
    ] = None
    """connections that an account may have"""
    notes_per_month: Annotated[
        Integer | None, Field(ge=0, le=1_000_000), Unit("notes"), OrNone("no cap")
    ] = 5
    """notes that an account may send in each 30 days of the platform [LinkedIn Help]"""

    joined: Annotated[Probability, Unit("share")] = 1.0
    """chance that a member is on the platform; else it neither invites nor is invited there [A]"""
    shift: Annotated[Integer, Field(ge=0, le=4), Unit("tie classes")] = 0
    """number of classes by which min_tie and accepts_from of all policies and habits are raised, up
    to class 4 [A]"""
    place: Annotated[Integer, Field(ge=0, le=15)] = 0
    """number of this platform among the platforms of a society; invitations and answers are drawn
    separately for each"""

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """What follows when the rule is broken for the 1st, 2nd … time; the last one repeats."""
        if self.ladder is None:
            return (
                Rung("good") if (days := self.restriction_days) is None else Rung("suspend", days),
            )
        return rungs_of(self.ladder)

    @property
    def graded(self) -> bool:
        """Whether there is more than one restriction: a ladder, or appeals."""
        return self.ladder is not None or self.appeal_success > 0

    @model_validator(mode="before")
    @classmethod
    def _start_from_preset(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        preset = given.get("preset", cls.model_fields["preset"].default)
        return {**(PRESETS.get(preset, {}) if isinstance(preset, str) else {}), **given}

    def here(self, tie_class: int) -> int:
        """Return the class that counts on this platform for one that a policy or a habit has."""
        return min(4, tie_class + self.shift) if tie_class < NOBODY else tie_class

    def _to_change(self) -> dict[str, Any]:
        return self.differing()  # so that another preset brings its own numbers

    def differing(self) -> dict[str, Any]:
        """Return the preset's name and the fields that differ from it: all it takes to make it."""
        plain = type(self)(preset=self.preset)
        return {"preset": self.preset} | {
            key: value for key, value in self if key != "preset" and value != getattr(plain, key)
        }
