"""Questions before an invitation: who asks, and what an answer leads to (docs/rules.md)."""

from ..mechanics.compilation import rule

SILENCE, YES, NO = 0, 1, 6
"""Outcomes of a question, as the verdicts of ``answering`` with the same effect: SILENCE is
UNDECIDED; YES is ACCEPTED, so the two connect; NO is UNSEEN, which neither connects nor bothers
anybody."""


@rule
def asks(asks_first, tie_class):
    """Return whether a question goes out in place of an invitation."""
    return asks_first and tie_class >= 1


@rule
def is_answered(recognised, word, ask_answered):
    """Return whether a question is answered."""
    return recognised and word < ask_answered


@rule
def answer(answered, accepting, may_connect):
    """Return the outcome of a question; a yes that may not connect the two counts as silence."""
    if not answered:
        return SILENCE
    if not accepting:
        return NO
    return YES if may_connect else SILENCE
