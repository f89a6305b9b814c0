"""Synthetic runs whose true shares and means are known, and whether an interval holds them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.measures.clearly import clearly, mean_p, pooled_p, rate_p
from sim.measures.intervals import Bounds, mean_bounds
from sim.measures.rates import (
    Shares,
    independent_effect,
    pooled_difference,
    pooled_interval,
    rate_difference,
    rate_interval,
)
from sim.studies.stopping import LEAST, asked_for, confirmation

type Floats = NDArray[np.float64]
type Draw = Callable[[np.random.Generator, int], NDArray[np.bool]]
"""Makes so many studies and returns whether each has what is counted."""

WIDER = 1.15
"""The design effect where there is one only."""
PARTS = ((0.2, 0.5), (0.9, 0.5))
"""Of the members restricted at all, which part of their time, and how many of them."""
MOST_RUNS = 240
BUSIER = 0.1
"""The standard deviation of the number of trials of a run, over its mean."""
TOGETHER = 20.0
"""The design effect of ratios between runs, where there is one."""


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


def of_one_policy(share: float, runs: int, members: int, effect: float) -> Draw:
    """Draw the pooled interval of one policy's share."""

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        events = _drawn(random, share, (studies, runs), members, effect)
        return _holds(pooled_interval(Shares(events, np.full(runs, float(members)))), share)

    return draw


def of_everybody(shares: tuple[float, ...], runs: int, members: int) -> Draw:
    """Draw the pooled interval of everybody's share, of three policies with shares of their own."""
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


def mean_part() -> float:
    """Return the mean part of their time for which members restricted at all are restricted."""
    return sum(part * weight for part, weight in PARTS)


def of_time(share: float, runs: int, members: int) -> Draw:
    """Draw the pooled interval of the share of time for which members are restricted."""
    chances = [share * weight for _, weight in PARTS]
    parts = np.array([part for part, _ in PARTS])

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        counts = random.multinomial(members, [*chances, 1 - share], (studies, runs))[..., :-1]
        time, squares = counts @ parts, (counts @ parts**2).sum(-1)
        whole = np.full(studies, float(members * runs))
        part = time.sum(-1)
        effects = independent_effect(part, whole, squares, part**2 / whole)
        wholes = np.full((studies, runs), float(members))
        return _holds(pooled_interval(Shares(time, wholes, *effects)), share * mean_part())

    return draw


def of_differences(one: float, other: float, runs: int, members: int, luck: bool) -> Draw:
    """Draw the interval of a difference of two shares, with the same luck or with their own."""

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


def of_rates(
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


def of_rate_differences(one: float, other: float, runs: int, trials: int, luck: bool) -> Draw:
    """Draw the interval of a difference of two ratios, with the same luck or with their own."""

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


def of_effort(share: float, runs: int, trials: int) -> Draw:
    """Draw what is sent over what is accepted of it."""

    def draw(random: np.random.Generator, studies: int) -> NDArray[np.bool]:
        sent = _trials(random, np.full((studies, runs), float(trials)))
        accepted = random.binomial(sent, share).astype(float)
        return _holds(
            rate_interval(Shares(sent.astype(float), accepted), is_share=False), 1 / share
        )

    return draw


def stopped_shares(share: float, members: int, wanted: int) -> Draw:
    """Draw the interval of a share at the number of runs at which a study stops."""
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


def stopped_means(skew: float, wanted: int) -> Draw:
    """Draw the interval of a mean at the number of runs at which a study stops."""
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


def sweeps(share: float, runs: int, members: int) -> Draw:
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
