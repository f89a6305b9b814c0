"""Phase 1: people meet, and their bonds grow stronger.

Choosing reads the morning's state and can be done for any range of members at once. An encounter with a known contact changes ego's side
on the spot (nobody else looks at ego's ties while others choose) and the far side right after; the others, which may create a bond, wait
for their turn in the order of the members.
"""

import numpy as np

from .bonds import (
    BONDS,
    CONTACT,
    CONTACTS,
    COUNT_MASK,
    FREE_OF_CLASS,
    HEAD,
    MET,
    PLATFORM,
    class_in,
    find,
    fits,
    join,
    no_longer_free,
    prefetch_append,
    prefetch_bytes,
    prefetch_found,
    reclassed,
    slot_of,
    strength,
    strengthened,
    tie_class,
)
from .compilation import fast, inlined, inner
from .draws import PARTNER, below, block, blocks, column, daily, lane
from .vectors import prefetch
from .world import BLOCK, NO_BOND, UNSOUGHT

_UNIT = 2.0**-32
_AHEAD = 16
"""How many places ahead in a list memory is asked for."""
_MET, _ONLINE, _FRIEND, _CIRCLE, _ANYBODY = range(5)
"""Places of ``Rules.face``: how likely an encounter is face to face."""


@inlined
def _random_contact(world, key, day, ego, owner, r, words):
    """Pick a contact of owner with ego's PARTNER words from r on, of which ``words`` holds the first four.

    Give its slot, and where the words have got to.
    """
    bonds = world.head[HEAD * owner + BONDS]
    while True:
        drawn = lane(words, r) if r < 4 else lane(block(key, day, PARTNER, ego, r >> 2), r & 3)
        slot = slot_of(world.chunks, owner, below(drawn, bonds))
        r += 1
        if world.state[slot] & CONTACT:
            return slot, r


@inlined
def _strongest(world, rules, day, ego, words, picks):
    """Give the slot of the strongest of a few random contacts, the first of them on a tie; -1 if ego knows nobody.

    ``picks`` are the slots to which the first four words lead.
    """
    if world.head[HEAD * ego + CONTACTS] == 0:
        return np.int64(-1)
    best, most, r = np.int64(-1), np.int64(-1), np.int64(0)
    for _ in range(rules.again_choice):
        if r < 4 and world.state[np.int64(lane(picks, r))] & CONTACT:
            rival = np.int64(lane(picks, r))
            r += 1
        else:
            rival, r = _random_contact(world, rules.key, day, ego, ego, r, words)
        if strength(world.link[2 * rival + 1]) > most:
            best, most = rival, strength(world.link[2 * rival + 1])
    return best


@inlined
def _met_elsewhere(world, rules, day, ego, source, words):
    """Give the partner from a source other than the own contacts; -1 where there is none."""
    if source == _FRIEND:
        if world.head[HEAD * ego + CONTACTS] == 0:
            return np.int64(-1)
        slot, r = _random_contact(world, rules.key, day, ego, ego, np.int64(0), words)
        slot, r = _random_contact(world, rules.key, day, ego, np.int64(world.alter[slot]), r, words)
        return np.int64(world.alter[slot])
    if source == _CIRCLE:
        first = ego // rules.circle_size * rules.circle_size
        return first + below(words[0], min(rules.circle_size, rules.members - first))
    return below(words[0], rules.members)


@inlined
def _grow(world, rules, slot, face, today):
    """Strengthen one side of a bond; gives the class that the tie had if it has risen, else -1."""
    tie = strengthened(world.link[2 * slot + 1], face, today)
    world.link[2 * slot + 1] = tie
    before, k = class_in(world.state[slot]), tie_class(tie, rules.often, rules.close)
    if k == before:
        return np.int64(-1)
    world.state[slot] = reclassed(world.state[slot], k)
    return np.int64(before)


@inlined
def _count_risen(world, ego, slot, before):
    """Count that the tie of ego at slot has risen from a class; -1: it has not."""
    if before >= 0 and world.state[slot] & PLATFORM == 0:
        no_longer_free(world.head, ego, before)
        world.head[HEAD * ego + FREE_OF_CLASS + class_in(world.state[slot])] += 1


@inner
def _those_who_start(world, rules, day, first, last, paper):
    """List the members from first to last - 1 who start an encounter, those who meet a contact again first; gives the number of these
    and of all.

    Apart from each other the two kinds make long loops that a processor can foresee.
    """
    daily(rules.key, day, first, last - first, paper.daily[0], paper.daily[1], paper.daily[2], paper.daily[3])
    again, elsewhere = np.int64(0), np.int64(0)
    for place in range(last - first):
        world.attempts[first + place] = rules.whole_attempts + (1 if np.uint64(paper.daily[3, place]) < rules.extra_attempt else 0)
        paper.who[again] = first + place
        paper.whom[elsewhere] = first + place
        starts = 1 if np.uint64(paper.daily[0, place]) < world.starts[first + place] else 0
        meets_again = 1 if paper.daily[1, place] * _UNIT < rules.again else 0
        again += starts & meets_again
        elsewhere += starts & (1 - meets_again)
    for turn in range(elsewhere):
        paper.who[again + turn] = paper.whom[turn]
    return again, again + elsewhere


@inner
def _ask_for_contacts(head, chunks, state, link, who, again, drawn, where):
    """Ask for the memory that those who meet again will want: whether their likely picks are contacts, then the ties of two of them.

    ``where`` gets the slots to which their words lead.
    """
    for turn in range(again):
        bonds = np.int64(head[HEAD * np.int64(who[turn]) + BONDS])
        for pick in range(4):
            where[pick, turn] = slot_of(chunks, np.int64(who[turn]), below(np.uint64(drawn[pick, turn]), bonds)) if bonds > 0 else 0
        for pick in range(3):
            prefetch(state, np.int64(where[pick, turn]))
    for turn in range(again):
        wanted = 2
        for pick in range(4):
            slot = np.int64(where[pick, turn])
            if wanted > 0 and state[slot] & CONTACT:
                prefetch(link, 2 * slot)
                wanted -= 1


@inner
def _ask_for_friends(head, chunks, mark, alter, state, who, again, starting, drawn, where, origin, first, friend):
    """Ask for the memory that those who meet elsewhere will want, in three rounds that each read what the one before has asked for.

    Where they will look for the partner, and the contact who introduces a friend; then where his bonds are; then one of them.
    """
    for turn in range(again, starting):
        ego, bonds = np.int64(who[turn]), np.int64(head[HEAD * np.int64(who[turn]) + BONDS])
        prefetch_bytes(chunks, head, mark, ego)
        where[0, turn] = slot_of(chunks, ego, below(np.uint64(drawn[0, turn]), bonds)) if bonds > 0 else 0
        prefetch(state, np.int64(where[0, turn]))
        prefetch(alter, np.int64(where[0, turn]))
    for hop in range(2):
        for turn in range(again, starting):
            if origin[np.int64(who[turn]) - first] * _UNIT < friend and head[HEAD * np.int64(who[turn]) + BONDS] > 0:
                between = np.int64(alter[where[0, turn]])
                if hop == 0:
                    prefetch(head, HEAD * between)
                    prefetch(chunks, chunks.shape[1] * between)
                else:
                    slot = slot_of(chunks, between, below(np.uint64(drawn[1, turn]), np.int64(head[HEAD * between + BONDS])))
                    prefetch(state, slot)
                    prefetch(alter, slot)


@inner
def _meet_again(world, rules, day, paper, first, again, touched):
    """Let the first ``again`` starters meet a contact; writes to ``touched`` from place touched on, and gives the place it has got to."""
    link, today = world.link, day - rules.first_day
    for turn in range(again):
        ego = np.int64(paper.who[turn])
        slot = _strongest(world, rules, day, ego, column(paper.drawn, turn), column(paper.where, turn))
        if slot >= 0:
            p_face = rules.face[_MET if (np.int64(link[2 * slot + 1]) >> MET) & COUNT_MASK else _ONLINE]
            face = np.int64(np.uint64(paper.daily[2, ego - first]) < p_face)
            _count_risen(world, ego, slot, _grow(world, rules, slot, face, today))
            world.touched[touched] = np.int64(link[2 * slot]) * 2 + face
            touched += 1
    return touched


@inner
def _meet_elsewhere(world, rules, day, paper, first, again, starting, touched, fresh):
    """Let the other starters meet somebody: a contact, as in ``_meet_again``, or somebody new, who is listed in ``fresh``."""
    head, chunks, mark, alter, link, state = world.head, world.chunks, world.mark, world.alter, world.link, world.state
    friend, circle = rules.again + rules.friend, rules.again + rules.friend + rules.circle
    for turn in range(again, starting):
        ego, u = np.int64(paper.who[turn]), paper.daily[1, np.int64(paper.who[turn]) - first] * _UNIT
        source = _FRIEND if u < friend else (_CIRCLE if u < circle else _ANYBODY)
        paper.whom[turn] = _met_elsewhere(world, rules, day, ego, source, column(paper.drawn, turn))
        paper.where[1, turn] = source
        prefetch_found(chunks, head, mark, alter, link, state, ego, paper.whom[turn])
    for turn in range(again, starting):
        ego, other = np.int64(paper.who[turn]), paper.whom[turn]
        if other < 0 or other == ego:
            continue
        face = np.int64(np.uint64(paper.daily[2, ego - first]) < rules.face[paper.where[1, turn]])
        slot = find(chunks, head, mark, alter, ego, other)
        if slot >= 0 and state[slot] & CONTACT:
            _count_risen(world, ego, slot, _grow(world, rules, slot, face, day - rules.first_day))
            world.touched[touched] = np.int64(link[2 * slot]) * 2 + face
            touched += 1
            continue
        if slot < 0:
            world.partner[ego] = other
        world.fresh[fresh, 0] = ego
        world.fresh[fresh, 1] = other
        world.fresh[fresh, 2] = face
        world.fresh[fresh, 3] = slot
        fresh += 1
    return touched, fresh


@fast
def choose_encounters(world, rules, day, low, high, paper):
    """Let members low to high - 1 choose whom to meet.

    Fills ``attempts``, and from place low on ``touched`` and ``fresh``; gives the lengths of these two.
    """
    touched, fresh = low, low
    head, chunks, mark, alter, link, state = world.head, world.chunks, world.mark, world.alter, world.link, world.state
    who, drawn, where = paper.who, paper.drawn, paper.where
    for first in range(low, high, BLOCK):
        again, starting = _those_who_start(world, rules, day, first, min(first + BLOCK, high), paper)
        blocks(rules.key, day, PARTNER, who, starting, drawn[0], drawn[1], drawn[2], drawn[3])
        _ask_for_contacts(head, chunks, state, link, who, again, drawn, where)
        friend = rules.again + rules.friend
        _ask_for_friends(head, chunks, mark, alter, state, who, again, starting, drawn, where, paper.daily[1], first, friend)
        touched = _meet_again(world, rules, day, paper, first, again, touched)
        touched, fresh = _meet_elsewhere(world, rules, day, paper, first, again, starting, touched, fresh)
    return touched - low, fresh - low


@fast
def reach_far_side(world, rules, day, first, last):
    """Let the encounters in places first to last - 1 of ``touched`` strengthen the partners' side of the bond."""
    today = day - rules.first_day
    for place in range(first, last):
        if place + _AHEAD < last:
            prefetch(world.link, world.touched[place + _AHEAD] & ~1)
            prefetch(world.state, world.touched[place + _AHEAD] >> 1)
        slot = world.touched[place] >> 1
        before = _grow(world, rules, slot, world.touched[place] & 1, today)
        world.touched[place] = slot * 8 + before if before >= 0 else -1


@fast
def count_far_side(world, first, last):
    """Count the ties that have risen on the partners' side, in the places that ``reach_far_side`` has gone through."""
    for place in range(first, last):
        if world.touched[place] >= 0:
            slot = world.touched[place] >> 3
            _count_risen(world, np.int64(world.alter[world.link[2 * slot]]), slot, world.touched[place] & 7)


@inner
def make_acquainted(world, rules, day, first, last):
    """Let the encounters in places first to last - 1 of ``fresh`` happen, in this order, creating bonds where there are none.

    Gives the place it has got to: short of last where the pools must grow first.
    """
    today = day - rules.first_day
    for place in range(first, last):
        if place + _AHEAD < last:
            prefetch(world.head, HEAD * np.int64(world.fresh[place + _AHEAD, 1]))
            prefetch(world.chunks, world.chunks.shape[1] * np.int64(world.fresh[place + _AHEAD, 1]))
        if place + _AHEAD // 2 < last:
            prefetch_append(world, np.int64(world.fresh[place + _AHEAD // 2, 0]))
            prefetch_append(world, np.int64(world.fresh[place + _AHEAD // 2, 1]))
        ego, other, face, slot = (
            np.int64(world.fresh[place, 0]),
            np.int64(world.fresh[place, 1]),
            np.int64(world.fresh[place, 2]),
            np.int64(world.fresh[place, 3]),
        )
        if slot == UNSOUGHT or (
            slot == NO_BOND and other < ego and world.partner[other] == ego
        ):  # the partner's own encounter has created the bond already
            slot = find(world.chunks, world.head, world.mark, world.alter, ego, other)
        if slot < 0:
            if not (fits(world.chunks, world.head, world.clock, world.alter, ego, other)):
                return place
            slot = join(world.chunks, world.head, world.mark, world.alter, world.link, world.state, world.clock, ego, other, today)
        if world.state[slot] & CONTACT == 0:
            world.head[HEAD * ego + CONTACTS] += 1
            world.head[HEAD * other + CONTACTS] += 1
        there = np.int64(world.link[2 * slot])
        _count_risen(world, ego, slot, _grow(world, rules, slot, face, today))
        _count_risen(world, other, there, _grow(world, rules, there, face, today))
    return last


@inner
def forget_partners(world, first, last):
    """Clear the marks that ``choose_encounters`` left for ``make_acquainted``."""
    for place in range(first, last):
        world.partner[world.fresh[place, 0]] = NO_BOND
