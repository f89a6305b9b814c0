"""Stopping rules: how many replications a point of a study needs.

Either every point has the same number (`FixedReplications`), or a point has replications until its
intervals are narrow enough (`PrecisionTarget`). A rule looks only at the values of the replications
that a point has, so it decides the same whenever and wherever these were run.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..measures.definitions import EVERYBODY
from ..measures.intervals import mean_interval
from ..parameters.checks import whole
from ..parameters.kinds import near, shown

LEAST = 10
"""Replications before an interval is trusted to decide whether there are enough."""
Values = tuple[float, ...] | None
"""The measures of one replication that a rule looks at; None where the run failed."""


@dataclass(frozen=True)
class FixedReplications:
    """The same number of replications for every point."""

    least: int
    measures: tuple[tuple[str, str], ...] = ()

    def enough(self, values: list[Values]) -> int:
        """Return how many replications a point needs: as many as it has."""
        return len(values)


@dataclass(frozen=True)
class PrecisionTarget:
    """Replications until the 95 % intervals of some measures are narrow enough.

    Each point has at least ``LEAST`` replications and at most ``most``.
    """

    half_widths: Mapping[str, float]
    """From a measure (of everybody), or ``measure/policy``, to half the width of the interval of
    its mean."""
    most: int

    def __post_init__(self) -> None:
        if not isinstance(self.half_widths, Mapping) or not self.half_widths:
            raise InputError(
                f"until: no measure (got {shown(self.half_widths)}); must be one or more with "
                "numbers, as blocked: 0.01"
            )
        for name, width in self.half_widths.items():
            if not isinstance(name, str):
                raise InputError(
                    f"until: {shown(name)}: not the name of a measure; must be as 'blocked' or "
                    "'blocked/everyone'"
                )
            if isinstance(width, bool) or not isinstance(width, int | float) or not width > 0:
                raise InputError(
                    f"until: {name}: not half the width of an interval (got {width!r}); must be a "
                    "number above 0"
                )
        whole("most", self.most, LEAST)

    @property
    def least(self) -> int:
        """Return how many replications every point has."""
        return LEAST

    @property
    def measures(self) -> tuple[tuple[str, str], ...]:
        """Return the measure and the policy that each name stands for."""
        return tuple(
            (measure, policy or EVERYBODY)
            for measure, _, policy in (name.partition("/") for name in self.half_widths)
        )

    def enough(self, values: list[Values]) -> int:
        """Return how many replications a point needs, estimated from the spread of its values.

        It is at least the number that the point has, and at most twice that number: a spread
        estimated from few replications may be far too large.
        """
        number, known = len(values), [row for row in values if row is not None]
        if not known or number >= self.most:  # where every run fails, more of them do too
            return number
        wanted = number
        for column, goal in zip(np.array(known).T, self.half_widths.values(), strict=True):
            interval = mean_interval(column)
            half = (interval.high - interval.low) / 2
            if not half <= goal:  # also where there is no interval yet
                more = number * (half / goal) ** 2 if math.isfinite(half) else 2 * number
                wanted = max(wanted, min(math.ceil(more), 2 * number), number + 1)
        return min(wanted, self.most)


StoppingRule = FixedReplications | PrecisionTarget


def check_measured(
    rule: StoppingRule,
    measures: Collection[str] | None = None,
    policies: Collection[str] | None = None,
) -> None:
    """Raise an ``InputError`` if a rule looks at a measure or a policy that is not there.

    Parameters
    ----------
    rule : StoppingRule
    measures, policies : collection of str, optional
        Those that are there; None: not known yet, so not checked.
    """
    for measure, policy in rule.measures:
        if measures is not None and measure not in measures:
            raise InputError(
                f"until: {measure}: no such measure{near(measure, measures)}; must be one of "
                f"{', '.join(measures)}"
            )
        if policies is not None and policy not in policies:
            raise InputError(
                f"until: {measure}/{policy}: no such policy{near(policy, policies)}; must be one "
                f"of {', '.join(policies)}"
            )
