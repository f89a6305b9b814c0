"""The ranges over which the numeric parameters are explored.

The ranges of the parameters themselves are only formal limits, such as up to 10,000 invitations a
day. A parameter is explored from half to double the value that the scenario has, as far as the
formal limits allow. A parameter that is 0 or unset is turned off and stays so. ``EXPLORED`` has the
exceptions. Two of them are unset by default, which means "never" and "permanently"; these are
assumptions like any other. Three things make every combination a valid scenario: the shares of
encounters are weights relative to each other and to the rest, and are normalised; ``close`` is at
least one above ``often``; and whole numbers are rounded.

What frames the question is not varied: the size of the society, the days, the seed, the place, and
who is on the platform. Parameters that concern only logs of contacts are not varied either. Nor is
a policy's source of candidates if it is the only one, since there is no other weight to compare it
with.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import sim

EXPLORED = {
    "answering.idk_click": (0.02, 0.3),
    "inviting.lock_days": (0, 365),
    "platform.restriction_days": (7, 365),
}
"""Ranges of their own.

No number for the click is published: .02 to .3 seems possible, as in the prior of `prior`.

The platforms' own numbers for the other two are 21 and 7 days.
"""
NEEDS = {
    "platform.min_invites": "platform.min_ratio",
    "society.team_size": "meeting.team",
    "meeting.face_team": "meeting.team",
    "inviting.note_below": "policies.NAME.notes",
    "platform.notes_per_month": "policies.NAME.notes",
    "answering.note_lift": "policies.NAME.notes",
    "answering.ask_answered": "policies.NAME.asks_first",
    **{
        f"helping.{name}": "helping.need_rate"
        for name in ("able", "ask_choice", "refer", "refer_choice", "givers", "takers", "giving")
    },
    "helping.willing": "helping.need_rate",
    "helping.floor_after": "helping.floor",
    "answering.fresh": "answering.memory_days",
    "platform.appeal_decay": "platform.appeal_success",
    "policies.NAME.appeals": "platform.appeal_success",
}
"""Parameters that have no effect while another is unset or 0; one of a policy: of all policies."""
FRAME = ("members", "days", "seed", "meeting.gap_seconds", "platform.joined", "platform.place")
SHARES = ("meeting.again", "meeting.friend", "meeting.team", "meeting.circle")
SOURCES = ("contacts", "introductions", "directory", "popular")


@dataclass(frozen=True)
class Factor:
    """A number to vary: a parameter, or one of the five numbers of a parameter by tie class."""

    name: str
    """The dotted name of the parameter."""
    low: float
    high: float
    whole: bool = False
    tie_class: int | None = None

    @property
    def label(self) -> str:
        """The name in tables: the dotted name, with the tie class in brackets."""
        return self.name if self.tie_class is None else f"{self.name}[{self.tie_class}]"


def factors(base: sim.Scenario) -> list[Factor]:
    """Return all numbers of a scenario that can be explored, in the order of the parameters."""
    listed: list[Factor] = []
    for parameter in base.parameters():
        if parameter.name in FRAME or parameter.type.split()[0] not in ("int", "float", "3", "5"):
            continue
        needed = list(names(NEEDS[parameter.name], base)) if parameter.name in NEEDS else []
        if needed and not any(value_of(base, name) for name in needed):
            continue
        for name in names(parameter.name, base):
            listed += _explored(name, value_of(base, name), parameter)
    return listed


def names(name: str, base: sim.Scenario) -> Iterator[str]:
    """Yield the names of a parameter; one of a policy has a name for each policy with members."""
    if "NAME" not in name:
        yield name
        return
    if name.startswith("habits."):
        yield from (name.replace("NAME", habit) for habit in base.habits)
        return
    for policy, share in base.shares().items():
        alone = sum(getattr(base.policies[policy], source) > 0 for source in SOURCES) == 1
        if share > 0 and not (alone and name.rpartition(".")[2] in SOURCES):
            yield name.replace("NAME", policy)


def value_of(base: sim.Scenario, name: str) -> Any:
    """Return a scenario's value for a dotted name."""
    value: Any = base
    for part in name.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def _explored(name: str, value: Any, parameter: Any) -> Iterator[Factor]:
    """Yield the factors of a parameter; none if it is turned off, or its range is empty."""
    several = isinstance(value, tuple)
    for tie_class, number in enumerate(value if several else (value,)):
        if not number and (number is not None or name not in EXPLORED):
            continue
        low, high = EXPLORED[name] if name in EXPLORED else (number / 2, number * 2)
        low, high = max(low, parameter.low), min(high, parameter.high)
        whole = parameter.type.startswith("int")
        if whole:
            low, high = math.ceil(low), math.floor(high)
        if low < high:
            yield Factor(name, low, high, whole, tie_class if several else None)


def changes(
    base: sim.Scenario, varied: Sequence[Factor], values: Sequence[float]
) -> dict[str, Any]:
    """Return the point of a study for a value of each factor.

    It is a dict from dotted names to values, which always make a valid scenario together.
    """
    point: dict[str, Any] = {}
    for factor, value in zip(varied, values, strict=True):
        number = round(float(value)) if factor.whole else float(value)
        if factor.tie_class is None:
            point[factor.name] = number
        else:
            numbers = list(point.get(factor.name, value_of(base, factor.name)))
            numbers[factor.tie_class] = number
            point[factor.name] = tuple(numbers)
    if any(name in point for name in SHARES):
        point |= _normalised(base, point)
    often, close = (
        point.get(f"society.{name}", value_of(base, f"society.{name}"))
        for name in ("often", "close")
    )
    return point if close > often else point | {"society.close": often + 1}


def _normalised(base: sim.Scenario, point: Mapping[str, Any]) -> dict[str, float]:
    """Return the weights of encounters, scaled so that with the rest they add up to 1."""
    weights = {name: point.get(name, value_of(base, name)) for name in SHARES}
    total = sum(weights.values()) + 1 - sum(value_of(base, name) for name in SHARES)
    return {name: weight / total for name, weight in weights.items()}


CLICK, LIMIT = "answering.idk_click", "platform.limit"
INSIDE = 0.9
"""The part of plausible societies that the ranges of what is uncertain hold."""
DRAWN = 400
"""Plausible societies from which these ranges are taken."""


def uncertain(base: sim.Scenario) -> list[Factor]:
    """Return the numbers in which plausible societies differ, with the ranges of their middle 90 %.

    The chance of a click is that at the scenario's own limit: only the ratio of the two is known.
    """
    societies = sim.plausible_societies(DRAWN, base=base)
    limit = value_of(base, LIMIT)
    found = []
    for name in differing(base, societies):
        values = np.array([value_of(one, name) for one in societies], float)
        if name == CLICK and limit is not None:
            values *= limit / np.array([value_of(one, LIMIT) for one in societies], float)
        low, high = np.quantile(values, [(1 - INSIDE) / 2, (1 + INSIDE) / 2], axis=0)
        if values.ndim == 1:
            found.append(Factor(name, float(low), float(high), name == LIMIT))
        else:
            found += [
                Factor(name, float(ends[0]), float(ends[1]), tie_class=tie_class)
                for tie_class, ends in enumerate(zip(low, high, strict=True))
            ]
    return found


def differing(base: sim.Scenario, societies: Sequence[sim.Scenario]) -> list[str]:
    """Return the dotted names of the parameters in which any of the societies differs."""
    listed = [name for parameter in base.parameters() for name in names(parameter.name, base)]
    return [
        name
        for name in listed
        if any(value_of(one, name) != value_of(base, name) for one in societies)
    ]


def plausible(
    base: sim.Scenario, varied: Sequence[Factor], values: Sequence[float]
) -> dict[str, Any]:
    """Return the point of a study as `changes` does; the click goes with the limit."""
    point = changes(base, varied, values)
    if CLICK in point and LIMIT in point:
        point[CLICK] = min(1.0, point[CLICK] * point[LIMIT] / value_of(base, LIMIT))
    return point
