"""A society's arrays by name: outside the kernel, only this and ``member_numbers`` read its bits.

Everything here is as of the last simulated evening. Arrays are copies.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
from ..kernel.state.sent import list_sent
from .member_numbers import MemberNumbers, Numbers

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
    """Bonds of one member or of all members, as arrays of the same length."""

    alter: Numbers
    met: Numbers
    talked: Numbers
    last: Numbers
    """Day of the last encounter, counted from the first day of the history."""
    tie_class: Numbers
    standing: Numbers
    """The state of the bond on the platform, a key of ``STANDINGS``."""
    vetoed: Numbers
    """1 if the member does not want the other, else 0."""


class Sent(NamedTuple):
    """Invitations of some days, and their results so far, as arrays of the same length."""

    day: Pairs
    ego: Pairs
    alter: Pairs
    source: NDArray[np.int8]
    """A key of ``SOURCES``."""
    sent_class: NDArray[np.int8]
    """The tie class on the day of sending."""
    delay: Pairs
    """Days until the answer; ``pending_days`` means that it never comes."""
    remarks: NDArray[np.uint8]
    """As in ``kernel.state.rows``."""
    verdict: NDArray[np.int8]
    """As in ``kernel.rules.answering``."""
    tie_class: NDArray[np.int8]
    """The tie class on the day of the verdict, or before it on the day of sending."""
    connected: NDArray[np.bool_]
    """Whether the two are now connected."""
    noted: Numbers
    """What ``StateView.common`` needs to count the connections in common."""


class StateView(MemberNumbers):
    """A society's arrays by name: the numbers of members, bonds, networks and invitations."""

    @property
    def _all_counts(self) -> NDArray[np.int32]:
        return self._state.people.counts[: bonds.COUNTS * self.members]

    def connected(self, ego: int) -> Pairs:
        """Return the members with whom ego is connected, in the order in which they connected."""
        platform, blocks = self._state.platform, self._state.people.blocks
        places = networks.places(platform.connections, blocks, ego, self.number("degree", ego))
        others: Pairs = platform.connected[places].astype(np.int32)
        return others

    def contacts_of(self, ego: int) -> Ties:
        """Return ego's bonds with those it has met or talked to, in the order of meeting."""
        people = self._state.people
        length = int(people.counts[bonds.COUNTS * ego + bonds.CONTACTS])
        slots = networks.places(people.contacts, people.blocks, ego, length)
        return self._ties(slots[self._lasts(slots)])

    def strangers_of(self, ego: int) -> Ties:
        """Return ego's bonds with people whom it knows only from an invitation between them."""
        people = self._state.people
        length = self.number("strangers", ego)
        slots = networks.places(people.strangers, people.blocks, ego, length)
        return self._ties(slots[self._lasts(slots)])

    def all_ties(self) -> tuple[Numbers, Ties]:
        """Return all bonds, member by member: the member who has each bond, and the bonds."""
        people = self._state.people
        egos, slots = networks.all_slots(
            self._all_counts, people.contacts, people.strangers, people.blocks
        )
        here = self._lasts(slots)
        return egos[here], self._ties(slots[here])

    def _lasts(self, slots: Numbers) -> NDArray[np.bool_]:
        """Return which slots have a bond that has not moved, with an alter who has not left."""
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
        """Return the two sides of the pending invitations: egos and alters."""
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

        This needs an engine that keeps a log (`Engine.keep_log`).

        Raises
        ------
        ValueError
            If invitations of these days are no longer kept.
        """
        people, platform = self._state.people, self._state.platform
        if first <= self.day - len(platform.sent_from):
            raise ValueError(f"invitations of day {first} are kept no longer on day {self.day}")
        place, (day, ego, alter, delay), connected = list_sent(
            first,
            last,
            self.members,
            platform.sent_from,
            platform.sent_slot,
            platform.sent_ego,
            people.alter,
            people.link,
            people.state,
        )
        notes = platform.sent_note[place]
        return Sent(
            day=day,
            ego=ego,
            alter=alter,
            source=(notes & SOURCE_BITS).astype(np.int8),
            sent_class=platform.sent_class[place].astype(np.int8),
            delay=delay,
            remarks=_kept(platform.sent_remarks, place, np.uint8),
            verdict=(notes >> VERDICT & VERDICT_BITS).astype(np.int8),
            tie_class=(notes >> NOTED_CLASS).astype(np.int8),
            connected=connected,
            noted=platform.sent_common[place],
        )

    def common(self, sent_by: Pairs, sent_to: Pairs, noted: Numbers) -> Pairs:
        """Return the number of connections in common of some pairs; ``noted`` as in ``Sent``."""
        counted = noted.copy()
        networks.count_common(*self.neighbours(), sent_by, sent_to, counted)
        return counted.astype(np.int32)

    def current(self, slots: Numbers) -> Numbers:
        """Return the present slots of some bonds; strangers' bonds move when the two meet."""
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
        """Return the number of bond records, their bytes, and the bytes of everything else.

        The bytes of the bond records include spare room, directories and connections.
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
    """Return the values of an array at some places, or zeros if it is not kept."""
    return array[places] if len(array) else np.zeros(len(places), kind)
