"""Phase 3, answer: how an invitee judges an invitation (docs/rules.md)."""

from ..mechanics.compilation import rule

STALE, ACCEPTED, UNKNOWN, IGNORED = range(4)
"""Answers: no longer pending, accepted, "I don't know this person", or nothing."""


@rule
def recognises(word, chance):
    """Return whether the invitee recognises the inviter."""
    return word < chance


@rule
def class_seen(recognised, tie_class):
    """Return the class that the invitee goes by: who is not recognised counts as a stranger."""
    return tie_class if recognised else 0


@rule
def is_open_to(tie_class, accepts_from):
    """Return whether the invitee's policy is open to a class."""
    return tie_class >= accepts_from


@rule
def needs_reference(tie_class, accepts_from, takes_references):
    """Return whether only a reference, a common connection, can open the door."""
    return not is_open_to(tie_class, accepts_from) and takes_references


@rule
def accepts(word, chance):
    """Return whether the invitee, open to the inviter, accepts."""
    return word < chance


@rule
def clicks_unknown(word, recognised, idk_click):
    """Return whether an invitee who has not accepted clicks "I don't know this person"."""
    return not recognised and word < idk_click


@rule
def is_strike(answer):
    """Return whether an answer is a strike against the inviter: an "I don't know" is one."""
    return answer == UNKNOWN
