"""Phase 1, second half: encounters that may create a contact, in the order of the members.

A bond has two sides. Each side is created by the thread that looks after its member (ego), in the
order in which encounters happen, so every member's contacts have the same order for any number of
threads. Then the two sides are linked.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import VETO, word
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import (
    ENCOUNTERS,
    ENCOUNTERS_END,
    ENCOUNTERS_START,
    REACHED,
    RISERS,
    looks_after,
)
from ..rules.standing import CONNECTED
from ..rules.welcome import vetoes
from ..state.bonds import (
    CONTACTS,
    COUNTS,
    LAST,
    MOVED,
    NOBODY,
    VETOED,
    class_in,
    contact_slot,
    count_risen,
    is_free,
    last_in,
    prefetch_bond,
    prefetch_member,
    prefetch_new_slot,
    standing_in,
    with_class,
)
from ..state.columns import T_ACQUAINTED
from ..state.lists import NEXT_SLOT, has_room, length_after, lengthen
from ..state.rows import AFTER, ALTER, BEFORE, EGO, EXTRA, RISER, SLOT
from .meet import strengthen


@kernel
def count_risers(state, partition):
    """Count, for a thread's members, the free bonds whose tie class has risen today.

    The partners have started these encounters; ``strengthen_far_sides`` has listed the bonds.
    """
    people, risers, order = state.people, state.today.risers, state.today.riser_order
    for thread in range(partition.threads):
        starts = partition.list_starts[RISERS, thread]
        first, last = starts[partition.thread], starts[partition.thread + 1]
        for place in range(first, last):
            if place + AHEAD < last:
                prefetch(people.counts, COUNTS * as_index(risers[order[place + AHEAD], RISER]))
            row = risers[as_index(order[place])]
            count_risen(people, as_index(row[RISER]), np.int64(row[BEFORE]), np.int64(row[AFTER]))


@kernel
def _acquainted_today(people, ego, other, today):
    """Return the slot of ego's contact with other if it was made today, or -1.

    Contacts are in the order of the first encounter, so the search goes back from the end of the
    list. It stops at the first contact whose last encounter was not today: this contact and all
    before it were made earlier.
    """
    place = np.int64(people.counts[COUNTS * ego + CONTACTS]) - 1
    while place >= 0:
        slot = contact_slot(people, ego, place)
        if last_in(people.link[2 * slot + 1]) != today:
            break
        if people.alter[slot] == other:
            return slot
        place -= 1
    return np.int64(-1)


@inline
def _veto(parameters, ego, other, day):
    """Return whether ego vetoes other at their first encounter, as 0 or 1."""
    chance = parameters.society.veto
    if chance == 0:
        return np.int64(0)
    return np.int64(vetoes(np.int64(word(parameters.key, day, VETO, ego, other)), chance))


@inline
def _new_contact(state, parameters, ego, other, day):
    """Return the slot of a new contact of ego; no encounter is counted in it yet."""
    people, length = state.people, np.int64(state.people.counts[COUNTS * ego + CONTACTS])
    slot = lengthen(people.contacts, people.blocks, state.clock, NEXT_SLOT, ego, length)
    people.counts[COUNTS * ego + CONTACTS] = length_after(length)
    people.alter[slot] = other
    people.mark[slot] = other & 255
    today, vetoed = day - parameters.society.first_day, _veto(parameters, ego, other, day)
    people.link[2 * slot + 1] = today << LAST | vetoed << VETOED
    return slot


@inline
def _move_stranger(people, old, new):
    """Move what the platform knows of a stranger to its new slot as a contact."""
    people.state[new] = people.state[old]
    people.state[old] = MOVED
    people.alter[old] = NOBODY
    people.link[2 * old + 1] = new


@inline
def _own_contact(state, parameters, totals, ego, other, stranger, day):
    """Return the slot of ego's contact with other; create it unless it was created today."""
    people, policy = state.people, state.platform.policy
    slot = _acquainted_today(people, ego, other, day - parameters.society.first_day)
    if slot < 0:
        slot = _new_contact(state, parameters, ego, other, day)
        if stranger >= 0:
            _move_stranger(people, stranger, slot)
            connected = standing_in(people.state[slot]) == CONNECTED
            totals[policy[ego], T_ACQUAINTED] += np.int64(connected)
    return slot


@inline
def _meet(people, society, ego, slot, face, today):
    """Strengthen ego's side of a bond by an encounter, and count the tie if its class rises."""
    before, k = strengthen(people, society, slot, face, today)
    if k != before:
        people.state[slot] = with_class(people.state[slot], k)
        if is_free(people.state[slot]):
            count_risen(people, ego, before, k)


@inline
def _prefetch_row(people, row, partition):
    for side in range(2):
        if looks_after(partition, row[side]):
            prefetch_member(people, np.int64(row[side]))
    if row[SLOT] >= 0:
        prefetch_bond(people, np.int64(row[SLOT]))


@inline
def _prefetch_contact(people, row, partition):
    for side in range(2):
        if looks_after(partition, row[side]):
            ego = np.int64(row[side])
            length = np.int64(people.counts[COUNTS * ego + CONTACTS])
            prefetch_new_slot(people, people.contacts, ego, length)


@inline
def _happen(state, parameters, number, day, partition):
    """Apply an encounter on the sides of those members whom the thread looks after."""
    people, row, sides = state.people, state.today.encounters[number], state.today.sides
    ego, other, face = np.int64(row[EGO]), np.int64(row[ALTER]), np.int64(row[EXTRA])
    society, today = parameters.society, day - parameters.society.first_day
    totals, known = (
        partition.totals,
        np.int64(row[SLOT]),
    )  # the contact, or the stranger that will become one, or -1 if there is no bond
    is_contact = known >= 0 and class_in(people.state[known]) > 0 and people.state[known] != MOVED
    mine, others = looks_after(partition, ego), looks_after(partition, other)
    here, there = np.int64(-1), np.int64(-1)
    far = np.int64(people.link[2 * known]) if known >= 0 else np.int64(-1)
    if mine:
        here = known
        if not is_contact:
            here = _own_contact(state, parameters, totals, ego, other, known, day)
        _meet(people, society, ego, here, face, today)
    if others:
        there = far
        if not is_contact:
            there = _own_contact(state, parameters, totals, other, ego, far, day)
        _meet(people, society, other, there, face, today)
    if is_contact:
        return
    if mine and others:
        people.link[2 * here], people.link[2 * there] = there, here
    elif mine:
        sides[0, number] = here
    else:
        sides[1, number] = there


@kernel
def make_acquainted(state, parameters, day, partition):
    """Apply the encounters in ``encounters``, in their order, to the members of a thread.

    Return False if a pool must grow first; the next call continues where this one has stopped.
    """
    people, rows, order = state.people, state.today.encounters, state.today.encounter_order
    done, reached = np.int64(0), partition.progress[REACHED]
    for thread in range(partition.threads):
        starts = partition.list_starts[ENCOUNTERS, thread]
        first, last = starts[partition.thread], starts[partition.thread + 1]
        skipped = min(max(reached - done, 0), last - first)
        done += skipped
        for place in range(first + skipped, last):
            if not has_room(state.clock, NEXT_SLOT, partition.threads, 2):
                partition.progress[REACHED] = done
                return False
            if place + AHEAD < last:
                _prefetch_row(people, rows[as_index(order[place + AHEAD])], partition)
            if place + AHEAD // 2 < last:
                _prefetch_contact(people, rows[as_index(order[place + AHEAD // 2])], partition)
            _happen(state, parameters, as_index(order[place]), day, partition)
            done += 1
    partition.progress[REACHED] = done
    return True


@kernel
def link_sides(state, partition):
    """Link, for a thread's encounters, the two sides of new contacts made by two threads."""
    sides, link = state.today.sides, state.people.link
    for row in range(partition.progress[ENCOUNTERS_START], partition.progress[ENCOUNTERS_END]):
        here, there = np.int64(sides[0, row]), np.int64(sides[1, row])
        if here >= 0 and there >= 0:
            link[2 * here], link[2 * there] = there, here
