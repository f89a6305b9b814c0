"""Phase 2: what an attempt has led to is written down among the invitations of today.

One to a contact may go to a wrong address.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.random import MISTAKE, below, lane, philox
from ..rules.inviting import FROM_CONTACTS, waits_longer
from ..rules.mistaken import goes_astray, may_be_reached
from ..rules.standing import FREE, PENDING
from ..state.bonds import class_in, find, no_longer_free, standing_in, with_standing
from ..state.rows import ALTER, EGO, EXTRA, SLOT, WRONG_ADDRESS, pack_extra

SOURCE, PICK, SECOND_PICK, DELAY = range(4)
"""The words of a try."""


@inline
def _delay(inviting, word):
    """Return how many days the answer takes; pending_days stands for never."""
    days = np.int64(0)
    for day in range(inviting.pending_days):  # the thresholds fall: all can be looked at at once
        days += np.int64(waits_longer(word, inviting.delays[day]))
    return days


@inline
def write(state, parameters, day, one, seat, slot, other, source, remarks, scratch):
    """Note the invitation to which a try of a member has led."""
    ego = np.int64(scratch.egos[one])
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
def _write_to_wrong(state, parameters, day, one, seat, other, scratch):
    """Note an invitation that goes to other in place of a contact, if ego may invite other."""
    ego = np.int64(scratch.egos[one])
    slot = find(state.people, ego, other)
    if slot < 0 and invited_today(state.today.invitations, other, seat, scratch):
        return
    standing = standing_in(state.people.state[slot]) if slot >= 0 else np.int64(FREE)
    if may_be_reached(standing, ego == other):
        remarks = np.int64(WRONG_ADDRESS)
        write(state, parameters, day, one, seat, slot, other, FROM_CONTACTS, remarks, scratch)


@inline
def write_to_contact(state, parameters, day, one, seat, slot, scratch):
    """Note an invitation to the contact at a slot, which goes to a wrong address by mistake."""
    ego, meant = np.int64(scratch.egos[one]), np.int64(state.people.alter[slot])
    if parameters.inviting.mistaken > 0:
        attempt = np.int64(scratch.first_try[seat]) // parameters.inviting.tries
        other = _address(parameters, day, ego, attempt, meant)
        if other != meant:
            _write_to_wrong(state, parameters, day, one, seat, other, scratch)
            return
    write(state, parameters, day, one, seat, slot, meant, FROM_CONTACTS, np.int64(0), scratch)
