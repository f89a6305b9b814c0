"""Who is unwelcome to whom: the rules of ``rules.welcome`` asked of the state, in one place."""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..rules.welcome import does_not_want, is_low
from ..state.bonds import class_in, vetoed_in
from ..state.columns import ASKED, HELP, HELPED


@inline
def _nobody_is(parameters):
    """Return whether nobody can be unwelcome: nobody vetoes, and no reputation counts."""
    return parameters.society.veto == 0 and parameters.helping.floor == 0.0


@kernel
def _does_not_want(state, parameters, slot):
    """Return whether the member whose bond is at a slot does not want the other."""
    people, helping, low = state.people, parameters.helping, False
    if len(people.help) > 0:
        other = HELP * np.int64(people.alter[slot])
        asked, helped = people.help[other + ASKED], people.help[other + HELPED]
        low = is_low(asked, helped, helping.floor, helping.floor_after)
    return does_not_want(vetoed_in(people.link[2 * slot + 1]), class_in(people.state[slot]), low)


@inline
def is_unwelcome(state, parameters, slot):
    """Return whether somebody is unwelcome to the one whose bond with it is at a slot; -1: none."""
    if _nobody_is(parameters) or slot < 0:
        return False
    return _does_not_want(state, parameters, slot)


@inline
def is_unwelcome_inviter(state, parameters, slot):
    """Return whether an inviter, whose bond with the invitee is at a slot, is unwelcome to it."""
    if _nobody_is(parameters):
        return False
    return _does_not_want(state, parameters, np.int64(state.people.link[2 * slot]))
