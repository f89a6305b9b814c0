"""The policy "close_friends": invite close friends only.

Members with this policy readily accept close friends, and other people less readily. They are more
likely to accept somebody with whom they have a connection in common.
"""

from .policy import InvitePolicy

CLOSE_FRIENDS = InvitePolicy(
    "close_friends", contacts=1, min_tie=4, accepts_from=4, takes_references=True
)
