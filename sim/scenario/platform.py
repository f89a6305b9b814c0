"""The platform's rule: what it looks at, and what it then does to an account.

A rule is any combination of a strike limit (over the account's life or a window), a minimum acceptance ratio, a cap on invitations per
week and a cap on connections. A preset is a named combination; a platform is a preset and what differs from it.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import model_validator

from ..parameters.kinds import Choice, Real, Section, Whole

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
"""What each preset sets; all else is unset. Sources: linkedin2008, five "I don't know" over the account's life (AccountRestriction wiki,
2007; etn-training, 2012); linkedin2021, 100 a week, 7 days, 30,000 (mirrors of LinkedIn Help a551012); its 5 strikes in 30 days are an
assumption."""


class Platform(Section):
    """The platform's rule; a parameter that is not given is the preset's."""

    preset: Annotated[
        str, Choice("named rule that the other parameters start from", words=tuple(PRESETS))
    ] = "linkedin2008"
    limit: Annotated[
        int | None,
        Whole(
            "strikes that restrict an account", low=1, high=10_000, unit="strikes", none="no limit"
        ),
    ] = None
    window_days: Annotated[
        int | None,
        Whole(
            "days over which strikes count",
            low=1,
            high=16_000,
            unit="days",
            none="the account's life",
        ),
    ] = None
    restriction_days: Annotated[
        int | None,
        Whole("days that a restriction lasts", low=1, high=16_000, unit="days", none="for good"),
    ] = None
    min_ratio: Annotated[
        float | None,
        Real("lowest accepted / sent that is not restricted", unit="share", none="not looked at"),
    ] = None
    min_invites: Annotated[
        int,
        Whole(
            "invitations sent before the ratio is looked at [A]",
            low=1,
            high=1_000_000,
            unit="invitations",
        ),
    ] = 20
    weekly_invites: Annotated[
        int | None,
        Whole(
            "invitations that an account may send in any 7 days",
            high=1_000_000,
            unit="invitations",
            none="no cap",
        ),
    ] = None
    max_connections: Annotated[
        int | None,
        Whole(
            "connections that an account may have",
            high=1_000_000,
            unit="connections",
            none="no cap",
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _start_from_preset(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        preset = given.get("preset", cls.model_fields["preset"].default)
        return {**(PRESETS.get(preset, {}) if isinstance(preset, str) else {}), **given}

    def _to_change(self) -> dict[str, Any]:
        return self.differing()  # so that another preset brings its own numbers

    def differing(self) -> dict[str, Any]:
        """Give the preset's name and the fields that differ from it: enough to make this platform again."""
        plain = type(self)(preset=self.preset)
        return {"preset": self.preset} | {
            key: value for key, value in self if key != "preset" and value != getattr(plain, key)
        }
