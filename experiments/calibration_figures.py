"""The figure of a calibration: how the parameters that fit depend on each other."""

from typing import TYPE_CHECKING, Any

import numpy as np

import sim

from .calibration import Calibrated
from .posterior import quantiles
from .prior import defaults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, POINT, DEFAULT = "#262626", "#0072B2", "#D55E00"
BINS = 15


@sim.plots.in_our_look
def pairs(one: Calibrated) -> "Figure":
    """Draw the posterior of each parameter and of each two; the frame is the prior.

    The diagonal has histograms, the other panels points as large as their weights; the orange lines
    are the scenario's own values.
    """
    there, parameters = one.posterior, one.part.prior.parameters
    points, own = one.box.points(there.places), defaults(one.box, one.part.base)
    number = len(parameters)
    figure = sim.plots.sheet(1.2 + 0.78 * number)
    axes: Any = figure.subplots(number, number, squeeze=False)
    for row, column in np.ndindex(number, number):
        axis, across = axes[row, column], parameters[column]
        axis.set_xlim(across.low, across.high)
        if column > row:
            axis.set_axis_off()
            continue
        axis.axvline(own[column], color=DEFAULT, linewidth=0.8)
        if column == row:
            axis.hist(
                points[:, row],
                BINS,
                range=across.ends,
                weights=there.weights,
                color=POINT,
                alpha=0.6,
            )
            axis.set_yticks([])
        else:
            axis.set_ylim(parameters[row].low, parameters[row].high)
            axis.axhline(own[row], color=DEFAULT, linewidth=0.8)
            sizes = 3 * there.weights / there.weights.max()
            axis.scatter(points[:, column], points[:, row], sizes, color=POINT, linewidths=0)
        _labelled(axis, row, column, number, [one.name.rpartition(".")[2] for one in parameters])
    low, high = quantiles(points, there.weights, (0.05, 0.95))
    width = (high - low) / [one.high - one.low for one in parameters]
    best, worst = int(np.argmin(width)), int(np.argmax(width))
    sim.plots.headed(
        figure,
        f"Best known is {parameters[best].name}, least {parameters[worst].name}: its 90 % "
        f"range is {100 * width[worst]:.0f}\u00a0% as wide as its frame",
        f"The {one.part.name}: {one.kept} points that fit. A frame is the range before the data; "
        "orange: the scenario's values.",
    )
    return figure


def _labelled(axis: "Axes", row: int, column: int, number: int, names: list[str]) -> None:
    """Write names and ticks on the outer panels only."""
    axis.tick_params(labelsize=6)
    if row == number - 1:
        axis.set_xlabel(names[column], fontsize=7)
    else:
        axis.set_xticklabels([])
    if column == 0:
        axis.set_ylabel(names[row], fontsize=7)
    else:
        axis.set_yticklabels([])
