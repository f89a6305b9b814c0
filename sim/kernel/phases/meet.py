"""Phase 1, first half: members choose whom to meet, and meet those whom they know.

A choice depends only on the morning's state, so any batch of members can choose at once. An
encounter with a contact changes ego's side at once (only ego looks at its ties while members
choose), and the far side in the next stage. All other encounters may create a contact; they wait
for the second half, which applies them in the order of the members (``acquaint``).
"""

import numpy as np

from ..mechanics.compilation import as_index, inline, kernel
from ..mechanics.random import DAILY, PARTNER, below, draw_blocks, draw_range
from ..mechanics.scratch import BATCH
from ..mechanics.simd import AHEAD, prefetch
from ..mechanics.threads import ENCOUNTERS_END, ENCOUNTERS_START, REPEATS_END, RISERS_END
from ..rules.inviting import attempts_today
from ..rules.meeting import (
    AGAIN,
    ANYBODY,
    CIRCLE,
    FRIEND,
    TEAM,
    circle_members,
    circle_start,
    face_place,
    is_face_to_face,
    partner_source,
    starts_encounter,
    team_members,
    team_start,
    wins_tournament,
)
from ..rules.place import code_here
from ..state.bonds import (
    class_in,
    class_of_tie,
    count_risen,
    find_from,
    guess,
    is_free,
    met_in,
    nth_contact,
    number_of_contacts,
    prefetch_bond,
    prefetch_member,
    prefetch_nth,
    prefetch_search,
    tie_after,
    tie_strength,
    with_class,
)
from ..state.columns import MEMBERS
from ..state.lists import ROW
from ..state.presence import first_place, is_there, member_at
from ..state.rows import AFTER, ALTER, BEFORE, EGO, EXTRA, RISER, SLOT

_NO_ENCOUNTER = 255


@inline
def strengthen(people, society, slot, face, today):
    """Strengthen one side of a bond by an encounter; return the class before and after."""
    before = people.link[2 * slot + 1]
    tie = tie_after(before, face, today)
    people.link[2 * slot + 1] = tie
    return class_of_tie(society, before), class_of_tie(society, tie)


@inline
def _select_starters(state, parameters, day, first, count, scratch):
    """List those of ``count`` members from first on who start an encounter.

    Those who meet a contact again come first; return the number of these and of all. Kept apart,
    the two kinds make long loops that a processor can predict. The attempts to invite are noted as
    well; on the platform at place 0 they are decided by other bits of the same words.
    """
    first, meeting, people = as_index(first), parameters.meeting, state.people
    daily, source, place = scratch.daily, scratch.source, parameters.platform.place
    draw_range(parameters.key, day, code_here(DAILY, place), first, count, daily)
    for one in range(count):
        attempts = attempts_today(np.int64(daily[3, one]), state.platform.pace[first + one])
        state.today.attempts[first + one] = attempts
    if place > 0:  # meetings are the same on all platforms
        draw_range(parameters.key, day, DAILY, first, count, daily)
    for one in range(count):
        word = np.int64(daily[1, one])
        where = partner_source(
            word,
            meeting.until_again,
            meeting.until_friend,
            meeting.until_team,
            meeting.until_circle,
        )
        starts = starts_encounter(np.int64(daily[0, one]), people.starts[first + one])
        source[one] = where if starts else _NO_ENCOUNTER
    again, elsewhere = np.int64(0), np.int64(0)
    for one in range(count):
        scratch.who[again] = first + one
        scratch.asking[elsewhere] = first + one
        again += np.int64(source[one] == AGAIN)
        elsewhere += np.int64((source[one] != AGAIN) & (source[one] != _NO_ENCOUNTER))
    for one in range(elsewhere):
        scratch.who[again + one] = scratch.asking[one]
    return again, again + elsewhere


@inline
def _draw_contacts(people, again, picks, scratch):
    """Draw ``picks`` contacts for each of the first ``again`` starters, and prefetch them."""
    if len(people.gone) > 0:
        for one in range(again):
            prefetch_nth(people, np.int64(scratch.who[one]))
    for one in range(again):
        ego = np.int64(scratch.who[one])
        contacts = number_of_contacts(people, ego)
        if contacts == 0:
            continue
        for pick in range(picks):
            slot = nth_contact(people, ego, below(scratch.drawn[pick, one], contacts))
            scratch.picked[pick, one] = slot
            prefetch(people.link, 2 * slot)


@kernel
def _choose_strongest(people, key, day, choice, again, scratch):
    """Find, for the first ``again`` starters, the strongest of ``choice`` random contacts.

    Leave its slot and strength, or strength 0 if ego knows nobody. Words are drawn four at a time.
    """
    for one in range(again):
        scratch.slot[one], scratch.strongest[one] = 0, 0
    for first in range(0, choice, 4):
        picks = min(4, choice - first)
        if first > 0:
            for one in range(again):
                scratch.places[one] = first // 4
            draw_blocks(key, day, PARTNER, scratch.who, scratch.places, again, scratch.drawn)
        _draw_contacts(people, again, picks, scratch)
        for one in range(again):
            if number_of_contacts(people, np.int64(scratch.who[one])) == 0:
                continue
            best, strongest = scratch.slot[one], scratch.strongest[one]
            for pick in range(picks):
                slot = np.int64(scratch.picked[pick, one])
                rival = tie_strength(people.link[2 * slot + 1])
                wins = wins_tournament(rival, strongest)
                best = slot if wins else best
                strongest = rival if wins else strongest
            scratch.slot[one], scratch.strongest[one] = best, strongest


@inline
def _meet_contact(people, society, day, ego, slot, face, lists, repeats, risen, scratch):
    """Strengthen ego's side of the tie with a contact; list the far side in ``repeats``."""
    before, k = strengthen(people, society, slot, face, day - society.first_day)
    lists.repeats[repeats] = np.int64(people.link[2 * slot]) * 2 + face
    scratch.risen[0, risen], scratch.risen[1, risen], scratch.risen[2, risen] = ego, slot, before
    return repeats + 1, risen + np.int64(k != before)


@inline
def _meet_again(people, parameters, day, first, again, lists, repeats, scratch):
    """Apply the encounters of the first ``again`` starters with the contacts chosen for them."""
    risen, face_chances = np.int64(0), parameters.meeting.face
    for one in range(again):
        if scratch.strongest[one] == 0:
            continue
        ego, slot = np.int64(scratch.who[one]), as_index(scratch.slot[one])
        chance = face_chances[face_place(AGAIN, met_in(people.link[2 * slot + 1]))]
        face = is_face_to_face(np.int64(scratch.daily[2, ego - first]), chance)
        repeats, risen = _meet_contact(
            people, parameters.society, day, ego, slot, face, lists, repeats, risen, scratch
        )
    return repeats, risen


@inline
def _look_elsewhere(people, society, members, first, again, starting, scratch):
    """Find by one word whom starters meet in their team, in their circle or anywhere.

    List in ``asking`` those who ask a contact for one of its contacts, and return their number. For
    these starters, and if nobody is found, ``whom`` is -1.
    """
    friends = np.int64(0)
    for one in range(again, starting):
        ego = np.int64(scratch.who[one])
        prefetch_search(people, ego)
        source = scratch.source[ego - first]
        start, end = np.int64(0), members
        if source == TEAM:
            start = team_start(ego, society.circle_size, society.team_size)
            end = start + team_members(start, society.circle_size, society.team_size, members)
        elif source == CIRCLE:
            start = circle_start(ego, society.circle_size)
            end = start + circle_members(start, society.circle_size, members)
        begin = first_place(people, start)
        place = begin + below(scratch.drawn[0, one], first_place(people, end) - begin)
        scratch.whom[one] = member_at(people, place) if source >= TEAM else -1
        scratch.asking[friends] = one
        knows = number_of_contacts(people, ego) > 0
        friends += np.int64((source == FRIEND) & knows)
    return friends


@kernel
def _ask_friends(people, friends, scratch):
    """Find, for those in ``asking``, a random contact of a random contact.

    Each loop reads what the loop before has prefetched.
    """
    who, asking, drawn, picked = scratch.who, scratch.asking, scratch.drawn, scratch.picked
    if len(people.gone) > 0:
        for asked in range(friends):
            prefetch_nth(people, np.int64(who[np.int64(asking[asked])]))
    for asked in range(friends):
        one = np.int64(asking[asked])
        ego = np.int64(who[one])
        contacts = number_of_contacts(people, ego)
        slot = nth_contact(people, ego, below(drawn[0, one], contacts))
        picked[0, asked] = slot
        prefetch(people.alter, slot)
    for asked in range(friends):
        between = np.int64(people.alter[np.int64(picked[0, asked])])
        picked[0, asked] = between
        prefetch_member(people, between)
    if len(people.gone) > 0:
        for asked in range(friends):
            prefetch_nth(people, np.int64(picked[0, asked]))
    for asked in range(friends):
        between = np.int64(picked[0, asked])
        contacts = number_of_contacts(people, between)
        slot = nth_contact(people, between, below(drawn[1, np.int64(asking[asked])], contacts))
        picked[0, asked] = slot
        prefetch(people.alter, slot)
    for asked in range(friends):
        scratch.whom[np.int64(asking[asked])] = people.alter[np.int64(picked[0, asked])]


@kernel
def _guess_bonds(people, again, starting, scratch):
    """Guess by its mark the bond of each other starter with its partner, and prefetch it."""
    for one in range(again, starting):
        if scratch.whom[one] >= 0:
            slot = guess(people, np.int64(scratch.who[one]), scratch.whom[one])
            scratch.slot[one] = slot
            if slot >= 0:
                prefetch_bond(people, slot)


@inline
def _meet_elsewhere(
    people, parameters, day, first, again, starting, lists, repeats, encounters, risen, scratch
):
    """Apply the other starters' encounters with contacts; list all others in ``encounters``."""
    for one in range(again, starting):
        ego, other = np.int64(scratch.who[one]), scratch.whom[one]
        if other < 0 or other == ego:
            continue
        source = np.int64(scratch.source[ego - first])
        chance = parameters.meeting.face[face_place(source, np.int64(0))]
        face = is_face_to_face(np.int64(scratch.daily[2, ego - first]), chance)
        slot = find_from(people, ego, other, scratch.slot[one])
        if slot >= 0 and class_in(people.state[slot]) > 0:
            repeats, risen = _meet_contact(
                people, parameters.society, day, ego, slot, face, lists, repeats, risen, scratch
            )
            continue
        row = lists.encounters[encounters]
        row[EGO], row[ALTER], row[SLOT], row[EXTRA] = ego, other, slot, face
        lists.sides[0, encounters] = -1
        lists.sides[1, encounters] = -1
        encounters += 1
    return repeats, encounters, risen


@kernel
def _note_risen(people, society, risen, count):
    """Count the ties of a batch that have risen, and note the new class in their bonds."""
    for one in range(count):
        prefetch(people.state, as_index(risen[1, one]))
    for one in range(count):
        ego, slot = as_index(risen[0, one]), as_index(risen[1, one])
        k = class_of_tie(society, people.link[2 * slot + 1])
        people.state[slot] = with_class(people.state[slot], k)
        if is_free(people.state[slot]):
            count_risen(people, ego, risen[2, one], k)


@kernel
def choose_encounters(state, parameters, day, partition):
    """Choose whom the members of a thread meet, and apply the encounters with contacts.

    Fill ``attempts``; fill ``repeats`` and ``encounters`` from the thread's first member on.
    """
    people, lists, scratch = state.people, state.today, partition.scratch.meet
    members = state.clock[MEMBERS]
    low, high = partition.low, min(partition.high, members)
    repeats, encounters = np.int64(low), np.int64(low)
    for first in range(low, high, BATCH):
        again, starting = _select_starters(
            state, parameters, day, first, min(BATCH, high - first), scratch
        )
        for one in range(starting):
            ego = np.int64(scratch.who[one])
            scratch.places[one] = 0
            prefetch_member(people, ego)
            prefetch(people.strangers, ROW * ego)
        draw_blocks(
            parameters.key, day, PARTNER, scratch.who, scratch.places, starting, scratch.drawn
        )
        friends = _look_elsewhere(
            people, parameters.society, members, first, again, starting, scratch
        )
        _ask_friends(people, friends, scratch)
        _guess_bonds(people, again, starting, scratch)
        _choose_strongest(
            people, parameters.key, day, parameters.meeting.again_choice, again, scratch
        )
        repeats, risen = _meet_again(people, parameters, day, first, again, lists, repeats, scratch)
        repeats, encounters, risen = _meet_elsewhere(
            people,
            parameters,
            day,
            first,
            again,
            starting,
            lists,
            repeats,
            encounters,
            risen,
            scratch,
        )
        _note_risen(people, parameters.society, scratch.risen, risen)
    progress = partition.progress
    progress[REPEATS_END], progress[ENCOUNTERS_START] = repeats, low
    progress[ENCOUNTERS_END] = encounters


@kernel
def take_from_log(state, log, log_day, first, last, partition):
    """List encounters first to last - 1 of a day of a contact log, in place of drawn ones."""
    lists, start = state.today, log.day_start[log_day]
    end = first
    for place in range(first, last):
        ego, other = np.int64(log.ego[start + place]), np.int64(log.alter[start + place])
        if not (is_there(state.people, ego) and is_there(state.people, other)):
            continue
        row = lists.encounters[end]
        row[EGO], row[ALTER], row[EXTRA] = ego, other, 1
        row[SLOT] = find_from(state.people, ego, other, guess(state.people, ego, other))
        lists.sides[0, end] = -1
        lists.sides[1, end] = -1
        end += 1
    partition.progress[ENCOUNTERS_START], partition.progress[ENCOUNTERS_END] = first, end


@inline
def _strengthen_batch(people, society, today, repeats, first, last, end):
    """Strengthen the far sides of encounters first to last - 1, prefetching up to ``end``.

    Overwrite ``repeats``, from ``first`` on, with the ties that have risen; return their end.
    """
    risen = first
    for one in range(first, last):
        if one + AHEAD < end:
            prefetch(people.link, as_index(repeats[one + AHEAD]) & ~1)
        slot = as_index(repeats[one] >> 1)
        before, k = strengthen(people, society, slot, repeats[one] & 1, today)
        repeats[risen] = slot * 8 + before
        if k != before:
            prefetch(people.state, slot)
            prefetch(people.alter, as_index(people.link[2 * slot]))
            risen += 1
    return risen


@kernel
def strengthen_far_sides(state, parameters, day, partition):
    """Strengthen the partners' sides by a thread's encounters with contacts.

    List in ``risers`` the free bonds that have risen. This is done in batches, so that what is
    prefetched is still in the cache when it is used.
    """
    people, society, lists = state.people, parameters.society, state.today
    repeats, risers, today = lists.repeats, lists.risers, day - society.first_day
    first, last = as_index(partition.low), as_index(partition.progress[REPEATS_END])
    end = first
    for begin in range(first, last, BATCH):
        risen = _strengthen_batch(
            people, society, today, repeats, begin, min(begin + BATCH, last), last
        )
        for one in range(begin, risen):
            slot, before = as_index(repeats[one] >> 3), repeats[one] & 7
            k = class_of_tie(society, people.link[2 * slot + 1])
            people.state[slot] = with_class(people.state[slot], k)
            risers[end, RISER] = people.alter[as_index(people.link[2 * slot])]
            risers[end, BEFORE] = before
            risers[end, AFTER] = k
            end += np.int64(is_free(people.state[slot]))
    partition.progress[RISERS_END] = end


# ``_look_elsewhere`` and ``face_place`` rely on this order
assert ANYBODY > CIRCLE > TEAM > FRIEND > AGAIN
