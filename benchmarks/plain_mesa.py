"""The same model as a good user of plain Mesa would write it: the yardstick of ``make bench``.

Agents with dictionaries, lists and sets, Python's own random numbers, one method a phase, and every
agent acting at once when its turn comes. The rules are those of ``docs/rules.md`` but for two
things that this way of writing brings with it: agents act one after another, in a shuffled order
and see what those before them did, and a random number belongs to no one in particular, so two runs
that differ in one rule share nothing. The end states agree on average, not run by run;
``tests/test_plain_mesa.py`` holds that they do.
"""

import itertools
import math
from collections import defaultdict
from typing import Any

import mesa

from benchmarks.plain_member import Invitation, Member
from sim import InvitePolicy, Scenario


class PlainModel(mesa.Model):  # type: ignore[misc]
    """A society on a platform; one step is one day."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(rng=scenario.seed)
        if scenario.meeting.contacts is not None:
            raise ValueError(
                f"meeting.contacts = {scenario.meeting.contacts}: "
                "plain Mesa draws its meetings; leave it out"
            )
        self.world = scenario
        self.day = 0
        self.sent = self.connections = self.blocked = 0
        self.due: dict[int, list[Invitation]] = defaultdict(list)
        self.expiring: dict[int, list[Invitation]] = defaultdict(list)
        self.totals: list[dict[str, Any]] = []
        """A row per day: invitations sent so far, connections, members restricted at least once."""
        policies = self.deal()
        self.members = [Member(self, number, *policy) for number, policy in enumerate(policies)]
        size = scenario.society.circle_size
        self.circles = [
            self.members[first : first + size] for first in range(0, scenario.members, size)
        ]
        self.teams: dict[tuple[int, int], list[Member]] = defaultdict(list)
        for member in self.members:
            self.teams[member.team].append(member)
        for day in range(1 - scenario.history_days, 1):
            self.day = day
            self.agents.shuffle_do("meet")

    def deal(self) -> list[tuple[InvitePolicy, int]]:
        """Return a policy for every member, in exact shares and random order."""
        dealt: list[tuple[InvitePolicy, int]] = []
        up_to = itertools.accumulate(self.world.shares().values())
        for place, (policy, share) in enumerate(
            zip(self.world.policies.values(), up_to, strict=True)
        ):
            dealt += [(policy, place)] * (round(self.world.members * share) - len(dealt))
        self.random.shuffle(dealt)
        return dealt

    def step(self) -> None:
        """Simulate a day."""
        self.day += 1
        self.agents.shuffle_do("meet")
        self.note_room()
        self.agents.shuffle_do("invite")
        self.note_room()
        for invitation in self.due.pop(self.day, ()):
            if invitation.outcome is None:
                invitation.alter.answer(invitation)
        for invitation in self.expiring.pop(self.day, ()):
            if invitation.outcome is None:
                self.withdraw(invitation)
        self.agents.do("enforce")
        self.totals.append(
            {
                "day": self.day,
                "invitations": self.sent,
                "connections": self.connections,
                "blocked": self.blocked,
            }
        )

    def note_room(self) -> None:
        """Note who has room for a connection: a phase applies the cap as of its beginning."""
        if self.world.platform.max_connections is not None:
            for member in self.agents:
                member.had_room = member.has_room()

    def withdraw(self, invitation: Invitation) -> None:
        """Withdraw an invitation that has waited too long."""
        lock = self.world.inviting.lock_days
        invitation.ego.locked_until[invitation.alter] = (
            math.inf if lock is None else self.day + lock
        )
        invitation.ego.conclude(invitation, "ignored")


def run(scenario: Scenario, days: int | None = None) -> PlainModel:
    """Run the plain model for the scenario's days, or fewer."""
    model = PlainModel(scenario)
    for _ in range(scenario.days if days is None else days):
        model.step()
    return model
