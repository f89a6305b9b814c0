"""Where the members are drawn in the picture of the network, and which of them are drawn.

It is a force-directed layout: members repel each other, connections attract, and the middle
attracts everybody. So well connected members move to the middle, members without connections stay
at the rim, and members who share many connections are close to each other. Positions are kept from
day to day, and each day moves them a little further. A member is pulled to the *mean* position of
its connections: a hundred connections pull no harder than one, so the picture does not shrink as
the network grows.
"""

import numpy as np
from numpy.typing import NDArray

from ..kernel.mechanics.compiled_cache import njit
from ..model.engine import Engine
from ..scenario.scenario import Scenario

MOST_SHOWN = 2_000
"""The most members in the picture; of a larger society it shows a sample."""
ROUNDS = 3
"""The number of small moves in a day."""
PULL, GRAVITY = 2.0, 1.0
"""Attraction of a member's connections, and of the middle; the repulsion of everybody is 1."""
PACE, LONGEST_MOVE = 0.12, 0.08
"""The distance that a force of 1 moves a member in a round, and the longest such move."""


@njit(cache=True, fastmath=True)
def settled(x, y, indptr, indices, rounds):  # type: ignore[no-untyped-def]
    """Return the positions after some rounds of small moves: float64, shape (n,) each."""
    n = len(x)
    blur = 0.1 / n  # without it, two members at one point would repel each other without limit
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


class NodePositions:
    """The positions, in the picture, of a society's members who are there today.

    Attributes
    ----------
    shown : ndarray, int64
        The members in the picture, in order, without those who have left or not yet arrived.
    x, y : ndarray, float64
        Their positions, about -1 to 1.
    edges : ndarray, int64, shape (E, 2)
        The connections between them, as indices into ``shown``.
    new : ndarray, bool, shape (E,)
        Whether each of these connections was made today.
    """

    def __init__(self, scenario: Scenario) -> None:
        n = self._most = scenario.most_members
        random = np.random.default_rng(scenario.seed)
        everybody = np.arange(n)
        few = n <= MOST_SHOWN
        self._ever = everybody if few else np.sort(random.choice(n, MOST_SHOWN, replace=False))
        # evenly spread, like the seeds of a sunflower
        angle = np.arange(len(self._ever)) * np.pi * (3 - np.sqrt(5))
        radius = np.sqrt((random.permutation(len(self._ever)) + 0.5) / len(self._ever))
        self._x, self._y = radius * np.cos(angle), radius * np.sin(angle)
        self._degree = np.zeros(len(self._ever), np.int64)
        self._known = np.empty(0, np.int64)
        self.edges = np.empty((0, 2), np.int64)
        self.new = np.empty(0, np.bool_)
        self._show(np.flatnonzero(self._ever < scenario.members))

    def _show(self, rows: NDArray[np.int64]) -> None:
        """Show some of those members who are ever shown."""
        self.shown = self._ever[rows]
        self.x, self.y = self._x[rows], self._y[rows]

    def update(self, engine: Engine) -> None:
        """Read this evening's connections, and move the members a little."""
        rows = np.flatnonzero(np.isin(self._ever, engine.view.there, assume_unique=True))
        self._show(rows)
        place = np.full(engine.view.members, -1)
        place[self.shown] = np.arange(len(rows))
        pairs = place[engine.view.connections()]
        self.edges = pairs[(pairs >= 0).all(axis=1)]
        ego, alter = self.shown[self.edges].T
        keys = ego * self._most + alter
        self.new = ~np.isin(keys, self._known, assume_unique=True)
        self._known = keys
        both = np.concatenate([self.edges, self.edges[:, ::-1]])
        both = both[np.argsort(both[:, 0], kind="stable")]
        degree = np.bincount(both[:, 0], minlength=len(rows))
        indptr = np.concatenate([[0], np.cumsum(degree)])
        newly_connected = np.flatnonzero((degree > 0) & (self._degree[rows] == 0))
        self._move_in(newly_connected, indptr, both[:, 1])
        self._degree[rows] = degree
        self.x, self.y = settled(self.x, self.y, indptr, both[:, 1], ROUNDS)
        self._x[rows], self._y[rows] = self.x, self.y

    def _move_in(
        self, members: NDArray[np.int64], indptr: NDArray[np.int64], indices: NDArray[np.int64]
    ) -> None:
        """Move members with a first connection half of the way to their connections."""
        for ego in members:
            others = indices[indptr[ego] : indptr[ego + 1]]
            self.x[ego] = (self.x[ego] + self.x[others].mean()) / 2
            self.y[ego] = (self.y[ego] + self.y[others].mean()) / 2
