"""Phase 2, second half: the invitations are sent.

First each invitation takes effect at its sender's side, then at its receiver's side, where it is
noticed if two invitations cross. Invitations that cross connect the two; all others wait for the
day of their answer.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import INVITATIONS, INVITATIONS_END, REACHED
from ..rules.answering import CROSSED, UNDECIDED, UNSEEN
from ..rules.inviting import crosses
from ..rules.inviting import has_room as has_room_for_connection
from ..rules.standing import PENDING
from ..state.bonds import (
    ARC,
    BACK,
    CONNECTIONS,
    COUNTS,
    LAST,
    STRANGERS,
    UNLINKED,
    class_in,
    is_asked,
    last_in,
    prefetch_new_slot,
    standing_in,
    with_standing,
)
from ..state.columns import ANSWERS, NOTED, NOTES, T_NOTES, TALLY
from ..state.connections import note_common
from ..state.lists import (
    NEXT_CONNECTION,
    NEXT_SLOT,
    ROW,
    has_room,
    length_after,
    lengthen,
    place_in_pool,
)
from ..state.rows import (
    ALTER,
    CROSSING,
    EGO,
    EXTRA,
    QUESTION,
    SLOT,
    WITH_NOTE,
    delay_of,
    pack_extra,
    pack_note,
    remarks_of,
    source_of,
)
from .effects import connect, count_question, count_sent, decline, draw_arc, receive_invitation
from .invite import first_row


@inline
def _new_stranger(state, ego, other, today):
    """Return the slot of a new bond of ego with somebody whom it has never met."""
    people, length = state.people, np.int64(state.people.counts[COUNTS * ego + STRANGERS])
    slot = lengthen(people.strangers, people.blocks, state.clock, NEXT_SLOT, ego, length)
    people.counts[COUNTS * ego + STRANGERS] = length_after(length)
    people.alter[slot] = other
    people.mark[slot] = other & 255
    people.link[2 * slot] = UNLINKED
    people.link[2 * slot + 1] = today << LAST
    return slot


@kernel
def _stranger_of_today(people, ego, other, today):
    """Return the slot of ego's bond with a stranger if it was created today, or -1.

    Until two members meet, the day in their tie is the day on which the bond was created.
    """
    place = np.int64(people.counts[COUNTS * ego + STRANGERS]) - 1
    while place >= 0:
        slot = place_in_pool(people.strangers, people.blocks, ego, place)
        if last_in(people.link[2 * slot + 1]) != today:
            break
        if people.alter[slot] == other:
            return slot
        place -= 1
    return np.int64(-1)


@inline
def _prefetch_strangers(state, ego):
    prefetch(state.people.counts, COUNTS * ego)
    prefetch(state.people.strangers, ROW * ego)
    prefetch(state.platform.tally, TALLY * ego)


@inline
def _prefetch_new_stranger(people, ego):
    length = np.int64(people.counts[COUNTS * ego + STRANGERS])
    prefetch_new_slot(people, people.strangers, ego, length)


@inline
def _prefetch_own(state, ahead, nearer):
    """Prefetch what later invitations of the list change at the senders' side."""
    if ahead[SLOT] >= 0:
        prefetch(state.people.state, as_index(ahead[SLOT]))
        prefetch(state.platform.tally, TALLY * np.int64(ahead[EGO]))
    else:
        _prefetch_strangers(state, np.int64(ahead[EGO]))
    if nearer[SLOT] < 0:
        _prefetch_new_stranger(state.people, np.int64(nearer[EGO]))


@kernel
def send(state, parameters, day, partition):
    """Apply the invitations of a thread's members on the senders' side.

    Return False if a pool must grow first; the next call continues where this one has stopped.
    """
    people, platform, rows = state.people, state.platform, state.today.invitations
    today, progress = day - parameters.society.first_day, partition.progress
    last = progress[INVITATIONS_END]
    for place in range(max(first_row(state, partition), progress[REACHED]), last):
        if not has_room(state.clock, NEXT_SLOT, partition.threads, 1):
            progress[REACHED] = place
            return False
        nearer = rows[min(place + AHEAD // 2, last - 1)]
        _prefetch_own(state, rows[min(place + AHEAD, last - 1)], nearer)
        row = rows[place]
        ego, other, slot = np.int64(row[EGO]), np.int64(row[ALTER]), np.int64(row[SLOT])
        if slot < 0:
            slot = _new_stranger(state, ego, other, today)
            people.state[slot] = with_standing(people.state[slot], PENDING)
            row[SLOT] = slot
        remarks = remarks_of(row[EXTRA])
        if remarks & QUESTION:
            count_question(platform, partition.totals, ego)
            continue
        count_sent(state, partition.totals, slot, ego, other)
        if remarks & WITH_NOTE:
            platform.notes[NOTED * ego + NOTES] += 1
            partition.totals[platform.policy[ego], T_NOTES] += 1
    progress[REACHED] = last
    return True


@inline
def _far_slot(state, row, today):
    """Return the receiver's slot of an invitation; create and link its side if it is missing."""
    people, slot = state.people, np.int64(row[SLOT])
    there = np.int64(people.link[2 * slot])
    if there != UNLINKED:
        return there
    ego, other = np.int64(row[EGO]), np.int64(row[ALTER])
    there = _stranger_of_today(people, other, ego, today)  # other may have invited ego as well
    if there < 0:
        there = _new_stranger(state, other, ego, today)
    people.link[2 * slot], people.link[2 * there] = there, slot
    return there


@inline
def _delay_if_crossing(state, parameters, row):
    """Return the delay of an invitation that crosses another: CROSSING.

    If one of the two had no room for a connection this morning, the delay stands for "never".
    """
    counts, most = state.people.counts, parameters.platform.max_connections
    ego, other = np.int64(row[EGO]), np.int64(row[ALTER])
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    theirs = np.int64(counts[COUNTS * other + CONNECTIONS])
    room = has_room_for_connection(ours, most) and has_room_for_connection(theirs, most)
    return np.int64(CROSSING) if room else np.int64(parameters.inviting.pending_days)


@kernel
def receive(state, parameters, day, partition):
    """Apply invitations on the receivers' side, for the members of a thread.

    Mark the invitations that cross another. The return value is as in ``send``.
    """
    people, rows, order = state.people, state.today.invitations, state.today.invitation_order
    today = day - parameters.society.first_day
    reached, done = partition.progress[REACHED], np.int64(0)
    for thread in range(partition.threads):
        starts = partition.list_starts[INVITATIONS, thread]
        begin, end = starts[partition.thread], starts[partition.thread + 1]
        skipped = min(max(reached - done, 0), end - begin)
        done += skipped
        for place in range(begin + skipped, end):
            if not has_room(state.clock, NEXT_SLOT, partition.threads, 1):
                partition.progress[REACHED] = done
                return False
            if place + AHEAD < end:
                ahead = rows[as_index(order[place + AHEAD])]
                prefetch(people.link, 2 * as_index(ahead[SLOT]))
                _prefetch_strangers(state, np.int64(ahead[ALTER]))
            if place + AHEAD // 2 < end:
                ahead = rows[as_index(order[place + AHEAD // 2])]
                far = np.int64(people.link[2 * as_index(ahead[SLOT])])
                if far == UNLINKED:
                    _prefetch_new_stranger(people, np.int64(ahead[ALTER]))
                else:
                    prefetch(people.state, far)
            row = rows[as_index(order[place])]
            other, there = np.int64(row[ALTER]), _far_slot(state, row, today)
            extra, back = np.int64(row[EXTRA]), people.state[there]
            question = remarks_of(extra) & QUESTION != 0
            if not question:
                receive_invitation(state, partition.totals, there, other)
            crossing = crosses(standing_in(back), is_asked(back), question)
            if parameters.inviting.crossing and crossing:
                delay = _delay_if_crossing(state, parameters, row)
                row[EXTRA] = pack_extra(source_of(extra), remarks_of(extra), delay)
            done += 1
    partition.progress[REACHED] = done
    return True


@inline
def _prefetch_side(state, slot, ego):
    prefetch(state.people.state, slot)
    prefetch(state.people.counts, COUNTS * ego)
    prefetch(state.platform.connections, ROW * ego)
    prefetch(state.platform.tally, TALLY * ego)
    prefetch(state.platform.answers, ANSWERS * ego)


@inline
def _meet_halfway(state, totals, slot, ego, other):
    """Connect ego with other at ego's side; draw both arcs, as a question has drawn none yet."""
    connect(state, totals, slot, ego, other)
    draw_arc(state, totals, slot, ego, ARC)
    draw_arc(state, totals, slot, ego, BACK)


@kernel
def _cross_own(state, parameters, partition):
    """Connect the senders among a thread's members whose invitations cross another."""
    rows, progress = state.today.invitations, partition.progress
    first, last = first_row(state, partition), progress[INVITATIONS_END]
    for place in range(max(first, progress[REACHED]), last):
        row, ahead = rows[place], rows[min(place + AHEAD, last - 1)]
        if delay_of(ahead[EXTRA]) == CROSSING:
            _prefetch_side(state, as_index(ahead[SLOT]), np.int64(ahead[EGO]))
        if delay_of(row[EXTRA]) != CROSSING:
            continue
        if not has_room(state.clock, NEXT_CONNECTION, partition.threads, 2):
            progress[REACHED] = place
            return False
        ego, other, slot = np.int64(row[EGO]), np.int64(row[ALTER]), np.int64(row[SLOT])
        _meet_halfway(state, partition.totals, slot, ego, other)
    progress[REACHED] = last
    return True


@kernel
def _cross_far(state, partition):
    """Connect the receivers among a thread's members; doing this twice does no harm."""
    people, rows, order = state.people, state.today.invitations, state.today.invitation_order
    for thread in range(partition.threads):
        starts = partition.list_starts[INVITATIONS, thread]
        begin, end = starts[partition.thread], starts[partition.thread + 1]
        for place in range(begin, end):
            row, ahead = (
                rows[as_index(order[place])],
                rows[as_index(order[min(place + AHEAD, end - 1)])],
            )
            if delay_of(ahead[EXTRA]) == CROSSING:
                far = as_index(people.link[2 * as_index(ahead[SLOT])])
                _prefetch_side(state, far, np.int64(ahead[ALTER]))
            if delay_of(row[EXTRA]) != CROSSING:
                continue
            if not has_room(state.clock, NEXT_CONNECTION, partition.threads, 2):
                return False
            there = np.int64(people.link[2 * as_index(row[SLOT])])
            ego, other = np.int64(row[EGO]), np.int64(row[ALTER])
            _meet_halfway(state, partition.totals, there, other, ego)
    return True


@kernel
def cross(state, parameters, partition):
    """Connect a thread's members whose invitations cross; the return value is as in ``send``."""
    return _cross_own(state, parameters, partition) and _cross_far(state, partition)


@inline
def _file(state, pending, totals, place, row, sieve):
    """List an invitation under the day of its answer; decide it now if no answer will come."""
    platform, delay = state.platform, delay_of(row[EXTRA])
    slot, ego = np.int64(row[SLOT]), np.int64(row[EGO])
    verdict = np.int64(UNDECIDED)
    if delay == CROSSING:
        verdict = np.int64(CROSSED)
    elif delay == pending:
        verdict = np.int64(UNSEEN)
        if remarks_of(row[EXTRA]) & QUESTION == 0:
            decline(state, totals, slot, ego, verdict)
    platform.sent_slot[place], platform.sent_ego[place] = slot, ego
    k = class_in(state.people.state[slot])
    platform.sent_note[place] = pack_note(source_of(row[EXTRA]), verdict, k)
    if len(platform.sent_remarks) > 0:
        platform.sent_remarks[place] = remarks_of(row[EXTRA])
    if len(platform.sent_common) > 0:
        platform.sent_class[place] = k
        note_common(state, place, ego, np.int64(row[ALTER]), sieve)


@kernel
def schedule_answers(state, parameters, day, partition):
    """List the invitations of a thread's members by the day of their answer.

    This is a counting sort within each section, so that each day's answers are adjacent.
    Invitations that cross another are listed with the answers of today.
    """
    platform, rows = state.platform, state.today.invitations
    sieve, totals = partition.scratch.answer.sieve, partition.totals
    pending = np.int64(parameters.inviting.pending_days)
    ring = day % platform.sent_from.shape[0]
    start = ring * (len(platform.sent_slot) // platform.sent_from.shape[0])
    for section in range(partition.first_section, partition.end_section):
        begin, end = state.today.section_rows[section, 0], state.today.section_rows[section, 1]
        starts = platform.sent_from[ring, section]
        for delay in range(pending + 2):
            starts[delay] = 0
        for place in range(begin, end):
            starts[max(delay_of(rows[place, EXTRA]), np.int64(0)) + 1] += 1
        starts[0] = begin
        for delay in range(1, pending + 2):
            starts[delay] += starts[delay - 1]
        for place in range(begin, end):
            delay = max(delay_of(rows[place, EXTRA]), np.int64(0))
            at = start + starts[delay]
            starts[delay] += 1
            _file(state, pending, totals, at, rows[place], sieve)
        for delay in range(pending + 1, 0, -1):
            starts[delay] = starts[delay - 1]
        starts[0] = begin
