"""The figures of the comparison: each is drawn from a table; nothing is simulated here.

Each table has a row for each estimate, with the columns ``population`` (a panel for each),
``policy`` (a colour, a marker and a line for each), ``mean``, the estimate, and ``low`` and
``high``, the ends of its 95 % interval. The title of a figure states what its data show.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..measures.labels import label
from . import captions, checks
from .captions import spoken
from .panels import clipped, draw_lines, name_lines, names
from .style import INK, KINDS, PALE, Style, headed, in_our_look, sheet, styles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARES = ("acceptance", "reciprocity")
CLOCKS = {"days": "days since opening", "invitations": "invitations sent"}
BANDS = "Bands: 95 % intervals."


@in_our_look
def reach(series: pd.DataFrame, setting: str = "", *, title: bool = True) -> "Figure":
    """Draw reach over time: a panel for each population, a line for each policy.

    Parameters
    ----------
    series : DataFrame
        Columns population, policy, day, measure, mean, low, high. The rows of measure
        ``reach2_share`` are drawn. With a column ``society`` each society of newcomers has a panel
        of its own. Thin lines in it are of the members around the newcomers; their rows have the
        population ``host``.
    setting : str
        Society, days and number of runs of the data, for the line below the figure.
    title : bool
        Whether a sentence is written above the figure.

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
    table, setting = clipped(table), checks.words("setting", setting)
    rows = list(_panels(table))
    figure = sheet(0.9 + 2.4 * len(rows))
    axes = figure.subplots(len(rows), max(map(len, rows)), sharey=True, squeeze=False)
    highest = 100 * table["high"].fillna(table["mean"]).max()
    axes[0, 0].set_ylim(0, max(1.0, 1.04 * highest))
    look = styles(table["policy"])
    for row, panels in zip(axes, rows, strict=True):
        for axis, panel in zip(row, panels, strict=False):
            opening = panel.lines.drop_duplicates("policy")  # nobody is connected yet
            opening = opening.assign(day=0, mean=0.0, low=0.0, high=0.0)
            lines = pd.concat([opening, panel.lines])
            draw_lines(axis, lines, "day", look, pale=panel.around)
            axis.set_xlim(0, table["day"].max())
            newcomers = set(look) - set(panel.around) if panel.around else ()
            name_lines(axis, lines, "day", look, bold=list(newcomers))
            axis.set_title(panel.title)
            axis.set_xlabel(CLOCKS["days"])
        for axis in row[len(panels) :]:
            axis.set_axis_off()
    for row in axes:
        row[0].set_ylabel(label("reach2_share").axis)
    thin = (
        " Thick: the few newcomers that the panel names. Thin: the people around them."
        if len(rows) > 1
        else ""
    )
    headed(figure, captions.reach(table), f"{setting} {BANDS}{thin}", title=title)
    return figure


class _Panel(NamedTuple):
    """A panel of ``reach``."""

    title: str
    lines: pd.DataFrame
    around: list[str]
    """The policies of the members around newcomers."""


def _panels(table: pd.DataFrame) -> Iterator[list[_Panel]]:
    """Yield the rows of panels: first populations, then societies of newcomers if there are any."""
    apart = (table["population"] == "newcomer") & ("society" in table)
    together = table[~apart & (table["population"] != "host")].groupby("population", sort=False)
    if len(together):
        yield [
            _Panel(KINDS.get(str(population), spoken(str(population))), lines, [])
            for population, lines in together
        ]
    row = []
    for society, newcomers in table[apart].groupby("society", sort=False) if apart.any() else ():
        hosts = table[(table["society"] == society) & (table["population"] == "host")]
        who = captions.listed([spoken(str(one)) for one in newcomers["policy"].unique()])
        around = [str(one) for one in hosts["policy"].unique()]
        row.append(_Panel(f"newcomers who invite: {who}", pd.concat([newcomers, hosts]), around))
    if row:
        yield row


@in_our_look
def mutuality(summary: pd.DataFrame, setting: str = "", *, title: bool = True) -> "Figure":
    """Draw acceptance and reciprocity side by side: a row for each policy and population.

    Parameters
    ----------
    summary : DataFrame
        Columns population, policy, measure, mean, low, high. The rows of measures ``acceptance``
        and ``reciprocity`` are drawn.
    setting : str
        Society, days and number of runs of the data, for the line below the figure.
    title : bool
        Whether a sentence is written above the figure.

    Examples
    --------
    >>> import sim
    >>> runs = sim.replicate(sim.Scenario(members=60, days=30), 3, jobs=1)
    >>> summary = sim.aggregate(runs, by="policy", measures=["acceptance", "reciprocity"])
    >>> figure = sim.plots.mutuality(summary.assign(population="mixed"))
    """
    table = checks.estimates("summary", summary, "measure", SHARES)
    table, setting = clipped(table), checks.words("setting", setting)
    look = styles(table["policy"])
    rows = [
        (policy, population) for policy in look for population in dict.fromkeys(table["population"])
    ]
    places = {row: place + 0.6 * list(look).index(row[0]) for place, row in enumerate(rows)}
    figure = sheet(1.2 + 0.27 * len(rows))
    axes = figure.subplots(1, 2, sharey=True)
    for axis, measure in zip(axes, SHARES, strict=True):
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
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
        axis.set_xlabel(label(measure).axis)
        axis.set_xlim(0, 116)
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
    below = f"{setting} Lines: 95 % intervals."
    headed(figure, captions.mutuality(table), below, title=title)
    return figure


@in_our_look
def survival(
    curves: pd.DataFrame,
    setting: str = "",
    *,
    assumed: captions.Assumed | None = None,
    title: bool = True,
) -> "Figure":
    """Draw the share never blocked, over days and over invitations sent.

    There is a row of panels over days and one over invitations. A row has a panel for each
    population, and a panel has a line for each policy.

    Parameters
    ----------
    curves : DataFrame
        Columns population, policy, clock ("days" or "invitations"), time, mean, low, high:
        Kaplan-Meier estimates.
    setting : str
        Society, days and number of runs of the data, for the line below the figure.
    assumed : mapping, optional
        From policies to measures that can only be 0, as `sim.none_by_assumption` returns. If
        ``blocked`` is one of them, the figure says so and draws no interval for the policy.
    title : bool
        Whether a sentence is written above the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=60, days=60, platform={"limit": 1}))
    >>> clocks = ("days", "invitations")
    >>> curves = pd.concat(
    ...     sim.survival(result.scenario, result.members, clock).assign(clock=clock)
    ...     for clock in clocks
    ... ).rename(columns={"survival": "mean"})
    >>> curves = curves.assign(population="mixed", low=curves["mean"], high=curves["mean"])
    >>> figure = sim.plots.survival(curves, "60 members, one run.")
    """
    table = checks.estimates("curves", curves, "clock", list(CLOCKS), "time")
    table, setting = clipped(table), checks.words("setting", setting)
    none = checks.without("assumed", assumed, "blocked")
    table.loc[table["policy"].isin(none), ["low", "high"]] = np.nan
    look, populations = styles(table["policy"]), table["population"].nunique()
    figure = sheet(4.9)
    axes = figure.subplots(2, populations, sharey=True, sharex="row", squeeze=False)
    axes[0, 0].set_ylim(-2, 108)
    axes[0, 0].set_yticks(range(0, 101, 20))
    for row, (clock, words) in zip(axes, CLOCKS.items(), strict=True):
        there = table[table["clock"] == clock]
        panels = zip(row, there.groupby("population", sort=False), strict=True)
        for axis, (population, lines) in panels:
            draw_lines(axis, lines, "time", look, steps=True)
            axis.set_xlim(0, there["time"].max() or 1)  # where nobody invites, none is sent
            name_lines(axis, lines, "time", look)
            axis.set_xlabel(words)
            if clock == "days":
                axis.set_title(KINDS.get(str(population), spoken(str(population))))
        row[0].set_ylabel("never blocked, %")
    below = f"{setting} Kaplan-Meier estimates. {BANDS}"
    headed(figure, captions.survival(table, none), below, title=title)
    return figure


@in_our_look
def plane(
    summary: pd.DataFrame,
    setting: str = "",
    *,
    assumed: captions.Assumed | None = None,
    title: bool = True,
) -> "Figure":
    """Draw the plane of reach against blocking: a panel for each population.

    Parameters
    ----------
    summary : DataFrame
        Columns population, policy, measure, mean, low, high. The rows of measures ``reach2_share``
        and ``blocked`` are drawn.
    setting : str
        Society, days and number of runs of the data, for the line below the figure.
    assumed : mapping, optional
        From policies to measures that can only be 0, as `sim.none_by_assumption` returns. If
        ``blocked`` is one of them, the figure says so and draws no interval for the policy.
    title : bool
        Whether a sentence is written above the figure.

    Examples
    --------
    >>> import sim
    >>> runs = sim.replicate(sim.Scenario(members=60, days=30), 3, jobs=1)
    >>> summary = sim.aggregate(runs, by="policy", measures=["reach2_share", "blocked"])
    >>> figure = sim.plots.plane(summary.assign(population="mixed"), "60 members, 3 runs.")
    """
    table = checks.estimates("summary", summary, "measure", ["reach2_share", "blocked"])
    table, setting = clipped(table), checks.words("setting", setting)
    none = checks.without("assumed", assumed, "blocked")
    put_in = table["policy"].isin(none) & (table["measure"] == "blocked")
    table.loc[put_in, ["low", "high"]] = np.nan
    keys = ["population", "policy"]
    order = pd.MultiIndex.from_frame(table[keys].drop_duplicates())
    mean, low, high = (
        100 * table.pivot(index=keys, columns="measure", values=value).reindex(order)
        for value in ("mean", "low", "high")
    )
    ends = low.fillna(mean).min(), high.fillna(mean).max()
    populations = list(dict.fromkeys(table["population"]))
    figure = sheet(3.4)
    axes = figure.subplots(1, len(populations), sharex=True, sharey=True, squeeze=False)[0]
    # where all reach nearly everybody, the differences are seen from near
    left = max(0.0, 10 * np.floor((ends[0]["reach2_share"] - 5) / 10))
    left = left if left > 50 else 0.0
    width = max(1.0, ends[1]["reach2_share"]) - left
    axes[0].set_xlim(left - 0.04 * width, left + 1.06 * width)
    top = max(10.0, 1.08 * ends[1]["blocked"])
    axes[0].set_ylim(-0.05 * top, top)
    axes[0].set_yticks([tick for tick in axes[0].get_yticks() if 0 <= tick <= top])
    axes[0].set_ylim(-0.05 * top, top)
    look = styles(table["policy"])
    for axis, population in zip(axes, populations, strict=True):
        here = (estimates.loc[population] for estimates in (mean, low, high))
        _points(axis, *here, look=look)
        axis.set_title(KINDS.get(population, spoken(population)))
        axis.set_xlabel(label("reach2_share").axis)
        # what stands right of it, names with their markers, are no points of the panel
        axis.spines["right"].set(visible=True, color=PALE)
    axes[0].set_ylabel(label("blocked").axis)
    below = f"{setting} Bars: 95 % intervals."
    headed(figure, captions.plane(mean / 100, none), below, title=title)
    return figure


def _points(
    axis: "Axes",
    mean: pd.DataFrame,
    low: pd.DataFrame,
    high: pd.DataFrame,
    *,
    look: dict[str, Style],
) -> None:
    """Draw a point with its intervals for each policy; where two overlap, the upper is smaller."""
    mean = mean.dropna()
    width, height = (np.diff(ends)[0] for ends in (axis.get_xlim(), axis.get_ylim()))
    drawn: list[tuple[float, float]] = []
    for policy, x, y in mean[["reach2_share", "blocked"]].itertuples():
        style = look[policy]
        near = sum(abs(x - a) < width / 30 and abs(y - b) < height / 30 for a, b in drawn)
        drawn.append((x, y))
        axis.hlines(y, *_bar(low, high, policy, "reach2_share"), color=style.colour, linewidth=1.4)
        axis.vlines(x, *_bar(low, high, policy, "blocked"), color=style.colour, linewidth=1.4)
        axis.plot(
            x,
            y,
            marker=style.marker,
            color=style.colour,
            markeredgecolor="white",
            markeredgewidth=0.6,
            markersize=max(3.5, 8.5 - 2.5 * near),
            linestyle="none",
            zorder=3 + near,
        )
    names(axis, {str(name): y for name, y in mean["blocked"].items()}, look, marked=True)


def _bar(low: pd.DataFrame, high: pd.DataFrame, policy: str, measure: str) -> tuple[float, float]:
    """Return the ends of an interval."""
    return float(low[measure][policy]), float(high[measure][policy])
