"""Bonds: what each member knows of each other, as one growing table for everybody.

A bond i → j is a *slot* in five parallel pools, and it never moves: ``alter`` (who j is), ``mark`` (the lowest byte of that, for searches),
``link[2 * slot]`` (the slot of the bond j → i, so that what happens to one side reaches the other without a search), ``link[2 * slot + 1]``
(the tie: day of the last encounter, met, talked) and ``state`` (the platform's side). A member's slots lie in chunks: sixteen of 32, so
that one comparison (see ``vectors``) covers a chunk, and any further ones of 256, so that few have a long list of them. Growth copies
nothing, and half a chunk is spare on average.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compilation import inlined, inner
from .vectors import WIDTH, equal_to, first_of, how_many, prefetch, within

FREE, PENDING, CONNECTED, LOCKED = 0, 64, 128, 192
PLATFORM = 192
"""The platform's side of a bond, the two highest bits of its state: 0 is free, so free bonds are the smallest."""
CLASS = 3
CONTACT = 56
"""The tie class, three bits from CLASS on; it follows from the tie, and saves a look there. A contact, whom ego has met or talked to, has
one above 0."""
ARC = 1
"""Set once ego has invited alter, or accepted an invitation of alter: an arc of the outreach graph."""
BACK = 4
"""Set once alter has done so: the arc from alter to ego. So each side of a bond knows both, and need not look at the other."""
STRUCK = 2
"""Set where alter has answered ego's invitation with "I don't know"."""

CHUNK_BITS, FAR_BITS, NEAR_CHUNKS = 5, 8, 16
CHUNK, FAR_CHUNK = 1 << CHUNK_BITS, 1 << FAR_BITS
NEAR = CHUNK * NEAR_CHUNKS
"""Bonds of a member that lie in its near chunks."""
COUNT_MASK = 511
TALKED, MET, LAST = 0, 9, 18
"""Where the three numbers of a tie begin: 9, 9 and 14 bits."""
ENCOUNTERS = (1 << LAST) - 1
"""The first two: 0 for a stranger's bond."""

BONDS, CONTACTS, CONNECTIONS, FREE_OF_CLASS = range(4)
"""Columns of ``head``: how many bonds, contacts and connections a member has, and from FREE_OF_CLASS + 1 on its free bonds of tie class 1
to 4, kept so that who has nobody to invite need not look. Column FREE_OF_CLASS itself, the strangers', is not kept."""
HEAD = 8
"""Columns of ``head`` in all, half a cache line a member. ``head`` and ``link`` are flat: a row's place times a known number costs less
than a look at the shape of a table."""


class Chunks(NamedTuple):
    """Where the chunks of N members begin, as slots."""

    near: NDArray[np.uint32]
    """N times NEAR_CHUNKS: the chunks of 32; those of a member are one cache line."""
    far: NDArray[np.uint32]
    """(N, as many as anybody has needed): the chunks of 256."""


@inlined
def slot_of(chunks, ego, place):
    """Give the slot of ego's bond at a place, 0 to its number of bonds - 1."""
    if place < NEAR:
        return np.int64(chunks.near[NEAR_CHUNKS * ego + (place >> CHUNK_BITS)]) + (
            place & (CHUNK - 1)
        )
    return np.int64(chunks.far[ego, (place - NEAR) >> FAR_BITS]) + (
        (place - NEAR) & (FAR_CHUNK - 1)
    )


@inlined
def tie_class(tie, often, close):
    """Give the class of a tie, 0 stranger to 4 close (docs/odd.md, the ladder): so many steps as it has climbed, 0 < 1 < often < close."""
    met = (np.int64(tie) >> MET) & COUNT_MASK
    return (
        np.int64(np.int64(tie) & ENCOUNTERS > 0)
        + np.int64(met > 0)
        + np.int64(met >= often)
        + np.int64(met >= close)
    )


@inlined
def class_in(state):
    """Give the tie class that stands in a state."""
    return (np.int64(state) & CONTACT) >> CLASS


@inlined
def strength(tie):
    """Give met + talked."""
    return (np.int64(tie) & COUNT_MASK) + ((np.int64(tie) >> MET) & COUNT_MASK)


@inlined
def strengthened(tie, face, today):
    """Give the tie after one more encounter; ``today`` counts from the first day of the history, and a count at its end stays there."""
    tie = np.int64(tie) & ENCOUNTERS
    shift = np.int64(MET if face else TALKED)
    grows = np.int64((tie >> shift) & COUNT_MASK < COUNT_MASK)
    return np.uint32((tie + (grows << shift)) | (today << LAST))


@inlined
def marked(chunks, mark, ego, bonds, place, wanted):
    """Say which of the 32 bonds from a place on bear a mark, and give the slot of the first; what lies beyond the last is no bond."""
    first = slot_of(chunks, ego, place)
    mask = equal_to(mark, first, wanted)
    if bonds - place < WIDTH:
        mask &= (np.int64(1) << (bonds - place)) - 1
    return mask, first


@inner
def first_marked(chunks, head, mark, ego, other):
    """Give the slot of the first bond of ego that could be the one with other, by its mark alone, or -1: there is none."""
    bonds, wanted = np.int64(head[HEAD * ego + BONDS]), np.uint8(other & 255)
    for place in range(0, bonds, WIDTH):
        mask, first = marked(chunks, mark, ego, bonds, place, wanted)
        if mask != 0:
            return first + first_of(mask)
    return np.int64(-1)


@inner
def find(chunks, head, mark, alter, ego, other):
    """Give the slot of ego's bond with other, or -1."""
    bonds, wanted = np.int64(head[HEAD * ego + BONDS]), np.uint8(other & 255)
    for place in range(0, bonds, WIDTH):
        mask, first = marked(chunks, mark, ego, bonds, place, wanted)
        while mask != 0:
            if alter[first + first_of(mask)] == other:
                return first + first_of(mask)
            mask &= mask - 1
    return np.int64(-1)


@inlined
def found_from(chunks, head, mark, alter, ego, other, candidate):
    """Give the slot of ego's bond with other, or -1, where ``first_marked`` has given a candidate before."""
    if candidate < 0 or alter[candidate] == other:
        return candidate
    return find(chunks, head, mark, alter, ego, other)


@inlined
def prefetch_bond(alter, link, state, slot):
    """Ask for the memory of a bond, all but its mark."""
    prefetch(alter, slot)
    prefetch(state, slot)
    prefetch(link, 2 * slot)


@inlined
def prefetch_member(head, chunks, ego):
    """Ask for the memory that says how many bonds ego has, and where."""
    prefetch(head, HEAD * ego)
    prefetch(chunks.near, NEAR_CHUNKS * ego)


@inlined
def prefetch_bytes(chunks, head, pool, ego):
    """Ask for the memory of all of ego's bonds in a pool of bytes: ``mark``, where ``find`` will search, or ``state``."""
    for place in range(0, np.int64(head[HEAD * ego + BONDS]), WIDTH):
        prefetch(pool, slot_of(chunks, ego, place))


@inlined
def _free_mask(state, slot, classes):
    """Say which of the 32 bonds from a slot on are free and of one of the classes, bits 1 to 4. An empty place is none."""
    mask = np.int64(0)
    for k in range(1, 5):
        if classes >> k & 1:
            mask |= within(state, slot, np.uint8(k << CLASS), np.uint8(1 << CLASS))
    return mask


@inner
def nth_free(chunks, head, state, ego, classes, number):
    """Give the slot of a free bond of ego by its number, from 0, among those of some classes in the order of the bonds."""
    for place in range(0, np.int64(head[HEAD * ego + BONDS]), WIDTH):
        first = slot_of(chunks, ego, place)
        mask = _free_mask(state, first, classes)
        here = how_many(mask)
        if number < here:
            for _ in range(number):
                mask &= mask - 1
            return first + first_of(mask)
        number -= here
    return np.int64(-1)


@inlined
def number_of_free(head, ego, classes):
    """Count the free bonds of ego of some classes, bits 1 to 4."""
    number = np.int64(0)
    for k in range(1, 5):
        if classes >> k & 1:
            number += head[HEAD * ego + FREE_OF_CLASS + k]
    return number


@inlined
def no_longer_free(head, ego, k):
    """Count that a free bond of ego, of class k, is free no more."""
    if k > 0:
        head[HEAD * ego + FREE_OF_CLASS + k] -= 1
