"""z-scores: how far from its law what was seen lies, in standard errors.

A check compares one quantity at one point with its law: the mean, or the whole law by Pearson's chi-square, whose p-value is turned into the
z of the same p. If the model is right, each |z| exceeds the threshold with probability ``FALSE_ALARMS`` / number of checks, so that all of
them together raise a false alarm with probability ``FALSE_ALARMS`` at most (Bonferroni). The seeds are fixed, so a check that has passed
passes until the model changes.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from .exact import Law
from .points import POINTS, Point, Quantity, Seen, observations

FALSE_ALARMS = 0.001
"""P(any of the checks fails although the model is right)."""
LEAST_EXPECTED = 10
"""Values of a law are put together until so many observations are expected."""


class Check(NamedTuple):
    """One comparison with an exact law."""

    point: Point
    quantity: Quantity
    test: str

    @property
    def name(self) -> str:
        """Point, quantity and test in words."""
        return f"{self.point.name}: {self.quantity.name}, {self.test}"


class Outcome(NamedTuple):
    """What came of a check."""

    fact: str
    setting: str
    quantity: str
    test: str
    observations: int
    exact: float
    simulated: float
    z: float
    detects: float
    """For a mean: the relative error of the model that the check would find with probability .9."""


CHECKS = tuple(Check(point, quantity, test) for point in POINTS for quantity in point.quantities for test in quantity.tests)
THRESHOLD = float(stats.norm.isf(FALSE_ALARMS / len(CHECKS) / 2))
"""The largest |z| that passes."""


def carry_out(check: Check) -> Outcome:
    """Run what the check needs and compare."""
    seen = observations(check.point)[check.quantity.name]
    law = check.quantity.law
    error = law.sd / np.sqrt(len(seen))
    if check.test == "mean":
        z, detects = (seen.mean() - law.mean) / error, (THRESHOLD + stats.norm.ppf(0.9)) * error / law.mean
    else:
        assert isinstance(law, Law)
        z, detects = law_z(seen, law), np.nan
    return Outcome(
        check.point.fact,
        check.point.setting,
        check.quantity.name,
        check.test,
        len(seen),
        law.mean,
        float(seen.mean()),
        float(z),
        float(detects),
    )


def law_z(seen: Seen, law: Law) -> float:
    """Compare all of the law with what was seen: the z of the p-value of Pearson's chi-square. Values outside the law give infinity."""
    places = np.searchsorted(law.values, seen)
    if places.max() >= len(law.values) or not np.array_equal(law.values[places], seen):
        return np.inf
    found, expected = np.bincount(places, minlength=len(law.values)), law.chances * len(seen)
    first = _bins(expected)
    found, expected = np.add.reduceat(found, first), np.add.reduceat(expected, first)
    statistic = ((found - expected) ** 2 / expected).sum()
    return float(stats.norm.isf(stats.chi2.sf(statistic, len(expected) - 1)))


def _bins(expected: Seen) -> list[int]:
    """Give the first place of each bin; the last bin takes what is left over."""
    first, gathered = [0], 0.0
    for place, here in enumerate(expected):
        if gathered >= LEAST_EXPECTED and expected[place:].sum() >= LEAST_EXPECTED:
            first.append(place)
            gathered = 0.0
        gathered += here
    return first
