"""Several threads for one large society.

What reads the morning's state and writes only what is one's own can be done by ranges of members, or of messages, at once; what creates
bonds or settles answers is done by one thread in the order of the rules. So a run is the same for any number of threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernel import answer, enforce, invite, meet
from .kernel import day as kernel
from .kernel.paper import paper
from .kernel.world import CURSOR, DAY, LIST, STAGE, Rules, World
from .machine import cores

WORTHWHILE = 50_000
"""Members below which a second thread costs more than it gains."""
MOST = 64
"""Threads, at most: more gain nothing, and a system has an end of them."""


class Crew:
    """The threads of one run.

    Parameters
    ----------
    threads : int, optional
        1 or more, of which ``MOST`` are taken at most; None: all cores of this process where the society is large enough.
    members : int
    """

    def __init__(self, threads: int | None, members: int) -> None:
        self.threads = min(threads or (cores() if members >= WORTHWHILE else 1), MOST)
        self._pool: ThreadPoolExecutor | None = None

    def _together(self, work: Callable[..., Any], total: int) -> list[tuple[int, Any]]:
        """Do work on equal ranges of 0 … total - 1 at once; gives, in order, where each began and what it gave."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads - 1)
        ranges = max(1, min(self.threads, total))  # an empty one would begin where another begins
        bounds = [total * place // ranges for place in range(ranges + 1)]
        others = [self._pool.submit(work, low, high) for low, high in pairwise(bounds[1:])]
        first = work(0, bounds[1])
        return list(zip(bounds[:-1], [first, *(other.result() for other in others)], strict=True))

    def work(self, world: World, rules: Rules, changes: NDArray[np.int64]) -> None:
        """Do the stage of the day that is due, in which ``advance`` has come back."""
        stage = int(world.clock[STAGE])
        if stage == kernel.MORNING:
            self._meet(world, rules)
        elif stage == kernel.INVITING:
            self._invite(world, rules)
        elif stage == kernel.JUDGING:
            day = int(world.clock[DAY])
            self._together(
                lambda low, high: answer.judge(world, rules, day, low, high, paper().judging),
                answer.due(world, rules, day),
            )
        else:
            self._enforce(world, rules, changes)
        world.clock[STAGE] = stage + 1

    def _meet(self, world: World, rules: Rules) -> None:
        world.clock[DAY] += 1
        day = int(world.clock[DAY])
        chosen = self._together(lambda low, high: meet.choose_encounters(world, rules, day, low, high, paper().meeting), rules.members)
        touched = {low: count for low, (count, _) in chosen}
        risen = self._together(lambda low, high: meet.reach_far_side(world, rules, day, low, low + touched[low]), rules.members)
        for low, end in risen:
            meet.count_far_side(world, low, end)  # one after another: two may have met the same person
        world.clock[LIST] = _compacted(world.fresh, [(low, low + count) for low, (_, count) in chosen])
        world.clock[CURSOR] = 0

    def _invite(self, world: World, rules: Rules) -> None:
        day, each = int(world.clock[DAY]), len(world.invited) // rules.members
        chosen = self._together(
            lambda low, high: invite.choose_invitations(world, rules, day, low, high, low * each, paper().inviting), rules.members
        )
        world.clock[LIST] = _compacted(world.invited, [(low * each, end) for low, end in chosen])
        world.clock[CURSOR] = 0

    def _enforce(self, world: World, rules: Rules, changes: NDArray[np.int64]) -> None:
        day = int(world.clock[DAY])

        def judge(low: int, high: int) -> NDArray[np.int64]:
            own = np.zeros_like(changes)
            enforce.enforce(world, rules, day, low, high, own)
            return own

        for _, own in self._together(judge, rules.members):
            changes += own


def _compacted(rows: NDArray[Any], pieces: list[tuple[int, int]]) -> int:
    """Move pieces of a list together, in their order; gives the length of the whole."""
    end = 0
    for low, high in pieces:
        rows[end : end + high - low] = rows[low:high]
        end += high - low
    return end
