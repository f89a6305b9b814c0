"""In societies that fit the data, do members with a rare way of inviting reach further?

In ``compare`` one member in a hundred has a policy, and the others have the other policies.
``compare`` says for one society, with intervals of chance, whether such *newcomers* reach further
than those around them. Here the same is asked in plausible societies, for each policy in turn. Each
society has two seeds of its own.

Answer (``invitesim experiment newcomers``: 40 societies of 10,000 members, a year, 2 replications):
the answer of ``compare`` holds in all these societies. Newcomers who invite everyone reach further
than those around them who invite people they have interacted with in 100.0 % [91.2, 100.0] of the
societies (range 0.5 to 3.3 points), and further than those who invite close friends in 100.0 %
[91.2, 100.0]. Newcomers who invite people they have interacted with reach further than those who
invite close friends in 100.0 % [91.2, 100.0], and further than those who invite everyone in 0.0 %
[0.0, 8.8]. Newcomers who invite close friends reach further than those who invite people they have
interacted with in 0.0 % [0.0, 8.8]. How far they reach depends on the society. In the median
society newcomers who invite everyone have 3.7 % of the others within two steps (range 1.9 to 12.8
%), and newcomers who invite close friends 8.8 % (range 3.3 to 23.0 %).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import sim
from sim import commands
from sim.plots.captions import listed, quoted, spoken

from . import societies, studies
from .answers import Assumed
from .populations import populations
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REACH = "reach2_share"
REACHED = "within two steps"
MEASURES = (REACH, "degree", "blocked")


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    number: societies.Societies = 40,
    replications: studies.Replications = 2,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/newcomers"),
    settings: commands.Settings = None,
) -> None:
    """Find how far newcomers and those around them reach in societies that fit the data.

    Newcomers are one member in a hundred, with a way of inviting that nobody else has. Prints the
    ranges over plausible societies; writes ranges.csv, a figure and provenance.json to --out.
    Defaults: 40 plausible societies of 10,000 members, 365 days, 2 replications, seed 1.
    """
    base = commands.chosen(
        None, settings, defaults={"members": 10_000}, members=members, days=days, seed=seed
    )
    policies = [policy for policy, share in base.shares().items() if share > 0]
    if len(policies) < 2:
        raise sim.InputError("policies: only one has members; must be two or more, to be compared")
    asked = quantities(policies, sim.none_by_assumption(base))
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        treatments = {policy: _with_newcomers(policy) for policy in policies}
        table, text = societies.told(
            base, treatments, asked, MEASURES, out, number=number, seeds=replications, jobs=jobs
        )
        outcome.tables["ranges"] = table
        setting = f"{number} plausible societies of {base.members:,} people, {base.days:,} days."
        outcome.figures["newcomers"] = draw(table, policies, setting)
    words = studies.filled(*(f"{finding(table, one, policies)}." for one in policies))
    studies.print_answer(text, words, out=out)


def _with_newcomers(policy: str) -> societies.Treatment:
    def treat(drawn: sim.Scenario) -> sim.Scenario:
        there = {(one.kind, one.policy): one.scenario for one in populations(drawn)}
        return there["newcomer", policy]

    return treat


def quantities(policies: list[str], assumed: Assumed) -> list[Quantity]:
    """Return reach of newcomers and of those around them, the differences, and who is blocked."""
    pairs = [(one, other) for one in policies for other in policies if one != other]
    return [
        *(
            Quantity(reached(newcomer, policy), REACH, Group(newcomer, policy), unit="%")
            for newcomer in policies
            for policy in policies
        ),
        *(
            Quantity(ahead(one, other), REACH, Group(one, one), Group(one, other), unit="points")
            for one, other in pairs
        ),
        *(
            Quantity(f"newcomers blocked: {spoken(one)}", "blocked", Group(one, one), unit="%")
            for one in policies
            if "blocked" not in assumed[one]
        ),
    ]


def reached(newcomer: str, policy: str) -> str:
    """Return the name of the reach of a policy where few have another."""
    return f"{REACHED}, newcomers are {spoken(newcomer)}: {spoken(policy)}"


def ahead(newcomer: str, other: str) -> str:
    """Return the name of how much further few reach than those around them."""
    return f"{spoken(newcomer)}, newcomers, are ahead of: {spoken(other)}"


def finding(table: pd.DataFrame, newcomer: str, policies: list[str]) -> str:
    """Return in how many societies newcomers reach further than those around them, in words."""
    above = table.set_index("quantity")["above"].astype(float)
    number = int(table["societies"].max())
    led = [
        f"{quoted(other)} in {number * above[ahead(newcomer, other)]:g}"
        for other in policies
        if other != newcomer
    ]
    return (
        f"Of {number} plausible societies, newcomers of {quoted(newcomer)} reach further than "
        f"{listed(led)}"
    )


@sim.plots.in_our_look
def draw(table: pd.DataFrame, policies: list[str], setting: str) -> "Figure":
    """Draw the ranges of reach of newcomers and of those around them, a panel for each policy."""
    look = sim.plots.styles(policies)
    by = 100 * table.set_index("quantity")[["from", "median", "to"]].astype(float)
    figure = sim.plots.sheet(1.2 + 0.4 * len(policies))
    axes = figure.subplots(1, len(policies), sharey=True, sharex=True)
    for axis, newcomer in zip(axes, policies, strict=True):
        for place, policy in enumerate(policies):
            low, median, high = by.loc[reached(newcomer, policy)].to_numpy(float)
            axis.barh(
                place,
                high - low,
                left=low,
                height=0.55,
                color=look[policy].colour,
                alpha=0.8 if policy == newcomer else 0.3,
            )
            axis.plot(median, place, "|", color="#262626", markersize=9)
        axis.set_title(f"one in a hundred: {spoken(newcomer)}", fontsize=8.5)
    axes[0].set_xlim(0, 1.05 * by.loc[by.index.str.startswith(REACHED), "to"].max())
    axes[0].set_yticks(range(len(policies)), [spoken(policy) for policy in policies])
    axes[0].invert_yaxis()
    axes[len(policies) // 2].set_xlabel("others within two steps, %")
    below = "Bars: range of the middle 90 % of them, newcomers full; lines: medians."
    sim.plots.headed(figure, finding(table, policies[0], policies), f"{setting} {below}")
    return figure


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
