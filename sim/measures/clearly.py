"""When a difference may be called clear: p-values of paired runs, and Holm's rule for a family.

A sentence that says "clearly" is about many differences at once: all cells of a sweep, all pairs of
policies, all measures that it names. Even if nothing differs, some of many 95 % intervals nearly
always leave out 0. With Holm's rule (1979, Scandinavian Journal of Statistics 6, 65) the chance
that any difference of the family is called clear is at most 5 % if nothing differs.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..parameters.checks import numbers
from .definitions import LEVEL, Floats
from .intervals import centred, deviation, ratio
from .rates import Shares, influences, pooled_by_level, same

LEAST_RUNS = 10
"""With fewer pairs of runs nothing is clear."""
SMALLEST_P = 1e-10
"""The smallest p-value that is found by trying levels."""
BISECTIONS = 40
"""The number of levels tried for a p-value, which is then known to ten digits."""


def clearly(
    p_values: ArrayLike, replications: ArrayLike = LEAST_RUNS, level: float = LEVEL
) -> NDArray[np.bool]:
    """Return which differences of a family are clear, by Holm's rule.

    Parameters
    ----------
    p_values : array (F,)
        The p-value of each difference that a sentence or title is about: all cells, all pairs of
        policies, and all measures, also those that show nothing. NaN, a difference without a value,
        is not clear and does not count.
    replications : array (F,), or int
        The number of pairs of runs of each difference; with fewer than 10 it is not clear.
    level : float
        1 - the chance that any difference is called clear although nothing differs.

    Returns
    -------
    bool array (F,)

    Examples
    --------
    >>> from sim.measures.clearly import clearly
    >>> clearly([0.001, 0.03, 0.04]).tolist()
    [True, False, False]
    """
    p = numbers("p_values", p_values)
    tested = ~np.isnan(p) & (np.asarray(replications) >= LEAST_RUNS)
    known = np.sort(p[tested])
    # the smallest p against 0.05 / F, the next against 0.05 / (F - 1), up to the first that fails
    passed = np.cumprod(known <= (1 - level) / np.arange(len(known), 0, -1))
    least_failed = known[int(passed.sum()) :][:1]
    return tested & (p < least_failed[0] if len(least_failed) else True)


def mean_p(differences: Floats) -> Floats:
    """Return the p-values of the paired t-test, from differences (..., runs)."""
    mean, errors, number = centred(differences)
    return _two_sided(mean, deviation(errors, number), number)


def rate_p(one: Shares, other: Shares, *, is_share: bool = True) -> Floats:
    """Return the p-value of the t-test of `rate_difference`."""
    mean, influence, number = influences(one, other)
    p, equal = _two_sided(mean, deviation(influence, number), number), same(influence)
    return np.where(equal, pooled_p(one, other), p) if is_share and equal.any() else p


def pooled_p(one: Shares, other: Shares) -> Floats:
    """Return 1 - the highest level at which the `pooled_difference` leaves out 0.

    The level is found by trial; the p-value is at least ``SMALLEST_P``.
    """
    difference = pooled_by_level(one, other)
    mean, _, _, number = difference(LEVEL)
    low, high = np.full(mean.shape, np.log(SMALLEST_P)), np.zeros(mean.shape)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        tried = difference(1 - np.exp(middle))
        leaves_out = (tried.low > 0) | (tried.high < 0)
        low, high = np.where(leaves_out, low, middle), np.where(leaves_out, middle, high)
    return np.where(number > 1, np.where(mean == 0, 1.0, np.exp(high)), np.nan)


def _two_sided(mean: Floats, deviation: Floats, number: NDArray[np.int64]) -> Floats:
    """Return the p-value of a mean under Student's t; without spread it is 0, or 1 for a mean 0."""
    from scipy.special import stdtr

    error = deviation / np.sqrt(np.maximum(number, 1))
    statistic = ratio(np.abs(mean), error, np.inf)
    p = 2 * stdtr(np.maximum(number - 1, 1), -statistic)
    return np.where(number > 1, np.where(mean == 0, 1.0, p), np.nan)
