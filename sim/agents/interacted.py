"""The policy "interacted": invite people one has met or talked to, if they are likely to accept.

Members with this policy readily accept people they have met or talked to, and strangers less
readily. They are more likely to accept somebody with whom they have a connection in common.
"""

from .policy import InvitePolicy

INTERACTED = InvitePolicy(
    "interacted", contacts=1, min_tie=1, min_acceptance=0.2, accepts_from=1, takes_references=True
)
