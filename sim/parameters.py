"""What a parameter is: a name, a kind with its range and unit, and words that say what it stands for and where its default comes from.

A section declares each of its parameters once, as ``name: Annotated[int, Whole(...)] = default``. Reading, checking, the error line, the
table of the docs and the ranges that other tools vary a parameter over are all made from that declaration.
"""

import difflib
import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from .errors import InputError

EXACT = 2**53
"""Above it a float may be another whole number than the one that was written."""
BACKSLASHES = "backslashes need single quotes, as 'C:\\Users\\me\\log.csv'"


@dataclass(frozen=True)
class Kind:
    """What values a parameter takes."""

    description: str
    """What it stands for; its source in brackets, [A] for an assumption."""
    low: float | None = field(default=None, kw_only=True)
    high: float | None = field(default=None, kw_only=True)
    unit: str = field(default="", kw_only=True)
    none: str | None = field(default=None, kw_only=True)
    """What it means that the parameter is unset; None: it can't be unset."""
    type: ClassVar[str]

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        raise NotImplementedError

    def read(self, value: Any) -> Any:
        """Give the value as the parameter holds it; raise a ``ValueError`` that says what is wrong and what would be right."""
        if isinstance(value, np.generic | np.ndarray) and (inner := value.tolist()) is not None:
            value = inner  # None: not a time, or masked, which is not the same as unset
        if self.none is not None and (
            value is None or (isinstance(value, str) and value.lower() == "none")
        ):  # TOML has no null
            return None
        return self._read(value)

    def _read(self, value: Any) -> Any:
        raise NotImplementedError

    def wrong(self, what: str, value: Any, right: str = "") -> ValueError:
        """Make the error: what is wrong, what was given, what would be right."""
        return ValueError(
            f"{what} (got {shown(value)}); must be {right or self.range}{'' if self.none is None or right else ' (or none)'}"
        )

    def within(self, number: float) -> None:
        """Raise a ``ValueError`` if the number is out of range."""
        if self.low is not None and number < self.low:
            raise self.wrong("too small", number, f"{plain(self.low)} or more")
        if self.high is not None and number > self.high:
            raise self.wrong("too large", number, f"{plain(self.high)} or less")

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number from ``low`` to ``high``."""

    low: float = field(default=0, kw_only=True)
    high: float = field(default=1, kw_only=True)
    type = "int"

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        return f"a whole number from {plain(self.low)} to {plain(self.high)}"

    def _read(self, value: Any) -> int:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or (isinstance(value, float) and not value.is_integer())
        ):
            raise self.wrong("not a whole number", value)
        self.within(value)
        if isinstance(value, float) and value > EXACT:
            raise self.wrong("its last digits may be lost", value, "written without a point")
        return int(value)


@dataclass(frozen=True)
class Digits(Whole):
    """A whole number that may also come as a string of its digits."""

    def _read(self, value: Any) -> int:
        return super()._read(
            int(value)
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20
            else value
        )


@dataclass(frozen=True)
class Real(Kind):
    """A number from ``low`` to ``high``."""

    low: float = field(default=0, kw_only=True)
    high: float = field(default=1, kw_only=True)
    type = "float"

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        return f"a number from {plain(self.low)} to {plain(self.high)}"

    def _read(self, value: Any) -> Any:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not -math.inf < value < math.inf
        ):
            raise self.wrong("not a number", value)
        self.within(value)  # before it is a float: an int may be too large for one
        return float(value)


@dataclass(frozen=True)
class Chance(Real):
    """A probability."""

    unit: str = field(default="probability", kw_only=True)


@dataclass(frozen=True)
class Chances(Chance):
    """Five probabilities, one a tie class: stranger, online, met once, met often, close."""

    type = "5 floats"

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        return "five numbers from 0 to 1, stranger to close"

    def _read(self, value: Any) -> Any:
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            raise self.wrong("not five numbers", value)
        try:
            given = tuple(
                number.item() if isinstance(number, np.generic) else number
                for number in itertools.islice(value, 100)
            )
        except Exception:  # whatever an iterable of somebody else's raises
            raise self.wrong("not five numbers", value) from None
        if len(given) != 5:
            raise self.wrong(f"{len(given)} numbers", given)
        try:
            return tuple(super(Chances, self)._read(number) for number in given)
        except ValueError:
            raise self.wrong("not all are probabilities", given) from None


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    type = "bool"

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        return "true or false"

    def _read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.wrong("not true or false", value)
        return value


@dataclass(frozen=True)
class Choice(Kind):
    """One of several words."""

    words: tuple[str, ...] = ()
    type = "str"

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        return f"one of {', '.join(self.words)}"

    def _read(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise self.wrong(
                f"not known{near(value, self.words) if isinstance(value, str) else ''}", value
            )
        return value


@dataclass(frozen=True)
class Text(Kind):
    """A path, or a word that names something: without control characters, not empty.

    If ``only`` is given, it is made of these characters.
    """

    form: str = "a path"
    only: str = ""
    type = "str"

    @property
    def range(self) -> str:
        """The values that are right, in words."""
        return self.form

    def _read(self, value: Any) -> str:
        text = str(value) if hasattr(value, "__fspath__") else value
        kinds = {unicodedata.category(char) for char in text} if isinstance(text, str) else {"Cc"}
        if not text or "Cc" in kinds:
            path = any(char in str(text) for char in "\a\b\t\n\f\r\x1b") and not self.only
            right = f"{self.range}; in TOML {BACKSLASHES}" if path else ""
            raise self.wrong("not a text", value, right)
        if "Cs" in kinds:
            raise self.wrong("not UTF-8", value, f"{self.range} that can be written in UTF-8")
        if self.only and set(text) - set(self.only):
            raise self.wrong("has other characters", value)
        return text


class Parameter(NamedTuple):
    """One parameter, as ``python -m sim parameters`` shows it and other tools read it."""

    name: str
    """Dotted, as in ``platform.limit``; ``policies.NAME.share`` stands for each policy's."""
    type: str
    """``int``, ``float``, ``bool``, ``str`` or ``5 floats``; with ``or none`` if it can be unset."""
    unit: str
    default: Any
    low: float | None
    high: float | None
    range: str
    """The values that are right, in words."""
    description: str
    """What it stands for, with its source in brackets; [A] marks an assumption."""


class Section(BaseModel):
    """A group of parameters: frozen, and without names it does not know.

    Raises
    ------
    InputError
        With one line that begins with the parameter's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    def __init__(self, /, **parameters: Any) -> None:
        try:
            super().__init__(**parameters)
        except ValidationError as error:
            raise InputError(_line(error, type(self))) from None

    def __setattr__(self, name: str, value: Any) -> None:
        right = "must be a changed copy, as scenario.replace({'platform.limit': 3})"
        raise InputError(
            f"{name}: can't be set (got {shown(value)}), a scenario and its parts stay as they are; {right}"
        )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a changed copy, checked as anything that is made; ``copy.replace`` comes here."""
        return type(self)(**{**self._to_change(), **(update or {})})

    def copy(self, **how: Any) -> Self:
        """Return what ``model_copy`` does; pydantic's own is the same without checks."""
        return self.model_copy(**how)

    @classmethod
    def model_construct(  # type: ignore[override]
        cls, _fields_set: set[str] | None = None, **values: Any
    ) -> Self:
        """Make it, checked as ever; pydantic's own is the same without checks."""
        return cls(**values)

    def _to_change(self) -> dict[str, Any]:
        """Return the parameters that a copy begins with."""
        return dict(self)

    def __delattr__(self, name: str) -> None:
        raise InputError(
            f"{name}: can't be removed, a scenario and its parts stay as they are; must be left there"
        )


def declared(
    section: type[Section], prefix: str = "", defaults: Section | None = None
) -> Iterator[Parameter]:
    """List a section's own parameters in their order, under ``prefix``; the default of each is that of ``defaults``, if given."""
    for name, info in section.model_fields.items():
        for kind in info.metadata:
            if isinstance(kind, Kind):
                typed = kind.type if kind.none is None else f"{kind.type} or none"
                unset = "" if kind.none is None else f"; none: {kind.none}"
                default = info.get_default() if defaults is None else getattr(defaults, name)
                yield Parameter(
                    f"{prefix}{name}",
                    typed,
                    kind.unit,
                    default,
                    kind.low,
                    kind.high,
                    kind.range,
                    f"{kind.description}{unset}",
                )


def near(name: str, known: Iterable[str]) -> str:
    """Say ``; nearest: …`` if a known name is like this one in its last part, the more so as a whole; else nothing."""

    def likeness(other: str) -> float:
        last = difflib.SequenceMatcher(
            None, name.rpartition(".")[2].lower(), other.rpartition(".")[2].lower()
        ).ratio()
        return 0.9 * last + 0.1 * difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()

    best = max(known, key=likeness, default="")
    return f"; nearest: {best}" if best and likeness(best) >= 0.6 else ""


def plain(number: float) -> str:
    """Write a number without a needless fraction or exponent: 1, 0.05, 268435456."""
    return str(int(number)) if float(number).is_integer() else repr(number)


def shown(value: Any) -> str:
    """Write what was given, in one short line."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # more digits, or deeper, than Python writes, or what its class raises
        text = f"{type(value).__name__} too long to show"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _line(error: ValidationError, section: type[Section]) -> str:
    """Put the first complaint into one line that starts with the dotted name."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):  # of a section within this one: it names the parameter itself
        line = f"{name}.{cause}" if name else str(cause)
    elif cause is not None:
        line = f"{name}: {cause}" if name else str(cause)
    elif first["type"] == "extra_forbidden":
        line = f"{name}: no such parameter{near(name, section.model_fields)}"
    elif first["type"] == "missing":
        line = f"{name}: missing; must be given"
    elif first["type"] == "callable_type":
        line = f"{name}: not a function (got {shown(first['input'])}); must be a function of (bond, candidate, day)"
    else:  # a section's place is taken by something else
        line = f"{name}: not a group of parameters (got {shown(first['input'])}); must be a mapping from names to values (a table in TOML)"
    others = error.error_count() - 1
    return f"{line}{f' ({others} more wrong)' if others else ''}"
