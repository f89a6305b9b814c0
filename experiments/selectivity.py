"""How selective should people be, if too many answers "I don't know you" restrict their account?

Candidates turn up at a rate L. A candidate of acceptance p accepts with probability p and says "I
don't know" with probability zeta (1 - p); p is uniform on (0, 1). An inviter who invites only where
p >= theta, and is restricted for R days after K strikes, gains connections at the rate

    J = (L / 2) (2 x - x^2) / (1 + c x^2),   x = 1 - theta,   c = R L zeta / (2 K),

which is highest at x* = (sqrt(1 + 4 c) - 1) / (2 c). Does the model agree with this?

The model's estimate of acceptance is one number for each tie class, so p has as many values as
there are classes. In a log of contacts, some twenty inviters have met all other people once, twice
or three times (classes 2, 3 and 4; a log has no class 1, and strangers are not invited here). The
other people are cut into three groups, p from 0 to a, from a to b and from b to 1, of sizes a, b -
a and 1 - b. All people of a group have the p of its middle: ``recognise`` is p, ``accept`` is 1 for
people whom one recognises and otherwise 0, and ``prior_acceptance`` is p with a weight that
experience does not move. At theta = 0, a and b this has exactly the acceptances and strikes of the
uniform p, so J is the same at these three; different a and b in several logs give the points in
between. Two things differ from J. A run is finite and begins with a clean account; and nobody is
invited twice, so candidates become rarer. ``expected`` computes both exactly, and the simulated
points are compared with its result; the figure shows it beside J.

Answer (``invitesim experiment selectivity``: L = 0.5, K = 2, zeta = 0.8, a year, 10 replications of
33 points, each with seeds of its own): yes. 31 of 33 points have the exact value in their 95 %
interval, as about 31 should; the exact value itself differs from J, the long run, by up to 6.4 %.
The longer a restriction, the more it pays to be selective: with 3, 10 and 50 days theta* is 0.19,
0.38 and 0.64. The best of the simulated thresholds are 0.2, 0.3 and 0.6, with 0.1990 [0.1963,
0.2017], 0.1550 [0.1512, 0.1589] and 0.0909 [0.0880, 0.0938] connections a day. Selectivity gains
little if restrictions are short, and doubles what one gains if they are long. Compared with
inviting everybody, an inviter with the threshold next to theta* gains 0.0108 [0.0075, 0.0140] more
connections a day with 3 days (6 %), 0.0246 [0.0195, 0.0296] with 10 (19 %), and 0.0458 [0.0418,
0.0498] with 50 (102 %). By the closed form it gains a tenth or more if restrictions last 6 days or
longer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer

import sim
from sim import commands
from sim.plots.captions import listed

from . import studies
from .restricted_account import expected, optimum, rate
from .selective_gains import EGOS, gains, scale, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CUTS = ((0.1, 0.6), (0.2, 0.7), (0.3, 0.8), (0.4, 0.9), (0.5, 0.95))
"""The ends of the groups, a and b, for each log; with 0 and 1 these are the thresholds to try."""
CLASSES = (2, 3, 4)
"""The tie classes of the three groups: those after one, two and three meetings in ``SETTING``."""
SETTING: dict[str, Any] = {
    "days": 365,
    "society.often": 2,
    "society.close": 3,
    "inviting.tries": 1,
    "inviting.prior_weight": 1e6,
    "answering.accept": (0, 0, 1, 1, 1),
    "answering.delay_scale": 0,
    "answering.looks": None,
    "answering.idk_click": 0.8,
    "platform": {"preset": "none", "limit": 2},
}
APART = 1_000
"""The difference between the seeds of neighbouring points.

With common seeds, all points would be off together, or all would agree.
"""
COLOURS = (("#CC79A7", "o"), ("#56B4E9", "s"), ("#8C7300", "^"), ("#000000", "v"), ("#E69F00", "D"))
"""Colours and markers of the lengths of a restriction; not those of the policies."""
Members = Annotated[
    int,
    typer.Option("--members", metavar="N", min=300, help="Number of people whom inviters know."),
]
Restrictions = Annotated[
    str,
    typer.Option(
        "--restrictions",
        metavar="DAYS",
        help="Lengths of a restriction, in days: one to five numbers.",
    ),
]


def others(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Return whether the candidate is not an inviter."""
    return candidate.number >= EGOS


@dataclass(frozen=True)
class Groups:
    """Three groups of people with their acceptances, and a log in which the inviters meet them."""

    cuts: tuple[float, float]
    members: int
    """The number of people in the three groups together."""

    @property
    def edges(self) -> tuple[float, ...]:
        """The limits of the groups: 0, a, b, 1."""
        return (0.0, *self.cuts, 1.0)

    @property
    def sizes(self) -> list[int]:
        """The number of people in each group."""
        return [int(size) for size in np.diff(np.rint(np.array(self.edges) * self.members))]

    @property
    def acceptances(self) -> list[float]:
        """The p of each group: its middle."""
        return [(low + high) / 2 for low, high in zip(self.edges, self.edges[1:], strict=False)]

    @property
    def log(self) -> str:
        """The name of the file."""
        return f"meetings-{self.members}-{self.cuts[0]:g}-{self.cuts[1]:g}.txt"

    def write_log(self, folder: Path) -> None:
        """Write the log, as lines ``t i j``.

        On one day every inviter meets the first group once, the second twice, the third three
        times.
        """
        begins = EGOS + np.cumsum([0, *self.sizes])
        lines = []
        for meeting in range(3):
            alters = np.arange(begins[meeting], begins[3])
            lines += [
                f"{1000 * (meeting + 1)} {ego} {alter}" for ego in range(EGOS) for alter in alters
            ]
        (folder / self.log).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def changes(self, folder: Path, theta: float, restriction: int) -> dict[str, Any]:
        """Return the point of the study: these groups, a threshold and a length of restriction."""
        chances = [0.0] * 5
        for k, p in zip(CLASSES, self.acceptances, strict=True):
            chances[k] = p
        return {
            "meeting.contacts": str(folder / self.log),
            "answering.recognise": chances,
            "inviting.prior_acceptance": chances,
            "policies.selective.min_acceptance": theta,
            "platform.restriction_days": restriction,
        }

    def expected(self, scenario: sim.Scenario, theta: float, restriction: int) -> float:
        """Return the exact mean of connections gained per day at a threshold; see ``expected``."""
        chosen = [
            (size, p) for size, p in zip(self.sizes, self.acceptances, strict=True) if p >= theta
        ]
        number = sum(size for size, _ in chosen)
        mean = sum(size * p for size, p in chosen) / number if number else 0.0
        daily = scenario.inviting.per_day / (self.members + EGOS)
        strike = scenario.answering.idk_click * (1 - mean)
        return expected(
            scenario.days, daily, number, mean, strike, scenario.platform.limit or 1, restriction
        )


def main(
    members: Members = 3_000,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/selectivity"),
    restrictions: Restrictions = "3,10,50",
    settings: commands.Settings = None,
) -> None:
    """Compare the connections that selective inviters gain per day with a formula.

    Inviters invite only people who accept with at least a certain probability, the threshold theta.
    Prints, for each threshold and length of a restriction, the connections simulated and expected;
    writes points.csv, gains.csv, a figure and provenance.json to --out. Defaults: 3,000 people
    known to 20 inviters, 365 days, 10 replications; a restriction after 2 answers "I don't know",
    which are 80 of 100 refusals.
    """
    _, lengths = studies.values_of(
        "--restrictions", f"platform.restriction_days={restrictions}", sim.Scenario()
    )
    if None in lengths or not 1 <= len(set(lengths)) <= len(COLOURS):
        raise sim.InputError(
            f"--restrictions {restrictions}: "
            f"must be one to {len(COLOURS)} different numbers of days, as 3,10,50"
        )
    selective = sim.InvitePolicy("selective", directory=1, min_tie=2, alike=True, condition=others)
    base = commands.chosen(
        None, settings, defaults={**SETTING, "policies": [selective]}, days=days, seed=seed
    )
    if base.platform.limit is None:
        raise sim.InputError(
            "platform.limit: no restrictions (got none); must be a number of strikes"
        )
    points = [
        (groups, theta, length) for length in lengths for groups, theta in thresholds(members)
    ]
    with studies.written_to(
        out,
        base,
        replications=replications,
        jobs=jobs,
        known=members,
        restrictions=lengths,
        seeds_apart=APART,
    ) as outcome:
        logs = out / "logs"
        with sim.atomic_folder(logs) as folder:
            for groups in dict.fromkeys(groups for groups, _, _ in points):
                groups.write_log(folder)
        apart = [{"seed": (base.seed + APART * place) % 2**64} for place in range(len(points))]
        design = [
            groups.changes(logs, *rest) | seed
            for (groups, *rest), seed in zip(points, apart, strict=True)
        ]
        study = sim.Study(base, design, replications=replications, keep=gained)
        runs = studies.done(study, out / "runs", jobs)
        table = agreement(runs, points, base)
        outcome.tables |= {"points": table, "gains": gains(table, base, members)}
        of = f"{EGOS} inviters who know {members:,} people, {base.days:,} days"
        setting = f"{of}; {replications} replications, each point with seeds of its own."
        outcome.figures["selectivity"] = draw(table, base, members, setting)
    words = studies.filled(*_words(table, base, members))
    gain = studies.filled(*told(outcome.tables["gains"], base, members))
    studies.print_answer(_text(table), words, gain, out=out)


def thresholds(members: int) -> Iterator[tuple[Groups, float]]:
    """Yield the thresholds, each with the groups that have it as a limit.

    0 and 1 come with the first groups.
    """
    first = Groups(CUTS[0], members)
    yield first, 0.0
    yield from sorted(
        ((Groups(cuts, members), theta) for cuts in CUTS for theta in cuts),
        key=lambda point: point[1],
    )
    yield first, 1.0


def gained(result: sim.Result) -> pd.DataFrame:
    """Return the connections gained per inviter and day, and the share of time restricted."""
    egos = result.members.iloc[:EGOS]
    days = result.scenario.days
    return pd.DataFrame(
        {
            "policy": ["selective"],
            "gained": [egos["accepted"].mean() / days],
            "restricted_time": [egos["restricted_days"].mean() / days],
        }
    )


def agreement(
    runs: pd.DataFrame, points: Sequence[tuple[Groups, float, int]], base: sim.Scenario
) -> pd.DataFrame:
    """Return the estimates beside what is expected.

    The columns are restriction, theta, mean, low, high, replications, expected, closed and agrees.
    """
    estimates = sim.aggregate(runs, by=["point"], measures=["gained"]).sort_values("point")
    columns = zip(
        *(estimates[name] for name in ("mean", "low", "high", "replications")), strict=True
    )
    rows = []
    for (groups, theta, length), (mean, low, high, replications) in zip(
        points, columns, strict=True
    ):
        due = groups.expected(base, theta, length)
        c, arrivals = scale(base, groups.members, length)
        row = {
            "restriction": length,
            "theta": theta,
            "mean": mean,
            "low": low,
            "high": high,
            "replications": int(replications),
        }
        closed = float(rate(theta, c, arrivals))
        rows.append(
            {
                **row,
                "expected": due,
                "closed": closed,
                "agrees": bool(low - 1e-12 <= due <= high + 1e-12),
            }
        )
    return pd.DataFrame(rows)


def _text(table: pd.DataFrame) -> str:
    shown = table.assign(agrees=np.where(table["agrees"], "yes", "no"))
    shown["±"] = (table["high"] - table["low"]) / 2
    shown = shown[["restriction", "theta", "mean", "±", "expected", "closed", "agrees"]]
    heading = (
        "Connections gained per day. expected: exact, for the days simulated; "
        "closed: in the long run (J)."
    )
    formats = {"theta": ".2f", **dict.fromkeys(["mean", "±", "expected", "closed"], ".4f")}
    return f"{heading}\n\n{studies.laid_out(shown, formats)}"


def _words(table: pd.DataFrame, base: sim.Scenario, members: int) -> Iterator[str]:
    points = table[table["theta"] < 1]
    agree = f"{points['agrees'].sum()} of {len(points)} simulated points"
    yield f"{agree} have the expected value in their 95 % interval."
    off = 100 * (points["mean"] / points["expected"] - 1).abs().max()
    apart = 100 * (points["expected"] / points["closed"] - 1).abs().max()
    yield (
        f"The furthest mean is {off:.1f} % off; "
        f"the expected value itself is up to {apart:.1f} % from J, the long run."
    )
    for length, there in points.groupby("restriction", sort=False):
        c, _ = scale(base, members, int(str(length)))
        best = there.sort_values("mean", kind="stable").iloc[-1]
        gain = studies.between(best["mean"], best["low"], best["high"], ".4f", "per day")
        found = f"of those simulated {best['theta']:.2f}, {gain}"
        best_threshold = f"the best threshold is {optimum(c):.2f}"
        yield f"Restricted for {length} days (c = {c:.2f}), {best_threshold}; {found}."


@sim.plots.in_our_look
def draw(table: pd.DataFrame, base: sim.Scenario, members: int, setting: str) -> "Figure":
    """Draw J and its optimum for each length of restriction, with the simulated points."""
    figure = sim.plots.sheet(4.4)
    axis = figure.subplots()
    thetas = np.linspace(0, 1, 201)
    for (length, there), (colour, marker) in zip(
        table.groupby("restriction", sort=False), COLOURS, strict=False
    ):
        c, arrivals = scale(base, members, int(str(length)))
        axis.plot(thetas, rate(thetas, c, arrivals), color=colour, linewidth=1.4)
        axis.plot(
            there["theta"], there["expected"], color=colour, linewidth=0.9, linestyle=(0, (2, 1.5))
        )
        axis.vlines(there["theta"], there["low"], there["high"], color=colour, linewidth=2.2)
        axis.plot(
            there["theta"],
            there["mean"],
            marker,
            color=colour,
            markersize=4.5,
            label=f"{length} days (c = {c:.2f})",
        )
        best = optimum(c)
        top = float(rate(best, c, arrivals))
        axis.vlines(best, 0, top, color=colour, linewidth=0.8, linestyle=(0, (1, 2)))
        axis.plot(best, top, "*", color=colour, markersize=11, markeredgecolor="white")
        axis.annotate(
            f"θ* = {best:.2f}",
            (best, 0),
            (3, 4),
            textcoords="offset points",
            fontsize=8,
            color=colour,
        )
    axis.plot(
        [], [], color="#595959", linewidth=1.4, label="closed form, long run;\nstar: its optimum"
    )
    axis.plot(
        [],
        [],
        color="#595959",
        linewidth=0.9,
        linestyle=(0, (2, 1.5)),
        label="exact for the days simulated",
    )
    axis.set_xlim(-0.01, 1.01)
    axis.set_ylim(0)
    axis.set_xlabel("least acceptance at which one invites, θ")
    axis.set_ylabel("connections gained per day")
    figure.legend(
        loc="outside right center",
        frameon=False,
        fontsize=8,
        title="restricted for",
        title_fontsize=8,
        alignment="left",
    )
    below = f"{setting} Bars: 95 % intervals of the mean."
    sim.plots.headed(figure, finding(table, base, members), below)
    return figure


def finding(table: pd.DataFrame, base: sim.Scenario, members: int) -> str:
    """Return the best threshold by length of a restriction, and how many points agree, in words."""
    points = table[table["theta"] < 1]
    agree = (
        f"{points['agrees'].sum()} of {len(points)} points have the exact value in their interval"
    )
    best = [
        f"{optimum(scale(base, members, int(length))[0]):.2f} for {length} days"
        for length in dict.fromkeys(table["restriction"])
    ]
    return f"The best threshold θ* of the closed form is {listed(best)}; {agree}"


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
