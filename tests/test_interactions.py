"""All mechanisms at once: what must hold on every day, and after a run has been stored."""

import pickle

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim import Scenario
from tests import strategies
from tests.reference import Reference
from tests.reference_bonds import ASKED, CONNECTED, FREE, LOCKED, PENDING
from tests.reference_checks import small_sections
from tests.reference_person import Person
from tests.test_reference import examples


@examples(12)
@given(strategies.everything(), st.data())
def test_all_mechanisms_at_once(scenario, data):
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
