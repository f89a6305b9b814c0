"""A member as a Mesa agent: one row of the arrays, which is read when a property is read.

Members are made when a model's ``agents`` are first used. They hold nothing but their number, so a
property always shows the present state.
"""

from typing import TYPE_CHECKING

import mesa

from ..agents.policy import Bond
from ..errors import InputError
from ..kernel.rules.meeting import team_members, team_start

if TYPE_CHECKING:
    from .network_model import NetworkModel


class Member(mesa.Agent):  # type: ignore[misc]
    """One member of the society; ``NetworkModel.members`` lists them.

    Only ``policy`` can be set. The model makes its members itself.

    Parameters
    ----------
    model : NetworkModel
    number : int
        The member's number, 0 to N - 1.

    Raises
    ------
    InputError
        If a member is made by hand, or removed.

    Examples
    --------
    >>> import sim
    >>> model = sim.NetworkModel(members=50, rng=1)
    >>> model.run_for(30)
    >>> member = model.members[3]
    >>> member.policy, member.degree == len(member.connections)
    ('close_friends', True)
    >>> member.policy = "everyone"  # from the next day on
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
        """Raise an ``InputError``: the scenario alone decides who leaves, and when."""
        raise InputError(
            f"members: member {self.number} can't be removed, only the scenario lets members "
            "leave; must stay, or the scenario must have fewer members from the start"
        )

    def __repr__(self) -> str:
        """Return number, policy and degree, for a prompt."""
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
        """Change the policy from the next day on; ``NetworkModel.set_policies`` sets many."""
        policies = self.model.policies.astype(object)
        policies[self.number] = name
        self.model.set_policies(policies.tolist())

    @property
    def left(self) -> int | None:
        """The day on which the member left, or None if it is still there."""
        return int(self.model.engine.view.left[self.number]) or None

    @property
    def circle(self) -> int:
        """The number of its circle."""
        return self.number // self.model.engine.scenario.society.circle_size

    @property
    def team(self) -> range:
        """The numbers of the members of its team, including itself."""
        scenario = self.model.engine.scenario
        sizes = scenario.society.circle_size, scenario.society.team_size
        first = int(team_start(self.number, *sizes))
        return range(first, first + int(team_members(first, *sizes, len(self.model.members))))

    @property
    def sociability(self) -> float:
        """How readily the member meets others; the mean is 1."""
        return float(self.model.engine.sociability[self.number])

    @property
    def activity(self) -> float:
        """How much the member does on the platform; the mean is 1."""
        return float(self.model.engine.activity[self.number])

    @property
    def contacts(self) -> int:
        """The number of people whom the member has met or talked to."""
        return self._number("contacts")

    @property
    def degree(self) -> int:
        """The number of its connections."""
        return self._number("degree")

    @property
    def invitations_sent(self) -> int:
        """The number of invitations that it has sent so far."""
        return self._number("sent")

    @property
    def accepted(self) -> int:
        """The number of its invitations that have been accepted so far."""
        return self._number("accepted")

    @property
    def strikes(self) -> int:
        """How often somebody has answered its invitation with "I don't know this person"."""
        return self._number("strikes")

    @property
    def received(self) -> int:
        """The number of invitations that it has received so far."""
        return self._number("received")

    @property
    def blocked_day(self) -> int | None:
        """The day of its first restriction, or None if there was none."""
        return self._number("blocked_day") or None

    @property
    def restricted(self) -> bool:
        """Whether the member may not invite on the next day."""
        return self._number("restricted_until") > max(self.model.engine.day, 0)

    @property
    def connections(self) -> list["Member"]:
        """The members with whom it is connected, in the order in which they connected."""
        members = self.model.members
        return [members[alter] for alter in self.model.engine.view.connected(self.number)]

    @property
    def bonds(self) -> dict["Member", Bond]:
        """What it knows of each member that it has met or talked to, in the order of meeting."""
        engine, members = self.model.engine, self.model.members
        ties = engine.view.contacts_of(self.number)
        since = engine.day - engine.parameters.society.first_day - ties.last
        columns = (ties.alter, ties.met, ties.talked, since, ties.tie_class)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return {members[alter]: Bond(*numbers) for alter, *numbers in rows}
