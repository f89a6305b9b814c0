"""What invitations and answers change at one side of a bond; the other side is another thread's."""

import numpy as np

from ..mechanics.compilation import inline
from ..rules.standing import CONNECTED
from ..state.bonds import ARC, BACK, class_in, is_free, no_longer_free, with_standing
from ..state.columns import (
    ACCEPTED,
    ANSWERS,
    ARCS,
    MUTUAL,
    T_ACCEPTED,
    T_ARCS,
    T_CONNECTIONS,
    T_MUTUAL,
    T_RESOLVED,
    TALLY,
    WELCOMED,
)
from ..state.connections import add_connection


@inline
def connect(state, totals, slot, ego, other):
    """Connect ego with other, at ego's side."""
    people, platform = state.people, state.platform
    bond = people.state[slot]
    if is_free(bond):
        no_longer_free(people, ego, class_in(bond))
    people.state[slot] = with_standing(bond, CONNECTED)
    add_connection(state, ego, other)
    totals[platform.policy[ego], T_CONNECTIONS] += 1


@inline
def draw_arc(state, totals, slot, ego, arc):
    """Draw an outreach arc, if it is not there: ego's own (ARC) or that of the other (BACK)."""
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


@inline
def learn_resolved(state, totals, slot, ego):
    """Count that ego's invitation at slot is resolved; it learns about the class of the tie now."""
    k = class_in(state.people.state[slot])
    state.platform.answers[ANSWERS * ego + 2 * k + 1] += 1
    totals[state.platform.policy[ego], T_RESOLVED] += 1


@inline
def learn_accepted(state, totals, slot, ego):
    """Count that ego's invitation at slot is accepted."""
    platform = state.platform
    platform.answers[ANSWERS * ego + 2 * class_in(state.people.state[slot])] += 1
    platform.tally[TALLY * ego + ACCEPTED] += 1
    totals[platform.policy[ego], T_ACCEPTED] += 1
    learn_resolved(state, totals, slot, ego)


@inline
def is_accepted(state, totals, slot, ego, other):
    """Let the acceptance of ego's invitation take effect for ego."""
    connect(state, totals, slot, ego, other)
    learn_accepted(state, totals, slot, ego)
    draw_arc(state, totals, slot, ego, BACK)


@inline
def accepts(state, totals, there, other, ego):
    """Let an acceptance take effect for other, who has accepted ego's invitation."""
    connect(state, totals, there, other, ego)
    state.platform.tally[TALLY * other + WELCOMED] += 1
    draw_arc(state, totals, there, other, ARC)
