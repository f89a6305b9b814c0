"""Phase 0, leave: who leaves, and what becomes of an invitation then (docs/rules.md)."""

from ..mechanics.compilation import rule
from .standing import PENDING


@rule
def leaves(word, threshold):
    """Return whether a member leaves today."""
    return word < threshold


@rule
def is_void(standing, decided):
    """Return whether an invitation is undecided when its inviter or invitee leaves."""
    return standing == PENDING and not decided
