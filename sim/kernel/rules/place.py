"""Several platforms: a run is one *place* of a society (docs/rules.md, "Draws" and phase 2)."""

from ..mechanics.compilation import rule


@rule
def code_here(purpose, place):
    """Return the code of a draw of the platform's own: each place has others."""
    return purpose + place * 2**16


@rule
def is_absent(joined):
    """Return whether a candidate can't be invited for it is not on the platform."""
    return joined == 0
