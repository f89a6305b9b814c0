"""Panels side by side, one for each population, with a line for each policy."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .captions import spoken
from .style import FINEST, KINDS, Style, styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_panels(
    axes: "Sequence[Axes]", table: pd.DataFrame, time: str, *, titles: bool, steps: bool = False
) -> None:
    """Draw a panel for each population, with a line, its interval and a name for each policy."""
    look = styles(table["policy"])
    panels = list(zip(axes, table.groupby("population", sort=False), strict=True))
    for axis, (population, lines) in panels:
        for policy, line in lines.groupby("policy", sort=False):
            style = look[str(policy)]
            line = line.iloc[np.unique(np.linspace(0, len(line) - 1, FINEST).astype(int))]
            bounds = 100 * line["low"], 100 * line["high"]
            axis.fill_between(
                line[time],
                *bounds,
                color=style.colour,
                alpha=0.25,
                linewidth=0,
                step="post" if steps else None,
            )
            drawn = "steps-post" if steps else "default"
            axis.plot(
                line[time],
                100 * line["mean"],
                color=style.colour,
                linestyle=style.line,
                drawstyle=drawn,
                label=spoken(str(policy)),
            )
        axis.set_xlim(0, table[time].max() or 1)  # where nobody invites, none is sent
        if titles:
            axis.set_title(KINDS.get(str(population), spoken(str(population))))
    for axis, (_, lines) in panels:  # when all lines are there, so that the scale is final
        _name_lines(axis, lines, time, look)


def _name_lines(axis: "Axes", lines: pd.DataFrame, time: str, look: Mapping[str, Style]) -> None:
    """Write the name of each policy at the end of its line.

    The name stands beside the panel, or above the line if it ends early.
    """
    low, high = axis.get_ylim()
    ends = lines.groupby("policy", sort=False).last()
    early = ends[time] < 0.9 * axis.get_xlim()[1]
    late = ends[~early]
    for policy, place in zip(
        late.index, _apart((100 * late["mean"]).tolist(), (high - low) / 13), strict=True
    ):
        where: dict[str, Any] = {
            "xycoords": ("axes fraction", "data"),
            "textcoords": "offset points",
        }
        axis.annotate(
            spoken(policy),
            (1, place),
            (4, 0),
            color=look[policy].colour,
            fontsize=8,
            va="center",
            **where,
        )
    stacked, before = 0, (-np.inf, 0.0)
    for policy, end in ends[early].sort_values(time).iterrows():
        colour, at = look[str(policy)].colour, (end[time], 100 * end["mean"])
        axis.plot(*at, marker=look[str(policy)].marker, markersize=4, color=colour)
        near = (
            at[0] < before[0] + 0.5 * axis.get_xlim()[1]
            and abs(at[1] - before[1]) < (high - low) / 10
        )
        stacked = stacked + 1 if near else 0  # above the name that stands there already
        axis.annotate(
            spoken(str(policy)),
            at,
            (0, 5 + 9 * stacked),
            textcoords="offset points",
            fontsize=8,
            color=colour,
        )
        before = at


def _apart(places: Sequence[float], least: float) -> list[float]:
    """Move places on a line, as little as possible, until neighbours are ``least`` apart."""
    order = np.argsort(places, kind="stable")
    moved = np.array(places, float)[order]
    for _ in range(100):
        short = np.maximum(0, least - np.diff(moved)) / 2
        moved[:-1] -= short
        moved[1:] += short
    return [float(place) for place in moved[np.argsort(order, kind="stable")]]
