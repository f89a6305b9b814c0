"""Phases 1 to 3: whom a member does not want in its network (docs/rules.md)."""

from ..mechanics.compilation import rule


@rule
def vetoes(word, chance):
    """Return whether a member vetoes another at their first encounter, as 0 or 1."""
    return int(word < chance)


@rule
def does_not_want(vetoed):
    """Return whether a member neither invites another nor, having recognised it, accepts it."""
    return vetoed > 0
