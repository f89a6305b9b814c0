"""Phase 5, at the end: connections that members miss because their own policies are cautious.

These are expected values: nothing is drawn, and nothing changes.
"""

import numpy as np

from ..mechanics.compilation import entry, inline, kernel
from ..mechanics.random import TWO32
from ..mechanics.references import reference
from ..mechanics.simd import WIDTH, prefetch
from ..rules.answering import expected_acceptance
from ..rules.inviting import has_room, may_invite
from ..rules.standing import FREE
from ..state.bonds import (
    CONNECTIONS,
    CONTACTS,
    COUNTS,
    FREE_OF_CLASS,
    class_in,
    contact_slot,
    standing_in,
)
from ..state.columns import ACCOUNT, RESTRICTED_UNTIL
from ..state.connections import connection_place, prefetch_connections
from ..state.lists import ROW
from .answer import chance_of_recognition, difference_of_ranks, habit_of
from .eligible import agrees, is_away, is_forbidden, least_likely, thinks_likely
from .welcome import is_unwelcome_inviter

BY_TIE, BY_ESTIMATE, PAIRS = range(3)
"""Columns: connections missed by the least tie, by the least estimate; contacts barred."""
MISSED = 3


@inline
def _barred_classes(state, parameters, day, ego):
    """Return the tie classes barred by the least tie, and those barred by the least estimate.

    Each class is a bit of a number. Only classes in which ego has free contacts are returned.
    """
    counts, policies = state.people.counts, parameters.policies
    least_tie = policies.min_tie[state.platform.policy[ego]]
    least = least_likely(state.platform, parameters, day, ego)
    by_tie, by_estimate = np.int64(0), np.int64(0)
    for k in range(1, 5):
        has_some = np.int64(counts[COUNTS * ego + FREE_OF_CLASS + k] > 0)
        by_tie |= (has_some & np.int64(k < least_tie)) << k
        unlikely = np.int64(not thinks_likely(state.platform, parameters, ego, k, least))
        by_estimate |= (has_some & unlikely) << k
    return by_tie, by_estimate


@inline
def _has_room(state, parameters, other):
    connections = np.int64(state.people.counts[COUNTS * other + CONNECTIONS])
    return has_room(connections, parameters.platform.max_connections)


@inline
def _may_invite(state, parameters, day, ego):
    """Return whether ego may invite tomorrow, the weekly cap left aside."""
    if is_away(state.platform, ego):
        return False
    until = state.platform.account[ACCOUNT * ego + RESTRICTED_UNTIL]
    connections = np.int64(state.people.counts[COUNTS * ego + CONNECTIONS])
    return may_invite(day + 1, until, connections, parameters.platform.max_connections)


@inline
def _mark_referred(state, ego, marks):
    """Mark with ego's number + 1 everybody with whom ego has a connection in common."""
    connected, counts = state.platform.connected, state.people.counts
    ours = np.int64(counts[COUNTS * ego + CONNECTIONS])
    for place in range(ours):
        between = np.int64(connected[connection_place(state, ego, place)])
        prefetch(counts, COUNTS * between)
        prefetch(state.platform.connections, ROW * between)
    for place in range(ours):
        prefetch_connections(state, np.int64(connected[connection_place(state, ego, place)]))
    for place in range(ours):
        between = np.int64(connected[connection_place(state, ego, place)])
        theirs = np.int64(counts[COUNTS * between + CONNECTIONS])
        for first in range(0, theirs, WIDTH):
            start = connection_place(state, between, first)
            for one in range(start, start + min(WIDTH, theirs - first)):
                marks[np.int64(connected[one])] = ego + 1


@inline
def _prefetch_contacts(state, ego, contacts):
    """Prefetch the number of connections of each contact of ego."""
    people = state.people
    for place in range(contacts):
        prefetch(people.counts, COUNTS * people.alter[contact_slot(people, ego, place)])


@kernel
def _miss_contact(state, parameters, day, ego, slot, by_tie, by_estimate, marks, missed):
    """Add what ego misses with a contact whom its policy may bar; ``marks`` tells who is referred.

    A member is referred to ego if the two have a connection in common.
    """
    policies, k = parameters.policies, class_in(state.people.state[slot])
    other = np.int64(state.people.alter[slot])
    policy, habit = state.platform.policy[other], habit_of(state.platform, other)
    difference = difference_of_ranks(state.platform, ego, other)
    chances = parameters.answering.accepts[policy, habit, difference]
    introduces = by_tie and policies.invites_references[state.platform.policy[ego]]
    differs = chances[k, 0] != chances[k, 1] or chances[0, 0] != chances[0, 1]
    referred = (introduces or differs) and marks[other] == ego + 1
    by_tie = by_tie and not (introduces and referred)  # an introduction needs no tie
    if not (by_tie or by_estimate):
        return
    reference = np.int64(referred)
    unwelcome = is_unwelcome_inviter(state, parameters, slot, ego)
    chance = expected_acceptance(
        np.int64(chance_of_recognition(state, parameters, day, slot) * TWO32),
        np.int64(0) if unwelcome else chances[k, reference],
        chances[0, reference],
    )
    if _has_room(state, parameters, other):
        missed[ego, BY_TIE if by_tie else BY_ESTIMATE] += chance
    missed[ego, PAIRS] += 1


@entry
def add_missed(state, parameters, day, marks, missed):
    """Add what each member misses with its contacts, as of the evening of a day.

    A pair counts if the platform lets ego invite the contact, the policy's own function agrees, and
    nothing but the policy's least tie or least estimate of acceptance bars the invitation. The pair
    counts as missed by the estimate if the estimate alone bars it.

    ``marks``, int64, shape (N,), and ``missed``, float64, shape (N, MISSED), must be 0 at first.
    """
    state, parameters = reference(state), reference(parameters)
    people, conditions = state.people, parameters.policies.condition
    for ego in range(len(missed)):
        by_tie, by_estimate = _barred_classes(state, parameters, day, ego)
        barred = by_tie | by_estimate
        if barred == 0 or not _may_invite(state, parameters, day, ego):
            continue
        asks = conditions[state.platform.policy[ego]] != 0
        contacts = np.int64(people.counts[COUNTS * ego + CONTACTS])
        _prefetch_contacts(state, ego, contacts)
        _mark_referred(state, ego, marks)
        for place in range(contacts):
            slot = contact_slot(people, ego, place)
            bond = np.int64(people.state[slot])
            k = class_in(bond)
            if standing_in(bond) != FREE or (barred >> k) & 1 == 0:
                continue
            other = np.int64(people.alter[slot])
            if asks and not agrees(state, parameters, day, ego, other, slot, k):
                continue
            if is_forbidden(state, parameters, day, ego, other, slot):
                continue
            tie, estimate = (by_tie >> k) & 1 != 0, (by_estimate >> k) & 1 != 0
            _miss_contact(state, parameters, day, ego, slot, tie, estimate, marks, missed)
