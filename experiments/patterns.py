"""Does a simulated society agree with published numbers of the real world (patterns)?

Each row of the table of patterns is one function in ``pattern_rows``, with its data, its source,
and the range of values that are near enough to the data. The model's parameters were fitted to some
rows ("fit" and "fit, meetings", by ``calibrate``), others are "held out". To judge a society of
your own by the same rows, give its scenario. A row is "not known" if it can't be computed for this
society, because the run is too short, the society too small, or its meetings come from a log. Rows
that need 100,000 members are run only with ``--city``.
"""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

import sim
from sim import commands

from . import scored, studies
from .pattern_rows import ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEMBERS = 4_000
CITY = 100_000
NOT_IN_A_LOG = ("layers", "thirds")
"""Rows about all acquaintances of people.

They can't be computed from a log, which has only meetings face to face at one place.
"""
COLUMNS_OF_PANELS = 3
LETTERS = 26
"""The most letters in a line of the title of a panel."""
UNITS = {
    "acceptance of those known online": "difference of shares",
    "skew": "mean / median",
    "layers": "people",
    "assortativity": "correlation",
    "acceptance falls with volume": "difference of shares",
}
"""What is on the axis of a row; for rows not listed here it is a share."""
COLOURS = {scored.MET: "#0072B2", scored.FAILED: "#D55E00"}
City = Annotated[
    int,
    typer.Option(
        "--city",
        metavar="N",
        min=0,
        help=f"Number of runs with {CITY:,} members, for the patterns that need so many; each run "
        "takes some 5 GB and a minute.",
    ),
]


def main(
    scenario: commands.ScenarioGiven = None,
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 5,
    city: City = 0,
    seed: commands.Seed = None,
    contacts: commands.Contacts = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/patterns"),
    settings: commands.Settings = None,
) -> None:
    """Compare a society with patterns: published numbers of the real world.

    Prints a table that says which patterns the society meets; writes patterns.csv, a figure and
    provenance.json to --out. Defaults: 4,000 members, 365 days, 5 replications, seed 1.
    """
    base = sim.with_log(
        commands.chosen(
            scenario,
            settings,
            defaults={"members": MEMBERS},
            members=members,
            days=days,
            seed=seed,
            contacts=contacts,
        )
    )
    if city and base.meeting.contacts:
        raise sim.InputError(
            f"--city: a contact log has {base.members:,} people (got {city}); must be 0 with a log"
        )
    about = sim.about_log(base)
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, city=city, log=about or None
    ) as outcome:
        runs = taken(base, replications, out / "runs", jobs, city=False)
        if city:
            large = base.replace({"members": CITY})
            more = taken(large, city, out / "city", jobs, city=True)
            runs = runs.merge(more, how="outer", on="replication")
        elif base.meeting.contacts:
            runs = of_log(runs)
        table = scored.scores(runs)
        outcome.tables["patterns"] = table
        outcome.figures["patterns"] = draw(table, _setting(base, replications, city))
    words = [about, " ".join(_words(table))]
    studies.print_answer(_text(table), *(studies.filled(each) for each in words if each), out=out)


def taken(
    base: sim.Scenario, replications: int, folder: Path, jobs: int | None, *, city: bool
) -> pd.DataFrame:
    """Run a society, and return a row per replication with the numbers of its patterns."""
    patterns = [pattern for pattern in ROWS.values() if pattern.city == city]
    names = tuple(pattern.name for pattern in patterns)
    keep = scored.Measured(names, probed=0) if city else scored.Measured(names)
    # a study calls keep.live with the scenario
    study = sim.Study(base, [{"days": base.days}], replications=replications, keep=keep)  # type: ignore[arg-type]
    runs = studies.done(study, folder, jobs)
    return runs[["replication", *scored.columns(patterns)]]


def of_log(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of a contact log's society; what no log tells is NaN, not known."""
    untold = [pattern for pattern in ROWS.values() if pattern.city or pattern.name in NOT_IN_A_LOG]
    return runs.assign(**dict.fromkeys(scored.columns(untold), float("nan")))


def _setting(base: sim.Scenario, replications: int, city: int) -> str:
    """Return a line for the figure on what was simulated."""
    line = studies.setting(base, replications)
    if not city:
        return line
    return f"{line.removesuffix('.')}; rows that need {CITY:,} people: {city} replications."


def _text(table: pd.DataFrame) -> str:
    """Return the scores as a table for the terminal; parts stand below the name of their row."""
    lines = []
    for name, parts in table.groupby("row", sort=False):
        kind = parts["kind"].iloc[0].rpartition(", ")[2]
        if len(parts) > 1:
            lines.append({"row": name, "kind": kind, "target": "", "model": "", "met": ""})
        for part in parts.to_dict("records"):
            several = len(parts) > 1
            named = {
                "row": f"  {part['part']}" if several else name,
                "kind": "" if several else kind,
            }
            model = _estimate(part["model"], part["low"], part["high"])
            lines.append({**named, "target": part["target"], "model": model, "met": part["met"]})
    return studies.laid_out(pd.DataFrame(lines))


def _estimate(mean: float, low: float, high: float) -> str:
    """Return a value with its interval, or alone if it is exact; a dash if there is no value."""
    if mean != mean:
        return "-"
    return f"{mean:.3g}" if high - low < 1e-9 else studies.between(mean, low, high, ".3g")


def _words(table: pd.DataFrame) -> list[str]:
    """Return how many rows are met, and which fail; a row is met if all its parts are."""
    worst = table.groupby("row", sort=False)["met"].agg(
        lambda met: next(
            one
            for one in (scored.FAILED, scored.NOT_RUN, scored.UNKNOWN, scored.MET)
            if one in set(met)
        )
    )
    counts = worst.value_counts()
    judged = counts.get(scored.MET, 0) + counts.get(scored.FAILED, 0)
    failing = worst.index[worst == scored.FAILED]
    return [
        f"{counts.get(scored.MET, 0)} of {judged} rows are met",
        f"(failing: {', '.join(failing)});" if len(failing) else "(none fails);",
        f"{counts.get(scored.NOT_RUN, 0)} were not run, as they need {CITY:,} members (--city),",
        f"and {counts.get(scored.UNKNOWN, 0)} are not known of this society.",
    ]


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw a panel for each row: the accepted range as a bar, the model as a point and interval."""
    known = table[table["replications"] > 0]
    rows = list(known.groupby("row", sort=False))
    lines = -(-len(rows) // COLUMNS_OF_PANELS)
    figure = sim.plots.sheet(0.9 + 1.05 * max(1, lines))
    axes = figure.subplots(max(1, lines), COLUMNS_OF_PANELS, squeeze=False).ravel()
    for axis in axes[len(rows) :]:
        axis.set_axis_off()
    for axis, (row, parts) in zip(axes, rows, strict=False):
        _panel(axis, str(row), parts)
    met = int((known["met"] == scored.MET).sum())
    sim.plots.headed(
        figure,
        f"{met} of {len(known)} numbers that were taken are within what the data allow",
        f"{setting} Bars: the range in which a pattern is met (line: the data). Points: the model, "
        "with the 95 % interval of its mean; orange if outside the range.",
    )
    return figure


def _panel(axis: "Axes", row: str, parts: pd.DataFrame) -> None:
    """Draw one row of the table."""
    places = range(len(parts))
    spread = [parts["model"], parts["low"].fillna(parts["model"]), parts["high"]]
    values = pd.concat([*spread, parts["least"], parts["most"]])
    values = values[values.abs() < float("inf")]
    margin = 0.15 * ((values.max() - values.min()) or 1)
    low, high = values.min() - margin, values.max() + margin
    for place, part in zip(places, parts.to_dict("records"), strict=True):
        least, most = max(low, part["least"]), min(high, part["most"])
        axis.barh(place, most - least, left=least, height=0.7, color="#E6E6E6")
        target = part["target"].partition(" ± ")
        if target[1]:
            axis.vlines(float(target[0]), place - 0.35, place + 0.35, color="#595959", linewidth=1)
        colour = COLOURS[part["met"]]
        axis.hlines(place, part["low"], part["high"], color=colour)
        axis.plot(part["model"], place, "o", color=colour, markersize=4)
    axis.set_yticks(places, list(parts["part"]))
    axis.set_ylim(len(parts) - 0.4, -0.6)
    axis.set_xlim(low, high)
    axis.set_xlabel(UNITS.get(row, "share"), fontsize=7)
    axis.set_title(textwrap.fill(row, LETTERS), fontsize=8)
    axis.tick_params(labelsize=7)
    if len(parts) == 1:  # the title is its name
        axis.tick_params(axis="y", length=0)


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
