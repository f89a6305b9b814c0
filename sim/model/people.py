"""All members as Mesa sees them: a set that nobody joins or leaves."""

from collections.abc import Iterable
from typing import Any, Never

from mesa.agentset import _HardKeyAgentSet

from ..errors import InputError
from .member import Member

FIXED = "can't be changed, nobody joins or leaves a society; must stay the model's own members"


class People(_HardKeyAgentSet):  # type: ignore[misc]
    """The members of a model; what is selected of them is a set of its own, as in Mesa."""

    def _refused(self, *given: Any, **named: Any) -> Never:
        raise InputError(f"agents: {FIXED} (a selection of them, model.agents.select(...), can be)")

    add = discard = remove = _refused

    def _update(self, agents: Iterable[Member]) -> "People":
        """Take another order; refuse to leave members out (``select(..., inplace=True)``)."""
        members = list(agents)
        if len(members) != len(self):
            self._refused()
        super()._update(members)
        return self
