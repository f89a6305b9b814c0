"""Which parameter values make the society look like real ones, and how exactly are they known?

The calibration has two parts, because who meets whom does not depend on the platform. First the
parameters of meetings are fitted, by runs that simulate meetings alone. Then the parameters of the
platform are fitted, while the meetings of the scenario stay fixed. Each part has a table of runs at
points drawn from the prior (``prior``), and a second table in the narrower box that the first one
leaves. The posterior is made from the nearest points by regression adjustment (``posterior``). The
targets are the rows of the table of patterns that are there to be fitted, or targets of your own
(``--targets``). As a check, known points are recovered: each of 200 points of the table in turn
takes the place of the data, and 90 % ranges must cover .85 to .95 of their parameters. Rows of kind
"held out" are scored at 100,000 members.

``posterior.csv`` is the sample from which ``sim.plausible_societies`` draws.
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

import sim
from sim import commands
from sim.version import VERSION

from . import calibration_figures, patterns, scored, studies, targets
from .calibration import TABLES, Calibrated, Part
from .pattern import Kind
from .pattern_rows import ROWS
from .prior import MEETINGS, PLATFORM, Prior

MEMBERS = 4_000
PROBES = 200
"""Probes in a society: more than the study had, for a steadier share of them."""
SAMPLES = {"meetings": "meetings-posterior.csv", "platform": "posterior.csv"}
COVERED = (0.85, 0.95)
"""How often 90 % ranges must cover known parameters."""
Runs = Annotated[
    int,
    typer.Option(
        "--runs",
        metavar="N",
        min=60,
        help="Number of runs in each of the two tables for the parameters of the platform.",
    ),
]
MeetingsRuns = Annotated[
    int,
    typer.Option(
        "--meetings-runs",
        metavar="N",
        min=30,
        help="Number of runs in each of the two tables for the parameters of meetings.",
    ),
]
Tests = Annotated[
    int,
    typer.Option(
        "--test",
        metavar="N",
        min=0,
        help=f"Number of runs with {patterns.CITY:,} members, to test patterns that were not "
        "fitted.",
    ),
]
TargetsFile = Annotated[
    Path | None,
    typer.Option(
        "--targets",
        metavar="FILE",
        parser=commands.to_read,
        help="TOML file of your own targets, to fit to them; see docs/calibration.md.",
    ),
]


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    runs: Runs = 1_000,
    meetings_runs: MeetingsRuns = 200,
    test: Tests = 2,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/calibrate"),
    own: TargetsFile = None,
    settings: commands.Settings = None,
    scenario: commands.ScenarioFile = None,
) -> None:
    """Fit the parameters of meetings, then those of the platform, to published or your own data.

    For each of these two groups of parameters, the first table of runs covers all values allowed,
    the second table the values that fit best in the first. Prints which values of each parameter
    fit the data; writes posterior.csv (a sample of these values), tables, figures and
    provenance.json to --out. Defaults: 4,000 members, 365 days, tables of 200 runs (meetings) and
    1,000 runs (platform).
    """
    base = commands.chosen(
        scenario,
        settings,
        defaults={"members": MEMBERS},
        members=members,
        days=days,
        seed=seed,
    )
    given = targets.read(own) if own else targets.of_the_table()
    parts = listed(base, given, runs, meetings_runs, jobs)
    with studies.written_to(
        out,
        base,
        jobs=jobs,
        runs=runs,
        meetings_runs=meetings_runs,
        test=test,
        targets=given.said(),
    ) as outcome:
        done = [part.calibrated(out / part.name) for part in parts]
        recovered = [one.recovered() for one in done]
        for one, covered in zip(done, recovered, strict=True):
            name = one.part.name
            outcome.tables[f"{name}-parameters"] = one.parameters()
            outcome.tables[f"{name}-recovered"] = covered
            outcome.tables[f"{name}-targets"] = one.fitted()
            outcome.texts[SAMPLES[name]] = sample(one, out / name)
            outcome.figures[f"{name}-pairs"] = calibration_figures.pairs(one)
        tested = held_out(base, test, out / "test", jobs)
        outcome.tables["test"] = tested
    words = [_words(one, covered) for one, covered in zip(done, recovered, strict=True)]
    tables = [_text(one.parameters()) for one in done]
    paragraphs = [text for pair in zip(tables, words, strict=True) for text in pair]
    studies.print_answer(*paragraphs, _tested(tested), out=out)


def listed(
    base: sim.Scenario,
    given: targets.Targets,
    runs: int,
    meetings_runs: int,
    jobs: int | None,
) -> list[Part]:
    """Return the parts to calibrate: those that have targets."""
    ranges = {
        name: Prior(parameters).with_ranges(
            {key: span for key, span in given.prior.items() if key in Prior(parameters).names}
        )
        for name, parameters in (("meetings", MEETINGS), ("platform", PLATFORM))
    }
    unknown = {*given.prior} - {name for prior in ranges.values() for name in prior.names}
    Prior((*MEETINGS, *PLATFORM)).with_ranges({name: given.prior[name] for name in unknown})
    alone = base.replace({"inviting.per_day": 0})
    parts = [
        Part(
            "meetings", alone, ranges["meetings"], given.of(meetings=True), 0, meetings_runs, jobs
        ),
        Part("platform", base, ranges["platform"], given.of(meetings=False), PROBES, runs, jobs),
    ]
    return [part for part in parts if part.targets.near]


def sample(one: Calibrated, folder: Path) -> str:
    """Return the sample of a posterior as CSV, after lines that say how it was made."""
    base, tables = one.part.base, [folder / name / "table.parquet.sha256" for name in TABLES]
    digests = [path.read_text(encoding="utf-8").split()[0] for path in tables]
    said = [
        f"Posterior sample of the {one.part.name}, by experiments/calibrate.py of invitesim "
        f"{VERSION}",
        f"{base.members:,} members, {base.days} days, seed {base.seed}; two tables of "
        f"{one.part.runs:,} runs, {one.kept} nearest points of {len(one.table.places)}",
        f"targets: {', '.join([*one.part.targets.near, *one.part.targets.bounds])}",
        *(f"sha256 of {name}: {digest}" for name, digest in zip(TABLES, digests, strict=True)),
    ]
    rows = one.sample().to_csv(index=False, lineterminator="\n")
    return "".join(f"# {line}\n" for line in said) + rows


def held_out(base: sim.Scenario, runs: int, folder: Path, jobs: int | None) -> pd.DataFrame:
    """Return the scores of the rows that nothing was fitted to, in a city of the scenario."""
    rows = [pattern for pattern in ROWS.values() if pattern.kind == Kind.HELD_OUT]
    if runs == 0:
        return scored.scores(pd.DataFrame(), rows)
    keep = scored.Measured(tuple(pattern.name for pattern in rows), probed=0)
    city = base.replace({"members": patterns.CITY})
    # a study calls keep.live with the scenario
    study = sim.Study(city, [{"days": city.days}], replications=runs, keep=keep)  # type: ignore[arg-type]
    return scored.scores(studies.done(study, folder, jobs), rows)


def _text(parameters: pd.DataFrame) -> str:
    shown = parameters.assign(within=parameters["within"].map({True: "yes", False: "no"}))
    shown = shown.rename(columns={"within": "default between quartiles"})
    numbers = [str(name) for name in shown if shown[name].dtype.kind == "f"]
    return studies.laid_out(shown, dict.fromkeys(numbers, ".3g"))


def _words(one: Calibrated, covered: pd.DataFrame) -> str:
    """Return how well known points were recovered, and where the defaults lie."""
    share, points = covered["covered"].iloc[-1], covered["points"].iloc[-1]
    low, high = COVERED
    right = "as they should" if low <= share <= high else f"NOT within {low:g} to {high:g}"
    worst = covered.iloc[int((covered["covered"].iloc[:-1] - 0.9).abs().argmax())]
    region = one.default_in_region()
    inside = "inside" if region <= 0.5 else "outside"
    return studies.filled(
        f"{one.part.name}: 90 % ranges cover {share:.3f} of the known parameters of {points} "
        f"points, {right} (furthest from .9: {worst['parameter']}, {worst['covered']:.3f}).",
        f"The defaults lie {inside} the 50 % region (at {100 * region:.0f} %);",
        f"{len(one.table.places)} runs in the box, {one.kept} nearest points.",
    )


def _tested(table: pd.DataFrame) -> str:
    """Return which rows held out are met."""
    if not (table["replications"] > 0).any():
        return "held out: not run (--test)"
    parts = [
        f"{row['row']} {row['model']:.3f} ({row['target']}: {row['met']})"
        for _, row in table.iterrows()
    ]
    return studies.filled("held out:", "; ".join(parts) + ".")


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
