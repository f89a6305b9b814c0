"""Phases 4 and 5: in the evening the platform looks at each account, and the day is written down.

An account is judged by itself, so any range of members can be looked at at once.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..rules.enforcing import (
    accepts_too_few,
    ends_today,
    restricted_until,
    strike_counts,
    too_many_strikes,
)
from ..rules.notes import ends_month
from ..state.columns import (
    ACCEPTED_BEFORE,
    ACCOUNT,
    ANSWERS,
    BLOCKED_DAY,
    COUNTED_STRIKES,
    NOTED,
    NOTES_THIS_MONTH,
    RESTRICTED_DAYS,
    RESTRICTED_UNTIL,
    RESTRICTIONS,
    SENT,
    SENT_AT_BLOCK,
    SENT_BEFORE,
    T_BLOCKED,
    T_RESTRICTED,
    T_RESTRICTIONS,
    TALLY,
)


@inline
def _accepted(platform, ego):
    """Count the invitations of an account that led to a connection."""
    accepted = np.int64(0)
    for k in range(ANSWERS // 2):
        accepted += platform.answers[ANSWERS * ego + 2 * k]
    return accepted


@inline
def _breaks_the_rule(platform, rule, day, ego):
    """Return whether an account that is not restricted breaks the platform's rule."""
    strikes, oldest_counts = np.int64(platform.account[ACCOUNT * ego + COUNTED_STRIKES]), True
    if platform.strike_days.shape[0] > 0:
        oldest = platform.strike_days[ego, strikes % platform.strike_days.shape[1]]
        oldest_counts = strike_counts(day, np.int64(oldest), rule.window_days)
    account, sent = platform.account, np.int64(platform.tally[TALLY * ego + SENT])
    sent -= account[ACCOUNT * ego + SENT_BEFORE]
    accepted = _accepted(platform, ego) - account[ACCOUNT * ego + ACCEPTED_BEFORE]
    too_many = too_many_strikes(strikes, rule.limit, oldest_counts)
    return too_many or accepts_too_few(sent, accepted, rule.min_invites, rule.min_ratio)


@inline
def _start_from_zero(platform, totals, ego):
    """Lift a restriction: strikes, and what the ratio counts, start from zero."""
    account = ACCOUNT * ego
    platform.account[account + COUNTED_STRIKES] = 0
    platform.account[account + SENT_BEFORE] = platform.tally[TALLY * ego + SENT]
    platform.account[account + ACCEPTED_BEFORE] = _accepted(platform, ego)
    totals[platform.policy[ego], T_RESTRICTED] -= 1


@inline
def _restrict(platform, rule, totals, day, ego):
    """Restrict an account from tomorrow on."""
    tally, until = TALLY * ego, restricted_until(day, rule.restriction_days)
    platform.account[ACCOUNT * ego + RESTRICTED_UNTIL] = until
    platform.tally[tally + RESTRICTED_DAYS] += max(rule.restriction_days, 0)
    platform.tally[tally + RESTRICTIONS] += 1
    totals[platform.policy[ego], T_RESTRICTIONS] += 1
    totals[platform.policy[ego], T_RESTRICTED] += 1
    if platform.tally[tally + BLOCKED_DAY] == 0:
        platform.tally[tally + BLOCKED_DAY] = day
        platform.tally[tally + SENT_AT_BLOCK] = platform.tally[tally + SENT]
        totals[platform.policy[ego], T_BLOCKED] += 1


@kernel
def enforce(state, parameters, day, partition):
    """Apply the rule to a thread's members; one look at the account clears nearly all of them."""
    platform, rule, totals = state.platform, parameters.platform, partition.totals
    if rule.limit < 0 and rule.min_ratio < 0.0:
        return
    suspect = np.int64(0 if rule.min_ratio >= 0.0 else rule.limit)
    for ego in range(as_index(partition.low), as_index(partition.high)):
        until = np.int64(platform.account[ACCOUNT * ego + RESTRICTED_UNTIL])
        strikes = platform.account[ACCOUNT * ego + COUNTED_STRIKES]
        if not (ends_today(day, until) | ((until < day) & (strikes >= suspect))):
            continue
        if ends_today(day, until):
            _start_from_zero(platform, totals, ego)
        elif _breaks_the_rule(platform, rule, day, ego):
            _restrict(platform, rule, totals, day, ego)


@kernel
def clear_weekday(state, day, partition):
    """Make room for tomorrow's invitations in the week."""
    if state.platform.week.shape[0] > 0:
        for ego in range(partition.low, partition.high):
            state.platform.week[ego, (day + 1) % 7] = 0


@kernel
def clear_month(state, day, partition):
    """Count notes anew from tomorrow on, on the last day of a month."""
    if len(state.platform.notes) > 0 and ends_month(day):
        for ego in range(partition.low, partition.high):
            state.platform.notes[NOTED * ego + NOTES_THIS_MONTH] = 0


@kernel
def observe(state, day, all_totals, series):
    """Add what each thread has counted to the totals, and write these down.

    Restricted: as of this morning.
    """
    totals = state.platform.totals
    for policy in range(totals.shape[0]):
        for measure in range(totals.shape[1]):
            counted = np.int64(0)
            for thread in range(all_totals.shape[0]):
                counted += all_totals[thread, policy, measure]
                all_totals[thread, policy, measure] = 0
            before = totals[policy, measure]
            totals[policy, measure] = before + counted
            series[day - 1, policy, measure] = (
                before if measure == T_RESTRICTED else before + counted
            )
