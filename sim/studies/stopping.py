"""Stopping rules: how many replications a point of a study needs.

Either every point has the same number (`FixedReplications`), or a point gets replications until its
intervals are narrow enough (`PrecisionTarget`). A rule looks only at the values of a point's
replications. So it decides the same, whenever and wherever these were run.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..measures.definitions import EVERYBODY, Floats, Ints, denominators_of
from ..measures.sheets import POLICY, Sheets
from ..measures.statistics import estimate
from ..parameters.checks import whole
from ..parameters.kinds import near, shown

if TYPE_CHECKING:
    import pyarrow

LEAST = 10
"""The fewest replications whose interval may decide that there are enough."""
CONFIRMING = 5
"""The number of replications that confirm an interval: this one, or a fifth of those done so far
if that is more."""
WITHOUT_SPREAD = 30
"""So many replications are enough if all of them have the same mean."""
RELATIVE = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?%")
type Values = pyarrow.RecordBatch | None
"""The rows of one replication, one for each policy; None where the run failed."""


@dataclass(frozen=True)
class FixedReplications:
    """The same number of replications for every point."""

    least: int
    measures: tuple[tuple[str, str], ...] = ()
    columns: frozenset[str] = frozenset()

    def enough(self, values: Sequence[Values]) -> int:
        """Return how many replications a point needs: as many as it has."""
        return len(values)


@dataclass(frozen=True)
class PrecisionTarget:
    """Replications until the 95 % intervals of some measures are narrow enough.

    Each point has at least ``LEAST`` replications and at most ``most``. An interval may be narrow
    by chance, which is the more likely the more often one looks. So, when all intervals are narrow
    enough, a fifth more replications are run. The point is finished only if all intervals are then
    still narrow enough. If a mean is the same in every replication, its interval has width 0 and
    counts only with at least 30 replications; the interval of a share never has width 0.
    """

    half_widths: Mapping[str, float | str]
    """From a measure (of all members), or ``measure/policy``, to half the width of its interval: a
    number, or a part of the estimate, as "10 %"; such a part is not reached while the interval
    contains 0."""
    most: int

    def __post_init__(self) -> None:
        """Check the half widths and the numbers of replications."""
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
            if not _goal(width)[0] > 0:
                raise InputError(
                    f"until: {name}: not half the width of an interval (got {width!r}); must be a "
                    "number above 0, or a part of the estimate, as '10 %'"
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

    @property
    def columns(self) -> frozenset[str]:
        """Return the columns that the rule looks at if a table has them."""
        measures = [measure for measure, _ in self.measures]
        return frozenset([POLICY, "members", *measures, *denominators_of(measures)])

    def enough(self, values: Sequence[Values]) -> int:
        """Return how many replications a point needs.

        All batches that the point has had are decided once more, so that the number depends on the
        values alone.
        """
        number, confirming = LEAST, False
        while number <= len(values) and number < self.most:
            there = [rows for rows in values[:number] if rows is not None]
            if not there:  # where every run fails, more would fail too
                return number
            more = max(asked_for(number, *self._estimates(there)).tolist())
            if not more and confirming:
                return number
            confirming = not more
            number = min(number + (more or int(confirmation(number))), self.most)
        return number

    def _estimates(self, there: "list[pyarrow.RecordBatch]") -> tuple[Floats, ...]:
        """Return the ends of the interval of each measure, and half of the width wanted."""
        import pyarrow

        table = pyarrow.concat_tables(
            [pyarrow.Table.from_batches([rows]) for rows in there], promote_options="permissive"
        )
        sheets = Sheets(table.to_pandas(), [POLICY])
        policies = sheets.groups[POLICY].tolist()
        rows = []
        for (measure, policy), width in zip(self.measures, self.half_widths.values(), strict=True):
            place, bounds = policies.index(policy), estimate(sheets, measure)
            mean, low, high = (float(side[place]) for side in bounds[:3])
            goal, relative = _goal(width)
            if relative:  # no interval is narrower than a part of 0
                goal *= mean if low > 0 else 0
            rows.append((low, high, goal))
        low, high, goal = np.array(rows).T
        return low, high, goal


def asked_for(number: ArrayLike, low: Floats, high: Floats, goal: ArrayLike) -> Ints:
    """Return how many more replications each interval needs; 0 if it is narrow enough.

    The number is at most that of the replications done so far, because a spread that is estimated
    from few replications may be far too large.

    Parameters
    ----------
    number : int, or array
        The number of replications done so far.
    low, high, goal : array
        The ends of the intervals, and half of the width that is wanted.
    """
    number, goal = np.asarray(number), np.asarray(goal, float)
    half = (high - low) / 2
    flat = np.isclose(low, high, rtol=1e-12, atol=0)  # the same in every replication
    narrow = np.where(flat, (number >= WITHOUT_SPREAD) & (goal > 0), half <= goal)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        wanted = np.where(flat, WITHOUT_SPREAD, number * (half / goal) ** 2)
    # also where there is no interval yet
    wanted = np.fmin(np.where(goal > 0, wanted, np.inf), 2 * number)
    return np.where(narrow, 0, np.maximum(np.ceil(wanted) - number, 1)).astype(np.int64)


def confirmation(number: ArrayLike) -> Any:
    """Return how many more replications confirm that intervals are narrow."""
    return np.maximum(CONFIRMING, -(-np.asarray(number) // 5))


def _goal(width: object) -> tuple[float, bool]:
    """Return half a width, NaN if it is none, and whether it is a part of the estimate."""
    if isinstance(width, str) and (found := RELATIVE.fullmatch(width.strip())):
        return float(found[1]) / 100, True
    if isinstance(width, bool) or not isinstance(width, int | float):
        return math.nan, False
    return float(width), False


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
        The measures and policies that are there; None: not known yet, so not checked.
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
