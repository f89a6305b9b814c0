"""An answering habit: how some members answer, whatever policy they invite by.

So what inviting does can be told from what accepting does. A habit has a share of all members; the
others answer as their policies say.
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
    """How some members answer; a number that it does not have is that of the member's policy.

    Parameters
    ----------
    name : str
        The habit's name, in tables.
    share : float
        The part of all members who have this habit, 0 to 1.
    accepts_from : int, optional
        The lowest tie class accepted readily, 0 to 4, others less readily; 5 accepts nobody.
    takes_references : bool, optional
        Whether a connection in common makes acceptance likelier.
    accept : sequence of five floats, optional
        Chances of accepting, by class; None: the policy's, or ``answering.accept``.
    idk_click : float, optional
        Chance of the click, 0 to 1; None: ``answering.idk_click``.

    Raises
    ------
    InputError
        With one line: which number, what is expected, and what was given.

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
    """part of all members; the rest answers as its policy says"""
    accepts_from: Annotated[
        Annotated[Integer, Field(ge=0, le=5)] | None,
        Unit("tie class"),
        OrNone("as the policy"),
    ] = None
    """lowest tie class accepted without the reserve; 5: nobody is accepted"""
    takes_references: Annotated[Flag | None, OrNone("as the policy")] = None
    """a connection in common makes it accept more readily"""
    accept: Annotated[
        PerClass | None,
        Unit("probability"),
        Expected("five numbers from 0 to 1, stranger to close"),
        OrNone("as the policy, or answering.accept"),
    ] = None
    """chances of accepting, by class"""
    idk_click: Annotated[Probability | None, OrNone("answering.idk_click")] = None
    """if it has neither recognised nor accepted, it clicks 'I don't know'"""

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
