"""Intervals over replications, and differences between paired runs: the formulas for means.

The interval of a *mean* over members is by Student's t over the means of the runs. Rates and member
shares have formulas of their own, see `rates`. One run has no interval.

Replications differ only by their seed, so they are independent. Two runs with the same seed and
different rules have all draws in common that the rule does not change (common random numbers; Klein
et al. 2024, arXiv:2409.02086). So runs are compared in pairs: the more the two have in common, the
narrower the interval of their difference.

The last axis of all arrays is the runs, so that many groups are computed at once. NaN stands for a
run that has no value. `sim.aggregate` and `sim.differences` apply the formulas to tables.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..parameters.checks import numbers, real
from .definitions import LEVEL, Floats


class Interval(NamedTuple):
    """An estimate from replications, in the unit of the values."""

    mean: float
    """The mean over replications; a rate or a share of members is computed over all of them."""
    low: float
    high: float
    replications: int
    """Number of values, without NaN."""


class Difference(NamedTuple):
    """A mean of paired differences, in the unit of the values."""

    mean: float
    low: float
    high: float
    replications: int
    """Number of pairs, without pairs that have a NaN."""
    variance_saved: float
    """The part of the variance that pairing saves, 1 - var(a - b) / (var(a) + var(b)).

    It is 1 if the two differ by a constant, 0 if they are unrelated, below 0 if they are opposed,
    NaN if neither varies."""


class Bounds(NamedTuple):
    """Estimates of many groups at once, as arrays (...)."""

    mean: Floats
    low: Floats
    high: Floats
    replications: NDArray[np.int64]


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the mean of replications and its t interval.

    Parameters
    ----------
    values : array (R,)
        A number for each replication; NaN, a replication without a value, is left out.
    level : float
        Level of the interval, from 0 to 1.

    Returns
    -------
    Interval
        With one replication the bounds are NaN; without replications the mean is also NaN.

    Examples
    --------
    >>> import sim
    >>> sim.mean_interval([1.0, 2.0, 3.0])
    Interval(mean=2.0, low=-0.48413771175033027, high=4.48413771175033, replications=3)
    """
    bounds = mean_bounds(numbers("values", values).ravel(), level)
    mean, low, high = (float(one) for one in bounds[:3])
    return Interval(mean, low, high, int(bounds.replications))


def mean_bounds(values: Floats, level: float = LEVEL) -> Bounds:
    """Return the `mean_interval` of each group of an array (..., runs)."""
    mean, errors, number = centred(values)
    half = half_width(deviation(errors, number), number, level)
    return Bounds(mean, mean - half, mean + half, number)


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """Return the mean of a - b over pairs, its t interval, and the variance that pairing saves.

    Parameters
    ----------
    a, b : array (R,)
        A number for each replication, in the same order of seeds in ``a`` and ``b``. Pairs with a
        NaN are left out.
    level : float
        Level of the interval, from 0 to 1.

    Raises
    ------
    InputError
        ``a`` and ``b`` have different lengths, or are not numbers.

    Examples
    --------
    >>> import sim
    >>> difference = sim.paired_difference([3.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    >>> round(difference.mean, 3), round(difference.variance_saved, 3)
    (2.333, 0.9)
    """
    one, other = numbers("a", a), numbers("b", b)
    if one.shape != other.shape:
        raise InputError(
            f"a, b: not pairs (got {one.size} and {other.size} numbers); must be as many of the "
            "one as of the other"
        )
    return Difference(*mean_interval(one - other, level), variance_saved(one, other).item())


paired = paired_difference


def variance_saved(one: Floats, other: Floats) -> Floats:
    """Return 1 - var(a - b) / (var(a) + var(b)) over the last axis, without pairs that have NaN."""
    unknown = np.isnan(one - other)
    together, alone, alone_too = (
        (centred(np.where(unknown, np.nan, values))[1] ** 2).sum(-1)
        for values in (one - other, one, other)
    )
    return 1 - ratio(together, alone + alone_too)


def half_width(deviation: ArrayLike, number: ArrayLike, level: float) -> Any:
    """Return half the width of the t interval of a mean; NaN for fewer than two numbers."""
    # the quantile of Student's t, without the half second that scipy.stats takes to import
    from scipy.special import stdtrit

    level, number = real("level", level, 0, 1), np.asarray(number, np.float64)
    freedom = np.where(number > 1, number - 1, np.nan)
    return stdtrit(freedom, (1 + level) / 2) * deviation / np.sqrt(freedom + 1)


def centred(values: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the means over the last axis, the values less their mean (NaN: 0), and the runs."""
    known = ~np.isnan(values)
    number = known.sum(-1)
    mean = ratio(np.where(known, values, 0.0).sum(-1), number)
    return mean, np.where(known, values - mean[..., None], 0.0), number


def deviation(errors: Floats, number: NDArray[np.int64]) -> Floats:
    """Return the standard deviation of errors whose mean is 0, over the last axis."""
    return np.sqrt(ratio((errors**2).sum(-1), number - 1))


def ratio(part: ArrayLike, whole: ArrayLike, otherwise: float = np.nan) -> Floats:
    """Divide, with another value where the divisor is not above 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    out: Floats = np.full(part.shape, otherwise)
    np.divide(part, whole, out=out, where=whole > 0)
    return out
