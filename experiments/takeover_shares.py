"""The shares of the policies in ``takeover``: starts, estimates by day, and words about them."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

import sim
from sim.plots.captions import percent, quoted, spoken

from . import studies

POLICIES = ("everyone", "interacted", "close_friends")
RULES = ("none", "linkedin2008", "linkedin2021")
INVADERS = 2
"""The parts of 200 that an invader begins with; the others have half of the rest each."""
EQUAL = "thirds"
NOBODY = "none"


def starts() -> list[tuple[int, int, int]]:
    """Return the shares of the policies at the start: equal, and with 1 % of each in turn."""
    half = (200 - INVADERS) // 2
    return [
        (1, 1, 1),
        (INVADERS, half, half),
        (half, INVADERS, half),
        (half, half, INVADERS),
    ]


def named(start: Sequence[int]) -> str:
    """Return the name of a start: thirds, whose invasion it is, or the shares."""
    if len(set(start)) == 1:
        return EQUAL
    least = min(start)
    if 100 * least <= sum(start):
        return invasion(POLICIES[start.index(least)])
    return "/".join(map(str, start))


def invasion(policy: str) -> str:
    """Return the name of the start at which few have a policy."""
    return f"1 % {spoken(policy)}"


def estimated(
    runs: pd.DataFrame, points: Sequence[tuple[str, tuple[int, int, int]]]
) -> pd.DataFrame:
    """Return the estimated shares by day.

    The columns are rule, start, policy, day, mean, low, high, replications, first (in what share of
    the runs the policy is the largest), and always (whether it is so in every run).
    """
    columns = [column for column in runs if str(column).startswith("share_")]
    long = runs.melt(["point", "replication", "policy"], columns, "day", "value")
    long["day"] = long["day"].str.removeprefix("share_").astype(int)
    largest = long.groupby(["point", "replication", "day"])["value"].transform("max")
    alike = long.groupby(["point", "replication", "day"])["value"].transform(
        lambda shares: (shares == shares.max()).sum()
    )
    long["first"] = ((long["value"] == largest) & (alike == 1)).astype(float)
    by = ["point", "policy", "day"]
    shares = sim.aggregate(
        long.rename(columns={"value": "share"}), by=by, measures=["share", "first"]
    )
    firsts = shares[shares["measure"] == "first"].set_index(by)["mean"]
    shares = shares[shares["measure"] == "share"].drop(columns="measure")
    places = pd.MultiIndex.from_frame(shares[by])
    shares["first"] = firsts.reindex(places).to_numpy()
    shares["always"] = shares["first"] == 1
    shares.insert(1, "rule", [points[p][0] for p in shares["point"]])
    shares.insert(2, "start", [named(points[p][1]) for p in shares["point"]])
    return shares.drop(columns="point").reset_index(drop=True)


def _largest(ends: pd.DataFrame) -> "pd.Series[int]":
    """Return how many rules and starts lead to each policy as the largest at the end of every run.

    The last entry counts those that lead to no such policy.
    """
    counts = ends[ends["always"]]["policy"].value_counts()
    open_ended = len(ends[["rule", "start"]].drop_duplicates()) - counts.sum()
    return pd.concat([counts, pd.Series({NOBODY: open_ended})]) if open_ended else counts


def at_the_end(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the shares on the last day."""
    ends: pd.DataFrame = shares[shares["day"] == shares["day"].max()]
    return ends


def text(shares: pd.DataFrame) -> str:
    """Return the shares at the end as a text table, a row per rule and start."""
    rows = []
    for (payoff, rule, start), there in at_the_end(shares).groupby(
        ["payoff", "rule", "start"], sort=False
    ):
        by: Any = there.set_index("policy")
        cells = {
            spoken(
                p
            ): f"{100 * by.loc[p, 'mean']:.1f} ±{50 * (by.loc[p, 'high'] - by.loc[p, 'low']):.1f}"
            for p in POLICIES
        }
        first = by["mean"].idxmax()
        leads = f"{spoken(str(first))}, {100 * by.loc[first, 'first']:.0f} %"
        rows.append(
            {"copied": payoff, "rule": rule, "start": start, **cells, "largest, in runs": leads}
        )
    heading = (
        f"Shares of the members on day {shares['day'].max():,}, in %. Start: equal thirds, or 1 % "
        "of one policy and half of the rest of each other."
    )
    table = studies.laid_out(pd.DataFrame(rows), heads=["copied", "rule"])
    return f"{studies.filled(heading)}\n\n{table}"


def words(shares: pd.DataFrame) -> Iterator[str]:
    """Yield, for each payoff and rule, which policies are the largest at the end."""
    for (payoff, rule), there in at_the_end(shares).groupby(["payoff", "rule"], sort=False):
        yield f"By {payoff}, {ruled(rule)}: {_sentence(there)}."


def _sentence(ends: pd.DataFrame) -> str:
    starts = ends["start"].nunique()
    most = [
        f"{'no policy' if policy == NOBODY else quoted(str(policy))} from {number}"
        for policy, number in _largest(ends).items()
    ]
    equal: Any = ends[ends["start"] == EQUAL].set_index("policy")
    shares = [
        f"{quoted(policy)} {studies.percent(equal.loc[policy])}"
        for policy in POLICIES
        if policy in equal.index
    ]
    largest = f"the largest policy at the end {each(ends)}, of {starts} starts: {', '.join(most)}"
    few = [
        f"{quoted(row['policy'])} {studies.percent(row)}" for _, row in invaders(ends).iterrows()
    ]
    parts = [f"from equal thirds {', '.join(shares)}"] if shares else []
    parts += [f"from 1 %, one policy at a time, {', '.join(few)}"] if few else []
    return "; ".join([largest, *parts])


def invaders(shares: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of each policy where few had it at the start."""
    few = [start == invasion(p) for start, p in zip(shares["start"], shares["policy"], strict=True)]
    found: pd.DataFrame = shares[few]
    return found


def invaded(few: pd.DataFrame) -> str:
    """Return how far invaders get, from lowest to highest over rules and payoffs, in words."""
    ends = at_the_end(few).groupby("policy", sort=False)["mean"].agg(["min", "max"])
    parts = [
        f"{quoted(str(policy))} comes to {percent(low)} to {percent(high)}"
        for policy, (low, high) in zip(ends.index, ends.to_numpy(), strict=True)
    ]
    return f"Begun by 1\u00a0% of the members, over rules and payoffs, {', '.join(parts)}"


def each(shares: pd.DataFrame) -> str:
    """Return in words that something is so in each run, with their number."""
    return f"in each of {shares['replications'].max()} runs"


def ruled(rule: Any) -> str:
    """Return the name of a rule in words."""
    return "no rule" if rule == "none" else str(rule)


def finding(shares: pd.DataFrame) -> str:
    """Return which policy is the largest at the end of each run, in words: a count of the runs."""
    parts = []
    for payoff, there in at_the_end(shares).groupby("payoff", sort=False):
        counts = [
            f"{'no policy' if policy == NOBODY else quoted(str(policy))} from {number}"
            for policy, number in _largest(there).items()
        ]
        parts.append(f"by {payoff} {', '.join(counts)}")
    number = len(shares[["rule", "start"]].drop_duplicates())
    when = f"after {shares['day'].max():,} days, of {number} starts and rules"
    return f"The largest {each(shares)} {when}: {'; '.join(parts)}"


def thirds(equal: pd.DataFrame) -> str:
    """Return the shares at the end from equal thirds, as the mean over the rules, in words."""
    means = at_the_end(equal).groupby(["payoff", "policy"], sort=False)["mean"].mean()
    parts = []
    for payoff in dict.fromkeys(equal["payoff"]):
        said = [f"{quoted(policy)} {percent(means[payoff, policy])}" for policy in POLICIES]
        parts.append(f"by {payoff} {', '.join(said)}")
    return f"From equal thirds, at the end, in the mean over the rules: {'; '.join(parts)}"
