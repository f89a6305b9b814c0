"""A history that an earlier run has lived: the same bytes, and only where it is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.model import engine
from sim.model.engine import Engine
from sim.model.histories import Histories
from tests import strategies

SMALL = sim.Scenario(members=80, days=30, meeting={"history_days": 60})
MB = 2**20


def told(scenario: sim.Scenario, threads: int = 1) -> dict:
    """All arrays of a society on the last evening."""
    lived = Engine(scenario, threads)
    lived.recall_history()
    lived.advance(0)
    lived.advance(scenario.days)
    return {
        name: (array.shape, array.used.tobytes())
        for name, array in lived.snapshot().items()
        if not name.startswith("state.today")
    }


@settings(derandomize=True, max_examples=60, deadline=None)
@given(strategies.scenarios(), strategies.scenarios(crowded=True), st.data())
def test_a_run_that_recalls_its_history_ends_with_the_same_bytes(one, other, data):
    """``other`` may share the history of ``one``, or differ in what it depends on."""
    names = data.draw(st.sets(st.sampled_from([*one.to_dict()])))
    second = sim.Scenario(**one.to_dict() | {name: other.to_dict()[name] for name in names})
    with pytest.MonkeyPatch.context() as during:
        during.setattr(engine, "HISTORIES", Histories(0))
        expected = told(second)
        during.setattr(engine, "HISTORIES", Histories(64 * MB))
        told(one)
        assert told(second) == expected


def known(histories: Histories, changes: dict) -> bool:
    """Whether the run of a changed scenario recalls a history."""
    later = Engine(SMALL.replace(changes))
    later.recall_history()
    return later.day == 0


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"platform.limit": 1}, True),
        ({"inviting.per_day": 2}, True),
        ({"policies": {"everyone": 1}}, True),
        ({"days": 90}, True),
        ({"seed": 9}, False),
        ({"members": 81}, False),
        ({"meeting.rate": 0.3}, False),
        ({"meeting.face_team": 0.2}, False),
        ({"meeting.history_days": 61}, False),
        ({"society.close": 9}, False),
        ({"society.veto": 0.1}, False),
        ({"society.sociability_sigma": 0.1}, False),
        ({"society.arrivals": 1}, False),
    ],
)
def test_what_a_history_depends_on(histories, changes, same):
    histories.most_bytes = 64 * MB
    told(SMALL)
    assert known(histories, changes) == same


def test_a_model_and_a_run_use_the_histories_of_each_other(histories):
    histories.most_bytes = 64 * MB
    sim.NetworkModel(SMALL)
    assert known(histories, {})


def test_the_newest_history_makes_room_and_the_oldest_stays(histories):
    histories.most_bytes = MB // 2
    for seed in range(20):
        told(SMALL.replace({"seed": seed}))
    there = [seed for seed in range(20) if known(histories, {"seed": seed})]
    assert there[:2] == [0, 1]
    assert there[-1] == 19
    assert 3 <= len(there) < 20
    assert sum(kept.nbytes for kept in histories._kept.values()) <= histories.most_bytes
    told(SMALL.replace({"seed": 99, "members": 2_000}))
    assert known(histories, {"seed": 19})  # what is too large drives none out
