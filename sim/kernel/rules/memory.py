"""Phase 3, memory: how likely one recognises somebody met some time ago (docs/rules.md)."""

from ..mechanics.compilation import rule


@rule
def recognition(fresh, kept):
    """Return the chance of recognising somebody.

    ``fresh`` is the chance on the day of the last encounter. ``kept`` is the part of this chance
    that is left by now, in units of 2**-24.
    """
    return fresh * kept * 2.0**-24
