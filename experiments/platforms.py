"""How much do the networks of the same people overlap on platforms like LinkedIn and Facebook?

In the thread: "I am pretty open on my LinkedIn, fairly open on Plaxo, not open at all on Facebook.
Only my close friends and relatives are on Facebook." Here the same people meet on the same days and
are on three platforms (``platform.place``). On the first platform members are as open as their
policies say. On the second all are less open by one tie class, in inviting and in accepting. On the
third they invite close people only, and are slow to accept others. Not everybody is on each
platform; the shares who are there are assumptions. No platform restricts anybody.

For comparison, the same people are also simulated as equally open on all three platforms. Then only
luck, and who is on which platform, set the networks apart. The results are about the three networks
together: their union, and the shares of its connections that are on all three platforms and on one
alone.

Answer (``invitesim experiment platforms``: 1,000 members, a year, 10 replications): the networks
have little in common. Of the connections 1.3 % [1.1, 1.5] are on all three and 90.1 % [89.4, 90.8]
on one alone. Most of this is not due to openness. Where people are equally open, 3.7 % [3.4, 4.0]
are on all three and 74.9 % [74.0, 75.8] on one alone, because different people are there, invite
each other and look at invitations. The difference, 15.2 points [14.4, 16.1], is clear. The second
and third platform add little to the first if people are less open there: on the first a member has
33.8 [31.3, 36.2] connections and 58.2 % [55.3, 61.1] of the others within two steps, on all
together 37.1 [34.7, 39.5] and 61.4 % [58.7, 64.0]. Where people are equally open, they have 51.9
[48.5, 55.2] and 72.8 % [70.5, 75.2] on all together. In each of 40 plausible societies most
connections are on one platform alone (range 79.6 to 90.2 %), and fewer are so where people are
equally open (range 74.6 to 82.5 %).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import sim
from sim import commands

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = ("LinkedIn-like", "Plaxo-like", "Facebook-like")
JOINED = (1.0, 0.6, 0.8)
"""The share of the members that is on each [A]."""
SOCIETIES = {"as in the thread": (0, 1, 4), "alike": (0, 0, 0)}
"""From each society to the shifts of its platforms."""
ALONE, TOGETHER = ("degree", "reach2_share"), ("overlap", "on_one")
PAIRS = ((0, 1), (0, 2), (1, 2))
UNION = "all three"
THREAD, ALIKE = SOCIETIES
QUANTITIES = [
    *(
        Quantity(f"ties {words}: {society}", measure, Group(society, "all"), unit="%")
        for words, measure in (("on all three", "overlap"), ("on one alone", "on_one"))
        for society in SOCIETIES
    ),
    Quantity(
        "more ties on one alone than where alike",
        "on_one",
        Group(THREAD, "all"),
        Group(ALIKE, "all"),
        unit="points",
    ),
    *(
        Quantity(f"connections that two more add: {society}", "added", Group(society, "all"))
        for society in SOCIETIES
    ),
]
COLOURS = ("#56B4E9", "#CC79A7")


@dataclass(frozen=True)
class Platforms:
    """What a study keeps of a society: each platform, each two, and all together."""

    shifts: tuple[int, ...]

    def live(self, scenario: sim.Scenario) -> pd.DataFrame:
        """Run the platforms of a society; return a row for each policy and one for all."""
        results = [
            sim.run(
                scenario.replace(
                    {"platform.place": place, "platform.shift": shift, "platform.joined": joined}
                )
            )
            for place, (shift, joined) in enumerate(zip(self.shifts, JOINED, strict=True))
        ]
        table = sim.joint(results)[["policy", *ALONE, *TOGETHER]]
        for place, result in enumerate(results):
            table = table.join(result.summary[list(ALONE)].add_suffix(f"_{place}"))
        for one, other in PAIRS:
            two = sim.joint([results[one], results[other]])
            table[f"overlap_{one}_{other}"] = two["overlap"]
        return table


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    out: commands.Out = Path("results/platforms"),
    settings: commands.Settings = None,
) -> None:
    """Find what the networks of the same people on three platforms have in common.

    Prints the measures of each platform and of the three networks together (their union), and the
    ranges over plausible societies; writes platforms.csv, ties.csv, differences.csv, ranges.csv, a
    figure and provenance.json to --out. Defaults: 1,000 members, 365 days, 10 replications, 40
    plausible societies, seed 1.
    """
    base = commands.chosen(
        None,
        settings,
        defaults={"platform.preset": "none"},
        members=members,
        days=days,
        seed=seed,
    )
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        parts, lived = [], []
        for society, shifts in SOCIETIES.items():
            keep: Any = Platforms(shifts)  # a study calls keep.live with the scenario
            own = [{"platform.place": 0}]  # keep takes the others
            study = sim.Study(base, own, replications=replications, keep=keep)
            folder = out / society.replace(" ", "_")
            parts.append(studies.done(study, folder / "default", jobs).assign(society=society))
            unruled = {society: societies.changed({"platform.preset": "none"})}
            lived.append(societies.lived(base, unruled, keep, folder, number=number, jobs=jobs))
        runs = pd.concat(parts, ignore_index=True)
        outcome.tables |= {"platforms": platforms(runs), "ties": ties(runs)}
        outcome.tables["differences"] = less_in_common(runs)
        plausible = pd.concat(lived, ignore_index=True)
        ranges = societies.ranged(
            plausible.assign(added=plausible["degree"] - plausible["degree_0"]), QUANTITIES
        )
        outcome.tables["ranges"] = ranges
        outcome.figures["platforms"] = draw(
            outcome.tables["ties"], studies.setting(base, replications)
        )
    tables = outcome.tables
    studies.print_answer(
        _text(tables["platforms"]),
        studies.filled(*words(tables["ties"], tables["differences"])),
        societies.text(ranges, QUANTITIES),
        out=out,
    )


def platforms(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each society, policy, platform (or all three) and measure of ``ALONE``."""
    rows = []
    for (society, policy), there in runs.groupby(["society", "policy"], sort=False):
        columns = {name: f"_{place}" for place, name in enumerate(NAMES)} | {UNION: ""}
        for platform, ending in columns.items():
            for measure in ALONE:
                estimate = sim.mean_interval(there[f"{measure}{ending}"].to_numpy())
                rows.append((society, policy, platform, measure, *estimate))
    columns_of = ["society", "policy", "platform", "measure", "mean", "low", "high", "replications"]
    return pd.DataFrame(rows, columns=columns_of)


def ties(runs: pd.DataFrame) -> pd.DataFrame:
    """Return what share of the ties of the union is on which platforms: of everybody's."""
    rows = []
    for society, there in runs[runs["policy"] == "all"].groupby("society", sort=False):
        columns = {"on all three": "overlap", "on one alone": "on_one"}
        for one, other in PAIRS:
            columns[f"of {NAMES[one]} and {NAMES[other]}, on both"] = f"overlap_{one}_{other}"
        for share, column in columns.items():
            rows.append((society, share, *sim.mean_interval(there[column].to_numpy())))
    return pd.DataFrame(rows, columns=["society", "share", "mean", "low", "high", "replications"])


def less_in_common(runs: pd.DataFrame) -> pd.DataFrame:
    """Return how much more the thread's society has than the one of platforms alike, in pairs."""
    one, other = SOCIETIES
    found = sim.differences(
        runs,
        by=["society", "policy"],
        pairs=[((one, "all"), (other, "all"))],
        measures=["degree", "reach2_share", *TOGETHER],
    )
    found["clear"] = sim.clearly(found["p"], found["replications"])
    return found[["measure", "mean", "low", "high", "replications", "clear"]]


def _text(table: pd.DataFrame) -> str:
    """Return connections and reach of each platform and of all, in both societies."""
    there = table[table["policy"] == "all"].copy()
    scales = there["measure"].map(lambda measure: sim.measures.label(measure).scale)
    there["mean"] = there["mean"] * scales
    wide = there.pivot_table(
        index=["society", "platform"], columns="measure", values="mean", sort=False
    )
    shown = wide.reset_index().rename(
        columns={"degree": "connections", "reach2_share": "within two steps, %"}
    )
    heading = "Everybody, on each platform and on all three together."
    formats = {"connections": ".1f", "within two steps, %": ".1f"}
    return f"{heading}\n\n{studies.laid_out(shown, formats, heads=['society'])}"


def words(shares: pd.DataFrame, differences: pd.DataFrame) -> list[str]:
    """Return what is on which platforms, and whether the thread's society has less in common."""
    sentences = []
    for society, there in shares.groupby("society", sort=False):
        told = [f"{studies.percent(row)} {row['share']}" for _, row in there.iterrows()]
        sentences.append(f"Ties of the union, {society}: {'; '.join(told)}.")
    row = differences[differences["measure"] == "overlap"].iloc[0]
    mean, low, high = -100 * row["mean"], -100 * row["high"], -100 * row["low"]
    clear = "clearly" if row["clear"] else "not clearly"
    said = studies.between(mean, low, high, unit="points")
    sentences.append(
        f"The share on all three is lower by {said} than where platforms are alike ({clear})."
    )
    return sentences


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw the shares of the ties that are on which platforms, a bar for each society."""
    figure = sim.plots.sheet(3.0)
    axis = figure.subplots()
    shares = list(dict.fromkeys(table["share"]))
    for place, (society, colour) in enumerate(zip(SOCIETIES, COLOURS, strict=True)):
        there = table[table["society"] == society].set_index("share").loc[shares]
        at = [line + 0.18 * (2 * place - 1) for line in range(len(shares))]
        axis.barh(at, 100 * there["mean"], height=0.32, color=colour, label=society)
        axis.hlines(at, 100 * there["low"], 100 * there["high"], color="#262626", linewidth=1)
    axis.set_yticks(range(len(shares)), shares)
    axis.invert_yaxis()
    axis.set_xlim(0)
    axis.set_xlabel("of the ties, %")
    axis.legend(title="three platforms", frameon=False, fontsize=7.5)
    first = table[(table["society"] == next(iter(SOCIETIES))) & (table["share"] == "on one alone")]
    finding = f"Of the ties of three platforms {100 * first['mean'].item():.0f} % are on one alone"
    sim.plots.headed(figure, finding, f"{setting} Lines: 95 % intervals.")
    return figure


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
