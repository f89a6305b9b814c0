"""Questions before an invitation: who asks, and what an answer leads to (docs/rules.md)."""

from ..mechanics.compilation import rule

SILENCE, YES, NO = 0, 1, 6
"""What becomes of a question, in numbers of the verdicts of ``answering``: undecided; accepted,
which connects the two; and UNSEEN, for a no neither connects nor bothers anybody there."""


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
    """Return what becomes of a question; a yes that can't be used is as no answer."""
    if not answered:
        return SILENCE
    if not accepting:
        return NO
    return YES if may_connect else SILENCE
