"""Which measures there are, and the words and numbers that all of them share.

The measures are defined in docs/odd.md. They are computed from arrays and tables; nothing is
simulated here. Each measure has a value for every policy, over the members who have it, and a value
for all members.

Shares of invitations are shares of the decided ones: accepted, "I don't know" or declined. An
invitation that is pending is not decided. Nor is one that is void, because its sender or receiver
has left.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..parameters.kinds import shown
from ..scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WORDS = ["policy", "habit", "type"]
"""The columns of a table of members that are words; all others are numbers."""
NEVER = -1
"""In plain arrays: the day or the number of an event that has not happened."""
LEVEL = 0.95
"""Level of every interval."""
EVERYBODY = "all"
"""The row for all members, whatever their policy."""

MEASURES = (
    "degree",
    "reach2",
    "reach2_share",
    "reach3",
    "reach3_share",
    "acceptance",
    "declined",
    "unseen",
    "idk_rate",
    "reciprocity",
    "acquainted",
    "mutually_recognised",
    "blocked",
    "restricted_time",
    "time_to_block_days",
    "time_to_block_invitations",
    "restrictions",
    "warned",
    "limited",
    "appeals",
    "pardoned",
    "unwanted_received",
    "cold_received",
    "unwanted_sent",
    "cold_sent",
    "effort",
    "lapsed",
    "missed",
    "missed_by_tie",
    "missed_by_estimate",
    "missed_chance",
    "vetoed",
    "need_met",
    "met_by_connection",
    "met_by_contact",
    "met_by_referral",
    "helped",
    "referrals",
    "degree_low_rank",
    "degree_middle_rank",
    "degree_high_rank",
    "upwards",
    "clustering",
    "largest_component",
)
"""The columns of a summary that are measures, in their order. The measure of a mechanism that the
scenario does not have, as ``vetoed`` or ``warned``, is NaN."""
SANCTIONS = ("warnings", "limits", "appeals", "pardons")
"""Columns of a table of members, if there is a ladder (graded sanctions) or appeals can succeed."""
MEDIANS = ("time_to_block_days", "time_to_block_invitations")
"""Measures that are medians. If a median is missing in some replications, the mean of the others is
too small."""
WALKS = ("reach2", "reach2_share", "reach3", "reach3_share", "clustering")
"""Measures for which the network is followed beyond a member's neighbours."""
CAUTION = {"missed", "missed_by_tie", "missed_by_estimate", "missed_chance"}
"""Measures for which all contacts are looked at. ``missed``: the expected connections per member,
at the end of the run, that its policy's own limits keep it from making; ``missed_by_tie`` of these
because of the least tie class, ``missed_by_estimate`` because of the estimate alone.
``missed_chance``: the mean chance that such an invitation would be accepted."""
INTERVALS = (
    "egos",
    *(f"{of}_{end}" for of in ("reach2", "reach3", "clustering") for end in ("low", "high")),
)
"""Further columns: the number of members that these were computed for, and their intervals."""


class Ratio(NamedTuple):
    """How a measure is a ratio; its numerator is the measure times its denominator."""

    kind: Literal["rate", "member share"]
    """A member share counts members, who are nearly independent of each other within a run. A rate
    counts what members do, such as invitations, which are not independent."""
    denominator: str
    """The column of the summary that has the denominator."""
    squares: str | None = None
    """If each member has a share of its own and not a yes or no: the column with the sum over
    members of the squares of these shares."""
    is_share: bool = True
    """Whether the ratio is always between 0 and 1."""


RATIOS = {
    "acceptance": Ratio("rate", "decided"),
    "declined": Ratio("rate", "decided"),
    "unseen": Ratio("rate", "decided"),
    "idk_rate": Ratio("rate", "decided"),
    "reciprocity": Ratio("rate", "arcs"),
    "acquainted": Ratio("rate", "connection_ends"),
    "mutually_recognised": Ratio("rate", "connection_ends"),
    "blocked": Ratio("member share", "members"),
    "restricted_time": Ratio("member share", "members_there", squares="restricted_squares"),
    "restrictions": Ratio("rate", "years_unrestricted", is_share=False),
    "warned": Ratio("member share", "members"),
    "limited": Ratio("member share", "members"),
    "pardoned": Ratio("rate", "appeals_made"),
    "effort": Ratio("rate", "accepted", is_share=False),
    "lapsed": Ratio("rate", "attempts"),
    "missed_chance": Ratio("rate", "missed_pairs"),
    "vetoed": Ratio("rate", "contact_ends"),
    "need_met": Ratio("rate", "needs"),
    "met_by_connection": Ratio("rate", "needs"),
    "met_by_contact": Ratio("rate", "needs"),
    "met_by_referral": Ratio("rate", "needs"),
    "upwards": Ratio("rate", "sent_by_rank"),
}
"""From each measure that is a ratio to its `Ratio`. Medians come from one curve over the members of
all runs. All other measures are means over members."""


def denominators_of(measures: Collection[str]) -> list[str]:
    """Return the columns of the denominators of these measures, without ``members``."""
    ratios = [ratio for measure, ratio in RATIOS.items() if measure in measures]
    columns = [column for ratio in ratios for column in (ratio.denominator, ratio.squares)]
    return [column for column in dict.fromkeys(columns) if column and column != "members"]


DENOMINATORS = denominators_of(MEASURES)
"""Further columns, which come with the measures that need them:

- ``decided`` and ``accepted`` invitations, and ``attempts`` to invite;
- ``appeals_made``;
- ``sent_by_rank``: the invitations sent, if rank counts;
- ``contact_ends``: the contacts of all members, if there are vetoes;
- ``needs`` of help;
- ``missed_pairs``: pairs of a member and a contact whom only the limits of the member's policy keep
  it from inviting;
- ``arcs`` of the outreach graph;
- ``connection_ends``;
- ``members_there``: the member-days over the days of the run;
- ``restricted_squares``: the sum over members of (days restricted / days of the run)²; where
  members come or go, the sum of (y - p n)² + p² n, where y and n are the days restricted and the
  days there, over the days of the run, and p is the share of the member's policy;
- ``years_unrestricted``: the member-years in which an account was not restricted.

The days of a member who arrives later count from its arrival; the days of one who leaves count up
to then.
"""
COLUMNS = ("members", *MEASURES, *INTERVALS, *DENOMINATORS)
"""All columns of a summary after the policy, in their order."""


def measures_to_take(only: Collection[str] | None) -> set[str]:
    """Return the names of the measures to take: all, or those in ``only``.

    Raises
    ------
    InputError
        A name in ``only`` is not that of a measure.
    """
    if only is None:
        return set(MEASURES)
    if isinstance(only, str) or not set(only) <= set(MEASURES):
        raise InputError(
            f"measures: not all known (got {shown(only)}); must be among {', '.join(MEASURES)}"
        )
    return set(only)


def days_there(scenario: Scenario, members: Mapping[str, NDArray[Any]]) -> Ints:
    """Return on how many days of the run each member was there."""
    last = np.full(len(members["policy"]), scenario.days)
    if "left" in members:
        last = np.where(members["left"] == NEVER, last, members["left"] - 1)
    return last - members["arrived"] + 1 if "arrived" in members else last


def member_columns(scenario: Scenario, members: "pd.DataFrame") -> dict[str, NDArray[Any]]:
    """Return the columns of a table of members as arrays.

    In place of a policy's name there is its place in the scenario. ``NEVER`` stands for a missing
    value.
    """
    import pandas as pd

    policy = pd.Categorical(members["policy"], categories=list(scenario.policies)).codes
    own: dict[str, NDArray[Any]] = {
        str(name): column.to_numpy()
        if column.dtype == float
        else column.fillna(NEVER).to_numpy(int)
        for name, column in members.drop(columns=WORDS, errors="ignore").items()
    }
    return own | {"policy": policy.astype(np.int64)}
