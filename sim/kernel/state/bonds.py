"""Bonds: what each member knows of each other, and what the platform has between the two.

A bond i → j is a *slot* of one growing pool, with ``alter`` (the number of j), ``mark`` (the lowest
byte of this number, for searches), ``link[2 * slot]`` (the slot of the bond j → i),
``link[2 * slot + 1]`` (the tie: day of the last encounter, encounters face to face and online) and
``state``. A member's slots are in two lists (see ``lists``): its *contacts* in the order of the
first encounter, and *strangers*, with whom there is an invitation but no encounter yet. If the
member meets such a stranger, the stranger becomes a contact: the bond gets a new slot, and the old
slot tells where the bond is now.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.simd import WIDTH, equal_to, first_of, how_many, prefetch, within
from ..rules import tie_classes
from ..rules.standing import CONNECTED, FREE, LOCKED
from .lists import ROW, next_place, place_in_pool

STANDING = 6
"""The two highest bits of a state: the standing on the platform (``rules.standing``); 0 is free."""
IS_CONNECTED, IS_LOCKED = CONNECTED << STANDING, LOCKED << STANDING
CLASS, CLASS_BITS = 3, 56
"""The tie class, three bits from CLASS on. It follows from the tie, but is faster to read here."""
MOVED = 7 << CLASS
"""The state of a slot whose bond has moved; the slot's tie then holds the new slot."""
EMPTY = 0
"""The state of a contact's place whose alter has left; code that reads the list skips it. No
contact has this state, so an invitation from or to this place is no longer pending there."""
ARC, DECIDED, BACK = 1, 2, 4
"""ARC: ego has invited alter or accepted an invitation of alter (an arc of the outreach graph).
DECIDED: a pending invitation was declined silently, or, if the bond is locked, a question is
pending. BACK: there is the arc from alter to ego. So each side of a bond knows both arcs, and the
other side need not be read."""
PENDING_QUESTION = IS_LOCKED | DECIDED
QUESTION_MASK = 3 << STANDING | DECIDED
"""The bits of a state that tell of a question, and their value if one is pending."""

TALKED, VETOED, MET, LAST = 0, 8, 9, 18
"""Where the parts of a tie begin: 8 bits, 1 bit (whether ego vetoes alter), 9 bits and 14 bits."""
MET_MASK, TALKED_MASK = tie_classes.MOST_MET, tie_classes.MOST_TALKED
ENCOUNTERS = MET_MASK << MET | TALKED_MASK << TALKED
"""The bits of both counts of encounters; they are 0 for a stranger's bond."""
NOBODY = 2**32 - 1
"""The alter of a slot whose bond has moved."""
UNLINKED = 2**32 - 1
"""The far slot of a bond whose other side has not been created yet."""

CONTACTS, STRANGERS, CONNECTIONS, LISTED = range(4)
FREE_OF_CLASS = 3
"""Columns of ``counts``: the lengths of a member's three lists; how many connections are in their
final order; and, from FREE_OF_CLASS + 1 on, the number of its free contacts of tie class 1 to 4, by
which a member with nobody to invite is known without a search."""
COUNTS = 8
"""Number of columns of ``counts``. ``counts`` and ``link`` are flat, because to multiply a row by a
known number is faster than to read the shape of a table."""


@inline
def contact_slot(people, ego, place):
    """Return the slot of a contact of ego by its place, from 0 to the number of contacts - 1."""
    return place_in_pool(people.contacts, people.blocks, ego, place)


@inline
def number_of_contacts(people, ego):
    """Count the contacts of ego who have not left."""
    gone = np.int64(people.gone[ego]) if len(people.gone) > 0 else np.int64(0)
    return np.int64(people.counts[COUNTS * ego + CONTACTS]) - gone


@kernel
def _nth_there(people, ego, number):
    """Return the slot of a contact of ego by its number among those who have not left."""
    for place in range(0, np.int64(people.counts[COUNTS * ego + CONTACTS]), WIDTH):
        first = contact_slot(people, ego, place)
        mask = within(people.state, first, np.uint8(EMPTY + 1), np.uint8(255))
        here = how_many(mask)
        if number < here:
            for _ in range(number):
                mask &= mask - 1
            return first + first_of(mask)
        number -= here
    return np.int64(-1)


@inline
def nth_contact(people, ego, number):
    """Return the slot of a contact of ego by its number, from 0, among those who have not left."""
    if len(people.gone) == 0 or people.gone[ego] == 0:
        return contact_slot(people, ego, number)
    return _nth_there(people, ego, number)


@inline
def met_in(tie):
    """Return the number of encounters face to face."""
    return (np.int64(tie) >> MET) & MET_MASK


@inline
def talked_in(tie):
    """Return the number of encounters online."""
    return (np.int64(tie) >> TALKED) & TALKED_MASK


@inline
def last_in(tie):
    """Return the day of the last encounter (or of the creation), from the history's first day."""
    return np.int64(tie) >> LAST


@inline
def vetoed_in(tie):
    """Return whether ego vetoes alter, as 0 or 1."""
    return (np.int64(tie) >> VETOED) & 1


@inline
def class_of_tie(society, tie):
    """Return the class of a tie."""
    return tie_classes.tie_class(met_in(tie), talked_in(tie), society.often, society.close)


@inline
def tie_strength(tie):
    """Return how strong a tie is; 0 for a stranger."""
    return tie_classes.strength(met_in(tie), talked_in(tie))


@inline
def tie_after(tie, face, today):
    """Return the tie after one more encounter; ``today`` is days since the history's first day."""
    met = tie_classes.met_after(met_in(tie), face)
    talked = tie_classes.talked_after(talked_in(tie), face)
    vetoed = np.int64(tie) & 1 << VETOED
    return np.uint32(met << MET | talked << TALKED | today << LAST | vetoed)


@inline
def standing_in(state):
    """Return the standing on the platform, as in ``rules.standing``."""
    return np.int64(state) >> STANDING


@inline
def with_standing(state, standing):
    """Return a state with another standing on the platform."""
    return np.uint8((np.int64(state) & ~(3 << STANDING)) | standing << STANDING)


@inline
def with_decided(state, decided):
    """Return a state whose bit DECIDED is ``decided``: DECIDED, or 0 if nothing is decided."""
    return np.uint8((np.int64(state) & ~DECIDED) | decided)


@inline
def class_in(state):
    """Return the tie class in a state."""
    return (np.int64(state) & CLASS_BITS) >> CLASS


@inline
def with_class(state, k):
    """Return a state with another tie class."""
    return np.uint8((np.int64(state) & ~CLASS_BITS) | k << CLASS)


@inline
def is_free(state):
    """Return whether the bond is free: neither connected nor pending nor locked."""
    return standing_in(state) == FREE


@inline
def is_asked(state):
    """Return whether a question is pending; it locks the bond until it is answered or withdrawn."""
    return (np.int64(state) & QUESTION_MASK) == PENDING_QUESTION


@inline
def with_question(state):
    """Return a state in which a question is pending."""
    return with_decided(with_standing(state, LOCKED), DECIDED)


@inline
def current_slot(people, slot):
    """Return the slot where a bond is now; a stranger's bond moves once, when the two meet."""
    return np.int64(people.link[2 * slot + 1]) if people.state[slot] == MOVED else np.int64(slot)


@inline
def _marked(directory, people, ego, length, place, wanted):
    """Return which of the 32 places from one on have a mark, as bits, and their first slot."""
    first = place_in_pool(directory, people.blocks, ego, place)
    mask = equal_to(people.mark, first, wanted)
    if length - place < WIDTH:
        mask &= (np.int64(1) << (length - place)) - 1
    return mask, first


@inline
def _first_marked(directory, people, ego, length, wanted):
    for place in range(0, length, WIDTH):
        mask, first = _marked(directory, people, ego, length, place, wanted)
        if mask != 0:
            return first + first_of(mask)
    return np.int64(-1)


@inline
def _find(directory, people, ego, length, other):
    wanted = np.uint8(other & 255)
    for place in range(0, length, WIDTH):
        mask, first = _marked(directory, people, ego, length, place, wanted)
        while mask != 0:
            if people.alter[first + first_of(mask)] == other:
                return first + first_of(mask)
            mask &= mask - 1
    return np.int64(-1)


@kernel
def guess(people, ego, other):
    """Return the first slot that could be ego's bond with other by its mark, or -1 if none is."""
    wanted, row = np.uint8(other & 255), COUNTS * ego
    slot = _first_marked(people.contacts, people, ego, np.int64(people.counts[row]), wanted)
    if slot < 0:
        length = np.int64(people.counts[row + STRANGERS])
        slot = _first_marked(people.strangers, people, ego, length, wanted)
    return slot


@kernel
def is_connected_stranger(people, ego, other):
    """Return whether ego is connected with other, whom ego has never met."""
    length, wanted = np.int64(people.counts[COUNTS * ego + STRANGERS]), np.uint8(other & 255)
    for place in range(0, length, WIDTH):
        mask, first = _marked(people.strangers, people, ego, length, place, wanted)
        mask &= within(people.state, first, np.uint8(IS_CONNECTED), np.uint8(1 << STANDING))
        while mask != 0:
            if people.alter[first + first_of(mask)] == other:
                return True
            mask &= mask - 1
    return False


@kernel
def find(people, ego, other):
    """Return the slot of ego's bond with other, or -1."""
    row = COUNTS * ego
    slot = _find(people.contacts, people, ego, np.int64(people.counts[row]), other)
    if slot < 0:
        length = np.int64(people.counts[row + STRANGERS])
        slot = _find(people.strangers, people, ego, length, other)
    return slot


@inline
def find_from(people, ego, other, guessed):
    """Return the slot of ego's bond with other, or -1; ``guessed`` is what ``guess`` has found."""
    if guessed < 0 or people.alter[guessed] == other:
        return guessed
    return find(people, ego, other)


@inline
def prefetch_bond(people, slot):
    """Prefetch all of a bond except its mark."""
    prefetch(people.alter, slot)
    prefetch(people.state, slot)
    prefetch(people.link, 2 * slot)


@inline
def prefetch_new_slot(people, directory, ego, length):
    """Prefetch the slot by which a list of bonds would grow, and the tie of its last bond."""
    if length > 0:
        prefetch(people.link, 2 * place_in_pool(directory, people.blocks, ego, length - 1))
    slot = next_place(directory, people.blocks, ego, length)
    if slot >= 0:
        prefetch(people.mark, slot)
        prefetch_bond(people, slot)


@inline
def prefetch_member(people, ego):
    """Prefetch the number of ego's contacts, and the directory of their slots."""
    prefetch(people.counts, COUNTS * ego)
    prefetch(people.contacts, ROW * ego)


@inline
def prefetch_contact_states(people, ego):
    """Prefetch the states of all contacts of ego, which ``nth_free`` reads."""
    for place in range(0, np.int64(people.counts[COUNTS * ego + CONTACTS]), WIDTH):
        prefetch(people.state, contact_slot(people, ego, place))


@inline
def prefetch_nth(people, ego):
    """Prefetch what ``nth_contact`` reads: states, if contacts of ego have left."""
    if len(people.gone) > 0 and people.gone[ego] > 0:
        prefetch_contact_states(people, ego)


@inline
def prefetch_search(people, ego):
    """Prefetch what ``guess`` and ``find`` will search."""
    for place in range(0, np.int64(people.counts[COUNTS * ego + CONTACTS]), WIDTH):
        prefetch(people.mark, place_in_pool(people.contacts, people.blocks, ego, place))
    for place in range(0, np.int64(people.counts[COUNTS * ego + STRANGERS]), WIDTH):
        prefetch(people.mark, place_in_pool(people.strangers, people.blocks, ego, place))


@inline
def _free_mask(state, slot, classes):
    """Return, as bits, which of the 32 contacts from a slot on are free and of the classes."""
    mask = np.int64(0)
    for k in range(1, 5):
        if classes >> k & 1:
            mask |= within(state, slot, np.uint8(k << CLASS), np.uint8(1 << CLASS))
    return mask


@kernel
def nth_free(people, ego, classes, number):
    """Return the slot of a free contact of ego by its number, from 0, among those of some classes.

    ``classes`` has a bit for each class. An empty place is not counted, because its state is 0.
    """
    for place in range(0, np.int64(people.counts[COUNTS * ego + CONTACTS]), WIDTH):
        first = contact_slot(people, ego, place)
        mask = _free_mask(people.state, first, classes)
        here = how_many(mask)
        if number < here:
            for _ in range(number):
                mask &= mask - 1
            return first + first_of(mask)
        number -= here
    return np.int64(-1)


@inline
def number_of_free(people, ego, classes):
    """Count the free contacts of ego of some classes."""
    number = np.int64(0)
    for k in range(1, 5):
        if classes >> k & 1:
            number += people.counts[COUNTS * ego + FREE_OF_CLASS + k]
    return number


@inline
def no_longer_free(people, ego, k):
    """Count that a bond of ego, of class k, is no longer free."""
    if k > 0:
        people.counts[COUNTS * ego + FREE_OF_CLASS + k] -= 1


@inline
def count_risen(people, ego, before, k):
    """Count that a free bond of ego has risen from one class to another."""
    no_longer_free(people, ego, before)
    people.counts[COUNTS * ego + FREE_OF_CLASS + k] += 1
