"""The arrays of a society as tables: members, series by day, invitations, connections and arcs."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernel.phases import missed as caution
from ..kernel.rules import answering as verdicts
from ..kernel.state import columns as arrays
from ..kernel.state.rows import QUESTION, WITH_NOTE, WRONG_ADDRESS
from ..measures.definitions import CAUTION, MEASURES, NEVER, SANCTIONS, Ints
from .memory import mutually_recognised
from .state_view import SOURCES, TYPES, Sent

if TYPE_CHECKING:
    import pandas as pd

    from .engine import Engine

OUTCOMES = ("accepted", "idk", "declined", "pending", "void")
"""What has become of an invitation; void: it was undecided when one of the two left."""
RECOGNISED = ("yes", "no", "not looked at")
_OUTCOME = {
    verdicts.UNDECIDED: "pending",
    verdicts.ACCEPTED: "accepted",
    verdicts.ACCEPTED_COLD: "accepted",
    verdicts.UNKNOWN: "idk",
    verdicts.DECLINED: "declined",
    verdicts.DECLINED_COLD: "declined",
    verdicts.UNSEEN: "declined",
    verdicts.CROSSED: "accepted",
}
_RECOGNISED = {verdicts.ACCEPTED: "yes", verdicts.DECLINED: "yes"} | dict.fromkeys(
    (verdicts.ACCEPTED_COLD, verdicts.DECLINED_COLD, verdicts.UNKNOWN), "no"
)


def _categories(codes: NDArray[Any], names: list[str]) -> "pd.Categorical[str]":
    import pandas as pd

    return pd.Categorical.from_codes(codes, pd.Index(names))


def member_columns(
    engine: "Engine", measures: Collection[str] = MEASURES
) -> dict[str, NDArray[Any]]:
    """Return the columns of ``Result.members`` as arrays, as of the last evening.

    The policy is its place among the scenario's, and NEVER means that there was no restriction.
    Missed connections are computed only if one of the ``measures`` needs them.
    """
    view, scenario = engine.view, engine.scenario
    n = view.members
    blocked = view.column("blocked_day") > 0
    sent, accepted, strikes, declined = (
        view.column(name) for name in ("sent", "accepted", "strikes", "declined")
    )
    connected = view.connected_by_class()
    columns: dict[str, NDArray[Any]] = {
        "member": np.arange(n),
        "policy": view.policy,
        "circle": np.arange(n) // scenario.society.circle_size,
        "sociability": engine.sociability[:n],
        "activity": engine.activity[:n],
        **({"arrived": view.arrived} if scenario.society.arrivals else {}),
        **({"left": np.where(view.left, view.left, NEVER)} if scenario.society.leave else {}),
        "contacts": view.column("contacts"),
        "degree": view.column("degree"),
        "attempts": view.column("attempts"),
        "invitations_sent": sent,
        "accepted": accepted,
        "declined": declined,
        "unseen": view.column("unseen"),
        "strikes": strikes,
        "pending": sent - accepted - strikes - declined - view.column("void"),
        **({"void": view.column("void")} if scenario.society.leave else {}),
        "cold_sent": view.column("cold_sent"),
        "blocked_day": np.where(blocked, view.column("blocked_day"), NEVER),
        "invitations_until_block": np.where(blocked, view.column("sent_at_block"), NEVER),
        "restrictions": view.column("restrictions"),
        "restricted_days": view.restricted_days(),
        "received": view.column("received"),
        "unwanted_received": view.column("unwanted_received"),
        "cold_received": view.column("cold_received"),
        "arcs": view.column("arcs"),
        "mutual_arcs": view.column("mutual_arcs"),
        "acquainted": connected[:, 1:].sum(axis=1),
        "mutually_recognised": mutually_recognised(scenario, view, connected),
    }
    if scenario.platform.graded:
        columns |= {name: view.column(name) for name in SANCTIONS}
    if scenario.society.veto > 0:
        columns["vetoes"] = view.vetoes()
    columns |= view.helping()
    if len(view.rank):
        columns |= {"rank": view.rank.astype(np.int64), "sent_upwards": view.sent_upwards}
    if len(view.joined):
        columns["joined"] = view.joined.astype(np.int64)
    if CAUTION & set(measures):
        missed = engine.missed()
        columns["missed_by_tie"] = missed[:, caution.BY_TIE]
        columns["missed_by_estimate"] = missed[:, caution.BY_ESTIMATE]
        columns["missed_pairs"] = missed[:, caution.PAIRS].astype(np.int64)
    if len(view.notes_sent):
        columns["notes_sent"] = view.notes_sent
    if len(asked := view.questions(arrays.QUESTIONS)):
        columns["questions_sent"] = asked
        columns["questions_granted"] = view.questions(arrays.GRANTED)
        columns["questions_refused"] = view.questions(arrays.REFUSED)
    return columns


def members(engine: "Engine", columns: dict[str, NDArray[Any]]) -> "pd.DataFrame":
    """Return a row for each member, as of the last evening; see ``Result.members``."""
    import pandas as pd

    table: dict[str, Any] = dict(columns)
    table["policy"] = _categories(columns["policy"], list(engine.scenario.policies))
    if engine.scenario.habits:
        table["habit"] = _categories(engine.view.habit, ["none", *engine.scenario.habits])
    if len(engine.view.type):
        table["type"] = _categories(engine.view.type, list(TYPES.values()))
    for name in {"left", "blocked_day", "invitations_until_block"} & columns.keys():
        never = columns[name] == NEVER
        table[name] = _whole(columns[name], np.int32, never)
    return pd.DataFrame(table)


class Quotient(NamedTuple):
    """A measure of a day: a sum of totals divided by another sum."""

    parts: tuple[int, ...]
    wholes: tuple[int, ...]
    less: tuple[int, ...] = ()
    """Totals that are subtracted from the sum of the parts."""


DECIDED = (arrays.T_ACCEPTED, arrays.T_STRIKES, arrays.T_DECLINED)
DAILY = {
    "degree": Quotient((arrays.T_CONNECTIONS,), (arrays.T_MEMBERS,)),
    "acceptance": Quotient((arrays.T_ACCEPTED,), DECIDED),
    "declined": Quotient((arrays.T_DECLINED,), DECIDED),
    "unseen": Quotient((arrays.T_UNSEEN,), DECIDED),
    "idk_rate": Quotient((arrays.T_STRIKES,), DECIDED),
    "reciprocity": Quotient((arrays.T_MUTUAL,), (arrays.T_ARCS,)),
    "acquainted": Quotient((arrays.T_ACQUAINTED,), (arrays.T_CONNECTIONS,)),
    "blocked": Quotient((arrays.T_BLOCKED,), (arrays.T_JOINED,)),
    "restricted": Quotient((arrays.T_RESTRICTED,), (arrays.T_MEMBERS,)),
    "invitations": Quotient((arrays.T_SENT,), (arrays.T_JOINED,)),
    "effort": Quotient((arrays.T_SENT, arrays.T_NOTES, arrays.T_QUESTIONS), (arrays.T_ACCEPTED,)),
    "lapsed": Quotient(
        (arrays.T_ATTEMPTS, arrays.T_GRANTED),
        (arrays.T_ATTEMPTS,),
        less=(arrays.T_SENT, arrays.T_QUESTIONS),
    ),
}
"""The measures of every day, computed from the totals of its evening."""


def _daily(engine: "Engine", first_day: int, days: int) -> dict[str, NDArray[np.float64]]:
    """Return the measures of some days: shape (days, policies + 1); the last is for everybody."""
    totals = engine.series[first_day - 1 : first_day - 1 + days]
    totals = np.concatenate([totals, totals.sum(axis=1, keepdims=True)], axis=1)
    measures = {}
    for name, (parts, wholes, less) in DAILY.items():
        part = totals[..., parts].sum(axis=-1) - totals[..., less].sum(axis=-1)
        whole = totals[..., wholes].sum(axis=-1)
        empty = np.full(whole.shape, np.nan)
        measures[name] = np.divide(part, whole, out=empty, where=whole > 0)
    return measures


def day_of_series(engine: "Engine", day: int) -> dict[str, list[float]]:
    """Return the measures of one day by name: a number for each policy and one for everybody."""
    return {name: values[0].tolist() for name, values in _daily(engine, day, 1).items()}


def series(engine: "Engine", reach: dict[int, NDArray[np.float64]]) -> "pd.DataFrame":
    """Return a row for each day and policy, or "all"; see ``Result.series``.

    Parameters
    ----------
    engine : Engine
    reach : dict
        For each day, mean reach within 2 and 3 steps: shape (policies + 1, 2), in numbers of
        members.
    """
    import pandas as pd

    days, names = max(engine.day, 0), [*engine.scenario.policies, "all"]
    steps = np.full((days, len(names), 2), np.nan)
    for day, means in reach.items():
        steps[day - 1] = means
    columns = _daily(engine, 1, days) | {"reach2": steps[..., 0], "reach3": steps[..., 1]}
    others = engine.series[:days, :, arrays.T_MEMBERS].sum(axis=1, keepdims=True) - 1
    alone = np.full(columns["reach2"].shape, np.nan)
    columns |= {
        f"{name}_share": np.divide(columns[name], others, out=alone.copy(), where=others > 0)
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
    """Every invitation of a run.

    Parameters
    ----------
    engine : Engine
        From now on the engine keeps what the log tells of invitations.
    every : int
        The most days between two calls of ``evening``.
    """

    def __init__(self, engine: "Engine", every: int = 1) -> None:
        engine.keep_log(every)
        self._next = max(engine.day, 0) + 1
        self._decided: list[Sent] = []

    def evening(self, engine: "Engine") -> None:
        """Add the invitations that have been decided since the last call."""
        last = engine.day - engine.scenario.inviting.pending_days
        if last >= self._next:
            self._decided.append(engine.view.sent(self._next, last))
            self._next = last + 1

    def table(self, engine: "Engine", member: int | None = None) -> "pd.DataFrame":
        """Return a row for each invitation so far; see ``Result.invitations``.

        With ``member``, return only those that this member has sent or received.
        """
        parts = [*self._decided, engine.view.sent(self._next, max(engine.day, 0))]
        found = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in Sent._fields
        }
        if member is not None:
            rows = np.flatnonzero((found["ego"] == member) | (found["alter"] == member))
            found = {name: values[rows] for name, values in found.items()}
        found["common"] = engine.view.common(found["ego"], found["alter"], found.pop("noted"))
        return _invitations(engine, found)


def _invitations(engine: "Engine", found: dict[str, NDArray[Any]]) -> "pd.DataFrame":
    """Return the table of the invitations found."""
    import pandas as pd

    sent, delay, verdict = found["day"], found["delay"], found["verdict"]
    never = delay >= engine.scenario.inviting.pending_days
    decided = sent + np.where(never | (verdict == verdicts.CROSSED), 0, delay)
    outcome = _coded(verdict, _OUTCOME, OUTCOMES)
    tie_class, common = found["tie_class"], found["common"]
    undecided, left = np.flatnonzero(verdict == verdicts.UNDECIDED), engine.view.left > 0
    void = undecided[left[found["ego"][undecided]] | left[found["alter"][undecided]]]
    outcome[void] = OUTCOMES.index("void")
    # the other's invitation, accepted or crossing, has connected the two and so accepted this one
    question = found["remarks"] & QUESTION > 0
    no_question = undecided[~question[undecided]]
    over = found["connected"][no_question] | (outcome[no_question] == OUTCOMES.index("void"))
    ended = no_question[over]
    if len(ended):
        accepted = np.flatnonzero(outcome == OUTCOMES.index("accepted"))
        ended, by = _reversed(found, ended, accepted)
        outcome[ended] = OUTCOMES.index("accepted")
        for values in (decided, tie_class, common):
            values[ended] = values[by]
    # a question is in the log only if granted, as an invitation of the day on which it was granted
    granted = question & (verdict == verdicts.ACCEPTED)
    sent, delay = np.where(granted, decided, sent), np.where(granted, 0, delay)
    sent_class = np.where(granted, tie_class, found["sent_class"])
    pending = outcome >= OUTCOMES.index("pending")
    outcomes = OUTCOMES if engine.scenario.society.leave else OUTCOMES[:-1]
    policies = list(engine.scenario.policies)
    table = pd.DataFrame(
        {
            "sent_day": sent.astype(np.int32),
            "ego": found["ego"],
            "alter": found["alter"],
            "policy": _categories(engine.view.policy[found["ego"]], policies),
            "source": _categories(found["source"], list(SOURCES.values())),
            "tie_class": sent_class,
            "due_day": _whole(sent + delay, np.int32, never),
            "decided_day": _whole(decided, np.int32, pending),
            "outcome": _categories(outcome, list(outcomes)),
            "recognised": _categories(
                _coded(verdict, _RECOGNISED, RECOGNISED, 2), list(RECOGNISED)
            ),
            "decided_class": _whole(tie_class, np.int8, pending),
            "common": common,
        }
    )
    if engine.scenario.inviting.mistaken > 0:
        table["mistaken"] = found["remarks"] & WRONG_ADDRESS > 0
    if any(policy.notes for policy in engine.scenario.policies.values()):
        table["note"] = found["remarks"] & WITH_NOTE > 0
    if any(policy.asks_first for policy in engine.scenario.policies.values()):
        table["asked"] = question
        table = table[~question | granted].sort_values(["sent_day", "ego", "alter"])
        table = table.reset_index(drop=True)
    return table


def _whole(
    values: NDArray[Any], kind: type[np.signedinteger[Any]], unknown: NDArray[np.bool_]
) -> "pd.arrays.IntegerArray":
    """Return whole numbers, some of which are unknown."""
    import pandas as pd

    return pd.arrays.IntegerArray(np.where(unknown, 1, values).astype(kind), unknown.copy())


def _coded(
    verdict: NDArray[Any], words: dict[int, str], among: tuple[str, ...], otherwise: int = 0
) -> NDArray[np.int8]:
    """Return for each verdict the place of its word in ``among``."""
    codes = np.full(8, otherwise, np.int8)
    for code, word in words.items():
        codes[code] = among.index(word)
    coded: NDArray[np.int8] = codes[verdict]
    return coded


def _reversed(found: dict[str, NDArray[Any]], rows: Ints, among: Ints) -> tuple[Ints, Ints]:
    """Return the rows with an invitation in the other direction in ``among``, and the latter."""
    ego, alter = found["ego"].astype(np.int64), found["alter"].astype(np.int64)
    # first keep those where each end alone fits, so that there is little to sort
    both = np.isin(ego[among], alter[rows], kind="table")
    among = among[both & np.isin(alter[among], ego[rows], kind="table")]
    keys = ego[among] << 32 | alter[among]
    order = np.argsort(keys)
    wanted = alter[rows] << 32 | ego[rows]
    place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    there = keys[order][place] == wanted if len(keys) else np.zeros(len(rows), bool)
    return rows[there], among[order[place[there]]]
