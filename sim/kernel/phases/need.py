"""Phase 1b: members need help, ask for it, and are referred to others, whom they then meet.

Asking depends only on the state after phase 1, so it can be done for any batch of members at once;
each loop reads what the loop before has prefetched. The results take effect in the next stage, when
each thread applies them to its own members. Those who are referred meet in the same way as in the
encounters of phase 1 that may create a contact (``acquaint``).
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import NEED, NEEDPICK, below, draw_range, lane, philox, word
from ..mechanics.scratch import BATCH
from ..mechanics.simd import WIDTH, how_many, prefetch, within
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
    is_connected_stranger,
    nth_contact,
    number_of_contacts,
    prefetch_contact_states,
    prefetch_member,
    prefetch_search,
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
from ..state.lists import ROW
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
"""The random words of a need."""


@inline
def _network_size(state, ego):
    """Count ego's network: its contacts, and its connections that are not contacts."""
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
    """Return a connection of ego by its number, from 0, among those that are not contacts."""
    people = state.people
    for place in range(np.int64(people.counts[COUNTS * ego + CONNECTIONS])):
        other = np.int64(state.platform.connected[connection_place(state, ego, place)])
        if is_connected_stranger(people, ego, other):
            if number == 0:
                return other
            number -= 1
    return np.int64(-1)


@inline
def _drawn(state, ego, drawn, size):
    """Return whom a word draws from ego's network: the slot of a contact, or -1 and the member."""
    people, place = state.people, below(drawn, size)
    contacts = number_of_contacts(people, ego)
    if place < contacts:
        return nth_contact(people, ego, place), np.int64(-1)
    return np.int64(-1), _connection_without_contact(state, ego, place - contacts)


@inline
def _helps(state, parameters, member, drawn, k):
    """Return whether a member helps somebody of a class, as 0 or 1."""
    thresholds = parameters.helping.helps
    return np.int64(helps(np.int64(drawn), thresholds[state.people.type[member], k]))


@inline
def _reputation(people, member):
    return reputation(people.help[HELP * member + ASKED], people.help[HELP * member + HELPED])


@inline
def _bond(people, slot):
    """Return the state of a bond of ego's network; slot -1 is a connection that is no contact."""
    return np.int64(people.state[slot]) if slot >= 0 else np.int64(IS_CONNECTED)


@inline
def _list_needy(state, parameters, first, count, scratch):
    """List those of ``count`` members from first on who are in need, and return their number."""
    people, needy = state.people, np.int64(0)
    for one in range(count):
        scratch.who[needy] = first + one
        needs = is_in_need(np.int64(scratch.daily[_SOMEBODY, one]), parameters.helping.need)
        needy += np.int64(needs and is_there(people, first + one))
    for one in range(needy):
        ego = np.int64(scratch.who[one])
        prefetch_member(people, ego)
        prefetch(people.strangers, ROW * ego)
        prefetch(people.help, HELP * ego)
    for one in range(needy):
        prefetch_contact_states(people, np.int64(scratch.who[one]))
    return needy


@kernel
def _whom_to_ask(state, parameters, day, ego, size):
    """Return whom ego asks: the slot of a contact, or -1 and the member."""
    best, best_slot, best_class = np.int64(-1), np.int64(-1), np.int64(-1)
    low, high = parameters.key & np.uint64(0xFFFFFFFF), parameters.key >> np.uint64(32)
    for first in range(0, parameters.helping.ask_choice, 4):
        words = philox(ego, first >> 2, day, NEEDPICK, low, high)
        for place in range(min(4, parameters.helping.ask_choice - first)):
            slot, other = _drawn(state, ego, lane(words, place), size)
            k = class_in(_bond(state.people, slot))
            if is_asked_before(k, best_class):
                best, best_slot, best_class = other, slot, k
    return best_slot, best


@kernel
def _choose_whom_to_ask(state, parameters, day, needy, scratch):
    """Choose whom the needy ask, and return how many do ask: those whom somebody can help."""
    people, able, pleading = state.people, parameters.helping.able, np.int64(0)
    for one in range(needy):
        ego = np.int64(scratch.who[one])
        people.help[HELP * ego + NEEDS] += 1
        size = _network_size(state, ego)
        word_of_able = np.int64(word(parameters.key, day, NEED, ego, _ABLE))
        if not somebody_is_able(word_of_able, able, size):
            continue
        slot, other = _whom_to_ask(state, parameters, day, ego, size)
        scratch.who[pleading], scratch.slot[pleading], scratch.whom[pleading] = ego, slot, other
        if slot >= 0:
            prefetch(people.alter, slot)
        pleading += 1
    return pleading


@inline
def _ask(state, parameters, first, pleading, pleas, scratch):
    """Write the pleas, beginning at row ``pleas``.

    List in ``asking`` those who are referred to somebody else, and return their number.
    """
    people, referred = state.people, np.int64(0)
    for one in range(pleading):
        ego, slot = np.int64(scratch.who[one]), scratch.slot[one]
        asked = np.int64(people.alter[slot]) if slot >= 0 else scratch.whom[one]
        bond, own = _bond(people, slot), HELP * ego
        helped = _helps(
            state, parameters, asked, scratch.daily[_FIRST, ego - first], class_in(bond)
        )
        connected = np.int64(standing_in(bond) == CONNECTED)
        people.help[own + BY_CONNECTION] += helped & connected
        people.help[own + BY_CONTACT] += helped & ~connected & 1
        row = state.today.pleas[pleas + one]
        row[FIRST], row[SECOND] = asked, asked
        row[FIRST_HELPS], row[SECOND_HELPS] = helped, NOBODY_ELSE
        refers_on = refers(np.int64(scratch.daily[_REFERS, ego - first]), parameters.helping.refer)
        if helped == 0 and refers_on:
            scratch.asking[referred] = one
            prefetch_member(people, asked)
            prefetch(people.strangers, ROW * asked)
            referred += 1
    for one in range(referred):
        place = np.int64(scratch.asking[one])
        prefetch_contact_states(people, np.int64(state.today.pleas[pleas + place, FIRST]))
        prefetch_search(people, np.int64(scratch.who[place]))
    return referred


@kernel
def _referral(state, parameters, day, ego, asked):
    """Return the member to whom ``asked`` refers ego, or -1 if there is none."""
    best, helping, size = np.int64(-1), parameters.helping, _network_size(state, asked)
    for place in range(helping.ask_choice, helping.ask_choice + helping.refer_choice):
        drawn = word(parameters.key, day, NEEDPICK, ego, place)
        slot, other = _drawn(state, asked, drawn, size)
        if slot >= 0:
            other = np.int64(state.people.alter[slot])
        if other == ego:
            continue
        if best < 0 or _reputation(state.people, other) > _reputation(state.people, best):
            best = other
    return best


@kernel
def _note_meeting(state, parameters, ego, other, drawn, number):
    """Note the meeting of ego with a member to whom it is referred; return if that member helps."""
    people, today = state.people, state.today
    slot = find(people, ego, other)
    row = today.encounters[number]
    row[EGO], row[ALTER], row[SLOT], row[EXTRA] = ego, other, slot, 0
    today.sides[0, number] = -1
    today.sides[1, number] = -1
    k = class_in(people.state[slot]) if slot >= 0 else np.int64(0)
    return _helps(state, parameters, other, drawn, class_of_referral(k))


@inline
def _refer(state, parameters, day, first, referred, pleas, encounters, scratch):
    """Note the meetings of those who are referred; return the end of the list of encounters."""
    people = state.people
    for one in range(referred):
        place = np.int64(scratch.asking[one])
        ego, row = np.int64(scratch.who[place]), state.today.pleas[pleas + place]
        other = _referral(state, parameters, day, ego, np.int64(row[FIRST]))
        if other >= 0:
            drawn = scratch.daily[_SECOND, ego - first]
            saved = _note_meeting(state, parameters, ego, other, drawn, encounters)
            people.help[HELP * ego + REFERRALS] += 1
            people.help[HELP * ego + BY_REFERRAL] += saved
            row[SECOND], row[SECOND_HELPS] = other, saved
            encounters += 1
    return encounters


@kernel
def ask_for_help(state, parameters, day, partition):
    """Write the pleas of those of a thread's members who are in need.

    Fill ``pleas``, and ``encounters`` with those who are referred, from the thread's first member.
    """
    scratch, progress = partition.scratch.meet, partition.progress
    low, high = as_index(partition.low), min(as_index(partition.high), state.clock[MEMBERS])
    pleas, encounters = np.int64(low), np.int64(low)
    for first in range(low, high, BATCH):
        count = min(BATCH, high - first)
        draw_range(parameters.key, day, NEED, first, count, scratch.daily)
        needy = _list_needy(state, parameters, first, count, scratch)
        pleading = _choose_whom_to_ask(state, parameters, day, needy, scratch)
        referred = _ask(state, parameters, first, pleading, pleas, scratch)
        encounters = _refer(state, parameters, day, first, referred, pleas, encounters, scratch)
        pleas += pleading
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
