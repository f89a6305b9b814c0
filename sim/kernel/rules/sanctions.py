"""Phase 4, enforce: what follows when an account breaks the platform's rule (docs/rules.md).

These are the rungs of the ladder, and appeals; and, in phase 2, what the rung ``email`` forbids.
"""

from ..mechanics.compilation import rule

WARN, EMAIL, RESTRICT = range(3)
"""Actions: a warning, which changes nothing; a limit (invitations only to people one knows); a
restriction."""


@rule
def rung(broken_before, rungs):
    """Return the place, from 0, of the rung that follows; the last rung is repeated."""
    return min(broken_before, rungs - 1)


@rule
def forbids_stranger(day, limited_until, tie_class):
    """Return whether a limit keeps a member from inviting a candidate of a tie class."""
    return day <= limited_until and tie_class == 0


@rule
def appeals(word, chance):
    """Return whether a member appeals against a limit or a restriction."""
    return word < chance


@rule
def is_pardoned(word, chance):
    """Return whether an appeal succeeds."""
    return word < chance


@rule
def pardoned_until(day, until, word):
    """Return the last day after a successful appeal: one to three days on, or ``until``."""
    return min(until, day + 1 + (word * 3 >> 32))
