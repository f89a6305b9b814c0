"""The arrays that are the society and the platform.

A member is a row, and a bond is a slot (see ``bonds``). No Python object belongs to a member, and a
day allocates nothing: what a day needs for its own lists is in ``Today``.
"""

from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import lists
from .bonds import COUNTS
from .columns import (
    ACCOUNT,
    ANSWERS,
    ASKING,
    DAY,
    FAILED,
    HELP,
    LADDER,
    MEMBERS,
    NOTED,
    SECTION_BITS,
    T_JOINED,
    T_MEMBERS,
    TALLY,
    TOTALS,
)
from .lists import CHUNK, ROW
from .parameters import Parameters

MOST_SLOTS = 2**31 - 2
"""The most bonds of a society, counted from both sides: lists of the day hold as int32 slots, and
``rows.GRANTED`` minus a slot."""
SECTION, MOST_SECTIONS = 512, 256
"""The fewest members of a section, and the most sections when a society is allocated."""


class People(NamedTuple):
    """The members, and what they know of each other; N includes members who are still to arrive."""

    arrived: NDArray[np.int32]
    """(N,), never falling: the day on which each arrives, 0 for those there from the start; (0,)
    if nobody arrives."""
    left: NDArray[np.int32]
    """(N,): the day on which each left, or 0. This and the next three are (0,) if nobody leaves."""
    gone: NDArray[np.int32]
    """(N,): how many places of the member's list of contacts are empty, see ``bonds``."""
    here: NDArray[np.int32]
    """(N,): the members who are there, by number; see ``presence``."""
    before: NDArray[np.int32]
    """(N + 1,): how many members with a smaller number are there."""
    starts: NDArray[np.int64]
    """(N,): threshold of starting an encounter."""
    counts: NDArray[np.int32]
    """N times COUNTS, see ``bonds``."""
    contacts: NDArray[np.uint32]
    """N times ROW: the directory of the contacts, see ``lists``; and that of ..."""
    strangers: NDArray[np.uint32]
    """... the strangers with whom there is an invitation."""
    blocks: NDArray[np.uint32]
    """The pool of blocks of all directories."""
    alter: NDArray[np.uint32]
    mark: NDArray[np.uint8]
    link: NDArray[np.uint32]
    state: NDArray[np.uint8]
    """The pool of bonds, see ``bonds``."""
    type: NDArray[np.uint8]
    """(N,): type of helper, see ``rules.helping``; (0,): nobody ever needs help."""
    help: NDArray[np.int32]
    """N times HELP, see ``columns``, or (0,)."""


class Platform(NamedTuple):
    """What the platform knows; N members, P policies."""

    policy: NDArray[np.uint8]
    connections: NDArray[np.uint32]
    """N times ROW: the directory of the connections."""
    connected: NDArray[np.uint32]
    """The pool of connections: the other member's number."""
    tally: NDArray[np.int32]
    account: NDArray[np.int32]
    answers: NDArray[np.int32]
    """Three flat tables, one row for each member, see ``columns``."""
    ladder: NDArray[np.int32]
    """A fourth one, or (0,) if the sanction is always the same restriction."""
    week: NDArray[np.int32]
    """(N, 7): invitations sent by weekday, or (0, 7) if no rule counts them."""
    looks: NDArray[np.int64]
    """(N,): threshold of ever looking at an invitation, or (0,): everybody looks at all."""
    void: NDArray[np.int32]
    """(N,): invitations that were undecided when one of the two left, or (0,)."""
    habit: NDArray[np.uint8]
    """(N,): place of the answering habit, from 1; 0 is none. (0,): nobody has one."""
    rank: NDArray[np.uint8]
    """(N,): each member's rank, or (0,) if rank counts for nothing."""
    sent_upwards: NDArray[np.int32]
    """(N,): invitations sent to members of a higher rank, or (0,) if rank counts for nothing."""
    joined: NDArray[np.uint8]
    """(N,): 1 for members who are on the platform; (0,): all are."""
    strike_days: NDArray[np.int32]
    """(N, limit): days of the latest strikes, or (0, 1)."""
    pace: NDArray[np.int64]
    """(N,): attempts a day, see ``rules.inviting.attempts_today``."""
    room_from: NDArray[np.int64]
    """(sections + 1,): where each section's rows among today's invitations begin, and the end."""
    totals: NDArray[np.int64]
    """(P, TOTALS), see ``columns``."""
    sent_slot: NDArray[np.uint32]
    """(pending_days + 1) times most: the invitations of the last days, by section and delay; of
    more days if a log is kept."""
    sent_ego: NDArray[np.uint32]
    sent_note: NDArray[np.uint8]
    """The source, the verdict, and the tie class on that day, see ``rows``."""
    sent_common: NDArray[np.int64]
    """For counting the connections in common at the verdict or, until then, at sending, see
    ``connections.note_common``; (0,): no log is kept."""
    sent_class: NDArray[np.uint8]
    """The tie class at sending; (0,): no log is kept."""
    sent_from: NDArray[np.int32]
    """(pending_days + 1, sections, pending_days + 2): where each delay begins, and the end."""
    locks: NDArray[np.uint32]
    """(sections, …): queues (rings) of the slots of withdrawn invitations whose lock will end."""
    lock_ends: NDArray[np.int64]
    """(sections, 2): how many have left each queue so far, and how many have entered it."""
    lock_counts: NDArray[np.int64]
    """(lock_days + 2, sections): how many locks began on each of the last days (a ring)."""
    sent_remarks: NDArray[np.uint8]
    """The remarks on each invitation sent, see ``rows``; (0,) if there are never any."""
    notes: NDArray[np.int32]
    """N times NOTED, see ``columns``, or (0,): nobody sends notes."""
    questions: NDArray[np.int32]
    """N times ASKING, see ``columns``, or (0,): nobody asks first."""


SENT = ("sent_slot", "sent_ego", "sent_note", "sent_common", "sent_class", "sent_remarks")
"""Flat arrays of a platform that have a row for each invitation of the last days."""


class Today(NamedTuple):
    """Lists of one day; each thread writes its own part of them."""

    attempts: NDArray[np.int32]
    """(N,): attempts to invite."""
    repeats: NDArray[np.int64]
    """(N,): encounters with a contact: slot of the far side * 2 + face to face; overwritten by the
    ties that have risen: slot * 8 + the class before."""
    risers: NDArray[np.int32]
    """(N, 3): free bonds that have risen by a class on the far side."""
    encounters: NDArray[np.int32]
    """(the longest day, 4): encounters that may create a contact; later those of members with whom
    they are referred to."""
    sides: NDArray[np.int32]
    """(2, the longest day): slots of both sides of a new contact that two threads have created."""
    invitations: NDArray[np.int32]
    """(most, 4): invitations of today."""
    section_rows: NDArray[np.int64]
    """(sections, 2): where the invitations of each section begin and end."""
    verdicts: NDArray[np.int32]
    """(…, 2): far sides of verdicts for other threads, one part for each thread."""
    encounter_order: NDArray[np.int32]
    """(2 * the longest day,): rows of ``encounters`` by the thread that needs them; and of ..."""
    riser_order: NDArray[np.int32]
    invitation_order: NDArray[np.int32]
    verdict_order: NDArray[np.int32]
    popularity: NDArray[np.int64]
    """(N,): this morning's connections of the members of a section up to this one; or (0,) ..."""
    section_popularity: NDArray[np.int64]
    """(sections,): ... and of all its members; or (0,), if no policy looks for popular members."""
    leavers: NDArray[np.int32]
    """(N,): those who leave today, listed from the first member of each section; or (0,) ..."""
    section_leavers: NDArray[np.int32]
    """(sections,): ... and how many these are; or (0,), if nobody ever leaves."""
    pleas: NDArray[np.int32]
    """(N, 4): who is asked for help today, see ``rows``; (0, 4) if nobody ever needs help."""
    plea_order: NDArray[np.int32]


class State(NamedTuple):
    """Everything that changes from day to day."""

    people: People
    platform: Platform
    today: Today
    clock: NDArray[np.int64]
    """Counters, see ``lists`` and ``columns``."""

    @property
    def sections(self) -> int:
        """The number of sections, see ``section_size``."""
        return int(self.platform.sent_from.shape[1])

    @property
    def section_size(self) -> int:
        """The number of members in a section."""
        return 1 << int(self.clock[SECTION_BITS])

    @property
    def members(self) -> int:
        """The number of members who have arrived."""
        return int(self.clock[MEMBERS])


class Members(NamedTuple):
    """What is known of members before anything has happened; see ``People`` and ``Platform``."""

    arrived: NDArray[np.int32]
    policy: NDArray[np.uint8]
    habit: NDArray[np.uint8]
    types: NDArray[np.uint8]
    rank: NDArray[np.uint8]
    joined: NDArray[np.uint8]
    starts: NDArray[np.int64]
    looks: NDArray[np.int64]
    pace: NDArray[np.int64]


def members_of(state: State) -> Members:
    """Return what is known of the members before the first day, with their present policies."""
    people, platform = state.people, state.platform
    return Members(
        people.arrived,
        platform.policy,
        platform.habit,
        people.type,
        platform.rank,
        platform.joined,
        people.starts,
        platform.looks,
        platform.pace,
    )


def section_size(members: int) -> int:
    """Return the number of members in a section, a power of two.

    A section is the smallest part of the society that one thread looks after. Its size, and so what
    is stored by section, depends only on the number of members (including those who are still to
    arrive). If a run is extended and gets room for more members, the size stays.
    """
    size = SECTION
    while members > size * MOST_SECTIONS:
        size *= 2
    return size


def allocate_state(
    parameters: Parameters,
    members: Members,
    founders: int,
    policies: int,
    longest_day: int = 0,
    section: int = 0,
) -> State:
    """Allocate a society in which nothing has happened yet.

    Memory that is never used costs nothing, so the pools are generous.

    Parameters
    ----------
    parameters : Parameters
    members : Members
        All members, including those who are still to arrive.
    founders : int
        How many members are there from the start.
    policies : int
        The number of policies.
    longest_day : int
        The number of encounters on the busiest day of a contact log.
    section : int
        Members in a section; 0: as ``section_size`` chooses.
    """
    n, inviting, platform = len(members.policy), parameters.inviting, parameters.platform
    section = section or section_size(n)
    sections = -(-n // section)
    room_from = _room_from(members, parameters.society.on_arrival, section)
    most = max(1, int(room_from[-1]))
    ring, day = inviting.pending_days + 1, max(n, longest_day)
    slots = min(n * 320 + 4096, max(4096, n * (n + 4 * CHUNK)), MOST_SLOTS)
    connected = min(n * 160, n * (n + 2 * CHUNK)) + 2**16
    clock = np.zeros(FAILED + policies, np.int64)
    clock[lists.END_SLOT], clock[lists.END_CONNECTION] = slots, connected
    clock[lists.END_BLOCK] = 2**16
    clock[DAY], clock[MEMBERS] = parameters.society.first_day - 1, founders
    clock[SECTION_BITS] = section.bit_length() - 1
    totals = np.zeros((policies, TOTALS), np.int64)
    totals[:, T_MEMBERS] = np.bincount(members.policy[:founders], minlength=policies)
    totals[:, T_JOINED] = totals[:, T_MEMBERS]
    limited = platform.limit > 0 and platform.window_days > 0
    locks = inviting.lock_days >= 0
    leaving = n if parameters.society.leave > 0 else 0
    popular = bool((parameters.policies.until_directory < 2**32).any())
    notes = bool(parameters.policies.notes.any())
    asks = bool(parameters.policies.asks_first.any())
    remarks = notes or asks or inviting.mistaken > 0
    people = People(
        arrived=members.arrived,
        left=np.zeros(leaving, np.int32),
        gone=np.zeros(leaving, np.int32),
        here=np.arange(leaving, dtype=np.int32),
        before=np.minimum(np.arange(leaving + 1 if leaving else 0, dtype=np.int32), founders),
        starts=members.starts,
        counts=zeros(n * COUNTS, np.int32),
        contacts=zeros(n * ROW, np.uint32),
        strangers=zeros(n * ROW, np.uint32),
        blocks=zeros(2**16, np.uint32),
        alter=zeros(slots, np.uint32),
        mark=zeros(slots, np.uint8),
        link=zeros(2 * slots, np.uint32),
        state=zeros(slots, np.uint8),
        type=members.types,
        help=zeros(len(members.types) * HELP, np.int32),
    )
    accounts = Platform(
        policy=members.policy,
        connections=zeros(n * ROW, np.uint32),
        connected=zeros(connected, np.uint32),
        tally=zeros(n * TALLY, np.int32),
        account=zeros(n * ACCOUNT, np.int32),
        answers=zeros(n * ANSWERS, np.int32),
        ladder=np.zeros(n * LADDER if platform.graded else 0, np.int32),
        week=np.zeros((n if platform.weekly_invites >= 0 else 0, 7), np.int32),
        looks=members.looks,
        void=np.zeros(leaving, np.int32),
        habit=members.habit,
        rank=members.rank,
        sent_upwards=np.zeros(len(members.rank), np.int32),
        joined=members.joined,
        strike_days=np.zeros((n, platform.limit) if limited else (0, 1), np.int32),
        pace=members.pace,
        room_from=room_from,
        totals=totals,
        sent_slot=np.zeros(ring * most, np.uint32),
        sent_ego=np.zeros(ring * most, np.uint32),
        sent_note=np.zeros(ring * most, np.uint8),
        sent_common=np.zeros(0, np.int64),
        sent_class=np.zeros(0, np.uint8),
        sent_from=np.zeros((ring, sections, ring + 1), np.int32),
        locks=np.zeros((sections, 64 if locks else 1), np.uint32),
        lock_ends=np.zeros((sections, 2), np.int64),
        lock_counts=np.zeros((max(inviting.lock_days, 0) + 2, sections), np.int64),
        sent_remarks=np.zeros(ring * most if remarks else 0, np.uint8),
        notes=np.zeros(n * NOTED if notes else 0, np.int32),
        questions=np.zeros(n * ASKING if asks else 0, np.int32),
    )
    today = Today(
        attempts=np.zeros(n, np.int32),
        repeats=np.zeros(n, np.int64),
        risers=np.zeros((n, 3), np.int32),
        encounters=np.zeros((day, 4), np.int32),
        sides=np.zeros((2, day), np.int32),
        invitations=np.zeros((most, 4), np.int32),
        section_rows=np.zeros((sections, 2), np.int64),
        verdicts=np.zeros((0, 2), np.int32),
        encounter_order=np.zeros(2 * day, np.int32),
        riser_order=np.zeros(n, np.int32),
        invitation_order=np.zeros(most, np.int32),
        verdict_order=np.zeros(0, np.int32),
        popularity=np.zeros(n if popular else 0, np.int64),
        section_popularity=np.zeros(sections if popular else 0, np.int64),
        leavers=np.zeros(leaving, np.int32),
        section_leavers=np.zeros(sections if leaving else 0, np.int32),
        pleas=np.zeros((len(members.types), 4), np.int32),
        plea_order=np.zeros(2 * len(members.types), np.int32),
    )
    return State(people, accounts, today, clock)


def _room_from(members: Members, on_arrival: int, section: int) -> NDArray[np.int64]:
    """Return ``Platform.room_from``: each section has rows for all attempts of its members."""
    pace, arrives = members.pace, members.arrived > 0
    most = (pace >> 32) + (pace & (2**32 - 1) > 0)
    if len(arrives):
        most = np.where(arrives, np.maximum(most, on_arrival), most)
    sections = np.arange(0, len(pace), section)
    return np.concatenate([[0], np.add.reduceat(most, sections).cumsum()])


def set_pace(state: State, parameters: Parameters, pace: NDArray[np.int64]) -> State:
    """Return the state with other paces of the members, and rows for their attempts of a day."""
    platform, today = state.platform, state.today
    members = members_of(state)._replace(pace=pace)
    room_from = _room_from(members, parameters.society.on_arrival, state.section_size)
    ring, most = len(platform.sent_from), int(room_from[-1])
    before = len(platform.sent_slot) // ring
    if most > before:
        rows = np.zeros((most, 4), np.int32)
        rows[:before] = today.invitations
        today = today._replace(invitations=rows, invitation_order=np.zeros(most, np.int32))
        grown = {}
        for name in SENT:
            array = getattr(platform, name)
            if len(array) == 0:
                continue
            grown[name] = np.zeros((ring, most), array.dtype)
            grown[name][:, :before] = array.reshape(ring, before)
            grown[name] = grown[name].reshape(-1)
        platform = platform._replace(**grown)
    platform.pace[:], platform.room_from[:] = pace, room_from
    return state._replace(platform=platform, today=today)


def zeros(shape: int | tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Allocate zeros that begin at a cache line, so that what is read together lies in one."""
    size = prod(np.atleast_1d(shape).tolist()) * np.dtype(dtype).itemsize
    room = np.zeros(size + 64, np.uint8)
    aligned: NDArray[Any] = room[-room.ctypes.data % 64 :][:size].view(dtype).reshape(shape)
    return aligned
