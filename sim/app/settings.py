"""The settings of the page: which parameters it offers, and what of the scenario the user has changed.

A parameter's words, range and default are those of ``Scenario.parameters()``; here stands only which of them people ask about, what they
are called on the page, and over which part of the range a slider goes. A number field takes the whole range.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..errors import InputError
from ..parameters.kinds import Parameter, plain
from ..parameters.settings import settings_read
from ..plots.captions import spoken
from ..scenario.scenario import Scenario

MOST_MEMBERS = 20_000
"""People in a society of the page; more are simulated by ``python -m sim run``."""


class Offered(NamedTuple):
    """A parameter on the page: its dotted name, what it is called, and the slider's ends and steps."""

    name: str
    title: str
    low: float = 0
    high: float = 1
    step: float = 1


OFFERED = (
    Offered("members", "Members", 50, 2_000, 50),
    Offered("days", "Days", 30, 730, 5),
    Offered("meeting.rate", "Meetings a day", 0, 2, 0.05),
    Offered("inviting.per_day", "Invitations a day", 0, 5, 0.1),
)
RULE = (
    Offered("platform.preset", "The platform’s rule"),
    Offered("platform.limit", "“I don’t know” until blocked", 1, 20, 1),
    Offered("platform.restriction_days", "Days blocked", 1, 60, 1),
    Offered("answering.idk_click", "Chance of “I don’t know”", 0, 0.3, 0.01),
)
"""What can differ between the two worlds."""
SEED = Offered("seed", "Seed", 1, 100, 1)
OF_PRESET = ("platform.limit", "platform.restriction_days")
"""What another preset sets anew."""


@dataclass(frozen=True)
class Settings:
    """What was typed on the page, on top of a scenario.

    Attributes
    ----------
    base : Scenario
        What holds where nothing was typed.
    typed : mapping
        From a dotted name to what stands in its field.
    """

    base: Scenario
    typed: Mapping[str, str] = field(default_factory=dict)

    def changed(self, name: str, text: str) -> "Settings":
        """Take in what was typed for a parameter; another preset brings its own numbers."""
        kept = {
            other: old
            for other, old in self.typed.items()
            if name != "platform.preset" or other not in OF_PRESET
        }
        return replace(self, typed={**kept, name: text.strip()})

    def scenario(self) -> Scenario:
        """Give the scenario.

        Raises
        ------
        InputError
            At the first thing typed that does not fit.
        """
        chosen = self.base.replace(
            settings_read(f"{name}={self._plain(name)}" for name in self.typed)
        )
        if chosen.members > MOST_MEMBERS:
            raise InputError(
                f"members: too many for the page (got {chosen.members}); must be {MOST_MEMBERS} or less"
            )
        return chosen

    def _plain(self, name: str) -> str:
        """Return what was typed for a parameter, a number as Python writes it."""
        kind, text = described(name, self.base).type, self.typed[name]
        if not kind.startswith(("int", "float")):
            return text
        try:
            return number_text(text, whole=kind.startswith("int"))
        except InputError as error:
            raise InputError(f"{name}: {error}") from None

    def mistakes(self) -> dict[str, str]:
        """Give what is wrong with each parameter that was typed, as one line each; under "" what is wrong with all together."""
        wrong = {}
        for name, text in self.typed.items():
            try:
                replace(self, typed={name: text}).scenario()
            except InputError as error:
                said = str(error).removeprefix(f"{name}: ")
                if name == "members":
                    said = said.replace(str(described(name, self.base).high), str(MOST_MEMBERS))
                wrong[name] = said if text else "nothing there; must be a number or a word"
        if not wrong:
            try:
                self.scenario()
            except InputError as error:
                wrong[""] = str(error)
        return wrong

    def shown(self, name: str, valid: Scenario) -> str:
        """Give what stands in a parameter's field: what was typed, else the value of the scenario."""
        return self.typed[name] if name in self.typed else written(value_of(valid, name))


def number_text(text: str, *, whole: bool) -> str:
    """Return a number that people typed as Python writes it, and all other text as it is.

    Parameters
    ----------
    text : str
    whole : bool
        Whether the number is a whole one: only then commas can part thousands, as the page writes
        them. One comma is else a decimal one.

    Raises
    ------
    InputError
        The text can be read as two numbers.

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
    """Find a parameter's words and range in the scenario's own table."""
    parts = name.split(".")
    general = (
        f"policies.NAME.{parts[2]}"
        if parts[0] == "policies" and parts[1] in scenario.policies
        else name
    )
    return next(parameter for parameter in Scenario.parameters() if parameter.name == general)


def help_text(name: str, scenario: Scenario) -> str:
    """Write what a parameter stands for and which values are right."""
    parameter = described(name, scenario)
    if parameter.low is None or parameter.high is None:
        return parameter.description
    high = MOST_MEMBERS if name == "members" else parameter.high
    return f"{parameter.description}; {parameter.low:,g} {f'to {high:,.10g}' if high < 1e6 else 'or more'}"


def value_of(scenario: Scenario, name: str) -> Any:
    """Give the value of a parameter by its dotted name."""
    value: Any = scenario
    for part in name.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def written(value: Any) -> str:
    """Write a value as it is typed."""
    return "none" if value is None else value if isinstance(value, str) else plain(value)


def shares(scenario: Scenario) -> list[Offered]:
    """List the shares of the scenario's policies as parameters of the page."""
    return [
        Offered(f"policies.{name}.share", f"Share: {spoken(name)}", 0, 5, 0.25)
        for name in scenario.policies
    ]
