"""The arrays of a society as tables: members, series by day, invitations, connections and arcs."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .kernel import bonds, pairs
from .kernel import world as arrays
from .kernel.invite import FROM_CONTACTS, FROM_DIRECTORY, FROM_INTRODUCTIONS

if TYPE_CHECKING:
    import pandas as pd

    from .engine import Engine

SOURCES = {
    FROM_CONTACTS: "contacts",
    FROM_INTRODUCTIONS: "introductions",
    FROM_DIRECTORY: "directory",
}
OUTCOMES = ("accepted", "idk", "ignored", "pending")
_COUNTED = {
    arrays.T_SENT: arrays.SENT,
    arrays.T_ACCEPTED: arrays.ACCEPTED,
    arrays.T_STRIKES: arrays.STRIKES,
    arrays.T_ARCS: arrays.ARCS,
    arrays.T_MUTUAL: arrays.MUTUAL,
}
"""Which total is the sum of which column of ``tally``."""
Pairs = NDArray[np.int32]


def _categories(codes: NDArray[Any], names: list[str]) -> "pd.Categorical[str]":
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(names))


def connections(engine: "Engine") -> Pairs:
    """List the connections as of the last evening: shape (E, 2), ego < alter, sorted."""
    world = engine.world
    found: Pairs = pairs.connections(world.head, world.chunks, world.alter, world.state)
    return found


def neighbours(engine: "Engine") -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Give the connections as of the last evening as rows of neighbours, in no order: indptr (N + 1,) and indices (2 E,)."""
    world = engine.world
    count = int(world.heads[:, bonds.CONNECTIONS].sum(dtype=np.int64))
    indptr, indices = pairs.neighbours(world.head, world.chunks, world.alter, world.state, count)
    return indptr, indices


def arcs(engine: "Engine") -> Pairs:
    """List the arcs of the outreach graph as of the last evening: shape (A, 2), sorted."""
    world = engine.world
    found: Pairs = pairs.arcs(
        world.head,
        world.chunks,
        world.alter,
        world.state,
        world.tallies[:, arrays.ARCS].astype(np.int64),
    )
    return found


def waiting(engine: "Engine") -> NDArray[np.int32]:
    """List the slots of the invitations that are pending."""
    world, rules = engine.world, engine.rules
    recent = range(max(1, engine.day - rules.pending_days + 1), engine.day + 1)
    ring = len(world.sent_slot)
    sent = [world.sent_slot[day % ring, : world.sent_from[day % ring, -1]] for day in recent]
    slots: NDArray[np.int32] = np.concatenate([*sent, np.empty(0, np.int32)])
    found: NDArray[np.int32] = slots[world.state[slots] & bonds.PLATFORM == bonds.PENDING]
    return found


def restricted_days(engine: "Engine") -> NDArray[np.int64]:
    """Count the days on which each member was restricted, up to the last evening: shape (N,)."""
    tally, until = (
        engine.world.tallies.astype(np.int64),
        engine.world.accounts[:, arrays.RESTRICTED_UNTIL].astype(np.int64),
    )
    for_good = until == arrays.FOREVER
    imposed = tally[:, arrays.RESTRICTED_DAYS] - np.where(
        for_good, 0, np.maximum(0, until - max(engine.day, 0))
    )
    whole: NDArray[np.int64] = imposed + np.where(
        for_good, engine.day - tally[:, arrays.BLOCKED_DAY], 0
    )
    return whole


def members(engine: "Engine") -> "pd.DataFrame":
    """Give a row per member, as of the last evening; see ``Result.members``."""
    import pandas as pd

    world, scenario = engine.world, engine.scenario
    n = scenario.members
    tally, answers = world.tallies, world.answers.reshape(-1, arrays.ANSWERS)
    slots = waiting(engine)
    pending = np.bincount(world.alter[world.link[2 * slots]], minlength=n)
    at_door = np.bincount(world.alter[slots], minlength=n)
    sent, accepted, strikes, received = (
        tally[:, column].astype(np.int64)
        for column in (arrays.SENT, arrays.ACCEPTED, arrays.STRIKES, arrays.RECEIVED)
    )
    resolved = answers[:, 1::2].sum(axis=1, dtype=np.int64)
    blocked = tally[:, arrays.BLOCKED_DAY] > 0

    def if_blocked(column: int) -> "pd.Series[int]":
        return pd.Series(tally[:, column], dtype="Int32").mask(~blocked)

    return pd.DataFrame(
        {
            "member": np.arange(n),
            "policy": _categories(world.policy, list(scenario.policies)),
            "circle": np.arange(n) // scenario.society.circle_size,
            "sociability": engine.sociability,
            "contacts": world.heads[:, bonds.CONTACTS].astype(np.int64),
            "degree": world.heads[:, bonds.CONNECTIONS].astype(np.int64),
            "invitations_sent": sent,
            "accepted": accepted,
            "ignored": resolved - accepted - strikes,
            "strikes": strikes,
            "pending": pending,
            "blocked_day": if_blocked(arrays.BLOCKED_DAY),
            "invitations_until_block": if_blocked(arrays.SENT_AT_BLOCK),
            "received": received,
            "unwanted": received - tally[:, arrays.WELCOMED] - at_door,
            "restricted_days": restricted_days(engine),
            "arcs": tally[:, arrays.ARCS].astype(np.int64),
            "mutual_arcs": tally[:, arrays.MUTUAL].astype(np.int64),
            "recognised": pairs.recognised(world.head, world.chunks, world.state),
        }
    )


DAILY = {
    "degree": (arrays.T_CONNECTIONS, None),
    "acceptance": (arrays.T_ACCEPTED, arrays.T_RESOLVED),
    "reciprocity": (arrays.T_MUTUAL, arrays.T_ARCS),
    "idk_rate": (arrays.T_STRIKES, arrays.T_SENT),
    "blocked": (arrays.T_BLOCKED, None),
    "restricted": (arrays.T_RESTRICTED, None),
    "invitations": (arrays.T_SENT, None),
}
"""Measures that are taken every day: which total, and by which (None: by the number of members)."""


def totals(engine: "Engine") -> NDArray[np.int64]:
    """Add up the members of each policy, as of the last evening: shape (policies, TOTALS), what the day keeps in ``World.totals``."""
    world = engine.world
    head, tally = world.head.reshape(-1, bonds.HEAD), world.tally.reshape(-1, arrays.TALLY)
    own = np.empty((engine.scenario.members, arrays.TOTALS), np.int64)
    own[:, arrays.T_CONNECTIONS] = head[:, bonds.CONNECTIONS]
    own[:, arrays.T_RESOLVED] = world.answers.reshape(-1, arrays.ANSWERS)[:, 1::2].sum(axis=1)
    own[:, arrays.T_BLOCKED] = tally[:, arrays.BLOCKED_DAY] > 0
    own[:, arrays.T_RESTRICTED] = world.account[arrays.RESTRICTED_UNTIL :: arrays.ACCOUNT] > max(
        engine.day, 0
    )
    for column, counted in _COUNTED.items():
        own[:, column] = tally[:, counted]
    sums = np.zeros((len(engine.scenario.policies), arrays.TOTALS), np.int64)
    np.add.at(sums, world.policy, own)
    return sums


def _daily(engine: "Engine", first_day: int, days: int) -> dict[str, NDArray[np.float64]]:
    """Turn the totals of some days into measures, each of shape (days, policies + 1), the last for everybody."""
    totals = engine.series[first_day - 1 : first_day - 1 + days]
    totals = np.concatenate([totals, totals.sum(axis=1, keepdims=True)], axis=1)
    size = engine.sizes(first_day, days)
    everywhere = np.concatenate([size, size.sum(axis=1, keepdims=True)], axis=1)
    measures = {}
    for name, (part, whole) in DAILY.items():
        divisor = everywhere if whole is None else totals[..., whole]
        measures[name] = np.divide(
            totals[..., part], divisor, out=np.full(divisor.shape, np.nan), where=divisor > 0
        )
    return measures


def day_of_series(engine: "Engine", day: int) -> dict[str, list[float]]:
    """Give the daily measures of one day: by name, a list with a number per policy and one for everybody."""
    return {name: values[0].tolist() for name, values in _daily(engine, day, 1).items()}


def series(engine: "Engine", reach: dict[int, NDArray[np.float64]]) -> "pd.DataFrame":
    """Give a row per day lived and policy, and "all"; see ``Result.series``.

    Parameters
    ----------
    engine : Engine
    reach : dict
        From a day to mean reach within 2 and 3 steps: shape (policies + 1, 2), as numbers of members.
    """
    import pandas as pd

    days, names = max(engine.day, 0), [*engine.scenario.policies, "all"]
    steps = np.full((days, len(names), 2), np.nan)
    for day, means in reach.items():
        steps[day - 1] = means
    columns = _daily(engine, 1, days) | {"reach2": steps[..., 0], "reach3": steps[..., 1]}
    columns |= {
        f"{name}_share": columns[name] / (engine.scenario.members - 1)
        for name in ("reach2", "reach3")
    }
    return pd.DataFrame(
        {
            "day": np.repeat(np.arange(1, days + 1), len(names)),
            "policy": _categories(np.tile(np.arange(len(names)), days), names),
            **{name: values.reshape(-1) for name, values in columns.items()},
        }
    )


class InvitationLog:
    """Every invitation of a run, kept as it is sent and as its time is up."""

    def __init__(self) -> None:
        self._open: dict[int, dict[str, Any]] = {}
        self._closed: list[dict[str, Any]] = []

    def evening(self, engine: "Engine") -> None:
        """Take down the day's invitations, and the outcome of those whose time is up; to be called each evening."""
        world, day = engine.world, engine.day
        row = day % len(world.sent_slot)
        begins = world.sent_from[row]
        slots = world.sent_slot[row, : begins[-1]].astype(np.int64)
        delay = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
        self._open[day] = {
            "slot": slots,
            "ego": world.sent_ego[row, : begins[-1]].copy(),
            "alter": world.alter[slots].astype(np.int32),
            "source": world.sent_source[row, : begins[-1]].copy(),
            "tie_class": (world.state[slots] & bonds.CONTACT) >> bonds.CLASS,
            "delay": delay,
        }
        if (ended := day - engine.rules.pending_days) in self._open:
            self._closed.append(_with_outcomes(ended, self._open.pop(ended), world.state))

    def table(self, engine: "Engine", member: int | None = None) -> "pd.DataFrame":
        """Give a row per invitation so far; see ``Result.invitations``. With ``member`` only those that it has sent or received."""
        import pandas as pd

        parts = self._closed + [
            _with_outcomes(day, sent, engine.world.state)
            for day, sent in sorted(self._open.items())
        ]
        if member is not None:
            own = [
                np.flatnonzero((part["ego"] == member) | (part["alter"] == member))
                for part in parts
            ]
            parts = [
                {name: values[rows] for name, values in part.items()}
                for part, rows in zip(parts, own, strict=True)
            ]
        names = ("day", "ego", "alter", "source", "tie_class", "delay", "outcome")
        columns = {name: np.concatenate([part[name] for part in parts]) for name in names}
        order = np.lexsort((columns["alter"], columns["ego"], columns["day"]))
        columns = {name: values[order] for name, values in columns.items()}
        due = pd.Series(columns["day"] + columns["delay"], dtype="Int32").mask(
            columns["delay"] >= engine.rules.pending_days
        )
        policies = list(engine.scenario.policies)
        return pd.DataFrame(
            {
                "sent_day": columns["day"].astype(np.int32),
                "ego": columns["ego"].astype(np.int32),
                "alter": columns["alter"].astype(np.int32),
                "policy": _categories(engine.world.policy[columns["ego"]], policies),
                "source": _categories(columns["source"], list(SOURCES.values())),
                "tie_class": columns["tie_class"].astype(np.int8),
                "due_day": due,
                "outcome": _categories(columns["outcome"], list(OUTCOMES)),
            }
        )


def _with_outcomes(day: int, sent: dict[str, Any], state: NDArray[np.uint8]) -> dict[str, Any]:
    """Add the day and, as it stands now, the outcome to the columns of a day's invitations."""
    bits = state[sent["slot"]]
    platform = bits & bonds.PLATFORM
    # who has said "I don't know" may later have invited ego, and so have become a connection: the answer stands
    outcome = np.select(
        [(bits & bonds.STRUCK) > 0, platform == bonds.CONNECTED, platform == bonds.PENDING],
        [1, 0, 3],
        2,
    )
    return sent | {"day": np.full(len(bits), day), "outcome": outcome}
