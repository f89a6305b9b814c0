"""Who accepts: the rule's chance told a second time, against each invitation that was judged.

Each |z| is at most that of a false alarm in 10,000; there are six.
"""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
from experiments.pattern_rows import cold_acceptance

THRESHOLD = stats.norm.isf(1e-4 / 2)
NOBODY = 5


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    """Return the judged invitations of a default year."""
    return judged_in(sim.Scenario(members=5_000, days=365, seed=77))


def judged_in(scenario: sim.Scenario) -> pd.DataFrame:
    """Return the invitations of a run that were looked at, with the chance of each."""
    result = sim.run(scenario, log=True)
    log = result.invitations
    assert log is not None
    log = log[log["recognised"] != "not looked at"]
    policies = result.members["policy"].astype(str).to_numpy()[log["alter"].to_numpy()]
    recognised = (log["recognised"] == "yes").to_numpy()
    seen = np.where(recognised, log["decided_class"].to_numpy(int), 0)
    common = log["common"].to_numpy() > 0
    rank = result.members.get("rank", pd.Series(0, result.members.index)).to_numpy(int)
    down = rank[log["alter"].to_numpy()] - rank[log["ego"].to_numpy()]
    asked = pd.DataFrame({"policy": policies, "seen": seen, "common": common, "down": down})
    chances = {
        key: chance(result.scenario, *key) for key in set(asked.itertuples(index=False, name=None))
    }
    p = [chances[key] for key in asked.itertuples(index=False, name=None)]
    accepted = (log["outcome"] == "accepted").to_numpy()
    return asked.assign(p=p, accepted=accepted)


def chance(scenario: sim.Scenario, policy: str, seen: int, common: bool, down: int) -> float:
    """Return the chance of accepting, as docs/rules.md has it.

    ``seen`` is the class recognised, ``down`` how many levels of rank the inviter stands below.
    """
    answers, own = scenario.answering, scenario.policies[policy]
    if own.accepts_from == NOBODY:
        return 0.0
    assert answers.reserve is not None
    a = answers.accept[seen]
    odds = a / (1 - a) * math.exp(-answers.rank_slope * down / 15)
    if seen < own.accepts_from:
        odds *= math.exp(-answers.reserve)
    if own.takes_references and common:
        odds *= math.exp(answers.reference_lift)
    return odds / (1 + odds)


@pytest.mark.parametrize("part", ["all", "by reference", "without one", "met"])
def test_residuals_are_standard_normal(judged, part):
    """Check the standardised residual, which is N(0, 1) by the martingale theorem."""
    chosen = {
        "all": judged["p"] >= 0,
        "by reference": judged["common"],
        "without one": ~judged["common"],
        "met": judged["seen"] >= 2,
    }[part]
    rows = judged[chosen]
    assert len(rows) > 5_000
    assert abs(residual(rows)) < THRESHOLD


def residual(rows: pd.DataFrame) -> float:
    """Return sum(accepted - p) / sqrt(sum p (1 - p))."""
    p = rows["p"].to_numpy()
    return float((rows["accepted"] - p).sum() / np.sqrt((p * (1 - p)).sum()))


def test_residuals_with_ranks():
    """Where rank counts and some court it; without the slope z is beyond any table."""
    scenario = sim.Scenario(members=3_000, days=200, seed=78, answering={"rank_slope": 1.9})
    rows = judged_in(scenario.replace({"policies.everyone.courts": True}))
    assert len(rows) > 20_000
    assert abs(residual(rows)) < THRESHOLD
    assert (rows["down"] > 0).mean() > 0.6


def not_to_its_own(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Invite others than cold accounts, in the first ten days: then no two have one in common."""
    return candidate.policy > 0 and day <= 10


def test_strangers_without_a_common_connection_accept_as_the_formula_says():
    """The exact row of the table of patterns, on the first invitation that each one receives."""
    cold = sim.InvitePolicy(
        "cold",
        share=0.3,
        directory=1,
        per_day=1,
        alike=True,
        accepts_from=NOBODY,
        condition=not_to_its_own,
    )
    ordinary = sim.Scenario(
        members=60_000,
        days=40,
        meeting={"rate": 0, "history_days": 0},
        inviting={"per_day": 0},
        platform={"preset": "none"},
    )
    scenario = ordinary.replace({"policies": {"cold": cold, **dict.fromkeys(ordinary.policies, 1)}})
    log = sim.run(scenario, log=True).invitations
    assert log is not None
    first = log.sort_values("sent_day", kind="stable").drop_duplicates("alter")
    assert (log["outcome"] != "pending").all()
    assert (first["common"] == 0).all()
    due = cold_acceptance(ordinary)
    n, share = len(first), (first["outcome"] == "accepted").mean()
    assert n > 20_000
    assert abs(share - due) < THRESHOLD * np.sqrt(due * (1 - due) / n)
