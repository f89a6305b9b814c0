"""The scenario: everything that a run depends on.

Each parameter stands here once (the platform's in ``platform``, a policy's in ``agents.policy``), with its unit, range, default and source; the TOML file, the command
line, the page and the reference table of the docs are made from these declarations. [A] marks an assumption.
"""

import difflib
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import tomli_w
from annotated_types import Ge, Gt, Le
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from .agents import POLICIES, InvitePolicy
from .errors import InputError
from .platform import Platform, none_from_text

LONGEST = 16_000
"""Days, history included, that a run can last: a bond keeps the day of its last encounter in 14 bits."""
MOST_ENCOUNTERS = 511
"""A bond counts encounters of each kind up to here: 9 bits each."""

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PerClass = tuple[Probability, Probability, Probability, Probability, Probability]


class Section(BaseModel):
    """A part of the scenario: frozen, and without keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Society(Section):
    """Who there is."""

    circle_size: Annotated[int, Field(ge=1, description="members of a workplace or club")] = 50
    sociability_sigma: Annotated[float, Field(ge=0, le=3, allow_inf_nan=False, description="sd of the log of sociability [Mac Carron 2016]")] = 0.6
    often: Annotated[int, Field(ge=2, le=MOST_ENCOUNTERS - 1, description="encounters face to face from which a tie is 'met often'")] = 3
    close: Annotated[int, Field(ge=3, le=MOST_ENCOUNTERS, description="encounters face to face from which a tie is close")] = 7

    @model_validator(mode="after")
    def _ladder(self) -> "Society":
        if self.close <= self.often:
            raise ValueError(f"close = {self.close} must be above often = {self.often}")
        return self


class Meeting(Section):
    """Who meets whom, and how."""

    rate: Annotated[Amount, Field(description="encounters that a member of sociability 1 starts, per day [A]")] = 0.5
    again: Annotated[Probability, Field(description="share of encounters with a contact, by tournament [A]")] = 0.70
    friend: Annotated[Probability, Field(description="share with a contact of a contact [A]")] = 0.10
    circle: Annotated[Probability, Field(description="share with a member of the own circle; the rest is anybody [A]")] = 0.10
    again_choice: Annotated[int, Field(ge=1, le=64, description="contacts drawn, of whom the one met or talked to most is met again [A]")] = 2
    face_again: Annotated[Probability, Field(description="face to face, with a contact met before [A]")] = 0.70
    face_online: Annotated[Probability, Field(description="face to face, with a contact known online only [A]")] = 0.15
    face_friend: Annotated[Probability, Field(description="face to face, with a contact of a contact [A]")] = 0.50
    face_circle: Annotated[Probability, Field(description="face to face, with a member of the own circle [A]")] = 0.80
    face_anybody: Annotated[Probability, Field(description="face to face, with anybody [A]")] = 0.05
    history_days: Annotated[int, Field(ge=0, le=LONGEST, description="days of meetings before the platform opens; 0 with a log")] = 180
    contacts: Annotated[str | None, Field(description="file of real contacts, in place of the drawn meetings"), BeforeValidator(none_from_text)] = None
    gap_seconds: Annotated[Amount, Field(description="longest gap within one encounter of a log, in seconds")] = 20.0
    repeat_log: Annotated[bool, Field(description="after its last day the log starts again")] = False

    @model_validator(mode="after")
    def _shares(self) -> "Meeting":
        if self.again + self.friend + self.circle > 1 + 1e-12:
            raise ValueError(f"again + friend + circle = {self.again + self.friend + self.circle:g} must be at most 1")
        return self


class Inviting(Section):
    """How members invite."""

    per_day: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False, description="attempts per member and day [A]")] = 0.5
    tries: Annotated[int, Field(ge=1, le=1_000, description="candidates looked at in an attempt")] = 8
    prior_acceptance: Annotated[PerClass, Field(description="first guess of acceptance, stranger to close [A]")] = (0.20, 0.45, 0.60, 0.65, 0.95)
    prior_weight: Annotated[Positive, Field(description="weight of the first guess, in answers [A]")] = 4.0
    pending_days: Annotated[int, Field(ge=1, le=1_000, description="days after which an unanswered invitation is withdrawn")] = 21
    lock_days: Annotated[int | None, Field(ge=0, le=LONGEST, description="days before the same person is invited again; none: never [A]"), BeforeValidator(none_from_text)] = None


class Answering(Section):
    """How invitees answer."""

    recognise: Annotated[PerClass, Field(description="recognises the inviter, stranger to close [EIES]")] = (0.0, 0.50, 0.88, 0.985, 1.0)
    accept: Annotated[PerClass, Field(description="accepts when open, stranger to close [A]")] = (0.85, 0.85, 0.90, 0.95, 0.97)
    idk_click: Annotated[Probability, Field(description="clicks 'I don't know' when neither recognised nor accepted [A, .01 to .3]")] = 0.10
    delay_shape: Annotated[float, Field(ge=0.05, le=100, allow_inf_nan=False, description="Weibull shape of the delay [Botdog]")] = 0.39
    delay_scale: Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False, description="Weibull scale of the delay, days; 0: the same day [Botdog]")] = 1.0

    @field_validator("recognise")
    @classmethod
    def _strangers(cls, value: PerClass) -> PerClass:
        if value[0] != 0:
            raise ValueError(f"the first number is {value[0]:g}, must be 0: a stranger is never recognised")
        return value


class Parameter(NamedTuple):
    """One parameter, as ``python -m sim parameters`` shows it and other tools read it."""

    name: str
    type: str
    default: Any
    low: float | None
    high: float | None
    description: str


def _seed(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


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
        From a policy's name to its share (for a built-in one) or to an ``InvitePolicy``. Shares are normalised.
    society, meeting, inviting, answering, platform : mapping or section
        The other parameters.

    Raises
    ------
    InputError
        With one line: what is wrong, at which dotted name, and what would be right.
    """

    members: Annotated[int, Field(ge=2, le=2**28, description="people in the society")] = 1_000
    days: Annotated[int, Field(ge=1, le=LONGEST, description="days that the platform is open")] = 365
    seed: Annotated[int, Field(ge=0, le=2**64 - 1, description="seed of every draw"), BeforeValidator(_seed)] = 1
    society: Society = Society()
    meeting: Meeting = Meeting()
    inviting: Inviting = Inviting()
    answering: Answering = Answering()
    platform: Platform = Platform()
    policies: dict[str, InvitePolicy] = Field(default_factory=lambda: dict(POLICIES), validate_default=True)

    def __init__(self, **parameters: Any) -> None:
        try:
            super().__init__(**parameters)
        except ValidationError as error:
            raise InputError(_one_line(error, parameters)) from None

    @field_validator("policies", mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        if isinstance(given, InvitePolicy):
            given = [given]
        if isinstance(given, list | tuple):
            given = {getattr(policy, "name", str(place)): policy for place, policy in enumerate(given)}
        if not isinstance(given, Mapping):
            return given
        return {name: _policy(str(name), value) for name, value in given.items()}

    @field_validator("policies")
    @classmethod
    def _shares(cls, policies: dict[str, InvitePolicy]) -> dict[str, InvitePolicy]:
        if not policies or sum(policy.share for policy in policies.values()) <= 0:
            raise ValueError("the shares are all 0: give at least one policy a share above 0")
        if len(policies) > 250:
            raise ValueError(f"{len(policies)} policies; at most 250")
        if "all" in policies:
            raise ValueError("a policy can't be called 'all': that is the row for everybody")
        return policies

    @model_validator(mode="after")
    def _length(self) -> "Scenario":
        if self.history_days + self.days > LONGEST:
            raise ValueError(f"history_days + days = {self.history_days + self.days} must be at most {LONGEST}")
        return self

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

        Parameters
        ----------
        changes : mapping
            From dotted names (``"platform.limit"``, ``"policies.everyone.share"``) to new values.

        Raises
        ------
        InputError
            A name that is not known (with the nearest known one) or a value that does not fit.
        """
        tree = self._tree()
        for name, value in sorted(changes.items(), key=lambda change: change[0].count(".")):  # a whole section before its parts
            *path, last = name.split(".")
            node: Any = tree
            for depth, part in enumerate(path):
                if not isinstance(node, dict) or part not in node:
                    raise InputError(_unknown(name, ".".join(path[:depth]), part, node))
                if isinstance(node[part], InvitePolicy):
                    node[part] = {"condition": node[part].condition, **node[part].model_dump()}
                node = node[part]
            node[last] = value
        return Scenario(**tree)

    def _tree(self) -> dict[str, Any]:
        tree = self.model_dump(exclude={"policies", "platform"})
        return tree | {"platform": self.platform.differing(), "policies": dict(self.policies)}

    @classmethod
    def from_toml(cls, path: str | Path) -> "Scenario":
        """Read a scenario from a TOML file; what it does not say is at its default."""
        try:
            with open(path, "rb") as file:
                tree = tomllib.load(file)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror or error}; give the path of a scenario in TOML") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: not TOML: {error}") from None
        try:
            return cls(**tree)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None

    def to_toml(self, path: str | Path) -> None:
        """Write the scenario, every parameter of it, as a TOML file that ``from_toml`` reads."""
        from .files import written

        for policy in self.policies.values():
            if policy.condition is not None:
                raise InputError(f"policies.{policy.name}.condition: a Python function, which a TOML file can't hold; keep this scenario in a script")
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
        """List every parameter: dotted name, type, default, range and description."""
        return list(_walk(Scenario, ""))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return "none" if value is None else value


def _policy(name: str, value: Any) -> Any:
    known = POLICIES.get(name)
    if isinstance(value, InvitePolicy):
        return value if value.name == name else value.model_copy(update={"name": name})
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{name} is {value}: give a share (a number) or an InvitePolicy")
    if isinstance(value, int | float):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"the share of {name} is {value}, must be a number, 0 or more")
        if known is None:
            raise ValueError(f"{name} is not a policy; known: {', '.join(POLICIES)}{_nearest(name, POLICIES)}; or give its numbers")
        return known.model_copy(update={"share": float(value)})
    if isinstance(value, Mapping):
        base = known.model_dump() if known else {}
        return {**base, **value, "name": name}
    return value


def _nearest(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (nearest: {close[0]})" if close else ""


def _unknown(name: str, section: str, part: str, node: Any) -> str:
    known = list(node) if isinstance(node, dict) else []
    every = [parameter.name for parameter in Scenario.parameters()]
    close = difflib.get_close_matches(name, every, n=1, cutoff=0.5) or difflib.get_close_matches(part, known, n=1, cutoff=0.5)
    return f"{name}: no such parameter{f'; nearest: {close[0]}' if close else ''}"


def _one_line(error: ValidationError, given: Mapping[str, Any]) -> str:
    """Put the first complaint of pydantic into one line that starts with the dotted name."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"] if part not in ("float", "int"))
    if first["type"] == "extra_forbidden":
        return _unknown(name, "", name.rsplit(".", 1)[-1], {})
    message = first["msg"].removeprefix("Value error, ")
    said = first.get("input")
    shown = "" if first["type"] == "value_error" or isinstance(said, Mapping | BaseModel) else f" (got {said!r:.60})"
    more = f"; and {error.error_count() - 1} more" if error.error_count() > 1 else ""
    text = f"{name}: {message[0].lower() + message[1:]}{shown}{more}" if name else f"{message}{shown}{more}"
    return " ".join(text.split())


def _walk(section: type[BaseModel], prefix: str) -> Any:
    for name, field in section.model_fields.items():
        kind = field.annotation
        if name == "policies":
            yield from (parameter for parameter in _walk(InvitePolicy, "policies.NAME.") if parameter.name.rsplit(".", 1)[-1] not in ("name", "condition"))
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _walk(kind, f"{prefix}{name}.")
        else:
            yield Parameter(f"{prefix}{name}", _type_name(kind), field.get_default(), *_range(field), field.description or "")


def _type_name(kind: Any) -> str:
    if isinstance(kind, type) and not hasattr(kind, "__args__"):
        return kind.__name__
    text = str(kind)
    if "tuple" in text:
        return "5 floats"
    if "Literal" in text:
        return "str"
    return " | ".join(part for part in ("bool", "int", "float", "str", "None") if part in text) or "str"


def _range(field: Any) -> tuple[float | None, float | None]:
    low = high = None
    bounds = list(field.metadata) + [bound for item in field.metadata if hasattr(item, "metadata") for bound in item.metadata]
    if "0" and _type_name(field.annotation) == "5 floats":
        return 0.0, 1.0
    for bound in bounds:
        if isinstance(bound, Ge):
            low = bound.ge
        elif isinstance(bound, Gt):
            low = bound.gt
        elif isinstance(bound, Le):
            high = bound.le
    return low, high  # type: ignore[return-value]
