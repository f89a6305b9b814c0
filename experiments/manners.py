"""Is it better to invite blindly, with caution, with a note, or after asking by email or phone?

In the thread: "is it better to email or call first", "I give them a reminder of where we met", "I
don't want to risk my account being blocked". Members who invite people they have interacted with do
so in four manners, side by side in one society with the two other policies: **blindly**; with
**caution** (the more strikes they have, the surer they must be of acceptance); with a **note** that
says where they met; and by **asking** first. People who have forgotten their inviter may click "I
don't know". How much there is to save therefore depends on the chance of this click
(``answering.idk_click``), and on how few strikes block an account permanently (``platform.limit``).
Each manner is judged by connections, by acceptances per 100 attempts, by messages (invitations,
notes, questions) per acceptance, by strikes per 100 acceptances, and by the share blocked. A manner
*pays* if it brings clearly more connections than inviting blindly (``sim.clearly``: one family of
all points and manners).

A closed form says where asking first breaks even. It is about one account, which sends one
invitation or question a day to people of one tie class and is blocked after K strikes in its life.
Invited blindly, n people give a E[min(n, T)] acceptances, where T is the number of the invitation
that brings the K-th strike (T3 of the closed forms). Asked first, they give n y. Here a is the
probability that an invitation is accepted, and q the probability that it becomes a strike, if it is
looked at. A question is sent outside the platform and seen by all; y is the probability that it is
granted, for which the invitee must recognise the inviter and answer.

Answer (``invitesim experiment manners``: 1,200 members, a year, 10 replications of 12 points): with
the default rule there is hardly anything to save, and no manner pays. With five strikes and a
chance of a click of .13, 0.5 % [0.1, 1.3] of those who invite blindly are blocked, and no manner
has clearly more connections. No manner has clearly fewer connections at any point. Asking first
pays where many are blocked: with three strikes and a click of .6 it brings 3.3 [2.7, 3.9] more
connections, with one strike and a click of .13 it brings 3.6 [2.7, 4.5] more, and with one strike
and a click of .6 it brings 7.3 [7.0, 7.7] more. Those who ask are never blocked. At these three
points 30.3 % [26.8, 34.0], 30.1 % [26.9, 33.4] and 60.9 % [57.8, 63.9] of those who invite blindly
are blocked, by people who did not recognise them. A note about halves the strikes: with the default
rule there are 1.86 per 100 acceptances in place of 3.48. A note pays with a single strike and a
click of .3 or more, by 1.8 [0.9, 2.6] and 1.5 [0.8, 2.1] connections. Caution never pays. With
three strikes and a click of .6 only 2.1 % [1.1, 3.5] of the cautious are blocked, but their
connections differ by -1.2 [-2.7, 0.3] from those of members who invite blindly. Where a single
strike blocks, there is no strike before it that could make members cautious. With the default rule
an acceptance takes 3.45 messages if one invites blindly, 5.38 with notes, and 5.00 with asking. By
the closed form, asking people met at least once leads from the first person on, since all see a
question and about half see an invitation. Asking people known online leads after 308 of them with
the default rule, and after 38 with a single strike. In 34 of 40 plausible societies with rules of
their own, those who ask first have fewer connections (difference: range -6.5 to 1.5). With a single
strike and the click of each society they have more in 33 (range -0.6 to 2.4), and with a single
strike and a click of .6 in all 40 (range 3.7 to 9.2).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special, stats

import sim
from sim import commands

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POLICY = "interacted"
MANNERS: dict[str, dict[str, Any]] = {
    "blindly": {},
    "caution": {"caution": 0.6},
    "note": {"notes": True},
    "asking": {"asks_first": True},
}
"""What each manner changes in ``POLICY``, whose share is cut into equal parts."""
BLINDLY = "blindly"
CLICKS = (0.05, 0.13, 0.3, 0.6)
LIMITS = (5, 3, 1)
MEASURES = ("degree", "per_attempt", "effort", "strikes", "blocked")
HEADS = {
    "degree": "connections",
    "per_attempt": "accepted",
    "effort": "messages",
    "strikes": "strikes",
    "blocked": "blocked, %",
}
FORMATS = {
    "degree": ".1f",
    "per_attempt": ".1f",
    "effort": ".2f",
    "strikes": ".2f",
    "blocked": ".1f",
}
LOOKS = (("#595959", "o"), ("#CC79A7", "v"), ("#56B4E9", "s"), ("#8C7300", "^"))
CLASSES = {1: "known online", 2: "met once", 3: "met often", 4: "close"}
MOST = 100_000
"""People asked, beyond which there is no break-even."""
OWN, ONE, OFTEN = "their own rule", "one strike", "one strike, click .6"
ONE_STRIKE = {"platform.limit": 1}
TREATMENTS: societies.Treatments = {
    OWN: lambda drawn: society(drawn),
    ONE: lambda drawn: society(societies.with_click(drawn).replace(ONE_STRIKE)),
    OFTEN: lambda drawn: society(drawn.replace({**ONE_STRIKE, "answering.idk_click": 0.6})),
}
"""The rules under which plausible societies live."""
IN_EACH = 6
"""Runs of each, as few members have a manner."""


def society(base: sim.Scenario) -> sim.Scenario:
    """Return a scenario in which ``POLICY`` is cut into the manners."""
    policies: dict[str, Any] = {
        name: policy for name, policy in base.policies.items() if name != POLICY
    }
    one = base.policies[POLICY]
    for name, changes in MANNERS.items():
        share = one.share / len(MANNERS)
        policies[name] = one.model_copy(update={"name": name, "share": share, **changes})
    return base.replace({"policies": policies})


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    out: commands.Out = Path("results/manners"),
    settings: commands.Settings = None,
) -> None:
    """Find the costs and benefits of caution, a note and asking first under mild and strict rules.

    Prints the ranges over plausible societies, and a table for each combination of two numbers: how
    many strikes (answers "I don't know" that count) block an account, and the chance of such an
    answer. Writes manners.csv, pays.csv, break_even.csv, ranges.csv, a figure and provenance.json
    to --out. Defaults: 1,200 members, 365 days, 10 replications, 40 plausible societies, seed 1.
    """
    base = commands.chosen(
        None, settings, defaults={"members": 1_200}, members=members, days=days, seed=seed
    )
    studies.check_members(base, POLICY)
    points = [(click, limit) for limit in LIMITS for click in CLICKS]
    grid = [{"answering.idk_click": click, "platform.limit": limit} for click, limit in points]
    made = society(base)
    with studies.written_to(
        out, made, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        keep = ["degree", "acceptance", "idk_rate", "blocked", "effort", "lapsed"]
        study = sim.Study(made, grid, replications=replications, keep=keep)
        runs = prepared(studies.done(study, out / "manners", jobs))
        table, found = estimated(runs, points), differing(runs, points)
        outcome.tables |= {"manners": table, "pays": found, "break_even": break_even(base)}
        outcome.tables["ranges"], ranges = societies.told(
            base,
            TREATMENTS,
            quantities(),
            ["degree", "blocked"],
            out,
            number=number,
            seeds=IN_EACH,
            jobs=jobs,
        )
        outcome.figures["manners"] = draw(table, found, studies.setting(base, replications))
        even = outcome.tables["break_even"]
    studies.print_answer(
        _text(table), studies.filled(*words(table, found)), ranges, _even_text(even), out=out
    )


def quantities() -> list[Quantity]:
    """Return the quantities for plausible societies."""
    return [
        *(
            Quantity(
                f"{manner}, more connections: {rule}",
                "degree",
                Group(rule, manner),
                Group(rule, BLINDLY),
            )
            for manner in reversed(MANNERS)
            if manner != BLINDLY
            for rule in TREATMENTS
        ),
        *(
            Quantity(f"blindly, blocked: {rule}", "blocked", Group(rule, BLINDLY), unit="%")
            for rule in TREATMENTS
        ),
    ]


def prepared(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of the manners with acceptances per attempt and strikes per acceptance."""
    there = runs[runs["policy"].isin(MANNERS)].copy()
    there["policy"] = there["policy"].astype(str)
    there["per_attempt"] = 100 * there["accepted"] / there["attempts"]
    there["strikes"] = 100 * there["idk_rate"] * there["decided"] / there["accepted"]
    return there


def _placed(table: pd.DataFrame, points: list[tuple[float, int]]) -> pd.DataFrame:
    """Return a table with click and limit in place of the point."""
    table.insert(0, "limit", [points[point][1] for point in table["point"]])
    table.insert(1, "idk_click", [points[point][0] for point in table["point"]])
    return table.drop(columns=[name for name in table if str(name).endswith("point")])


def estimated(runs: pd.DataFrame, points: list[tuple[float, int]]) -> pd.DataFrame:
    """Return a row for each point, manner and measure: mean and interval."""
    table = sim.aggregate(runs, by=["point", "policy"], measures=list(MEASURES))
    return _placed(table, points).rename(columns={"policy": "manner"})


def differing(runs: pd.DataFrame, points: list[tuple[float, int]]) -> pd.DataFrame:
    """Return how many more connections each manner has than inviting blindly, and if clearly."""
    pairs = [
        ((point, manner), (point, BLINDLY))
        for point in range(len(points))
        for manner in MANNERS
        if manner != BLINDLY
    ]
    table = sim.differences(runs, by=["point", "policy"], pairs=pairs, measures=["degree"])
    table["clear"] = sim.clearly(table["p"], table["replications"])
    bounds = ["mean", "low", "high"]
    table[bounds] = table[bounds].round(9) + 0.0  # a sum that is 0 may miss it by the last bit
    names = ["policy", "mean", "low", "high", "replications", "clear", "point"]
    return _placed(table[names].copy(), points).rename(columns={"policy": "manner"})


# Break-even of asking first


def chances(base: sim.Scenario, k: int) -> tuple[float, float, float]:
    """Return P(accepted), P(not recognised, not accepted) and P(a question is granted) at a class.

    Of the mean member: its policy at random, without a common connection, and its activity over
    that of all.
    """
    answers = base.answering
    r, seen = answers.recognise[k], chance_of_looking(base)
    policies = [(base.policies[name], share) for name, share in base.shares().items()]

    def accepting(seen_class: int) -> float:
        parts = []
        for policy, share in policies:
            p = (policy.accept or answers.accept)[seen_class]
            if policy.accepts_from == 5:
                p = 0.0
            elif seen_class < policy.accepts_from:
                p = special.expit(special.logit(p) - answers.reserve) if answers.reserve else p
            parts.append(share * p)
        return float(sum(parts))

    known, stranger = accepting(k), accepting(0)
    accepted = seen * (r * known + (1 - r) * stranger)
    return accepted, seen * (1 - r) * (1 - stranger), r * answers.ask_answered * known


def chance_of_looking(base: sim.Scenario) -> float:
    """Return the mean chance that a member ever looks at an invitation, over their activities."""
    looks, sigma = base.answering.looks, base.society.activity_sigma
    if looks is None:
        return 1.0
    z, weight = np.polynomial.hermite_e.hermegauss(101)
    activity = np.exp(sigma * z - sigma**2 / 2)
    chance = 1 - np.exp(-looks * activity * base.inviting.pending_days / 21)
    return float((weight * chance).sum() / weight.sum())


def even_after(a: float, q: float, y: float, K: int) -> float:
    """Return after how many people asking first has more acceptances than inviting blindly.

    Invited blindly, n people give a E[min(n, T)], where E[min(n, T)] is the sum of P(fewer than K
    strikes in m - 1) over m = 1 ... n. NaN: not within ``MOST`` people.
    """
    people = np.arange(1, MOST + 1)
    blindly = a * np.cumsum(stats.binom.cdf(K - 1, people - 1, q))
    ahead = people * y > blindly
    return float(people[ahead.argmax()]) if ahead.any() else np.nan


def break_even(base: sim.Scenario) -> pd.DataFrame:
    """Return, by class, click and limit, the chances, and after how many asking first leads."""
    rows = []
    for k, name in CLASSES.items():
        a, unknown, y = chances(base, k)
        for limit in LIMITS:
            for click in CLICKS:
                people = even_after(a, unknown * click, y, limit)
                rows.append((name, limit, click, a, unknown * click, y, people))
    columns = ["known", "limit", "idk_click", "accepted", "strike", "granted", "even_after"]
    return pd.DataFrame(rows, columns=columns)


# In words and as a figure


def _text(table: pd.DataFrame) -> str:
    """Return the means as a text table, a row per point and manner."""
    wide = table.pivot_table(
        index=["limit", "idk_click", "manner"],
        columns="measure",
        values="mean",
        sort=False,
        dropna=False,
    )
    shown = wide[list(MEASURES)].reset_index()
    shown["blocked"] *= 100
    formats = {HEADS[name]: form for name, form in FORMATS.items()}
    shown = shown.rename(columns=HEADS)
    heading = (
        "Members who invite people they have interacted with: connections, accepted of 100 "
        "attempts,\nmessages for each acceptance, strikes for 100 acceptances, and the share "
        "blocked."
    )
    return f"{heading}\n\n{studies.laid_out(shown, formats, heads=['limit', 'idk_click'])}"


def words(table: pd.DataFrame, found: pd.DataFrame) -> Iterator[str]:
    """Yield, for each manner, where it pays and what it saves."""
    for manner, there in found.groupby("manner", sort=False):
        more, fewer = (there["clear"] & (there["mean"] * sign > 0) for sign in (1, -1))
        order = there.sort_values("mean", kind="stable")
        worst, best = order.iloc[0], order.iloc[-1]
        yield (
            f"Compared with inviting blindly, {manner} has clearly more connections at "
            f"{more.sum()} of {len(there)} points and clearly fewer at {fewer.sum()}: from "
            f"{_estimate(worst)} ({_point(worst)}) to {_estimate(best)} ({_point(best)})."
        )
    click = CLICKS[len(CLICKS) // 2]
    blocked = table[(table["measure"] == "blocked") & (table["idk_click"] == click)]
    parts = []
    for limit, there in blocked.groupby("limit", sort=False):
        shares = ", ".join(f"{row['manner']} {studies.percent(row)}" for _, row in there.iterrows())
        parts.append(f"with a limit of {limit} {shares}")
    yield f"Blocked at a click of {click:g}: {'; '.join(parts)}."


def _estimate(row: "pd.Series[Any]") -> str:
    return studies.between(row["mean"], row["low"], row["high"])


def _point(row: "pd.Series[Any]") -> str:
    return f"limit {row['limit']}, click {row['idk_click']:g}"


def _even_text(even: pd.DataFrame) -> str:
    """Return after how many people asking first leads, a row per class and limit."""
    wide = even.pivot_table(
        index=["known", "limit"], columns="idk_click", values="even_after", sort=False, dropna=False
    )
    shown = wide.rename(columns=lambda click: f"click {click:g}").reset_index()
    heading = (
        "After how many people asking first leads, by the closed form; 1: from the first; -: never."
    )
    formats = {str(name): ".0f" for name in shown if str(name).startswith("click")}
    return f"{heading}\n\n{studies.laid_out(shown, formats, heads=['known'])}"


@sim.plots.in_our_look
def draw(table: pd.DataFrame, found: pd.DataFrame, setting: str) -> "Figure":
    """Draw connections and the share blocked over the click, a column for each limit."""
    figure = sim.plots.sheet(4.8)
    axes = figure.subplots(2, len(LIMITS), sharex=True, sharey="row")
    for row, (measure, scale) in zip(axes, (("degree", 1), ("blocked", 100)), strict=True):
        for axis, limit in zip(row, LIMITS, strict=True):
            panel = table[(table["limit"] == limit) & (table["measure"] == measure)]
            for manner, (colour, marker) in zip(MANNERS, LOOKS, strict=True):
                line = panel[panel["manner"] == manner]
                low, high = scale * line["low"], scale * line["high"]
                axis.fill_between(line["idk_click"], low, high, color=colour, alpha=0.2)
                axis.plot(
                    line["idk_click"],
                    scale * line["mean"],
                    marker=marker,
                    color=colour,
                    markersize=4,
                    label=manner,
                )
        row[0].set_ylabel("connections" if measure == "degree" else "blocked, %")
        row[0].set_ylim(bottom=0)
    for axis, limit in zip(axes[0], LIMITS, strict=True):
        axis.set_title(f"{limit} strike{'s' * (limit > 1)} block{'s' * (limit == 1)}", fontsize=8)
    axes[1][len(LIMITS) // 2].set_xlabel("chance of the click “I don’t know”")
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", frameon=False, fontsize=8)
    counts = {
        str(manner): int((there["clear"] & (there["mean"] > 0)).sum())
        for manner, there in found.groupby("manner", sort=False)
    }
    points = len(found) // len(counts)
    most, *others = sorted(counts, key=counts.__getitem__, reverse=True)
    sim.plots.headed(
        figure,
        f"Clearly more connections than by inviting blindly: {most} at {counts[most]} of {points} "
        f"points, {', '.join(f'{other} at {counts[other]}' for other in others)}",
        f"{setting} Bands: 95 % intervals.",
    )
    return figure


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
