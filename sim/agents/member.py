"""A member as Mesa sees it: one row of the arrays, read when it is asked.

Members are made when a model's ``agents`` are first looked at, and hold nothing but their number: a property reads the state of the moment.
"""

from typing import TYPE_CHECKING

import mesa

from ..errors import InputError
from ..kernel import bonds, pairs
from ..kernel import world as arrays
from .policy import Bond

if TYPE_CHECKING:
    from ..model import NetworkModel


class Member(mesa.Agent):  # type: ignore[misc]
    """One member of the society; all but its policy is read only. ``model.members`` has them all.

    Parameters
    ----------
    model : NetworkModel
        The only one that makes members.
    number : int
        Its row, 0 to N - 1.

    Raises
    ------
    InputError
        Where somebody else than the model makes a member, or removes one.
    """

    model: "NetworkModel"

    def __init__(self, model: "NetworkModel", number: int = 0) -> None:
        if not getattr(model, "_making_members", False):
            raise InputError(
                "Member: made by hand, and a model makes its members itself; "
                "must be taken from these, as model.members[3]"
            )
        super().__init__(model)
        self.number = number

    def remove(self) -> None:
        """Refuse: there is no rule yet for what becomes of those whom a member knows."""
        raise InputError(
            f"members: member {self.number} can't be removed, nobody leaves a society; "
            "must stay, or the scenario must have fewer members from the start"
        )

    def __repr__(self) -> str:
        return f"<Member {self.number}: {self.policy}, {self.degree} connections>"

    def _tally(self, column: int) -> int:
        return int(self.model.engine.world.tallies[self.number, column])

    @property
    def policy(self) -> str:
        """The name of its policy."""
        engine = self.model.engine
        return str(list(engine.scenario.policies)[engine.world.policy[self.number]])

    @policy.setter
    def policy(self, name: str) -> None:
        """Change it from the coming day on; for many members at once there is ``NetworkModel.set_policies``."""
        policies = self.model.policies.astype(object)
        policies[self.number] = name
        self.model.set_policies(policies.tolist())

    @property
    def circle(self) -> int:
        """The number of its circle."""
        return self.number // self.model.engine.scenario.society.circle_size

    @property
    def sociability(self) -> float:
        """How readily it meets others; the mean is 1."""
        return float(self.model.engine.sociability[self.number])

    @property
    def contacts(self) -> int:
        """People it has met or talked to."""
        return int(self.model.engine.world.heads[self.number, bonds.CONTACTS])

    @property
    def degree(self) -> int:
        """Connections."""
        return int(self.model.engine.world.heads[self.number, bonds.CONNECTIONS])

    @property
    def invitations_sent(self) -> int:
        """Invitations sent so far."""
        return self._tally(arrays.SENT)

    @property
    def accepted(self) -> int:
        """Own invitations accepted so far."""
        return self._tally(arrays.ACCEPTED)

    @property
    def strikes(self) -> int:
        """Times that somebody has said "I don't know this person"."""
        return self._tally(arrays.STRIKES)

    @property
    def received(self) -> int:
        """Invitations received so far."""
        return self._tally(arrays.RECEIVED)

    @property
    def blocked_day(self) -> int | None:
        """The day of its first restriction, None if there was none."""
        return self._tally(arrays.BLOCKED_DAY) or None

    @property
    def restricted(self) -> bool:
        """Whether it may not invite on the coming day."""
        return bool(
            self.model.engine.world.accounts[self.number, arrays.RESTRICTED_UNTIL]
            > max(self.model.engine.day, 0)
        )

    @property
    def connections(self) -> list["Member"]:
        """The members it is connected with, in the order in which they came to know each other."""
        members = self.model.members
        return [members[alter] for alter in self.model.engine.connected(self.number)]

    @property
    def bonds(self) -> dict["Member", Bond]:
        """What it knows of each member that it has met or talked to.

        They stand in the order in which they came to know each other.
        """
        engine, members = self.model.engine, self.model.members
        world, today = engine.world, engine.day - engine.rules.first_day
        slots = pairs.slots(world.head, world.chunks, self.number)
        slots = slots[world.state[slots] & bonds.CONTACT > 0]
        ties = world.link[2 * slots + 1].astype(int)
        met, talked, last = (
            (ties >> bonds.MET) & bonds.COUNT_MASK,
            (ties >> bonds.TALKED) & bonds.COUNT_MASK,
            ties >> bonds.LAST,
        )
        classes = (world.state[slots] & bonds.CONTACT) >> bonds.CLASS
        columns = (
            numbers.tolist() for numbers in (world.alter[slots], met, talked, today - last, classes)
        )
        return {members[alter]: Bond(*numbers) for alter, *numbers in zip(*columns, strict=True)}
