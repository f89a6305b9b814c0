"""Statistics over replications: means with intervals, and differences between paired runs.

Replications differ only by their seed, so their values are independent draws, and the interval of
their mean is Student's t interval. Two policies or rules with the same seed share every draw that
the rule does not change (common random numbers; Klein et al. 2024, arXiv:2409.02086). So pairs are
compared: the interval is that of the mean difference, and the more the two have in common, the
narrower it is.
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
"""Columns of a table of runs that only identify the run."""


class Interval(NamedTuple):
    """A mean over replications, in the unit of the values."""

    mean: float
    low: float
    high: float
    replications: int
    """Number of values, without NaN."""


class Difference(NamedTuple):
    """A mean of paired differences, in the unit of the values."""

    mean: float
    low: float
    high: float
    replications: int
    """Number of pairs, without those that have a NaN."""
    variance_saved: float
    """The part of the variance that pairing saves, 1 - var(a - b) / (var(a) + var(b)).

    It is 1 if the two differ by a constant, 0 if they are unrelated, below 0 if they are opposed,
    NaN if neither varies."""


def mean_interval(values: ArrayLike, level: float = LEVEL) -> Interval:
    """Return the mean of replications and its t interval.

    Parameters
    ----------
    values : array (R,)
        A number for each replication; NaN, a replication without a value, is left out.
    level : float
        Level of the interval, from 0 to 1.

    Returns
    -------
    Interval
        With one replication the bounds are NaN, with none the mean too.

    Examples
    --------
    >>> import sim
    >>> sim.mean_interval([1.0, 2.0, 3.0])
    Interval(mean=2.0, low=-0.48413771175033027, high=4.48413771175033, replications=3)
    """
    known = numbers("values", values)
    known = known[~np.isnan(known)]
    number = len(known)
    mean = known.mean() if number else np.nan
    half = _half_width(known.std(ddof=1) if number > 1 else np.nan, number, level)
    return Interval(float(mean), float(mean - half), float(mean + half), number)


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """Return the mean of a - b over pairs, its t interval, and the variance that pairing saves.

    Parameters
    ----------
    a, b : array (R,)
        A number for each replication, both in the same order of seeds; pairs with a NaN are left
        out.
    level : float
        Level of the interval, from 0 to 1.

    Raises
    ------
    InputError
        ``a`` and ``b`` have different lengths, or are not numbers.

    Examples
    --------
    >>> import sim
    >>> difference = sim.paired_difference([3.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    >>> round(difference.mean, 3), round(difference.variance_saved, 3)
    (2.333, 0.9)
    """
    one, other = numbers("a", a), numbers("b", b)
    if one.shape != other.shape:
        raise InputError(
            f"a, b: not pairs (got {one.size} and {other.size} numbers); must be as many of the "
            "one as of the other"
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
    """Return the means of many replications and their intervals, a row for each measure.

    Parameters
    ----------
    runs : DataFrame
        A row for each replication and combination of ``by``, with a column for each measure; or a
        long table, with the columns ``measure`` and ``value``.
    by : str or sequence of str
        The columns whose combinations are groups; rows without a value (as an unset limit) are a
        group too.
    measures : sequence of str, optional
        The columns that are measures, or those wanted of a long table; None: all except
        ``replication`` and ``seed``.
    level : float
        Level of the intervals, from 0 to 1.

    Returns
    -------
    DataFrame
        Columns ``by``, ``measure``, ``mean``, ``low``, ``high``, ``replications``. Rows are in the
        order in which combinations, and measures within them, first appear. NaN values are left
        out. A measure without a value in any replication has the mean NaN, of 0 replications. If
        only some replications reach the median time to a block, its mean is NaN too, as the mean of
        these would be too small; ``replications`` is then the number of these.

    Raises
    ------
    InputError
        A column is not in the table, a measure is not a number, or one replication has several rows
        of a combination, which are not replications.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.Scenario(members=100, days=60, platform={"limit": 1})
    >>> runs = sim.replicate(scenario, 3, jobs=1)
    >>> sim.aggregate(runs, by="policy", measures=["blocked"]).round(3)
              policy  measure   mean    low   high  replications
    0       everyone  blocked  0.576  0.445  0.706             3
    1     interacted  blocked  0.275  0.091  0.458             3
    2  close_friends  blocked  0.000  0.000  0.000             3
    3            all  blocked  0.283  0.203  0.363             3
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
    # a wide table is now sorted by measure: bring the rows of each group together
    first_seen = long.groupby(groups, sort=False, observed=True, dropna=False).ngroup()
    try:
        long = long.iloc[np.argsort(first_seen.to_numpy(), kind="stable")].astype(
            {"value": np.float64}
        )
    except (TypeError, ValueError):
        raise InputError(
            f"measures: not all are numbers (got {shown(list(long['value'].unique()))}); must be "
            "numbers"
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
    """Return names as a list, also a single one."""
    return [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)


def _check_present(columns: Sequence[Hashable], runs: "pd.DataFrame") -> None:
    missing = [column for column in columns if column not in list(runs)]
    if missing:
        raise InputError(
            f"runs: no column {shown(missing[0])}; must be one of "
            f"{', '.join(map(str, runs.columns))}"
        )


def _check_replications(groups: Sequence[Hashable], runs: "pd.DataFrame") -> None:
    run = [column for column in NOT_MEASURED if column in runs]
    if run:
        right = "choose one row a run, as that of a day, or name in by what tells the rows apart"
        check_one_row("runs", runs, [*groups, *run], right)


def check_one_row(name: str, runs: "pd.DataFrame", keys: Iterable[Hashable], right: str) -> None:
    """Raise an ``InputError`` if a run has several rows where it must have one.

    Days or groups of one run, and runs of one seed at several points, are not independent: as
    replications they would make an interval that is far too narrow.

    Parameters
    ----------
    name : str
        The beginning of the error.
    runs : DataFrame
    keys : iterable
        Columns that identify the run of a row, and those whose combinations are groups.
    right : str
        The end of the error: what to do.
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
    """Return half the width of the t interval of a mean; NaN for fewer than two numbers."""
    # the quantile of Student's t, without the half second that scipy.stats takes to import
    from scipy.special import stdtrit

    level, number = real("level", level, 0, 1), np.asarray(number, np.float64)
    freedom = np.where(number > 1, number - 1, np.nan)
    return stdtrit(freedom, (1 + level) / 2) * deviation / np.sqrt(freedom + 1)
