"""Captions: the sentence above a figure, which states what its data show.

Each sentence lists values of the table that is drawn, from its first population. It does not
compare policies, because a table of means and intervals does not show whether a difference is more
than chance. A value that can only be 0 is not written like an estimate.
"""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from ..measures.assumed import NONE
from ..measures.labels import Label, label

type Assumed = Mapping[str, Collection[str]]
"""From a policy to the measures that can only be 0, as ``sim.none_by_assumption`` returns them."""


def spoken(name: str) -> str:
    """Return a name as it is spoken: ``close friends``."""
    return name.replace("_", " ")


def stated(
    what: str, table: pd.DataFrame, values: "pd.Series[float]", none: Collection[str] = ()
) -> str:
    """Return a sentence with the values of some policies, the largest first.

    Parameters
    ----------
    what : str
        What is measured.
    table : DataFrame
        Its first population is named if it has several.
    values : Series
        Shares by policy; NaN is left out.
    none : collection of str
        Policies with a share that can only be 0.
    """
    several = table["population"].nunique() > 1
    where = f", {spoken(str(table['population'].iloc[0]))}" if several else ""
    known = values.dropna().sort_values(ascending=False, kind="stable")
    parts = [
        f"{NONE if policy in none else percent(share)} for {quoted(str(policy))}"
        for policy, share in known.items()
    ]
    return f"{what}{where}: {listed(parts) if parts else 'not measured'}"


def reach(table: pd.DataFrame) -> str:
    """Return the shares of others within two steps on the last day.

    The table has the columns population, policy, day, mean.
    """
    here = _first_population(table)
    last = here["day"].max()
    ends = here[here["day"] == last].set_index("policy")["mean"]
    return stated(f"{label('reach2_share').title} on day {last:,.0f}", table, ends)


def mutuality(table: pd.DataFrame) -> str:
    """Return the shares of outreach that is returned.

    The table has the columns population, policy, measure and mean; only the rows of the measure
    "reciprocity" are used.
    """
    here = _first_population(table[table["measure"] == "reciprocity"]).set_index("policy")["mean"]
    return stated(label("reciprocity").title, table, here)


def survival(table: pd.DataFrame, none: Collection[str] = ()) -> str:
    """Return the shares blocked by the last day.

    The table has the columns population, policy, clock, time and mean; only the rows of the clock
    "days" are used.
    ``none`` has the policies in which nobody can be blocked.
    """
    curves = _first_population(table[table["clock"] == "days"])
    last = curves["time"].max()
    # a curve ends where nobody is left
    blocked = 1 - curves.groupby("policy", sort=False).nth(-1).set_index("policy")["mean"]
    return stated(f"{label('blocked').title} by day {last:,.0f}", table, blocked, none)


def plane(wide: pd.DataFrame, none: Collection[str] = ()) -> str:
    """Return the shares blocked, each with the share of others within two steps.

    The table has the rows (population, policy) and the columns reach2_share and blocked. ``none``
    has the policies in which nobody can be blocked.
    """
    first = wide.index[0][0]
    here = wide.loc[first].dropna().sort_values("blocked", ascending=False, kind="stable")
    where = f", {spoken(str(first))}" if wide.index.get_level_values(0).nunique() > 1 else ""
    parts = [
        f"{quoted(str(policy))} {NONE if policy in none else percent(row['blocked'])} and "
        f"{percent(row['reach2_share'])}"
        for policy, row in here.iterrows()
    ]
    what = f"{label('blocked').title}, and {label('reach2_share').words}{where}"
    return f"{what}: {'; '.join(parts) if parts else 'not measured'}"


def network(members: pd.DataFrame) -> str:
    """Return how many members are blocked.

    The table has a row for each member with policy and blocked (bool).
    """
    groups = members.groupby("policy", sort=False)["blocked"]
    parts = [
        f"{blocked.sum() or 'none'} of {len(blocked)} {quoted(str(policy))}"
        for policy, blocked in groups
    ]
    number = members["blocked"].sum() or "none"
    return f"{label('blocked').title}: {number} of {len(members)} people, {listed(parts)}"


def percent(share: float) -> str:
    """Return a share in whole percent, with one decimal place near 0 and near 100 %.

    Only 0 is "0 %", and only 1 is "100 %".
    """
    value = 100 * share
    if 0 < value < 0.05:
        return "<0.1\u00a0%"
    if 99.95 <= value < 100:
        return ">99.9\u00a0%"
    return f"{value:.{1 if 0 < value < 9.95 or 99 < value < 100 else 0}f}\u00a0%"


def number(value: float) -> str:
    """Return a number with three digits, as short as a cell of a map needs; NaN is a dash."""
    if value != value:
        return "–"
    if 0 < abs(value) < 0.005:
        return "<.01" if value > 0 else "−<.01"
    if abs(value) < 1:
        text = f"{value:.2f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"
    return text.replace("-", "−")


def valued(measure: Label, value: float) -> str:
    """Return a value of a measure with three digits, and with its unit."""
    unit = "\u00a0%" if measure.share and value == value else ""
    return f"{number(measure.scale * value)}{unit}"


def quoted(policy: str) -> str:
    """Return the name of a policy as a sentence quotes it."""
    return f"“{spoken(policy)}”"


def listed(parts: Sequence[str]) -> str:
    """Return the parts of a list as one text."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _first_population(table: pd.DataFrame) -> pd.DataFrame:
    first: pd.DataFrame = table[table["population"] == table["population"].iloc[0]]
    return first
