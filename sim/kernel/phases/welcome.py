"""Who is unwelcome to whom: the rules of ``rules.welcome`` asked of the state, in one place."""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.simd import prefetch
from ..rules.welcome import does_not_want, is_low
from ..state.bonds import class_in, vetoed_in
from ..state.columns import ASKED, HELP, HELPED


@inline
def _nobody_is(parameters):
    """Return whether nobody can be unwelcome: nobody vetoes, and no reputation counts."""
    return parameters.society.veto == 0 and parameters.helping.floor == 0.0


@kernel
def _does_not_want(state, parameters, slot, other):
    """Return whether the member whose bond with other is at a slot does not want it."""
    people, helping, low = state.people, parameters.helping, False
    if len(people.help) > 0:
        asked, helped = people.help[HELP * other + ASKED], people.help[HELP * other + HELPED]
        low = is_low(asked, helped, helping.floor, helping.floor_after)
    return does_not_want(vetoed_in(people.link[2 * slot + 1]), class_in(people.state[slot]), low)


@inline
def is_unwelcome(state, parameters, slot, other):
    """Return whether other is unwelcome to the one whose bond with it is at a slot; -1: none."""
    if _nobody_is(parameters) or slot < 0:
        return False
    return _does_not_want(state, parameters, slot, other)


@inline
def is_unwelcome_inviter(state, parameters, slot, ego):
    """Return whether ego, whose bond with its invitee is at a slot, is unwelcome to that one."""
    if _nobody_is(parameters):
        return False
    return _does_not_want(state, parameters, np.int64(state.people.link[2 * slot]), ego)


@inline
def prefetch_tie(state, parameters, slot):
    """Prefetch what the bond at a slot tells of whether somebody is unwelcome."""
    if not _nobody_is(parameters):
        prefetch(state.people.link, 2 * slot)


@inline
def prefetch_reputation(people, other):
    """Prefetch other's reputation, if anybody has one."""
    if len(people.help) > 0:
        prefetch(people.help, HELP * other)


@inline
def prefetch_unwelcome_inviter(state, parameters, slot, ego):
    """Prefetch what ``is_unwelcome_inviter`` looks at; the link of the slot is read here."""
    if not _nobody_is(parameters):
        far = np.int64(state.people.link[2 * slot])
        prefetch(state.people.state, far)
        prefetch(state.people.link, 2 * far)
        prefetch_reputation(state.people, ego)
