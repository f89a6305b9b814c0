"""Phase 2, second half: the invitations are sent.

The bonds that strangers lack are created, in the order of the senders; then the invitations take effect, and are filed by the day of their
answer.
"""

import numpy as np
from numba import njit

from .bonds import (
    ARC,
    CONNECTED,
    CONNECTIONS,
    FREE,
    HEAD,
    PENDING,
    PLATFORM,
    class_in,
    no_longer_free,
)
from .compilation import at, fast, inlined, inner
from .join import ALTER, EGO, EXTRA, SLOT, ask_ahead, fits, linked, own_side
from .vectors import AHEAD, prefetch
from .world import (
    ACCEPTED,
    ANSWERS,
    ARCS,
    LIST,
    MUTUAL,
    RECEIVED,
    SENT,
    T_ACCEPTED,
    T_ARCS,
    T_CONNECTIONS,
    T_MUTUAL,
    T_RESOLVED,
    T_SENT,
    TALLY,
    WELCOMED,
)


@fast
def introduce(world, rules, day, first, last, pool, low, high):
    """Create the bonds that the invitations in places first to last - 1 of ``invited`` lack, for members low to high - 1.

    Gives the place it has got to, short of last where the pool or the chunk lists must grow first.
    """
    today, rows = day - rules.first_day, world.invited
    for place in range(at(first), at(last)):
        ahead = min(place + AHEAD // 2, last - 1)
        if rows[min(place + AHEAD, last - 1), SLOT] < 0 or rows[ahead, SLOT] < 0:
            ask_ahead(world, rows, place, last, low, high)
        if rows[place, SLOT] >= 0:
            continue
        ego, other = np.int64(rows[place, EGO]), np.int64(rows[place, ALTER])
        mine, others = low <= ego < high, low <= other < high
        if (mine or others) and not fits(world, pool, ego, other, mine, others):
            return place
        here, there = np.int64(-1), np.int64(-1)
        if mine:
            here = own_side(world, pool, ego, other, today)  # alter may have invited ego today, too
            world.state[here] |= PENDING
        if others:
            there = own_side(world, pool, other, ego, today)
        if linked(world, place, here, there):
            rows[place, SLOT] = here
    return at(last)


@inlined
def connect(world, slot, there, ego, other):
    """Connect two members; the caller counts whose invitation it was."""
    if world.state[slot] & PLATFORM == FREE:
        no_longer_free(world.head, ego, class_in(world.state[slot]))
    if world.state[there] & PLATFORM == FREE:
        no_longer_free(world.head, other, class_in(world.state[there]))
    world.state[slot] = (world.state[slot] & ~np.uint8(PLATFORM)) | CONNECTED
    world.state[there] = (world.state[there] & ~np.uint8(PLATFORM)) | CONNECTED
    world.head[HEAD * ego + CONNECTIONS] += 1
    world.head[HEAD * other + CONNECTIONS] += 1
    world.totals[world.policy[ego], T_CONNECTIONS] += 1
    world.totals[world.policy[other], T_CONNECTIONS] += 1


@inlined
def draw_arc(world, slot, there, ego, other):
    """Add the outreach arc ego → other, if it is not there."""
    if world.state[slot] & ARC:
        return
    world.state[slot] |= ARC
    world.tally[TALLY * ego + ARCS] += 1
    world.totals[world.policy[ego], T_ARCS] += 1
    if world.state[there] & ARC:
        world.tally[TALLY * ego + MUTUAL] += 1
        world.tally[TALLY * other + MUTUAL] += 1
        world.totals[world.policy[ego], T_MUTUAL] += 1
        world.totals[world.policy[other], T_MUTUAL] += 1


@inlined
def count_accepted(world, slot, ego, other):
    """Count that other accepted the invitation of ego at slot; what ego learns from it is about the class that the tie has now."""
    k = class_in(world.state[slot])
    world.answers[ANSWERS * ego + 2 * k] += 1
    world.answers[ANSWERS * ego + 2 * k + 1] += 1
    world.tally[TALLY * ego + ACCEPTED] += 1
    world.tally[TALLY * other + WELCOMED] += 1
    world.totals[world.policy[ego], T_ACCEPTED] += 1
    world.totals[world.policy[ego], T_RESOLVED] += 1


@inlined
def full(world, rules, ego, other):
    """Say whether one of the two has as many connections as the platform allows."""
    most = rules.max_connections
    return most >= 0 and (world.head[HEAD * ego + CONNECTIONS] >= most or world.head[HEAD * other + CONNECTIONS] >= most)


@njit(cache=True, nogil=True)
def by_receiver_and_sender(receivers, senders):
    """Give the order in which what members send takes effect."""
    keys = np.empty(len(receivers), np.int64)
    for place in range(len(receivers)):
        keys[place] = (np.int64(receivers[place]) << 32) | np.int64(senders[place])
    return np.argsort(keys)


@inner
def send(world, rules, day, order):
    """Let the invitations in ``invited`` take effect, in an order if one is given, and file them by the day of their answer."""
    count = world.clock[LIST]
    row = day % world.sent_slot.shape[0]
    begins = world.sent_from[row]
    begins[:] = 0
    for turn in range(count):
        place = order[turn] if len(order) > 0 else turn
        if len(order) == 0 and turn + AHEAD < count:
            ahead = np.int64(world.invited[turn + AHEAD, SLOT])
            prefetch(world.link, 2 * ahead)
            prefetch(world.state, ahead)
            prefetch(world.tally, TALLY * np.int64(world.invited[turn + AHEAD, ALTER]))
            prefetch(world.state, np.int64(world.link[2 * world.invited[turn + AHEAD // 2, SLOT]]))
        ego, other, slot = np.int64(world.invited[place, EGO]), np.int64(world.invited[place, ALTER]), np.int64(world.invited[place, SLOT])
        there = np.int64(world.link[2 * slot])
        world.tally[TALLY * ego + SENT] += 1
        world.tally[TALLY * other + RECEIVED] += 1
        world.totals[world.policy[ego], T_SENT] += 1
        draw_arc(world, slot, there, ego, other)
        delay = world.invited[place, EXTRA] >> 2
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
        world.invited[place, EXTRA] = (world.invited[place, EXTRA] & 3) + 4 * delay
        begins[delay + 1] += 1
    for delay in range(1, rules.pending_days + 2):
        begins[delay] += begins[delay - 1]
    for place in range(count - 1, -1, -1):  # a counting sort, so that each day's answers lie side by side
        delay = world.invited[place, EXTRA] >> 2
        begins[delay + 1] -= 1
        world.sent_slot[row, begins[delay + 1]] = world.invited[place, SLOT]
        world.sent_ego[row, begins[delay + 1]] = world.invited[place, EGO]
        world.sent_source[row, begins[delay + 1]] = world.invited[place, EXTRA] & 3
    # now begins[d + 1] is where delay d begins
    for delay in range(rules.pending_days + 1):
        begins[delay] = begins[delay + 1]
    begins[rules.pending_days + 1] = count


@njit(cache=True, nogil=True)
def order_of_effect(world, rules):
    """Give the order in which the invitations of today take effect.

    Empty where no order can be told from another: without a cap on connections.
    """
    count = world.clock[LIST] if rules.max_connections >= 0 else 0
    return by_receiver_and_sender(world.invited[:count, ALTER], world.invited[:count, EGO])
