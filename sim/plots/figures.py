"""The figures: each is drawn from a table; nothing is simulated here.

The tables are long: ``population`` (one panel or marker each), ``policy`` (one colour, marker and
line each), the estimate ``mean`` and its 95 % interval from ``low`` to ``high``. The title of a
figure states what its data show.
"""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import captions, checks
from .captions import spoken
from .panels import draw_panels
from .style import COMMONER, GREY, INK, KINDS, PALE, headed, in_our_look, sheet, styles

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import FillStyleType, MarkerType

SHARES = {
    "acceptance": "acceptance: settled invitations accepted, %",
    "reciprocity": "reciprocity: arcs that are returned, %",
}
CLOCKS = {"days": "days since opening", "invitations": "invitations sent"}
FILLS: "tuple[FillStyleType, ...]" = ("full", "none", "left", "bottom", "top", "right")


@in_our_look
def reach(series: pd.DataFrame, setting: str = "") -> "Figure":
    """Draw reach over time: a panel for each population, a line for each policy.

    Parameters
    ----------
    series : DataFrame
        Columns population, policy, day, measure, mean, low, high. The rows of measure
        ``reach2_share`` are drawn.
    setting : str
        What the data are of, for the line below the figure.

    Returns
    -------
    matplotlib.figure.Figure
        `save` writes it.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=100, days=60))
    >>> series = result.series.dropna(subset="reach2_share").rename(
    ...     columns={"reach2_share": "mean"}
    ... )
    >>> series = series.assign(population="mixed", measure="reach2_share")
    >>> series = series.assign(low=series["mean"], high=series["mean"])
    >>> figure = sim.plots.reach(series, "100 members, one run.")
    >>> sim.plots.save(figure, "reach")
    """
    table = checks.estimates("series", series, "measure", ["reach2_share"], "day")
    table, setting = _clipped(table), checks.words("setting", setting)
    opening = table.drop_duplicates(["population", "policy"]).assign(
        day=0, mean=0.0, low=0.0, high=0.0
    )  # nobody is connected yet
    table = pd.concat([opening, table])
    figure = sheet(3.3)
    axes = figure.subplots(1, table["population"].nunique(), sharey=True, squeeze=False)[0]
    axes[0].set_ylim(0, max(1.0, 104 * table["high"].fillna(table["mean"]).max()))
    draw_panels(axes, table, "day", titles=True)
    axes[0].set_ylabel("members within two steps, %")
    for axis in axes:
        axis.set_xlabel("days since opening")
    headed(figure, captions.reach(table), f"{setting} Bands: 95 % intervals of the mean.")
    return figure


@in_our_look
def mutuality(summary: pd.DataFrame, setting: str = "") -> "Figure":
    """Draw acceptance and reciprocity side by side: a row for each policy and population.

    Parameters
    ----------
    summary : DataFrame
        Columns population, policy, measure, mean, low, high. The rows of measures ``acceptance``
        and ``reciprocity`` are drawn.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("summary", summary, "measure", list(SHARES))
    table, setting = _clipped(table), checks.words("setting", setting)
    look = styles(table["policy"])
    rows = [
        (policy, population) for policy in look for population in dict.fromkeys(table["population"])
    ]
    places = {row: place + 0.6 * list(look).index(row[0]) for place, row in enumerate(rows)}
    figure = sheet(1.2 + 0.27 * len(rows))
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (measure, label) in zip(axes, SHARES.items(), strict=True):
        for _, row in table[table["measure"] == measure].dropna(subset="mean").iterrows():
            style, place = look[row["policy"]], places[row["policy"], row["population"]]
            low, mean, high = 100 * row[["low", "mean", "high"]].astype(float)
            axis.plot(
                mean, place, marker=style.marker, color=style.colour, markersize=5, linestyle="none"
            )
            axis.hlines(place, low, high, color=style.colour, linewidth=1.4)
            beside = (100 * max(row["mean"], row["high"]), place)
            axis.annotate(
                captions.percent(row["mean"])[:-2],
                beside,
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color=INK,
            )
        axis.set_xlabel(label)
        axis.set_xlim(0, 110)
        axis.set_xticks(range(0, 101, 20))
        axis.grid(axis="y", color=PALE, linewidth=0.8)
        axis.set_axisbelow(True)
        axis.tick_params(axis="y", length=0)
    axes[0].set_yticks(
        list(places.values()), [f"{spoken(policy)}, {population}" for policy, population in places]
    )
    for tick, (policy, _) in zip(axes[0].get_yticklabels(), places, strict=True):
        tick.set_color(look[policy].colour)
    axes[0].invert_yaxis()
    headed(figure, captions.mutuality(table), f"{setting} Lines: 95 % intervals of the mean.")
    return figure


@in_our_look
def survival(curves: pd.DataFrame, setting: str = "") -> "Figure":
    """Draw the share never blocked, over days and over invitations sent.

    Each of the two has a row of panels, with a panel for each population and a line for each
    policy.

    Parameters
    ----------
    curves : DataFrame
        Columns population, policy, clock ("days" or "invitations"), time, mean, low, high:
        Kaplan-Meier estimates.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("curves", curves, "clock", list(CLOCKS), "time")
    table, setting = _clipped(table), checks.words("setting", setting)
    figure = sheet(4.9)
    axes = figure.subplots(
        2, table["population"].nunique(), sharey=True, sharex="row", squeeze=False
    )
    axes[0, 0].set_ylim(0, 122)
    axes[0, 0].set_yticks(range(0, 101, 20))
    for row, (clock, label) in zip(axes, CLOCKS.items(), strict=True):
        draw_panels(row, table[table["clock"] == clock], "time", titles=clock == "days", steps=True)
        row[0].set_ylabel("never blocked, %")
        for axis in row:
            axis.set_xlabel(label)
    headed(
        figure,
        captions.survival(table),
        f"{setting} Kaplan-Meier estimates; bands: 95 % intervals of the mean.",
    )
    return figure


@in_our_look
def plane(summary: pd.DataFrame, setting: str = "") -> "Figure":
    """Draw the plane of reach against blocking: a point for each policy and population.

    Parameters
    ----------
    summary : DataFrame
        Columns population, policy, measure, mean, low, high. The rows of measures ``reach2_share``
        and ``blocked`` are drawn.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("summary", summary, "measure", ["reach2_share", "blocked"])
    table, setting = _clipped(table), checks.words("setting", setting)
    keys = ["population", "policy"]
    order = pd.MultiIndex.from_frame(table[keys].drop_duplicates())
    mean, low, high = (
        100 * table.pivot(index=keys, columns="measure", values=value).reindex(order)
        for value in ("mean", "low", "high")
    )
    filled = dict(zip(dict.fromkeys(table["population"]), itertools.cycle(FILLS), strict=False))
    figure = sheet(4.2)
    axis = figure.subplots()
    axis.set_xlim(0, max(1.0, 1.1 * high["reach2_share"].max()))
    axis.set_ylim(-4, max(10.0, 1.1 * high["blocked"].max()))
    for policy, style in styles(table["policy"]).items():
        (x, y), (left, below), (right, above) = (
            _coordinates(estimates, policy) for estimates in (mean, low, high)
        )
        path = sorted(x.index, key=lambda population: COMMONER.get(population, 0))
        axis.plot(x[path], y[path], color=style.colour, linewidth=0.8, alpha=0.4, zorder=1)
        axis.hlines(y, left, right, color=style.colour, linewidth=1.4)
        axis.vlines(x, below, above, color=style.colour, linewidth=1.4)
        for population in x.index:
            _point(
                axis, x[population], y[population], style.marker, style.colour, filled[population]
            )
        axis.annotate(
            spoken(policy),
            (x.iloc[0], y.iloc[0]),
            (5, 7),
            textcoords="offset points",
            fontsize=9,
            color=style.colour,
        )
    for population, fill in sorted(filled.items(), key=lambda item: COMMONER.get(item[0], 0)):
        _point(
            axis, np.nan, np.nan, "o", GREY, fill, label=KINDS.get(population, spoken(population))
        )
    on_top: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": (-0.02, 1),
        "ncols": 3,
        "columnspacing": 1,
        "handletextpad": 0,
    }
    axis.legend(frameon=False, fontsize=8, labelcolor=GREY, **on_top)
    axis.set_xlabel("reach: members within two steps, %")
    axis.set_ylabel("blocked at least once, %")
    headed(figure, captions.plane(mean / 100), f"{setting} Bars: 95 % intervals of the mean.")
    return figure


@in_our_look
def network(graph: "nx.Graph[int]", policies: Sequence[str], setting: str = "") -> "Figure":
    """Draw a small society: its members, coloured by policy, and their connections.

    Members that were blocked are marked.

    Parameters
    ----------
    graph : networkx.Graph
        As ``Result.graph()`` returns it: the nodes have ``policy``, and ``blocked_day`` if blocked.
        A few hundred nodes at most.
    policies : sequence of str
        The policies to draw, in the order of the legend.
    setting : str
        What the graph is of, for the line below the figure.
    """
    from matplotlib.collections import LineCollection

    policies = checks.names("policies", policies)
    graph, setting = checks.society(graph, policies), checks.words("setting", setting)
    figure = sheet(5.6)
    axis = figure.subplots()
    place = _positions(graph)
    ends = [(place[ego], place[alter]) for ego, alter in graph.edges]
    faint: dict[str, Any] = {
        "colors": "#000000",
        "alpha": min(0.2, 300 / (len(ends) + 1)),
        "linewidths": 0.5,
    }
    # rasterised: as lines they would make a large file
    axis.add_collection(LineCollection(ends, rasterized=True, **faint))
    members = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    members["degree"] = pd.Series(dict(graph.degree))
    members["blocked"] = members["blocked_day"].notna() if "blocked_day" in members else False
    members["x"], members["y"] = zip(*(place[member] for member in members.index), strict=True)
    groups = {policy: members[members["policy"] == policy] for policy in policies}
    groups = {policy: here for policy, here in groups.items() if len(here)}
    for policy, style in styles(groups).items():
        here, blocked = groups[policy], groups[policy][groups[policy]["blocked"]]
        mark: dict[str, Any] = {
            "s": 42,
            "marker": style.marker,
            "edgecolor": style.colour,
            "linewidth": 1.2,
        }
        name = f"{spoken(policy)}: {here['degree'].mean():.0f} connections each"
        axis.scatter(here["x"], here["y"], facecolor=style.colour, label=name, zorder=2, **mark)
        axis.scatter(blocked["x"], blocked["y"], facecolor="white", zorder=3, **mark)
        axis.scatter(
            blocked["x"], blocked["y"], s=18, marker="x", color=INK, linewidth=1.1, zorder=4
        )
    axis.scatter([], [], s=18, marker="x", color=INK, linewidth=1.1, label="blocked")
    figure.legend(loc="outside right center", frameon=False, fontsize=8, labelcolor=INK)
    axis.set_axis_off()
    axis.set_aspect("equal")
    headed(
        figure,
        captions.network(pd.concat(groups.values())),
        f"{setting} The better connected, the nearer to the centre.",
    )
    return figure


def _clipped(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of shares whose intervals end at 0 and 1."""
    return table.assign(low=table["low"].clip(lower=0), high=table["high"].clip(upper=1))


def _coordinates(
    estimates: pd.DataFrame, policy: str
) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Return the coordinates of a policy in the plane of reach and blocking, by population."""
    points = estimates.xs(policy, level="policy")
    return points["reach2_share"], points["blocked"]


def _point(
    axis: "Axes",
    x: float,
    y: float,
    marker: "MarkerType",
    colour: str,
    fill: "FillStyleType",
    label: str = "",
) -> None:
    """Draw a marker, partly filled with white."""
    axis.plot(
        x,
        y,
        marker=marker,
        color=colour,
        fillstyle=fill,
        markerfacecoloralt="white",
        markersize=7,
        linestyle="none",
        label=label,
    )


def _positions(graph: "nx.Graph[int]") -> dict[int, tuple[float, float]]:
    """Return the positions of members on a disc, the better connected nearer to the centre.

    They are evenly spread, like the seeds of a sunflower.
    """
    falling = sorted(graph.nodes, key=lambda member: (-graph.degree[member], member))
    radius = np.sqrt((np.arange(len(falling)) + 0.5) / len(falling))
    angle = np.arange(len(falling)) * np.pi * (3 - np.sqrt(5))
    return dict(
        zip(falling, zip(radius * np.cos(angle), radius * np.sin(angle), strict=True), strict=True)
    )
