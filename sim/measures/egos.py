"""Egos: the members for whom reach and clustering are computed.

In a society of up to ``EXACT_REACH`` members all members are egos. In a larger one the egos are a
random sample, and the means have the 95 % interval of this sampling.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .definitions import LEVEL, Floats, Ints

EXACT_REACH = 20_000
"""Reach and clustering are exact in societies with at most this number of members."""
SAMPLED_EGOS = 1_024
"""The number of egos in a larger society, in equal parts for the policies. It is enough to estimate
the reach of each of three policies to within some 4 %."""


def choose_egos(
    policy: Ints, policies: int, seed: int, *, exact: int = EXACT_REACH, most: int = SAMPLED_EGOS
) -> Ints:
    """Choose the egos whose reach represents the reach of all members.

    Parameters
    ----------
    policy : int array (N,)
        Each member's policy, from 0 to policies-1.
    policies : int
        Number of policies.
    seed : int
        The seed of the scenario. Member i has the i-th word of Philox4x64 under this key, and in
        each policy the members with the smallest words are chosen. So two scenarios with the same
        seed and the same policies have the same egos.
    exact : int
        With at most this number of members, all are chosen.
    most : int
        The number of egos in a larger society. Each policy that has members gets an equal part, at
        least two egos; if it has fewer members than that, all of them.

    Returns
    -------
    int64 array (K,)
        The egos, in ascending order.
    """
    if len(policy) <= exact:
        return np.arange(len(policy))
    words = np.random.Philox(key=seed).random_raw(len(policy))
    groups = [np.flatnonzero(policy == place) for place in range(policies)]
    part = max(2, most // sum(len(group) > 0 for group in groups))
    chosen = [
        group[np.argpartition(words[group], part)[:part]] if len(group) > part else group
        for group in groups
    ]
    return np.sort(np.concatenate(chosen))


def means(values: NDArray[Any], egos: Ints, policy: Ints, policies: int) -> Floats:
    """Estimate the mean of a quantity over each policy and over all members, from some egos.

    The egos are a stratified random sample (Cochran 1977, *Sampling Techniques*, ch. 5). The
    members of a policy are a finite population: if all of them are egos, the mean is exact and its
    interval has no width. The degrees of freedom over all policies are Satterthwaite's.

    Parameters
    ----------
    values : array (K,)
        The quantity for each ego.
    egos : int array (K,)
        As `choose_egos` returns them.
    policy, policies
        As in `choose_egos`.

    Returns
    -------
    float64 array (policies + 1, 3)
        Mean, lower and upper end of the 95 % interval. The last row is for all members. NaN for a
        policy that nobody has.
    """
    from scipy.special import stdtrit

    group = policy[egos]
    size, number = np.bincount(policy, minlength=policies), np.bincount(group, minlength=policies)
    centre = centres(values, egos, policy, policies)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.bincount(group, (values - centre[group]) ** 2, policies)
        # squared error of each mean: 0 if all members of a policy are egos, even if it is only one
        error = np.where(number == size, 0.0, spread / (number - 1) / number * (1 - number / size))
        weight = size / len(policy)
        present = size > 0
        parts = weight[present] ** 2 * error[present]
        freedom = np.append(
            number - 1.0, parts.sum() ** 2 / np.sum(parts**2 / np.maximum(1, number[present] - 1))
        )
        error = np.append(error, parts.sum())
        half = np.where(error == 0, 0.0, stdtrit(freedom, (1 + LEVEL) / 2) * np.sqrt(error))
    return np.column_stack([centre, centre - half, centre + half])


def centres(values: NDArray[Any], egos: Ints, policy: Ints, policies: int) -> Floats:
    """Return only the means of `means`, without intervals: float64 array (policies + 1,)."""
    group = policy[egos]
    size = np.bincount(policy, minlength=policies)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(group, values, policies) / np.bincount(group, minlength=policies)
    present = size > 0
    share = size[present] / max(1, len(policy))
    return np.append(mean, share @ mean[present] if present.any() else np.nan)
