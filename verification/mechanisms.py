"""Exact laws of mechanisms, by themselves.

They are formulas only. ``test_mechanisms`` holds them against known numbers and plain simulation;
the settings in which the model must show them come with each mechanism (``manners``). As in
``exact``, K is the limit of strikes, q = P("I don't know") of an invitation, a = P(accepted), D
days, one invitation a day.
"""

from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize, special, stats

from .exact import Law, Numbers, law_of

# History: who helps little is not wanted


def refusable(asked: int, giving: float, floor: float) -> float:
    """Return P(reputation (1 + helped) / (2 + asked) is below the floor), helped ~ Bin."""
    helped = np.arange(asked + 1)
    low = (1 + helped) / (2 + asked) < floor
    return float(stats.binom.pmf(helped, asked, giving)[low].sum())


# Needs, help, referral


def need_met(members: Sequence[int], giving: Sequence[float], refer: float) -> float:
    """Return P(a need is met) where all know each other, all are willing, and i asks one at random.

    Of each type there are ``members[type]``, who help with chance ``giving[type]``. Who does not
    help refers with chance ``refer`` to a random acquaintance, which is in vain if it is the one in
    need. The two asked are different people, so their types are drawn without replacement; in a
    large society of mean g this is g + (1 - g) refer g.
    """
    n, types = sum(members), np.asarray(giving, float)
    weight = np.asarray(members) / n
    g, square = float(weight @ types), float(weight @ types**2)
    refused_then_given = g - (n * g * g - square) / (n - 1)
    return g + refer * (1 - 1 / (n - 1)) * refused_then_given


# Caution: the more strikes, the surer of acceptance a member must be


def strikes_until_it_stops(limit: int, estimate: float, least: float, caution: float) -> int:
    """Return the first number of strikes at which an estimate of acceptance is too low to invite.

    It is floor(limit (estimate - least) / caution) + 1. With q the chance of a strike, invitations
    are then NegBin(strikes, q), mean strikes / q; nobody is blocked if it is below the limit.
    """
    return next(s for s in range(limit + 1) if least + caution * s / limit > estimate)


def accepted_by_careful(
    candidates: int, strikes: int, zeta: float, least: Callable[[int], float] | None = None
) -> float:
    """T28: expected acceptances of a member whose candidates come one after another.

    A candidate accepts with its own p ~ U(0, 1), known to the member, and is a strike with
    probability zeta (1 - p); with the last strike all ends. ``least(k)`` is the least p that is
    invited with k strikes left; without it the best one is, zeta D / (1 + zeta D), D what a strike
    costs.
    """
    fixed = None if least is None else np.array([least(k) for k in range(1, strikes + 1)])
    value = np.zeros(strikes + 1)  # by strikes left; of the candidates still to come
    for _ in range(candidates):
        cost = zeta * np.diff(value)
        x = cost / (1 + cost) if fixed is None else fixed
        value[1:] += (1 - x * x) / 2 - cost * (1 - x) ** 2 / 2
    return float(value[-1])


def best_fixed_threshold(candidates: int, strikes: int, zeta: float) -> tuple[float, float]:
    """T28: the best threshold that never changes, and its acceptances."""
    found = optimize.minimize_scalar(
        lambda x: -accepted_by_careful(candidates, strikes, zeta, lambda k: x),
        bounds=(0, 1),
        method="bounded",
    )
    return float(found.x), -float(found.fun)


def best_linear_caution(candidates: int, strikes: int, zeta: float) -> tuple[float, float, float]:
    """T28: the best threshold least + caution s / limit, s strikes so far, and its acceptances."""

    def lost(numbers: Numbers) -> float:
        least, caution = numbers

        def threshold(left: int) -> float:
            return float(np.clip(least + caution * (strikes - left) / strikes, 0, 1))

        return -accepted_by_careful(candidates, strikes, zeta, threshold)

    found = optimize.minimize(lost, [0.3, 0.3], method="Nelder-Mead")
    return float(found.x[0]), float(found.x[1]), -float(found.fun)


# Reminder notes, mistaken identity, fading memory


def clicked_with_note(r: float, lift: float, a: float, click: float) -> float:
    """Return P("I don't know") if a note adds ``lift`` to the logit of recognition r."""
    return float((1 - special.expit(special.logit(r) + lift)) * (1 - a) * click)


def sent_to_wrong(mistaken: float, lapses: float) -> float:
    """Return the share of the invitations sent that go to a wrong address.

    An attempt goes wrong with chance ``mistaken``; a share ``lapses`` of those lapse, as the wrong
    one may not be invited.
    """
    return mistaken * (1 - lapses) / (1 - mistaken * lapses)


def mistaken_identity(mistaken: float, known: float, stranger: float) -> float:
    """T21: the chance of an outcome, from that with the person meant and that with a stranger."""
    return (1 - mistaken) * known + mistaken * stranger


def strikes_with_fading_memory(r: float, memory_days: float, days: int) -> Law:
    """Return the law of the strikes of one invitation a day to people met once, on the first day.

    Recognition is r exp(-d / memory_days) after d = 0, 1 ... days; nobody accepts, and who does not
    recognise always clicks. So the strikes are Poisson-binomial.
    """
    chances = np.ones(1)
    for recognised in r * np.exp(-np.arange(days) / memory_days):
        chances = np.convolve(chances, [recognised, 1 - recognised])
    return law_of(chances)


# Ladder and appeals


def mean_until_last_block(K: int, q: float, success: float, decay: float) -> float:
    """Return the expected invitations until the block that no appeal ends.

    The n-th appeal succeeds with success decay^(n - 1), and each block takes K / q invitations.
    """
    successes = np.cumprod(success * decay ** np.arange(200.0))
    return float((1 + successes.sum()) * K / q)


def until_last_block(K: int, q: float, success: float, decay: float, most: int) -> Law:
    """Return the law of the invitations until the block that no appeal ends, up to ``most``.

    With n blocks they are NegBin(n K, q); ``decay`` is below 1, so there is a last one.
    """
    invitations, chances = np.arange(most + 1), np.zeros(most + 1)
    gets_here, succeeds, blocks = 1.0, success, 1
    while gets_here > 1e-15:
        last = stats.nbinom.pmf(invitations - K * blocks, K * blocks, q)
        chances += gets_here * (1 - succeeds) * last
        gets_here, succeeds, blocks = gets_here * succeeds, succeeds * decay, blocks + 1
    return law_of(chances)


def restricted_days_with_appeals(K: int, q: float, lengths: Sequence[float], D: int) -> Law:
    """T6 up to day D, with restrictions of random length: the law of the days restricted."""
    longest = len(lengths)
    state = np.zeros((K + longest, D + 1))  # as in ``share_open_with_appeals``; days restricted
    state[0, 0] = 1.0
    for _ in range(D):
        sending, waiting = state[:K], np.roll(state[K:], 1, axis=1)
        state = np.zeros_like(state)
        state[:K] = sending * (1 - q)
        state[1:K] += sending[:-1] * q
        state[K:] = sending[-1] * q * np.asarray(lengths)[:, None]
        state[K:-1] += waiting[1:]
        state[0] += waiting[0]
    return law_of(state.sum(axis=0))


def share_open_with_appeals(K: int, q: float, lengths: Sequence[float], D: int) -> float:
    """T6 up to day D, with restrictions of random length: ``lengths[r - 1]`` = P(r days).

    An appeal that always succeeds ends a restriction after one, two or three days, each as often.
    """
    longest = len(lengths)
    state = np.zeros(K + longest)  # 0 ... K - 1 strikes, or restricted for another 1 ... longest
    state[0], opened = 1.0, 0.0
    for _ in range(D):
        sending, waiting = state[:K], state[K:]
        opened += sending.sum()
        following = np.zeros_like(state)
        following[:K] = sending * (1 - q)
        following[1:K] += sending[:-1] * q
        following[K:] = sending[-1] * q * np.asarray(lengths)
        following[K:-1] += waiting[1:]
        following[0] += waiting[0]
        state = following
    return float(opened / D)


def end_of_ladder(K: int, q: float, suspensions: Sequence[int], D: int) -> Law:
    """Return the law of the last day of the last suspension, up to day D.

    Strikes have no window and start from zero after each suspension. So the law is NegBin and the
    days suspended, of mean len(suspensions) K / q + sum(suspensions).
    """
    days = np.arange(D + 1)
    needed = K * len(suspensions)
    return law_of(stats.nbinom.pmf(days - sum(suspensions) - needed, needed, q))


# Growth: each newcomer connects with m members


def degree_by_uniform_attachment(k: Numbers, m: int) -> Numbers:
    """T13: P(degree k), k >= 1, in a large society whose newcomers choose uniformly."""
    return np.where(k < m, 0, (m / (m + 1)) ** (k - m) / (m + 1))


def degree_by_preferential_attachment(k: Numbers, m: int) -> Numbers:
    """T14: the same if they choose in proportion to degree (Barabasi and Albert)."""
    return np.where(k < m, 0, 2 * m * (m + 1) / (k * (k + 1) * (k + 2)))
