"""A society in which everybody has met everybody once, on the first day."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import sim

THRESHOLD = float(stats.norm.isf(1e-4 / 2))
"""The largest |z| that passes: a right model fails one check in 10,000."""
_folder = tempfile.TemporaryDirectory(prefix="invitesim-everybody-")


@functools.cache
def _log(members: int) -> Path:
    path = Path(_folder.name) / f"{members}.csv"
    i, j = np.triu_indices(members, 1)
    rows = np.column_stack([np.zeros_like(i), i, j])
    np.savetxt(path, rows, fmt="%d", delimiter=",", header="t,i,j", comments="")
    return path


def society(members: int, days: int, seed: int, **changes: Any) -> sim.Scenario:
    """Return the scenario: all recognise all, accept all, and answer on the same day.

    ``changes`` are parameters by their dotted names, with ``__`` in place of the dot.
    """
    plain = sim.Scenario(
        members=members,
        days=days,
        seed=seed,
        meeting={"contacts": str(_log(members))},
        inviting={"per_day": 5, "pending_days": 1},
        answering={
            "recognise": (0, 1, 1, 1, 1),
            "accept": (1,) * 5,
            "looks": None,
            "delay_scale": 0,
        },
        platform={"preset": "none"},
        policies=[sim.InvitePolicy("knows", contacts=1, alike=True)],
    )
    return plain.replace({name.replace("__", "."): value for name, value in changes.items()})


def z_of(successes: float, trials: int, p: float) -> float:
    """Return the z-score of a binomial count."""
    return float((successes - trials * p) / np.sqrt(trials * p * (1 - p)))
