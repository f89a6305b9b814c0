"""The rules that ``block_rule`` tries."""

from dataclasses import dataclass
from typing import Any

KINDS = {
    "none": "no rule",
    "life": "count over the account's life",
    "window": "count within a window",
    "ratio": "accepted / sent",
}


@dataclass(frozen=True)
class Rule:
    """The rule of a platform."""

    limit: int | None = None
    window_days: int | None = None
    min_ratio: float | None = None
    restriction_days: int | None = None

    @property
    def kind(self) -> str:
        """The kind: none, life, window or ratio."""
        if self.min_ratio is not None:
            return "ratio"
        return "none" if self.limit is None else "life" if self.window_days is None else "window"

    @property
    def name(self) -> str:
        """The name, as ``5 in 30 d: 7 d``."""
        if self.kind == "none":
            return "no rule"
        looked_at = (
            f"ratio {self.min_ratio:g}"
            if self.min_ratio is not None
            else f"{self.limit} in {self.window_days or 'life'}"
        )
        ends = "for good" if self.restriction_days is None else f"{self.restriction_days} d"
        return f"{looked_at}{' d' if self.window_days else ''}: {ends}"

    @property
    def changes(self) -> dict[str, Any]:
        """The point of the study: parameters by their dotted names."""
        fields = ("limit", "window_days", "min_ratio", "restriction_days")
        return {
            "platform.preset": "none",
            **{f"platform.{field}": getattr(self, field) for field in fields},
        }


def rules() -> list[Rule]:
    """Return the rules to try, with no rule first.

    5 for life, for good, is linkedin2008; 5 in 30 days, 7 days, is linkedin2021.
    """
    life = [
        Rule(limit, restriction_days=days)
        for limit in (1, 2, 3, 5, 8, 13)
        for days in (None, 30, 7)
    ]
    window = [
        Rule(limit, window, None, days)
        for limit in (2, 3, 5)
        for window in (7, 30, 90, 180)
        for days in (None, 30, 7)
    ]
    ratio = [
        Rule(min_ratio=least, restriction_days=days)
        for least in (0.5, 0.6, 0.7)
        for days in (None, 30, 7)
    ]
    return [
        Rule(),
        *life,
        *(rule for rule in window if rule.restriction_days or rule.window_days in (30, 90)),
        *ratio,
    ]


PRESETS = {"linkedin2008": Rule(5).name, "linkedin2021": Rule(5, 30, None, 7).name}
"""Names of the two rules that are presets."""
