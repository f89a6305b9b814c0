"""The policy "close_friends": invite close friends only.

It readily accepts such friends, and others less readily; a connection in common makes it likelier.
"""

from .policy import InvitePolicy

CLOSE_FRIENDS = InvitePolicy(
    "close_friends", contacts=1, min_tie=4, accepts_from=4, takes_references=True
)
