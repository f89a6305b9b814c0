"""Several threads for one large society.

Each lives through all days in compiled code, where they wait for each other after each stage (see ``kernel.share``). A run is the same for
any number of threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernel.share import GIVEN_UP, Share, shares
from .kernel.world import World
from .machine import cores

WORTHWHILE = 20_000
"""Members below which a second thread costs more than it gains."""
MOST = 64
"""Threads, at most: more gain nothing, and a system has an end of them."""


class Crew:
    """The threads of one run.

    Parameters
    ----------
    threads : int, optional
        1 or more, of which ``MOST`` are taken at most; None: all cores of this process where the society is large enough.
    world : World
        As it was founded.
    """

    def __init__(self, threads: int | None, world: World) -> None:
        self.threads = min(threads or (cores() if len(world.policy) >= WORTHWHILE else 1), MOST)
        self._shares = shares(self.threads, world)
        self._executor: ThreadPoolExecutor | None = None

    def notes(self) -> list[NDArray[Any]]:
        """Return what the threads have noted for the rest of a day that was not lived to its end."""
        return [part for share in self._shares for part in share if isinstance(part, np.ndarray)]

    def live(self, do: Callable[[Share], int]) -> int:
        """Let all threads do their shares at once, and give what they say: all of them the same.

        None begins before all are there: if one can't be started, or Ctrl-C comes before this thread joins them, nothing has been done.

        Parameters
        ----------
        do : callable
            ``do(share)`` does a share, and gives what is to be said.
        """
        first, *others = self._shares
        if not others:
            return do(first)
        self._executor = self._executor or ThreadPoolExecutor(len(others))
        first.gate[:] = 0

        def join(share: Share) -> int:
            try:
                return do(share)
            except BaseException:
                share.gate[GIVEN_UP] = 1  # the others wait for this one
                raise

        try:
            at_work = [self._executor.submit(join, share) for share in others]
            return max(do(first), *(work.result() for work in at_work))
        except BaseException:
            first.gate[GIVEN_UP] = 1
            executor, self._executor = self._executor, None
            executor.shutdown(
                cancel_futures=True
            )  # nobody is left at the gate, nor work that no thread has taken
            raise
