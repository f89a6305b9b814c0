"""The members of a drawn society: how sociable and active each is, its policy, habit and rank.

Every member gets a sociability and an activity of its own. Policies are dealt in a random order, so
that each policy gets exactly its share of members. Two scenarios with the same seed have the same
people. If only the shares differ, most members keep their policy.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..kernel.mechanics.random import PERSON, POLICY, SOCIABILITY, threshold, words
from ..parameters.kinds import expected
from ..scenario.scenario import Scenario

_WORDS = 2.0**32
_GRAIN = 2.0**24
MOST_TRIES = 2**32
"""The most tries of a member in a day, because the number of a try is a word of 32 bits."""
MOST_ATTEMPTS = 2**31 - 1
"""The most attempts of all members in a day, because places in the day's lists are int32."""


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values rounded to the nearest multiple of 2**-24, half to even.

    Processors round exp, log, pow and cos differently in the last bit. Every such value is rounded
    here before anything else reads it. So every processor draws the same society.
    """
    coarse: NDArray[np.float64] = np.rint(values * _GRAIN) / _GRAIN
    return coarse


def shifted(p: float, shift: float) -> float:
    """Return a probability with its logit shifted; 0 and 1 are not changed."""
    if shift == 0 or p in (0, 1):
        return p
    odds = math.exp(shift)  # they are multiplied
    return round(p * odds / (1 - p + p * odds) * _GRAIN) / _GRAIN


def sociability(scenario: Scenario, members: int) -> NDArray[np.float64]:
    """Draw w_i, how readily each member meets others: shape (members,)."""
    return _log_normal(scenario, members, SOCIABILITY, 0, scenario.society.sociability_sigma)


def activity(scenario: Scenario, members: int) -> NDArray[np.float64]:
    """Draw a_i, how much each member does on the platform: shape (members,)."""
    return _log_normal(scenario, members, PERSON, 4, scenario.society.activity_sigma)


def _log_normal(
    scenario: Scenario, members: int, purpose: np.int64, index: int, sigma: float
) -> NDArray[np.float64]:
    """Draw log-normal numbers of mean 1, multiples of 2**-24, by two words from an index on."""
    seed = np.uint64(scenario.seed)
    first = (words(seed, 0, purpose, members, index) + 0.5) / _WORDS
    second = (words(seed, 0, purpose, members, index + 1) + 0.5) / _WORDS
    normal = np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)  # Box and Muller 1958
    return rounded(np.exp(sigma * normal - sigma * sigma / 2.0))


def deal_policies(scenario: Scenario, members: int) -> NDArray[np.uint8]:
    """Return the place of each member's policy among the scenario's: shape (members,)."""
    order = words(np.uint64(scenario.seed), 0, POLICY, members, 0)
    return _dealt(order, list(scenario.shares().values()), scenario.members)


def deal_habits(scenario: Scenario, members: int) -> NDArray[np.uint8]:
    """Return the place of each member's habit among the scenario's, from 1; 0: it has no habit.

    The array has the shape (members,), or is empty if the scenario has no habits.
    """
    if not scenario.habits:
        return np.zeros(0, np.uint8)
    order = words(np.uint64(scenario.seed), 0, PERSON, members, 2)
    shares = [habit.share for habit in scenario.habits.values()]
    places = _dealt(order, shares, scenario.members) + np.uint8(1)
    return np.where(places > len(shares), 0, places).astype(np.uint8)


def deal_types(scenario: Scenario, members: int) -> NDArray[np.uint8]:
    """Return each member's type, how readily it helps (``rules.helping``): shape (members,).

    The array is empty if nobody ever needs help.
    """
    helping = scenario.helping
    if helping.need_rate == 0:
        return np.zeros(0, np.uint8)
    order = words(np.uint64(scenario.seed), 0, PERSON, members, 0)
    shares = [helping.givers, 1 - helping.givers - helping.takers]
    return _dealt(order, shares, scenario.members)


def has_ranks(scenario: Scenario) -> bool:
    """Return whether rank changes anything in a scenario."""
    courted = any(policy.courts for policy in scenario.policies.values())
    return courted or scenario.answering.rank_slope > 0


def who_joined(scenario: Scenario, members: int) -> NDArray[np.uint8]:
    """Return 1 for members on the platform, else 0: shape (members,), or empty if all are on it."""
    platform = scenario.platform
    if platform.joined == 1:
        return np.zeros(0, np.uint8)
    drawn = words(np.uint64(scenario.seed), 0, PERSON, members, 8 + platform.place)
    joined: NDArray[np.bool_] = drawn < np.uint64(threshold(platform.joined))
    return joined.astype(np.uint8)


def _dealt(drawn: NDArray[np.uint64], shares: list[float], founders: int) -> NDArray[np.uint8]:
    """Deal places by shares, in the order of the words drawn; the rest get one place more.

    A member who arrives after the founders gets its place by chance, from its own word.
    """
    share, begin = 0.0, 0
    order = np.argsort(drawn[:founders], kind="stable")
    dealt = np.full(founders, len(shares), np.uint8)
    for place, part in enumerate(shares):
        share += part
        end = round(founders * share)
        dealt[order[begin:end]] = place
        begin = end
    later = np.searchsorted(np.cumsum(shares), drawn[founders:] / _WORDS, side="right")
    return np.concatenate([dealt, later.astype(np.uint8)])


def looks(scenario: Scenario, activity: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each member's threshold of ever looking at an invitation; empty if all always look."""
    if scenario.answering.looks is None:
        return np.zeros(0, np.int64)
    days = scenario.inviting.pending_days
    chances = rounded(1 - np.exp(-scenario.answering.looks * activity * days / 21))
    return np.floor(chances * _WORDS).astype(np.int64)


def starts(scenario: Scenario, w: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each member's threshold of starting an encounter; with a log nobody starts one."""
    if scenario.meeting.contacts:
        return np.zeros(len(w), np.int64)
    return np.floor(np.minimum(1.0, scenario.meeting.rate * w) * _WORDS).astype(np.int64)


def pace(
    scenario: Scenario, activity: NDArray[np.float64], policy: NDArray[np.integer[Any]]
) -> NDArray[np.int64]:
    """Return how many attempts to invite each member makes a day: shape (members,).

    Each number holds the whole part and the threshold of one more attempt, as
    ``rules.inviting.attempts_today`` reads them.

    Raises
    ------
    InputError
        These are more tries than there are random words for in a day, or more attempts than a day
        can hold.
    """
    policies = list(scenario.policies.values())
    own = [scenario.inviting.per_day if one.per_day is None else one.per_day for one in policies]
    alike = np.array([one.alike for one in policies])
    places = policy.astype(np.int64)
    rate = np.array(own)[places] * np.where(alike[places], 1.0, activity)
    if scenario.platform.joined < 1:  # who is not there invites nobody
        rate = rate * who_joined(scenario, len(rate))
    whole = np.floor(rate)
    threshold = np.floor((rate - whole) * _WORDS)
    most = whole + (threshold > 0)
    busiest = int(np.argmax(most))
    of, tries = policies[places[busiest]], scenario.inviting.tries
    name = "inviting.per_day" if of.per_day is None else f"policies.{of.name}.per_day"
    if most[busiest] * tries > MOST_TRIES:
        right = f"less, for {most[busiest]:.0f} attempts of {tries} tries by its most active member"
        right += f" are more than {MOST_TRIES} tries a day"
        raise InputError(f"{name}: {expected(right, own[places[busiest]])}")
    if most.sum() > MOST_ATTEMPTS:
        right = f"less, for {most.sum():.0f} attempts by all members are more than {MOST_ATTEMPTS}"
        raise InputError(f"{name}: {expected(f'{right} a day', own[places[busiest]])}")
    return (whole.astype(np.int64) << 32) + threshold.astype(np.int64)
