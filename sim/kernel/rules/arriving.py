"""Phase 0, arrive: how many members arrive, and what they do on their first day (docs/rules.md)."""

from ..mechanics.compilation import rule


@rule
def arrivals_today(word, whole, threshold):
    """Return how many members arrive: the whole part of the rate, and by chance one more."""
    return whole + int(word < threshold)


@rule
def arrives_on(day, arrived):
    """Return whether a member arrives on a day; ``arrived`` is 0 for the first members."""
    return day == arrived


@rule
def attempts_on_arrival(attempts, on_arrival):
    """Return the attempts to invite on the first day; -1 as ``on_arrival``: as on any day."""
    return attempts if on_arrival < 0 else on_arrival
