"""The model against the closed forms: every |z| below the threshold that ``checks`` explains."""

import pytest

from .checks import CHECKS, THRESHOLD, Check, TieCheck


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_closed_form(check: Check | TieCheck, outcomes: list) -> None:
    """Check that what was seen lies within the threshold of the exact value."""
    outcome = check.carry_out()
    outcomes.append(outcome)
    assert abs(outcome.z) < THRESHOLD, (
        f"z = {outcome.z:.2f}: simulated {outcome.simulated:.6g}, exact {outcome.exact:.6g}"
    )
