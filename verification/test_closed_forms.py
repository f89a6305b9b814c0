"""The model against the closed forms: every |z| below the threshold that ``checks`` explains."""

from pathlib import Path

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


def test_page_states_the_threshold() -> None:
    """Check that docs/verification.md has the number of checks and the threshold that are used."""
    page = (Path(__file__).parents[1] / "docs" / "verification.md").read_text(encoding="utf-8")
    for stated in (
        f"each of the {len(CHECKS)} z-scores",
        f"|z| > {THRESHOLD:.2f}.",
        f"{len(CHECKS)} × 2 × P(Z > {THRESHOLD:.2f})",
        f"({THRESHOLD:.2f} + 1.28) standard errors",
    ):
        assert stated in page
