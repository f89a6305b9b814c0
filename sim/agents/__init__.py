"""The policies: what an invite policy is, and the three built-in ones."""

from .close_friends import CLOSE_FRIENDS
from .everyone import EVERYONE
from .interacted import INTERACTED
from .policy import Bond, Candidate, InvitePolicy

POLICIES: dict[str, InvitePolicy] = {
    policy.name: policy for policy in (EVERYONE, INTERACTED, CLOSE_FRIENDS)
}
"""The built-in policies by name, in the order in which tables and figures show them."""

__all__ = [
    "CLOSE_FRIENDS",
    "EVERYONE",
    "INTERACTED",
    "POLICIES",
    "Bond",
    "Candidate",
    "InvitePolicy",
]
