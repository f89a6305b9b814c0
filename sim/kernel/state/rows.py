"""Rows of today's lists, and the two packed forms of an invitation."""

import numpy as np

from ..mechanics.compilation import inline

EGO, ALTER, SLOT, EXTRA = range(4)
"""Columns of the rows of encounters and invitations: the two members; the slot of ego's bond (-1:
it must be created); and whether they meet face to face, or the packed source, remarks and delay."""
OTHER_SLOT, OTHER = range(2)
"""Columns of the rows of verdicts: alter's slot, or UNWANTED or UNWANTED_COLD; and alter."""
FIRST, SECOND, FIRST_HELPS, SECOND_HELPS = range(4)
"""Columns of the rows of pleas: the member asked for help; the member to whom that one refers (the
first again, if there is none); and whether each of the two helps."""
NOBODY_ELSE = -1
"""Takes the place of SECOND_HELPS if nobody else is asked."""
RISER, BEFORE, AFTER = range(3)
"""Columns of the rows of ties that have risen on the far side: the member, the two classes."""
UNUSED = -1
"""Takes the place of ego in a row of invitations that no attempt has filled."""
SOURCE_BITS = 3
"""The bits of a packed number that hold the source, as a mask."""
VERDICT, VERDICT_BITS, NOTED_CLASS = 2, 7, 5
"""In the note of a sent invitation: where the verdict begins, its mask, where the class begins."""
UNWANTED, UNWANTED_COLD = -1, -2
"""Take the place of the slot in a row of ``verdicts`` that does not connect."""
GRANTED = -3
"""GRANTED - slot: alter has granted a question at this slot, so the invitation is received now."""
WRONG_ADDRESS, WITH_NOTE, QUESTION = 1, 2, 4
"""Remarks on an invitation, one bit each: it was meant for another member; a note goes with it; it
began as a question."""
REMARKS, REMARK_BITS, DELAY = 2, 7, 5
"""In a packed invitation of today: where the remarks begin, their mask, where the delay begins."""
CROSSING = -1
"""Takes the place of the delay of an invitation that crosses another."""


@inline
def pack_extra(source, remarks, delay):
    """Return the source, the remarks and the delay of an invitation as one number."""
    return (delay << DELAY) | (remarks << REMARKS) | source


@inline
def source_of(packed):
    """Return the source of a packed invitation."""
    return packed & SOURCE_BITS


@inline
def with_remarks(packed, remarks):
    """Return a packed invitation with remarks; before, it must have none."""
    return packed | remarks << REMARKS


@inline
def remarks_of(packed):
    """Return the remarks on a packed invitation."""
    return packed >> REMARKS & REMARK_BITS


@inline
def delay_of(packed):
    """Return the delay of a packed invitation in days; CROSSING; or ``pending_days``: never."""
    return packed >> DELAY


@inline
def pack_note(source, verdict, tie_class):
    """Return as one byte the source of a sent invitation, its verdict and the class on that day."""
    return np.uint8(source | verdict << VERDICT | tie_class << NOTED_CLASS)


@inline
def verdict_in(note):
    """Return the verdict on a sent invitation, as in ``rules.answering``."""
    return np.int64(note) >> VERDICT & VERDICT_BITS


@inline
def source_in(note):
    """Return the source of a sent invitation."""
    return np.int64(note) & SOURCE_BITS
