"""The platform's rule: what it looks at, and what it then does to an account.

A rule is any combination of a strike limit (over the account's life or a window), a minimum
acceptance ratio, a cap on invitations per week and a cap on connections. A preset is a named
combination; a platform is a preset and what differs from it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from ..agents.policy import NOBODY
from ..parameters.kinds import Float, Integer, OrNone, Probability, Section, Unit
from .limits import LONGEST

PRESETS: dict[str, dict[str, float | int | None]] = {
    "none": {},
    "linkedin2008": {"limit": 5},
    "linkedin2021": {
        "limit": 5,
        "window_days": 30,
        "restriction_days": 7,
        "weekly_invites": 100,
        "max_connections": 30_000,
    },
}
"""What each preset sets; all else is unset. Sources: linkedin2008, five "I don't know" over the
account's life (AccountRestriction wiki, 2007; etn-training, 2012); linkedin2021, 100 a week, 7
days, 30,000 (mirrors of LinkedIn Help a551012); its 5 strikes in 30 days are an assumption."""

if TYPE_CHECKING:
    Preset = str
else:
    Preset = Literal[*PRESETS]


class Platform(Section):
    """The platform's rule; a parameter that is not given is the preset's."""

    preset: Preset = "linkedin2008"
    """named rule that the other parameters start from"""
    limit: Annotated[
        Integer | None, Field(ge=1, le=10_000), Unit("strikes"), OrNone("no limit")
    ] = None
    """strikes that restrict an account"""
    window_days: Annotated[
        Integer | None, Field(ge=1, le=LONGEST), Unit("days"), OrNone("the account's life")
    ] = None
    """days over which strikes count"""
    restriction_days: Annotated[
        Integer | None, Field(ge=1, le=LONGEST), Unit("days"), OrNone("for good")
    ] = None
    """days that a restriction lasts"""
    min_ratio: Annotated[
        Float | None, Field(ge=0, le=1), Unit("share"), OrNone("not looked at")
    ] = None
    """lowest accepted / sent that is not restricted"""
    min_invites: Annotated[Integer, Field(ge=1, le=1_000_000), Unit("invitations")] = 20
    """invitations sent before the ratio is looked at [A]"""
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
    """added, up to class 4, to the classes from which policies invite and members accept [A]"""
    place: Annotated[Integer, Field(ge=0, le=15)] = 0
    """number of the platform: of one society, each place has luck of its own with invitations"""

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
