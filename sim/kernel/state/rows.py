"""Rows of today's lists, and the two ways in which an invitation is packed."""

import numpy as np

from ..mechanics.compilation import inline

EGO, ALTER, SLOT, EXTRA = range(4)
"""Columns of the rows of encounters and invitations: the two members; the slot of ego's bond (-1:
it must be created); and whether they meet face to face, or the packed source, remarks and delay."""
OTHER_SLOT, OTHER = range(2)
"""Columns of the rows of verdicts: alter's slot, or UNWANTED or UNWANTED_COLD; and alter."""
FIRST, SECOND, FIRST_HELPS, SECOND_HELPS = range(4)
"""Columns of the rows of pleas: who is asked for help; to whom that one refers (itself, where to
nobody); and whether each helps."""
NOBODY_ELSE = -1
"""Stands for whether the second one helps where there is none."""
RISER, BEFORE, AFTER = range(3)
"""Columns of the rows of ties that have risen on the far side: the member, the two classes."""
UNUSED = -1
"""Stands for ego in a row of invitations that an attempt has not filled."""
SOURCE_BITS = 3
"""The bits of a packed number that hold the source."""
VERDICT, VERDICT_BITS, NOTED_CLASS = 2, 7, 5
"""Where the verdict and the tie class begin in the note of a sent invitation."""
UNWANTED, UNWANTED_COLD = -1, -2
"""Stand for the slot in a row of ``verdicts`` that does not connect."""
GRANTED = -3
"""GRANTED - slot: at this slot alter has granted a question, so the invitation arrives, too."""
WRONG_ADDRESS, WITH_NOTE, QUESTION = 1, 2, 4
"""Remarks on an invitation, a bit each: another one was meant; a note goes with it; it began as a
question."""
REMARKS, REMARK_BITS, DELAY = 2, 7, 5
"""Where the remarks and the delay begin in a packed invitation of today."""
CROSSING = -1
"""Stands for the delay of an invitation that crosses another."""


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
    """Return a packed invitation on which there was no remark, with remarks."""
    return packed | remarks << REMARKS


@inline
def remarks_of(packed):
    """Return the remarks on a packed invitation."""
    return packed >> REMARKS & REMARK_BITS


@inline
def delay_of(packed):
    """Return the delay of a packed invitation, in days; CROSSING, or ``pending_days`` for never."""
    return packed >> DELAY


@inline
def pack_note(source, verdict, tie_class):
    """Return the source of a sent invitation, its verdict and the class on that day as one byte."""
    return np.uint8(source | verdict << VERDICT | tie_class << NOTED_CLASS)


@inline
def verdict_in(note):
    """Return the verdict on a sent invitation, as in ``rules.answering``."""
    return np.int64(note) >> VERDICT & VERDICT_BITS


@inline
def source_in(note):
    """Return the source of a sent invitation."""
    return np.int64(note) & SOURCE_BITS
