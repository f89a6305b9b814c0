"""How do the measures depend on two parameters, and for which values does one policy lead?

By default the two are the platform's limit of strikes and the chance of a click on "I don't know".
Every combination is a society in which the policies are mixed. It is run several times; replication
r has the same seed in all societies. Each measure has a heat map per policy, and a map of who
leads: the policy with the highest mean, marked where it is clearly ahead of every other
(``clearly``: one family of all cells, pairs of policies and measures). Higher is not better in
every measure: the policy that leads in ``blocked`` has the most blocked members.

Answer (``invitesim experiment sweep``: 1,000 members, a year, 10 replications): those who invite
everyone clearly have the largest reach in 13 of 15 cells and the most connections in 12, and no
policy overtakes them. In the other cells, with many clicks and few strikes allowed, no policy is
clearly ahead: with a click in 3 of 10 cases and a limit of 2, "interacted" has 1.1 connections
[0.1, 2.0] more than "everyone"; with a limit of 5, "everyone" has 4.1 [2.5, 5.7] more than
"interacted". Neither difference is clear among so many comparisons. With a limit of 5 and a click
in 1 of 10 cases, the share of others within two steps is 47.5 % [45.8, 49.1] for "everyone", 39.5 %
[37.8, 41.2] for "interacted" and 29.4 % [28.0, 30.7] for "close_friends". Reciprocity is clearly
highest for close friends in every cell.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

import sim
from sim import commands
from sim.plots.captions import quoted, spoken

from . import studies

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

X = Annotated[
    str,
    typer.Option(
        "--x",
        metavar="NAME=VALUES",
        help="Parameter of the x axis, with its values, as platform.limit=2,3,5,none",
    ),
]
Y = Annotated[
    str,
    typer.Option("--y", metavar="NAME=VALUES", help="Parameter of the y axis, with its values."),
]
COMPARED = tuple(measure for measure in sim.MEASURES if measure not in ("reach2", "reach3"))
"""The measures in which policies are compared; of each reach only the share."""
PRINTED = ("degree", "reach2_share", "reciprocity", "blocked", "unwanted_received")
"""The measures of the printed table; the files have all."""

FAMILY = "Holm's rule at 5 % over all cells, pairs of policies and measures"


@dataclass(frozen=True)
class Plane:
    """Two parameters and their values.

    Point (i, j) of the plane is the study's point ``i * len(ys) + j``.
    """

    x: str
    xs: Sequence[Any]
    y: str
    ys: Sequence[Any]

    def grid(self, values: "pd.Series[Any]") -> NDArray[Any]:
        """Return values by point as an array with rows of y and columns of x; NaN if missing."""
        return (
            values.reindex(range(len(self.xs) * len(self.ys)))
            .to_numpy()
            .reshape(len(self.xs), len(self.ys))
            .T
        )


def main(
    x: X = "platform.limit=2,3,5,8,13",
    y: Y = "answering.idk_click=.03,.1,.3",
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/sweep"),
    settings: commands.Settings = None,
    scenario: commands.ScenarioFile = None,
) -> None:
    """Map every measure over two parameters, and find where one policy overtakes another.

    Prints which policy (way of inviting) leads at which values; writes tables (cells.csv,
    leads.csv), maps and provenance.json to --out. Defaults: 1,000 members, 365 days, 10
    replications, seed 1.
    """
    base = commands.chosen(scenario, settings, members=members, days=days, seed=seed)
    plane = Plane(*studies.values_of("--x", x, base), *studies.values_of("--y", y, base))
    if plane.x == plane.y:
        raise sim.InputError(f"--y {y}: the same parameter as --x; must be another")
    study = sim.Study(base, {plane.x: plane.xs, plane.y: plane.ys}, replications=replications)
    with studies.written_to(out, base, replications=replications, jobs=jobs, x=x, y=y) as outcome:
        runs = studies.done(study, out / "runs", jobs)
        cells = _named(estimates(runs), plane)
        leads = _named(leading(runs), plane)
        outcome.tables |= {"cells": cells, "leads": leads}
        setting = studies.setting(base, replications)
        points = [study.design.point(place) for place in range(len(study.design))]
        assumed = sim.none_by_assumption(*map(base.replace, points))
        for measure in sim.MEASURES:
            if runs[measure].isna().all():
                continue  # of a mechanism that is off
            outcome.figures[f"maps/{measure}"] = sim.plots.heat_maps(
                runs, plane.x, plane.y, measure, setting=setting, assumed=assumed
            )
        outcome.figures["leads"] = lead_map(leads, plane, list(base.policies), setting)
    studies.print_answer(_table(leads, plane), studies.filled(*_words(leads, plane)), out=out)


def estimates(runs: pd.DataFrame) -> pd.DataFrame:
    """Return point, policy, measure, mean, low, high, replications: a row per measure."""
    return sim.aggregate(runs, by=["point", "policy"], measures=sim.MEASURES)


def leading(runs: pd.DataFrame) -> pd.DataFrame:
    """Return which policy has the highest mean at every point, and how much more than the next.

    Returns
    -------
    DataFrame
        point, measure, policy, next, mean (the paired difference), low, high, replications, clear
        (whether it is clearly ahead of every other policy); no row where fewer than two policies
        have the measure in every replication, or the first two have equally much.
    """
    pairs = sim.differences(runs, by=["point", "policy"], measures=COMPARED)
    pairs = pairs[pairs["replications"] == pairs["replications"].max()].dropna(subset=["mean"])
    pairs["clear"] = sim.clearly(pairs["p"], pairs["replications"])
    # each pair from both sides
    turned = pairs.rename(columns={"policy": "than_policy", "than_policy": "policy"})
    turned = turned.assign(mean=-pairs["mean"], low=-pairs["high"], high=-pairs["low"])
    pairs = pd.concat([pairs, turned]).sort_values(["point", "mean"], kind="stable")
    cells = pairs.groupby(["point", "measure", "policy"], sort=False)
    # of each policy the next one: the difference that is the smallest
    nearest = cells.first().assign(clear=cells["clear"].all()).reset_index()
    # nobody leads where the first two are equal, as when nobody is blocked
    leads = nearest[nearest["mean"] > 0].rename(columns={"than_policy": "next"})
    columns = ["point", "measure", "policy", "next", "mean", "low", "high", "replications", "clear"]
    order = {measure: place for place, measure in enumerate(COMPARED)}
    leads = leads.sort_values(
        ["point", "measure"], key=lambda one: one.map(order) if one.name == "measure" else one
    )
    found: pd.DataFrame = leads[columns].reset_index(drop=True)
    return found


def overtakings(
    leads: pd.DataFrame, plane: Plane, measure: str
) -> Iterator[tuple[Any, str, str, Any, Any]]:
    """Yield where, along x, the clear lead passes from one policy to another.

    Yields (y, from, to, last x of the one, first x of the other).
    """
    there = leads[(leads["measure"] == measure) & leads["clear"]].set_index("point")["policy"]
    for j, y in enumerate(plane.ys):
        clear = [
            (x, there[i * len(plane.ys) + j])
            for i, x in enumerate(plane.xs)
            if i * len(plane.ys) + j in there.index
        ]
        for (before, one), (after, other) in itertools.pairwise(clear):
            if one != other:
                yield y, str(one), str(other), before, after


def _named(table: pd.DataFrame, plane: Plane) -> pd.DataFrame:
    """Return a table with the values of the two parameters after the number of the point."""
    places = table["point"].to_numpy()
    named = {
        plane.x: [plane.xs[p // len(plane.ys)] for p in places],
        plane.y: [plane.ys[p % len(plane.ys)] for p in places],
    }
    table = table.copy()
    for position, (name, values) in enumerate(named.items(), 1):
        table.insert(position, name, pd.Series([_shown(value) for value in values], table.index))
    return table


def _shown(value: Any) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _table(leads: pd.DataFrame, plane: Plane) -> str:
    """Return, for some measures, which policy leads at each point; a star if clearly."""
    printed = leads[leads["measure"].isin(PRINTED)].copy()
    printed["who"] = printed["policy"].map(spoken) + np.where(printed["clear"], "*", "")
    wide = printed.pivot(index="point", columns="measure", values="who").reindex(
        columns=[m for m in PRINTED if m in set(printed["measure"])]
    )
    wide = wide.reindex(range(len(plane.xs) * len(plane.ys))).fillna("-").rename_axis("point")
    points = _named(wide.reset_index(), plane).drop(columns="point")
    x, y = (name.rpartition(".")[2] for name in (plane.x, plane.y))
    names = {plane.x: x, plane.y: y} if x != y else {}
    note = (
        f"The policy with the highest mean; *: clearly ahead of every other: {FAMILY}; -: a draw."
    )
    names |= {measure: sim.measures.label(measure).column for measure in PRINTED}
    table = studies.laid_out(points.rename(columns=names), heads=[names.get(plane.x, plane.x)])
    return f"{table}\n\n{studies.filled(note)}"


def _words(leads: pd.DataFrame, plane: Plane) -> Iterator[str]:
    """Yield where the lead passes from one policy to another."""
    if too_few := _too_few(leads):
        yield f"{too_few[0].upper()}{too_few[1:]}."
        return
    for measure in PRINTED:
        there = leads[leads["measure"] == measure]
        if there.empty:
            continue
        changes = [
            f"at {plane.y} = {_shown(y)} from {quoted(one)} ({plane.x} = {_shown(before)}) "
            f"to {quoted(other)} ({_shown(after)})"
            for y, one, other, before, after in overtakings(leads, plane, measure)
        ]
        clear = there[there["clear"]]["policy"].value_counts()
        counts = (
            ", ".join(f"{quoted(str(policy))} in {number}" for policy, number in clear.items())
            or "nobody anywhere"
        )
        passes = f"; the lead passes {'; '.join(changes)}" if changes else ""
        cells = len(plane.xs) * len(plane.ys)
        title = sim.measures.label(measure).title
        yield f"{title}: clearly ahead is {counts} of {cells} cells{passes}."


def _ticks(axis: "Axes", plane: Plane) -> None:
    axis.set_xticks(range(len(plane.xs)), [_shown(value) for value in plane.xs])
    axis.set_yticks(range(len(plane.ys)), [_shown(value) for value in plane.ys])
    axis.tick_params(length=0)


@sim.plots.in_our_look
def lead_map(leads: pd.DataFrame, plane: Plane, policies: Sequence[str], setting: str) -> "Figure":
    """Draw which policy leads in every cell, a map per measure; a dot where it clearly leads."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    colours = {policy: style.colour for policy, style in sim.plots.styles(policies).items()}
    measures = [measure for measure in COMPARED if measure in set(leads["measure"])]
    rows = max(1, -(-len(measures) // 4))
    figure = sim.plots.sheet(1.2 + rows * (0.65 + 0.2 * len(plane.ys)))
    axes = figure.subplots(rows, 4, sharex=True, sharey=True, squeeze=False)
    for axis, measure in zip(axes.flat, measures, strict=False):
        here = leads[leads["measure"] == measure].set_index("point")
        code = plane.grid(here["policy"].map(list(policies).index)).astype(float)
        palette = ListedColormap(list(colours.values()))
        axis.imshow(
            np.ma.masked_invalid(code),
            origin="lower",
            aspect="auto",
            cmap=palette,
            vmin=-0.5,
            vmax=len(colours) - 0.5,
            alpha=0.75,
        )
        j, i = np.nonzero(plane.grid(here["clear"].astype(float)) == 1)
        axis.plot(
            i, j, "o", color="white", markersize=3.5, markeredgecolor="#262626", markeredgewidth=0.6
        )
        axis.set_title(sim.measures.label(measure).column, fontsize=7.5)
        _ticks(axis, plane)
        axis.tick_params(labelsize=7)
    for axis in axes.flat[len(measures) :]:
        axis.set_axis_off()
    for column in axes.T:  # the lowest map of each column has the values below it
        for lowest in [axis for axis in column if axis.axison][-1:]:
            lowest.tick_params(labelbottom=True)
    keys = [Patch(color=colours[policy], alpha=0.75, label=spoken(policy)) for policy in policies]
    figure.legend(handles=keys, loc="outside right upper", frameon=False, fontsize=8)
    below = (
        "Who has the highest mean, which is not always better; white: a draw, or not measured. "
        f"Dots: clearly ahead of every other policy: {FAMILY}."
    )
    sim.plots.headed(
        figure,
        finding(leads, plane, measures),
        f"{setting} Across {plane.x}, upwards {plane.y}. {below}",
    )
    return figure


def _too_few(leads: pd.DataFrame) -> str:
    """Return that there are too few replications to call a policy clearly ahead, if it is so."""
    most = int(leads["replications"].max()) if len(leads) else 0
    few = f"{most} replications are too few to call a policy clearly ahead"
    return few if 0 < most < sim.measures.LEAST_RUNS else ""


def finding(leads: pd.DataFrame, plane: Plane, measures: Sequence[str]) -> str:
    """Return in how many cells a policy is clearly ahead, and where the lead passes on."""
    if leads.empty:
        return "No policy has a higher mean than another"
    if too_few := _too_few(leads):
        return f"Which policy has the highest mean; {too_few}"
    cells = len(plane.xs) * len(plane.ys) * len(measures)
    ahead = f"A policy is clearly ahead in {int(leads['clear'].sum())} of {cells} cells"
    changing = [
        sim.measures.label(measure).column
        for measure in measures
        if any(True for _ in overtakings(leads, plane, measure))
    ]
    if not changing:
        return f"{ahead}; along {plane.x} no clear lead passes to another policy"
    return f"{ahead}; along {plane.x} a clear lead passes to another in: {', '.join(changing)}"


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
