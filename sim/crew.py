"""Several threads for one large society.

Each thread looks after a range of the members, or of the messages: it reads the morning's state and writes only what is theirs. New bonds
are created side by side in the same way (see ``kernel.join``), the slots of each thread coming from a pool of its own. What remains, the
sending and settling of invitations, one thread does in the order of the rules. So a run is the same for any number of threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernel import answer, encounter, enforce, invite, join, meet, send
from .kernel import day as kernel
from .kernel.paper import Paper, paper
from .kernel.world import DAY, END_SLOT, LIST, NEXT_SLOT, STAGE, Rules, World
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
        self._executor: ThreadPoolExecutor | None = None
        self._papers: list[Paper] = []
        self._bounds = self._shared(members)
        self._pools = [np.zeros(16, np.int64) for _ in range(self.threads)]
        """Two numbers each; the rest keeps those of two threads out of one cache line."""
        self._lock = Lock()
        self._reached = [0] * self.threads
        """How far each thread has got with the list of new bonds."""

    def _together(self, work: Callable[..., Any], bounds: list[int]) -> list[Any]:
        """Do work(turn, low, high) on all ranges between bounds at once; gives what each gave, in order."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max(1, self.threads - 1))
            self._papers = [paper() for _ in range(self.threads)]
        others = [self._executor.submit(work, turn, low, high) for turn, (low, high) in enumerate(pairwise(bounds)) if turn > 0]
        return [work(0, bounds[0], bounds[1]), *(other.result() for other in others)]

    def _shared(self, total: int) -> list[int]:
        """Give the bounds between which the threads share 0 … total - 1."""
        return [total * turn // self.threads for turn in range(self.threads + 1)]

    def work(self, world: World, rules: Rules, changes: NDArray[np.int64]) -> int:
        """Do the stage of the day that is due, in which ``advance`` has come back; says what must grow before it can go on, or DONE."""
        stage = int(world.clock[STAGE])
        if stage == kernel.MORNING:
            self._meet(world, rules)
        elif stage == kernel.ACQUAINTING:
            if lacking := self._join(encounter.make_acquainted, world.fresh, world, rules):
                return lacking
        elif stage == kernel.INVITING:
            self._invite(world, rules)
        elif stage == kernel.INTRODUCING:
            if lacking := self._join(send.introduce, world.invited, world, rules):
                return lacking
        elif stage == kernel.JUDGING:
            day = int(world.clock[DAY])
            messages = self._shared(answer.due(world, rules, day))
            self._together(lambda turn, low, high: answer.judge(world, rules, day, low, high, self._papers[turn].judging), messages)
        else:
            self._enforce(world, rules, changes)
        world.clock[STAGE] = stage + 1
        return kernel.DONE

    def _meet(self, world: World, rules: Rules) -> None:
        world.clock[DAY] += 1
        day, lows = int(world.clock[DAY]), self._bounds[:-1]
        chosen = self._together(
            lambda turn, low, high: meet.choose_encounters(world, rules, day, low, high, self._papers[turn].meeting), self._bounds
        )
        risen = self._together(
            lambda turn, low, _high: encounter.reach_far_side(world, rules, day, low, low + chosen[turn][0]), self._bounds
        )
        for low, end in zip(lows, risen, strict=True):
            encounter.count_far_side(world, low, end)  # one after another: two may have met the same person
        world.clock[LIST] = _compacted(world.fresh, [(low, low + fresh) for low, (_, fresh) in zip(lows, chosen, strict=True)])

    def _invite(self, world: World, rules: Rules) -> None:
        day, each = int(world.clock[DAY]), len(world.invited) // rules.members
        ends = self._together(
            lambda turn, low, high: invite.choose_invitations(world, rules, day, low, high, low * each, self._papers[turn].inviting),
            self._bounds,
        )
        world.clock[LIST] = _compacted(world.invited, [(low * each, end) for low, end in zip(self._bounds[:-1], ends, strict=True)])

    def _join(self, create: Callable[..., int], rows: NDArray[np.int32], world: World, rules: Rules) -> int:
        """Create the bonds that rows lack, each thread the sides of its members, then link them; says what must grow first, or DONE."""
        day, count = int(world.clock[DAY]), int(world.clock[LIST])

        def sides(turn: int, low: int, high: int) -> int:
            place, pool = self._reached[turn], self._pools[turn]
            while (place := create(world, rules, day, place, count, pool, low, high)) < count:
                lacking = int(kernel.shortage(pool))
                if lacking != kernel.MORE_SLOTS or not self._filled(pool, world):
                    self._reached[turn] = place
                    return lacking
            self._reached[turn] = place
            return kernel.DONE

        if lacking := max(self._together(sides, self._bounds)):
            return int(lacking)
        self._together(lambda _turn, low, high: join.link_across(world, rows, low, high), self._shared(count))
        self._reached = [0] * self.threads
        return kernel.DONE

    def _filled(self, pool: NDArray[np.int64], world: World) -> bool:
        """Give a thread's pool slots from the society's, if there are enough; what the thread had left stays unused."""
        with self._lock:
            left = int(world.clock[END_SLOT] - world.clock[NEXT_SLOT])
            if left < join.ROOM:
                return False
            pool[:2] = world.clock[NEXT_SLOT], world.clock[NEXT_SLOT] + min(left, 8 * join.ROOM + len(world.policy) // 8)
            world.clock[NEXT_SLOT] = pool[1]
        return True

    def _enforce(self, world: World, rules: Rules, changes: NDArray[np.int64]) -> None:
        day = int(world.clock[DAY])

        def judge(_turn: int, low: int, high: int) -> NDArray[np.int64]:
            own = np.zeros_like(changes)
            enforce.enforce(world, rules, day, low, high, own)
            return own

        for own in self._together(judge, self._bounds):
            changes += own


def _compacted(rows: NDArray[Any], pieces: list[tuple[int, int]]) -> int:
    """Move pieces of a list together, in their order; gives the length of the whole."""
    end = 0
    for low, high in pieces:
        rows[end : end + high - low] = rows[low:high]
        end += high - low
    return end
