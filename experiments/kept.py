"""What the comparison keeps of a run: the measures of each policy, and tables as arrays."""

import pandas as pd

import sim

from . import benefits

RESTRICTED = (
    *("policy", "blocked_day", "invitations_until_block", "invitations_sent"),
    *("arrived", "left"),
)
"""The columns of members that survival curves need; the last two where members come and go."""
INNER = ("by_day", "restricted", "deciles")
"""The columns of the runs that are tables."""


def keep(result: sim.Result) -> pd.DataFrame:
    """Return what the comparison needs of a run: a row for each policy and for "all".

    Beside the measures there are the columns ``INNER``: of a table with many rows for a policy,
    each column as an array.
    """
    table = result.summary.astype({"policy": "str"})
    inner = {
        "by_day": _exact_at_the_end(result),
        "restricted": result.members.filter(RESTRICTED),
        "deciles": benefits.by_decile(result),
    }
    for name, rows in inner.items():
        columns = rows.columns.drop("policy")
        cells = {
            str(policy): {column: there[column].to_numpy() for column in columns}
            for policy, there in rows.groupby("policy", sort=False, observed=True)
        }
        table[name] = table["policy"].map(cells)
    return table


def rows_in(kept: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table that `keep` has put into a column, one policy after another."""
    there = kept[["policy", name]].dropna()
    tables = [
        pd.DataFrame(columns).assign(policy=policy)
        for policy, columns in zip(there["policy"], there[name], strict=True)
    ]
    return pd.concat(tables, ignore_index=True)


def restricted(kept: pd.DataFrame) -> pd.DataFrame:
    """Return when the members of some runs were first restricted, as `sim.survival` takes it."""
    members = rows_in(kept, "restricted").set_index("policy")
    return members.astype("Int32").reset_index()  # missing of those who never were


def _exact_at_the_end(result: sim.Result) -> pd.DataFrame:
    """Return the series with its reach scaled to the summary's, which it has on the last day.

    By day reach is that of a sample. The ratio of all members' to the sample's is known on the last
    day and taken for every day (a ratio estimate: Cochran 1977, *Sampling Techniques*, ch. 6).
    """
    series, exact = result.series.copy(), result.summary.set_index("policy")
    sampled = series[series["day"] == result.scenario.days].set_index("policy")
    for measure in ("reach2", "reach2_share", "reach3", "reach3_share"):
        ratio = (exact[measure] / sampled[measure]).where(sampled[measure] > 0, 1.0)
        series[measure] *= series["policy"].map(ratio).astype(float)
    return series
