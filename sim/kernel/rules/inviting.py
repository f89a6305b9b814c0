"""Phase 2, invite: who may send, whom one may invite, what an invitation does (docs/rules.md)."""

from ..mechanics.compilation import rule
from ..mechanics.random import TWO32
from .standing import FREE, PENDING

FROM_CONTACTS, FROM_INTRODUCTIONS, FROM_DIRECTORY, FROM_POPULAR = range(4)
"""Sources of a candidate."""


@rule
def is_restricted(day, restricted_until):
    """Return whether an account is restricted on a day."""
    return day <= restricted_until


@rule
def has_room(connections, max_connections):
    """Return whether the platform allows one more connection; -1: there is no cap."""
    return max_connections < 0 or connections < max_connections


@rule
def may_invite(day, restricted_until, connections, max_connections):
    """Return whether a member may send invitations today."""
    return not is_restricted(day, restricted_until) and has_room(connections, max_connections)


@rule
def may_send_this_week(sent, weekly_invites):
    """Return whether the cap on invitations in 7 days allows one more; -1: there is no cap."""
    return weekly_invites < 0 or sent < weekly_invites


@rule
def attempts_today(word, pace):
    """Return a member's number of attempts: the whole part of its pace, and by chance one more.

    ``pace`` is whole part * 2**32 + the threshold of one more.
    """
    return (pace >> 32) + int(word < (pace & (2**32 - 1)))


@rule
def candidate_source(word, until_contacts, until_introductions, until_directory):
    """Return the source of a try's candidate: one word chooses by the policy's weights."""
    beyond = int(word >= until_introductions) + int(word >= until_directory)
    return int(word >= until_contacts) + beyond


@rule
def finds_contact(word, eligible, contacts):
    """Return whether a random contact is one of the eligible ones."""
    return contacts > 0 and word < int(eligible / max(contacts, 1) * TWO32)


@rule
def misses_all(word, miss):
    """Return whether all tries miss; ``miss`` is the chance of this."""
    return word < int(miss * TWO32)


@rule
def estimated_acceptance(prior, weight, accepted, resolved):
    """Return a member's own estimate of acceptance at a tie class: the mean of a Beta."""
    return (prior * weight + accepted) / (weight + resolved)


@rule
def is_likely(estimate, min_acceptance):
    """Return whether the estimate is high enough for the policy."""
    return estimate >= min_acceptance


@rule
def least_tie(source, min_tie, invites_references):
    """Return the lowest tie class that is invited from a source."""
    referred = invites_references and source == FROM_INTRODUCTIONS
    return 0 if referred else min_tie


@rule
def is_eligible(standing, tie_class, min_tie, likely):
    """Return whether a member may be invited, if the policy's own function agrees."""
    return standing == FREE and tie_class >= min_tie and likely


@rule
def waits_longer(word, threshold):
    """Return whether the answer takes longer than a number of days, by this number's threshold.

    The delay is the number of days for which this is true.
    """
    return word < threshold


@rule
def crosses(standing_back, asked_back, is_question):
    """Return whether an invitation crosses one of the other side, so that the two connect at once.

    One of the two may be a question and not an invitation.
    """
    return standing_back == PENDING or (asked_back and not is_question)


@rule
def is_withdrawn(standing, asked):
    """Return whether an invitation or question is withdrawn at its end: it has no answer yet."""
    return standing == PENDING or asked


@rule
def withdrawal_day(day, lock_days):
    """Return the day of the withdrawals whose locks end this morning.

    A lock bars another invitation for some days after a withdrawal.
    """
    return day - lock_days - 1
