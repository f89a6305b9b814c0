"""What a point of verification is, what is observed at it, and the society of strangers.

Nobody meets anybody, so all are strangers to all, and whoever invites draws from the whole
directory. An invitation is then accepted with probability a, answered with "I don't know" with
probability q = (1 - a) idk_click, and otherwise ignored, each apart from all others: thousands of
members in one run are thousands of independent trials of the same law. One member in ten invites
and the others only answer, so that crossing invitations, which connect without an answer, are too
rare to be seen: an invitation crosses with a probability below 0.1 (1 + pending) / N, under 1e-5
where answers come at once.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import sim

from .exact import Law

Seen = NDArray[np.float64]
MEMBERS = 60_000
"""Of whom one in ten invites: 6,000 trials."""


class Moments(NamedTuple):
    """The mean and the standard deviation of a quantity, where no more is known."""

    mean: float
    sd: float


class Quantity(NamedTuple):
    """Something observed in a run, and its law."""

    name: str
    law: Law | Moments
    observe: Callable[[sim.Result], Seen]
    """Returns the independent observations: one per member, or one per run if members depend."""
    tests: tuple[str, ...] = ("mean", "law")


@dataclass(frozen=True, eq=False)
class Point:
    """One parameter point of a closed form."""

    fact: str
    setting: str
    scenarios: tuple[sim.Scenario, ...]
    quantities: tuple[Quantity, ...]
    log: bool = False

    @property
    def name(self) -> str:
        """The fact and the setting, for tables and the names of tests."""
        return f"{self.fact} {self.setting}"


@functools.cache
def observations(point: Point) -> dict[str, Seen]:
    """Run the scenarios of a point and return the observations by the names of its quantities."""
    seen: dict[str, list[Seen]] = {quantity.name: [] for quantity in point.quantities}
    for scenario in point.scenarios:
        result = sim.run(scenario, log=point.log)
        for quantity in point.quantities:
            seen[quantity.name].append(np.asarray(quantity.observe(result), dtype=float))
    return {name: np.concatenate(parts) for name, parts in seen.items()}


# Who is observed, and how


def who_invites(result: sim.Result) -> NDArray[np.bool_]:
    """Return which members invite, as opposed to those who only answer."""
    return result.members["policy"].astype(str).str.startswith("inviter").to_numpy()


def inviters(column: str) -> Callable[[sim.Result], Seen]:
    """Return a function that returns a column of those who invite."""
    return lambda result: result.members.loc[who_invites(result), column].to_numpy(float)


def day_of_block(result: sim.Result) -> Seen:
    """Return the day of the first restriction; the day after the last one if there was none."""
    return (
        result.members.loc[who_invites(result), "blocked_day"]
        .fillna(result.scenario.days + 1)
        .to_numpy(float)
    )


def sent_until_block(result: sim.Result) -> Seen:
    """Return the invitations sent until the block; all that were sent if there was none."""
    members = result.members[who_invites(result)]
    return members["invitations_until_block"].fillna(members["invitations_sent"]).to_numpy(float)


def was_blocked(result: sim.Result) -> Seen:
    """Return 1 for those who were restricted, 0 for the others."""
    return result.members.loc[who_invites(result), "blocked_day"].notna().to_numpy(float)


def connections_with_answerers(result: sim.Result) -> Seen:
    """Count each inviter's connections with those who only answer."""
    invites = who_invites(result)
    mixed = result.connections[invites[result.connections].sum(axis=1) == 1]
    counts = np.bincount(mixed[invites[mixed]], minlength=len(invites))
    return counts[invites].astype(float)


def mean_degree(result: sim.Result) -> Seen:
    """Return the mean degree of the run: one observation."""
    return np.array([result.members["degree"].mean()])


def last_invitation(result: sim.Result) -> Seen:
    """Return the day on which each member had invited all others; one after the last if never."""
    assert result.invitations is not None
    sent = result.invitations.groupby("ego")["sent_day"].agg(["count", "max"])
    return np.where(
        sent["count"] == result.scenario.members - 1, sent["max"], result.scenario.days + 1
    )


# The scenario


def scenario(
    a: float, q: float, days: int, *, members: int = MEMBERS, inviters: float = 0.1, **changes: Any
) -> sim.Scenario:
    """Return a society of strangers, of whom a share invites.

    ``changes`` are parameters by their dotted names, with ``__`` in place of the dot.
    """
    inviter = sim.InvitePolicy("inviter", share=inviters, directory=1, alike=True)
    answerer = sim.InvitePolicy("answerer", share=1 - inviters, contacts=1)
    plain: dict[str, Any] = {
        "meeting": {"rate": 0, "history_days": 0},
        "inviting": {"per_day": 1, "pending_days": 1},
        "answering": {"accept": (a,) * 5, "idk_click": q / (1 - a), "delay_scale": 0},
        "platform": {"preset": "none"},
    }
    made = sim.Scenario(members=members, days=days, policies=[inviter, answerer], **plain)
    return made.replace({name.replace("__", "."): value for name, value in changes.items()})
