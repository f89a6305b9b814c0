"""Phase 4, enforce: when the platform restricts an account, and until when (docs/rules.md)."""

from ..mechanics.compilation import rule

FOREVER = 2**31 - 1
"""The last day of a restriction that never ends."""


@rule
def strike_counts(day, strike_day, window_days):
    """Return whether a strike is within the window; -1 days: a strike counts forever."""
    return window_days < 0 or day - strike_day < window_days


@rule
def too_many_strikes(strikes, limit, oldest_counts):
    """Return whether the strikes have reached the limit; -1: there is no limit.

    ``oldest_counts``: whether the oldest of the last ``limit`` strikes is within the window.
    """
    return limit >= 0 and strikes >= limit and oldest_counts


@rule
def accepts_too_few(counted, accepted, min_invites, min_ratio):
    """Return whether too few invitations were accepted; a negative ratio: there is no such rule.

    ``counted`` is the number of invitations sent, or of those resolved. The quotient is compared as
    docs/rules.md states it, because ``min_ratio * counted`` may round up.
    """
    return min_ratio >= 0.0 and counted >= min_invites and accepted / max(counted, 1) < min_ratio


@rule
def ends_today(day, restricted_until):
    """Return whether a restriction ends today; then strikes and ratio start from zero."""
    return restricted_until == day


@rule
def restricted_until(day, restriction_days):
    """Return the last day of a restriction that begins on an evening; -1 days: it never ends."""
    return day + restriction_days if restriction_days >= 0 else FOREVER
