"""A society's arrays by name: the only place outside the kernel that reads its bits.

Everything here is as of the last evening lived. Arrays are copies.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernel.rules.enforcing import FOREVER
from ..kernel.rules.helping import GIVER, OTHER, TAKER
from ..kernel.rules.inviting import (
    FROM_CONTACTS,
    FROM_DIRECTORY,
    FROM_INTRODUCTIONS,
    FROM_POPULAR,
)
from ..kernel.rules.standing import CONNECTED, FREE, LOCKED, PENDING
from ..kernel.state import bonds, columns, networks
from ..kernel.state.lists import NEXT_CONNECTION, NEXT_SLOT
from ..kernel.state.rows import NOTED_CLASS, SOURCE_BITS, VERDICT, VERDICT_BITS
from ..kernel.state.society import State

Numbers = NDArray[np.int64]
Pairs = NDArray[np.int32]

SOURCES = {
    FROM_CONTACTS: "contacts",
    FROM_INTRODUCTIONS: "introductions",
    FROM_DIRECTORY: "directory",
    FROM_POPULAR: "popular",
}
TYPES = {GIVER: "giver", OTHER: "other", TAKER: "taker"}
"""How readily a member helps."""
TOTAL = {
    "connections": columns.T_CONNECTIONS,
    "sent": columns.T_SENT,
    "accepted": columns.T_ACCEPTED,
    "strikes": columns.T_STRIKES,
    "declined": columns.T_DECLINED,
    "unseen": columns.T_UNSEEN,
}
"""The columns of ``Engine.series``, by what they count."""
ASKED = 4
"""The standing of a bond with a question pending."""
STANDINGS = {
    FREE: "free",
    PENDING: "pending",
    CONNECTED: "connected",
    LOCKED: "locked",
    ASKED: "asked",
}


class Ties(NamedTuple):
    """Bonds of one member, or of all; arrays of one length."""

    alter: Numbers
    met: Numbers
    talked: Numbers
    last: Numbers
    """Day of the last encounter, counted from the first day of the history."""
    tie_class: Numbers
    standing: Numbers
    """The state of the bond on the platform, a key of ``STANDINGS``."""
    vetoed: Numbers
    """1 where the member does not want the other, else 0."""


class Sent(NamedTuple):
    """Invitations of some days, and what has become of them so far; arrays of one length."""

    day: Pairs
    ego: Pairs
    alter: Pairs
    source: NDArray[np.int8]
    """A key of ``SOURCES``."""
    sent_class: NDArray[np.int8]
    """The class on the day of sending."""
    delay: Pairs
    """Days until the answer; ``pending_days``: never."""
    remarks: NDArray[np.uint8]
    """As in ``kernel.state.rows``."""
    verdict: NDArray[np.int8]
    """As in ``kernel.rules.answering``."""
    tie_class: NDArray[np.int8]
    """The class on the day of the verdict; before it, on that of sending."""
    connected: NDArray[np.bool_]
    """Whether the two are connected."""
    noted: Numbers
    """From what ``StateView.common`` counts the connections in common."""


_COUNTS = {
    "contacts": bonds.CONTACTS,
    "strangers": bonds.STRANGERS,
    "degree": bonds.CONNECTIONS,
}
_HELP = {
    "needs": columns.NEEDS,
    "met_by_connection": columns.BY_CONNECTION,
    "met_by_contact": columns.BY_CONTACT,
    "met_by_referral": columns.BY_REFERRAL,
    "referrals": columns.REFERRALS,
    "asked": columns.ASKED,
    "helped": columns.HELPED,
}
_TALLIES = {
    "sent": columns.SENT,
    "accepted": columns.ACCEPTED,
    "strikes": columns.STRIKES,
    "declined": columns.DECLINED,
    "unseen": columns.UNSEEN,
    "cold_sent": columns.COLD,
    "received": columns.RECEIVED,
    "unwanted_received": columns.UNWANTED,
    "cold_received": columns.COLD_RECEIVED,
    "arcs": columns.ARCS,
    "mutual_arcs": columns.MUTUAL,
    "blocked_day": columns.BLOCKED_DAY,
    "sent_at_block": columns.SENT_AT_BLOCK,
    "restrictions": columns.RESTRICTIONS,
    "attempts": columns.ATTEMPTS,
}


_SANCTIONS = {
    "warnings": columns.WARNINGS,
    "limits": columns.LIMITS,
    "appeals": columns.APPEALS,
    "pardons": columns.PARDONS,
    "limited_until": columns.LIMITED_UNTIL,
    "restricted_on": columns.RESTRICTED_ON,
}


class StateView:
    """A society's arrays by name.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def day(self) -> int:
        """The last day simulated; 0 when the platform is about to open, less in the history."""
        return int(self._state.clock[columns.DAY])

    @property
    def members(self) -> int:
        """N, the number of members who have arrived; those who have left again are among them."""
        return self._state.members

    @property
    def arrived(self) -> Numbers:
        """The day on which each arrived, 1 for those who were there from the start: shape (N,)."""
        days = self._state.people.arrived[: self.members].astype(np.int64)
        return np.maximum(days, 1) if len(days) else np.ones(self.members, np.int64)

    @property
    def left(self) -> Numbers:
        """The day on which each member has left, 0 of who is there: shape (N,)."""
        return self._if_anybody_leaves(self._state.people.left)

    @property
    def there(self) -> Numbers:
        """The numbers of those who are there."""
        return np.flatnonzero(self.left == 0)

    def _if_anybody_leaves(self, values: NDArray[np.int32]) -> Numbers:
        found: Numbers = values[: self.members].astype(np.int64)
        return found if len(values) else np.zeros(self.members, np.int64)

    @property
    def policy(self) -> NDArray[np.uint8]:
        """The place of each member's policy among the scenario's: shape (N,)."""
        return self._state.platform.policy[: self.members]

    @property
    def habit(self) -> NDArray[np.uint8]:
        """The place of each member's habit among the scenario's, from 1; 0: none.

        Shape (N,), or empty if the scenario has no habits.
        """
        return self._state.platform.habit[: self.members]

    @property
    def type(self) -> NDArray[np.uint8]:
        """How readily each member helps, a place in ``TYPES``; empty if nobody ever needs help."""
        return self._state.people.type[: self.members]

    def helping(self) -> dict[str, Numbers]:
        """Return what each member has needed and given, by name, each of shape (N,).

        Nothing if nobody ever needs help.
        """
        table = self._state.people.help
        names = _HELP if len(table) else {}
        return {name: self._column(table, columns.HELP, place) for name, place in names.items()}

    @property
    def rank(self) -> NDArray[np.uint8]:
        """The rank of each member, 0 to 15: shape (N,), or empty if it counts for nothing."""
        return self._state.platform.rank[: self.members]

    @property
    def joined(self) -> NDArray[np.uint8]:
        """1 for members on the platform, else 0: shape (N,), or empty if all are."""
        return self._state.platform.joined[: self.members]

    @property
    def sent_upwards(self) -> Numbers:
        """Invitations of each member to those of higher rank: shape (N,), or empty as ``rank``."""
        return self._state.platform.sent_upwards[: self.members].astype(np.int64)

    @property
    def notes_sent(self) -> Numbers:
        """The notes that each member has sent: shape (N,), or empty if no policy sends any."""
        return self._column(self._state.platform.notes, columns.NOTED, columns.NOTES)

    def questions(self, column: int) -> Numbers:
        """Return the questions that each member has asked, or those granted, or refused.

        Shape (N,), or empty if no policy asks first. ``column`` is one of ``kernel.state.columns``.
        """
        return self._column(self._state.platform.questions, columns.ASKING, column)

    def column(self, name: str) -> Numbers:
        """Return a number of each member: shape (N,).

        Parameters
        ----------
        name : str
            contacts, strangers, degree or void; sent, accepted, strikes, declined, unseen (a part
            of declined), cold_sent, received, unwanted_received, cold_received, arcs, mutual_arcs,
            blocked_day (0: never), sent_at_block, restrictions, attempts; restricted_until; and,
            where there is a ladder or appeals succeed, warnings, limits, appeals, pardons,
            limited_until, restricted_on.
        """
        if name == "void":
            return self._if_anybody_leaves(self._state.platform.void)
        if name in _COUNTS:
            counts = self._column(self._state.people.counts, bonds.COUNTS, _COUNTS[name])
            empty = self._if_anybody_leaves(self._state.people.gone)
            return counts - empty if name == "contacts" else counts
        if name in _TALLIES:
            return self._column(self._state.platform.tally, columns.TALLY, _TALLIES[name])
        if name in _SANCTIONS:
            return self._column(self._state.platform.ladder, columns.LADDER, _SANCTIONS[name])
        if name == "restricted_until":
            until = columns.RESTRICTED_UNTIL
            return self._column(self._state.platform.account, columns.ACCOUNT, until)
        raise KeyError(name)

    def _column(self, table: NDArray[np.int32], width: int, column: int) -> Numbers:
        return table[column::width][: self.members].astype(np.int64)

    @property
    def _all_counts(self) -> NDArray[np.int32]:
        return self._state.people.counts[: bonds.COUNTS * self.members]

    def number(self, name: str, member: int) -> int:
        """Return a number of one member; names as in ``column``, up to restricted_until.

        Not void. Another name is a ``KeyError``.
        """
        if name in _COUNTS:
            people = self._state.people
            empty = people.gone[member] if name == "contacts" and len(people.gone) else 0
            return int(people.counts[bonds.COUNTS * member + _COUNTS[name]] - empty)
        if name in _TALLIES:
            return int(self._state.platform.tally[columns.TALLY * member + _TALLIES[name]])
        if name == "restricted_until":
            until = columns.RESTRICTED_UNTIL
            return int(self._state.platform.account[columns.ACCOUNT * member + until])
        raise KeyError(name)

    @property
    def restricted(self) -> NDArray[np.bool_]:
        """Whether each member may not invite on the next day: shape (N,)."""
        restricted: NDArray[np.bool_] = self.column("restricted_until") > max(self.day, 0)
        return restricted

    def restricted_days(self) -> Numbers:
        """Count the days on which each member was restricted so far: shape (N,)."""
        until, tally = self.column("restricted_until"), self._state.platform.tally
        imposed = self._column(tally, columns.TALLY, columns.RESTRICTED_DAYS)
        for_good = until == FOREVER
        lived = imposed - np.where(for_good, 0, np.maximum(0, until - max(self.day, 0)))
        graded = len(self._state.platform.ladder) > 0
        since = self.column("restricted_on" if graded else "blocked_day")
        whole: Numbers = lived + np.where(for_good, self.day - since, 0)
        return whole

    def connected(self, ego: int) -> Pairs:
        """Return the members with whom ego is connected, in the order in which they connected."""
        platform, blocks = self._state.platform, self._state.people.blocks
        places = networks.places(platform.connections, blocks, ego, self.number("degree", ego))
        others: Pairs = platform.connected[places].astype(np.int32)
        return others

    def contacts_of(self, ego: int) -> Ties:
        """Return ego's bonds with those it has met or talked to, in the order of meeting them."""
        people = self._state.people
        length = int(people.counts[bonds.COUNTS * ego + bonds.CONTACTS])
        slots = networks.places(people.contacts, people.blocks, ego, length)
        return self._ties(slots[self._lasts(slots)])

    def strangers_of(self, ego: int) -> Ties:
        """Return ego's bonds with those it knows only by an invitation between them."""
        people = self._state.people
        length = self.number("strangers", ego)
        slots = networks.places(people.strangers, people.blocks, ego, length)
        return self._ties(slots[self._lasts(slots)])

    def all_ties(self) -> tuple[Numbers, Ties]:
        """Return all bonds, member by member: whose each is, and what it is."""
        people = self._state.people
        egos, slots = networks.all_slots(
            self._all_counts, people.contacts, people.strangers, people.blocks
        )
        here = self._lasts(slots)
        return egos[here], self._ties(slots[here])

    def _lasts(self, slots: Numbers) -> NDArray[np.bool_]:
        """Return which slots have a bond: not of one that has moved, or of which alter has left."""
        people = self._state.people
        lasts: NDArray[np.bool_] = people.state[slots] != bonds.MOVED
        if len(people.left):
            lasts[lasts] = people.left[people.alter[slots[lasts]]] == 0
        return lasts

    def _ties(self, slots: Numbers) -> Ties:
        people = self._state.people
        tie = people.link[2 * slots + 1].astype(np.int64)
        state = people.state[slots].astype(np.int64)
        asked = (state & bonds.QUESTION_MASK) == bonds.PENDING_QUESTION
        return Ties(
            alter=people.alter[slots].astype(np.int64),
            met=(tie >> bonds.MET) & bonds.MET_MASK,
            talked=(tie >> bonds.TALKED) & bonds.TALKED_MASK,
            last=tie >> bonds.LAST,
            tie_class=(state & bonds.CLASS_BITS) >> bonds.CLASS,
            standing=np.where(asked, ASKED, state >> bonds.STANDING),
            vetoed=(tie >> bonds.VETOED) & 1,
        )

    def vetoes(self) -> Numbers:
        """Count the contacts that each member vetoes: shape (N,)."""
        egos, ties = self.all_ties()
        counted: Numbers = np.bincount(egos[ties.vetoed > 0], minlength=len(self.policy))
        return counted

    def neighbours(self) -> tuple[Numbers, Pairs]:
        """Return the connections as lists of neighbours: indptr (N + 1,) and indices (2 E,)."""
        people, platform = self._state.people, self._state.platform
        indptr, indices = networks.neighbours(
            self._all_counts, platform.connections, people.blocks, platform.connected
        )
        return indptr, indices

    def connections(self) -> Pairs:
        """Return the connections: shape (E, 2), ego < alter, sorted."""
        found: Pairs = networks.pairs(*self.neighbours())
        return found

    def arcs(self) -> Pairs:
        """Return the arcs of the outreach graph: shape (A, 2), sorted."""
        people = self._state.people
        found: Pairs = networks.arcs(
            self._all_counts,
            people.contacts,
            people.strangers,
            people.blocks,
            people.alter,
            people.state,
            self.column("arcs"),
        )
        return found

    def connected_by_class(self) -> Numbers:
        """Count each member's connections by tie class: shape (N, 5)."""
        people = self._state.people
        counted: Numbers = networks.connected_by_class(
            self._all_counts, people.contacts, people.blocks, people.state
        )
        return counted

    def pending(self) -> tuple[Numbers, Numbers]:
        """Return the two sides of the invitations that are pending: egos and alters."""
        people, platform = self._state.people, self._state.platform
        ring, day = len(platform.sent_from), max(self.day, 0)
        starts = platform.sent_from[:, :, [0, -1]].astype(np.int64)
        most = len(platform.sent_slot) // ring
        pending_days = platform.sent_from.shape[2] - 2
        rows = [row for row in range(ring) if (day - row) % ring < min(pending_days, day)]
        places = [
            np.arange(row * most + begin, row * most + end)
            for row in rows
            for begin, end in starts[row].tolist()
        ]
        sent = np.concatenate([*places, np.empty(0, np.int64)])
        slots = self.current(platform.sent_slot[sent].astype(np.int64))
        pending = people.state[slots] >> bonds.STANDING == PENDING
        egos, alters = platform.sent_ego[sent[pending]], people.alter[slots[pending]]
        return egos.astype(np.int64), alters.astype(np.int64)

    def sent(self, first: int, last: int) -> Sent:
        """Return the invitations of some of the last days, in the order (day, ego, alter).

        For an engine that keeps a log (`Engine.keep_log`).

        Raises
        ------
        ValueError
            They are kept no longer.
        """
        people, platform = self._state.people, self._state.platform
        ring, days = len(platform.sent_from), np.arange(first, last + 1)
        if first <= self.day - ring:
            raise ValueError(f"invitations of day {first} are kept no longer on day {self.day}")
        starts = platform.sent_from[days % ring].astype(np.int64)  # by day, section and delay
        number = np.diff(starts, axis=2).reshape(-1)
        begins = (days % ring * (len(platform.sent_slot) // ring))[:, None] + starts[:, :, 0]
        sizes = starts[:, :, -1] - starts[:, :, 0]
        before = np.cumsum(sizes) - sizes.reshape(-1)
        place = np.arange(sizes.sum()) + np.repeat(begins.reshape(-1) - before, sizes.reshape(-1))
        day = np.repeat(days, sizes.sum(axis=1))
        delays = np.arange(starts.shape[2] - 1)
        delay = np.repeat(np.tile(delays, sizes.size), number)
        slot = self.current(platform.sent_slot[place].astype(np.int64))
        ego, alter = platform.sent_ego[place].astype(np.int64), people.alter[slot].astype(np.int64)
        order = np.argsort(((day - first) * self.members + ego) * self.members + alter)
        place = place[order]
        notes = platform.sent_note[place].astype(np.int64)
        return Sent(
            day=day.astype(np.int32),  # is in order already
            ego=ego[order].astype(np.int32),
            alter=alter[order].astype(np.int32),
            source=(notes & SOURCE_BITS).astype(np.int8),
            sent_class=platform.sent_class[place].astype(np.int8),
            delay=delay[order].astype(np.int32),
            remarks=_kept(platform.sent_remarks, place, np.uint8),
            verdict=(notes >> VERDICT & VERDICT_BITS).astype(np.int8),
            tie_class=(notes >> NOTED_CLASS).astype(np.int8),
            connected=people.state[slot[order]] >> bonds.STANDING == CONNECTED,
            noted=platform.sent_common[place],
        )

    def common(self, sent_by: Pairs, sent_to: Pairs, noted: Numbers) -> Pairs:
        """Return the connections in common of some pairs, from what was noted with ``Sent``."""
        counted = noted.copy()
        networks.count_common(*self.neighbours(), sent_by, sent_to, counted)
        return counted.astype(np.int32)

    def current(self, slots: Numbers) -> Numbers:
        """Return the present slots of some bonds: the bond of strangers moves when they meet."""
        people = self._state.people
        moved = people.state[slots] == bonds.MOVED
        return np.where(moved, people.link[2 * slots + 1], slots)

    def totals(self) -> Numbers:
        """Return the sums over the members of each policy: shape (policies, TOTALS)."""
        own = np.zeros((len(self.policy), columns.TOTALS), np.int64)
        own[:, columns.T_CONNECTIONS] = self.column("degree")
        own[:, columns.T_ATTEMPTS] = self.column("attempts")
        own[:, columns.T_SENT] = self.column("sent")
        own[:, columns.T_ACCEPTED] = self.column("accepted")
        own[:, columns.T_ACQUAINTED] = self.connected_by_class()[:, 1:].sum(axis=1)
        own[:, columns.T_STRIKES] = self.column("strikes")
        own[:, columns.T_DECLINED] = self.column("declined")
        own[:, columns.T_UNSEEN] = self.column("unseen")
        own[:, columns.T_COLD] = self.column("cold_sent")
        own[:, columns.T_UNWANTED] = self.column("unwanted_received")
        own[:, columns.T_COLD_RECEIVED] = self.column("cold_received")
        own[:, columns.T_RESTRICTIONS] = self.column("restrictions")
        own[:, columns.T_ARCS] = self.column("arcs")
        own[:, columns.T_MUTUAL] = self.column("mutual_arcs")
        own[:, columns.T_BLOCKED] = self.column("blocked_day") > 0
        own[:, columns.T_RESTRICTED] = self.restricted
        if len(self._state.platform.notes):
            own[:, columns.T_NOTES] = self.notes_sent
        if len(self._state.platform.questions):
            own[:, columns.T_QUESTIONS] = self.questions(columns.QUESTIONS)
            own[:, columns.T_GRANTED] = self.questions(columns.GRANTED)
        own[:, columns.T_MEMBERS] = self.left == 0
        own[:, columns.T_JOINED] = 1
        sums = np.zeros_like(self._state.platform.totals)
        np.add.at(sums, self.policy, own)
        return sums

    def footprint(self) -> tuple[int, int, int]:
        """Return the number of bond records, their bytes, and the bytes of all else.

        Spare room, directories and connections count as bytes of the bond records.
        """
        people, platform, clock = self._state.people, self._state.platform, self._state.clock
        pools = (people.mark, people.alter, people.link, people.state)
        per_slot = sum(pool.nbytes for pool in pools) // len(people.alter)
        records = int(self.column("contacts").sum() + self.column("strangers").sum())
        connected = int(clock[NEXT_CONNECTION]) * platform.connected.itemsize
        lists = people.contacts.nbytes + people.strangers.nbytes + platform.connections.nbytes
        waiting = int((platform.sent_from[:, :, -1] - platform.sent_from[:, :, 0]).sum()) * 9
        first, last = (platform._fields.index(name) for name in ("tally", "totals"))
        accounts = (platform.policy, *platform[first:last])
        others = (people.counts, people.starts, *accounts, *self._state.today)
        bytes_of_bonds = int(clock[NEXT_SLOT]) * per_slot + connected + lists
        return records, bytes_of_bonds, waiting + sum(array.nbytes for array in others)


def _kept(array: NDArray[Any], places: Numbers, kind: type) -> NDArray[Any]:
    """Return what an array has at some places; zeros where it is not kept."""
    return array[places] if len(array) else np.zeros(len(places), kind)
