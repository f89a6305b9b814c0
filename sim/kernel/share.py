"""A thread's share of the work: what it looks after, and what is its own.

One thread alone looks after everybody. Several have a range of the members each, and of the messages. All of them live through the day in
step: in a stage each writes only what belongs to its own and reads what no other changes, and none goes on before all are ready and the
first thread has concluded the stage. What they count they count for themselves, and it is added up in the evening.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from .compilation import inlined
from .paper import Paper, paper
from .vectors import address
from .world import TOTALS, World

POOL, POOL_END, LOW, REACHED, TOUCHED, FRESH, INVITED, SAID = range(8)
"""Columns of ``ledger``: the slots that the thread may give out (a pool, see ``join``), the first of its members, how far it has got in the
list of new bonds, where its pieces of the day's lists end, and what it says at the end of a stage."""
ARRIVED, GIVEN_UP, VERDICT = 0, 16, 32
"""Places of ``gate``, each in a cache line of its own: how often threads have come to it, whether they are to go home, and what they are to
do after the stage."""
_PATIENCE = 2_000
"""How often a thread looks whether the others are ready before it lets go of its core: some microseconds."""


class Share(NamedTuple):
    """The share of the thread ``turn``, 0 to ``of`` - 1."""

    turn: int
    of: int
    low: int
    high: int
    """It looks after members low to high - 1."""
    pool: NDArray[np.int64]
    """Begins with the slots that it may give out, see ``join``."""
    own: NDArray[np.int64]
    """Its row of the ledger."""
    totals: NDArray[np.int64]
    """Its page of the books."""
    ledger: NDArray[np.int64]
    """(of, 16), of all threads."""
    books: NDArray[np.int64]
    """(of, P + 1, TOTALS): what each adds to ``World.totals``."""
    gate: NDArray[np.int64]
    """(48,): where the threads wait for each other."""
    paper: Paper


def shares(of: int, world: World) -> list[Share]:
    """Make the shares of all threads. Whoever works alone takes slots where the society has them."""
    members, policies = len(world.policy), len(world.totals)
    ledger, gate = np.zeros((of, 16), np.int64), np.zeros(48, np.int64)
    ledger[:, LOW] = [members * turn // of for turn in range(of)]
    books = np.zeros(
        (of, policies + 1, TOTALS), np.int64
    )  # the row to spare keeps those of two threads out of one cache line
    return [
        Share(
            turn=turn,
            of=of,
            low=int(low),
            high=int(high),
            pool=world.clock if of == 1 else ledger[turn],
            own=ledger[turn],
            totals=books[turn],
            ledger=ledger,
            books=books,
            gate=gate,
            paper=paper(),
        )
        for turn, (low, high) in enumerate(pairwise([*ledger[:, LOW], members]))
    ]


@inlined
def part(share, total):
    """Give the first and the end of ``total`` messages, or rows of a list, that are a thread's."""
    return total * share.turn // share.of, total * (share.turn + 1) // share.of


@intrinsic
def _arrive(typing_context: Any, gate: Any, place: Any) -> Any:
    """Add one to a place that other threads add to, and give what was there."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.atomic_rmw(
            "add",
            address(context, builder, gate, *arguments),
            ir.Constant(ir.IntType(64), 1),
            "seq_cst",
        )

    return types.int64(gate, types.int64), generate


@intrinsic
def _there(typing_context: Any, gate: Any, place: Any) -> Any:
    """Look at a place that other threads write to."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(address(context, builder, gate, *arguments), "seq_cst", 8)

    return types.int64(gate, types.int64), generate


@intrinsic
def _let_others_run(typing_context: Any) -> Any:
    """Let go of the core, if somebody else has use for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.call(
            builder.module.declare_intrinsic(
                "sched_yield", (), ir.FunctionType(ir.IntType(32), [])
            ),
            [],
        )
        return context.get_dummy_value()

    return types.void(), generate


@inlined
def all_here(share):
    """Wait until all threads have come here; says False where they are to go home, because one could not come."""
    if share.of == 1:
        return True
    wanted = (_arrive(share.gate, ARRIVED) // share.of + 1) * share.of
    looked = 0
    while _there(share.gate, ARRIVED) < wanted:
        if _there(share.gate, GIVEN_UP):
            return False
        looked += 1
        if looked > _PATIENCE:
            _let_others_run()
    return True
