"""Order: what takes effect by receiver, then by sender.

It matters under a cap on connections, where who comes first leaves no room for others; elsewhere no order can be told from another.
"""

import numpy as np

from .compilation import inlined, inner

_32 = np.int64(32)


@inlined
def key(receiver, sender):
    """Put a pair into one number; such numbers have the order of receivers, then senders."""
    return (np.int64(receiver) << _32) | np.int64(sender)


@inlined
def pair(key):
    """Give receiver and sender again."""
    return key >> _32, key & np.int64(0xFFFFFFFF)


@inlined
def _sift(keys, root, end):
    """Let the key at the root sink to where no child is greater."""
    sinking, child = keys[root], 2 * root + 1
    while child < end:
        child += np.int64(child + 1 < end and keys[child + 1] > keys[child])
        if keys[child] <= sinking:
            break
        keys[root] = keys[child]
        root, child = child, 2 * child + 1
    keys[root] = sinking


@inner
def sort(keys, count):
    """Sort the first ``count`` keys in place: a heap sort, which needs no memory."""
    for root in range(count // 2 - 1, -1, -1):
        _sift(keys, root, count)
    for end in range(count - 1, 0, -1):
        keys[0], keys[end] = keys[end], keys[0]
        _sift(keys, np.int64(0), end)
