"""Phases 4 and 5: in the evening the platform checks each account, and the day is recorded.

Each account is judged by itself, so any range of members can be checked at once.
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import APPEAL, philox
from ..rules.enforcing import (
    FOREVER,
    accepts_too_few,
    ends_today,
    restricted_until,
    strike_counts,
    too_many_strikes,
)
from ..rules.notes import ends_month
from ..rules.place import code_here
from ..rules.sanctions import EMAIL, WARN, appeals, is_pardoned, pardoned_until, rung
from ..state.columns import (
    ACCEPTED_BEFORE,
    ACCOUNT,
    ANSWERS,
    APPEALS,
    ASKING,
    BLOCKED_DAY,
    COUNTED_BEFORE,
    COUNTED_STRIKES,
    LADDER,
    LIMITED_UNTIL,
    LIMITS,
    NOTED,
    NOTES_THIS_MONTH,
    PARDONS,
    REFUSED,
    RESTRICTED_DAYS,
    RESTRICTED_ON,
    RESTRICTED_UNTIL,
    RESTRICTIONS,
    SENT,
    SENT_AT_BLOCK,
    T_BLOCKED,
    T_RESTRICTED,
    T_RESTRICTIONS,
    TALLY,
    WARNINGS,
)


@inline
def _answers(platform, ego, place):
    """Count an account's invitations that led to a connection (place 0), or are resolved (1)."""
    answers = np.int64(0)
    for k in range(ANSWERS // 2):
        answers += platform.answers[ANSWERS * ego + 2 * k + place]
    return answers


@inline
def _counted(platform, rule, ego):
    """Count the invitations by which an account's acceptance ratio is divided.

    Refused questions are not among them.
    """
    if not rule.of_resolved:
        return np.int64(platform.tally[TALLY * ego + SENT])
    refused = platform.questions[ASKING * ego + REFUSED] if len(platform.questions) > 0 else 0
    return _answers(platform, ego, 1) - refused


@inline
def _breaks_the_rule(platform, rule, day, ego):
    """Return whether an account that is not restricted breaks the platform's rule."""
    strikes, oldest_counts = np.int64(platform.account[ACCOUNT * ego + COUNTED_STRIKES]), True
    if platform.strike_days.shape[0] > 0:
        oldest = platform.strike_days[ego, strikes % platform.strike_days.shape[1]]
        oldest_counts = strike_counts(day, np.int64(oldest), rule.window_days)
    account = platform.account
    counted = _counted(platform, rule, ego) - account[ACCOUNT * ego + COUNTED_BEFORE]
    accepted = _answers(platform, ego, 0) - account[ACCOUNT * ego + ACCEPTED_BEFORE]
    too_many = too_many_strikes(strikes, rule.limit, oldest_counts)
    return too_many or accepts_too_few(counted, accepted, rule.min_invites, rule.min_ratio)


@inline
def start_from_zero(platform, rule, ego):
    """Set an account's strikes to zero, and start the counts of its acceptance ratio anew."""
    account = ACCOUNT * ego
    platform.account[account + COUNTED_STRIKES] = 0
    platform.account[account + COUNTED_BEFORE] = _counted(platform, rule, ego)
    platform.account[account + ACCEPTED_BEFORE] = _answers(platform, ego, 0)


@inline
def _rung(platform, rule, ego):
    """Return the rung of the ladder of sanctions that follows when an account breaks the rule."""
    if len(platform.ladder) == 0:
        return np.int64(0)
    ladder = LADDER * ego
    broken_before = np.int64(platform.tally[TALLY * ego + RESTRICTIONS])
    broken_before += platform.ladder[ladder + WARNINGS] + platform.ladder[ladder + LIMITS]
    return rung(broken_before, len(rule.actions))


@inline
def _last_day(platform, parameters, day, ego, days):
    """Return the last day of a limit or a restriction, after the appeal if one is made."""
    rule, until = parameters.platform, np.int64(restricted_until(day, days))
    if len(rule.appeal_chances) == 0:
        return until
    low, high = parameters.key & np.uint64(0xFFFFFFFF), parameters.key >> np.uint64(32)
    purpose = code_here(APPEAL, rule.place)
    asks, waits, succeeds, _ = philox(ego, 0, day, purpose, low, high)
    if not appeals(np.int64(asks), parameters.policies.appeals[platform.policy[ego]]):
        return until
    made = np.int64(platform.ladder[LADDER * ego + APPEALS])
    platform.ladder[LADDER * ego + APPEALS] = made + 1
    if not is_pardoned(np.int64(succeeds), rule.appeal_chances[made]):
        return until
    platform.ladder[LADDER * ego + PARDONS] += 1
    return np.int64(pardoned_until(day, until, np.int64(waits)))


@inline
def _restrict(platform, totals, day, ego, until):
    """Restrict an account, beginning tomorrow."""
    tally = TALLY * ego
    platform.account[ACCOUNT * ego + RESTRICTED_UNTIL] = until
    platform.tally[tally + RESTRICTED_DAYS] += until - day if until != FOREVER else 0
    platform.tally[tally + RESTRICTIONS] += 1
    if len(platform.ladder) > 0:
        platform.ladder[LADDER * ego + RESTRICTED_ON] = day
    totals[platform.policy[ego], T_RESTRICTIONS] += 1
    totals[platform.policy[ego], T_RESTRICTED] += 1
    if platform.tally[tally + BLOCKED_DAY] == 0:
        platform.tally[tally + BLOCKED_DAY] = day
        platform.tally[tally + SENT_AT_BLOCK] = platform.tally[tally + SENT]
        totals[platform.policy[ego], T_BLOCKED] += 1


@inline
def _sanction(platform, parameters, totals, day, ego):
    """Apply the action that follows when an account breaks the rule; it replaces the last one."""
    rule, ladder = parameters.platform, LADDER * ego
    place = _rung(platform, rule, ego)
    action, days = rule.actions[place], rule.lengths[place]
    start_from_zero(platform, rule, ego)
    if len(platform.ladder) > 0:
        platform.ladder[ladder + LIMITED_UNTIL] = 0
    if action == WARN:
        platform.ladder[ladder + WARNINGS] += 1
    elif action == EMAIL:
        platform.ladder[ladder + LIMITS] += 1
        until = _last_day(platform, parameters, day, ego, days)
        platform.ladder[ladder + LIMITED_UNTIL] = until
    else:
        until = _last_day(platform, parameters, day, ego, days)
        _restrict(platform, totals, day, ego, until)


@inline
def _limit_ends(platform, day, ego):
    """Return whether today is the last day of a limit."""
    ladder = platform.ladder
    return len(ladder) > 0 and ends_today(day, ladder[LADDER * ego + LIMITED_UNTIL])


@kernel
def enforce(state, parameters, day, partition):
    """Apply the rule to a thread's members; one check suffices for nearly all accounts."""
    platform, rule, totals = state.platform, parameters.platform, partition.totals
    if rule.limit < 0 and rule.min_ratio < 0.0:
        return
    suspect = np.int64(0 if rule.min_ratio >= 0.0 else rule.limit)
    for ego in range(as_index(partition.low), as_index(partition.high)):
        until = np.int64(platform.account[ACCOUNT * ego + RESTRICTED_UNTIL])
        strikes = platform.account[ACCOUNT * ego + COUNTED_STRIKES]
        lifted, unlimited = ends_today(day, until), _limit_ends(platform, day, ego)
        if not (lifted | unlimited | ((until < day) & (strikes >= suspect))):
            continue
        totals[platform.policy[ego], T_RESTRICTED] -= np.int64(lifted)
        if lifted or unlimited:
            start_from_zero(platform, rule, ego)
        elif _breaks_the_rule(platform, rule, day, ego):
            _sanction(platform, parameters, totals, day, ego)


@kernel
def clear_weekday(state, day, partition):
    """In the count of the last seven days, clear the place for tomorrow's invitations."""
    if state.platform.week.shape[0] > 0:
        for ego in range(partition.low, partition.high):
            state.platform.week[ego, (day + 1) % 7] = 0


@kernel
def clear_month(state, day, partition):
    """On the last day of a month, set the count of notes to zero."""
    if len(state.platform.notes) > 0 and ends_month(day):
        for ego in range(partition.low, partition.high):
            state.platform.notes[NOTED * ego + NOTES_THIS_MONTH] = 0


@kernel
def observe(state, day, all_totals, series):
    """Add what the threads have counted to the totals, and record these.

    The recorded number of restricted accounts is that of this morning.
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
