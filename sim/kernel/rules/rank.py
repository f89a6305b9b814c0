"""Phases 2 and 3, rank: whom those who court prefer, how it counts in answers (docs/rules.md)."""

from ..mechanics.compilation import rule

LEVELS = 16
"""Ranks are the levels 0 … LEVELS - 1."""
DIFFERENCES = 2 * LEVELS - 1
"""How many differences of two ranks there are."""


@rule
def place_of_difference(rank, rank_of_inviter):
    """Return the place of an invitee's rank less that of its inviter among all differences."""
    return rank - rank_of_inviter + LEVELS - 1


@rule
def is_highest(rank):
    """Return whether no rank is above this one."""
    return rank == LEVELS - 1


@rule
def outranks(rank, other_rank):
    """Return whether a rank is above another: equal ones are not."""
    return rank > other_rank
