"""A member as Mesa sees it: one row of the arrays, read when it is asked.

Members are made when a model's ``agents`` are first looked at, and hold nothing but their number: a property reads the state of the moment.
"""

from typing import TYPE_CHECKING

import mesa

from ..agents.policy import Bond
from ..errors import InputError

if TYPE_CHECKING:
    from .network_model import NetworkModel


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

    def _number(self, name: str) -> int:
        return self.model.engine.view.number(name, self.number)

    @property
    def policy(self) -> str:
        """The name of its policy."""
        engine = self.model.engine
        return str(list(engine.scenario.policies)[engine.view.policy[self.number]])

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
        return self._number("contacts")

    @property
    def degree(self) -> int:
        """Connections."""
        return self._number("degree")

    @property
    def invitations_sent(self) -> int:
        """Invitations sent so far."""
        return self._number("sent")

    @property
    def accepted(self) -> int:
        """Own invitations accepted so far."""
        return self._number("accepted")

    @property
    def strikes(self) -> int:
        """Times that somebody has said "I don't know this person"."""
        return self._number("strikes")

    @property
    def received(self) -> int:
        """Invitations received so far."""
        return self._number("received")

    @property
    def blocked_day(self) -> int | None:
        """The day of its first restriction, None if there was none."""
        return self._number("blocked_day") or None

    @property
    def restricted(self) -> bool:
        """Whether it may not invite on the coming day."""
        return self._number("restricted_until") > max(self.model.engine.day, 0)

    @property
    def connections(self) -> list["Member"]:
        """The members it is connected with, in the order in which they connected."""
        members = self.model.members
        return [members[alter] for alter in self.model.engine.view.connected(self.number)]

    @property
    def bonds(self) -> dict["Member", Bond]:
        """What it knows of each member that it has met or talked to.

        They stand in the order in which they came to know each other.
        """
        engine, members = self.model.engine, self.model.members
        ties = engine.view.contacts_of(self.number)
        since = engine.day - engine.parameters.society.first_day - ties.last
        columns = (ties.alter, ties.met, ties.talked, since, ties.tie_class)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return {members[alter]: Bond(*numbers) for alter, *numbers in rows}
