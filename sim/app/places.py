"""Where the members stand in the picture, and which of them are shown.

Members push each other away, connections pull, and all are drawn to the middle: who is connected moves in, who is not stays at the rim, and
who shares many connections stands together. Places are kept from day to day and settle a little further each day. The pull goes to the mean
place of one's connections, so that a hundred of them pull no harder than one and the picture does not collapse as the network grows.
"""

import numpy as np
from numpy.typing import NDArray

from ..kernel.mechanics.compiled_cache import njit
from ..model.engine import Engine
from ..scenario.scenario import Scenario

MOST_SHOWN = 2_000
"""Members in the picture, at most; of more it shows a sample."""
ROUNDS = 3
"""Small moves a day."""
PULL, GRAVITY, PACE, LONGEST_MOVE = 2.0, 1.0, 0.12, 0.08
"""Of a member's connections and of the middle, against a push of all others of 1; part of the force that is moved by; and how far."""


@njit(cache=True, fastmath=True)
def settled(x, y, indptr, indices, rounds):  # type: ignore[no-untyped-def]
    """Give places after some rounds of small moves: float64, shapes (n,), from those before."""
    n = len(x)
    blur = 0.1 / n  # two in one place are not pushed apart without end
    for _ in range(rounds):
        to_x, to_y = np.empty(n), np.empty(n)
        for ego in range(n):
            push_x = push_y = 0.0
            here_x, here_y = x[ego], y[ego]
            for other in range(n):
                dx, dy = here_x - x[other], here_y - y[other]
                near = 1.0 / (dx * dx + dy * dy + blur)
                push_x += dx * near
                push_y += dy * near
            force_x, force_y = push_x / n - GRAVITY * here_x, push_y / n - GRAVITY * here_y
            degree = indptr[ego + 1] - indptr[ego]
            if degree:
                mean_x = mean_y = 0.0
                for place in range(indptr[ego], indptr[ego + 1]):
                    mean_x += x[indices[place]]
                    mean_y += y[indices[place]]
                force_x += PULL * (mean_x / degree - here_x)
                force_y += PULL * (mean_y / degree - here_y)
            far = PACE * np.sqrt(force_x * force_x + force_y * force_y)
            pace = PACE * min(1.0, LONGEST_MOVE / (far + 1e-9))
            to_x[ego], to_y[ego] = here_x + pace * force_x, here_y + pace * force_y
        x, y = to_x, to_y
    return x, y


class Places:
    """The places of a society's members in its picture.

    Attributes
    ----------
    shown : ndarray, int64
        The members in the picture, in order.
    x, y : ndarray, float64
        Their places, about -1 to 1.
    edges : ndarray, int64, shape (E, 2)
        Connections between them, as indices into ``shown``.
    fresh : ndarray, bool, shape (E,)
        Which of these were made today.
    """

    def __init__(self, scenario: Scenario) -> None:
        n = scenario.members
        chance = np.random.default_rng(scenario.seed)
        self.shown = (
            np.arange(n)
            if n <= MOST_SHOWN
            else np.sort(chance.choice(n, MOST_SHOWN, replace=False))
        )
        self._row = np.full(n, -1)
        self._row[self.shown] = np.arange(len(self.shown))
        turn = (
            np.arange(len(self.shown)) * np.pi * (3 - np.sqrt(5))
        )  # a sunflower's seeds: evenly spread
        radius = np.sqrt((chance.permutation(len(self.shown)) + 0.5) / len(self.shown))
        self.x, self.y = radius * np.cos(turn), radius * np.sin(turn)
        self.edges = np.empty((0, 2), np.int64)
        self.fresh = np.empty(0, np.bool_)
        self._known = np.empty(0, np.int64)
        self._degree = np.zeros(len(self.shown), np.int64)

    def settle(self, engine: Engine) -> None:
        """Take in the connections of this evening and let the places settle."""
        pairs = self._row[engine.view.connections()]
        self.edges = pairs[(pairs >= 0).all(axis=1)]
        n = len(self.shown)
        keys = self.edges[:, 0] * n + self.edges[:, 1]
        self.fresh = ~np.isin(keys, self._known, assume_unique=True)
        self._known = keys
        both = np.concatenate([self.edges, self.edges[:, ::-1]])
        both = both[np.argsort(both[:, 0], kind="stable")]
        degree = np.bincount(both[:, 0], minlength=n)
        indptr = np.concatenate([[0], np.cumsum(degree)])
        self._let_in(np.flatnonzero((degree > 0) & (self._degree == 0)), indptr, both[:, 1])
        self._degree = degree
        self.x, self.y = settled(self.x, self.y, indptr, both[:, 1], ROUNDS)

    def _let_in(
        self, new: NDArray[np.int64], indptr: NDArray[np.int64], indices: NDArray[np.int64]
    ) -> None:
        """Move who has a connection for the first time half way to those it is connected with."""
        for ego in new:
            others = indices[indptr[ego] : indptr[ego + 1]]
            self.x[ego] = (self.x[ego] + self.x[others].mean()) / 2
            self.y[ego] = (self.y[ego] + self.y[others].mean()) / 2
