"""Phase 2, first half: members choose whom to invite.

Choosing reads the morning's state and, of today's invitations, only ego's own; it can be done for any range of members at once.
"""

import numpy as np

from .bonds import (
    BONDS,
    CONNECTED,
    CONNECTIONS,
    CONTACTS,
    HEAD,
    PENDING,
    PLATFORM,
    class_in,
    first_marked,
    found_from,
    no_longer_free,
    nth_free,
    prefetch_bond,
    prefetch_bytes,
    prefetch_member,
    slot_of,
)
from .compilation import at, inlined, inner
from .draws import MORE, TRY, TWO32, UNIT, below, block, blocks, lane
from .eligible import agrees, count_agreed, eligible, eligible_contacts
from .join import ALTER, EGO, EXTRA, SLOT
from .paper import INVITING_BLOCK
from .vectors import prefetch
from .world import ACCOUNT, ANSWERS, RESTRICTED_UNTIL

FROM_CONTACTS, FROM_INTRODUCTIONS, FROM_DIRECTORY = range(3)
_SOURCE, _PICK, _DELAY = 0, 1, 3
"""Places of the first four words of a try; picks go on, from their third, with the words after these."""
_EARLY_PICKS = 6
"""Picks whose words are drawn for a block at once: two with the first words of the try, four with the next."""


@inlined
def _sent_this_week(world, ego):
    total = np.int64(0)
    for weekday in range(7):
        total += world.week[ego, weekday]
    return total


@inlined
def _those_who_may(world, rules, day, first, last, who):
    """List the members from first to last - 1 who may invite today, and give their number."""
    asking, most = np.int64(0), rules.max_connections
    for ego in range(at(first), at(last)):
        who[asking] = ego
        may = (world.attempts[ego] > 0) & (world.account[ACCOUNT * ego + RESTRICTED_UNTIL] < day)
        if most >= 0:
            may &= world.head[HEAD * ego + CONNECTIONS] < most
        asking += np.int64(may)
    return asking


@inlined
def _those_who_try(world, rules, attempt, asking, paper):
    """Part those who make an attempt into those whose policy looks only among contacts, in ``only``, and the others, in ``turns``.

    Gives both numbers. Who looks only among contacts and has no eligible one would find nobody, whatever is drawn.
    """
    alone, others = np.int64(0), np.int64(0)
    for turn in range(asking):
        ego = np.int64(paper.who[turn])
        if world.attempts[ego] <= attempt:
            continue
        if rules.weekly_invites >= 0 and _sent_this_week(world, ego) >= rules.weekly_invites:
            continue
        classes, number = eligible_contacts(world, rules, ego)
        paper.classes[turn], paper.eligible[turn] = classes, number
        paper.only[alone] = turn
        paper.turns[others] = turn
        alone += np.int64(rules.contacts_only[world.policy[ego]] & (number > 0))
        others += np.int64(not rules.contacts_only[world.policy[ego]])
    return alone, others


@inlined
def _delay(rules, drawn):
    """Give how many days the answer takes; pending_days stands for never."""
    days = np.int64(0)
    for day in range(
        rules.pending_days
    ):  # the thresholds fall, so all of them can be looked at at once
        days += np.int64(np.uint64(drawn) < rules.delays[day])
    return days


@inlined
def _write(world, rules, paper, one, turn, slot, other, source, base, each, day):
    """Note the invitation of a turn, to which a try has led."""
    ego = np.int64(paper.egos[one])
    if slot >= 0:
        no_longer_free(world.head, ego, class_in(world.state[slot]))
        world.state[slot] |= PENDING
    row = base + turn * each + paper.written[turn]
    world.invited[row, EGO] = ego
    world.invited[row, ALTER] = other
    world.invited[row, SLOT] = slot
    world.invited[row, EXTRA] = source + 4 * _delay(rules, paper.drawn[_DELAY, one])
    paper.written[turn] += 1
    if rules.weekly_invites >= 0:
        world.week[ego, day % 7] += 1


@inlined
def _draw(rules, day, turns, count, paper):
    """Draw the first four words of a try of each of some turns, whose number is in ``places``."""
    for one in range(count):
        paper.egos[one] = paper.who[np.int64(turns[one])]
    blocks(rules.key, day, TRY, paper.egos, paper.places, count, paper.drawn)


@inlined
def _find_contacts(world, rules, day, turns, found, paper):
    """Turn the places of the contacts that were found into their slots, in two rounds, and ask for who they are."""
    head, chunks, state = world.head, world.chunks, world.state
    for hit in range(found):
        prefetch_bytes(chunks, head, state, np.int64(paper.egos[np.int64(paper.found[hit])]))
    for hit in range(found):
        one = np.int64(paper.found[hit])
        turn, ego = np.int64(turns[one]), np.int64(paper.egos[one])
        if rules.contacts_only[world.policy[ego]] and rules.condition[world.policy[ego]] != 0:
            paper.slot[one] = count_agreed(
                world, rules, day, ego, paper.classes[turn], paper.slot[one]
            )
        else:
            paper.slot[one] = nth_free(
                chunks, head, state, ego, paper.classes[turn], paper.slot[one]
            )
        prefetch(world.alter, paper.slot[one])


@inlined
def _try_only_contacts(world, rules, day, attempt, alone, base, each, paper):
    """Make all tries of those who look only among contacts at once, with the words of the first.

    Each would find one of the e eligible among c contacts with probability e / c, any of them with equal right.
    """
    for one in range(alone):
        paper.places[one] = attempt * rules.tries
    _draw(rules, day, paper.only, alone, paper)
    found = np.int64(0)
    for one in range(alone):
        turn, ego = np.int64(paper.only[one]), np.int64(paper.egos[one])
        eligible = paper.eligible[turn]
        if rules.condition[world.policy[ego]] != 0:
            eligible = count_agreed(world, rules, day, ego, paper.classes[turn], np.int64(-1))
        miss, hit = 1.0, eligible / np.int64(world.head[HEAD * ego + CONTACTS])
        for _ in range(rules.tries):
            miss *= 1.0 - hit
        paper.found[found] = one
        paper.slot[one] = below(np.uint64(paper.drawn[_PICK, one]), eligible)
        found += np.int64(
            (np.uint64(paper.drawn[_SOURCE, one]) >= np.uint64(miss * TWO32)) & (eligible > 0)
        )
    _find_contacts(world, rules, day, paper.only, found, paper)
    for hit in range(found):
        one = np.int64(paper.found[hit])
        slot = paper.slot[one]
        _write(
            world,
            rules,
            paper,
            one,
            np.int64(paper.only[one]),
            slot,
            np.int64(world.alter[slot]),
            FROM_CONTACTS,
            base,
            each,
            day,
        )


@inlined
def _look(world, rules, trying, paper):
    """See where each try looks: lists those that find a contact, those that look elsewhere, and those to make ``again``.

    Whether a contact is found can be told without a look at any of them: one of the e eligible among c contacts is, with probability e / c.
    Gives the three numbers.
    """
    found, elsewhere, again = np.int64(0), np.int64(0), np.int64(0)
    for one in range(trying):
        turn, ego = np.int64(paper.turns[one]), np.int64(paper.egos[one])
        p, u = world.policy[ego], paper.drawn[_SOURCE, one] * UNIT
        among_contacts, introductions = u < rules.from_contacts[p], u < rules.from_introductions[p]
        eligible, contacts = paper.eligible[turn], np.int64(world.head[HEAD * ego + CONTACTS])
        threshold = np.uint64(eligible / contacts * TWO32) if contacts > 0 else np.uint64(0)
        hit = among_contacts & (np.uint64(paper.drawn[_PICK, one]) < threshold)
        nowhere = introductions & (world.head[HEAD * ego + CONNECTIONS] == 0)
        looks = (not among_contacts) & (not nowhere)
        paper.slot[one] = below(np.uint64(paper.drawn[_PICK + 1, one]), eligible)
        paper.whom[one] = (
            below(np.uint64(paper.drawn[_PICK, one]), rules.members) if not introductions else -1
        )
        paper.found[found] = one
        paper.elsewhere[elsewhere] = one
        paper.again[again] = turn
        found += np.int64(hit)
        elsewhere += np.int64(looks)
        again += np.int64((not hit) & (not looks))
    return found, elsewhere, again


@inlined
def _early_slot(head, chunks, owner, pick, one, asked, paper):
    """Give the slot to which an early pick among the bonds of owner leads, for a try that asks connections."""
    drawn = (
        np.uint64(paper.drawn[_PICK + pick, one])
        if pick < 2
        else np.uint64(paper.more[pick - 2, asked])
    )
    return slot_of(chunks, owner, below(drawn, np.int64(head[HEAD * owner + BONDS])))


@inlined
def _random_connection(key, day, head, chunks, state, ego, owner, n, pick, one, asked, paper):
    """Pick a connection of owner with ego's words of try n, from a pick on; gives its slot and the next pick."""
    while True:
        if pick < _EARLY_PICKS:
            slot = _early_slot(head, chunks, owner, pick, one, asked, paper)
        else:
            drawn = lane(block(key, day, MORE + ((pick + 2) >> 2), ego, n), (pick + 2) & 3)
            slot = slot_of(chunks, owner, below(drawn, np.int64(head[HEAD * owner + BONDS])))
        pick += 1
        if state[slot] & PLATFORM == CONNECTED:
            return slot, pick


@inner
def _ask_connections(key, day, head, chunks, alter, state, elsewhere, paper):
    """Find a random connection of a random connection for those of the tries ``elsewhere`` that ask for it, in rounds that each read what
    the one before has asked for.
    """
    asking = np.int64(0)
    for look in range(elsewhere):
        one = np.int64(paper.elsewhere[look])
        paper.introduced[asking], paper.asking[asking], paper.number[asking] = (
            one,
            paper.egos[one],
            paper.places[one],
        )
        asking += np.int64(paper.whom[one] < 0)
    blocks(key, day, MORE + 1, paper.asking, paper.number, asking, paper.more)
    for asked in range(asking):
        ego, one = np.int64(paper.asking[asked]), np.int64(paper.introduced[asked])
        for pick in range(4):
            prefetch(state, _early_slot(head, chunks, ego, pick, one, asked, paper))
    for asked in range(asking):
        ego, one, n = (
            np.int64(paper.asking[asked]),
            np.int64(paper.introduced[asked]),
            np.int64(paper.number[asked]),
        )
        slot, pick = _random_connection(
            key, day, head, chunks, state, ego, ego, n, np.int64(0), one, asked, paper
        )
        paper.between[asked], paper.picks[asked] = slot, pick
        prefetch(alter, slot)
    for asked in range(asking):
        between = np.int64(alter[np.int64(paper.between[asked])])
        paper.between[asked] = between
        prefetch_member(head, chunks, between)
    for asked in range(asking):
        between, pick = np.int64(paper.between[asked]), np.int64(paper.picks[asked])
        for ahead in range(pick, min(pick + 3, _EARLY_PICKS)):
            slot = _early_slot(
                head, chunks, between, ahead, np.int64(paper.introduced[asked]), asked, paper
            )
            prefetch(state, slot)
            prefetch(alter, slot)
    for asked in range(asking):
        ego, one, n = (
            np.int64(paper.asking[asked]),
            np.int64(paper.introduced[asked]),
            np.int64(paper.number[asked]),
        )
        between, pick = np.int64(paper.between[asked]), np.int64(paper.picks[asked])
        slot, pick = _random_connection(
            key, day, head, chunks, state, ego, between, n, pick, one, asked, paper
        )
        paper.whom[one] = alter[slot]


@inner
def _look_for_bonds(head, chunks, mark, alter, link, state, elsewhere, paper):
    """Find the bonds that egos may have with those whom they have found elsewhere, by the marks, and ask for their memory."""
    for look in range(elsewhere):
        one = np.int64(paper.elsewhere[look])
        paper.slot[one] = first_marked(
            chunks, head, mark, np.int64(paper.egos[one]), paper.whom[one]
        )
        if paper.slot[one] >= 0:
            prefetch_bond(alter, link, state, paper.slot[one])


@inlined
def _invited_before(world, other, first, count):
    """Say whether a stranger is among ego's invitations of today, in ``count`` places of ``invited`` from first on."""
    row = first
    while row < first + count and world.invited[row, ALTER] != other:
        row += 1
    return row < first + count


@inlined
def _invite_elsewhere(world, rules, day, elsewhere, again, base, each, paper):
    """Invite those whom tries have found elsewhere, if they are eligible; gives how many turns are now in ``again``."""
    for look in range(elsewhere):
        one = np.int64(paper.elsewhere[look])
        turn, ego, other = np.int64(paper.turns[one]), np.int64(paper.egos[one]), paper.whom[one]
        slot = found_from(
            world.chunks, world.head, world.mark, world.alter, ego, other, paper.slot[one]
        )
        if (
            other == ego
            or (slot < 0 and _invited_before(world, other, base + turn * each, paper.written[turn]))
            or not eligible(world, rules, day, ego, other, slot)
        ):
            paper.again[again] = turn
            again += 1
            continue
        introduced = paper.drawn[_SOURCE, one] * UNIT < rules.from_introductions[world.policy[ego]]
        _write(
            world,
            rules,
            paper,
            one,
            turn,
            slot,
            other,
            FROM_INTRODUCTIONS if introduced else FROM_DIRECTORY,
            base,
            each,
            day,
        )
    return again


@inlined
def _invite_contacts(world, rules, day, found, again, base, each, paper):
    """Invite the contacts that tries have found, if the policy's own function agrees; gives how many turns are now in ``again``."""
    for hit in range(found):
        one = np.int64(paper.found[hit])
        turn, ego, slot = np.int64(paper.turns[one]), np.int64(paper.egos[one]), paper.slot[one]
        other = np.int64(world.alter[slot])
        if rules.condition[world.policy[ego]] != 0 and not agrees(
            world, rules, day, ego, other, slot, class_in(world.state[slot])
        ):
            paper.again[again] = turn
            again += 1
            continue
        _write(world, rules, paper, one, turn, slot, other, FROM_CONTACTS, base, each, day)
    return again


@inlined
def _try_everywhere(world, rules, day, attempt, trying, base, each, paper):
    """Make the tries of those who look not only among contacts: the first of each, then the second of those who need one, and so on."""
    head, chunks, mark, alter, link, state = (
        world.head,
        world.chunks,
        world.mark,
        world.alter,
        world.link,
        world.state,
    )
    for n in range(attempt * rules.tries, (attempt + 1) * rules.tries):
        if trying == 0:
            break
        for one in range(trying):
            paper.places[one] = n
        _draw(rules, day, paper.turns, trying, paper)
        found, elsewhere, again = _look(world, rules, trying, paper)
        for look in range(elsewhere):
            prefetch_bytes(
                chunks, head, mark, np.int64(paper.egos[np.int64(paper.elsewhere[look])])
            )
        _find_contacts(world, rules, day, paper.turns, found, paper)
        _ask_connections(rules.key, day, head, chunks, alter, state, elsewhere, paper)
        _look_for_bonds(head, chunks, mark, alter, link, state, elsewhere, paper)
        again = _invite_contacts(world, rules, day, found, again, base, each, paper)
        trying = _invite_elsewhere(world, rules, day, elsewhere, again, base, each, paper)
        for one in range(trying):
            paper.turns[one] = paper.again[one]


@inlined
def _close_up(world, asking, base, each, written):
    """Move the invitations of the block together, in the order of their senders; gives the place where they end."""
    out = base
    for turn in range(asking):
        for number in range(each):
            for column in range(4):
                world.invited[out, column] = world.invited[base + turn * each + number, column]
            out += np.int64(number < written[turn])
    return out


@inner
def choose_invitations(world, rules, day, low, high, paper):
    """Let members low to high - 1 choose whom to invite; writes to ``invited`` from the place on where all before them would end, and gives
    the place it has got to.

    A block's first notes are made where each ego has room for all its attempts.
    """
    each = np.int64(rules.whole_attempts + (1 if rules.extra_attempt > 0 else 0))
    out = low * each
    for begin in range(low, high, INVITING_BLOCK):
        asking = _those_who_may(
            world, rules, day, begin, min(begin + INVITING_BLOCK, high), paper.who
        )
        for turn in range(asking):
            paper.written[turn] = 0
            prefetch_member(world.head, world.chunks, np.int64(paper.who[turn]))
            prefetch(world.answers, ANSWERS * np.int64(paper.who[turn]))
        for attempt in range(each):
            alone, trying = _those_who_try(world, rules, attempt, asking, paper)
            _try_only_contacts(world, rules, day, attempt, alone, out, each, paper)
            _try_everywhere(world, rules, day, attempt, trying, out, each, paper)
        out = _close_up(world, asking, out, each, paper.written)
    return out
