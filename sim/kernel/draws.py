"""Random numbers: every draw is a function of (seed, day, purpose, ego, index) and of nothing else.

The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC '11): a block cipher on
a 128-bit counter. The counter is (ego, index div 4, day, purpose) and the key is the seed; one block gives the words of four neighbouring
indices. No state is kept, so a draw that nobody looks at changes no other, and any thread can make any draw.
"""

import numpy as np

from ..compiled_cache import njit
from .compilation import fast, inner

SOCIABILITY, POLICY, DAILY, TRY, ANSWER, PARTNER = (np.int64(code) for code in range(1, 7))
MORE = np.int64(1 << 20)
"""Purposes, see docs/rules.md; MORE + q is the q-th block of words that a try needs beside its first."""

UNIT, TWO32 = 2.0**-32, 2.0**32
"""A word times UNIT is in 0 … 1; TWO32 times a probability is its threshold."""

_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


_drawn = njit(cache=True, nogil=True, error_model="numpy", forceinline=True, _nrt=False)
"""As ``inlined``, but Python can call it too."""


@_drawn
def philox(c0, c1, c2, c3, k0, k1):
    """Give the four 32-bit words, as uint64, of the block at counter (c0, c1, c2, c3) under key (k0, k1)."""
    c0, c1, c2, c3 = (
        np.uint64(c0) & _LOW,
        np.uint64(c1) & _LOW,
        np.uint64(c2) & _LOW,
        np.uint64(c3) & _LOW,
    )
    k0, k1 = np.uint64(k0) & _LOW, np.uint64(k1) & _LOW
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c2 = (p0 >> _32) ^ c3 ^ k1
        c1 = p1 & _LOW
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@_drawn
def block(key, day, purpose, ego, place):
    """Give the words of indices 4 place to 4 place + 3."""
    return philox(ego, place, day, purpose, key & _LOW, key >> _32)


@_drawn
def lane(words, place):
    """Give one of four words."""
    if place == 0:
        return words[0]
    if place == 1:
        return words[1]
    if place == 2:
        return words[2]
    return words[3]


@_drawn
def column(rows, turn):
    """Give the four words that ``blocks`` has left in a column."""
    return (
        np.uint64(rows[0, turn]),
        np.uint64(rows[1, turn]),
        np.uint64(rows[2, turn]),
        np.uint64(rows[3, turn]),
    )


@fast
def word(seed, day, purpose, ego, index):
    """Give one draw, a word of 32 bits as uint64: the definition that every other function here only speeds up."""
    return lane(block(np.uint64(seed), day, purpose, ego, index >> 2), index & 3)


@_drawn
def below(drawn, n):
    """Turn a word into an integer 0 to n - 1; n is below 2**31, and the bias below n / 2**32."""
    return np.int64((drawn * np.uint64(n)) >> _32)


@njit(cache=True, nogil=True)
def words(seed, day, purpose, members, index):
    """Give the draw of every member, 0 to members - 1: uint64, shape (members,)."""
    drawn = np.empty(members, np.uint64)
    for ego in range(members):
        drawn[ego] = word(seed, day, purpose, ego, index)
    return drawn


@fast
def daily(key, day, first, count, met, source, face, attempt):
    """Fill four arrays with the four DAILY words of members first to first + count - 1."""
    low, high = key & _LOW, key >> _32
    for place in range(count):
        w0, w1, w2, w3 = philox(first + place, 0, day, DAILY, low, high)
        met[place] = w0
        source[place] = w1
        face[place] = w2
        attempt[place] = w3


@inner
def blocks(key, day, purpose, egos, places, count, rows):
    """Fill four rows with the words of indices 4 place to 4 place + 3 of ``count`` members, in one vectorised loop."""
    w0, w1, w2, w3 = rows[0], rows[1], rows[2], rows[3]
    low, high = key & _LOW, key >> _32
    for turn in range(count):
        a, b, c, d = philox(egos[turn], places[turn], day, purpose, low, high)
        w0[turn] = a
        w1[turn] = b
        w2[turn] = c
        w3[turn] = d


def threshold(probability: float) -> int:
    """Give the number that a word must be below for an event of this probability: floor(p 2**32), 0 to 2**32."""
    return int(probability * 4294967296.0)
