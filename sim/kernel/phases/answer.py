"""Phase 3: invitations due today are decided, and questions are answered.

The verdicts depend only on the state at the beginning of the phase, so any batch of invitations can
be judged at once. A refusal takes effect at the inviter's side immediately, as no other verdict
depends on it. Acceptances follow in ``settle.py``.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import ANSWER, ASK, LOOK, TWO32, lane, philox
from ..mechanics.simd import prefetch
from ..mechanics.threads import VERDICTS_END
from ..rules.answering import (
    UNSEEN,
    accepts,
    class_seen,
    clicks_unknown,
    hangs_on_reference,
    is_acceptance,
    is_strike,
    looks,
    recognises,
    verdict,
)
from ..rules.asking import NO, YES, answer, is_answered
from ..rules.inviting import FROM_INTRODUCTIONS
from ..rules.inviting import has_room as has_room_for_connection
from ..rules.memory import recognition
from ..rules.notes import reminded, reminds
from ..rules.place import code_here
from ..rules.rank import place_of_difference
from ..rules.standing import LOCKED, PENDING
from ..state.bonds import (
    CONNECTIONS,
    COUNTS,
    class_in,
    current_slot,
    is_asked,
    last_in,
    met_in,
    standing_in,
    talked_in,
    with_standing,
)
from ..state.columns import (
    ACCOUNT,
    COLD,
    COUNTED_STRIKES,
    STRIKES,
    T_COLD,
    T_STRIKES,
    TALLY,
)
from ..state.connections import (
    have_common_connection,
    note_common,
    prefetch_connections,
)
from ..state.rows import (
    QUESTION,
    WITH_NOTE,
    WRONG_ADDRESS,
    pack_note,
    source_in,
)
from .due import next_batch, rewind
from .effects import decline, grant, learn, refuse
from .seats import may_send_now
from .welcome import is_unwelcome_inviter, prefetch_unwelcome_inviter


@inline
def _look_up(people, slots, egos, count, scratch):
    """Fill in the bonds, inviters and invitees of a batch, and the new slots of moved bonds."""
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
    """Draw the random words that decide the invitations of a batch."""
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
    """Decide which invitations of a batch are ever looked at by the invitee."""
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
def _see_questions(remarks, count, scratch):
    """Mark all questions of a batch as seen, because they are asked outside the platform."""
    if len(remarks) > 0:
        for one in range(count):
            if remarks[scratch.place[one]] & QUESTION:
                scratch.seen[one] = 1


@inline
def _days_and_encounters(state, parameters, day, slot):
    """Return the days since the last encounter of a bond, and its number of encounters."""
    tie = state.people.link[2 * slot + 1]
    return day - parameters.society.first_day - last_in(tie), met_in(tie) + talked_in(tie)


@inline
def chance_of_recognition(state, parameters, day, slot):
    """Return the chance that one of a bond recognises the other; it is the same on both sides."""
    answering, k = parameters.answering, class_in(state.people.state[slot])
    if len(answering.memory) == 0 or k == 0:
        return answering.recognise[k]
    days_since, encounters = _days_and_encounters(state, parameters, day, slot)
    return recognition(answering.fresh[k], answering.memory[days_since, encounters])


@inline
def _prefetch_memory(state, parameters, day, count, scratch):
    """Prefetch what invitees remember of inviters, and whether the inviters are unwelcome."""
    memory = parameters.answering.memory
    for one in range(count):
        slot = as_index(scratch.slot[one])
        if len(memory) > 0:
            days_since, encounters = _days_and_encounters(state, parameters, day, slot)
            prefetch(memory, days_since * memory.shape[1] + encounters)
        prefetch_unwelcome_inviter(state, parameters, slot, np.int64(scratch.ego[one]))


@inline
def _recall(state, parameters, day, count, scratch):
    """Set the chance with which each inviter of a batch is recognised; a note may raise it."""
    kept, odds = state.platform.sent_remarks, parameters.answering.note_odds
    _prefetch_memory(state, parameters, day, count, scratch)
    for one in range(count):
        slot = as_index(scratch.slot[one])
        chance = chance_of_recognition(state, parameters, day, slot)
        if len(kept) > 0:
            remarks = np.int64(kept[scratch.place[one]])
            if reminds(remarks & WITH_NOTE != 0, remarks & WRONG_ADDRESS != 0):
                chance = reminded(chance, odds)
        scratch.recognition[one] = np.int64(chance * TWO32)


@inline
def _class_seen(state, one, scratch):
    """Return whether the invitee recognises the inviter, and which tie class the invitee sees."""
    k = class_in(state.people.state[scratch.slot[one]])  # the same on both sides
    recognised = recognises(np.int64(scratch.drawn[0, one]), scratch.recognition[one])
    return recognised, class_seen(recognised, k)


@inline
def habit_of(platform, member):
    """Return the place of a member's answering habit, or 0 if it has none."""
    return np.int64(platform.habit[member]) if len(platform.habit) > 0 else np.int64(0)


@inline
def difference_of_ranks(platform, ego, other):
    """Return the index of other's rank minus ego's rank, or 0 if ranks don't count."""
    if len(platform.rank) == 0:
        return np.int64(0)
    return place_of_difference(np.int64(platform.rank[other]), np.int64(platform.rank[ego]))


@inline
def _chances(state, parameters, ego, other, k):
    """Return the thresholds by which other accepts ego, whom it takes to be of class k."""
    chances, policy = parameters.answering.accepts, state.platform.policy[other]
    habit, difference = (
        habit_of(state.platform, other),
        difference_of_ranks(state.platform, ego, other),
    )
    return chances[policy, habit, difference, k, 0], chances[policy, habit, difference, k, 1]


@inline
def _prefetch_reference(state, parameters, one, note, scratch):
    """Prefetch the connections of both if the answer depends on whether they have one in common."""
    _, k = _class_seen(state, one, scratch)
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    chances = _chances(state, parameters, ego, other, k)
    hangs = hangs_on_reference(np.int64(scratch.drawn[1, one]), chances[0], chances[1])
    if scratch.seen[one] and hangs and source_in(note) != FROM_INTRODUCTIONS:
        prefetch_connections(state, ego)
        prefetch_connections(state, other)


@inline
def _both_have_room(state, parameters, ego, other):
    """Return whether both had room for a connection at the beginning of the phase."""
    counts, most = state.people.counts, parameters.platform.max_connections
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    theirs = np.int64(counts[COUNTS * other + CONNECTIONS])
    return has_room_for_connection(ours, most) and has_room_for_connection(theirs, most)


@inline
def _is_accepting(state, parameters, one, note, recognised, k, scratch):
    """Return whether the invitee accepts an inviter whom it takes to be of class k."""
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    chances = _chances(state, parameters, ego, other, k)
    word, referred = np.int64(scratch.drawn[1, one]), False
    if hangs_on_reference(word, chances[0], chances[1]):
        # a common connection has introduced the two; it is still there if nobody ever leaves
        introduced = source_in(note) == FROM_INTRODUCTIONS and len(state.people.left) == 0
        referred = introduced or have_common_connection(state, ego, other, scratch.sieve)
    slot = np.int64(scratch.slot[one])
    unwelcome = recognised and is_unwelcome_inviter(state, parameters, slot, ego)
    return not unwelcome and accepts(word, chances[0], chances[1], referred)


@kernel
def _answer_question(state, parameters, day, totals, one, note, scratch):
    """Return the answer to a pending question, and apply it except for the connection."""
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    slot, key = as_index(scratch.slot[one]), parameters.key
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    words = philox(ego, other >> 2, day, code_here(ASK, parameters.platform.place), low, high)
    recognised, k = _class_seen(state, one, scratch)
    word = np.int64(lane(words, other & 3))
    answered = is_answered(recognised, word, parameters.answering.ask_answered)
    accepting = answered and _is_accepting(state, parameters, one, note, recognised, k, scratch)
    may = accepting and may_send_now(state, parameters, day, ego)
    may = may and _both_have_room(state, parameters, ego, other)
    found = np.int64(answer(answered, accepting, may))
    if found == YES:
        grant(state, totals, slot, ego, other)
    elif found == NO:
        refuse(state, slot, ego)
    return found


@inline
def _judge(state, parameters, one, note, scratch):
    """Return the verdict on a pending invitation."""
    if not scratch.seen[one]:
        return UNSEEN
    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
    recognised, k = _class_seen(state, one, scratch)
    accepting = _is_accepting(state, parameters, one, note, recognised, k, scratch)
    room = not accepting or _both_have_room(state, parameters, ego, other)
    click = np.int64(scratch.drawn[2, one])
    idk_click = parameters.answering.idk_click[habit_of(state.platform, other)]
    clicks = clicks_unknown(click, recognised, idk_click)
    return verdict(accepting, room, clicks, recognised)


@inline
def _strike(state, totals, day, slot, ego):
    """Apply an "I don't know": it is a strike against ego, and locks the bond permanently."""
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
    """Return the verdict on a pending invitation; apply it already if it is a refusal."""
    found = np.int64(_judge(state, parameters, one, note, scratch))
    slot, ego = as_index(scratch.slot[one]), np.int64(scratch.ego[one])
    if is_strike(found):
        _strike(state, totals, day, slot, ego)
    elif not is_acceptance(found):
        decline(state, totals, slot, ego, found)
    return found


@kernel
def judge(state, parameters, day, partition):
    """Decide the invitations of a thread's members that are due today."""
    platform, people, scratch = state.platform, state.people, partition.scratch.answer
    notes, slots, egos = platform.sent_note, platform.sent_slot, platform.sent_ego
    rewind(partition)
    while True:
        count = next_batch(platform, parameters, day, partition, scratch)
        if count == 0:
            break
        _look_up(people, slots, egos, count, scratch)
        _draw_looks(parameters.key, parameters.platform.place, platform.looks, count, scratch)
        _see_questions(platform.sent_remarks, count, scratch)
        _draw_answers(parameters.key, parameters.platform.place, day, count, scratch)
        _recall(state, parameters, day, count, scratch)
        for one in range(count):
            note = notes[scratch.place[one]]
            _prefetch_reference(state, parameters, one, note, scratch)
        for one in range(count):
            place, bond = scratch.place[one], people.state[as_index(scratch.slot[one])]
            asked = is_asked(bond)
            if standing_in(bond) == PENDING or asked:
                if len(platform.sent_common) > 0 and scratch.seen[one]:
                    ego, other = np.int64(scratch.ego[one]), np.int64(scratch.alter[one])
                    note_common(state, place, ego, other, scratch.sieve)
                note, totals = notes[place], partition.totals
                if asked:
                    found = _answer_question(state, parameters, day, totals, one, note, scratch)
                else:
                    found = _decide(state, parameters, day, totals, one, note, scratch)
                notes[place] = pack_note(source_in(note), found, class_in(bond))
    rewind(partition)
    partition.progress[VERDICTS_END] = 0
