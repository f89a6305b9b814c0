"""Statistics over replications: means with their intervals, and differences between runs that had the same luck.

Replications differ in their seed alone, so their values are independent draws and Student's t gives the interval of their mean. Two
policies or rules under the same seed share every draw that the rule does not change (common random numbers; Klein et al. 2024,
arXiv:2409.02086). So what is compared is pairs: the interval is that of the mean difference, narrower the more the two have in common.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..parameters.checks import numbers, real
from ..parameters.kinds import shown
from .definitions import LEVEL, MEDIANS

if TYPE_CHECKING:
    import pandas as pd

NOT_MEASURED = ("replication", "seed")
"""Columns of a table of runs that only say which run it was."""


class Interval(NamedTuple):
    """A mean over replications, in the unit of the values."""

    mean: float
    low: float
    high: float
    replications: int
    """How many values there were, NaN left out."""


class Difference(NamedTuple):
    """A mean of paired differences, in the unit of the values."""

    mean: float
    low: float
    high: float
    replications: int
    """How many pairs there were, those with a NaN left out."""
    variance_saved: float
    """The share of variance that pairing spares, 1 - var(a - b) / (var(a) + var(b)): 1 where the two differ by a constant, 0 where they are
    unrelated, below 0 where they are opposed; NaN where neither varies."""


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Give the mean of replications and its t interval.

    Parameters
    ----------
    values : array (R,)
        A number a replication; a NaN, no value in that replication, is left out.
    level : float
        Of the interval, 0 to 1.

    Returns
    -------
    Interval
        One replication has no bounds (NaN), none has no mean either.
    """
    known = numbers("values", values)
    known = known[~np.isnan(known)]
    number = len(known)
    mean = known.mean() if number else np.nan
    half = _half_width(known.std(ddof=1) if number > 1 else np.nan, number, level)
    return Interval(float(mean), float(mean - half), float(mean + half), number)


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """Give the mean of a - b over pairs, its t interval, and what pairing was worth.

    Parameters
    ----------
    a, b : array (R,)
        A number a replication, both in the same order of seeds; pairs with a NaN are left out.
    level : float
        Of the interval, 0 to 1.

    Raises
    ------
    InputError
        Where there are not as many of the one as of the other, or they are no numbers.
    """
    one, other = numbers("a", a), numbers("b", b)
    if one.shape != other.shape:
        raise InputError(
            f"a, b: not pairs (got {one.size} and {other.size} numbers); must be as many of the one as of the other"
        )
    known = ~np.isnan(one - other)
    one, other = one[known], other[known]
    unpaired = one.var(ddof=1) + other.var(ddof=1) if len(one) > 1 else 0.0
    saved = 1 - (one - other).var(ddof=1) / unpaired if unpaired > 0 else np.nan
    return Difference(*mean_interval(one - other, level), float(saved))


paired = paired_difference


def aggregate(
    runs: "pd.DataFrame",
    *,
    by: str | Sequence[str] = ("population", "policy"),
    measures: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> "pd.DataFrame":
    """Put many replications into one row a measure.

    Parameters
    ----------
    runs : DataFrame
        A row per replication and combination of ``by``, with a column per measure; or long, with the columns ``measure`` and ``value``.
    by : str or sequence of str
        The columns that tell apart what is not to be mixed; rows without a value (a limit that is not set) are a group too.
    measures : sequence of str, optional
        The columns that are measures, or the measures of a long table that are wanted; None: all, but for ``replication`` and ``seed``.
    level : float
        Of the intervals, 0 to 1.

    Returns
    -------
    DataFrame
        Columns ``by``, ``measure``, ``mean``, ``low``, ``high``, ``replications``; rows in the order in which combinations, and within them
        measures, first appear. NaN values are left out; a measure that has none in any replication has the mean NaN, of 0 replications.
        So has the median time to a block where only some replications reach it, of as many: the mean of these would be too small.

    Raises
    ------
    InputError
        Where a column is not there, a measure is no number, or a replication has several rows of a
        combination, which are no replications.
    """
    import pandas as pd

    if not isinstance(runs, pd.DataFrame):
        raise InputError(f"runs: not a table (got {shown(runs)}); must be a pandas.DataFrame")
    groups = _listed(by)
    if not groups or any(groups.count(one) > 1 or one in ("measure", "value") for one in groups):
        raise InputError(
            f"by: not columns to group by (got {shown(by)}); must be one or more, each once, "
            "other than measure and value"
        )
    if {"measure", "value"} <= set(runs.columns):
        _check_present(groups, runs)
        _check_replications([*groups, "measure"], runs)
        long = runs[[*groups, "measure", "value"]]
        long = long if measures is None else long[long["measure"].isin(_listed(measures))]
    else:
        columns = (
            [column for column in runs if column not in (*groups, *NOT_MEASURED)]
            if measures is None
            else _listed(measures)
        )
        _check_present([*groups, *columns], runs)
        _check_replications(groups, runs)
        long = runs[[*groups, *columns]].melt(groups, var_name="measure")
    first_seen = long.groupby(
        groups, sort=False, observed=True, dropna=False
    ).ngroup()  # what was a wide table stands measure by measure
    try:
        long = long.iloc[np.argsort(first_seen.to_numpy(), kind="stable")].astype(
            {"value": np.float64}
        )
    except (TypeError, ValueError):
        raise InputError(
            f"measures: not all are numbers (got {shown(list(long['value'].unique()))}); must be numbers"
        ) from None
    table = long.groupby([*groups, "measure"], sort=False, observed=True, dropna=False)[
        "value"
    ].agg(["mean", "std", "count", "size"])
    partly = table.index.get_level_values("measure").isin(MEDIANS) & (
        table["count"] < table["size"]
    )
    table["mean"] = table["mean"].mask(partly)
    half = _half_width(table["std"].to_numpy(), table["count"].to_numpy(), level)
    return (
        table[["mean"]]
        .assign(low=table["mean"] - half, high=table["mean"] + half, replications=table["count"])
        .reset_index()
    )


def _listed(names: Any) -> list[Hashable]:
    """Give names as a list, one alone as well."""
    return [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)


def _check_present(columns: Sequence[Hashable], runs: "pd.DataFrame") -> None:
    missing = [column for column in columns if column not in list(runs)]
    if missing:
        raise InputError(
            f"runs: no column {shown(missing[0])}; must be one of {', '.join(map(str, runs.columns))}"
        )


def _check_replications(groups: Sequence[Hashable], runs: "pd.DataFrame") -> None:
    run = [column for column in NOT_MEASURED if column in runs]
    if run:
        right = "choose one row a run, as that of a day, or name in by what tells the rows apart"
        check_one_row("runs", runs, [*groups, *run], right)


def check_one_row(name: str, runs: "pd.DataFrame", keys: Iterable[Hashable], right: str) -> None:
    """Raise an ``InputError`` where a run has several rows of what is to be one number.

    Days or groups of one run, and runs of one seed at several points, share their luck: taken for
    replications they would make an interval that is far too narrow.

    Parameters
    ----------
    name : str
        What the line begins with.
    runs : DataFrame
    keys : iterable
        Columns that say which run a row is of, and tell apart what is not to be mixed.
    right : str
        What to do, in the line.
    """
    keys = list(dict.fromkeys(keys))
    several = runs[runs.duplicated(keys, keep=False)][keys]
    if len(several):
        first = several.iloc[:1]
        number = len(several.merge(first, on=keys))
        which = ", ".join(f"{key} {shown(first[key].item())}" for key in keys)
        raise InputError(
            f"{name}: {number} rows of one run ({which}), which are no replications; must be one: "
            f"{right}"
        )


def _half_width(deviation: ArrayLike, number: ArrayLike, level: float) -> Any:
    """Give half the width of the t interval of a mean; NaN for fewer than two numbers."""
    from scipy.special import (
        stdtrit,
    )  # the quantile of Student's t, without the half second that scipy.stats takes to import

    level, number = real("level", level, 0, 1), np.asarray(number, np.float64)
    freedom = np.where(number > 1, number - 1, np.nan)
    return stdtrit(freedom, (1 + level) / 2) * deviation / np.sqrt(freedom + 1)
