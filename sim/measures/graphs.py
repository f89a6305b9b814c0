"""Compiled graph algorithms: reach, triangles and components of the network of connections.

The connections of a society are rows of neighbours, one row for each member, in a single array: the
row of member v is ``indices[indptr[v]:indptr[v + 1]]``. The reach of 256 egos is computed at once.
Each member has 256 bits, one for each ego, and a step outwards joins the bits of neighbours
(multi-source breadth-first search; Then et al. 2014, PVLDB 8(4)). With 256 bits the marks of 20,000
members still fit into the cache of one core.
"""

import numpy as np

from ..kernel.mechanics.compilation import inline, kernel
from ..kernel.mechanics.compiled_cache import njit

LANES = 4
EGOS_AT_ONCE = 64 * LANES
_ALL_MARKS = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_LOWEST = np.uint64(0x0101_0101_0101_0101)
"""The lowest bit of each byte."""
_NO_SIGN = np.int64(0x7FFF_FFFF)
"""A mask for the sign bit, which is never set. With it numba does not test for negative indices;
this test would take a fifth of the time."""


@njit(cache=True, nogil=True)
def neighbours(connections, members):
    """Return the connections as rows of neighbours.

    Parameters
    ----------
    connections : int32 array (E, 2)
        Pairs, each once, the smaller member first.
    members : int
        N.

    Returns
    -------
    indptr : int64 array (N + 1,)
        Where each row begins.
    middle : int64 array (N,)
        Where, in each row, the neighbours with a larger number than the member itself begin; those
        with a smaller number are before them.
    indices : int32 array (2 E,)
        The rows.
    """
    indptr, place = np.zeros(members + 1, np.int64), np.empty(members, np.int64)
    middle, indices = np.empty(members, np.int64), np.empty(2 * len(connections), np.int32)
    for pair in range(len(connections)):
        indptr[connections[pair, 0] + 1] += 1
        indptr[connections[pair, 1] + 1] += 1
    for member in range(members):
        indptr[member + 1] += indptr[member]
        place[member] = indptr[member]
    for pair in range(len(connections)):
        member = connections[pair, 1]
        indices[place[member]] = connections[pair, 0]
        place[member] += 1
    for member in range(members):
        middle[member] = place[member]
    for pair in range(len(connections)):
        member = connections[pair, 0]
        indices[place[member]] = connections[pair, 1]
        place[member] += 1
    return indptr, middle, indices


@njit(cache=True, nogil=True)
def reach_of_all(indptr, indices):
    """Count, for every member, the others within two and within three steps; two int64 arrays (N,).

    Reach is symmetric: a member reaches those egos that have marked it, over all rounds. So the
    bits of the member's own row are counted, which is a third faster than `reach_of`.
    """
    members = len(indptr) - 1
    egos = np.empty(members, np.int64)
    two, three = np.empty(members, np.int64), np.empty(members, np.int64)
    near, far, farther = (
        np.empty((members, LANES), np.uint64),
        np.empty((members, LANES), np.uint64),
        np.empty((members, LANES), np.uint64),
    )
    for ego in range(members):
        egos[ego] = ego
        two[ego], three[ego] = -1, -1  # ego itself is not counted
    for first in range(0, members, EGOS_AT_ONCE):
        _mark(indptr, indices, egos[first : first + EGOS_AT_ONCE], near)
        _step(indptr, indices, near, far)
        _step(indptr, indices, far, farther)
        for member in range(members):
            for lane in range(LANES):
                two[member] += _ones(far[member, lane])
                three[member] += _ones(farther[member, lane])
    return two, three


@njit(cache=True, nogil=True)
def reach_of(indptr, indices, egos):
    """Count, for the egos, the others within two and within three steps.

    Takes an int64 array (K,) of egos, and returns two int64 arrays (K,).
    """
    members = len(indptr) - 1
    two, three = np.empty(len(egos), np.int64), np.empty(len(egos), np.int64)
    near, far = np.empty((members, LANES), np.uint64), np.empty((members, LANES), np.uint64)
    few, counts = np.empty((8, LANES), np.uint64), np.empty(EGOS_AT_ONCE, np.int64)
    for first in range(0, len(egos), EGOS_AT_ONCE):
        some = egos[first : first + EGOS_AT_ONCE]
        _mark(indptr, indices, some, near)
        _step(indptr, indices, near, far)
        _count_per_ego(far, few, counts, two[first : first + len(some)])
        _step(indptr, indices, far, near)
        _count_per_ego(near, few, counts, three[first : first + len(some)])
    return two, three


@kernel
def _mark(indptr, indices, egos, marks):
    """Set the bit of each ego on itself and on its neighbours."""
    for member in range(len(marks)):
        for lane in range(LANES):
            marks[member, lane] = 0
    for place in range(len(egos)):
        ego = egos[place]
        lane, bit = place >> 6, np.uint64(1) << np.uint64(place & 63)
        marks[ego, lane] |= bit
        for at in range(indptr[ego], indptr[ego + 1]):
            marks[indices[at], lane] |= bit


@kernel
def _step(indptr, indices, before, after):
    """Write the marks of each member and of its neighbours in ``before`` to ``after``."""
    members = len(indptr) - 1
    marked = 0
    for member in range(members):
        word = before[member, 0] | before[member, 1] | before[member, 2] | before[member, 3]
        marked += 1 if word else 0
    if 2 * marked < members:  # few have marks: they write these to their neighbours
        for member in range(members):
            for lane in range(LANES):
                after[member, lane] = before[member, lane]
        for member in range(members):
            a, b = before[member, 0], before[member, 1]
            c, d = before[member, 2], before[member, 3]
            if a | b | c | d:
                for at in range(indptr[member], indptr[member + 1]):
                    other = np.int64(indices[at]) & _NO_SIGN
                    after[other, 0] |= a
                    after[other, 1] |= b
                    after[other, 2] |= c
                    after[other, 3] |= d
        return
    for member in range(members):  # many have: each reads from its neighbours until complete
        a, b = before[member, 0], before[member, 1]
        c, d = before[member, 2], before[member, 3]
        for at in range(indptr[member], indptr[member + 1]):
            if a & b & c & d == _ALL_MARKS:
                break
            other = np.int64(indices[at]) & _NO_SIGN
            a |= before[other, 0]
            b |= before[other, 1]
            c |= before[other, 2]
            d |= before[other, 3]
        after[member, 0], after[member, 1] = a, b
        after[member, 2], after[member, 3] = c, d


@inline
def _ones(word):
    """Count the bits that are set in a word of 64 bits (Warren, Hacker's Delight, 5-1)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555_5555_5555_5555))
    word = (word & np.uint64(0x3333_3333_3333_3333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333_3333_3333_3333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F_0F0F_0F0F_0F0F)
    return np.int64((word * np.uint64(0x0101_0101_0101_0101)) >> np.uint64(56))


@kernel
def _count_per_ego(marks, few, counts, others):
    """Count the members with the bit of each ego, except ego itself, into ``others``.

    Eight egos are counted in the bytes of one word of ``few``, until these are full.
    """
    for ego in range(EGOS_AT_ONCE):
        counts[ego] = 0
    for first in range(0, len(marks), 255):
        for bit in range(8):
            for lane in range(LANES):
                few[bit, lane] = 0
        for member in range(first, min(first + 255, len(marks))):
            for bit in range(8):
                for lane in range(LANES):
                    few[bit, lane] += (marks[member, lane] >> np.uint64(bit)) & _LOWEST
        for ego in range(EGOS_AT_ONCE):
            count = few[ego & 7, ego >> 6] >> np.uint64(ego & 56)
            counts[ego] += np.int64(count & np.uint64(255))
    for place in range(len(others)):
        others[place] = counts[place] - 1


@njit(cache=True, nogil=True)
def triangles(indptr, middle, indices, egos):
    """Count the triangles of each ego: the pairs of its neighbours that are connected.

    Takes an int64 array (K,) of egos, and returns an int64 array (K,).
    """
    found = np.zeros(len(egos), np.int64)
    is_neighbour = np.zeros(len(indptr) - 1, np.uint8)
    for place in range(len(egos)):
        row = indices[indptr[egos[place]] : indptr[egos[place] + 1]]
        for other in row:
            is_neighbour[other] = 1
        count = 0
        for other in row:
            # each pair once: from its smaller end
            for at in range(middle[other], indptr[other + 1]):
                count += is_neighbour[np.int64(indices[at]) & _NO_SIGN]
        found[place] = count
        for other in row:
            is_neighbour[other] = 0
    return found


@njit(cache=True, nogil=True)
def triangles_of_all(indptr, middle, indices):
    """Count the triangles of each member; int64 array (N,).

    Each triangle is found once, from its smallest member.
    """
    members = len(indptr) - 1
    found = np.zeros(members, np.int64)
    is_neighbour = np.zeros(members, np.uint8)
    for ego in range(members):
        larger = indices[middle[ego] : indptr[ego + 1]]
        for other in larger:
            is_neighbour[other] = 1
        for other in larger:
            count = 0
            for at in range(middle[other], indptr[other + 1]):
                third = np.int64(indices[at]) & _NO_SIGN
                count += is_neighbour[third]
                found[third] += is_neighbour[third]
            found[ego] += count
            found[other] += count
        for other in larger:
            is_neighbour[other] = 0
    return found


@njit(cache=True, nogil=True)
def components(connections, members):
    """Return for each member the smallest member of its component; int64 array (N,)."""
    root = np.empty(members, np.int64)
    for member in range(members):
        root[member] = member
    for pair in range(len(connections)):
        one, other = connections[pair, 0], connections[pair, 1]
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        while root[other] != other:
            root[other] = root[root[other]]
            other = root[other]
        root[max(one, other)] = min(one, other)
    for member in range(members):
        # the root of a smaller member is already final
        root[member] = root[root[member]]
    return root
