"""How often are people who mean well blocked or pardoned, and what do appeals cost others?

In the thread somebody "got the linked in warning once and emailed them to take it off". Here three
policies are mixed in one society. It is simulated on six platforms that differ in what follows when
the rule is broken: a permanent block; first a limit to inviting people one knows and then the
block, as on LinkedIn in 2007; each of these two with appeals; a warning, then the limit, then the
block, with appeals; and restrictions that grow, as on Facebook in 2011. The first appeal of an
account succeeds with probability ``success``, .8 [A: assumed]; each further appeal has half the
chance of the one before. With the default chance of a click on "I don't know", .13, hardly anybody
who means well gets five strikes in a year. So all platforms are also tried with five strikes and a
chance of a click of .3, and with two strikes and a chance of .3.

Those who mean well are here the members who invite people they have interacted with. The cost of a
platform is how many more unwanted invitations everybody receives than with a permanent block at
once, with the same seeds. A difference is clear by ``sim.clearly``, with all differences of
unwanted invitations as one family.

Answer (``invitesim experiment appeals``: 2,000 members, a year, 10 replications): with five
strikes, 0.3 % [0.2, 0.5] of those who mean well are blocked permanently. With a chance of a click
of .3 it is 3.5 % [3.1, 4.0], and with two strikes as well 26.5 % [25.4, 27.6]. In this last case a
limit before the block spares most of them: 26.1 % [25.2, 27.0] are limited, but only 7.6 % [7.0,
8.2] are blocked later. Appeals do not prevent a block or a limit; they end it. With two strikes and
a block at once, 71.1 % [69.2, 73.0] of the appeals by those who mean well succeed, and these people
are blocked 5.0 % [4.5, 5.6] of the time in place of 15.8 % [15.0, 16.5]. But those who invite
everyone appeal as well. With five strikes and the default click nearly all appeals are theirs, and
63.9 % [61.3, 66.5] of them succeed. So there appeals cost much and spare hardly anybody. With a
permanent block everybody receives 7.60 [7.49, 7.71] unwanted invitations a year. Appeals add 1.50
[1.41, 1.59], a limit first adds 0.31 [0.29, 0.33], a limit with appeals 1.54 [1.43, 1.65], a
warning before these 2.38 [2.22, 2.54], and restrictions that grow 3.24 [3.05, 3.42]; all of this is
clear. A limit first is the cheapest way to spare those who mean well. Over 40 plausible societies
the numbers differ widely: with two strikes a permanent block meets a range of 10.2 to 44.0 % of
those who mean well, and of their appeals a range of 67.0 to 77.9 % succeed. With the rule of each
society, appeals add a range of 0.67 to 3.55 unwanted invitations a year, and a limit first adds a
range of 0.12 to 0.66.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

import sim
from sim import commands

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GOOD = "for good"
GROWING = "suspend 4, suspend 7, suspend 14, suspend 30, good"
FOLLOWS: dict[str, tuple[str | None, bool]] = {
    GOOD: (None, False),
    "for good, appeals": (None, True),
    "limit, for good": ("email, good", False),
    "limit, for good, appeals": ("email, good", True),
    "warning, limit, for good, appeals": ("warn, email, good", True),
    "4, 7, 14, 30 days, for good": (GROWING, False),
}
"""What follows when the rule is broken: the ladder, and whether appeals can succeed."""
WORLDS: dict[str, dict[str, Any]] = {
    "5 strikes": {"platform.limit": 5},
    "5 strikes, click .3": {"platform.limit": 5, "answering.idk_click": 0.3},
    "2 strikes, click .3": {"platform.limit": 2, "answering.idk_click": 0.3},
}
"""When the rule is broken, and how readily people click "I don't know"."""
COLOURS = ("#0072B2", "#E69F00", "#D55E00")
WELL_MEANING, ALL = "interacted", "all"
SHARES = ("warned", "limited", "blocked", "restricted_time", "pardoned")
HEADS = {measure: measure for measure in SHARES} | {"restricted_time": "time"}
"""Heads of columns of the printed table."""
COSTS = ("unwanted_received", "degree")
KEPT = (*SHARES, "appeals", *COSTS)

OWN, STRICT = "own rule", list(WORLDS)[-1]
RANGED = (GOOD, "for good, appeals", "limit, for good", "limit, for good, appeals")
"""What follows in plausible societies."""

Success = Annotated[
    float,
    typer.Option(
        "--success",
        metavar="P",
        min=0,
        max=1,
        help="Chance that the first appeal of an account succeeds; each further appeal has half "
        "the chance of the one before.",
    ),
]


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/appeals"),
    success: Success = 0.8,
    number: societies.Societies = 40,
    settings: commands.Settings = None,
) -> None:
    """Find how often people who mean well are pardoned, and what appeals and milder steps cost.

    A milder step is a warning, or a limit to inviting people one knows, before a block. The cost is
    the number of additional unwanted invitations. Prints what happens to members who invite people
    they have interacted with, and the ranges over plausible societies; writes sanctions.csv,
    costs.csv, ranges.csv, a figure and provenance.json to --out. Defaults: 2,000 members, 365 days,
    10 replications, 40 plausible societies, seed 1.
    """
    base = commands.chosen(
        None, settings, defaults={"members": 2_000}, members=members, days=days, seed=seed
    )
    studies.check_members(base, WELL_MEANING)
    listed = points(base, success)
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, success=success, societies=number
    ) as outcome:
        design = [changes for _, _, changes in listed]
        study = sim.Study(base, design, replications=replications, keep=KEPT)
        runs = studies.done(study, out / "runs", jobs)
        told, cost = sanctions(runs, listed), costs(runs, listed)
        outcome.tables |= {"sanctions": told, "costs": cost}
        outcome.tables["ranges"], ranges = societies.told(
            base, treatments(success), quantities(), KEPT, out, number=number, jobs=jobs
        )
        outcome.figures["appeals"] = draw(told, cost, studies.setting(base, replications))
    words = studies.filled(*_words(told, cost))
    studies.print_answer(_text(told, cost), words, ranges, f"More: than {GOOD}.", out=out)


def points(base: sim.Scenario, success: float) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the world, what follows, and the changed parameters of each point of the study."""
    return [
        (
            world,
            follows,
            {
                "platform.preset": "none",
                "answering.idk_click": base.answering.idk_click,
                **changes,
                "platform.ladder": ladder,
                "platform.appeal_success": success if appeals else 0.0,
            },
        )
        for world, changes in WORLDS.items()
        for follows, (ladder, appeals) in FOLLOWS.items()
    ]


def treatments(success: float) -> societies.Treatments:
    """Return what follows in plausible societies, by their own rule and by the strictest."""

    def treated(world: str, follows: str) -> societies.Treatment:
        ladder, appeals = FOLLOWS[follows]
        given = {"platform.ladder": ladder, "platform.appeal_success": success * appeals}
        return societies.changed(given | WORLDS.get(world, {}))

    return {
        _named_treatment(world, follows): treated(world, follows)
        for world in (OWN, STRICT)
        for follows in RANGED
    }


def _named_treatment(world: str, follows: str) -> str:
    return f"{world}: {follows}"


def quantities() -> list[Quantity]:
    """Return the quantities for plausible societies: about those who mean well, and costs."""

    def of(world: str, follows: str, members: str) -> Group:
        return Group(_named_treatment(world, follows), members)

    mine = (("blocked", "blocked"), ("time blocked", "restricted_time"))
    appealed = RANGED[1]
    return [
        *(
            Quantity(
                f"{WELL_MEANING}, {words}, {GOOD}: {world}",
                measure,
                of(world, GOOD, WELL_MEANING),
                unit="%",
            )
            for words, measure in mine
            for world in (OWN, STRICT)
        ),
        *(
            Quantity(
                f"more {words}, {STRICT}: {follows}",
                measure,
                of(STRICT, follows, WELL_MEANING),
                of(STRICT, GOOD, WELL_MEANING),
                unit="points",
            )
            for words, measure in mine
            for follows in RANGED[1:]
        ),
        Quantity(
            f"appeals of {WELL_MEANING} that succeed: {STRICT}",
            "pardoned",
            of(STRICT, appealed, WELL_MEANING),
            unit="%",
        ),
        *(
            Quantity(
                f"more unwanted, {world}: {follows}",
                "unwanted_received",
                of(world, follows, ALL),
                of(world, GOOD, ALL),
                form=".2f",
            )
            for world in (OWN, STRICT)
            for follows in RANGED[1:]
        ),
    ]


def sanctions(runs: pd.DataFrame, listed: list[tuple[str, str, dict[str, Any]]]) -> pd.DataFrame:
    """Return the estimate of each measure, for each point and policy.

    The columns are world, follows, policy, measure, mean, low, high, replications.
    """
    table = sim.aggregate(runs, by=["point", "policy"], measures=KEPT)
    return _named(table, listed)


def costs(runs: pd.DataFrame, listed: list[tuple[str, str, dict[str, Any]]]) -> pd.DataFrame:
    """Return how much more each point has than "for good" in the same world, over everybody.

    The columns are world, follows, measure, mean, low, high, replications, p, clear; the measures
    are unwanted invitations and connections, of which each is a family of its own.
    """
    than = {world: place for place, (world, follows, _) in enumerate(listed) if follows == GOOD}
    pairs = [
        ((place, ALL), (than[world], ALL))
        for place, (world, follows, _) in enumerate(listed)
        if follows != GOOD
    ]
    table = sim.differences(runs, by=["point", "policy"], pairs=pairs, measures=COSTS)
    for _, family in table.groupby("measure"):
        table.loc[family.index, "clear"] = sim.clearly(family["p"], family["replications"])
    found = _named(table, listed)
    return found[
        ["world", "follows", "measure", "mean", "low", "high", "replications", "p", "clear"]
    ]


def _named(table: pd.DataFrame, listed: list[tuple[str, str, dict[str, Any]]]) -> pd.DataFrame:
    """Return a table with the words of each point in place of its number."""
    words = [listed[int(point)][:2] for point in table["point"]]
    named = table.drop(columns="point")
    named.insert(0, "follows", [follows for _, follows in words])
    named.insert(0, "world", [world for world, _ in words])
    return named


def _text(told: pd.DataFrame, cost: pd.DataFrame) -> str:
    """Return as text tables what happens to those who mean well, and what it costs."""
    mine = told[told["policy"] == WELL_MEANING].set_index(["world", "follows", "measure"])["mean"]
    more = cost[cost["measure"] == "unwanted_received"].set_index(["world", "follows"])["mean"]
    formats = {f"{head}, %": ".2f" for head in HEADS.values()} | {"unwanted": ".2f"}
    blocks = [
        studies.filled(
            "About those who invite people they have interacted with. Time: the share of the time "
            "for which they are blocked. Pardoned: the share of their appeals that succeed. "
            "Unwanted: how many more invitations of this kind each member of the whole society "
            f"receives a year than with {GOOD!r}."
        )
    ]
    for world in WORLDS:
        rows = pd.DataFrame({"what follows": [*FOLLOWS]})
        for measure, head in HEADS.items():
            rows[f"{head}, %"] = [100 * mine[world, follows, measure] for follows in FOLLOWS]
        rows["unwanted"] = [more.get((world, follows), float("nan")) for follows in FOLLOWS]
        blocks.append(f"{world}\n{studies.laid_out(rows, formats)}")
    return "\n\n".join(blocks)


def _words(told: pd.DataFrame, cost: pd.DataFrame) -> Iterator[str]:
    """Yield for each world what becomes of those who mean well, and what it costs."""
    for world in WORLDS:
        here = told[(told["world"] == world) & (told["policy"] == WELL_MEANING)]
        by: Any = here.set_index(["follows", "measure"])
        ladder = "limit, for good, appeals"
        yield (
            f"{world}: {studies.percent(by.loc[(GOOD, 'blocked')])} of “{WELL_MEANING}” are "
            "blocked permanently; with a limit first and appeals, "
            f"{studies.percent(by.loc[(ladder, 'limited')])} are limited and "
            f"{studies.percent(by.loc[(ladder, 'blocked')])} blocked."
        )
        of = cost[(cost["world"] == world) & (cost["measure"] == "unwanted_received")]
        row = of[of["follows"] == ladder].iloc[0]
        clear = " (clearly more)" if row["clear"] and row["mean"] > 0 else ""
        said = studies.between(row["mean"], row["low"], row["high"], ".2f")
        yield f"Everybody then receives {said} more unwanted invitations a year{clear}."


@sim.plots.in_our_look
def draw(told: pd.DataFrame, cost: pd.DataFrame, setting: str) -> "Figure":
    """Draw what happens to those who mean well, and what it costs everybody, by what follows."""
    figure = sim.plots.sheet(3.8)
    axes = figure.subplots(1, 4, sharey=True)
    mine = told[told["policy"] == WELL_MEANING]
    panels = (
        (mine[mine["measure"] == "limited"], 100, "limited once\nor more, %"),
        (mine[mine["measure"] == "blocked"], 100, "blocked once\nor more, %"),
        (mine[mine["measure"] == "restricted_time"], 100, "of the time\nblocked, %"),
        (cost[cost["measure"] == "unwanted_received"], 1, f"unwanted a year,\nmore than {GOOD}"),
    )
    order = {follows: -place for place, follows in enumerate(FOLLOWS)}
    for axis, (table, scale, words) in zip(axes, panels, strict=True):
        for place, (world, colour) in enumerate(zip(WORLDS, COLOURS, strict=True)):
            rows = table[(table["world"] == world) & table["mean"].notna()]
            height = [order[follows] + 0.2 * (1 - place) for follows in rows["follows"]]
            axis.hlines(height, scale * rows["low"], scale * rows["high"], color=colour)
            axis.plot(scale * rows["mean"], height, "o", color=colour, markersize=4, label=world)
        axis.set_xlabel(words)
        axis.grid(axis="x", color="#E6E6E6", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0].set_yticks([*order.values()], [*order])
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", frameon=False, fontsize=7.5)
    below = f"{setting} “{WELL_MEANING}”, and what everybody receives. Bars: 95 % intervals."
    sim.plots.headed(figure, _finding(told), below)
    return figure


def _finding(told: pd.DataFrame) -> str:
    """Return how many of those who mean well are blocked with and without a ladder, in words."""
    world = list(WORLDS)[-1]
    by: Any = told[(told["world"] == world) & (told["policy"] == WELL_MEANING)].set_index(
        ["follows", "measure"]
    )["mean"]
    blocked = [100 * by[follows, "blocked"] for follows in (GOOD, "limit, for good, appeals")]
    return (
        f"With {world}, {blocked[0]:.1f} % of “{WELL_MEANING}” are blocked for good, and "
        f"{blocked[1]:.1f} % with a limit first and appeals"
    )


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
