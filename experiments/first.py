"""Which of three ways of inviting reaches furthest? A small comparison, in a minute.

The society has a thousand people in place of ten thousand, and few replications. The order of the
policies is the same as in ``compare``; the numbers differ, and the intervals are wider.
"""

import tempfile
import textwrap
from pathlib import Path

import sim
from sim import commands

from . import answers, figures
from .compare import Comparison, compare

MEMBERS = 1_000
REPLICATIONS = 5
INTERRUPTED = "interrupted; the results folder is as it was"


def main(out: commands.Out = Path("results/try"), jobs: commands.Jobs = None) -> None:
    """Compare three ways of inviting among 1,000 people; this takes about a minute.

    Prints the answer, and writes it to the file answer.txt in the folder of --out. To the same
    folder it writes the figures that the command compare draws, as PNG and SVG.
    """
    base = sim.Scenario(members=MEMBERS)
    with sim.atomic_folder(out) as folder:
        example = figures.example(base)  # first: code that must be compiled is
        with tempfile.TemporaryDirectory(prefix="invitesim-") as runs:  # too few to be kept
            comparison = compare(base, REPLICATIONS, Path(runs), jobs=jobs)
        figures.draw(comparison, example, folder)
        text = answer(comparison)
        (folder / "answer.txt").write_text(f"{text}\n", encoding="utf-8")
    print(f"{text}\n\nwritten to {out}: answer.txt and the figures, as PNG and SVG")


def answer(comparison: Comparison) -> str:
    """Return the answer for the society in which all ways of inviting are mixed."""
    scenario = sim.Scenario(members=MEMBERS)
    about = (
        f"{MEMBERS:,} people, a third of whom invite everyone, a third only people they have "
        f"interacted with, and a third close friends only; {scenario.days} days, means over "
        f"{REPLICATIONS} replications with 95 % intervals."
    )
    words = answers.words(
        comparison.summary, comparison.differences, sim.none_by_assumption(scenario)
    )
    mixed, _, _ = words.partition("\n\n")
    return f"{textwrap.fill(about, answers.WIDTH)}\n\n{mixed.removeprefix('Mixed. ')}"


if __name__ == "__main__":
    commands.launch(main, interrupted=INTERRUPTED)
