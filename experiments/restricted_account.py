"""The connections gained by an inviter whose account is restricted after some strikes.

They are exact for a number of days (``expected``), and a closed form in the long run (``rate``).
``selectivity`` explains the symbols.
"""

import math
from typing import Any

import numpy as np


def expected(
    days: int, daily: float, people: int, accept: float, strike: float, limit: int, restriction: int
) -> float:
    """Return the exact mean of connections gained per day, over some days.

    The account is free with 0 … limit - 1 strikes, or restricted for some more days. On a free day
    each of those not yet invited is invited with probability ``daily``, one at most; an invitation
    is accepted, a strike, or neither.

    Parameters
    ----------
    days, people, limit, restriction : int
    daily, accept, strike : float
        Probabilities: that a certain person is the candidate of a day, and what an invitation
        brings.
    """
    most = min(people, days)
    # probabilities by strikes or days left, and by people invited so far
    free, shut = np.zeros((limit, most + 2)), np.zeros((restriction, most + 2))
    free[0, 0] = 1
    invites = np.clip(daily * (people - np.arange(most + 2)), 0, 1)
    gained = 0.0
    for _ in range(days):
        sent = free * invites
        gained += accept * sent.sum()
        after = free - sent
        after[:, 1:] += (1 - strike) * sent[:, :-1]
        after[1:, 1:] += strike * sent[:-1, :-1]
        after[0] += shut[0]
        shut = np.roll(shut, -1, axis=0)
        shut[-1] = 0
        shut[-1, 1:] = strike * sent[-1, :-1]
        free = after
    return gained / days


def rate(theta: Any, c: float, arrivals: float) -> Any:
    """Return J, the connections gained per day in the long run, at one or more thresholds."""
    x = 1 - np.asarray(theta)
    return arrivals / 2 * (2 * x - x**2) / (1 + c * x**2)


def optimum(c: float) -> float:
    """Return the threshold theta* at which J is highest."""
    return 1 - (math.sqrt(1 + 4 * c) - 1) / (2 * c)
