"""Phases 4 and 5: at the end of the day the platform looks at each account, lifts what has run out and restricts who has broken its rule.

An account is judged by itself, so any range of members can be looked at at once.
"""

import numpy as np

from .compilation import at, inlined, inner
from .world import (
    ACCEPTED,
    ACCEPTED_BEFORE,
    ACCOUNT,
    BLOCKED_DAY,
    COUNTED_STRIKES,
    FOREVER,
    RESTRICTED_DAYS,
    RESTRICTED_UNTIL,
    SENT,
    SENT_AT_BLOCK,
    SENT_BEFORE,
    T_BLOCKED,
    T_RESTRICTED,
    TALLY,
)


@inlined
def _breaks_the_rule(world, rules, day, ego):
    strikes = world.account[ACCOUNT * ego + COUNTED_STRIKES]
    if (
        rules.limit >= 0
        and strikes >= rules.limit
        and (
            rules.window_days < 0
            or day - world.strike_days[ego, strikes % rules.limit] < rules.window_days
        )
    ):
        return True
    if rules.min_ratio >= 0.0:
        sent = world.tally[TALLY * ego + SENT] - world.tally[TALLY * ego + SENT_BEFORE]
        accepted = world.tally[TALLY * ego + ACCEPTED] - world.tally[TALLY * ego + ACCEPTED_BEFORE]
        return (
            sent >= rules.min_invites and accepted / sent < rules.min_ratio
        )  # as it is said: min_ratio * sent may round up
    return False


@inlined
def _lift(world, totals, ego):
    """Let an account start from zero."""
    world.account[ACCOUNT * ego + COUNTED_STRIKES] = 0
    world.tally[TALLY * ego + SENT_BEFORE] = world.tally[TALLY * ego + SENT]
    world.tally[TALLY * ego + ACCEPTED_BEFORE] = world.tally[TALLY * ego + ACCEPTED]
    totals[world.policy[ego], T_RESTRICTED] -= 1


@inlined
def _restrict(world, rules, totals, day, ego):
    """Restrict an account from tomorrow on."""
    world.account[ACCOUNT * ego + RESTRICTED_UNTIL] = (
        day + rules.restriction_days if rules.restriction_days >= 0 else FOREVER
    )
    world.tally[TALLY * ego + RESTRICTED_DAYS] += max(rules.restriction_days, 0)
    totals[world.policy[ego], T_RESTRICTED] += 1
    if world.tally[TALLY * ego + BLOCKED_DAY] == 0:
        world.tally[TALLY * ego + BLOCKED_DAY] = day
        world.tally[TALLY * ego + SENT_AT_BLOCK] = world.tally[TALLY * ego + SENT]
        totals[world.policy[ego], T_BLOCKED] += 1


@inner
def enforce(world, rules, day, low, high, totals):
    """Apply the rule to members low to high - 1; one look at the account clears nearly all of them."""
    if rules.limit < 0 and rules.min_ratio < 0.0:
        return
    suspect = np.int64(0 if rules.min_ratio >= 0.0 else rules.limit)
    for ego in range(at(low), at(high)):
        until, strikes = (
            world.account[ACCOUNT * ego + RESTRICTED_UNTIL],
            world.account[ACCOUNT * ego + COUNTED_STRIKES],
        )
        if not ((until == day) | ((until < day) & (strikes >= suspect))):
            continue
        if until == day:
            _lift(world, totals, ego)
        elif _breaks_the_rule(world, rules, day, ego):
            _restrict(world, rules, totals, day, ego)


@inner
def clear_weekday(world, day):
    """Make room for tomorrow's invitations in the week."""
    for ego in range(world.week.shape[0]):
        world.week[ego, (day + 1) % 7] = 0


@inner
def observe(world, day, books, series):
    """Add what each thread has counted to the totals, and write these down; restricted: as of this morning."""
    for p in range(world.totals.shape[0]):
        for measure in range(world.totals.shape[1]):
            counted = np.int64(0)
            for turn in range(books.shape[0]):
                counted += books[turn, p, measure]
                books[turn, p, measure] = 0
            before = world.totals[p, measure]
            world.totals[p, measure] = before + counted
            series[day - 1, p, measure] = before if measure == T_RESTRICTED else before + counted
