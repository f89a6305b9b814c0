"""The networks that lie in the bonds, as lists of pairs."""

import numpy as np

from ..compiled_cache import njit
from .bonds import BACK, BONDS, CONNECTED, CONTACT, HEAD, PLATFORM, slot_of
from .vectors import WIDTH, bearing, first_of, within


@njit(cache=True, nogil=True)
def connections(head, chunks, alter, state):
    """List the connections as pairs, the smaller member first, in order: int32, shape (E, 2).

    Who is larger files itself under who is smaller; members do so in their order, so that nothing has to be sorted.
    """
    members = len(head) // HEAD
    begins = np.zeros(members + 1, np.int64)
    for other in range(members):
        for place in range(0, np.int64(head[HEAD * other + BONDS]), WIDTH):
            first = slot_of(chunks, other, place)
            mask = within(state, first, np.uint8(CONNECTED), np.uint8(64))
            while mask != 0:
                ego = np.int64(alter[first + first_of(mask)])
                begins[ego + 1] += np.int64(ego < other)
                mask &= mask - 1
    begins = np.cumsum(begins)
    found = np.empty((begins[members], 2), np.int32)
    for other in range(members):
        for place in range(0, np.int64(head[HEAD * other + BONDS]), WIDTH):
            first = slot_of(chunks, other, place)
            mask = within(state, first, np.uint8(CONNECTED), np.uint8(64))
            while mask != 0:
                ego = np.int64(alter[first + first_of(mask)])
                if ego < other:
                    found[begins[ego], 0] = ego
                    found[begins[ego], 1] = other
                    begins[ego] += 1
                mask &= mask - 1
    return found


@njit(cache=True, nogil=True)
def arcs(head, chunks, alter, state, number):
    """List the arcs of the outreach graph as pairs ego, alter, in order: int32, shape (A, 2).

    ``number``, int64, shape (N,), says how many leave each member. Alters file themselves under egos, as in ``connections``.
    """
    begins = np.cumsum(number) - number
    found = np.empty((number.sum(), 2), np.int32)
    for other in range(len(number)):
        for place in range(0, np.int64(head[HEAD * other + BONDS]), WIDTH):
            first = slot_of(chunks, other, place)
            mask = bearing(state, first, np.uint8(BACK))
            while mask != 0:
                ego = np.int64(alter[first + first_of(mask)])
                found[begins[ego], 0] = ego
                found[begins[ego], 1] = other
                begins[ego] += 1
                mask &= mask - 1
    return found


@njit(cache=True, nogil=True)
def neighbours(head, chunks, alter, state, count):
    """Lay out the connections as rows of neighbours.

    Indptr, int64, shape (N + 1,), and indices, int32, shape (count,), each row in the order of its bonds.
    """
    indptr = np.zeros(len(head) // HEAD + 1, np.int64)
    indices = np.empty(count, np.int32)
    found = 0
    for ego in range(len(head) // HEAD):
        for place in range(0, np.int64(head[HEAD * ego + BONDS]), WIDTH):
            first = slot_of(chunks, ego, place)
            mask = within(state, first, np.uint8(CONNECTED), np.uint8(64))
            while mask != 0:
                indices[found] = alter[first + first_of(mask)]
                found += 1
                mask &= mask - 1
        indptr[ego + 1] = found
    return indptr, indices


@njit(cache=True, nogil=True)
def recognised(head, chunks, state):
    """Count each member's connections that are contacts: int64, shape (N,)."""
    number = np.zeros(len(head) // HEAD, np.int64)
    for ego in range(len(head) // HEAD):
        for place in range(head[HEAD * ego + BONDS]):
            bits = state[slot_of(chunks, ego, place)]
            if bits & PLATFORM == CONNECTED and bits & CONTACT:
                number[ego] += 1
    return number


@njit(cache=True, nogil=True)
def slots(head, chunks, ego):
    """List the slots of ego's bonds, in the order of their creation: int64."""
    own = np.empty(head[HEAD * ego + BONDS], np.int64)
    for place in range(len(own)):
        own[place] = slot_of(chunks, ego, place)
    return own
