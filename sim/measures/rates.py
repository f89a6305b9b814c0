"""Intervals of rates and of member shares over replications, and of their differences.

- A *rate*, as accepted / decided, is the ratio of the sums over the runs. Its interval is by
  Student's t over the residuals of the runs (the ratio estimator; Cochran 1977, Sampling
  Techniques, chapter 6).
- A *member share*, as the share of members blocked, is taken over all members of all runs. Its
  interval is that of Clopper and Pearson (1934), with the design effect between the runs (Korn and
  Graubard 1998, Survey Methodology 24, 193), here shrunk. Student's t fails for rare events.

One run has no interval, and the interval of a share never has width 0. The formulas take arrays as
those of `intervals` do.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .definitions import LEVEL, Floats
from .intervals import Bounds, deviation, half_width, ratio

PRIOR_RUNS = 2
"""The weight, in runs, of the design effect of independent members when it is averaged with the
design effect of the runs."""
LEAST_EVENTS = 4
"""The variance of a share of several policies is at least that of this number of members."""
LOWEST_LEVEL = 1e-9
"""This level replaces lower ones: at level 0 the two quantiles that are divided are both 0."""
MOST_CORRELATED = 0.999
ROUNDING = 1e-12
"""If no run changes a rate by more than this, the rate is the same in all runs."""


class Shares(NamedTuple):
    """A rate or member share in the runs of many groups."""

    parts: Floats
    """Numerators, (..., runs)."""
    wholes: Floats
    """Denominators, (..., runs); a run with 0 or NaN has no value."""
    independent: ArrayLike = 1.0
    """The design effect if members were independent of each other, (...): 1 if it is a yes or no of
    the members of one policy, else `independent_effect`."""
    least: ArrayLike = 0.0
    """The smallest plausible design effect, (...)."""

    def of(self, places: Any) -> "Shares":
        """Return the shares of some of the groups."""
        groups = self.parts.shape[:-1]
        effects = (np.broadcast_to(one, groups)[places] for one in (self.independent, self.least))
        return Shares(self.parts[places], self.wholes[places], *effects)


def rate_interval(rates: Shares, level: float = LEVEL, *, is_share: bool = True) -> Bounds:
    """Return the ratio of the sums over runs, and its t interval.

    The residuals are e_r = y_r - p n_r, where p is the ratio of the sums. The half width is t(R -
    1) times sqrt(R sum e_r² / (R - 1)) / sum n_r. If the rate is a share and is the same in all
    runs, its interval is the `pooled_interval`.

    Parameters
    ----------
    rates : Shares
    level : float
        Level of the interval, from 0 to 1.
    is_share : bool
        Whether the rate is between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from sim.measures.rates import Shares, rate_interval
    >>> accepted, decided = np.array([30.0, 45.0, 36.0]), np.array([60.0, 80.0, 70.0])
    >>> [float(value.round(3)) for value in rate_interval(Shares(accepted, decided))]
    [0.529, 0.444, 0.613, 3.0]
    """
    rate, influence, number = _influence(rates)
    half = half_width(deviation(influence, number), number, level)
    return _unless_same(
        Bounds(rate, rate - half, rate + half, number),
        influence,
        lambda: pooled_interval(rates, level),
        is_share=is_share,
    )


def pooled_interval(shares: Shares, level: ArrayLike = LEVEL) -> Bounds:
    """Return the share of the members of all runs, and its pooled interval.

    Y and N are the sums over the R runs, and D is the `design_effect`. With nu = (R + 1)² / (R -
    1), k is D (t(nu) / z)², where t and z are quantiles of Student's t and of the normal
    distribution. The interval is that of Clopper and Pearson (1934, Biometrika 26, 404) for Y / k
    among N / k.

    Examples
    --------
    >>> import numpy as np
    >>> from sim.measures.rates import Shares, pooled_interval
    >>> blocked, members = np.zeros(10), np.full(10, 1000.0)
    >>> float(pooled_interval(Shares(blocked, members)).high.round(5))
    0.00045
    """
    return _pooled(shares)(level)


def _pooled(shares: Shares) -> Callable[[ArrayLike], Bounds]:
    """Return the `pooled_interval` as a function of its level."""
    from scipy.special import betaincinv, ndtri, stdtrit

    parts, wholes, number = _known(shares)
    part, whole = parts.sum(-1), wholes.sum(-1)
    share, effect = ratio(part, whole), design_effect(shares)
    freedom = ratio((number + 1) ** 2, number - 1)

    def interval(level: ArrayLike) -> Bounds:
        upper = (1 + np.maximum(level, LOWEST_LEVEL)) / 2
        scale = effect * (stdtrit(freedom, upper) / ndtri(upper)) ** 2
        events, others = ratio(part, scale), ratio(whole - part, scale)
        low = np.where(events > 0, betaincinv(events, others + 1, 1 - upper), 0 * events)
        high = np.where(others > 0, betaincinv(events + 1, others, upper), 1 + 0 * others)
        return Bounds(share, low, high, number)

    return interval


def design_effect(shares: Shares) -> Floats:
    """Return the variance of a share between runs, over that of independent members, shrunk.

    This ratio is d = sum (y_r - n_r p)² / n_r / (p (1 - p)) / (R - 1). It is averaged with D0, the
    design effect of independent members, which has the weight of two runs:
    (2 D0 + (R - 1) d) / (R + 1). If p is 0 or 1, the design effect is 1.
    """
    parts, wholes, number = _known(shares)
    share = ratio(parts.sum(-1), wholes.sum(-1))
    errors = parts - wholes * share[..., None]
    between = ratio(ratio(errors**2, wholes, 0.0).sum(-1), share * (1 - share))
    shrunk = (PRIOR_RUNS * np.asarray(shares.independent) + between) / (number - 1 + PRIOR_RUNS)
    mixed = (share > 0) & (share < 1)
    return np.where(mixed, np.maximum(shrunk, shares.least), np.where(number > 0, 1.0, np.nan))


def independent_effect(
    part: Floats, whole: Floats, squares: Floats, between: Floats
) -> tuple[Floats, Floats]:
    """Return the design effect of independent members, and the smallest plausible one.

    Members differ less within their policies than the share of all members together suggests.
    Members whose own share is not 0 or 1 also differ less. So the effect is
    sum_h (S_h - N_h p_h²) / (N p (1 - p)) over the policies h.

    If in each policy all members or none are blocked, this is 0, which is not plausible. The
    smallest plausible effect gives the variance of four members: the interval of Clopper and
    Pearson is about as wide if nobody is blocked. Each of the four has the average own share of the
    members seen and of one more member, whose share is 1.

    Parameters
    ----------
    part, whole, squares : array
        Y, N and S, sums over the runs and policies. S is the sum over members of the square of each
        member's own share; for a yes or no it is Y.
    between : array
        sum_h N_h p_h², the sum over the policies of Y_h² / N_h.
    """
    share, own = ratio(part, whole), (squares + 1) / (part + 1)
    variance = whole * share * (1 - share)
    least = own * np.minimum(1, LEAST_EVENTS * own * ratio(1.0, variance, 1.0))
    return ratio(squares - between, variance, 1.0), least


def rate_difference(
    one: Shares, other: Shares, level: float = LEVEL, *, is_share: bool = True
) -> Bounds:
    """Return the difference of two rates over pairs of runs, and its t interval.

    The interval is by Student's t of the differences u_r = R e_r / sum n_r of the one rate less
    that of the other, where e_r are the residuals of `rate_interval`. If all of these are 0, the
    interval is that of `pooled_difference`.
    """
    mean, influence, number = influences(one, other)
    half = half_width(deviation(influence, number), number, level)
    return _unless_same(
        Bounds(mean, mean - half, mean + half, number),
        influence,
        lambda: pooled_difference(one, other, level),
        is_share=is_share,
    )


def pooled_difference(one: Shares, other: Shares, level: ArrayLike = LEVEL) -> Bounds:
    """Return the difference of two member shares over pairs of runs, and its interval.

    The two pooled intervals are joined by the square-and-add rule of Newcombe (1998, Statistics in
    Medicine 17, 873), with the correlation of the pairs as in his article on paired data (1998,
    same volume, 2635).
    """
    return pooled_by_level(one, other)(level)


def pooled_by_level(one: Shares, other: Shares) -> Callable[[ArrayLike], Bounds]:
    """Return the `pooled_difference` as a function of its level."""
    one, other = _pairs(one, other)
    interval, interval_of_other = _pooled(one), _pooled(other)
    together = _correlation(one, other)

    def joined(a: Floats, b: Floats) -> Floats:
        root: Floats = np.sqrt(np.maximum(0.0, a**2 - 2 * together * a * b + b**2))
        return root

    def difference(level: ArrayLike) -> Bounds:
        p1, low1, high1, number = interval(level)
        p2, low2, high2, _ = interval_of_other(level)
        below, above = joined(p1 - low1, high2 - p2), joined(high1 - p1, p2 - low2)
        return Bounds(p1 - p2, p1 - p2 - below, p1 - p2 + above, number)

    return difference


def _known(shares: Shares) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return parts and wholes with 0 where a run has no value, and the number of runs that have."""
    known = (shares.wholes > 0) & ~np.isnan(shares.parts)
    parts, wholes = np.where(known, shares.parts, 0.0), np.where(known, shares.wholes, 0.0)
    return parts, wholes, known.sum(-1)


def _pairs(one: Shares, other: Shares) -> tuple[Shares, Shares]:
    """Return two shares with values only in runs in which both have one."""
    both = (one.wholes > 0) & (other.wholes > 0) & ~np.isnan(one.parts + other.parts)
    first, second = (
        shares._replace(wholes=np.where(both, shares.wholes, 0.0)) for shares in (one, other)
    )
    return first, second


def _influence(shares: Shares) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the ratio of sums, how much each run moves it, R e_r / sum n, and the runs."""
    parts, wholes, number = _known(shares)
    rate = ratio(parts.sum(-1), wholes.sum(-1))
    errors = parts - wholes * rate[..., None]
    return rate, errors * ratio(number, wholes.sum(-1))[..., None], number


def influences(one: Shares, other: Shares) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the difference of two ratios of sums, how much each run changes it, and the runs."""
    one, other = _pairs(one, other)
    rate, moves, number = _influence(one)
    rate_of_other, moves_of_other, _ = _influence(other)
    return rate - rate_of_other, moves - moves_of_other, number


def same(influence: Floats) -> NDArray[np.bool]:
    """Return whether no run changes a ratio by more than an error of rounding."""
    return (np.abs(influence) <= ROUNDING).all(-1)


def _unless_same(
    bounds: Bounds, influence: Floats, pooled: Callable[[], Bounds], *, is_share: bool
) -> Bounds:
    """Return the bounds, or of a share the pooled ones where no run moves the ratio."""
    equal = same(influence)
    if not is_share or not equal.any():
        return bounds
    _, low, high, _ = pooled()
    return bounds._replace(
        low=np.where(equal, low, bounds.low), high=np.where(equal, high, bounds.high)
    )


def _correlation(one: Shares, other: Shares) -> Floats:
    """Return the correlation of the errors of two shares over pairs of runs, within ±.999."""
    sides = []
    for shares in (one, other):
        parts, wholes, number = _known(shares)
        share = ratio(parts.sum(-1), wholes.sum(-1))
        variance = ratio(design_effect(shares) * share * (1 - share), wholes.sum(-1))
        each = ratio(parts, wholes, 0.0)
        mean = ratio(each.sum(-1), number)
        sides.append((np.where(wholes > 0, each - mean[..., None], 0.0), variance, number))
    (errors, variance, number), (errors_of_other, variance_of_other, _) = sides
    covariance = ratio((errors * errors_of_other).sum(-1), number.astype(float) ** 2)
    spread = np.sqrt(variance * variance_of_other)
    return np.clip(ratio(covariance, spread, 0.0), -MOST_CORRELATED, MOST_CORRELATED)
