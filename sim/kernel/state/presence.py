"""Who is there: the place of a member is its place among those who have not left.

If nobody ever leaves, the place of a member is its number.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from .columns import MEMBERS


@kernel
def note_who_is_there(state):
    """List those who are there this morning; one thread does this."""
    people, there = state.people, np.int64(0)
    if len(people.left) == 0:
        return
    for member in range(state.clock[MEMBERS]):
        people.before[member] = there
        if people.left[member] == 0:
            people.here[there] = member
            there += 1
    people.before[state.clock[MEMBERS]] = there


@inline
def first_place(people, member):
    """Count those there whose number is below ``member``, which may be one past the last."""
    return np.int64(people.before[member]) if len(people.before) > 0 else np.int64(member)


@inline
def member_at(people, place):
    """Return the member at a place among those who are there."""
    return np.int64(people.here[place]) if len(people.here) > 0 else np.int64(place)


@inline
def is_there(people, member):
    """Return whether a member who has arrived has not left."""
    return len(people.left) == 0 or people.left[member] == 0
