"""Lists that grow: each member has a list of contacts, one of strangers, and one of connections.

The places of a list are in *chunks* of a pool: first twelve chunks of 32 places, so that one
comparison (see ``mechanics.simd``) covers a chunk, then chunks of 256, found through up to four
*blocks* of 256 numbers each. Nothing in a pool ever moves, growth copies nothing, and on average
half a chunk is unused. A member's row of a *directory* holds where its twelve chunks and its four
blocks begin.
"""

import numpy as np

from ..mechanics.compilation import inline
from ..mechanics.simd import fetch_and_add

CHUNK_BITS, FAR_BITS, BLOCK_BITS = 5, 8, 8
CHUNK, FAR_CHUNK, BLOCK = 1 << CHUNK_BITS, 1 << FAR_BITS, 1 << BLOCK_BITS
ROW, NEAR_CHUNKS, ROOTS = 16, 12, 4
"""Columns of a directory, one cache line for each member: twelve chunks and four blocks."""
NEAR = CHUNK * NEAR_CHUNKS
LONGEST = NEAR + ROOTS * BLOCK * FAR_CHUNK
"""The largest length of a list: 262,528."""

NEXT_SLOT, NEXT_CONNECTION, NEXT_BLOCK = 0, 8, 16
"""Places of ``clock``: the next free place of each pool, each in its own cache line, because
several threads add to it."""
END_SLOT, END_CONNECTION, END_BLOCK, TOO_LONG = 24, 25, 26, 27
"""The ends of the pools; and a mark, 1 if a list should have become longer than ``LONGEST``."""


@inline
def place_in_pool(directory, blocks, member, place):
    """Return where in its pool a place of a member's list is; places are 0 to its length - 1."""
    row = ROW * member
    if place < NEAR:
        return np.int64(directory[row + (place >> CHUNK_BITS)]) + (place & (CHUNK - 1))
    far = place - NEAR
    block = np.int64(directory[row + NEAR_CHUNKS + (far >> (BLOCK_BITS + FAR_BITS))])
    chunk = np.int64(blocks[block + ((far >> FAR_BITS) & (BLOCK - 1))])
    return chunk + (far & (FAR_CHUNK - 1))


@inline
def lengthen(directory, blocks, clock, pool, member, length):
    """Return where the new last place of a list is; a list whose last chunk is full gets a new one.

    ``pool`` is NEXT_SLOT or NEXT_CONNECTION. Call ``has_room`` before, to know that there is room.
    """
    if length >= LONGEST:
        clock[TOO_LONG] = 1  # the run will end with an error; until then reuse the last place
        return place_in_pool(directory, blocks, member, LONGEST - 1)
    if length < NEAR:
        if length & (CHUNK - 1) == 0:
            chunk = fetch_and_add(clock, pool, CHUNK)
            directory[ROW * member + (length >> CHUNK_BITS)] = chunk
    elif (length - NEAR) & (FAR_CHUNK - 1) == 0:
        far = length - NEAR
        root = ROW * member + NEAR_CHUNKS + (far >> (BLOCK_BITS + FAR_BITS))
        if far & (BLOCK * FAR_CHUNK - 1) == 0:
            directory[root] = fetch_and_add(clock, NEXT_BLOCK, BLOCK)
        block = np.int64(directory[root])
        blocks[block + ((far >> FAR_BITS) & (BLOCK - 1))] = fetch_and_add(clock, pool, FAR_CHUNK)
    return place_in_pool(directory, blocks, member, length)


@inline
def length_after(length):
    """Return the length of a list after ``lengthen``."""
    return min(length + 1, np.int64(LONGEST))


@inline
def has_room(clock, pool, threads, lists):
    """Return whether each thread may add a place to ``lists`` lists, whatever the others do."""
    end = END_SLOT + (pool >> 3)
    blocks = clock[NEXT_BLOCK] + threads * lists * BLOCK <= clock[END_BLOCK]
    return blocks and clock[pool] + threads * lists * FAR_CHUNK <= clock[end]


@inline
def next_place(directory, blocks, member, length):
    """Return the place by which a list would grow, or -1 if it would need a new chunk."""
    if length & (CHUNK - 1) == 0:
        return np.int64(-1)
    return place_in_pool(directory, blocks, member, length)
