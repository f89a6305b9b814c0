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
    ENCOUNTERS,
    FREE,
    HEAD,
    MET,
    PLATFORM,
    first_marked,
    found_from,
    prefetch_bond,
    prefetch_bytes,
    prefetch_member,
    slot_of,
    strength,
    tie_class,
)
from .compilation import at, inlined, inner
from .draws import PARTNER, TWO32, UNIT, below, block, blocks, column, daily, lane
from .encounter import count_risen, grow, set_class
from .join import ALTER, EGO, EXTRA, SLOT
from .paper import MEETING_BLOCK
from .vectors import prefetch

_MET, _ONLINE, _FRIEND, _CIRCLE, _ANYBODY = range(5)
"""Places of ``Rules.face``: how likely an encounter is face to face."""


@inlined
def _random_contact(head, chunks, state, key, day, ego, owner, r, words):
    """Pick a contact of owner with ego's PARTNER words from r on, of which ``words`` holds the first four.

    Give its slot, and where the words have got to.
    """
    bonds = head[HEAD * owner + BONDS]
    while True:
        drawn = lane(words, r) if r < 4 else lane(block(key, day, PARTNER, ego, r >> 2), r & 3)
        slot = slot_of(chunks, owner, below(drawn, bonds))
        r += 1
        if state[slot] & CONTACT:
            return slot, r


@inlined
def _those_who_start(world, rules, day, first, count, paper):
    """List those of ``count`` members from first on who start an encounter, those who meet a contact again first; gives the number of
    these and of all. Also sets how many attempts to invite each will make.

    Apart from each other the two kinds make long loops that a processor can foresee.
    """
    first, until = at(first), np.uint64(np.ceil(rules.again * TWO32))
    daily(
        rules.key, day, first, count, paper.daily[0], paper.daily[1], paper.daily[2], paper.daily[3]
    )
    for member in range(count):
        world.attempts[first + member] = rules.whole_attempts + np.int32(
            np.uint64(paper.daily[3, member]) < rules.extra_attempt
        )
    for member in range(count):
        begins = np.uint64(paper.daily[0, member]) < world.starts[first + member]
        paper.kind[member] = np.uint8(begins) + np.uint8(
            begins & (np.uint64(paper.daily[1, member]) >= until)
        )
    meet_again, elsewhere = np.int64(0), np.int64(0)
    for member in range(count):
        paper.who[meet_again] = first + member
        paper.turns[elsewhere] = first + member
        meet_again += np.int64(paper.kind[member] == 1)
        elsewhere += np.int64(paper.kind[member] == 2)
    for turn in range(elsewhere):
        paper.who[meet_again + turn] = paper.turns[turn]
    return meet_again, meet_again + elsewhere


@inner
def _ask_for_ties(head, chunks, link, egos, going, picks, drawn, where):
    """Turn the first ``picks`` words of each of those who still look into slots, in ``where``, and ask for the ties there."""
    for turn in range(going):
        ego = np.int64(egos[turn])
        bonds = np.int64(head[HEAD * ego + BONDS])
        for pick in range(picks):
            slot = slot_of(chunks, ego, below(np.uint64(drawn[pick, turn]), bonds))
            where[pick, turn] = slot
            prefetch(link, 2 * slot)


@inner
def _compare_ties(link, going, picks, choice, where, egos, turns, slots, most, seen):
    """Keep the strongest tie of each of those who still look; gives how many have not yet seen as many contacts as they look at.

    Nothing here is decided by a jump: which of the picks are contacts can't be foreseen.
    """
    still = np.int64(0)
    for turn in range(going):
        me = np.int64(turns[turn])
        best, record, contacts = slots[me], most[me], seen[me]
        for pick in range(picks):
            rival = strength(link[2 * np.int64(where[pick, turn]) + 1])
            takes = (contacts < choice) & (rival > record)
            best = np.int64(where[pick, turn]) if takes else best
            record = rival if takes else record
            contacts += np.int64(rival > 0)
        slots[me], most[me], seen[me] = best, record, contacts
        egos[still] = egos[turn]
        turns[still] = me
        still += np.int64(contacts < choice)
    return still


@inner
def _strongest(key, day, choice, picks, head, chunks, link, again, paper):
    """Find, for the first ``again`` starters, the strongest of ``choice`` random contacts, the first of them on a tie.

    Leaves its slot and strength; strength 0: ego knows nobody. All look at once, ``picks`` words each in the first round and four in the
    next ones, until all have seen enough.
    """
    who, egos, turns, slot, most, seen = (
        paper.who,
        paper.egos,
        paper.turns,
        paper.slot,
        paper.most,
        paper.seen,
    )
    going, words = np.int64(0), np.int64(0)
    for turn in range(again):
        egos[going], turns[going] = who[turn], turn
        slot[turn], most[turn], seen[turn] = 0, 0, 0
        going += np.int64(head[HEAD * np.int64(who[turn]) + CONTACTS] > 0)
    while going > 0:
        if words > 0 or going < again:
            for one in range(going):
                paper.places[one] = words
            blocks(key, day, PARTNER, egos, paper.places, going, paper.drawn)
        _ask_for_ties(head, chunks, link, egos, going, picks, paper.drawn, paper.where)
        going = _compare_ties(
            link, going, picks, choice, paper.where, egos, turns, slot, most, seen
        )
        words, picks = words + 1, np.int64(4)


@inlined
def _meet_again(world, rules, day, first, again, touched, paper):
    """Let the first ``again`` starters meet the contact they have found; writes to ``touched`` from place touched on.

    Gives the place it has got to, and the number of ties that have risen.
    """
    link, risen = world.link, np.int64(0)
    for turn in range(again):
        if paper.most[turn] == 0:
            continue
        ego, slot = np.int64(paper.who[turn]), at(paper.slot[turn])
        p_face = rules.face[_MET if (np.int64(link[2 * slot + 1]) >> MET) & COUNT_MASK else _ONLINE]
        face = np.int64(np.uint64(paper.daily[2, ego - first]) < p_face)
        before, k = grow(link, rules, slot, face, day - rules.first_day)
        world.touched[touched] = np.int64(link[2 * slot]) * 2 + face
        touched += 1
        paper.risen[0, risen], paper.risen[1, risen], paper.risen[2, risen] = ego, slot, before
        risen += np.int64(k != before)
    return touched, risen


@inlined
def _ask_for_partners(world, rules, first, again, starting, paper):
    """Decide where those who meet elsewhere look, and with the words at hand whom they find there.

    Lists in ``turns`` those who ask a contact for it, and gives their number; for them, and where nobody is found, ``whom`` is -1.
    """
    friends = np.int64(0)
    for turn in range(again, starting):
        ego = np.int64(paper.who[turn])
        prefetch_bytes(world.chunks, world.head, world.mark, ego)
        u = paper.daily[1, ego - first] * UNIT
        begins = ego // rules.circle_size * rules.circle_size if u < rules.circle else 0
        size = min(rules.circle_size, rules.members - begins) if u < rules.circle else rules.members
        paper.whom[turn] = (
            begins + below(np.uint64(paper.drawn[0, turn]), size) if u >= rules.friend else -1
        )
        paper.turns[friends] = turn
        friends += np.int64((u < rules.friend) & (world.head[HEAD * ego + CONTACTS] > 0))
    return friends


@inner
def _ask_friends(key, day, head, chunks, alter, state, friends, paper):
    """Find, for the first of ``turns``, a random contact of a random contact, in rounds that each read what the last has asked for."""
    who, turns, drawn, where = paper.who, paper.turns, paper.drawn, paper.where
    for one in range(friends):
        ego = np.int64(who[np.int64(turns[one])])
        for pick in range(4):
            slot = slot_of(
                chunks,
                ego,
                below(
                    np.uint64(drawn[pick, np.int64(turns[one])]), np.int64(head[HEAD * ego + BONDS])
                ),
            )
            where[pick, one] = slot
            prefetch(state, slot)
    for one in range(friends):
        slot, r = np.int64(0), np.int64(5)
        for back in range(4):
            known = state[np.int64(where[3 - back, one])] & CONTACT != 0
            slot = np.int64(where[3 - back, one]) if known else slot
            r = np.int64(4 - back) if known else r
        if r == 5:
            ego = np.int64(who[np.int64(turns[one])])
            slot, r = _random_contact(
                head,
                chunks,
                state,
                key,
                day,
                ego,
                ego,
                np.int64(4),
                column(drawn, np.int64(turns[one])),
            )
        where[0, one], where[1, one] = slot, r
        prefetch(alter, slot)
    for one in range(friends):
        between = np.int64(alter[np.int64(where[0, one])])
        where[0, one] = between
        prefetch_member(head, chunks, between)
    for one in range(friends):
        between, r, words = (
            np.int64(where[0, one]),
            np.int64(where[1, one]),
            column(drawn, np.int64(turns[one])),
        )
        for pick in range(r, min(r + 2, 4)):
            slot = slot_of(
                chunks, between, below(lane(words, pick), np.int64(head[HEAD * between + BONDS]))
            )
            prefetch(state, slot)
            prefetch(alter, slot)
    for one in range(friends):
        turn, between, r = np.int64(turns[one]), np.int64(where[0, one]), np.int64(where[1, one])
        slot, r = _random_contact(
            head, chunks, state, key, day, np.int64(who[turn]), between, r, column(drawn, turn)
        )
        paper.whom[turn] = alter[slot]


@inner
def _look_for_bonds(head, chunks, mark, alter, link, state, again, starting, paper):
    """Find the bonds that those who meet elsewhere may have with their partners, by the marks, and ask for their memory."""
    for turn in range(again, starting):
        if paper.whom[turn] >= 0:
            paper.slot[turn] = first_marked(
                chunks, head, mark, np.int64(paper.who[turn]), paper.whom[turn]
            )
            if paper.slot[turn] >= 0:
                prefetch_bond(alter, link, state, paper.slot[turn])


@inlined
def _meet_elsewhere(world, rules, day, first, again, starting, touched, fresh, risen, paper):
    """Let the other starters meet somebody: a contact, as in ``_meet_again``, or somebody new, who is listed in ``fresh``."""
    link = world.link
    for turn in range(again, starting):
        ego, other = np.int64(paper.who[turn]), paper.whom[turn]
        if other < 0 or other == ego:
            continue
        u = paper.daily[1, ego - first] * UNIT
        source = _FRIEND + np.int64(u >= rules.friend) + np.int64(u >= rules.circle)
        face = np.int64(np.uint64(paper.daily[2, ego - first]) < rules.face[source])
        slot = found_from(
            world.chunks, world.head, world.mark, world.alter, ego, other, paper.slot[turn]
        )
        if slot >= 0 and np.int64(link[2 * slot + 1]) & ENCOUNTERS:
            before, k = grow(link, rules, slot, face, day - rules.first_day)
            world.touched[touched] = np.int64(link[2 * slot]) * 2 + face
            touched += 1
            paper.risen[0, risen], paper.risen[1, risen], paper.risen[2, risen] = ego, slot, before
            risen += np.int64(k != before)
            continue
        world.fresh[fresh, EGO] = ego
        world.fresh[fresh, ALTER] = other
        world.fresh[fresh, SLOT] = slot
        world.fresh[fresh, EXTRA] = face
        fresh += 1
    return touched, fresh, risen


@inner
def _count_own_side(head, link, state, often, close, risen, count):
    """Write down, and count, the ties of the block that have risen on ego's side."""
    for one in range(count):
        prefetch(state, at(risen[1, one]))
    for one in range(count):
        ego, slot = at(risen[0, one]), at(risen[1, one])
        k = tie_class(link[2 * slot + 1], often, close)
        set_class(state, slot, k)
        if state[slot] & PLATFORM == FREE:
            count_risen(head, ego, risen[2, one], k)


@inner
def choose_encounters(world, rules, day, low, high, paper):
    """Let members low to high - 1 choose whom to meet.

    Fills ``attempts``, and from place low on ``touched`` and ``fresh``; gives the places where these two end.
    """
    touched, fresh = low, low
    head, chunks, mark, alter, link, state = (
        world.head,
        world.chunks,
        world.mark,
        world.alter,
        world.link,
        world.state,
    )
    key, choice = rules.key, rules.again_choice
    picks = np.int64(
        min(4, choice) if day < 1 else 4
    )  # before the platform opens all bonds are contacts
    for first in range(low, high, MEETING_BLOCK):
        again, starting = _those_who_start(
            world, rules, day, first, min(MEETING_BLOCK, high - first), paper
        )
        for turn in range(starting):
            paper.places[turn] = 0
            prefetch_member(head, chunks, np.int64(paper.who[turn]))
        blocks(key, day, PARTNER, paper.who, paper.places, starting, paper.drawn)
        friends = _ask_for_partners(world, rules, first, again, starting, paper)
        _ask_friends(key, day, head, chunks, alter, state, friends, paper)
        _strongest(key, day, choice, picks, head, chunks, link, again, paper)
        touched, risen = _meet_again(world, rules, day, first, again, touched, paper)
        _look_for_bonds(head, chunks, mark, alter, link, state, again, starting, paper)
        touched, fresh, risen = _meet_elsewhere(
            world, rules, day, first, again, starting, touched, fresh, risen, paper
        )
        _count_own_side(head, link, state, rules.often, rules.close, paper.risen, risen)
    return touched, fresh
