"""How do networks grow if newcomers invite anybody, popular people, or friends of friends?

First, bare networks are grown, in which nothing else happens: one person arrives a day, all people
accept, and everybody makes two invitations on average. By the directory and by popularity (with a
chance in proportion to connections) newcomers invite two people on their first day. These are
uniform attachment and the model of Barabási and Albert, which have known laws of the degree. By
introductions newcomers invite one person from the directory, and later friends of friends. Second,
a society is grown whose people meet, on a platform without rules, as LinkedIn was in 2006. It has a
hundred founders and five newcomers a day. Half of the candidates whom newcomers invite are
contacts, the other half come from one of the three sources.

In May 2006 an open networker counted how many connections the LinkedIn members of his sample had.
Of those with any, 47 % had one, 28 % two to seven, 18 % eight to sixty, and 7 % more. (The sample
is what one man could see of a network of 5.5 million.)

Answer (``invitesim experiment growth``: 3,000 newcomers in the bare networks; 100 founders, 5
arrivals a day and a year in the society; 10 replications): the bare networks follow the laws of the
literature. In the end the first tenth of the newcomers has 8.54 [8.45, 8.62] connections by the
directory (law: 8.49), 12.50 [12.39, 12.60] by popularity (law: 12.24) and 9.63 [9.47, 9.80] by
introductions. These are 4.05 [4.02, 4.09], 6.08 [6.03, 6.14] and 8.07 [7.96, 8.18] times the
connections of the last tenth; by introductions the last tenth has not yet had the time to invite.
In the society, where the first newcomers have also had the most time to meet people, the ratios are
11.25 [9.63, 12.87], 21.14 [15.89, 26.38] and 35.56 [27.69, 43.42]. By all three ways the society is
far from LinkedIn's four classes: 53 %, 43 % and 43 % of its connected newcomers would have to be in
another class. Only 4.5 % [4.1, 4.8], 9.9 % [9.4, 10.4] and 9.4 % [8.9, 9.9] of them have a single
connection, in place of 47 %. In the society everybody invites; on LinkedIn the many people with one
contact perhaps did not. Over 40 plausible societies the ratios lie in the range 15.4 to 23.0, the
range 19.3 to 34.4 and the range 32.7 to 51.5, and those who would have to be in another class are
in the range 35 to 62 %, the range 30 to 53 % and the range 33 to 54 %.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim import commands

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

M = 2
"""Invitations that a newcomer makes."""
FOUNDERS = M + 1
BARE_DAYS = 3_000
AT_LEAST = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
TICKS = (2, 4, 8, 16, 32, 64)
TENTHS = 10
BINS = ("1", "2 to 7", "8 to 60", "more than 60")
EDGES = (2, 8, 61)
LINKEDIN = (0.47, 0.28, 0.18, 0.07)
"""Of a sample of LinkedIn, May 2006, by number of contacts [eric-mariacher.blogspot.com]."""
SOURCES = ("directory", "popular", "introductions")
LOOKS = dict(zip(SOURCES, (("#56B4E9", "s"), ("#CC79A7", "v"), ("#8C7300", "o")), strict=True))
POLICY = "newcomer"
QUANTITIES = [
    *(
        Quantity(f"{words}: by {source}", measure, Group(source, POLICY), form=form, unit=unit)
        for words, measure, form, unit in (
            ("connections of the first tenth to the last", "first_to_last", ".1f", ""),
            ("of those connected with one connection", "bin_0", ".1f", "%"),
            ("in another bin than LinkedIn's", "off", ".0f", "%"),
        )
        for source in SOURCES
    ),
    Quantity(
        "first to last, popular more than directory",
        "first_to_last",
        Group("popular", POLICY),
        Group("directory", POLICY),
    ),
]
IN_EACH = 4
"""Runs of each plausible society by each source."""
COLUMNS = ("network", "source", "connections", "linkedin")
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Degrees:
    """What a study keeps of a run: the degrees of the newcomers (members after the founders)."""

    founders: int

    def __call__(self, result: sim.Result) -> pd.DataFrame:
        """Return one row."""
        degree = result.members["degree"].to_numpy()[self.founders :]
        row: dict[str, Any] = {"policy": POLICY, "newcomers": len(degree), "mean": degree.mean()}
        row |= {f"at_least_{k}": (degree >= k).mean() for k in AT_LEAST}
        tenths = np.array_split(degree, TENTHS)
        row |= {f"tenth_{place}": tenth.mean() for place, tenth in enumerate(tenths)}
        last = tenths[-1].mean()
        row["first_to_last"] = tenths[0].mean() / last if last > 0 else np.nan
        counts = np.bincount(np.digitize(degree[degree > 0], EDGES), minlength=len(BINS))
        row |= {f"bin_{place}": share for place, share in enumerate(counts / counts.sum())}
        return pd.DataFrame([row | {"unconnected": (degree == 0).mean()}])


def bare() -> tuple[sim.Scenario, list[dict[str, Any]]]:
    """Return the scenario in which nothing but growth happens, and its three points."""
    scenario = sim.Scenario(
        members=FOUNDERS,
        days=BARE_DAYS,
        society={"arrivals": 1, "on_arrival": M},
        meeting={"rate": 0, "history_days": 0},
        inviting={"per_day": 0, "crossing": False, "tries": 200},
        answering={"accept": (1,) * 5, "delay_scale": 0, "looks": None},
        platform={"preset": "none"},
        policies=[sim.InvitePolicy(POLICY, directory=1, alike=True)],
    )
    names = [f"policies.{POLICY}.{source}" for source in SOURCES]
    names += ["society.on_arrival", "inviting.per_day"]
    # by introductions: who has no connection yet finds nobody, and so somebody in the directory
    later = 2 * (M - 1) / BARE_DAYS
    points = ((1.0, 0.0, 0.0, M, 0.0), (0.0, 1.0, 0.0, M, 0.0), (0.05, 0.0, 0.95, 1, later))
    return scenario, [dict(zip(names, point, strict=True)) for point in points]


def society_points() -> list[dict[str, Any]]:
    """Return the points of the society: half of the candidates are contacts."""
    names = [f"policies.{POLICY}.{source}" for source in SOURCES]
    return [{name: float(name == chosen) for name in names} for chosen in names]


def law_at_least(source: str, k: NDArray[np.int64]) -> Numbers:
    """Return P(degree >= k), k >= M, of a large bare network; NaN where there is no law."""
    if source == "directory":
        return np.asarray((M / (M + 1)) ** (k - M))
    return M * (M + 1) / (k * (k + 1.0)) if source == "popular" else np.full(len(k), np.nan)


def law_of_tenths(source: str, newcomers: int) -> Numbers:
    """Return the mean degree of each tenth of the newcomers, in the order of their arrival."""
    before = FOUNDERS + np.arange(newcomers)  # who is there when somebody arrives
    if source == "directory":  # each of those there is chosen with M / before
        gained = np.cumsum((M / before)[::-1])[::-1]
        expected = M + np.append(gained[1:], 0.0)
    elif source == "popular":  # connections grow by the factor 1 + M / (all ends of connections)
        factors = 1 + M / (2.0 * M * np.maximum(1, np.arange(newcomers)))
        ahead = np.cumprod(factors[::-1])[::-1]
        expected = M * np.append(ahead[1:], 1.0)
    else:
        expected = np.full(newcomers, np.nan)
    return np.array([tenth.mean() for tenth in np.array_split(expected, TENTHS)])


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    out: commands.Out = Path("results/growth"),
    settings: commands.Settings = None,
    scenario: commands.ScenarioFile = None,
) -> None:
    """Grow networks in three ways, and compare the connections of the first and last newcomers.

    Newcomers invite people from a directory of all members, people with many connections, or
    friends of friends. Prints connections by order of arrival; the shares of members with 1, 2 to
    7, 8 to 60 and more connections, beside those on LinkedIn in 2006; and the ranges over plausible
    societies. Writes degrees.csv, first.csv, bins.csv, ranges.csv, a figure and provenance.json to
    --out. Defaults: 100 founders (--members), 5 arrivals a day, 365 days, 10 replications, 40
    plausible societies, seed 1.
    """
    base = commands.chosen(
        scenario,
        settings,
        defaults={"members": 100, "days": 365, "society.arrivals": 5, "platform.preset": "none"},
        members=members,
        days=days,
        seed=seed,
    )
    if not base.society.arrivals * base.days >= TENTHS:
        raise sim.InputError(
            f"society.arrivals: too few newcomers (got {base.society.arrivals:g} a day on "
            f"{base.days} days); must be {TENTHS} or more in total"
        )
    base = base.replace(
        {"policies": {POLICY: {"contacts": 1, "directory": 1, "takes_references": True}}}
    )
    grown, points = bare()
    grown = grown.replace({"seed": base.seed})
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        runs = {
            "bare": _done(grown, points, replications, out / "bare", jobs),
            "society": _done(base, society_points(), replications, out / "society", jobs),
        }
        outcome.tables |= {
            "degrees": at_least(runs["bare"]),
            "first": by_arrival(runs),
            "bins": in_bins(runs),
        }
        keep: Any = Degrees(base.members)
        lived = societies.lived(
            base, treatments(), keep, out, number=number, seeds=IN_EACH, jobs=jobs
        )
        ranges = societies.ranged(with_distance(lived), QUANTITIES)
        outcome.tables["ranges"] = ranges
        outcome.figures["growth"] = draw(
            outcome.tables,
            studies.setting(base, replications, f"{base.society.arrivals:g} a day arrive"),
        )
        tables = outcome.tables
    told = societies.text(ranges, QUANTITIES)
    studies.print_answer(_text(tables), studies.filled(*words(tables)), told, out=out)


def treatments() -> societies.Treatments:
    """Return, for each source, the treatment by which newcomers of plausible societies use it."""
    return {
        source: societies.changed({"platform.preset": "none", **point})
        for source, point in zip(SOURCES, society_points(), strict=True)
    }


def with_distance(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs with the part of the newcomers who would have to be in another bin."""
    bins = [(runs[f"bin_{place}"] - seen).abs() for place, seen in enumerate(LINKEDIN)]
    return runs.assign(off=sum(bins) / 2)


def _done(
    base: sim.Scenario,
    points: list[dict[str, Any]],
    replications: int,
    folder: Path,
    jobs: int | None,
) -> pd.DataFrame:
    """Run a study; return its runs with the source of each."""
    keep: Any = Degrees(base.members)
    study = sim.Study(base, points, replications=replications, keep=keep)
    runs = studies.done(study, folder, jobs)
    return runs.assign(source=np.array(SOURCES)[runs["point"]])


def at_least(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of newcomers with k or more connections in bare networks and the laws."""
    rows = []
    for source, there in runs.groupby("source", sort=False):
        exact = law_at_least(str(source), np.array(AT_LEAST))
        for k, law in zip(AT_LEAST, exact, strict=True):
            rows.append((source, k, law, *sim.mean_interval(there[f"at_least_{k}"].to_numpy())))
    return pd.DataFrame(
        rows, columns=["source", "at_least", "law", "mean", "low", "high", "replications"]
    )


def by_arrival(runs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the mean connections of each tenth of the newcomers, and of the first to the last."""
    rows = []
    for network, all_runs in runs.items():
        for source, there in all_runs.groupby("source", sort=False):
            laws = np.full(TENTHS, np.nan)
            if network == "bare":
                laws = law_of_tenths(str(source), int(there["newcomers"].iloc[0]))
            columns = {f"tenth_{place}": str(place + 1) for place in range(TENTHS)}
            exact = dict(zip(columns, laws, strict=True)) | {"first_to_last": laws[0] / laws[-1]}
            for column, tenth in {**columns, "first_to_last": "first / last"}.items():
                estimate = sim.mean_interval(there[column].to_numpy())
                rows.append((network, source, tenth, exact[column], *estimate))
    return pd.DataFrame(
        rows, columns=["network", "source", "tenth", "law", "mean", "low", "high", "replications"]
    )


def in_bins(runs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the shares of the newcomers with a connection by LinkedIn's bins of 2006."""
    rows = []
    for network, all_runs in runs.items():
        for source, there in all_runs.groupby("source", sort=False):
            for place, (name, seen) in enumerate(zip(BINS, LINKEDIN, strict=True)):
                estimate = sim.mean_interval(there[f"bin_{place}"].to_numpy())
                rows.append((network, source, name, seen, *estimate))
    return pd.DataFrame(
        rows,
        columns=[*COLUMNS, "mean", "low", "high", "replications"],
    )


def distances(bins: pd.DataFrame) -> pd.DataFrame:
    """Return the part of newcomers who would have to be in another bin, by network and source."""
    off = bins.assign(part=(bins["mean"] - bins["linkedin"]).abs() / 2)
    return off.groupby(["network", "source"], sort=False)["part"].sum().reset_index()


def _text(tables: dict[str, pd.DataFrame]) -> str:
    first, bins = tables["first"], tables["bins"]
    shown = first[first["tenth"].isin(["1", str(TENTHS), "first / last"])]
    formats = dict.fromkeys(("law", "mean", "low", "high"), ".2f")
    shares = bins.assign(**{name: 100 * bins[name] for name in ("linkedin", "mean", "low", "high")})
    percent = dict.fromkeys(("linkedin", "mean", "low", "high"), ".1f")
    heads = ["network", "source"]
    return "\n\n".join(
        [
            "Connections by order of arrival, by tenths of the newcomers.",
            studies.laid_out(shown.drop(columns="replications"), formats, heads),
            "Newcomers with a connection, by their number, in %.",
            studies.laid_out(shares.drop(columns="replications"), percent, heads),
        ]
    )


def words(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Return how far the laws hold, what the first gain, and how far LinkedIn's bins are."""
    degrees, first = tables["degrees"], tables["first"]
    first = first[first["tenth"] == "first / last"]
    off = (degrees["mean"] - degrees["law"]).abs().groupby(degrees["source"], sort=False).max()
    sentences = [
        "In the bare networks the shares of newcomers with at least k connections differ from the "
        f"laws by at most {off['directory']:.3f} (directory) and {off['popular']:.3f} (popular)."
    ]
    for network, name in (("bare", "bare networks"), ("society", "society")):
        ratios = []
        for _, row in first[first["network"] == network].iterrows():
            law = f" (law {row['law']:.2f})" if np.isfinite(row["law"]) else ""
            seen = studies.between(row["mean"], row["low"], row["high"], ".2f")
            ratios.append(f"{seen}{law} by {row['source']}")
        sentences.append(
            f"In the {name} the connections of the first tenth of the newcomers, divided by those "
            f"of the last tenth, are {', '.join(ratios)}."
        )
    for _, row in distances(tables["bins"]).iterrows():
        if row["network"] == "society":
            sentences.append(
                f"In the society that grows by {row['source']}, {100 * row['part']:.0f} % of those "
                "connected would have to be in another bin to match LinkedIn's."
            )
    return sentences


@sim.plots.in_our_look
def draw(tables: dict[str, pd.DataFrame], setting: str) -> "Figure":
    """Draw the tails and the laws, connections by order of arrival, and the bins."""
    figure = sim.plots.sheet(3.4)
    tails, order, bins = figure.subplots(1, 3)
    first = tables["first"][tables["first"]["tenth"] != "first / last"]
    for source, (colour, marker) in LOOKS.items():
        there = tables["degrees"][tables["degrees"]["source"] == source]
        there = there[there["mean"] > 0]
        tails.loglog(there["at_least"], there["law"], color=colour, linewidth=1)
        tails.loglog(there["at_least"], there["mean"], marker, color=colour, markersize=4)
        bare = first[(first["source"] == source) & (first["network"] == "bare")]
        tenth = bare["tenth"].astype(int)
        order.plot(tenth, bare["law"], color=colour, linewidth=1)
        order.plot(tenth, bare["mean"], marker, color=colour, markersize=4, label=source)
    tails.set_xticks(TICKS, [str(k) for k in TICKS])
    tails.minorticks_off()
    tails.set_xlabel("connections")
    tails.set_ylabel("newcomers with so many or more")
    order.set_xlabel("tenth of the newcomers, by arrival")
    order.set_ylabel("connections")
    order.legend(frameon=False, fontsize=8)
    _draw_bins(bins, tables["bins"])
    sim.plots.headed(
        figure,
        "Popularity makes a long tail, and pays those who come first",
        f"Left and middle: {BARE_DAYS:,} newcomers and nothing else; lines: the known laws. Right: "
        f"a society, {setting} Bars: 95 % intervals.",
    )
    return figure


def _draw_bins(axis: Any, table: pd.DataFrame) -> None:
    there = table[table["network"] == "society"]
    places = np.arange(len(BINS))
    seen = [100 * share for share in LINKEDIN]
    axis.plot(places, seen, "_", color="#262626", markersize=26, label="LinkedIn 2006")
    for shift, (source, (colour, marker)) in zip((-0.2, 0.0, 0.2), LOOKS.items(), strict=True):
        own = there[there["source"] == source]
        error = 100 * np.array([own["mean"] - own["low"], own["high"] - own["mean"]])
        axis.errorbar(
            places + shift, 100 * own["mean"], error, fmt=marker, color=colour, markersize=4
        )
    axis.set_xticks(places, ["1", "2-7", "8-60", ">60"])
    axis.set_xlabel("connections")
    axis.legend(frameon=False, fontsize=8, loc="upper right")
    axis.set_ylabel("connected newcomers, %")
    axis.set_ylim(0, 65)


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
