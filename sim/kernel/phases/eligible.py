"""Whom a member may invite: this module applies the rules of ``rules.inviting`` to the state."""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..mechanics.compilation import inline, kernel
from ..rules.caution import least_estimate
from ..rules.enforcing import strike_counts
from ..rules.inviting import (
    FROM_CONTACTS,
    estimated_acceptance,
    is_eligible,
    is_likely,
    least_tie,
)
from ..rules.place import is_absent
from ..rules.sanctions import forbids_stranger
from ..state.bonds import (
    CONNECTIONS,
    COUNTS,
    FREE_OF_CLASS,
    class_in,
    last_in,
    met_in,
    nth_free,
    number_of_free,
    standing_in,
    talked_in,
)
from ..state.columns import (
    ACCOUNT,
    ANSWERS,
    COUNTED_STRIKES,
    FAILED,
    LADDER,
    LIMITED_UNTIL,
)
from .welcome import is_unwelcome


@intrinsic
def _call(
    typing_context, address, met, talked, days_since, k, number, degree, same_circle, policy, day
):
    """Call a policy's own compiled function at an address."""

    def generate(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = ir.FunctionType(word, [word] * 9)
        pointer = builder.inttoptr(arguments[0], function.as_pointer())
        return builder.call(pointer, arguments[1:])

    return types.int64(*[types.int64] * 10), generate


@kernel
def _counted_strikes(platform, rule, day, ego):
    """Count the strikes of an account without a restriction that still count this evening."""
    strikes = np.int64(platform.account[ACCOUNT * ego + COUNTED_STRIKES])
    if platform.strike_days.shape[0] == 0:
        return strikes
    counted = np.int64(0)
    for turn in range(min(strikes, platform.strike_days.shape[1])):
        counted += np.int64(strike_counts(day, platform.strike_days[ego, turn], rule.window_days))
    return counted


@inline
def least_likely(platform, parameters, day, ego):
    """Return the least estimate of acceptance at which ego invites today, given its caution."""
    policies, policy, rule = parameters.policies, platform.policy[ego], parameters.platform
    least, caution = policies.min_acceptance[policy], policies.caution[policy]
    if caution == 0.0:
        return least
    strikes = _counted_strikes(platform, rule, day, ego)
    return least_estimate(least, caution, strikes, rule.limit)


@inline
def thinks_likely(platform, parameters, ego, k, least):
    """Return whether ego's own estimate of acceptance at tie class k is high enough."""
    if least == 0.0:
        return True
    accepted = platform.answers[ANSWERS * ego + 2 * k]
    resolved = platform.answers[ANSWERS * ego + 2 * k + 1]
    inviting = parameters.inviting
    estimate = estimated_acceptance(inviting.prior[k], inviting.prior_weight, accepted, resolved)
    return is_likely(estimate, least)


@inline
def _least_tie(policies, policy, source):
    return least_tie(source, policies.min_tie[policy], policies.invites_references[policy])


@kernel
def agrees(state, parameters, day, ego, other, slot, k):
    """Return whether the policy's own function, if it has one, agrees to a candidate."""
    people, platform, society = state.people, state.platform, parameters.society
    tie = np.int64(people.link[2 * slot + 1]) if k > 0 else np.int64(0)
    since = day - society.first_day - last_in(tie) if k > 0 else -1
    policy = platform.policy[ego]
    answer = _call(
        parameters.policies.condition[policy],
        met_in(tie),
        talked_in(tie),
        since,
        np.int64(k),
        np.int64(other),
        np.int64(people.counts[COUNTS * other + CONNECTIONS]),
        np.int64(ego // society.circle_size == other // society.circle_size),
        np.int64(platform.policy[other]),
        np.int64(day),
    )
    if answer < 0:  # it has raised an exception
        state.clock[FAILED + policy] = 1
    return answer > 0


@inline
def may_be_invited(state, parameters, day, ego, other, slot, source):
    """Return whether ego may invite other, found by a source; ``slot`` is their bond, -1: none."""
    policies, policy = parameters.policies, state.platform.policy[ego]
    bond = np.int64(state.people.state[slot]) if slot >= 0 else np.int64(0)
    k = class_in(bond)
    least = least_likely(state.platform, parameters, day, ego)
    likely = thinks_likely(state.platform, parameters, ego, k, least)
    if not is_eligible(standing_in(bond), k, _least_tie(policies, policy, source), likely):
        return False
    if policies.condition[policy] == 0:
        return True
    return agrees(state, parameters, day, ego, other, slot, k)


@inline
def is_away(platform, member):
    """Return whether a member is not on the platform."""
    return len(platform.joined) > 0 and is_absent(platform.joined[member])


@inline
def _is_limited(state, day, ego, slot):
    """Return whether ego may invite only people it knows, and doesn't know the one at a slot."""
    ladder = state.platform.ladder
    if len(ladder) == 0:
        return False
    k = class_in(np.int64(state.people.state[slot])) if slot >= 0 else np.int64(0)
    return forbids_stranger(day, ladder[LADDER * ego + LIMITED_UNTIL], k)


@inline
def is_forbidden(state, parameters, day, ego, other, slot):
    """Return whether ego must not invite other, although other is eligible: the attempt lapses.

    ``slot`` is that of ego's bond with other, or -1 if there is none.
    """
    away, limited = is_away(state.platform, other), _is_limited(state, day, ego, slot)
    return away or limited or is_unwelcome(state, parameters, slot, other)


@inline
def eligible_contacts(state, parameters, day, ego):
    """Return which tie classes of contacts are eligible for ego, and the number of these contacts.

    The classes are bits of a number. The policy's own function is not asked. No contact is looked
    at, because free contacts are already counted by class.
    """
    counts, policy = state.people.counts, state.platform.policy[ego]
    classes, number = np.int64(0), np.int64(0)
    lowest = _least_tie(parameters.policies, policy, FROM_CONTACTS)
    least = least_likely(state.platform, parameters, day, ego)
    for k in range(1, 5):
        free = np.int64(counts[COUNTS * ego + FREE_OF_CLASS + k])
        likely = thinks_likely(state.platform, parameters, ego, k, least)
        fits = is_eligible(np.int64(0), k, lowest, likely)
        takes = np.int64(fits & (free > 0))
        classes |= takes << k
        number += takes * free
    return classes, number


@kernel
def count_agreed(state, parameters, day, ego, classes, number):
    """Count the eligible contacts to whom the policy's own function agrees, if ``number`` is -1.

    If ``number`` is not -1, return the slot of the contact with this number (from 0) among them.
    """
    people, agreed = state.people, np.int64(0)
    for place in range(number_of_free(people, ego, classes)):
        slot = nth_free(people, ego, classes, place)
        other, k = np.int64(people.alter[slot]), class_in(people.state[slot])
        if agrees(state, parameters, day, ego, other, slot, k):
            if agreed == number:
                return slot
            agreed += 1
    return agreed
