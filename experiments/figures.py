"""The figures of the comparison, and the small society that one of them draws."""

from pathlib import Path
from typing import TYPE_CHECKING

import sim

from . import benefits, crossed

if TYPE_CHECKING:
    from .compare import Comparison

DRAWN = 200
"""The number of members in the network that is drawn."""


def example(base: sim.Scenario) -> sim.Result:
    """Run the small society whose network is drawn.

    It is the mixed one with fewer members, or the people of the contact log.
    """
    return sim.run(
        base if base.meeting.contacts else base.replace({"members": min(DRAWN, base.members)}),
        threads=1,
    )


def draw(comparison: "Comparison", example: sim.Result, folder: Path) -> None:
    """Draw all figures as PNG and SVG."""
    runs, plots = comparison.runs, sim.plots
    log = example.scenario.meeting.contacts
    met = f", meetings of {Path(log).name}" if log else ""
    people = runs.loc[(runs["population"] == "mixed") & (runs["policy"] == "all"), "members"].iloc[
        0
    ]
    newcomers = runs.loc[runs["population"] == "newcomer", "members"].max()
    few = f" ({newcomers:,} newcomers among the others)" if newcomers == newcomers else ""
    seeds, days = runs["seed"], f"{example.scenario.days:,} days{met}"
    replications = f"{seeds.nunique()} replications (seeds {seeds.iloc[0]} to {seeds.iloc[-1]})"
    assumed = sim.none_by_assumption(example.scenario)
    setting = f"{people:,} people{few}, {days}, {replications}."
    figures = {
        "reach": plots.reach(comparison.series, setting),
        "mutuality": plots.mutuality(comparison.summary, setting),
        "survival": plots.survival(comparison.survival, setting, assumed=assumed),
        "plane": plots.plane(comparison.summary, setting, assumed=assumed),
        "network": plots.network(
            example.graph(),
            list(example.scenario.policies),
            f"After {days}; seed {example.scenario.seed}.",
        ),
    }
    figures["deciles"] = benefits.draw(comparison.deciles, setting)
    if len(comparison.crossed):
        figures["two_by_two"] = crossed.draw(comparison.crossed, f"{people:,} people, {days}.")
    for name, figure in figures.items():
        plots.save(figure, folder / name)
