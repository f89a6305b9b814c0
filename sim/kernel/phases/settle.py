"""Phase 3, second part: today's verdicts take effect.

An acceptance takes effect at the inviter's side and then at the invitee's side; an unwanted
invitation changes the counts of the invitee.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.scratch import ANSWER_BATCH
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import REACHED, VERDICTS, VERDICTS_END, looks_after
from ..rules.answering import (
    is_acceptance,
    is_cold,
    is_unwanted,
)
from ..state.bonds import (
    ARC,
    BACK,
    COUNTS,
)
from ..state.columns import (
    ANSWERS,
    TALLY,
)
from ..state.connections import (
    prefetch_new_connection,
)
from ..state.lists import NEXT_CONNECTION, ROW, has_room
from ..state.rows import (
    GRANTED,
    OTHER,
    OTHER_SLOT,
    QUESTION,
    UNWANTED,
    UNWANTED_COLD,
    verdict_in,
)
from .due import next_batch
from .effects import bother, connect, draw_arc, receive_invitation
from .seats import count_in_week

DONE, MORE_VERDICTS, MORE_CONNECTIONS = range(3)
"""What ``settle`` returns: everything has taken effect, or what must grow first."""


@inline
def _prefetch_account(state, ego):
    prefetch(state.people.counts, COUNTS * ego)
    prefetch(state.platform.connections, ROW * ego)
    prefetch(state.platform.tally, TALLY * ego)


@inline
def _prefetch_effects(state, notes, slots, egos, count, scratch):
    """Fill in a batch a second time, and prefetch what its verdicts will change."""
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
def _slot_of(what):
    """Return other's slot from a row of verdicts, or 0 if the verdict does not connect."""
    return as_index(GRANTED - what if what <= GRANTED else max(what, np.int64(0)))


@inline
def _reach_other(state, totals, what, other, ego):
    """Apply a verdict to other, who has decided; ``what`` is coded as in the rows of verdicts."""
    if GRANTED < what < 0:
        bother(state, totals, other, np.int64(what == UNWANTED_COLD))
        return
    slot = _slot_of(what)
    connect(state, totals, slot, other, ego)
    draw_arc(state, totals, slot, other, ARC)
    if what <= GRANTED:
        receive_invitation(state, totals, slot, other)


@inline
def _was_asked(platform, one, scratch):
    """Return whether an invitation of a batch began as a question."""
    return platform.sent_remarks[scratch.place[one]] & QUESTION != 0


@kernel
def settle(state, parameters, day, partition):
    """Apply today's verdicts; acceptances are applied to the inviters among a thread's members.

    If the same thread looks after the invitee, apply the verdict to the invitee too; otherwise list
    it in ``verdicts``. Return DONE, or what must grow first; the next call continues from there.
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
        count = next_batch(platform, parameters, day, partition, scratch)
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
                if len(platform.sent_remarks) > 0 and _was_asked(platform, one, scratch):
                    what = GRANTED - what
                    count_in_week(platform, parameters.platform.weekly_invites, day, ego)
            if looks_after(partition, other):
                _reach_other(state, totals, what, other, ego)
            else:
                row = handed[partition.thread * part + progress[VERDICTS_END]]
                row[OTHER_SLOT], row[OTHER] = what, other
                progress[VERDICTS_END] += 1


@kernel
def settle_far_sides(state, partition):
    """Apply the verdicts that other threads have listed to those who have decided.

    Return False if a pool must grow first; the next call continues where this one has stopped.
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
                prefetch(people.state, _slot_of(np.int64(ahead[OTHER_SLOT])))
                _prefetch_account(state, np.int64(ahead[OTHER]))
            row = rows[as_index(order[place])]
            what, other = np.int64(row[OTHER_SLOT]), np.int64(row[OTHER])
            ego = np.int64(people.alter[_slot_of(what)])
            _reach_other(state, partition.totals, what, other, ego)
            done += 1
    partition.progress[REACHED] = done
    return True
