"""Phase 3, answer: how an invitee judges an invitation (docs/rules.md)."""

from ..mechanics.compilation import rule
from ..mechanics.random import TWO32

UNDECIDED, ACCEPTED, ACCEPTED_COLD, UNKNOWN, DECLINED, DECLINED_COLD, UNSEEN, CROSSED = range(8)
"""Verdicts on an invitation. UNKNOWN: the answer "I don't know this person"; UNSEEN: declined,
because the invitee never looks at it; CROSSED: accepted at once, as it crosses another invitation.
COLD: the invitee has not recognised the inviter, which is also so with UNKNOWN."""


@rule
def looks(word, chance):
    """Return whether an invitation is ever looked at while it is open."""
    return word < chance


@rule
def recognises(word, chance):
    """Return whether the invitee recognises the inviter."""
    return word < chance


@rule
def class_seen(recognised, tie_class):
    """Return the tie class by which the invitee decides: an unrecognised inviter is a stranger."""
    return tie_class if recognised else 0


@rule
def hangs_on_reference(word, chance, chance_if_referred):
    """Return whether the invitee accepts if, and only if, they have a connection in common."""
    return word >= chance and word < chance_if_referred


@rule
def accepts(word, chance, chance_if_referred, referred):
    """Return whether the invitee accepts; ``referred``: they have a connection in common."""
    return word < chance or (referred and word < chance_if_referred)


@rule
def expected_acceptance(recognise, as_known, as_stranger):
    """Return the chance, 0 to 1, that an invitee who looks at the invitation accepts.

    ``recognise`` is the chance that the invitee recognises the inviter. ``as_known`` and
    ``as_stranger`` are the chances that it accepts if it does, and if it does not. All three are
    thresholds.
    """
    recognised = recognise / TWO32
    return (recognised * as_known + (1 - recognised) * as_stranger) / TWO32


@rule
def clicks_unknown(word, recognised, idk_click):
    """Return whether an invitee who has not accepted clicks "I don't know this person"."""
    return not recognised and word < idk_click


@rule
def verdict(accepting, room, clicks, recognised):
    """Return the verdict on an invitation that is looked at.

    Without room for another connection the invitation is declined.
    """
    if accepting and room:
        return ACCEPTED if recognised else ACCEPTED_COLD
    if clicks and not accepting:
        return UNKNOWN
    return DECLINED if recognised else DECLINED_COLD


@rule
def is_acceptance(verdict):
    """Return whether a verdict connects inviter and invitee."""
    return (verdict == ACCEPTED) | (verdict == ACCEPTED_COLD)


@rule
def is_strike(verdict):
    """Return whether a verdict is a strike against the inviter: an "I don't know" is one."""
    return verdict == UNKNOWN


@rule
def is_unwanted(verdict):
    """Return whether the invitee has looked at the invitation, and not accepted it."""
    return (verdict == UNKNOWN) | (verdict == DECLINED) | (verdict == DECLINED_COLD)


@rule
def is_cold(verdict):
    """Return whether the invitee has looked, not recognised the inviter, and not accepted."""
    return (verdict == UNKNOWN) | (verdict == DECLINED_COLD)
