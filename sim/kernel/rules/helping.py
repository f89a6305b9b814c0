"""Phase 1b, help: who needs it, whom one asks, and who gives it (docs/rules.md)."""

from ..mechanics.compilation import rule

GIVER, OTHER, TAKER = range(3)
"""Types, by how readily they help."""


@rule
def is_in_need(word, threshold):
    """Return whether a member needs help today."""
    return word < threshold


@rule
def somebody_is_able(word, able, network):
    """Return whether somebody of a network of so many people is able to help.

    The chance is 1 - (1 - able)^network, rounded to a multiple of 2^-24.
    """
    return word < round((1.0 - (1.0 - able) ** network) * 2.0**24) * 256


@rule
def is_asked_before(tie_class, best_class):
    """Return whether somebody drawn later is asked in place of the best known so far."""
    return tie_class > best_class


@rule
def helps(word, threshold):
    """Return whether somebody who is asked helps, as 0 or 1."""
    return int(word < threshold)


@rule
def refers(word, threshold):
    """Return whether somebody who does not help refers to somebody else."""
    return word < threshold


@rule
def class_of_referral(tie_class):
    """Return the class by which somebody helps to whom one was referred: they have met online."""
    return max(tie_class, 1)


@rule
def reputation(asked, helped):
    """Return the reputation of somebody who was asked for help, and helped, so often."""
    return (1 + helped) / (2 + asked)
