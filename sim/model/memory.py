"""Recognition across bonds, computed outside the compiled day: for measures of an evening."""

import numpy as np
from numpy.typing import NDArray

from ..kernel.rules.standing import CONNECTED
from ..scenario import Scenario
from ..society.population import rounded
from .state_view import StateView, Ties


def chances_of_recognition(scenario: Scenario, day: int, ties: Ties) -> NDArray[np.float64]:
    """Return the chance that a member recognises the other of each of some bonds on a day.

    Answers are decided by the same chance (``kernel.rules.memory``). It is 0 between strangers.
    """
    answering = scenario.answering
    if answering.memory_days is None:
        return np.array(answering.recognise)[ties.tie_class]
    days_since = day - (1 - scenario.history_days) - ties.last
    times = np.maximum(ties.met + ties.talked, 1)  # strangers have 0, but their fresh chance is 0
    kept = rounded(np.exp(-days_since / (answering.memory_days * times)))
    return np.array(answering.fresh)[ties.tie_class] * kept


def mutually_recognised(
    scenario: Scenario, view: StateView, connected: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return each member's expected connections in which both recognise each other: shape (N,).

    ``connected`` is each member's number of connections by tie class, as
    ``StateView.connected_by_class`` returns it.
    """
    if scenario.answering.memory_days is None:
        return connected.astype(np.float64) @ np.square(scenario.answering.recognise)
    egos, ties = view.all_ties()
    chances = chances_of_recognition(scenario, max(view.day, 0), ties)
    both = np.where(ties.standing == CONNECTED, chances**2, 0.0)
    return np.bincount(egos, both, minlength=len(view.policy))
