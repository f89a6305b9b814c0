"""All members as a Mesa ``AgentSet`` that can't be changed."""

from collections.abc import Iterable
from typing import Any, Never

from mesa.agentset import _HardKeyAgentSet

from ..errors import InputError
from .member import Member

FIXED = (
    "can't be changed, only the scenario lets members arrive or leave; "
    "must stay the model's own members"
)


class People(_HardKeyAgentSet):  # type: ignore[misc]
    """The members of a model; selecting some of them makes a new set, as in Mesa."""

    def _refused(self, *given: Any, **named: Any) -> Never:
        raise InputError(f"agents: {FIXED} (a selection of them, model.agents.select(...), can be)")

    add = discard = remove = _refused

    def _update(self, agents: Iterable[Member]) -> "People":
        """Change the order; raise an ``InputError`` if members are left out.

        ``select(..., inplace=True)`` may leave members out.
        """
        members = list(agents)
        if len(members) != len(self):
            self._refused()
        super()._update(members)
        return self
