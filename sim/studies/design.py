"""Designs: the points of a study, each a combination of values for some of a scenario's parameters.

A grid has every combination, a list of points has those that somebody wrote down, and a Latin hypercube or a Sobol' sequence spreads a
number of points evenly over ranges. Whatever it comes from, a design is a table: a column for each dotted parameter name, a row for each
point, in an order that does not change. Values are read by the parameter itself, so a name or a value that does not fit is refused before
anything runs. What is wrong only in combination shows when the point is run.
"""

import csv
import functools
import hashlib
import io
import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..archives import unpacked
from ..errors import InputError
from ..model.fingerprint import fingerprint
from ..parameters.checks import by_name, located, numbers, whole
from ..parameters.kinds import Section, shown
from ..scenario.scenario import Scenario, declared_parameter, reader

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

MOST_POINTS = 10_000_000
"""Points that a design may have; a grid of more is most likely a slip."""
_MISSING = {"", "nan", "na", "n/a", "<na>", "null"}
"""Words that a cell has, in small letters, where nothing is."""
_UNKNOWN = {"NoneType", "NAType", "NaTType"}
"""Types of what a table has where nothing is."""
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Design:
    """The points of a study."""

    names: tuple[str, ...]
    """Dotted names of the parameters that differ between points."""
    rows: Sequence[Values]
    """A row for each point, a value for each name; a point's number is its place, from 0."""

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Design: {len(self)} points of {', '.join(self.names) or 'nothing'}>"

    def point(self, number: int) -> dict[str, Any]:
        """Give the values of a point, by name."""
        return dict(zip(self.names, self.rows[number], strict=True))

    def read(self, scenario: Scenario) -> "Design":
        """Give the same design with every value as its parameter holds it.

        Raises
        ------
        InputError
            A name that the scenario does not have, or a value that does not fit, with the point where it stands.
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
        """Write a point's values in one line of JSON: the same values, the same line."""
        return as_text(self.rows[number])

    @functools.cached_property
    def digest(self) -> str:
        """Tell designs apart by their names, values and order."""
        digest = hashlib.sha256(as_text(self.names).encode())
        for number in range(len(self)):
            digest.update(f"\n{self.text(number)}".encode())
        return digest.hexdigest()

    @functools.cached_property
    def first(self) -> NDArray[np.int64]:
        """The number, for each point, of the first point that has the same values: only that one needs to be run."""
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
        """Give the values of some points as columns that Parquet can hold.

        A number that is unset is null; what is neither a number, a word nor true or false, such as policies, is JSON.
        """
        import pyarrow

        columns = {}
        for place, name in enumerate(self.names):
            kind, values = _type(name), (self.rows[number][place] for number in numbers)
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
        """Find a point by its number, or by the values that tell it from the others.

        Raises
        ------
        InputError
            No point is meant, or more than one.
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
                f"{shown(dict(point))}: {len(different) or 'no'} points have these values; must be those of one point"
            )
        return different[0]


def designed(given: Any) -> Design:
    """Make a design of what stands for one: a mapping is a grid; a table, a CSV file or a list of mappings are points."""
    if isinstance(given, Design):
        return given
    return grid(given) if isinstance(given, Mapping) else points(given)


def grid(vary: Mapping[str, Iterable[Any]]) -> Design:
    """Make every combination of values; the last parameter changes fastest.

    Parameters
    ----------
    vary : mapping
        From dotted names to lists of values.
    """
    for name, values in by_name(
        "the design", vary, "lists of values by dotted name, as {'platform.limit': [2, 3, 5]}"
    ).items():
        if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
            raise InputError(
                f"{name}: not a list of values (got {shown(values)}); must be a list, as [2, 3, 5]"
            )
    lists = {name: list(values) for name, values in vary.items()}
    empty = next((name for name, values in lists.items() if not values), None)
    if empty is not None:
        raise InputError(f"{empty}: no values; must be a list of at least one")
    number = int(np.prod([float(len(values)) for values in lists.values()]))
    if number > MOST_POINTS:
        raise InputError(f"the grid has {number:,} points; must be {MOST_POINTS:,} or less")
    return Design(tuple(lists), list(itertools.product(*lists.values())))


def points(table: "pd.DataFrame | str | Path | Iterable[Mapping[str, Any]]") -> Design:
    """Take points as they are listed.

    Parameters
    ----------
    table : DataFrame, path of a CSV file, or list of mappings
        A column for each dotted name, a row for each point. A missing value (an empty cell, NaN,
        NA) or the word ``none`` is an unset parameter. A file may be packed, as a contact log may.
    """
    import pandas as pd

    if isinstance(table, str | Path):
        return _points_of_csv(located(table))
    listed = (
        table if isinstance(table, pd.DataFrame) else pd.DataFrame(_mappings(table), dtype=object)
    )
    names = tuple(str(name) for name in listed.columns)
    columns = [
        [None if _missing(value) else value for value in listed[name].astype(object)]
        for name in listed.columns
    ]
    return _listed(names, list(zip(*columns, strict=True)), "the points")


def _mappings(table: Any) -> list[Mapping[str, Any]]:
    listed = list(table) if isinstance(table, Iterable) else [table]
    for point in listed:
        by_name(
            "the points",
            point,
            "values by dotted name for each point, as [{'platform.limit': 3}], or a DataFrame or CSV file",
        )
    return listed


def _points_of_csv(path: str | Path) -> Design:
    from ..parameters.settings import value_read

    data = unpacked(path, "a CSV file of points")
    lines = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    names: list[str] = []
    rows: list[Values] = []
    try:
        for fields in reader:
            if not "".join(fields).strip(" \t") and len(fields) < 2:
                continue
            if not names:
                names = [name.strip() for name in fields]
                if "" in names:
                    raise ValueError("the header has a field without a name")
            elif len(fields) != len(names):
                raise ValueError(f"{len(fields)} fields, the header has {len(names)}")
            else:
                rows.append(tuple(value_read(text.strip()) for text in fields))
    except (ValueError, csv.Error) as error:
        where = f"{path}, line {reader.line_num}: {' '.join(str(error).split())}"
        raise InputError(f"{where}; must have a header and a row for each point") from None
    rows = [tuple(None if _missing(value) else value for value in row) for row in rows]
    return _listed(tuple(names), rows, str(path))


def _listed(names: tuple[str, ...], rows: list[Values], where: str) -> Design:
    if not rows:
        raise InputError(f"{where}: no points; must be at least one")
    if len(set(names)) < len(names):
        raise InputError(f"{where}: a parameter stands twice ({', '.join(names)}); must stand once")
    return Design(names, rows)


def latin_hypercube(ranges: Mapping[str, Any], number: int, seed: int = 1) -> Design:
    """Spread points so that each parameter has one in each of ``number`` equal parts of its range.

    Parameters
    ----------
    ranges : mapping
        From dotted names to ``(low, high)``, both included, or to a list of other values, which share the range equally.
    number : int
        Points.
    seed : int
        Of the draw.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(whole("seed", seed, 0))
    return _spread(
        ranges, number, lambda dimensions: qmc.LatinHypercube(dimensions, rng=rng).random(number)
    )


def sobol(ranges: Mapping[str, Any], number: int, seed: int = 1) -> Design:
    """Spread points by a scrambled Sobol' sequence, which fills all ranges together evenly.

    Parameters
    ----------
    ranges : mapping
        As for ``latin_hypercube``.
    number : int
        Points, a power of two: only then is the sequence balanced.
    seed : int
        Of the scrambling.
    """
    from scipy.stats import qmc

    number = whole("points", number)
    if number & (number - 1):
        raise InputError(
            f"points: not a power of two (got {number}); must be one for a Sobol' sequence, as {1 << number.bit_length()}"
        )
    power, rng = number.bit_length() - 1, np.random.default_rng(whole("seed", seed, 0))
    return _spread(
        ranges, number, lambda dimensions: qmc.Sobol(dimensions, rng=rng).random_base2(power)
    )


def from_salib(problem: Mapping[str, Any], sample: ArrayLike) -> Design:
    """Take the points that SALib has drawn.

    Whole numbers get an equal part of their range each, both ends included; where they are not
    drawn evenly (``dists``) they are rounded. Flags are true from one half on.

    Parameters
    ----------
    problem : mapping
        With ``names``: dotted names, ``bounds``: ``[low, high]`` for each, and SALib's ``dists``.
    sample : array (points, names)
        As SALib's ``sample`` functions give it.
    """
    given = by_name("problem", problem, "SALib's, with dotted names in names").get("names")
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"problem: names: not a list (got {shown(given)}); must be dotted names")
    names, values = tuple(map(str, given)), numbers("the sample", sample)
    if not np.isfinite(values).all():
        raise InputError(
            "the sample: has a number that is not finite; must be as SALib's sample functions give it"
        )
    if values.ndim != 2 or values.shape[1] != len(names):
        raise InputError(
            f"the sample has the shape {values.shape}; must be (points, {len(names)}) for {', '.join(names)}"
        )
    dists = problem.get("dists") or ["unif"] * len(names)
    bounds = problem.get("bounds")
    columns: list[list[Any]] = []
    for place, (name, column) in enumerate(zip(names, values.T, strict=True)):
        kind = _type(name)
        if kind == "bool":
            columns.append((column >= 0.5).tolist())
        elif kind != "int":
            columns.append(column.tolist())
        elif bounds is None or dists[place] != "unif":
            columns.append(np.rint(column).astype(int).tolist())
        else:
            low, high = _bounds(name, bounds, place, len(names))
            part = (column - low) / (high - low)
            if part.min(initial=0) < -1e-9 or part.max(initial=1) > 1 + 1e-9:
                raise InputError(f"the sample: {name}: not within its bounds; must be as drawn")
            columns.append(_whole_numbers(name, low, high, part))
    return _listed(names, list(zip(*columns, strict=True)), "the sample")


def _bounds(name: str, bounds: Any, place: int, number: int) -> tuple[float, float]:
    table = numbers("problem: bounds", bounds)
    if table.shape != (number, 2) or not table[place, 0] < table[place, 1]:
        raise InputError(f"problem: bounds: no range for {name}; must be [low, high] for each name")
    return float(table[place, 0]), float(table[place, 1])


def _whole_numbers(name: str, low: float, high: float, part: NDArray[np.float64]) -> list[int]:
    """Return the whole numbers of a range at parts of it from 0 to 1, each with equal right."""
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        raise InputError(f"{name}: no whole number from {low} to {high}; must have at least one")
    drawn = np.floor(first + part * (last - first + 1)).astype(int)
    return np.clip(drawn, first, last).tolist()  # type: ignore[no-any-return]


def _spread(ranges: Mapping[str, Any], number: int, draw: Any) -> Design:
    by_name("the design", ranges, "ranges by dotted name, as {'platform.limit': (2, 9)}")
    if whole("points", number) > MOST_POINTS:
        raise InputError(f"points: too many (got {number:,}); must be {MOST_POINTS:,} or less")
    if not ranges:
        raise InputError("the design varies nothing; must have a range for at least one parameter")
    drawn = draw(len(ranges))
    columns = [
        _scaled(name, span, column)
        for (name, span), column in zip(ranges.items(), drawn.T, strict=True)
    ]
    return Design(tuple(ranges), list(zip(*columns, strict=True)))


def _scaled(name: str, span: Any, column: NDArray[np.float64]) -> list[Any]:
    """Bring numbers from 0 to 1 to a range or to a list of values."""
    if (
        isinstance(span, str | Mapping)
        or not isinstance(span, Iterable)
        or not (listed := list(span))
    ):
        raise InputError(
            f"{name}: not a range (got {shown(span)}); must be [low, high], or a list of values"
        )
    if len(listed) != 2 or not all(
        isinstance(end, int | float) and not isinstance(end, bool) for end in listed
    ):
        return [listed[int(place)] for place in column * len(listed)]
    low, high = listed
    if not -math.inf < low < high < math.inf:
        raise InputError(
            f"{name}: not a range (got {shown(span)}); must be [low, high] with low below high"
        )
    if _type(name) == "int":
        return _whole_numbers(name, low, high, column)
    return (low + column * (high - low)).tolist()  # type: ignore[no-any-return]


def as_text(value: Any) -> str:
    """Write values as one line of JSON; a policy's function is all that decides it."""
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


def _missing(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in _MISSING
    number = isinstance(value, float | np.floating | Decimal)
    return (number and value != value) or type(value).__name__ in _UNKNOWN


def _type(name: str) -> str:
    """Return the type of a parameter; "" of what is more than one number or word."""
    parameter = declared_parameter(name)
    return parameter.type.removesuffix(" or none") if parameter else ""


def _read(read: Callable[[Any], Any], name: str, value: Any, number: int) -> Any:
    try:
        return read(value)
    except InputError as error:
        raise InputError(f"{name}: {error} (point {number})") from None
