"""Measures of rank: connections by rank, invitations upwards; NaN if rank does not count."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .definitions import NEVER, Floats

THIRDS = {
    "degree_low_rank": range(5),
    "degree_middle_rank": range(5, 11),
    "degree_high_rank": range(11, 16),
}
"""From each measure of a third of the ranks to these ranks."""


def rank_measures(
    own: Mapping[str, NDArray[Any]], total: Callable[[Any], Floats]
) -> dict[str, NDArray[Any]]:
    """Return the measures of rank, and the denominator of ``upwards``.

    Parameters
    ----------
    own : mapping
        The columns of the table of members, with ``rank`` and ``sent_upwards`` if rank counts.
    total : function
        Sums a column over the members of each policy, and over all members.
    """
    nothing = np.zeros(len(own["policy"]))
    rank = own.get("rank", nothing - 1)
    stays = own["left"] == NEVER if "left" in own else True
    sent = total(own["invitations_sent"] if "rank" in own else nothing)
    columns: dict[str, NDArray[Any]] = {"sent_by_rank": sent.astype(np.int64)}
    with np.errstate(invalid="ignore"):
        for name, ranks in THIRDS.items():
            there = np.isin(rank, ranks) & stays
            columns[name] = total(own["degree"] * there) / total(there)
        columns["upwards"] = total(own.get("sent_upwards", nothing)) / sent
    return columns
