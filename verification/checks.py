"""z-scores: the distance of what was seen from what a law expects, in standard errors.

A check compares one quantity at one point with its law: the mean, or the whole law by Pearson's
chi-square, whose p-value is turned into the z of the same p. If the model is right, each |z|
exceeds the threshold with probability ``FALSE_ALARMS`` / number of checks, so that all of them
together raise a false alarm with probability ``FALSE_ALARMS`` at most (Bonferroni). The seeds are
fixed, so a check that has passed passes until the model changes.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from . import acquaintance
from .exact import Law
from .points import POINTS
from .settings import Point, Quantity, Seen, observations

FALSE_ALARMS = 0.001
"""P(any of the checks fails although the model is right)."""
LEAST_EXPECTED = 10
"""Values of a law are combined until at least this many observations are expected."""


class Outcome(NamedTuple):
    """The result of a check."""

    fact: str
    setting: str
    quantity: str
    test: str
    observations: int
    exact: float
    simulated: float
    z: float
    detects: float
    """For a mean: the relative error of the model that the check finds with probability 0.9."""


class Check(NamedTuple):
    """One comparison with an exact law."""

    point: Point
    quantity: Quantity
    test: str

    @property
    def name(self) -> str:
        """Point, quantity and test in words."""
        return f"{self.point.name}: {self.quantity.name}, {self.test}"

    def carry_out(self) -> Outcome:
        """Run what the check needs, and compare."""
        seen, law = observations(self.point)[self.quantity.name], self.quantity.law
        error = law.sd / np.sqrt(len(seen))
        if self.test == "mean":
            z = (seen.mean() - law.mean) / error
            detects = _detects(error / law.mean) if law.mean else np.nan
        else:
            assert isinstance(law, Law)
            z, detects = law_z(seen, law), np.nan
        labels = self.point.fact, self.point.setting, self.quantity.name, self.test
        return Outcome(*labels, len(seen), law.mean, float(seen.mean()), float(z), detects)


class TieCheck(NamedTuple):
    """One comparison of the model's ties with those of ``acquaintance``, by a paired t-test."""

    quantity: str

    @property
    def name(self) -> str:
        """The quantity in words."""
        return f"ties: {self.quantity}"

    def carry_out(self) -> Outcome:
        """Run both and compare their means."""
        plain, model = acquaintance.compare()[self.quantity]
        student = stats.ttest_rel(model, plain)
        error = (model - plain).std(ddof=1) / np.sqrt(len(plain))
        z = float(np.sign(student.statistic) * stats.norm.isf(student.pvalue / 2))
        days = acquaintance.SCENARIO.history_days + acquaintance.SCENARIO.days
        setting = f"{acquaintance.SCENARIO.members} members, {days} d"
        detects = _detects(
            error / plain.mean(), float(stats.t.isf(stats.norm.sf(THRESHOLD), len(model) - 1))
        )
        return Outcome(
            "ties",
            setting,
            self.quantity,
            "mean",
            len(model),
            plain.mean(),
            model.mean(),
            z,
            detects,
        )


def _detects(standard_error: float, threshold: float | None = None) -> float:
    """Return the error of a mean that is found with probability 0.9.

    A check fails from ``threshold`` standard errors on.
    """
    return float(((threshold or THRESHOLD) + stats.norm.ppf(0.9)) * standard_error)


CHECKS = (
    *(
        Check(point, quantity, test)
        for point in POINTS
        for quantity in point.quantities
        for test in quantity.tests
    ),
    *(TieCheck(quantity) for quantity in acquaintance.COUNTS),
)
THRESHOLD = float(stats.norm.isf(FALSE_ALARMS / len(CHECKS) / 2))
"""The largest |z| that passes."""


def law_z(seen: Seen, law: Law) -> float:
    """Return the z of the p-value of Pearson's chi-square for what was seen against the law.

    It is infinite if a value is outside the law.
    """
    places = np.searchsorted(law.values, seen)
    if places.max() >= len(law.values) or not np.array_equal(law.values[places], seen):
        return np.inf
    found, expected = np.bincount(places, minlength=len(law.values)), law.chances * len(seen)
    first = _bins(expected)
    found, expected = np.add.reduceat(found, first), np.add.reduceat(expected, first)
    statistic = ((found - expected) ** 2 / expected).sum()
    return float(stats.norm.isf(stats.chi2.sf(statistic, len(expected) - 1)))


def _bins(expected: Seen) -> list[int]:
    """Return the first place of each bin; the last bin takes what is left over."""
    first, gathered = [0], 0.0
    for place, here in enumerate(expected):
        if gathered >= LEAST_EXPECTED and expected[place:].sum() >= LEAST_EXPECTED:
            first.append(place)
            gathered = 0.0
        gathered += here
    return first
