"""Designs whose points are drawn from ranges: Latin hypercubes, Sobol' sequences, and SALib's."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import InputError
from ...parameters.checks import by_name, numbers, whole
from ...parameters.kinds import shown
from .design import MOST_POINTS, Design, type_of
from .listed import listed_points


def latin_hypercube(ranges: Mapping[str, Any], number: int, seed: int = 1) -> Design:
    """Draw points so that each parameter has one in each of ``number`` equal parts of its range.

    Parameters
    ----------
    ranges : mapping
        From dotted names to ``(low, high)``, both included; or to a list of values that are not two
        numbers, which are drawn equally often.
    number : int
        Number of points.
    seed : int
        Seed of the draw.

    Examples
    --------
    >>> import sim
    >>> sim.design.latin_hypercube({"platform.limit": (1, 9), "meeting.rate": (0.5, 4)}, 20)
    <Design: 20 points of platform.limit, meeting.rate>
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(whole("seed", seed, 0))
    return _spread(
        ranges, number, lambda dimensions: qmc.LatinHypercube(dimensions, rng=rng).random(number)
    )


def sobol(ranges: Mapping[str, Any], number: int, seed: int = 1) -> Design:
    """Draw points by a scrambled Sobol' sequence, which fills the space of all ranges evenly.

    Parameters
    ----------
    ranges : mapping
        As in `latin_hypercube`.
    number : int
        Number of points, a power of two: only then is the sequence balanced.
    seed : int
        Seed of the scrambling.
    """
    from scipy.stats import qmc

    number = whole("points", number)
    if number & (number - 1):
        raise InputError(
            f"points: not a power of two (got {number}); must be one for a Sobol' sequence, as "
            f"{1 << number.bit_length()}"
        )
    power, rng = number.bit_length() - 1, np.random.default_rng(whole("seed", seed, 0))
    return _spread(
        ranges, number, lambda dimensions: qmc.Sobol(dimensions, rng=rng).random_base2(power)
    )


def from_salib(problem: Mapping[str, Any], sample: ArrayLike) -> Design:
    """Return a design of points that SALib has drawn.

    If a parameter is a whole number, each value has an equal part of the range, both ends included;
    if the draw is not even (``dists``), values are rounded instead. A flag is true at 0.5 or more.

    Parameters
    ----------
    problem : mapping
        With ``names``: dotted names, ``bounds``: ``[low, high]`` for each, and SALib's ``dists``.
    sample : array (points, names)
        As SALib's ``sample`` functions return it.
    """
    given = by_name("problem", problem, "SALib's, with dotted names in names").get("names")
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InputError(f"problem: names: not a list (got {shown(given)}); must be dotted names")
    names, values = tuple(map(str, given)), numbers("the sample", sample)
    if not np.isfinite(values).all():
        raise InputError(
            "the sample: has a number that is not finite; must be as SALib's sample functions "
            "give it"
        )
    if values.ndim != 2 or values.shape[1] != len(names):
        raise InputError(
            f"the sample has the shape {values.shape}; must be (points, {len(names)}) for "
            f"{', '.join(names)}"
        )
    dists = problem.get("dists") or ["unif"] * len(names)
    bounds = problem.get("bounds")
    columns: list[list[Any]] = []
    for place, (name, column) in enumerate(zip(names, values.T, strict=True)):
        kind = type_of(name)
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
    return listed_points(names, list(zip(*columns, strict=True)), "the sample")


def _bounds(name: str, bounds: Any, place: int, number: int) -> tuple[float, float]:
    table = numbers("problem: bounds", bounds)
    if table.shape != (number, 2) or not table[place, 0] < table[place, 1]:
        raise InputError(f"problem: bounds: no range for {name}; must be [low, high] for each name")
    return float(table[place, 0]), float(table[place, 1])


def _whole_numbers(name: str, low: float, high: float, part: NDArray[np.float64]) -> list[int]:
    """Return the whole numbers at parts of a range from 0 to 1; each number has an equal part."""
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
    """Scale numbers from 0 to 1 to a range, or to the places of a list of values."""
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
    if type_of(name) == "int":
        return _whole_numbers(name, low, high, column)
    return (low + column * (high - low)).tolist()  # type: ignore[no-any-return]
