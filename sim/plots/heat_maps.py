"""Heat maps of any study: a measure over two parameters."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.assumed import NONE
from ..measures.definitions import EVERYBODY
from ..measures.labels import label
from ..parameters.settings import column_of
from . import checks
from .captions import Assumed, number, spoken, valued
from .study_runs import as_word, axis_name, estimated, in_order, names_of, only, runs_of
from .style import INK, headed, in_our_look, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Grid = NDArray[np.float64]
IN_A_ROW = 4
"""The most maps in a row."""


@in_our_look
def heat_maps(
    runs: Any,
    x: str,
    y: str,
    measure: str,
    *,
    policy: str | None = None,
    setting: str = "",
    assumed: Assumed | None = None,
    title: bool = True,
) -> "Figure":
    """Draw a measure over two parameters: a map for each policy, with the mean in every cell.

    Parameters
    ----------
    runs : StudyTable or DataFrame
        The table of a study; or any table with a row for each run and policy: the columns
        replication or seed, policy, ``x``, ``y``, and the measure.
    x, y : str
        Varied parameters, as ``"platform.limit"``.
    measure : str
        The name of a measure.
    policy : str, optional
        Draw a map only for this policy, or only for all members together (``"all"``). None: draw
        a map for each of these.
    setting : str
        Society, days and number of runs of the data, for the line below the figure.
    assumed : mapping, optional
        From policies to measures that can only be 0, as `sim.none_by_assumption` returns. If
        ``measure`` is one of them, the policy's map says so and has no numbers.
    title : bool
        Whether a sentence is written above the figure.

    Returns
    -------
    matplotlib.figure.Figure
        All maps have the same colours for the same numbers; a cell without a value has a dash.

    Raises
    ------
    InputError
        A column is not in the table, or a replication has several rows with the same policy,
        ``x`` and ``y``.

    Examples
    --------
    >>> import sim
    >>> vary = {"platform.limit": [1, 5], "answering.idk_click": [0.1, 0.3]}
    >>> study = sim.Study(sim.Scenario(members=60, days=30), vary, replications=3)
    >>> table = study.run("rules", jobs=1)
    >>> figure = sim.plots.heat_maps(table, "platform.limit", "answering.idk_click", "blocked")
    >>> sim.plots.save(figure, "blocked.svg")
    """
    names_of("x, y", [x, y])
    names_of("measure", [measure])
    setting, said = checks.words("setting", setting), label(measure)
    table = only(runs_of(runs, ["policy", x, y, measure]), policy)
    x, y = (column_of(name, list(table.columns)) for name in (x, y))
    means = estimated(table, ["policy", x, y], [measure])
    none = checks.without("assumed", assumed, measure)
    means.loc[means["policy"].isin(none), ["mean", "low", "high"]] = np.nan
    xs, ys = in_order(means[x]), in_order(means[y])
    grids = {
        str(name): _grid(here, x, xs, y, ys)
        for name, here in means.groupby("policy", sort=False, observed=True)
    }
    known = np.concatenate([grid.ravel() for grid in grids.values()])
    known = said.scale * known[~np.isnan(known)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    rows = -(-len(grids) // IN_A_ROW)
    figure = sheet(1.05 + rows * (0.55 + 0.32 * len(ys)))
    columns = min(len(grids), IN_A_ROW)
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    colours: dict[str, Any] = {"cmap": "cividis", "vmin": low, "vmax": max(high, low + 1e-12)}
    image: Any = None
    for axis, (name, grid) in zip(axes.flat, grids.items(), strict=False):
        image = axis.imshow(said.scale * grid, origin="lower", aspect="auto", **colours)
        for (j, i), value in np.ndenumerate(said.scale * grid):
            dark = value < (low + high) / 2
            ink: dict[str, Any] = {"fontsize": 6.5, "color": "white" if dark else INK}
            axis.text(i, j, number(float(value)), ha="center", va="center", **ink)
        axis.set_title(f"{_whose(name)}: {NONE}" if name in none else _whose(name))
        axis.set_xticks(range(len(xs)), [as_word(value) for value in xs])
        axis.set_yticks(range(len(ys)), [as_word(value) for value in ys])
        axis.tick_params(length=0)
    for axis in axes.flat[len(grids) :]:
        axis.set_axis_off()
    for row in axes:
        row[0].set_ylabel(axis_name(y))
    figure.colorbar(image, ax=list(axes.flat), shrink=0.9, pad=0.01, label=_unit(said.axis))
    halves = said.scale * means["high"].sub(means["low"]).div(2)
    widest = (
        f" Half of the 95 % interval: at most {number(halves.max())}."
        if halves.notna().any()
        else ""
    )
    below = f"{setting} Across: {axis_name(x)}.{widest}"
    headed(figure, finding(grids, measure, (x, xs), (y, ys), none), below, title=title)
    return figure


def _grid(means: pd.DataFrame, x: str, xs: list[Any], y: str, ys: list[Any]) -> Grid:
    """Return the means as an array, a row for each y, a column for each x; NaN without a mean."""
    grid = np.full((len(ys), len(xs)), np.nan)
    column, row = ({as_word(value): i for i, value in enumerate(values)} for values in (xs, ys))
    for across, up, mean in zip(means[x], means[y], means["mean"], strict=True):
        grid[row[as_word(up)], column[as_word(across)]] = mean
    return grid


def finding(
    grids: dict[str, Grid],
    measure: str,
    x: tuple[str, list[Any]],
    y: tuple[str, list[Any]],
    none: Collection[str] = (),
) -> str:
    """Return the smallest and the largest mean of a measure, and where they are, in words.

    They are those of all members; without these, those of the first policy. ``none`` has the
    policies for which the measure can only be 0.
    """
    name = EVERYBODY if EVERYBODY in grids else next(iter(grids))
    grid, said = grids[name], label(measure)
    what = f"{said.title}, {_whose(name)}"
    if name in none:
        return f"{what}: {NONE}"
    if np.isnan(grid).all():
        return f"{what}: nowhere measured"
    texts = {
        (int(j), int(i)): valued(said, float(grid[j, i])) for j, i in np.argwhere(~np.isnan(grid))
    }
    places = [divmod(int(find(grid)), len(x[1])) for find in (np.nanargmin, np.nanargmax)]
    ends = [texts[place] for place in places]
    if ends[0] == ends[1]:
        return f"{what}: {ends[0]} wherever it is measured, to the digits shown"
    names = [_short(x[0], y[0]), _short(y[0], x[0])]
    where = []
    for end in ends:
        cells = [cell for cell, text in texts.items() if text == end]
        (j, i), number_of = cells[0], len(cells)
        at = f"with {names[0]} = {as_word(x[1][i])} and {names[1]} = {as_word(y[1][j])}"
        where.append(at if number_of == 1 else f"in {number_of} cells")
    return f"{what}: lowest, {ends[0]}, {where[0]}; highest, {ends[1]}, {where[1]}"


def _short(name: str, other: str) -> str:
    """Return the last part of a dotted name, or all of it if the other one has the same."""
    last = name.rpartition(".")[2]
    return last if last != other.rpartition(".")[2] else axis_name(name)


def _unit(axis: str) -> str:
    return "%" if axis.endswith(", %") else ""


def _whose(policy: str) -> str:
    return "all members" if policy == EVERYBODY else spoken(policy)
