"""The arrays that are the society, and the rules that the day applies to them.

``World`` is state: a member is a row, a bond is a slot (see ``bonds``). ``Rules`` is the scenario as the compiled day wants it:
thresholds in place of probabilities, numbers in place of names. Nothing here is a Python object per member, and a day allocates nothing:
what it needs for its own lists is in ``World`` too.
"""

from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .bonds import CHUNK, HEAD, NEAR_CHUNKS, Chunks

(
    SENT,
    ACCEPTED,
    STRIKES,
    RECEIVED,
    WELCOMED,
    ARCS,
    MUTUAL,
    BLOCKED_DAY,
    SENT_AT_BLOCK,
    RESTRICTED_DAYS,
    SENT_BEFORE,
    ACCEPTED_BEFORE,
) = range(12)
"""Columns of ``tally``. Over the account's life: invitations sent and accepted, strikes, received, received and accepted, outreach arcs,
arcs whose reverse exists, day of the first restriction (0: never), invitations sent by then, days of temporary restriction imposed. And
what had been sent and accepted when the account last started from zero."""

RESTRICTED_UNTIL, COUNTED_STRIKES = range(2)
"""Columns of ``account``: last day of the latest restriction, and the strikes since the account last started from zero."""

TALLY, ACCOUNT, ANSWERS = 12, 2, 10
"""Columns of these flat tables, a row a member, in all."""

FOREVER = 2**31 - 1
MOST_SLOTS = 2**31 - 1
"""Bonds that a society can have, counted from both sides: lists of the day hold slots as int32."""

(
    T_CONNECTIONS,
    T_SENT,
    T_ACCEPTED,
    T_RESOLVED,
    T_STRIKES,
    T_ARCS,
    T_MUTUAL,
    T_BLOCKED,
    T_RESTRICTED,
) = range(9)
TOTALS = 9
"""Columns of ``totals``, sums over the members of a policy, as they stand now."""

NEXT_SLOT, END_SLOT, STAGE, DAY, LIST, OLDEST_LOCK, NEWEST_LOCK, NEEDED, FAILED = range(9)
"""Places of ``clock``: next free slot of the pool and its end (the first two, see ``join``), the stage of the day, the day, the length of
the list of this stage, both ends of the queue of locks, and how much a list must hold that is to grow. From FAILED on, by policy: 1 if its
function has raised an exception."""


class Rules(NamedTuple):
    """The scenario in the kernel's terms; thresholds are for words of 32 bits, as uint64."""

    key: np.uint64
    members: int
    first_day: int
    often: int
    close: int
    circle_size: int
    again: float
    friend: float
    circle: float
    """u below again takes a contact; else, below friend, a contact of one; else, below circle, one of the own circle; else anybody."""
    again_choice: int
    face: NDArray[np.uint64]
    """Thresholds: met again, online again, friend, circle, anybody."""
    whole_attempts: int
    extra_attempt: np.uint64
    tries: int
    prior: NDArray[np.float64]
    prior_weight: float
    pending_days: int
    lock_days: int
    """-1: for good."""
    delays: NDArray[np.uint64]
    """Threshold of a delay of at least d days, d = 1 … pending_days."""
    recognise: NDArray[np.uint64]
    accept: NDArray[np.uint64]
    idk_click: np.uint64
    limit: int
    """-1: none; so are the next six."""
    window_days: int
    restriction_days: int
    min_ratio: float
    min_invites: int
    weekly_invites: int
    max_connections: int
    from_contacts: NDArray[np.float64]
    """Per policy: u below this takes a contact …"""
    from_introductions: NDArray[np.float64]
    """… else, below this, an introduction; else the directory."""
    contacts_only: NDArray[np.bool_]
    min_tie: NDArray[np.int64]
    min_acceptance: NDArray[np.float64]
    accepts_from: NDArray[np.int64]
    takes_references: NDArray[np.bool_]
    condition: NDArray[np.int64]
    """Address of the policy's own compiled function, 0 where there is none."""


class World(NamedTuple):
    """The state of the society; N members, P policies, C slots."""

    chunks: Chunks
    head: NDArray[np.int32]
    """N times HEAD: bonds, contacts, connections, free bonds by class."""
    mark: NDArray[np.uint8]
    alter: NDArray[np.uint32]
    link: NDArray[np.uint32]
    state: NDArray[np.uint8]
    tally: NDArray[np.int32]
    account: NDArray[np.int32]
    answers: NDArray[np.int32]
    """N times ANSWERS: per tie class k, invitations accepted [2k] and resolved [2k + 1]."""
    policy: NDArray[np.uint8]
    starts: NDArray[np.uint64]
    """(N,): threshold of starting an encounter."""
    attempts: NDArray[np.int32]
    """(N,): attempts to invite, today."""
    week: NDArray[np.int32]
    """(N, 7) invitations sent by weekday, or (0, 7) where no rule looks at them."""
    strike_days: NDArray[np.int32]
    """(N, limit): days of the latest strikes, or (0, 1)."""
    totals: NDArray[np.int64]
    clock: NDArray[np.int64]
    touched: NDArray[np.int64]
    """(N,): today's encounters with a known contact: slot of the far side * 2 + face to face; then, of the free
    bonds that have risen by a class on the far side, member * 64 + the class that it had * 8 + the one that it has."""
    fresh: NDArray[np.int32]
    """(N, 4): today's other encounters: ego, alter, slot of the bond (-1: no bond yet), face to face."""
    invited: NDArray[np.int32]
    """(attempts, 4): today's invitations: ego, alter, slot (-1: no bond yet), source + 4 * delay."""
    keys: NDArray[np.int64]
    """What takes effect in an order, see ``order``."""
    sides: NDArray[np.int32]
    """(2, the longer of ``fresh`` and ``invited``): slots of both sides of a new bond that different threads have created, else -1."""
    verdicts: NDArray[np.uint8]
    """Today's answers, in the order of the messages."""
    sent_slot: NDArray[np.uint32]
    """(pending_days + 1, attempts): the invitations of each of the last days, by delay."""
    sent_ego: NDArray[np.uint32]
    sent_source: NDArray[np.uint8]
    sent_from: NDArray[np.int64]
    """(pending_days + 1, pending_days + 2): where each delay begins in its day's invitations."""
    locks: NDArray[np.int32]
    """Queue (a ring) of withdrawn invitations whose lock will end, as slots."""
    lock_counts: NDArray[np.int64]
    """How many locks began on each of the last lock_days + 2 days (a ring)."""

    @property
    def heads(self) -> NDArray[np.int32]:
        """(N, HEAD): ``head`` as a table, for Python; so are the next two."""
        return self.head.reshape(-1, HEAD)

    @property
    def tallies(self) -> NDArray[np.int32]:
        """(N, TALLY)."""
        return self.tally.reshape(-1, TALLY)

    @property
    def accounts(self) -> NDArray[np.int32]:
        """(N, ACCOUNT)."""
        return self.account.reshape(-1, ACCOUNT)


def bytes_needed(members: int) -> int:
    """Estimate the least memory, in bytes, that a society of this size needs, before it has grown."""
    return members * (CHUNK * 14 + 440)


def found(
    rules: Rules,
    policy: NDArray[np.uint8],
    starts: NDArray[np.uint64],
    policies: int,
    longest_day: int = 0,
) -> World:
    """Make the arrays of a society in which nothing has happened. Untouched memory costs nothing: the pools are generous."""
    n = rules.members
    most = max(1, n * (rules.whole_attempts + (1 if rules.extra_attempt else 0)))
    slots = min(n * 288 + 4096, max(4096, n * (n + 2 * CHUNK)), MOST_SLOTS)
    ring = rules.pending_days + 1
    clock = np.zeros(FAILED + policies, np.int64)
    clock[END_SLOT], clock[DAY] = slots, rules.first_day - 1
    return World(
        chunks=Chunks(_aligned((n * NEAR_CHUNKS,), np.uint32), _aligned((n, 0), np.uint32)),
        head=_aligned((n * HEAD,), np.int32),
        mark=_aligned((slots,), np.uint8),
        alter=_aligned((slots,), np.uint32),
        link=_aligned((2 * slots,), np.uint32),
        state=_aligned((slots,), np.uint8),  # an empty place must not look like a contact
        tally=_aligned((n * TALLY,), np.int32),
        account=_aligned((n * ACCOUNT,), np.int32),
        answers=_aligned((n * ANSWERS,), np.int32),
        policy=policy,
        starts=starts,
        attempts=np.zeros(n, np.int32),
        week=np.zeros((n if rules.weekly_invites >= 0 else 0, 7), np.int32),
        strike_days=np.zeros(
            (n, rules.limit) if rules.limit > 0 and rules.window_days > 0 else (0, 1), np.int32
        ),
        totals=np.zeros((policies, TOTALS), np.int64),
        clock=clock,
        touched=np.empty(n, np.int64),
        fresh=np.empty((max(n, longest_day), 4), np.int32),
        invited=np.empty((most, 4), np.int32),
        keys=np.empty(max(most, 1024), np.int64),
        sides=np.empty((2, max(n, longest_day, most)), np.int32),
        verdicts=np.empty(1024, np.uint8),
        sent_slot=np.empty((ring, most), np.uint32),
        sent_ego=np.empty((ring, most), np.uint32),
        sent_source=np.empty((ring, most), np.uint8),
        sent_from=np.zeros((ring, rules.pending_days + 2), np.int64),
        locks=np.empty(1024 if rules.lock_days >= 0 else 1, np.int32),
        lock_counts=np.zeros(max(rules.lock_days, 0) + 2, np.int64),
    )


def _aligned(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Make an array of zeros that begins with a cache line: what is read together then lies in one."""
    size = prod(shape) * np.dtype(dtype).itemsize
    room = np.zeros(size + 64, np.uint8)
    aligned: NDArray[Any] = room[-room.ctypes.data % 64 :][:size].view(dtype).reshape(shape)
    return aligned


def _longer(array: NDArray, used: int, rows: int) -> NDArray:  # type: ignore[type-arg]
    longer = _aligned((rows, *array.shape[1:]), array.dtype)
    longer[:used] = array[:used]
    return longer


def with_more_slots(world: World) -> World:
    """Give the world half as many slots again."""
    used = int(world.clock[NEXT_SLOT])
    rows = len(world.alter) + len(world.alter) // 2 + 4096
    if rows > MOST_SLOTS:
        rows = MOST_SLOTS
        if used + 2**16 > rows:
            raise MemoryError("more than 2**31 bonds")
    for name in ("mark", "alter", "link", "state"):
        each = 2 if name == "link" else 1
        longer: Any = {name: _longer(getattr(world, name), each * used, each * rows)}
        world = world._replace(**longer)
    world.clock[END_SLOT] = rows
    return world


def with_more_chunks(world: World) -> World:
    """Let members have a thousand bonds more."""
    n, width = world.chunks.far.shape
    wider = _aligned((n, width + 4), np.uint32)
    wider[:, :width] = world.chunks.far
    return world._replace(chunks=world.chunks._replace(far=wider))


def with_room_to_answer(world: World) -> World:
    """Lengthen the lists that hold the answers of a day."""
    rows = max(int(world.clock[NEEDED]), 2 * len(world.verdicts))
    return world._replace(
        verdicts=_longer(world.verdicts, 0, rows),
        keys=_longer(world.keys, 0, max(rows, len(world.keys))),
    )


def with_longer_queue(world: World) -> World:
    """Lengthen the ring of locks, its oldest entry first."""
    ring = world.locks
    oldest, newest = int(world.clock[OLDEST_LOCK]), int(world.clock[NEWEST_LOCK])
    longer = np.empty(max(2 * len(ring), int(world.clock[NEEDED])), np.int32)
    longer[: newest - oldest] = ring[np.arange(oldest, newest) % len(ring)]
    world.clock[OLDEST_LOCK], world.clock[NEWEST_LOCK] = 0, newest - oldest
    return world._replace(locks=longer)
