"""Several platforms: a run is one *place* of a society (docs/rules.md, "Draws" and phase 2)."""

from ..mechanics.compilation import rule


@rule
def code_here(purpose, place):
    """Return the code of a draw that the platform makes: each place has its own codes."""
    return purpose + place * 2**16


@rule
def is_absent(joined):
    """Return whether a candidate is not on the platform, so that it can't be invited."""
    return joined == 0
