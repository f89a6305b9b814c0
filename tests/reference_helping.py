"""Phase 1b of the model in plain Python: people need help, and ask for it.

Everybody asks and answers by the state that phase 1 has left; then all takes effect, in the order
of those in need.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reference_draws import NEED, NEEDPICK, below, chance, rounded

if TYPE_CHECKING:
    from tests.reference import Reference
    from tests.reference_person import Person

TYPES = ("giver", "other", "taker")


@dataclass
class Plea:
    """A need for which somebody is asked, and perhaps somebody else to whom that one refers."""

    ego: int
    asked: int
    helps: bool
    connected: bool  # ego with whom it asks
    referral: int | None = None
    referral_helps: bool = False


def help_each_other(model: "Reference", day: int) -> None:
    """Collect the pleas of all who are in need; then apply them."""
    if model.rules.helping.need_rate == 0:
        return
    pleas = [plea_of(person, day) for person in model.there if is_in_need(person, day)]
    for plea in filter(None, pleas):
        take_effect(model, plea, day)


def is_in_need(person: "Person", day: int) -> bool:
    in_need = chance(person.word(day, NEED, 0), person.rules.helping.need_rate)
    person.needs += in_need
    return in_need


def network(person: "Person") -> list[int]:
    """Return whom it knows or is connected with: its contacts, then its other connections."""
    strangers = [alter for alter in person.connections if alter not in person.contacts]
    return person.contacts + strangers


def reputation(person: "Person") -> float:
    return (1 + person.helped) / (2 + person.asked)


def plea_of(person: "Person", day: int) -> Plea | None:
    """Return whom it asks, and what comes of it; None if nobody in its network is able to help."""
    helping, people, own = person.rules.helping, person.model.people, network(person)
    p = rounded(1 - (1 - helping.able) ** len(own))
    if not chance(person.word(day, NEED, 4), p):
        return None
    words = [person.word(day, NEEDPICK, place) for place in range(helping.ask_choice)]
    asked = people[max((own[below(word, len(own))] for word in words), key=person.tie_class)]
    connected = asked.number in person.connected_on
    helps = gives(asked, person.word(day, NEED, 1), person.tie_class(asked.number))
    plea = Plea(person.number, asked.number, helps, connected)
    if not helps and chance(person.word(day, NEED, 2), helping.refer):
        first, theirs = helping.ask_choice, network(asked)
        words = [person.word(day, NEEDPICK, first + place) for place in range(helping.refer_choice)]
        drawn = [people[theirs[below(word, len(theirs))]] for word in words]
        others = [other for other in drawn if other is not person]
        if others:
            best = max(others, key=reputation)
            k = max(person.tie_class(best.number), 1)
            plea.referral = best.number
            plea.referral_helps = gives(best, person.word(day, NEED, 3), k)
    return plea


def gives(person: "Person", word: int, k: int) -> bool:
    """Return whether it helps somebody of class k."""
    helping = person.rules.helping
    return chance(word, helping.giving[TYPES.index(person.type)] * helping.willing[k])


def take_effect(model: "Reference", plea: Plea, day: int) -> None:
    ego, asked = model.people[plea.ego], model.people[plea.asked]
    asked.asked += 1
    asked.helped += plea.helps
    ego.met_by_connection += plea.helps and plea.connected
    ego.met_by_contact += plea.helps and not plea.connected
    if plea.referral is not None:
        other = model.people[plea.referral]
        other.asked += 1
        other.helped += plea.referral_helps
        ego.met_by_referral += plea.referral_helps
        ego.referrals += 1
        model.happen(day, ego.number, other.number, face_to_face=False)
