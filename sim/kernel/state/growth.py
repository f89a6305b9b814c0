"""How a society gets room for more members than it was made for: a run may go on for more days."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .society import SENT, State

POOLS = ("blocks", "alter", "mark", "link", "state", "connected")
"""Arrays that grow as they fill up, whatever the number of members."""


def with_room_for(state: State, larger: State) -> State:
    """Return a society in the morning of a day, with room for more members.

    Parameters
    ----------
    state : State
        The society as it is.
    larger : State
        As it is allocated for the members of ``state`` and more, with sections of the same size.
    """
    kept: dict[str, Any] = {name: getattr(state.people, name) for name in POOLS[:-1]}
    kept["connected"], kept["room_from"] = state.platform.connected, larger.platform.room_from
    ring = len(state.platform.sent_from)
    most = len(larger.platform.sent_slot) // len(larger.platform.sent_from)
    for name in SENT:
        rows = getattr(state.platform, name).reshape(ring, -1)
        whole = np.zeros((ring, most if rows.size else 0), rows.dtype)
        whole[:, : rows.shape[1]] = rows
        kept[name] = whole.reshape(-1)
    return State(
        people=_in_room_of(state.people, larger.people, kept),
        platform=_in_room_of(state.platform, larger.platform, kept),
        today=larger.today._replace(
            verdicts=state.today.verdicts, verdict_order=state.today.verdict_order
        ),
        clock=state.clock,
    )


def _in_room_of(arrays: Any, larger: Any, kept: dict[str, Any]) -> Any:
    """Return arrays in the room of larger ones; those named in ``kept`` are taken from there."""
    return arrays._replace(
        **{
            name: kept[name] if name in kept else _put(getattr(arrays, name), new)
            for name, new in larger._asdict().items()
        }
    )


def _put(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    """Return an array large enough for two, with the old one in the first corner of the new one."""
    shape = tuple(np.maximum(old.shape, new.shape).tolist())
    if shape == old.shape:
        return old
    whole = new
    if shape != new.shape:
        whole = np.zeros(shape, new.dtype)
        whole[tuple(slice(length) for length in new.shape)] = new
    whole[tuple(slice(length) for length in old.shape)] = old
    return whole
