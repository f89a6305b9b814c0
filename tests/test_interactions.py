"""All mechanisms of part II at once: the kernel is the reference, and what must hold holds."""

import pickle
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import Scenario
from tests import strategies
from tests.reference import Reference
from tests.reference_checks import check_equal, small_sections
from tests.reference_person import ASKED, CONNECTED, FREE, LOCKED, PENDING, Person
from tests.test_reference import examples

ON: dict[str, st.SearchStrategy[Any]] = {
    "society.veto": st.floats(0.02, 0.3),
    "society.arrivals": st.floats(0.1, 1.5),
    "society.leave": st.floats(0.002, 0.05),
    "helping.need_rate": st.floats(0.1, 0.7),
    "helping.able": st.floats(0.1, 1),
    "helping.floor": st.floats(0.1, 0.5),
    "helping.floor_after": st.integers(1, 4),
    "inviting.mistaken": st.floats(0.02, 0.5),
    "inviting.lock_days": st.integers(0, 5),
    "answering.memory_days": st.floats(0.5, 30),
    "answering.rank_slope": st.floats(0.3, 5),
    "platform.limit": st.integers(1, 3),
    "platform.ladder": st.sampled_from(
        ("warn, email, suspend 3, good", "email, suspend 2, email", "warn, suspend 1, email, good")
    ),
    "platform.appeal_success": st.floats(0.3, 1),
    "platform.joined": st.sampled_from((1.0, 0.8)),
    "platform.place": st.integers(0, 3),
    "platform.notes_per_month": st.integers(1, 4),
    "platform.weekly_invites": st.integers(2, 9),
}
OF_A_POLICY: dict[str, st.SearchStrategy[Any]] = {
    "caution": st.floats(0, 0.5),
    "notes": st.booleans(),
    "asks_first": st.booleans(),
    "courts": st.booleans(),
    "popular": st.sampled_from((0.0, 1.0)),
}


@st.composite
def everything(draw: st.DrawFn) -> Scenario:
    """Draw a scenario in which all mechanisms are on."""
    base = draw(strategies.scenarios(crowded=draw(st.booleans())))
    changes = {name: draw(values) for name, values in ON.items()}
    for policy in base.policies:
        changes |= {
            f"policies.{policy}.{name}": draw(values) for name, values in OF_A_POLICY.items()
        }
    changes["days"] = min(base.days, 30)
    return base.replace(changes)


@examples(40)
@given(everything(), st.data())
def test_all_mechanisms_at_once(scenario, data):
    check_equal(scenario)
    check_every_day(scenario)
    check_resumed(scenario, data.draw(st.integers(0, scenario.days)))


def check_resumed(scenario: Scenario, day: int) -> None:
    """Check that a run which is stored on an evening goes on as if nothing had been."""
    with small_sections():
        straight, stored = sim.NetworkModel(scenario), sim.NetworkModel(scenario)
        straight.engine.advance(scenario.days)
        stored.engine.advance(day)
        resumed = pickle.loads(pickle.dumps(stored))
        resumed.engine.advance(scenario.days)
    for name in ("summary", "members", "series"):
        pd.testing.assert_frame_equal(
            getattr(resumed.result(), name), getattr(straight.result(), name)
        )


def check_every_day(scenario: Scenario) -> None:
    """Check on each day whom members invite, and each evening that their lists are their bonds."""
    told = Reference(scenario)
    for _ in range(told.days):
        before = {
            (person.number, alter): (bond.state, bond.vetoed, bond.free_on)
            for person in told.people
            for alter, bond in person.bonds.items()
        }
        known = len(told.invitations)
        told.step()
        for sent in told.invitations[known:]:
            state, vetoed, free_on = before.get((sent.ego, sent.alter), (FREE, False, None))
            assert sent.ego != sent.alter
            assert not vetoed
            unlocked = state == LOCKED and free_on == told.day
            assert state == FREE or unlocked or (sent.asked and state == ASKED), state
        for person in told.people:
            check_lists(told, person)


def check_lists(told: Reference, person: Person) -> None:
    """Check that the lists of a member are its bonds, on both sides, and that caps hold."""
    met = {alter for alter, bond in person.bonds.items() if bond.met + bond.talked}
    assert set(person.contacts) == met
    assert len(person.contacts) == len(met)
    connected = {alter for alter, bond in person.bonds.items() if bond.state == CONNECTED}
    assert set(person.connected_on) == connected
    assert all(person.number in told.people[alter].connected_on for alter in connected)
    assert all(person.number in told.people[alter].bonds for alter in person.bonds)
    if person.left is not None:
        assert not person.bonds
        assert not any(sent.waits for sent in person.sent)
    waiting = {sent.alter for sent in person.sent if sent.waits}
    assert waiting == {alter for alter, bond in person.bonds.items() if bond.state == PENDING}
    month = [sent.note for sent in person.sent if (sent.sent_day - 1) // 30 == (told.day - 1) // 30]
    assert sum(month) <= person.rules.platform.notes_per_month
