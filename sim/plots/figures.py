"""Figures from tables; nothing is simulated here.

The tables are long: ``population`` (one panel or one marker each), ``policy`` (one colour, marker and line each), the estimate
``mean`` and its 95 % interval ``low`` to ``high``. The title of a figure says what is seen in its data. A policy looks the same in
every figure, in colours that colour-blind people can tell apart and in markers and lines that survive a copy in grey.
"""

import functools
import itertools
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..files import atomic_write
from ..parameters.checks import real
from . import captions, checks
from .captions import spoken

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import FillStyleType, LineStyleType, MarkerType


class Style(NamedTuple):
    """How a policy is drawn."""

    colour: str
    marker: "MarkerType"
    line: "LineStyleType"


BUILT_IN = {
    "everyone": Style("#D55E00", "o", "solid"),
    "interacted": Style("#0072B2", "s", (0, (5, 1.5))),
    "close_friends": Style("#009E73", "^", (0, (1.2, 1.2))),
    "all": Style("#595959", "D", (0, (4, 1.5, 1, 1.5))),
}
"""The styles of the built-in policies and of all members together; the colours are those of Okabe and Ito (2008)."""
FURTHER = (
    Style("#CC79A7", "v", (0, (7, 1.5, 1.2, 1.5))),
    Style("#E69F00", "P", (0, (3, 1.5))),
    Style("#56B4E9", "X", (0, (1, 2.5))),
    Style("#000000", "*", (0, (8, 3))),
    Style("#8C7300", "h", (0, (2, 1, 2, 3))),
)
"""The styles of other policies, in the order in which they are named; they start again after the last."""
KINDS = {
    "mixed": "mixed: all policies in one society",
    "alone": "alone: everybody has the policy",
    "newcomer": "newcomer: few have the policy",
}
"""What the populations of the comparison are, for the titles of panels; another population is called by its name."""
COMMONER = {"newcomer": 1, "mixed": 2, "alone": 3}
"""The order in which a policy is the more common in these populations."""
WIDTH = 7.5
"""Inches: the width of a page's text; fonts are chosen for it."""
LOOK: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#595959",
    "axes.linewidth": 0.8,
    "xtick.color": "#404040",
    "ytick.color": "#404040",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "lines.linewidth": 1.6,
    "figure.dpi": 160,
    "savefig.dpi": 160,
    "svg.hashsalt": "invitesim",
    "svg.fonttype": "path",
}
SHARES = {
    "acceptance": "acceptance: settled invitations accepted, %",
    "reciprocity": "reciprocity: arcs that are returned, %",
}
CLOCKS = {"days": "days since opening", "invitations": "invitations sent"}
FILLS: "tuple[FillStyleType, ...]" = ("full", "none", "left", "bottom", "top", "right")
FINEST = 150
"""Points of a line, at most: more can't be seen and make large files."""
INK, GREY, PALE = "#262626", "#595959", "#E6E6E6"


def styles(policies: Iterable[str]) -> dict[str, Style]:
    """Give each policy its style: the built-in ones their own, others the further ones in order."""
    further = itertools.cycle(FURTHER)
    names = dict.fromkeys(checks.names("policies", policies))
    return {name: BUILT_IN[name] if name in BUILT_IN else next(further) for name in names}


def in_our_look[**P](draw: "Callable[P, Figure]") -> "Callable[P, Figure]":
    """Let a function draw in our look, whatever the user's own settings are."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> "Figure":
        from matplotlib import style

        with style.context(["default", LOOK]):
            return draw(*args, **kwargs)

    return drawn


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure beside ``path`` as PNG and SVG; the same figure gives the same bytes."""
    from matplotlib import style

    figure, path = checks.figure(figure), checks.place(path)
    with style.context(["default", LOOK]):
        with atomic_write(path.with_suffix(".png")) as beside:
            figure.savefig(beside, metadata={"Software": None})
        with atomic_write(path.with_suffix(".svg")) as beside:
            figure.savefig(beside, metadata={"Date": None, "Creator": None})


@in_our_look
def reach(series: pd.DataFrame, setting: str = "") -> "Figure":
    """Draw reach over time: one panel a population, one line a policy.

    Parameters
    ----------
    series : DataFrame
        population, policy, day, measure, mean, low, high. The rows of measure ``reach2_share`` are drawn.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("series", series, "measure", ["reach2_share"], "day")
    table, setting = _of_policies(table), checks.words("setting", setting)
    opening = table.drop_duplicates(["population", "policy"]).assign(
        day=0, mean=0.0, low=0.0, high=0.0
    )  # nobody is connected yet
    table = pd.concat([opening, table])
    figure = sheet(3.3)
    axes = figure.subplots(1, table["population"].nunique(), sharey=True, squeeze=False)[0]
    axes[0].set_ylim(0, max(1.0, 104 * table["high"].fillna(table["mean"]).max()))
    _in_panels(axes, table, "day", titles=True)
    axes[0].set_ylabel("members within two steps, %")
    for axis in axes:
        axis.set_xlabel("days since opening")
    headed(figure, captions.reach(table), f"{setting} Bands: 95 % intervals of the mean.")
    return figure


@in_our_look
def mutuality(summary: pd.DataFrame, setting: str = "") -> "Figure":
    """Draw acceptance and reciprocity side by side: one row a policy and population.

    Parameters
    ----------
    summary : DataFrame
        population, policy, measure, mean, low, high. The rows of measures ``acceptance`` and ``reciprocity`` are drawn.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("summary", summary, "measure", list(SHARES))
    table, setting = _of_policies(table), checks.words("setting", setting)
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
    """Draw the share never blocked: one row a clock (days, invitations sent), one panel a population, one line a policy.

    Parameters
    ----------
    curves : DataFrame
        population, policy, clock ("days" or "invitations"), time, mean, low, high: Kaplan-Meier estimates.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("curves", curves, "clock", list(CLOCKS), "time")
    table, setting = _of_policies(table), checks.words("setting", setting)
    figure = sheet(4.9)
    axes = figure.subplots(
        2, table["population"].nunique(), sharey=True, sharex="row", squeeze=False
    )
    axes[0, 0].set_ylim(0, 122)
    axes[0, 0].set_yticks(range(0, 101, 20))
    for row, (clock, label) in zip(axes, CLOCKS.items(), strict=True):
        _in_panels(row, table[table["clock"] == clock], "time", titles=clock == "days", steps=True)
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
    """Draw the plane of reach against blocking: one point a policy and population.

    Parameters
    ----------
    summary : DataFrame
        population, policy, measure, mean, low, high. The rows of measures ``reach2_share`` and ``blocked`` are drawn.
    setting : str
        What the data are of, for the line below the figure.
    """
    table = checks.estimates("summary", summary, "measure", ["reach2_share", "blocked"])
    table, setting = _of_policies(table), checks.words("setting", setting)
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
    """Draw a small society: its members, coloured by policy, the blocked marked, and their connections.

    Parameters
    ----------
    graph : networkx.Graph
        As ``Result.graph()`` gives it: the nodes have ``policy``, and ``blocked_day`` if blocked. A few hundred nodes at most.
    policies : sequence of str
        Their order.
    setting : str
        What the graph is of, for the line below the figure.
    """
    from matplotlib.collections import LineCollection

    policies = checks.names("policies", policies)
    graph, setting = checks.society(graph, policies), checks.words("setting", setting)
    figure = sheet(5.6)
    axis = figure.subplots()
    place = _by_centrality(graph)
    ends = [(place[ego], place[alter]) for ego, alter in graph.edges]
    faint: dict[str, Any] = {
        "colors": "#000000",
        "alpha": min(0.2, 300 / (len(ends) + 1)),
        "linewidths": 0.5,
    }
    axis.add_collection(
        LineCollection(ends, rasterized=True, **faint)
    )  # as lines they would make a large file
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


# The parts of a figure


def sheet(height: float) -> "Figure":
    """Make an empty figure as wide as a page's text, ``height`` inches high; ``experiments`` draw theirs on it too."""
    from matplotlib.figure import Figure

    height = real("height", height, 0.1, 1000)
    return Figure(figsize=(WIDTH, height), layout="constrained")


def _of_policies(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without what of a share's interval is beyond 0 and 1."""
    return table.assign(low=table["low"].clip(lower=0), high=table["high"].clip(upper=1))


def _in_panels(
    axes: "Sequence[Axes]", table: pd.DataFrame, time: str, *, titles: bool, steps: bool = False
) -> None:
    """Draw a panel a population: a line in percent, with its interval, for each policy, and the policy's name at its end."""
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
    """Write each policy at the end of its line: beside the panel, or above where the line ends early."""
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
    """Move places on a line, as little as can be, until neighbours are at least so far apart."""
    order = np.argsort(places, kind="stable")
    moved = np.array(places, float)[order]
    for _ in range(100):
        short = np.maximum(0, least - np.diff(moved)) / 2
        moved[:-1] -= short
        moved[1:] += short
    return [float(place) for place in moved[np.argsort(order, kind="stable")]]


def _coordinates(
    estimates: pd.DataFrame, policy: str
) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Give a policy's place in the plane of reach against blocking, by population."""
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
    """Draw a marker, filled with white in part."""
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


def _by_centrality(graph: "nx.Graph[int]") -> dict[int, tuple[float, float]]:
    """Place members on a disc, the better connected the nearer to the centre, evenly spread as the seeds of a sunflower."""
    falling = sorted(graph.nodes, key=lambda member: (-graph.degree[member], member))
    radius = np.sqrt((np.arange(len(falling)) + 0.5) / len(falling))
    angle = np.arange(len(falling)) * np.pi * (3 - np.sqrt(5))
    return dict(
        zip(falling, zip(radius * np.cos(angle), radius * np.sin(angle), strict=True), strict=True)
    )


def headed(figure: "Figure", finding: str, below: str) -> None:
    """Write above a figure what is seen in it, and below it what it is of."""
    figure, below = checks.figure(figure), checks.words("below", below)
    finding = textwrap.fill(checks.words("finding", finding), 82)
    figure.suptitle(finding, x=0.01, ha="left", fontsize=10, fontweight="bold", color=INK)
    figure.supxlabel(textwrap.fill(below.strip(), 135), x=0.01, ha="left", fontsize=7.5, color=GREY)
