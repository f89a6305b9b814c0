"""The summary of a run: all measures at its end, a row for each policy."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..scenario.scenario import Scenario
from .definitions import (
    CAUTION,
    COLUMNS,
    EVERYBODY,
    INTERVALS,
    MEDIANS,
    NEVER,
    SANCTIONS,
    WALKS,
    Floats,
    Ints,
    days_there,
    denominators_of,
    measures_to_take,
    member_columns,
)
from .egos import choose_egos, means
from .rank import rank_measures
from .reach import Adjacency, adjacency, clustering, in_largest_component, reach
from .survival import times_to_block

if TYPE_CHECKING:
    import pandas as pd


def summary(
    scenario: Scenario,
    members: "pd.DataFrame | Mapping[str, NDArray[Any]]",
    connections: NDArray[np.int32] | Callable[[], NDArray[np.int32]],
    only: Collection[str] | None = None,
) -> "pd.DataFrame":
    """Return the measures at the end of a run.

    Parameters
    ----------
    scenario : Scenario
    members : DataFrame
        A row for each member, as in ``Result.members``; or its columns as arrays, as
        `member_columns` returns them.
    connections : int32 array (E, 2)
        Pairs of members, the smaller first; or a function that returns them, called only if they
        are needed.
    only : collection of str, optional
        Measures to take; None: all. Reach, clustering and the largest component take the most time,
        the measures of missed connections take the next most.

    Returns
    -------
    DataFrame
        A row for each policy and one for ``all``; columns ``policy``, ``members`` and the measures.
        With reach or clustering, the next columns are ``egos``, the number of members for whom
        these were computed, and the ends of the 95 % interval of each mean: ``reach2_low``,
        ``reach2_high``, ``reach3_low``, ``reach3_high``, ``clustering_low`` and
        ``clustering_high``. The interval has no width if all members are egos. A share of nothing
        is NaN. The last columns are the denominators of shares, as ``decided``, so that several
        runs can be pooled.

    Raises
    ------
    InputError
        A name in ``only`` is not that of a measure.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=100, days=30))
    >>> sim.measures.summary(result.scenario, result.members, result.connections, ["acceptance"])
              policy  members  acceptance  decided
    0       everyone       33    0.307407      270
    1     interacted       34    0.321023      352
    2  close_friends       33    0.409091       44
    3            all      100    0.321321      666
    """
    import pandas as pd

    asked = measures_to_take(only)
    own = members if isinstance(members, Mapping) else member_columns(scenario, members)
    policy, policies = own["policy"].astype(np.int64), len(scenario.policies)

    def total(column: Any) -> Floats:
        """Sum over the members of each policy, and over everybody."""
        sums = np.bincount(policy, np.asarray(column, np.float64), policies)
        return np.append(sums, sums.sum())

    size = total(np.ones(len(policy)))
    degree, arcs, there = total(own["degree"]), total(own["arcs"]), total(days_there(scenario, own))
    stays = own["left"] == NEVER if "left" in own else np.ones(len(policy), bool)
    years, now = there / 365, total(stays)
    attempts, sent, accepted, strikes, declined, unseen = (
        total(own[name])
        for name in ("attempts", "invitations_sent", "accepted", "strikes", "declined", "unseen")
    )
    notes, questions, granted = (
        total(own.get(name, np.zeros(len(policy))))
        for name in ("notes_sent", "questions_sent", "questions_granted")
    )
    decided, restricted = accepted + strikes + declined, total(own["restricted_days"])
    columns = {
        "degree": _share(degree, now),
        "acceptance": _share(accepted, decided),
        "declined": _share(declined, decided),
        "unseen": _share(unseen, decided),
        "idk_rate": _share(strikes, decided),
        "reciprocity": _share(total(own["mutual_arcs"]), arcs),
        "acquainted": _share(total(own["acquainted"]), degree),
        "mutually_recognised": _share(total(own["mutually_recognised"]), degree),
        "blocked": _share(total(own["blocked_day"] != NEVER), size),
        "restricted_time": _share(restricted, there),
        "restrictions": _share(total(own["restrictions"]), years - restricted / 365),
        **_of_sanctions(own, total, years),
        "unwanted_received": _share(total(own["unwanted_received"]), years),
        "cold_received": _share(total(own["cold_received"]), years),
        "unwanted_sent": _share(strikes + declined - unseen, years),
        "cold_sent": _share(total(own["cold_sent"]), years),
        "effort": _share(sent + notes + questions, accepted),
        "lapsed": _share(attempts + granted - sent - questions, attempts),
        "decided": decided.astype(np.int64),
        "arcs": arcs.astype(np.int64),
        "connection_ends": degree.astype(np.int64),
        "members_there": there / scenario.days,
        "restricted_squares": total(_restricted_squares(scenario, own)),
        "accepted": accepted.astype(np.int64),
        "attempts": attempts.astype(np.int64),
        **_vetoes(own, total),
        **_help(own, total, years),
        "years_unrestricted": years - restricted / 365,
        **rank_measures(own, total),
    }
    if asked & CAUTION:
        by_tie, by_estimate = total(own["missed_by_tie"]), total(own["missed_by_estimate"])
        pairs_missed = total(own["missed_pairs"])
        columns |= {
            "missed": _share(by_tie + by_estimate, now),
            "missed_by_tie": _share(by_tie, now),
            "missed_by_estimate": _share(by_estimate, now),
            "missed_chance": _share(by_tie + by_estimate, pairs_missed),
            "missed_pairs": pairs_missed.astype(np.int64),
        }
    if asked & set(MEDIANS):
        columns |= times_to_block(scenario, own, policy, policies)
    if asked & {*WALKS, "largest_component"}:
        pairs = connections() if callable(connections) else connections
        society = adjacency(pairs, len(policy))
        inside = np.zeros(len(policy))
        if stays.any():  # connections are among those who are there, numbered anew
            inside[stays] = in_largest_component((np.cumsum(stays) - 1)[pairs], int(stays.sum()))
        columns["largest_component"] = _share(total(inside), now)
        if asked & set(WALKS):
            columns |= _walks(scenario, society, np.flatnonzero(stays), policy, policies)
    kept_names = asked | set(INTERVALS) | set(denominators_of(asked))
    kept = {name: columns[name] for name in COLUMNS if name in columns and name in kept_names}
    names = [*scenario.policies, EVERYBODY]
    return pd.DataFrame({"policy": names, "members": size.astype(np.int64), **kept})


def _of_sanctions(
    own: Mapping[str, NDArray[Any]], total: Callable[[Any], Floats], years: Floats
) -> dict[str, NDArray[Any]]:
    """Return the measures of the ladder and of appeals; NaN where the scenario has neither."""
    none, there = np.zeros(len(own["policy"])), float("warnings" in own)
    warnings, limits, appeals, pardons = (own.get(name, none) for name in SANCTIONS)
    size, made = total(none + there), total(appeals)
    return {
        "warned": _share(total(warnings > 0), size),
        "limited": _share(total(limits > 0), size),
        "appeals": _share(made, there * years),
        "pardoned": _share(total(pardons), made),
        "appeals_made": made.astype(np.int64),
    }


def _restricted_squares(scenario: Scenario, own: Mapping[str, NDArray[Any]]) -> Floats:
    """Return what each member adds to ``restricted_squares``.

    The interval subtracts N p² from the sum of these numbers, with N the members there and p the
    share of their policy. The rest must be sum (y - p n)², with y the days restricted and n the
    days there, over the days of the run. If n is always 1, y² is such a number.
    """
    y: Floats = own["restricted_days"] / scenario.days
    days = days_there(scenario, own)
    if (days == scenario.days).all():
        return y**2
    n = days / scenario.days
    policy = own["policy"].astype(np.int64)
    p = np.nan_to_num(_share(np.bincount(policy, y), np.bincount(policy, n)))[policy]
    squares: Floats = (y - p * n) ** 2 + p**2 * n
    return squares


def _vetoes(
    own: Mapping[str, NDArray[Any]], total: Callable[[Any], Floats]
) -> dict[str, NDArray[Any]]:
    """Return the share of contacts vetoed; NaN without vetoes."""
    none = np.zeros(len(own["policy"]))
    contacts = total(own["contacts"] if "vetoes" in own else none)
    return {
        "vetoed": _share(total(own.get("vetoes", none)), contacts),
        "contact_ends": contacts.astype(np.int64),
    }


def _help(
    own: Mapping[str, NDArray[Any]], total: Callable[[Any], Floats], years: Floats
) -> dict[str, NDArray[Any]]:
    """Return the measures of needs and help; NaN if nobody ever needs help."""
    none = np.zeros(len(own["policy"]))
    needs, *met = (
        total(own.get(name, none))
        for name in ("needs", "met_by_connection", "met_by_contact", "met_by_referral")
    )
    there = years if "needs" in own else np.zeros(len(years))
    return {
        "need_met": _share(sum(met, np.zeros(len(needs))), needs),
        "met_by_connection": _share(met[0], needs),
        "met_by_contact": _share(met[1], needs),
        "met_by_referral": _share(met[2], needs),
        "helped": _share(total(own.get("helped", none)), there),
        "referrals": _share(total(own.get("referrals", none)), there),
        "needs": needs.astype(np.int64),
    }


def _walks(
    scenario: Scenario, society: Adjacency, there: Ints, policy: Ints, policies: int
) -> dict[str, NDArray[Any]]:
    """Return reach and clustering with their intervals, and the number of egos behind them.

    They are those of the members in ``there``, who have not left.
    """
    policy = policy[there]
    egos = choose_egos(policy, policies, scenario.seed)
    some = None if len(egos) == society.members else there[egos]
    two, three = (means(steps, egos, policy, policies) for steps in reach(society, some))
    local = means(clustering(society, some), egos, policy, policies)
    columns: dict[str, NDArray[Any]] = {
        "egos": np.append(np.bincount(policy[egos], minlength=policies), len(egos)),
        "reach2_share": two[:, 0] / max(1, len(there) - 1),
        "reach3_share": three[:, 0] / max(1, len(there) - 1),
    }
    for name, values in (("reach2", two), ("reach3", three), ("clustering", local)):
        columns |= {name: values[:, 0], f"{name}_low": values[:, 1], f"{name}_high": values[:, 2]}
    return columns


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share
