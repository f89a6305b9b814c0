"""Fading memory: one invitation a day to people whom all met on the first day and never again.

Nobody accepts, and who does not recognise clicks. So the strikes of a member are Poisson-binomial,
with the chance of recognition of each day in turn.
"""

import functools
import tempfile
from pathlib import Path

import numpy as np

import sim

from . import mechanisms
from .settings import Point, Quantity, inviters, scenario

ANSWERERS = 1
"""The place of those who only answer, behind the policy that invites."""

_folder = tempfile.TemporaryDirectory(prefix="invitesim-memory-")
"""Contact logs, until the process ends."""


def answers_only(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Invite those who only answer."""
    return candidate.policy == ANSWERERS


@functools.cache
def log_of_one_day(members: int, times: int) -> Path:
    """Write a contact log in which all pairs meet so many times on one day, and return its path."""
    i, j = np.triu_indices(members, 1)
    path = Path(_folder.name) / f"{members}-{times}.csv"
    rows = [np.column_stack([np.full(len(i), 600 * time), i, j]) for time in range(times)]
    np.savetxt(path, np.concatenate(rows), fmt="%d", header="t i j", comments="")
    return path


def point(r: float, memory_days: float, times: int, days: int, runs: int) -> Point:
    """Return a point: who is recognised with chance r at once, and was met so many times, fades."""
    inviters_number, answerers = 40, days + 30  # so that nobody runs out of candidates
    members = inviters_number + answerers
    inviter = sim.InvitePolicy(
        "inviter", share=inviters_number, contacts=1, alike=True, condition=answers_only
    )
    made = scenario(0, 1, days, members=members).replace(
        {
            "policies": {
                "inviter": inviter,
                "answerer": {"share": answerers, "contacts": 1, "min_tie": 4},
            },
            "meeting": {"contacts": str(log_of_one_day(members, times))},
            "inviting.tries": 1_000,
            "answering.fresh": (0, 0, r, r, r),
            "answering.memory_days": memory_days,
        }
    )
    law = mechanisms.strikes_with_fading_memory(r, memory_days * times, days)
    return Point(
        "memory",
        f"r = {r:g}, memory_days {memory_days:g}, met {times} times, {days} d",
        (made,) * runs,
        (Quantity("strikes", law, inviters("strikes")),),
    )
