"""The policy "interacted": invite people it has met or talked to and who are likely to accept.

It readily accepts people it has met or talked to, and strangers less readily; a connection in
common makes it likelier.
"""

from .policy import InvitePolicy

INTERACTED = InvitePolicy(
    "interacted", contacts=1, min_tie=1, min_acceptance=0.2, accepts_from=1, takes_references=True
)
