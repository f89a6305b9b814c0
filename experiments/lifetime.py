"""The effect of a lifetime count of strikes on people who mean well: part two of ``block_rule``.

The first result is by invitations, where the answer is known. Nobody meets anybody, all members
invite one stranger a day, and each invitation is a strike with the same small probability q. A
count of K strikes for life has then blocked a member after n invitations with P(Binomial(n, q) >=
K), which goes to 1 for any q; in a count within a window, strikes do not add up. The second result
is by years, in a mixed society, for the members who invite only people they have interacted with.
There a member may invite somebody again half a year after an unanswered invitation; otherwise
members would run out of others to invite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

import sim
from sim.plots.captions import listed, percent

from . import studies

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHANCE = 0.01
"""The chance of a strike, per invitation."""
COUNT: dict[str, Any] = {"platform.preset": "linkedin2008"}
WINDOW: dict[str, Any] = {"platform.preset": "linkedin2021"}
UNRULED: dict[str, Any] = {"platform.preset": "none"}
POINTS = {"none": UNRULED, "life": COUNT, "window": WINDOW}
LOOKS = {
    "life": ("#CC79A7", "5 strikes for life: for good"),
    "window": ("#56B4E9", "5 strikes in 30 days: 7 days"),
}
AT = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000)
"""The numbers of invitations at which the share blocked is taken."""
REPLICATIONS = 3
FOLLOWED = "interacted"
"""The policy of the members who mean well and are followed for years."""
LARGER = 3
"""The society that is followed for years has this many times the members."""
YEARS = 8
YEAR = 365


@dataclass(frozen=True)
class Found:
    """The results."""

    counts: pd.DataFrame
    """rule, invitations, mean, low, high, replications, expected.

    The mean is the share of members blocked by this invitation.
    """
    years: pd.DataFrame
    """rule, year, measure, mean, low, high, replications.

    The measures are blocked, restricted, invitations and strikes; without a rule nobody can be
    blocked or restricted, and there are no rows that say so.
    """


def by_invitations(seed: int, members: int) -> sim.Scenario:
    """Return a society in which every invitation is a strike with the same probability."""
    stranger = sim.InvitePolicy("well_meaning", directory=1, alike=True)
    accept = 0.2
    return sim.Scenario(
        members=members,
        days=AT[-1] + 50,
        seed=seed,
        meeting={"rate": 0, "history_days": 0},
        inviting={"per_day": 1, "pending_days": 1, "lock_days": 0},
        answering={
            "accept": [accept] * 5,
            "idk_click": CHANCE / (1 - accept),
            "delay_scale": 0,
            "looks": None,
        },
        policies=[stranger],
    )


def by_years(base: sim.Scenario) -> sim.Scenario:
    """Return the mixed society for many years.

    It is larger: in a small one, all would be connected before long.
    """
    return base.replace(
        {"members": LARGER * base.members, "days": YEARS * YEAR, "inviting.lock_days": 180}
    )


def simulated(base: sim.Scenario, out: Path, jobs: int | None) -> Found:
    """Run both societies and return the estimates."""
    counting = by_invitations(base.seed, max(50, 2 * base.members))
    rules = {name: POINTS[name] for name in LOOKS}
    runs = studies.done(
        sim.Study(counting, [*rules.values()], replications=REPLICATIONS, keep=blocked_by),
        out / "invitations",
        jobs,
    )
    counts = _shares(runs, [f"blocked_{n}" for n in AT])
    counts.insert(0, "rule", [list(rules)[point] for point in counts["point"]])
    counts["invitations"] = counts["measure"].str.removeprefix("blocked_").astype(int)
    due = np.where(
        counts["rule"] == "life",
        blocked_after(counts["invitations"], CHANCE, counting.platform.limit or 1),
        np.nan,
    )
    counts = counts.assign(expected=due)[
        ["rule", "invitations", "mean", "low", "high", "replications", "expected"]
    ]
    study = sim.Study(
        by_years(base), [*POINTS.values()], replications=REPLICATIONS, keep=year_by_year
    )
    years = studies.done(study, out / "years", jobs)
    named = {
        kind: [str(column) for column in years if str(column).startswith(kind)]
        for kind in ("blocked", "restricted", "invitations", "strikes")
    }
    table = pd.concat(
        [
            _shares(years, [*named["blocked"], *named["restricted"]]),
            sim.aggregate(years, by=["point"], measures=[*named["invitations"], *named["strikes"]]),
        ]
    )
    table.insert(0, "rule", [list(POINTS)[point] for point in table["point"]])
    table[["measure", "year"]] = table["measure"].str.split("_year_", expand=True)
    put_in = (table["rule"] == "none") & table["measure"].isin(["blocked", "restricted"])
    table = table[~put_in].sort_values(["point", "year"], kind="stable")
    return Found(
        counts,
        table.astype({"year": int})[
            ["rule", "year", "measure", "mean", "low", "high", "replications"]
        ],
    )


def _shares(runs: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the estimates of shares of members, by point: pooled over the members of all runs."""
    long = runs.melt(["point", "replication", "members"], columns, "share", "blocked")
    found = sim.aggregate(long, by=["point", "share"], measures=["blocked"])
    return found.drop(columns="measure").rename(columns={"share": "measure"})


def blocked_after(invitations: ArrayLike, chance: ArrayLike, limit: int) -> NDArray[np.float64]:
    """Return P(Binomial(n, q) >= limit): the probability of at least ``limit`` strikes."""
    from scipy.special import bdtrc

    shares: NDArray[np.float64] = bdtrc(limit - 1, np.rint(invitations).astype(np.int64), chance)
    return shares


def blocked_by(result: sim.Result) -> pd.DataFrame:
    """Return the share of members blocked by their n-th invitation, for all n of ``AT``.

    It is the Kaplan-Meier estimate. Nearly nobody is censored, as all send one a day, so it is a
    share of the members.
    """
    curve = sim.survival(result.scenario, result.members, "invitations")
    curve = curve[curve["policy"] == "all"]
    places = np.searchsorted(curve["time"], AT, side="right") - 1
    reached = np.array(AT) <= curve["time"].iloc[-1]  # by anybody
    blocked = np.where(reached, 1 - curve["survival"].to_numpy()[places], np.nan)
    return pd.DataFrame(
        {
            "policy": ["all"],
            "members": [result.scenario.members],
            **{f"blocked_{n}": [share] for n, share in zip(AT, blocked, strict=True)},
        }
    )


def year_by_year(result: sim.Result) -> pd.DataFrame:
    """Return yearly numbers of the members who mean well.

    They are the shares blocked so far and restricted, and the invitations and strikes; strikes are
    not known where notes or questions are sent, which count as effort too.
    """
    more = {"notes_sent", "questions_sent"} & set(result.members)
    plain = not result.members[list(more)].to_numpy().any()
    series = result.series[result.series["policy"] == FOLLOWED].set_index("day")
    members = int((result.members["policy"] == FOLLOWED).sum())
    kept: dict[str, list[Any]] = {"policy": [FOLLOWED], "members": [members]}
    for year in range(1, result.scenario.days // YEAR + 1):
        day: Any = series.loc[year * YEAR]
        kept |= {
            f"{measure}_year_{year}": [float(day[measure])]
            for measure in ("blocked", "restricted", "invitations")
        }
        # the rate is of the decided invitations: of those accepted / acceptance
        accepted = day["invitations"] / day["effort"] if plain else np.nan
        kept |= {f"strikes_year_{year}": [float(day["idk_rate"] * accepted / day["acceptance"])]}
    return pd.DataFrame(kept)


def text(found: Found) -> str:
    """Return the results in words."""
    reached = found.counts[found.counts["replications"] > 0]
    life, window = reached[reached["rule"] == "life"], reached[reached["rule"] == "window"].iloc[-1]
    within = ((life["low"] <= life["expected"]) & (life["expected"] <= life["high"])).sum()
    furthest = 100 * (life["mean"] - life["expected"]).abs().max()
    last = life.iloc[-1]
    ends: Any = found.years[found.years["year"] == found.years["year"].max()].set_index(
        ["rule", "measure"]
    )
    sent, struck = ends.loc[("none", "invitations"), "mean"], ends.loc[("none", "strikes"), "mean"]
    blocked, weeks, now = (
        studies.percent(ends.loc[at])
        for at in (("life", "blocked"), ("window", "blocked"), ("window", "restricted"))
    )
    return studies.filled(
        "A count over the account's life in the end blocks everybody who goes on inviting.",
        f"Where {100 * CHANCE:g} in 100 invitations is a strike,",
        f"it has blocked {studies.percent(last)} after {last['invitations']:,} invitations",
        f"(closed form {100 * last['expected']:.1f} %),",
        f"and a count within 30 days has blocked {studies.percent(window)};",
        f"for {within} of {len(life)} numbers of invitations the closed form is in the interval,",
        f"and it is never more than {furthest:.1f} points off.",
        "In the mixed society, of those who invite only people they have interacted with,",
        f"{blocked} have been blocked permanently after",
        f"{ends['year'].max()} years,",
        f"and with a count within 30 days {weeks} at least once for a week",
        f"({now} on the last day).",
        f"Without a rule such a member sends {sent:.0f} invitations in this time"
        + (f", of which {struck:.1f} are strikes." if struck == struck else "."),
    )


@sim.plots.in_our_look
def draw(found: Found, members: int) -> "Figure":
    """Draw the share blocked: by invitations, with the closed form, and by years.

    ``members`` is the size of the society that is followed for years.
    """
    figure = sim.plots.sheet(3.3)
    left, right = figure.subplots(1, 2, sharey=True)
    numbers = np.arange(0, AT[-1] + 1)
    left.plot(
        numbers,
        100 * blocked_after(numbers, CHANCE, 5),
        color="#262626",
        linewidth=1,
        label="closed form",
    )
    for rule in LOOKS:
        _points(left, found.counts[found.counts["rule"] == rule], "invitations", rule)
    blocked = found.years[found.years["measure"] == "blocked"]
    for rule in LOOKS:
        _points(right, blocked[blocked["rule"] == rule], "year", rule, line=True)
    free = found.years[found.years["rule"] == "none"].pivot(
        index="year", columns="measure", values="mean"
    )
    same = blocked_after(free["invitations"].round(), free["strikes"] / free["invitations"], 5)
    right.plot(
        free.index,
        100 * same,
        color="#262626",
        linewidth=1,
        linestyle=(0, (2, 1.5)),
        label="if all had the\nmean number of strikes",
    )
    left.set_xlabel(f"invitations sent, each a strike\nwith probability {CHANCE:g}")
    right.set_xlabel("years, members of\nthe policy “interacted”")
    left.set_ylabel("blocked at least once, %")
    left.set_ylim(-3, 103)
    named = {
        str(text): handle
        for axis in (left, right)
        for handle, text in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    where: dict[str, Any] = {"loc": "outside right center", "frameon": False, "fontsize": 7.5}
    figure.legend(list(named.values()), list(named), **where)
    below = f"Right: {members:,} people. {REPLICATIONS} replications. Bars: 95 % intervals."
    sim.plots.headed(figure, finding(found), below)
    return figure


def finding(found: Found) -> str:
    """Return the share blocked by each rule after the most invitations that anybody has sent."""
    parts = []
    for rule, (_, words) in LOOKS.items():
        counts = found.counts[found.counts["rule"] == rule].dropna(subset=["mean"])
        if len(counts):
            last = counts.iloc[-1]
            parts.append(f"{percent(last['mean'])} after {last['invitations']:,} ({words})")
    said = listed(parts) if parts else "not measured"
    return f"Blocked at least once, by invitations of people who mean well: {said}"


def _points(
    axis: "Axes", rows: pd.DataFrame, across: str, rule: str, *, line: bool = False
) -> None:
    colour, label = LOOKS[rule]
    axis.vlines(
        rows[across],
        100 * rows["low"].clip(lower=0),
        100 * rows["high"].clip(upper=1),
        color=colour,
        linewidth=2,
    )
    axis.plot(
        rows[across],
        100 * rows["mean"],
        "o" if rule == "life" else "s",
        color=colour,
        markersize=4.5,
        label=label,
    )
    if line:
        axis.plot(rows[across], 100 * rows["mean"], color=colour, linewidth=0.8)
