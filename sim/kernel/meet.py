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
    MET,
    find,
    fits,
    join,
    prefetch_alters,
    prefetch_append,
    reclassed,
    slot_of,
    strength,
    strengthened,
    tie_class,
)
from .compilation import fast, inlined
from .draws import PARTNER, below, block, daily, lane, philox
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
    """Strengthen one side of a bond."""
    tie = strengthened(world.link[slot, 1], face, today)
    world.link[slot, 1] = tie
    world.state[slot] = reclassed(world.state[slot], tie_class(tie, rules.often, rules.close))


@fast
def _ask_ahead(head, chunks, alter, state, link, first, starters, starting, drawn, origin, again):
    """Ask for the memory that the starters will want, before anybody needs it.

    First what says whether the likely picks are contacts, and where those who meet others will look for them; then the ties of two picks.
    """
    for turn in range(starting):
        ego = first + starters[turn]
        bonds = head[ego, BONDS]
        if origin[starters[turn]] * _UNIT >= again:
            prefetch_alters(chunks, head, alter, ego)
        elif bonds > 0:
            for pick in range(3):
                prefetch(state, slot_of(chunks, ego, below(np.uint64(drawn[pick, turn]), bonds)))
    for turn in range(starting):
        ego = first + starters[turn]
        bonds = head[ego, BONDS]
        wanted = 2 if bonds > 0 and origin[starters[turn]] * _UNIT < again else 0
        for pick in range(4):
            if wanted > 0:
                slot = slot_of(chunks, ego, below(np.uint64(drawn[pick, turn]), bonds))
                if state[slot] & CONTACT:
                    prefetch(link, 2 * slot)
                    wanted -= 1


@fast
def _draw_partners(key, day, first, starters, starting, drawn):
    """Draw the first four PARTNER words of every starter, in one vectorised loop."""
    low, high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    for turn in range(starting):
        w0, w1, w2, w3 = philox(first + starters[turn], 0, day, PARTNER, low, high)
        drawn[0, turn] = w0
        drawn[1, turn] = w1
        drawn[2, turn] = w2
        drawn[3, turn] = w3


@njit(cache=True, nogil=True)
def paper():
    """Make the working arrays of ``choose_encounters``: words of a block of members, of its starters, and who these are."""
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
            starters[starting] = place
            starting += 1 if np.uint64(daily_words[0, place]) < world.starts[first + place] else 0
        _draw_partners(rules.key, day, first, starters, starting, drawn)
        _ask_ahead(world.head, world.chunks, world.alter, state, link, first, starters, starting, drawn, daily_words[1], rules.again)
        for turn in range(starting):
            ego = first + starters[turn]
            words = (np.uint64(drawn[0, turn]), np.uint64(drawn[1, turn]), np.uint64(drawn[2, turn]), np.uint64(drawn[3, turn]))
            u = daily_words[1, starters[turn]] * _UNIT
            facing = np.uint64(daily_words[2, starters[turn]])
            if u < rules.again:
                slot = _met_again(world, rules, day, ego, words)
                if slot < 0:
                    continue
                face = np.int64(facing < rules.face[_MET if (np.int64(link[slot, 1]) >> MET) & COUNT_MASK else _ONLINE])
            else:
                source = (
                    _FRIEND if u < rules.again + rules.friend else (_CIRCLE if u < rules.again + rules.friend + rules.circle else _ANYBODY)
                )
                other = _met_elsewhere(world, rules, day, ego, source, words)
                if other < 0 or other == ego:
                    continue
                face = np.int64(facing < rules.face[source])
                slot = find(world.chunks, world.head, alter, ego, other)
                if slot < 0 or state[slot] & CONTACT == 0:
                    if slot < 0:
                        world.partner[ego] = other
                    world.fresh[fresh, 0] = ego
                    world.fresh[fresh, 1] = other
                    world.fresh[fresh, 2] = face
                    world.fresh[fresh, 3] = slot
                    fresh += 1
                    continue
            _grow(world, rules, slot, face, today)
            world.touched[touched] = np.int64(link[slot, 0]) * 2 + face
            touched += 1
    return touched - low, fresh - low


@fast
def reach_far_side(world, rules, day, first, last):
    """Let the encounters in places first to last - 1 of ``touched`` strengthen the partners' side of the bond."""
    today = day - rules.first_day
    for place in range(first, last):
        prefetch(world.link, world.touched[min(place + _AHEAD, last - 1)] & ~1)
        _grow(world, rules, world.touched[place] >> 1, world.touched[place] & 1, today)


@fast
def make_acquainted(world, rules, day, first, last):
    """Let the encounters in places first to last - 1 of ``fresh`` happen, in this order, creating bonds where there are none.

    Gives the place it has got to: short of last where the pools must grow first.
    """
    today = day - rules.first_day
    for place in range(first, last):
        if place + _AHEAD < last:
            prefetch(world.head, 3 * np.int64(world.fresh[place + _AHEAD, 1]))
            prefetch(world.chunks, world.chunks.shape[1] * np.int64(world.fresh[place + _AHEAD, 1]))
        if place + _AHEAD // 2 < last:
            prefetch_append(world.chunks, world.head, world.alter, world.link, world.state, np.int64(world.fresh[place + _AHEAD // 2, 0]))
            prefetch_append(world.chunks, world.head, world.alter, world.link, world.state, np.int64(world.fresh[place + _AHEAD // 2, 1]))
        ego, other, face, slot = (
            np.int64(world.fresh[place, 0]),
            np.int64(world.fresh[place, 1]),
            np.int64(world.fresh[place, 2]),
            np.int64(world.fresh[place, 3]),
        )
        if slot == UNSOUGHT or (
            slot == NO_BOND and other < ego and world.partner[other] == ego
        ):  # the partner's own encounter has created the bond already
            slot = find(world.chunks, world.head, world.alter, ego, other)
        if slot < 0:
            if not (fits(world.chunks, world.head, world.clock, world.alter, ego, other)):
                return place
            slot = join(world.chunks, world.head, world.alter, world.link, world.state, world.clock, ego, other, today)
        if world.state[slot] & CONTACT == 0:
            world.head[ego, CONTACTS] += 1
            world.head[other, CONTACTS] += 1
        _grow(world, rules, slot, face, today)
        _grow(world, rules, np.int64(world.link[slot, 0]), face, today)
    return last


@fast
def forget_partners(world, first, last):
    """Clear the marks that ``choose_encounters`` left for ``make_acquainted``."""
    for place in range(first, last):
        world.partner[world.fresh[place, 0]] = NO_BOND
