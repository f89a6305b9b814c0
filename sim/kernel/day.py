"""The day: the five phases in their order, for one thread and many days.

Where a pool is full in the middle of a day, ``advance`` comes back and says what must grow; called again it goes on from there.
"""

import numpy as np
from numba import njit


from .answer import SIEVE, due, judge, settle, settle_accepted, unlock, waiting_longest, withdraw
from .bonds import BONDS, chunk_of
from .compilation import fast
from .enforce import clear_weekday, enforce, observe
from .invite import choose_invitations, introduce, order_of_effect, send
from .meet import choose_encounters, forget_partners, make_acquainted, paper, reach_far_side
from .world import CURSOR, DAY, LIST, NEWEST_LOCK, NEXT_SLOT, OLDEST_LOCK, STAGE, UNSOUGHT

DONE, MORE_SLOTS, MORE_CHUNKS, MORE_VERDICTS, MORE_LOCKS = range(5)
"""What ``advance`` says."""

MORNING, MEETING, INVITING, SENDING, ANSWERING = range(5)
"""Stages of a day."""


@fast
def take_from_log(world, log_from, log_ego, log_alter, log_day):
    """List the encounters of a day of the log in ``fresh``, and give their number."""
    first, last = log_from[log_day], log_from[log_day + 1]
    for place in range(first, last):
        world.fresh[place - first, 0] = log_ego[place]
        world.fresh[place - first, 1] = log_alter[place]
        world.fresh[place - first, 2] = 1
        world.fresh[place - first, 3] = UNSOUGHT
    return last - first


@fast
def shortage(world, ego, other):
    """Say what is missing for one more bond between two members."""
    for member in (ego, other):
        if chunk_of(np.int64(world.head[member, BONDS]))[0] >= world.chunks.shape[1]:
            return MORE_CHUNKS
    return MORE_SLOTS


@fast
def room_to_answer(world, rules, day):
    """Say what the answers of the day need, or DONE."""
    if due(world, rules, day) > len(world.verdicts):
        return MORE_VERDICTS
    if rules.lock_days >= 0 and world.clock[NEWEST_LOCK] - world.clock[OLDEST_LOCK] + waiting_longest(world, rules, day) > len(world.locks):
        return MORE_LOCKS
    return DONE


@fast
def log_day(day, days, repeats):
    """Give the day of the log, from 0, for a day of the platform, or -1 when the log is over."""
    return (day - 1) % days if repeats else (day - 1 if day <= days else -1)


@njit(cache=True, nogil=True)
def advance(world, rules, last_day, series, log_from, log_ego, log_alter, repeats):
    """Live until the evening of last_day, or until something must grow; gives DONE or what is short."""
    clock = world.clock
    daily_words, drawn, starters = paper()
    sieve = np.empty(SIEVE, np.uint64)
    members = rules.members
    changes = np.zeros((world.totals.shape[0], 2), np.int64)
    while clock[DAY] < last_day or clock[STAGE] != MORNING:
        if clock[STAGE] == MORNING:
            clock[DAY] += 1
            touched, fresh = choose_encounters(world, rules, clock[DAY], 0, members, daily_words, drawn, starters)
            reach_far_side(world, rules, clock[DAY], 0, touched)
            if len(log_from) > 1:
                of_log = log_day(clock[DAY], len(log_from) - 1, repeats)
                fresh = take_from_log(world, log_from, log_ego, log_alter, of_log) if of_log >= 0 else 0
            clock[LIST], clock[CURSOR], clock[STAGE] = fresh, 0, MEETING
        day = clock[DAY]
        if clock[STAGE] == MEETING:
            clock[CURSOR] = make_acquainted(world, rules, day, clock[CURSOR], clock[LIST])
            if clock[CURSOR] < clock[LIST]:
                return shortage(world, world.fresh[clock[CURSOR], 0], world.fresh[clock[CURSOR], 1])
            forget_partners(world, 0, clock[LIST])
            clock[STAGE] = INVITING if day >= 1 else MORNING
            if day < 1:
                continue
        if clock[STAGE] == INVITING:
            unlock(world, rules, day)
            clock[LIST] = choose_invitations(world, rules, day, 0, members, 0)
            clock[CURSOR], clock[STAGE] = 0, SENDING
        if clock[STAGE] == SENDING:
            clock[CURSOR] = introduce(world, rules, day, clock[CURSOR], clock[LIST])
            if clock[CURSOR] < clock[LIST]:
                return shortage(world, world.invited[clock[CURSOR], 0], world.invited[clock[CURSOR], 1])
            send(world, rules, day, order_of_effect(world, rules))
            clock[STAGE] = ANSWERING
        lacking = room_to_answer(world, rules, day)
        if lacking != DONE:
            return lacking
        judge(world, rules, day, 0, due(world, rules, day), sieve)
        settle(world, rules, day)
        if rules.max_connections >= 0:
            settle_accepted(world, rules, day)
        withdraw(world, rules, day)
        enforce(world, rules, day, 0, members, changes)
        clear_weekday(world, day)
        observe(world, day, changes, series)
        clock[STAGE] = MORNING
    return DONE
