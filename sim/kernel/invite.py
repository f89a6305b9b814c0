"""Phase 2: members choose whom to invite, and the invitations are sent.

Choosing reads the morning's state and, of today's invitations, only ego's own; it can be done for any range of members at once. Sending creates the bonds that strangers
lack, in the order of the senders, and then lets the invitations take effect.
"""

import numpy as np
from llvmlite import ir
from numba import njit, types

from .compilation import fast, inlined
from numba.cpython.unsafe.tuple import tuple_setitem
from numba.extending import intrinsic

from .bonds import (
    ARC, BONDS, CLASS, CONNECTED, CONNECTIONS, CONTACT, CONTACTS, LAST, MET, COUNT_MASK, PENDING, PLATFORM,
    class_in, find, fits, join, joined_today, prefetch_append, slot_of,
)
from .draws import DELAY, PICK, SOURCE, below, block, lane
from .vectors import WIDTH, first_of, how_many, prefetch, within
from .world import (
    ACCEPTED, ARCS, LIST, MUTUAL, RECEIVED, RESTRICTED_UNTIL, SENT, T_ACCEPTED, T_ARCS, T_CONNECTIONS, T_MUTUAL, T_RESOLVED, T_SENT, WELCOMED,
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
            rules.condition[world.policy[ego]], (tie >> MET) & COUNT_MASK, tie & COUNT_MASK, since, np.int64(k),
            np.int64(other), np.int64(world.head[other, CONNECTIONS]), np.int64(same_circle), np.int64(world.policy[other]), np.int64(day),
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
    """Say which of the 16 bonds from slot first on are eligible contacts: free, so the state is below PENDING, and of an eligible class. An empty place is none."""
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
    """Make all tries of an attempt at once, for a policy that looks nowhere but among its contacts; gives the slot of whom to invite, or -1.

    Each of the tries would find one of the e eligible among c contacts with probability e / c, any of them with equal right.
    """
    contacts = np.int64(world.head[ego, CONTACTS])
    if contacts == 0:
        return np.int64(-1)
    spans = _eligible_classes(world, rules, ego)
    asks = rules.condition[world.policy[ego]] != 0
    if asks:
        eligible = _count_agreed(world, rules, day, ego, spans, -1)
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
    slot, r = _random_bond(world, rules.key, day, ego, ego, n, 0, picked, True)
    slot, r = _random_bond(world, rules.key, day, ego, np.int64(world.alter[slot]), n, r, picked, True)
    return np.int64(world.alter[slot])


@inlined
def _invited_before(world, other, first, out):
    """Say whether a stranger is among ego's invitations of today, in places first to out - 1 of ``invited``."""
    for place in range(first, out):
        if world.invited[place, 1] == other:
            return True
    return False


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
            slot, _ = _random_bond(world, key, day, ego, ego, n, 0, picks, False)
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
    """Make one attempt of ego; its earlier invitations of today stand in ``invited`` from first to out - 1. Says whether one more was written at out."""
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


@fast
def introduce(world, rules, day, first, last):
    """Create the bonds that the invitations in places first to last - 1 lack; gives the place it has got to, short of last where the pools must grow first."""
    today = day - rules.first_day
    for place in range(first, last):
        ahead = min(place + _AHEAD, last - 1)
        if world.invited[ahead, 2] < 0:
            prefetch(world.head, 3 * np.int64(world.invited[ahead, 1]))
            prefetch(world.chunks, world.chunks.shape[1] * np.int64(world.invited[ahead, 1]))
        ahead = min(place + _AHEAD // 2, last - 1)
        if world.invited[ahead, 2] < 0:
            prefetch_append(world.chunks, world.head, world.alter, world.link, world.state, np.int64(world.invited[ahead, 0]))
            prefetch_append(world.chunks, world.head, world.alter, world.link, world.state, np.int64(world.invited[ahead, 1]))
        if world.invited[place, 2] >= 0:
            continue
        ego, other = np.int64(world.invited[place, 0]), np.int64(world.invited[place, 1])
        slot = joined_today(world.chunks, world.head, world.alter, world.link, ego, other, today)  # alter may have invited ego today, too
        if slot < 0:
            if not fits(world.chunks, world.head, world.clock, world.alter, ego, other):
                return place
            slot = join(world.chunks, world.head, world.alter, world.link, world.state, world.clock, ego, other, today)
        world.state[slot] |= PENDING
        world.invited[place, 2] = slot
    return last


@inlined
def connect(world, slot, there, ego, other):
    """Connect two members; the caller counts whose invitation it was."""
    world.state[slot] = (world.state[slot] & ~np.uint8(PLATFORM)) | CONNECTED
    world.state[there] = (world.state[there] & ~np.uint8(PLATFORM)) | CONNECTED
    world.head[ego, CONNECTIONS] += 1
    world.head[other, CONNECTIONS] += 1
    world.totals[world.policy[ego], T_CONNECTIONS] += 1
    world.totals[world.policy[other], T_CONNECTIONS] += 1


@inlined
def draw_arc(world, slot, there, ego, other):
    """Add the outreach arc ego → other, if it is not there."""
    if world.state[slot] & ARC:
        return
    world.state[slot] |= ARC
    world.tally[ego, ARCS] += 1
    world.totals[world.policy[ego], T_ARCS] += 1
    if world.state[there] & ARC:
        world.tally[ego, MUTUAL] += 1
        world.tally[other, MUTUAL] += 1
        world.totals[world.policy[ego], T_MUTUAL] += 1
        world.totals[world.policy[other], T_MUTUAL] += 1


@inlined
def count_accepted(world, slot, ego, other):
    """Count that other accepted the invitation of ego at slot; what ego learns from it is about the class that the tie has now."""
    k = class_in(world.state[slot])
    world.answers[ego, 2 * k] += 1
    world.answers[ego, 2 * k + 1] += 1
    world.tally[ego, ACCEPTED] += 1
    world.tally[other, WELCOMED] += 1
    world.totals[world.policy[ego], T_ACCEPTED] += 1
    world.totals[world.policy[ego], T_RESOLVED] += 1


@inlined
def full(world, rules, ego, other):
    """Say whether one of the two has as many connections as the platform allows."""
    most = rules.max_connections
    return most >= 0 and (world.head[ego, CONNECTIONS] >= most or world.head[other, CONNECTIONS] >= most)


@njit(cache=True, nogil=True)
def by_receiver_and_sender(receivers, senders):
    """Give the order in which what members send takes effect."""
    keys = np.empty(len(receivers), np.int64)
    for place in range(len(receivers)):
        keys[place] = (np.int64(receivers[place]) << 32) | np.int64(senders[place])
    return np.argsort(keys)


@fast
def send(world, rules, day, order):
    """Let the invitations in ``invited`` take effect, in an order if one is given, and file them by the day of their answer."""
    count = world.clock[LIST]
    row = day % world.sent_slot.shape[0]
    begins = world.sent_from[row]
    begins[:] = 0
    for turn in range(count):
        place = order[turn] if len(order) > 0 else turn
        if len(order) == 0 and turn + _AHEAD < count:
            ahead = np.int64(world.invited[turn + _AHEAD, 2])
            prefetch(world.link, 2 * ahead)
            prefetch(world.state, ahead)
            prefetch(world.tally, world.tally.shape[1] * np.int64(world.invited[turn + _AHEAD, 1]))
            prefetch(world.state, np.int64(world.link[world.invited[turn + _AHEAD // 2, 2], 0]))
        ego, other, slot = np.int64(world.invited[place, 0]), np.int64(world.invited[place, 1]), np.int64(world.invited[place, 2])
        there = np.int64(world.link[slot, 0])
        world.tally[ego, SENT] += 1
        world.tally[other, RECEIVED] += 1
        world.totals[world.policy[ego], T_SENT] += 1
        draw_arc(world, slot, there, ego, other)
        delay = world.invited[place, 3] >> 2
        if world.state[slot] & PLATFORM == CONNECTED:  # alter's invitation of today has crossed this one
            delay = 0
        elif world.state[there] & PLATFORM == PENDING:
            if full(world, rules, ego, other):
                delay = rules.pending_days
            else:
                delay = 0
                connect(world, slot, there, ego, other)
                count_accepted(world, slot, ego, other)
                count_accepted(world, there, other, ego)
        world.invited[place, 3] = (world.invited[place, 3] & 3) + 4 * delay
        begins[delay + 1] += 1
    for delay in range(1, rules.pending_days + 2):
        begins[delay] += begins[delay - 1]
    for place in range(count - 1, -1, -1):  # a counting sort, so that each day's answers lie side by side
        delay = world.invited[place, 3] >> 2
        begins[delay + 1] -= 1
        world.sent_slot[row, begins[delay + 1]] = world.invited[place, 2]
        world.sent_ego[row, begins[delay + 1]] = world.invited[place, 0]
        world.sent_source[row, begins[delay + 1]] = world.invited[place, 3] & 3
    # now begins[d + 1] is where delay d begins
    for delay in range(rules.pending_days + 1):
        begins[delay] = begins[delay + 1]
    begins[rules.pending_days + 1] = count


@njit(cache=True, nogil=True)
def order_of_effect(world, rules):
    """Give the order in which the invitations of today take effect; empty where no order can be told from another: without a cap on connections."""
    count = world.clock[LIST] if rules.max_connections >= 0 else 0
    return by_receiver_and_sender(world.invited[:count, 1], world.invited[:count, 0])
