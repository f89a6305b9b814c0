"""Several platforms: what happens to a member on one is independent of what happens on another.

Each |z| is at most that of a false alarm in 10,000; there are six.
"""

import numpy as np
import pytest
from scipy import stats

import sim

from . import exact
from .settings import Seen, scenario, was_blocked

THRESHOLD = stats.norm.isf(1e-4 / 2)


def z(seen: Seen, chance: float) -> float:
    """Return the distance of a share from its chance, in standard errors."""
    return float((seen.mean() - chance) / np.sqrt(chance * (1 - chance) / len(seen)))


@pytest.mark.parametrize(
    ("K", "q", "days", "places"), [(3, 0.08, 45, (0, 1)), (2, 0.11, 20, (3, 15))]
)
def test_blocked_on_both_is_p_squared(K, q, days, places):
    made = scenario(0.5, q, days, platform__limit=K, seed=1_100 + K)
    one, other = (was_blocked(sim.run(made.replace({"platform.place": p}))) for p in places)
    p = exact.blocked_with_budget(K, q, days)
    assert abs(z(one, p)) < THRESHOLD
    assert abs(z(one * other, p**2)) < THRESHOLD


def test_who_is_on_one_platform_says_nothing_of_another():
    """Two places with .7 and .4 of the members; those away get and send nothing."""
    shares, there = (0.7, 0.4), []
    for place, joined in enumerate(shares):
        made = scenario(0.5, 0.1, 5, seed=1_109)
        changes = {"platform.place": place, "platform.joined": joined}
        members = sim.run(made.replace(changes)).members
        away = members["joined"] == 0
        assert not members.loc[away, ["attempts", "received", "degree"]].to_numpy().any()
        there.append(members["joined"].to_numpy(float))
    assert abs(z(there[0], shares[0])) < THRESHOLD
    assert abs(z(there[0] * there[1], shares[0] * shares[1])) < THRESHOLD
