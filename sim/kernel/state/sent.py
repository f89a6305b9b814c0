"""The invitations of some days, in order, for the log."""

import numpy as np

from ..mechanics.compiled_cache import njit
from ..mechanics.simd import AHEAD, prefetch
from ..rules.standing import CONNECTED
from .bonds import MOVED, standing_in


@njit(cache=True, nogil=True)
def list_sent(first, last, members, sent_from, sent_slot, sent_ego, alter, link, state):
    """List the invitations of days first to last in the order (day, ego, alter).

    Return arrays of the same length: the place of each among those sent; day, ego, alter and the
    delay of its answer; and whether the two are now connected. This is a counting sort by ego, day
    by day; it is fast because few members send several on one day.
    """
    ring, sections, delays = sent_from.shape[0], sent_from.shape[1], sent_from.shape[2] - 1
    most, total = len(sent_slot) // ring, np.int64(0)
    for day in range(first, last + 1):
        for section in range(sections):
            starts = sent_from[day % ring, section]
            total += starts[delays] - starts[0]
    place, rows = np.empty(total, np.int64), np.full((4, total), -1, np.int32)
    connected, end = np.empty(total, np.bool_), np.empty(members, np.int64)
    done = np.int64(0)
    for day in range(first, last + 1):
        row, begin = day % ring * most, done
        end[:] = 0
        for section in range(sections):
            starts = sent_from[day % ring, section]
            for at in range(row + starts[0], row + starts[delays]):
                end[np.int64(sent_ego[at])] += 1
        for ego in range(members):
            number = end[ego]
            end[ego] = done  # will move on with each invitation of ego
            done += number
        for section in range(sections):
            starts = sent_from[day % ring, section]
            for delay in range(delays):
                for at in range(row + starts[delay], row + starts[delay + 1]):
                    ahead = np.int64(sent_slot[min(at + AHEAD, row + starts[delays] - 1)])
                    prefetch(state, ahead)
                    prefetch(alter, ahead)
                    slot, ego = np.int64(sent_slot[at]), np.int64(sent_ego[at])
                    if state[slot] == MOVED:
                        slot = np.int64(link[2 * slot + 1])
                    other, to = np.int64(alter[slot]), end[ego]
                    end[ego] += 1
                    while to > begin and rows[1, to - 1] == ego and rows[2, to - 1] > other:
                        place[to], connected[to] = place[to - 1], connected[to - 1]
                        rows[:, to] = rows[:, to - 1]
                        to -= 1
                    place[to] = at
                    rows[0, to], rows[1, to], rows[2, to], rows[3, to] = day, ego, other, delay
                    connected[to] = standing_in(np.int64(state[slot])) == CONNECTED
    return place, rows, connected
