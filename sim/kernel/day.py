"""The day: the five phases in their order.

``advance`` lives through many days on one thread. It comes back where a pool is full in the middle of a day, and says what must grow;
called again it goes on from there. With a crew (see ``sim.crew``) it also comes back for the stages that several threads do together, and
does the others itself.
"""

import numpy as np
from numba import njit

from .answer import due, judge, settle, settle_accepted, unlock, waiting_longest, withdraw
from .bonds import find
from .compilation import fast, inner
from .encounter import count_far_side, make_acquainted, reach_far_side
from .enforce import clear_weekday, enforce, observe
from .invite import choose_invitations
from .join import ALTER, EGO, EXTRA, ROOM, SLOT
from .meet import choose_encounters
from .send import introduce, order_of_effect, send
from .world import CURSOR, DAY, LIST, NEWEST_LOCK, OLDEST_LOCK, STAGE

DONE, MORE_SLOTS, MORE_CHUNKS, MORE_VERDICTS, MORE_LOCKS, FOR_THE_CREW = range(6)
"""What ``advance`` says."""

MORNING, LISTING, ACQUAINTING, UNLOCKING, INVITING, INTRODUCING, SENDING, WAITING, JUDGING, SETTLING, EVENING, OBSERVING = range(12)
"""Stages of a day."""
OF_THE_CREW = (MORNING, ACQUAINTING, INVITING, INTRODUCING, JUDGING, EVENING)
"""Those that a crew does together."""


@inner
def take_from_log(world, log_from, log_ego, log_alter, log_day):
    """List the encounters of a day of the log in ``fresh``, and give their number."""
    first, last = log_from[log_day], log_from[log_day + 1]
    for place in range(first, last):
        row, ego, other = place - first, np.int64(log_ego[place]), np.int64(log_alter[place])
        world.fresh[row, EGO] = ego
        world.fresh[row, ALTER] = other
        world.fresh[row, SLOT] = find(world.chunks, world.head, world.mark, world.alter, ego, other)
        world.fresh[row, EXTRA] = 1
    return last - first


@fast
def shortage(pool):
    """Say what was missing for a new bond: slots of a pool, or else room in the lists of chunks."""
    return MORE_CHUNKS if pool[0] + ROOM <= pool[1] else MORE_SLOTS


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
    clock, members = world.clock, rules.members
    nobody = np.int64(0)  # a literal would have its own copy of all that it is handed to compiled
    while clock[DAY] < last_day or clock[STAGE] != MORNING:
        stage, day = clock[STAGE], clock[DAY]
        if not alone and stage in OF_THE_CREW:
            return FOR_THE_CREW
        if stage == MORNING:
            clock[DAY] += 1
            touched, clock[LIST] = choose_encounters(world, rules, clock[DAY], nobody, members, paper.meeting)
            count_far_side(world, nobody, reach_far_side(world, rules, clock[DAY], nobody, touched))
        elif stage == LISTING:
            use_log(world, log_from, log_ego, log_alter, repeats)
            clock[CURSOR] = 0
        elif stage == ACQUAINTING:
            clock[CURSOR] = make_acquainted(world, rules, day, clock[CURSOR], clock[LIST], clock, nobody, members)
            if clock[CURSOR] < clock[LIST]:
                return shortage(clock)
        elif stage == UNLOCKING:
            unlock(world, rules, day)
            if day < 1:
                clock[STAGE] = MORNING
                continue
        elif stage == INVITING:
            clock[LIST] = choose_invitations(world, rules, day, nobody, members, nobody, paper.inviting)
            clock[CURSOR] = 0
        elif stage == INTRODUCING:
            clock[CURSOR] = introduce(world, rules, day, clock[CURSOR], clock[LIST], clock, nobody, members)
            if clock[CURSOR] < clock[LIST]:
                return shortage(clock)
        elif stage == SENDING:
            send(world, rules, day, order_of_effect(world, rules))
        elif stage == WAITING:
            lacking = room_to_answer(world, rules, day)
            if lacking != DONE:
                return lacking
        elif stage == JUDGING:
            judge(world, rules, day, nobody, due(world, rules, day), paper.judging)
        elif stage == SETTLING:
            settle(world, rules, day)
            if rules.max_connections >= 0:
                settle_accepted(world, rules, day)
            withdraw(world, rules, day)
        elif stage == EVENING:
            enforce(world, rules, day, nobody, members, changes)
        else:
            clear_weekday(world, day)
            observe(world, day, changes, series)
        clock[STAGE] = (stage + 1) % (OBSERVING + 1)
    return DONE
