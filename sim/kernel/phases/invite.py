"""Phase 2, first half: members choose whom to invite.

Choosing reads the morning's state and, of today's invitations, only ego's own; it can be done for any
batch of members at once. All of a batch make a try before any makes the next.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import TRY, below, draw_blocks
from ..mechanics.scratch import BATCH
from ..mechanics.simd import prefetch
from ..mechanics.threads import INVITATIONS_END
from ..rules.inviting import (
    FROM_CONTACTS,
    FROM_DIRECTORY,
    FROM_INTRODUCTIONS,
    candidate_source,
    finds_contact,
    may_invite,
    may_send_this_week,
    misses_all,
    waits_longer,
)
from ..rules.standing import PENDING
from ..state.bonds import (
    CONNECTIONS,
    CONTACTS,
    COUNTS,
    class_in,
    find_from,
    guess,
    no_longer_free,
    nth_free,
    prefetch_bond,
    prefetch_contact_states,
    prefetch_member,
    prefetch_search,
    with_standing,
)
from ..state.columns import ACCOUNT, ANSWERS, RESTRICTED_UNTIL
from ..state.connections import connection_place
from ..state.lists import ROW
from ..state.rows import ALTER, EGO, EXTRA, SLOT, pack_source_and_delay
from .eligible import agrees, count_agreed, eligible_contacts, may_be_invited

_SOURCE, _PICK, _SECOND_PICK, _DELAY = range(4)
"""The words of a try."""


@inline
def _select_inviters(state, parameters, day, first, last, who):
    """List the members from first to last - 1 who may invite today, and return their number."""
    platform, counts, inviters = state.platform, state.people.counts, np.int64(0)
    most = parameters.platform.max_connections
    for ego in range(as_index(first), as_index(last)):
        who[inviters] = ego
        until = platform.account[ACCOUNT * ego + RESTRICTED_UNTIL]
        may = may_invite(day, until, counts[COUNTS * ego + CONNECTIONS], most)
        inviters += np.int64(may & (state.today.attempts[ego] > 0))
    return inviters


@inline
def _sent_this_week(platform, ego):
    total = np.int64(0)
    for weekday in range(7):
        total += platform.week[ego, weekday]
    return total


@inline
def _select_trying(state, parameters, attempt, inviters, scratch):
    """Part those who make an attempt by whether their policy looks only among contacts.

    Return both numbers. Who looks only among contacts and has no eligible one would find nobody,
    whatever is drawn.
    """
    platform, weekly = state.platform, parameters.platform.weekly_invites
    alone, others = np.int64(0), np.int64(0)
    for inviter in range(inviters):
        ego = np.int64(scratch.who[inviter])
        if state.today.attempts[ego] <= attempt:
            continue
        if weekly >= 0 and not may_send_this_week(_sent_this_week(platform, ego), weekly):
            continue
        classes, number = eligible_contacts(state, parameters, ego)
        scratch.classes[inviter], scratch.eligible[inviter] = classes, number
        scratch.from_contacts[alone] = inviter
        scratch.trying[others] = inviter
        contacts_only = parameters.policies.contacts_only[platform.policy[ego]]
        alone += np.int64(contacts_only & (number > 0))
        others += np.int64(not contacts_only)
    return alone, others


@inline
def _delay(inviting, word):
    """Return how many days the answer takes; pending_days stands for never."""
    days = np.int64(0)
    for day in range(inviting.pending_days):  # the thresholds fall: all can be looked at at once
        days += np.int64(waits_longer(word, inviting.delays[day]))
    return days


@inline
def _write(state, parameters, scratch, one, inviter, slot, other, source, base, each, day):
    """Note the invitation of an inviter, to which a try has led."""
    ego = np.int64(scratch.egos[one])
    if slot >= 0:
        bond = state.people.state[slot]
        no_longer_free(state.people, ego, class_in(bond))
        state.people.state[slot] = with_standing(bond, PENDING)
    row = state.today.invitations[base + inviter * each + scratch.written[inviter]]
    delay = _delay(parameters.inviting, np.int64(scratch.drawn[_DELAY, one]))
    row[EGO], row[ALTER], row[SLOT] = ego, other, slot
    row[EXTRA] = pack_source_and_delay(source, delay)
    scratch.written[inviter] += 1
    if parameters.platform.weekly_invites >= 0:
        state.platform.week[ego, day % 7] += 1


@inline
def _draw(key, day, inviters, count, number, scratch):
    """Draw the words of a try, by its number, of each of some inviters."""
    for one in range(count):
        scratch.egos[one] = scratch.who[np.int64(inviters[one])]
        scratch.places[one] = number
    draw_blocks(key, day, TRY, scratch.egos, scratch.places, count, scratch.drawn)


@inline
def _find_contacts(state, parameters, day, inviters, found, scratch):
    """Turn the numbers of the contacts that were found into their slots; prefetch who they are."""
    people, policies = state.people, parameters.policies
    for hit in range(found):
        prefetch_contact_states(people, np.int64(scratch.egos[np.int64(scratch.found[hit])]))
    for hit in range(found):
        one = np.int64(scratch.found[hit])
        ego, classes = np.int64(scratch.egos[one]), scratch.classes[np.int64(inviters[one])]
        policy, number = state.platform.policy[ego], scratch.slot[one]
        if policies.contacts_only[policy] and policies.condition[policy] != 0:
            slot = count_agreed(state, parameters, day, ego, classes, number)
        else:
            slot = nth_free(people, ego, classes, number)
        scratch.slot[one] = slot
        prefetch(people.alter, slot)


@kernel
def _try_contacts_only(state, parameters, day, attempt, alone, base, each, scratch):
    """Make all tries of those who look only among contacts at once, with the words of the first.

    Each would find one of the e eligible among c contacts with probability e / c.
    """
    tries, inviters = parameters.inviting.tries, scratch.from_contacts
    _draw(parameters.key, day, inviters, alone, attempt * tries, scratch)
    found = np.int64(0)
    for one in range(alone):
        inviter, ego = np.int64(inviters[one]), np.int64(scratch.egos[one])
        eligible = scratch.eligible[inviter]
        if parameters.policies.condition[state.platform.policy[ego]] != 0:
            classes = scratch.classes[inviter]
            eligible = count_agreed(state, parameters, day, ego, classes, np.int64(-1))
        miss, hit = 1.0, eligible / np.int64(state.people.counts[COUNTS * ego + CONTACTS])
        for _ in range(tries):
            miss *= 1.0 - hit
        scratch.found[found] = one
        scratch.slot[one] = below(scratch.drawn[_PICK, one], eligible)
        misses = misses_all(np.int64(scratch.drawn[_SOURCE, one]), miss)
        found += np.int64((not misses) & (eligible > 0))
    _find_contacts(state, parameters, day, inviters, found, scratch)
    for hit in range(found):
        one = np.int64(scratch.found[hit])
        inviter, slot = np.int64(inviters[one]), scratch.slot[one]
        other = np.int64(state.people.alter[slot])
        _write(
            state,
            parameters,
            scratch,
            one,
            inviter,
            slot,
            other,
            FROM_CONTACTS,
            base,
            each,
            day,
        )


@inline
def _source(policies, policy, word):
    return candidate_source(
        word, policies.until_contacts[policy], policies.until_introductions[policy]
    )


@inline
def _look(state, parameters, trying, scratch):
    """See where each try looks.

    List those that find a contact, those that look elsewhere, and those to make ``again``; return the
    three numbers. Whether a contact is found can be told without a look at any of them.
    """
    found, elsewhere, again = np.int64(0), np.int64(0), np.int64(0)
    counts, members = state.people.counts, parameters.society.members
    for one in range(trying):
        inviter, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        policy, pick = state.platform.policy[ego], np.int64(scratch.drawn[_PICK, one])
        source = _source(parameters.policies, policy, np.int64(scratch.drawn[_SOURCE, one]))
        eligible = scratch.eligible[inviter]
        hit = finds_contact(pick, eligible, np.int64(counts[COUNTS * ego + CONTACTS]))
        hit &= source == FROM_CONTACTS
        has_connection = counts[COUNTS * ego + CONNECTIONS] > 0
        looks = (source == FROM_DIRECTORY) | ((source == FROM_INTRODUCTIONS) & has_connection)
        scratch.slot[one] = below(scratch.drawn[_SECOND_PICK, one], eligible)
        scratch.whom[one] = below(pick, members) if source == FROM_DIRECTORY else -1
        scratch.found[found] = one
        scratch.elsewhere[elsewhere] = one
        scratch.again[again] = inviter
        found += np.int64(hit)
        elsewhere += np.int64(looks)
        again += np.int64((not hit) & (not looks))
    return found, elsewhere, again


@kernel
def _ask_connections(state, elsewhere, scratch):
    """Find a random connection of a random connection for those tries ``elsewhere`` that ask for it.

    In rounds that each read what the one before has prefetched.
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
        number = below(scratch.drawn[_PICK, one], np.int64(counts[COUNTS * ego + CONNECTIONS]))
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
        place = connection_place(state, between, below(scratch.drawn[_SECOND_PICK, one], count))
        scratch.between[asked] = place
        prefetch(connected, place)
    for asked in range(asking):
        found = np.int64(connected[np.int64(scratch.between[asked])])
        scratch.whom[np.int64(scratch.introduced[asked])] = found


@kernel
def _guess_bonds(people, elsewhere, scratch):
    """Guess the bonds of egos with those whom they have found elsewhere, by the marks; prefetch."""
    for look in range(elsewhere):
        one = np.int64(scratch.elsewhere[look])
        slot = guess(people, np.int64(scratch.egos[one]), scratch.whom[one])
        scratch.slot[one] = slot
        if slot >= 0:
            prefetch_bond(people, slot)


@inline
def _invited_today(invitations, other, first, count):
    """Return whether a stranger is among ``count`` invitations of ego's from a row on."""
    row = first
    while row < first + count and invitations[row, ALTER] != other:
        row += 1
    return row < first + count


@inline
def _invite_elsewhere(state, parameters, day, elsewhere, again, base, each, scratch):
    """Invite those whom tries have found elsewhere, if they are eligible.

    Return how many inviters are now in ``again``.
    """
    policies, rows = parameters.policies, state.today.invitations
    for look in range(elsewhere):
        one = np.int64(scratch.elsewhere[look])
        inviter, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        other, written = scratch.whom[one], scratch.written[inviter]
        slot = find_from(state.people, ego, other, scratch.slot[one])
        asked = slot < 0 and _invited_today(rows, other, base + inviter * each, written)
        if other == ego or asked or not may_be_invited(state, parameters, day, ego, other, slot):
            scratch.again[again] = inviter
            again += 1
            continue
        word = np.int64(scratch.drawn[_SOURCE, one])
        source = _source(policies, state.platform.policy[ego], word)
        _write(state, parameters, scratch, one, inviter, slot, other, source, base, each, day)
    return again


@inline
def _invite_contacts(state, parameters, day, found, again, base, each, scratch):
    """Invite the contacts that tries have found, if the policy's own function agrees.

    Return how many inviters are now in ``again``.
    """
    people, conditions = state.people, parameters.policies.condition
    for hit in range(found):
        one = np.int64(scratch.found[hit])
        inviter, ego = np.int64(scratch.trying[one]), np.int64(scratch.egos[one])
        slot = scratch.slot[one]
        other, k = np.int64(people.alter[slot]), class_in(people.state[slot])
        asks = conditions[state.platform.policy[ego]] != 0
        if asks and not agrees(state, parameters, day, ego, other, slot, k):
            scratch.again[again] = inviter
            again += 1
            continue
        _write(
            state, parameters, scratch, one, inviter, slot, other, FROM_CONTACTS, base, each, day
        )
    return again


@kernel
def _try_everywhere(state, parameters, day, attempt, trying, base, each, scratch):
    """Make the tries of those who look not only among contacts, one of each after the other."""
    people, tries = state.people, parameters.inviting.tries
    for number in range(attempt * tries, (attempt + 1) * tries):
        if trying == 0:
            break
        _draw(parameters.key, day, scratch.trying, trying, number, scratch)
        found, elsewhere, again = _look(state, parameters, trying, scratch)
        for look in range(elsewhere):
            prefetch_search(people, np.int64(scratch.egos[np.int64(scratch.elsewhere[look])]))
        _find_contacts(state, parameters, day, scratch.trying, found, scratch)
        _ask_connections(state, elsewhere, scratch)
        _guess_bonds(people, elsewhere, scratch)
        again = _invite_contacts(state, parameters, day, found, again, base, each, scratch)
        trying = _invite_elsewhere(state, parameters, day, elsewhere, again, base, each, scratch)
        for one in range(trying):
            scratch.trying[one] = scratch.again[one]


@inline
def _compact(invitations, inviters, base, each, written):
    """Move the invitations of a batch together, in the order of their senders; return their end."""
    out = base
    for inviter in range(inviters):
        for number in range(each):
            for column in range(4):
                value = invitations[base + inviter * each + number, column]
                invitations[out, column] = value
            out += np.int64(number < written[inviter])
    return out


@inline
def most_attempts(inviting):
    """Return the attempts that a member can make in a day."""
    return inviting.whole_attempts + np.int64(inviting.extra_attempt > 0)


@inline
def first_row(parameters, partition):
    """Return the row at which a thread's part of today's invitations begins."""
    return partition.low * most_attempts(parameters.inviting)


@inline
def _choose_batch(state, parameters, day, first, last, out, scratch):
    """Let members first to last - 1 choose; write from row ``out`` on, and return the end.

    The first notes are made where each inviter has room for all its attempts.
    """
    each, people = most_attempts(parameters.inviting), state.people
    inviters = _select_inviters(state, parameters, day, first, last, scratch.who)
    for inviter in range(inviters):
        ego = np.int64(scratch.who[inviter])
        scratch.written[inviter] = 0
        prefetch_member(people, ego)
        prefetch(people.strangers, ROW * ego)
        prefetch(state.platform.answers, ANSWERS * ego)
    for attempt in range(each):
        alone, trying = _select_trying(state, parameters, attempt, inviters, scratch)
        _try_contacts_only(state, parameters, day, attempt, alone, out, each, scratch)
        _try_everywhere(state, parameters, day, attempt, trying, out, each, scratch)
    return _compact(state.today.invitations, inviters, out, each, scratch.written)


@kernel
def choose_invitations(state, parameters, day, partition):
    """Let the members of a thread choose whom to invite.

    Write to ``invitations`` from the row on where all before them would end, and note where each
    section begins.
    """
    out = first_row(parameters, partition)
    for section in range(partition.first_section, partition.end_section):
        state.today.section_rows[section, 0] = out
        begin = section << partition.section_bits
        end = min((section + 1) << partition.section_bits, partition.high)
        for first in range(begin, end, BATCH):
            last = min(first + BATCH, end)
            out = _choose_batch(state, parameters, day, first, last, out, partition.scratch.invite)
        state.today.section_rows[section, 1] = out
    partition.progress[INVITATIONS_END] = out
