"""A day, stage by stage.

==========  =======  ======================================  =============================
stage       threads  what is done                            what it changes
==========  =======  ======================================  =============================
DAWN        one      the day begins; members arrive          clock, totals
LEAVE       each     list who leaves today                   today's leavers
PART        each     end the bonds with them                 own bonds, connections
SEND_OFF    each     the same on the leavers' side           own bonds, accounts
MEET        each     choose whom to meet; meet contacts      own ties; today's encounters
STRENGTHEN  each     the far sides of these encounters       far ties; today's risers
ACQUAINT    each     the other encounters happen             own ties, new contacts
LINK        each     link the two sides of new contacts      links
NEED        each     ask for help                            own needs; today's pleas
HELP        each     help is given; those referred meet      own ties, own help
LINK_AGAIN  each     link the two sides of new contacts      links
UNLOCK      each     old locks end; sum up all connections   own bonds; today's sums
INVITE      each     choose whom to invite                   today's invitations
SEND        each     send them: the sender's side            own bonds, arcs, tallies
RECEIVE     each     the receiver's side                     own bonds, arcs, tallies
CROSS       each     connect those whose invitations cross   own bonds, connections
SCHEDULE    each     list by the day of the answer           invitations sent
JUDGE       each     decide the answers due today            invitations sent
SETTLE      each     apply them: the inviter's side          own bonds, connections
SETTLE_FAR  each     the invitee's side                      own bonds, connections
MAKE_ROOM   each     check whether the queues have room      nothing
EVENING     each     withdraw; apply the platform's rule     own bonds, accounts
OBSERVE     one      record the day                          totals, series
==========  =======  ======================================  =============================

"Own" is what belongs to the members whom a thread looks after. Risers are free bonds (nothing is
pending, and there is no connection) whose tie class has risen today. Days of the history end after
LINK. If nobody ever leaves, LEAVE to SEND_OFF are left out; if nobody ever needs help, NEED to
LINK_AGAIN are left out. Each stage reads the society as it is at the end of the stage before.

Python calls ``advance``, and only ``advance`` calls the rest of this module and the phases. It
simulates many days. When an array is full, ``advance`` returns in the middle of a day and says
which must grow. Called again, it goes on in the same stage. A thread that had finished this stage
finds nothing left to do, and lists once more, in the arrays that have grown, what it hands on.
Several threads call ``advance`` at once and go from stage to stage together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .mechanics.compilation import entry, expanded, kernel
from .mechanics.references import reference
from .mechanics.threads import (
    ENCOUNTERS,
    ENCOUNTERS_END,
    ENCOUNTERS_START,
    INVITATIONS,
    INVITATIONS_END,
    PLEAS,
    PLEAS_END,
    REACHED,
    RISERS,
    RISERS_END,
    SAID,
    VERDICT,
    VERDICTS,
    VERDICTS_END,
    barrier,
    even_part,
    list_by_thread,
)
from .phases import (
    acquaint,
    answer,
    arrive,
    enforce,
    invite,
    leave,
    meet,
    need,
    popular,
    send,
    settle,
    withdraw,
)
from .state.columns import DAY, STAGE
from .state.connections import settle_order
from .state.rows import ALTER, EGO, FIRST, OTHER, RISER, SECOND

DONE, AGAIN, MORE_SLOTS, MORE_CONNECTIONS, MORE_VERDICTS, LONGER_QUEUES = range(6)
"""What a thread says at the end of a stage, and what ``advance`` returns: DONE, or what must grow.
Only ``advance`` returns AGAIN: another thread could not begin, and nothing has been done."""

DAWN, MEET, STRENGTHEN, ACQUAINT, LINK, NEED, HELP, LINK_AGAIN = range(8)
UNLOCK, INVITE, SEND, RECEIVE, CROSS, SCHEDULE, JUDGE = range(8, 15)
SETTLE, SETTLE_FAR, MAKE_ROOM, EVENING, OBSERVE = range(15, 20)
LEAVE, PART, SEND_OFF = range(20, 23)


class Log(NamedTuple):
    """The encounters of a contact log, by day; without a log there are no days in it."""

    day_start: NDArray[np.int64]
    ego: NDArray[np.int32]
    alter: NDArray[np.int32]
    repeats: bool


@expanded
def _day_of_log(log, day):
    """Return the day of the log, from 0, for a day of the platform, or -1 when the log is over."""
    days = len(log.day_start) - 1
    return (day - 1) % days if log.repeats else (day - 1 if day <= days else -1)


@kernel
def _meet(state, parameters, day, log, partition):
    """Choose encounters, or take those of the log."""
    meet.choose_encounters(state, parameters, day, partition)
    arrive.make_first_attempts(state, parameters, day, partition)
    if len(log.day_start) > 1:
        log_day, encounters = _day_of_log(log, day), np.int64(0)
        if log_day >= 0:
            encounters = log.day_start[log_day + 1] - log.day_start[log_day]
        first, last = even_part(partition, encounters)
        meet.take_from_log(state, log, log_day, first, last, partition)


@kernel
def _strengthen(state, parameters, day, partition):
    """Strengthen the far sides of ties; list the rows by the thread that works on them next."""
    today, progress = state.today, partition.progress
    meet.strengthen_far_sides(state, parameters, day, partition)
    list_by_thread(
        partition,
        RISERS,
        today.risers,
        partition.low,
        progress[RISERS_END],
        (RISER,),
        today.riser_order,
        partition.low,
    )
    _list_encounters(state, partition)


@kernel
def _list_encounters(state, partition):
    """List the thread's encounters by the thread that works on them next, and set REACHED to -1.

    REACHED says how far the thread has got in its list; -1: the next stage has not begun.
    """
    today, progress = state.today, partition.progress
    first, last = progress[ENCOUNTERS_START], progress[ENCOUNTERS_END]
    list_by_thread(
        partition,
        ENCOUNTERS,
        today.encounters,
        first,
        last,
        (EGO, ALTER),
        today.encounter_order,
        2 * first,
    )
    progress[REACHED] = -1


@kernel
def _acquaint(state, parameters, day, partition):
    """Count the risers, once; then let the other encounters happen."""
    if partition.progress[REACHED] == -1:
        acquaint.count_risers(state, partition)
        partition.progress[REACHED] = 0
    return acquaint.make_acquainted(state, parameters, day, partition)


@kernel
def _need(state, parameters, day, partition):
    """Ask for help, and list the thread's rows by the thread that works on them next."""
    today, first = state.today, partition.low
    need.ask_for_help(state, parameters, day, partition)
    list_by_thread(
        partition,
        PLEAS,
        today.pleas,
        first,
        partition.progress[PLEAS_END],
        (FIRST, SECOND),
        today.plea_order,
        2 * first,
    )
    _list_encounters(state, partition)


@kernel
def _help(state, parameters, day, partition):
    """Count who was asked and who has helped, once; then let the people who are referred meet."""
    if partition.progress[REACHED] == -1:
        need.count_pleas(state, partition)
        partition.progress[REACHED] = 0
    return acquaint.make_acquainted(state, parameters, day, partition)


@kernel
def _invite(state, parameters, day, partition):
    """Choose invitations, and hand on the rows of the thread."""
    today = state.today
    invite.choose_invitations(state, parameters, day, partition)
    first = invite.first_row(state, partition)
    list_by_thread(
        partition,
        INVITATIONS,
        today.invitations,
        first,
        partition.progress[INVITATIONS_END],
        (ALTER,),
        today.invitation_order,
        first,
    )


@kernel
def _settle(state, parameters, day, partition):
    """Apply answers, and list the acceptances for other threads."""
    said = settle.settle(state, parameters, day, partition)
    if said != settle.DONE:
        return MORE_CONNECTIONS if said == settle.MORE_CONNECTIONS else MORE_VERDICTS
    if partition.threads > 1:
        today = state.today
        first = len(today.verdicts) // partition.threads * partition.thread
        list_by_thread(
            partition,
            VERDICTS,
            today.verdicts,
            first,
            first + partition.progress[VERDICTS_END],
            (OTHER,),
            today.verdict_order,
            first,
        )
    return DONE


@expanded
def _do(state, parameters, stage, day, series, log, partition):
    """Do a thread's part of a stage; return what must grow before it can go on, or DONE."""
    if stage == LEAVE:
        leave.list_leavers(state, parameters, day, partition)
    elif stage == PART:
        leave.part_from_leavers(state, partition)
    elif stage == SEND_OFF:
        leave.send_off(state, parameters, day, partition)
    elif stage == MEET:
        _meet(state, parameters, day, log, partition)
    elif stage == STRENGTHEN:
        _strengthen(state, parameters, day, partition)
    elif stage == ACQUAINT:
        if not _acquaint(state, parameters, day, partition):
            return MORE_SLOTS
    elif stage == NEED:
        _need(state, parameters, day, partition)
    elif stage == HELP:
        if not _help(state, parameters, day, partition):
            return MORE_SLOTS
    elif stage in (LINK, LINK_AGAIN):
        if partition.threads > 1:
            acquaint.link_sides(state, partition)
    elif stage == UNLOCK:
        settle_order(state, partition.low, partition.high)
        withdraw.unlock(state, parameters, day, partition)
        popular.add_up_connections(state, partition)
    elif stage == INVITE:
        _invite(state, parameters, day, partition)
    elif stage == SEND:
        if not send.send(state, parameters, day, partition):
            return MORE_SLOTS
    elif stage == RECEIVE:
        if not send.receive(state, parameters, day, partition):
            return MORE_SLOTS
    elif stage == CROSS:
        if not send.cross(state, parameters, partition):
            return MORE_CONNECTIONS
    elif stage == SCHEDULE:
        send.schedule_answers(state, parameters, day, partition)
    elif stage == JUDGE:
        answer.judge(state, parameters, day, partition)
    elif stage == SETTLE:
        return _settle(state, parameters, day, partition)
    elif stage == SETTLE_FAR:
        if partition.threads > 1 and not settle.settle_far_sides(state, partition):
            return MORE_CONNECTIONS
    elif stage == MAKE_ROOM:
        if not withdraw.queues_have_room(state, parameters, day, partition):
            return LONGER_QUEUES
    elif stage == EVENING:
        withdraw.withdraw(state, parameters, day, partition)
        enforce.enforce(state, parameters, day, partition)
        enforce.clear_weekday(state, day, partition)
        enforce.clear_month(state, day, partition)
    elif stage == OBSERVE and partition.thread == 0:
        enforce.observe(state, day, partition.all_totals, series)
    return DONE


@expanded
def _conclude(state, partition, stage):
    """End a stage when all threads have finished it; return what they are to do.

    This is to go on (DONE), or to return to Python, which makes larger what must grow.
    """
    clock, said = state.clock, np.int64(DONE)
    for thread in range(partition.threads):
        said = max(said, partition.all_progress[thread, SAID])
    if said != DONE:
        return said
    following = stage + 1
    if stage == DAWN:
        clock[DAY] += 1
        if len(state.people.left) > 0 and clock[DAY] >= 1:
            following = np.int64(LEAVE)
    elif stage == SEND_OFF:
        leave.count_restricted(state, partition.all_totals)
        following = np.int64(MEET)
    elif stage == OBSERVE or (stage == LINK and clock[DAY] < 1):
        following = np.int64(DAWN)
    elif stage == LINK and len(state.people.type) == 0:
        following = np.int64(UNLOCK)
    if following == MEET:
        arrive.arrive(state, clock[DAY])
    clock[STAGE] = following
    for thread in range(partition.threads):
        if stage not in (STRENGTHEN, NEED):  # the next stage begins with -1
            partition.all_progress[thread, REACHED] = 0
    return said


@entry
def advance(state, parameters, last_day, series, log, partition):
    """Simulate until the evening of last_day and return DONE; or return what must grow first.

    All threads call it and return together.
    """
    state, parameters = reference(state), reference(parameters)
    log, partition = reference(log), reference(partition)
    if not barrier(partition):
        return np.int64(AGAIN)
    clock, progress = state.clock, partition.progress
    while clock[DAY] < last_day or clock[STAGE] != DAWN:
        stage = clock[STAGE]
        progress[SAID] = _do(state, parameters, stage, clock[DAY], series, log, partition)
        barrier(partition)
        if partition.thread == 0:
            partition.gate[VERDICT] = _conclude(state, partition, stage)
        barrier(partition)
        if partition.gate[VERDICT] != DONE:
            return partition.gate[VERDICT]
    return np.int64(DONE)
