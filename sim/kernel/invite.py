"""Phase 2, first half: members choose whom to invite.

Choosing reads the morning's state and, of today's invitations, only ego's own; it can be done for any range of members at once.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.cpython.unsafe.tuple import tuple_setitem
from numba.extending import intrinsic

from .bonds import (
    BONDS,
    CLASS,
    CONNECTED,
    CONNECTIONS,
    CONTACT,
    CONTACTS,
    COUNT_MASK,
    LAST,
    MET,
    PENDING,
    PLATFORM,
    class_in,
    find,
    slot_of,
)
from .compilation import fast, inlined
from .draws import DELAY, PICK, SOURCE, below, block, lane
from .vectors import WIDTH, first_of, how_many, prefetch, within
from .world import (
    RESTRICTED_UNTIL,
)

FROM_CONTACTS, FROM_INTRODUCTIONS, FROM_DIRECTORY = range(3)
_UNIT = 2.0**-32
_AHEAD = 16
"""How many places ahead in a list memory is asked for."""


@intrinsic
def _ask(typing_context, address, met, talked, days_since, k, number, degree, same_circle, policy, day):
    """Call a policy's own compiled function at an address."""

    def generate(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = ir.FunctionType(word, [word] * 9)
        pointer = builder.inttoptr(arguments[0], function.as_pointer())
        return builder.call(pointer, arguments[1:])

    return types.int64(*[types.int64] * 10), generate


@inlined
def estimate(world, rules, ego, k):
    """Give ego's own estimate of acceptance at tie class k: the mean of a Beta."""
    return (rules.prior[k] * rules.prior_weight + world.answers[ego, 2 * k]) / (rules.prior_weight + world.answers[ego, 2 * k + 1])


@fast
def _agrees(world, rules, day, ego, other, slot, k):
    """Ask the policy's own function about a candidate."""
    tie = np.int64(world.link[slot, 1]) if k > 0 else np.int64(0)
    since = day - rules.first_day - (tie >> LAST) if k > 0 else -1
    same_circle = ego // rules.circle_size == other // rules.circle_size
    return (
        _ask(
            rules.condition[world.policy[ego]],
            (tie >> MET) & COUNT_MASK,
            tie & COUNT_MASK,
            since,
            np.int64(k),
            np.int64(other),
            np.int64(world.head[other, CONNECTIONS]),
            np.int64(same_circle),
            np.int64(world.policy[other]),
            np.int64(day),
        )
        != 0
    )


@inlined
def _eligible(world, rules, day, ego, other, slot):
    """Say whether ego may invite other, whose bond is at slot; one of the two may be -1: no bond, or look there who it is."""
    k = 0
    if slot >= 0:
        if world.state[slot] & PLATFORM:
            return False
        k = class_in(world.state[slot])
    p = world.policy[ego]
    if k < rules.min_tie[p]:
        return False
    if rules.min_acceptance[p] > 0.0 and estimate(world, rules, ego, k) < rules.min_acceptance[p]:
        return False
    return rules.condition[p] == 0 or _agrees(world, rules, day, ego, np.int64(world.alter[slot]) if slot >= 0 else other, slot, k)


@inlined
def _random_bond(world, key, day, ego, owner, n, r, words, connected):
    """Pick a connection of owner, or a contact, by ego's words PICK + r and on at index n; ``words`` is the block of r = 0."""
    bonds = world.head[owner, BONDS]
    while True:
        if r > 0:
            words = block(key, day, PICK + r, ego, n >> 2)
        slot = slot_of(world.chunks, owner, below(lane(words, n & 3), bonds))
        r += 1
        if world.state[slot] & PLATFORM == CONNECTED if connected else world.state[slot] & CONTACT != 0:
            return slot, r


@inlined
def _eligible_classes(world, rules, ego):
    """Give, for each tie class 1 to 4, whether contacts of it are eligible, as the span of states to look for: 0 for none."""
    p = world.policy[ego]
    least = rules.min_acceptance[p]
    spans = (np.uint8(0), np.uint8(0), np.uint8(0), np.uint8(0))
    for k in range(1, 5):
        if k >= rules.min_tie[p] and (least <= 0.0 or estimate(world, rules, ego, k) >= least):
            spans = tuple_setitem(spans, k - 1, np.uint8(1 << CLASS))
    return spans


@inlined
def _eligible_mask(state, first, spans):
    """Say which of the 16 bonds from slot first on are eligible contacts.

    Free, so the state is below PENDING, and of an eligible class. An empty place is none.
    """
    return (
        within(state, first, np.uint8(1 << CLASS), spans[0])
        | within(state, first, np.uint8(2 << CLASS), spans[1])
        | within(state, first, np.uint8(3 << CLASS), spans[2])
        | within(state, first, np.uint8(4 << CLASS), spans[3])
    )


@fast
def _count_eligible(head, chunks, state, ego, spans):
    """Count the eligible contacts of ego."""
    number = np.int64(0)
    for place in range(0, head[ego, BONDS], WIDTH):
        number += how_many(_eligible_mask(state, slot_of(chunks, ego, place), spans))
    return number


@fast
def _pick_eligible(head, chunks, state, ego, spans, number):
    """Give the slot of an eligible contact of ego by its number, 0 to their count - 1, in the order of the bonds."""
    for place in range(0, head[ego, BONDS], WIDTH):
        first = slot_of(chunks, ego, place)
        mask = _eligible_mask(state, first, spans)
        here = how_many(mask)
        if number < here:
            for _ in range(number):
                mask &= mask - 1
            return first + first_of(mask)
        number -= here
    return np.int64(-1)


@fast
def _count_agreed(world, rules, day, ego, spans, number):
    """Count the eligible contacts of ego to whom the policy's own function agrees, or give the slot of one of them by its number."""
    agreed = np.int64(0)
    for turn in range(_count_eligible(world.head, world.chunks, world.state, ego, spans)):
        slot = _pick_eligible(world.head, world.chunks, world.state, ego, spans, turn)
        if _agrees(world, rules, day, ego, np.int64(world.alter[slot]), slot, class_in(world.state[slot])):
            if agreed == number:
                return slot
            agreed += 1
    return agreed


@inlined
def _among_contacts(world, rules, day, ego, attempt):
    """Make all tries of an attempt at once, for a policy that looks nowhere but among its contacts; gives the slot of whom to invite, or
    -1.

    Each of the tries would find one of the e eligible among c contacts with probability e / c, any of them with equal right.
    """
    contacts = np.int64(world.head[ego, CONTACTS])
    if contacts == 0:
        return np.int64(-1)
    spans = _eligible_classes(world, rules, ego)
    asks = rules.condition[world.policy[ego]] != 0
    if asks:
        eligible = _count_agreed(world, rules, day, ego, spans, np.int64(-1))
    else:
        eligible = _count_eligible(world.head, world.chunks, world.state, ego, spans)
    if eligible == 0:
        return np.int64(-1)
    miss = 1.0
    for _ in range(rules.tries):
        miss *= 1.0 - eligible / contacts
    words = block(rules.key, day, PICK, ego, attempt)
    if words[0] < np.uint64(miss * 4294967296.0):
        return np.int64(-1)
    number = below(words[1], eligible)
    if asks:
        return _count_agreed(world, rules, day, ego, spans, number)
    return _pick_eligible(world.head, world.chunks, world.state, ego, spans, number)


@inlined
def _introduced(world, rules, day, ego, n, picked):
    """Give a random connection of a random connection; -1 if ego has none."""
    if world.head[ego, CONNECTIONS] == 0:
        return np.int64(-1)
    slot, r = _random_bond(world, rules.key, day, ego, ego, n, np.int64(0), picked, True)
    slot, r = _random_bond(world, rules.key, day, ego, np.int64(world.alter[slot]), n, r, picked, True)
    return np.int64(world.alter[slot])


@inlined
def _invited_before(world, other, first, out):
    """Say whether a stranger is among ego's invitations of today, in places first to out - 1 of ``invited``."""
    place = first
    while place < out and world.invited[place, 1] != other:
        place += 1
    return place < out


@inlined
def _one_by_one(world, rules, day, ego, attempt, first, out):
    """Make the tries of an attempt one after another; gives whom to invite (-1: nobody), the slot of the bond (-1: none) and the source."""
    p = world.policy[ego]
    key = rules.key
    sources = picks = (np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0))
    for n in range(attempt * rules.tries, (attempt + 1) * rules.tries):
        if n & 3 == 0 or n == attempt * rules.tries:
            picks = block(key, day, PICK, ego, n >> 2)
            sources = block(key, day, SOURCE, ego, n >> 2)
        u = lane(sources, n & 3) * _UNIT
        if u < rules.from_contacts[p]:
            if world.head[ego, CONTACTS] == 0:
                continue
            slot, _ = _random_bond(world, key, day, ego, ego, n, np.int64(0), picks, False)
            other, source = np.int64(-1), FROM_CONTACTS  # who it is need not be known before it is invited
        else:
            if u < rules.from_introductions[p]:
                other, source = _introduced(world, rules, day, ego, n, picks), FROM_INTRODUCTIONS
            else:
                other, source = below(lane(picks, n & 3), rules.members), FROM_DIRECTORY
            if other < 0 or other == ego:
                continue
            slot = find(world.chunks, world.head, world.alter, ego, other)
            if slot < 0 and _invited_before(world, other, first, out):
                continue
        if _eligible(world, rules, day, ego, other, slot):
            return np.int64(world.alter[slot]) if slot >= 0 else other, slot, source
    return np.int64(-1), np.int64(-1), FROM_CONTACTS


@inlined
def _attempt(world, rules, day, ego, attempt, first, out):
    """Make one attempt of ego.

    Its earlier invitations of today stand in ``invited`` from first to out - 1. Says whether one more was written at out.
    """
    if rules.contacts_only[world.policy[ego]]:
        slot, source = _among_contacts(world, rules, day, ego, attempt), FROM_CONTACTS
        if slot < 0:
            return False
        other = np.int64(world.alter[slot])
    else:
        other, slot, source = _one_by_one(world, rules, day, ego, attempt, first, out)
        if other < 0:
            return False
    if slot >= 0:
        world.state[slot] |= PENDING
    world.invited[out, 0] = ego
    world.invited[out, 1] = other
    world.invited[out, 2] = slot
    world.invited[out, 3] = source + 4 * _delay(rules, day, ego, other)
    return True


@inlined
def _delay(rules, day, ego, other):
    """Draw how many days the answer takes; pending_days stands for never."""
    drawn = block(rules.key, day, DELAY, ego, other)[0]
    days = 0
    while days < rules.pending_days and drawn < rules.delays[days]:
        days += 1
    return days


@inlined
def _sent_this_week(world, ego):
    total = np.int64(0)
    for weekday in range(7):
        total += world.week[ego, weekday]
    return total


@inlined
def _ask_for_bonds(world, ego):
    """Ask for the memory that says what ego's first bonds are."""
    for chunk in range(3, min(8, world.chunks.shape[1])):
        prefetch(world.state, np.int64(world.chunks[ego, chunk]))


@fast
def choose_invitations(world, rules, day, low, high, out):
    """Let members low to high - 1 choose whom to invite; writes to ``invited`` from place out on, and gives the place it has got to."""
    for ego in range(low, high):
        if world.attempts[ego] == 0 or world.account[ego, RESTRICTED_UNTIL] >= day:
            continue
        if rules.max_connections >= 0 and world.head[ego, CONNECTIONS] >= rules.max_connections:
            continue
        first = out
        _ask_for_bonds(world, min(ego + 4, high - 1))
        for attempt in range(world.attempts[ego]):
            if rules.weekly_invites >= 0 and _sent_this_week(world, ego) >= rules.weekly_invites:
                break
            if _attempt(world, rules, day, ego, attempt, first, out):
                out += 1
                if rules.weekly_invites >= 0:
                    world.week[ego, day % 7] += 1
    return out
