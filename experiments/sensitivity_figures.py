"""The figures of ``sensitivity``: the screening, and the indices."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import sim

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 16
"""The number of parameters in the figure of the screening."""


def _largest_shares(morris: pd.DataFrame) -> "pd.Series[float]":
    """Return, for each parameter, the largest of its shares of the effects on the measures."""
    sums = morris.groupby("measure")["mu_star"].transform("sum").replace(0, np.nan)
    largest: pd.Series[float] = (morris["mu_star"] / sums).groupby(morris["parameter"]).max()
    return largest


@sim.plots.in_our_look
def draw_screening(morris: pd.DataFrame, noise: Mapping[str, float], setting: str) -> "Figure":
    """Draw mu* with its interval, a panel per measure, for the parameters with the most effect."""
    best = _largest_shares(morris).sort_values(ascending=False, kind="stable").index[:SHOWN]
    outcomes = list(dict.fromkeys(morris["measure"]))
    figure = sim.plots.sheet(1.8 + 0.21 * len(best))
    axes = figure.subplots(1, len(outcomes), sharey=True)
    for axis, name in zip(axes, outcomes, strict=True):
        there = morris[morris["measure"] == name].set_index("parameter").reindex(best)
        axis.barh(range(len(best)), there["mu_star"], color="#8FB8D8", height=0.7)
        axis.hlines(
            range(len(best)),
            (there["mu_star"] - there["half"]).clip(lower=0),
            there["mu_star"] + there["half"],
            color="#262626",
            linewidth=1,
        )
        axis.set_title(name.replace("lead in ", "lead in\n"))
        axis.xaxis.set_tick_params(labelsize=7)
        axis.set_xlim(0)
    axes[len(axes) // 2].set_xlabel("mean absolute effect, µ*")
    axes[0].set_yticks(range(len(best)), best)
    axes[0].invert_yaxis()
    number = morris["parameter"].nunique()
    clear = morris[morris["measure"].map(noise) < 1]
    leaders = [most(clear[clear["measure"] == name], name, "mu_star") for name in outcomes]
    finding = f"Of {number} numbers the largest mean absolute effect: {', '.join(leaders)}"
    sim.plots.headed(
        figure,
        finding,
        f"{setting} An effect is that of going through the whole range. Bars: 95 % intervals.",
    )
    return figure


@sim.plots.in_our_look
def draw_indices(
    sobol: pd.DataFrame, noise: Mapping[str, float], explored: int, setting: str
) -> "Figure":
    """Draw both indices with their intervals, a panel per measure.

    ``explored`` is the number of parameters in the screening.
    """
    labels = list(dict.fromkeys(sobol["parameter"]))
    places = np.arange(len(labels))
    outcomes = list(dict.fromkeys(sobol["measure"]))
    figure = sim.plots.sheet(1.8 + 0.24 * len(labels))
    axes = figure.subplots(1, len(outcomes), sharey=True, sharex=True)
    for axis, name in zip(axes, outcomes, strict=True):
        there = sobol[sobol["measure"] == name].set_index("parameter").reindex(labels)
        for index, shift, colour, marker in (
            ("ST", -0.15, "#262626", "o"),
            ("S1", 0.15, "#CC79A7", "s"),
        ):
            axis.hlines(
                places + shift,
                there[index] - there[f"{index}_half"],
                there[index] + there[f"{index}_half"],
                color=colour,
                linewidth=1.3,
            )
            axis.plot(
                there[index],
                places + shift,
                marker,
                color=colour,
                markersize=4,
                label={"ST": "total", "S1": "by itself"}[index],
            )
        axis.axvline(0, color="#E6E6E6", linewidth=0.8, zorder=0)
        axis.set_title(name.replace("lead in ", "lead in\n"))
    axes[len(axes) // 2].set_xlabel("share of the variance")
    axes[0].set_yticks(places, labels)
    axes[0].invert_yaxis()
    handles, named = axes[-1].get_legend_handles_labels()
    figure.legend(handles, named, loc="outside right center", frameon=False, fontsize=7.5)
    parts = [most(largest(sobol, name, noise), name, "ST") for name in outcomes]
    below = (
        f"{setting} Other numbers of the {explored} at their defaults. "
        "Bars: 95 % intervals (bootstrap)."
    )
    sim.plots.headed(figure, f"The largest total index: {', '.join(parts)}", below)
    return figure


def largest(sobol: pd.DataFrame, name: str, noise: Mapping[str, float]) -> pd.DataFrame:
    """Return the three largest total indices of a measure, up to the first that may be noise.

    An index may be noise if its interval reaches 0; all may be if the seeds vary the measure as
    much as the points do.
    """
    there = sobol[sobol["measure"] == name].sort_values("ST", ascending=False, kind="stable")
    there = there.head(3 if noise[name] < 1 else 0)
    found: pd.DataFrame = there[(there["ST"] > there["ST_half"]).astype(bool).cummin()]
    return found


def most(there: pd.DataFrame, name: str, column: str) -> str:
    """Return the parameter with the largest number in a column, for a measure; none if no row."""
    values = there.set_index("parameter")[column]
    if not values.max() > 0:
        return f"on {name} none"
    return f"on {name} that of {values.idxmax()} ({values.max():.2f})"
