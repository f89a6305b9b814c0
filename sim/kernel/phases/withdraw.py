"""Invitations that have waited too long are withdrawn (end of phase 3); locks end in the morning.

A withdrawn invitation locks the bond: until the lock ends, ego can't invite the same person.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.simd import AHEAD, prefetch
from ..rules.inviting import is_withdrawn, withdrawal_day
from ..rules.standing import FREE, LOCKED
from ..state.bonds import (
    COUNTS,
    FREE_OF_CLASS,
    class_in,
    current_slot,
    is_asked,
    standing_in,
    with_decided,
    with_standing,
)
from .effects import learn


@inline
def _ending(platform, parameters, day, section):
    """Return the first place and the end of a section's invitations that are on their last day.

    Places are those in the list of sent invitations; ``pending_days`` is how long one may wait.
    """
    sent, pending = day - parameters.inviting.pending_days, parameters.inviting.pending_days
    if sent < 1:
        return np.int64(0), np.int64(0)
    ring = platform.sent_from.shape[0]
    start = sent % ring * (len(platform.sent_slot) // ring)
    starts = platform.sent_from[sent % ring, section]
    return start + starts[0], start + starts[pending + 1]


@kernel
def queues_have_room(state, parameters, day, partition):
    """Return whether all that may be withdrawn today fits into the queues of locks."""
    platform = state.platform
    if parameters.inviting.lock_days < 0:
        return True
    for section in range(partition.first_section, partition.end_section):
        begin, end = _ending(platform, parameters, day, section)
        waiting = platform.lock_ends[section, 1] - platform.lock_ends[section, 0]
        if waiting + end - begin > platform.locks.shape[1]:
            return False
    return True


@kernel
def withdraw(state, parameters, day, partition):
    """Withdraw the invitations of a thread's members that are still pending on their last day."""
    people, platform = state.people, state.platform
    slots, egos = platform.sent_slot, platform.sent_ego
    for section in range(partition.first_section, partition.end_section):
        begin, end = _ending(platform, parameters, day, section)
        queued = np.int64(0)
        for place in range(begin, end):
            if place + AHEAD < end:
                prefetch(people.state, as_index(slots[place + AHEAD]))
            slot, ego = current_slot(people, as_index(slots[place])), np.int64(egos[place])
            bond = people.state[slot]
            if not is_withdrawn(standing_in(bond), is_asked(bond)):
                continue
            people.state[slot] = with_decided(with_standing(bond, LOCKED), 0)
            if not is_asked(bond):  # from a question without an answer, the sender learns nothing
                learn(state, slot, ego, 0)
            if parameters.inviting.lock_days >= 0:
                turn = platform.lock_ends[section, 1] % platform.locks.shape[1]
                platform.locks[section, turn] = slot
                platform.lock_ends[section, 1] += 1
                queued += 1
        platform.lock_counts[day % len(platform.lock_counts), section] = queued


@kernel
def unlock(state, parameters, day, partition):
    """In the morning, free those bonds of a thread's members whose lock is over."""
    people, platform, lock_days = state.people, state.platform, parameters.inviting.lock_days
    began = withdrawal_day(day, lock_days)
    if lock_days < 0 or began < 1:
        return
    for section in range(partition.first_section, partition.end_section):
        for _ in range(platform.lock_counts[began % len(platform.lock_counts), section]):
            turn = platform.lock_ends[section, 0] % platform.locks.shape[1]
            slot = current_slot(people, np.int64(platform.locks[section, turn]))
            platform.lock_ends[section, 0] += 1
            bond = people.state[slot]
            if standing_in(bond) != LOCKED:  # alter's own invitation has connected them meanwhile
                continue
            people.state[slot] = with_standing(bond, FREE)
            if class_in(bond) > 0:
                ego = np.int64(people.alter[people.link[2 * slot]])
                people.counts[COUNTS * ego + FREE_OF_CLASS + class_in(bond)] += 1
