"""Phase 1b: members need help, ask for it, and are referred to others, whom they then meet.

Asking reads the state that phase 1 has left, and can be done for any member at once. What comes of
it takes effect in the next stage, at each member by its own thread; the meetings of those who are
referred happen as the encounters of phase 1 that may create a contact do (``acquaint``).
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import NEED, NEEDPICK, below, draw_range, word
from ..mechanics.scratch import BATCH
from ..mechanics.simd import WIDTH, how_many, within
from ..mechanics.threads import ENCOUNTERS_END, ENCOUNTERS_START, PLEAS, PLEAS_END, looks_after
from ..rules.helping import (
    class_of_referral,
    helps,
    is_asked_before,
    is_in_need,
    refers,
    reputation,
    somebody_is_able,
)
from ..rules.standing import CONNECTED
from ..state.bonds import (
    CONNECTIONS,
    CONTACTS,
    COUNTS,
    IS_CONNECTED,
    STANDING,
    class_in,
    contact_slot,
    find,
    nth_contact,
    number_of_contacts,
    standing_in,
)
from ..state.columns import (
    ASKED,
    BY_CONNECTION,
    BY_CONTACT,
    BY_REFERRAL,
    HELP,
    HELPED,
    MEMBERS,
    NEEDS,
    REFERRALS,
)
from ..state.connections import connection_place
from ..state.presence import is_there
from ..state.rows import (
    ALTER,
    EGO,
    EXTRA,
    FIRST,
    FIRST_HELPS,
    NOBODY_ELSE,
    SECOND,
    SECOND_HELPS,
    SLOT,
)

_SOMEBODY, _FIRST, _REFERS, _SECOND, _ABLE = range(5)
"""The words of a need."""


@inline
def _network_size(state, ego):
    """Count ego's network: its contacts, and its connections that are none."""
    people, row = state.people, COUNTS * ego
    contacts = np.int64(people.counts[row + CONTACTS])
    size = number_of_contacts(people, ego) + np.int64(people.counts[row + CONNECTIONS])
    for place in range(0, contacts, WIDTH):
        slot = contact_slot(people, ego, place)
        size -= how_many(
            within(people.state, slot, np.uint8(IS_CONNECTED), np.uint8(1 << STANDING))
        )
    return size


@kernel
def _connection_without_contact(state, ego, number):
    """Return a connection of ego by its number, from 0, among those that are no contacts."""
    people = state.people
    for place in range(np.int64(people.counts[COUNTS * ego + CONNECTIONS])):
        other = np.int64(state.platform.connected[connection_place(state, ego, place)])
        if class_in(people.state[find(people, ego, other)]) == 0:
            if number == 0:
                return other
            number -= 1
    return np.int64(-1)


@kernel
def _drawn(state, ego, drawn, size):
    """Return whom a word draws from ego's network, and the contact's slot, or -1: it is none."""
    people, place = state.people, below(drawn, size)
    contacts = number_of_contacts(people, ego)
    if place < contacts:
        slot = nth_contact(people, ego, place)
        return np.int64(people.alter[slot]), slot
    return _connection_without_contact(state, ego, place - contacts), np.int64(-1)


@inline
def _helps(state, parameters, member, drawn, k):
    """Return whether a member helps somebody of a class, as 0 or 1."""
    thresholds = parameters.helping.helps
    return np.int64(helps(np.int64(drawn), thresholds[state.people.type[member], k]))


@inline
def _reputation(people, member):
    return reputation(people.help[HELP * member + ASKED], people.help[HELP * member + HELPED])


@kernel
def _whom_to_ask(state, parameters, day, ego, size):
    """Return whom ego asks, its class, and whether the two are connected, as 0 or 1."""
    best, best_class, connected = np.int64(-1), np.int64(-1), np.int64(0)
    for place in range(parameters.helping.ask_choice):
        drawn = word(parameters.key, day, NEEDPICK, ego, place)
        other, slot = _drawn(state, ego, drawn, size)
        bond = np.int64(state.people.state[slot]) if slot >= 0 else np.int64(IS_CONNECTED)
        k = class_in(bond)
        if is_asked_before(k, best_class):
            best, best_class = other, k
            connected = np.int64(standing_in(bond) == CONNECTED)
    return best, best_class, connected


@kernel
def _referral(state, parameters, day, ego, asked):
    """Return to whom somebody who was asked refers ego, or -1: to nobody."""
    best, helping, size = np.int64(-1), parameters.helping, _network_size(state, asked)
    for place in range(helping.ask_choice, helping.ask_choice + helping.refer_choice):
        drawn = word(parameters.key, day, NEEDPICK, ego, place)
        other, _ = _drawn(state, asked, drawn, size)
        if other == ego:
            continue
        if best < 0 or _reputation(state.people, other) > _reputation(state.people, best):
            best = other
    return best


@kernel
def _note_meeting(state, parameters, ego, other, drawn, number):
    """Note the meeting of ego with whom it is referred to; return whether that one helps."""
    people, today = state.people, state.today
    slot = find(people, ego, other)
    row = today.encounters[number]
    row[EGO], row[ALTER], row[SLOT], row[EXTRA] = ego, other, slot, 0
    today.sides[0, number] = -1
    today.sides[1, number] = -1
    k = class_in(people.state[slot]) if slot >= 0 else np.int64(0)
    return _helps(state, parameters, other, drawn, class_of_referral(k))


@kernel
def _plead(state, parameters, day, ego, words, pleas, encounters):
    """Write the plea of ego, who is in need; return the ends of the two lists."""
    people, today, helping = state.people, state.today, parameters.helping
    own, size = HELP * ego, _network_size(state, ego)
    people.help[own + NEEDS] += 1
    able = np.int64(word(parameters.key, day, NEED, ego, _ABLE))
    if not somebody_is_able(able, helping.able, size):
        return pleas, encounters
    asked, k, connected = _whom_to_ask(state, parameters, day, ego, size)
    helped = _helps(state, parameters, asked, words[_FIRST], k)
    people.help[own + BY_CONNECTION] += helped & connected
    people.help[own + BY_CONTACT] += helped & ~connected & 1
    row = today.pleas[pleas]
    row[FIRST], row[SECOND], row[FIRST_HELPS], row[SECOND_HELPS] = asked, asked, helped, NOBODY_ELSE
    if helped == 0 and refers(np.int64(words[_REFERS]), helping.refer):
        other = _referral(state, parameters, day, ego, asked)
        if other >= 0:
            saved = _note_meeting(state, parameters, ego, other, words[_SECOND], encounters)
            people.help[own + REFERRALS] += 1
            people.help[own + BY_REFERRAL] += saved
            row[SECOND], row[SECOND_HELPS] = other, saved
            encounters += 1
    return pleas + 1, encounters


@kernel
def ask_for_help(state, parameters, day, partition):
    """Write the pleas of those of a thread's members who are in need.

    Fill from the thread's first member on ``pleas``, and in ``encounters`` those who are referred.
    """
    words, progress = partition.scratch.meet.daily, partition.progress
    low, high = as_index(partition.low), min(as_index(partition.high), state.clock[MEMBERS])
    pleas, encounters = np.int64(low), np.int64(low)
    for first in range(low, high, BATCH):
        count = min(BATCH, high - first)
        draw_range(parameters.key, day, NEED, first, count, words)
        for one in range(count):
            somebody = np.int64(words[_SOMEBODY, one])
            if is_there(state.people, first + one) and is_in_need(
                somebody, parameters.helping.need
            ):
                pleas, encounters = _plead(
                    state, parameters, day, first + one, words[:, one], pleas, encounters
                )
    progress[PLEAS_END] = pleas
    progress[ENCOUNTERS_START], progress[ENCOUNTERS_END] = low, encounters


@kernel
def count_pleas(state, partition):
    """Count, for the members of a thread, how often they were asked for help and gave it."""
    people, rows, order = state.people, state.today.pleas, state.today.plea_order
    for thread in range(partition.threads):
        starts = partition.list_starts[PLEAS, thread]
        for place in range(starts[partition.thread], starts[partition.thread + 1]):
            row = rows[as_index(order[place])]
            first, second = np.int64(row[FIRST]), np.int64(row[SECOND])
            if looks_after(partition, first):
                people.help[HELP * first + ASKED] += 1
                people.help[HELP * first + HELPED] += row[FIRST_HELPS]
            if row[SECOND_HELPS] != NOBODY_ELSE and looks_after(partition, second):
                people.help[HELP * second + ASKED] += 1
                people.help[HELP * second + HELPED] += row[SECOND_HELPS]
