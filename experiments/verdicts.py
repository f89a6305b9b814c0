"""The aims of a platform's rules, and which rule beats which: for ``block_rule``."""

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

import sim

from .rules import Rule

AIMS = ("unwanted", "blocked", "lost")
"""Three numbers that a rule should keep small.

They are the unwanted invitations that a member receives, the share blocked of the members who mean
well, and the connections per member that are lost in comparison with no rule.
"""
MEANING_WELL = ("interacted", "close_friends")
HARMLESS = 0.01
"""A rule is harmless if it blocks a smaller share than this of the members who mean well."""


def judged(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of ``AIMS`` for each rule in each run.

    Parameters
    ----------
    runs : DataFrame
        A row per point, replication and policy.

    Returns
    -------
    DataFrame
        point, replication, policy, members, unwanted, blocked, lost: a row for each policy that
        means well, with its members and the share of them blocked, and one for "all" of these.
        Unwanted and lost are those of the whole society.
    """
    keys = ["point", "replication"]
    well = runs[runs["policy"].isin(MEANING_WELL)][[*keys, "policy", "members", "blocked"]]
    counts = well.assign(blocked=well["members"] * well["blocked"].fillna(0))
    sums = counts.groupby(keys)[["members", "blocked"]].sum()
    everybody = runs[runs["policy"] == "all"].set_index(keys)
    without = everybody["degree"].xs(0, level="point")  # no rule, the first of the list
    lost = without.reindex(everybody.index, level="replication") - everybody["degree"]
    together = sums.assign(
        policy="all",
        blocked=sums["blocked"] / sums["members"],
        unwanted=everybody["unwanted_received"],
        lost=lost,
    )
    return pd.concat([well, together.reset_index()], ignore_index=True)


def blocked_by_policy(
    aims: pd.DataFrame, assumed: Sequence[Mapping[str, Collection[str]]]
) -> pd.DataFrame:
    """Return the share blocked, in %, of each policy that means well, with its interval.

    The table has a row per rule, and columns ``blocked_POLICY``, ``blocked_POLICY_low`` and
    ``blocked_POLICY_high``. ``assumed`` has, for each rule, what `sim.none_by_assumption` returns:
    if it says that the rule cannot block anybody of a policy, there is no interval.
    """
    found = sim.aggregate(aims, by=["point", "policy"], measures=["blocked"])
    wide = 100 * found.pivot(index="point", columns="policy", values=["mean", "low", "high"])
    columns = {
        f"blocked_{policy}{f'_{end}' * (end != 'mean')}": wide[end, policy]
        for policy in MEANING_WELL
        for end in ("mean", "low", "high")
    }
    table = pd.DataFrame(columns).reset_index(drop=True)
    for policy in MEANING_WELL:
        put_in = ["blocked" in none[policy] for none in assumed]
        table.loc[put_in, [f"blocked_{policy}_low", f"blocked_{policy}_high"]] = np.nan
    return table


def frontier(aims: ArrayLike) -> NDArray[np.bool_]:
    """Return which points are on the frontier: no other is as small in all aims and smaller in one.

    Parameters
    ----------
    aims : array (points, aims)
    """
    aims = np.asarray(aims, np.float64)
    no_worse = (aims[:, None] <= aims[None]).all(axis=2)
    better = (aims[:, None] < aims[None]).any(axis=2)
    unbeaten: NDArray[np.bool_] = ~(no_worse & better).any(axis=0)
    return unbeaten


def clearly_beaten_by(aims: pd.DataFrame) -> list[list[int]]:
    """Return for each rule the rules that clearly beat it, from the aims of `judged`.

    A rule clearly beats another if none of its mean aims is larger and at least one is clearly
    smaller.
    """
    number = aims["point"].nunique()
    pairs = [
        ((one, "all"), (other, "all")) for one, other in itertools.combinations(range(number), 2)
    ]
    found = sim.differences(aims, by=["point", "policy"], pairs=pairs, measures=AIMS)
    found["clear"] = sim.clearly(found["p"], found["replications"])
    beaten_by: list[list[int]] = [[] for _ in range(number)]
    for place, (one, other) in enumerate(itertools.combinations(range(number), 2)):
        there = found.iloc[place * len(AIMS) : (place + 1) * len(AIMS)]
        for worse, better, more in ((one, other, there["mean"]), (other, one, -there["mean"])):
            if (more >= 0).all() and (there["clear"] & (more > 0)).any():
                beaten_by[worse].append(better)
    return [sorted(others) for others in beaten_by]


def clearly_harmless(aims: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rules clearly block fewer than ``HARMLESS`` of those who mean well.

    By Holm's rule, with all rules as one family: when k of n rules are found, the intervals of the
    others have the level 1 - 0.05 / (n - k), until no more are found.
    """
    tried = aims[aims["point"] > 0]  # without a rule, the first of the list, nobody is blocked
    number = tried["point"].nunique()
    found = np.zeros(number, bool)
    enough = aims["replication"].nunique() >= sim.measures.LEAST_RUNS
    while enough and not found.all():
        level = 1 - 0.05 / (number - found.sum())
        shares = sim.aggregate(tried, by=["point", "policy"], measures=["blocked"], level=level)
        below = shares[shares["policy"] == "all"]["high"].to_numpy() < HARMLESS
        if (below == found).all():
            break
        found = below
    return np.append(False, found)


def verdicts(listed: Sequence[Rule], aims: pd.DataFrame) -> pd.DataFrame:
    """Return a row per rule: mean and interval of each aim, and whether other rules beat it.

    The blocked are in %. Without a rule nobody is blocked and nothing is lost, by assumption: there
    is no interval.
    """
    estimates = sim.aggregate(aims, by=["point", "policy"], measures=AIMS)
    estimates = estimates[estimates["policy"] == "all"].set_index(["point", "measure"])
    means = estimates["mean"].unstack()[list(AIMS)].to_numpy()
    on_frontier, beaten_by = frontier(means), clearly_beaten_by(aims)
    harmless = clearly_harmless(aims)
    rows = []
    for place, rule in enumerate(listed):
        row: dict[str, Any] = {"rule": rule.name, "kind": rule.kind}
        for aim in AIMS:
            scale = 100.0 if aim == "blocked" else 1.0
            mean, low, high = (estimates[end][place, aim] for end in ("mean", "low", "high"))
            if rule.kind == "none" and aim != "unwanted":
                low = high = np.nan
            row |= {aim: scale * mean, f"{aim}_low": scale * low, f"{aim}_high": scale * high}
        row |= {"frontier": bool(on_frontier[place]), "clearly_beaten": bool(beaten_by[place])}
        row |= {"harmless": bool(harmless[place])}
        rows.append(
            {**row, "beaten_by": "; ".join(listed[other].name for other in beaten_by[place])}
        )
    return pd.DataFrame(rows)
