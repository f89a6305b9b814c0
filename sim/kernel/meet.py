"""Phase 1: people meet, and their bonds grow stronger.

Choosing reads the morning's state and can be done for any range of members at once. An encounter with a known contact changes ego's side
on the spot (nobody else looks at ego's ties while others choose) and the far side right after; the others, which may create a bond, wait
for their turn in the order of the members.
"""

import numpy as np
from numba import njit

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
    prefetch_bytes,
    prefetch_append,
    reclassed,
    slot_of,
    strength,
    strengthened,
    tie_class,
)
from .compilation import fast, inlined
from .draws import PARTNER, below, block, blocks, daily, lane
from .vectors import prefetch
from .world import NO_BOND, UNSOUGHT

_UNIT = 2.0**-32
_BLOCK = 512
_AHEAD = 16
"""How many places ahead in a list memory is asked for."""
_MET, _ONLINE, _FRIEND, _CIRCLE, _ANYBODY = range(5)
"""Places of ``Rules.face``: how likely an encounter is face to face."""


@inlined
def _random_contact(world, key, day, ego, owner, r, words):
    """Pick a contact of owner with ego's PARTNER words from r on, of which ``words`` holds the block.

    Give its slot, and where the words have got to.
    """
    bonds = world.head[owner, BONDS]
    while True:
        if r & 3 == 0 and r > 0:
            words = block(key, day, PARTNER, ego, r >> 2)
        slot = slot_of(world.chunks, owner, below(lane(words, r & 3), bonds))
        r += 1
        if world.state[slot] & CONTACT:
            return slot, r, words


@inlined
def _met_again(world, rules, day, ego, words):
    """Give the slot of the strongest of a few random contacts, the first of them on a tie; -1 if ego knows nobody."""
    if world.head[ego, CONTACTS] == 0:
        return np.int64(-1)
    best, r, words = _random_contact(world, rules.key, day, ego, ego, np.int64(0), words)
    for _ in range(rules.again_choice - 1):
        rival, r, words = _random_contact(world, rules.key, day, ego, ego, r, words)
        if strength(world.link[rival, 1]) > strength(world.link[best, 1]):
            best = rival
    return best


@inlined
def _met_elsewhere(world, rules, day, ego, source, words):
    """Give the partner from a source other than the own contacts; -1 where there is none."""
    if source == _FRIEND:
        if world.head[ego, CONTACTS] == 0:
            return np.int64(-1)
        slot, r, words = _random_contact(world, rules.key, day, ego, ego, np.int64(0), words)
        slot, r, words = _random_contact(world, rules.key, day, ego, np.int64(world.alter[slot]), r, words)
        return np.int64(world.alter[slot])
    if source == _CIRCLE:
        first = ego // rules.circle_size * rules.circle_size
        return first + below(words[0], min(rules.circle_size, rules.members - first))
    return below(words[0], rules.members)


@inlined
def _grow(world, rules, slot, face, today):
    """Strengthen one side of a bond; gives the class that the tie had if it has risen, else -1."""
    tie = strengthened(world.link[slot, 1], face, today)
    world.link[slot, 1] = tie
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
        world.head[ego, FREE_OF_CLASS + class_in(world.state[slot])] += 1


@fast
def _ask_ahead(head, chunks, mark, alter, state, link, first, starters, starting, drawn, origin, again, friend):
    """Ask for the memory that the starters will want, before anybody needs it, in three rounds that each read what the one before has
    asked for.

    Those who meet again: whether the likely picks are contacts; then the ties of two of them. Those who meet elsewhere: where they will
    look for the partner; and the contact who introduces a friend, then where his bonds are, then one of them.
    """
    for turn in range(starting):
        ego = starters[turn]
        bonds = head[ego, BONDS]
        u = origin[ego - first] * _UNIT
        if u >= again:
            prefetch_bytes(chunks, head, mark, ego)
            if u < friend and bonds > 0:
                slot = slot_of(chunks, ego, below(np.uint64(drawn[0, turn]), bonds))
                prefetch(state, slot)
                prefetch(alter, slot)
        elif bonds > 0:
            for pick in range(3):
                prefetch(state, slot_of(chunks, ego, below(np.uint64(drawn[pick, turn]), bonds)))
    for turn in range(starting):
        ego = starters[turn]
        bonds = head[ego, BONDS]
        u = origin[ego - first] * _UNIT
        if u < again and bonds > 0:
            wanted = 2
            for pick in range(4):
                slot = slot_of(chunks, ego, below(np.uint64(drawn[pick, turn]), bonds))
                if wanted > 0 and state[slot] & CONTACT:
                    prefetch(link, 2 * slot)
                    wanted -= 1
        elif again <= u < friend and bonds > 0:
            between = np.int64(alter[slot_of(chunks, ego, below(np.uint64(drawn[0, turn]), bonds))])
            prefetch(head, HEAD * between)
            prefetch(chunks, chunks.shape[1] * between)
    for turn in range(starting):
        ego = starters[turn]
        bonds = head[ego, BONDS]
        u = origin[ego - first] * _UNIT
        if again <= u < friend and bonds > 0:
            between = np.int64(alter[slot_of(chunks, ego, below(np.uint64(drawn[0, turn]), bonds))])
            slot = slot_of(chunks, between, below(np.uint64(drawn[1, turn]), head[between, BONDS]))
            prefetch(state, slot)
            prefetch(alter, slot)


@njit(cache=True, nogil=True)
def paper():
    """Make the working arrays of choosing: words of a block of members, of those among them who start something, and who these are."""
    return np.empty((4, _BLOCK), np.uint32), np.empty((4, _BLOCK), np.uint32), np.empty(_BLOCK, np.int64)


@fast
def choose_encounters(world, rules, day, low, high, daily_words, drawn, starters):
    """Let members low to high - 1 choose whom to meet.

    Fills ``attempts``, and from place low on ``touched`` and ``fresh``; gives the lengths of these two. The last three are paper to work
    on, see ``paper``.
    """
    alter, link, state = world.alter, world.link, world.state
    today = day - rules.first_day
    touched, fresh = low, low
    for first in range(low, high, _BLOCK):
        count = min(_BLOCK, high - first)
        daily(rules.key, day, first, count, daily_words[0], daily_words[1], daily_words[2], daily_words[3])
        starting = np.int64(0)
        for place in range(count):
            world.attempts[first + place] = rules.whole_attempts + (1 if np.uint64(daily_words[3, place]) < rules.extra_attempt else 0)
            starters[starting] = first + place
            starting += 1 if np.uint64(daily_words[0, place]) < world.starts[first + place] else 0
        blocks(rules.key, day, PARTNER, starters, starting, drawn[0], drawn[1], drawn[2], drawn[3])
        friend = rules.again + rules.friend
        head, chunks, mark = world.head, world.chunks, world.mark
        _ask_ahead(head, chunks, mark, alter, state, link, first, starters, starting, drawn, daily_words[1], rules.again, friend)
        for turn in range(starting):
            ego = starters[turn]
            words = (np.uint64(drawn[0, turn]), np.uint64(drawn[1, turn]), np.uint64(drawn[2, turn]), np.uint64(drawn[3, turn]))
            u = daily_words[1, ego - first] * _UNIT
            facing = np.uint64(daily_words[2, ego - first])
            if u < rules.again:
                slot = _met_again(world, rules, day, ego, words)
                if slot < 0:
                    continue
                face = np.int64(facing < rules.face[_MET if (np.int64(link[slot, 1]) >> MET) & COUNT_MASK else _ONLINE])
            else:
                source = (
                    _FRIEND if u < friend else (_CIRCLE if u < rules.again + rules.friend + rules.circle else _ANYBODY)
                )
                other = _met_elsewhere(world, rules, day, ego, source, words)
                if other < 0 or other == ego:
                    continue
                face = np.int64(facing < rules.face[source])
                slot = find(world.chunks, world.head, world.mark, alter, ego, other)
                if slot < 0 or state[slot] & CONTACT == 0:
                    if slot < 0:
                        world.partner[ego] = other
                    world.fresh[fresh, 0] = ego
                    world.fresh[fresh, 1] = other
                    world.fresh[fresh, 2] = face
                    world.fresh[fresh, 3] = slot
                    fresh += 1
                    continue
            _count_risen(world, ego, slot, _grow(world, rules, slot, face, today))
            world.touched[touched] = np.int64(link[slot, 0]) * 2 + face
            touched += 1
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
            _count_risen(world, np.int64(world.alter[world.link[slot, 0]]), slot, world.touched[place] & 7)


@fast
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
            prefetch_append(world.chunks, world.head, world.mark, world.alter, world.link, world.state, np.int64(world.fresh[place + _AHEAD // 2, 0]))
            prefetch_append(world.chunks, world.head, world.mark, world.alter, world.link, world.state, np.int64(world.fresh[place + _AHEAD // 2, 1]))
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
            world.head[ego, CONTACTS] += 1
            world.head[other, CONTACTS] += 1
        there = np.int64(world.link[slot, 0])
        _count_risen(world, ego, slot, _grow(world, rules, slot, face, today))
        _count_risen(world, other, there, _grow(world, rules, there, face, today))
    return last


@fast
def forget_partners(world, first, last):
    """Clear the marks that ``choose_encounters`` left for ``make_acquainted``."""
    for place in range(first, last):
        world.partner[world.fresh[place, 0]] = NO_BOND
