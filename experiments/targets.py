"""The numbers to which parameters are calibrated: from the table of patterns, or your own.

A file of your own is TOML. In ``[targets]``, numbers have the same names as in the table of
patterns; each has a target and a tolerance, or a range. Numbers that are not named are not fitted.
``[prior]`` may have other ranges for parameters::

    [targets]
    "skew" = { target = 1.5, tolerance = 0.1 }
    "strangers, some in common" = { target = 0.4, tolerance = 0.05 }
    "strangers, 11 or more in common" = { most = 0.7 }
    "clustering of strong ties" = { least = 0.2, most = 0.4 }

    [prior]
    "answering.looks" = [1, 30]
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sim

from .pattern import WITHIN, Goal, Kind, Pattern, Range, Target
from .pattern_rows import ROWS

FITTED = (Kind.FIT, Kind.BOUND, Kind.MEETINGS)
INFINITE = float("inf")
WORDS = {"target", "tolerance", "least", "most"}
RIGHT = "{ target = 0.2, tolerance = 0.02 } or { least = 0.1, most = 0.3 }"


@dataclass(frozen=True)
class Targets:
    """What to fit."""

    near: Mapping[str, Target]
    """Numbers to come near to; a range with two ends is its middle, with a quarter of its width."""
    bounds: Mapping[str, Range]
    """Ranges with one end, which are kept."""
    prior: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Other ranges of parameters."""

    def of(self, *, meetings: bool) -> "Targets":
        """Return the targets about meetings, or those about the platform."""
        own = {name for name, pattern in numbers().items() if _of_meetings(pattern) == meetings}
        near = {name: target for name, target in self.near.items() if name in own}
        bounds = {name: bound for name, bound in self.bounds.items() if name in own}
        return Targets(near, bounds, self.prior)

    def said(self) -> dict[str, str]:
        """Return each number, and each range of its own, in words, by its name."""
        ranges = {name: Range(*span) for name, span in self.prior.items()}
        return {name: str(goal) for name, goal in {**self.near, **self.bounds, **ranges}.items()}

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the table of patterns that these numbers are of."""
        known = numbers()
        return tuple(dict.fromkeys(known[name].name for name in [*self.near, *self.bounds]))


def _of_meetings(pattern: Pattern) -> bool:
    return pattern.kind == Kind.MEETINGS or pattern.name == "reciprocity of strong ties"


def numbers() -> dict[str, Pattern]:
    """Return the pattern of each number, by its name."""
    return {pattern.column(part): pattern for pattern in ROWS.values() for part in pattern.goals}


def of_the_table() -> Targets:
    """Return the targets of the table of patterns, of the rows that are to be fitted."""
    return _sorted(
        {
            pattern.column(part): goal
            for pattern in ROWS.values()
            if pattern.kind in FITTED
            for part, goal in pattern.goals.items()
        }
    )


def _sorted(
    goals: Mapping[str, Goal], prior: Mapping[str, tuple[float, float]] | None = None
) -> Targets:
    near, bounds = {}, {}
    for name, goal in goals.items():
        if isinstance(goal, Target):
            near[name] = goal
        elif goal.low > -INFINITE and goal.high < INFINITE:
            middle, half = (goal.low + goal.high) / 2, (goal.high - goal.low) / 2
            near[name] = Target(middle, half / WITHIN)
        else:
            bounds[name] = goal
    return Targets(near, bounds, prior or {})


def read(path: Path) -> Targets:
    """Read targets of one's own from a TOML file.

    Raises
    ------
    InputError
        The file can't be read, or a name or a value in it does not fit.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise sim.InputError(
            f"{path}: can't be read ({error.strerror or error}); must be a file of targets"
        ) from None
    except ValueError as error:  # not TOML, or not UTF-8
        raise sim.InputError(f"{path}: not TOML ({error}); must be a file of targets") from None
    unknown = next((name for name in tree if name not in ("targets", "prior")), None)
    if unknown is not None or not isinstance(tree.get("targets"), dict) or not tree["targets"]:
        raise sim.InputError(
            f"{path}: {f'[{unknown}]' if unknown else 'no targets'}; must be [targets], with at "
            "least one, and [prior] if ranges are to differ"
        )
    known = numbers()
    goals = {}
    for name, given in tree["targets"].items():
        if name not in known:
            listed = ", ".join(f'"{one}"' for one in known)
            raise sim.InputError(f"{path}: targets: {name}: no such number; must be of {listed}")
        goals[name] = _goal(f"{path}: targets: {name}", given)
    prior = tree.get("prior", {})
    return _sorted(goals, {name: _range(f"{path}: prior: {name}", prior[name]) for name in prior})


def _goal(where: str, given: Any) -> Goal:
    wrong = sim.InputError(f"{where}: expected {RIGHT}, got {given}")
    if not isinstance(given, dict) or not given or not given.keys() <= WORDS:
        raise wrong
    if not all(isinstance(number, int | float) for number in given.values()):
        raise wrong
    if given.keys() == {"target", "tolerance"} and given["tolerance"] > 0:
        return Target(given["target"], given["tolerance"])
    low, high = given.get("least", -INFINITE), given.get("most", INFINITE)
    if "target" in given or "tolerance" in given or not low < high:
        raise wrong
    return Range(low, high)


def _range(where: str, given: Any) -> tuple[float, float]:
    if (
        not isinstance(given, list)
        or len(given) != 2
        or not all(isinstance(number, int | float) for number in given)
        or not given[0] < given[1]
    ):
        raise sim.InputError(f"{where}: expected [lowest, highest], got {given}")
    return float(given[0]), float(given[1])
