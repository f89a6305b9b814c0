"""The invitations that are due today, in batches: first they are judged, later settled."""

import numpy as np

from ..mechanics.compilation import kernel
from ..mechanics.scratch import ANSWER_BATCH

_SECTION, _DELAY, _PLACE = range(3)
"""Places of the cursor, which holds the next invitation to list."""


@kernel
def next_batch(platform, parameters, day, partition, scratch):
    """List the next invitations of a thread's members that are due today.

    Return their number, at most ANSWER_BATCH, or 0 if none is left. ``cursor`` holds where the next
    call continues.
    """
    cursor, found = scratch.cursor, np.int64(0)
    ring = platform.sent_from.shape[0]
    most = len(platform.sent_slot) // ring
    delays = min(parameters.inviting.pending_days, day)
    while cursor[_SECTION] < partition.end_section:
        delay = cursor[_DELAY]
        row = (day - delay) % ring
        starts = platform.sent_from[row, cursor[_SECTION]]
        place = max(cursor[_PLACE], np.int64(starts[delay]))
        last = min(np.int64(starts[delay + 1]), place + ANSWER_BATCH - found)
        for one in range(place, last):
            scratch.place[found + one - place] = row * most + one
            scratch.sent_day[found + one - place] = day - delay
        found += last - place
        cursor[_PLACE] = last
        if last < starts[delay + 1]:
            break
        cursor[_PLACE] = 0
        cursor[_DELAY] = delay + 1
        if cursor[_DELAY] >= delays:
            cursor[_DELAY] = 0
            cursor[_SECTION] += 1
    return found


@kernel
def rewind(partition):
    """Start again at the first invitation due today."""
    cursor = partition.scratch.answer.cursor
    cursor[_SECTION], cursor[_DELAY], cursor[_PLACE] = partition.first_section, 0, 0
