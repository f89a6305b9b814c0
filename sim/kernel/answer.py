"""Phase 3: invitations due today are answered, and those that waited too long are withdrawn.

Judging reads the state of the morning of the phase and can be done for any range of the messages at once; settling then lets the answers
take effect, for any range of the members.
"""

import numpy as np

from .bonds import (
    ARC,
    BACK,
    BONDS,
    CONNECTED,
    CONNECTIONS,
    FREE,
    FREE_OF_CLASS,
    HEAD,
    LOCKED,
    PENDING,
    PLATFORM,
    STRUCK,
    class_in,
    find,
    prefetch_bond,
    slot_of,
)
from .compilation import at, inlined, inner
from .draws import ANSWER, philox
from .invite import FROM_INTRODUCTIONS
from .order import key, pair, sort
from .paper import SIEVE, TOGETHER
from .send import connect, count_accepted, draw_arc, full
from .vectors import AHEAD, WIDTH, first_of, prefetch, within
from .world import (
    ACCOUNT,
    ANSWERS,
    COUNTED_STRIKES,
    NEWEST_LOCK,
    OLDEST_LOCK,
    STRIKES,
    T_RESOLVED,
    T_STRIKES,
    TALLY,
    WELCOMED,
)

_STALE, _ACCEPT, _IDK, _IGNORE = range(4)
_WITHDRAWN = 4
"""What stands in the place of the source of an invitation that has been withdrawn."""


@inner
def due(world, rules, day):
    """Count the messages to look at today."""
    ring = world.sent_slot.shape[0]
    total = np.int64(0)
    for delay in range(min(rules.pending_days, day)):
        row = (day - delay) % ring
        total += world.sent_from[row, delay + 1] - world.sent_from[row, delay]
    return total


@inner
def _mark_connections(head, chunks, alter, state, sieve, ego):
    """Let each connection of ego leave the number of this search in the sieve; gives the number."""
    if sieve[SIEVE - 1] == 65535:
        for place in range(SIEVE):
            sieve[place] = 0
    sieve[SIEVE - 1] += 1
    search = sieve[SIEVE - 1]
    for place in range(0, np.int64(head[HEAD * ego + BONDS]), WIDTH):
        first = slot_of(chunks, ego, place)
        mask = within(state, first, np.uint8(CONNECTED), np.uint8(64))
        while mask != 0:
            sieve[alter[first + first_of(mask)] & (SIEVE - 2)] = search
            mask &= mask - 1
    return search


@inner
def _common_connection(head, chunks, mark, alter, state, sieve, ego, other):
    """Say whether two members have a connection in common.

    The connections of ego leave a mark each in a small sieve; only those of other that fall on a mark are looked up.
    """
    if head[HEAD * ego + CONNECTIONS] == 0 or head[HEAD * other + CONNECTIONS] == 0:
        return False
    search = _mark_connections(head, chunks, alter, state, sieve, ego)
    for place in range(0, np.int64(head[HEAD * other + BONDS]), WIDTH):
        first = slot_of(chunks, other, place)
        mask = within(state, first, np.uint8(CONNECTED), np.uint8(64))
        while mask != 0:
            third = np.int64(alter[first + first_of(mask)])
            if sieve[third & (SIEVE - 2)] == search:
                slot = find(chunks, head, mark, alter, ego, third)
                if slot >= 0 and state[slot] & PLATFORM == CONNECTED:
                    return True
            mask &= mask - 1
    return False


@inner
def _ask_for_bonds(head, chunks, alter, state, ego):
    """Ask for the memory that says whom ego is connected with."""
    for place in range(0, np.int64(head[HEAD * ego + BONDS]), WIDTH):
        first = slot_of(chunks, ego, place)
        prefetch(state, first)
        prefetch(alter, first)
        prefetch(alter, first + WIDTH // 2)


@inlined
def _needs_reference(world, rules, slot, source, w0, w1):
    """Say whether the answer will hang on a common connection that has to be searched."""
    k = class_in(world.state[slot])
    if np.uint64(w0) >= rules.recognise[k]:
        k = 0
    p = world.policy[world.alter[slot]]
    return (
        np.uint64(w1) < rules.accept[k]
        and k < rules.accepts_from[p]
        and rules.takes_references[p]
        and source != FROM_INTRODUCTIONS
    )


@inlined
def _verdict(world, rules, slot, ego, source, w0, w1, w2, sieve):
    """Decide how the invitee answers the invitation at slot."""
    other = np.int64(world.alter[slot])
    k = class_in(world.state[slot])  # a tie has the same class from both sides
    recognised = np.uint64(w0) < rules.recognise[k]
    if not recognised:
        k = 0
    p = world.policy[other]
    if np.uint64(w1) < rules.accept[k]:
        if k >= rules.accepts_from[p]:
            return _ACCEPT
        # whom a common connection has introduced has one, and connections last
        if rules.takes_references[p] and (
            source == FROM_INTRODUCTIONS
            or _common_connection(
                world.head, world.chunks, world.mark, world.alter, world.state, sieve, ego, other
            )
        ):
            return _ACCEPT
    if not recognised and np.uint64(w2) < rules.idk_click:
        return _IDK
    return _IGNORE


@inner
def _draw_answers(key, day, alter, slots, egos, count, words):
    """Draw the words of ``count`` answers, in one vectorised loop once the invitees are known."""
    for turn in range(count):
        words[3, turn] = alter[slots[turn]]
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    for turn in range(count):
        w0, w1, w2, _ = philox(egos[turn], words[3, turn], day, ANSWER, low, high)
        words[0, turn] = w0
        words[1, turn] = w1
        words[2, turn] = w2


@inner
def judge(world, rules, day, low, high, paper):
    """Decide the answers of messages low to high - 1 of those due today, in ``verdicts``."""
    ring, words, sieve = world.sent_slot.shape[0], paper.words, paper.sieve
    offset = np.int64(0)
    for delay in range(min(rules.pending_days, day)):
        row = (day - delay) % ring
        first, last = world.sent_from[row, delay], world.sent_from[row, delay + 1]
        begin, end = max(first, first + low - offset), min(last, first + high - offset)
        while begin < end:
            count = min(TOGETHER, end - begin)
            slots, egos = (
                world.sent_slot[row, begin : begin + count],
                world.sent_ego[row, begin : begin + count],
            )
            for turn in range(count):
                prefetch(world.alter, np.int64(slots[turn]))
                prefetch(world.state, np.int64(slots[turn]))
            _draw_answers(rules.key, day, world.alter, slots, egos, count, words)
            for turn in range(count):
                if _needs_reference(
                    world,
                    rules,
                    np.int64(slots[turn]),
                    world.sent_source[row, begin + turn],
                    words[0, turn],
                    words[1, turn],
                ):
                    _ask_for_bonds(
                        world.head, world.chunks, world.alter, world.state, np.int64(egos[turn])
                    )
                    _ask_for_bonds(
                        world.head, world.chunks, world.alter, world.state, np.int64(words[3, turn])
                    )
            for turn in range(count):
                slot, ego, source = (
                    np.int64(slots[turn]),
                    np.int64(egos[turn]),
                    world.sent_source[row, begin + turn],
                )
                pending = world.state[slot] & PLATFORM == PENDING
                world.verdicts[offset + begin - first + turn] = (
                    _verdict(
                        world,
                        rules,
                        slot,
                        ego,
                        source,
                        words[0, turn],
                        words[1, turn],
                        words[2, turn],
                        sieve,
                    )
                    if pending
                    else _STALE
                )
            begin += count
        offset += last - first


@inlined
def _strike(world, totals, day, slot, ego):
    world.state[slot] = (world.state[slot] & ~np.uint8(PLATFORM)) | LOCKED | STRUCK
    world.answers[ANSWERS * ego + 2 * class_in(world.state[slot]) + 1] += 1
    world.tally[TALLY * ego + STRIKES] += 1
    if world.strike_days.shape[0] > 0:
        world.strike_days[
            ego, world.account[ACCOUNT * ego + COUNTED_STRIKES] % world.strike_days.shape[1]
        ] = day
    world.account[ACCOUNT * ego + COUNTED_STRIKES] += 1
    totals[world.policy[ego], T_STRIKES] += 1
    totals[world.policy[ego], T_RESOLVED] += 1


@inlined
def _is_accepted(world, totals, slot, ego):
    """Let the acceptance of ego's invitation at slot take effect for ego."""
    connect(world, totals, slot, ego)
    count_accepted(world, totals, slot, ego)
    draw_arc(world, totals, slot, ego, BACK)


@inlined
def _accepts(world, totals, there, other):
    """Let the acceptance take effect for who has accepted."""
    connect(world, totals, there, other)
    world.tally[TALLY * other + WELCOMED] += 1
    draw_arc(world, totals, there, other, ARC)


@inlined
def _ask_ahead(world, row, place, last, offset, low, high):
    """Ask for the memory that answers further down the list will change, where it is that of members low to high - 1."""
    if place + 2 * AHEAD < last:
        prefetch_bond(
            world.alter, world.link, world.state, at(world.sent_slot[row, place + 2 * AHEAD])
        )
    if place + AHEAD >= last or world.verdicts[offset + AHEAD] != _ACCEPT:
        return
    slot, ego = (
        at(world.sent_slot[row, place + AHEAD]),
        np.int64(world.sent_ego[row, place + AHEAD]),
    )
    other = np.int64(world.alter[slot])
    if low <= ego < high:
        prefetch(world.head, HEAD * ego)
        prefetch(world.tally, TALLY * ego)
        prefetch(world.answers, ANSWERS * ego)
    if low <= other < high:
        prefetch(world.state, at(world.link[2 * slot]))
        prefetch(world.head, HEAD * other)
        prefetch(world.tally, TALLY * other)


@inner
def settle(world, rules, day, low, high, totals):
    """Let today's answers take effect for members low to high - 1.

    Under a cap on connections it matters who comes first, and acceptances wait for ``settle_accepted``.
    """
    ring = world.sent_slot.shape[0]
    offset = np.int64(0)
    for delay in range(min(rules.pending_days, day)):
        row = (day - delay) % ring
        last = world.sent_from[row, delay + 1]
        for place in range(world.sent_from[row, delay], last):
            _ask_ahead(world, row, place, last, offset, low, high)
            verdict = world.verdicts[offset]
            offset += 1
            slot, ego = at(world.sent_slot[row, place]), np.int64(world.sent_ego[row, place])
            mine = low <= ego < high
            if verdict == _IDK and mine:
                _strike(world, totals, day, slot, ego)
            elif verdict == _ACCEPT and rules.max_connections < 0:
                other = np.int64(world.alter[slot])
                if mine:
                    _is_accepted(world, totals, slot, ego)
                if low <= other < high:
                    _accepts(world, totals, at(world.link[2 * slot]), other)


@inner
def settle_accepted(world, rules, day, totals):
    """Let today's acceptances take effect in the order (receiver, sender), as long as there is room for the connections."""
    ring = world.sent_slot.shape[0]
    count, offset = np.int64(0), np.int64(0)
    for delay in range(min(rules.pending_days, day)):
        row = (day - delay) % ring
        for place in range(world.sent_from[row, delay], world.sent_from[row, delay + 1]):
            if world.verdicts[offset] == _ACCEPT:
                world.keys[count] = key(
                    world.alter[world.sent_slot[row, place]], world.sent_ego[row, place]
                )
                count += 1
            offset += 1
    sort(world.keys, count)
    for turn in range(count):
        other, ego = pair(world.keys[turn])
        if not full(world, rules, ego, other):
            slot = find(world.chunks, world.head, world.mark, world.alter, ego, other)
            _is_accepted(world, totals, slot, ego)
            _accepts(world, totals, np.int64(world.link[2 * slot]), other)


@inner
def waiting_longest(world, rules, day):
    """Count the invitations of the day whose time is up, answered or not."""
    sent = day - rules.pending_days
    return (
        world.sent_from[sent % world.sent_slot.shape[0], rules.pending_days + 1]
        if sent >= 1
        else np.int64(0)
    )


@inner
def withdraw(world, rules, day, low, high, totals):
    """Withdraw the invitations of members low to high - 1 that are still pending on their last day, and mark them in ``sent_source``."""
    row, count = (
        (day - rules.pending_days) % world.sent_slot.shape[0],
        waiting_longest(world, rules, day),
    )
    for place in range(count):
        if place + AHEAD < count and low <= world.sent_ego[row, place + AHEAD] < high:
            prefetch(world.state, at(world.sent_slot[row, place + AHEAD]))
        slot, ego = at(world.sent_slot[row, place]), np.int64(world.sent_ego[row, place])
        if low <= ego < high and world.state[slot] & PLATFORM == PENDING:
            world.state[slot] = (world.state[slot] & ~np.uint8(PLATFORM)) | LOCKED
            world.answers[ANSWERS * ego + 2 * class_in(world.state[slot]) + 1] += 1
            totals[world.policy[ego], T_RESOLVED] += 1
            world.sent_source[row, place] = _WITHDRAWN


@inner
def lock(world, rules, day):
    """Queue the invitations that were withdrawn today, if their lock will end."""
    if rules.lock_days < 0:
        return
    row, before = (day - rules.pending_days) % world.sent_slot.shape[0], world.clock[NEWEST_LOCK]
    for place in range(waiting_longest(world, rules, day)):
        if world.sent_source[row, place] == _WITHDRAWN:
            world.locks[world.clock[NEWEST_LOCK] % len(world.locks)] = world.sent_slot[row, place]
            world.clock[NEWEST_LOCK] += 1
    world.lock_counts[day % len(world.lock_counts)] = world.clock[NEWEST_LOCK] - before


@inner
def unlock(world, rules, day):
    """Free, in the morning, the bonds that were locked lock_days + 1 days ago."""
    began = day - rules.lock_days - 1
    if rules.lock_days < 0 or began < 1:
        return
    for _ in range(world.lock_counts[began % len(world.lock_counts)]):
        slot = np.int64(world.locks[world.clock[OLDEST_LOCK] % len(world.locks)])
        world.clock[OLDEST_LOCK] += 1
        if (
            world.state[slot] & PLATFORM == LOCKED
        ):  # alter's own invitation may have connected them meanwhile
            world.state[slot] = (world.state[slot] & ~np.uint8(PLATFORM)) | FREE
            if class_in(world.state[slot]) > 0:
                world.head[
                    HEAD * np.int64(world.alter[world.link[2 * slot]])
                    + FREE_OF_CLASS
                    + class_in(world.state[slot])
                ] += 1
