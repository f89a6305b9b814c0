"""Captions: the sentence above a figure, which states what its data show.

Each is composed from the estimates of the first population in the table. Of policies whose
intervals overlap, none is called the first.
"""

from collections.abc import Sequence

import pandas as pd

WHEN = {"mixed": "when mixed", "alone": "when alone", "newcomer": "as newcomers"}
"""How a sentence refers to a population."""


def spoken(name: str) -> str:
    """Return a name as it is spoken: ``close friends``."""
    return name.replace("_", " ")


def reach(table: pd.DataFrame) -> str:
    """Return who reaches furthest on the last day.

    The table has the columns population, policy, day, mean, low, high.
    """
    ends = (
        _first_population(table)
        .sort_values("day", kind="stable")
        .drop_duplicates("policy", keep="last")
        .set_index("policy")
    )
    if not ends["mean"].max() > 0:
        return f"{_where(table)}nobody is reached"
    first, others = _first_and_others(ends)
    does = "reaches furthest" if len(first) == 1 else "reach equally far"
    return (
        f"{_where(table)}{_names(first)} {does}, {_values(ends, first)} of the members within two "
        f"steps{_against(ends, others)}"
    )


def mutuality(table: pd.DataFrame) -> str:
    """Return who is the most mutual.

    The table has the columns population, policy, measure (the rows of "reciprocity" are used),
    mean, low, high.
    """
    estimates = _first_population(table[table["measure"] == "reciprocity"]).set_index("policy")
    if estimates["mean"].isna().all():  # nobody is connected
        return f"{_where(table)}there are no arcs"
    first, others = _first_and_others(estimates)
    does = "is the most mutual" if len(first) == 1 else "are equally mutual"
    return (
        f"{_where(table)}{_names(first)} {does}: {_values(estimates, first)} of the arcs are "
        f"returned{_against(estimates, others)}"
    )


def survival(table: pd.DataFrame) -> str:
    """Return how many are blocked in the end.

    The table has the columns population, policy, clock (the rows of "days" are used), time, mean.
    """
    curves = _first_population(table[table["clock"] == "days"]).sort_values("time", kind="stable")
    blocked = 1 - curves.groupby("policy", sort=False)["mean"].last().sort_values(kind="stable")
    parts = [
        f"{percent(share) if share > 0 else 'none'} of {quoted(str(policy))}"
        for policy, share in blocked.items()
    ]
    return f"{_where(table)}by day {curves['time'].max():.0f}, {listed(parts)} are blocked"


def plane(wide: pd.DataFrame) -> str:
    """Return how the most blocked policy of the first population fares in all of them.

    The table has the rows (population, policy) and the columns reach2_share and blocked.
    """
    first = wide.index[0][0]
    if not wide["blocked"].max() > 0:
        return "Nobody is blocked"
    most = str(wide.loc[first]["blocked"].idxmax())
    fares = wide.xs(most, level="policy")
    parts = [
        f"{percent(row['blocked'])} {WHEN.get(str(population), str(population))} "
        f"(reach {percent(row['reach2_share'])})"
        for population, row in fares.iterrows()
    ]
    return f"{quoted(most)} is blocked most: {listed(parts)}"


def network(members: pd.DataFrame) -> str:
    """Return how many members are blocked.

    The table has a row for each member with policy and blocked (bool).
    """
    groups = members.groupby("policy", sort=False)["blocked"]
    parts = [
        f"{blocked.sum() or 'none'} of {len(blocked)} {quoted(str(policy))}"
        for policy, blocked in groups
    ]
    number = members["blocked"].sum() or "none"
    return f"Of {len(members)} people, {number} are blocked: {listed(parts)}"


def percent(share: float) -> str:
    """Return a share in whole percent, with one decimal place near 0 and near 100 %."""
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1\u00a0%"
    return f"{value:.{1 if 0 < value < 9.95 or 99 < value < 99.95 else 0}f}\u00a0%"


def quoted(policy: str) -> str:
    """Return the name of a policy as a sentence quotes it."""
    return f"“{spoken(policy)}”"


def listed(parts: Sequence[str]) -> str:
    """Return the parts of a list as one text."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _first_population(table: pd.DataFrame) -> pd.DataFrame:
    first: pd.DataFrame = table[table["population"] == table["population"].iloc[0]]
    return first


def _where(table: pd.DataFrame) -> str:
    populations = table["population"].unique()
    return f"{str(populations[0]).capitalize()}: " if len(populations) > 1 else ""


def _first_and_others(estimates: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the policies that may have the highest mean, and the others, both in falling order.

    The first are the policy with the highest mean and those whose interval overlaps with its own.
    A policy without an estimate is in neither list.
    """
    falling = estimates.dropna(subset="mean").sort_values("mean", ascending=False, kind="stable")
    # one replication has no interval
    low, high = (falling[bound].fillna(falling["mean"]) for bound in ("low", "high"))
    first = high >= low.iloc[0]
    return [str(policy) for policy in falling.index[first]], [
        str(policy) for policy in falling.index[~first]
    ]


def _names(policies: Sequence[str]) -> str:
    return listed([quoted(policy) for policy in policies])


def _values(estimates: pd.DataFrame, policies: Sequence[str]) -> str:
    return listed([percent(float(share)) for share in estimates["mean"].reindex(list(policies))])


def _against(estimates: pd.DataFrame, others: Sequence[str]) -> str:
    said = ", ".join(f"{quoted(policy)} {_values(estimates, [policy])}" for policy in others)
    return f" ({said})" if said else ""
