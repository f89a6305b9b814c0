"""The members of a drawn society: how sociable each one is, and which policy it has.

The drawn society gives every member its own sociability and deals the policies in an order drawn by
lot, so that each gets exactly its share. Two scenarios with the same seed have the same people;
where only the shares differ, most keep their policy.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ..kernel.mechanics.random import POLICY, SOCIABILITY, words
from ..scenario.scenario import Scenario

_WORDS = 2.0**32
_GRAIN = 2.0**24


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values rounded to the nearest multiple of 2**-24, half to even.

    Processors round exp, log, pow and cos differently in the last bit; nothing reads such a value
    before it has gone through here, so that every processor draws the same society.
    """
    coarse: NDArray[np.float64] = np.rint(values * _GRAIN) / _GRAIN
    return coarse


def shifted(p: float, shift: float) -> float:
    """Return a probability whose logit is moved; 0 and 1 stay, and so does any if it is moved by 0."""
    if shift == 0 or p in (0, 1):
        return p
    odds = math.exp(shift)  # they are multiplied
    return round(p * odds / (1 - p + p * odds) * _GRAIN) / _GRAIN


def sociability(scenario: Scenario, members: int) -> NDArray[np.float64]:
    """Draw w_i, log-normal with mean 1, in multiples of 2**-24: shape (members,)."""
    seed = np.uint64(scenario.seed)
    first = (words(seed, 0, SOCIABILITY, members, 0) + 0.5) / _WORDS
    second = (words(seed, 0, SOCIABILITY, members, 1) + 0.5) / _WORDS
    normal = np.sqrt(-2.0 * np.log(first)) * np.cos(2.0 * np.pi * second)  # Box and Muller 1958
    sigma = scenario.society.sociability_sigma
    return rounded(np.exp(sigma * normal - sigma * sigma / 2.0))


def deal_policies(scenario: Scenario, members: int) -> NDArray[np.uint8]:
    """Return the place of each member's policy among the scenario's: shape (members,)."""
    order = np.argsort(words(np.uint64(scenario.seed), 0, POLICY, members, 0), kind="stable")
    dealt = np.empty(members, np.uint8)
    begin, share = 0, 0.0
    for place, part in enumerate(scenario.shares().values()):
        share += part
        end = members if place == len(scenario.policies) - 1 else round(members * share)
        dealt[order[begin:end]] = place
        begin = end
    return dealt


def looks(scenario: Scenario, activity: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each member's threshold of ever looking at an invitation; empty if all look at all."""
    if scenario.answering.looks is None:
        return np.zeros(0, np.int64)
    days = scenario.inviting.pending_days
    chances = rounded(1 - np.exp(-scenario.answering.looks * activity * days / 21))
    return np.floor(chances * _WORDS).astype(np.int64)


def starts(scenario: Scenario, w: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each member's threshold for starting an encounter; with a log nobody starts one."""
    if scenario.meeting.contacts:
        return np.zeros(len(w), np.int64)
    return np.floor(np.minimum(1.0, scenario.meeting.rate * w) * _WORDS).astype(np.int64)
