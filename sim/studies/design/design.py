"""A design: the points of a study, and how their values are read and written."""

import functools
import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...model.fingerprint import fingerprint
from ...parameters.kinds import Section, shown
from ...scenario.scenario import Scenario, declared_parameter, reader

if TYPE_CHECKING:
    import pyarrow

MOST_POINTS = 10_000_000
"""The most points of a design; a grid of more is most likely a mistake."""
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Design:
    """The points of a study: a table with a column for each parameter and a row for each point."""

    names: tuple[str, ...]
    """Dotted names of the parameters that differ between points."""
    rows: Sequence[Values]
    """A row for each point, with a value for each name; points are numbered from 0."""

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Return size and names, for a prompt."""
        return f"<Design: {len(self)} points of {', '.join(self.names) or 'nothing'}>"

    def point(self, number: int) -> dict[str, Any]:
        """Return the values of a point, by name."""
        return dict(zip(self.names, self.rows[number], strict=True))

    def read(self, scenario: Scenario) -> "Design":
        """Return the same design with each value as its parameter stores it.

        Raises
        ------
        InputError
            A name is not that of a parameter, or a value does not fit; the message names the point.
        """
        for name in self.names:
            scenario.require(name)
        readers = [reader(name) for name in self.names]
        rows = [
            tuple(map(_read, readers, self.names, row, itertools.repeat(number)))
            for number, row in enumerate(self.rows)
        ]
        return Design(self.names, rows)

    def text(self, number: int) -> str:
        """Return the values of a point as one line of JSON; equal values have equal lines."""
        return as_text(self.rows[number])

    @functools.cached_property
    def digest(self) -> str:
        """Return a digest of all names and values, in their order."""
        digest = hashlib.sha256(as_text(self.names).encode())
        for number in range(len(self)):
            digest.update(f"\n{self.text(number)}".encode())
        return digest.hexdigest()

    @functools.cached_property
    def first(self) -> NDArray[np.int64]:
        """Return for each point the first one with the same values: only this first one is run."""
        seen: dict[bytes, int] = {}
        texts = (
            hashlib.sha256(self.text(number).encode()).digest()[:16] for number in range(len(self))
        )
        return np.fromiter(
            (seen.setdefault(text, number) for number, text in enumerate(texts)),
            np.int64,
            len(self),
        )

    def columns(self, numbers: NDArray[np.int64]) -> "dict[str, pyarrow.Array]":
        """Return the values of some points as columns that Parquet can hold.

        A value that is unset is null. A value that is not a number, a text or a flag, such as
        policies, is written as JSON.
        """
        import pyarrow

        columns = {}
        for place, name in enumerate(self.names):
            kind, values = type_of(name), (self.rows[number][place] for number in numbers)
            plain = {
                "int": pyarrow.uint64() if name == "seed" else pyarrow.int64(),
                "bool": pyarrow.bool_(),
                "float": pyarrow.float64(),
            }
            if kind in plain:
                columns[name] = pyarrow.array(values, plain[kind])
            else:
                texts = (
                    value if value is None or isinstance(value, str) else as_text(value)
                    for value in values
                )
                columns[name] = pyarrow.array(texts, pyarrow.string())
        return columns

    def number(self, point: "int | Mapping[str, Any]", scenario: Scenario) -> int:
        """Return the number of a point, given by this number or by values that only it has.

        Raises
        ------
        InputError
            No point has this number or these values, or several points have these values.
        """
        if not isinstance(point, Mapping):
            if not isinstance(point, int | np.integer) or not 0 <= point < len(self):
                raise InputError(f"point {point}: not there; must be 0 to {len(self) - 1}")
            return int(point)
        unknown = next((name for name in point if name not in self.names), None)
        if unknown is not None:
            raise InputError(
                f"{unknown}: not varied in this study; must be one of {', '.join(self.names)}"
            )
        places = [self.names.index(name) for name in point]
        wanted = as_text(Design(tuple(point), [tuple(point.values())]).read(scenario).rows[0])
        found = [
            number
            for number, row in enumerate(self.rows)
            if as_text([row[place] for place in places]) == wanted
        ]
        different = sorted({int(self.first[number]) for number in found})
        if len(different) != 1:
            raise InputError(
                f"{shown(dict(point))}: {len(different) or 'no'} points have these values; must "
                "be those of one point"
            )
        return different[0]


def as_text(value: Any) -> str:
    """Return values as one line of JSON; a function is represented by its fingerprint."""
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return {name: _plain(inner) for name, inner in value}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if callable(value):
        return fingerprint(value, "condition")
    return value.item() if isinstance(value, np.generic) else value


def type_of(name: str) -> str:
    """Return the type of a parameter; "" if it is not a single value."""
    parameter = declared_parameter(name)
    return parameter.type.removesuffix(" or none") if parameter else ""


def _read(read: Callable[[Any], Any], name: str, value: Any, number: int) -> Any:
    try:
        return read(value)
    except InputError as error:
        raise InputError(f"{name}: {error} (point {number})") from None
