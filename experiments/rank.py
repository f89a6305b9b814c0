"""How does rank decide who is invited and accepted, and does it pay to prefer high ranks?

The thread advises to welcome everyone: "Do not discriminate between the janitor and the VP." Here
members have one of 16 ranks, which depends on nothing else. The logit of accepting falls by
``answering.rank_slope`` times the number of ranks that the invitee is above the inviter. The three
policies are joined by a fourth, ``courting``. Its members do as members of ``everyone`` do, but
from all the candidates of an attempt they invite the one of the highest rank. The slope goes from
0, where courting a high rank has no use, to 3; a vendor's rates of reply suggest 2.

The gain from courting is the difference between ``courting`` and ``everyone`` in the same runs. The
lowest third of the ranks are the levels 0 to 4, the highest third the levels 11 to 15.

Answer (``invitesim experiment rank``: 1,000 members, a year, 10 replications): a high rank is worth
much to those who have it, and courting it brings nothing. At a slope of 2 a member of the highest
third receives 60.2 invitations [57.8, 62.6] a year, and a member of the lowest 25.8 [24.8, 26.8].
Of their own invitations 41.2 % [40.4, 42.0] and 25.9 % [25.1, 26.6] are accepted, and they have
35.6 [32.4, 38.7] and 19.5 [18.3, 20.7] connections. Most of this difference comes from being
courted: without a slope they have 40.0 [37.0, 42.9] and 24.8 [23.1, 26.6] connections. Members of
``courting`` send a share to higher ranks that is larger by 28.5 points [27.1, 29.8] at a slope of
2. In return their connections differ from those of ``everyone`` by -4.5 [-6.7, -2.2], and their
acceptance by -5.5 points [-6.4, -4.6]; within two steps they reach 1.4 points [-0.3, 3.1] more,
which is not clear. Without a slope they have 1.9 connections [-1.1, 4.9] more, which is not clear;
at a slope of 3 they are also blocked more often, by 3.9 points [2.1, 5.7]. Over 40 plausible
societies, at a slope of 2, members of ``courting`` have fewer connections than ``everyone`` in all
40 (difference: range -8.9 to -6.0), and are blocked more often in 38 (range 1.1 to 6.1 points). The
highest third has more connections than the lowest in all 40 (range 6.4 to 40.3).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim import commands

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SLOPE = "answering.rank_slope"
SLOPES = (0.0, 1.0, 2.0, 3.0)
TOLD = 2.0
"""The slope that a vendor's rates of reply suggest."""
COURTING, PLAIN = "courting", "everyone"
THIRDS = {"low": range(5), "middle": range(5, 11), "high": range(11, 16)}
BY_THIRD = ("received", "accepted", "degree")
"""What is taken by third of rank: invitations received per member and year, the share accepted of
what the third has sent and is decided, and connections per member."""
GAINS = ("degree", "reach2_share", "acceptance", "upwards", "blocked")
"""What courting is compared in."""
LOOKS = {"low": ("#CC79A7", "v"), "middle": ("#56B4E9", "s"), "high": ("#8C7300", "o")}
WORDS = {"received": "invitations received a year", "accepted": "of its own accepted, %"}
WORDS["degree"] = "connections"
FOUND = "slope 2"
TREATMENTS: societies.Treatments = {FOUND: lambda drawn: with_courting(drawn).replace({SLOPE: 2.0})}
"""Plausible societies live at the slope that a vendor's rates of reply suggest."""
QUANTITIES = [
    *(
        Quantity(words, measure, Group(FOUND, COURTING), Group(FOUND, PLAIN), unit=unit)
        for words, measure, unit in (
            ("courting, more connections", "degree", ""),
            ("courting, more sent upwards", "upwards", "points"),
            ("courting, more accepted", "acceptance", "points"),
            ("courting, more within two steps", "reach2_share", "points"),
            ("courting, more blocked", "blocked", "points"),
        )
    ),
    Quantity(
        "highest third of rank, more connections",
        "degree",
        Group(FOUND, "high"),
        Group(FOUND, "low"),
    ),
]
IN_EACH = 4
"""Runs of each plausible society."""


def kept(result: sim.Result) -> pd.DataFrame:
    """Return a row for each policy and for all: what is compared, and what is taken by third."""
    measured = result.summary[["policy", "members", *GAINS, "decided", "sent_by_rank"]]
    return measured.merge(by_third(result), on="policy", how="left")


def with_courting(base: sim.Scenario) -> sim.Scenario:
    """Return a scenario with one more policy, which does as ``PLAIN`` and courts rank."""
    courting = base.policies[PLAIN].model_copy(update={"name": COURTING, "courts": True})
    return base.replace({"policies": {**base.policies, COURTING: courting}})


def by_third(result: sim.Result) -> pd.DataFrame:
    """Return a row for everybody, with a column for each third of rank and each of ``BY_THIRD``."""
    members, years = result.members, result.scenario.days / 365
    row: dict[str, str | float] = {"policy": "all"}
    for third, levels in THIRDS.items():
        there = members[members["rank"].isin(list(levels))]
        decided = there[["accepted", "strikes", "declined"]].to_numpy().sum()
        row[f"received_{third}"] = there["received"].mean() / years
        row[f"accepted_{third}"] = there["accepted"].sum() / decided if decided else np.nan
        row[f"degree_{third}"] = there["degree"].mean()
    return pd.DataFrame([row])


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    out: commands.Out = Path("results/rank"),
    settings: commands.Settings = None,
) -> None:
    """Find how rank decides who is invited and accepted, and whether courting high ranks pays.

    The policy "courting" prefers people of high rank when inviting. Prints, for each value of
    answering.rank_slope (how much rank counts when accepting), who is invited and accepted, and
    what courting gains; and the ranges over plausible societies. Writes thirds.csv (of the lowest,
    middle and highest third of ranks), gains.csv, ranges.csv, a figure and provenance.json to
    --out. Defaults: 1,000 members, 365 days, 10 replications, 40 plausible societies, seed 1.
    """
    base = commands.chosen(None, settings, members=members, days=days, seed=seed)
    studies.check_members(base, PLAIN)
    plain, base = base, with_courting(base)
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        study = sim.Study(base, {SLOPE: SLOPES}, replications=replications, keep=kept)
        runs = studies.done(study, out / "slopes", jobs)
        outcome.tables |= {"thirds": thirds(runs), "gains": gains(runs)}
        lived = societies.lived(
            plain, TREATMENTS, kept, out, number=number, seeds=IN_EACH, jobs=jobs
        )
        ranges = societies.ranged(groups(lived), QUANTITIES)
        outcome.tables["ranges"] = ranges
        outcome.figures["rank"] = draw(
            outcome.tables["thirds"], studies.setting(base, replications)
        )
    studies.print_answer(
        _text(outcome.tables["thirds"]),
        studies.filled(*words(outcome.tables["gains"])),
        societies.text(ranges, QUANTITIES),
        out=out,
    )


def thirds(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each slope, quantity and third of rank: mean and interval over the runs."""
    everybody = runs[runs["policy"] == "all"]
    rows = []
    for slope, there in everybody.groupby(SLOPE):
        for quantity in BY_THIRD:
            for third in THIRDS:
                values = there[f"{quantity}_{third}"].to_numpy()
                mean, low, high, number = sim.mean_interval(values)
                rows.append((slope, quantity, third, mean, low, high, number))
    columns = ["slope", "quantity", "third", "mean", "low", "high", "replications"]
    return pd.DataFrame(rows, columns=columns)


def groups(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of plausible societies with the thirds of rank as groups beside policies."""
    everybody = runs[runs["policy"] == "all"]
    of = [everybody.assign(policy=third, degree=everybody[f"degree_{third}"]) for third in THIRDS]
    return pd.concat([runs[runs["policy"] != "all"], *of])


def gains(runs: pd.DataFrame) -> pd.DataFrame:
    """Return what courting has more than ``everyone``, for each slope and measure of ``GAINS``.

    ``clear`` is by Holm's rule over all rows.
    """
    slopes = sorted(runs[SLOPE].unique())
    pairs = [((slope, COURTING), (slope, PLAIN)) for slope in slopes]
    found = sim.differences(runs, by=[SLOPE, "policy"], pairs=pairs, measures=GAINS)
    found["clear"] = sim.clearly(found["p"], found["replications"])
    found = found.rename(columns={SLOPE: "slope"})
    return found[["slope", "measure", "mean", "low", "high", "replications", "clear"]]


def _text(table: pd.DataFrame) -> str:
    """Return what is taken by third as a text table."""
    scaled = table.assign(mean=table["mean"] * np.where(table["quantity"] == "accepted", 100, 1))
    wide = scaled.pivot_table(index=["quantity", "slope"], columns="third", values="mean")
    shown = wide.loc[list(BY_THIRD), list(THIRDS)].reset_index()
    shown["quantity"] = shown["quantity"].map(WORDS)
    heading = "By third of rank: the lowest five levels, the six in the middle, the highest five."
    formats = dict.fromkeys(THIRDS, ".1f")
    return f"{heading}\n\n{studies.laid_out(shown, formats, heads=['quantity'])}"


def words(table: pd.DataFrame) -> list[str]:
    """Return what courting gains at each slope."""
    sentences = []
    for slope, there in table.groupby("slope"):
        parts = []
        for measure, form in (("degree", ".1f"), ("acceptance", ".1f"), ("reach2_share", ".2f")):
            row = there[there["measure"] == measure].iloc[0]
            label = sim.measures.label(measure)
            mean, low, high = (label.scale * row[end] for end in ("mean", "low", "high"))
            unit = " points" if label.share else ""
            clear = "" if row["clear"] else " (not clearly)"
            parts.append(f"{studies.between(mean, low, high, form)}{unit} {label.column}{clear}")
        sentences.append(f"At a slope of {slope:g} courting gains {', '.join(parts)}.")
    return sentences


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw what is taken by third over the slope, a panel for each quantity."""
    figure = sim.plots.sheet(3.2)
    axes = figure.subplots(1, len(BY_THIRD))
    for axis, quantity in zip(axes, BY_THIRD, strict=True):
        scale = 100 if quantity == "accepted" else 1
        for third, (colour, marker) in LOOKS.items():
            line = table[(table["quantity"] == quantity) & (table["third"] == third)]
            ends: list[NDArray[np.float64]] = [
                scale * line[end].to_numpy() for end in ("low", "mean", "high")
            ]
            axis.fill_between(line["slope"], ends[0], ends[2], color=colour, alpha=0.25)
            axis.plot(line["slope"], ends[1], marker, linestyle="solid", color=colour, label=third)
        axis.set_xlabel("how much rank counts\nfor accepting (slope)")
        axis.set_ylabel(WORDS[quantity])
        axis.set_ylim(0)
        axis.grid(color="#E6E6E6", linewidth=0.6)
        axis.set_axisbelow(True)
    axes[0].legend(title="third of rank", frameon=False, fontsize=7.5)
    slope = TOLD if (table["slope"] == TOLD).any() else table["slope"].max()
    last = table[(table["slope"] == slope) & (table["quantity"] == "degree")]
    low, high = (last.loc[last["third"] == third, "mean"].item() for third in ("low", "high"))
    finding = (
        f"At a slope of {slope:g} the highest third has {high:.0f} connections, "
        f"the lowest {low:.0f}"
    )
    sim.plots.headed(figure, finding, f"{setting} Bands: 95 % intervals.")
    return figure


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
