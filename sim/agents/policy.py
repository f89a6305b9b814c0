"""An invite policy: whom a member invites, and whom it accepts.

A policy is a handful of numbers. Where numbers are not enough, a policy also has a ``condition``, a
small function of the bond, the candidate and the day. It is compiled into the run. It can only
refuse candidates whom the numbers allow.
"""

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from ..errors import InputError
from ..parameters.kinds import (
    Expected,
    FixedDict,
    Flag,
    Float,
    Integer,
    Name,
    NamedSection,
    OrNone,
    PerClass,
    PerDay,
    Probability,
    Unit,
    expected,
    with_name,
)

MOST_WEIGHT = 1e9
"""The largest weight of a share or a source; weights are relative to each other."""

SOURCES = ("contacts", "introductions", "directory", "popular")
"""Where candidates come from."""
NOBODY = 5
"""The ``accepts_from`` of a policy that accepts nobody."""
Weight = Annotated[Float, Field(ge=0, le=MOST_WEIGHT), Unit("weight")]


class Bond(NamedTuple):
    """What a member (ego) knows of another (alter), as a policy's own function sees it."""

    met: int
    """Encounters face to face."""
    talked: int
    """Encounters online."""
    days_since: int
    """Days since the last encounter; -1 if there was none."""
    tie_class: int
    """0 stranger, 1 online, 2 met once or twice, 3 met often, 4 close."""


class Candidate(NamedTuple):
    """The member who may be invited (alter), as a policy's own function sees it."""

    number: int
    """The member's number, 0 to N - 1."""
    degree: int
    """Its connections this morning."""
    same_circle: bool
    """Whether ego and alter are in the same circle."""
    policy: int
    """The place of the candidate's policy among the scenario's policies, from 0."""


class InvitePolicy(NamedSection):
    """Whom a member invites and whom it accepts.

    Parameters
    ----------
    name : str
        The policy's name, in tables and figures.
    share : float
        The part of all members who have this policy, relative to the shares of the others.
    contacts, introductions, directory, popular : float
        Where candidates come from, as relative weights: a random contact, a random connection of a
        random connection, any member, a member with a chance in proportion to its connections.
    min_tie : int
        The lowest tie class that is invited, 0 (stranger) to 4 (close).
    min_acceptance : float
        The lowest chance of acceptance, 0 to 1, at which a member invites, by its own estimate.
    caution : float
        On a platform with a limit of strikes: each strike raises ``min_acceptance`` by
        ``caution / limit``. So a member is the more careful the nearer it is to a restriction.
    invites_references : bool
        Whether connections of connections are also invited below ``min_tie``.
    courts : bool
        Whether the eligible candidate of the highest rank is invited, and not the first one found.
    notes : bool
        Whether a note that says where they met goes with invitations to people who may have
        forgotten it: those whose chance of recognising the inviter is above 0 and at most
        ``inviting.note_below``.
    asks_first : bool
        Whether members ask people they know, outside the platform, before they invite them. Only a
        yes leads to an invitation, which is then accepted.
    per_day : float, optional
        Attempts to invite that a member of activity 1 makes a day; None: ``inviting.per_day``.
    alike : bool
        Whether all members of the policy make the attempts of a member of activity 1.
    accepts_from : int
        The lowest tie class accepted readily, 0 (stranger) to 4 (close). Lower ones are accepted
        less readily (``answering.reserve``). With 5 nobody is accepted.
    takes_references : bool
        Whether a connection in common makes acceptance likelier, by ``answering.reference_lift``;
        this also holds below ``accepts_from``.
    appeals : float
        The chance, 0 to 1, that a member who is limited or restricted appeals, where the platform
        lets appeals succeed.
    accept : sequence of five floats, optional
        The policy's own chances of accepting, by tie class; None: those of ``answering.accept``.
    condition : callable, optional
        ``condition(bond, candidate, day) -> bool``, compiled; a candidate is invited only where it
        returns True. It draws no random numbers; docs/guide.md describes what it may do.

    Raises
    ------
    InputError
        A number is wrong; the error is one line that says which, what is expected, and what was
        given.

    Examples
    --------
    A policy that invites people from the directory, but readily accepts only those it has met:

    >>> import sim
    >>> careful = sim.InvitePolicy("careful", directory=1, accepts_from=2)
    >>> scenario = sim.Scenario(members=100, days=30, policies=[careful])
    >>> scenario.policies["careful"].accepts_from
    2
    """

    name: Name
    """name, in tables and figures"""
    share: Weight = 1.0
    """part of all members, relative to the other policies"""
    contacts: Weight = 0.0
    """weight of a random contact as candidate"""
    introductions: Weight = 0.0
    """weight of a random connection of a random connection as candidate"""
    directory: Weight = 0.0
    """weight of a random member of all as candidate"""
    popular: Weight = 0.0
    """weight of a member drawn in proportion to its connections as candidate"""
    min_tie: Annotated[Integer, Field(ge=0, le=4), Unit("tie class")] = 0
    """lowest tie class that is invited, from 0 (stranger) to 4 (close)"""
    min_acceptance: Probability = 0.0
    """lowest chance of acceptance, as the member estimates it, at which it sends an invitation"""
    caution: Annotated[Float, Field(ge=0, le=100), Unit("probability")] = 0.0
    """how much min_acceptance rises, in equal steps, from no strike up to the limit of strikes"""
    invites_references: Flag = False
    """whether people found by introductions are invited even if they are below min_tie"""
    courts: Flag = False
    """whether an attempt looks at all its candidates and invites the eligible one of the highest
    rank"""
    notes: Flag = False
    """whether a note that says where the two met goes with invitations to people whose chance of
    recognising the inviter is above 0 and at most inviting.note_below"""
    asks_first: Flag = False
    """whether people whom the member knows are asked first, and invited only if they say yes"""
    per_day: Annotated[PerDay | None, OrNone("that of inviting.per_day")] = None
    """mean number of attempts to invite by a member of activity 1"""
    alike: Flag = False
    """whether attempts do not depend on activity: all members of the policy make as many as a
    member of activity 1"""
    accepts_from: Annotated[Integer, Field(ge=0, le=5), Unit("tie class")] = 0
    """lowest tie class that is accepted without answering.reserve; 5: nobody is accepted"""
    takes_references: Flag = False
    """whether a connection in common makes accepting more likely, also for people below
    accepts_from"""
    accept: Annotated[
        PerClass | None,
        Unit("probability"),
        Expected("five numbers from 0 to 1, stranger to close"),
        OrNone("those of answering.accept"),
    ] = None
    """chances of accepting by members of this policy, by tie class"""
    appeals: Probability = 1.0
    """chance that a member who is limited or restricted appeals, if platform.appeal_success is
    above 0"""
    condition: Annotated[
        Callable[[Bond, Candidate, int], bool] | None,
        Field(exclude=True, repr=False),
        Expected("a function of (bond, candidate, day)"),
        SkipJsonSchema(),
    ] = None

    def __init__(self, name: str | None = None, /, **numbers: Any) -> None:
        super().__init__(**with_name(name, numbers))

    @field_validator("name")
    @classmethod
    def _apart(cls, name: str) -> str:
        if name == "all":
            raise ValueError(expected("another name, as that is the row for everybody", name))
        return name

    @model_validator(mode="after")
    def _has_a_source(self) -> "InvitePolicy":
        if sum(getattr(self, source) for source in SOURCES) <= 0:
            raise InputError(
                "contacts: 0, as are introductions, directory and popular; "
                "must be above 0 for at least one of the four"
            )
        return self


class Policies(FixedDict[InvitePolicy]):
    """The policies of a scenario by their names: a dict that can't be changed."""

    what, change = "policies", "'policies.everyone.share': 2"
