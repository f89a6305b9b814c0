"""The numbers of each member, by name: the part of ``StateView`` that reads no bonds.

Everything here is as of the last simulated evening. Arrays are copies.
"""

import numpy as np
from numpy.typing import NDArray

from ..kernel.rules.enforcing import FOREVER
from ..kernel.state import bonds, columns
from ..kernel.state.society import State

Numbers = NDArray[np.int64]

_COUNTS = {
    "contacts": bonds.CONTACTS,
    "strangers": bonds.STRANGERS,
    "degree": bonds.CONNECTIONS,
}
_HELP = {
    "needs": columns.NEEDS,
    "met_by_connection": columns.BY_CONNECTION,
    "met_by_contact": columns.BY_CONTACT,
    "met_by_referral": columns.BY_REFERRAL,
    "referrals": columns.REFERRALS,
    "asked": columns.ASKED,
    "helped": columns.HELPED,
}
_TALLIES = {
    "sent": columns.SENT,
    "accepted": columns.ACCEPTED,
    "strikes": columns.STRIKES,
    "declined": columns.DECLINED,
    "unseen": columns.UNSEEN,
    "cold_sent": columns.COLD,
    "received": columns.RECEIVED,
    "unwanted_received": columns.UNWANTED,
    "cold_received": columns.COLD_RECEIVED,
    "arcs": columns.ARCS,
    "mutual_arcs": columns.MUTUAL,
    "blocked_day": columns.BLOCKED_DAY,
    "sent_at_block": columns.SENT_AT_BLOCK,
    "restrictions": columns.RESTRICTIONS,
    "attempts": columns.ATTEMPTS,
}


_SANCTIONS = {
    "warnings": columns.WARNINGS,
    "limits": columns.LIMITS,
    "appeals": columns.APPEALS,
    "pardons": columns.PARDONS,
    "limited_until": columns.LIMITED_UNTIL,
    "restricted_on": columns.RESTRICTED_ON,
}


class MemberNumbers:
    """The numbers of each member, by name.

    Parameters
    ----------
    state : State
    """

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def day(self) -> int:
        """The last simulated day; 0 just before the platform opens, below 0 in the history."""
        return int(self._state.clock[columns.DAY])

    @property
    def members(self) -> int:
        """N, the number of members who have arrived, including those who have left since."""
        return self._state.members

    @property
    def arrived(self) -> Numbers:
        """The day on which each arrived, 1 for those who were there from the start: shape (N,)."""
        days = self._state.people.arrived[: self.members].astype(np.int64)
        return np.maximum(days, 1) if len(days) else np.ones(self.members, np.int64)

    @property
    def left(self) -> Numbers:
        """The day on which each member left, or 0 for members who are still there: shape (N,)."""
        return self._if_anybody_leaves(self._state.people.left)

    @property
    def there(self) -> Numbers:
        """The numbers of the members who are there."""
        return np.flatnonzero(self.left == 0)

    def _if_anybody_leaves(self, values: NDArray[np.int32]) -> Numbers:
        found: Numbers = values[: self.members].astype(np.int64)
        return found if len(values) else np.zeros(self.members, np.int64)

    @property
    def policy(self) -> NDArray[np.uint8]:
        """The place of each member's policy among the scenario's: shape (N,)."""
        return self._state.platform.policy[: self.members]

    @property
    def habit(self) -> NDArray[np.uint8]:
        """The place of each member's habit among the scenario's habits, from 1; 0 if it has none.

        Shape (N,), or empty if the scenario has no habits.
        """
        return self._state.platform.habit[: self.members]

    @property
    def type(self) -> NDArray[np.uint8]:
        """How readily each member helps, a key of ``TYPES``; empty if nobody ever needs help."""
        return self._state.people.type[: self.members]

    def helping(self) -> dict[str, Numbers]:
        """Return what each member has needed and given, by name, each of shape (N,).

        The dictionary is empty if nobody ever needs help.
        """
        table = self._state.people.help
        names = _HELP if len(table) else {}
        return {name: self._column(table, columns.HELP, place) for name, place in names.items()}

    @property
    def rank(self) -> NDArray[np.uint8]:
        """The rank of each member, 0 to 15: shape (N,), or empty if rank counts for nothing."""
        return self._state.platform.rank[: self.members]

    @property
    def joined(self) -> NDArray[np.uint8]:
        """1 for members on the platform, otherwise 0: shape (N,), or empty if all are on it."""
        return self._state.platform.joined[: self.members]

    @property
    def sent_upwards(self) -> Numbers:
        """Invitations of each member to higher ranks: shape (N,), or empty if rank is not used."""
        return self._state.platform.sent_upwards[: self.members].astype(np.int64)

    @property
    def notes_sent(self) -> Numbers:
        """The notes that each member has sent: shape (N,), or empty if no policy sends any."""
        return self._column(self._state.platform.notes, columns.NOTED, columns.NOTES)

    def questions(self, column: int) -> Numbers:
        """Return how many questions each member has asked, or has had granted or refused.

        ``column`` tells which, see ``kernel.state.columns``. Shape (N,), or empty if no policy asks
        first.
        """
        return self._column(self._state.platform.questions, columns.ASKING, column)

    def column(self, name: str) -> Numbers:
        """Return a number of each member: shape (N,).

        Parameters
        ----------
        name : str
            contacts, strangers, degree or void; sent, accepted, strikes, declined, unseen (a part
            of declined), cold_sent, received, unwanted_received, cold_received, arcs, mutual_arcs,
            blocked_day (0: never), sent_at_block, restrictions, attempts; restricted_until. Only
            with a ladder of sanctions, or if appeals can succeed: warnings, limits, appeals,
            pardons, limited_until, restricted_on.
        """
        if name == "void":
            return self._if_anybody_leaves(self._state.platform.void)
        if name in _COUNTS:
            counts = self._column(self._state.people.counts, bonds.COUNTS, _COUNTS[name])
            empty = self._if_anybody_leaves(self._state.people.gone)
            return counts - empty if name == "contacts" else counts
        if name in _TALLIES:
            return self._column(self._state.platform.tally, columns.TALLY, _TALLIES[name])
        if name in _SANCTIONS:
            return self._column(self._state.platform.ladder, columns.LADDER, _SANCTIONS[name])
        if name == "restricted_until":
            until = columns.RESTRICTED_UNTIL
            return self._column(self._state.platform.account, columns.ACCOUNT, until)
        raise KeyError(name)

    def _column(self, table: NDArray[np.int32], width: int, column: int) -> Numbers:
        return table[column::width][: self.members].astype(np.int64)

    def number(self, name: str, member: int) -> int:
        """Return a number of one member. Another name is a ``KeyError``.

        Names are those of ``column``, except void and those for a ladder or appeals.
        """
        if name in _COUNTS:
            people = self._state.people
            empty = people.gone[member] if name == "contacts" and len(people.gone) else 0
            return int(people.counts[bonds.COUNTS * member + _COUNTS[name]] - empty)
        if name in _TALLIES:
            return int(self._state.platform.tally[columns.TALLY * member + _TALLIES[name]])
        if name == "restricted_until":
            until = columns.RESTRICTED_UNTIL
            return int(self._state.platform.account[columns.ACCOUNT * member + until])
        raise KeyError(name)

    @property
    def restricted(self) -> NDArray[np.bool_]:
        """Whether each member may not invite on the next day: shape (N,)."""
        restricted: NDArray[np.bool_] = self.column("restricted_until") > max(self.day, 0)
        return restricted

    def restricted_days(self) -> Numbers:
        """Return how many days each member has been restricted so far: shape (N,)."""
        until, tally = self.column("restricted_until"), self._state.platform.tally
        imposed = self._column(tally, columns.TALLY, columns.RESTRICTED_DAYS)
        for_good = until == FOREVER
        lived = imposed - np.where(for_good, 0, np.maximum(0, until - max(self.day, 0)))
        graded = len(self._state.platform.ladder) > 0
        since = self.column("restricted_on" if graded else "blocked_day")
        whole: Numbers = lived + np.where(for_good, self.day - since, 0)
        return whole
