"""Over what every numeric parameter is explored, told in one place.

The ranges of the parameters themselves are formal limits, such as up to 10,000 invitations a day. Explored is from half to double the
value that the scenario has, as far as the formal limits allow; what is 0 or unset is turned off and stays so. ``EXPLORED`` has the
exceptions: two numbers that are unset mean "never" and "for good", which are assumptions like any other. Three things keep every
combination a scenario: the shares of encounters are weights against each other and against the rest, normalised; ``close`` is at least one
above ``often``; and whole numbers are rounded. The size of the society, the days and the seed are the frame of the question and are not
varied, nor is what concerns logs of contacts only; a policy's only source has nothing to be weighed against.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sim

EXPLORED = {
    "answering.idk_click": (0.01, 0.3),
    "inviting.lock_days": (0, 365),
    "platform.restriction_days": (7, 365),
}
"""The click is published nowhere; the range is that of its declaration. The platforms' own numbers for the other two are 21 and 7 days."""
NEEDS = {"platform.min_invites": "platform.min_ratio"}
"""A number that nobody looks at while another is unset."""
FRAME = ("members", "days", "seed", "meeting.gap_seconds")
SHARES = ("meeting.again", "meeting.friend", "meeting.circle")
SOURCES = ("contacts", "introductions", "directory")


@dataclass(frozen=True)
class Factor:
    """A number that is varied: a parameter, or one of the five of a parameter that has one for each tie class."""

    name: str
    """Dotted."""
    low: float
    high: float
    whole: bool = False
    tie_class: int | None = None

    @property
    def label(self) -> str:
        """Name it in tables: the dotted name, with the tie class in brackets."""
        return self.name if self.tie_class is None else f"{self.name}[{self.tie_class}]"


def factors(base: sim.Scenario) -> list[Factor]:
    """List all numbers of a scenario that can be explored, in the order of the parameters."""
    listed: list[Factor] = []
    for parameter in base.parameters():
        if parameter.name in FRAME or parameter.type.split()[0] not in ("int", "float", "5"):
            continue
        if parameter.name in NEEDS and value_of(base, NEEDS[parameter.name]) is None:
            continue
        for name in _names(parameter.name, base):
            listed += _explored(name, value_of(base, name), parameter)
    return listed


def _names(name: str, base: sim.Scenario) -> Iterator[str]:
    """Give a parameter's name; a policy's number has one for each policy that somebody has."""
    if "NAME" not in name:
        yield name
        return
    for policy, share in base.shares().items():
        alone = sum(getattr(base.policies[policy], source) > 0 for source in SOURCES) == 1
        if share > 0 and not (alone and name.rpartition(".")[2] in SOURCES):
            yield name.replace("NAME", policy)


def value_of(base: sim.Scenario, name: str) -> Any:
    """Give what a scenario has under a dotted name."""
    value: Any = base
    for part in name.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def _explored(name: str, value: Any, parameter: Any) -> Iterator[Factor]:
    """Give the factors of a parameter; none where it is turned off, or has no room."""
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
    """Turn a value for each factor into a point of a study: from dotted names to values that make a scenario together."""
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
    """Bring the weights of encounters, with that of the rest, to a sum of 1."""
    weights = {name: point.get(name, value_of(base, name)) for name in SHARES}
    total = sum(weights.values()) + 1 - sum(value_of(base, name) for name in SHARES)
    return {name: weight / total for name, weight in weights.items()}
