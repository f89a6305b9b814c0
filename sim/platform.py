"""The platform's rule: what it looks at, and what it then does to an account.

A rule is any combination of a strike limit (over the account's life or a window), a minimum acceptance ratio, a cap on invitations per week and a cap on
connections. A preset is a named combination; a platform is a preset and what differs from it.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

PRESETS: dict[str, dict[str, float | int | None]] = {
    "none": {},
    "linkedin2008": {"limit": 5},
    "linkedin2021": {"limit": 5, "window_days": 30, "restriction_days": 7, "weekly_invites": 100, "max_connections": 30_000},
}
"""What each preset sets; all else is unset. Sources: linkedin2008, five "I don't know" over the account's life (AccountRestriction wiki, 2007; etn-training, 2012);
linkedin2021, 100 a week, 7 days, 30,000 (mirrors of LinkedIn Help a551012); its 5 strikes in 30 days are an assumption."""


def none_from_text(value: Any) -> Any:
    """Let TOML and the command line, which have no null, say ``none``."""
    return None if isinstance(value, str) and value.lower() == "none" else value


class Platform(BaseModel):
    """The platform's rule; a field that is not given is the preset's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Annotated[Literal["none", "linkedin2008", "linkedin2021"], Field(description="named rule that the other fields start from")] = "linkedin2008"
    limit: Annotated[int | None, Field(ge=1, le=10_000, description="strikes that restrict an account")] = None
    window_days: Annotated[int | None, Field(ge=1, le=16_000, description="days over which strikes count; none: the account's life")] = None
    restriction_days: Annotated[int | None, Field(ge=1, le=16_000, description="length of a restriction in days; none: for good")] = None
    min_ratio: Annotated[float | None, Field(ge=0, le=1, allow_inf_nan=False, description="lowest accepted / sent")] = None
    min_invites: Annotated[int, Field(ge=1, le=1_000_000, description="invitations sent before the ratio is looked at")] = 20
    weekly_invites: Annotated[int | None, Field(ge=0, le=1_000_000, description="invitations in any 7 days")] = None
    max_connections: Annotated[int | None, Field(ge=0, le=1_000_000, description="connections at most")] = None

    @model_validator(mode="before")
    @classmethod
    def _start_from_preset(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        given = {key: none_from_text(value) if key != "preset" else value for key, value in given.items()}
        preset = given.get("preset", cls.model_fields["preset"].default)
        return {**PRESETS.get(preset, {}), **given} if isinstance(preset, str) else given

    def differing(self) -> dict[str, Any]:
        """Give the preset's name and the fields that differ from it: enough to make this platform again."""
        plain = type(self)(preset=self.preset)
        return {"preset": self.preset} | {key: value for key, value in self if key != "preset" and value != getattr(plain, key)}
