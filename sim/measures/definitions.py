"""Which measures there are, and the words and numbers that all of them share.

The definitions of the measures are those of docs/odd.md. Measures are taken from arrays and tables;
nothing is simulated here. Each is given for every policy, over the members who have it, and for
everybody.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..parameters.kinds import shown
from ..scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

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
    "reciprocity",
    "recognised",
    "blocked",
    "restricted_time",
    "time_to_block_days",
    "time_to_block_invitations",
    "idk_rate",
    "unwanted",
    "clustering",
    "largest_component",
)
"""The columns of a summary that are measures, in their order."""
MEDIANS = ("time_to_block_days", "time_to_block_invitations")
"""Measures that are medians: if some replications have none, the mean of the rest is too small."""
WALKS = ("reach2", "reach2_share", "reach3", "reach3_share", "clustering")
"""Measures that need a walk beyond a member's neighbours."""
INTERVALS = (
    "egos",
    *(f"{of}_{end}" for of in ("reach2", "reach3", "clustering") for end in ("low", "high")),
)
"""Further columns: the number of members that these were computed for, and their intervals."""
COLUMNS = ("members", *MEASURES, *INTERVALS)
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


def member_columns(scenario: Scenario, members: "pd.DataFrame") -> dict[str, NDArray[Any]]:
    """Return the columns of a table of members as arrays of integers.

    A policy is its place in the scenario, and ``NEVER`` stands for a missing value.
    """
    import pandas as pd

    policy = pd.Categorical(members["policy"], categories=list(scenario.policies)).codes
    own: dict[str, NDArray[Any]] = {
        name: members[name].fillna(NEVER).to_numpy(np.int64)
        for name in members.columns.drop(["policy", "sociability", "activity"], errors="ignore")
    }
    return own | {"policy": policy.astype(np.int64)}
