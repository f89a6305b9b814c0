"""Who is unwelcome to whom: the rule of ``rules.welcome`` asked of the state, in one place."""

import numpy as np

from ..mechanics.compilation import inline
from ..rules.welcome import does_not_want
from ..state.bonds import vetoed_in


@inline
def is_unwelcome(state, parameters, slot):
    """Return whether a contact is unwelcome to the one whose bond with it is at a slot; -1: none."""
    if parameters.society.veto == 0 or slot < 0:
        return False
    return does_not_want(vetoed_in(state.people.link[2 * slot + 1]))


@inline
def is_unwelcome_inviter(state, parameters, slot):
    """Return whether an inviter, whose bond with the invitee is at a slot, is unwelcome to it."""
    if parameters.society.veto == 0:
        return False
    return is_unwelcome(state, parameters, np.int64(state.people.link[2 * slot]))
