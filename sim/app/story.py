"""The story of one member: whom it met, whom it invited and who invited it, who answered what, and when it was blocked."""

from typing import NamedTuple

from ..agents import Bond
from ..plots.captions import quoted
from .worlds import Life

TIES = ("a stranger", "known online", "met once", "met often", "close")
"""How the tie classes are said."""
ENDS = {
    "accepted": "accepted",
    "idk": "answered “I don’t know this person”",
    "ignored": "ignored it",
    "pending": "has not answered",
}
_OWN = ENDS | {"pending": "has not answered yet"}
MOST_EVENTS, MOST_KNOWN = 200, 12
"""Rows of the story, the latest, and people it knows, the best: at most."""


class Event(NamedTuple):
    """Something that happened to a member."""

    day: int
    what: str


def events(life: Life, number: int) -> list[Event]:
    """List what happened to a member on the platform, in the order of the days."""
    if not life.model.day:
        return []
    names = list(life.model.scenario.policies)
    policy = life.model.engine.view.policy
    told = []
    table = life.log.table(life.model.engine, number)
    columns = (
        table[name].tolist() for name in ("sent_day", "ego", "alter", "tie_class", "outcome")
    )
    for day, ego, alter, tie_class, outcome in zip(*columns, strict=True):
        if ego == number:
            whom = f"{alter}, {TIES[tie_class]} ({quoted(names[policy[alter]])})"
            told.append(Event(day, f"invited {whom}, who {ENDS[outcome]}"))
        else:
            told.append(
                Event(
                    day, f"was invited by {ego} ({quoted(names[policy[ego]])}) and {_OWN[outcome]}"
                )
            )
    lasts = life.model.scenario.platform.restriction_days
    for day, members in life.restrictions.items():
        if number in members:
            told.append(
                Event(day, f"was blocked {'for good' if lasts is None else f'for {lasts} days'}")
            )
    return sorted(
        told, key=lambda event: event.day
    )  # sorting is stable: a day's restriction stays after its invitations


def summary(life: Life, number: int) -> str:
    """Say in a few sentences who the member is and how it stands."""
    member = life.model.members[number]
    blocked = (
        f"It was first blocked on day {member.blocked_day}."
        if member.blocked_day
        else "It has never been blocked."
    )
    return (
        f"Member {number} of the policy {quoted(member.policy)} knows {member.contacts} people and has {member.degree} connections. "
        f"It sent {member.invitations_sent} invitations, of which {member.accepted} were accepted and {member.strikes} answered "
        f"“I don’t know this person”; it received {member.received}. {blocked}"
    )


def known_best(bonds: dict[int, Bond]) -> list[tuple[int, Bond]]:
    """List those whom a member knows best: most encounters first."""
    return sorted(bonds.items(), key=lambda one: (-one[1].met - one[1].talked, one[0]))[:MOST_KNOWN]


def since(bond: Bond) -> str:
    """Say how long ago the last encounter was."""
    return (
        "today"
        if bond.days_since == 0
        else f"{bond.days_since} day{'' if bond.days_since == 1 else 's'} ago"
    )
