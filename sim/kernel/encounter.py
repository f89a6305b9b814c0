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
    no_longer_free,
    strengthened,
    tie_class,
)
from .compilation import at, inlined, inner
from .join import ALTER, EGO, EXTRA, SLOT, ask_ahead, fits, link_or_note, own_side
from .vectors import AHEAD, prefetch

BLOCK = 512
"""Encounters whose far sides are strengthened together."""


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
def count_risen(head, ego, before, k):
    """Count that a free bond of ego has risen from a class to another."""
    no_longer_free(head, ego, before)
    head[HEAD * ego + FREE_OF_CLASS + k] += 1


@inlined
def _strengthen_far_sides(world, rules, today, first, last, end):
    """Strengthen the far side of the encounters in places first to last - 1 of ``touched``, where memory is asked for up to ``end``.

    Lists there, from place first on, those that have risen by it, asks for what has to be looked at then, and gives the end of the list.
    """
    touched, link = world.touched, world.link
    risen = first
    for one in range(first, last):
        if one + AHEAD < end:
            prefetch(link, at(touched[one + AHEAD]) & ~1)
        slot = at(touched[one] >> 1)
        before, k = grow(link, rules, slot, touched[one] & 1, today)
        touched[risen] = slot * 8 + before
        if k != before:
            prefetch(world.state, slot)
            prefetch(world.alter, at(link[2 * slot]))
            risen += 1
    return risen


@inner
def reach_far_side(world, rules, day, first, last):
    """Let the encounters in places first to last - 1 of ``touched`` strengthen the partners' side of the bond.

    Gives the place up to which the free bonds that have risen by it are now listed there. Block by block: what a block asks for is still
    near when it is looked at.
    """
    today, touched, link, state = day - rules.first_day, world.touched, world.link, world.state
    first, last = at(first), at(last)
    free = first
    for begin in range(first, last, BLOCK):
        risen = _strengthen_far_sides(world, rules, today, begin, min(begin + BLOCK, last), last)
        for one in range(begin, risen):
            slot, before = at(touched[one] >> 3), touched[one] & 7
            k = tie_class(link[2 * slot + 1], rules.often, rules.close)
            set_class(state, slot, k)
            touched[free] = np.int64(world.alter[at(link[2 * slot])]) * 64 + before * 8 + k
            free += np.int64(state[slot] & PLATFORM == FREE)
    return free


@inner
def count_far_side(world, first, last, low, high):
    """Count what has risen on the partners' side, as ``reach_far_side`` has listed it, for members low to high - 1."""
    touched = world.touched
    for one in range(at(first), at(last)):
        if one + AHEAD < last:
            prefetch(world.head, HEAD * at(touched[one + AHEAD] >> 6))
        ego = at(touched[one] >> 6)
        if low <= ego < high:
            count_risen(world.head, ego, touched[one] >> 3 & 7, touched[one] & 7)


@inlined
def _meet(world, rules, ego, slot, face, today):
    """Strengthen ego's side of a bond, with all that follows."""
    if world.state[slot] & CONTACT == 0:
        world.head[HEAD * ego + CONTACTS] += 1
    before, k = grow(world.link, rules, slot, face, today)
    if k != before:
        set_class(world.state, slot, k)
        if world.state[slot] & PLATFORM == FREE:
            count_risen(world.head, ego, before, k)


@inner
def make_acquainted(world, rules, day, first, last, pool, low, high):
    """Let the encounters in places first to last - 1 of ``fresh`` happen, in this order, to members low to high - 1.

    Gives the place it has got to: short of last where the pool or the chunk lists must grow first.
    """
    today, rows, link = day - rules.first_day, world.fresh, world.link
    for place in range(at(first), at(last)):
        ask_ahead(world, rows, place, last, low, high)
        ego, other, face = (
            np.int64(rows[place, EGO]),
            np.int64(rows[place, ALTER]),
            np.int64(rows[place, EXTRA]),
        )
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
            link_or_note(world, rows, place, here, there)
    return at(last)
