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

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

from sim.files import atomic_write
from sim.measures.clearly import clearly, mean_p, pooled_p, rate_p
from sim.measures.intervals import (
    Bounds,
    Shares,
    independent_effect,
    mean_bounds,
    pooled_difference,
    pooled_interval,
    rate_difference,
    rate_interval,
)
from sim.progress import progress_bar
from sim.studies.stopping import LEAST, asked_for, confirmation

type Floats = NDArray[np.float64]
type Draw = Callable[[np.random.Generator, int], NDArray[np.bool]]
"""Makes so many studies and returns whether each has what is counted."""

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
WIDER = 1.15
"""The design effect where there is one only."""
POLICIES = ((0.0, 0.01, 0.1), (0.003, 0.03, 0.3), (0.0, 0.0, 1.0), (0.001, 0.002, 0.999))
"""Shares of three policies."""
PARTS = ((0.2, 0.5), (0.9, 0.5))
"""Of the members restricted at all, which part of their time, and how many of them."""
PAIRS = ((0.001, 0.003), (0.01, 0.01), (0.01, 0.05), (0.1, 0.3), (0.0003, 0.5))
MOST_RUNS = 240
RATES, TRIALS, TOGETHER = (0.05, 0.3, 0.9), (300, 5000), 20.0
"""Shares of invitations, the invitations of a run, and the design effect between runs."""
EVENTS_OF_A_RUN = 20
BUSIER = 0.1
"""The standard deviation of the number of trials of a run, over its mean."""


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
                    draw = _of_one_policy(share, runs, members, effect)
                    enough = expected >= EVENTS
                    yield Cell("shares", "one policy", share, runs, members, effect, draw, enough)
    for runs in RUNS:
        for members in MEMBERS:
            for shares in POLICIES:
                draw = _of_everybody(shares, runs, members)
                law = f"everybody, of {', '.join(map(str, shares))}"
                yield Cell("shares", law, float(np.mean(shares)), runs, members, 1.0, draw)
            for share in (0.001, 0.01, 0.1, 0.5):
                draw = _of_time(share, runs, members)
                truth = share * _mean_part()
                yield Cell("shares", "time", truth, runs, members, 1.0, draw)
            for one, other in PAIRS:
                for luck in (False, True):
                    draw = _of_differences(one, other, runs, members, luck)
                    law = f"{one} - {other}, {'the same' if luck else 'own'} luck"
                    yield Cell("differences", law, one - other, runs, members, WIDER, draw)
    for wanted in (12, 30, 80):
        for members in (200, 1000):
            for share in (0.01, 0.1, 0.5):
                draw = _stopped_shares(share, members, wanted)
                yield Cell("stopping", "share", share, wanted, members, WIDER, draw)
        for skew in (0.0, 0.3):
            draw = _stopped_means(skew, wanted)
            yield Cell("stopping", f"mean, skew {skew}", 1.0, wanted, 0, 1.0, draw)
    for runs in (10, 20):
        for share in (0.001, 0.05, 0.4):
            draw = _sweeps(share, runs, 1000)
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
                    draw, truth = _of_rates(share, runs, trials, effect, related)
                    enough = trials * min(share, 1 - share) / effect >= EVENTS_OF_A_RUN
                    law = "share" if enough else "share of few events"
                    cell = Cell("rates", law, truth, runs, trials, effect, draw)
                    yield cell._replace(two_sided=enough, promised=enough)
            for one, other, luck in ((0.3, 0.3, False), (0.5, 0.3, True)):
                draw = _of_rate_differences(one, other, runs, trials, luck)
                law = f"pairs, {one} - {other}, {'the same' if luck else 'own'} luck"
                yield Cell("rates", law, one - other, runs, trials, TOGETHER, draw, two_sided=True)
            draw = _of_effort(0.3, runs, trials)
            yield Cell("rates", "above 1", 1 / 0.3, runs, trials, 1.0, draw, two_sided=True)


def _drawn(
    random: np.random.Generator,
    share: Floats | float,
    size: tuple[int, ...],
    members: int,
    effect: float,
) -> Floats:
    """Draw the events of runs; with a design effect each run has its own chance."""
    chance = np.broadcast_to(share, size)
    if effect > 1:  # var = n p (1 - p) (1 + (n - 1) rho), of the beta-binomial law
        sizes = (members - 1) / (effect - 1) - 1
        chance = random.beta(sizes * chance, sizes * (1 - chance))
    return random.binomial(members, chance).astype(float)


def _holds(bounds: Bounds, truth: float) -> NDArray[np.bool]:
    holds: NDArray[np.bool] = (bounds.low <= truth) & (truth <= bounds.high)
    return holds & (bounds.low < bounds.high)


def _of_one_policy(share: float, runs: int, members: int, effect: float) -> Draw:
    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        events = _drawn(random, share, (studies, runs), members, effect)
        return _holds(pooled_interval(Shares(events, np.full(runs, float(members)))), share)

    return draw


def _of_everybody(shares: tuple[float, ...], runs: int, members: int) -> Draw:
    sizes = np.array([members // 3, members // 3, members - 2 * (members // 3)])
    truth = float((sizes * shares).sum() / members)

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        events = random.binomial(sizes, shares, (studies, runs, 3)).astype(float)
        parts = events.sum(axis=1)
        between = (parts**2 / (sizes * runs)).sum(-1)
        part, whole = parts.sum(-1), np.full(studies, float(members * runs))
        effects = independent_effect(part, whole, part, between)
        wholes = np.full((studies, runs), float(members))
        return _holds(pooled_interval(Shares(events.sum(-1), wholes, *effects)), truth)

    return draw


def _mean_part() -> float:
    return sum(part * weight for part, weight in PARTS)


def _of_time(share: float, runs: int, members: int) -> Draw:
    chances = [share * weight for _, weight in PARTS]
    parts = np.array([part for part, _ in PARTS])

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        counts = random.multinomial(members, [*chances, 1 - share], (studies, runs))[..., :-1]
        time, squares = counts @ parts, (counts @ parts**2).sum(-1)
        whole = np.full(studies, float(members * runs))
        part = time.sum(-1)
        effects = independent_effect(part, whole, squares, part**2 / whole)
        wholes = np.full((studies, runs), float(members))
        return _holds(pooled_interval(Shares(time, wholes, *effects)), share * _mean_part())

    return draw


def _of_differences(one: float, other: float, runs: int, members: int, luck: bool) -> Draw:
    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        if luck:  # who is blocked under the stricter rule is so under the other, or not
            low, high = sorted((one, other))
            more = _drawn(random, high, (studies, runs), members, WIDER)
            fewer = random.binomial(more.astype(int), low / high).astype(float)
            events = [more, fewer] if one == high else [fewer, more]
        else:
            events = [_drawn(random, p, (studies, runs), members, WIDER) for p in (one, other)]
        wholes = np.full((studies, runs), float(members))
        return _holds(pooled_difference(*(Shares(side, wholes) for side in events)), one - other)

    return draw


def _chances(
    random: np.random.Generator, share: float, size: tuple[int, ...], trials: int, effect: float
) -> Floats:
    """Draw the chance of each run."""
    if effect == 1:
        return np.full(size, share)
    sizes = (trials - 1) / (effect - 1) - 1
    return random.beta(sizes * share, sizes * (1 - share), size)


def _trials(random: np.random.Generator, expected: Floats) -> NDArray[np.int64]:
    """Draw the numbers of trials of runs, of which some are busier."""
    return 1 + random.poisson(expected * random.gamma(BUSIER**-2, BUSIER**2, expected.shape))


def _of_rates(
    share: float, runs: int, trials: int, effect: float, related: float
) -> tuple[Draw, float]:
    """Return how studies are drawn, and the ratio of the expected sums.

    ``related`` is by how much, relatively, the trials of a run rise with its chance.
    """
    variance = share * (1 - share) * (effect - 1) / (trials - 1)

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        chance = _chances(random, share, (studies, runs), trials, effect)
        number = _trials(random, trials * (1 + related * (chance - share) / share))
        events = random.binomial(number, chance).astype(float)
        return _holds(rate_interval(Shares(events, number.astype(float))), truth)

    # of 1 + a Poisson number of trials the one does not rise
    truth = share + related * variance / share * trials / (trials + 1)
    return draw, truth


def _of_rate_differences(one: float, other: float, runs: int, trials: int, luck: bool) -> Draw:
    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        first = _chances(random, one, (studies, runs), trials, TOGETHER)
        own = _chances(random, other, (studies, runs), trials, TOGETHER)
        sides = []
        for chance in (first, first * other / one if luck else own):
            number = _trials(random, np.full(chance.shape, float(trials)))
            events = random.binomial(number, chance).astype(float)
            sides.append(Shares(events, number.astype(float)))
        return _holds(rate_difference(*sides), one - other)

    return draw


def _of_effort(share: float, runs: int, trials: int) -> Draw:
    """Draw what is sent over what is accepted of it."""

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        sent = _trials(random, np.full((studies, runs), float(trials)))
        accepted = random.binomial(sent, share).astype(float)
        return _holds(
            rate_interval(Shares(sent.astype(float), accepted), is_share=False), 1 / share
        )

    return draw


def _stopped_shares(share: float, members: int, wanted: int) -> Draw:
    goal = 1.96 * np.sqrt(WIDER * share * (1 - share) / members / wanted)

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        events = _drawn(random, share, (studies, MOST_RUNS), members, WIDER)

        stopped = _stopped(
            lambda known: pooled_interval(Shares(events, np.where(known, float(members), 0.0))),
            studies,
            goal,
        )
        return _holds(stopped, share)

    return draw


def _stopped_means(skew: float, wanted: int) -> Draw:
    deviation = 0.1
    goal = 1.96 * deviation / np.sqrt(wanted)

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        if skew:
            shape = 4 / skew**2
            values = (random.gamma(shape, 1, (studies, MOST_RUNS)) - shape) / np.sqrt(shape)
        else:
            values = random.standard_normal((studies, MOST_RUNS))
        values = 1 + deviation * values
        stopped = _stopped(
            lambda known: mean_bounds(np.where(known, values, np.nan)), studies, goal
        )
        return _holds(stopped, 1.0)

    return draw


def _stopped(estimate: Callable[[NDArray[np.bool]], Bounds], studies: int, goal: float) -> Bounds:
    """Return the intervals at the number of runs at which each study stops."""
    number = np.full(studies, LEAST)
    confirming, done = np.zeros(studies, bool), np.zeros(studies, bool)
    while True:
        bounds = estimate(np.arange(MOST_RUNS) < number[:, None])
        more = asked_for(number, bounds.low, bounds.high, goal)
        done |= ((more == 0) & confirming) | (number == MOST_RUNS)
        if done.all():
            return bounds
        confirming = more == 0
        steps = np.where(confirming, confirmation(number), more)
        number = np.where(done, number, np.minimum(number + steps, MOST_RUNS))


def _sweeps(share: float, runs: int, members: int) -> Draw:
    """Draw sweeps of four cells, three policies and three measures, in which nothing differs."""

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        size = (studies, 4, 3, runs)
        wholes = np.full(size, float(members))
        blocked = Shares(_drawn(random, share, size, members, WIDER), wholes)
        sent = random.poisson(members, size).astype(float) + 1
        chance = random.beta(30, 20, size)  # differs much between runs
        accepted = Shares(random.binomial(sent.astype(int), chance).astype(float), sent)
        luck = random.standard_normal((studies, 4, 1, runs))
        degree = 100 + luck + random.standard_normal(size)
        p = []
        for one, other in ((0, 1), (0, 2), (1, 2)):
            places = [(slice(None), slice(None), side) for side in (one, other)]
            p.append(mean_p(degree[places[0]] - degree[places[1]]))
            p.append(rate_p(*(accepted.of(place) for place in places)))
            p.append(pooled_p(*(blocked.of(place) for place in places)))
        family = np.stack(p, axis=-1).reshape(studies, -1)
        return np.array([clearly(one, runs).any() for one in family])

    return draw


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
