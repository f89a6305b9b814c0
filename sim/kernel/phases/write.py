"""Phase 2: what an attempt has led to is written down among the invitations of today.

One to a contact may go to a wrong address.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.random import MISTAKE, below, lane, philox
from ..rules.inviting import FROM_CONTACTS, waits_longer
from ..rules.mistaken import goes_astray, may_be_reached
from ..rules.notes import takes_note
from ..rules.standing import FREE, PENDING
from ..state.bonds import class_in, find, no_longer_free, standing_in, with_standing
from ..state.columns import NOTED, NOTES_THIS_MONTH
from ..state.rows import ALTER, EGO, EXTRA, SLOT, WITH_NOTE, WRONG_ADDRESS, pack_extra

SOURCE, PICK, SECOND_PICK, DELAY = range(4)
"""The words of a try."""
LAPSES = -2
"""Stands for a slot where the attempt lapses."""


@inline
def _delay(inviting, word):
    """Return how many days the answer takes; pending_days stands for never."""
    days = np.int64(0)
    for day in range(inviting.pending_days):  # the thresholds fall: all can be looked at at once
        days += np.int64(waits_longer(word, inviting.delays[day]))
    return days


@inline
def _note(state, parameters, ego, k):
    """Return the remark on whether a note goes with ego's invitation to one meant of class k."""
    notes, policy = state.platform.notes, state.platform.policy[ego]
    if not parameters.policies.notes[policy]:
        return np.int64(0)
    column, most = NOTED * ego + NOTES_THIS_MONTH, parameters.platform.notes_per_month
    if not takes_note(k, parameters.inviting.noted_classes, np.int64(notes[column]), most):
        return np.int64(0)
    notes[column] += 1
    return np.int64(WITH_NOTE)


@inline
def write(state, parameters, day, one, seat, slot, other, source, remarks, meant_class, scratch):
    """Note the invitation to which a try of a member has led."""
    ego = np.int64(scratch.egos[one])
    remarks |= _note(state, parameters, ego, meant_class)
    if slot >= 0:
        bond = state.people.state[slot]
        no_longer_free(state.people, ego, class_in(bond))
        state.people.state[slot] = with_standing(bond, PENDING)
    row = state.today.invitations[np.int64(scratch.row[seat]) + np.int64(scratch.written[seat])]
    delay = _delay(parameters.inviting, np.int64(scratch.drawn[DELAY, one]))
    row[EGO], row[ALTER], row[SLOT] = ego, other, slot
    row[EXTRA] = pack_extra(source, remarks, delay)
    scratch.written[seat] += 1
    if parameters.platform.weekly_invites >= 0:
        state.platform.week[ego, day % 7] += 1


@inline
def invited_today(invitations, other, seat, scratch):
    """Return whether a stranger is among the invitations of today from a seat."""
    row = np.int64(scratch.row[seat])
    end = row + np.int64(scratch.written[seat])
    while row < end and invitations[row, ALTER] != other:
        row += 1
    return row < end


@inline
def _address(parameters, day, ego, attempt, meant):
    """Return to whom an invitation to a contact goes: by mistake to anybody."""
    key = parameters.key
    words = philox(
        ego, attempt >> 1, day, MISTAKE, key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    )
    first = 2 * (attempt & 1)
    if not goes_astray(np.int64(lane(words, first)), parameters.inviting.mistaken):
        return meant
    return below(lane(words, first + 1), parameters.society.members)


@kernel
def _slot_of_wrong(state, ego, other, seat, scratch):
    """Return ego's bond with the wrong one, -1: there is none; LAPSES if ego may not invite it."""
    slot = find(state.people, ego, other)
    if slot < 0 and invited_today(state.today.invitations, other, seat, scratch):
        return np.int64(LAPSES)
    standing = standing_in(state.people.state[slot]) if slot >= 0 else np.int64(FREE)
    return slot if may_be_reached(standing, ego == other) else np.int64(LAPSES)


@inline
def write_to_contact(state, parameters, day, one, seat, slot, scratch):
    """Note an invitation to the contact at a slot, which goes to a wrong address by mistake."""
    ego, other = np.int64(scratch.egos[one]), np.int64(state.people.alter[slot])
    k, remarks = class_in(state.people.state[slot]), np.int64(0)
    if parameters.inviting.mistaken > 0:
        attempt = np.int64(scratch.first_try[seat]) // parameters.inviting.tries
        reached = _address(parameters, day, ego, attempt, other)
        if reached != other:
            other, remarks = reached, np.int64(WRONG_ADDRESS)
            slot = _slot_of_wrong(state, ego, other, seat, scratch)
            if slot == LAPSES:
                return
    write(state, parameters, day, one, seat, slot, other, FROM_CONTACTS, remarks, k, scratch)
