"""Connections: each member has a list of the members it is connected with, the oldest first.

Connections of one day are in the order of the members' numbers, so a list is the same for any
number of threads.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.scratch import SIEVE
from ..mechanics.simd import WIDTH, prefetch
from .bonds import CONNECTIONS, COUNTS, LISTED
from .lists import NEXT_CONNECTION, length_after, lengthen, place_in_pool

LENGTH_BITS = 31
"""How many bits each length has in a note for the log (``note_common``)."""


@inline
def connection_place(state, ego, place):
    """Return where in the pool a connection of ego is, by its place in ego's list."""
    return place_in_pool(state.platform.connections, state.people.blocks, ego, place)


@inline
def add_connection(state, ego, other):
    """Add a connection to ego's list; those of today are ordered by number."""
    people, platform, row = state.people, state.platform, COUNTS * ego
    place, listed = np.int64(people.counts[row + CONNECTIONS]), people.counts[row + LISTED]
    blocks, connected = people.blocks, platform.connected
    last = lengthen(platform.connections, blocks, state.clock, NEXT_CONNECTION, ego, place)
    people.counts[row + CONNECTIONS] = length_after(place)
    while place > listed:
        before = connection_place(state, ego, place - 1)
        if connected[before] < other:
            break
        connected[last] = connected[before]
        last = before
        place -= 1
    connected[last] = other


@kernel
def remove_connection(state, ego, other):
    """Remove a connection from ego's list, and close the gap."""
    people, connected, place = state.people, state.platform.connected, np.int64(0)
    last = np.int64(people.counts[COUNTS * ego + CONNECTIONS]) - 1
    while connected[connection_place(state, ego, place)] != other:
        place += 1
    while place < last:
        after = connected[connection_place(state, ego, place + 1)]
        connected[connection_place(state, ego, place)] = after
        place += 1
    people.counts[COUNTS * ego + CONNECTIONS] = last


@kernel
def settle_order(state, low, high):
    """At the start of a day, note that the connections of members low to high - 1 are in order."""
    counts = state.people.counts
    for member in range(low, high):
        counts[COUNTS * member + LISTED] = counts[COUNTS * member + CONNECTIONS]


@inline
def prefetch_new_connection(state, ego):
    """Prefetch the place by which ego's list would grow, and the last connection."""
    count = np.int64(state.people.counts[COUNTS * ego + CONNECTIONS])
    if count > 0:
        prefetch(state.platform.connected, connection_place(state, ego, count - 1))


@inline
def prefetch_connections(state, ego):
    """Prefetch all connections of ego."""
    count = np.int64(state.people.counts[COUNTS * ego + CONNECTIONS])
    for place in range(0, count, WIDTH):
        start = connection_place(state, ego, place)
        prefetch(state.platform.connected, start)
        prefetch(state.platform.connected, start + WIDTH // 2)


@inline
def mark_connections(state, ego, count, sieve):
    """Mark ego's connections in the sieve with a new search number, and return this number."""
    if sieve[SIEVE] == 65535:
        for cell in range(SIEVE + 1):
            sieve[cell] = 0
    sieve[SIEVE] += 1
    search = sieve[SIEVE]
    for place in range(0, count, WIDTH):
        start = connection_place(state, ego, place)
        for one in range(start, start + min(WIDTH, count - place)):
            sieve[state.platform.connected[one] & (SIEVE - 1)] = search
    return search


@kernel
def _is_connected(state, ego, count, other):
    """Return whether other is among the first ``count`` connections of ego."""
    connected = state.platform.connected
    for place in range(0, count, WIDTH):
        start, here = connection_place(state, ego, place), False
        for one in range(start, start + min(WIDTH, count - place)):
            here |= connected[one] == other
        if here:
            return True
    return False


@kernel
def common_connections(state, ego, other, sieve):
    """Count the connections that two members have in common."""
    counts, connected, common = state.people.counts, state.platform.connected, np.int64(0)
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    theirs = np.int64(counts[COUNTS * other + CONNECTIONS])
    search = mark_connections(state, ego, ours, sieve)
    for place in range(0, theirs, WIDTH):
        start = connection_place(state, other, place)
        for one in range(start, start + min(WIDTH, theirs - place)):
            who = connected[one]
            if sieve[who & (SIEVE - 1)] == search:
                common += np.int64(_is_connected(state, ego, ours, who))
    return common


@kernel
def have_common_connection(state, ego, other, sieve):
    """Return whether two members have a connection in common (each then has a reference).

    Each connection of ego leaves a mark in a small sieve; only those connections of other that fall
    on a mark are looked up.
    """
    counts = state.people.counts
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    if ours == 0 or counts[COUNTS * other + CONNECTIONS] == 0:
        return False
    search = mark_connections(state, ego, ours, sieve)
    return shares_a_mark(state, ego, ours, other, search, sieve)


@inline
def shares_a_mark(state, ego, ours, other, search, sieve):
    """Return whether other has one of ego's connections, which the search has marked."""
    connected = state.platform.connected
    theirs = np.int64(state.people.counts[COUNTS * other + CONNECTIONS])
    for place in range(0, theirs, WIDTH):
        start = connection_place(state, other, place)
        for one in range(start, start + min(WIDTH, theirs - place)):
            third = connected[one]
            if sieve[third & (SIEVE - 1)] == search and _is_connected(state, ego, ours, third):
                return True
    return False


@kernel
def note_common(state, place, ego, other, sieve):
    """Note for the log how the connections in common at this time can be counted later.

    Where nobody leaves, lists only grow, so the two lengths are enough: the log counts later, for
    all invitations at once. If one of the two has a connection of today, which may not be at its
    final place, or if members leave, the common connections are counted here, and noted as -1 for
    none, -2 for one, and so on.
    """
    counts, ours, theirs = state.people.counts, COUNTS * ego, COUNTS * other
    own, far = np.int64(counts[ours + CONNECTIONS]), np.int64(counts[theirs + CONNECTIONS])
    settled = own == counts[ours + LISTED] and far == counts[theirs + LISTED]
    if settled and len(state.people.left) == 0:
        state.platform.sent_common[place] = own << LENGTH_BITS | far
    else:
        state.platform.sent_common[place] = -1 - common_connections(state, ego, other, sieve)
