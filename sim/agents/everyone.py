"""The policy "everyone": invite anybody, and accept anybody readily."""

from .policy import InvitePolicy

EVERYONE = InvitePolicy("everyone", contacts=1, introductions=1, directory=1, takes_references=True)
