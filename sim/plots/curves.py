"""Curves of any study: measures along a parameter or along time, with their intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from ..measures.assumed import NONE
from ..measures.definitions import EVERYBODY
from ..measures.labels import label
from ..parameters.settings import column_of
from . import checks
from .captions import Assumed, listed, spoken
from .panels import APART, clipped, draw_lines, name_lines
from .study_runs import as_word, axis_name, estimated, in_order, names_of, only, runs_of
from .study_runs import without_everybody as policies_only
from .style import GREY, PALE, Style, all_styles, headed, in_our_look, sheet, styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

IN_A_ROW = 3
"""The most panels in a row."""
HIGH = 2.4
"""Inches: the height of a row of panels."""
LONGEST = 20
"""The most letters of a name that is written beside its line; longer names are in a legend."""
LINE, PLACE = "__line__", "__place__"
"""Columns that are added: the name of a line, and the place on the horizontal axis."""


@in_our_look
def curves(
    runs: Any,
    x: str,
    measures: str | Sequence[str],
    *,
    lines: str | Sequence[str] = "policy",
    policy: str | None = None,
    setting: str = "",
    assumed: Assumed | None = None,
    title: bool = True,
) -> "Figure":
    """Draw measures along a parameter or along time: a panel for each measure.

    Parameters
    ----------
    runs : StudyTable or DataFrame
        The table of a study; or any table with a row for each run, policy and value of ``x``: the
        columns replication or seed, policy, ``x``, and the measures.
    x : str
        The column of the horizontal axis: a varied parameter, as ``"platform.limit"``, or
        ``"day"``. If not all values are numbers, they are put side by side.
    measures : str or sequence of str
        Names of measures.
    lines : str or sequence of str
        ``"policy"`` for a line for each policy; or one or more varied parameters, for a line for
        each of their values.
    policy : str, optional
        The policy whose measures are drawn; None: each policy, or all members if the lines are for
        values of parameters.
    setting : str
        Society, days and number of runs of the data, for the line below the figure.
    assumed : mapping, optional
        From policies to measures that can only be 0, as `sim.none_by_assumption` returns. They
        have no band, and the line below the figure names them.
    title : bool
        Whether a sentence is written above the figure.

    Returns
    -------
    matplotlib.figure.Figure
        The bands are the 95 % intervals of `sim.aggregate`; one run has none.

    Raises
    ------
    InputError
        A column is not in the table, or several rows of a run have the same ``x`` and ``lines``.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.Scenario(members=60, days=30)
    >>> study = sim.Study(scenario, {"platform.limit": [1, 2, None]}, replications=3)
    >>> table = study.run("limits", jobs=1)
    >>> figure = sim.plots.curves(table, "platform.limit", ["blocked", "degree"])
    >>> sim.plots.save(figure, "limits.png")
    """
    wanted, by = names_of("measures", measures), names_of("lines", lines)
    setting = checks.words("setting", setting)
    table = runs_of(runs, ["policy", x, *by, *wanted])
    columns = list(table.columns)
    x, *by = (column_of(name, columns) for name in (x, *by))
    of_policies = "policy" in by
    table = only(table, policy if policy or of_policies else EVERYBODY)
    table = policies_only(table) if of_policies and policy is None else table
    means = estimated(table, [x, *by], wanted)
    none = {one: checks.without("assumed", assumed, one) for one in wanted}
    whom = means["policy"] if of_policies else pd.Series(policy or EVERYBODY, means.index)
    put_in = [who in none[what] for who, what in zip(whom, means["measure"], strict=True)]
    means.loc[put_in, ["low", "high"]] = np.nan
    values = in_order(means[x])
    numeric = is_numeric_dtype(means[x]) and None not in values
    places = dict(zip(map(as_word, values), values if numeric else range(len(values)), strict=True))
    means[PLACE] = means[x].map(as_word).map(places).astype(float)
    means[LINE] = _names(means, by)
    means = means.sort_values(PLACE, kind="stable")
    look = styles(means[LINE]) if of_policies and len(by) == 1 else all_styles(means[LINE])
    across = 2 if len(wanted) == 4 else min(len(wanted), IN_A_ROW)
    rows = -(-len(wanted) // across)
    figure = sheet(1.0 + HIGH * rows)
    axes = figure.subplots(rows, across, squeeze=False, sharex=True)
    direct = len(look) * APART < HIGH - 1 and max(map(len, look)) <= LONGEST
    for axis, measure in zip(axes.flat, wanted, strict=False):
        here = means[means["measure"] == measure].dropna(subset=["mean"])
        axis.set_xlim(*_padded(means[PLACE]))
        _panel(axis, here, measure, look, direct=direct)
        axis.set_xlabel(axis_name(x))
        axis.xaxis.set_tick_params(labelbottom=True)
        if not numeric:
            axis.set_xticks(list(places.values()), list(places))
    for axis in axes.flat[len(wanted) :]:
        axis.set_axis_off()
    if not direct:
        handles, named = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, named, loc="outside right center", frameon=False, fontsize=8)
    whose = "" if of_policies and policy is None else f", {_whose(policy)}"
    what = listed([label(one).words for one in wanted]) if len(wanted) < 4 else "Measures"
    below = f"{setting} Bands: 95 % intervals." if means["low"].notna().any() else setting
    pairs = dict.fromkeys(zip(means["measure"][put_in], whom[put_in], strict=True))
    if pairs:
        said = [f"{label(what).words} of {_whose(who)}" for what, who in pairs]
        below = f"{below} {NONE.capitalize()}: {listed(said)}."
    along = "over the days" if x == "day" else f"by {axis_name(x)}"
    headed(figure, f"{what[:1].upper()}{what[1:]} {along}{whose}", below, title=title)
    return figure


def _panel(
    axis: "Axes", means: pd.DataFrame, measure: str, look: dict[str, Style], *, direct: bool
) -> None:
    """Draw the panel of one measure."""
    said = label(measure)
    if said.share:
        means = clipped(means)
    draw_lines(axis, means, PLACE, look, by=LINE, scale=said.scale, markers=True)
    ends = said.scale * means[["mean", "low", "high"]].to_numpy(float)
    if len(means):
        low, high = min(0.0, _least(ends)), max(0.0, -_least(-ends))
        high = high if high > low else 1.0
        axis.set_ylim(low - 0.03 * (high - low) * (low < 0), high + 0.05 * (high - low))
    else:
        axis.text(0.5, 0.5, "not measured", transform=axis.transAxes, ha="center", color=GREY)
    axis.set_title(said.axis)
    axis.grid(axis="y", color=PALE, linewidth=0.6)
    axis.set_axisbelow(True)
    if direct and len(means):
        name_lines(axis, means, PLACE, look, by=LINE, scale=said.scale)


def _least(numbers: Any) -> float:
    known = numbers[numbers == numbers]
    return float(known.min())


def _padded(places: "pd.Series[float]") -> tuple[float, float]:
    """Return the ends of an axis on which no marker is cut."""
    low, high = places.min(), places.max()
    edge = 0.03 * (high - low) or 0.5
    return low - edge, high + edge


def _names(means: pd.DataFrame, by: Sequence[str]) -> "pd.Series[str]":
    """Return the name of the line of each row."""
    if list(by) == ["policy"]:
        return means["policy"].astype(str)
    parts = [
        means[name].map(lambda value, name=name: _called(name, value)).astype(str) for name in by
    ]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + ", " + part
    return joined


def _called(name: str, value: Any) -> str:
    if name == "policy":
        return spoken(str(value))
    return f"{name.rpartition('.')[2]} = {as_word(value)}"


def _whose(policy: str | None) -> str:
    return "all members" if policy in (None, EVERYBODY) else spoken(str(policy))
