"""The tie classes, and what an encounter adds to a tie (docs/rules.md, "Bonds")."""

from ..mechanics.compilation import rule

STRANGER, ONLINE, MET_ONCE, MET_OFTEN, CLOSE = range(5)
"""The tie classes."""
MOST_MET, MOST_TALKED = 511, 255
"""Encounters that are counted, face to face and online."""


@rule
def tie_class(met, talked, often, close):
    """Return the class of a tie, 0 to 4: one more for each threshold that the tie has reached."""
    known = int(met + talked > 0)
    return known + int(met > 0) + int(met >= often) + int(met >= close)


@rule
def strength(met, talked):
    """Return the strength by which contacts compete to be met again: the number of encounters."""
    return met + talked


@rule
def met_after(met, face_to_face):
    """Return the count of encounters face to face after one more encounter."""
    return min(met + face_to_face, MOST_MET)


@rule
def talked_after(talked, face_to_face):
    """Return the count of encounters online after one more encounter."""
    return min(talked + 1 - face_to_face, MOST_TALKED)
