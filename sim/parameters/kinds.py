"""What a parameter is: a field of a section, with its range, unit, default and source.

A section declares each of its parameters once, with pydantic's ``Field`` and the markers below::

    limit: Annotated[
        Integer | None, Field(ge=1, le=10_000), Unit("strikes"), OrNone("no limit")
    ] = None

The string under it says what it stands for, and in brackets its source; [A] is an assumption. All
else is made from that declaration: reading, checking, the error line, the table of the docs, the
page's fields and the JSON schema.
"""

import difflib
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, Union, get_args, get_origin

import numpy as np
from pydantic import AllowInfNan, BaseModel, ConfigDict, Field, Strict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ..errors import InputError

EXACT = 2**53
"""A float above it may be another whole number than the one that was written."""
BACKSLASHES = "backslashes need single quotes, as 'C:\\Users\\me\\log.csv'"
WITHOUT_CONTROL = r"^[^\x00-\x1f\x7f-\x9f]+$"
"""What a text matches that is not empty and has no control characters."""

Integer = Annotated[int, Strict()]
Float = Annotated[float, Strict(), AllowInfNan(False)]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, Field(pattern=WITHOUT_CONTROL)]


@dataclass(frozen=True)
class Unit:
    """What a parameter counts or is measured in."""

    word: str


@dataclass(frozen=True)
class Expected:
    """The values that are right, in words, where type and range don't say them."""

    words: str


@dataclass(frozen=True)
class OrNone:
    """The parameter can be unset: by ``None``, or by the word "none", as TOML has no null."""

    meaning: str
    """What it means that it is unset."""


Probability = Annotated[Float, Field(ge=0, le=1), Unit("probability")]
PerClass = Annotated[
    tuple[Probability, Probability, Probability, Probability, Probability],
    Strict(),
    Unit("probability"),
    Expected("five numbers from 0 to 1, stranger to close"),
]
"""A probability for each tie class: stranger, online, met once or twice, met often, close."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$"), Expected("letters, digits, - and _")]
"""What stands under a name in a scenario: it goes into dotted names, columns and file names."""
PerDay = Annotated[Float, Field(ge=0, le=10_000), Unit("per day")]


class Parameter(NamedTuple):
    """One parameter, as ``python -m sim parameters`` shows it and other tools read it."""

    name: str
    """Dotted, as in ``platform.limit``; ``policies.NAME.share`` stands for each policy's."""
    type: str
    """``int``, ``float``, ``bool``, ``str``, ``3 floats`` or ``5 floats``; ``or none`` if unset."""
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

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, use_attribute_docstrings=True
    )

    def __init__(self, /, **parameters: Any) -> None:
        fields = type(self).model_fields
        plain = {
            name: _plain(fields[name], value) if name in fields else value
            for name, value in parameters.items()
        }
        try:
            super().__init__(**plain)
        except ValidationError as error:
            raise InputError(_line(error, fields, parameters)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        """Raise InputError: a section never changes."""
        raise InputError(
            f"{name}: can't be set (got {shown(value)}), a scenario and its parts stay as they "
            "are; must be a changed copy, as scenario.replace({'platform.limit': 3})"
        )

    def __delattr__(self, name: str) -> None:
        """Raise InputError: a section never changes."""
        raise InputError(
            f"{name}: can't be removed, a scenario and its parts stay as they are; "
            "must be left there"
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


class NamedSection(Section):
    """A group of parameters of which a scenario can have several, each with a name of its own."""

    name: str


def with_name(name: str | None, numbers: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a named section whose name may stand first, without a word."""
    if name is not None and "name" in numbers:
        raise InputError(
            f"name: given twice (got {shown(name)} and {shown(numbers['name'])}); must be one"
        )
    return numbers if name is None else {"name": name, **numbers}


class FixedDict[S: NamedSection](dict[str, S]):
    """Sections by their names: a dict that can't be changed."""

    what: ClassVar[str]
    """What they are, as a scenario calls them."""
    change: ClassVar[str]
    """A change as ``replace`` takes it."""

    def _refused(self, *given: Any, **named: Any) -> Any:
        right = f"must be a changed copy, as scenario.replace({{{self.change}}})"
        raise InputError(
            f"{self.what}: can't be changed, a scenario and its parts stay as they are; {right}"
        )

    __setitem__ = __delitem__ = __ior__ = _refused
    clear = pop = popitem = setdefault = update = _refused

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how pickle and copy make it again."""
        # else pickle and copy would set the items one by one, as for any dict
        return type(self), (dict(self),)


def declared(
    section: type[Section], prefix: str = "", defaults: Section | None = None
) -> Iterator[Parameter]:
    """Yield a section's own parameters in their order, their names under ``prefix``.

    The default of each is that of ``defaults``, if given.
    """
    for name, info in section.model_fields.items():
        if not info.description:  # a section, or a function
            continue
        none, unit = _marker(info, OrNone), _marker(info, Unit)
        described = " ".join(info.description.split())
        yield Parameter(
            name=f"{prefix}{name}",
            type=f"{_type_name(info)}{' or none' if none else ''}",
            unit=unit.word if unit else "",
            default=info.get_default() if defaults is None else getattr(defaults, name),
            **_bounds(info),
            range=_range(info),
            description=f"{described}; none: {none.meaning}" if none else described,
        )


def reader(section: type[Section], name: str) -> Callable[[Any], Any]:
    """Return the function that reads a value of one parameter, or raises an ``InputError``."""
    info = section.model_fields[name]
    annotated: Any = Annotated[info.annotation, Field(), *info.metadata]
    adapter: TypeAdapter[Any] = TypeAdapter(annotated)

    def read(value: Any) -> Any:
        try:
            return adapter.validate_python(_plain(info, value))
        except ValidationError as error:
            raise InputError(_problem(info, value, error.errors(include_url=False)[0])) from None

    return read


def plain_value(value: Any) -> Any:
    """Return a number or an array of numpy as Python's own, and all else as it is."""
    if not isinstance(value, np.generic | np.ndarray):
        return value
    inner = value.tolist()
    return value if inner is None else inner  # None: not a time, or masked, which is not "unset"


def unset(value: Any) -> bool:
    """Return whether a value says that a parameter is unset: ``None``, or the word "none"."""
    return value is None or (isinstance(value, str) and value.lower() == "none")


def expected(right: str, given: Any) -> str:
    """Return how every error line says it of a value: what is expected, and what was given."""
    return f"expected {right}, got {shown(given)}"


def near(name: str, known: Iterable[str]) -> str:
    """Return ``; nearest: …`` if a known name is like this one, in its last part most; else ""."""

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


def _marker[T](info: FieldInfo, kind: type[T]) -> T | None:
    return next((marker for marker in _markers(info) if isinstance(marker, kind)), None)


def _markers(info: FieldInfo) -> list[Any]:
    """Return what is annotated to a parameter, and to its type where it can be unset."""
    union = get_origin(info.annotation) in (types.UnionType, Union)
    parts = get_args(info.annotation) if union else ()
    of_type = [part.__metadata__ for part in parts if get_origin(part) is Annotated]
    return [*info.metadata, *(marker for markers in of_type for marker in markers)]


def _type(info: FieldInfo) -> Any:
    """Return a parameter's type, without ``None`` and what is annotated."""
    found: Any = info.annotation
    if get_origin(found) in (types.UnionType, Union):
        found = next(each for each in get_args(found) if each is not type(None))
    return get_args(found)[0] if get_origin(found) is Annotated else found


def _type_name(info: FieldInfo) -> str:
    found = _type(info)
    named = {tuple: f"{len(get_args(found))} floats", Literal: "str"}
    return named.get(get_origin(found)) or str(found.__name__)


def _bounds(info: FieldInfo) -> dict[str, Any]:
    """Return the ends of a parameter's range: ``low`` and ``high``, or None."""
    inner = get_args(_type(info)) if get_origin(_type(info)) is tuple else ()
    markers = inner[0].__metadata__ if inner else _markers(info)
    ends = {"low": None, "high": None}
    for marker in markers:
        for part in getattr(marker, "metadata", [marker]):
            ends["low"] = getattr(part, "ge", ends["low"])
            ends["high"] = getattr(part, "le", ends["high"])
    return ends


def _range(info: FieldInfo) -> str:
    """Return the values that are right, in words."""
    words, found = _marker(info, Expected), _type(info)
    if words:
        return words.words
    if get_origin(found) is Literal:
        return f"one of {', '.join(get_args(found))}"
    if found in (int, float):
        low, high = _bounds(info).values()
        number = "a whole number" if found is int else "a number"
        return f"{number} from {plain(low)} to {plain(high)}"
    return "true or false" if found is bool else "a table, or a mapping from names to values"


def _plain(info: FieldInfo, given: Any) -> Any:
    """Return a value that was given as the plain Python value that pydantic checks."""
    value, found = plain_value(given), _type(info)
    if value is not None and unset(value):
        return None if _marker(info, OrNone) else value
    if found is int and isinstance(value, float) and value.is_integer() and value <= EXACT:
        return int(value)
    if found is str and hasattr(value, "__fspath__"):
        return str(value)
    if get_origin(found) is tuple and isinstance(value, list | tuple):
        return tuple(plain_value(each) for each in value)
    return value


def _problem(info: FieldInfo, given: Any, first: ErrorDetails) -> str:
    """Return what is wrong with a parameter's value, after its name."""
    cause = first.get("ctx", {}).get("error")
    if cause is not None:
        return str(cause)
    right = _range(info)
    if first["type"] == "string_unicode":
        right += " in UTF-8"
    if _marker(info, OrNone):
        right += ' or "none"'
    line = expected(right, given)
    if first.get("ctx", {}).get("pattern") == WITHOUT_CONTROL and given:
        line += f"; in TOML {BACKSLASHES}"
    if get_origin(_type(info)) is Literal and isinstance(given, str):
        line += near(given, get_args(_type(info)))
    return line


def _line(error: ValidationError, fields: Mapping[str, FieldInfo], given: Mapping[str, Any]) -> str:
    """Return the first complaint as one line that starts with the dotted name."""
    complaints = error.errors(include_url=False)
    first = complaints[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InputError):  # of a section within this one: it names the parameter
        line = ".".join([*map(str, first["loc"]), str(cause)])
    elif first["type"] == "extra_forbidden":
        line = f"{name}: no such parameter{near(name, fields)}"
    elif first["type"] == "missing" and name not in given:
        line = f"{name}: missing; must be given"
    else:
        line = f"{name}: {_problem(fields[name], given.get(name), first)}"
    wrong = {tuple(part for part in each["loc"] if isinstance(part, str)) for each in complaints}
    others = len(wrong) - 1
    return f"{line}{f' ({others} more wrong)' if others else ''}"
