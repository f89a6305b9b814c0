"""The results of the reference as plain rows, and their comparison with the fast model."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

import sim
from sim import Scenario
from sim.model.state_view import STANDINGS, Ties
from tests import strategies
from tests.reference import Reference
from tests.reference_person import CONNECTED, FREE, LOCKED, PENDING, Invitation, Person


def invitation_rows(told: Reference) -> list[tuple[Any, ...]]:
    rows = sorted(told.invitations, key=lambda row: (row.sent_day, row.ego, row.alter))
    policy = [person.policy.name for person in told.people]
    return [
        (
            row.sent_day,
            row.ego,
            row.alter,
            policy[row.ego],
            row.source,
            row.tie_class,
            row.due_day,
            row.decided_day,
            row.outcome,
            {None: "not looked at", True: "yes", False: "no"}[row.recognised],
            row.decided_class,
            row.common,
            *remarks(told, row),
        )
        for row in rows
    ]


def remarks(told: Reference, row: Invitation) -> list[Any]:
    """Return what the log has on an invitation only where the scenario makes it possible."""
    mistaken = [row.mistaken] if told.rules.inviting.mistaken > 0 else []
    note = [row.note] * notes_are_sent(told.rules)
    return mistaken + note + [row.asked] * some_ask_first(told.rules)


def some_ask_first(scenario: Scenario) -> bool:
    return any(policy.asks_first for policy in scenario.policies.values())


def notes_are_sent(scenario: Scenario) -> bool:
    return any(policy.notes for policy in scenario.policies.values())


def member_rows(told: Reference) -> list[dict[str, Any]]:
    received: dict[int, list[Invitation]] = defaultdict(list)
    for invitation in told.invitations:
        received[invitation.alter].append(invitation)
    reached: dict[int, list[int]] = defaultdict(list)
    for ego, alter in told.arcs:
        reached[ego].append(alter)
    return [
        member_row(person, received[person.number], reached[person.number], told.arcs)
        | sanctions_row(person)
        | veto_row(person)
        | need_row(person)
        | rank_row(told, person)
        | joined_row(person)
        | missed_row(missed(told, person))
        | notes_row(person)
        | habit_row(person)
        | type_row(person)
        for person in told.people
    ]


def notes_row(person: Person) -> dict[str, Any]:
    found = {}
    if notes_are_sent(person.rules):
        found["notes_sent"] = sum(invitation.note for invitation in person.sent)
    if some_ask_first(person.rules):
        found["questions_sent"] = len(person.questions)
        found["questions_granted"] = sum(invitation.asked for invitation in person.sent)
        found["questions_refused"] = sum(one.outcome == "refused" for one in person.questions)
    return found


def habit_row(person: Person) -> dict[str, Any]:
    if not person.rules.habits:
        return {}
    return {"habit": person.habit.name if person.habit else "none"}


def sanctions_row(person: Person) -> dict[str, Any]:
    platform = person.rules.platform
    if platform.ladder is None and platform.appeal_success == 0:
        return {}
    names = ("warnings", "limits", "appeals", "pardons")
    return {name: getattr(person, name) for name in names}


def veto_row(person: Person) -> dict[str, Any]:
    if person.rules.society.veto == 0:
        return {}
    return {"vetoes": sum(bond.vetoed for bond in person.bonds.values())}


def need_row(person: Person) -> dict[str, Any]:
    if person.rules.helping.need_rate == 0:
        return {}
    return {
        "needs": person.needs,
        "met_by_connection": person.met_by_connection,
        "met_by_contact": person.met_by_contact,
        "met_by_referral": person.met_by_referral,
        "referrals": person.referrals,
        "asked": person.asked,
        "helped": person.helped,
    }


def type_row(person: Person) -> dict[str, Any]:
    return {"type": person.type} if person.rules.helping.need_rate else {}


def rank_row(told: Reference, person: Person) -> dict[str, Any]:
    rules = person.rules
    if rules.answering.rank_slope == 0 and not any(own.courts for own in rules.policies.values()):
        return {}
    upwards = sum(told.people[row.alter].rank > person.rank for row in person.sent)
    return {"rank": person.rank, "sent_upwards": upwards}


def joined_row(person: Person) -> dict[str, Any]:
    return {} if person.rules.platform.joined == 1 else {"joined": int(person.joined)}


def missed_row(found: list[tuple[str, float]]) -> dict[str, Any]:
    by_tie, by_estimate = (
        sum(chance for bar, chance in found if bar == wanted) for wanted in ("tie", "estimate")
    )
    return {
        "missed_by_tie": by_tie,
        "missed_by_estimate": by_estimate,
        "missed_pairs": len(found),
    }


def is_unwanted(row: Invitation) -> bool:
    """Return whether the invitee has looked at an invitation, and not accepted it."""
    return row.outcome in ("idk", "declined") and row.recognised is not None


def missed(told: Reference, person: Person) -> list[tuple[str, float]]:
    """Return what bars each contact whom only its policy's limits keep a person from inviting.

    With it goes the chance that the contact, if it looked, would connect with the person.
    """
    if told.day < person.restricted_until or not person.has_room() or not person.joined:
        return []
    found = []
    for alter in person.contacts:
        other, k = told.people[alter], person.tie_class(alter)
        referred = bool(person.connected_on.keys() & other.connected_on.keys())
        introduced = referred and person.policy.invites_references
        weak = k < person.class_here(person.policy.min_tie) and not introduced
        unlikely = person.estimate(k) < person.least_estimate()
        free = person.bonds[alter].state == FREE and person.condition_holds(alter, told.day)
        if free and (weak or unlikely) and not person.is_forbidden(alter):
            known, stranger = (
                other.acceptance(seen, referred and other.answers_by("takes_references"), person)
                for seen in (k, 0)
            )
            known *= not other.is_unwelcome(person.number)
            r = other.recognition(person.number, told.day)
            chance = (r * known + (1 - r) * stranger) * other.has_room()
            found.append(("tie" if weak else "estimate", chance))
    return found


def is_cold(row: Invitation) -> bool:
    return is_unwanted(row) and not row.recognised


def member_row(
    person: Person, received: list[Invitation], reached: list[int], arcs: set[tuple[int, int]]
) -> dict[str, Any]:
    became = Counter(invitation.outcome for invitation in person.sent)
    day = person.model.day
    return {
        "member": person.number,
        "policy": person.policy.name,
        "circle": person.circle,
        "sociability": person.sociability,
        "activity": person.activity,
        **({"arrived": person.arrived} if person.rules.society.arrivals else {}),
        **({"left": person.left} if person.rules.society.leave else {}),
        "contacts": len(person.contacts),
        "degree": len(person.connections),
        "attempts": person.attempts_made,
        "invitations_sent": len(person.sent),
        "accepted": became["accepted"],
        "declined": became["declined"],
        "unseen": sum(row.outcome == "declined" and not is_unwanted(row) for row in person.sent),
        "strikes": person.strikes,
        "pending": became["pending"],
        **({"void": became["void"]} if person.rules.society.leave else {}),
        "cold_sent": sum(map(is_cold, person.sent)),
        "blocked_day": person.blocked_day,
        "invitations_until_block": person.invitations_until_block,
        "restrictions": person.restrictions,
        "restricted_days": person.restricted_days,
        "received": len(received),
        "unwanted_received": sum(map(is_unwanted, received)),
        "cold_received": sum(map(is_cold, received)),
        "arcs": len(reached),
        "mutual_arcs": sum((alter, person.number) in arcs for alter in reached),
        "acquainted": sum(person.tie_class(alter) >= 1 for alter in person.connections),
        "mutually_recognised": sum(
            person.recognition(alter, day) ** 2 for alter in person.connections
        ),
    }


def rows(frame: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a data frame as plain tuples, with None for missing values."""
    plain = frame.astype(object).where(frame.notna(), None)
    return list(plain.itertuples(index=False, name=None))


# The strategies leave no parameter out, and every one changes the reference


def check_laws(told: Reference) -> None:
    """Check what must be true of any run, whatever the scenario."""
    platform = told.rules.platform
    for person in told.people:
        sent_on = Counter(row.sent_day for row in person.sent)
        for day in range(1, told.day + 1):
            in_a_week = sum(sent_on[earlier] for earlier in range(day - 6, day + 1))
            granted = sum(row.asked and row.sent_day == day for row in person.sent)
            if platform.weekly_invites is not None and sent_on[day] > granted:
                assert in_a_week - granted <= platform.weekly_invites
            if platform.weekly_invites is not None and granted > 0:
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
