"""How much do the results differ between societies that all fit the data?

An interval says where the average over many more seeds would lie, with one set of parameters. A
range says what is not known about the parameters. Societies that fit the data are drawn
(``sim.plausible_societies``: from the sample that calibration has left, and from ranges of what is
not set by data). Each is run with two seeds, the same for all societies (in the other experiments
each society has seeds of its own). The range of a measure is that of the middle 90 % of the
societies, without the variation that is due to the seeds: the distance of each society's mean m_i
from the mean of all is multiplied by sqrt(B / (B + w / 2)), where w is the mean variance between
two seeds and B the variance between societies. The table gives the interval of the default society
beside each range. It is also counted in what share of the societies one policy has more than
another. For each number that is not set by data, the third of the societies with its lowest values
is compared with the third with its highest values.

Answer (``invitesim experiment plausible``: 200 societies of 10,000 members, a year, 2
replications): the order is known, the numbers are not. In 100.0 % [98.2, 100.0] of the societies
those who invite everyone have more connections and more others within two steps than those who
invite people they have interacted with, and in 100.0 % [98.2, 100.0] the latter have more than
those who invite close friends. But the connections of those who invite everyone range from 18.3 to
90.8 (in the default society they have 33.5 [33.0, 34.0]), the others within two steps from 4.5 to
41.9 % (12.3 % [12.0, 12.5]), and the blocked from 7.2 to 27.5 % (18.6 % [18.2, 18.9]). Acceptance
has no settled order: ``everyone`` leads ``interacted`` in 85.0 % [79.3, 89.6]. Of the numbers that
are not set by data, the attempts per day change most. From the lowest third of the societies to the
highest, the connections of ``everyone`` go from 28.8 to 59.6, and the share blocked from 11.8 to
20.8 %. The share of members who invite everyone changes connections nearly as much (31.5 to 54.0).
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import sim
from sim import commands
from sim.plots.captions import listed, quoted, spoken, valued

from . import ranges, studies
from .answers import Assumed
from .societies import Societies, middle, share_above

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MEASURES = ("degree", "reach2_share", "acceptance", "acquainted", "blocked")
ORDERED = ("degree", "reach2_share")
"""The measures whose order is told in words."""
MOVED, TOLD = ("degree", "reach2_share", "blocked"), 2
"""The measures of which it is told what moves them, and of how many policies in the text."""
CHANCE = 20
"""Replications of the default society, for the intervals."""
UNSET = ("inviting.per_day", "policies.interacted.min_acceptance", "platform.limit")
"""What no data row sets; and the shares of the policies, ``policies.NAME.share``."""


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    societies: Societies = 200,
    replications: studies.Replications = 2,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/plausible"),
    settings: commands.Settings = None,
) -> None:
    """Find how much the results differ between societies that all fit the data.

    Prints the range of each measure over these plausible societies, beside the interval that is due
    to chance alone, and in how many societies one policy (way of inviting) leads another; writes
    ranges.csv, leads.csv, moves.csv, societies.csv, figures and provenance.json to --out. Defaults:
    200 societies of 10,000 members, 365 days, 2 replications, seed 1.
    """
    base = commands.chosen(
        None, settings, defaults={"members": 10_000}, members=members, days=days, seed=seed
    )
    drawn = sim.plausible_societies(societies, base=base, seed=base.seed)
    varied = ranges.differing(base, drawn)
    design = [{name: ranges.value_of(one, name) for name in varied} for one in drawn]
    default = sim.Study(
        base, [{"days": base.days}], replications=max(CHANCE, replications), keep=MEASURES
    )
    study = sim.Study(base, design, replications=replications, keep=MEASURES)
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=societies, varied=varied
    ) as outcome:
        chance = studies.done(default, out / "default", jobs)
        runs = studies.done(study, out / "societies", jobs)
        means = of_societies(runs)
        table = beside(chance, ranged(runs))
        order, moves = leads(means), moved(means, unset(base), design)
        outcome.tables |= {"ranges": table, "leads": order, "moves": moves, "societies": means}
        setting = f"{base.members:,} people, {base.days:,} days."
        outcome.figures["plausible"] = draw(table, setting)
        outcome.figures["moves"] = draw_moves(moves, societies, setting)
    assumed = sim.none_by_assumption(base)
    words = studies.filled(*_words(order, table, assumed))
    studies.print_answer(_text(table, assumed), _moves_text(moves), words, out=out)


def unset(base: sim.Scenario) -> list[str]:
    """Return the dotted names of what is not set by data and varies between the societies."""
    shares = [f"policies.{name}.share" for name in base.policies]
    careful = "interacted" in base.policies
    return [name for name in (*UNSET, *shares) if careful or "interacted" not in name]


def of_societies(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each society over its replications: society, policy, and the measures."""
    policies = runs[runs["policy"] != "all"]
    means = policies.groupby(["point", "policy"], sort=False)[list(MEASURES)].mean().reset_index()
    return means.rename(columns={"point": "society"})


def ranged(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the range of each measure over the societies.

    Returns
    -------
    DataFrame
        policy, measure, median, from, to (the ends of the middle 90 %), chance (the share of the
        variance between runs that is due to the seeds), societies.
    """
    rows = []
    for policy, there in runs[runs["policy"] != "all"].groupby("policy", sort=False):
        for measure in MEASURES:
            of = there.groupby("point")[measure]
            rows.append({"policy": policy, "measure": measure, **middle(of)})
    return pd.DataFrame(rows)


def beside(chance: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the ranges beside the estimates of the default society with their intervals."""
    estimates = sim.aggregate(chance, by=["policy"], measures=MEASURES)
    estimates = estimates.astype({"policy": "str"})
    return estimates.merge(table.astype({"policy": "str"}), on=["policy", "measure"])


def leads(means: pd.DataFrame, measures: Sequence[str] = MEASURES) -> pd.DataFrame:
    """Return in what share of the societies one policy has more than another.

    Ties are half; the intervals are Clopper and Pearson's over the societies.

    Returns
    -------
    DataFrame
        measure, policy, than_policy, mean, low, high, societies.
    """
    rows = []
    for measure in measures:
        wide = means.pivot(index="society", columns="policy", values=measure)
        for one, other in itertools.combinations(dict.fromkeys(means["policy"]), 2):
            there = wide[[one, other]].dropna()
            share, low, high = share_above(there[one] - there[other])
            pair = {"measure": measure, "policy": one, "than_policy": other}
            rows.append(pair | {"mean": share, "low": low, "high": high, "societies": len(there)})
    return pd.DataFrame(rows)


def moved(
    means: pd.DataFrame, names: Sequence[str], design: Sequence[dict[str, Any]]
) -> pd.DataFrame:
    """Return what each of the parameters that are not set by data moves.

    Returns
    -------
    DataFrame
        parameter, at_low, at_high (its means in the lowest and the highest third of societies),
        policy, measure, in_low, in_high (the measure's means there), mean (in_high - in_low), low,
        high (its 95 % interval, Welch's).
    """
    rows = []
    for name in names:
        values = pd.Series([float(point[name]) for point in design])
        third = values.rank(method="first", pct=True)
        lowest, highest = values.index[third <= 1 / 3], values.index[third > 2 / 3]
        ends = {"at_low": values[lowest].mean(), "at_high": values[highest].mean()}
        for policy, there in means.groupby("policy", sort=False):
            there = there.set_index("society")
            for measure in MEASURES:
                few, many = (there[measure].reindex(part).dropna() for part in (lowest, highest))
                rows.append(
                    {"parameter": name, **ends, "policy": policy, "measure": measure}
                    | _welch(few, many)
                )
    return pd.DataFrame(rows)


def _welch(few: "pd.Series[float]", many: "pd.Series[float]") -> dict[str, float]:
    from scipy.stats import ttest_ind

    found = ttest_ind(many, few, equal_var=False)
    between = found.confidence_interval(0.95)
    ends = {"in_low": few.mean(), "in_high": many.mean(), "mean": many.mean() - few.mean()}
    return ends | {"low": between.low, "high": between.high}


def _text(table: pd.DataFrame, assumed: Assumed) -> str:
    rows = []
    for policy, there in table.groupby("policy", sort=False):
        for row in there.to_dict("records"):
            said = sim.measures.label(row["measure"])
            if row["measure"] in assumed.get(str(policy), ()):
                continue
            mean, low, high, *ends = (
                said.scale * row[name] for name in ("mean", "low", "high", "median", "from", "to")
            )
            rows.append(
                {
                    "": spoken(str(policy)),
                    "measure": said.column + ", %" * said.share,
                    "interval of chance": studies.between(mean, max(0.0, low), high),
                    "median": f"{ends[0]:.1f}",
                    "range": f"{ends[1]:.1f} to {ends[2]:.1f}",
                    "chance": f"{100 * row['chance']:.0f} %",
                }
            )
    heading = (
        "The default society with its 95 % interval, and the 90 % range over "
        f"{table['societies'].max()} plausible ones; chance: its part of the variance between runs."
    )
    return f"{studies.filled(heading)}\n\n{studies.laid_out(pd.DataFrame(rows), heads=[''])}"


def _moves_text(moves: pd.DataFrame) -> str:
    blocks = []
    for policy, of in moves.groupby("policy", sort=False):
        rows = []
        for parameter, there in of.groupby("parameter", sort=False):
            by = there.set_index("measure")
            ends = f"{by['at_low'].iloc[0]:.2g} to {by['at_high'].iloc[0]:.2g}"
            cells = {sim.measures.label(m).column: _from_to(m, by.loc[m]) for m in MOVED}
            rows.append({"not set by data": parameter, "thirds": ends, **cells})
        heading = f"How what is not set by data changes {quoted(str(policy))}; shares in %:"
        blocks.append(f"{heading}\n\n{studies.laid_out(pd.DataFrame(rows))}")
    return "\n\n".join(blocks[:TOLD])


def _from_to(measure: str, row: Any) -> str:
    scale = sim.measures.label(measure).scale
    return f"{scale * row['in_low']:.1f} to {scale * row['in_high']:.1f}"


def _words(order: pd.DataFrame, table: pd.DataFrame, assumed: Assumed) -> Iterator[str]:
    """Yield who leads in how many societies, and the ranges of reach and blocking."""
    for measure in ORDERED:
        parts = [
            f"{quoted(row['policy'])} leads {quoted(row['than_policy'])} in "
            + studies.between(100 * row["mean"], 100 * row["low"], 100 * row["high"], ".1f", "%")
            for row in order[order["measure"] == measure].to_dict("records")
        ]
        what = sim.measures.label(measure).words
        yield f"In {what}, of {table['societies'].max()} plausible societies, {listed(parts)}."
    for measure in ("reach2_share", "blocked"):
        there = table[table["measure"] == measure].to_dict("records")
        said = sim.measures.label(measure)
        parts = [
            f"{quoted(row['policy'])} {valued(said, row['from'])} to {valued(said, row['to'])}"
            for row in there
            if measure not in assumed.get(row["policy"], ())
        ]
        yield f"Range of “{said.words}”: {listed(parts)}."


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw the ranges as wide pale bars, and the intervals of chance as thin dark ones."""
    policies = [str(policy) for policy in dict.fromkeys(table["policy"])]
    look = sim.plots.styles(policies)
    figure = sim.plots.sheet(1.3 + 0.4 * len(policies))
    axes = figure.subplots(1, len(MEASURES), sharey=True)
    for axis, measure in zip(axes, MEASURES, strict=True):
        there = table[table["measure"] == measure].set_index("policy")
        said = sim.measures.label(measure)
        for place, policy in enumerate(policies):
            row, colour = there.loc[policy], look[policy].colour
            low, high = said.scale * row["from"], said.scale * row["to"]
            axis.barh(place, high - low, left=low, height=0.55, color=colour, alpha=0.3)
            ends = said.scale * row[["low", "high"]].to_numpy(float)
            axis.hlines(place, *ends, color="#262626", linewidth=2)
            axis.plot(said.scale * row["mean"], place, "|", color="#262626", markersize=9)
        axis.set_title(said.column + ", %" * said.share, fontsize=8.5)
        axis.set_xlim(0)
    axes[0].set_yticks(range(len(policies)), [spoken(policy) for policy in policies])
    axes[0].invert_yaxis()
    number = table["societies"].max()
    below = (
        f"Pale bars: 90 % range over {number} plausible societies. Dark: 95 % interval of the "
        f"default society ({table['replications'].max()} replications)."
    )
    sim.plots.headed(figure, finding(table), f"{setting} {below}")
    return figure


def finding(table: pd.DataFrame) -> str:
    """Return how far connections and blocking range, in words."""
    parts = []
    for measure in ("degree", "blocked"):
        said = sim.measures.label(measure)
        row = table[table["measure"] == measure].iloc[0]
        parts.append(
            f"{said.words}, from {valued(said, row['from'])} to {valued(said, row['to'])} "
            f"({valued(said, row['mean'])} by default)"
        )
    return f"What is not known of {quoted(str(table['policy'].iloc[0]))}: {'; '.join(parts)}"


@sim.plots.in_our_look
def draw_moves(moves: pd.DataFrame, societies: int, setting: str) -> "Figure":
    """Draw what each parameter not set by data moves: from the lowest third to the highest."""
    names = list(dict.fromkeys(moves["parameter"]))
    policies = [str(policy) for policy in dict.fromkeys(moves["policy"])]
    look = sim.plots.styles(policies)
    figure = sim.plots.sheet(1.3 + 0.42 * len(names))
    axes = figure.subplots(1, len(MOVED), sharey=True)
    for axis, measure in zip(axes, MOVED, strict=True):
        said = sim.measures.label(measure)
        for (place, name), (step, policy) in itertools.product(
            enumerate(names), enumerate(policies)
        ):
            row = moves[
                (moves["parameter"] == name)
                & (moves["policy"] == policy)
                & (moves["measure"] == measure)
            ].iloc[0]
            ends = [said.scale * row["in_low"], said.scale * row["in_high"]]
            y, colour = place + 0.22 * (step - (len(policies) - 1) / 2), look[policy].colour
            axis.plot(ends, [y, y], color=colour, linewidth=1.4)
            axis.plot(ends[1], y, look[policy].marker, color=colour, markersize=5)
            axis.plot(
                *(ends[0], y),
                look[policy].marker,
                color=colour,
                markersize=5,
                markerfacecolor="white",
                label=spoken(policy) if place == 0 else None,
            )
        axis.set_title(said.column + ", %" * said.share)
        axis.set_xlim(0)
        axis.grid(axis="y", color="#E6E6E6", linewidth=0.6)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    handles, named = axes[0].get_legend_handles_labels()
    figure.legend(handles, named, loc="outside right center", frameon=False, fontsize=8)
    below = (
        f"Means over the third of {societies} plausible societies with the lowest values (hollow) "
        "and over that with the highest (filled)."
    )
    sim.plots.headed(figure, most_moved(moves), f"{setting} {below}")
    return figure


def most_moved(moves: pd.DataFrame) -> str:
    """Return which parameter moves connections and blocking of the first policy most, in words."""
    parts = []
    first = str(moves["policy"].iloc[0])
    for measure in ("degree", "blocked"):
        there = moves[(moves["measure"] == measure) & (moves["policy"] == first)]
        said = sim.measures.label(measure)
        row = there.iloc[int(there["mean"].abs().argmax())]
        ends = f"{valued(said, row['in_low'])} to {valued(said, row['in_high'])}"
        parts.append(f"{said.words} {ends} ({row['parameter']})")
    return f"Of what is not set by data, what moves {quoted(first)} most: {listed(parts)}"


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
