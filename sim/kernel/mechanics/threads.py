"""Several threads: which part of the society each looks after, and how they keep step.

A single thread looks after everybody; several threads look after whole sections of the members. All
go through the stages of the day in step. In a stage each thread writes only what belongs to its
members, reads what no other thread changes, and waits at the barrier until all have come there.
Two exceptions do no harm. If two threads write to the same place, like the links between two sides
of a bond, both write the same value. If one reads what another writes in the same stage, either
value has the same effect (``acquaint._happen``: a stranger, or one that has moved), or is only used
to prefetch. What a stage hands on is listed by the thread that works on it next, so no thread goes
through the rows of others. Each thread counts for itself; the counts are added up in the evening.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .compilation import inline, kernel
from .scratch import Scratch, allocate_scratch
from .simd import address, fetch_and_add

REPEATS_END, ENCOUNTERS_START, ENCOUNTERS_END, INVITATIONS_END, VERDICTS_END = range(5)
RISERS_END, REACHED, SAID, PLEAS_END = range(5, 9)
"""Columns of ``progress``: where the thread's parts of today's lists end, how far it has got in the
list of this stage, and what it reports at the end of a stage."""
RISERS, ENCOUNTERS, INVITATIONS, VERDICTS, PLEAS = range(5)
"""Lists whose rows threads hand to each other, in ``list_starts``."""
ARRIVED, GIVEN_UP, VERDICT = 0, 16, 32
"""Places of ``gate``, each in a cache line of its own: how often threads have come to the barrier,
whether they are to stop, and what they are to do after the stage."""
_PATIENCE = 2_000
"""How often a thread checks whether the others have come before it lets go of its core."""


class Partition(NamedTuple):
    """The part of the society of one thread, 0 to ``threads`` - 1."""

    thread: int
    threads: int
    low: int
    high: int
    """The thread looks after members low to high - 1 ..."""
    first_section: int
    end_section: int
    """... which are these sections."""
    section_bits: int
    """A section has 2 ** section_bits members."""
    thread_of: NDArray[np.uint8]
    """By section: the thread that looks after it."""
    progress: NDArray[np.int64]
    """The thread's row of ``all_progress``."""
    totals: NDArray[np.int64]
    """What the thread has counted today: its page of ``all_totals``."""
    list_starts: NDArray[np.int64]
    """(5, threads, threads + 1): where, in a list of a thread, the rows for each thread begin."""
    all_progress: NDArray[np.int64]
    """(threads, 16)."""
    all_totals: NDArray[np.int64]
    """(threads, P + 1, …)."""
    gate: NDArray[np.int64]
    """(48,): where the threads wait for each other."""
    scratch: Scratch


def partitions(
    threads: int, members: int, sections: int, section_size: int, totals: tuple[int, ...]
) -> list[Partition]:
    """Divide a society among threads; there are at most as many threads as sections."""
    threads = min(threads, sections)
    bounds = [sections * thread // threads for thread in range(threads + 1)]
    thread_of = np.repeat(np.arange(threads), np.diff(bounds)).astype(np.uint8)
    progress, gate = np.zeros((threads, 16), np.int64), np.zeros(48, np.int64)
    # a spare row prevents that pages of two threads share a cache line
    pages = np.zeros((threads, totals[0] + 1, *totals[1:]), np.int64)
    starts = np.zeros((5, threads, threads + 1), np.int64)
    return [
        Partition(
            thread=thread,
            threads=threads,
            low=first * section_size,
            high=min(end * section_size, members),
            first_section=first,
            end_section=end,
            section_bits=section_size.bit_length() - 1,
            thread_of=thread_of,
            progress=progress[thread],
            totals=pages[thread],
            list_starts=starts,
            all_progress=progress,
            all_totals=pages,
            gate=gate,
            scratch=allocate_scratch(),
        )
        for thread, (first, end) in enumerate(pairwise(bounds))
    ]


@inline
def even_part(partition, total):
    """Return the first and the end of this thread's part of ``total`` rows, divided evenly.

    Any thread could work on any of these rows.
    """
    first = total * partition.thread // partition.threads
    return first, total * (partition.thread + 1) // partition.threads


@inline
def looks_after(partition, member):
    """Return whether the thread looks after a member."""
    return partition.low <= member < partition.high


@kernel
def list_by_thread(partition, kind, rows, first, last, columns, order, offset):
    """List rows first to last - 1 in ``order``, from ``offset`` on, by the threads that need them.

    ``columns`` holds one or two columns of ``rows``; the threads of the members there get the row.
    """
    threads, starts = partition.threads, partition.list_starts[kind, partition.thread]
    one, other = columns[0], columns[len(columns) - 1]
    if threads == 1:
        for row in range(first, last):
            order[offset + row - first] = row
        starts[0], starts[1] = offset, offset + last - first
        return
    bits, thread_of = partition.section_bits, partition.thread_of
    for thread in range(threads + 1):
        starts[thread] = 0
    starts[0] = offset
    for row in range(first, last):
        a = np.int64(thread_of[np.int64(rows[row, one]) >> bits])
        b = np.int64(thread_of[np.int64(rows[row, other]) >> bits])
        starts[a + 1] += 1
        starts[b + 1] += np.int64(b != a)
    for thread in range(threads):
        starts[thread + 1] += starts[thread]
    for row in range(first, last):
        a = np.int64(thread_of[np.int64(rows[row, one]) >> bits])
        b = np.int64(thread_of[np.int64(rows[row, other]) >> bits])
        order[starts[a]] = row
        starts[a] += 1
        if b != a:
            order[starts[b]] = row
            starts[b] += 1
    for thread in range(threads - 1, -1, -1):
        starts[thread + 1] = starts[thread]
    starts[0] = offset


@intrinsic
def _load(typing_context: Any, array: Any, place: Any) -> Any:
    """Return ``array[place]``, to which other threads write."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(address(context, builder, array, *arguments), "seq_cst", 8)

    return types.int64(array, types.int64), generate


@intrinsic
def _yield_core(typing_context: Any) -> Any:
    """Yield the core to other threads, if any are ready to run."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [])
        builder.call(builder.module.declare_intrinsic("sched_yield", (), kind), [])
        return context.get_dummy_value()

    return types.void(), generate


@inline
def barrier(partition):
    """Wait until all threads have come here; return False if they are to stop."""
    if partition.threads == 1:
        return True
    gate, threads = partition.gate, partition.threads
    wanted = (fetch_and_add(gate, ARRIVED, 1) // threads + 1) * threads
    looked = 0
    while _load(gate, ARRIVED) < wanted:
        if _load(gate, GIVEN_UP):
            return False
        looked += 1
        if looked > _PATIENCE:
            _yield_core()
    return True
