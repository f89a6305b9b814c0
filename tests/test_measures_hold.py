"""What must hold of the measures by day: nothing of them changes by what happens later."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.model.tables import DAILY

FIRST_EDITION = Path(__file__).parents[1] / "experiments" / "scenarios" / "first_edition.toml"
EDITIONS = {"first": sim.Scenario.from_toml(FIRST_EDITION), "second": sim.Scenario()}


def test_a_day_is_the_same_in_shorter_and_longer_runs():
    """Bit for bit; reach on the evenings that both take."""
    small = sim.Scenario(members=150, seed=2, platform={"limit": 2, "restriction_days": 9})
    whole = sim.run(small.replace({"days": 365})).series
    names = [*DAILY, *(f"reach{n}{share}" for n in (2, 3) for share in ("", "_share"))]
    assert set(whole) == {"day", "policy", *names}
    for days in (60, 120):
        part = sim.run(small.replace({"days": days})).series
        pd.testing.assert_frame_equal(
            part, whole[whole["day"] <= days].reset_index(drop=True), check_exact=True
        )
        assert part.loc[part["day"] == days, "reach2"].notna().all()


@pytest.mark.parametrize("edition", EDITIONS)
def test_acceptance_is_that_of_the_log_and_of_all_sent(edition):
    """Exact by ``decided_day``; within .01 of what becomes of all sent by then, from day 14 on."""
    scenario = EDITIONS[edition].replace({"members": 1000, "days": 60})
    pending_days, off = scenario.inviting.pending_days, []
    for seed in range(1, 9):
        longer = scenario.replace({"days": 60 + pending_days, "seed": seed})
        result = sim.run(longer, log=True, threads=1)
        log, days = result.invitations, np.arange(1, 61)
        assert log is not None
        series = result.series[result.series["policy"] == "all"].set_index("day").loc[1:60]
        accepted = log["outcome"] == "accepted"
        by_then = np.searchsorted(np.sort(log["decided_day"].dropna()), days, side="right")
        yes = np.searchsorted(np.sort(log["decided_day"][accepted]), days, side="right")
        np.testing.assert_array_equal(series["acceptance"], yes / by_then)
        np.testing.assert_allclose(
            series["acceptance"] + series["declined"] + series["idk_rate"], 1, rtol=1e-12
        )
        became = accepted.groupby(log["sent_day"]).agg(["sum", "size"]).cumsum().loc[days]
        off.append(series["acceptance"] - became["sum"] / became["size"])
    assert np.mean(off, axis=0)[13:] == pytest.approx(0, abs=0.01)
