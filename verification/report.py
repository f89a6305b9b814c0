"""The results of the checks, as tables and a figure in ``results/verification/``."""

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.files import atomic_write
from sim.plots.style import LOOK, save

from .checks import FALSE_ALARMS, THRESHOLD, Outcome
from .exact import Law
from .points import POINTS
from .settings import Point, observations

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOLDER = Path("results") / "verification"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of Okabe and Ito (2008), for the points of a fact in their order."""
PANELS = {
    "T1": ("T1  sent until the block", "invitations"),
    "T2": ("T2  accepted before the block", "acceptances"),
    "T3": ("T3  accepted within a budget of n", "acceptances"),
    "T4": ("T4  first restriction, with delayed answers", "day"),
    "T5": ("T5  accepted by people met, the half of the smaller q", "acceptances"),
    "T6": ("T6  restricted in a year", "days"),
    "T7": ("T7  second strike within w days", "day"),
    "T8": ("T8  acceptance below the ratio", "day"),
    "T9": ("T9  degree when everyone invites m on one day", "connections"),
    "T10": ("T10  reached by n uniform invitations", "people"),
}
"""Title and x axis of each fact's panel."""
SHOWN = {"T5": ("accepted, met",), "T10": ("different people", "connections")}
"""The quantities in a fact's panel; for other facts the first of each point."""


def table(outcomes: list[Outcome]) -> pd.DataFrame:
    """Return a table with a row per check."""
    return pd.DataFrame(outcomes)


def in_words(outcomes: list[Outcome]) -> str:
    """Return the table as Markdown."""
    largest = max(abs(outcome.z) for outcome in outcomes)
    lines = [
        f"{len(outcomes)} checks; |z| < {THRESHOLD:.2f} passes; "
        f"with a right model any of them fails with probability {FALSE_ALARMS:g}; "
        f"the largest |z| is {largest:.2f}.",
        "",
        "| fact | setting | quantity | test | n | exact | simulated | z | finds an error of |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for o in outcomes:
        detects = "" if np.isnan(o.detects) else f"{100 * o.detects:.1f} %"
        row = [
            o.fact,
            o.setting,
            o.quantity,
            o.test,
            f"{o.observations}",
            f"{o.exact:.5g}",
            f"{o.simulated:.5g}",
            f"{o.z:+.2f}",
            detects,
        ]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def write(outcomes: list[Outcome], folder: Path = FOLDER) -> None:
    """Write ``z.csv``, ``verification.md`` and the figure."""
    with atomic_write(folder / "z.csv") as beside:
        table(outcomes).to_csv(beside, index=False, float_format="%.6g")
    with atomic_write(folder / "verification.md") as beside:
        beside.write_text(in_words(outcomes), encoding="utf-8")
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **LOOK}):
        drawn = figure(outcomes)
    save(drawn, folder / "verification")


def figure(outcomes: list[Outcome]) -> Figure:
    """Draw all z-scores with their band, and for each fact the exact law with the simulation."""
    drawn = Figure(figsize=(7.5, 12.5), layout="constrained")
    axes = drawn.subplot_mosaic("zz;ab;cd;ef;gh;ij", height_ratios=[1.15, 1, 1, 1, 1, 1])
    passed = sum(abs(outcome.z) < THRESHOLD for outcome in outcomes)
    drawn.suptitle(
        f"{passed} of {len(outcomes)} checks agree with exact results",
        x=0.01,
        ha="left",
        fontsize=10,
        fontweight="bold",
        color="#262626",
    )
    _draw_z(axes["z"], outcomes)
    for axis, (fact, (title, unit)) in zip(
        [axes[key] for key in "abcdefghij"], PANELS.items(), strict=True
    ):
        _draw_laws(axis, [point for point in POINTS if point.fact == fact], SHOWN.get(fact), title)
        axis.set_xlabel(unit)
        axis.set_ylabel("share up to x")
    below = (
        "Lines: exact laws. Dots: simulated, at quantiles 1/24 apart. "
        "K: limit of strikes; a, q: P(accepted), P(I don't know)."
    )
    drawn.supxlabel(below, x=0.01, ha="left", fontsize=7.5, color="#595959")
    return drawn


def _draw_z(axis: "Axes", outcomes: list[Outcome]) -> None:
    facts = list(dict.fromkeys(outcome.fact for outcome in outcomes))
    axis.axhspan(-THRESHOLD, THRESHOLD, color="#E6E6E6", linewidth=0)
    axis.axhline(0, color="#595959", linewidth=0.8)
    start, ticks = 0, []
    for fact in facts:
        of_fact = [outcome for outcome in outcomes if outcome.fact == fact]
        for test, marker in (("mean", "o"), ("law", "^")):
            places = [start + k for k, outcome in enumerate(of_fact) if outcome.test == test]
            z = [outcome.z for outcome in of_fact if outcome.test == test]
            shown = np.clip(z, -1.9 * THRESHOLD, 1.9 * THRESHOLD)
            axis.plot(
                places,
                shown,
                marker,
                markersize=4,
                color=COLOURS[test == "law"],
                label=test if fact == facts[0] else None,
            )
        ticks.append(start + (len(of_fact) - 1) / 2)
        start += len(of_fact) + 2
    axis.set_xticks(ticks, facts)
    axis.set_ylim(-2 * THRESHOLD, 2 * THRESHOLD)
    axis.set_ylabel("z")
    grey = f"which all pass with probability {1 - FALSE_ALARMS:g} if the model is right"
    axis.set_title(f"All checks; grey: |z| < {THRESHOLD:.2f}, {grey}")
    axis.legend(loc="lower right", ncols=2, fontsize=8, frameon=False)


def _draw_laws(
    axis: "Axes", points: list[Point], names: tuple[str, ...] | None, title: str
) -> None:
    """Draw cumulative laws: the exact ones as steps, the simulated ones at quantiles."""
    shown = [
        (point, q)
        for point in points
        for q in point.quantities
        if (q.name in names if names else q is point.quantities[0])
    ]
    for (point, quantity), colour in zip(shown, COLOURS, strict=False):
        law = quantity.law
        assert isinstance(law, Law)
        seen = np.sort(observations(point)[quantity.name])
        axis.step(
            law.values,
            np.cumsum(law.chances),
            where="post",
            color=colour,
            linewidth=1.1,
            label=point.setting.removesuffix(", 365 d"),
        )
        quantiles = np.unique(seen[(np.arange(1, 24) * len(seen)) // 24])
        axis.plot(
            quantiles,
            np.searchsorted(seen, quantiles, side="right") / len(seen),
            "o",
            markersize=2.8,
            color=colour,
        )
    ends = [
        np.searchsorted(np.cumsum(q.law.chances), 0.997) for _, q in shown if isinstance(q.law, Law)
    ]
    axis.set_xlim(
        0,
        max(
            q.law.values[end]
            for (_, q), end in zip(shown, ends, strict=True)
            if isinstance(q.law, Law)
        ),
    )
    axis.set_ylim(0, 1.02)
    key = axis.legend(
        fontsize=6.5,
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(-0.02, 0.98),
        borderaxespad=0,
        labelspacing=0.25,
    )
    key.set_in_layout(False)
    axis.set_title(title, fontweight="bold", pad=4 + 9.2 * len(shown))
