"""The settings of the page: the parameters that it offers, and what the user has typed.

The words, range and default of a parameter are those of ``Scenario.parameters()``. This module only
has which parameters the page offers, what it calls them, and the part of the range that a slider
covers. A number field takes the whole range.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..errors import InputError
from ..parameters.kinds import Parameter, plain
from ..parameters.settings import settings_read
from ..plots.captions import spoken
from ..scenario.scenario import Scenario

MOST_MEMBERS = 20_000
"""The most people in a society of the page; ``python -m sim run`` allows more."""


class Offered(NamedTuple):
    """A parameter on the page: its dotted name, its title, and the ends and steps of its slider.

    A step of 0 means that there is no slider.
    """

    name: str
    title: str
    low: float = 0
    high: float = 1
    step: float = 1


PEOPLE = (
    Offered("members", "Members", 50, 2_000, 50),
    Offered("days", "Days", 30, 730, 5),
    Offered("meeting.rate", "Meetings a day", 0, 2, 0.05),
    Offered("meeting.team", "Meetings within the team", 0, 0.275, 0.025),
    Offered("society.activity_sigma", "Spread of activity", 0, 2.5, 0.1),
)
INVITING = (
    Offered("inviting.per_day", "Invitations a day", 0, 5, 0.1),
    Offered("answering.looks", "Visits in 21 days", 0, 20, 0.5),
    Offered("answering.accept", "Chances of accepting, stranger to close", step=0),
    Offered("answering.reserve", "Reserve towards others", 0, 3.5, 0.05),
    Offered("answering.reference_lift", "Lift by a reference", 0, 2.5, 0.05),
)
RULE = (
    Offered("platform.preset", "The platform’s rule"),
    Offered("platform.limit", "“I don’t know” until blocked", 1, 20, 1),
    Offered("platform.restriction_days", "Days blocked", 1, 60, 1),
    Offered("answering.idk_click", "Chance of “I don’t know”", 0, 0.3, 0.01),
)
"""The parameters that can differ between the two worlds."""
SEED = Offered("seed", "Seed", 1, 100, 1)
REMEMBERING = (
    Offered("answering.memory_days", "Days a memory lasts", 10, 730, 10),
    Offered("society.veto", "Chance of not wanting somebody", 0, 0.1, 0.01),
)
NOTES = (
    Offered("answering.note_lift", "Lift by a note", 0, 3, 0.1),
    Offered("platform.notes_per_month", "Notes in 30 days", 0, 30, 1),
    Offered("answering.ask_answered", "Chance that a question is answered", 0, 1, 0.04),
)
RANK = (Offered("answering.rank_slope", "Reserve towards lower ranks", 0, 3, 0.1),)
HELP = (
    Offered("helping.need_rate", "Chance of needing help on a day", 0, 0.3, 0.01),
    Offered("helping.able", "Chance of being able to help", 0, 0.1, 0.005),
    Offered("helping.refer", "Chance of a referral", 0, 1, 0.05),
    Offered("helping.givers", "Share of givers", 0, 1, 0.05),
    Offered("helping.takers", "Share of takers", 0, 1, 0.05),
    Offered("helping.floor", "Lowest reputation wanted", 0, 0.5, 0.05),
)
MOVING = (
    Offered("society.arrivals", "Arrivals a day", 0, 5, 0.1),
    Offered("society.leave", "Chance of leaving on a day", 0, 0.01, 0.0005),
)
OF_PRESET = ("platform.limit", "platform.restriction_days")
"""The parameters that are reset when a preset is chosen."""


@dataclass(frozen=True)
class Settings:
    """A scenario, and what was typed on the page to change it.

    Attributes
    ----------
    base : Scenario
        The values of all parameters for which nothing was typed.
    typed : mapping
        The text in the field of a parameter, by dotted name.
    """

    base: Scenario
    typed: Mapping[str, str] = field(default_factory=dict)

    def changed(self, name: str, text: str) -> "Settings":
        """Return settings with another text for a parameter.

        If a preset is chosen, the parameters that it sets itself are also reset.
        """
        kept = {
            other: old
            for other, old in self.typed.items()
            if name != "platform.preset" or other not in OF_PRESET
        }
        return replace(self, typed={**kept, name: text.strip()})

    def scenario(self) -> Scenario:
        """Return the scenario.

        Raises
        ------
        InputError
            For the first text that is not valid.
        """
        chosen = self.base.replace(
            settings_read(f"{name}={self._plain(name)}" for name in self.typed)
        )
        if chosen.most_members > MOST_MEMBERS:
            raise InputError(
                f"members: too many for the page (got {chosen.most_members}); "
                f"must be {MOST_MEMBERS} or less"
            )
        return chosen

    def _plain(self, name: str) -> str:
        """Return the text for a parameter, with a number as Python writes it."""
        kind, text = described(name, self.base).type, self.typed[name]
        if kind == "5 floats":
            return text if text.startswith("[") else f"[{text}]"
        if not kind.startswith(("int", "float")):
            return text
        try:
            return number_text(text, whole=kind.startswith("int"))
        except InputError as error:
            raise InputError(f"{name}: {error}") from None

    def mistakes(self) -> dict[str, str]:
        """Return what is wrong with what was typed.

        Returns
        -------
        dict
            For each wrong parameter one line; under "" what is wrong with the whole.
        """
        wrong = {}
        for name, text in self.typed.items():
            try:
                replace(self, typed={name: text}).scenario()
            except InputError as error:
                line = str(error).removeprefix(f"{name}: ")
                if name == "members":
                    line = line.replace(str(described(name, self.base).high), str(MOST_MEMBERS))
                wrong[name] = line if text else "empty; must be a number or a word"
        if not wrong:
            try:
                self.scenario()
            except InputError as error:
                wrong[""] = str(error)
        return wrong

    def shown(self, name: str, valid: Scenario) -> str:
        """Return the text in a parameter's field: what was typed, or else the scenario's value."""
        return self.typed[name] if name in self.typed else written(value_of(valid, name))


def number_text(text: str, *, whole: bool) -> str:
    """Return a number as Python writes it, and any other text unchanged.

    Parameters
    ----------
    text : str
        A number as people type it.
    whole : bool
        Whether the number must be whole. Only then can commas separate thousands, as on the page;
        otherwise a single comma is a decimal comma.

    Raises
    ------
    InputError
        If the text can be read as two different numbers.

    Examples
    --------
    >>> number_text("1,000", whole=True), number_text("0,125", whole=False)
    ('1000', '0.125')
    """
    thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2}((,\d{3})+|(\.\d{3})+)", text)
    if thousands and whole and "," in text:
        return text.replace(",", "")
    if thousands and len(re.findall("[.,]", text)) == 1 and (whole or "," in text):
        small, large = text.replace(",", ".").rstrip("0").rstrip("."), re.sub("[.,]", "", text)
        raise InputError(
            f"can be read in two ways (got {text}); must be {small} or {large}, without a separator"
        )
    return text.replace(",", ".") if re.fullmatch(r"[+-]?\d*,\d+", text) else text


def described(name: str, scenario: Scenario) -> Parameter:
    """Return the entry of a parameter in ``Scenario.parameters()``."""
    parts = name.split(".")
    general = (
        f"policies.NAME.{parts[2]}"
        if parts[0] == "policies" and parts[1] in scenario.policies
        else name
    )
    return next(parameter for parameter in Scenario.parameters() if parameter.name == general)


def help_text(name: str, scenario: Scenario) -> str:
    """Return what a parameter means and which values are valid."""
    parameter = described(name, scenario)
    if parameter.low is None or parameter.high is None:
        return parameter.description
    high = MOST_MEMBERS if name == "members" else parameter.high
    end = f"to {high:,.10g}" if high < 1e6 else "or more"
    return f"{parameter.description}; {parameter.low:,g} {end}"


def value_of(scenario: Scenario, name: str) -> Any:
    """Return the value of a parameter by its dotted name."""
    value: Any = scenario
    for part in name.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def written(value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, tuple):
        return ", ".join(plain(each) for each in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else value if isinstance(value, str) else plain(value)


def groups(scenario: Scenario) -> dict[str, Sequence[Offered]]:
    """Return the parameters of the first world, by their titles on the page."""
    return {
        "People": [*PEOPLE, *shares(scenario)],
        "Inviting and answering": INVITING,
        "The platform": [*RULE, SEED],
    }


def more(scenario: Scenario) -> dict[str, Sequence[Offered]]:
    """Return the parameters of the mechanisms that most scenarios do not use, by their titles."""
    notes, asking, courting = (
        _of_policies(scenario, part, title)
        for part, title in (
            ("notes", "Sends notes"),
            ("asks_first", "Asks first"),
            ("courts", "Courts rank"),
        )
    )
    return {
        "Memory and vetoes": REMEMBERING,
        "Notes and questions": [*notes, *NOTES[:2], *asking, *NOTES[2:]],
        "Rank": [*RANK, *courting],
        "Help": HELP,
        "Coming and going": MOVING,
    }


def used(offered: Sequence[Offered], scenario: Scenario) -> bool:
    """Return whether a scenario has another value than the default for one of the parameters."""
    return any(
        value_of(scenario, one.name) != described(one.name, scenario).default for one in offered
    )


def shares(scenario: Scenario) -> list[Offered]:
    """Return the shares of the scenario's policies as parameters of the page."""
    return _of_policies(scenario, "share", "Share", 0, 5, 0.25)


def _of_policies(scenario: Scenario, part: str, title: str, *slider: float) -> list[Offered]:
    """Return a parameter of policies, once for each policy."""
    return [
        Offered(f"policies.{name}.{part}", f"{title}: {spoken(name)}", *slider)
        for name in scenario.policies
    ]
