"""Phase 2, first half: members choose whom to invite.

Choosing reads the morning's state and, of today's invitations, only ego's own; it can be done for any range of members at once.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .bonds import (
    BONDS,
    CONNECTED,
    CONNECTIONS,
    CONTACTS,
    COUNT_MASK,
    FREE_OF_CLASS,
    HEAD,
    LAST,
    MET,
    PENDING,
    PLATFORM,
    class_in,
    find,
    no_longer_free,
    nth_free,
    number_of_free,
    prefetch_bytes,
    prefetch_found,
    slot_of,
)
from .compilation import fast, inlined, inner
from .draws import MORE, TRY, below, block, blocks, column, lane
from .vectors import prefetch
from .world import ACCOUNT, ANSWERS, BLOCK, FAILED, RESTRICTED_UNTIL, UNSOUGHT

FROM_CONTACTS, FROM_INTRODUCTIONS, FROM_DIRECTORY = range(3)
_UNIT = 2.0**-32
_TWO32 = 4294967296.0
_SOURCE, _PICK, _DELAY = 0, 1, 3
"""Places of the first four words of a try; picks go on, from their third, with the words after these."""


@intrinsic
def _ask(typing_context, address, met, talked, days_since, k, number, degree, same_circle, policy, day):
    """Call a policy's own compiled function at an address."""

    def generate(context, builder, signature, arguments):
        word = ir.IntType(64)
        function = ir.FunctionType(word, [word] * 9)
        pointer = builder.inttoptr(arguments[0], function.as_pointer())
        return builder.call(pointer, arguments[1:])

    return types.int64(*[types.int64] * 10), generate


@inlined
def estimate(world, rules, ego, k):
    """Give ego's own estimate of acceptance at tie class k: the mean of a Beta."""
    return (rules.prior[k] * rules.prior_weight + world.answers[ANSWERS * ego + 2 * k]) / (
        rules.prior_weight + world.answers[ANSWERS * ego + 2 * k + 1]
    )


@inner
def _agrees(world, rules, day, ego, other, slot, k):
    """Ask the policy's own function about a candidate."""
    tie = np.int64(world.link[2 * slot + 1]) if k > 0 else np.int64(0)
    since = day - rules.first_day - (tie >> LAST) if k > 0 else -1
    same_circle = ego // rules.circle_size == other // rules.circle_size
    answer = _ask(
        rules.condition[world.policy[ego]],
        (tie >> MET) & COUNT_MASK,
        tie & COUNT_MASK,
        since,
        np.int64(k),
        np.int64(other),
        np.int64(world.head[HEAD * other + CONNECTIONS]),
        np.int64(same_circle),
        np.int64(world.policy[other]),
        np.int64(day),
    )
    if answer < 0:  # it has raised an exception
        world.clock[FAILED] = 1 + world.policy[ego]
    return answer > 0


@inlined
def _eligible(world, rules, day, ego, other, slot):
    """Say whether ego may invite other, whose bond is at slot; one of the two may be -1: no bond, or look there who it is."""
    k = 0
    if slot >= 0:
        if world.state[slot] & PLATFORM:
            return False
        k = class_in(world.state[slot])
    p = world.policy[ego]
    if k < rules.min_tie[p]:
        return False
    if rules.min_acceptance[p] > 0.0 and estimate(world, rules, ego, k) < rules.min_acceptance[p]:
        return False
    return rules.condition[p] == 0 or _agrees(world, rules, day, ego, np.int64(world.alter[slot]) if slot >= 0 else other, slot, k)


@inlined
def _random_connection(world, rules, day, ego, owner, n, pick, words):
    """Pick a connection of owner by ego's words of try n, from a pick on; ``words`` is the try's first block.

    Gives its slot and the next pick.
    """
    bonds = world.head[HEAD * owner + BONDS]
    while True:
        if pick < 2:
            drawn = lane(words, _PICK + pick)
        else:
            drawn = lane(block(rules.key, day, MORE + ((pick + 2) >> 2), ego, n), (pick + 2) & 3)
        slot = slot_of(world.chunks, owner, below(drawn, bonds))
        pick += 1
        if world.state[slot] & PLATFORM == CONNECTED:
            return slot, pick


@inlined
def _eligible_classes(world, rules, ego):
    """Say which tie classes of contacts are eligible for ego, as bits 1 to 4; a class of which none is free is not."""
    p = world.policy[ego]
    least = rules.min_acceptance[p]
    classes = 0
    for k in range(1, 5):
        if world.head[HEAD * ego + FREE_OF_CLASS + k] == 0 or k < rules.min_tie[p]:
            continue
        if least <= 0.0 or estimate(world, rules, ego, k) >= least:
            classes |= 1 << k
    return classes


@inner
def _count_agreed(world, rules, day, ego, classes, number):
    """Count the eligible contacts of ego to whom the policy's own function agrees, or give the slot of one of them by its number."""
    agreed = np.int64(0)
    for turn in range(number_of_free(world.head, ego, classes)):
        slot = nth_free(world.chunks, world.head, world.state, ego, classes, turn)
        if _agrees(world, rules, day, ego, np.int64(world.alter[slot]), slot, class_in(world.state[slot])):
            if agreed == number:
                return slot
            agreed += 1
    return agreed


@inlined
def _number_found(world, rules, ego, eligible, words):
    """Give the number of the contact that a try finds among the eligible ones, or -1: that can be told without a look at any of them.

    A policy that looks nowhere else makes all tries of an attempt at once, with the words of the first. Each would find one of the e
    eligible among c contacts with probability e / c, any of them with equal right.
    """
    if eligible == 0:
        return np.int64(-1)
    hit = eligible / np.int64(world.head[HEAD * ego + CONTACTS])
    if not rules.contacts_only[world.policy[ego]]:
        return below(words[_PICK + 1], eligible) if words[_PICK] < np.uint64(hit * _TWO32) else np.int64(-1)
    miss = 1.0
    for _ in range(rules.tries):
        miss *= 1.0 - hit
    return below(words[_PICK], eligible) if words[_SOURCE] >= np.uint64(miss * _TWO32) else np.int64(-1)


@inlined
def _one_contact(world, rules, day, ego, words):
    """Try a contact, or all tries of an attempt at once; gives the slot of whom to invite, or -1."""
    classes = _eligible_classes(world, rules, ego)
    asks = rules.condition[world.policy[ego]] != 0
    if asks and rules.contacts_only[world.policy[ego]]:
        number = _number_found(world, rules, ego, _count_agreed(world, rules, day, ego, classes, np.int64(-1)), words)
        return _count_agreed(world, rules, day, ego, classes, number) if number >= 0 else np.int64(-1)
    number = _number_found(world, rules, ego, number_of_free(world.head, ego, classes), words)
    if number < 0:
        return np.int64(-1)
    slot = nth_free(world.chunks, world.head, world.state, ego, classes, number)
    if asks and not _agrees(world, rules, day, ego, np.int64(world.alter[slot]), slot, class_in(world.state[slot])):
        return np.int64(-1)
    return slot


@inlined
def _introduced(world, rules, day, ego, n, words):
    """Give a random connection of a random connection; -1 if ego has none."""
    if world.head[HEAD * ego + CONNECTIONS] == 0:
        return np.int64(-1)
    slot, pick = _random_connection(world, rules, day, ego, ego, n, 0, words)
    slot, pick = _random_connection(world, rules, day, ego, np.int64(world.alter[slot]), n, pick, words)
    return np.int64(world.alter[slot])


@inlined
def _invited_before(world, other, first, out):
    """Say whether a stranger is among ego's invitations of today, in places first to out - 1 of ``invited``."""
    place = first
    while place < out and world.invited[place, 1] != other:
        place += 1
    return place < out


@inlined
def _one_try(world, rules, day, ego, n, words, looked, first, out):
    """Make try n of today; gives whom to invite (-1: nobody), the slot of the bond (-1: none) and the source.

    ``looked`` is the slot of the contact that has been found ahead, -1 if none was; UNSOUGHT: look.
    """
    p = world.policy[ego]
    u = words[_SOURCE] * _UNIT
    if u < rules.from_contacts[p]:
        slot = looked if looked != UNSOUGHT else _one_contact(world, rules, day, ego, words)
        return np.int64(world.alter[slot]) if slot >= 0 else np.int64(-1), slot, FROM_CONTACTS
    if u < rules.from_introductions[p]:
        other, source = _introduced(world, rules, day, ego, n, words), FROM_INTRODUCTIONS
    else:
        other, source = below(words[_PICK], rules.members), FROM_DIRECTORY
    if other < 0 or other == ego:
        return np.int64(-1), np.int64(-1), source
    slot = find(world.chunks, world.head, world.mark, world.alter, ego, other)
    if (slot < 0 and _invited_before(world, other, first, out)) or not _eligible(world, rules, day, ego, other, slot):
        return np.int64(-1), np.int64(-1), source
    return other, slot, source


@inlined
def _attempt(world, rules, day, ego, attempt, words, looked, first, out):
    """Make one attempt of ego; ``words`` are those of its first try, ``looked`` as in ``_one_try``.

    Its earlier invitations of today stand in ``invited`` from first to out - 1. Says whether one more was written at out.
    """
    n = attempt * rules.tries
    tries = 1 if rules.contacts_only[world.policy[ego]] else rules.tries
    other, slot, source = _one_try(world, rules, day, ego, n, words, looked, first, out)
    while other < 0:
        n += 1
        if n == attempt * rules.tries + tries:
            return False
        words = block(rules.key, day, TRY, ego, n)
        other, slot, source = _one_try(world, rules, day, ego, n, words, UNSOUGHT, first, out)
    if slot >= 0:
        no_longer_free(world.head, ego, class_in(world.state[slot]))
        world.state[slot] |= PENDING
    world.invited[out, 0] = ego
    world.invited[out, 1] = other
    world.invited[out, 2] = slot
    world.invited[out, 3] = source + 4 * _delay(rules, words[_DELAY])
    return True


@inlined
def _delay(rules, drawn):
    """Give how many days the answer takes; pending_days stands for never."""
    days = 0
    while days < rules.pending_days and drawn < rules.delays[days]:
        days += 1
    return days


@inlined
def _sent_this_week(world, ego):
    total = np.int64(0)
    for weekday in range(7):
        total += world.week[ego, weekday]
    return total


@inner
def _those_who_ask(world, rules, day, first, last, askers):
    """List the members from first to last - 1 who may invite today and know of anybody, and give their number.

    Who looks only among contacts and has no free one of an eligible class would find nobody, whatever is drawn.
    """
    asking = np.int64(0)
    for ego in range(first, last):
        if world.attempts[ego] == 0 or world.account[ACCOUNT * ego + RESTRICTED_UNTIL] >= day:
            continue
        if rules.max_connections >= 0 and world.head[HEAD * ego + CONNECTIONS] >= rules.max_connections:
            continue
        if rules.contacts_only[world.policy[ego]] and number_of_free(world.head, ego, _eligible_classes(world, rules, ego)) == 0:
            continue
        askers[asking] = ego
        asking += 1
    return asking


@inner
def _look_among_contacts(world, rules, paper, asking):
    """Find, for all first tries among contacts, the number of the one found in ``whom``, -1 if none is and UNSOUGHT where it takes a
    closer look, with the eligible classes in ``where``; and ask for the memory that says who it is.
    """
    for turn in range(asking):
        ego = np.int64(paper.who[turn])
        p = world.policy[ego]
        words = column(paper.drawn, turn)
        paper.whom[turn] = UNSOUGHT
        if words[_SOURCE] * _UNIT < rules.from_contacts[p] and rules.condition[p] == 0:
            classes = _eligible_classes(world, rules, ego)
            paper.where[0, turn] = classes
            paper.whom[turn] = _number_found(world, rules, ego, number_of_free(world.head, ego, classes), words)
            if paper.whom[turn] >= 0:
                prefetch_bytes(world.chunks, world.head, world.state, ego)


@inner
def _find_contacts(head, chunks, alter, state, who, whom, where, asking):
    """Turn the numbers of the contacts found into their slots, and ask for who they are."""
    for turn in range(asking):
        if whom[turn] >= 0:
            whom[turn] = nth_free(chunks, head, state, np.int64(who[turn]), np.int64(where[0, turn]), whom[turn])
            prefetch(alter, whom[turn])


@inner
def _look_elsewhere(head, chunks, mark, alter, link, state, policy, contacts, introductions, who, asking, drawn):
    """Ask for the memory that the other first tries will want, in four rounds that each read what the one before has asked for.

    Their own bonds; the connection who introduces; one of his; and the own bond with that one.
    """
    for turn in range(asking):
        ego = np.int64(who[turn])
        u, p = drawn[_SOURCE, turn] * _UNIT, policy[ego]
        if u >= contacts[p]:
            prefetch_bytes(chunks, head, mark, ego)
            if u < introductions[p] and head[HEAD * ego + CONNECTIONS] > 0:
                slot = slot_of(chunks, ego, below(np.uint64(drawn[_PICK, turn]), head[HEAD * ego + BONDS]))
                prefetch(state, slot)
                prefetch(alter, slot)
    for hop in range(3):
        for turn in range(asking):
            ego = np.int64(who[turn])
            u, p = drawn[_SOURCE, turn] * _UNIT, policy[ego]
            if contacts[p] <= u < introductions[p] and head[HEAD * ego + CONNECTIONS] > 0:
                between = np.int64(alter[slot_of(chunks, ego, below(np.uint64(drawn[_PICK, turn]), head[HEAD * ego + BONDS]))])
                if hop == 0:
                    prefetch(head, HEAD * between)
                    prefetch(chunks, chunks.shape[1] * between)
                    continue
                slot = slot_of(chunks, between, below(np.uint64(drawn[_PICK + 1, turn]), head[HEAD * between + BONDS]))
                if hop == 1:
                    prefetch(state, slot)
                    prefetch(alter, slot)
                else:
                    prefetch_found(chunks, head, mark, alter, link, state, ego, np.int64(alter[slot]))
            elif hop == 2 and u >= introductions[p]:
                prefetch_found(chunks, head, mark, alter, link, state, ego, below(np.uint64(drawn[_PICK, turn]), len(policy)))


@fast
def choose_invitations(world, rules, day, low, high, out, paper):
    """Let members low to high - 1 choose whom to invite; writes to ``invited`` from place out on, and gives the place it has got to."""
    head, chunks, mark, alter, link, state = world.head, world.chunks, world.mark, world.alter, world.link, world.state
    who, drawn, contacts, introductions = paper.who, paper.drawn, rules.from_contacts, rules.from_introductions
    for begin in range(low, high, BLOCK):
        asking = _those_who_ask(world, rules, day, begin, min(begin + BLOCK, high), who)
        blocks(rules.key, day, TRY, who, asking, drawn[0], drawn[1], drawn[2], drawn[3])
        _look_among_contacts(world, rules, paper, asking)
        _look_elsewhere(head, chunks, mark, alter, link, state, world.policy, contacts, introductions, who, asking, drawn)
        _find_contacts(head, chunks, alter, state, who, paper.whom, paper.where, asking)
        for turn in range(asking):
            ego, first = np.int64(who[turn]), out
            words, looked = column(drawn, turn), paper.whom[turn]
            for attempt in range(world.attempts[ego]):
                if rules.weekly_invites >= 0 and _sent_this_week(world, ego) >= rules.weekly_invites:
                    break
                if attempt > 0:
                    words, looked = block(rules.key, day, TRY, ego, attempt * rules.tries), UNSOUGHT
                if _attempt(world, rules, day, ego, attempt, words, looked, first, out):
                    out += 1
                    if rules.weekly_invites >= 0:
                        world.week[ego, day % 7] += 1
    return out
