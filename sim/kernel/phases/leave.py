"""Phase 0: members leave.

First the leavers of each section are listed. Then everything between them and others ends at the
others' side, and then at the leavers' own side. In a list of contacts, the place of an ended bond
stays and is empty from then on, so no bond moves, and what refers to the bond finds an empty place.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import LEAVE, draw_range
from ..mechanics.scratch import BATCH
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import looks_after
from ..rules.enforcing import FOREVER
from ..rules.inviting import is_restricted
from ..rules.leaving import is_void, leaves
from ..rules.standing import CONNECTED
from ..state.bonds import (
    ARC,
    BACK,
    CONTACTS,
    COUNTS,
    DECIDED,
    EMPTY,
    MOVED,
    STRANGERS,
    class_in,
    is_free,
    no_longer_free,
    standing_in,
)
from ..state.columns import (
    ACCOUNT,
    ARCS,
    BLOCKED_DAY,
    LADDER,
    LIMITED_UNTIL,
    MEMBERS,
    MUTUAL,
    RESTRICTED_DAYS,
    RESTRICTED_ON,
    RESTRICTED_UNTIL,
    T_ACQUAINTED,
    T_ARCS,
    T_CONNECTIONS,
    T_MEMBERS,
    T_MUTUAL,
    T_RESTRICTED,
    TALLY,
)
from ..state.connections import prefetch_connections, remove_connection
from ..state.lists import ROW, place_in_pool
from .enforce import start_from_zero


@kernel
def list_leavers(state, parameters, day, partition):
    """List, section by section, those of a thread's members who leave today."""
    people, today, bits = state.people, state.today, partition.section_bits
    words = partition.scratch.meet.daily
    for section in range(partition.first_section, partition.end_section):
        first, number = as_index(section) << bits, np.int64(0)
        end = min(first + (1 << bits), state.clock[MEMBERS])
        for begin in range(first, end, BATCH):
            count = min(BATCH, end - begin)
            draw_range(parameters.key, day, LEAVE, begin, count, words)
            for one in range(count):
                word, member = np.int64(words[0, one]), begin + one
                if leaves(word, parameters.society.leave) and people.left[member] == 0:
                    people.left[member] = day
                    today.leavers[first + number] = member
                    number += 1
        today.section_leavers[section] = number


@inline
def _end_bond(state, totals, slot, ego):
    """End a bond on ego's side; return whether the two were connected."""
    people, platform, bond = state.people, state.platform, np.int64(state.people.state[slot])
    policy, k = platform.policy[ego], class_in(bond)
    connected = standing_in(bond) == CONNECTED
    arc, mutual = bond & ARC != 0, bond & (ARC | BACK) == ARC | BACK
    if is_free(bond):
        no_longer_free(people, ego, k)
    totals[policy, T_CONNECTIONS] -= np.int64(connected)
    totals[policy, T_ACQUAINTED] -= np.int64(connected & (k > 0))
    totals[policy, T_ARCS] -= np.int64(arc)
    totals[policy, T_MUTUAL] -= np.int64(mutual)
    platform.tally[TALLY * ego + ARCS] -= np.int32(arc)
    platform.tally[TALLY * ego + MUTUAL] -= np.int32(mutual)
    platform.void[ego] += np.int32(is_void(standing_in(bond), bond & DECIDED != 0))
    people.gone[ego] += np.int32(k > 0)
    people.state[slot] = EMPTY
    return connected


@inline
def _prefetch_other(state, slot):
    """Prefetch what ends at the far side of a bond."""
    people, platform = state.people, state.platform
    if people.state[slot] != MOVED:
        other = np.int64(people.alter[slot])
        prefetch(people.state, as_index(people.link[2 * slot]))
        prefetch(people.counts, COUNTS * other)
        prefetch(platform.tally, TALLY * other)
        prefetch(platform.connections, ROW * other)


@inline
def _prefetch_list(state, slot):
    """If the bond at a slot is a connection, prefetch the other's connections."""
    if standing_in(state.people.state[slot]) == CONNECTED:
        prefetch_connections(state, np.int64(state.people.alter[slot]))


@inline
def _part_from(state, partition, directory, length, leaver):
    """End the bonds of a thread's members with a leaver, from one of the leaver's two lists."""
    people, bonds = state.people, np.int64(state.people.counts[COUNTS * leaver + length])
    for place in range(bonds):
        if place + AHEAD < bonds:
            _prefetch_other(state, place_in_pool(directory, people.blocks, leaver, place + AHEAD))
        if place + AHEAD // 2 < bonds:
            _prefetch_list(
                state, place_in_pool(directory, people.blocks, leaver, place + AHEAD // 2)
            )
        slot = place_in_pool(directory, people.blocks, leaver, place)
        if people.state[slot] == MOVED:
            continue
        other = np.int64(people.alter[slot])
        if looks_after(partition, other):
            far = as_index(people.link[2 * slot])
            if _end_bond(state, partition.totals, far, other):
                remove_connection(state, other, leaver)


@kernel
def part_from_leavers(state, partition):
    """End the bonds of a thread's members with those who leave today."""
    people, today = state.people, state.today
    for section in range(len(today.section_leavers)):
        first = as_index(section) << partition.section_bits
        for one in range(today.section_leavers[section]):
            leaver = np.int64(today.leavers[first + one])
            _part_from(state, partition, people.contacts, CONTACTS, leaver)
            _part_from(state, partition, people.strangers, STRANGERS, leaver)


@inline
def _end_list(state, totals, directory, length, leaver):
    people = state.people
    for place in range(np.int64(people.counts[COUNTS * leaver + length])):
        slot = place_in_pool(directory, people.blocks, leaver, place)
        if people.state[slot] != MOVED:
            _end_bond(state, totals, slot, leaver)


@inline
def _close_account(platform, rule, totals, day, leaver):
    """End a leaver's restriction or limit as of yesterday, and clear what could still be judged."""
    account, tally, graded = ACCOUNT * leaver, TALLY * leaver, len(platform.ladder) > 0
    until = np.int64(platform.account[account + RESTRICTED_UNTIL])
    if is_restricted(day, until):
        from_day = until
        if until == FOREVER:
            from_day = np.int64(platform.tally[tally + BLOCKED_DAY])
            if graded:
                from_day = np.int64(platform.ladder[LADDER * leaver + RESTRICTED_ON])
        platform.tally[tally + RESTRICTED_DAYS] += np.int32(day - 1 - from_day)
        platform.account[account + RESTRICTED_UNTIL] = day - 1
        totals[platform.policy[leaver], T_RESTRICTED] -= 1
    if graded:
        platform.ladder[LADDER * leaver + LIMITED_UNTIL] = 0
    start_from_zero(platform, rule, leaver)


@kernel
def send_off(state, parameters, day, partition):
    """End all bonds and accounts of those of a thread's members who leave today."""
    people, today = state.people, state.today
    platform, totals = state.platform, partition.totals
    for section in range(partition.first_section, partition.end_section):
        first = as_index(section) << partition.section_bits
        for one in range(today.section_leavers[section]):
            leaver = np.int64(today.leavers[first + one])
            _end_list(state, totals, people.contacts, CONTACTS, leaver)
            _end_list(state, totals, people.strangers, STRANGERS, leaver)
            for column in range(COUNTS):
                people.counts[COUNTS * leaver + column] = 0
            people.gone[leaver] = 0
            people.starts[leaver] = 0
            platform.pace[leaver] = 0
            _close_account(platform, parameters.platform, totals, day, leaver)
            totals[platform.policy[leaver], T_MEMBERS] -= 1


@inline
def count_restricted(state, all_totals):
    """Subtract today's leavers from those restricted this morning; one thread does this."""
    for thread in range(all_totals.shape[0]):
        for policy in range(state.platform.totals.shape[0]):
            ended = all_totals[thread, policy, T_RESTRICTED]
            state.platform.totals[policy, T_RESTRICTED] += ended
            all_totals[thread, policy, T_RESTRICTED] = 0
