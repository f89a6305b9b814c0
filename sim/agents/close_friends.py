"""The policy "close_friends": invite close friends only, and accept only them."""

from .policy import InvitePolicy

CLOSE_FRIENDS = InvitePolicy("close_friends", contacts=1, min_tie=4, accepts_from=4)
