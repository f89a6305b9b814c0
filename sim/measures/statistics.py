"""Statistics over the tables of runs: estimates with intervals, and differences of paired runs.

Each measure has the interval of its kind (`intervals`, `rates`). A ratio has it only if the table
has the column of its denominator, as the tables of `sim.replicate` and of studies do.
"""

import itertools
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..parameters.checks import real
from ..parameters.kinds import shown
from .clearly import mean_p, pooled_p, rate_p
from .definitions import DENOMINATORS, EVERYBODY, INTERVALS, LEVEL, MEDIANS, RATIOS
from .intervals import Bounds, half_width, mean_bounds, variance_saved
from .rates import pooled_difference, pooled_interval, rate_difference, rate_interval
from .sheets import POLICY, Sheets

if TYPE_CHECKING:
    import pandas as pd

type Key = tuple[Any, ...]
NOT_MEASURED = ("replication", "seed")
"""Columns of a table of runs that only identify the run."""


def aggregate(
    runs: "pd.DataFrame",
    *,
    by: str | Sequence[str] = ("population", "policy"),
    measures: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> "pd.DataFrame":
    """Return the estimates from many replications and their intervals, a row for each measure.

    A share of invitations, connections or members is taken over all replications together, and has
    the interval of its kind (`intervals`, `rates`), if the table has the column of its denominator,
    as ``decided``. Any other measure is a mean over replications, with Student's t.

    Parameters
    ----------
    runs : DataFrame
        A row for each replication and combination of ``by``, with a column for each measure; or a
        long table, with the columns ``measure`` and ``value``, whose measures are all means.
    by : str or sequence of str
        The columns whose combinations are groups; rows without a value (as an unset limit) are also
        a group.
    measures : sequence of str, optional
        The columns that are measures, or the measures to take from a long table; None: all except
        ``replication``, ``seed`` and the denominators of shares.
    level : float
        Level of the intervals, from 0 to 1.

    Returns
    -------
    DataFrame
        Columns ``by``, ``measure``, ``mean``, ``low``, ``high``, ``replications``. Rows are in the
        order in which combinations, and measures within them, first appear. NaN values are left
        out. A measure without a value in any replication has the mean NaN, of 0 replications.

        If only some replications reach the median time to a block, the mean over these would be too
        small. So the mean is NaN, and ``replications`` is the number of replications that reach the
        median. The median of the members of all runs together, with its interval, is
        `time_to_block`.

    Raises
    ------
    InputError
        A column is not in the table, a measure is not a number, or one replication has several rows
        of a combination, as one for each day: such rows are not replications.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.Scenario(members=100, days=60, platform={"limit": 1})
    >>> runs = sim.replicate(scenario, 3, jobs=1)
    >>> sim.aggregate(runs, by="policy", measures=["blocked"]).round(3)
              policy  measure   mean    low   high  replications
    0       everyone  blocked  0.141  0.066  0.254             3
    1     interacted  blocked  0.088  0.014  0.260             3
    2  close_friends  blocked  0.000  0.000  0.050             3
    3            all  blocked  0.077  0.032  0.149             3
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
    ratios: list[Hashable] = []
    if {"measure", "value"} <= set(runs.columns):
        _check_present(groups, runs)
        _check_replications([*groups, "measure"], runs)
        long = runs[[*groups, "measure", "value"]]
        long = long if measures is None else long[long["measure"].isin(_listed(measures))]
    else:
        columns = (
            [one for one in runs if one not in (*groups, *NOT_MEASURED, *DENOMINATORS)]
            if measures is None
            else _listed(measures)
        )
        _check_present([*groups, *columns], runs)
        _check_replications(groups, runs)
        long = runs[[*groups, *columns]].melt(groups, var_name="measure")
        ratios = [one for one in columns if one in RATIOS]
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
    half = half_width(table["std"].to_numpy(), table["count"].to_numpy(), level)
    means = table[["mean"]].assign(
        low=table["mean"] - half, high=table["mean"] + half, replications=table["count"]
    )
    sheets = Sheets(runs, groups) if ratios else None
    for measure in ratios:
        assert sheets is not None
        rows = table.index.get_level_values("measure") == measure
        means.loc[rows] = np.column_stack(estimate(sheets, measure, level))
    return means.astype({"replications": np.int64}).reset_index()


def estimate(sheets: Sheets, measure: Hashable, level: float = LEVEL) -> Bounds:
    """Return the estimates of a measure, one for each group, with the interval of its kind."""
    shares = sheets.shares(measure)
    if shares is None:
        bounds = mean_bounds(sheets.values(measure), level)
        partly = (bounds.replications < sheets.rows) & (measure in MEDIANS)
        mean, low, high = (np.where(partly, np.nan, side) for side in bounds[:3])
        return Bounds(mean, low, high, bounds.replications)
    own = RATIOS[str(measure)]
    if own.kind == "rate":
        return rate_interval(shares, level, is_share=own.is_share)
    return pooled_interval(shares, level)


def differences(
    runs: "pd.DataFrame",
    *,
    by: str | Sequence[str] = ("population", "policy"),
    pairs: Iterable[tuple[Any, Any]] | None = None,
    measures: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> "pd.DataFrame":
    """Return how much more of each measure one group has than another, run by run.

    Parameters
    ----------
    runs : DataFrame
        A row for each replication and combination of ``by``, with a column for each measure. Rows
        with the same ``replication`` (or ``seed``, where there is no such column) are pairs.
    by : str or sequence of str
        The columns whose combinations are groups.
    pairs : iterable of pairs of combinations, optional
        The groups to compare; None: all pairs of groups that differ only in the last column of
        ``by``, without the policy ``all``.
    measures : sequence of str, optional
        The columns that are measures; None: all, but not the numbers of members and egos.
    level : float
        Level of the intervals, from 0 to 1.

    Returns
    -------
    DataFrame
        Columns ``by`` of the one group, and with ``than_`` before their names of the other;
        ``measure``, ``mean``, ``low``, ``high``, ``replications`` (pairs), ``variance_saved`` (as
        in `paired_difference`) and ``p``, which is 1 - the highest level at which the interval
        leaves out 0. Whether a difference is clear depends on how many are looked at: `clearly`
        decides it for a family of differences.

    Raises
    ------
    InputError
        As in `aggregate`; or a combination of ``pairs`` is not in the table.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.Scenario(members=100, days=60, platform={"limit": 1})
    >>> runs = sim.replicate(scenario, 10, jobs=1)
    >>> table = sim.differences(runs, by="policy", measures=["blocked"])
    >>> table["clear"] = sim.clearly(table["p"], table["replications"])
    >>> table[["policy", "than_policy", "mean", "low", "high", "clear"]].round(3)
           policy    than_policy   mean    low   high  clear
    0    everyone     interacted  0.099  0.045  0.147   True
    1    everyone  close_friends  0.164  0.126  0.205   True
    2  interacted  close_friends  0.065  0.031  0.110   True
    """
    import pandas as pd

    if not isinstance(runs, pd.DataFrame):
        raise InputError(f"runs: not a table (got {shown(runs)}); must be a pandas.DataFrame")
    level = real("level", level, 0, 1)
    groups = _listed(by)
    run = next((column for column in NOT_MEASURED if column in runs), None)
    others = (*groups, *NOT_MEASURED, "members", *INTERVALS, *DENOMINATORS)
    columns = [one for one in runs if one not in others] if measures is None else _listed(measures)
    _check_present([*groups, *columns], runs)
    if run is not None:
        check_one_row("runs", runs, [*groups, run], "name in by what tells the rows apart")
    sheets = Sheets(runs, groups, run)
    keys = [tuple(row) for row in sheets.groups.itertuples(index=False)]
    chosen = _all_pairs(groups, keys) if pairs is None else list(pairs)
    ones, thans = (_places(groups, keys, [pair[side] for pair in chosen]) for side in (0, 1))
    than = sheets.groups.add_prefix("than_").iloc[thans].reset_index(drop=True)
    heads = sheets.groups.iloc[ones].reset_index(drop=True).join(than)
    tables = [
        heads.assign(measure=str(measure), **_difference(sheets, measure, ones, thans, level))
        for measure in columns
    ]
    # now sorted by measure: bring the rows of each pair together
    return pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)


def _difference(
    sheets: Sheets, measure: Hashable, ones: list[int], others: list[int], level: float
) -> dict[str, Any]:
    """Return the columns of the differences of one measure."""
    values, shares = sheets.values(measure), sheets.shares(measure)
    first, second = values[ones], values[others]
    if shares is None:
        bounds, p = mean_bounds(first - second, level), mean_p(first - second)
    else:
        one, other, own = shares.of(ones), shares.of(others), RATIOS[str(measure)]
        if own.kind == "rate":
            bounds = rate_difference(one, other, level, is_share=own.is_share)
            p = rate_p(one, other, is_share=own.is_share)
        else:
            bounds, p = pooled_difference(one, other, level), pooled_p(one, other)
    return {**bounds._asdict(), "variance_saved": variance_saved(first, second), "p": p}


def _all_pairs(groups: list[Hashable], keys: list[Key]) -> list[tuple[Key, Key]]:
    """Return each two groups that differ only in their last column, the first seen first."""
    alone = [key for key in keys if groups[-1] != POLICY or key[-1] != EVERYBODY]
    return [
        (one, other) for one, other in itertools.combinations(alone, 2) if one[:-1] == other[:-1]
    ]


def _places(groups: list[Hashable], keys: list[Key], wanted: list[Any]) -> list[int]:
    """Return the places of groups."""
    place = {key: number for number, key in enumerate(keys)}
    read = [one if isinstance(one, tuple) else (one,) for one in wanted]
    missing = next((one for one in read if one not in place), None)
    if missing is not None:
        raise InputError(
            f"pairs: no rows of {shown(missing)}; must be of values of "
            f"{', '.join(map(str, groups))} in the table"
        )
    return [place[one] for one in read]


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

    Days or groups of one run, and runs of one seed at several points, are not independent. If they
    counted as replications, the interval would be far too narrow.

    Parameters
    ----------
    name : str
        The beginning of the error.
    runs : DataFrame
    keys : iterable
        Columns that identify the run of a row, and columns whose combinations are groups.
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
