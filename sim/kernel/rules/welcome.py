"""Phases 1 to 3: whom a member does not want in its network (docs/rules.md)."""

from ..mechanics.compilation import rule
from .helping import reputation


@rule
def vetoes(word, chance):
    """Return whether a member vetoes another at their first encounter, as 0 or 1."""
    return int(word < chance)


@rule
def is_low(asked, helped, floor, floor_after):
    """Return whether a reputation is low: often asked for help, and helped too seldom."""
    return asked >= floor_after and reputation(asked, helped) < floor


@rule
def does_not_want(vetoed, tie_class, low):
    """Return whether a member neither invites another nor accepts it after recognising it.

    ``low``: the other has a low reputation, which counts only for members who know it.
    """
    return vetoed > 0 or (tie_class > 0 and low)
