"""The histories (days before the platform opens) that this process has simulated, for reuse.

In a sweep of rules or policies, each process simulates the history of each seed once.
"""

import threading

from ..kernel.state.history import History, digest_of_history, history_of, put_history
from ..kernel.state.parameters import Parameters
from ..kernel.state.society import State

MOST_BYTES = 2**26
"""The most memory for histories: enough for those of some 70 societies of 1,000 members."""


class Histories:
    """Histories, found by everything that they depend on, as long as there is room for them.

    If room is needed, the newest is removed, since a sweep needs the oldest first the next time.

    Parameters
    ----------
    most_bytes : int
        The most memory for all of them together.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: dict[bytes, History] = {}
        self._busy = threading.Lock()

    def recall(self, state: State, parameters: Parameters) -> bool:
        """Copy the known history of a new society into it; return whether there was one."""
        history = self._kept.get(digest_of_history(state, parameters))
        return history is not None and put_history(state, history)

    def keep(self, state: State, parameters: Parameters) -> None:
        """Keep the history of a society on the evening before day 1, unless it is too large."""
        new = history_of(state)
        if new.nbytes > self.most_bytes:
            return
        with self._busy:
            digest = digest_of_history(state, parameters)
            if digest in self._kept:
                return
            while new.nbytes + sum(kept.nbytes for kept in self._kept.values()) > self.most_bytes:
                self._kept.popitem()
            self._kept[digest] = new.copy()


HISTORIES = Histories()
"""The histories of this process."""
