"""Societies that fit what is known of real ones: drawn from the sample that calibration has left.

``posterior.csv`` is that sample (``experiments/calibrate.py`` made it; its first lines say how).
Some parameters are set by no data, and the size of every answer hangs on them; they are drawn from
ranges that are assumptions: attempts a day, the least estimate at which those who invite whom they
have interacted with invite, the shares of the policies, and the limit of strikes. What is known is
the ratio of clicks and limit, so the click goes with the limit.
"""

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..parameters.checks import whole
from .scenario import Scenario, checked

POSTERIOR = Path(__file__).with_name("posterior.csv")
"""A row for each point: the parameters by dotted name, and its weight."""
WEIGHT = "weight"
CAREFUL = "interacted"
"""The policy whose least estimate of acceptance is drawn."""
PER_DAY = (0.25, 1.0)
MIN_ACCEPTANCE = (0.1, 0.4)
CONCENTRATION = 3.0
"""Of the Dirichlet law of the shares."""
LIMITS = (3, 8)
LIMIT = 5
"""The limit of strikes that the clicks were calibrated with."""
DIGITS = 6
"""Drawn numbers are rounded, so that every processor draws the same."""


def plausible_societies(
    number: int, *, base: Scenario | None = None, seed: int = 1
) -> list[Scenario]:
    """Return scenarios that fit the data, to see how far an answer hangs on what is not known.

    Parameters
    ----------
    number : int
        How many, 1 or more.
    base : Scenario, optional
        Has all that is not drawn: members, days, its own seed; None: the default scenario.
    seed : int
        Of the draw; society k is the same for any number of societies.

    Returns
    -------
    list of Scenario

    Notes
    -----
    Drawn from the posterior sample: acceptance by tie class, reserve, lift by a reference,
    activity, looks and clicks. Drawn from ranges, which are assumptions: ``inviting.per_day``
    log-uniform from .25 to 1, ``policies.interacted.min_acceptance`` uniform from .1 to .4, the
    shares of the policies Dirichlet(3, 3, 3), ``platform.limit`` 3 to 8 with the click times
    limit / 5.

    Examples
    --------
    >>> import sim
    >>> societies = sim.plausible_societies(3, base=sim.Scenario(members=200, days=60))
    >>> len(societies), societies == sim.plausible_societies(4, base=societies[0])[:3]
    (3, True)
    """
    chosen = checked(Scenario() if base is None else base, "base")
    names, points, weights = _sample(POSTERIOR)
    upto = np.cumsum(weights) / weights.sum()
    key = whole("seed", seed, 0)
    societies = []
    for society in range(whole("number", number)):
        draw = np.random.Generator(np.random.Philox(key=np.array([key, society], np.uint64)))
        point = points[int(np.searchsorted(upto, draw.random(), side="right"))]
        societies.append(
            chosen.replace(_changes(chosen, dict(zip(names, point, strict=True)), draw))
        )
    return societies


def _changes(base: Scenario, point: dict[str, float], draw: np.random.Generator) -> dict[str, Any]:
    """Return what differs in one society: a point of the posterior, and what is not set by data."""
    lowest, highest = map(math.log, PER_DAY)
    per_day = math.exp(draw.uniform(lowest, highest))
    careful = draw.uniform(*MIN_ACCEPTANCE)
    shares = draw.dirichlet([CONCENTRATION] * len(base.policies))
    limit = int(draw.integers(LIMITS[0], LIMITS[1], endpoint=True))
    five = [number for name, number in sorted(point.items()) if "[" in name]
    changes: dict[str, Any] = {name: number for name, number in point.items() if "[" not in name}
    click = changes["answering.idk_click"] * limit / LIMIT
    changes |= {
        "answering.accept": tuple(five),
        "answering.idk_click": round(click, DIGITS),
        "inviting.per_day": round(per_day, DIGITS),
        "platform.limit": limit,
    }
    for name, share in zip(base.policies, shares, strict=True):
        changes[f"policies.{name}.share"] = round(float(share), DIGITS)
    if CAREFUL in base.policies:
        changes[f"policies.{CAREFUL}.min_acceptance"] = round(careful, DIGITS)
    return changes


def _sample(path: Path) -> tuple[list[str], list[list[float]], "np.ndarray[Any, Any]"]:
    """Return names, points and weights of a posterior sample."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.reader(line for line in file if not line.startswith("#")))
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); must be the posterior sample"
        ) from None
    names, *values = rows
    place = names.index(WEIGHT)
    numbers = [[float(value) for value in row] for row in values]
    weights = np.array([row.pop(place) for row in numbers])
    return [name for name in names if name != WEIGHT], numbers, weights
