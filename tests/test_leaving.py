"""Members who leave: what is counted of them, and of those who stay."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import sim
from sim.kernel.state import society as arrays
from sim.model.engine import Engine
from tests.reference_checks import check_equal
from tests.test_arrivals import GROWING

LEAVING = GROWING.replace({"society.leave": 0.03, "inviting.per_day": 1})


@pytest.mark.parametrize("threads", [1, 3])
def test_a_run_may_go_on_while_members_leave(monkeypatch, threads):
    monkeypatch.setattr(arrays, "SECTION", 8)
    planned, extended = (Engine(LEAVING.replace({"days": days}), threads) for days in (80, 15))
    for last_day in (15, 16, 50, 80):
        extended.advance(last_day)
    planned.advance(80)
    pd.testing.assert_frame_equal(extended.result().members, planned.result().members)
    pd.testing.assert_frame_equal(extended.result().series, planned.result().series)
    assert extended.view.connections().tolist() == planned.view.connections().tolist()
    assert 0 < len(planned.view.there) < planned.state.members


def test_what_has_been_accepted_stays_so_when_one_of_the_two_leaves():
    """Also what was accepted because the two connected by the other's invitation."""
    told = check_equal(LEAVING.replace({"days": 60, "inviting.pending_days": 20}))
    ended = [
        row
        for row in told.invitations
        if row.outcome == "accepted" and row.recognised is None and row.decided_day != row.sent_day
    ]
    left = [person.number for person in told.people if person.left]
    assert any(row.ego in left or row.alter in left for row in ended)


def test_measures_are_of_those_there_or_of_the_days_on_which_they_were():
    result = sim.run(LEAVING)
    members, row = result.members, result.summary.iloc[-1]
    there = members["left"].isna()
    days = np.where(there, 40, members["left"].fillna(0) - 1) - members["arrived"] + 1
    assert row["members"] == len(members) > there.sum() > 30
    assert row["degree"] == pytest.approx(2 * len(result.connections) / there.sum())
    assert not members["degree"][~there].any()
    assert row["restricted_time"] == pytest.approx(members["restricted_days"].sum() / days.sum())
    assert row["unwanted_received"] == pytest.approx(
        365 * members["unwanted_received"].sum() / days.sum()
    )
    assert row["blocked"] == pytest.approx(members["blocked_day"].notna().mean())
    graph = result.graph().subgraph(np.flatnonzero(there))
    assert row["largest_component"] == max(map(len, nx.connected_components(graph))) / len(graph)
    assert row["clustering"] == pytest.approx(nx.average_clustering(graph))
    until = Engine(LEAVING)
    until.advance(39)  # the morning of day 40 is this evening, but for who leaves then
    restricted = (until.view.column("restricted_until") >= 40)[: len(members)]
    morning = members[: len(restricted)]["left"].isna() | (members[: len(restricted)]["left"] > 40)
    last = result.series.query("policy == 'all' and day == 40").iloc[0]
    for name in ("degree", "blocked", "acceptance", "reciprocity", "acquainted", "reach2_share"):
        assert last[name] == pytest.approx(row[name]), name
    assert last["restricted"] == pytest.approx((restricted & morning).sum() / there.sum())
    assert last["invitations"] == pytest.approx(members["invitations_sent"].mean())


def test_the_time_to_a_block_is_censored_when_a_member_leaves():
    result = sim.run(LEAVING)
    members = result.members
    last = np.where(members["left"].isna(), 40, members["left"].fillna(0) - 1)
    last = np.where(members["blocked_day"].isna(), last, members["blocked_day"].fillna(0))
    curve = sim.survival(result.scenario, members).query("policy == 'all'")
    at_risk = [(last - members["arrived"] + 1 >= time).sum() for time in curve["time"]]
    assert curve["at_risk"].tolist() == at_risk
    assert len(at_risk) > 10
