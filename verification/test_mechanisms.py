"""Tests of the formulas of mechanisms by themselves: known numbers, and plain simulation."""

import numpy as np
import pytest
from scipy import stats

from . import exact, mechanisms

RUNS = 20_000


def mean_agrees(seen: np.ndarray, expected: float) -> None:
    """Check a mean, within 4 of its standard errors: a right formula fails once in 15,000."""
    assert seen.mean() == pytest.approx(expected, abs=4 * seen.std() / np.sqrt(len(seen)))


def test_refusable():
    assert mechanisms.refusable(8, 0.5, 0.3) == pytest.approx(0.0352, abs=5e-5)
    assert mechanisms.refusable(8, 0.1, 0.3) == pytest.approx(0.8131, abs=5e-5)
    # by the other way to say it: helped <= ceil(f (2 + n) - 1) - 1
    most = np.ceil(0.15 * 22 - 1) - 1
    assert mechanisms.refusable(20, 0.1, 0.15) == pytest.approx(stats.binom.cdf(most, 20, 0.1))


def test_need_met():
    types = (0.9, 0.5, 0.1)
    assert mechanisms.need_met((2 * 10**6, 7 * 10**6, 10**6), types, 0.5) == pytest.approx(
        0.664, abs=5e-4
    )
    draw, counts = np.random.default_rng(2), (3, 5, 2)
    giving = np.repeat(types, counts)
    met = np.zeros(RUNS)
    for run in range(RUNS):
        one, asked = draw.permutation(10)[:2]
        met[run] = draw.random() < giving[asked]
        if not met[run] and draw.random() < 0.5:
            referred = draw.choice(np.delete(np.arange(10), asked))
            met[run] = referred != one and draw.random() < giving[referred]
    mean_agrees(met, mechanisms.need_met(counts, types, 0.5))


def test_caution_stops_before_the_limit():
    assert mechanisms.strikes_until_it_stops(10, 0.5, 0.3, 0.6) == 4
    # the fourth strike comes with the NegBin(4, 0.1)-th invitation, in the mean the 40th
    assert exact.invitations_until_block(4, 0.1, 1, 3000).mean == pytest.approx(40)


def test_T28_numbers():
    numbers = (183, 5, 0.1)
    assert mechanisms.accepted_by_careful(*numbers) == pytest.approx(76.2, abs=0.05)
    never = mechanisms.accepted_by_careful(*numbers, lambda k: 0.0)
    assert never == pytest.approx(49.3, abs=0.05)
    assert mechanisms.best_fixed_threshold(*numbers)[1] == pytest.approx(72.9, abs=0.05)
    assert mechanisms.best_linear_caution(*numbers)[2] == pytest.approx(73.7, abs=0.05)


def test_T28_against_plain_simulation():
    draw = np.random.default_rng(28)
    accepted, left = np.zeros(RUNS), np.full(RUNS, 3)
    least = {0: 2.0, 1: 0.7, 2: 0.4, 3: 0.2}
    for _ in range(50):
        p, luck = draw.random(RUNS), draw.random(RUNS)
        invited = p >= np.vectorize(least.get)(left)
        accepted += invited & (luck < p)
        left -= invited & (luck > 1 - 0.3 * (1 - p))
    mean_agrees(accepted, mechanisms.accepted_by_careful(50, 3, 0.3, least.__getitem__))
    best = mechanisms.accepted_by_careful(50, 3, 0.3)
    assert best > mechanisms.accepted_by_careful(50, 3, 0.3, least.__getitem__)


def test_T28_the_best_thresholds_played_by_plain_simulation():
    """The most careful member's own rule, at 60 candidates, 4 strikes and zeta .25."""
    candidates, strikes, zeta = 60, 4, 0.25
    value, least = np.zeros(strikes + 1), []
    for _ in range(candidates):  # from the last candidate to the first
        x = zeta * np.diff(value) / (1 + zeta * np.diff(value))
        least.append(np.append(2.0, x))  # nobody is invited with no strike left
        p = (np.arange(2_000) + 0.5) / 2_000
        accepted = np.where(p >= x[:, None], p, 0.0).mean(axis=1)
        struck = np.where(p >= x[:, None], zeta * (1 - p), 0.0).mean(axis=1)
        value[1:] += accepted - struck * np.diff(value)
    draw = np.random.default_rng(2828)
    gained, left = np.zeros(RUNS), np.full(RUNS, strikes)
    for x in reversed(least):
        p, luck = draw.random(RUNS), draw.random(RUNS)
        invited = p >= x[left]
        gained += invited & (luck < p)
        left -= invited & (luck > 1 - zeta * (1 - p))
    mean_agrees(gained, mechanisms.accepted_by_careful(candidates, strikes, zeta))


def test_reminder_note():
    clicked = [mechanisms.clicked_with_note(r, 1.5, 0.28, 0.4) for r in (0.88, 0.5)]
    assert clicked == pytest.approx([0.0085, 0.0525], abs=5e-5)
    assert mechanisms.clicked_with_note(0.6, 0, 0.25, 0.5) == pytest.approx(0.4 * 0.75 * 0.5)


def test_T21_mistaken_identity():
    draw = np.random.default_rng(21)
    wrong = draw.random(RUNS) < 0.2
    sent = ~wrong | (draw.random(RUNS) > 0.3)
    share = mechanisms.sent_to_wrong(0.2, 0.3)
    mean_agrees(wrong[sent].astype(float), share)
    clicked = draw.random(RUNS) < np.where(wrong, 0.3, 0.05)
    mean_agrees(clicked[sent].astype(float), mechanisms.mistaken_identity(share, 0.05, 0.3))


def test_fading_memory():
    law = mechanisms.strikes_with_fading_memory(0.88, 365, 120)
    assert law.chances[30:].sum() == pytest.approx(0.5257, abs=5e-5)
    draw, days = np.random.default_rng(8), np.arange(120)
    struck = draw.random((RUNS, 120)) >= 0.88 * np.exp(-days / 365)
    mean_agrees((struck.sum(axis=1) >= 30).astype(float), law.chances[30:].sum())


def test_appeals_numbers():
    assert mechanisms.mean_until_last_block(3, 0.25, 1, 0.5) == pytest.approx(31.70, abs=5e-3)
    assert mechanisms.mean_until_last_block(3, 0.25, 0.8, 0.5) == pytest.approx(26.29, abs=5e-3)
    short = mechanisms.share_open_with_appeals(3, 0.25, [1 / 3] * 3, 120)
    assert short == pytest.approx(0.8629, abs=5e-5)
    law = mechanisms.until_last_block(3, 0.25, 0.8, 0.5, 300)
    assert law.chances.sum() == pytest.approx(1)
    assert law.mean == pytest.approx(26.29, abs=5e-3)
    days = mechanisms.restricted_days_with_appeals(3, 0.25, [1 / 3] * 3, 120)
    assert 1 - days.mean / 120 == pytest.approx(short)
    # T6 is its limit, and fixed lengths are those of T6
    long = mechanisms.share_open_with_appeals(3, 0.25, [1 / 3] * 3, 20_000)
    assert long == pytest.approx(exact.share_open(3, 0.25, 2), abs=1e-4)
    fixed = mechanisms.share_open_with_appeals(3, 0.25, [0, 1], 120)
    assert fixed == pytest.approx(1 - exact.restricted_days(3, 0.25, 2, 120).mean / 120)


def test_appeals_against_plain_simulation():
    draw = np.random.default_rng(10)
    until, opened = np.zeros(1_000), np.zeros(1_000)
    for run in range(1_000):
        chance, last = 0.8, False
        while not last:
            until[run] += 3 + draw.negative_binomial(3, 0.25)
            last, chance = draw.random() >= chance, chance * 0.5
        day, strikes = 1, 0
        while day <= 40:
            opened[run] += 1 / 40
            strikes += draw.random() < 0.25
            day += 1
            if strikes == 3:
                strikes, day = 0, day + int(draw.integers(1, 4))
    mean_agrees(until, mechanisms.mean_until_last_block(3, 0.25, 0.8, 0.5))
    mean_agrees(opened, mechanisms.share_open_with_appeals(3, 0.25, [1 / 3] * 3, 40))
    laws = {
        "until": mechanisms.until_last_block(3, 0.25, 0.8, 0.5, 400),
        "restricted": mechanisms.restricted_days_with_appeals(3, 0.25, [1 / 3] * 3, 40),
    }
    for seen, law in ((until, laws["until"]), (40 * (1 - opened), laws["restricted"])):
        assert seen.std() == pytest.approx(law.sd, rel=0.15)


def test_ladder():
    law = mechanisms.end_of_ladder(3, 0.3, (4, 7, 14, 30), 2_000)
    assert law.mean == pytest.approx(4 * 3 / 0.3 + 55) == pytest.approx(95)
    draw = np.random.default_rng(14)
    ends = sum(3 + draw.negative_binomial(3, 0.3, RUNS) + days for days in (4, 7, 14, 30))
    assert ends.std() == pytest.approx(law.sd, rel=6 / np.sqrt(2 * RUNS))
    mean_agrees(ends, law.mean)


@pytest.mark.parametrize(
    ("pmf", "numbers", "by_degree"),
    [
        (mechanisms.degree_by_uniform_attachment, (0.333, 0.222, 0.0988), False),
        (mechanisms.degree_by_preferential_attachment, (0.5, 0.2, 0.0571), True),
    ],
)
def test_growth(pmf, numbers, by_degree):
    """Test the numbers for m = 2, and each newcomer's two choices one by one, from 3 founders."""
    assert pmf(np.array([2, 3, 5]), 2) == pytest.approx(numbers, abs=5e-4)
    assert pmf(np.arange(1, 3), 3).sum() == 0
    assert pmf(np.arange(1, 10**5), 3).sum() == pytest.approx(1, abs=1e-4)
    draw, n = np.random.default_rng(15), 20_000
    luck, ends, degree = draw.random((n, 64)), [], np.zeros(n, int)
    for new in range(3, n):
        chosen: set[int] = set()
        words = iter(luck[new])
        while len(chosen) < 2:
            word = next(words)
            chosen.add(ends[int(word * len(ends))] if by_degree and new > 3 else int(word * new))
        ends += [*chosen, new, new]
        degree[[*chosen]] += 1
        degree[new] += 2
    for k in (2, 3, 5):
        chance = float(pmf(np.array(k), 2))
        # degrees hinder each other, so a binomial error is on the safe side
        error = np.sqrt(chance * (1 - chance) / n)
        assert (degree == k).mean() == pytest.approx(chance, abs=4 * error)
