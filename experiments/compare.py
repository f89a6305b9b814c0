"""Which way of inviting reaches furthest, how mutual are the connections, who gets blocked?

Each policy is simulated in three kinds of society: **mixed** with the others, **alone** (everybody
has it), and as a **newcomer** (one member in a hundred has it). Each society is run several times,
and all societies have the same seeds. There is also a society that separates the effect of inviting
from the effect of accepting (``crossed``), and a table of members by decile (``benefits``). The
results are a table, an answer in words, and a folder of tables and figures. To ask another
question, copy this script and change the societies (``populations``) or what is kept (``kept``).

All runs are one study, whose points are the societies, in the folder ``societies`` inside the
results folder. Finished runs are kept there, and the same command continues from them.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
import typer

import sim
from sim import commands

from . import answers, benefits, crossed, figures, studies
from .estimates import differences
from .kept import INNER, keep, restricted, rows_in
from .populations import Population, populations

Replications = Annotated[
    int,
    typer.Option(
        "--replications",
        metavar="N",
        min=1,
        help="Number of runs of each society; seeds SEED, SEED + 1, ...",
    ),
]
RUNS = "societies"
"""The folder of the finished runs, in the results folder."""
CLOCKS: dict[Literal["days", "invitations"], str] = {
    "days": "time_to_block_days",
    "invitations": "time_to_block_invitations",
}
"""From how the time to a block is measured to the measure."""
TWO_BY_TWO = "Two by two, everyone in place of acquaintances only."
DIGITS = "%.6g"
"""The format of numbers in summary.csv: with so few digits it is the same on every machine."""


@dataclass(frozen=True)
class Comparison:
    """The tables of the comparison.

    In each, ``population`` is mixed, alone or newcomer, and ``policy`` is the one whose members are
    meant, or "all" in the mixed society.
    """

    runs: pd.DataFrame
    """A row per replication, society and policy, a column per measure and per number that a share
    is a share of.

    The population "host" are the members of a newcomer's society who are not newcomers.
    """
    summary: pd.DataFrame
    """population, policy, measure, mean, low, high, replications.

    The times to a block are medians of one curve over the members of all replications.
    """
    differences: pd.DataFrame
    """The same for paired differences between two groups.

    It is how much more (population, policy) has than (than_population, than_policy).
    """
    series: pd.DataFrame
    """population, policy, society, day, measure, mean, low, high, replications.

    As in the runs, the population "host" are the members around newcomers.
    """
    survival: pd.DataFrame
    """population, policy, clock ("days", "invitations"), time, mean, low, high, replications.

    The mean is the share of members never blocked up to this time: the Kaplan-Meier estimate over
    the members of all replications together. By invitations a curve ends where fewer than 10 % of
    the members are at risk.
    """
    deciles: pd.DataFrame
    """Of the mixed society, as ``benefits.told`` returns it."""
    crossed: pd.DataFrame
    """As ``crossed.told`` returns it; empty where there is no such society."""
    effects: pd.DataFrame
    """As ``crossed.effects`` returns it; empty where there is no such society."""


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: Replications = 20,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/compare"),
    settings: commands.Settings = None,
    scenario: commands.ScenarioFile = None,
    contacts: commands.Contacts = None,
) -> None:
    """Compare ways of inviting: how far they reach, how mutual connections are, and who is blocked.

    Simulates three kinds of society: all policies (ways of inviting) are mixed, all members have
    the same policy, or one member in a hundred has a policy and the rest have the others.

    Prints the answer, and writes tables (summary.csv and others), figures and provenance.json to
    the folder of --out. Either all of these are written, or none. Finished runs are kept there:
    after an interruption the same command goes on from them. Defaults: 10,000 members, 365 days, 20
    replications, seed 1.
    """
    started = datetime.now(UTC)
    base = commands.chosen(
        scenario,
        settings,
        defaults={"members": 10_000},
        members=members,
        days=days,
        seed=seed,
        contacts=contacts,
    )
    with sim.atomic_folder(out) as folder:
        # the shortest run comes first: it shows mistakes at once, and compiles the kernel
        example = figures.example(base)
        base = sim.with_log(base)
        comparison = compare(base, replications, out / RUNS, jobs=jobs)
        tables(comparison, folder)
        figures.draw(comparison, example, folder)
        origin(base, started, replications, jobs, folder, log=example.provenance.get("log"))
    assumed = sim.none_by_assumption(base)
    table = answers.table(comparison.summary, assumed)
    words = answers.words(comparison.summary, comparison.differences, assumed)
    more = [studies.filled("Who benefits.", *benefits.words(comparison.deciles, assumed))]
    if len(comparison.effects):
        more.append(studies.filled(TWO_BY_TWO, *crossed.words(comparison.effects)))
    about = [studies.filled(example.about_log)] if example.about_log else []
    studies.print_answer(table, *about, words, *more, out=out)


def compare(
    base: sim.Scenario, replications: int, folder: Path, *, jobs: int | None = None
) -> Comparison:
    """Run what is missing of all societies and return the estimates.

    Parameters
    ----------
    base : Scenario
        The mixed society; the others differ from it in their shares only. With a contact log it
        must have as many members as the log.
    replications : int
        Runs of each society. Replication r = 0, 1, ... has the seed ``base.seed + r`` in all of
        them.
    folder : Path
        Of the finished runs.
    jobs : int, optional
        Processes; the tables do not depend on it.
    """
    apart = crossed.crossed(base)
    societies = populations(base) + ([apart] if apart else [])
    design = [{"policies": society.scenario.policies} for society in societies]
    study = sim.Study(base, design, replications=replications, keep=keep)
    done = studies.done(study, folder, jobs, [society.name for society in societies])
    runs, series, deciles, groups = [], [], [], []
    each_run: Any = done.groupby(["replication", "seed", "point"])
    for (r, seed, point), kept in each_run:
        society = societies[point]
        if society is apart:
            groups.append(kept[kept["policy"] != "all"].assign(replication=r))
            continue
        if society.kind == "mixed":
            by_trait = rows_in(kept, "deciles").sort_values("trait", kind="stable")
            deciles.append(by_trait.assign(replication=r))
        runs.append(
            society.placed(kept.drop(columns=[*INNER])).assign(
                replication=r, seed=seed, society=society.name
            )
        )
        by_day = rows_in(kept, "by_day").sort_values("day", kind="stable")
        series.append(society.placed(by_day).assign(society=society.name))
    table = pd.concat(runs, ignore_index=True)
    counts = [name for name in sim.measures.DENOMINATORS if name in table]
    keys = ["replication", "seed", "society", "population", "policy", "members"]
    table = table[[*keys, *sim.MEASURES, *counts]]
    # as runs.csv has them, so that the summary follows from it to the last digit
    measured = table.select_dtypes("float")
    table[measured.columns] = measured.map(lambda value: float(f"{value:.12g}"))
    together = [
        (society, restricted(done[done["point"] == point]))
        for point, society in enumerate(societies)
        if society is not apart
    ]
    return Comparison(
        runs=table,
        summary=with_medians(estimated(table), *together),
        differences=differences(table, sim.MEASURES),
        series=estimated(pd.concat(series), "society", "day"),
        survival=pd.concat([curves(*each, replications) for each in together], ignore_index=True),
        deciles=benefits.told(pd.concat(deciles)),
        crossed=crossed.told(pd.concat(groups)) if groups else pd.DataFrame(),
        effects=crossed.effects(pd.concat(groups)) if groups else pd.DataFrame(),
    )


def estimated(table: pd.DataFrame, *point: str) -> pd.DataFrame:
    """Return the estimates of the measures over replications, for every point of a curve.

    A curve has no point where its measure was not taken. Hosts of newcomers are left out, but where
    ``point`` has the society, which tells them apart.
    """
    keys = ["population", "policy", *point]
    measures = [
        column
        for column in table
        if column
        not in {*keys, "replication", "seed", "society", "members", *sim.measures.DENOMINATORS}
    ]
    alike = table if "society" in point else table[table["population"] != "host"]
    estimates = sim.aggregate(alike, by=keys, measures=measures)
    return (
        estimates[estimates["replications"] == estimates["replications"].max()].reset_index(
            drop=True
        )
        if point
        else estimates
    )


def curves(society: Population, members: pd.DataFrame, replications: int) -> pd.DataFrame:
    """Return the Kaplan-Meier curves of a society, from the members of all its runs."""
    parts = []
    for clock in CLOCKS:
        table = sim.survival(society.scenario, members, clock)
        if clock == "invitations":
            least = sim.measures.LEAST_AT_RISK * table.groupby("policy")["at_risk"].transform("max")
            table = table[table["at_risk"] >= least]
        parts.append(table.assign(clock=clock, replications=replications))
    placed = society.placed(pd.concat(parts)).rename(columns={"survival": "mean"})
    columns = ["population", "policy", "clock", "time", "mean", "low", "high", "replications"]
    found: pd.DataFrame = placed.loc[placed["population"] != "host", columns]
    return found


def with_medians(summary: pd.DataFrame, *together: tuple[Population, pd.DataFrame]) -> pd.DataFrame:
    """Return a summary whose times to a block are those of the members of all runs together.

    Each comes with a society and the members of all its runs. ``high`` is infinite where the upper
    end of the curve's band stays above one half.
    """
    keys, parts = ["population", "policy", "measure"], []
    for society, members in together:
        for clock, measure in CLOCKS.items():
            found = society.placed(sim.time_to_block(society.scenario, members, clock))
            parts.append(found[found["population"] != "host"].assign(measure=measure))
    medians = pd.concat(parts).rename(columns={"median": "mean"}).set_index(keys)
    summary = summary.set_index(keys)
    ends = ["mean", "low", "high"]
    summary.loc[medians.index, ends] = medians[ends]
    summary.loc[medians.index, "replications"] = summary["replications"].max()
    return summary.reset_index()


def tables(comparison: Comparison, folder: Path) -> None:
    """Write the tables as Parquet, and some of them also as CSV.

    The estimates have 6 significant digits, and the runs 12, so that the summary follows from them:
    the last digits of a sum depend on the processor.
    """
    for name, table in vars(comparison).items():
        if len(table.columns):
            table.to_parquet(folder / f"{name}.parquet", index=False)
    for name in ("summary", "deciles", "crossed", "effects"):
        table = getattr(comparison, name)
        if len(table):
            table.to_csv(
                folder / f"{name}.csv", index=False, float_format=DIGITS, lineterminator="\n"
            )
    comparison.runs.to_csv(
        folder / "runs.csv", index=False, float_format="%.12g", lineterminator="\n"
    )


def origin(
    base: sim.Scenario,
    started: datetime,
    replications: int,
    jobs: int | None,
    folder: Path,
    **more: Any,
) -> None:
    """Write provenance.json: all parameters, shares, seeds, versions, commit, machine and time."""
    shares = {society.name: society.scenario.shares() for society in populations(base)}
    seeds = [copy.seed for copy in sim.replications(base, replications)]
    record = sim.provenance(
        base,
        started=started,
        seeds=seeds,
        replications=replications,
        jobs=jobs,
        societies=shares,
        **more,
    )
    (folder / "provenance.json").write_text(
        json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
