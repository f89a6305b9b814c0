"""The scenario: everything that a run depends on.

Each parameter stands here once (the platform's in ``platform``, a policy's in ``agents.policy``), with its unit, range, default and
source; the TOML file, the command line, the page and the reference table of the docs are made from these declarations. [A] marks an
assumption.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self, cast

import tomli_w
from pydantic import Field, field_validator, model_validator

from ..agents import POLICIES, InvitePolicy
from ..agents.policy import Policies
from ..errors import InputError
from ..files import written
from ..invocation import command
from ..parameters.checks import by_name, toml_read
from ..parameters.kinds import (
    Chance,
    Chances,
    Digits,
    Flag,
    Kind,
    Parameter,
    Real,
    Section,
    Text,
    Whole,
    declared,
    near,
    shown,
)
from .platform import Platform

LONGEST = 16_000
"""Days, history included, that a run can last: a bond keeps the day of its last encounter in 14 bits."""
MOST_ENCOUNTERS = 511
"""A bond counts encounters of each kind up to here: 9 bits each."""
MOST_POLICIES = 250
"""A member's policy is one byte."""

PerClass = tuple[float, float, float, float, float]
"""A number for each tie class: stranger, online, met once, met often, close."""


class Society(Section):
    """Who there is."""

    circle_size: Annotated[
        int, Whole("members of a workplace or club [A]", low=1, high=2**28, unit="members")
    ] = 50
    sociability_sigma: Annotated[
        float, Real("sd of the log of sociability [Mac Carron 2016]", high=3)
    ] = 0.6
    often: Annotated[
        int,
        Whole(
            "encounters face to face that make a tie 'met often' [Dunbar's layers]",
            low=2,
            high=MOST_ENCOUNTERS - 1,
            unit="encounters",
        ),
    ] = 3
    close: Annotated[
        int,
        Whole(
            "encounters face to face that make a tie close [Dunbar's layers]",
            low=3,
            high=MOST_ENCOUNTERS,
            unit="encounters",
        ),
    ] = 7

    @model_validator(mode="after")
    def _ladder(self) -> "Society":
        if self.close <= self.often:
            raise InputError(
                f"close: not above often, {self.often} (got {self.close}); must be {self.often + 1} or more"
            )
        return self


class Meeting(Section):
    """Who meets whom, and how."""

    rate: Annotated[
        float,
        Real("encounters that a member of sociability 1 starts [A]", high=1e6, unit="per day"),
    ] = 0.5
    again: Annotated[
        float, Real("share of encounters that are with a contact, by tournament [A]", unit="share")
    ] = 0.70
    friend: Annotated[
        float, Real("share of encounters that are with a contact of a contact [A]", unit="share")
    ] = 0.10
    circle: Annotated[
        float,
        Real(
            "share of encounters within the own circle; the rest is with anybody [A]", unit="share"
        ),
    ] = 0.10
    again_choice: Annotated[
        int,
        Whole(
            "contacts drawn, of whom the one met or talked to most is met again [A]",
            low=1,
            high=64,
            unit="contacts",
        ),
    ] = 2
    face_again: Annotated[
        float, Chance("face to face rather than online, with a contact met before [A]")
    ] = 0.70
    face_online: Annotated[
        float, Chance("face to face, with a contact so far known online only [A]")
    ] = 0.15
    face_friend: Annotated[float, Chance("face to face, with a contact of a contact [A]")] = 0.50
    face_circle: Annotated[float, Chance("face to face, with a member of the own circle [A]")] = (
        0.80
    )
    face_anybody: Annotated[float, Chance("face to face, with anybody [A]")] = 0.05
    history_days: Annotated[
        int,
        Whole(
            "days of meetings before the platform opens; 0 with a log [A]",
            high=LONGEST - 1,
            unit="days",
        ),
    ] = 180
    contacts: Annotated[
        str | None, Text("file of real contacts, in place of the drawn meetings", none="drawn")
    ] = None
    gap_seconds: Annotated[
        float, Real("longest gap within one encounter of a log", high=1e9, unit="seconds")
    ] = 20.0
    columns: Annotated[
        str | None,
        Text(
            "names of the time and the two people in a log, from its header or, without one, "
            "from the left, as 'u v t'",
            form="names of columns, as 't i j'",
            none="told by the header, or t i j",
        ),
    ] = None
    skip_negative: Annotated[
        bool, Flag("leave out people of a log with negative numbers: nobody, or strangers")
    ] = False
    repeat_log: Annotated[bool, Flag("after its last day the log starts again")] = False

    @model_validator(mode="after")
    def _shares(self) -> "Meeting":
        shares = (self.again, self.friend, self.circle)
        if sum(shares) > 1 + 1e-12:
            raise InputError(
                f"again: with friend and circle above 1 in all (got {shares}); must be 1 or less in all"
            )
        return self


class Inviting(Section):
    """How members invite."""

    per_day: Annotated[
        float, Real("attempts to invite that a member makes [A]", high=10_000, unit="per day")
    ] = 0.5
    tries: Annotated[
        int, Whole("candidates looked at in an attempt [A]", low=1, high=1_000, unit="candidates")
    ] = 8
    prior_acceptance: Annotated[PerClass, Chances("a member's first guess of acceptance [A]")] = (
        0.20,
        0.45,
        0.60,
        0.65,
        0.95,
    )
    prior_weight: Annotated[
        float, Real("weight of the first guess, in answers [A]", low=1e-6, high=1e6, unit="answers")
    ] = 4.0
    pending_days: Annotated[
        int,
        Whole(
            "days until an unanswered invitation is withdrawn [A]", low=1, high=1_000, unit="days"
        ),
    ] = 21
    lock_days: Annotated[
        int | None,
        Whole(
            "days from withdrawing an invitation to inviting again [A]",
            high=LONGEST,
            unit="days",
            none="never",
        ),
    ] = None


class Answering(Section):
    """How invitees answer."""

    recognise: Annotated[
        PerClass, Chances("the invitee recognises the inviter; 0 for a stranger [EIES]")
    ] = (0.0, 0.50, 0.88, 0.985, 1.0)
    accept: Annotated[PerClass, Chances("the invitee accepts, when open to the inviter [A]")] = (
        0.85,
        0.85,
        0.90,
        0.95,
        0.97,
    )
    idk_click: Annotated[
        float,
        Chance("clicks 'I don't know', having neither recognised nor accepted [A, .01 to .3]"),
    ] = 0.10
    delay_shape: Annotated[
        float, Real("Weibull shape of the delay [Botdog]", low=0.05, high=100)
    ] = 0.39
    delay_scale: Annotated[
        float,
        Real(
            "Weibull scale of the delay; 0: answered the same day [Botdog]", high=1_000, unit="days"
        ),
    ] = 1.0

    @field_validator("recognise")
    @classmethod
    def _strangers(cls, value: PerClass) -> PerClass:
        if value[0] != 0:
            raise ValueError(
                f"a stranger is recognised (got {shown(value)}); must be 0 in the first place"
            )
        return value


class Scenario(Section):
    """What to simulate.

    Parameters
    ----------
    members : int
        People in the society, 2 or more; with ``meeting.contacts`` it is the number of people in the log.
    days : int
        Days that the platform is open, 1 or more.
    seed : int
        0 to 2**64 - 1, or the same as a string of digits.
    policies : mapping
        From a policy's name to its share (for a built-in one), to an ``InvitePolicy`` or to its numbers. Shares are normalised.
    society, meeting, inviting, answering, platform : mapping or section
        The other parameters.

    Raises
    ------
    InputError
        With one line: at which dotted name, what is wrong, and what would be right.
    """

    members: Annotated[int, Whole("people in the society", low=2, high=2**28, unit="members")] = (
        1_000
    )
    days: Annotated[
        int, Whole("time that the platform is open", low=1, high=LONGEST, unit="days")
    ] = 365
    seed: Annotated[int, Digits("seed of every draw", high=2**64 - 1)] = 1
    society: Society = Society()
    meeting: Meeting = Meeting()
    inviting: Inviting = Inviting()
    answering: Answering = Answering()
    platform: Platform = Platform()
    policies: dict[str, InvitePolicy] = Field(default_factory=lambda: dict(POLICIES))

    def __init__(self, /, **parameters: Any) -> None:
        _check_names(parameters)
        super().__init__(**parameters)

    @field_validator("policies", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        if isinstance(given, InvitePolicy):
            given = [given]
        if isinstance(given, list | tuple) and all(
            isinstance(policy, InvitePolicy) for policy in given
        ):
            names = [policy.name for policy in given]
            if len(set(names)) < len(names):
                raise ValueError(
                    f"two of one name (got {', '.join(names)}); must be different names"
                )
            given = dict(zip(names, given, strict=True))
        if not isinstance(given, Mapping):
            raise ValueError(
                f"not policies (got {shown(given)}); must be a mapping from names to shares or to policies"
            )
        return {str(name): _policy(str(name), value) for name, value in given.items()}

    @field_validator("policies")
    @classmethod
    def _dealt(cls, policies: dict[str, InvitePolicy]) -> dict[str, InvitePolicy]:
        if not sum(policy.share for policy in policies.values()) > 0:
            raise ValueError("the shares are all 0; must be above 0 for at least one policy")
        if len(policies) > MOST_POLICIES:
            raise ValueError(f"too many (got {len(policies)}); must be {MOST_POLICIES} or less")
        return Policies(policies)

    @model_validator(mode="after")
    def _length(self) -> "Scenario":
        if self.history_days + self.days > LONGEST:
            raise InputError(
                f"days: too many after a history of {self.history_days} (got {self.days}); must be {LONGEST} or less in all"
            )
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        return tuple(
            tuple(value.items()) if isinstance(value, dict) else value for _, value in self
        )  # policies are dealt in their order

    @property
    def history_days(self) -> int:
        """Days of meetings before the platform opens: a log has none."""
        return 0 if self.meeting.contacts else self.meeting.history_days

    def shares(self) -> dict[str, float]:
        """Give each policy's share, normalised to a sum of 1."""
        total = sum(policy.share for policy in self.policies.values())
        return {name: policy.share / total for name, policy in self.policies.items()}

    def replace(self, changes: Mapping[str, Any]) -> "Scenario":
        """Make a changed copy.

        Another ``platform.preset`` keeps what was set apart from the old one. ``policies`` given as a mapping are all the policies that the
        copy has; a number in it is the share of a policy of this scenario or of a built-in one.

        Parameters
        ----------
        changes : mapping
            From dotted names (``"platform.limit"``, ``"policies.everyone.share"``) to new values, a section as a whole included.

        Raises
        ------
        InputError
            A name that is not known (with the nearest known one) or a value that does not fit.
        """
        by_name("replace", changes, "from dotted names to values, as {'platform.limit': 3}")
        tree: dict[str, Any] = dict(self)
        for name, value in sorted(
            changes.items(), key=lambda change: change[0].count(".")
        ):  # a whole section before its parts
            *path, last = name.split(".")
            node = tree
            for depth, part in enumerate(path):
                if part not in node:
                    raise InputError(self._unknown(name, path[: depth + 1]))
                node[part] = _opened(part, node[part])
                if not isinstance(node[part], dict):
                    raise InputError(self._unknown(name, path))
                node = node[part]
            node[last] = self._own(value, name)
        return Scenario(**tree)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a changed copy; the same as ``replace``."""
        return cast(Self, self.replace(update or {}))

    def require(self, name: str) -> None:
        """Raise the ``InputError`` of ``replace`` if this scenario has no parameter, section or policy of a dotted name."""
        if not isinstance(name, str):
            raise InputError(f"require: {shown(name)} is not a name; must be a dotted name")
        path = name.split(".")
        if path[0] == "policies" and len(path) > 1 and path[1] not in self.policies:
            raise InputError(self._unknown(name, path[:2]))
        general = (
            ".".join([path[0], "NAME", *path[2:]])
            if path[0] == "policies" and len(path) == 3
            else name
        )
        if general not in {
            "policies.NAME.condition",
            *Scenario.model_fields,
            *(parameter.name for parameter in _listed()),
        }:
            if path[0] == "policies" and len(path) == 2:
                return
            raise InputError(_no_parameter(name))

    def _own(self, value: Any, name: str) -> Any:
        """Read a share as that of a policy of this scenario, where it has one."""
        section, _, policy = name.partition(".")
        if section != "policies":
            return value
        if not policy and isinstance(value, Mapping):
            return {inner: self._own(given, f"policies.{inner}") for inner, given in value.items()}
        if policy in self.policies and not isinstance(value, InvitePolicy):
            return {
                **dict(self.policies[policy]),
                **(value if isinstance(value, Mapping) else {"share": value}),
            }
        return value

    def _unknown(self, name: str, path: list[str]) -> str:
        if path[0] == "policies" and len(path) > 1 and path[1] not in self.policies:
            return f"policies.{path[1]}: no such policy here{near(path[1], self.policies)}; must be one of {', '.join(self.policies)}"
        return _no_parameter(name)

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
            With the file's path: it can't be read, is not TOML, or has a name or value that does not fit.
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
                    f"policies.{policy.name}.condition: a Python function; must be kept in a script, TOML can't hold it"
                )
        with written(path) as beside:
            beside.write_text(tomli_w.dumps(self.to_dict()), encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Give all parameters as plain values, ready for TOML or JSON; unset ones are ``"none"``, functions are left out."""
        tree = self.model_dump(mode="json")
        for policy in tree["policies"].values():
            del policy["name"]
        return {key: _plain(value) for key, value in tree.items()}

    @staticmethod
    def parameters() -> list[Parameter]:
        """List every parameter with its dotted name, type, unit, range, default and description.

        Defaults are those of ``Scenario()``: the platform's are its default preset's. ``policies.NAME`` stands for a policy of one's own;
        the built-in ones are combinations of these numbers.
        """
        return list(_listed())


def checked(given: Any, where: str = "scenario") -> Scenario:
    """Give the scenario that was given; if it is none, say ``where``."""
    if not isinstance(given, Scenario):
        raise InputError(
            f"{where}: {type(given).__name__} is not a scenario; must be a sim.Scenario, as sim.Scenario(members=200)"
        )
    return given


@functools.cache
def _sections() -> dict[str, Section]:
    """Give the scenario's sections as they are by default."""
    defaults = {name: info.default for name, info in Scenario.model_fields.items()}
    return {name: default for name, default in defaults.items() if isinstance(default, Section)}


@functools.cache
def _listed() -> tuple[Parameter, ...]:
    listed = list(declared(Scenario))
    for name, defaults in _sections().items():
        listed += declared(type(defaults), f"{name}.", defaults)
    listed += (
        parameter
        for parameter in declared(InvitePolicy, "policies.NAME.")
        if parameter.name != "policies.NAME.name"
    )
    return tuple(listed)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return "none" if value is None else value


def _opened(part: str, value: Any) -> Any:
    """Give a section or a policy as a mapping to change; a platform as what differs from its preset, so that the preset can change."""
    if isinstance(value, Platform):
        return value.differing()
    if isinstance(value, int | float) and part in POLICIES:
        return {**dict(POLICIES[part]), "share": value}
    return dict(value) if isinstance(value, Section | Mapping) else value


def _policy(name: str, value: Any) -> Any:
    """Give a policy, or the numbers of one, from what stands under its name."""
    if isinstance(value, InvitePolicy):
        return value if value.name == name else InvitePolicy(**{**dict(value), "name": name})
    built_in = dict(POLICIES[name]) if name in POLICIES else {}
    if isinstance(value, Mapping):
        return {**built_in, **value, "name": name}
    if not built_in:
        raise InputError(
            f"{name}: not built in{near(name, POLICIES)}; must be one of {', '.join(POLICIES)}, or given with its numbers"
        )
    return {**built_in, "share": value}


def _check_names(given: Mapping[str, Any]) -> None:
    """Raise an ``InputError`` at the first name that is no parameter, with the nearest one of the whole scenario."""
    known = {parameter.name for parameter in _listed()} | {*Scenario.model_fields}
    known |= {"policies.NAME", "policies.NAME.name", "policies.NAME.condition"}
    for name, general in _names(given):
        if general not in known:
            raise InputError(_no_parameter(name))
    for name in given:
        table, dot, last = name.rpartition(".")
        if dot:
            raise InputError(
                f"{name}: a dotted name in one piece, as in quotes; must be {last} in the table [{table}]"
            )


def _names(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each dotted name, and the same with ``NAME`` for a policy's."""
    for name, value in given.items():
        if name == "policies" and isinstance(value, Mapping):
            for policy, numbers in value.items():
                for number in numbers if isinstance(numbers, Mapping) else ():
                    yield f"policies.{policy}.{number}", f"policies.NAME.{number}"
        elif name in _sections() and isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", f"{name}.{inner}") for inner in value)
        else:
            yield name, re.sub(r"^policies\.[^.]+", "policies.NAME", name)


def _no_parameter(name: str) -> str:
    policy = name.split(".")[1] if name.startswith("policies.") and name.count(".") == 2 else "NAME"
    nearest = near(
        name,
        [
            *Scenario.model_fields,
            *(parameter.name.replace("NAME", policy) for parameter in _listed()),
        ],
    )
    listed = f"; must be one of those that {command()} parameters lists"
    return f"{name}: no such parameter{nearest or listed}"


def declared_kind(name: str) -> Kind | None:
    """Give the kind of a parameter by its dotted name; None for a whole section, the policies, and names that are not known."""
    section, _, last = name.rpartition(".")
    model: type[Section] = Scenario
    if section.startswith("policies."):
        model = InvitePolicy
    elif section:
        info = Scenario.model_fields.get(section)
        if info is None or not isinstance(info.default, Section):
            return None
        model = type(info.default)
    found = model.model_fields.get(last)
    return (
        next((kind for kind in found.metadata if isinstance(kind, Kind)), None) if found else None
    )
