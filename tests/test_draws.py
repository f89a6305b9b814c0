"""Random words: the published test vectors, and the compiled function beside the slow one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernel.mechanics import random as draws
from tests import reference_draws as reference

# counter, key, words: the lines "philox4x32 10" of kat_vectors in Random123, by the authors of
# Salmon et al. 2011
KNOWN = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def numbers(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
@pytest.mark.parametrize(
    "philox", [reference.philox, draws.philox.py_func], ids=["reference", "kernel"]
)
def test_philox_gives_the_published_words(philox, counter, key, words):
    assert [int(word) for word in philox(*numbers(counter), *numbers(key))] == numbers(words)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
@pytest.mark.parametrize("draw", [reference.draw, draws.word], ids=["reference", "compiled"])
def test_a_draw_is_the_lane_of_the_block_that_the_rules_name(draw, counter, key, words):
    """The published vectors, by (seed, day, purpose, ego, index) as in docs/rules.md."""
    ego, block, day, purpose = numbers(counter)
    low, high = numbers(key)
    seed = np.uint64(low + 2**32 * high) if draw is draws.word else low + 2**32 * high
    assert [int(draw(seed, day, purpose, ego, 4 * block + lane)) for lane in range(4)] == numbers(
        words
    )


seeds = st.integers(0, 2**64 - 1) | st.sampled_from(
    (0, 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1)
)
days = st.integers(-16_000, 16_000)
purposes = st.integers(1, 16) | st.integers(2**16, 2**20)
egos = st.integers(0, 2**28 - 1)
indices = st.integers(0, 40) | st.integers(0, 4 * 2**28 + 3)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(seeds, days, purposes, egos, indices)
def test_the_compiled_draw_is_the_slow_one(seed, day, purpose, ego, index):
    assert int(draws.word(np.uint64(seed), day, purpose, ego, index)) == reference.draw(
        seed, day, purpose, ego, index
    )


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.floats(0, 1) | st.sampled_from((0.0, 1.0, 0.5, 2.0**-32, 1 - 2.0**-33)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 2**28),
)
def test_words_become_events_and_places_alike(probability, word, n):
    limit = draws.threshold(probability)
    for near in {word, max(limit - 1, 0), min(limit, 2**32 - 1)}:
        assert reference.chance(near, probability) == (near < limit)
    assert reference.below(word, n) == int(draws.below.py_func(word, n)) < n


def test_chances_keep_their_promises():
    """Never at 0, always at 1, and the count of words that say yes is p of all, rounded down."""
    assert not reference.chance(0, 0.0)
    assert reference.chance(2**32 - 1, 1.0)
    assert reference.chance(math.floor(0.3 * 2**32) - 1, 0.3)
    assert not reference.chance(math.floor(0.3 * 2**32), 0.3)
    assert 0 < reference.unit(0) < reference.unit(2**32 - 1) < 1
    assert (reference.below(0, 7), reference.below(2**32 - 1, 7)) == (0, 6)
