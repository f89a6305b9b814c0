"""Exact laws of what the model must reproduce, in days.

The closed forms T1 to T8 and T10 are stated for single invitations or in continuous time; the model
lives in days. Each function here gives the law of one member's outcome in the model's own time,
from the theory of probability alone: nothing of the model is called. Where a closed form exists in
days it is used; elsewhere a recursion over the days carries the probability of every state, without
approximation. ``test_exact`` holds the laws against the numbers of the closed forms and against a
few lines of plain simulation. ``exact_graphs`` has the laws of networks.

Notation: a = P(accepted), q = P("I don't know") of one invitation, K the limit of strikes, m
invitations a day, D days.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Numbers = NDArray[np.float64]


class Law(NamedTuple):
    """The law (probability distribution) of a member's outcome."""

    values: Numbers
    chances: Numbers

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self.values @ self.chances)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(((self.values - self.mean) ** 2) @ self.chances))


def law_of(chances: Numbers, values: Numbers | None = None) -> Law:
    """Return a law from the chances of its values; these are 0, 1, 2 ... if none are given."""
    values = np.arange(len(chances), dtype=float) if values is None else values
    return Law(values, chances)


def _by_day(blocked_by: Numbers) -> Law:
    """Return the law of the day of the block, from P(blocked by day d), d = 0 ... D.

    Day D + 1 stands for those who are not blocked.
    """
    return law_of(np.diff(blocked_by, append=1.0), np.arange(1.0, len(blocked_by) + 1))


def yes_no(chance: float) -> Law:
    """Return the law of a yes (1) or no (0)."""
    return law_of(np.array([1 - chance, chance]))


# T1, T2, T3: a limit of K strikes over the account's life, answers on the same day


def invitations_until_block(K: int, q: float, m: int, D: int) -> Law:
    """T1: invitations sent until the block.

    The N-th invitation brings the K-th strike, N ~ NegBin(K, q). The platform applies its rule in
    the evening, when m ceil(N / m) invitations have been sent. Those who are not blocked in D days
    have sent m D, and count with this value.
    """
    by = stats.nbinom.cdf(m * np.arange(D + 1) - K, K, q)
    law = _by_day(by)
    values = m * law.values[:-1]
    chances = law.chances[:-1].copy()
    chances[-1] += law.chances[-1]
    return law_of(chances, values)


def accepted_before_block(K: int, a: float, q: float, most: int) -> Law:
    """T2: acceptances before the K-th strike, NegBin(K, q / (a + q)); one invitation a day."""
    return law_of(stats.nbinom.pmf(np.arange(most + 1), K, q / (a + q)))


def blocked_with_budget(K: int, q: float, n: int) -> float:
    """T3: P(blocked within n invitations) = I_q(K, n - K + 1)."""
    return float(special.betainc(K, n - K + 1, q))


def mean_accepted_with_budget(K: int, a: float, q: float, n: int) -> float:
    """T3: expected acceptances within n invitations, a times the expected number that are sent."""
    return float(a * stats.binom.cdf(K - 1, np.arange(n), q).sum())


def accepted_with_budget(K: int, a: float, q: float, n: int) -> Law:
    """T3: the whole law of the acceptances, by recursion over the invitations; one a day."""
    state = np.zeros((K + 1, n + 1))  # strikes so far, K for blocked; acceptances so far
    state[0, 0] = 1
    for _ in range(n):
        sending = state[:K].copy()
        state[:K] = sending * (1 - a - q)
        state[:K, 1:] += sending[:, :-1] * a
        state[1:] += sending * q
    return law_of(state.sum(axis=0))


# T4: answers come with a delay


def answered_within(
    shape: float, scale: float, pending_days: int, days: NDArray[np.int64]
) -> Numbers:
    """P(an invitation has been answered by the evening ``days`` after it was sent).

    The delay is floor(W) of a Weibull W, so P(delay <= x) = P(W < x + 1); an answer due after
    ``pending_days`` or more never comes.
    """
    return -np.expm1(-(((np.minimum(days, pending_days - 1) + 1) / scale) ** shape))


def not_blocked_with_delays(
    K: int, q: float, per_day: float, shape: float, scale: float, pending_days: int, d: int
) -> float:
    """T4 in days: P(not blocked by the evening of day d).

    Each invitation of day s brings a strike by then with probability p = q P(delay <= d - s), apart
    from the others: the number of strikes is Poisson-binomial, with the generating function prod
    over s of (1 - p + p z)^floor(per_day) (1 - f p + f p z), f the fraction of ``per_day``. As the
    day shrinks this becomes the Poisson law of T4. That those who are blocked send no more changes
    nothing before their block, so not blocked means K - 1 strikes or fewer.
    """
    whole = int(per_day)
    strikes = np.zeros(K)  # P(0 ... K - 1 strikes)
    strikes[0] = 1
    for p in q * answered_within(shape, scale, pending_days, d - np.arange(1, d + 1)):
        for chance in [p] * whole + [(per_day - whole) * p]:
            strikes[1:] = strikes[1:] * (1 - chance) + strikes[:-1] * chance
            strikes[0] *= 1 - chance
    return float(strikes.sum())


def day_of_block_with_delays(
    K: int, q: float, per_day: float, shape: float, scale: float, pending_days: int, D: int
) -> Law:
    """T4: the day of the block; D + 1 stands for those who are not blocked."""
    return _by_day(
        np.array(
            [
                1 - not_blocked_with_delays(K, q, per_day, shape, scale, pending_days, d)
                for d in range(D + 1)
            ]
        )
    )


def day_of_block_at_once(K: int, rate: float, D: int) -> Law:
    """T4 without delay: the day of the K-th strike, with ``rate`` = P(a strike on a day).

    It is NegBin(K, rate), with mean K / rate: the form in days of the Erlang law.
    """
    return _by_day(stats.nbinom.cdf(np.arange(D + 1) - K, K, rate))


# T5: accounts differ in q


def blocked_with_beta(K: int, A: float, B: float, n: int) -> float:
    """T5: P(blocked within n invitations) if q ~ Beta(A, B): strikes are beta-binomial."""
    return float(stats.betabinom.sf(K - 1, n, A, B))


def blocked_in_halves(K: int, qs: tuple[float, float], n: int) -> tuple[float, float]:
    """T5 for two equal halves of the accounts, each with a q of its own: mean and sd.

    The share that is blocked within n invitations is the mean of the halves' shares. How many have
    which q is not left to chance, so the variance is the mean of the variances within the halves.
    """
    blocked = np.array([blocked_with_budget(K, q, n) for q in qs])
    return float(blocked.mean()), float(np.sqrt((blocked * (1 - blocked)).mean()))


# T6: restricted for R days, then from zero; one invitation a day, answered at once


def share_open(K: int, q: float, R: int) -> float:
    """T6: the long-run share of days on which an account is open: K / q open, then R restricted."""
    return (K / q) / (K / q + R)


def restricted_days(K: int, q: float, R: int, D: int) -> Law:
    """T6 up to day D: the days spent restricted."""
    return law_of(_renewal(K, 0.0, q, R, D, count_restricted=True))


def accepted_with_restrictions(K: int, a: float, q: float, R: int, D: int) -> Law:
    """T6 up to day D: the acceptances."""
    return law_of(_renewal(K, a, q, R, D, count_restricted=False))


def _renewal(K: int, a: float, q: float, R: int, D: int, count_restricted: bool) -> Numbers:
    """P(count = c), c = 0 ... D, over D days of an account.

    Its state is open with 0 ... K - 1 strikes, or restricted for another 1 ... R days.
    """
    state = np.zeros((K + R, D + 1))
    state[0, 0] = 1
    for _ in range(D):
        sending, waiting = state[:K], state[K:]
        following = np.zeros_like(state)
        following[:K] += sending * (1 - a - q)
        following[:K, 1:] += sending[:, :-1] * a
        following[1:K] += sending[:-1] * q
        following[K + R - 1] += sending[-1] * q  # from tomorrow on R days
        if count_restricted:
            waiting = np.roll(waiting, 1, axis=1)
        following[K : K + R - 1] += waiting[1:]
        following[0] += waiting[0]
        state = following
    return state.sum(axis=0)


# T7: two strikes within w days, today included


def mean_day_of_second_in_window(q: float, w: int) -> float:
    """T7 in days, one invitation a day: E[T] = (1/q) (1 + 1 / (1 - (1 - q)^(w - 1))).

    Strikes are Geometric(q) days apart; the account is blocked at the first gap of at most w - 1
    days. The number of gaps is geometric, each has mean 1/q, and Wald's identity gives the sum.
    With mu = q per day, and the day shrinking, this is T7.
    """
    return (1 + 1 / (1 - (1 - q) ** (w - 1))) / q


def day_of_second_in_window(q: float, w: int, m: int, D: int) -> Law:
    """T7: the day of the block with m invitations a day; D + 1 stands for no block.

    It is a recursion over the days since the last strike.
    """
    none, one = stats.binom.pmf([0, 1], m, q)
    # state 0: no strike in tomorrow's window; k: tomorrow the last strike is k days ago
    state = np.zeros(w)
    state[0] = 1
    by = np.zeros(D + 1)
    for d in range(1, D + 1):
        following = np.zeros(w)
        following[2:] = state[1:-1] * none
        following[0] = (state[0] + (state[-1] if w > 1 else 0)) * none
        following[1 % w] += state[0] * one
        state = following
        by[d] = 1 - state.sum()
    return _by_day(by)


# T8: accepted / sent below a ratio, judged every evening once n0 are sent


def day_of_low_ratio(a: float, least: float, n0: int, m: int, D: int) -> Law:
    """T8: the day of the block with m invitations a day; D + 1 stands for no block.

    On a single day the chance is a binomial one. But an account is judged on every evening from the
    n0-th invitation on, so the block is a first passage: a recursion over the acceptances, from
    which each evening takes away those whose ratio is below ``least``.
    """
    today = stats.binom.pmf(np.arange(m + 1), m, a)
    accepted, by = np.ones(1), np.zeros(D + 1)
    for d in range(1, D + 1):
        accepted = np.convolve(accepted, today)
        if m * d >= n0:
            accepted[np.arange(m * d + 1) / (m * d) < least] = 0
        by[d] = 1 - accepted.sum()
    return _by_day(by)


def day_of_low_ratio_of_resolved(a: float, q: float, least: float, n0: int, D: int) -> Law:
    """T8 where the ratio is of the invitations resolved; one a day, withdrawn on the next day.

    An invitation is resolved today with a + q, and else tomorrow. It is a recursion over those
    accepted, those resolved, and whether yesterday's still waits.
    """
    state, by = np.zeros((2, D + 1, D + 1)), np.zeros(D + 1)
    state[0, 0, 0] = 1
    accepted, resolved = np.indices((D + 1, D + 1))
    low = (resolved >= n0) & (accepted < least * np.maximum(resolved, 1) - 1e-9)
    for d in range(1, D + 1):
        before = state[0].copy()
        before[:, 1:] += state[1, :, :-1]  # yesterday's is withdrawn
        state = np.stack([np.zeros_like(before), (1 - a - q) * before])
        state[0, :, 1:] += q * before[:, :-1]
        state[0, 1:, 1:] += a * before[:-1, :-1]
        state[:, low] = 0
        by[d] = 1 - state.sum()
    return _by_day(by)


# T10: each day one draw from all N members, oneself included; who has been drawn before is not
# invited again


def invited_after(N: int, n: int) -> Law:
    """T10: different people invited after n draws; mean (N - 1) [1 - (1 - 1/N)^n]."""
    return law_of(_coupons(N, n)[-1])


def days_to_invite_all(N: int, D: int) -> Law:
    """T10: days until all N - 1 others are invited, mean N H_(N-1); D + 1 stands for later."""
    return _by_day(_coupons(N, D)[:, -1])


def _coupons(N: int, n: int) -> Numbers:
    """P(c different others after t draws), shape (n + 1, N)."""
    rows = np.zeros((n + 1, N))
    rows[0, 0] = 1
    new = (N - 1 - np.arange(N)) / N
    for t in range(n):
        rows[t + 1] = rows[t] * (1 - new)
        rows[t + 1, 1:] += rows[t, :-1] * new[:-1]
    return rows


def connected_with_reinvites(N: int, R: int, a: float, n: int) -> Law:
    """T10 with re-invitations: connections with R given others after n days.

    T10's R [1 - (1 - a / N)^n] lets everybody be invited at any time. In the model an invitation
    that is ignored stays pending for one more day at least, so the one who ignored yesterday can't
    be invited today. The recursion is over the connections and whether one of the R was asked in
    vain yesterday.
    """
    free, pending = np.zeros(R + 1), np.zeros(R + 1)
    free[0] = 1
    connections = np.arange(R + 1)
    for _ in range(n):
        asks_free = free * (R - connections) / N
        asks_pending = pending * np.maximum(R - connections - 1, 0) / N
        asked = asks_free + asks_pending
        free = (free - asks_free) + (pending - asks_pending)
        free[1:] += a * asked[:-1]
        pending = (1 - a) * asked
    return law_of(free + pending)
