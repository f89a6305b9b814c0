"""Do differences between ways of inviting last for years, and do they hold in larger societies?

**Time**: the mixed society is simulated for eight years. The results say on which days one policy
is clearly ahead of another, and where the order turns. Whether it turns depends on what is not
known. So plausible societies (``sim.plausible_societies``) are followed too, and for each year it
is counted in how many of them one policy leads another. **Size**: societies of 1,000, 10,000 and
100,000 people are simulated for a year. In larger societies some measures keep their numbers, some
their shares, and some neither. A measure *transfers* if it is about the same in the two larger
societies.

Answer (``invitesim experiment horizon``: 10,000 members, 8 years, 10 replications, 40 plausible
societies): the lead of those who invite everyone shrinks. They have 33.4 [32.6, 34.2]
connections after a year and 90.5 [88.9, 92.1] after eight years. Those who invite people they have
interacted with have 20.5 [20.3, 20.7] and 85.1 [84.1, 86.1], and those who invite close friends 8.4
[8.3, 8.5] and 34.1 [33.8, 34.4]. By the end 52.6 % [51.9, 53.3] of ``everyone`` are blocked, and
19.5 % [18.8, 20.2] of ``interacted``. In others within two steps, ``everyone`` is clearly ahead of
``interacted`` until day 870, and not afterwards. In connections, ``everyone`` leads ``interacted``
in 100.0 % [91.2, 100.0] of the plausible societies after a year, and in 72.5 % [56.1, 85.4] after
eight years. Connections, acceptance and the share of acquaintances transfer from 10,000 to 100,000
people. The share within two steps does not: for ``everyone`` it is 12.2 % [11.9, 12.6] and 1.5 %
[1.3, 1.8].
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import sim
from sim import commands
from sim.plots.captions import listed, quoted, spoken

from . import ranges, studies
from .by_day import YEAR, by_day
from .plausible import leads
from .societies import Societies

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZES = (1_000, 10_000, 100_000)
LARGE, FEW = 50_000, 3
"""Societies of so many people or more are run so many times only."""
MEASURES = ("degree", "reach2", "reach2_share", "acceptance", "acquainted", "blocked")
DRAWN = ("degree", "reach2_share", "acceptance", "blocked")
ORDERED = ("degree", "reach2_share")
"""The measures whose order is followed."""
ALIKE = 0.1
"""A measure transfers if the largest society has it within this part of what the next has."""


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 10,
    societies: Societies = 40,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/horizon"),
    settings: commands.Settings = None,
) -> None:
    """Follow the ways of inviting (policies) for years, and compare societies of three sizes.

    Prints on which day one policy overtakes another, and which measures are the same in larger
    societies; writes years.csv, stretches.csv, lasting.csv, sizes.csv, figures and provenance.json
    to --out. Defaults: 10,000 members for 2,920 days (8 years), 10 replications, 40 plausible
    societies, seed 1; sizes are compared after a year, and the society of 100,000 people is run 3
    times. Takes 4 minutes on two idle cores.
    """
    base = commands.chosen(
        None,
        settings,
        defaults={"members": 10_000, "days": 8 * YEAR},
        members=members,
        days=days,
        seed=seed,
    )
    drawn = sim.plausible_societies(societies, base=base, seed=base.seed)
    varied = ranges.differing(base, drawn)
    design = [{name: ranges.value_of(one, name) for name in varied} for one in drawn]
    sizes = {size: min(replications, FEW if size >= LARGE else replications) for size in SIZES}
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=societies, sizes=sizes
    ) as outcome:
        tables = [
            studies.done(
                sim.Study(
                    base.replace({"days": min(YEAR, base.days)}),
                    {"members": [size]},
                    replications=number,
                    keep=MEASURES,
                ),
                out / "sizes" / str(size),
                jobs,
            ).assign(people=size)
            for size, number in sizes.items()
        ]
        by_size = pd.concat(tables, ignore_index=True)
        same = {"members": [base.members]}
        study = sim.Study(base, same, replications=replications, keep=by_day)
        years = studies.done(study, out / "years", jobs)
        plausible = studies.done(
            sim.Study(base, design, replications=1, keep=by_day), out / "societies", jobs
        )
        along = sim.aggregate(years, by=["day", "policy"], measures=MEASURES)
        ahead, lasts = stretches(years), lasting(plausible)
        estimates = sim.aggregate(
            by_size[by_size["policy"] != "all"], by=["people", "policy"], measures=MEASURES
        )
        outcome.tables |= {
            "years": along[along["replications"] > 0],
            "stretches": ahead,
            "lasting": lasts,
            "sizes": estimates,
        }
        outcome.figures["years"] = sim.plots.curves(
            years, "day", DRAWN, setting=studies.setting(base, replications)
        )
        outcome.figures["lasting"] = draw_lasting(lasts, societies, base)
        outcome.figures["sizes"] = draw_sizes(by_size, sizes, min(YEAR, base.days))
    words = studies.filled(*_words(along, ahead, lasts, estimates))
    studies.print_answer(_years_text(along), _sizes_text(estimates), words, out=out)


def stretches(years: pd.DataFrame) -> pd.DataFrame:
    """Return on which days which policy is clearly ahead of which.

    All days, pairs of policies and both measures of the order are one family (Holm's rule).

    Returns
    -------
    DataFrame
        measure, policy, than_policy, first_day, last_day: a row for each stretch of days on which
        the first policy is clearly ahead.
    """
    policies = years[years["policy"] != "all"]
    days = policies.dropna(subset=list(ORDERED))
    pairs = [
        ((day, one), (day, other))
        for day in dict.fromkeys(days["day"])
        for one, other in itertools.combinations(dict.fromkeys(days["policy"]), 2)
    ]
    found = sim.differences(days, by=["day", "policy"], pairs=pairs, measures=ORDERED)
    found["clear"] = sim.clearly(found["p"], found["replications"])
    rows = []
    for (measure, one, other), line in found.groupby(
        ["measure", "policy", "than_policy"], sort=False
    ):
        line = line[line["clear"]].sort_values("day")
        for first, part in itertools.groupby(
            zip(line["day"], line["mean"] > 0, strict=True), key=lambda at: at[1]
        ):
            on = [day for day, _ in part]
            ahead, behind = (one, other) if first else (other, one)
            rows.append(
                {
                    "measure": measure,
                    "policy": ahead,
                    "than_policy": behind,
                    "first_day": on[0],
                    "last_day": on[-1],
                }
            )
    return pd.DataFrame(rows, columns=["measure", "policy", "than_policy", "first_day", "last_day"])


def lasting(plausible: pd.DataFrame) -> pd.DataFrame:
    """Return in what share of the plausible societies one policy has more connections than another.

    A row for the end of each year and each pair: year, measure, policy, than_policy, mean, low,
    high, societies.
    """
    ends = plausible[(plausible["day"] % YEAR == 0) & (plausible["policy"] != "all")]
    tables = [
        leads(there.rename(columns={"point": "society"}), ["degree"]).assign(year=year)
        for year, there in ends.assign(year=ends["day"] // YEAR).groupby("year", sort=True)
    ]
    columns = ["year", "measure", "policy", "than_policy", "mean", "low", "high", "societies"]
    return pd.concat(tables)[columns] if tables else pd.DataFrame(columns=columns)


def transfer(estimates: pd.DataFrame) -> dict[str, bool]:
    """Return, for each measure, whether all policies have it alike in the two largest sizes."""
    *_, smaller, larger = sorted(set(estimates["people"]))
    wide = estimates.pivot_table(
        index=["measure", "policy"], columns="people", values="mean", sort=False
    )
    near = (wide[larger] - wide[smaller]).abs() <= ALIKE * wide[smaller]
    return {
        str(measure): bool(ok) for measure, ok in near.groupby("measure", sort=False).all().items()
    }


def _years_text(along: pd.DataFrame) -> str:
    rows = []
    ends = along[along["day"] % YEAR == 0]
    for day in (1, 2, 4, 8):
        for policy, there in ends[ends["day"] == day * YEAR].groupby("policy", sort=False):
            if policy == "all":
                continue
            by: Any = there.set_index("measure")
            rows.append(
                {
                    "years": str(day),
                    "": spoken(str(policy)),
                    **{
                        sim.measures.label(m).column: _cell(by.loc[m])
                        for m in ("degree", "acceptance", "acquainted", "blocked")
                    },
                }
            )
    if not rows:
        return "The run is shorter than a year."
    table = studies.laid_out(pd.DataFrame(rows), heads=["years"])
    return f"After years, in the mixed society; shares in %.\n\n{table}"


def _sizes_text(estimates: pd.DataFrame) -> str:
    rows = []
    for (people, policy), there in estimates.groupby(["people", "policy"], sort=False):
        by: Any = there.set_index("measure")
        cells = {
            sim.measures.label(m).column: _cell(by.loc[m])
            for m in ("degree", "reach2", "reach2_share", "blocked")
        }
        rows.append({"people": f"{people:,}", "": spoken(str(policy)), **cells})
    table = studies.laid_out(
        pd.DataFrame(rows).rename(columns={"number of others within two steps": "people reached"}),
        heads=["people"],
    )
    return f"By the size of the society, after a year; shares in %.\n\n{table}"


def _cell(row: "pd.Series[Any]") -> str:
    scale = sim.measures.label(row.name if isinstance(row.name, str) else "degree").scale
    return studies.between(*(scale * row[name] for name in ("mean", "low", "high")))


def _words(
    along: pd.DataFrame, ahead: pd.DataFrame, lasts: pd.DataFrame, estimates: pd.DataFrame
) -> Iterator[str]:
    """Yield where the order turns, how often it lasts, and what transfers."""
    yield from turns(ahead)
    if len(lasts):
        for year in sorted({lasts["year"].min(), lasts["year"].max()}):
            parts = [
                f"{quoted(row['policy'])} leads {quoted(row['than_policy'])} in "
                + studies.between(
                    100 * row["mean"], 100 * row["low"], 100 * row["high"], ".1f", "%"
                )
                for row in lasts[lasts["year"] == year].to_dict("records")
            ]
            count = int(lasts["societies"].max())
            yield (
                f"After {_years(year)}, of {count} plausible societies, {listed(parts)}, "
                "in connections."
            )
    alike = transfer(estimates)
    same = [sim.measures.label(m).column for m, ok in alike.items() if ok]
    others = [sim.measures.label(m).column for m, ok in alike.items() if not ok]
    sizes = [f"{size:,}" for size in sorted(set(estimates["people"]))[-2:]]
    yield (
        f"From {sizes[0]} to {sizes[1]} people these change by less than a tenth: "
        f"{listed(same or ['none'])}; these by more: {listed(others or ['none'])}."
    )


def turns(ahead: pd.DataFrame) -> Iterator[str]:
    """Yield, for each measure of the order, where a clear lead passes on or ends, if any does."""
    end = ahead["last_day"].max()
    for measure in ORDERED:
        rows = ahead[ahead["measure"] == measure].to_dict("records")
        said = sim.measures.label(measure).words
        found = []
        for one, other in zip(rows, [*rows[1:], {}], strict=False):
            pair = (one["policy"], one["than_policy"])
            lead = f"{quoted(pair[0])} is clearly ahead of {quoted(pair[1])}"
            until = f"{lead} until day {one['last_day']:,}"
            if pair == (other.get("than_policy"), other.get("policy")):
                found.append(f"{until}, and behind from day {other['first_day']:,}")
            elif one["last_day"] < end:
                found.append(f"{until}, and then not")
        yield f"In {said} {'; '.join(found) or 'all clear leads last'}."


def _years(number: int) -> str:
    return "a year" if number == 1 else f"{number} years"


@sim.plots.in_our_look
def draw_lasting(lasts: pd.DataFrame, societies: int, base: sim.Scenario) -> "Figure":
    """Draw in what share of plausible societies one policy leads another, by year."""
    figure = sim.plots.sheet(2.9)
    axis = figure.subplots()
    pairs = list(dict.fromkeys(zip(lasts["policy"], lasts["than_policy"], strict=True)))
    for place, (one, other) in enumerate(pairs):
        line = lasts[(lasts["policy"] == one) & (lasts["than_policy"] == other)]
        colour, marker = (("#262626", "o"), ("#CC79A7", "s"), ("#56B4E9", "^"))[place % 3]
        x = line["year"].astype(float) + 0.09 * (place - 1)
        axis.vlines(x, 100 * line["low"], 100 * line["high"], color=colour, linewidth=1.3)
        axis.plot(
            *(x, 100 * line["mean"]),
            marker=marker,
            color=colour,
            label=f"{spoken(one)} ahead of {spoken(other)}",
        )
    axis.axhline(50, color="#E6E6E6", zorder=0)
    axis.text(0.8, 51, "half of the societies", fontsize=7.5, color="#6E6E6E")
    axis.set_ylim(-3, 103)
    axis.set_xlabel("years since opening")
    axis.set_ylabel("plausible societies, %")
    handles, names = axis.get_legend_handles_labels()
    if handles:
        figure.legend(handles, names, loc="outside right center", frameon=False, fontsize=8)
    setting = f"{societies} plausible societies of {base.members:,} people, one run each."
    sim.plots.headed(
        figure, lasting_finding(lasts), f"{setting} Bars: 95 % intervals over the societies."
    )
    return figure


def lasting_finding(lasts: pd.DataFrame) -> str:
    """Return in how many societies the first policy leads the second, at first and at last."""
    if not len(lasts):
        return "The run is shorter than a year"
    row = lasts.iloc[0]
    line = lasts[
        (lasts["policy"] == row["policy"]) & (lasts["than_policy"] == row["than_policy"])
    ].sort_values("year")
    parts = [
        f"in {100 * one['mean']:.3g}\u00a0% of plausible societies after {_years(one['year'])}"
        for one in (line.iloc[0].to_dict(), line.iloc[-1].to_dict())
    ]
    return (
        f"{quoted(row['policy'])} has more connections than {quoted(row['than_policy'])} "
        + " and ".join(parts)
    )


@sim.plots.in_our_look
def draw_sizes(by_size: pd.DataFrame, sizes: dict[int, int], days: int) -> "Figure":
    """Draw the measures by the size of the society: in people, and in shares."""
    named = by_size.assign(people=[f"{size:,}" for size in by_size["people"]])
    shown: Sequence[str] = ("degree", "reach2", "reach2_share", "blocked")
    runs = ", ".join(f"{number} of {size:,}" for size, number in sizes.items())
    return sim.plots.curves(named, "people", shown, setting=f"{days} days; replications: {runs}.")


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
