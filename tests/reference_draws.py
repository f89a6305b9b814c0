"""The random draws of the reference: each belongs to a day, a purpose, a person (ego) and an index.

``docs/rules.md`` ("Draws") says what each decides. A draw is one 32-bit word.
"""

import functools
import math

TWO32 = 2**32
SOCIABILITY, POLICY, DAILY, TRY, ANSWER, PARTNER, PERSON, LOOK = 1, 2, 3, 4, 5, 6, 8, 16
VETO, NEED, NEEDPICK, ASK, MISTAKE, APPEAL, ARRIVE, LEAVE = 7, 9, 10, 11, 12, 13, 14, 15
"""The purposes."""


@functools.lru_cache(maxsize=4096)
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return four random words, for a counter of four words and a key of two.

    This is Philox4x32-10 (Salmon et al. 2011).
    """
    for _ in range(10):
        product0, product1 = c0 * 0xD2511F53, c2 * 0xCD9E8D57
        c0, c1 = product1 >> 32 ^ c1 ^ k0, product1 % TWO32
        c2, c3 = product0 >> 32 ^ c3 ^ k1, product0 % TWO32
        k0, k1 = (k0 + 0x9E3779B9) % TWO32, (k1 + 0xBB67AE85) % TWO32
    return c0, c1, c2, c3


def draw(seed: int, day: int, purpose: int, ego: int, index: int) -> int:
    """Return a random word: a whole number from 0 to 2^32 - 1."""
    counter = ego, index // 4 % TWO32, day % TWO32, purpose
    return philox(*counter, seed % TWO32, seed // TWO32)[index % 4]


def chance(word: int, p: float) -> bool:
    """Return whether something of probability p happens."""
    return word < math.floor(p * TWO32)


def below(word: int, n: int) -> int:
    """Return a random number from 0 to n - 1."""
    return word * n // TWO32


def unit(word: int) -> float:
    """Return a random number between 0 and 1, both excluded."""
    return (word + 0.5) / TWO32


def rounded(x: float) -> float:
    """Round what exp, log, pow or cos returns to a multiple of 2^-24: so all processors agree."""
    return round(x * 2**24) / 2**24


def shifted(p: float, shift: float) -> float:
    """Return a chance with its logit shifted; 0 and 1 stay."""
    if shift == 0 or p in (0, 1):
        return p
    odds = math.exp(shift)  # they are multiplied
    return rounded(p * odds / (1 - p + p * odds))


def power(base: float, exponent: float) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf
