"""The networks that lie in the bonds, as lists of pairs."""

import numpy as np
from numba import njit

from .bonds import ARC, BONDS, CONNECTED, CONTACT, HEAD, PLATFORM, slot_of
from .vectors import WIDTH, first_of, within


@njit(cache=True, nogil=True)
def connections(head, chunks, alter, state, count):
    """List the connections as keys ego 2**32 + alter with ego < alter: int64, shape (count,), egos in order."""
    keys = np.empty(count, np.int64)
    found = 0
    for ego in range(len(head) // HEAD):
        for place in range(0, np.int64(head[HEAD * ego + BONDS]), WIDTH):
            first = slot_of(chunks, ego, place)
            mask = within(state, first, np.uint8(CONNECTED), np.uint8(64))
            while mask != 0:
                other = np.int64(alter[first + first_of(mask)])
                if other > ego:
                    keys[found] = (np.int64(ego) << 32) | other
                    found += 1
                mask &= mask - 1
    return keys


@njit(cache=True, nogil=True)
def arcs(head, chunks, alter, state, count):
    """List the arcs of the outreach graph as keys ego 2**32 + alter: int64, shape (count,), egos in order."""
    keys = np.empty(count, np.int64)
    found = 0
    for ego in range(len(head) // HEAD):
        for place in range(head[HEAD * ego + BONDS]):
            slot = slot_of(chunks, ego, place)
            if state[slot] & ARC:
                keys[found] = (np.int64(ego) << 32) | np.int64(alter[slot])
                found += 1
    return keys


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
