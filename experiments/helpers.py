"""What do people gain who help readily, what do people lose who seldom help, and who gets help?

In the thread one man does not invite those who have "a psychic stink caused by the fact that
they're out for what they can get only". He helps others, who are referred to him: "Ask Stephen, he
doesn't say 'No'." And: "I also like to feel that if I ever need help I won't be rebuffed." Here
members need help once in two weeks, ask people whom they know or are connected with, and are
referred to others, whom they then meet. Givers help more readily than other members, takers less
readily; takers do not ask for more help.

Beside the three policies there is a fourth, whose members *wait*: they never invite, and answer as
members of ``interacted`` do. The same people live in three societies. In the first nobody looks at
the past (floor 0). In the other two a member who was asked ten times or more, and whose reputation
is below a floor of .15, or of .3, is neither invited nor accepted by people who know this member.
Reputation is about the share of requests that a member has met. Each difference is paired, within a
society or between two societies of the same seed.

Answer (``invitesim experiment helpers``: 1,000 members, a year, 20 replications): whom one invites
hardly matters for help, and a bad reputation costs little. Those who invite everyone have 20.3 %
[20.0, 20.5] of their needs met, those who invite close friends only 19.3 % [19.0, 19.6], and those
who never invite 19.0 % [18.7, 19.4]. Most helpers are people whom one knows anyway; only 1.9 %
[1.9, 2.0] of all needs are met by a connection. Giving earns no help: members who are asked do not
look at what the asker has given, so givers have 19.3 % [19.1, 19.5] of their needs met and takers
19.6 % [19.2, 20.0]. Givers are asked more often, 13.2 times a year [13.1, 13.4], while takers are
asked 10.3 times [10.1, 10.5], since people refer others to givers. But this does not bring givers
further: among those who never invite, the connections of givers differ from those of takers by -0.5
[-1.1, 0.1], which is not clear. Takers are asked some ten times a year, so a floor of .15 finds
them out late: in the end 29.1 % [27.1, 31.0] of them are below it, and the 15.4 connections [14.3,
16.6] of a taker change by -0.6 [-0.7, -0.5]. With a floor of .3, 51.2 % [49.1, 53.3] are below it,
and connections change by -1.2 [-1.3, -1.0]. (In the model nobody asks for more help than others,
and members who wait answer invitations from people they have met or talked to more readily.) In all
of 40 plausible societies takers have fewer connections with a floor (difference: range -1.1 to -0.3
with a floor of .15, range -2.0 to -0.7 with .3), and those who invite everyone have more of their
needs met than those who invite close friends (range 0.6 to 2.2 points).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim import commands
from sim.plots.captions import spoken

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLOOR = "helping.floor"
FLOORS = (0.0, 0.15, 0.3)
WAITS = sim.InvitePolicy(
    "waits", contacts=1, per_day=0, min_tie=1, accepts_from=1, takes_references=True
)
TYPES = ("giver", "other", "taker")
WAYS = {
    "met_by_connection": ("a connection", "#0072B2"),
    "met_by_contact": ("another contact", "#56B4E9"),
    "met_by_referral": ("a referral", "#E69F00"),
}
MEASURES = (
    "degree",
    "within_two",
    "contacts",
    "received",
    "refusable",
    "need_met",
    *WAYS,
    "asked",
    "helped",
)
SECOND, THIRD = (f"floor {floor:g}" for floor in FLOORS[1:])
FIRST = "nobody looks"
TREATMENTS: societies.Treatments = {
    FIRST: lambda drawn: with_waiting(drawn).replace({FLOOR: FLOORS[0]}),
    SECOND: lambda drawn: with_waiting(drawn).replace({FLOOR: FLOORS[1]}),
    THIRD: lambda drawn: with_waiting(drawn).replace({FLOOR: FLOORS[2]}),
}
"""The floors under which plausible societies live."""
IN_EACH = 3
"""Runs of each plausible society at each floor."""
QUANTITIES = [
    *(
        Quantity(
            f"takers, more connections: {name}",
            "degree",
            Group(name, "taker"),
            Group(FIRST, "taker"),
        )
        for name in (SECOND, THIRD)
    ),
    *(
        Quantity(f"takers below the floor: {name}", "refusable", Group(name, "taker"), unit="%")
        for name in (SECOND, THIRD)
    ),
    Quantity(
        "everyone, more needs met than close friends",
        "need_met",
        Group(FIRST, "everyone"),
        Group(FIRST, "close_friends"),
        unit="points",
    ),
    Quantity(
        "givers, more connections than takers",
        "degree",
        Group(FIRST, "giver"),
        Group(FIRST, "taker"),
    ),
    Quantity(
        "givers, asked more often than takers",
        "asked",
        Group(FIRST, "giver"),
        Group(FIRST, "taker"),
    ),
]
LOOKS = {"giver": ("#009E73", "o"), "other": ("#595959", "s"), "taker": ("#D55E00", "v")}


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 20,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    out: commands.Out = Path("results/helpers"),
    settings: commands.Settings = None,
) -> None:
    """Find whose needs for help are met, and what people gain or lose by helping much or little.

    Prints the needs met by way of inviting, the connections of givers (who help readily) and takers
    (who seldom help), and the ranges over plausible societies; writes groups.csv, differences.csv,
    ranges.csv, a figure and provenance.json to --out. Defaults: 1,000 members, each of whom needs
    help once in 14 days, 365 days, 20 replications, 40 plausible societies, seed 1.
    """
    base = commands.chosen(
        None,
        settings,
        defaults={"helping.need_rate": 1 / 14},
        members=members,
        days=days,
        seed=seed,
    )
    if base.helping.need_rate == 0:
        raise sim.InputError("helping.need_rate: expected a number above 0, got 0")
    plain, base = base, with_waiting(base)
    study = sim.Study(base, {FLOOR: FLOORS}, replications=replications, keep=by_group)
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        runs = studies.done(study, out / "runs", jobs).rename(columns={FLOOR: "floor"})
        found = Found(runs, [str(policy) for policy in base.policies])
        outcome.tables |= {"groups": found.groups, "differences": found.differences}
        outcome.tables["ranges"], ranges = societies.told(
            plain, TREATMENTS, QUANTITIES, by_group, out, number=number, seeds=IN_EACH, jobs=jobs
        )
        outcome.figures["helpers"] = draw(found, studies.setting(base, replications))
    words = studies.filled(*_words(found))
    studies.print_answer(_needs(found), _standing(found), words, ranges, out=out)


def with_waiting(base: sim.Scenario) -> sim.Scenario:
    """Return a scenario with those who wait beside its policies, as many as one has in the mean."""
    share = sum(policy.share for policy in base.policies.values()) / len(base.policies)
    waits = WAITS.model_copy(update={"share": share})
    return base.replace({"policies": {**base.policies, WAITS.name: waits}})


def by_group(result: sim.Result) -> pd.DataFrame:
    """Return what a study keeps of a run: rows for policies, for types, and for types who wait.

    The names of the groups stand in the column ``policy``.
    """
    members, scenario = result.members, result.scenario
    policy, kind = members["policy"].astype(str), members["type"].astype(str)
    rows = sim.measures.adjacency(result.connections, scenario.members)
    two, _ = sim.measures.reach(rows)
    low = (1 + members["helped"]) / (2 + members["asked"]) < scenario.helping.floor
    own = members.assign(
        within_two=two / (scenario.members - 1),
        refusable=(low & (members["asked"] >= scenario.helping.floor_after)).astype(float),
    )
    chosen = {
        **{name: policy == name for name in scenario.policies},
        **{name: kind == name for name in TYPES},
        **{_waiting(name): (policy == "waits") & (kind == name) for name in TYPES},
        "all": policy == policy,
    }
    years = scenario.days / 365
    kept = [{"policy": name, **_row(own[here], years)} for name, here in chosen.items()]
    return pd.DataFrame(kept)


def _waiting(kind: str) -> str:
    return f"waits: {kind}"


def _row(group: pd.DataFrame, years: float) -> dict[str, float]:
    """Return the measures of the members of a group; the shares of needs come with their number."""
    needs = int(group["needs"].sum())
    met = {way: group[way].sum() / needs if needs else np.nan for way in WAYS}
    means = {
        name: float(group[name].mean())
        for name in ("degree", "within_two", "contacts", "received", "refusable")
    }
    return {
        **means,
        "received": means["received"] / years,
        "need_met": sum(met.values()),
        **met,
        "asked": float(group["asked"].mean()) / years,
        "helped": float(group["helped"].mean()) / years,
        "needs": needs,
    }


@dataclass
class Found:
    """The estimates of the runs: of each group, and of differences between groups."""

    runs: pd.DataFrame
    policies: list[str]

    def __post_init__(self) -> None:
        """Compute estimates and differences from the runs."""
        self.groups = sim.aggregate(self.runs, by=["floor", "policy"], measures=MEASURES)
        self.differences = sim.differences(
            self.runs, by=["floor", "policy"], pairs=list(self._pairs()), measures=MEASURES
        ).drop(columns="variance_saved")
        self.differences["clear"] = sim.clearly(
            self.differences["p"], self.differences["replications"]
        )

    def _pairs(self) -> Iterator[tuple[tuple[float, str], tuple[float, str]]]:
        """Yield who is compared: givers and takers of a society, and a group of two societies."""
        for floor in FLOORS:
            yield (floor, "giver"), (floor, "taker")
            yield (floor, _waiting("giver")), (floor, _waiting("taker"))
            yield (floor, "everyone"), (floor, "close_friends")
        for floor in FLOORS[1:]:
            for group in (*TYPES, *map(_waiting, TYPES)):
                yield (floor, group), (0.0, group)

    def of(self, floor: float, group: str, measure: str) -> "pd.Series[Any]":
        """Return the estimate of a measure."""
        table = self.groups
        here = (table["floor"] == floor) & (table["policy"] == group)
        return table[here & (table["measure"] == measure)].iloc[0]

    def than(
        self, one: tuple[float, str], other: tuple[float, str], measure: str
    ) -> "pd.Series[Any]":
        """Return how much more of a measure one group has than another."""
        table = self.differences
        here = (table["floor"] == one[0]) & (table["policy"] == one[1])
        there = (table["than_floor"] == other[0]) & (table["than_policy"] == other[1])
        return table[here & there & (table["measure"] == measure)].iloc[0]

    def means(self, floor: float, groups: list[str], measure: str) -> NDArray[np.float64]:
        """Return the mean, low and high end of a measure for some groups: shape (3, groups)."""
        rows = [self.of(floor, group, measure) for group in groups]
        return np.array([[row[end] for row in rows] for end in ("mean", "low", "high")])


def _needs(found: Found) -> str:
    """Return whose needs are met, and by whom, where nobody looks at the past."""
    rows = []
    for policy in [*found.policies, "all"]:
        shares = {
            name: studies.percent(found.of(0.0, policy, name)) for name in ("need_met", *WAYS)
        }
        rows.append({"policy": policy, **shares})
    words = {"need_met": "needs met", **{way: f"by {said}" for way, (said, _) in WAYS.items()}}
    table = pd.DataFrame(rows).rename(columns=words)
    return f"Needs met, where nobody looks at the past.\n\n{studies.laid_out(table)}"


def _standing(found: Found) -> str:
    """Return how far each type gets, by floor."""
    rows = []
    for group in (*TYPES, *map(_waiting, TYPES)):
        row = {"members": group}
        for floor in FLOORS:
            estimate = found.of(floor, group, "degree")
            row[f"floor {floor:g}"] = studies.between(*estimate[["mean", "low", "high"]])
        rows.append(row)
    return f"Connections per member.\n\n{studies.laid_out(pd.DataFrame(rows))}"


def _words(found: Found) -> Iterator[str]:
    """Yield the answer in words."""
    asked = [found.of(0.0, kind, "asked") for kind in ("giver", "taker")]
    friends, everyone = (
        studies.percent(found.of(0.0, policy, "need_met"))
        for policy in ("close_friends", "everyone")
    )
    yield (
        f"Of the needs of those who invite everyone {everyone} are met, of those who invite close "
        f"friends only {friends}."
    )
    giver, taker = (studies.between(*row[["mean", "low", "high"]]) for row in asked)
    yield f"A giver is asked for help {giver} times a year, a taker {taker}."
    for group, who in (("giver", "Givers"), (_waiting("giver"), "Givers who never invite")):
        taker = group.replace("giver", "taker")
        more = found.than((0.0, group), (0.0, taker), "degree")
        yield f"{who} have {_more(more)} connections than such takers."
    for floor in FLOORS[1:]:
        lost = found.than((floor, "taker"), (0.0, "taker"), "degree")
        hit = studies.percent(found.of(floor, "taker", "refusable"))
        yield (
            f"With a floor of {floor:g}, {hit} of the takers end below it, and takers have "
            f"{_more(lost)} connections than without."
        )


def _more(row: "pd.Series[Any]") -> str:
    word, sign = ("fewer", -1) if row["mean"] < 0 else ("more", 1)
    ends = sorted((sign * row["low"], sign * row["high"]))
    clear = "clearly " if row["clear"] else ""
    return f"{clear}{studies.between(sign * row['mean'], *ends)} {word}"


@sim.plots.in_our_look
def draw(found: Found, setting: str) -> "Figure":
    """Draw whose needs are met, and how many connections each type has, by floor."""
    figure = sim.plots.sheet(3.8)
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    groups = [*found.policies, *TYPES]
    begins = np.zeros(len(groups))
    for way, (said, colour) in WAYS.items():
        share = 100 * found.means(0.0, groups, way)[0]
        left.barh(groups, share, left=begins, color=colour, label=said, height=0.7)
        begins += share
    mean, low, high = 100 * found.means(0.0, groups, "need_met")
    left.errorbar(
        mean, groups, xerr=[mean - low, high - mean], fmt="none", ecolor="#262626", elinewidth=0.9
    )
    left.set_yticks(range(len(groups)), [spoken(group) for group in groups])
    left.invert_yaxis()
    left.set_xlabel("needs met, %, by")
    left.legend(frameon=False, fontsize=7, loc="lower right", bbox_to_anchor=(1, 1), ncols=3)
    for place, kind in enumerate(TYPES):
        colour, marker = LOOKS[kind]
        for group, filled in ((kind, colour), (_waiting(kind), "white")):
            values = np.array([found.means(floor, [group], "degree")[:, 0] for floor in FLOORS])
            right.errorbar(
                np.arange(len(FLOORS)) + 0.08 * (place - 1),
                values[:, 0],
                [values[:, 0] - values[:, 1], values[:, 2] - values[:, 0]],
                color=colour,
                marker=marker,
                markerfacecolor=filled,
                linestyle="-" if group == kind else ":",
                linewidth=0.9,
                markersize=5,
                label=group,
            )
    right.set_xticks(range(len(FLOORS)), [f"{floor:g}" for floor in FLOORS])
    right.set_xlabel("reputation below which one is refused")
    right.set_ylabel("connections")
    right.set_ylim(bottom=0)
    right.legend(frameon=False, fontsize=7, ncols=2, loc="center", bbox_to_anchor=(0.5, 0.66))
    below = f"{setting} Left: nobody looks at the past. Bars: 95 % intervals."
    sim.plots.headed(figure, _finding(found), below)
    return figure


def _finding(found: Found) -> str:
    lost = found.than((FLOORS[1], "taker"), (0.0, "taker"), "degree")
    return (
        f"Takers have {_more(lost)} connections where a reputation below {FLOORS[1]:g} is refused"
    )


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
