"""What must be true of a run of the reference, and its comparison with the fast model."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

import sim
from sim import Scenario
from sim.model.state_view import STANDINGS, Ties
from tests import strategies
from tests.reference import Reference
from tests.reference_bonds import CONNECTED, FREE, LOCKED, PENDING
from tests.reference_rows import invitation_rows, member_rows, missed, rows


def check_laws(told: Reference) -> None:
    """Check what must be true of any run, whatever the scenario."""
    platform = told.rules.platform
    for person in told.people:
        sent_on = Counter(row.sent_day for row in person.sent)
        for day in sent_on if platform.weekly_invites is not None else ():
            in_a_week = sum(sent_on.get(earlier, 0) for earlier in range(day - 6, day + 1))
            granted = sum(row.asked and row.sent_day == day for row in person.sent)
            if sent_on[day] > granted:
                assert in_a_week - granted <= platform.weekly_invites
            if granted > 0:
                assert in_a_week - granted < platform.weekly_invites
        if platform.max_connections is not None and person.connections:
            last = max(person.connected_on.values())  # a day's connections may overshoot the cap
            before = sum(day < last for day in person.connected_on.values())
            assert before < platform.max_connections
        assert person.strikes == sum(row.outcome == "idk" for row in person.sent)
        assert person.restricted_days <= told.day - (person.blocked_day or told.day)
        for alter, bond in person.bonds.items():
            back = told.people[alter].bonds[person.number]
            assert (bond.met, bond.talked, bond.last) == (back.met, back.talked, back.last)
            assert (
                (bond.state == "connected")
                == (back.state == "connected")
                == (alter in person.connections)
            )
        waiting = {row.alter for row in person.sent if row.waits}
        assert waiting == {alter for alter, bond in person.bonds.items() if bond.state == PENDING}
    pairs = [(row.ego, row.alter) for row in told.invitations if row.outcome == "accepted"]
    assert told.connections == {
        tuple(sorted(pair))
        for pair in [*pairs, *told.met_halfway]
        if told.people[pair[0]].left is told.people[pair[1]].left is None
    }
    for person in told.people:
        if person.left is not None:
            assert not person.bonds
            assert not person.contacts
            assert not person.connected_on
            assert all(row.sent_day < person.left for row in person.sent)


# The fast model equals the reference

NUMBERS = ("sociability", "activity", "mutually_recognised", "missed_by_tie", "missed_by_estimate")


def small_sections() -> Any:
    """Make sections of four members, so that a small society has several threads."""
    return patch("sim.kernel.state.society.SECTION", 4)


def check_equal(scenario: Scenario, log: strategies.Log | None = None) -> Reference:
    """Run both and compare every table; the seed decides whether on one, two or three threads.

    ``log`` has the contents of the file in ``scenario.meeting.contacts``.
    """
    told = Reference(scenario, None if log is None else log.days).run()
    check_laws(told)
    with small_sections():
        result = sim.run(scenario, log=True, threads=1 + scenario.seed % 3)
    assert rows(result.invitations) == invitation_rows(told)
    assert [tuple(pair) for pair in result.connections.tolist()] == sorted(told.connections)
    assert [tuple(arc) for arc in result.arcs.tolist()] == sorted(told.arcs)
    members = member_rows(told)
    assert list(result.members.columns) == list(members[0])
    for name in NUMBERS:
        expected = [row.pop(name) for row in members]
        rounded = 1e-7 if name.startswith("missed") else 0  # its chances are multiples of 2^-32
        np.testing.assert_allclose(result.members.pop(name), expected, rtol=1e-12, atol=rounded)
    assert rows(result.members) == [tuple(row.values()) for row in members]
    check_bonds_equal(told, scenario)
    return told


def check_bonds_equal(told: Reference, scenario: Scenario) -> None:
    """Compare every bond, with contacts and connections in their order."""
    model = sim.NetworkModel(scenario)
    model.engine.advance(told.days)
    view, first = model.engine.view, 1 - scenario.history_days
    for person in told.people:
        contacts = view.contacts_of(person.number)
        strangers = sorted(set(person.bonds) - set(person.contacts))
        assert bond_rows(contacts, first) == [
            (
                alter,
                bond.met,
                bond.talked,
                bond.last,
                bond.state,
                person.tie_class(alter),
                bond.vetoed,
            )
            for alter, bond in ((alter, person.bonds[alter]) for alter in person.contacts)
        ]
        assert sorted(row[0::4] for row in bond_rows(view.strangers_of(person.number), first)) == [
            (alter, person.bonds[alter].state) for alter in strangers
        ]
        assert view.connected(person.number).tolist() == person.connections


def bond_rows(ties: Ties, first_day: int) -> list[tuple[Any, ...]]:
    alters, met, talked, last, classes, standing, vetoed = (column.tolist() for column in ties)
    days = [day + first_day for day in last]
    states = [STANDINGS[number] for number in standing]
    return list(zip(alters, met, talked, days, states, classes, vetoed, strict=True))


def events(told: Reference) -> Iterator[str]:
    """Yield the names of the events in a run."""
    platform = told.rules.platform
    sent = Counter((row.ego, row.alter) for row in told.invitations)
    accepted = {(row.ego, row.alter) for row in told.invitations if row.outcome == "accepted"}
    for row in told.invitations:
        yield from (
            row.outcome,
            row.source,
            f"class {row.tie_class}",
            f"to class {row.tie_class}: {row.outcome}",
        )
        yield (
            "never to be answered"
            if row.due_day is None
            else "answered later"
            if row.due_day > row.sent_day
            else "answered at once"
        )
        if row.sent_day == told.people[row.ego].arrived > 1:
            yield "invited on the day of arrival"
        known = {None: "unseen", True: "by one who knows", False: "by one who does not"}
        yield f"{row.outcome} {known[row.recognised]}"
        if row.outcome == "accepted" and row.recognised is None and row.decided_day != row.sent_day:
            yield "ended with the other's"
        if row.outcome == "declined" and row.alter in told.people[row.ego].connected_on:
            yield "declined, and yet connected"
        if row.outcome == "declined" and row.recognised is None and row.due_day is not None:
            yield "due, and never looked at"
        if row.asked:
            yield "a question granted"
        if row.note:
            yield "with a note" if row.recognised else "with a note, and not recognised"
            yield "a note by mistake" if row.mistaken else "a note"
        if row.mistaken:
            yield f"by mistake to class {min(row.tie_class, 1)}"
        bond = told.people[row.alter].bonds.get(row.ego)  # none: one of the two has left
        if row.recognised and bond is not None and bond.vetoed:
            yield f"{row.outcome} by one who vetoes"
        if row.outcome == "accepted" and not told.people[row.ego].has_room():
            yield "full"
        if sent[row.ego, row.alter] > 1:
            yield "invited again"
        if (row.ego, row.alter) in accepted and (row.alter, row.ego) in accepted:
            yield "crossed"
    if told.met_halfway:
        yield "a question crossed"
    for person in told.people:
        if person.blocked_day is not None:
            yield "restricted" if told.day <= person.restricted_until else "lifted"
            if platform.min_ratio is None:
                yield "restricted for its strikes"
            if platform.limit is None or person.strikes < platform.limit:
                yield "restricted for its ratio"
        yield from ["warned"] * person.warnings + ["limited"] * person.limits
        yield from ["pardoned"] * person.pardons
        yield from ["appealed in vain"] * (person.appeals - person.pardons)
        yield from ["kept from a stranger"] * person.kept_from_strangers
        if person.limits + person.warnings > 0 and person.restrictions > 0:
            yield "a higher rung"
        if platform.weekly_invites in Counter(row.sent_day // 7 for row in person.sent).values():
            yield "a full week"
        notes = Counter((row.sent_day - 1) // 30 for row in person.sent if row.note)
        if platform.notes_per_month in notes.values():
            yield "as many notes as are allowed"
        yield from (bond.state for bond in person.bonds.values())
        yield from (f"missed by its {bar}" for bar, _ in missed(told, person))
        for way in ("connection", "contact", "referral"):
            if getattr(person, f"met_by_{way}"):
                yield f"a need met by a {way}"
        if person.referrals > person.met_by_referral:
            yield "a referral in vain"
        if person.is_low():
            yield "of low reputation"
        vetoed = {alter: bond.state for alter, bond in person.bonds.items() if bond.vetoed}
        yield from (f"vetoed, and {state}" for state in vetoed.values())


EVENTS = {
    *(
        "accepted",
        "idk",
        "declined",
        "pending",
        "void",
        "contacts",
        "introductions",
        "directory",
        "popular",
        *(f"class {k}" for k in range(5)),
    ),
    *(f"to class {k}: {outcome}" for k in range(5) for outcome in ("accepted", "declined")),
    *(f"to class {k}: idk" for k in range(4)),
    *(
        "invited on the day of arrival",
        "never to be answered",
        "answered later",
        "answered at once",
        "full",
        "invited again",
        "crossed",
        "a full week",
    ),
    *(
        "ended with the other's",
        "declined, and yet connected",
        "due, and never looked at",
        "accepted by one who knows",
        "accepted by one who does not",
        "declined by one who knows",
        "declined by one who does not",
        "restricted for its strikes",
        "restricted for its ratio",
        "lifted",
        "restricted",
        "warned",
        "limited",
        "pardoned",
        "appealed in vain",
        "kept from a stranger",
        "a higher rung",
        "missed by its tie",
        "missed by its estimate",
        "by mistake to class 0",
        "by mistake to class 1",
        "with a note",
        "a question granted",
        "a question crossed",
        "asked",
        "with a note, and not recognised",
        "a note by mistake",
        "as many notes as are allowed",
        "declined by one who vetoes",
        "vetoed, and connected",
        *(f"a need met by a {way}" for way in ("connection", "contact", "referral")),
        "a referral in vain",
        "of low reputation",
        "vetoed, and free",
        FREE,
        PENDING,
        CONNECTED,
        LOCKED,
    ),
}
