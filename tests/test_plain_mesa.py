"""The yardstick of the benchmarks is the same model: on average it ends where ``sim.run`` ends."""

import numpy as np
import pytest

import sim
from benchmarks import plain_mesa

USUAL = {"members": 90, "days": 120, "meeting": {"history_days": 60}}
STRICT = {
    **USUAL,
    "society": {"activity_sigma": 1.0, "team_size": 7},
    "meeting": {"history_days": 60, "again": 0.5, "team": 0.2, "circle": 0.1},
    "policies": {
        "everyone": 1,
        "interacted": 1,
        "own": {
            **{"contacts": 1, "introductions": 2, "min_tie": 2, "invites_references": True},
            **{"per_day": 1.5, "alike": True, "accept": (0.3, 0.4, 0.5, 0.6, 0.7)},
        },
    },
    "inviting": {"per_day": 2.0, "pending_days": 6, "lock_days": 3},
    "answering": {"idk_click": 0.4, "delay_scale": 2.0},
    "platform": {
        **{
            "preset": "none",
            "limit": 2,
            "window_days": 20,
            "restriction_days": 10,
            "min_ratio": 0.2,
            "min_invites": 10,
        },
        **{"weekly_invites": 6, "max_connections": 25},
    },
}


def plain_ends(scenario: sim.Scenario) -> list[float]:
    model = plain_mesa.run(scenario)
    ends = []
    for name in scenario.policies:
        own = [member for member in model.members if member.policy.name == name]
        ends += [
            np.mean([len(member.contacts) for member in own]),
            np.mean([len(member.connections) for member in own]),
            np.mean([member.sent for member in own]),
            np.mean([member.accepted for member in own]),
            np.mean([member.strikes for member in own]),
            np.mean([member.blocked_day is not None for member in own]),
        ]
    return ends


def fast_ends(scenario: sim.Scenario) -> list[float]:
    members = sim.run(scenario).members
    blocked = members["blocked_day"].notna().rename("blocked")
    columns = ["contacts", "degree", "invitations_sent", "accepted", "strikes", "blocked"]
    means = members.join(blocked).groupby("policy", observed=True)[columns].mean()
    return means.loc[list(scenario.policies)].to_numpy().ravel().tolist()


@pytest.mark.parametrize("parameters", [USUAL, STRICT], ids=["usual", "strict"])
def test_plain_mesa_ends_where_the_fast_model_ends(parameters):
    plain = np.array([plain_ends(sim.Scenario(**parameters, seed=seed)) for seed in range(8)])
    fast = np.array([fast_ends(sim.Scenario(**parameters, seed=seed)) for seed in range(100, 140)])
    error = np.sqrt(plain.var(axis=0, ddof=1) / len(plain) + fast.var(axis=0, ddof=1) / len(fast))
    z = (plain.mean(axis=0) - fast.mean(axis=0)) / np.maximum(error, 1e-9)
    assert np.abs(z).max() < 4, np.round(z, 1)
    assert np.sqrt(np.mean(z**2)) < 1.7, np.round(z, 1)
    assert (plain.mean(axis=0) > 0).sum() > 14  # there was something to compare


def test_plain_mesa_stays_within_the_platforms_limits():
    scenario = sim.Scenario(**STRICT)
    model = plain_mesa.run(scenario, days=60)
    assert len(model.totals) == 60
    assert (
        model.totals[-1]["connections"]
        == sum(len(member.connections) for member in model.members) / 2
    )
    most = max(len(member.connections) for member in model.members)
    assert 25 <= most <= 28  # a day's connections may overshoot the cap
    assert all(sum(day > 60 - 7 for day in member.sent_days) <= 6 for member in model.members)
