"""What is kept of a run along time: the measures of its policies, a row for each of some days."""

import pandas as pd

import sim

YEAR = 365
APART = 30
"""Days between two rows; reach is taken as often."""
MEASURES = (
    "degree",
    "reach2",
    "reach2_share",
    "acceptance",
    "acquainted",
    "blocked",
)


def by_day(result: sim.Result) -> pd.DataFrame:
    """Return the measures on every 30th day, at the end of each year, and on the last day.

    The columns are policy, day, members, and ``MEASURES``. Reach has no value where it was not
    taken, as at the end of most years.
    """
    series, last = result.series, result.scenario.days
    day = series["day"]
    kept = series[(day % APART == 0) | (day % YEAR == 0) | (day == last)]
    members = result.summary.set_index("policy")["members"]
    table = kept[["policy", "day", *MEASURES]].astype({"policy": "str"})
    return table.assign(members=table["policy"].map(members)).reset_index(drop=True)
