"""Vetoes: everyone meets everyone once, and a pair connects unless one of the two vetoes the other.

All recognise all and accept all but whom they veto, and each invites all but whom it vetoes. So a
pair is connected with (1 - v)², apart from all other pairs, and each side vetoes with v. A right
model fails each check with a chance of 1 in 10,000; there are two.
"""

import pytest

import sim

from .everybody import THRESHOLD, society, z_of

MEMBERS, VETO = 240, 0.23


@pytest.fixture(scope="module")
def result() -> sim.Result:
    """Return the end of a run in which all invite all whom they do not veto."""
    return sim.run(society(MEMBERS, 400, 123, society__veto=VETO))


def test_a_pair_connects_unless_one_vetoes(result: sim.Result) -> None:
    """Check the connected pairs, of law Bin(n (n - 1) / 2, (1 - v)²)."""
    pairs = MEMBERS * (MEMBERS - 1) // 2
    assert abs(z_of(len(result.connections), pairs, (1 - VETO) ** 2)) < THRESHOLD


def test_each_side_vetoes_for_itself(result: sim.Result) -> None:
    """Check the vetoes, of law Bin(n (n - 1), v); and that the measure is their share."""
    vetoes, bonds = int(result.members["vetoes"].sum()), MEMBERS * (MEMBERS - 1)
    assert abs(z_of(vetoes, bonds, VETO)) < THRESHOLD
    assert result.summary["vetoed"].iloc[-1] == pytest.approx(vetoes / bonds)
