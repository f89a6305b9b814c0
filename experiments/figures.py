"""The figures of the comparison, and the small society that one of them draws."""

from pathlib import Path
from typing import TYPE_CHECKING

import sim

if TYPE_CHECKING:
    from experiments.compare import Comparison

DRAWN = 150
"""Members of the society that is drawn."""


def example(base: sim.Scenario) -> sim.Result:
    """Run the small society that is drawn; of a contact log everybody."""
    return sim.run(base if base.meeting.contacts else base.replace({"members": min(DRAWN, base.members)}), threads=1)


def draw(comparison: "Comparison", example: sim.Result, folder: Path) -> None:
    """Draw all figures as PNG and SVG."""
    from sim import plots

    plots.save(plots.reach(comparison.series, "x"), folder / "reach")
    plots.save(plots.mutuality(comparison.summary, "x"), folder / "mutuality")
    plots.save(plots.survival(comparison.survival, "x"), folder / "survival")
    plots.save(plots.plane(comparison.summary, "x"), folder / "plane")
