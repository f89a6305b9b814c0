"""Exact laws of whole networks: T9, T11 and T12.

As in ``exact``, nothing of the model is called. a = P(accepted), n members, m invitations each.
"""

import itertools

import numpy as np
from scipy import stats

from .exact import Law, Numbers, law_of

# T9: everyone invites m others on one day


def mean_degree(n: int, m: int, a: float) -> float:
    """T9 with the model's crossing rule: E[degree] = (n - 1) [2 p (1 - p) a + p^2].

    Here p = m / (n - 1). T9 lets two who invite each other answer each other, and connects them
    with probability 1 - (1 - a)^2; here invitations that cross connect at once. With 1 - (1 - a)^2
    in the place of the 1 before p^2 the sum is T9's (n - 1) [1 - (1 - a p)^2].
    """
    p = m / (n - 1)
    return (n - 1) * (2 * p * (1 - p) * a + p * p)


def sd_of_mean_degree(n: int, m: int, a: float) -> float:
    """T9: standard deviation of the mean degree of one society.

    With M pairs that invite each other, the connections are M + Bin(n m - 2 M, a). Two pairs
    without a common member are independent; two with one have the covariance p^2 (m (m - 1) / ((n -
    1) (n - 2)) - p^2), as its m invitations go to different people.
    """
    p = m / (n - 1)
    pairs, couples = n * (n - 1) / 2, n * (n - 1) * (n - 2) / 2
    mean = pairs * p * p
    variance = pairs * p * p * (1 - p * p) + 2 * couples * p * p * (
        m * (m - 1) / ((n - 1) * (n - 2)) - p * p
    )
    return 2 / n * float(np.sqrt((1 - 2 * a) ** 2 * variance + a * (1 - a) * (n * m - 2 * mean)))


def degree(n: int, m: int, a: float) -> Law:
    """T9: the degree of one member.

    It comes from its m invitations, of which a share p cross, and from those of the n - 1 - m
    others that reach it.
    """
    p = m / (n - 1)
    own = stats.binom.pmf(np.arange(m + 1), m, p + (1 - p) * a)
    others = stats.binom.pmf(np.arange(n - m), n - 1 - m, p * a)
    return law_of(np.convolve(own, others))


def clustering(n: int, m: int, a: float) -> float:
    """T9: P(two neighbours of a member are connected), from the arcs among three members.

    A member's m invitations go to different people, so it is smaller than the density.
    """
    two = m * (m - 1) / ((n - 1) * (n - 2))
    one = m / (n - 1) - two
    invites = {(0, 0): 1 - 2 * one - two, (1, 0): one, (0, 1): one, (1, 1): two}
    connected = (0, a, 1)  # by the number of invitations between two
    triangles = wedges = 0.0
    for (ij, ik), (ji, jk), (ki, kj) in itertools.product(invites, repeat=3):
        chance = invites[ij, ik] * invites[ji, jk] * invites[ki, kj]
        chance *= connected[ij + ji] * connected[ik + ki]
        wedges += chance
        triangles += chance * connected[jk + kj]
    return triangles / wedges


# T11: one side follows, the other follows back with probability f


def arc_share(f: float, pairs: int) -> Law:
    """T11: the share of arcs whose reverse exists, among ``pairs`` linked pairs.

    Of the pairs Bin(pairs, f) have both arcs, the others one. The mean is about 2 f / (1 + f).
    """
    both = np.arange(pairs + 1)
    return law_of(stats.binom.pmf(both, pairs, f), 2 * both / (pairs + both))


# T12: every pair is connected with probability p, apart from all others: G(n, p)


def sd_of_density(n: int, p: float) -> float:
    """T12: standard deviation of the share of pairs that are connected."""
    return float(np.sqrt(p * (1 - p) / (n * (n - 1) / 2)))


def sd_of_clustering(n: int, p: float) -> float:
    """T12: standard deviation of the mean local clustering, whose mean is p.

    Nearly everybody is expected to have two neighbours or more. Given who the neighbours N(i) of i
    are, each pair of them is connected with probability p, which makes the mean p and the variance
    p (1 - p) / pairs. Two members i, l depend on each other by the pairs that are in both N(i) and
    N(l) and, if they are connected, by their c common neighbours k: i k is one of l's pairs, and l
    k one of i's. With x and y other neighbours, c is hypergeometric.
    """
    noise, others = p * (1 - p), n - 2
    degrees = np.arange(2.0, n)
    alone = noise * (stats.binom.pmf(degrees, n - 1, p) / _pairs(degrees)).sum()
    x = np.arange(others + 1.0)[:, None]
    y = x.T
    weight = stats.binom.pmf(x, others, p) * stats.binom.pmf(y, others, p)
    common = x * y / others  # E[c]
    twice = common * (x - 1) * (y - 1) / (others - 1)  # E[c (c - 1)]
    by_tie = twice + common - p * (x + y) * common + p * p * x * y  # E[(c - p x) (c - p y)]
    apart = noise * twice / 2 / (_pairs(x) * _pairs(y))
    joined = (noise * twice / 2 + by_tie) / (_pairs(x + 1) * _pairs(y + 1))
    together = (weight * ((1 - p) * apart + p * joined)).sum()
    return float(np.sqrt((alone + (n - 1) * together) / n))


def _pairs(degree: Numbers) -> Numbers:
    """Return the pairs among neighbours; if there is none, inf, as 1 / pairs is to be 0."""
    return np.where(degree < 2, np.inf, degree * (degree - 1) / 2)


def sd_of_assortativity(n: int, p: float) -> float:
    """T12: standard deviation of the assortativity of G(n, p), whose mean is 0.

    It is the sum over connections u v of (d_u - 1 - (n - 2) p) (d_v - 1 - (n - 2) p), divided by
    its expected number of terms and the variance (n - 2) p (1 - p). Given a connection, what else
    its ends have is independent, so the mean is exactly 0. The variance is that of the terms, and
    of pairs of terms with one end in common, and with none.
    """
    s, pairs = p * (1 - p), n * (n - 1) / 2
    own = p * ((n - 2) * s) ** 2
    one_end = s * s * (p * p * (n - 3) + s)
    no_end = 2 * p * p * s * s
    variance = pairs * (own + 2 * (n - 2) * one_end + (n - 2) * (n - 3) / 2 * no_end)
    return float(np.sqrt(variance) / (pairs * p * (n - 2) * s))
