"""Notes that say where one has met: when one goes with an invitation, whom it reminds (docs/rules.md)."""

from ..mechanics.compilation import rule

MONTH_DAYS = 30
"""Days over which notes are counted: days 1 to 30 of the platform, 31 to 60 and so on."""


@rule
def takes_note(tie_class, noted_classes, notes, notes_per_month):
    """Return whether a note goes with an invitation; -1: as many notes as one likes.

    ``noted_classes`` has a bit for each class of people to whom notes go.
    """
    worth_it = (noted_classes >> tie_class) & 1 == 1
    return worth_it and (notes_per_month < 0 or notes < notes_per_month)


@rule
def reminds(with_note, mistaken_one):
    """Return whether a note reminds the one who gets it, as 0 or 1: not at a wrong address."""
    return int(with_note and not mistaken_one)


@rule
def ends_month(day):
    """Return whether notes are counted anew from tomorrow on."""
    return day % MONTH_DAYS == 0
