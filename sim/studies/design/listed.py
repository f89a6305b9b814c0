"""Designs whose points are listed: grids, tables and CSV files."""

import csv
import io
import itertools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...archives import unpacked
from ...errors import InputError
from ...parameters.checks import by_name, located
from ...parameters.kinds import shown
from .design import MOST_POINTS, Design, Values

if TYPE_CHECKING:
    import pandas as pd

_MISSING = {"", "nan", "na", "n/a", "<na>", "null"}
"""Texts that stand for a missing value, in small letters."""
_UNKNOWN = {"NoneType", "NAType", "NaTType"}
"""Types of missing values in tables."""


def designed(given: Any) -> Design:
    """Return the design that a user has given.

    A mapping is a grid; a table, a CSV file or a list of mappings is a list of points.
    """
    if isinstance(given, Design):
        return given
    return grid(given) if isinstance(given, Mapping) else points(given)


def grid(vary: Mapping[str, Iterable[Any]]) -> Design:
    """Return a design of every combination of values; the last parameter changes fastest.

    Parameters
    ----------
    vary : mapping
        From dotted names to lists of values.

    Examples
    --------
    >>> import sim
    >>> sim.design.grid({"platform.limit": [2, 3, 5], "days": [100, 200]})
    <Design: 6 points of platform.limit, days>
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
    """Return a design of the points in a table, in their order.

    Parameters
    ----------
    table : DataFrame, path of a CSV file, or list of mappings
        A column for each dotted name, a row for each point. A missing value (an empty cell, NaN,
        NA) or the word ``none`` is an unset parameter. A file may be compressed, as a contact log
        may.

    Examples
    --------
    >>> import sim
    >>> sim.design.points([{"platform.limit": 3}, {"platform.limit": None}])
    <Design: 2 points of platform.limit>
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
    return listed_points(names, list(zip(*columns, strict=True)), "the points")


def _mappings(table: Any) -> list[Mapping[str, Any]]:
    listed = list(table) if isinstance(table, Iterable) else [table]
    for point in listed:
        by_name(
            "the points",
            point,
            "values by dotted name for each point, as [{'platform.limit': 3}], or a DataFrame or "
            "CSV file",
        )
    return listed


def _points_of_csv(path: str | Path) -> Design:
    from ...parameters.settings import value_read

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
    return listed_points(tuple(names), rows, str(path))


def listed_points(names: tuple[str, ...], rows: list[Values], where: str) -> Design:
    """Return a design of rows of values; ``where`` begins the error if there are no rows."""
    if not rows:
        raise InputError(f"{where}: no points; must be at least one")
    if len(set(names)) < len(names):
        raise InputError(f"{where}: a parameter stands twice ({', '.join(names)}); must stand once")
    return Design(names, rows)


def _missing(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in _MISSING
    number = isinstance(value, float | np.floating | Decimal)
    return (number and value != value) or type(value).__name__ in _UNKNOWN
