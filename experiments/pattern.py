"""What a pattern is: a number of the world, how a society gives it, and the tolerance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .evidence import Evidence

WITHIN = 2
"""A number is met within so many tolerances of its target."""


class Kind(StrEnum):
    """What a pattern is used for."""

    FIT = "fit"
    """Parameters were set by it."""
    BOUND = "bound"
    """Parameters were set so that it is not passed."""
    MEETINGS = "fit, meetings"
    """The parameters of meetings were set by it."""
    HELD_OUT = "held out"
    """Nothing was set by it."""
    SEEN = "seen"
    """Nothing was fitted to it, but a parameter was set after it had been looked at."""


@dataclass(frozen=True)
class Target:
    """A number of the world, and how near to it is near enough."""

    value: float
    tolerance: float

    @property
    def low(self) -> float:
        """The lowest value that is met."""
        return self.value - WITHIN * self.tolerance

    @property
    def high(self) -> float:
        """The highest value that is met."""
        return self.value + WITHIN * self.tolerance

    def __str__(self) -> str:
        """Return the target as it stands in tables."""
        return f"{self.value:g} ± {self.tolerance:.3g}"


@dataclass(frozen=True)
class Range:
    """A range: a value is met if it is within, both ends included."""

    low: float
    high: float

    def __str__(self) -> str:
        """Return the range as it stands in tables."""
        if self.low == float("-inf"):
            return f"at most {self.high:g}"
        if self.high == float("inf"):
            return f"at least {self.low:g}"
        return f"{self.low:g} to {self.high:g}"


Goal = Target | Range


@dataclass(frozen=True)
class Pattern:
    """A row of the table of patterns."""

    name: str
    kind: Kind
    data: str
    """The numbers of the world, in the words of their source."""
    source: str
    goals: Mapping[str, Goal]
    """From each number that the pattern consists of to what meets it; "" if there is one only."""
    city: bool
    """Whether it is taken from a society of 100,000."""
    recipe: Callable[[Evidence], Mapping[str, float] | float]
    """Takes the numbers from a society; NaN where the society does not tell."""

    def measure(self, evidence: Evidence) -> dict[str, float]:
        """Return the value of each number in a society, by its column."""
        found = self.recipe(evidence)
        values = found if isinstance(found, Mapping) else {"": found}
        return {self.column(part): float(values[part]) for part in self.goals}

    def column(self, part: str) -> str:
        """Return the name of one of its numbers: in tables, and in a file of targets."""
        return f"{self.name}: {part}" if part else self.name
