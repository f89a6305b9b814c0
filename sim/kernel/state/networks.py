"""The networks in the bonds and connections, as lists of pairs."""

import numpy as np

from ..mechanics.compiled_cache import njit
from ..mechanics.simd import AHEAD, WIDTH, bearing, first_of, prefetch
from ..rules.standing import CONNECTED
from .bonds import BACK, CONNECTIONS, CONTACTS, COUNTS, STRANGERS, class_in, standing_in
from .connections import LENGTH_BITS
from .lists import place_in_pool


@njit(cache=True, nogil=True)
def neighbours(counts, directory, blocks, connected):
    """Return the connections as rows of neighbours, each in the order of the member's connections.

    These are indptr, int64, shape (N + 1,), and indices, int32, shape (2 E,), as in a CSR matrix.
    """
    members = len(counts) // COUNTS
    indptr = np.zeros(members + 1, np.int64)
    for ego in range(members):
        indptr[ego + 1] = indptr[ego] + counts[COUNTS * ego + CONNECTIONS]
    indices = np.empty(indptr[members], np.int32)
    for ego in range(members):
        ahead = min(ego + AHEAD, members - 1)
        for place in range(0, indptr[ahead + 1] - indptr[ahead], WIDTH):
            start = place_in_pool(directory, blocks, ahead, place)
            prefetch(connected, start)
            prefetch(connected, start + WIDTH // 2)
        begin, length = indptr[ego], indptr[ego + 1] - indptr[ego]
        for place in range(0, length, WIDTH):
            start = place_in_pool(directory, blocks, ego, place)
            for one in range(min(WIDTH, length - place)):
                indices[begin + place + one] = connected[start + one]
    return indptr, indices


@njit(cache=True, nogil=True)
def pairs(indptr, indices):
    """Return the connections as pairs, the smaller member first, in order: int32, shape (E, 2).

    Members are taken in order, and each is added to the rows of its smaller neighbours, so nothing
    has to be sorted.
    """
    members = len(indptr) - 1
    begins = np.zeros(members + 1, np.int64)
    for other in range(members):
        for place in range(indptr[other], indptr[other + 1]):
            ego = np.int64(indices[place])
            begins[ego + 1] += np.int64(ego < other)
    for ego in range(members):
        begins[ego + 1] += begins[ego]
    found = np.empty((begins[members], 2), np.int32)
    for other in range(members):
        for place in range(indptr[other], indptr[other + 1]):
            ego = np.int64(indices[place])
            if ego < other:
                found[begins[ego], 0] = ego
                found[begins[ego], 1] = other
                begins[ego] += 1
    return found


@njit(cache=True, nogil=True)
def arcs(counts, contacts, strangers, blocks, alter, state, number):
    """Return the arcs of the outreach graph as pairs ego, alter, in order: int32, shape (A, 2).

    ``number``, int64, shape (N,), is the number of arcs that start at each member. Each alter is
    added to the rows of its egos, as in ``pairs``.
    """
    begins, total = np.empty(len(number), np.int64), np.int64(0)
    for ego in range(len(number)):
        begins[ego] = total
        total += number[ego]
    found = np.empty((total, 2), np.int32)
    for other in range(len(number)):
        ahead = min(other + AHEAD, len(number) - 1)
        for side in range(2):
            directory = contacts if side == 0 else strangers
            length = np.int64(counts[COUNTS * ahead + (CONTACTS if side == 0 else STRANGERS)])
            for place in range(0, length, WIDTH):
                prefetch(state, place_in_pool(directory, blocks, ahead, place))
        for side in range(2):
            directory = contacts if side == 0 else strangers
            length = np.int64(counts[COUNTS * other + (CONTACTS if side == 0 else STRANGERS)])
            for place in range(0, length, WIDTH):
                first = place_in_pool(directory, blocks, other, place)
                mask = bearing(state, first, np.uint8(BACK))
                while mask != 0:
                    ego = np.int64(alter[first + first_of(mask)])
                    found[begins[ego], 0] = ego
                    found[begins[ego], 1] = other
                    begins[ego] += 1
                    mask &= mask - 1
    return found


@njit(cache=True, nogil=True)
def connected_by_class(counts, contacts, blocks, state):
    """Count each member's connections by tie class, beginning with strangers: int64, (N, 5)."""
    number = np.zeros((len(counts) // COUNTS, 5), np.int64)
    for ego in range(len(number)):
        for place in range(np.int64(counts[COUNTS * ego + CONTACTS])):
            bits = np.int64(state[place_in_pool(contacts, blocks, ego, place)])
            number[ego, class_in(bits)] += np.int64(standing_in(bits) == CONNECTED)
        number[ego, 0] = counts[COUNTS * ego + CONNECTIONS]
        for k in range(1, 5):
            number[ego, 0] -= number[ego, k]
    return number


@njit(cache=True, nogil=True)
def all_slots(counts, contacts, strangers, blocks):
    """Return egos and slots of all bonds: of each member first its contacts, then its strangers."""
    members = len(counts) // COUNTS
    total = np.int64(0)
    for ego in range(members):
        total += counts[COUNTS * ego + CONTACTS] + counts[COUNTS * ego + STRANGERS]
    egos, slots, found = np.empty(total, np.int64), np.empty(total, np.int64), 0
    for ego in range(members):
        for place in range(np.int64(counts[COUNTS * ego + CONTACTS])):
            egos[found], slots[found] = ego, place_in_pool(contacts, blocks, ego, place)
            found += 1
        for place in range(np.int64(counts[COUNTS * ego + STRANGERS])):
            egos[found], slots[found] = ego, place_in_pool(strangers, blocks, ego, place)
            found += 1
    return egos, slots


@njit(cache=True, nogil=True)
def places(directory, blocks, ego, length):
    """Return where in its pool each place of a member's list is, in order: int64."""
    found = np.empty(length, np.int64)
    for place in range(length):
        found[place] = place_in_pool(directory, blocks, ego, place)
    return found


@njit(cache=True, nogil=True)
def _by_ego(ego, members):
    """Return the order of the pairs by ego, and where the pairs of each ego begin."""
    begins, order = np.zeros(members + 2, np.int64), np.empty(len(ego), np.int64)
    for pair in range(len(ego)):
        begins[np.int64(ego[pair]) + 2] += 1
    for member in range(members):
        begins[member + 2] += begins[member + 1]
    for pair in range(len(ego)):
        place = np.int64(ego[pair]) + 1
        order[begins[place]] = pair
        begins[place] += 1
    return order, begins


@njit(cache=True, nogil=True)
def count_common(indptr, indices, ego, alter, noted):
    """Replace the log's note on each pair by its number of connections in common at that time.

    Each member's connections are in the order of ``neighbours``; see ``connections.note_common``.
    """
    members, nowhere = len(indptr) - 1, np.int32(2**31 - 1)
    order, begins = _by_ego(ego, members)
    # where[m]: the place of m among the connections of the ego that is now looked at
    where = np.full(members, nowhere, np.int32)
    for member in range(members):
        if begins[member] == begins[member + 1]:
            continue
        first, last = indptr[member], indptr[member + 1]
        for place in range(first, last):
            where[np.int64(indices[place])] = place - first
        for at in range(begins[member], begins[member + 1]):
            pair = order[at]
            if noted[pair] < 0:
                noted[pair] = -1 - noted[pair]
                continue
            ours, theirs = noted[pair] >> LENGTH_BITS, noted[pair] & ((1 << LENGTH_BITS) - 1)
            other, common = indptr[np.int64(alter[pair])], np.int64(0)
            for place in range(other, other + theirs):
                common += np.int64(where[np.int64(indices[place])] < ours)
            noted[pair] = common
        for place in range(first, last):
            where[np.int64(indices[place])] = nowhere
