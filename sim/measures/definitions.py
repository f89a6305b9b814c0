"""Which measures there are, and the words and numbers that all of them share.

The definitions of the measures are those of docs/odd.md. Measures are taken from arrays and tables;
nothing is simulated here. Each is given for every policy, over the members who have it, and for
everybody.

Shares of invitations are of the decided ones: accepted, "I don't know" or declined. Those pending
are sent, and not decided; nor are those that are void, as sender or receiver has left.
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
"""The columns of a summary that are measures, in their order. One of a mechanism that the scenario
does not have, as ``vetoed`` or ``warned``, is NaN there."""
SANCTIONS = ("warnings", "limits", "appeals", "pardons")
"""Columns of a table of members, where there is a ladder or appeals succeed."""
MEDIANS = ("time_to_block_days", "time_to_block_invitations")
"""Measures that are medians: if some replications have none, the mean of the rest is too small."""
WALKS = ("reach2", "reach2_share", "reach3", "reach3_share", "clustering")
"""Measures that need a walk beyond a member's neighbours."""
CAUTION = {"missed", "missed_by_tie", "missed_by_estimate", "missed_chance"}
"""Measures that need a look at all contacts: the connections, per member, from which a policy's own
limits keep its members, as expected at the end of the run; those by the least tie, and by the
estimate alone; and the mean chance that such an invitation would be accepted."""
INTERVALS = (
    "egos",
    *(f"{of}_{end}" for of in ("reach2", "reach3", "clustering") for end in ("low", "high")),
)
"""Further columns: the number of members that these were computed for, and their intervals."""


class Ratio(NamedTuple):
    """What a measure is a share of: its numerator is the measure times its denominator."""

    kind: Literal["rate", "member share"]
    """A member share counts members, who are nearly independent of each other within a run; a rate
    counts what members do, and they are not."""
    denominator: str
    """The column of the summary that has the denominator."""
    squares: str | None = None
    """Of a member share that is not a yes or no of each member: the column that has the sum over
    the members of the square of each one's own share."""
    is_share: bool = True
    """Whether it is always between 0 and 1."""


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
"""From each measure that is a ratio to what it is a ratio of. The medians are of a curve over the
members of all runs together; the other measures are means over members."""


def denominators_of(measures: Collection[str]) -> list[str]:
    """Return the columns, besides ``members``, that have what these measures are ratios of."""
    ratios = [ratio for measure, ratio in RATIOS.items() if measure in measures]
    columns = [column for ratio in ratios for column in (ratio.denominator, ratio.squares)]
    return [column for column in dict.fromkeys(columns) if column and column != "members"]


DENOMINATORS = denominators_of(MEASURES)
"""Further columns, which come with the measures that need them: ``decided`` and ``accepted``
invitations; ``attempts`` to invite; ``appeals_made``; ``sent_by_rank``, the invitations sent if
rank counts; ``contact_ends``, the contacts of all members, if there are vetoes; ``needs`` of help;
``missed_pairs``, of a member and a contact whom only its policy's limits keep it from inviting;
``arcs`` of the outreach graph; ``connection_ends``; ``members_there``, the member-days over the
days of the run; ``restricted_squares``, the sum over members of (days restricted / days of the
run)², and where members come or go, of (y - p n)² + p² n, y and n being the days restricted and
there over those of the run, and p their policy's share; and ``years_unrestricted``, the
member-years in which an account was not restricted. The days of who has arrived later count from
its arrival, and those of who has left up to then."""
COLUMNS = ("members", *MEASURES, *INTERVALS, *DENOMINATORS)
"""All columns of a summary after the policy, in their order."""


def measures_to_take(only: Collection[str] | None) -> set[str]:
    """Return the names of the measures to take: all, or those in ``only``.

    Raises
    ------
    InputError
        A name in ``only`` is not a measure.
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

    A policy is its place in the scenario, and ``NEVER`` stands for a missing value.
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
