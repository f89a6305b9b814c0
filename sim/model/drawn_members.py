"""Everything that is drawn of members before the first day, for later arrivals too."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernel.mechanics.random import ARRIVE, PERSON, threshold, word, words
from ..kernel.rules.arriving import arrivals_today
from ..kernel.rules.rank import LEVELS
from ..kernel.state.society import Members
from ..scenario.scenario import Scenario
from ..society import population


class DrawnMembers(NamedTuple):
    """N members as they are drawn."""

    sociability: NDArray[np.float64]
    activity: NDArray[np.float64]
    members: Members


def draw_members(scenario: Scenario, days: int) -> DrawnMembers:
    """Draw the members who have arrived by the evening of a day."""
    arrived = arrivals(scenario, days)
    n = len(arrived) or scenario.members
    w, a = population.sociability(scenario, n), population.activity(scenario, n)
    policy = population.deal_policies(scenario, n)
    members = Members(
        arrived=arrived,
        policy=policy,
        habit=population.deal_habits(scenario, n),
        types=population.deal_types(scenario, n),
        rank=deal_ranks(scenario, n),
        joined=population.who_joined(scenario, n),
        starts=population.starts(scenario, w),
        looks=population.looks(scenario, a),
        pace=population.pace(scenario, a, policy),
    )
    return DrawnMembers(w, a, members)


def arrivals(scenario: Scenario, days: int) -> NDArray[np.int32]:
    """Return the day on which each member arrives, for those who arrive by the evening of a day.

    Shape (members,); 0 for members who are there from the start; empty if nobody ever arrives.
    """
    rate, seed = scenario.society.arrivals, np.uint64(scenario.seed)
    if rate == 0:
        return np.zeros(0, np.int32)
    whole = math.floor(rate)
    more = threshold(rate - whole)
    on = range(1, days + 1)
    numbers = [arrivals_today(int(word(seed, day, ARRIVE, 0, 0)), whole, more) for day in on]
    first = np.zeros(scenario.members, np.int32)
    return np.concatenate([first, np.repeat(np.array(on, np.int32), numbers)])


def deal_ranks(scenario: Scenario, members: int) -> NDArray[np.uint8]:
    """Return each member's rank, 0 to 15: shape (members,), or empty if rank counts for nothing."""
    if not population.has_ranks(scenario):
        return np.zeros(0, np.uint8)
    drawn = words(np.uint64(scenario.seed), 0, PERSON, members, 1)
    ranks: NDArray[np.uint64] = drawn * np.uint64(LEVELS) >> np.uint64(32)
    return ranks.astype(np.uint8)
