"""The numbers that docs/answers.md quotes, from the committed tables, with intervals and ranges."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from experiments import block_rule, newcomers

HOUSE = Path(__file__).parents[1]
ANSWERS = HOUSE / "results" / "answers"
PUBLISHED = HOUSE / "results" / "published"
POLICIES = {
    "everyone": "everyone",
    "interacted": "acquaintances",
    "close_friends": "close friends",
}
"""The policies, and what the page calls those whom they invite."""
NONE, LIFE, WINDOW = "no rule", "5 in life: for good", "5 in 30 d: 7 d"
LAST = 8
"""The last year of ``horizon``."""
TENTHS = {
    10: "tenth 10, the most active",
    9: "tenth 9",
    8: "tenth 8",
    7: "tenth 7",
    6: "tenth 6",
    5: "tenth 5 (in tenths 1 to 4 nobody is blocked)",
}
SHARES = {"reach2_share", "acceptance", "acquainted", "blocked", "unseen", "mutually_recognised"}
SAID = {
    "degree": "connections",
    "reach2_share": "others within two steps",
    "acceptance": "share of their invitations that is accepted",
    "unseen": "share of their invitations that nobody ever looks at",
    "acquainted": "share of their connections that is with people met or talked to",
    "mutually_recognised": "share of their connections in which each remembers the other",
}
ENDS = ("mean", "low", "high")


def heads(first: str) -> list[str]:
    """Return the head of a table with a column for each policy."""
    return [first, *POLICIES.values()]


def in_words(number: int | None) -> str:
    """Return a number of the pages as a word."""
    return {1: "one", 5: "five", 8: "eight"}[number or 0]


def percent(row: Mapping[str, Any], form: str) -> str:
    """Return the mean of a share in percent."""
    return f"{100 * row['mean']:{form}} %"


def quoted(row: Mapping[str, Any], *, share: bool, names: Sequence[str] = ENDS) -> str:
    """Return an estimate with its 95 % interval, a share in percent."""
    mean, low, high = (f"{(100 if share else 1) * row[name]:z.1f}" for name in names)
    return f"{mean}{' %' * share} [{low}, {high}]"


def row_of(table: pd.DataFrame, measure: str, **keys: Any) -> Any:
    """Return the one row of a measure and of other keys."""
    for name, value in {"measure": measure, **keys}.items():
        table = table[table[name] == value]
    (place,) = table.index
    return table.loc[place]


def mixed(measure: str, policy: str) -> Any:
    """Return the row of a policy in the mixed society of the comparison."""
    table = pd.read_csv(PUBLISHED / "summary.csv")
    return row_of(table, measure, policy=policy, population="mixed")


def near(measure: str, policy: str, form: str = ".1f") -> str:
    """Return the mean of the mixed society, rounded."""
    row = mixed(measure, policy)
    return percent(row, form) if measure in SHARES else f"{row['mean']:{form}}"


def accepted_of_seen(policy: str) -> float:
    """Return the share accepted of the invitations that were looked at, in the mixed society."""
    return float(mixed("acceptance", policy)["mean"] / (1 - mixed("unseen", policy)["mean"]))


def mixed_row(measure: str, said: str = "", *, ranged: bool = True) -> list[str]:
    """Return a row of the mixed society: intervals of chance, and ranges."""
    cells = []
    for policy in POLICIES:
        if measure in sim.none_by_assumption(sim.Scenario())[policy]:
            cells.append(sim.measures.NONE)
            continue
        cell = quoted(mixed(measure, policy), share=measure in SHARES)
        cells.append(f"{cell}<br>{range_of(measure, policy)}" if ranged else cell)
    return [said or SAID[measure], *cells]


def range_of(measure: str, policy: str) -> str:
    """Return the range of a measure over the societies that fit the data."""
    row = row_of(pd.read_csv(ANSWERS / "plausible" / "ranges.csv"), measure, policy=policy)
    scale = 100 if measure in SHARES else 1
    ends = " to ".join(f"{scale * row[end]:.1f}" for end in ("from", "to"))
    return f"range {ends}{' %' * (measure in SHARES)}"


def lead_row(measure: str, policy: str, than: str) -> tuple[Any, bool]:
    """Return the row of two policies, and whether it has them the other way round."""
    table = pd.read_csv(ANSWERS / "plausible" / "leads.csv")
    turned = list(POLICIES).index(policy) > list(POLICIES).index(than)
    one, other = (than, policy) if turned else (policy, than)
    return row_of(table, measure, policy=one, than_policy=other), turned


def lead(measure: str, policy: str, than: str) -> str:
    """Return in how many plausible societies one policy is ahead of another."""
    row, turned = lead_row(measure, policy, than)
    return of_all(1 - row["mean"] if turned else row["mean"], row["societies"])


def of_all(share: float, societies: float) -> str:
    """Return how many of the societies are meant by a share."""
    if share == 1:
        return f"all {societies:.0f}"
    return f"{share * societies:.0f} of the {societies:.0f}"


def moved(parameter: str, measure: str, end: str) -> str:
    """Return the mean of a measure where a parameter is in its lowest or highest third."""
    table = pd.read_csv(ANSWERS / "plausible" / "moves.csv")
    row = row_of(table, measure, parameter=parameter, policy="everyone")
    return f"{(100 if measure in SHARES else 1) * row[end]:.0f}{' %' * (measure in SHARES)}"


def effect(of: str, alike: str) -> str:
    """Return how many connections another way of inviting or of accepting brings."""
    table = pd.read_csv(PUBLISHED / "effects.csv")
    return quoted(row_of(table, "degree", of=of, alike=alike), share=False)


def crossed(inviting: str, accepting: str) -> float:
    """Return the connections of one of the four groups who differ in both."""
    table = pd.read_csv(PUBLISHED / "crossed.csv")
    return float(row_of(table, "degree", inviting=inviting, accepting=accepting)["mean"])


def decile_of(decile: int, measure: str, policy: str) -> str:
    """Return a measure of a tenth by activity, with its interval."""
    if measure in sim.none_by_assumption(sim.Scenario())[policy]:
        return sim.measures.NONE
    table = pd.read_csv(PUBLISHED / "deciles.csv")
    row = row_of(table, measure, trait="activity", policy=policy, decile=decile)
    return quoted(row, share=measure in SHARES)


def tenth(decile: int, measure: str) -> str:
    """Return a measure of a tenth of those who invite everyone, rounded."""
    table = pd.read_csv(PUBLISHED / "deciles.csv")
    row = row_of(table, measure, trait="activity", policy="everyone", decile=decile)
    return percent(row, ".0f") if measure in SHARES else f"{row['mean']:.0f}"


def year_row(year: int, measure: str, policy: str) -> Any:
    """Return the row of a policy after some years."""
    table = pd.read_csv(ANSWERS / "horizon" / "years.csv")
    return row_of(table, measure, day=365 * year, policy=policy)


def told_year(year: int, measure: str, policy: str) -> str:
    """Return a measure of a policy after some years, with its interval."""
    if measure in sim.none_by_assumption(sim.Scenario())[policy]:
        return sim.measures.NONE
    return quoted(year_row(year, measure, policy), share=measure in SHARES)


def years_lead(year: int) -> float:
    """Return how many connections more those have who invite everyone than the next."""
    one, other = (year_row(year, "degree", policy)["mean"] for policy in ("everyone", "interacted"))
    return float(one - other)


def clear_until() -> int:
    """Return the last day on which the lead in people within two steps is clear."""
    table = pd.read_csv(ANSWERS / "horizon" / "stretches.csv")
    row = row_of(table, "reach2_share", policy="everyone", than_policy="interacted")
    return int(row["last_day"])


def lasting_row(year: int) -> Any:
    """Return the row of the societies in which those who invite everyone are ahead."""
    table = pd.read_csv(ANSWERS / "horizon" / "lasting.csv")
    return row_of(table, "degree", year=year, policy="everyone", than_policy="interacted")


def lasts(year: int) -> str:
    """Return in how many societies those who invite everyone are ahead, with the interval."""
    row = lasting_row(year)
    said = of_all(row["mean"], row["societies"])
    return f"{said} [{100 * row['low']:.0f} %, {100 * row['high']:.0f} %]"


def followed_societies() -> int:
    """Return how many societies were followed over the years."""
    return int(lasting_row(1)["societies"])


def rules() -> pd.DataFrame:
    """Return what each rule of the platform does, by its name."""
    return pd.read_csv(ANSWERS / "block_rule" / "rules.csv").set_index("rule")


def aim_of_rule(row: Any, aim: str) -> str:
    """Return what a rule does in one respect, with its interval if it has one."""
    share = " %" * (aim == "blocked")
    if pd.isna(row[f"{aim}_low"]):
        return f"{row[aim]:.0f}{share}"
    mean, low, high = (f"{row[name]:z.1f}" for name in (aim, f"{aim}_low", f"{aim}_high"))
    return f"{mean}{share} [{low}, {high}]"


def ranged(experiment: str, quantity: str) -> Any:
    """Return the row of a quantity in the ranges that an experiment has found."""
    table = pd.read_csv(ANSWERS / experiment / "ranges.csv").set_index("quantity")
    return table.loc[quantity]


def range_found(experiment: str, quantity: str, *, share: bool) -> str:
    """Return the range of a quantity over the societies that fit the data."""
    row = ranged(experiment, quantity)
    ends = " to ".join(f"{(100 if share else 1) * row[end]:z.1f}" for end in ("from", "to"))
    return f"range {ends}{' %' * share}"


def rule_cells(rule: str) -> list[str]:
    """Return what a rule does in all respects, with intervals and ranges."""
    row = rules().loc[rule]
    cells = []
    for aim, said in block_rule.AIM_WORDS.items():
        cell = aim_of_rule(row, aim)
        if not pd.isna(row[f"{aim}_low"]):
            quantity = f"{said}: {rule}"
            cell += f"<br>{range_found('block_rule', quantity, share=aim == 'blocked')}"
        cells.append(cell)
    return cells


def few_cell(newcomer: str, policy: str) -> str:
    """Return the reach of one in a hundred, or of those around them; interval and range."""
    found = range_found("newcomers", newcomers.reached(newcomer, policy), share=True)
    cell = quoted(one_in_a_hundred(newcomer, policy), share=True)
    return f"**{cell}**<br>{found}" if newcomer == policy else f"{cell}<br>{found}"


def ahead_as_few(newcomer: str, policy: str) -> Any:
    """Return the row of how much further one in a hundred reach than those around them."""
    return ranged("newcomers", newcomers.ahead(newcomer, policy))


def one_in_a_hundred(newcomer: str, policy: str) -> Any:
    """Return the reach of one in a hundred, or of those around them."""
    runs = pd.read_csv(PUBLISHED / "runs.csv")
    there = runs[(runs["society"] == f"newcomer: {newcomer}") & (runs["policy"] == policy)]
    return sim.aggregate(there, by=["policy"], measures=["reach2_share"]).iloc[0]


def alone(policy: str) -> Any:
    """Return the row of the reach of a policy in a society of its own."""
    table = pd.read_csv(PUBLISHED / "summary.csv")
    return row_of(table, "reach2_share", population="alone", policy=policy)
