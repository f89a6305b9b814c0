"""History: everybody knows everybody, and on the last day all invite all.

By then each has been asked for help a number of times, n, and with willing = 1 has helped Bin(n,
giving) times, whatever others did: one person is asked at random, and refers at random. Who is
refusable by the law of ``mechanisms.refusable`` is invited by nobody and accepted by nobody, and so
ends alone. A right model fails the check with a chance of 1 in 10,000.
"""

import numpy as np
import pandas as pd

import sim

from . import mechanisms
from .everybody import THRESHOLD, society

DAYS, SEEDS, FLOOR, AFTER = 25, range(900, 904), 0.34, 15
GIVING = {"giver": 0.85, "other": 0.45, "taker": 0.15}


def on_the_last_day(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Invite only on the last day."""
    return day == DAYS


def test_who_is_refusable_ends_alone() -> None:
    """Check sum (alone - p) / sqrt(sum p (1 - p)), p by type and by how often one was asked."""
    helping = {"need_rate": 0.6, "able": 1, "ask_choice": 1, "refer_choice": 1}
    helping |= {"willing": (1,) * 5, "giving": tuple(GIVING.values()), "givers": 0.2, "takers": 0.4}
    helping |= {"floor": FLOOR, "floor_after": AFTER}
    changes = {f"helping.{name}": value for name, value in helping.items()}
    changes |= {"inviting.per_day": 20, "policies.knows.condition": on_the_last_day}
    members = pd.concat(
        sim.run(society(150, DAYS, seed).replace(changes)).members for seed in SEEDS
    )
    giving = members["type"].astype(str).map(GIVING)
    asked = members["asked"]
    p = np.array(
        [
            mechanisms.refusable(n, g, FLOOR) if n >= AFTER else 0.0
            for n, g in zip(asked, giving, strict=True)
        ]
    )
    alone = (members["degree"] == 0).to_numpy()
    low = (1 + members["helped"]) / (2 + asked) < FLOOR
    assert (alone == (low & (asked >= AFTER))).all()
    assert (asked < AFTER).sum() > 20
    assert alone.sum() > 100
    assert abs((alone - p).sum() / np.sqrt((p * (1 - p)).sum())) < THRESHOLD
