"""New bonds.

A bond has two sides, and each is created for itself: by whoever looks after its ego, in the order in which things happen. So several
threads can look after some of the members each, and every member's bonds have the same order for any number of threads. Then the two
sides are linked. Rows, int32, say what happens: ego, alter, slot of the bond (-1: it has to be created), and something else.

A *pool* is two numbers: the next free slot, and the end of those that may be given out.
"""

import numpy as np

from .bonds import (
    BONDS,
    CHUNK,
    CHUNK_BITS,
    FAR_BITS,
    FAR_CHUNK,
    FREE,
    HEAD,
    LAST,
    NEAR,
    NEAR_CHUNKS,
    prefetch_bond,
    prefetch_member,
    slot_of,
)
from .compilation import inlined, inner
from .vectors import AHEAD, prefetch

EGO, ALTER, SLOT, EXTRA = range(4)
"""Columns of rows; the last is "face to face?" of an encounter, and source + 4 * delay of an invitation."""
ROOM = 2 * FAR_CHUNK
"""Slots that two new sides may take from a pool."""


@inlined
def _listed(chunks, head, ego):
    """Say whether there is a place for the chunk that holds ego's next bond."""
    place = np.int64(head[HEAD * ego + BONDS])
    return place < NEAR or (place - NEAR) >> FAR_BITS < chunks.far.shape[1]


@inlined
def fits(world, pool, ego, other, mine, others):
    """Say whether the pool, and the lists of chunks of those of the two who are looked after here, have room for a bond between them."""
    head, chunks = world.head, world.chunks
    return (
        pool[0] + ROOM <= pool[1]
        and (not mine or _listed(chunks, head, ego))
        and (not others or _listed(chunks, head, other))
    )


@inlined
def _append(chunks, head, pool, ego):
    """Give ego one more slot, taking a chunk from the pool where the last is full; ``fits`` has been asked before."""
    place = np.int64(head[HEAD * ego + BONDS])
    if place < NEAR and place & (CHUNK - 1) == 0:
        chunks.near[NEAR_CHUNKS * ego + (place >> CHUNK_BITS)] = pool[0]
        pool[0] += CHUNK
    elif place >= NEAR and place & (FAR_CHUNK - 1) == 0:
        chunks.far[ego, (place - NEAR) >> FAR_BITS] = pool[0]
        pool[0] += FAR_CHUNK
    head[HEAD * ego + BONDS] = place + 1
    return slot_of(chunks, ego, place)


@inner
def joined_today(chunks, head, alter, link, ego, other, today):
    """Give the slot of ego's bond with other if it was created today, or -1: only the latest bonds need a look.

    Until two members meet, the day in their tie is that of its creation.
    """
    place = np.int64(head[HEAD * ego + BONDS]) - 1
    while place >= 0:
        slot = slot_of(chunks, ego, place)
        if np.int64(link[2 * slot + 1]) >> LAST != today:
            break
        if alter[slot] == other:
            return slot
        place -= 1
    return np.int64(-1)


@inlined
def own_side(world, pool, ego, other, today):
    """Give the slot of ego's side of the bond with other, which is created unless something earlier today has created it."""
    slot = joined_today(world.chunks, world.head, world.alter, world.link, ego, other, today)
    if slot < 0:
        slot = _append(world.chunks, world.head, pool, ego)
        world.alter[slot] = other
        world.mark[slot] = other & 255
        world.link[2 * slot + 1] = today << LAST
        world.state[slot] = FREE
    return slot


@inlined
def _link(link, here, there):
    """Let each side of a bond know where the other is."""
    link[2 * here] = there
    link[2 * there] = here


@inlined
def link_or_note(world, rows, place, here, there):
    """Link the two sides of a row's new bond; or, where -1 stands for one that is not looked after here, note the other in ``sides``."""
    if here >= 0 and there >= 0:
        _link(world.link, here, there)
        rows[place, SLOT] = here
    elif here >= 0:
        world.sides[0, place] = here
    elif there >= 0:
        world.sides[1, place] = there


@inner
def link_across(world, rows, first, last):
    """Link the bonds of rows first to last - 1 whose sides different threads have created, as noted in ``sides``."""
    for place in range(first, last):
        if rows[place, SLOT] < 0:
            _link(world.link, np.int64(world.sides[0, place]), np.int64(world.sides[1, place]))
            rows[place, SLOT] = world.sides[0, place]


@inlined
def _ask_for_next(world, ego):
    """Ask for the memory of the next bond of ego, and of the tie of the last one, where ``joined_today`` begins to look."""
    place = np.int64(world.head[HEAD * ego + BONDS])
    if place > 0:
        prefetch(world.link, 2 * slot_of(world.chunks, ego, place - 1))
    if place & (CHUNK - 1) > 0:
        slot = slot_of(world.chunks, ego, place)
        prefetch(world.mark, slot)
        prefetch_bond(world.alter, world.link, world.state, slot)


@inlined
def ask_ahead(world, rows, place, last, low, high):
    """Ask for the memory that rows further down the list will want, where it is that of members low to high - 1."""
    for side in range(2):
        if place + AHEAD < last and low <= rows[place + AHEAD, side] < high:
            prefetch_member(world.head, world.chunks, np.int64(rows[place + AHEAD, side]))
        if place + AHEAD // 2 < last and low <= rows[place + AHEAD // 2, side] < high:
            _ask_for_next(world, np.int64(rows[place + AHEAD // 2, side]))
