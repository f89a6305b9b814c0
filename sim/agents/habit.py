"""An answering habit: how some members answer invitations, whatever policy they invite by.

Habits make it possible to separate the effect of how members invite from the effect of how they
answer. Each habit has a share of all members. Members without a habit answer as their policies say.
"""

from typing import Annotated, Any

from pydantic import Field, field_validator

from ..parameters.kinds import (
    Expected,
    FixedDict,
    Flag,
    Integer,
    Name,
    NamedSection,
    OrNone,
    PerClass,
    Probability,
    Unit,
    expected,
    with_name,
)


class Habit(NamedSection):
    """How some members answer.

    Where a value is None, the value of the member's policy is used, or else that of the scenario.

    Parameters
    ----------
    name : str
        The habit's name, in tables.
    share : float
        The part of all members who have this habit, 0 to 1.
    accepts_from : int, optional
        The lowest tie class accepted readily, 0 (stranger) to 4 (close); lower ones are accepted
        less readily. With 5 nobody is accepted.
    takes_references : bool, optional
        Whether a connection in common makes acceptance likelier.
    accept : sequence of five floats, optional
        Chances of accepting, by tie class; None: those of the policy, or ``answering.accept``.
    idk_click : float, optional
        Chance, 0 to 1, of a click on "I don't know this person" by a member who has neither
        recognised nor accepted the inviter; None: ``answering.idk_click``.

    Raises
    ------
    InputError
        A number is wrong; the error is one line that says which, what is expected, and what was
        given.

    Examples
    --------
    Open networkers, who accept anybody and never click:

    >>> import sim
    >>> open_networker = sim.Habit("open", share=0.2, accepts_from=0, idk_click=0)
    >>> scenario = sim.Scenario(habits=[open_networker])
    >>> scenario.habits["open"].share
    0.2
    """

    name: Name
    """name, in tables"""
    share: Annotated[Probability, Unit("share")] = 0.0
    """part of all members who have this habit; the others answer as their policies say"""
    accepts_from: Annotated[
        Annotated[Integer, Field(ge=0, le=5)] | None,
        Unit("tie class"),
        OrNone("as in the policy"),
    ] = None
    """lowest tie class that is accepted without answering.reserve; 5: nobody is accepted"""
    takes_references: Annotated[Flag | None, OrNone("as in the policy")] = None
    """whether a connection in common makes accepting more likely"""
    accept: Annotated[
        PerClass | None,
        Unit("probability"),
        Expected("five numbers from 0 to 1, stranger to close"),
        OrNone("as in the policy, or answering.accept"),
    ] = None
    """chances of accepting, by tie class"""
    idk_click: Annotated[Probability | None, OrNone("answering.idk_click")] = None
    """chance of a click on 'I don't know' by an invitee with this habit who has neither recognised
    nor accepted the inviter"""

    def __init__(self, name: str | None = None, /, **numbers: Any) -> None:
        super().__init__(**with_name(name, numbers))

    @field_validator("name")
    @classmethod
    def _apart(cls, name: str) -> str:
        if name == "none":
            raise ValueError(expected("another name, as that stands for no habit", name))
        return name


class Habits(FixedDict[Habit]):
    """The habits of a scenario by their names: a dict that can't be changed."""

    what, change = "habits", "'habits.lion.share': 0.1"


LION = Habit("lion", share=0.03, accepts_from=0, idk_click=0.0)
"""LinkedIn open networkers: they accept anybody and never click; the share is an assumption."""
HABITS: dict[str, Habit] = {"lion": LION}
"""The built-in habits by name; no scenario has one unless it is asked for."""
