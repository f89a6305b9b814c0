"""Notes that say where the two met: who sends a note, and whom it reminds (docs/rules.md)."""

from ..mechanics.compilation import rule

MONTH_DAYS = 30
"""Notes are counted over this number of days: days 1 to 30 of the platform, 31 to 60 and so on."""


@rule
def takes_note(tie_class, noted_classes, notes, notes_per_month):
    """Return whether a note goes with an invitation; -1 notes per month: there is no limit.

    ``noted_classes`` has a bit for each tie class: whether notes go to people of this class.
    """
    worth_it = (noted_classes >> tie_class) & 1 == 1
    return worth_it and (notes_per_month < 0 or notes < notes_per_month)


@rule
def reminds(with_note, mistaken_one):
    """Return whether a note reminds the invitee, as 0 or 1: not if the address was wrong."""
    return int(with_note and not mistaken_one)


@rule
def reminded(chance, odds):
    """Return the chance of recognising an inviter whose note reminds, in whole units of 2**-24.

    The note multiplies the odds. A chance of 0 or 1 stays as it is, and so does any chance if
    ``odds`` is 0.
    """
    if odds == 0.0 or chance <= 0.0 or chance >= 1.0:
        return chance
    return round(chance * odds / (1.0 - chance + chance * odds) * 2.0**24) / 2.0**24


@rule
def ends_month(day):
    """Return whether notes are counted anew from tomorrow on."""
    return day % MONTH_DAYS == 0
