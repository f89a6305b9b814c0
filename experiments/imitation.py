"""Imitation: members compare their payoffs, and copy the policy of others by the Fermi rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

import sim


class Payoff(StrEnum):
    """The payoff that members compare.

    It is the others within two steps, or the connections gained since the last round.
    """

    reach = "reach"
    gained = "gained"


TRYING = 2**32
"""Added to the day in the key of draws that are about trying, not about copying."""


@dataclass(frozen=True)
class Imitation:
    """The way in which members copy each other; a study can ``keep`` it.

    The table has, for each policy, its share of the members who are there on the day of the opening
    and after each round: ``share_0``, ``share_30`` …
    """

    every: int = 30
    chance: float = 0.2
    beta: float = 4.0
    payoff: str = "reach"
    mutation: float = 0.0
    """Chance that a member tries a policy at random after a round."""

    def __call__(self, result: sim.Result) -> pd.DataFrame:
        """Simulate the result's scenario again, with imitation."""
        return self.simulate(result.scenario)

    def simulate(self, scenario: sim.Scenario) -> pd.DataFrame:
        """Simulate a scenario with imitation, to its last day."""
        model = sim.NetworkModel(scenario)
        policies = list(scenario.policies)
        before = np.zeros(0)
        shares = {"share_0": _shares(model, policies)}
        for day in range(self.every, scenario.days + 1, self.every):
            model.engine.advance(day)
            connections, chosen = model.connections, model.policies
            if self.payoff == Payoff.reach:
                payoff = _within_two_steps(connections, len(chosen))
            else:
                degree = np.bincount(connections.ravel(), minlength=len(chosen))
                before = np.append(before, np.zeros(len(chosen) - len(before)))  # some are new
                payoff, before = degree - before, degree.astype(np.float64)
            there = model.engine.view.there  # who has left neither copies nor is copied
            copied = chosen[there[self.models(payoff[there], scenario.seed, day)]]
            chosen[there] = self.tried(copied, policies, scenario.seed, day)
            model.set_policies(chosen)
            shares[f"share_{day}"] = _shares(model, policies)
        return pd.DataFrame({"policy": policies, **shares})

    def models(self, payoff: NDArray[np.float64], seed: int, day: int) -> NDArray[np.int64]:
        """Return whose policy each member has after a round: its own, or that of another member.

        The draws are those of Philox under the key (seed, day), so they are the same in any
        process.
        """
        n = len(payoff)
        if n < 2:
            return np.arange(n)  # nobody to look at
        chance = np.random.Generator(np.random.Philox(key=np.array([seed, day], np.uint64)))
        looks = chance.random(n) < self.chance
        other = chance.integers(n - 1, size=n)
        other += other >= np.arange(n)  # anybody but itself
        spread = float(payoff.std())
        copies = chance.random(n) < fermi(
            (payoff[other] - payoff) / spread if spread > 0 else np.zeros(n), self.beta
        )
        return np.where(looks & copies, other, np.arange(n))

    def tried(
        self, chosen: NDArray[Any], policies: Sequence[str], seed: int, day: int
    ) -> NDArray[Any]:
        """Return the policies after some members have tried one at random, maybe their own."""
        chance = np.random.Generator(
            np.random.Philox(key=np.array([seed, TRYING + day], np.uint64))
        )
        tries = chance.random(len(chosen)) < self.mutation
        return np.where(
            tries, np.array(policies)[chance.integers(len(policies), size=len(chosen))], chosen
        )


def fermi(difference: ArrayLike, beta: float) -> NDArray[np.float64]:
    """Return the probability of copying somebody.

    ``difference`` is how much higher the payoff of the other is, in standard deviations.
    """
    from scipy.special import expit

    chances: NDArray[np.float64] = expit(beta * np.asarray(difference, np.float64))
    return chances


def _within_two_steps(connections: NDArray[np.int32], members: int) -> NDArray[np.float64]:
    """Return the number of others within two steps of each member."""
    two, _ = sim.measures.reach(sim.measures.adjacency(connections, members))
    return two.astype(np.float64)


def _shares(model: sim.NetworkModel, policies: Sequence[str]) -> list[float]:
    there = model.policies[model.engine.view.there]
    return [float((there == policy).mean()) for policy in policies]
