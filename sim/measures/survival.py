"""Survival: how long members stay without a restriction, by Kaplan-Meier curves."""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..parameters.checks import real
from ..parameters.kinds import shown
from ..scenario.scenario import Scenario, checked
from .definitions import (
    EVERYBODY,
    LEVEL,
    MEDIANS,
    NEVER,
    Floats,
    Ints,
    days_there,
    member_columns,
)

if TYPE_CHECKING:
    import pandas as pd

Clock = Literal["days", "invitations"]
CLOCKS: dict[Clock, set[str]] = {
    "days": {"policy", "blocked_day"},
    "invitations": {"policy", "invitations_until_block", "invitations_sent"},
}
"""How the time until a restriction is measured, and the columns of members that this needs."""
LEAST_AT_RISK = 0.1
"""A survival curve is not reliable where a smaller share of the members is still at risk [Pocock,
Clayton and Altman 2002, Lancet 359, 1686]."""


def survival(
    scenario: Scenario, members: "pd.DataFrame", by: Clock = "days", *, level: float = LEVEL
) -> "pd.DataFrame":
    """Estimate the share of members never restricted, by the Kaplan-Meier curve.

    Parameters
    ----------
    scenario : Scenario
        It has the policies, and the number of days after which members are censored.
    members : DataFrame
        A row for each member, as in ``Result.members``; several replications may be concatenated.
    by : {"days", "invitations"}
        How time is measured: in days since the platform opened, or since the member arrived if
        that was later; or in invitations sent. Members never restricted are censored at the last
        day, or at the number of invitations that they sent.
    level : float
        Level of the interval, from 0 to 1.

    Returns
    -------
    DataFrame
        Columns ``policy`` (the names and ``all``; no rows for a policy that nobody has), ``time``,
        ``survival``, ``low``, ``high`` and ``at_risk``, the members neither restricted nor censored
        before this time. Each curve starts with 1 at time 0, and changes only at the times listed.
        The interval is the exponential Greenwood interval (log-log; Sawyer 2003). It has no width
        where the curve is 1. Where the curve is 0, the upper end keeps its last value.

    Raises
    ------
    InputError
        An argument is not a scenario, a table of members, one of the two times, or a level.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=100, days=60, platform={"limit": 1}))
    >>> curves = sim.survival(result.scenario, result.members)
    >>> curves[curves["policy"] == "everyone"].tail(3)
         policy  time  survival       low      high  at_risk
    5  everyone    28  0.848485  0.673591  0.933961       29
    6  everyone    43  0.818182  0.639372  0.913902       28
    7  everyone    60  0.818182  0.639372  0.913902       27
    """
    import pandas as pd

    checked(scenario)
    if by not in CLOCKS:
        raise InputError(f"by: not known (got {shown(by)}); must be one of {', '.join(CLOCKS)}")
    if not isinstance(members, pd.DataFrame) or not set(members) >= CLOCKS[by]:
        raise InputError(
            f"members: not a table of members (got {shown(members)}); must be as Result.members"
        )
    level = real("level", level, 0, 1)
    time, restricted = first_restricted(scenario, member_columns(scenario, members), by)
    curves = {}
    for name in [*scenario.policies, EVERYBODY]:
        own = (
            np.ones(len(members), bool)
            if name == EVERYBODY
            else (members["policy"] == name).to_numpy()
        )
        if own.any():
            curves[name] = _curve(time[own], restricted[own], level)
    columns = (np.concatenate(parts) for parts in zip(*curves.values(), strict=True))
    names = np.repeat(list(curves), [len(at) for at, *_ in curves.values()])
    return pd.DataFrame(
        {
            "policy": names,
            **dict(zip(("time", "survival", "low", "high", "at_risk"), columns, strict=True)),
        }
    )


def time_to_block(
    scenario: Scenario, members: "pd.DataFrame", by: Clock = "days", *, level: float = LEVEL
) -> "pd.DataFrame":
    """Return the median time until the first restriction, and its interval.

    The median is the time at which the curve of `survival` is first at most 1/2. The ends of the
    interval are the times at which the ends of the curve's band are (Brookmeyer and Crowley 1982,
    Biometrics 38, 29; with the log-log band). For several runs, concatenate the members of all
    runs: they have one curve. Runs without a median of their own then count, too; a mean over the
    runs' medians must leave them out.

    Parameters
    ----------
    scenario, members, by, level
        As in `survival`.

    Returns
    -------
    DataFrame
        Columns ``policy``, ``members``, ``median``, ``low`` and ``high``, in days or invitations; a
        row for each policy that has members, and one for ``all``. The median is NaN if the curve
        stays above 1/2, or if fewer than 10 % are at risk when the curve reaches 1/2. By
        invitations, it is also NaN for ``all`` if there are several policies, because members who
        invite little are not censored at random. ``high`` is infinite if the upper end of the band
        stays above 1/2.

    Raises
    ------
    InputError
        As in `survival`.

    Examples
    --------
    >>> import pandas as pd
    >>> import sim
    >>> rule, answering = {"limit": 1}, {"idk_click": 0.5}
    >>> scenario = sim.Scenario(members=100, platform=rule, answering=answering)
    >>> runs = [sim.run(scenario.replace({"seed": seed})) for seed in (1, 2, 3)]
    >>> sim.time_to_block(scenario, pd.concat([run.members for run in runs]))
              policy  members  median   low   high
    0       everyone       99   148.0  74.0  246.0
    1     interacted      102     NaN   NaN    NaN
    2  close_friends       99     NaN   NaN    NaN
    3            all      300     NaN   NaN    NaN
    """
    import pandas as pd

    curves = survival(scenario, members, by, level=level)
    names = curves["policy"].unique()
    rows = []
    for name in names:
        curve = curves[curves["policy"] == name]
        size, at = int(curve["at_risk"].iloc[0]), curve["time"].to_numpy(float)
        median, low, high = (
            _when_half(at, curve[side].to_numpy()) for side in ("survival", "low", "high")
        )
        at_risk = curve["at_risk"].to_numpy()[at == median].sum() / size
        not_alike = by == "invitations" and name == EVERYBODY and len(names) > 2
        if median == np.inf or at_risk < LEAST_AT_RISK or not_alike:
            median = low = high = np.nan
        rows.append((name, size, median, low, high))
    return pd.DataFrame(rows, columns=["policy", "members", "median", "low", "high"])


def _when_half(at: NDArray[Any], share: Floats) -> float:
    """Return when a curve first is at most 1/2; infinite if it stays above."""
    # the curve is a product of fractions, so it is one half only up to rounding
    below = share <= 0.5 + 1e-12
    return float(at[below.argmax()]) if below.any() else np.inf


def times_to_block(
    scenario: Scenario, own: Mapping[str, NDArray[Any]], policy: Ints, policies: int
) -> dict[str, Floats]:
    """Return the median times until the first restriction, in days and in invitations."""
    days, invitations = (
        _medians(*first_restricted(scenario, own, by), policy, policies) for by in CLOCKS
    )
    if len(np.unique(policy)) > 1:
        # members of a policy that invites few are censored early on this clock: not at random
        invitations[-1] = np.nan
    return dict(zip(MEDIANS, (days, invitations), strict=True))


def first_restricted(
    scenario: Scenario, members: Mapping[str, NDArray[Any]], by: Clock
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return when each member was first restricted or censored, and whether it was restricted."""
    if by == "days":
        first, censored_at = members["blocked_day"], days_there(scenario, members)
        if "arrived" in members:
            first = np.where(first == NEVER, NEVER, first - members["arrived"] + 1)
    else:
        first, censored_at = members["invitations_until_block"], members["invitations_sent"]
    return np.where(first == NEVER, censored_at, first), first != NEVER


def _medians(time: Ints, restricted: NDArray[np.bool_], policy: Ints, policies: int) -> Floats:
    """Return the median time of each policy and of everybody: when the curve first is at most 1/2.

    NaN where the curve stays above, or where fewer than ``LEAST_AT_RISK`` are at risk at that time.
    """
    medians = np.full(policies + 1, np.nan)
    for place in range(policies + 1):
        own = policy == place if place < policies else np.ones(len(policy), bool)
        if restricted[own].any():
            curve = _never_restricted(time[own], restricted[own])
            median = _when_half(curve.quantiles, curve.probabilities)
            if (time[own] >= median).mean() >= LEAST_AT_RISK:
                medians[place] = median
    return medians


def _never_restricted(time: Ints, restricted: NDArray[np.bool_]) -> Any:
    """Return the Kaplan-Meier curve: the share of members not restricted by each time."""
    from scipy.stats import CensoredData, ecdf

    return ecdf(CensoredData(uncensored=time[restricted], right=time[~restricted])).sf


def _curve(time: Ints, restricted: NDArray[np.bool_], level: float) -> tuple[NDArray[Any], ...]:
    """Return the columns of a Kaplan-Meier curve: time, survival, low, high, at risk."""
    curve = _never_restricted(time, restricted)
    with warnings.catch_warnings():
        # at 1 and at 0, where it is set below
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        bounds = curve.confidence_interval(level, method="log-log")
    at, still, low, high = (
        curve.quantiles,
        curve.probabilities,
        bounds.low.probabilities,
        bounds.high.probabilities,
    )
    if at[0] > 0 or still[0] < 1:
        at, still, low, high = (
            np.append(first, values) for first, values in ((0, at), (1, still), (1, low), (1, high))
        )
    low[still == 1] = high[still == 1] = 1
    if still[-1] == 0:
        low[-1], high[-1] = 0, high[-2]
    return at.astype(np.int64), still, low, high, len(time) - np.searchsorted(np.sort(time), at)
