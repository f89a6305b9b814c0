"""Who is unwelcome to whom: this module applies the rules of ``rules.welcome`` to the state."""

import numpy as np

from ..mechanics.compilation import inline, kernel
from ..mechanics.simd import prefetch
from ..rules.welcome import does_not_want, is_low
from ..state.bonds import class_in, vetoed_in
from ..state.columns import ASKED, HELP, HELPED


@inline
def _nobody_is(parameters):
    """Return whether nobody can be unwelcome, as there are no vetoes and no floor of reputation."""
    return parameters.society.veto == 0 and parameters.helping.floor == 0.0


@kernel
def _does_not_want(state, parameters, slot, other):
    """Return whether a member does not want ``other``; ``slot`` is its bond with other."""
    people, helping, low = state.people, parameters.helping, False
    if len(people.help) > 0:
        asked, helped = people.help[HELP * other + ASKED], people.help[HELP * other + HELPED]
        low = is_low(asked, helped, helping.floor, helping.floor_after)
    return does_not_want(vetoed_in(people.link[2 * slot + 1]), class_in(people.state[slot]), low)


@inline
def is_unwelcome(state, parameters, slot, other):
    """Return whether a member does not want other; ``slot`` is its bond with other, -1: none."""
    if _nobody_is(parameters) or slot < 0:
        return False
    return _does_not_want(state, parameters, slot, other)


@inline
def is_unwelcome_inviter(state, parameters, slot, ego):
    """Return whether ego's invitee does not want ego; ``slot`` is ego's bond with the invitee."""
    if _nobody_is(parameters):
        return False
    return _does_not_want(state, parameters, np.int64(state.people.link[2 * slot]), ego)


@inline
def prefetch_tie(state, parameters, slot):
    """Prefetch the part of a bond that tells whether somebody is unwelcome."""
    if not _nobody_is(parameters):
        prefetch(state.people.link, 2 * slot)


@inline
def prefetch_reputation(people, other):
    """Prefetch other's reputation, if anybody has one."""
    if len(people.help) > 0:
        prefetch(people.help, HELP * other)


@inline
def prefetch_unwelcome_inviter(state, parameters, slot, ego):
    """Prefetch what ``is_unwelcome_inviter`` reads; this call already reads the slot's link."""
    if not _nobody_is(parameters):
        far = np.int64(state.people.link[2 * slot])
        prefetch(state.people.state, far)
        prefetch(state.people.link, 2 * far)
        prefetch_reputation(state.people, ego)
