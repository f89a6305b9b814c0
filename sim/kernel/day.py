"""The day: the five phases in their order.

``advance`` lives through many days on one thread. It comes back where a pool is full in the middle of a day, and says what must grow;
called again it goes on from there. With a crew (see ``sim.crew``) it also comes back for the stages that several threads do together, and
does the others itself.
"""

import numpy as np
from numba import njit

from .answer import due, judge, settle, settle_accepted, unlock, waiting_longest, withdraw
from .bonds import listed
from .compilation import inner
from .enforce import clear_weekday, enforce, observe
from .invite import choose_invitations
from .meet import choose_encounters, count_far_side, forget_partners, make_acquainted, reach_far_side
from .send import introduce, order_of_effect, send
from .world import CURSOR, DAY, LIST, NEWEST_LOCK, OLDEST_LOCK, STAGE, UNSOUGHT

DONE, MORE_SLOTS, MORE_CHUNKS, MORE_VERDICTS, MORE_LOCKS, FOR_THE_CREW = range(6)
"""What ``advance`` says."""

MORNING, ACQUAINTING, INVITING, SENDING, WAITING, JUDGING, SETTLING, EVENING, OBSERVING = range(9)
"""Stages of a day. A crew does choosing (MORNING, INVITING), JUDGING and the EVENING together."""


@inner
def take_from_log(world, log_from, log_ego, log_alter, log_day):
    """List the encounters of a day of the log in ``fresh``, and give their number."""
    first, last = log_from[log_day], log_from[log_day + 1]
    for place in range(first, last):
        world.fresh[place - first, 0] = log_ego[place]
        world.fresh[place - first, 1] = log_alter[place]
        world.fresh[place - first, 2] = 1
        world.fresh[place - first, 3] = UNSOUGHT
    return last - first


@inner
def shortage(world, ego, other):
    """Say what is missing for one more bond between two members."""
    for member in (ego, other):
        if not listed(world.chunks, world.head, member):
            return MORE_CHUNKS
    return MORE_SLOTS


@inner
def room_to_answer(world, rules, day):
    """Say what the answers of the day need, or DONE."""
    if due(world, rules, day) > len(world.verdicts):
        return MORE_VERDICTS
    if rules.lock_days >= 0 and world.clock[NEWEST_LOCK] - world.clock[OLDEST_LOCK] + waiting_longest(world, rules, day) > len(world.locks):
        return MORE_LOCKS
    return DONE


@inner
def log_day(day, days, repeats):
    """Give the day of the log, from 0, for a day of the platform, or -1 when the log is over."""
    return (day - 1) % days if repeats else (day - 1 if day <= days else -1)


@inner
def use_log(world, log_from, log_ego, log_alter, repeats):
    """Put the encounters of the log in the place of those that were drawn, if there is a log."""
    if len(log_from) > 1:
        of_log = log_day(world.clock[DAY], len(log_from) - 1, repeats)
        world.clock[LIST] = take_from_log(world, log_from, log_ego, log_alter, of_log) if of_log >= 0 else 0


@njit(cache=True, nogil=True)
def advance(world, rules, last_day, series, changes, log_from, log_ego, log_alter, repeats, alone, paper):
    """Live until the evening of last_day, or until something must grow, or a stage for the crew; says which."""
    clock = world.clock
    members = rules.members
    nobody = np.int64(0)  # a literal would have its own copy of all that it is handed to compiled
    while clock[DAY] < last_day or clock[STAGE] != MORNING:
        if not alone and clock[STAGE] in (MORNING, INVITING, JUDGING, EVENING):
            return FOR_THE_CREW
        if clock[STAGE] == MORNING:
            clock[DAY] += 1
            touched, fresh = choose_encounters(world, rules, clock[DAY], nobody, members, paper.meeting)
            count_far_side(world, nobody, reach_far_side(world, rules, clock[DAY], nobody, touched))
            clock[LIST], clock[CURSOR], clock[STAGE] = fresh, 0, ACQUAINTING
        day = clock[DAY]
        if clock[STAGE] == ACQUAINTING:
            if clock[CURSOR] == 0:
                use_log(world, log_from, log_ego, log_alter, repeats)
            clock[CURSOR] = make_acquainted(world, rules, day, clock[CURSOR], clock[LIST])
            if clock[CURSOR] < clock[LIST]:
                return shortage(world, world.fresh[clock[CURSOR], 0], world.fresh[clock[CURSOR], 1])
            forget_partners(world, nobody, clock[LIST])
            unlock(world, rules, day)
            clock[STAGE] = INVITING if day >= 1 else MORNING
            if day < 1 or not alone:
                continue
        if clock[STAGE] == INVITING:
            clock[LIST] = choose_invitations(world, rules, day, nobody, members, nobody, paper.inviting)
            clock[CURSOR], clock[STAGE] = 0, SENDING
        if clock[STAGE] == SENDING:
            clock[CURSOR] = introduce(world, rules, day, clock[CURSOR], clock[LIST])
            if clock[CURSOR] < clock[LIST]:
                return shortage(world, world.invited[clock[CURSOR], 0], world.invited[clock[CURSOR], 1])
            send(world, rules, day, order_of_effect(world, rules))
            clock[STAGE] = WAITING
        if clock[STAGE] == WAITING:
            lacking = room_to_answer(world, rules, day)
            if lacking != DONE:
                return lacking
            clock[STAGE] = JUDGING
            if not alone:
                continue
        if clock[STAGE] == JUDGING:
            judge(world, rules, day, nobody, due(world, rules, day), paper.judging)
            clock[STAGE] = SETTLING
        if clock[STAGE] == SETTLING:
            settle(world, rules, day)
            if rules.max_connections >= 0:
                settle_accepted(world, rules, day)
            withdraw(world, rules, day)
            clock[STAGE] = EVENING
            if not alone:
                continue
        if clock[STAGE] == EVENING:
            enforce(world, rules, day, nobody, members, changes)
            clock[STAGE] = OBSERVING
        clear_weekday(world, day)
        observe(world, day, changes, series)
        clock[STAGE] = MORNING
    return DONE
