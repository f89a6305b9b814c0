"""The prior: the range of each parameter before the data are looked at.

Within its range every value is as likely as any other, under two conditions: the chances of
accepting never fall from one tie class to the next, and the shares of encounters leave a rest for
strangers. The ranges of acceptance, reserve, lift, activity, looks, clicks and teams are among the
assumptions [A] of docs/odd.md; those of ``meeting.again`` and ``meeting.circle`` are chosen here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

import sim

Numbers = NDArray[np.float64]
REST = 0.03
"""The least share of encounters that is left for meeting anybody."""
DIGITS = 6


@dataclass(frozen=True)
class Parameter:
    """A number to be calibrated, and its range."""

    name: str
    """The dotted name; with the tie class in brackets if it is one of five numbers."""
    low: float
    high: float
    at_least: str | None = None
    """Another parameter, below which it never is."""
    whole: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the range; for a whole number 0.5 further out, as values are rounded."""
        half = 0.5 if self.whole else 0.0
        return self.low - half, self.high + half

    def span(self, column: Mapping[str, Numbers]) -> tuple[Any, float]:
        """Return the ends of the range, given the values of other parameters in ``column``."""
        low, high = self.ends
        return np.maximum(low, column[self.at_least]) if self.at_least else low, high


PLATFORM = (
    Parameter("answering.accept[0]", 0.25, 0.8),
    Parameter("answering.accept[2]", 0.35, 0.8, "answering.accept[0]"),
    Parameter("answering.accept[3]", 0.55, 0.95, "answering.accept[2]"),
    Parameter("answering.accept[4]", 0.6, 0.99, "answering.accept[3]"),
    Parameter("answering.reserve", 0, 3.5),
    Parameter("answering.reference_lift", 0.3, 2.4),
    Parameter("society.activity_sigma", 0.6, 2.5),
    Parameter("answering.looks", 0.8, 16),
    Parameter("answering.idk_click", 0.02, 0.3),
)
MEETINGS = (
    Parameter("meeting.again", 0.45, 0.7),
    Parameter("meeting.team", 0, 0.25),
    Parameter("meeting.circle", 0, 0.15),
    Parameter("society.team_size", 6, 16, whole=True),
)


@dataclass(frozen=True)
class Prior:
    """Parameters with their ranges, in a fixed order."""

    parameters: tuple[Parameter, ...]

    @property
    def names(self) -> list[str]:
        """The names of the parameters."""
        return [parameter.name for parameter in self.parameters]

    def drawn(self, number: int, seed: int, stream: int = 0) -> Numbers:
        """Draw points: shape (number, parameters); the same for the same seed and stream."""
        draw = np.random.Generator(np.random.Philox(key=np.array([seed, stream], np.uint64)))
        low, high = np.array([parameter.ends for parameter in self.parameters]).T
        points = np.empty((0, len(low)))
        while len(points) < number:
            more = low + draw.random((number, len(low))) * (high - low)
            more = self.stored(more)
            points = np.concatenate([points, more[self.valid(more)]])
        return points[:number]

    def stored(self, points: Numbers) -> Numbers:
        """Return points as they are written and run: rounded."""
        whole = np.array([parameter.whole for parameter in self.parameters])
        rounded: Numbers = np.where(whole, np.rint(points), np.round(points, DIGITS))
        return rounded

    def valid(self, points: Numbers) -> NDArray[np.bool_]:
        """Return whether each point keeps its ranges and the two conditions: shape (points,)."""
        column = dict(zip(self.names, points.T, strict=True))
        kept = np.ones(len(points), np.bool_)
        for parameter in self.parameters:
            here = column[parameter.name]
            kept &= (here >= parameter.low) & (here <= parameter.high)
            if parameter.at_least:
                kept &= here >= column[parameter.at_least]
        shares = [here for name, here in column.items() if name.startswith("meeting.")]
        if shares:
            kept &= sum(shares) + sim.Meeting().friend <= 1 - REST
        return kept

    def places(self, points: Numbers) -> Numbers:
        """Return where points lie in their ranges, from 0 to 1."""
        column = dict(zip(self.names, points.T, strict=True))
        places = []
        for parameter in self.parameters:
            low, high = parameter.span(column)
            places.append((column[parameter.name] - low) / (high - low))
        return np.column_stack(places)

    def points(self, places: Numbers) -> Numbers:
        """Return the points at these places, as they are written and run."""
        column: dict[str, Numbers] = {}
        for parameter, place in zip(self.parameters, places.T, strict=True):
            low, high = parameter.span(column)
            column[parameter.name] = low + place * (high - low)
        return self.stored(np.column_stack([*column.values()]))

    def with_ranges(self, ranges: Mapping[str, tuple[float, float]]) -> "Prior":
        """Return a prior with other ranges for some parameters.

        Raises
        ------
        InputError
            A name is not that of a parameter, or a range is empty.
        """
        for name, (low, high) in ranges.items():
            if name not in self.names:
                raise sim.InputError(
                    f"prior: {name}: no such parameter; must be one of {', '.join(self.names)}"
                )
            if not low < high:
                raise sim.InputError(
                    f"prior: {name}: no range (got {low:g} to {high:g}); must begin below its end"
                )
        return Prior(
            tuple(
                replace(parameter, low=ranges[parameter.name][0], high=ranges[parameter.name][1])
                if parameter.name in ranges
                else parameter
                for parameter in self.parameters
            )
        )

    def narrowed(self, points: Numbers, room: float = 0.1) -> "Prior":
        """Return the prior within a box around points, with some room on each side.

        Parameters
        ----------
        points : float array (points, parameters)
        room : float
            The part of its width by which the box is made wider on each side.
        """
        low, high = points.min(axis=0), points.max(axis=0)
        wider = room * (high - low)
        ends = {}
        for place, parameter in enumerate(self.parameters):
            begin = max(parameter.low, low[place] - wider[place])
            end = min(parameter.high, high[place] + wider[place])
            if parameter.whole:
                begin, end = np.floor(begin), np.ceil(end)
            ends[parameter.name] = (float(begin), float(end))
        return self.with_ranges({name: span for name, span in ends.items() if span[0] < span[1]})


def defaults(prior: Prior, base: sim.Scenario) -> Numbers:
    """Return a scenario's own values of the parameters: shape (parameters,)."""
    values = []
    for name in prior.names:
        section, _, last = name.partition(".")
        last, _, tie_class = last.partition("[")
        value = getattr(getattr(base, section), last)
        values.append(float(value[int(tie_class[:-1])] if tie_class else value))
    return np.array(values)


def stored_columns(names: list[str], points: Numbers) -> dict[str, Numbers]:
    """Return the points by name, with all five chances of accepting.

    The chance of people known online, ``accept[1]``, is the mean of its two neighbours on the logit
    scale.
    """
    column = dict(zip(names, points.T, strict=True))
    low, high = (column.get(f"answering.accept[{k}]") for k in (0, 2))
    if low is None or high is None:
        return column
    middle = np.round(expit((logit(low) + logit(high)) / 2), DIGITS)
    column["answering.accept[1]"] = middle
    return dict(sorted(column.items()))


def changes(names: list[str], points: Numbers) -> list[dict[str, Any]]:
    """Return points as changes of a scenario: from dotted names to values."""
    column = stored_columns(names, points)
    whole = {parameter.name for parameter in (*PLATFORM, *MEETINGS) if parameter.whole}
    listed = []
    for place in range(len(points)):
        point = {name: float(values[place]) for name, values in column.items()}
        changed: dict[str, Any] = {
            name: round(number) if name in whole else number
            for name, number in point.items()
            if "[" not in name
        }
        five = tuple(number for name, number in point.items() if "[" in name)
        listed.append(changed | ({"answering.accept": five} if five else {}))
    return listed
