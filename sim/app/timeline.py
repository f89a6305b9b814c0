"""The timeline of one member: its invitations, the answers, and when it was blocked."""

from typing import NamedTuple

from ..agents import Bond
from ..model.state_view import TYPES
from ..plots.captions import quoted
from .comparison import World

TIES = ("a stranger", "known online", "met once or twice", "met often", "close")
"""The tie classes in words."""
OUTCOMES = {
    "accepted": "accepted",
    "idk": "answered “I don’t know this person”",
    "declined": "declined it",
    "unseen": "never looked at it",
    "pending": "has not answered yet",
    "void": "had not answered when one of the two left",
}
SORTS = {"giver": "a giver", "other": "neither giver nor taker", "taker": "a taker"}
MOST_EVENTS, MOST_KNOWN = 200, 12
"""The most rows of the timeline (the latest), and the most people known best that it lists."""


class Event(NamedTuple):
    """Something that happened to a member."""

    day: int
    what: str


def events(world: World, number: int) -> list[Event]:
    """Return what happened to a member on the platform, in the order of the days."""
    if not world.model.day:
        return []
    names = list(world.model.scenario.policies)
    policy = world.model.engine.view.policy
    found = []
    table = world.log.table(world.model.engine, number)
    unseen = (table["outcome"] == "declined") & (table["recognised"] == "not looked at")
    table["outcome"] = table["outcome"].astype(object).mask(unseen, "unseen")
    never = table["ego"] < 0  # the table has the columns of notes and questions only if used
    table["by_note"], table["by_question"] = table.get("note", never), table.get("asked", never)
    columns = ("sent_day", "ego", "alter", "tie_class", "outcome", "by_note", "by_question")
    for day, ego, alter, tie_class, outcome, note, question in zip(
        *(table[name].tolist() for name in columns), strict=True
    ):
        how = f"{' after a question' if question else ''}{', with a note' if note else ''}"
        if ego == number:
            whom = f"{alter}, {TIES[tie_class]} ({quoted(names[policy[alter]])})"
            found.append(Event(day, f"invited {whom}{how}, who {OUTCOMES[outcome]}"))
        else:
            who = f"{ego} ({quoted(names[policy[ego]])})"
            found.append(Event(day, f"was invited by {who}{how} and {OUTCOMES[outcome]}"))
    found += [Event(day, told[number]) for day, told in world.sanctions.items() if number in told]
    # sorting is stable: what the platform did stays after the day's invitations
    return sorted(found, key=lambda event: event.day)


def summary(world: World, number: int) -> str:
    """Return a few sentences on who the member is and how it is doing."""
    member, view = world.model.members[number], world.model.engine.view
    declined, unseen = view.number("declined", number), view.number("unseen", number)
    void = int(view.column("void")[number])
    waiting = member.invitations_sent - member.accepted - member.strikes - declined - void
    came = f"It came on day {view.arrived[number]}. " if view.arrived[number] > 1 else ""
    left = f"It left on day {member.left}. " if member.left else ""
    rank = f"Its rank is {view.rank[number]}, of 0 to 15. " if len(view.rank) else ""
    ended = f", {void} void, as one of the two has left" if void else ""
    blocked = (
        f"It was first blocked on day {member.blocked_day}."
        if member.blocked_day
        else "It has never been blocked."
    )
    return (
        f"Member {number} of the policy {quoted(member.policy)} has activity "
        f"{member.activity:.2g} (the mean is 1) and is in the team of members "
        f"{member.team[0]} to {member.team[-1]}. {rank}{came}{left}"
        f"It knows {member.contacts} people and has {member.degree} connections. "
        f"It sent {member.invitations_sent} invitations: {member.accepted} accepted, "
        f"{declined} declined ({unseen} never looked at), {waiting} waiting, "
        f"{member.strikes} answered “I don’t know”{ended}. It received {member.received}. {blocked}"
        f"{_help(world, number)}"
    )


def _help(world: World, number: int) -> str:
    """Return a sentence on the help a member has needed and given, or "" if nobody needs any."""
    view = world.model.engine.view
    if not len(view.type):
        return ""
    counts = {name: int(values[number]) for name, values in view.helping().items()}
    met = sum(counts[f"met_by_{who}"] for who in ("connection", "contact", "referral"))
    return (
        f" It is {SORTS[TYPES[view.type[number]]]}. Needs of help: {counts['needs']}, met: {met}. "
        f"Asked for help: {counts['asked']}, helped: {counts['helped']}."
    )


def known_best(bonds: dict[int, Bond]) -> list[tuple[int, Bond]]:
    """Return the people whom a member knows best, those with the most encounters first."""
    return sorted(bonds.items(), key=lambda one: (-one[1].met - one[1].talked, one[0]))[:MOST_KNOWN]


def since(bond: Bond) -> str:
    """Return how long ago the last encounter was, in words."""
    if bond.days_since == 0:
        return "today"
    return f"{bond.days_since} day{'' if bond.days_since == 1 else 's'} ago"
