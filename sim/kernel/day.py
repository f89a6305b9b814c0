"""The day: the five phases in their order.

``advance`` is what Python calls; all else here and in the phases is called by it alone. It lives through many days, and comes back where
something is full in the middle of a day, to say what must grow; called again it goes on from there. Several threads call it at once, each
with its share: they go from stage to stage together.
"""

import numpy as np

from .answer import due, judge, lock, settle, settle_accepted, unlock, waiting_longest, withdraw
from .bonds import find
from .compilation import fast, part_of
from .encounter import count_far_side, make_acquainted, reach_far_side
from .enforce import clear_weekday, enforce, observe
from .invite import choose_invitations
from .join import ALTER, EGO, EXTRA, ROOM, SLOT, link_across
from .meet import choose_encounters
from .send import cross, cross_in_order, file, introduce, send
from .share import (
    FRESH,
    INVITED,
    LOW,
    POOL,
    POOL_END,
    REACHED,
    SAID,
    TOUCHED,
    VERDICT,
    all_here,
    part,
)
from .world import DAY, END_SLOT, LIST, NEEDED, NEWEST_LOCK, NEXT_SLOT, OLDEST_LOCK, STAGE

DONE, AGAIN, MORE_SLOTS, MORE_CHUNKS, MORE_ANSWERS, MORE_LOCKS = range(6)
"""What a thread says at the end of a stage, and, but for AGAIN, ``advance``."""

DAWN, MEETING, REACHING, LISTING, COUNTING, ACQUAINTING, LINKING, UNLOCKING, INVITING = range(9)
(
    INTRODUCING,
    BINDING,
    SENDING,
    CROSSING,
    FILING,
    WAITING,
    JUDGING,
    SETTLING,
    ACCEPTING,
    EVENING,
    OBSERVING,
) = range(9, 20)
"""Stages of a day. What one thread looks at in a stage no other changes: a byte may change under a reader, but not who is a contact
(MEETING) or connected (INVITING), and a row's slot (INTRODUCING) matters only to those who look after one of its members."""
OF_ONE = (LISTING, UNLOCKING, FILING, WAITING, ACCEPTING, OBSERVING)
"""Those that one thread does for all; in the others each does its share."""


@part_of
def _take_from_log(world, log_from, log_ego, log_alter, log_day):
    """List the encounters of a day of the log in ``fresh``, and give their number."""
    first, last = log_from[log_day], log_from[log_day + 1]
    for place in range(first, last):
        row, ego, other = place - first, log_ego[place], log_alter[place]
        world.fresh[row, EGO] = ego
        world.fresh[row, ALTER] = other
        world.fresh[row, SLOT] = find(world.chunks, world.head, world.mark, world.alter, ego, other)
        world.fresh[row, EXTRA] = 1
    return last - first


@part_of
def _log_day(day, days, repeats):
    """Give the day of the log, from 0, for a day of the platform, or -1 when the log is over."""
    return (day - 1) % days if repeats else (day - 1 if day <= days else -1)


@part_of
def _list_encounters(world, log_from, log_ego, log_alter, repeats):
    """Put those of the log in the place of the encounters that were drawn, if there is a log."""
    if len(log_from) > 1:
        of_log = _log_day(world.clock[DAY], len(log_from) - 1, repeats)
        world.clock[LIST] = (
            _take_from_log(world, log_from, log_ego, log_alter, of_log) if of_log >= 0 else 0
        )


@part_of
def _room_to_answer(world, rules, day):
    """Say what the answers of the day need, or DONE."""
    world.clock[NEEDED] = due(world, rules, day)
    if world.clock[NEEDED] > len(world.verdicts):  # keys are never fewer
        return MORE_ANSWERS
    world.clock[NEEDED] = (
        world.clock[NEWEST_LOCK] - world.clock[OLDEST_LOCK] + waiting_longest(world, rules, day)
    )
    if rules.lock_days >= 0 and world.clock[NEEDED] > len(world.locks):
        return MORE_LOCKS
    return DONE


@part_of
def _bonds_created(world, share):
    """Say what was missing for a new bond: slots of the pool, or else room in the lists of chunks; or that all are created: DONE."""
    if share.own[REACHED] == world.clock[LIST]:
        return DONE
    return MORE_CHUNKS if share.pool[0] + ROOM <= share.pool[1] else MORE_SLOTS


@part_of
def _link(world, rows, share):
    """Link a thread's part of the bonds whose sides different threads have created, and begin the next list."""
    if share.of > 1:
        first, last = part(share, world.clock[LIST])
        link_across(world, rows, first, last)
    share.own[REACHED] = 0


@part_of
def _count_far_side(world, share):
    """Count, for the members of a thread, what all threads have listed."""
    for turn in range(share.of):
        count_far_side(
            world, share.ledger[turn, LOW], share.ledger[turn, TOUCHED], share.low, share.high
        )


@part_of
def _put_together(rows, share, each, kind):
    """Move together the pieces of a list that the threads have written, ``each`` rows a member at most; gives the end of the whole."""
    end = share.own[kind]
    for turn in range(1, share.of):
        for row in range(share.ledger[turn, LOW] * each, share.ledger[turn, kind]):
            for column in range(rows.shape[1]):
                rows[end, column] = rows[row, column]
            end += 1
    return end


@part_of
def _pools_filled(world, share):
    """Give slots of the society's to the threads that lack them, if there are enough; what a thread had left stays unused."""
    clock = world.clock
    for turn in range(share.of):
        if share.ledger[turn, SAID] == MORE_SLOTS:
            many = min(clock[END_SLOT] - clock[NEXT_SLOT], 8 * ROOM + len(world.policy) // 8)
            if share.of == 1 or many < ROOM:
                return False
            share.ledger[turn, POOL], share.ledger[turn, POOL_END] = (
                clock[NEXT_SLOT],
                clock[NEXT_SLOT] + many,
            )
            clock[NEXT_SLOT] += many
    return True


@part_of
def _conclude(world, rules, share, stage):
    """End a stage that all threads have come to the end of, and say what they are to do: go on (DONE), do it AGAIN, or get more room."""
    clock, said = world.clock, np.int64(DONE)
    for turn in range(share.of):
        said = max(said, share.ledger[turn, SAID])
    if said == MORE_SLOTS and _pools_filled(world, share):
        return np.int64(AGAIN)
    if said != DONE:
        return said
    if stage == DAWN:
        clock[DAY] += 1
    elif stage == MEETING:
        clock[LIST] = _put_together(world.fresh, share, 1, FRESH)
    elif stage == INVITING:
        clock[LIST] = _put_together(
            world.invited, share, len(world.invited) // rules.members, INVITED
        )
    clock[STAGE] = (
        DAWN if stage == OBSERVING or (stage == UNLOCKING and clock[DAY] < 1) else stage + 1
    )
    return said


@part_of
def _do(world, rules, stage, day, series, log_from, log_ego, log_alter, repeats, share):
    """Do a thread's share of a stage, and say what must grow before it can go on, or DONE."""
    own, low, high = share.own, share.low, share.high
    if stage == MEETING:
        own[TOUCHED], own[FRESH] = choose_encounters(
            world, rules, day, low, high, share.paper.meeting
        )
    elif stage == REACHING:
        own[TOUCHED] = reach_far_side(world, rules, day, low, own[TOUCHED])
    elif stage == LISTING:
        _list_encounters(world, log_from, log_ego, log_alter, repeats)
    elif stage == COUNTING:
        _count_far_side(world, share)
    elif stage == ACQUAINTING:
        own[REACHED] = make_acquainted(
            world, rules, day, own[REACHED], world.clock[LIST], share.pool, low, high
        )
        return _bonds_created(world, share)
    elif stage == LINKING:
        _link(world, world.fresh, share)
    elif stage == UNLOCKING:
        unlock(world, rules, day)
    elif stage == INVITING:
        own[INVITED] = choose_invitations(world, rules, day, low, high, share.paper.inviting)
    elif stage == INTRODUCING:
        own[REACHED] = introduce(
            world, rules, day, own[REACHED], world.clock[LIST], share.pool, low, high
        )
        return _bonds_created(world, share)
    elif stage == BINDING:
        _link(world, world.invited, share)
    elif stage == SENDING:
        send(world, low, high, share.totals)
    elif stage == CROSSING:
        if rules.max_connections < 0:
            cross(world, low, high, share.totals)
    elif stage == FILING:
        if rules.max_connections >= 0:
            cross_in_order(world, rules, share.totals)
        file(world, rules, day)
    elif stage == WAITING:
        return _room_to_answer(world, rules, day)
    elif stage == JUDGING:
        first, last = part(share, due(world, rules, day))
        judge(world, rules, day, first, last, share.paper.judging)
    elif stage == SETTLING:
        settle(world, rules, day, low, high, share.totals)
    elif stage == ACCEPTING:
        if rules.max_connections >= 0:
            settle_accepted(world, rules, day, share.totals)
    elif stage == EVENING:
        withdraw(world, rules, day, low, high, share.totals)
        enforce(world, rules, day, low, high, share.totals)
    elif stage == OBSERVING:
        lock(world, rules, day)
        clear_weekday(world, day)
        observe(world, day, share.books, series)
    return DONE


@fast
def advance(world, rules, last_day, series, log_from, log_ego, log_alter, repeats, share):
    """Live until the evening of last_day, or until something must grow; says which. All threads of a crew call it and return together."""
    if not all_here(share):
        return np.int64(AGAIN)
    while world.clock[DAY] < last_day or world.clock[STAGE] != DAWN:
        stage, said = world.clock[STAGE], np.int64(DONE)
        if share.turn == 0 or stage not in OF_ONE:
            said = np.int64(
                _do(
                    world,
                    rules,
                    stage,
                    world.clock[DAY],
                    series,
                    log_from,
                    log_ego,
                    log_alter,
                    repeats,
                    share,
                )
            )
        share.own[SAID] = said
        all_here(share)
        if share.turn == 0:
            share.gate[VERDICT] = _conclude(world, rules, share, stage)
        all_here(share)
        if share.gate[VERDICT] > AGAIN:
            return share.gate[VERDICT]
    return np.int64(DONE)
