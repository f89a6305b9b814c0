"""Paired differences between groups, taken within each replication.

Replication r of every society has the same seed, so the same people meet on the same days. How much
more one policy has than another is therefore the mean of paired differences, with the interval of
these differences.
"""

import itertools
from collections.abc import Iterator, Sequence

import pandas as pd

import sim

type Group = tuple[str, str, str]
"""Society, population, policy: the members that a row of the runs is about."""


def differences(runs: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return how much more of each measure one group has than another.

    Compared are each two policies that are mixed, each two that are alone, and newcomers with,
    first, each policy of their hosts, second, the members of the same policy in the mixed society.

    Parameters
    ----------
    runs : DataFrame
        A row per replication, society and policy: replication, society, population, policy and the
        measures.
    measures : sequence of str

    Returns
    -------
    DataFrame
        population, policy, than_population, than_policy, measure, mean, low, high, replications, p.
    """
    by = ["society", "population", "policy"]
    found = sim.differences(runs, by=by, pairs=_pairs(runs), measures=measures)
    return found.drop(columns=["society", "than_society", "variance_saved"])


def _pairs(runs: pd.DataFrame) -> Iterator[tuple[Group, Group]]:
    groups: list[Group] = [
        *dict.fromkeys(zip(runs["society"], runs["population"], runs["policy"], strict=True))
    ]
    for population in ("mixed", "alone"):
        yield from itertools.combinations(
            [group for group in groups if group[1] == population and group[2] != "all"], 2
        )
    for society, population, policy in groups:
        if population == "newcomer":
            hosts = [group for group in groups if group[:2] == (society, "host")]
            mixed = [group for group in groups if group[1:] == ("mixed", policy)]
            yield from (((society, population, policy), other) for other in hosts + mixed)
