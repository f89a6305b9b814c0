"""Phase 2: which members now choose whom to invite, and with which of their attempts.

The members of a thread choose from ``BATCH`` *seats*. A member who has made all its attempts of
today leaves its seat to the next member, so nobody waits for a member with a hundred attempts.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.scratch import BATCH
from ..mechanics.simd import prefetch
from ..rules.inviting import is_restricted, may_invite, may_send_this_week
from ..state.bonds import CONNECTIONS, COUNTS, prefetch_member
from ..state.columns import (
    ACCOUNT,
    ANSWERS,
    ATTEMPTS,
    LADDER,
    NOTED,
    RESTRICTED_UNTIL,
    T_ATTEMPTS,
    TALLY,
)
from ..state.lists import ROW
from ..state.rows import EGO, UNUSED
from .eligible import eligible_contacts

FREE, BEGINNING, TRYING = range(3)
"""Places of ``seats``: how many seats are listed in ``free``, ``beginning`` and ``trying``."""

_NEXT_MEMBER, _CALLED, _WAITING, NEXT_ROW = range(4)
"""Places of ``queue``: the next member to be looked at; how many of those listed in
``waiting`` have been seated; how many are listed; and the next row of today's invitations."""


@inline
def clear_seats(first_member, first_row, scratch):
    """Free all seats; ``first_member`` is the first who may have one."""
    queue, seats = scratch.queue, scratch.seats
    queue[_NEXT_MEMBER], queue[_CALLED], queue[_WAITING] = first_member, 0, 0
    queue[NEXT_ROW] = first_row
    seats[FREE], seats[BEGINNING], seats[TRYING] = BATCH, 0, 0
    for seat in range(BATCH):
        scratch.free[seat] = seat


@inline
def _list_inviters(state, parameters, day, first, last, who):
    """List the members from first to last - 1 who may invite today, and return their number."""
    platform, counts, inviters = state.platform, state.people.counts, np.int64(0)
    most = parameters.platform.max_connections
    for ego in range(as_index(first), as_index(last)):
        who[inviters] = ego
        until = platform.account[ACCOUNT * ego + RESTRICTED_UNTIL]
        may = may_invite(day, until, counts[COUNTS * ego + CONNECTIONS], most)
        inviters += np.int64(may & (state.today.attempts[ego] > 0))
    return inviters


@inline
def _count_attempts(platform, totals, ego, attempts):
    """Count the attempts of a member who may invite, including those that will lapse."""
    platform.tally[TALLY * ego + ATTEMPTS] += attempts
    totals[platform.policy[ego], T_ATTEMPTS] += attempts


@inline
def _prefetch_account(platform, ego):
    """Prefetch what else the platform knows of ego's account, if anything."""
    if len(platform.ladder) > 0:
        prefetch(platform.ladder, LADDER * ego)
    if len(platform.notes) > 0:
        prefetch(platform.notes, NOTED * ego)


@inline
def _seat_next(state, totals, called, scratch):
    """Seat the next ``called`` members waiting, with rows for all their invitations of today."""
    queue, seats, rows = scratch.queue, scratch.seats, state.today.invitations
    next_called, free, beginning = queue[_CALLED], seats[FREE], seats[BEGINNING]
    row = queue[NEXT_ROW]
    for one in range(called):
        ego = np.int64(scratch.waiting[next_called + one])
        prefetch_member(state.people, ego)
        prefetch(state.people.strangers, ROW * ego)
        prefetch(state.platform.answers, ANSWERS * ego)
        _prefetch_account(state.platform, ego)
        attempts = np.int64(state.today.attempts[ego])
        _count_attempts(state.platform, totals, ego, attempts)
        seat = np.int64(scratch.free[free - 1 - one])
        scratch.beginning[beginning + one] = seat
        scratch.who[seat], scratch.left[seat] = ego, attempts
        scratch.first_try[seat], scratch.next_try[seat] = 0, 0
        scratch.row[seat], scratch.written[seat] = row, 0
        end = row + attempts
        while row < end:
            rows[row, EGO] = UNUSED
            row += 1
    queue[_CALLED] += called
    queue[NEXT_ROW] = row
    seats[FREE] -= called
    seats[BEGINNING] += called


@kernel
def take_seats(state, parameters, day, partition, scratch):
    """Seat members of a thread who may invite, while there are such members and free seats.

    Return whether anybody has a seat.
    """
    queue, seats, high = scratch.queue, scratch.seats, partition.high
    while seats[FREE] > 0:
        if queue[_CALLED] == queue[_WAITING]:
            if queue[_NEXT_MEMBER] == high:
                break
            first = queue[_NEXT_MEMBER]
            last = min(first + BATCH, high)
            queue[_NEXT_MEMBER], queue[_CALLED] = last, 0
            queue[_WAITING] = _list_inviters(state, parameters, day, first, last, scratch.waiting)
        called = min(seats[FREE], queue[_WAITING] - queue[_CALLED])
        _seat_next(state, partition.totals, called, scratch)
    return seats[FREE] < BATCH


@inline
def _sent_this_week(platform, ego):
    total = np.int64(0)
    for weekday in range(7):
        total += platform.week[ego, weekday]
    return total


@inline
def count_in_week(platform, weekly, day, ego):
    """Count an invitation of today for the weekly cap, if there is one."""
    if weekly >= 0:
        platform.week[ego, day % 7] += 1


@kernel
def may_send_now(state, parameters, day, ego):
    """Return whether the platform lets ego invite now, apart from its number of connections."""
    platform, weekly = state.platform, parameters.platform.weekly_invites
    if is_restricted(day, platform.account[ACCOUNT * ego + RESTRICTED_UNTIL]):
        return False
    return weekly < 0 or may_send_this_week(_sent_this_week(platform, ego), weekly)


@kernel
def begin_attempts(state, parameters, day, scratch):
    """Check for each member who begins an attempt whether it can lead to an invitation.

    List in ``from_contacts`` those who look only among contacts, and return their number; the
    others join those in ``trying``. A member leaves its seat if it may send no more this week, or
    if it looks only among contacts and none is eligible: its attempts of today would find nobody.
    """
    platform, seats, weekly = state.platform, scratch.seats, parameters.platform.weekly_invites
    alone, others, free = np.int64(0), seats[TRYING], seats[FREE]
    for one in range(seats[BEGINNING]):
        seat = np.int64(scratch.beginning[one])
        ego = np.int64(scratch.who[seat])
        classes, number = eligible_contacts(state, parameters, day, ego)
        scratch.classes[seat], scratch.eligible[seat] = classes, number
        scratch.from_contacts[alone] = seat
        scratch.trying[others] = seat
        scratch.free[free] = seat
        contacts_only = parameters.policies.contacts_only[platform.policy[ego]]
        may = weekly < 0 or may_send_this_week(_sent_this_week(platform, ego), weekly)
        looks_alone = np.int64(may & contacts_only & (number > 0))
        looks_around = np.int64(may & (not contacts_only))
        alone += looks_alone
        others += looks_around
        free += 1 - looks_alone - looks_around
    seats[BEGINNING], seats[TRYING], seats[FREE] = 0, others, free
    return alone


@inline
def end_attempts(tries, ended, count, scratch):
    """End the attempts at some seats: their members begin the next one, or leave."""
    seats = scratch.seats
    beginning, free = seats[BEGINNING], seats[FREE]
    for one in range(count):
        seat = np.int64(ended[one])
        left = np.int64(scratch.left[seat]) - 1
        next_try = np.int64(scratch.first_try[seat]) + tries
        scratch.left[seat] = left
        scratch.first_try[seat], scratch.next_try[seat] = next_try, next_try
        scratch.beginning[beginning] = seat
        scratch.free[free] = seat
        beginning += np.int64(left > 0)
        free += np.int64(left == 0)
    seats[BEGINNING], seats[FREE] = beginning, free
