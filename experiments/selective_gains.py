"""What an inviter gains by being selective, and where it pays: for ``selectivity``."""

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

import sim

from . import studies
from .restricted_account import optimum, rate

EGOS = 20
"""Members who invite; the others are invited. They are the first in the log."""
PAYS = 0.1
"""Selectivity pays where it gains this part or more of what inviting everybody gains."""


def gains(table: pd.DataFrame, base: sim.Scenario, members: int) -> pd.DataFrame:
    """Return what selectivity gains over inviting everybody, for each length of a restriction.

    Compared is the simulated threshold next to the optimum of the closed form, so that it is not
    chosen by luck. Points have seeds of their own, so the halves of their intervals add up as roots
    of squares.

    Returns
    -------
    DataFrame
        restriction, theta, mean, low, high (connections a day more than at theta = 0), relative (as
        a part of those at theta = 0), closed (the same of the closed form at its optimum).
    """
    rows = []
    for length, there in table.groupby("restriction", sort=False):
        c, arrivals = scale(base, members, int(str(length)))
        best = optimum(c)
        chosen = there.iloc[int((there["theta"] - best).abs().argmin())]
        everybody = there[there["theta"] == 0].iloc[0]
        more = chosen["mean"] - everybody["mean"]
        half = np.hypot(*((row["high"] - row["low"]) / 2 for row in (chosen, everybody)))
        ends = {"mean": more, "low": more - half, "high": more + half}
        closed = float(rate(best, c, arrivals) / rate(0.0, c, arrivals)) - 1
        relative = more / everybody["mean"] if everybody["mean"] > 0 else np.nan
        row = {"restriction": length, "theta": chosen["theta"], **ends}
        rows.append(row | {"relative": relative, "closed": closed})
    return pd.DataFrame(rows)


def pays_from(base: sim.Scenario, members: int) -> float:
    """Return the fewest days of restriction for which selectivity pays, by the closed form.

    Infinite if strikes never come.
    """
    from scipy.optimize import brentq

    def more(c: float) -> float:
        return float(rate(optimum(c), c, 1.0) / rate(0.0, c, 1.0)) - 1 - PAYS

    a_day, _ = scale(base, members, 1)
    return math.ceil(brentq(more, 1e-6, 1e6) / a_day) if a_day > 0 else math.inf


def told(table: pd.DataFrame, base: sim.Scenario, members: int) -> Iterator[str]:
    """Yield what selectivity gains for each length of a restriction, and where it pays."""
    for row in table.to_dict("records"):
        more = studies.between(row["mean"], row["low"], row["high"], ".4f")
        yield (
            f"With restrictions of {row['restriction']} days, inviting from an acceptance of "
            f"{row['theta']:.2f} on gains {more} more connections a day than inviting everybody "
            f"({100 * row['relative']:+.0f} %)."
        )
    yield (
        "By the closed form selectivity gains a tenth or more if restrictions last "
        f"{pays_from(base, members)} days or longer."
    )


def scale(base: sim.Scenario, members: int, restriction: int) -> tuple[float, float]:
    """Return c and L."""
    # the directory also has the inviters, who are no candidates
    arrivals = base.inviting.per_day * members / (members + EGOS)
    c = restriction * arrivals * base.answering.idk_click / (2 * (base.platform.limit or 1))
    return c, arrivals
