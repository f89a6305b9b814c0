"""Phase 2, second half: the invitations are sent.

The bonds that strangers lack are created, in the order of the senders; then the invitations take effect, and are filed by the day of their
answer. What takes effect does so at each side of the bond for itself: each thread looks after the sides of its members.
"""

import numpy as np

from .bonds import (
    ARC,
    BACK,
    CONNECTED,
    CONNECTIONS,
    FREE,
    HEAD,
    PENDING,
    PLATFORM,
    class_in,
    find,
    no_longer_free,
)
from .compilation import at, inlined, inner
from .join import ALTER, EGO, EXTRA, SLOT, ask_ahead, fits, link_or_note, own_side
from .order import key, pair, sort
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

CROSSED = -1
"""Stands for the delay of an invitation whose receiver has one to its sender pending."""


@inner
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
        link_or_note(world, rows, place, here, there)
    return at(last)


@inlined
def connect(world, totals, slot, ego):
    """Connect two members, at ego's side of the bond."""
    if world.state[slot] & PLATFORM == FREE:
        no_longer_free(world.head, ego, class_in(world.state[slot]))
    world.state[slot] = (world.state[slot] & ~np.uint8(PLATFORM)) | CONNECTED
    world.head[HEAD * ego + CONNECTIONS] += 1
    totals[world.policy[ego], T_CONNECTIONS] += 1


@inlined
def draw_arc(world, totals, slot, ego, arc):
    """Draw an outreach arc at ego's side of the bond, if it is not there: ego's own (ARC) or that of the other (BACK)."""
    before = world.state[slot]
    if before & arc:
        return
    world.state[slot] = before | arc
    if arc == ARC:
        world.tally[TALLY * ego + ARCS] += 1
        totals[world.policy[ego], T_ARCS] += 1
    if before & (ARC | BACK):
        world.tally[TALLY * ego + MUTUAL] += 1
        totals[world.policy[ego], T_MUTUAL] += 1


@inlined
def count_accepted(world, totals, slot, ego):
    """Count that ego's invitation at slot was accepted; what ego learns from it is about the class that the tie has now."""
    k = class_in(world.state[slot])
    world.answers[ANSWERS * ego + 2 * k] += 1
    world.answers[ANSWERS * ego + 2 * k + 1] += 1
    world.tally[TALLY * ego + ACCEPTED] += 1
    totals[world.policy[ego], T_ACCEPTED] += 1
    totals[world.policy[ego], T_RESOLVED] += 1


@inlined
def full(world, rules, ego, other):
    """Say whether one of the two has as many connections as the platform allows."""
    most = rules.max_connections
    return most >= 0 and (
        world.head[HEAD * ego + CONNECTIONS] >= most
        or world.head[HEAD * other + CONNECTIONS] >= most
    )


@inlined
def _ask_ahead(world, place, low, high):
    """Ask for the memory that invitations further down the list will want, where it is that of members low to high - 1."""
    count, invited = world.clock[LIST], world.invited
    if place + AHEAD < count:
        ego, other, slot = (
            invited[place + AHEAD, EGO],
            np.int64(invited[place + AHEAD, ALTER]),
            at(invited[place + AHEAD, SLOT]),
        )
        if low <= ego < high:
            prefetch(world.state, slot)
            prefetch(world.tally, TALLY * ego)
        if low <= other < high:
            prefetch(world.link, 2 * slot)
            prefetch(world.tally, TALLY * other)
    if place + AHEAD // 2 < count and low <= invited[place + AHEAD // 2, ALTER] < high:
        prefetch(world.state, at(world.link[2 * at(invited[place + AHEAD // 2, SLOT])]))


@inlined
def _ask_for_side(world, slot, ego):
    """Ask for the memory of what an acceptance changes at ego's side."""
    prefetch(world.state, slot)
    prefetch(world.head, HEAD * ego)
    prefetch(world.tally, TALLY * ego)
    prefetch(world.answers, ANSWERS * ego)


@inlined
def _ask_for_crossing(world, place, low, high):
    """Ask for the memory of what a crossing changes, where it is that of members low to high - 1."""
    ego, other, slot = (
        np.int64(world.invited[place, EGO]),
        np.int64(world.invited[place, ALTER]),
        at(world.invited[place, SLOT]),
    )
    if low <= ego < high:
        _ask_for_side(world, slot, ego)
    if low <= other < high:
        _ask_for_side(world, at(world.link[2 * slot]), other)


@inner
def send(world, low, high, totals):
    """Let the invitations in ``invited`` take effect for members low to high - 1, and mark those that cross another."""
    for place in range(world.clock[LIST]):
        _ask_ahead(world, place, low, high)
        ego, other, slot = (
            np.int64(world.invited[place, EGO]),
            np.int64(world.invited[place, ALTER]),
            at(world.invited[place, SLOT]),
        )
        if low <= ego < high:
            world.tally[TALLY * ego + SENT] += 1
            totals[world.policy[ego], T_SENT] += 1
            draw_arc(world, totals, slot, ego, ARC)
        if low <= other < high:
            there = at(world.link[2 * slot])
            world.tally[TALLY * other + RECEIVED] += 1
            draw_arc(world, totals, there, other, BACK)
            if world.state[there] & PLATFORM == PENDING:
                world.invited[place, EXTRA] = (world.invited[place, EXTRA] & 3) + 4 * CROSSED


@inlined
def _connect_crossing(world, totals, slot, ego):
    """Connect ego with somebody whose invitation crosses its own, unless the other's has done so; both are accepted."""
    if world.state[slot] & PLATFORM != CONNECTED:
        connect(world, totals, slot, ego)
        count_accepted(world, totals, slot, ego)
        world.tally[TALLY * ego + WELCOMED] += 1


@inner
def cross(world, low, high, totals):
    """Connect those of members low to high - 1 whose invitations have crossed."""
    for place in range(world.clock[LIST]):
        if (
            place + AHEAD < world.clock[LIST]
            and world.invited[place + AHEAD, EXTRA] >> 2 == CROSSED
        ):
            _ask_for_crossing(world, place + AHEAD, low, high)
        if world.invited[place, EXTRA] >> 2 == CROSSED:
            ego, other, slot = (
                np.int64(world.invited[place, EGO]),
                np.int64(world.invited[place, ALTER]),
                at(world.invited[place, SLOT]),
            )
            if low <= ego < high:
                _connect_crossing(world, totals, slot, ego)
            if low <= other < high:
                _connect_crossing(world, totals, at(world.link[2 * slot]), other)


@inner
def cross_in_order(world, rules, totals):
    """Connect those whose invitations have crossed in the order (receiver, sender), unless one has too many connections."""
    crossing = np.int64(0)
    for place in range(world.clock[LIST]):
        world.keys[crossing] = key(world.invited[place, ALTER], world.invited[place, EGO])
        crossing += np.int64(world.invited[place, EXTRA] >> 2 == CROSSED)
    sort(world.keys, crossing)
    for turn in range(crossing):
        other, ego = pair(world.keys[turn])
        slot = find(world.chunks, world.head, world.mark, world.alter, ego, other)
        if not full(world, rules, ego, other):
            _connect_crossing(world, totals, slot, ego)
            _connect_crossing(world, totals, np.int64(world.link[2 * slot]), other)


@inner
def file(world, rules, day):
    """File the invitations of today by the day of their answer: a counting sort, so that each day's answers lie side by side.

    What has crossed another is answered; or, where the platform has no room for the connection, never will be.
    """
    count, row = world.clock[LIST], day % world.sent_slot.shape[0]
    begins = world.sent_from[row]
    begins[:] = 0
    for place in range(count):
        if world.invited[place, EXTRA] >> 2 == CROSSED:
            connected = world.state[world.invited[place, SLOT]] & PLATFORM == CONNECTED
            world.invited[place, EXTRA] = (world.invited[place, EXTRA] & 3) + 4 * (
                0 if connected else rules.pending_days
            )
        begins[(world.invited[place, EXTRA] >> 2) + 1] += 1
    for delay in range(1, rules.pending_days + 2):
        begins[delay] += begins[delay - 1]
    for place in range(count - 1, -1, -1):
        delay = world.invited[place, EXTRA] >> 2
        begins[delay + 1] -= 1
        world.sent_slot[row, begins[delay + 1]] = world.invited[place, SLOT]
        world.sent_ego[row, begins[delay + 1]] = world.invited[place, EGO]
        world.sent_source[row, begins[delay + 1]] = world.invited[place, EXTRA] & 3
    # now begins[d + 1] is where delay d begins
    for delay in range(rules.pending_days + 1):
        begins[delay] = begins[delay + 1]
    begins[rules.pending_days + 1] = count
