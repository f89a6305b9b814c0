"""Policies and answering habits: what they are, and the built-in ones."""

from .close_friends import CLOSE_FRIENDS
from .everyone import EVERYONE
from .habit import HABITS, Habit
from .interacted import INTERACTED
from .policy import Bond, Candidate, InvitePolicy

POLICIES: dict[str, InvitePolicy] = {
    policy.name: policy for policy in (EVERYONE, INTERACTED, CLOSE_FRIENDS)
}
"""The built-in policies by name, in the order in which tables and figures show them."""

__all__ = [
    "CLOSE_FRIENDS",
    "EVERYONE",
    "HABITS",
    "INTERACTED",
    "POLICIES",
    "Bond",
    "Candidate",
    "Habit",
    "InvitePolicy",
]
