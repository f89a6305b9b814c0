"""Phase 1, second half: what the encounters of the day change.

An encounter with a known contact has changed ego's side already, and changes the partner's side here. The others may create a bond; they
happen in the order of the members.
"""

import numpy as np

from .bonds import (
    CLASS,
    CONTACT,
    CONTACTS,
    FREE,
    FREE_OF_CLASS,
    HEAD,
    PLATFORM,
    class_in,
    no_longer_free,
    strengthened,
    tie_class,
)
from .compilation import at, fast, inlined
from .join import ALTER, EGO, EXTRA, SLOT, ask_ahead, fits, linked, own_side
from .vectors import AHEAD, prefetch


@inlined
def grow(link, rules, slot, face, today):
    """Strengthen one side of a bond; gives the class that the tie had and the one it has."""
    before = link[2 * slot + 1]
    tie = strengthened(before, face, today)
    link[2 * slot + 1] = tie
    return tie_class(before, rules.often, rules.close), tie_class(tie, rules.often, rules.close)


@inlined
def set_class(state, slot, k):
    """Write down, in the state of a bond, the class that its tie has risen to."""
    state[slot] = (state[slot] & ~np.uint8(CONTACT)) | (k << CLASS)


@inlined
def count_risen(head, state, ego, slot, before):
    """Count that the tie of ego at slot has risen from a class."""
    if state[slot] & PLATFORM == FREE:
        no_longer_free(head, ego, before)
        head[HEAD * ego + FREE_OF_CLASS + class_in(state[slot])] += 1


@fast
def reach_far_side(world, rules, day, first, last):
    """Let the encounters in places first to last - 1 of ``touched`` strengthen the partners' side of the bond.

    Gives the place up to which the ties that have risen by it are now listed there.
    """
    today, touched, link = day - rules.first_day, world.touched, world.link
    first, last = at(first), at(last)
    risen = first
    for one in range(first, last):
        if one + AHEAD < last:
            prefetch(link, at(touched[one + AHEAD]) & ~1)
        slot = at(touched[one] >> 1)
        before, k = grow(link, rules, slot, touched[one] & 1, today)
        touched[risen] = slot * 8 + before
        risen += np.int64(k != before)
    for one in range(first, risen):
        if one + AHEAD < risen:
            prefetch(world.state, at(touched[one + AHEAD] >> 3))
        slot = at(touched[one] >> 3)
        set_class(world.state, slot, tie_class(link[2 * slot + 1], rules.often, rules.close))
    return risen


@fast
def count_far_side(world, first, last):
    """Count the ties that have risen on the partners' side, in the places where ``reach_far_side`` has listed them."""
    first, last = at(first), at(last)
    for one in range(first, last):
        if one + AHEAD < last:
            prefetch(world.alter, np.int64(world.link[2 * at(world.touched[one + AHEAD] >> 3)]))
        slot = at(world.touched[one] >> 3)
        count_risen(world.head, world.state, np.int64(world.alter[world.link[2 * slot]]), slot, world.touched[one] & 7)


@inlined
def _meet(world, rules, ego, slot, face, today):
    """Strengthen ego's side of a bond, with all that follows."""
    if world.state[slot] & CONTACT == 0:
        world.head[HEAD * ego + CONTACTS] += 1
    before, k = grow(world.link, rules, slot, face, today)
    if k != before:
        set_class(world.state, slot, k)
        count_risen(world.head, world.state, ego, slot, before)


@fast
def make_acquainted(world, rules, day, first, last, pool, low, high):
    """Let the encounters in places first to last - 1 of ``fresh`` happen, in this order, to members low to high - 1.

    Gives the place it has got to: short of last where the pool or the chunk lists must grow first.
    """
    today, rows, link = day - rules.first_day, world.fresh, world.link
    for place in range(at(first), at(last)):
        ask_ahead(world, rows, place, last, low, high)
        ego, other, face = np.int64(rows[place, EGO]), np.int64(rows[place, ALTER]), np.int64(rows[place, EXTRA])
        mine, others = low <= ego < high, low <= other < high
        here, there, new = np.int64(rows[place, SLOT]), np.int64(-1), rows[place, SLOT] < 0
        if new and (mine or others) and not fits(world, pool, ego, other, mine, others):
            return place
        if mine:
            here = own_side(world, pool, ego, other, today) if new else here
            _meet(world, rules, ego, here, face, today)
        if others:
            there = own_side(world, pool, other, ego, today) if new else np.int64(link[2 * here])
            _meet(world, rules, other, there, face, today)
        if new:
            linked(world, place, here, there)
    return at(last)
