"""The estimates that the figures of studies draw, from a table of runs."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ..errors import InputError
from ..measures.definitions import EVERYBODY
from ..measures.statistics import aggregate
from ..parameters.kinds import near, shown
from ..parameters.settings import MOVED

RUN = ("replication", "seed")
NONE = "none"
"""How an unset parameter is called."""


def runs_of(runs: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table of runs as a DataFrame, without those that failed.

    Parameters
    ----------
    runs : DataFrame, or an object with the method ``to_pandas``
        A row for each run and policy; without the columns replication and seed all rows are of one
        run.
    columns : sequence of str
        The columns that the table must have.

    Raises
    ------
    InputError
        It is not a table, or lacks one of these columns.
    """
    table = runs.to_pandas() if hasattr(runs, "to_pandas") else runs
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"runs: not a table (got {shown(runs)}); must be a table of runs, as that of a study"
        )
    for column in columns:
        known = [str(name) for name in table.columns]
        if column not in known and f"{MOVED}{column}" not in known:
            raise InputError(
                f"runs: no column {shown(column)}{near(str(column), known)}; must be one of "
                f"{', '.join(known)}"
            )
    if "error" in table:
        table = table[table["error"].isna()]
    if not set(RUN) & set(table.columns):
        table = table.assign(replication=0)
    if not len(table):
        raise InputError("runs: no run that did not fail; must be one or more")
    return table


def names_of(name: str, given: Any) -> list[str]:
    """Return one name or several as a list; raise an ``InputError`` if they are not names."""
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        raise InputError(
            f"{name}: not names (got {shown(given)}); must be a name or a list of them"
        )
    if not listed or len(set(listed)) < len(listed):
        raise InputError(f"{name}: none, or one twice (got {shown(given)}); must be one or more")
    return list(listed)


def only(table: pd.DataFrame, policy: str | None) -> pd.DataFrame:
    """Return the rows of one policy; raise an ``InputError`` if there are none."""
    if policy is None:
        return table
    here = table[table["policy"] == policy]
    if not len(here):
        known = [str(name) for name in table["policy"].unique()]
        raise InputError(
            f"policy: {shown(policy)}: not there{near(str(policy), known)}; must be one of "
            f"{', '.join(known)}"
        )
    return here


def without_everybody(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the policies; if there are none, those of all members."""
    policies = table[table["policy"] != EVERYBODY]
    return policies if len(policies) else table


def estimated(table: pd.DataFrame, by: Sequence[str], measures: Sequence[str]) -> pd.DataFrame:
    """Return the means over runs with their intervals, for each combination of ``by``."""
    return aggregate(table, by=list(dict.fromkeys(by)), measures=list(measures))


def in_order(values: "pd.Series[Any]") -> list[Any]:
    """Return the different values of a column, numbers in rising order, an unset value last."""
    known = list(dict.fromkeys(values.dropna()))
    unset = [None] if values.isna().any() else []
    return [*(sorted(known) if is_numeric_dtype(values) else known), *unset]


def as_word(value: Any) -> str:
    """Return the value of a parameter as an axis shows it."""
    if value is None or value != value:
        return NONE
    return f"{value:g}" if isinstance(value, float) else str(value)


def axis_name(column: str) -> str:
    """Return the name of a column on an axis: that of a parameter is its own."""
    if column == "day":
        return "days since opening"
    return column.removeprefix(MOVED)
