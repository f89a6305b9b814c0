"""Do the intervals hold what they promise? Synthetic runs, whose true shares and means are known.

``python -m verification.coverage`` does 40,000 studies a cell and writes
``results/coverage/coverage.csv``; ``make verify`` does a slice of it.

Members of a run are independent, or have a chance of their own run, drawn from a beta law, so that
the design effect is 1.15. Five questions are asked:

- *shares*: does the pooled interval hold the true share, of one policy, of everybody (three
  policies with shares of their own), and of time (members restricted for a part of their days)?
- *differences*: does the interval of a difference of two shares hold it, of pairs with the same
  luck too?
- *stopping*: does the interval still hold when replications stop by it?
- *clearly*: if all policies are alike, how often does a sweep have a clear difference?
- *rates*: does the t interval of a ratio of sums hold the true ratio, and that of a difference?
  What members do in a run is far from independent: the design effect is up to 20, and runs in which
  more is decided may be those in which more is accepted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer

from sim.files import atomic_write
from sim.progress import progress_bar

from . import synthetic
from .synthetic import TOGETHER, WIDER, Draw

STUDIES, SWEEPS = 40_000, 2000
"""Of the whole study: in each cell, and in those of "clearly"."""
AT_ONCE = 4000
"""Studies that are in memory at a time."""
LEAST_COVERAGE, MOST_COVERAGE, MOST_CLEAR = 0.93, 0.98, 0.05
EVENTS = 10
"""With fewer expected events or non-events the coverage has no upper bound: where nothing is seen
with a high probability, any interval that has an upper end holds nearly always."""
SHARES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5)
RUNS, MEMBERS, EFFECTS = (3, 5, 10, 20), (200, 1000, 10_000), (1.0, 1.15)
POLICIES = ((0.0, 0.01, 0.1), (0.003, 0.03, 0.3), (0.0, 0.0, 1.0), (0.001, 0.002, 0.999))
"""Shares of three policies."""
PAIRS = ((0.001, 0.003), (0.01, 0.01), (0.01, 0.05), (0.1, 0.3), (0.0003, 0.5))
RATES, TRIALS = (0.05, 0.3, 0.9), (300, 5000)
"""Shares of invitations, and the invitations of a run."""
EVENTS_OF_A_RUN = 20


class Cell(NamedTuple):
    """A question with its parameters."""

    question: str
    law: str
    truth: float
    runs: int
    members: int
    effect: float
    draw: Draw
    two_sided: bool = False
    """Whether the coverage has an upper bound."""
    promised: bool = True
    """Whether it has a lower one."""


def cells() -> Iterator[Cell]:
    """Yield all cells, those of the sweeps and of rates last."""
    for share in SHARES:
        for runs in RUNS:
            for members in MEMBERS:
                expected = runs * members * min(share, 1 - share)
                for effect in EFFECTS:
                    draw = synthetic.of_one_policy(share, runs, members, effect)
                    enough = expected >= EVENTS
                    yield Cell("shares", "one policy", share, runs, members, effect, draw, enough)
    for runs in RUNS:
        for members in MEMBERS:
            for shares in POLICIES:
                draw = synthetic.of_everybody(shares, runs, members)
                law = f"everybody, of {', '.join(map(str, shares))}"
                yield Cell("shares", law, float(np.mean(shares)), runs, members, 1.0, draw)
            for share in (0.001, 0.01, 0.1, 0.5):
                draw = synthetic.of_time(share, runs, members)
                truth = share * synthetic.mean_part()
                yield Cell("shares", "time", truth, runs, members, 1.0, draw)
            for one, other in PAIRS:
                for luck in (False, True):
                    draw = synthetic.of_differences(one, other, runs, members, luck)
                    law = f"{one} - {other}, {'the same' if luck else 'own'} luck"
                    yield Cell("differences", law, one - other, runs, members, WIDER, draw)
    for wanted in (12, 30, 80):
        for members in (200, 1000):
            for share in (0.01, 0.1, 0.5):
                draw = synthetic.stopped_shares(share, members, wanted)
                yield Cell("stopping", "share", share, wanted, members, WIDER, draw)
        for skew in (0.0, 0.3):
            draw = synthetic.stopped_means(skew, wanted)
            yield Cell("stopping", f"mean, skew {skew}", 1.0, wanted, 0, 1.0, draw)
    for runs in (10, 20):
        for share in (0.001, 0.05, 0.4):
            draw = synthetic.sweeps(share, runs, 1000)
            yield Cell("clearly", "where nothing differs", share, runs, 1000, WIDER, draw)
    yield from rates()


def rates() -> Iterator[Cell]:
    """Yield the cells of ratios of sums.

    No coverage is promised where fewer than ``EVENTS_OF_A_RUN`` events, or others, are expected in
    a run once they are divided by the design effect: runs are then too skewed for Student's t.
    """
    for runs in RUNS:
        for trials in TRIALS:
            for share in RATES:
                for effect, related in ((1.0, 0.0), (TOGETHER, 0.0), (TOGETHER, 1.0)):
                    draw, truth = synthetic.of_rates(share, runs, trials, effect, related)
                    enough = trials * min(share, 1 - share) / effect >= EVENTS_OF_A_RUN
                    law = "share" if enough else "share of few events"
                    cell = Cell("rates", law, truth, runs, trials, effect, draw)
                    yield cell._replace(two_sided=enough, promised=enough)
            for one, other, luck in ((0.3, 0.3, False), (0.5, 0.3, True)):
                draw = synthetic.of_rate_differences(one, other, runs, trials, luck)
                law = f"pairs, {one} - {other}, {'the same' if luck else 'own'} luck"
                yield Cell("rates", law, one - other, runs, trials, TOGETHER, draw, two_sided=True)
            draw = synthetic.of_effort(0.3, runs, trials)
            yield Cell("rates", "above 1", 1 / 0.3, runs, trials, 1.0, draw, two_sided=True)


def at_least(cell: Cell) -> float:
    """Return the least coverage of a cell."""
    return LEAST_COVERAGE if cell.promised and cell.question != "clearly" else 0.0


def at_most(cell: Cell) -> float:
    """Return the highest coverage of a cell, or share of sweeps with a clear difference."""
    if cell.question == "clearly":
        return MOST_CLEAR
    return MOST_COVERAGE if cell.two_sided else 1.0


def seen(cell: Cell, place: int, studies: int, seed: int = 1) -> float:
    """Return in which share of studies the interval holds the truth, or a difference is clear.

    ``place`` is that of the cell in `cells`: each has random numbers of its own.
    """
    random = np.random.default_rng([seed, place])
    sizes = [min(AT_ONCE, studies - done) for done in range(0, studies, AT_ONCE)]
    return float(np.concatenate([cell.draw(random, size) for size in sizes]).mean())


def table(studies: int, sweeps: int, seed: int = 1, progress: str | None = None) -> pd.DataFrame:
    """Do all cells and return a row for each, with the bounds that its coverage must keep."""
    rows, all_cells = [], list(cells())
    with progress_bar(progress, len(all_cells), "cell") as bar:
        for place, cell in enumerate(all_cells):
            number = sweeps if cell.question == "clearly" else studies
            share = seen(cell, place, number, seed)
            # the error of a share that is exactly the bound
            allowed = 2 * np.sqrt(MOST_CLEAR * (1 - MOST_CLEAR) / number)
            most = at_most(cell) + (allowed if cell.question == "clearly" else 0)
            row = {name: getattr(cell, name) for name in Cell._fields[:6]}
            rows.append(
                row
                | {"studies": number, "seen": share, "at_least": at_least(cell), "at_most": most}
                | {"holds": at_least(cell) <= share <= most}
            )
            bar.update()
    return pd.DataFrame(rows)


def in_words(outcome: pd.DataFrame) -> str:
    """Return a summary of the table as Markdown."""
    lines = [
        "| question | law | cells | studies a cell | lowest | highest | must be | holds |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    laws = outcome["law"].str.partition(",")[0].where(outcome["question"] != "differences", "pairs")
    for (question, law, most), rows in outcome.groupby(["question", laws, "at_most"], sort=False):
        number, least = rows["studies"].iloc[0], rows["at_least"].iloc[0]
        holds = f"{rows['holds'].sum()} of {len(rows)}"
        cells_of = f"| {question} | {law} | {len(rows)} | {number:,} "
        must = f"at most {most:.3f}" if question == "clearly" else f"{least:g} to {most:g}"
        lines.append(
            f"{cells_of}| {rows['seen'].min():.3f} | {rows['seen'].max():.3f} | {must} | {holds} |"
        )
    return "\n".join(lines)


def main(
    studies: Annotated[int, typer.Option(help="Studies a cell.", min=1)] = STUDIES,
    sweeps: Annotated[int, typer.Option(help="Sweeps a cell of clearly.", min=1)] = SWEEPS,
    seed: Annotated[int, typer.Option(help="Seed of all cells.", min=0)] = 1,
    out: Annotated[Path, typer.Option(help="Folder of coverage.csv.")] = Path("results/coverage"),
) -> None:
    """Try the intervals, the stopping rule and "clearly" on synthetic runs."""
    outcome = table(studies, sweeps, seed, progress="coverage")
    out.mkdir(parents=True, exist_ok=True)
    with atomic_write(out / "coverage.csv") as beside:
        outcome.to_csv(beside, index=False, float_format="%.6g", lineterminator="\n")
    print(in_words(outcome))
    if not outcome["holds"].all():
        print(outcome[~outcome["holds"]].to_string(index=False))
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
