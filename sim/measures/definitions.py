"""Measures: what a run's tables say about reach, reciprocity and blocking.

Arrays and tables come in, numbers and tables come out; nothing is simulated here. The definitions are those of docs/odd.md, per policy
(over the members who have it) and for everybody. What takes a walk beyond one's neighbours, reach and clustering, is exact in a society of
up to ``EXACT_REACH`` members; in a larger one it is worked out for a random sample of egos and has the 95 % interval of that sampling.
"""

import warnings
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..parameters.checks import real
from ..parameters.kinds import shown
from ..scenario.scenario import Scenario, checked
from . import graphs as kernel

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Clock = Literal["days", "invitations"]
CLOCKS: dict[Clock, set[str]] = {
    "days": {"policy", "blocked_day"},
    "invitations": {"policy", "invitations_until_block", "invitations_sent"},
}
"""In what the time until a restriction is told, and the columns of members that this is worked out from."""

EXACT_REACH = 20_000
"""Members up to which reach and clustering are exact."""
SAMPLED_EGOS = 1_024
"""Egos above that, in equal parts for the policies: enough for reach within some 4 % of each of three policies."""
NEVER = -1
"""Stands, in plain arrays, for the day or the number of what has not happened."""
LEVEL = 0.95
"""Level of every interval."""
EVERYBODY = "all"
"""The row for all members, whatever their policy."""

MEASURES = (
    "degree",
    "reach2",
    "reach2_share",
    "reach3",
    "reach3_share",
    "acceptance",
    "reciprocity",
    "recognised",
    "blocked",
    "restricted_time",
    "time_to_block_days",
    "time_to_block_invitations",
    "idk_rate",
    "unwanted",
    "clustering",
    "largest_component",
)
"""The columns of a summary that are measures, in their order."""
MEDIANS = ("time_to_block_days", "time_to_block_invitations")
"""Those that are medians: where some replications have none, the others' mean would be too small."""
LEAST_AT_RISK = 0.1
"""A survival curve says little where fewer of the members are still in sight [Pocock, Clayton and Altman 2002, Lancet 359, 1686]."""
WALKS = ("reach2", "reach2_share", "reach3", "reach3_share", "clustering")
"""Those that take a walk beyond one's neighbours."""
INTERVALS = (
    "egos",
    *(f"{of}_{end}" for of in ("reach2", "reach3", "clustering") for end in ("low", "high")),
)
"""What stands beside these: for how many members they were worked out, and their intervals."""
COLUMNS = ("members", *MEASURES, *INTERVALS)
"""All columns of a summary after the policy, in their order."""


class Adjacency(NamedTuple):
    """The connections as rows of neighbours.

    Those of member v are ``indices[indptr[v]:indptr[v + 1]]``, the ones larger than v from ``middle[v]`` on.
    """

    indptr: Ints
    middle: Ints
    indices: NDArray[np.int32]

    @property
    def members(self) -> int:
        """Number of members, N."""
        return len(self.indptr) - 1


def adjacency(connections: NDArray[np.int32], members: int) -> Adjacency:
    """Lay out connections as rows of neighbours.

    Parameters
    ----------
    connections : int32 array (E, 2)
        Pairs of members 0 … N-1, each once, the smaller first.
    members : int
        N.
    """
    return Adjacency(*kernel.neighbours(_pairs(connections), members))


def reach(society: Adjacency, egos: Ints | None = None) -> tuple[Ints, Ints]:
    """Count the others within two and within three steps of connections.

    Parameters
    ----------
    society : Adjacency
    egos : int array (K,), optional
        Whose reach; None: everybody's.

    Returns
    -------
    two, three : int64 array (K,)
        0 … N-1 each.
    """
    if egos is None:
        two, three = kernel.reach_of_all(society.indptr, society.indices)
    else:
        two, three = kernel.reach_of(
            society.indptr, society.indices, np.ascontiguousarray(egos, np.int64)
        )
    return two, three


def clustering(society: Adjacency, egos: Ints | None = None) -> Floats:
    """Give the local clustering of egos, 0 … 1: the share of pairs of neighbours that are connected; 0 with fewer than two neighbours.

    The mean over everybody is ``networkx.average_clustering`` (Watts and Strogatz 1998).
    """
    degree = np.diff(society.indptr).astype(np.float64)
    if egos is None:
        found = kernel.triangles_of_all(society.indptr, society.middle, society.indices)
    else:
        egos = np.ascontiguousarray(egos, np.int64)
        degree = degree[egos]
        found = kernel.triangles(society.indptr, society.middle, society.indices, egos)
    pairs = degree * (degree - 1) / 2
    local: Floats = np.divide(found, pairs, out=np.zeros(len(pairs)), where=pairs > 0)
    return local


def in_largest_component(connections: NDArray[np.int32], members: int) -> NDArray[np.bool_]:
    """Say of each member whether it is in the largest connected component; of several equally large, the one with the smallest member."""
    component = kernel.components(_pairs(connections), members)
    in_largest: NDArray[np.bool_] = component == np.argmax(np.bincount(component))
    return in_largest


def choose_egos(
    policy: Ints, policies: int, seed: int, *, exact: int = EXACT_REACH, most: int = SAMPLED_EGOS
) -> Ints:
    """Choose the egos whose reach stands for everybody's.

    Parameters
    ----------
    policy : int array (N,)
        Each member's policy, 0 … policies-1.
    policies : int
        How many there are.
    seed : int
        The scenario's. Member i has the i-th word of Philox4x64 under this key, and of each policy those with the smallest words are
        chosen: two scenarios with the same seed and the same policies have the same egos.
    exact : int
        Members up to which everybody is chosen.
    most : int
        Egos above that; each policy that somebody has gets an equal part, at least two, or all its members if they are fewer.

    Returns
    -------
    int64 array (K,)
        Ascending.
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
    """Estimate the mean of a quantity over the members of each policy, and over everybody, from its values at some egos.

    A stratified random sample (Cochran 1977, *Sampling Techniques*, ch. 5): a policy's members are a finite population, so where all of
    them are egos the mean is exact and the interval has no width. Degrees of freedom over all policies are Satterthwaite's.

    Parameters
    ----------
    values : array (K,)
        The quantity, at each ego.
    egos : int array (K,)
        As ``choose_egos`` gave them.
    policy, policies
        As in ``choose_egos``.

    Returns
    -------
    float64 array (policies + 1, 3)
        Mean, lower and upper end of the 95 % interval; last the row for everybody. NaN for a policy that nobody has.
    """
    from scipy.special import stdtrit

    group = policy[egos]
    size, number = np.bincount(policy, minlength=policies), np.bincount(group, minlength=policies)
    centre = centres(values, egos, policy, policies)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.bincount(group, (values - centre[group]) ** 2, policies)
        # squared error of each mean; that of a policy seen whole is 0, even if it has one member
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
    """Give the first column of ``means`` alone: shape (policies + 1,)."""
    group = policy[egos]
    size = np.bincount(policy, minlength=policies)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(group, values, policies) / np.bincount(group, minlength=policies)
    present = size > 0
    return np.append(mean, (size / len(policy))[present] @ mean[present])


def summary(
    scenario: Scenario,
    members: "pd.DataFrame | Mapping[str, NDArray[Any]]",
    connections: NDArray[np.int32] | Callable[[], NDArray[np.int32]],
    only: Collection[str] | None = None,
) -> "pd.DataFrame":
    """Take the measures at the end of a run.

    Parameters
    ----------
    scenario : Scenario
    members : DataFrame
        A row a member, as in ``Result.members``; or its columns as arrays, with the place of the
        policy in place of its name, and NEVER where there is no day.
    connections : int32 array (E, 2)
        Pairs of members, the smaller first; or what returns them, asked only if they are needed.
    only : collection of str, optional
        Measures to take; None: all. Reach, clustering and the largest component take the most time.

    Returns
    -------
    DataFrame
        A row per policy and one for ``all``; columns ``policy``, ``members``, the measures, and last,
        with reach or clustering, ``egos``, ``reach2_low``, ``reach2_high``, ``reach3_low``,
        ``reach3_high``, ``clustering_low``, ``clustering_high``: how many members these were worked
        out for, and the 95 % interval of each mean, without width where that is everybody. A share of
        nothing is NaN.

    Raises
    ------
    InputError
        A name in ``only`` that is no measure.
    """
    import pandas as pd

    asked = wanted(only)
    own = members if isinstance(members, Mapping) else _plain(scenario, members)
    policy, policies = own["policy"].astype(np.int64), len(scenario.policies)

    def total(column: Any) -> Floats:
        """Sum over the members of each policy, and over everybody."""
        sums = np.bincount(policy, np.asarray(column, np.float64), policies)
        return np.append(sums, sums.sum())

    size = total(np.ones(len(policy)))
    sent, degree = total(own["invitations_sent"]), total(own["degree"])
    columns = {
        "degree": _share(degree, size),
        "acceptance": _share(total(own["accepted"]), sent - total(own["pending"])),
        "reciprocity": _share(total(own["mutual_arcs"]), total(own["arcs"])),
        "recognised": _share(total(own["recognised"]), degree),
        "blocked": _share(total(own["blocked_day"] != NEVER), size),
        "restricted_time": _share(total(own["restricted_days"]), size * scenario.days),
        "idk_rate": _share(total(own["strikes"]), sent),
        "unwanted": _share(total(own["unwanted"]), size) / scenario.days * 365,
    }
    if asked & set(MEDIANS):
        columns |= _times_to_block(scenario, own, policy, policies)
    if asked & {*WALKS, "largest_component"}:
        pairs = connections() if callable(connections) else connections
        society = adjacency(pairs, len(policy))
        inside = in_largest_component(pairs, len(policy))
        columns["largest_component"] = _share(total(inside), size)
        columns |= _walks(scenario, society, policy, policies) if asked & set(WALKS) else {}
    shown_columns = asked | set(INTERVALS)
    kept = {name: columns[name] for name in COLUMNS if name in columns and name in shown_columns}
    names = [*scenario.policies, EVERYBODY]
    return pd.DataFrame({"policy": names, "members": size.astype(np.int64), **kept})


def wanted(only: Collection[str] | None) -> set[str]:
    """Return the names of the measures to take."""
    if only is None:
        return set(MEASURES)
    if isinstance(only, str) or not set(only) <= set(MEASURES):
        raise InputError(
            f"measures: not all known (got {shown(only)}); must be among {', '.join(MEASURES)}"
        )
    return set(only)


def _plain(scenario: Scenario, members: "pd.DataFrame") -> dict[str, NDArray[Any]]:
    """Return the columns of a table of members as arrays, with NEVER where nothing stands."""
    import pandas as pd

    policy = pd.Categorical(members["policy"], categories=list(scenario.policies)).codes
    own: dict[str, NDArray[Any]] = {
        name: members[name].fillna(NEVER).to_numpy(np.int64)
        for name in members.columns.drop(["policy", "sociability"], errors="ignore")
    }
    return own | {"policy": policy.astype(np.int64)}


def _times_to_block(
    scenario: Scenario, own: Mapping[str, NDArray[Any]], policy: Ints, policies: int
) -> dict[str, Floats]:
    """Return the median times until a restriction, in days and in invitations."""
    days, invitations = (
        _medians(*_first_restricted(scenario, own, by), policy, policies) for by in CLOCKS
    )
    if len(np.unique(policy)) > 1:
        # who is censored early on this clock has a policy that invites few: not at random
        invitations[-1] = np.nan
    return dict(zip(MEDIANS, (days, invitations), strict=True))


def _walks(
    scenario: Scenario, society: Adjacency, policy: Ints, policies: int
) -> dict[str, NDArray[Any]]:
    """Return reach and clustering, each with its interval, and of how many members."""
    egos = choose_egos(policy, policies, scenario.seed)
    some = None if len(egos) == society.members else egos
    two, three = (means(steps, egos, policy, policies) for steps in reach(society, some))
    local = means(clustering(society, some), egos, policy, policies)
    columns: dict[str, NDArray[Any]] = {
        "egos": np.append(np.bincount(policy[egos], minlength=policies), len(egos)),
        "reach2_share": two[:, 0] / (society.members - 1),
        "reach3_share": three[:, 0] / (society.members - 1),
    }
    for name, values in (("reach2", two), ("reach3", three), ("clustering", local)):
        columns |= {name: values[:, 0], f"{name}_low": values[:, 1], f"{name}_high": values[:, 2]}
    return columns


def survival(
    scenario: Scenario, members: "pd.DataFrame", by: Clock = "days", *, level: float = LEVEL
) -> "pd.DataFrame":
    """Estimate the share of members never restricted, by the Kaplan-Meier curve.

    Parameters
    ----------
    scenario : Scenario
        Its policies, and the days after which members are out of sight.
    members : DataFrame
        A row a member, as in ``Result.members``; those of several replications may stand one below the other.
    by : {"days", "invitations"}
        Time in days since the platform opened, or in invitations sent. Members never restricted are censored: at the last day, or at the
        invitations that they sent.
    level : float
        Of the interval, 0 to 1.

    Returns
    -------
    DataFrame
        Columns ``policy`` (the names and ``all``; none for a policy that nobody has), ``time``, ``survival``, ``low``, ``high`` and
        ``at_risk``, the members neither restricted nor out of sight before that time. Each curve starts at time 0 with 1 and changes at the
        times given. The interval is the exponential Greenwood one (log-log; Sawyer 2003); it has no width at 1, and where the curve has
        come to 0 the upper end stays at the last one there was.

    Raises
    ------
    InputError
        What is no scenario, no table of members, neither of the two times, or no level.
    """
    import pandas as pd

    checked(scenario)
    if by not in CLOCKS:
        raise InputError(f"by: not known (got {shown(by)}); must be one of {', '.join(CLOCKS)}")
    if not isinstance(members, pd.DataFrame) or not set(members) >= CLOCKS[by]:
        raise InputError(
            f"members: not a table of members (got {shown(members)}); must be as Result.members"
        )
    level = real("level", level, 0, 1)
    time, restricted = _first_restricted(scenario, _plain(scenario, members), by)
    curves = {}
    for name in [*scenario.policies, EVERYBODY]:
        own = (
            np.ones(len(members), bool)
            if name == EVERYBODY
            else (members["policy"] == name).to_numpy()
        )
        if own.any():
            curves[name] = _curve(time[own], restricted[own], level)
    columns = (np.concatenate(parts) for parts in zip(*curves.values(), strict=True))
    names = np.repeat(list(curves), [len(at) for at, *_ in curves.values()])
    return pd.DataFrame(
        {
            "policy": names,
            **dict(zip(("time", "survival", "low", "high", "at_risk"), columns, strict=True)),
        }
    )


def _first_restricted(
    scenario: Scenario, members: Mapping[str, NDArray[Any]], by: Clock
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the time of each member's first restriction, or of its being censored, and which."""
    if by == "days":
        first = members["blocked_day"]
        censored_at = np.full(len(first), scenario.days)
    else:
        first, censored_at = members["invitations_until_block"], members["invitations_sent"]
    return np.where(first == NEVER, censored_at, first), first != NEVER


def _never_restricted(time: Ints, restricted: NDArray[np.bool_]) -> Any:
    """Estimate a Kaplan-Meier curve."""
    from scipy.stats import CensoredData, ecdf

    return ecdf(CensoredData(uncensored=time[restricted], right=time[~restricted])).sf


def _curve(time: Ints, restricted: NDArray[np.bool_], level: float) -> tuple[NDArray[Any], ...]:
    """Give the columns of a Kaplan-Meier curve, from ``time`` on."""
    curve = _never_restricted(time, restricted)
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The confidence interval is undefined", RuntimeWarning
        )  # at 1 and at 0: see below
        bounds = curve.confidence_interval(level, method="log-log")
    at, still, low, high = (
        curve.quantiles,
        curve.probabilities,
        bounds.low.probabilities,
        bounds.high.probabilities,
    )
    if at[0] > 0 or still[0] < 1:
        at, still, low, high = (
            np.append(first, values) for first, values in ((0, at), (1, still), (1, low), (1, high))
        )
    low[still == 1] = high[still == 1] = 1
    if still[-1] == 0:
        low[-1], high[-1] = 0, high[-2]
    return at.astype(np.int64), still, low, high, len(time) - np.searchsorted(np.sort(time), at)


def _medians(time: Ints, restricted: NDArray[np.bool_], policy: Ints, policies: int) -> Floats:
    """Give the first time at which the curve of each policy, and that of everybody, is at one half or below; NaN where it stays above, or
    comes there when fewer than ``LEAST_AT_RISK`` are in sight.
    """
    medians = np.full(policies + 1, np.nan)
    for place in range(policies + 1):
        own = policy == place if place < policies else np.ones(len(policy), bool)
        if restricted[own].any():
            curve = _never_restricted(time[own], restricted[own])
            below = (
                curve.probabilities <= 0.5 + 1e-12
            )  # the curve is a product of fractions, one half only to rounding
            median = curve.quantiles[below.argmax()]
            if below.any() and (time[own] >= median).mean() >= LEAST_AT_RISK:
                medians[place] = median
    return medians


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share


def _pairs(connections: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.ascontiguousarray(connections, np.int32).reshape(-1, 2)
