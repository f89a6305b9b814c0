"""Only people one has had an interaction with, and who are likely to accept; a reference will do for those who ask."""

from .policy import InvitePolicy

INTERACTED = InvitePolicy(
    "interacted", contacts=1, min_tie=1, min_acceptance=0.3, accepts_from=1, takes_references=True
)
