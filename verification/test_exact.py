"""Tests of the exact laws: against closed forms, and against plain simulation of one account."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from . import exact

RUNS = 6_000


# Against the closed forms as the literature and the facts state them


def test_T1_block_time():
    law = exact.invitations_until_block(5, 0.05, 1, 3000)
    assert (law.mean, law.sd) == pytest.approx((100, 43.589), abs=1e-3)
    # the evening comes 1.5 invitations later in the mean
    assert exact.invitations_until_block(5, 0.05, 4, 3000).mean == pytest.approx(101.5, abs=0.01)


def test_T2_connections_before_block():
    law = exact.accepted_before_block(5, 0.4, 0.05, 1000)
    assert (law.mean, law.sd) == pytest.approx((40, 18.974), abs=1e-3)


@pytest.mark.parametrize(
    ("K", "a", "q", "n"), [(5, 0.4, 0.05, 100), (5, 0.9, 0.01, 300), (2, 0.6, 0.1, 30)]
)
def test_T3_recursion_gives_the_closed_form(K, a, q, n):
    law = exact.accepted_with_budget(K, a, q, n)
    assert law.chances.sum() == pytest.approx(1)
    assert law.mean == pytest.approx(exact.mean_accepted_with_budget(K, a, q, n), rel=1e-12)
    assert exact.blocked_with_budget(K, q, n) == pytest.approx(
        stats.binom.sf(K - 1, n, q), rel=1e-12
    )


def test_T3_numbers():
    assert exact.blocked_with_budget(5, 0.05, 100) == pytest.approx(0.5640, abs=5e-5)
    assert exact.mean_accepted_with_budget(5, 0.4, 0.05, 100) == pytest.approx(33.159, abs=5e-4)


def test_T4_becomes_poisson_as_the_day_shrinks():
    """Test 10 invitations a day for 6 days: half as long a day halves the distance.

    In continuous time, with Weibull delays, P(not blocked) = 0.92576.
    """
    distances = []
    for parts in (32, 64, 128):
        not_blocked = exact.not_blocked_with_delays(
            5, 0.05, 10 / parts, 0.386, 1.006 * parts, 10**6, 6 * parts
        )
        distances.append(not_blocked - 0.92576)
    assert distances[0] / distances[1] == pytest.approx(2, abs=0.15)
    assert 2 * distances[2] - distances[1] == pytest.approx(0, abs=1e-4)


def test_T4_without_delay():
    law = exact.day_of_block_at_once(3, 0.05, 2000)
    assert law.mean == pytest.approx(3 / 0.05)
    at_once = exact.day_of_block_with_delays(3, 0.1, 0.5, 1, 1e-9, 10, 50)
    assert at_once.chances == pytest.approx(exact.day_of_block_at_once(3, 0.05, 50).chances)


def test_T5_numbers():
    """Test that most are spared where accounts differ, with the same mean of q = 0.05."""
    alike = exact.blocked_with_budget(5, 0.05, 100)
    assert exact.blocked_with_beta(5, 0.5, 9.5, 100) == pytest.approx(0.354, abs=5e-4)
    assert exact.blocked_in_halves(5, (0.05, 0.05), 100)[0] == pytest.approx(alike)
    assert exact.blocked_in_halves(5, (0.01, 0.09), 100)[0] < alike


@pytest.mark.parametrize(
    ("K", "a", "q", "R"), [(2, 0.5, 0.1, 7), (1, 0.6, 0.05, 14), (3, 0.4, 0.3, 1)]
)
def test_T6_in_the_long_run(K, a, q, R):
    D = 1200
    halves = [exact.restricted_days(K, q, R, days) for days in (D // 2, D)]
    assert 1 - (halves[1].mean - halves[0].mean) / (D // 2) == pytest.approx(
        exact.share_open(K, q, R), rel=1e-4
    )
    accepted = [exact.accepted_with_restrictions(K, a, q, R, days).mean for days in (D // 2, D)]
    assert (accepted[1] - accepted[0]) / (D // 2) == pytest.approx(
        a * exact.share_open(K, q, R), rel=1e-4
    )
    assert accepted[1] == pytest.approx(a * (D - halves[1].mean), rel=1e-9)


@pytest.mark.parametrize(("q", "w"), [(0.1, 10), (0.05, 30), (0.3, 3), (0.5, 2)])
def test_T7_recursion_gives_the_closed_form(q, w):
    law = exact.day_of_second_in_window(q, w, 1, 4000)
    assert law.mean == pytest.approx(exact.mean_day_of_second_in_window(q, w), rel=1e-9)


def test_T7_becomes_the_continuous_form():
    distances = [
        exact.mean_day_of_second_in_window(0.5 / parts, parts) / parts - 7.083
        for parts in (100, 1000, 100_000)
    ]
    assert distances[-1] == pytest.approx(0, abs=5e-4)
    assert abs(distances[0]) > abs(distances[1]) > 1e-3 / 2


def test_T7_two_on_one_day():
    assert exact.day_of_second_in_window(0.4, 1, 2, 500).mean == pytest.approx(1 / 0.16)


@pytest.mark.parametrize(
    ("a", "least", "n0", "blocked"), [(0.62, 0.6, 30, 0.65959), (0.4, 0.35, 17, 0.56142)]
)
def test_T8_numbers(a, least, n0, blocked):
    law = exact.day_of_low_ratio(a, least, n0, 1, 3 * n0)
    assert 1 - law.chances[-1] == pytest.approx(blocked, abs=5e-6)
    # on the first evening it is the binomial chance of T8
    assert law.chances[n0 - 1] == pytest.approx(stats.binom.cdf(np.ceil(least * n0) - 1, n0, a))


def test_T10_numbers():
    N = 50
    harmonic = sum(1 / k for k in range(1, N))
    assert exact.invited_after(N, 80).mean == pytest.approx((N - 1) * (1 - (1 - 1 / N) ** 80))
    assert exact.days_to_invite_all(N, 5000).mean == pytest.approx(N * harmonic)
    assert exact.connected_with_reinvites(10_000, 9_000, 1.0, 300).mean == pytest.approx(
        9_000 * (1 - (1 - 1 / 10_000) ** 300)
    )
    assert exact.connected_with_reinvites(1000, 900, 0.3, 500).mean == pytest.approx(
        900 * (1 - (1 - 0.3 / 1000) ** 500), rel=1e-3
    )


# Against plain simulation of one account after another


def one_account(
    draw: np.random.Generator,
    days: int,
    m: int,
    a: float,
    q: float,
    rule: Callable[[list[int], int], int],
) -> list[int]:
    """Return the day of the first block, the acceptances and the restricted days of one account.

    The day is ``days + 1`` if there is no block. ``rule(strike days, today)`` returns the length of
    a restriction, 0 for none.
    """
    strikes: list[int] = []
    first, accepted, restricted, until = days + 1, 0, 0, 0
    for day in range(1, days + 1):
        if day <= until:
            restricted += 1
            if day == until:
                strikes = []
            continue
        luck = draw.random(m)
        accepted += int((luck < a).sum())
        strikes += [day] * int(((luck >= a) & (luck < a + q)).sum())
        if length := rule(strikes, day):
            first, until = min(first, day), day + length
    return [first, accepted, restricted]


@pytest.mark.parametrize(
    "quantity", ["T3 accepted", "T6 restricted", "T6 accepted", "T7 day", "T7 two a day"]
)
def test_recursions_against_plain_simulation(quantity):
    def life(strikes, day):
        return 10**6 if len(strikes) >= 2 else 0

    def week(strikes, day):
        return 7 if len(strikes) >= 2 else 0

    def window(strikes, day):
        return 10**6 if sum(day - strike < 6 for strike in strikes) >= 2 else 0

    days, m, rule, place, law = {
        "T3 accepted": (30, 1, life, 1, exact.accepted_with_budget(2, 0.5, 0.1, 30)),
        "T6 restricted": (40, 1, week, 2, exact.restricted_days(2, 0.1, 7, 40)),
        "T6 accepted": (40, 1, week, 1, exact.accepted_with_restrictions(2, 0.5, 0.1, 7, 40)),
        "T7 day": (50, 1, window, 0, exact.day_of_second_in_window(0.1, 6, 1, 50)),
        "T7 two a day": (30, 2, window, 0, exact.day_of_second_in_window(0.1, 6, 2, 30)),
    }[quantity]
    draw = np.random.default_rng(20)
    seen = np.array([one_account(draw, days, m, 0.5, 0.1, rule)[place] for _ in range(RUNS)])
    agrees(seen, law)


def test_T4_against_plain_simulation():
    K, q, per_day, pending, D = 2, 0.15, 1.5, 5, 20
    draw = np.random.default_rng(4)
    sent = 1 + (draw.random((RUNS, D)) < per_day - 1)
    strikes = np.zeros((RUNS, D + 40), dtype=int)
    for extra in range(2):
        delay = np.floor(1.006 * draw.weibull(0.386, (RUNS, D))).astype(int)
        hit = (draw.random((RUNS, D)) < q) & (delay < pending) & (sent > extra)
        run, day = np.nonzero(hit)
        np.add.at(strikes, (run, day + delay[run, day]), 1)
    reached = strikes.cumsum(axis=1)[:, :D] >= K
    day = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, D + 1)
    agrees(day, exact.day_of_block_with_delays(K, q, per_day, 0.386, 1.006, pending, D))


def test_T5_against_plain_simulation():
    draw = np.random.default_rng(5)
    q = draw.permuted(np.repeat([0.04, 0.2], RUNS // 2))
    strikes = (draw.random((30, RUNS)) < q).sum(axis=0)
    mean, sd = exact.blocked_in_halves(3, (0.04, 0.2), 30)
    assert (strikes >= 3).mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(RUNS))
    differ = draw.beta(0.5, 4, RUNS)
    seen = (draw.random((30, RUNS)) < differ).sum(axis=0) >= 3
    agrees(seen, exact.yes_no(exact.blocked_with_beta(3, 0.5, 4, 30)))


def test_T8_against_plain_simulation():
    draw, days, least, n0 = np.random.default_rng(8), 40, 0.45, 13
    accepted = draw.binomial(2, 0.5, (RUNS, days)).cumsum(axis=1)
    sent = 2 * np.arange(1, days + 1)
    low = (accepted / sent < least) & (sent >= n0)
    day = np.where(low.any(axis=1), low.argmax(axis=1) + 1, days + 1)
    agrees(day, exact.day_of_low_ratio(0.5, least, n0, 2, days))


def test_T8_of_resolved_against_plain_simulation():
    a, q, least, n0, days = 0.35, 0.2, 0.4, 9, 40
    draw = np.random.default_rng(88)
    luck = draw.random((RUNS, days))
    accepted = (luck < a).cumsum(axis=1)
    silent = luck >= a + q
    resolved = np.arange(1, days + 1) - silent  # all but today's, where that is silent
    low = (accepted / np.maximum(resolved, 1) < least) & (resolved >= n0)
    day = np.where(low.any(axis=1), low.argmax(axis=1) + 1, days + 1)
    law = exact.day_of_low_ratio_of_resolved(a, q, least, n0, days)
    agrees(day, law)
    # with every invitation answered at once it is T8
    at_once = exact.day_of_low_ratio_of_resolved(0.4, 0.6, 0.35, 17, 51)
    assert at_once.chances == pytest.approx(exact.day_of_low_ratio(0.4, 0.35, 17, 1, 51).chances)


def test_T10_against_plain_simulation():
    N, R, a, n = 12, 8, 0.4, 25
    draw = np.random.default_rng(10)
    counts = []
    for _ in range(RUNS):
        connected, pending = set(), None
        for who, luck in zip(draw.integers(0, N, n), draw.random(n), strict=True):
            asked = who < R and who not in connected and who != pending
            pending = None
            if asked and luck < a:
                connected.add(int(who))
            elif asked:
                pending = int(who)
        counts.append(len(connected))
    agrees(np.array(counts), exact.connected_with_reinvites(N, R, a, n))


def agrees(seen: np.ndarray, law: exact.Law) -> None:
    """Check the mean, within 4 standard errors, and the law, by Pearson's chi-square."""
    assert law.chances.sum() == pytest.approx(1)
    assert seen.mean() == pytest.approx(law.mean, abs=4 * law.sd / np.sqrt(len(seen)))
    expected = law.chances * len(seen)
    usual = expected >= 10
    found = np.array([(seen == value).sum() for value in law.values])
    pearson = ((found - expected)[usual] ** 2 / expected[usual]).sum()
    rest = expected[~usual].sum()
    if rest >= 1:
        pearson += (found[~usual].sum() - rest) ** 2 / rest
    assert stats.chi2.sf(pearson, usual.sum() - 1) > 1e-4
