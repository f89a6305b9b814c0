"""Phase 3: invitations due today are decided, and those that waited too long are withdrawn.

Judging reads the state of the beginning of the phase and can be done for any batch of invitations at
once; a refusal takes effect at the inviter's side there and then, for no other verdict reads that. Then
follow acceptances, at the inviter's side and at the invitee's.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import ANSWER, LOOK, lane, philox
from ..mechanics.scratch import ANSWER_BATCH
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import REACHED, VERDICTS, VERDICTS_END, looks_after
from ..rules.answering import (
    UNSEEN,
    accepts,
    class_seen,
    clicks_unknown,
    hangs_on_reference,
    is_acceptance,
    is_cold,
    is_strike,
    is_unwanted,
    looks,
    recognises,
    verdict,
)
from ..rules.inviting import FROM_INTRODUCTIONS, is_withdrawn, withdrawal_day
from ..rules.inviting import has_room as has_room_for_connection
from ..rules.memory import recognition
from ..rules.place import code_here
from ..rules.rank import place_of_difference
from ..rules.standing import FREE, LOCKED, PENDING
from ..state.bonds import (
    ARC,
    BACK,
    CONNECTIONS,
    COUNTS,
    FREE_OF_CLASS,
    class_in,
    current_slot,
    last_in,
    met_in,
    standing_in,
    talked_in,
    with_decided,
    with_standing,
)
from ..state.columns import (
    ACCOUNT,
    ANSWERS,
    COLD,
    COUNTED_STRIKES,
    STRIKES,
    T_COLD,
    T_STRIKES,
    TALLY,
)
from ..state.connections import (
    common_connections,
    have_common_connection,
    prefetch_connections,
    prefetch_new_connection,
)
from ..state.lists import NEXT_CONNECTION, ROW, has_room
from ..state.rows import (
    OTHER,
    OTHER_SLOT,
    UNWANTED,
    UNWANTED_COLD,
    pack_note,
    source_in,
    verdict_in,
)
from .effects import bother, connect, decline, draw_arc, learn
from .welcome import is_unwelcome_inviter

_SECTION, _DELAY, _PLACE = range(3)
"""Places of the cursor."""

DONE, MORE_VERDICTS, MORE_CONNECTIONS = range(3)
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
            scratch.sent_day[found + one - place] = day - delay
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
def _draw_answers(key, place, day, count, scratch):
    """Draw the words of a batch."""
    purpose = code_here(ANSWER, place)
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    w0, w1, w2 = scratch.drawn[0], scratch.drawn[1], scratch.drawn[2]
    for one in range(count):
        a, b, c, _ = philox(scratch.ego[one], scratch.alter[one], day, purpose, low, high)
        w0[one] = a
        w1[one] = b
        w2[one] = c


@inline
def _draw_looks(key, place, thresholds, count, scratch):
    """Find out which invitations of a batch are ever looked at."""
    purpose = code_here(LOOK, place)
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    if len(thresholds) == 0:
        for one in range(count):
            scratch.seen[one] = 1
        return
    for one in range(count):
        prefetch(thresholds, np.int64(scratch.alter[one]))
    for one in range(count):
        other, sent = scratch.alter[one], scratch.sent_day[one]
        words = philox(scratch.ego[one], other >> np.uint32(2), sent, purpose, low, high)
        word = np.int64(lane(words, other & np.uint32(3)))
        scratch.seen[one] = np.int64(looks(word, thresholds[np.int64(other)]))


@inline
def chance_of_recognition(state, parameters, day, slot):
    """Return the threshold of recognising the other of a bond on a day: the same on both sides."""
    answering, k = parameters.answering, class_in(state.people.state[slot])
    if len(answering.memory) == 0 or k == 0:
        return answering.recognise[k]
    tie = state.people.link[2 * slot + 1]
    days_since = day - parameters.society.first_day - last_in(tie)
    encounters = met_in(tie) + talked_in(tie)
    return recognition(answering.fresh[k], answering.memory[days_since, encounters])


@inline
def _recall(state, parameters, day, count, scratch):
    """Find out how likely each inviter of a batch is to be recognised."""
    for one in range(count):
        slot = as_index(scratch.slot[one])
        scratch.recognition[one] = chance_of_recognition(state, parameters, day, slot)


@inline
def _class_seen(state, one, scratch):
    """Return whether the invitee recognises the inviter, and the class that it goes by."""
    k = class_in(state.people.state[scratch.slot[one]])  # the same on both sides
    recognised = recognises(np.int64(scratch.drawn[0, one]), scratch.recognition[one])
    return recognised, class_seen(recognised, k)


@inline
def habit_of(platform, member):
    """Return the place of a member's answering habit; 0: none."""
    return np.int64(platform.habit[member]) if len(platform.habit) > 0 else np.int64(0)


@inline
def difference_of_ranks(platform, ego, other):
    """Return the place of other's rank less ego's among the differences; 0 where ranks don't count."""
    if len(platform.rank) == 0:
        return np.int64(0)
    return place_of_difference(np.int64(platform.rank[other]), np.int64(platform.rank[ego]))


@inline
def _chances(state, parameters, ego, other, k):
    """Return other's thresholds of accepting ego, whom it takes to be of class k."""
    chances, policy = parameters.answering.accepts, state.platform.policy[other]
    habit, difference = (
        habit_of(state.platform, other),
        difference_of_ranks(state.platform, ego, other),
    )
    return chances[policy, habit, difference, k, 0], chances[policy, habit, difference, k, 1]


@inline
def _prefetch_reference(state, parameters, one, note, scratch):
    """Prefetch the connections of both where the answer will hang on a common one."""
    _, k = _class_seen(state, one, scratch)
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    chances = _chances(state, parameters, ego, other, k)
    hangs = hangs_on_reference(np.int64(scratch.drawn[1, one]), chances[0], chances[1])
    if scratch.seen[one] and hangs and source_in(note) != FROM_INTRODUCTIONS:
        prefetch_connections(state, ego)
        prefetch_connections(state, other)


@inline
def _both_have_room(state, parameters, ego, other):
    """Return whether both have room for a connection, as of the beginning of the phase."""
    counts, most = state.people.counts, parameters.platform.max_connections
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    theirs = np.int64(counts[COUNTS * other + CONNECTIONS])
    return has_room_for_connection(ours, most) and has_room_for_connection(theirs, most)


@inline
def _judge(state, parameters, one, note, scratch):
    """Return the verdict on an invitation that is pending."""
    if not scratch.seen[one]:
        return UNSEEN
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    recognised, k = _class_seen(state, one, scratch)
    chances = _chances(state, parameters, ego, other, k)
    word, referred = np.int64(scratch.drawn[1, one]), False
    if hangs_on_reference(word, chances[0], chances[1]):
        # whom a common connection has introduced has one, and connections last
        referred = source_in(note) == FROM_INTRODUCTIONS or have_common_connection(
            state, ego, other, scratch.sieve
        )
    slot = np.int64(scratch.slot[one])
    unwelcome = recognised and is_unwelcome_inviter(state, parameters, slot)
    accepting = not unwelcome and accepts(word, chances[0], chances[1], referred)
    room = not accepting or _both_have_room(state, parameters, ego, other)
    click = np.int64(scratch.drawn[2, one])
    idk_click = parameters.answering.idk_click[habit_of(state.platform, other)]
    clicks = clicks_unknown(click, recognised, idk_click)
    return verdict(accepting, room, clicks, recognised)


@inline
def _strike(state, totals, day, slot, ego):
    """Let an "I don't know" take effect: a strike against ego, and a bond locked for good."""
    people, platform, account = state.people, state.platform, ACCOUNT * ego + COUNTED_STRIKES
    people.state[slot] = with_standing(people.state[slot], LOCKED)
    learn(state, slot, ego, 0)
    platform.tally[TALLY * ego + STRIKES] += 1
    platform.tally[TALLY * ego + COLD] += 1
    if platform.strike_days.shape[0] > 0:
        turn = platform.account[account] % platform.strike_days.shape[1]
        platform.strike_days[ego, turn] = day
    platform.account[account] += 1
    totals[platform.policy[ego], T_STRIKES] += 1
    totals[platform.policy[ego], T_COLD] += 1


@inline
def _decide(state, parameters, day, totals, one, note, scratch):
    """Decide a pending invitation; return its verdict, which has taken effect if it refuses."""
    found = np.int64(_judge(state, parameters, one, note, scratch))
    slot, ego = as_index(scratch.slot[one]), np.int64(scratch.ego[one])
    if is_strike(found):
        _strike(state, totals, day, slot, ego)
    elif not is_acceptance(found):
        decline(state, totals, slot, ego, found)
    return found


@inline
def _count_common(state, one, scratch):
    """Count, for the log, the connections in common at the decision."""
    if scratch.seen[one]:
        ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
        common = common_connections(state, ego, other, scratch.sieve)
        state.platform.sent_common[scratch.place[one]] = common


@kernel
def judge(state, parameters, day, partition):
    """Decide the invitations of a thread's members that are due today."""
    platform, people, scratch = state.platform, state.people, partition.scratch.answer
    notes, slots, egos = platform.sent_note, platform.sent_slot, platform.sent_ego
    rewind(partition)
    while True:
        count = _next_batch(platform, parameters, day, partition, scratch)
        if count == 0:
            break
        _look_up(people, slots, egos, count, scratch)
        _draw_looks(parameters.key, parameters.platform.place, platform.looks, count, scratch)
        _draw_answers(parameters.key, parameters.platform.place, day, count, scratch)
        _recall(state, parameters, day, count, scratch)
        for one in range(count):
            note = notes[scratch.place[one]]
            _prefetch_reference(state, parameters, one, note, scratch)
        for one in range(count):
            place, bond = scratch.place[one], people.state[as_index(scratch.slot[one])]
            if standing_in(bond) == PENDING:
                if len(platform.sent_common) > 0:
                    _count_common(state, one, scratch)
                note = notes[place]
                found = _decide(state, parameters, day, partition.totals, one, note, scratch)
                notes[place] = pack_note(source_in(note), found, class_in(bond))
    rewind(partition)
    partition.progress[VERDICTS_END] = 0


@inline
def _prefetch_account(state, ego):
    prefetch(state.people.counts, COUNTS * ego)
    prefetch(state.platform.connections, ROW * ego)
    prefetch(state.platform.tally, TALLY * ego)


@inline
def _prefetch_effects(state, notes, slots, egos, count, scratch):
    """Fill in a batch again, and prefetch what its verdicts will change."""
    people = state.people
    for one in range(count):
        place = scratch.place[one]
        slot, found = as_index(slots[place]), verdict_in(notes[place])
        scratch.slot[one], scratch.ego[one] = slot, egos[place]
        if is_acceptance(found):
            prefetch(people.link, 2 * slot)
            _prefetch_account(state, np.int64(egos[place]))
            prefetch(state.platform.answers, ANSWERS * np.int64(egos[place]))
        if is_acceptance(found) or is_unwanted(found):
            prefetch(people.alter, slot)
    for one in range(count):
        found = verdict_in(notes[scratch.place[one]])
        if is_acceptance(found) or is_unwanted(found):
            slot = as_index(scratch.slot[one])
            scratch.alter[one] = people.alter[slot]
            if is_unwanted(found):
                prefetch(state.platform.tally, TALLY * np.int64(people.alter[slot]))
            else:
                prefetch(people.state, as_index(people.link[2 * slot]))
                _prefetch_account(state, np.int64(people.alter[slot]))
    for one in range(count):
        if is_acceptance(verdict_in(notes[scratch.place[one]])):
            prefetch_new_connection(state, np.int64(scratch.ego[one]))
            prefetch_new_connection(state, np.int64(scratch.alter[one]))


@inline
def _reach_other(state, totals, what, other, ego):
    """Let a verdict take effect for other, who has decided; ``what`` as in the rows of verdicts."""
    if what < 0:
        bother(state, totals, other, np.int64(what == UNWANTED_COLD))
    else:
        connect(state, totals, as_index(what), other, ego)
        draw_arc(state, totals, as_index(what), other, ARC)


@kernel
def settle(state, parameters, day, partition):
    """Let today's verdicts take effect: acceptances for the inviters among a thread's members.

    Where an invitee is the thread's as well, for it too; else the verdict is handed on in
    ``verdicts``. Return DONE or what must grow first; asked again, go on from there.
    """
    platform, people, scratch = state.platform, state.people, partition.scratch.answer
    notes, slots, egos = platform.sent_note, platform.sent_slot, platform.sent_ego
    handed, progress, totals = state.today.verdicts, partition.progress, partition.totals
    part = len(handed) // partition.threads
    while True:
        if not has_room(state.clock, NEXT_CONNECTION, partition.threads, 2 * ANSWER_BATCH):
            return MORE_CONNECTIONS
        if partition.threads > 1 and progress[VERDICTS_END] + ANSWER_BATCH > part:
            return MORE_VERDICTS
        count = _next_batch(platform, parameters, day, partition, scratch)
        if count == 0:
            return DONE
        _prefetch_effects(state, notes, slots, egos, count, scratch)
        for one in range(count):
            found = verdict_in(notes[scratch.place[one]])
            if not is_acceptance(found) and not is_unwanted(found):
                continue
            slot, ego = as_index(scratch.slot[one]), np.int64(scratch.ego[one])
            other = np.int64(scratch.alter[one])
            what = np.int64(UNWANTED_COLD if is_cold(found) else UNWANTED)
            if is_acceptance(found):
                connect(state, totals, slot, ego, other)
                draw_arc(state, totals, slot, ego, BACK)
                what = np.int64(people.link[2 * slot])
            if looks_after(partition, other):
                _reach_other(state, totals, what, other, ego)
            else:
                row = handed[partition.thread * part + progress[VERDICTS_END]]
                row[OTHER_SLOT], row[OTHER] = what, other
                progress[VERDICTS_END] += 1


@kernel
def settle_far_sides(state, partition):
    """Let verdicts that other threads have handed on take effect for who has decided.

    Return whether all have: not where a pool must grow first; asked again, go on from there.
    """
    people, rows, order = state.people, state.today.verdicts, state.today.verdict_order
    reached, done = partition.progress[REACHED], np.int64(0)
    for thread in range(partition.threads):
        starts = partition.list_starts[VERDICTS, thread]
        begin, end = starts[partition.thread], starts[partition.thread + 1]
        skipped = min(max(reached - done, 0), end - begin)
        done += skipped
        for place in range(begin + skipped, end):
            if not has_room(state.clock, NEXT_CONNECTION, partition.threads, 1):
                partition.progress[REACHED] = done
                return False
            if place + AHEAD < end:
                ahead = rows[as_index(order[place + AHEAD])]
                prefetch(people.state, as_index(max(ahead[OTHER_SLOT], np.int32(0))))
                _prefetch_account(state, np.int64(ahead[OTHER]))
            row = rows[as_index(order[place])]
            what, other = np.int64(row[OTHER_SLOT]), np.int64(row[OTHER])
            ego = np.int64(people.alter[max(what, np.int64(0))])
            _reach_other(state, partition.totals, what, other, ego)
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
            people.state[slot] = with_decided(with_standing(people.state[slot], LOCKED), 0)
            learn(state, slot, ego, 0)
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
