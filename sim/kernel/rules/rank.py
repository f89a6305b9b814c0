"""Phases 2 and 3, rank: whom courting members prefer, how rank changes answers (docs/rules.md)."""

from ..mechanics.compilation import rule

LEVELS = 16
"""Ranks are the levels 0 … LEVELS - 1."""
DIFFERENCES = 2 * LEVELS - 1
"""The number of possible differences of two ranks."""


@rule
def place_of_difference(rank, rank_of_inviter):
    """Return the place, among all differences, of the invitee's rank less the inviter's."""
    return rank - rank_of_inviter + LEVELS - 1


@rule
def is_highest(rank):
    """Return whether no rank is above this one."""
    return rank == LEVELS - 1


@rule
def outranks(rank, other_rank):
    """Return whether a rank is above another; equal ranks are not."""
    return rank > other_rank
