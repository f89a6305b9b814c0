"""Random numbers: every draw depends only on (seed, day, purpose, ego, index).

The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
as 1, 2, 3" (SC '11): a block cipher on a 128-bit counter. The counter is (ego, index div 4, day,
purpose), and the key is the seed; one block holds the words of four neighbouring indices. No state
is kept, so a draw that is not used changes no other, and any thread can make any draw.
"""

import numpy as np

from .compilation import entry, inline, kernel
from .compiled_cache import njit

SOCIABILITY, POLICY, DAILY, TRY, ANSWER, PARTNER = (np.int64(code) for code in range(1, 7))
VETO = np.int64(7)
NEED, NEEDPICK = np.int64(9), np.int64(10)
LOOK = np.int64(16)
ARRIVE = np.int64(14)
LEAVE = np.int64(15)
PERSON = np.int64(8)
ASK, MISTAKE = np.int64(11), np.int64(12)
APPEAL = np.int64(13)
"""Purposes of draws, see docs/rules.md."""

TWO32 = 2.0**32
"""A probability times TWO32 is its threshold."""

_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


@inline
def philox(c0, c1, c2, c3, k0, k1):
    """Return the four words, as uint64, of the block at counter (c0, c1, c2, c3), key (k0, k1)."""
    c0, c1 = np.uint64(c0) & _LOW, np.uint64(c1) & _LOW
    c2, c3 = np.uint64(c2) & _LOW, np.uint64(c3) & _LOW
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


@inline
def lane(words, place):
    """Return one of four words."""
    if place == 0:
        return words[0]
    if place == 1:
        return words[1]
    if place == 2:
        return words[2]
    return words[3]


@entry
def word(seed, day, purpose, ego, index):
    """Return one draw, a word of 32 bits as uint64: the definition, which all else speeds up."""
    key = np.uint64(seed)
    return lane(philox(ego, index >> 2, day, purpose, key & _LOW, key >> _32), index & 3)


@inline
def below(drawn, n):
    """Return a word as a number 0 … n - 1; n is below 2**31, and the bias is below n / 2**32."""
    return np.int64((np.uint64(drawn) * np.uint64(n)) >> _32)


@njit(cache=True, nogil=True)
def words(seed, day, purpose, members, index):
    """Return one draw for every member, 0 to members - 1: uint64, shape (members,)."""
    drawn = np.empty(members, np.uint64)
    for ego in range(members):
        drawn[ego] = word(seed, day, purpose, ego, index)
    return drawn


@kernel
def draw_range(key, day, purpose, first, count, drawn):
    """Fill ``drawn``, (4, …), with the first four words of ``count`` members, a column each."""
    w0, w1, w2, w3 = drawn[0], drawn[1], drawn[2], drawn[3]
    low, high = key & _LOW, key >> _32
    for one in range(count):
        a, b, c, d = philox(first + one, 0, day, purpose, low, high)
        w0[one] = a
        w1[one] = b
        w2[one] = c
        w3[one] = d


@kernel
def draw_blocks(key, day, purpose, egos, places, count, drawn):
    """Fill the columns of ``drawn``, (4, …), with the words of indices 4 place … 4 place + 3."""
    w0, w1, w2, w3 = drawn[0], drawn[1], drawn[2], drawn[3]
    low, high = key & _LOW, key >> _32
    for one in range(count):
        a, b, c, d = philox(egos[one], places[one], day, purpose, low, high)
        w0[one] = a
        w1[one] = b
        w2[one] = c
        w3[one] = d


def threshold(probability: float) -> int:
    """Return the number that a word is below with this probability: a number 0 to 2**32."""
    return int(probability * TWO32)


def until(share: float) -> int:
    """Return the number that a word x is below exactly if x / 2**32 is below a share."""
    return -int(-share * TWO32 // 1)
