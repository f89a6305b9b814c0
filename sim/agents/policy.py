"""What an invite policy is.

A policy says whom a member invites and, as an invitee, whom it accepts. It is a handful of numbers; where numbers are not enough, ``condition`` is a small
function of the bond, the candidate and the day that is compiled into the run and can only narrow down what the numbers allow.
"""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Bond(NamedTuple):
    """What ego knows of alter, as a policy's own function sees it."""

    met: int
    """Encounters face to face."""
    talked: int
    """Encounters online."""
    days_since: int
    """Days since the last encounter; -1 if there was none."""
    tie_class: int
    """0 stranger, 1 online, 2 met once, 3 met often, 4 close."""


class Candidate(NamedTuple):
    """Alter itself, as a policy's own function sees it."""

    number: int
    """The member's number, 0 to N - 1."""
    degree: int
    """Its connections this morning."""
    same_circle: bool
    """Whether ego and alter share a circle."""
    policy: int
    """The place of its policy among the scenario's policies, from 0."""


class InvitePolicy(BaseModel):
    """Whom to invite and whom to accept.

    Parameters
    ----------
    name : str
        The policy's name, in tables and figures.
    share : float
        The part of all members who have it, relative to the other policies' shares.
    contacts, introductions, directory : float
        Where candidates come from, as relative weights: a random contact, a random connection of a random connection, any member.
    min_tie : int
        The lowest tie class that is invited, 0 (stranger) to 4 (close).
    min_acceptance : float
        The lowest own estimate of acceptance, 0 to 1, at which an invitation is sent.
    accepts_from : int
        The lowest tie class whose invitations are accepted, 0 to 4; 5 accepts nobody.
    takes_references : bool
        Whether a common connection opens the door to people below ``accepts_from``.
    condition : callable, optional
        ``condition(bond, candidate, day) -> bool``, compiled; a candidate is invited only where it says yes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, validate_default=True)

    name: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9_-]+$", description="name, in tables and figures")]
    share: Annotated[float, Field(ge=0, allow_inf_nan=False, description="part of all members, relative to the other policies")] = 1.0
    contacts: Annotated[float, Field(ge=0, allow_inf_nan=False, description="weight of own contacts as candidates")] = 0.0
    introductions: Annotated[float, Field(ge=0, allow_inf_nan=False, description="weight of connections of connections as candidates")] = 0.0
    directory: Annotated[float, Field(ge=0, allow_inf_nan=False, description="weight of any member as candidate")] = 0.0
    min_tie: Annotated[int, Field(ge=0, le=4, description="lowest tie class that is invited")] = 0
    min_acceptance: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="lowest own estimate of acceptance")] = 0.0
    accepts_from: Annotated[int, Field(ge=0, le=5, description="lowest tie class that is accepted; 5: nobody")] = 0
    takes_references: Annotated[bool, Field(description="a common connection opens the door")] = False
    condition: Annotated[Callable[[Bond, Candidate, int], bool] | None, Field(exclude=True, repr=False)] = None

    def __init__(self, name: str | None = None, /, **numbers: Any) -> None:
        super().__init__(**({} if name is None else {"name": name}), **numbers)

    @model_validator(mode="after")
    def _has_a_source(self) -> "InvitePolicy":
        if self.contacts + self.introductions + self.directory <= 0:
            raise ValueError("contacts, introductions and directory are all 0: give at least one a weight above 0")
        return self
