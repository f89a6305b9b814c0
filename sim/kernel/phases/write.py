"""Phase 2: the result of an attempt is noted among the invitations of today, and sent.

It may go to a wrong address, it may carry a note, and it may be a question instead.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.random import MISTAKE, below, lane, philox
from ..rules.asking import asks
from ..rules.inviting import FROM_CONTACTS, waits_longer
from ..rules.mistaken import goes_astray, may_be_reached
from ..rules.notes import takes_note
from ..rules.place import code_here
from ..rules.rank import is_highest, outranks
from ..rules.standing import FREE, PENDING
from ..state.bonds import class_in, find, no_longer_free, standing_in, with_question, with_standing
from ..state.columns import MEMBERS, NOTED, NOTES_THIS_MONTH
from ..state.presence import first_place, member_at
from ..state.rows import (
    ALTER,
    EGO,
    EXTRA,
    QUESTION,
    SLOT,
    UNUSED,
    WITH_NOTE,
    WRONG_ADDRESS,
    pack_extra,
    source_of,
    with_remarks,
)
from .eligible import is_forbidden
from .seats import count_in_week

SOURCE, PICK, SECOND_PICK, DELAY = range(4)
"""The random words of a try."""
LAPSES = -2
"""Takes the place of a slot if the attempt lapses."""


@inline
def _delay(inviting, word):
    """Return how many days the answer takes; pending_days means that it never comes."""
    days = np.int64(0)
    for day in range(inviting.pending_days):  # thresholds fall, so all can be compared at once
        days += np.int64(waits_longer(word, inviting.delays[day]))
    return days


@inline
def _next_row(seat, scratch):
    """Return the row of a seat's next invitation; a member who courts keeps its best there."""
    return np.int64(scratch.row[seat]) + np.int64(scratch.written[seat])


@inline
def note_candidate(state, parameters, one, seat, slot, other, source, scratch):
    """Note the invitation to which a member's try leads."""
    row = state.today.invitations[_next_row(seat, scratch)]
    delay = _delay(parameters.inviting, np.int64(scratch.drawn[DELAY, one]))
    row[EGO], row[ALTER], row[SLOT] = np.int64(scratch.egos[one]), other, slot
    row[EXTRA] = pack_extra(source, np.int64(0), delay)


@inline
def invited_today(invitations, other, seat, scratch):
    """Return whether a stranger is among the invitations of today from a seat."""
    row = np.int64(scratch.row[seat])
    end = row + np.int64(scratch.written[seat])
    while row < end and invitations[row, ALTER] != other:
        row += 1
    return row < end


@inline
def _address(state, parameters, day, ego, attempt, meant):
    """Return to whom an invitation to a contact goes: if mistaken, to any member."""
    key = parameters.key
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    purpose = code_here(MISTAKE, parameters.platform.place)
    words = philox(ego, attempt >> 1, day, purpose, low, high)
    first = 2 * (attempt & 1)
    if not goes_astray(np.int64(lane(words, first)), parameters.inviting.mistaken):
        return meant
    there = first_place(state.people, state.clock[MEMBERS])
    return member_at(state.people, below(lane(words, first + 1), there))


@inline
def _slot_of_wrong(state, parameters, day, ego, other, seat, scratch):
    """Return ego's bond with a wrong addressee, -1 if none, or LAPSES if ego may not invite it."""
    slot = find(state.people, ego, other)
    if slot < 0 and invited_today(state.today.invitations, other, seat, scratch):
        return np.int64(LAPSES)
    standing = standing_in(state.people.state[slot]) if slot >= 0 else np.int64(FREE)
    if not may_be_reached(standing, ego == other):
        return np.int64(LAPSES)
    return np.int64(LAPSES) if is_forbidden(state, parameters, day, ego, other, slot) else slot


@kernel
def _mistake(state, parameters, day, row, seat, scratch):
    """Decide whether an invitation to a contact goes to a wrong address; return its remark.

    Return LAPSES if ego may not invite the member at the wrong address.
    """
    ego, meant = np.int64(row[EGO]), np.int64(row[ALTER])
    attempt = np.int64(scratch.first_try[seat]) // parameters.inviting.tries
    other = _address(state, parameters, day, ego, attempt, meant)
    if other == meant:
        return np.int64(0)
    slot = _slot_of_wrong(state, parameters, day, ego, other, seat, scratch)
    if slot == LAPSES:
        return np.int64(LAPSES)
    row[ALTER], row[SLOT] = other, slot
    return np.int64(WRONG_ADDRESS)


@inline
def _remark_on_note(state, parameters, ego, k):
    """Return the remark that a note goes with an invitation to somebody of class k, or 0."""
    notes, policy = state.platform.notes, state.platform.policy[ego]
    if not parameters.policies.notes[policy]:
        return np.int64(0)
    column, most = NOTED * ego + NOTES_THIS_MONTH, parameters.platform.notes_per_month
    if not takes_note(k, parameters.inviting.noted_classes, np.int64(notes[column]), most):
        return np.int64(0)
    notes[column] += 1
    return np.int64(WITH_NOTE)


@inline
def dispatch(state, parameters, day, seat, scratch):
    """Send the noted invitation, or a question in its place, or nothing if the attempt lapses."""
    people, row = state.people, state.today.invitations[_next_row(seat, scratch)]
    ego, slot, extra = np.int64(row[EGO]), np.int64(row[SLOT]), np.int64(row[EXTRA])
    if is_forbidden(state, parameters, day, ego, np.int64(row[ALTER]), slot):
        row[EGO] = UNUSED
        return
    k = class_in(people.state[slot]) if slot >= 0 else np.int64(0)
    question = asks(parameters.policies.asks_first[state.platform.policy[ego]], k)
    remarks = np.int64(QUESTION if question else 0)
    strays = source_of(extra) == FROM_CONTACTS and not question
    if parameters.inviting.mistaken > 0 and strays:
        remarks = _mistake(state, parameters, day, row, seat, scratch)
        if remarks == LAPSES:
            row[EGO] = UNUSED
            return
        slot = np.int64(row[SLOT])
    if not question:
        remarks |= _remark_on_note(state, parameters, ego, k)
        count_in_week(state.platform, parameters.platform.weekly_invites, day, ego)
    row[EXTRA] = with_remarks(extra, remarks)
    if slot >= 0:
        bond = people.state[slot]
        no_longer_free(people, ego, class_in(bond))
        people.state[slot] = with_question(bond) if question else with_standing(bond, PENDING)
    scratch.written[seat] += 1


@inline
def write(state, parameters, day, one, seat, slot, other, source, scratch):
    """Note the invitation to which a member's try has led, and send it."""
    note_candidate(state, parameters, one, seat, slot, other, source, scratch)
    dispatch(state, parameters, day, seat, scratch)


@inline
def is_in_vain(state, parameters, ego, seat, other, scratch):
    """Return whether ego courts high ranks, and other ranks no higher than ego's best so far.

    If the policy has its own function, return False: the function may fail, so it must be asked.
    """
    policies, policy, rank = parameters.policies, state.platform.policy[ego], state.platform.rank
    if not policies.courts[policy] or policies.condition[policy] != 0:
        return False
    best = state.today.invitations[_next_row(seat, scratch)]
    return best[EGO] != UNUSED and not outranks(rank[other], rank[best[ALTER]])


@inline
def ends_attempt(state, parameters, day, one, seat, slot, other, source, scratch):
    """Write the invitation to which a try has led; return whether this ends the attempt.

    A member who courts notes the candidate if its rank is higher than any before, and goes on
    unless it is the highest rank.
    """
    platform, ego = state.platform, np.int64(scratch.egos[one])
    policies, policy = parameters.policies, platform.policy[ego]
    if not policies.courts[policy]:
        write(state, parameters, day, one, seat, slot, other, source, scratch)
        return True
    best = state.today.invitations[_next_row(seat, scratch)]
    if best[EGO] == UNUSED or outranks(platform.rank[other], platform.rank[best[ALTER]]):
        note_candidate(state, parameters, one, seat, slot, other, source, scratch)
        if is_highest(platform.rank[other]) and policies.condition[policy] == 0:
            dispatch(state, parameters, day, seat, scratch)
            return True
    return False


@inline
def invite_best(state, parameters, day, seat, scratch):
    """At the end of an attempt, invite the best candidate of a member who courts, if any."""
    courts = parameters.policies.courts[state.platform.policy[np.int64(scratch.who[seat])]]
    if courts and state.today.invitations[_next_row(seat, scratch), EGO] != UNUSED:
        dispatch(state, parameters, day, seat, scratch)
