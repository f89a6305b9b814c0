"""Phase 0 of the model in plain Python: who leaves, and who arrives."""

import itertools
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.reference_bonds import ASKED, PENDING
from tests.reference_draws import ARRIVE, LEAVE, PERSON, POLICY, TWO32, chance, draw
from tests.reference_person import Person

if TYPE_CHECKING:
    from tests.reference import Reference


def arrive(told: "Reference", day: int) -> None:
    """Add new members, with the next numbers; they take part in the day's phases at once."""
    rules = told.rules
    whole = math.floor(rules.society.arrivals)
    more = chance(draw(rules.seed, day, ARRIVE, 0, 0), rules.society.arrivals - whole)
    for _ in range(whole + more):
        number = len(told.people)
        policy = drawn(told, number, POLICY, 0, rules.shares().values())
        habit = drawn(told, number, PERSON, 2, [habit.share for habit in rules.habits.values()])
        helping = rules.helping
        types = [helping.givers, 1 - helping.givers - helping.takers]
        type_place = drawn(told, number, PERSON, 0, types)
        told.people.append(Person(told, number, policy, habit, type_place))
        told.people[-1].arrived = day
        told.there.append(told.people[-1])


def leave(told: "Reference", day: int) -> None:
    """Remove those who leave; all between them and others ends, and nobody learns of it."""
    for person in told.there:
        if not chance(person.word(day, LEAVE, 0), told.rules.society.leave):
            continue
        person.left = day
        for alter in list(person.bonds):
            other = told.people[alter]
            part(told, person, other)
            part(told, other, person)
    told.there = [person for person in told.people if person.left is None]


def part(told: "Reference", ego: Person, other: Person) -> None:
    """End ego's bond with another."""
    alter = other.number
    state = ego.bonds.pop(alter).state
    if state in (PENDING, ASKED):
        sent = ego.sent if state == PENDING else ego.questions
        pending = next(old for old in reversed(sent) if old.alter == alter)
        pending.waits = False
        if pending.outcome == "pending":
            pending.outcome = "void"
    if alter in ego.contacts:
        ego.contacts.remove(alter)
    ego.connected_on.pop(alter, None)
    told.arcs.discard((ego.number, alter))


def drawn(told: "Reference", number: int, purpose: int, index: int, shares: Iterable[float]) -> int:
    """Return a place by chance, with these shares; it is behind the last one for the rest."""
    u = draw(told.rules.seed, 0, purpose, number, index) / TWO32
    return sum(u >= end for end in itertools.accumulate(shares))
