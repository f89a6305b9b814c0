"""Phase 3: invitations due today are answered, and those that waited too long are withdrawn.

Judging reads the state of the beginning of the phase and can be done for any batch of invitations at
once; then the answers take effect, at the inviter's side and at the invitee's.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import ANSWER, philox
from ..mechanics.scratch import ANSWER_BATCH
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import ACCEPTANCES, ACCEPTANCES_END, REACHED, looks_after
from ..rules.answering import (
    ACCEPTED,
    IGNORED,
    STALE,
    UNKNOWN,
    class_seen,
    clicks_unknown,
    is_open_to,
    is_strike,
    needs_reference,
    recognises,
)
from ..rules.answering import (
    accepts as accepts_by_chance,
)
from ..rules.inviting import FROM_INTRODUCTIONS, is_withdrawn, withdrawal_day
from ..rules.inviting import has_room as has_room_for_connection
from ..rules.standing import FREE, LOCKED, PENDING
from ..state.bonds import (
    CONNECTIONS,
    COUNTS,
    FREE_OF_CLASS,
    STRUCK,
    class_in,
    current_slot,
    standing_in,
    with_standing,
)
from ..state.columns import ACCOUNT, ANSWERS, COUNTED_STRIKES, STRIKES, T_STRIKES, TALLY
from ..state.connections import (
    have_common_connection,
    prefetch_connections,
    prefetch_new_connection,
)
from ..state.lists import NEXT_CONNECTION, ROW, has_room
from ..state.rows import OTHER, OTHER_SLOT, answer_in, pack_note, source_in
from .effects import accepts, is_accepted, learn_resolved

_SECTION, _DELAY, _PLACE = range(3)
"""Places of the cursor."""

DONE, MORE_ACCEPTANCES, MORE_CONNECTIONS = range(3)
"""What ``settle`` says: all have taken effect, or what must grow first."""


@kernel
def _next_batch(platform, parameters, day, partition, scratch):
    """Take up the places of the next invitations due today of a thread's members.

    Return how many, at most ANSWER_BATCH; 0: there are none left. ``cursor`` keeps where it has got to.
    """
    cursor, found = scratch.cursor, np.int64(0)
    ring = platform.sent_from.shape[0]
    most = len(platform.sent_slot) // ring
    delays = min(parameters.inviting.pending_days, day)
    while cursor[_SECTION] < partition.end_section:
        delay = cursor[_DELAY]
        row = (day - delay) % ring
        starts = platform.sent_from[row, cursor[_SECTION]]
        place = max(cursor[_PLACE], np.int64(starts[delay]))
        last = min(np.int64(starts[delay + 1]), place + ANSWER_BATCH - found)
        for one in range(place, last):
            scratch.place[found + one - place] = row * most + one
        found += last - place
        cursor[_PLACE] = last
        if last < starts[delay + 1]:
            break
        cursor[_PLACE] = 0
        cursor[_DELAY] = delay + 1
        if cursor[_DELAY] >= delays:
            cursor[_DELAY] = 0
            cursor[_SECTION] += 1
    return found


@kernel
def rewind(partition):
    """Begin again with the first invitation due today."""
    cursor = partition.scratch.answer.cursor
    cursor[_SECTION], cursor[_DELAY], cursor[_PLACE] = partition.first_section, 0, 0


@inline
def _look_up(people, slots, egos, count, scratch):
    """Fill in the bonds, inviters and invitees of a batch; a bond that has moved is found anew."""
    for one in range(count):
        place = scratch.place[one]
        slot = as_index(slots[place])
        scratch.slot[one] = slot
        scratch.ego[one] = egos[place]
        prefetch(people.state, slot)
        prefetch(people.alter, slot)
        prefetch(people.link, 2 * slot)
    for one in range(count):
        slot = current_slot(people, scratch.slot[one])
        slots[scratch.place[one]] = slot
        scratch.slot[one] = slot
        scratch.alter[one] = people.alter[slot]


@inline
def _draw_answers(key, day, count, scratch):
    """Draw the words of a batch."""
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    w0, w1, w2 = scratch.drawn[0], scratch.drawn[1], scratch.drawn[2]
    for one in range(count):
        a, b, c, _ = philox(scratch.ego[one], scratch.alter[one], day, ANSWER, low, high)
        w0[one] = a
        w1[one] = b
        w2[one] = c


@inline
def _class_seen(state, parameters, one, scratch):
    """Return whether the invitee recognises the inviter, and the class that it goes by."""
    k = class_in(state.people.state[scratch.slot[one]])  # the same on both sides
    chance = parameters.answering.recognise[k]
    recognised = recognises(np.int64(scratch.drawn[0, one]), chance)
    return recognised, class_seen(recognised, k)


@inline
def _prefetch_reference(state, parameters, one, note, scratch):
    """Prefetch the connections of both where the answer will hang on a common one."""
    _, k = _class_seen(state, parameters, one, scratch)
    policies, policy = parameters.policies, state.platform.policy[scratch.alter[one]]
    open_by_reference = needs_reference(
        k, policies.accepts_from[policy], policies.takes_references[policy]
    )
    accepting = accepts_by_chance(np.int64(scratch.drawn[1, one]), policies.accept[policy, k])
    if open_by_reference and accepting and source_in(note) != FROM_INTRODUCTIONS:
        prefetch_connections(state, np.int64(scratch.ego[one]))
        prefetch_connections(state, np.int64(scratch.alter[one]))


@inline
def _both_have_room(state, parameters, ego, other):
    """Return whether both have room for a connection, as of the beginning of the phase."""
    counts, most = state.people.counts, parameters.platform.max_connections
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    theirs = np.int64(counts[COUNTS * other + CONNECTIONS])
    return has_room_for_connection(ours, most) and has_room_for_connection(theirs, most)


@inline
def _judge(state, parameters, one, note, scratch):
    """Return the answer to an invitation that is pending."""
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    recognised, k = _class_seen(state, parameters, one, scratch)
    policies, policy = parameters.policies, state.platform.policy[other]
    accepts_from = policies.accepts_from[policy]
    if accepts_by_chance(np.int64(scratch.drawn[1, one]), policies.accept[policy, k]):
        is_open = is_open_to(k, accepts_from)
        if needs_reference(k, accepts_from, policies.takes_references[policy]):
            # whom a common connection has introduced has one, and connections last
            is_open = source_in(note) == FROM_INTRODUCTIONS or have_common_connection(
                state, ego, other, scratch.sieve
            )
        if is_open:
            return ACCEPTED if _both_have_room(state, parameters, ego, other) else IGNORED
    if clicks_unknown(np.int64(scratch.drawn[2, one]), recognised, parameters.answering.idk_click):
        return UNKNOWN
    return IGNORED


@kernel
def judge(state, parameters, day, partition):
    """Decide the answers to the invitations of a thread's members that are due today."""
    platform, people, scratch = state.platform, state.people, partition.scratch.answer
    notes, slots, egos = platform.sent_note, platform.sent_slot, platform.sent_ego
    rewind(partition)
    while True:
        count = _next_batch(platform, parameters, day, partition, scratch)
        if count == 0:
            break
        _look_up(people, slots, egos, count, scratch)
        _draw_answers(parameters.key, day, count, scratch)
        for one in range(count):
            note = notes[scratch.place[one]]
            _prefetch_reference(state, parameters, one, note, scratch)
        for one in range(count):
            place = scratch.place[one]
            answer = np.int64(STALE)
            if standing_in(people.state[as_index(scratch.slot[one])]) == PENDING:
                answer = np.int64(_judge(state, parameters, one, notes[place], scratch))
            notes[place] = pack_note(source_in(notes[place]), answer)
    rewind(partition)
    partition.progress[ACCEPTANCES_END] = 0


@inline
def _strike(state, totals, day, slot, ego):
    """Let an "I don't know" take effect: a strike against ego, and a bond locked for good."""
    people, platform, account = state.people, state.platform, ACCOUNT * ego + COUNTED_STRIKES
    people.state[slot] = np.int64(with_standing(people.state[slot], LOCKED)) | STRUCK
    learn_resolved(state, totals, slot, ego)
    platform.tally[TALLY * ego + STRIKES] += 1
    if platform.strike_days.shape[0] > 0:
        turn = platform.account[account] % platform.strike_days.shape[1]
        platform.strike_days[ego, turn] = day
    platform.account[account] += 1
    totals[platform.policy[ego], T_STRIKES] += 1


@inline
def _prefetch_account(state, ego):
    prefetch(state.people.counts, COUNTS * ego)
    prefetch(state.platform.connections, ROW * ego)
    prefetch(state.platform.tally, TALLY * ego)


@inline
def _prefetch_effects(state, notes, slots, egos, count, scratch):
    """Fill in a batch again, and prefetch what its answers will change."""
    people = state.people
    for one in range(count):
        place = scratch.place[one]
        slot = as_index(slots[place])
        scratch.slot[one], scratch.ego[one] = slot, egos[place]
        if answer_in(notes[place]) == ACCEPTED:
            prefetch(people.alter, slot)
            prefetch(people.link, 2 * slot)
            _prefetch_account(state, np.int64(egos[place]))
            prefetch(state.platform.answers, ANSWERS * np.int64(egos[place]))
    for one in range(count):
        if answer_in(notes[scratch.place[one]]) == ACCEPTED:
            slot = as_index(scratch.slot[one])
            scratch.alter[one] = people.alter[slot]
            prefetch(people.state, as_index(people.link[2 * slot]))
            _prefetch_account(state, np.int64(people.alter[slot]))
    for one in range(count):
        if answer_in(notes[scratch.place[one]]) == ACCEPTED:
            prefetch_new_connection(state, np.int64(scratch.ego[one]))
            prefetch_new_connection(state, np.int64(scratch.alter[one]))


@kernel
def settle(state, parameters, day, partition):
    """Let today's answers take effect for the inviters among a thread's members.

    Where an invitee is the thread's as well, for it too; else the acceptance is handed on in
    ``acceptances``. Return DONE or what must grow first; asked again, go on from there.
    """
    platform, people, scratch = state.platform, state.people, partition.scratch.answer
    notes, slots, egos = platform.sent_note, platform.sent_slot, platform.sent_ego
    handed, progress, totals = state.today.acceptances, partition.progress, partition.totals
    part = len(handed) // partition.threads
    while True:
        if not has_room(state.clock, NEXT_CONNECTION, partition.threads, 2 * ANSWER_BATCH):
            return MORE_CONNECTIONS
        if partition.threads > 1 and progress[ACCEPTANCES_END] + ANSWER_BATCH > part:
            return MORE_ACCEPTANCES
        count = _next_batch(platform, parameters, day, partition, scratch)
        if count == 0:
            return DONE
        _prefetch_effects(state, notes, slots, egos, count, scratch)
        for one in range(count):
            answer = answer_in(notes[scratch.place[one]])
            slot, ego = as_index(scratch.slot[one]), np.int64(scratch.ego[one])
            if is_strike(answer):
                _strike(state, totals, day, slot, ego)
            elif answer == ACCEPTED:
                other, there = np.int64(people.alter[slot]), np.int64(people.link[2 * slot])
                is_accepted(state, totals, slot, ego, other)
                if looks_after(partition, other):
                    accepts(state, totals, as_index(there), other, ego)
                else:
                    row = handed[partition.thread * part + progress[ACCEPTANCES_END]]
                    row[OTHER_SLOT], row[OTHER] = there, other
                    progress[ACCEPTANCES_END] += 1


@kernel
def settle_far_sides(state, partition):
    """Let acceptances that other threads have handed on take effect for who has accepted.

    Return whether all have: not where a pool must grow first; asked again, go on from there.
    """
    people, rows, order = state.people, state.today.acceptances, state.today.acceptance_order
    reached, done = partition.progress[REACHED], np.int64(0)
    for thread in range(partition.threads):
        starts = partition.list_starts[ACCEPTANCES, thread]
        begin, end = starts[partition.thread], starts[partition.thread + 1]
        skipped = min(max(reached - done, 0), end - begin)
        done += skipped
        for place in range(begin + skipped, end):
            if not has_room(state.clock, NEXT_CONNECTION, partition.threads, 1):
                partition.progress[REACHED] = done
                return False
            if place + AHEAD < end:
                ahead = rows[as_index(order[place + AHEAD])]
                prefetch(people.state, as_index(ahead[OTHER_SLOT]))
                _prefetch_account(state, np.int64(ahead[OTHER]))
            row = rows[as_index(order[place])]
            there, other = as_index(row[OTHER_SLOT]), np.int64(row[OTHER])
            ego = np.int64(people.alter[there])
            accepts(state, partition.totals, there, other, ego)
            done += 1
    partition.progress[REACHED] = done
    return True


@inline
def _ending(platform, parameters, day, section):
    """Return the places, among those sent, of a section's invitations whose days are up today."""
    sent, pending = day - parameters.inviting.pending_days, parameters.inviting.pending_days
    if sent < 1:
        return np.int64(0), np.int64(0)
    ring = platform.sent_from.shape[0]
    start = sent % ring * (len(platform.sent_slot) // ring)
    starts = platform.sent_from[sent % ring, section]
    return start + starts[0], start + starts[pending + 1]


@kernel
def queues_have_room(state, parameters, day, partition):
    """Return whether all that may be withdrawn today fits into the queues of locks."""
    platform = state.platform
    if parameters.inviting.lock_days < 0:
        return True
    for section in range(partition.first_section, partition.end_section):
        begin, end = _ending(platform, parameters, day, section)
        waiting = platform.lock_ends[section, 1] - platform.lock_ends[section, 0]
        if waiting + end - begin > platform.locks.shape[1]:
            return False
    return True


@kernel
def withdraw(state, parameters, day, partition):
    """Withdraw the invitations of a thread's members that are still pending on their last day."""
    people, platform = state.people, state.platform
    slots, egos = platform.sent_slot, platform.sent_ego
    for section in range(partition.first_section, partition.end_section):
        begin, end = _ending(platform, parameters, day, section)
        queued = np.int64(0)
        for place in range(begin, end):
            if place + AHEAD < end:
                prefetch(people.state, as_index(slots[place + AHEAD]))
            slot, ego = current_slot(people, as_index(slots[place])), np.int64(egos[place])
            if not is_withdrawn(standing_in(people.state[slot])):
                continue
            people.state[slot] = with_standing(people.state[slot], LOCKED)
            learn_resolved(state, partition.totals, slot, ego)
            if parameters.inviting.lock_days >= 0:
                turn = platform.lock_ends[section, 1] % platform.locks.shape[1]
                platform.locks[section, turn] = slot
                platform.lock_ends[section, 1] += 1
                queued += 1
        platform.lock_counts[day % len(platform.lock_counts), section] = queued


@kernel
def unlock(state, parameters, day, partition):
    """Free, in the morning, the bonds of a thread's members that were locked long enough ago."""
    people, platform, lock_days = state.people, state.platform, parameters.inviting.lock_days
    began = withdrawal_day(day, lock_days)
    if lock_days < 0 or began < 1:
        return
    for section in range(partition.first_section, partition.end_section):
        for _ in range(platform.lock_counts[began % len(platform.lock_counts), section]):
            turn = platform.lock_ends[section, 0] % platform.locks.shape[1]
            slot = current_slot(people, np.int64(platform.locks[section, turn]))
            platform.lock_ends[section, 0] += 1
            bond = people.state[slot]
            if standing_in(bond) != LOCKED:  # alter's own invitation has connected them meanwhile
                continue
            people.state[slot] = with_standing(bond, FREE)
            if class_in(bond) > 0:
                ego = np.int64(people.alter[people.link[2 * slot]])
                people.counts[COUNTS * ego + FREE_OF_CLASS + class_in(bond)] += 1
