"""Vetoes: everyone meets everyone once, and a pair connects unless one of the two vetoes the other.

All recognise all and accept all but whom they veto, and each invites all but whom it vetoes. So a pair
is connected with (1 - v)², apart from all other pairs, and each side vetoes with v. A right model fails
each check with a chance of 1 in 10,000; there are two.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import sim

THRESHOLD = stats.norm.isf(1e-4 / 2)
MEMBERS, VETO = 120, 0.23


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> sim.Result:
    """Return the end of a run in which all pairs of 120 people meet on the first day."""
    path: Path = tmp_path_factory.mktemp("log") / "all.csv"
    pairs = itertools.combinations(range(MEMBERS), 2)
    path.write_text("t,i,j\n" + "".join(f"0,{i},{j}\n" for i, j in pairs))
    scenario = sim.Scenario(
        members=MEMBERS,
        days=400,
        seed=123,
        society={"veto": VETO},
        meeting={"contacts": str(path)},
        inviting={"per_day": 5, "pending_days": 1},
        answering={
            "recognise": (0, 1, 1, 1, 1),
            "accept": (1,) * 5,
            "looks": None,
            "delay_scale": 0,
        },
        platform={"preset": "none"},
        policies=[sim.InvitePolicy("knower", contacts=1, alike=True)],
    )
    return sim.run(scenario)


def z_of(successes: int, trials: int, p: float) -> float:
    """Return the z-score of a binomial count."""
    return float((successes - trials * p) / np.sqrt(trials * p * (1 - p)))


def test_a_pair_connects_unless_one_vetoes(result: sim.Result) -> None:
    """Check the connected pairs, of law Bin(n (n - 1) / 2, (1 - v)²)."""
    pairs = MEMBERS * (MEMBERS - 1) // 2
    assert abs(z_of(len(result.connections), pairs, (1 - VETO) ** 2)) < THRESHOLD


def test_each_side_vetoes_for_itself(result: sim.Result) -> None:
    """Check the vetoes, of law Bin(n (n - 1), v); and that the measure is their share."""
    vetoes, bonds = int(result.members["vetoes"].sum()), MEMBERS * (MEMBERS - 1)
    assert abs(z_of(vetoes, bonds, VETO)) < THRESHOLD
    assert result.summary["vetoed"].iloc[-1] == pytest.approx(vetoes / bonds)
