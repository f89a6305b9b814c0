"""Members who arrive: how many, with which policies, what is counted of them, and room for more."""

import numpy as np
import pandas as pd
import pytest

import sim
from sim.kernel.state import society as arrays
from sim.model.engine import Engine

GROWING = sim.Scenario(
    members=20,
    days=40,
    seed=4,
    society={"arrivals": 1.5, "on_arrival": 3, "circle_size": 7},
    inviting={"pending_days": 5, "lock_days": 2},
    answering={"idk_click": 0.5},
    platform={"preset": "none", "limit": 1, "window_days": 9, "restriction_days": 3},
    policies={"everyone": 1, "interacted": 1, "close_friends": 2},
)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_run_may_go_on_for_longer_than_was_planned(monkeypatch, threads):
    """It has no room for those who arrive after the last day planned, and makes it."""
    monkeypatch.setattr(arrays, "SECTION", 8)
    planned, extended = (Engine(GROWING.replace({"days": days}), threads) for days in (80, 15))
    for last_day in (15, 16, 50, 80):
        extended.advance(last_day)
    planned.advance(80)
    assert extended.state.members == planned.state.members > 100
    pd.testing.assert_frame_equal(extended.result().members, planned.result().members)
    pd.testing.assert_frame_equal(extended.result().series, planned.result().series)
    assert extended.view.connections().tolist() == planned.view.connections().tolist()


def test_arrivals_have_policies_and_habits_by_chance():
    habit = sim.Habit("open", share=0.3, accepts_from=0)
    none_yet = {"meeting": {"rate": 0, "history_days": 0}, "habits": [habit]}
    result = sim.run(
        GROWING.replace({**none_yet, "days": 400, "society.arrivals": 12.5, "inviting.per_day": 0})
    )
    new = result.members[result.members["arrived"] > 1]
    on_a_day = np.bincount(new["arrived"], minlength=401)[2:]
    assert set(on_a_day) == {12, 13}
    assert on_a_day.mean() == pytest.approx(12.5, abs=4 * 0.5 / np.sqrt(399))
    shares = new["policy"].value_counts(normalize=True)
    error = 4 * 0.5 / np.sqrt(len(new))
    assert [shares[name] for name in GROWING.policies] == pytest.approx(
        [0.25, 0.25, 0.5], abs=error
    )
    assert (new["habit"] == "open").mean() == pytest.approx(0.3, abs=error)


def test_what_is_counted_of_arrivals_begins_with_their_arrival():
    result = sim.run(GROWING)
    members, row = result.members, result.summary.iloc[-1]
    there = 41 - members["arrived"]
    assert row["members"] == len(members) > 60
    assert row["unwanted_received"] == pytest.approx(
        365 * members["unwanted_received"].sum() / there.sum()
    )
    assert row["restricted_time"] == pytest.approx(members["restricted_days"].sum() / there.sum())
    sent = result.series.query("policy == 'all' and day == 25")["invitations"].item()
    early = sim.run(GROWING.replace({"days": 25})).members
    assert sent == pytest.approx(early["invitations_sent"].mean())
    # everybody is at risk from the day of arrival on
    curve = sim.survival(GROWING, members).query("policy == 'all'")
    blocked = members["blocked_day"].notna()
    times = np.where(blocked, members["blocked_day"].fillna(0) - members["arrived"] + 1, there)
    first = times[blocked].min()
    at_risk = (times >= first).sum()
    struck = (times[blocked] == first).sum()
    assert curve[curve["time"] == first]["survival"].item() == pytest.approx(1 - struck / at_risk)


def test_a_model_makes_its_members_as_they_arrive():
    model = sim.NetworkModel(GROWING)
    model.agents.set("mood", 1)
    model.run_for(40)
    assert [member.number for member in model.members] == list(range(len(model.agents)))
    assert sum(hasattr(member, "mood") for member in model.agents) == 20 < len(model.agents)
    last = model.members[-1]
    assert last.team[-1] == last.number
    model.set_policies(["everyone"] * len(model.members))
    model.run_for(30)
    assert set(model.policies[: last.number]) == {"everyone"} != set(model.policies)
    series = model.result().series.query("day == 70")
    assert series["degree"].notna().tolist() == [True, True, True, True]


def test_the_time_restricted_varies_around_each_ones_own_days_there():
    """What the interval of ``restricted_time`` takes for the variance between members."""
    scenario = sim.Scenario(
        members=80,
        days=120,
        society={"arrivals": 1, "leave": 0.002},
        platform={"limit": 1, "restriction_days": 20},
        answering={"idk_click": 0.5},
    )
    result = sim.run(scenario, threads=1)
    years = result.members.assign(there=120 - result.members["arrived"].clip(lower=1) + 1)
    gone = result.members["left"].notna()
    years.loc[gone, "there"] -= 120 - result.members["left"][gone] + 1
    for row in result.summary.iloc[:-1].to_dict("records"):
        mine = years[years["policy"] == row["policy"]]
        n, y = mine["there"] / 120, mine["restricted_days"] / 120
        assert row["members_there"] == pytest.approx(n.sum())
        assert row["restricted_time"] == pytest.approx(y.sum() / n.sum())
        within = ((y - row["restricted_time"] * n) ** 2).sum()
        found = row["restricted_squares"] - n.sum() * row["restricted_time"] ** 2
        assert found == pytest.approx(within)
        assert within > 0 or row["policy"] == "close_friends"
