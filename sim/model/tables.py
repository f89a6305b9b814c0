"""The arrays of a society as tables: members, series by day, invitations, connections and arcs."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..kernel.state import columns as arrays
from ..measures.definitions import NEVER
from .state_view import SOURCES

if TYPE_CHECKING:
    import pandas as pd

    from .engine import Engine
    from .state_view import Sent

OUTCOMES = ("accepted", "idk", "ignored", "pending")


def _categories(codes: NDArray[Any], names: list[str]) -> "pd.Categorical[str]":
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(names))


def member_columns(engine: "Engine") -> dict[str, NDArray[Any]]:
    """Return the columns of ``Result.members`` as arrays, as of the last evening.

    The policy is its place among the scenario's, and NEVER stands where there was no restriction.
    """
    view, scenario = engine.view, engine.scenario
    n = scenario.members
    egos, alters = view.pending()
    blocked = view.column("blocked_day") > 0
    sent, accepted, strikes, received = (
        view.column(name) for name in ("sent", "accepted", "strikes", "received")
    )
    return {
        "member": np.arange(n),
        "policy": view.policy,
        "circle": np.arange(n) // scenario.society.circle_size,
        "sociability": engine.sociability,
        "activity": engine.activity,
        "contacts": view.column("contacts"),
        "degree": view.column("degree"),
        "invitations_sent": sent,
        "accepted": accepted,
        "ignored": view.column("resolved") - accepted - strikes,
        "strikes": strikes,
        "pending": np.bincount(egos, minlength=n),
        "blocked_day": np.where(blocked, view.column("blocked_day"), NEVER),
        "invitations_until_block": np.where(blocked, view.column("sent_at_block"), NEVER),
        "received": received,
        "unwanted": received - view.column("welcomed") - np.bincount(alters, minlength=n),
        "restricted_days": view.restricted_days(),
        "arcs": view.column("arcs"),
        "mutual_arcs": view.column("mutual_arcs"),
        "recognised": view.acquainted(),
    }


def members(engine: "Engine", columns: dict[str, NDArray[Any]]) -> "pd.DataFrame":
    """Return a row per member, as of the last evening; see ``Result.members``."""
    import pandas as pd

    never = columns["blocked_day"] == NEVER
    table: dict[str, Any] = dict(columns)
    table["policy"] = _categories(columns["policy"], list(engine.scenario.policies))
    for name in ("blocked_day", "invitations_until_block"):
        table[name] = pd.arrays.IntegerArray(columns[name].astype(np.int32), never.copy())
    return pd.DataFrame(table)


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


def _daily(engine: "Engine", first_day: int, days: int) -> dict[str, NDArray[np.float64]]:
    """Return the measures of some days: shape (days, policies + 1), the last for everybody."""
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
    """Return the measures of one day: by name, a number per policy and one for everybody."""
    return {name: values[0].tolist() for name, values in _daily(engine, day, 1).items()}


def series(engine: "Engine", reach: dict[int, NDArray[np.float64]]) -> "pd.DataFrame":
    """Return a row per day and policy, or "all"; see ``Result.series``.

    Parameters
    ----------
    engine : Engine
    reach : dict
        From a day to mean reach within 2 and 3 steps: shape (policies + 1, 2), as numbers of
        members.
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
    """Every invitation of a run."""

    def __init__(self) -> None:
        self._open: dict[int, Sent] = {}
        self._closed: list[dict[str, Any]] = []

    def evening(self, engine: "Engine") -> None:
        """Add the day's invitations, and the outcomes of those that end; to be called each evening."""
        day = engine.day
        self._open[day] = engine.view.sent_today()
        if (ended := day - engine.scenario.inviting.pending_days) in self._open:
            self._closed.append(_with_outcomes(engine, ended, self._open.pop(ended)))

    def table(self, engine: "Engine", member: int | None = None) -> "pd.DataFrame":
        """Return a row per invitation so far; see ``Result.invitations``.

        With ``member``, return only those that this member has sent or received.
        """
        import pandas as pd

        still = [_with_outcomes(engine, day, sent) for day, sent in sorted(self._open.items())]
        parts = self._closed + still
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
        never = columns["delay"] >= engine.scenario.inviting.pending_days
        due = pd.Series(columns["day"] + columns["delay"], dtype="Int32").mask(never)
        policies = list(engine.scenario.policies)
        return pd.DataFrame(
            {
                "sent_day": columns["day"].astype(np.int32),
                "ego": columns["ego"],
                "alter": columns["alter"],
                "policy": _categories(engine.view.policy[columns["ego"]], policies),
                "source": _categories(columns["source"], list(SOURCES.values())),
                "tie_class": columns["tie_class"],
                "due_day": due,
                "outcome": _categories(columns["outcome"], list(OUTCOMES)),
            }
        )


def _with_outcomes(engine: "Engine", day: int, sent: "Sent") -> dict[str, Any]:
    """Return a day's invitations with the day and the outcome so far."""
    found = engine.view.outcomes(sent.slot)
    # alter may have answered "I don't know", and later have invited ego and become a connection:
    # the outcome stays idk
    outcome = np.select([found.idk, found.connected, found.pending], [1, 0, 3], 2)
    days = np.full(len(outcome), day, np.int32)
    return sent._asdict() | {"day": days, "outcome": outcome.astype(np.int8)}
