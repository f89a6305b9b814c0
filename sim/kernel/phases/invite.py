"""Phase 2, first half: members choose whom to invite.

A choice depends only on the morning's state and on ego's own invitations of today, so any members
can choose at once, each at its own attempt (see ``seats``). In each round, a member who has a seat
makes one try, or all tries of an attempt where these can be made at once.
"""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.random import TRY, below, draw_blocks
from ..mechanics.simd import prefetch
from ..mechanics.threads import INVITATIONS_END
from ..rules.inviting import (
    FROM_CONTACTS,
    FROM_DIRECTORY,
    FROM_INTRODUCTIONS,
    FROM_POPULAR,
    candidate_source,
    finds_contact,
    misses_all,
)
from ..rules.place import code_here
from ..state.bonds import (
    CONNECTIONS,
    COUNTS,
    class_in,
    find_from,
    guess,
    nth_free,
    number_of_contacts,
    prefetch_bond,
    prefetch_contact_states,
    prefetch_search,
)
from ..state.columns import MEMBERS
from ..state.connections import connection_place
from ..state.lists import ROW
from ..state.presence import first_place, member_at
from ..state.rows import EGO, UNUSED
from .eligible import agrees, count_agreed, may_be_invited
from .popular import popular_member
from .seats import (
    NEXT_ROW,
    TRYING,
    begin_attempts,
    clear_seats,
    end_attempts,
    take_seats,
)
from .welcome import prefetch_reputation, prefetch_tie
from .write import (
    PICK,
    SECOND_PICK,
    SOURCE,
    ends_attempt,
    invite_best,
    invited_today,
    is_in_vain,
    write,
)


@inline
def _draw(parameters, day, trying, count, scratch):
    """For each of some members, draw the random words of the next try."""
    for one in range(count):
        seat = np.int64(trying[one])
        scratch.egos[one] = scratch.who[seat]
        scratch.places[one] = scratch.next_try[seat]
    purpose = code_here(TRY, parameters.platform.place)
    draw_blocks(parameters.key, day, purpose, scratch.egos, scratch.places, count, scratch.drawn)


@inline
def _find_contacts(state, parameters, day, trying, found, scratch):
    """Replace the numbers of the contacts found by their slots, and prefetch these contacts."""
    people, policies = state.people, parameters.policies
    for hit in range(found):
        prefetch_contact_states(people, np.int64(scratch.egos[np.int64(scratch.found[hit])]))
    for hit in range(found):
        one = np.int64(scratch.found[hit])
        ego, seat = np.int64(scratch.egos[one]), np.int64(trying[one])
        classes = np.int64(scratch.classes[seat])
        policy, number = state.platform.policy[ego], scratch.slot[one]
        if policies.contacts_only[policy] and policies.condition[policy] != 0:
            slot = count_agreed(state, parameters, day, ego, classes, number)
        else:
            slot = nth_free(people, ego, classes, number)
        scratch.slot[one] = slot
        prefetch(people.alter, slot)
        prefetch_tie(state, parameters, slot)
    if len(people.help) > 0:
        for hit in range(found):
            slot = scratch.slot[np.int64(scratch.found[hit])]
            prefetch_reputation(people, np.int64(people.alter[slot]))


@kernel
def _try_contacts_only(state, parameters, day, alone, scratch):
    """For those who look only among contacts, make all tries of an attempt at once.

    Each try would find one of the e eligible among c contacts with probability e / c. So the words
    of the first try decide whether any of them finds one, and which.
    """
    tries, trying = parameters.inviting.tries, scratch.from_contacts
    _draw(parameters, day, trying, alone, scratch)
    found = np.int64(0)
    for one in range(alone):
        seat, ego = np.int64(trying[one]), np.int64(scratch.egos[one])
        eligible = np.int64(scratch.eligible[seat])
        if parameters.policies.condition[state.platform.policy[ego]] != 0:
            classes = np.int64(scratch.classes[seat])
            eligible = count_agreed(state, parameters, day, ego, classes, np.int64(-1))
        miss, hit = 1.0, eligible / number_of_contacts(state.people, ego)
        for _ in range(tries):
            miss *= 1.0 - hit
        scratch.found[found] = one
        scratch.slot[one] = below(scratch.drawn[PICK, one], eligible)
        misses = misses_all(np.int64(scratch.drawn[SOURCE, one]), miss)
        found += np.int64((not misses) & (eligible > 0))
    _find_contacts(state, parameters, day, trying, found, scratch)
    for hit in range(found):
        one = np.int64(scratch.found[hit])
        seat, slot = np.int64(trying[one]), scratch.slot[one]
        other = np.int64(state.people.alter[slot])
        write(state, parameters, day, one, seat, slot, other, FROM_CONTACTS, scratch)
    end_attempts(tries, trying, alone, scratch)


@inline
def _source(policies, policy, word):
    return candidate_source(
        word,
        policies.until_contacts[policy],
        policies.until_introductions[policy],
        policies.until_directory[policy],
    )


@inline
def _look(state, parameters, section_bits, trying, scratch):
    """Decide where each try looks.

    List the tries that find a contact, the tries that look elsewhere, and (in ``again``) the seats
    of those who find nobody. Return the three numbers. The counts alone tell whether a contact is
    found.
    """
    found, elsewhere, again = np.int64(0), np.int64(0), np.int64(0)
    people, counts = state.people, state.people.counts
    there = first_place(people, state.clock[MEMBERS])
    for one in range(trying):
        seat, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        policy, pick = state.platform.policy[ego], np.int64(scratch.drawn[PICK, one])
        source = _source(parameters.policies, policy, np.int64(scratch.drawn[SOURCE, one]))
        eligible = np.int64(scratch.eligible[seat])
        hit = finds_contact(pick, eligible, number_of_contacts(people, ego))
        hit &= source == FROM_CONTACTS
        has_connection = counts[COUNTS * ego + CONNECTIONS] > 0
        looks = (source >= FROM_DIRECTORY) | ((source == FROM_INTRODUCTIONS) & has_connection)
        scratch.slot[one] = below(scratch.drawn[SECOND_PICK, one], eligible)
        anybody = member_at(people, below(pick, there))
        scratch.whom[one] = anybody if source >= FROM_DIRECTORY else -1
        if source == FROM_POPULAR:
            scratch.whom[one] = popular_member(state, section_bits, pick, anybody)
        scratch.found[found] = one
        scratch.elsewhere[elsewhere] = one
        scratch.again[again] = seat
        found += np.int64(hit)
        elsewhere += np.int64(looks)
        again += np.int64((not hit) & (not looks))
    return found, elsewhere, again


@kernel
def _ask_connections(state, elsewhere, scratch):
    """For the tries ``elsewhere`` without a candidate, find a connection of a connection.

    Both connections are random. Each loop reads what the loop before has prefetched.
    """
    people, platform, asking = state.people, state.platform, np.int64(0)
    counts, connected = people.counts, platform.connected
    for look in range(elsewhere):
        one = np.int64(scratch.elsewhere[look])
        scratch.introduced[asking] = one
        asking += np.int64(scratch.whom[one] < 0)
    for asked in range(asking):
        prefetch(platform.connections, ROW * np.int64(scratch.egos[scratch.introduced[asked]]))
    for asked in range(asking):
        one = np.int64(scratch.introduced[asked])
        ego = np.int64(scratch.egos[one])
        number = below(scratch.drawn[PICK, one], np.int64(counts[COUNTS * ego + CONNECTIONS]))
        place = connection_place(state, ego, number)
        scratch.between[asked] = place
        prefetch(connected, place)
    for asked in range(asking):
        between = np.int64(connected[np.int64(scratch.between[asked])])
        scratch.between[asked] = between
        prefetch(counts, COUNTS * between)
        prefetch(platform.connections, ROW * between)
    for asked in range(asking):
        one, between = np.int64(scratch.introduced[asked]), np.int64(scratch.between[asked])
        count = np.int64(counts[COUNTS * between + CONNECTIONS])
        place = connection_place(state, between, below(scratch.drawn[SECOND_PICK, one], count))
        scratch.between[asked] = place
        prefetch(connected, place)
    for asked in range(asking):
        found = np.int64(connected[np.int64(scratch.between[asked])])
        scratch.whom[np.int64(scratch.introduced[asked])] = found


@kernel
def _leave_out(state, parameters, elsewhere, again, scratch):
    """Leave those in vain out of the tries that look ``elsewhere``; add their seats to ``again``.

    Return how many tries are left, and how many seats are now in ``again``.
    """
    left = np.int64(0)
    for look in range(elsewhere):
        one = np.int64(scratch.elsewhere[look])
        seat, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        vain = np.int64(is_in_vain(state, parameters, ego, seat, scratch.whom[one], scratch))
        scratch.elsewhere[left] = one
        scratch.again[again] = seat
        left += 1 - vain
        again += vain
    return left, again


@kernel
def _guess_bonds(people, elsewhere, scratch):
    """Guess by the marks the bonds of egos with those found elsewhere, and prefetch these bonds."""
    for look in range(elsewhere):
        one = np.int64(scratch.elsewhere[look])
        slot = guess(people, np.int64(scratch.egos[one]), scratch.whom[one])
        scratch.slot[one] = slot
        if slot >= 0:
            prefetch_bond(people, slot)
            prefetch_reputation(people, scratch.whom[one])


@inline
def _invite_elsewhere(state, parameters, day, elsewhere, again, ended, scratch):
    """Invite those whom tries have found elsewhere, if they are eligible.

    Return how many seats are now in ``again``, and how many in ``ended``.
    """
    policies, rows = parameters.policies, state.today.invitations
    for look in range(elsewhere):
        one = np.int64(scratch.elsewhere[look])
        seat, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        other = scratch.whom[one]
        word = np.int64(scratch.drawn[SOURCE, one])
        source = _source(policies, state.platform.policy[ego], word)
        slot = find_from(state.people, ego, other, scratch.slot[one])
        asked = slot < 0 and invited_today(rows, other, seat, scratch)
        if (
            other == ego
            or asked
            or not may_be_invited(state, parameters, day, ego, other, slot, source)
        ):
            scratch.again[again] = seat
            again += 1
            continue
        ends = ends_attempt(state, parameters, day, one, seat, slot, other, source, scratch)
        scratch.again[again], scratch.ended[ended] = seat, seat
        again += np.int64(not ends)
        ended += np.int64(ends)
    return again, ended


@inline
def _invite_contacts(state, parameters, day, found, again, ended, scratch):
    """Invite the contacts that tries have found, if the policy's own function agrees.

    Return how many seats are now in ``again``, and how many in ``ended``.
    """
    people, conditions = state.people, parameters.policies.condition
    for hit in range(found):
        one = np.int64(scratch.found[hit])
        seat, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        slot = scratch.slot[one]
        other, k = np.int64(people.alter[slot]), class_in(people.state[slot])
        asks = conditions[state.platform.policy[ego]] != 0
        if asks and not agrees(state, parameters, day, ego, other, slot, k):
            scratch.again[again] = seat
            again += 1
            continue
        source = FROM_CONTACTS
        ends = ends_attempt(state, parameters, day, one, seat, slot, other, source, scratch)
        scratch.again[again], scratch.ended[ended] = seat, seat
        again += np.int64(not ends)
        ended += np.int64(ends)
    return again, ended


@kernel
def _try_everywhere(state, parameters, day, section_bits, scratch):
    """Make the next try of each member who does not look only among contacts."""
    people, trying, tries = state.people, scratch.seats[TRYING], parameters.inviting.tries
    _draw(parameters, day, scratch.trying, trying, scratch)
    found, elsewhere, again = _look(state, parameters, section_bits, trying, scratch)
    _ask_connections(state, elsewhere, scratch)
    if len(state.platform.rank) > 0:
        elsewhere, again = _leave_out(state, parameters, elsewhere, again, scratch)
    for look in range(elsewhere):
        prefetch_search(people, np.int64(scratch.egos[np.int64(scratch.elsewhere[look])]))
    _find_contacts(state, parameters, day, scratch.trying, found, scratch)
    _guess_bonds(people, elsewhere, scratch)
    again, ended = _invite_contacts(state, parameters, day, found, again, np.int64(0), scratch)
    again, ended = _invite_elsewhere(state, parameters, day, elsewhere, again, ended, scratch)
    trying = np.int64(0)
    for one in range(again):
        seat = np.int64(scratch.again[one])
        next_try = np.int64(scratch.next_try[seat]) + 1
        scratch.next_try[seat] = next_try
        scratch.trying[trying] = seat
        scratch.ended[ended] = seat
        goes_on = np.int64(next_try < np.int64(scratch.first_try[seat]) + tries)
        if not goes_on:
            invite_best(state, parameters, day, seat, scratch)
        trying += goes_on
        ended += 1 - goes_on
    scratch.seats[TRYING] = trying
    end_attempts(tries, scratch.ended, ended, scratch)


@kernel
def _compact(state, partition, last):
    """Move the invitations of a thread together, up to row ``last``; return their end.

    The order of their senders stays. Note where each section begins and ends.
    """
    rows, bounds = state.today.invitations, state.today.section_rows
    row = out = first_row(state, partition)
    for section in range(partition.first_section, partition.end_section):
        bounds[section, 0] = out
        end_member = (section + 1) << partition.section_bits
        while row < last and rows[row, EGO] < end_member:  # UNUSED is also below end_member
            for column in range(4):
                rows[out, column] = rows[row, column]
            out += np.int64(rows[row, EGO] != UNUSED)
            row += 1
        bounds[section, 1] = out
    return out


@inline
def first_row(state, partition):
    """Return the row at which a thread's part of today's invitations begins."""
    return state.platform.room_from[partition.first_section]


@kernel
def choose_invitations(state, parameters, day, partition):
    """Choose whom the members of a thread invite.

    Write to ``invitations``, beginning at the row that leaves room for all invitations of the
    members before this thread. Note where each section begins.
    """
    scratch = partition.scratch.invite
    clear_seats(partition.low, first_row(state, partition), scratch)
    while take_seats(state, parameters, day, partition, scratch):
        alone = begin_attempts(state, parameters, day, scratch)
        if alone > 0:
            _try_contacts_only(state, parameters, day, alone, scratch)
        if scratch.seats[TRYING] > 0:
            _try_everywhere(state, parameters, day, partition.section_bits, scratch)
    last = scratch.queue[NEXT_ROW]
    partition.progress[INVITATIONS_END] = _compact(state, partition, last)
