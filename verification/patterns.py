"""The patterns that the model must show: numbers from the literature and an estimate, with ranges.

Nothing was fitted to these but the shares of the meetings, which are chosen so that a person knows
as many others as in Dunbar's layers. The ranges say how near is near enough; they are not
confidence intervals.
"""

import functools
from typing import NamedTuple

import numpy as np
import pandas as pd

import sim
from sim.kernel.rules.standing import CONNECTED

MEMBERS = 4_000
CITY = 40_000


class Pattern(NamedTuple):
    """A number and the range around it that passes."""

    name: str
    expected: float
    low: float
    high: float


class Found(NamedTuple):
    """A pattern, and what the model gave."""

    name: str
    expected: float
    low: float
    high: float
    found: float


def near(name: str, expected: float, share: float) -> Pattern:
    """Return a pattern with a range of a share of the expected number, up and down."""
    return Pattern(name, expected, expected * (1 - share), expected * (1 + share))


PATTERNS = (
    near("people known after a year and a half", 121, 0.05),
    near("... of whom met three times or more", 31, 0.05),
    near("... seven times or more", 11, 0.05),
    near("share of the known who have been met", 0.54, 0.05),
    Pattern("interacted: connections with people known online only", 1 / 3, 0.2, 0.45),
    Pattern("... with people met once or twice", 1 / 3, 0.2, 0.45),
    Pattern("... with people met often", 1 / 3, 0.2, 0.45),
    near("everyone: connections", 161, 0.1),
    near("everyone: blocked", 0.61, 0.15),
    near("everyone: median invitations of the blocked", 121, 0.1),
    near("interacted: connections", 92, 0.15),
    Pattern("interacted: blocked", 0.02, 0.001, 0.05),
    Pattern("close friends: connections", 10, 3, 15),
    Pattern("close friends: blocked", 0, 0, 0),
    Pattern("cold account: share accepted", 0.28, 0.19, 0.37),
    near("cold account: mean invitations until block", 70, 0.15),
)


@functools.cache
def found() -> dict[str, float]:
    """Return the value of each pattern.

    They come from the default society, and one with accounts that invite only strangers.
    """
    model = sim.NetworkModel(sim.Scenario(members=MEMBERS, days=365))
    model.engine.advance(365)
    by_class, connected = ties(model), connections_of(model, "interacted")
    known = by_class[1:].sum()
    members = model.result().members.groupby("policy", observed=True)
    degree, blocked = (
        members["degree"].mean(),
        members["blocked_day"].agg(lambda day: day.notna().mean()),
    )
    cold = _cold()
    values = [known, by_class[3:].sum(), by_class[4], by_class[2:].sum() / known]
    values += [connected[1], connected[2], connected[3:].sum()]
    values += [
        degree["everyone"],
        blocked["everyone"],
        members["invitations_until_block"].median()["everyone"],
    ]
    values += [
        degree["interacted"],
        blocked["interacted"],
        degree["close_friends"],
        blocked["close_friends"],
    ]
    values += [
        cold["accepted"].sum() / cold["invitations_sent"].sum(),
        cold["invitations_until_block"].mean(),
    ]
    return {pattern.name: float(value) for pattern, value in zip(PATTERNS, values, strict=True)}


def ties(model: sim.NetworkModel) -> np.ndarray:
    """Return the ties per member by class, stranger to close."""
    _, all_ties = model.engine.view.all_ties()
    return np.bincount(all_ties.tie_class, minlength=5) / model.scenario.members


def connections_of(model: sim.NetworkModel, policy: str) -> np.ndarray:
    """Return the shares of the tie classes among a policy's connections with known people."""
    view = model.engine.view
    egos, all_ties = view.all_ties()
    theirs = view.policy[egos] == list(model.scenario.policies).index(policy)
    connected = all_ties.standing == CONNECTED
    counts = np.bincount(all_ties.tie_class[theirs & connected], minlength=5)
    return counts / counts[1:].sum()


def _cold() -> pd.DataFrame:
    """Return members who invite from the directory only: one in a hundred of a large society."""
    cold = sim.InvitePolicy("cold", share=0.03, directory=1, alike=True)
    scenario = sim.Scenario(
        members=CITY,
        days=365,
        policies={"cold": cold, "everyone": 1, "interacted": 1, "close_friends": 1},
    )
    members = sim.run(scenario).members
    return members[members["policy"] == "cold"]
