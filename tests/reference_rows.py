"""The tables of a run of the reference, in rows as the fast model has them."""

from collections import Counter, defaultdict
from typing import Any

from sim import Scenario
from tests.reference import Reference
from tests.reference_bonds import FREE, Invitation
from tests.reference_person import Person


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
    columns = []
    for name in frame:
        values = zip(frame[name].tolist(), frame[name].isna(), strict=True)
        columns.append([None if lacks else value for value, lacks in values])
    return list(zip(*columns, strict=True))
