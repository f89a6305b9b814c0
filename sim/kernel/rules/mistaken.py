"""Phase 2, invite: an invitation that goes to a wrong address (docs/rules.md)."""

from ..mechanics.compilation import rule
from .standing import FREE


@rule
def goes_astray(word, mistaken):
    """Return whether the invitation to a contact goes to a wrong address."""
    return word < mistaken


@rule
def may_be_reached(standing, is_inviter):
    """Return whether an invitation may go to a wrong person; if not, the attempt lapses."""
    return standing == FREE and not is_inviter
