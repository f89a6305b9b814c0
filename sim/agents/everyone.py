"""The open networker: everyone is welcome, the janitor and the VP alike."""

from .policy import InvitePolicy

EVERYONE = InvitePolicy("everyone", contacts=1, introductions=1, directory=1)
