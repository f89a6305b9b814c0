"""The history: what members know of each other on the evening before the platform opens.

It comes from simulated days of meetings alone: nothing else has happened by then, and none of it
depends on the platform, on policies or on needs.
"""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .columns import DAY
from .lists import NEXT_BLOCK, NEXT_SLOT, TOO_LONG
from .parameters import Parameters
from .society import State

CLOCK = [DAY, NEXT_SLOT, NEXT_BLOCK, TOO_LONG]
"""The places of the clock that a history changes."""


class History(NamedTuple):
    """All that the days of the history change; of the pools, the part in use; see ``People``."""

    clock: NDArray[np.int64]
    counts: NDArray[np.int32]
    contacts: NDArray[np.uint32]
    blocks: NDArray[np.uint32]
    alter: NDArray[np.uint32]
    mark: NDArray[np.uint8]
    link: NDArray[np.uint32]
    state: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(array.nbytes for array in self)

    def copy(self) -> "History":
        """Return a copy of all arrays."""
        return History._make(array.copy() for array in self)


def history_of(state: State) -> History:
    """Return the history of a society on the evening before day 1, as views of its arrays."""
    people, slots = state.people, int(state.clock[NEXT_SLOT])
    return History(
        clock=state.clock[CLOCK],
        counts=people.counts,
        contacts=people.contacts,
        blocks=people.blocks[: int(state.clock[NEXT_BLOCK])],
        alter=people.alter[:slots],
        mark=people.mark[:slots],
        link=people.link[: 2 * slots],
        state=people.state[:slots],
    )


def put_history(state: State, history: History) -> bool:
    """Copy a history into a society in which nothing has happened; return if there is room."""
    people = state.people
    if len(history.alter) > len(people.alter) or len(history.blocks) > len(people.blocks):
        return False
    state.clock[CLOCK] = history.clock
    for name in History._fields[1:]:
        array = getattr(history, name)
        getattr(people, name)[: len(array)] = array
    return True


def digest_of_history(state: State, parameters: Parameters) -> bytes:
    """Return a digest of all numbers that a history depends on."""
    people = state.people
    digest = hashlib.blake2b(repr((parameters.key, parameters.society)).encode())
    for numbers in (*parameters.meeting, people.starts, people.arrived, people.gone):
        array = np.asarray(numbers)
        digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return digest.digest()
