"""The scenario: everything that a run depends on.

Each parameter is declared once, in its section: ``society``, ``meeting``, ``inviting``,
``answering``, ``helping``, ``platform``, or here; a policy's in ``agents.policy``, a habit's in
``agents.habit``. The TOML file, the command line, the page, the JSON schema and the reference table
of the docs come from these declarations.
"""

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self, cast

import tomli_w
from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)

from ..agents import POLICIES, Habit, InvitePolicy
from ..agents.habit import Habits
from ..agents.policy import Policies
from ..errors import InputError
from ..files import atomic_write
from ..parameters.checks import by_name, toml_read
from ..parameters.kinds import Integer, OrNone, Parameter, Section, Unit, expected, unset
from . import overrides
from .answering import Answering
from .helping import Helping
from .inviting import Inviting
from .limits import LONGEST as LONGEST
from .limits import MOST_HABITS, MOST_POLICIES
from .meeting import Meeting
from .platform import Platform
from .society import Society

DIGITS = "^[0-9]{1,20}$"
"""A seed as a text of its digits, as some TOML readers have no whole number above 2**63 - 1."""


def _digits(value: Any) -> Any:
    """Read a number that is written as a string of its digits."""
    return int(value) if isinstance(value, str) and re.fullmatch(DIGITS, value) else value


def _or_unset(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Check a number; ``None`` stays, as a value of a study may be."""
    return None if value is None else check(value)


class Scenario(Section):
    """What to simulate.

    Parameters
    ----------
    members : int
        People in the society, 2 or more; with ``meeting.contacts`` it is the number of people in
        the log.
    days : int, optional
        Days that the platform is open, 1 or more. Not given, or ``None``: 365; but a run whose
        meetings come from a log that does not repeat ends with the log (see `lasts_as_log`).
    seed : int
        0 to 2**64 - 1, or the same as a string of digits.
    policies : mapping
        From a policy's name to its share (for a built-in one), to an ``InvitePolicy`` or to its
        numbers. Shares are normalised.
    habits : mapping
        Answering habits: from a name to a ``Habit``, to its numbers, or to the share of a built-in
        one. Shares are of all members; the others answer as their policies say.
    society, meeting, inviting, answering, helping, platform : mapping or section
        The other parameters.

    Raises
    ------
    InputError
        With one line: the dotted name, what is expected, and what was given.
    """

    members: Annotated[Integer, Field(ge=2, le=2**28), Unit("members")] = 1_000
    """people in the society"""
    days: Annotated[
        Integer,
        Field(
            ge=1,
            le=LONGEST,
            json_schema_extra={"type": ["integer", "string"], "pattern": "^none$"},
        ),
        WrapValidator(_or_unset),
        Unit("days"),
        OrNone("the days of a log that does not repeat, else 365"),
    ] = 365
    """days that the platform is open"""
    seed: Annotated[
        Integer,
        Field(
            ge=0, le=2**64 - 1, json_schema_extra={"type": ["integer", "string"], "pattern": DIGITS}
        ),
        BeforeValidator(_digits),
    ] = 1
    """seed of all random draws"""
    society: Society = Society()
    meeting: Meeting = Meeting()
    inviting: Inviting = Inviting()
    answering: Answering = Answering()
    helping: Helping = Helping()
    platform: Platform = Platform()
    policies: dict[str, InvitePolicy] = Field(default_factory=lambda: dict(POLICIES))
    habits: dict[str, Habit] = Field(default_factory=dict)

    def __init__(self, /, **parameters: Any) -> None:
        overrides.check_names(type(self), parameters)
        if unset(parameters.get("days", 0)):
            del parameters["days"]
        super().__init__(**parameters)

    @field_validator(*overrides.NAMED, mode="before")
    @classmethod
    def _named(cls, given: Any, about: ValidationInfo) -> Any:
        group = overrides.NAMED[about.field_name or ""]
        if isinstance(given, group.section):
            given = [given]
        if isinstance(given, list | tuple) and all(
            isinstance(each, group.section) for each in given
        ):
            names = [each.name for each in given]
            if len(set(names)) < len(names):
                raise ValueError(
                    f"two of one name (got {', '.join(names)}); must be different names"
                )
            given = dict(zip(names, given, strict=True))
        if not isinstance(given, Mapping):
            right = f"a mapping from names to shares or to {about.field_name}"
            raise ValueError(expected(right, given))
        return {str(name): group.given(str(name), each) for name, each in given.items()}

    @field_validator("policies")
    @classmethod
    def _dealt(cls, policies: dict[str, InvitePolicy]) -> dict[str, InvitePolicy]:
        if not sum(policy.share for policy in policies.values()) > 0:
            raise ValueError("the shares are all 0; must be above 0 for at least one policy")
        if len(policies) > MOST_POLICIES:
            raise ValueError(expected(f"{MOST_POLICIES} or fewer", len(policies)))
        return Policies(policies)

    @field_validator("habits")
    @classmethod
    def _fit(cls, habits: dict[str, Habit]) -> dict[str, Habit]:
        total = sum(habit.share for habit in habits.values())
        if total > 1 + 1e-9:  # as sums of shares are rounded
            raise ValueError(f"the shares add up to {total:g}; must be at most 1")
        if len(habits) > MOST_HABITS:
            raise ValueError(expected(f"{MOST_HABITS} or fewer", len(habits)))
        return Habits(habits)

    @model_validator(mode="after")
    def _length(self) -> "Scenario":
        if self.history_days + self.days > LONGEST:
            most, before = LONGEST - self.history_days, self.history_days
            right = f"{most} or less, after {before} days of history"
            raise InputError(f"days: {expected(right, self.days)}")
        return self

    def __eq__(self, other: object) -> bool:
        """Return whether the two have the same parameters, their policies in the same order."""
        return isinstance(other, Scenario) and self._identity() == other._identity()

    def __hash__(self) -> int:
        """Return the same number for equal scenarios."""
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        return (
            *(tuple(value.items()) if isinstance(value, dict) else value for _, value in self),
            self.lasts_as_log,
        )  # policies are dealt in their order

    @property
    def days_given(self) -> bool:
        """Whether ``days`` was given, or is the default."""
        return "days" in self.model_fields_set

    @property
    def lasts_as_log(self) -> bool:
        """Whether a run ends with its contact log: ``days`` are not given, and it does not repeat.

        ``days`` are then those of the log as soon as it is read, as ``members`` are its people.
        """
        meeting = self.meeting
        return bool(meeting.contacts) and not meeting.repeat_log and not self.days_given

    @property
    def history_days(self) -> int:
        """Days of meetings before the platform opens: a log has none."""
        return 0 if self.meeting.contacts else self.meeting.history_days

    @property
    def most_members(self) -> int:
        """The most members that there can be on the last day."""
        return self.members + math.ceil(self.society.arrivals) * self.days

    def shares(self) -> dict[str, float]:
        """Return each policy's share, normalised to a sum of 1."""
        total = sum(policy.share for policy in self.policies.values())
        return {name: policy.share / total for name, policy in self.policies.items()}

    def replace(self, changes: Mapping[str, Any]) -> "Scenario":
        """Return a changed copy.

        Another ``platform.preset`` keeps what was set apart from the old one. ``policies`` given as
        a mapping are all the policies that the copy has; a number in it is the share of a policy of
        this scenario or of a built-in one.

        Parameters
        ----------
        changes : mapping
            From dotted names (``"platform.limit"``, ``"policies.everyone.share"``) to new values, a
            section as a whole included.

        Raises
        ------
        InputError
            A name that is not known (with the nearest known one) or a value that does not fit.
        """
        return Scenario(**overrides.changed(self, changes))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a changed copy; the same as ``replace``."""
        return cast(Self, self.replace(update or {}))

    def require(self, name: str) -> None:
        """Raise the ``InputError`` of ``replace`` if this scenario has nothing of a dotted name."""
        overrides.require(self, name)

    @classmethod
    def from_toml(cls, path: str | Path, defaults: Mapping[str, Any] | None = None) -> "Scenario":
        """Read a scenario from a TOML file.

        Parameters
        ----------
        path : str or Path
            The file. A parameter that it does not give is at its default.
        defaults : mapping, optional
            From names to other defaults: ``"members"``, ``"platform.limit"``, ``"policies.mine"``.

        Raises
        ------
        InputError
            With the file's path: it can't be read, is not TOML, or has a name or value that does
            not fit.
        """
        tree = toml_read(path, "a scenario")
        for name, value in by_name(
            "defaults", defaults or {}, "from dotted names to values"
        ).items():
            section, _, last = name.rpartition(".")
            node = tree.setdefault(section, {}) if section else tree
            if isinstance(node, dict):
                node.setdefault(last, value)
        try:
            return cls(**tree)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None

    def to_toml(self, path: str | Path) -> None:
        """Write the scenario, every parameter of it, as a TOML file that ``from_toml`` reads."""
        for policy in self.policies.values():
            if policy.condition is not None:
                raise InputError(
                    f"policies.{policy.name}.condition: a Python function; "
                    "must be kept in a script, TOML can't hold it"
                )
        with atomic_write(path) as beside:
            beside.write_text(tomli_w.dumps(self.to_dict()), encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Return all parameters as plain values, ready for TOML or JSON.

        Unset ones are ``"none"``, as are days that a log has yet to tell; functions are left out.
        """
        tree = self.model_dump(mode="json")
        if self.lasts_as_log:
            tree["days"] = None
        for group in overrides.NAMED:
            for each in tree[group].values():
                del each["name"]
        return {key: plain_tree(value) for key, value in tree.items()}

    @staticmethod
    def parameters() -> list[Parameter]:
        """Return every parameter with its dotted name, type, unit, range, default and description.

        Defaults are those of ``Scenario()``: the platform's are its default preset's.
        ``policies.NAME`` stands for a policy of one's own, ``habits.NAME`` for a habit; the
        built-in ones are combinations of these numbers.
        """
        return list(overrides.parameters(Scenario).values())


def checked(given: Any, where: str = "scenario") -> Scenario:
    """Return the scenario that was given; ``where`` is named if it is none."""
    if not isinstance(given, Scenario):
        raise InputError(
            f"{where}: {type(given).__name__} is not a scenario; "
            "must be a sim.Scenario, as sim.Scenario(members=200)"
        )
    return given


def declared_parameter(name: str) -> Parameter | None:
    """Return a parameter by its dotted name; None for a section, a policy, and unknown names."""
    return overrides.parameters(Scenario).get(overrides.general(name))


def reader(name: str) -> Callable[[Any], Any]:
    """Return the function that reads a value of a parameter; all else it leaves as it is."""
    return overrides.reader(Scenario, name)


def plain_tree(value: Any) -> Any:
    """Return a tree of values as TOML has them: with "none" in place of ``None``, and lists."""
    if isinstance(value, dict):
        return {key: plain_tree(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return "none" if value is None else value
