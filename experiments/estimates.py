"""Paired differences between groups, taken within each replication.

Replication r of every society has the same seed, so the same people meet on the same days. What one
policy has more than another is therefore the mean of paired differences, with the interval of those
differences.
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
        population, policy, than_population, than_policy, measure, mean, low, high, replications.
    """
    tables = {
        key: group.set_index("replication").sort_index()
        for key, group in runs.groupby(["society", "population", "policy"])
    }
    rows = []
    for one, other in _pairs(runs):
        keys = {
            "population": one[1],
            "policy": one[2],
            "than_population": other[1],
            "than_policy": other[2],
        }
        for measure in measures:
            mean, low, high, replications, _ = sim.paired_difference(
                tables[one][measure], tables[other][measure]
            )
            rows.append(
                {
                    **keys,
                    "measure": measure,
                    "mean": mean,
                    "low": low,
                    "high": high,
                    "replications": replications,
                }
            )
    columns = [
        "population",
        "policy",
        "than_population",
        "than_policy",
        "measure",
        "mean",
        "low",
        "high",
        "replications",
    ]
    return pd.DataFrame(rows, columns=columns)


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
