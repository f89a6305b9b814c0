"""Lines with their intervals in panels, and their names beside the panel."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import FINEST, Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

APART = 0.17
"""The least distance of two names beside a panel, in inches."""
POINTS = 15
"""The most points of a line that has a marker at each point."""


def clipped(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of shares whose intervals end at 0 and 1."""
    return table.assign(low=table["low"].clip(lower=0), high=table["high"].clip(upper=1))


def draw_lines(
    axis: "Axes",
    table: pd.DataFrame,
    across: str,
    look: Mapping[str, Style],
    *,
    by: str = "policy",
    scale: float = 100,
    steps: bool = False,
    markers: bool = False,
    pale: Sequence[str] = (),
) -> None:
    """Draw a line with its interval for each policy.

    Parameters
    ----------
    axis : Axes
    table : DataFrame
        Columns ``across``, ``by``, mean, low, high.
    across : str
        The column of the horizontal axis.
    look : mapping
        From the values of ``by`` to their styles.
    by : str
        The column whose values have a line each.
    scale : float
        The number by which values are multiplied.
    steps : bool
        Whether values hold until the next point.
    markers : bool
        Whether each point has a marker, if they are few.
    pale : sequence of str
        Lines that are drawn thin.
    """
    for name, line in table.groupby(by, sort=False, observed=True):
        style, thin = look[str(name)], str(name) in pale
        line = line.iloc[np.unique(np.linspace(0, len(line) - 1, FINEST).astype(int))]
        axis.fill_between(
            line[across],
            scale * line["low"],
            scale * line["high"],
            color=style.colour,
            alpha=0.12 if thin else 0.25,
            linewidth=0,
            step="post" if steps else None,
        )
        axis.plot(
            line[across],
            scale * line["mean"],
            color=style.colour,
            linestyle=style.line,
            linewidth=0.9 if thin else 1.6,
            drawstyle="steps-post" if steps else "default",
            label=str(name).replace("_", " "),
            marker=style.marker if markers and len(line) <= POINTS else "",
            markersize=4,
        )


def name_lines(
    axis: "Axes",
    table: pd.DataFrame,
    across: str,
    look: Mapping[str, Style],
    *,
    by: str = "policy",
    scale: float = 100,
    bold: Sequence[str] = (),
) -> None:
    """Write the name of each line beside the panel; a line that ends early has a marker there."""
    ends = table.dropna(subset=["mean"]).groupby(by, sort=False, observed=True).last()
    for name, end in ends.iterrows():
        style = look[str(name)]
        if end[across] < 0.96 * axis.get_xlim()[1]:
            place = end[across], scale * end["mean"]
            axis.plot(*place, marker=style.marker, markersize=4, color=style.colour, clip_on=False)
    names(axis, dict(zip(map(str, ends.index), scale * ends["mean"], strict=True)), look, bold=bold)


def names(
    axis: "Axes",
    heights: Mapping[str, float],
    look: Mapping[str, Style],
    *,
    bold: Sequence[str] = (),
    marked: bool = False,
) -> None:
    """Write names beside a panel, each as near as possible to its height, in its colour.

    Names do not overlap, and they stay between the lower and the upper end of the panel.

    Parameters
    ----------
    axis : Axes
    heights : mapping
        From each name to its height, in the unit of the vertical axis.
    look : mapping
        From each name to its style.
    bold : sequence of str
        Names in bold type.
    marked : bool
        Whether the marker stands before the name.
    """
    low, high = axis.get_ylim()
    figure: Any = axis.get_figure()
    least = APART / (axis.get_position().height * figure.get_figheight()) * (high - low)
    places = apart(list(heights.values()), least, low + least / 2, high - least / 2)
    beside: dict[str, Any] = {"xycoords": ("axes fraction", "data")}
    for name, place in zip(heights, places, strict=True):
        style = look[name]
        if marked:
            axis.plot(
                1.1,
                place,
                transform=axis.get_yaxis_transform(),
                marker=style.marker,
                markersize=5,
                color=style.colour,
                clip_on=False,
            )
        axis.annotate(
            name.replace("_", " "),
            (1.1 if marked else 1, place),
            (6 if marked else 4, 0),
            textcoords="offset points",
            color=style.colour,
            fontsize=8,
            fontweight="bold" if name in bold else "normal",
            va="center",
            **beside,
        )


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Move places on a line until neighbours are ``least`` apart, within low and high.

    If there is no room for all, they are spread evenly.
    """
    order = np.argsort(places, kind="stable")
    number = len(order)
    if number < 2 or (number - 1) * least >= high - low:
        spread = np.linspace(low, high, number) if number > 1 else np.clip(places, low, high)
    else:
        spread = np.array(places, float)[order]
        steps = least * np.arange(number)
        # from below: nobody nearer than that to the one below; from above: the same
        upward = np.maximum.accumulate(np.clip(spread, low, None) - steps) + steps
        downward = np.minimum.accumulate((np.clip(spread, None, high) + steps[::-1])[::-1])[::-1]
        spread = (upward + downward - steps[::-1]) / 2
        spread = np.clip(spread, low + steps, high - steps[::-1])
    return [float(place) for place in np.asarray(spread)[np.argsort(order, kind="stable")]]
