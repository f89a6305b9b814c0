"""What invitations and verdicts change on one side of a bond; each side has its own thread."""

import numpy as np

from ..mechanics.compilation import inline
from ..rules.answering import UNSEEN, is_cold
from ..rules.rank import outranks
from ..rules.standing import CONNECTED, PENDING
from ..state.bonds import (
    ARC,
    BACK,
    DECIDED,
    class_in,
    is_free,
    no_longer_free,
    standing_in,
    with_decided,
    with_standing,
)
from ..state.columns import (
    ACCEPTED,
    ANSWERS,
    ARCS,
    ASKING,
    COLD,
    COLD_RECEIVED,
    DECLINED,
    GRANTED,
    MUTUAL,
    QUESTIONS,
    RECEIVED,
    REFUSED,
    SENT,
    T_ACCEPTED,
    T_ACQUAINTED,
    T_ARCS,
    T_COLD,
    T_COLD_RECEIVED,
    T_CONNECTIONS,
    T_DECLINED,
    T_GRANTED,
    T_MUTUAL,
    T_QUESTIONS,
    T_SENT,
    T_UNSEEN,
    T_UNWANTED,
    TALLY,
    UNWANTED,
)
from ..state.columns import UNSEEN as NEVER_SEEN
from ..state.connections import add_connection


@inline
def learn(state, slot, ego, accepted):
    """Count whether ego's invitation at a slot was accepted, under the present class of the tie."""
    place = ANSWERS * ego + 2 * class_in(state.people.state[slot])
    state.platform.answers[place] += np.int32(accepted)
    state.platform.answers[place + 1] += 1


@inline
def connect(state, totals, slot, ego, other):
    """Connect ego with other at ego's side, unless they were connected earlier today.

    If an invitation of ego's is pending, it ends as accepted, unless it was declined before.
    """
    people, platform = state.people, state.platform
    bond = people.state[slot]
    standing, policy = standing_in(bond), platform.policy[ego]
    if standing == CONNECTED:
        return
    if standing == PENDING:
        learn(state, slot, ego, 1)
        accepted = np.int64(np.int64(bond) & DECIDED == 0)
        platform.tally[TALLY * ego + ACCEPTED] += accepted
        totals[policy, T_ACCEPTED] += accepted
    if is_free(bond):
        no_longer_free(people, ego, class_in(bond))
    people.state[slot] = with_decided(with_standing(bond, CONNECTED), 0)
    add_connection(state, ego, other)
    totals[policy, T_CONNECTIONS] += 1
    totals[policy, T_ACQUAINTED] += np.int64(class_in(bond) > 0)


@inline
def count_sent(state, totals, slot, ego, other):
    """Count an invitation from ego to other at the sender's side."""
    platform = state.platform
    platform.tally[TALLY * ego + SENT] += 1
    totals[platform.policy[ego], T_SENT] += 1
    if len(platform.rank) > 0:
        platform.sent_upwards[ego] += np.int64(outranks(platform.rank[other], platform.rank[ego]))
    draw_arc(state, totals, slot, ego, ARC)


@inline
def receive_invitation(state, totals, slot, other):
    """Count an invitation at the receiver's side."""
    state.platform.tally[TALLY * other + RECEIVED] += 1
    draw_arc(state, totals, slot, other, BACK)


@inline
def count_question(platform, totals, ego):
    """Count a question that ego asks."""
    platform.questions[ASKING * ego + QUESTIONS] += 1
    totals[platform.policy[ego], T_QUESTIONS] += 1


@inline
def grant(state, totals, slot, ego, other):
    """Send ego's invitation to other, who has granted its question."""
    people, platform = state.people, state.platform
    people.state[slot] = with_decided(with_standing(people.state[slot], PENDING), 0)
    platform.questions[ASKING * ego + GRANTED] += 1
    totals[platform.policy[ego], T_GRANTED] += 1
    count_sent(state, totals, slot, ego, other)


@inline
def refuse(state, slot, ego):
    """Apply a no to a question: it is no strike, but locks the bond permanently."""
    state.people.state[slot] = with_decided(state.people.state[slot], 0)
    learn(state, slot, ego, 0)
    state.platform.questions[ASKING * ego + REFUSED] += 1


@inline
def decline(state, totals, slot, ego, verdict):
    """Decline ego's invitation; neither ego nor the platform is told."""
    people, tally, policy = state.people, state.platform.tally, state.platform.policy[ego]
    people.state[slot] = with_decided(people.state[slot], DECIDED)
    unseen, cold = np.int64(verdict == UNSEEN), np.int64(is_cold(verdict))
    tally[TALLY * ego + DECLINED] += 1
    tally[TALLY * ego + NEVER_SEEN] += unseen
    tally[TALLY * ego + COLD] += cold
    totals[policy, T_DECLINED] += 1
    totals[policy, T_UNSEEN] += unseen
    totals[policy, T_COLD] += cold


@inline
def bother(state, totals, other, cold):
    """Count an unwanted invitation that other has refused."""
    tally, policy = state.platform.tally, state.platform.policy[other]
    tally[TALLY * other + UNWANTED] += 1
    tally[TALLY * other + COLD_RECEIVED] += cold
    totals[policy, T_UNWANTED] += 1
    totals[policy, T_COLD_RECEIVED] += cold


@inline
def draw_arc(state, totals, slot, ego, arc):
    """Draw an outreach arc unless it exists: from ego (ARC), or from the other to ego (BACK)."""
    platform, before = state.platform, np.int64(state.people.state[slot])
    if before & arc:
        return
    state.people.state[slot] = before | arc
    if arc == ARC:
        platform.tally[TALLY * ego + ARCS] += 1
        totals[platform.policy[ego], T_ARCS] += 1
    if before & (ARC | BACK):
        platform.tally[TALLY * ego + MUTUAL] += 1
        totals[platform.policy[ego], T_MUTUAL] += 1
