"""Phase 2: the source ``popular`` finds a member with a chance proportional to its connections.

The running sum over all members is kept in two parts: one within each section, for which a thread
needs no other thread, and one over the sections.
"""

import numpy as np

from ..mechanics.compilation import as_index, kernel
from ..mechanics.random import below
from ..state.bonds import CONNECTIONS, COUNTS


@kernel
def add_up_connections(state, partition):
    """Add up the connections that a thread's members have this morning, section by section."""
    today, counts = state.today, state.people.counts
    if len(today.popularity) == 0:
        return
    for section in range(partition.first_section, partition.end_section):
        first = as_index(section) << partition.section_bits
        last = min(first + (1 << partition.section_bits), partition.high)
        total = np.int64(0)
        for member in range(first, last):
            total += counts[COUNTS * member + CONNECTIONS]
            today.popularity[member] = total
        today.section_popularity[section] = total


@kernel
def popular_member(state, section_bits, word, anybody):
    """Return the member whom a word draws, or ``anybody`` if nobody is connected."""
    sums, by_section = state.today.popularity, state.today.section_popularity
    total = np.int64(0)
    for section in range(len(by_section)):
        total += by_section[section]
    if total == 0:
        return anybody
    place, section = below(word, total), np.int64(0)
    while place >= by_section[section]:
        place -= by_section[section]
        section += 1
    first = section << section_bits
    last = min(first + (1 << section_bits), np.int64(len(sums)))
    while first < last:  # find the first member whose sum is above the place
        middle = (first + last) >> 1
        if sums[middle] > place:
            last = middle
        else:
            first = middle + 1
    return first
