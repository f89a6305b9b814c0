"""What does the model answer to each question of the forum thread with which the project began?

Each question has the thread's own words, and the experiment that answers it. This program runs
those experiments that have not been run yet, each in its own folder, one after another, and puts
their answers together. It simulates itself what the thread's four kinds of people get in one
society: the scenario ``thread``. ``docs/thread.md`` goes through the same questions in words, and
says what the model can't answer.

Answer (``invitesim experiment thread``: 2,000 members, a year, 20 replications), for the thread's
people: those who invite introductions as well as people they have met have 36.0 [35.3, 36.7]
connections. This is nearly as many as those who invite everyone have, 38.3 [37.4, 39.3], and 12.2
[11.4, 13.0] more than those who invite only people they have met. Those who invite introductions
are also blocked nearly as often as those who invite everyone, 16.7 % [16.1, 17.4] and 18.6 % [17.8,
19.4]; those who invite only people they have met are hardly ever blocked, 0.2 % [0.2, 0.3]. The
reason: people whom a friend knows often do not know the inviter. In all of 40 plausible societies
those who invite introductions have more connections than those who invite only people they have met
(range 8.4 to 44.2 more), and are blocked more often (range 5.9 to 22.5 points). This holds as long
as they do invite introductions: with a least estimate of acceptance above .2, the first guess of
how many strangers accept, they hardly do.
"""

import importlib
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

import sim
from sim import commands

from . import societies, studies
from .societies import Group, Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PEOPLE, REFERRED = "people", "referred"
DRAWN = "as drawn"
ENDS = ("mean", "low", "high")
SAID = (
    ("degree", 1, ".1f", "", "connections"),
    ("reach2_share", 100, ".1f", "points", "of the others within two steps"),
    ("blocked", 100, ".1f", "points", "blocked"),
)
"""What is said of a difference: its measure, scale, format, unit and words."""
MEASURES = ("degree", "reach2_share", "acceptance", "reciprocity", "blocked", "unwanted_sent")


class Question(NamedTuple):
    """Something that the thread asks or says, and where the answer is."""

    words: str
    """Of the thread."""
    asks: str
    """What that is in the model."""
    experiment: str


QUESTIONS = (
    Question(
        "everyone is welcome ... I know people who will only invite very close friends",
        "Who reaches furthest, how mutual are the connections, who is blocked?",
        "compare",
    ),
    Question(
        "I don't invite anyone I don't know or have a reference to",
        "Does it pay to count references?",
        PEOPLE,
    ),
    Question(
        "do not discriminate between the janitor and the VP",
        "How does rank decide who is invited and accepted, and does courting high ranks pay?",
        "rank",
    ),
    Question(
        "Is it proper to blindly invite them ... or is it better to email or call first",
        "Does it pay to ask first, to remind, or to be cautious?",
        "manners",
    ),
    Question(
        "is there ever a time when you would choose not to join someone's network? ... "
        "psychic stink",
        "What do takers lose once their past counts, and do givers get more connections?",
        "helpers",
    ),
    Question(
        "a third people I've actually met face to face many times, one third people I've only "
        "met once",
        "At which rates of meetings, and least estimates of acceptance, does this mix follow?",
        "thirds",
    ),
    Question(
        "I don't want to risk my account being blocked",
        "Which rule stops unwanted invitations without blocking those who mean well?",
        "block_rule",
    ),
    Question(
        "I got the linked in warning once and emailed them to take it off",
        "How often are the well-meaning warned and pardoned, and what do appeals cost?",
        "appeals",
    ),
    Question(
        "pretty open on my LinkedIn, fairly open on Plaxo, not open at all on Facebook",
        "How far do the networks of the same people on three platforms overlap?",
        "platforms",
    ),
)


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 20,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    number: societies.Societies = 40,
    results: commands.Out = Path("results"),
    settings: commands.Settings = None,
) -> None:
    """Answer the questions of the forum thread: run the experiments on them, print all answers.

    Each experiment is run with its defaults, into its own folder in --out; experiments that have
    been run before are not run again. All other options but --jobs apply to one society with the
    kinds of people in the thread. This society is run into the folder thread in --out, with
    people.csv, ranges.csv, a figure and provenance.json. Defaults: 2,000 members, 365 days, 20
    replications, 40 plausible societies, seed 1. If no experiment has been run before, this takes
    some 20 minutes on two cores.
    """
    base = commands.chosen(
        sim.named_scenarios()["thread"],
        settings,
        defaults={"members": 2_000},
        members=members,
        days=days,
        seed=seed,
    )
    found = {PEOPLE: people(base, replications, number, jobs, results / "thread")}
    for question in QUESTIONS:
        if question.experiment not in found:
            found[question.experiment] = answer_of(question.experiment, results, jobs)
    parts = [
        "\n".join([textwrap.fill(f"“{one.words}”", studies.WIDTH), one.asks, "", text])
        for one in QUESTIONS
        for text in [found[one.experiment]]
    ]
    studies.print_answer(*parts, out=results / "thread")


def answer_of(name: str, results: Path, jobs: int | None) -> str:
    """Return what an experiment has printed, and run it before if it has not been run."""
    folder = results / name
    if not (folder / studies.ANSWER).is_file():
        importlib.import_module(f".{name}", __package__).main(jobs=jobs, out=folder)
    return (folder / studies.ANSWER).read_text(encoding="utf-8").rstrip()


def people(base: sim.Scenario, replications: int, number: int, jobs: int | None, out: Path) -> str:
    """Simulate the thread's people, write their tables and figure, and return the answer."""
    asked = quantities(base)
    with studies.written_to(
        out, base, replications=replications, jobs=jobs, societies=number
    ) as outcome:
        study = sim.Study(base, [{"days": base.days}], replications=replications)
        runs = studies.done(study, out / "runs", jobs)
        outcome.tables = {
            PEOPLE: sim.aggregate(runs, by=["policy"], measures=MEASURES),
            "differences": compared(runs),
        }
        measures = [measure for measure, *_ in SAID]
        outcome.tables["ranges"], ranges = societies.told(
            base, {DRAWN: lambda drawn: drawn}, asked, measures, out, number=number, jobs=jobs
        )
        outcome.figures[PEOPLE] = draw(
            outcome.tables[PEOPLE], base, studies.setting(base, replications)
        )
    said = words(outcome.tables["differences"])
    return f"{_text(outcome.tables[PEOPLE], base)}\n\n{said}\n\n{ranges}"


def quantities(base: sim.Scenario) -> list[Quantity]:
    """Return what those who take references have, and how much more than the others."""
    others = [name for name in base.policies if name != REFERRED]
    own = Group(DRAWN, REFERRED)
    units = {measure: unit for measure, _, _, unit, _ in SAID}
    return [
        *(
            Quantity(f"{REFERRED}: {what}", measure, own, unit="%" if unit else "")
            for measure, _, _, unit, what in SAID
        ),
        *(
            Quantity(
                f"{REFERRED}, more than {other.replace('_', ' ')}: {what}",
                measure,
                own,
                Group(DRAWN, other),
                unit=units[measure],
            )
            for other in others
            for measure, _, _, _, what in SAID
        ),
    ]


def compared(runs: pd.DataFrame) -> pd.DataFrame:
    """Return how those who take references differ from the others, and whether clearly."""
    others = [name for name in runs["policy"].unique() if name not in (REFERRED, "all")]
    pairs = [((REFERRED,), (other,)) for other in others]
    measures = ("degree", "reach2_share", "blocked")
    found = sim.differences(runs, by=["policy"], pairs=pairs, measures=measures)
    return found.assign(clear=sim.clearly(found["p"], found["replications"]))


def words(differences: pd.DataFrame) -> str:
    """Return what those who take references gain, and what it costs."""
    sentences = []
    for other, there in differences.groupby("than_policy", sort=False):
        rows = {row["measure"]: row for row in there.to_dict("records")}
        parts = []
        for measure, scale, form, unit, what in SAID:
            mean, low, high = (scale * rows[measure][end] for end in ENDS)
            unclear = "" if rows[measure]["clear"] else " (no clear difference)"
            parts.append(f"{studies.between(mean, low, high, form, unit)} {what}{unclear}")
        name = str(other).replace("_", " ")
        sentences.append(f"“{REFERRED}” have, compared with “{name}”: {', '.join(parts)}.")
    return studies.filled(*sentences)


def _text(table: pd.DataFrame, base: sim.Scenario) -> str:
    """Return the measures of each policy, with their intervals."""
    assumed = sim.none_by_assumption(base)
    rows = {(row["policy"], row["measure"]): row for _, row in table.iterrows()}

    def cell(policy: str, measure: str) -> str:
        row, label = rows[policy, measure], sim.measures.label(measure)
        if measure in assumed[policy]:
            return sim.measures.NONE
        return studies.percent(row) if label.share else studies.between(*(row[end] for end in ENDS))

    lines = [
        {"policy": policy}
        | {sim.measures.label(measure).column: cell(policy, measure) for measure in MEASURES}
        for policy in base.policies
    ]
    return studies.laid_out(pd.DataFrame(lines))


@sim.plots.in_our_look
def draw(table: pd.DataFrame, base: sim.Scenario, setting: str) -> "Figure":
    """Draw connections and blocked of the thread's people, a bar for each policy."""
    figure = sim.plots.sheet(2.6)
    axes = figure.subplots(1, 2, sharey=True)
    names, assumed = list(base.policies), sim.none_by_assumption(base)
    rows = table.set_index(["measure", "policy"])
    for axis, (measure, scale) in zip(axes, (("degree", 1), ("blocked", 100)), strict=True):
        there = scale * rows.loc[measure].loc[names, list(ENDS)]
        error = [there["mean"] - there["low"], there["high"] - there["mean"]]
        axis.barh(range(len(names)), there["mean"], xerr=error, color="#0072B2", height=0.6)
        for place, name in enumerate(names):
            if measure in assumed[name]:
                axis.text(0, place, f" {sim.measures.NONE}", va="center", fontsize=8)
        axis.set_xlabel("connections" if measure == "degree" else "blocked within the year, %")
    axes[0].set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    axes[0].invert_yaxis()
    what = "Connections and blocked of the thread's kinds of people, by whom they invite"
    sim.plots.headed(figure, what, f"{setting} Lines: 95 % intervals.")
    return figure


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
