"""Several threads for one large society.

Each thread simulates its part of all days in compiled code, where the threads wait for each other
after each stage (see ``kernel.mechanics.threads``). A run is the same for any number of threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..kernel.mechanics.threads import GIVEN_UP, Partition, partitions
from ..kernel.state.society import State
from ..machine import cores

WORTHWHILE = 20_000
"""With fewer members a second thread costs more than it gains."""
MOST = 64
"""The most threads: more would gain nothing, and a system has only a limited number."""


class ThreadTeam:
    """The threads of one run.

    Parameters
    ----------
    threads : int, optional
        1 or more; at most ``MOST`` are used, and at most one for each section of 512 members.
        None: all cores of this process if the society is large enough, otherwise 1.
    state : State
        The state as it was allocated.
    """

    def __init__(self, threads: int | None, state: State) -> None:
        members = len(state.platform.policy)
        wanted = min(threads or (cores() if members >= WORTHWHILE else 1), MOST)
        totals = state.platform.totals.shape
        self._partitions = partitions(wanted, members, state.sections, state.section_size, totals)
        self.threads = len(self._partitions)
        self._executor: ThreadPoolExecutor | None = None

    def notes(self) -> list[NDArray[np.int64]]:
        """Return what the threads have noted for the rest of an interrupted day."""
        first = self._partitions[0]
        shared = [first.all_progress, first.all_totals, first.list_starts]
        return [*shared, *(part.scratch.answer.cursor for part in self._partitions)]

    def live(self, do: Callable[[Partition], int]) -> int:
        """Do the parts of all threads at once, and return their result, which all have in common.

        No thread begins before all have come. So if one can't be started, or Ctrl-C comes before
        this thread joins the others, nothing has been done.

        Parameters
        ----------
        do : callable
            ``do(partition)`` does the part of one thread, and returns the result.
        """
        first, *others = self._partitions
        if not others:
            return do(first)
        self._executor = self._executor or ThreadPoolExecutor(len(others))
        first.gate[:] = 0

        def join(partition: Partition) -> int:
            try:
                return do(partition)
            except BaseException:
                partition.gate[GIVEN_UP] = 1  # the others are waiting for this thread
                raise

        try:
            at_work = [self._executor.submit(join, partition) for partition in others]
            return max(do(first), *(work.result() for work in at_work))
        except BaseException:
            first.gate[GIVEN_UP] = 1
            executor, self._executor = self._executor, None
            executor.shutdown(cancel_futures=True)  # no thread is left waiting at the barrier
            raise
