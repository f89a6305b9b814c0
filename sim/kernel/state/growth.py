"""How the arrays grow: when they fill up, to keep a log, and for more members than planned."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import lists
from .columns import DAY
from .society import MOST_SLOTS, SENT, State, zeros

POOLS = ("blocks", "alter", "mark", "link", "state", "connected")
"""Arrays that grow when they fill up, whatever the number of members."""


def with_room_for(state: State, larger: State) -> State:
    """Return a society in the morning of a day, with room for more members.

    Parameters
    ----------
    state : State
        The society as it is.
    larger : State
        The same society newly allocated for more members, with sections of the same size.
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
    """Return ``arrays`` with the room of ``larger``; arrays named in ``kept`` come from there."""
    return arrays._replace(
        **{
            name: kept[name] if name in kept else _put(getattr(arrays, name), new)
            for name, new in larger._asdict().items()
        }
    )


def _put(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    """Return an array large enough for both, whose first corner holds the old array."""
    shape = tuple(np.maximum(old.shape, new.shape).tolist())
    if shape == old.shape:
        return old
    whole = new
    if shape != new.shape:
        whole = np.zeros(shape, new.dtype)
        whole[tuple(slice(length) for length in new.shape)] = new
    whole[tuple(slice(length) for length in old.shape)] = old
    return whole


def _longer(array: NDArray[Any], used: int, length: int) -> NDArray[Any]:
    longer = zeros(length, array.dtype)
    longer[:used] = array[:used]
    return longer


def with_more_slots(state: State) -> State:
    """Return the state with 1.5 times as many slots, and more blocks."""
    clock, people = state.clock, state.people
    used, slots = int(clock[lists.NEXT_SLOT]), _more(len(people.alter))
    if slots > MOST_SLOTS:
        slots = MOST_SLOTS
        if used + 2**16 > slots:
            raise MemoryError("more than 2**31 bonds")
    grown: dict[str, Any] = {
        name: _longer(getattr(people, name), used, slots) for name in ("alter", "mark", "state")
    }
    grown["link"] = _longer(people.link, 2 * used, 2 * slots)
    clock[lists.END_SLOT] = slots
    return _with_more_blocks(state._replace(people=people._replace(**grown)))


def with_more_connections(state: State) -> State:
    """Return the state with 1.5 times as many places for connections, and more blocks."""
    clock, platform = state.clock, state.platform
    length = _more(len(platform.connected))
    connected = _longer(platform.connected, int(clock[lists.NEXT_CONNECTION]), length)
    clock[lists.END_CONNECTION] = length
    return _with_more_blocks(state._replace(platform=platform._replace(connected=connected)))


def _with_more_blocks(state: State) -> State:
    clock, people = state.clock, state.people
    length = _more(len(people.blocks))
    clock[lists.END_BLOCK] = length
    used = int(clock[lists.NEXT_BLOCK])
    return state._replace(people=people._replace(blocks=_longer(people.blocks, used, length)))


def _more(length: int) -> int:
    return length + length // 2 + 2**16


def with_log_kept(state: State, every: int) -> State:
    """Return the state with room for what the log tells of each invitation sent from now on.

    Decided invitations are kept for ``every`` more days.
    """
    platform, today = state.platform, max(int(state.clock[DAY]), 0)
    ring = len(platform.sent_from)
    longer, most = ring - 1 + every, len(platform.sent_slot) // ring
    days = np.arange(max(1, today - ring + 1), today + 1)
    kept: dict[str, NDArray[Any]] = {
        "sent_common": np.zeros(longer * most, np.int64),
        "sent_class": np.zeros(longer * most, np.uint8),
        "sent_from": np.zeros((longer, *platform.sent_from.shape[1:]), np.int32),
    }
    kept["sent_from"][days % longer] = platform.sent_from[days % ring]
    for name in set(SENT) - kept.keys():
        rows = getattr(platform, name).reshape(ring, -1)
        array = np.zeros((longer, rows.shape[1]), rows.dtype)
        array[days % longer] = rows[days % ring]
        kept[name] = array.reshape(-1)
    return state._replace(platform=platform._replace(**kept))


def with_longer_queues(state: State) -> State:
    """Return the state with queues of locks twice as long; the oldest entries come first."""
    platform = state.platform
    sections, length = platform.locks.shape
    longer = np.zeros((sections, 2 * length), np.uint32)
    for section, (left, entered) in enumerate(platform.lock_ends.tolist()):
        waiting = np.arange(left, entered)
        longer[section, waiting % (2 * length)] = platform.locks[section, waiting % length]
    return state._replace(platform=platform._replace(locks=longer))


def with_room_for_verdicts(state: State, threads: int) -> State:
    """Return the state with room for twice as many verdicts that threads hand to each other."""
    today = state.today
    part = len(today.verdicts) // threads
    more = max(1024, 2 * part)
    longer = np.zeros((threads, more, 2), np.int32)
    longer[:, :part] = today.verdicts.reshape(threads, part, 2)
    order = np.zeros(threads * more, np.int32)
    today = today._replace(verdicts=longer.reshape(-1, 2), verdict_order=order)
    return state._replace(today=today)
