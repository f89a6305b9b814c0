"""The policy "close_friends": invite close friends only.

It accepts such friends, and others with whom it has a connection in common.
"""

from .policy import InvitePolicy

CLOSE_FRIENDS = InvitePolicy(
    "close_friends", contacts=1, min_tie=4, accepts_from=4, takes_references=True
)
