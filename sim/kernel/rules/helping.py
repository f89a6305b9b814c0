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
    """Return whether somebody in a network of ``network`` people is able to help.

    The chance is 1 - (1 - able)^network, rounded to a multiple of 2^-24.
    """
    return word < round((1.0 - (1.0 - able) ** network) * 2.0**24) * 256


@rule
def is_asked_before(tie_class, best_class):
    """Return whether somebody drawn later is known better than the best known so far."""
    return tie_class > best_class


@rule
def helps(word, threshold):
    """Return whether somebody who is asked helps, as 0 or 1."""
    return int(word < threshold)


@rule
def refers(word, threshold):
    """Return whether somebody who does not help refers the member to somebody else."""
    return word < threshold


@rule
def class_of_referral(tie_class):
    """Return the tie class by which a referred helper decides: they have at least met online."""
    return max(tie_class, 1)


@rule
def reputation(asked, helped):
    """Return the reputation after being asked ``asked`` times and helping ``helped`` times."""
    return (1 + helped) / (2 + asked)
