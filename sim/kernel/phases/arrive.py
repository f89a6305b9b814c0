"""Phase 0: members arrive.

Who arrives, and when, is drawn before the first day, like everything else that is fixed for a
member. The rows of future members exist from the start; they are not used before they arrive.
"""

from ..mechanics.compilation import inline, kernel
from ..rules.arriving import arrives_on, attempts_on_arrival
from ..state.columns import MEMBERS, T_JOINED, T_MEMBERS
from ..state.presence import note_who_is_there
from .eligible import is_away


@inline
def arrive(state, day):
    """Add those who arrive today to the members present; one thread does this."""
    clock, arrived, platform = state.clock, state.people.arrived, state.platform
    while clock[MEMBERS] < len(arrived) and arrives_on(day, arrived[clock[MEMBERS]]):
        platform.totals[platform.policy[clock[MEMBERS]], T_MEMBERS] += 1
        platform.totals[platform.policy[clock[MEMBERS]], T_JOINED] += 1
        clock[MEMBERS] += 1
    note_who_is_there(state)


@kernel
def make_first_attempts(state, parameters, day, partition):
    """Note the attempts to invite of those members of a thread who have arrived today."""
    arrived, attempts = state.people.arrived, state.today.attempts
    member = min(state.clock[MEMBERS], len(arrived)) - 1
    while member >= partition.low and arrives_on(day, arrived[member]):
        if member < partition.high and not is_away(state.platform, member):
            today = attempts[member]
            attempts[member] = attempts_on_arrival(today, parameters.society.on_arrival)
        member -= 1
