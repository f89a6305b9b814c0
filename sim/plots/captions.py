"""What is seen in a table: the sentence that stands above its figure.

Each is worked out from the estimates of the first population in the table. Of policies whose intervals overlap none is called the first.
"""

from collections.abc import Sequence

import pandas as pd

WHEN = {"mixed": "when mixed", "alone": "when alone", "newcomer": "as newcomers"}
"""How to say in a sentence which population is meant."""


def spoken(name: str) -> str:
    """Give a name as it is said: ``close friends``."""
    return name.replace("_", " ")


def reach(table: pd.DataFrame) -> str:
    """Say who reaches furthest on the last day; columns population, policy, day, mean, low, high."""
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
    return f"{_where(table)}{_names(first)} {does}, {_values(ends, first)} of the members within two steps{_against(ends, others)}"


def mutuality(table: pd.DataFrame) -> str:
    """Say who is most mutual; columns population, policy, measure ("reciprocity" is looked at), mean, low, high."""
    estimates = _first_population(table[table["measure"] == "reciprocity"]).set_index("policy")
    if estimates["mean"].isna().all():  # nobody is connected, so there is nothing to return
        return f"{_where(table)}there are no arcs"
    first, others = _first_and_others(estimates)
    does = "is the most mutual" if len(first) == 1 else "are equally mutual"
    return f"{_where(table)}{_names(first)} {does}: {_values(estimates, first)} of the arcs are returned{_against(estimates, others)}"


def survival(table: pd.DataFrame) -> str:
    """Say how many are blocked in the end; columns population, policy, clock ("days" is looked at), time, mean."""
    curves = _first_population(table[table["clock"] == "days"]).sort_values("time", kind="stable")
    blocked = 1 - curves.groupby("policy", sort=False)["mean"].last().sort_values(kind="stable")
    parts = [
        f"{percent(share) if share > 0 else 'none'} of {quoted(str(policy))}"
        for policy, share in blocked.items()
    ]
    return f"{_where(table)}by day {curves['time'].max():.0f}, {listed(parts)} are blocked"


def plane(wide: pd.DataFrame) -> str:
    """Say how the most blocked of the first population fares; rows (population, policy), columns reach2_share and blocked."""
    first = wide.index[0][0]
    if not wide["blocked"].max() > 0:
        return "Nobody is blocked"
    most = str(wide.loc[first]["blocked"].idxmax())
    fares = wide.xs(most, level="policy")
    parts = [
        f"{percent(row['blocked'])} {WHEN.get(str(population), str(population))} (reach {percent(row['reach2_share'])})"
        for population, row in fares.iterrows()
    ]
    return f"{quoted(most)} is blocked most: {listed(parts)}"


def network(members: pd.DataFrame) -> str:
    """Say how many are blocked; a row a member with policy and blocked (bool)."""
    groups = members.groupby("policy", sort=False)["blocked"]
    parts = [
        f"{blocked.sum() or 'none'} of {len(blocked)} {quoted(str(policy))}"
        for policy, blocked in groups
    ]
    return f"Of {len(members)} people, {members['blocked'].sum() or 'none'} are blocked: {listed(parts)}"


def percent(share: float) -> str:
    """Write a share in percent: whole, but with a digit more where there is little or little is missing."""
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1\u00a0%"
    return f"{value:.{1 if 0 < value < 9.95 or 99 < value < 99.95 else 0}f}\u00a0%"


def quoted(policy: str) -> str:
    """Write a policy's name in a sentence."""
    return f"“{spoken(policy)}”"


def listed(parts: Sequence[str]) -> str:
    """Join the parts of a list."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _first_population(table: pd.DataFrame) -> pd.DataFrame:
    first: pd.DataFrame = table[table["population"] == table["population"].iloc[0]]
    return first


def _where(table: pd.DataFrame) -> str:
    populations = table["population"].unique()
    return f"{str(populations[0]).capitalize()}: " if len(populations) > 1 else ""


def _first_and_others(estimates: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Part the policies into that with the highest mean, with those whose interval overlaps its interval, and the others; both falling.

    A policy without an estimate is neither.
    """
    falling = estimates.dropna(subset="mean").sort_values("mean", ascending=False, kind="stable")
    low, high = (
        falling[bound].fillna(falling["mean"]) for bound in ("low", "high")
    )  # one replication has no interval
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
