"""Settings in which the ladder and appeals have a closed form, in the society of strangers.

Who is limited to people it knows knows nobody there, so a limit ends all inviting.
"""

from collections.abc import Sequence

import numpy as np

import sim

from . import exact, mechanisms
from .settings import Point, Quantity, Seen, inviters, scenario, who_invites

A_DAY_EACH = [1 / 3] * 3
"""An appeal that succeeds ends a restriction after one, two or three days, each as often."""


def suspensions(K: int, q: float, lengths: Sequence[int], days: int) -> Point:
    """Restrictions that grow, then one for good: the last day of the last that ends."""
    ladder = ", ".join([*(f"suspend {length}" for length in lengths), "good"])
    made = scenario(0.4, q, days, members=20_000, platform__limit=K, platform__ladder=ladder)

    def ends(result: sim.Result) -> Seen:
        sent = result.invitations
        assert sent is not None
        last = np.full(result.scenario.members, days + 1.0)
        egos, on = sent["ego"].to_numpy(), sent["sent_day"].to_numpy()
        order = np.lexsort((on, egos))
        egos, on = egos[order], on[order]
        after = np.flatnonzero((egos[1:] == egos[:-1]) & (np.diff(on) == lengths[-1] + 1)) + 1
        last[egos[after]] = on[after] - 1
        return last[who_invites(result)]

    law = mechanisms.end_of_ladder(K, q, lengths, days)
    return Point(
        "ladder",
        f"K = {K}, q = {q:g}, {ladder}",
        (made,),
        (Quantity("last suspension ends", law, ends),),
        log=True,
    )


def limited(K: int, q: float, warnings: int, days: int) -> Point:
    """After some warnings a limit: each takes K strikes anew."""
    ladder = ", ".join([*["warn"] * warnings, "email"])
    made = scenario(0.4, q, days, platform__limit=K, platform__ladder=ladder)
    breaks = warnings + 1
    law = exact.invitations_until_block(K * breaks, q, 1, days)
    share = exact.yes_no(exact.blocked_with_budget(K * breaks, q, days))

    def is_limited(result: sim.Result) -> Seen:
        return inviters("limits")(result) > 0

    return Point(
        "ladder",
        f"K = {K}, q = {q:g}, {ladder}",
        (made,),
        (
            Quantity("invitations sent", law, inviters("invitations_sent")),
            Quantity("limited", share, is_limited, ("mean",)),
        ),
    )


def last_block(K: int, q: float, success: float, decay: float, days: int) -> Point:
    """Restrictions for good that appeals end, until one that fails."""
    made = scenario(
        0.4,
        q,
        days,
        platform__limit=K,
        platform__appeal_success=success,
        platform__appeal_decay=decay,
    )
    law = mechanisms.until_last_block(K, q, success, decay, days)
    return Point(
        "appeals",
        f"K = {K}, q = {q:g}, success {success:g}, decay {decay:g}",
        (made,),
        (Quantity("invitations until the last block", law, inviters("invitations_sent")),),
    )


def always_pardoned(K: int, q: float, days: int) -> Point:
    """T6 with restrictions that an appeal ends after one, two or three days."""
    made = scenario(
        0.4,
        q,
        days,
        platform__limit=K,
        platform__appeal_success=1,
        platform__appeal_decay=1,
    )
    law = mechanisms.restricted_days_with_appeals(K, q, A_DAY_EACH, days)
    return Point(
        "appeals",
        f"K = {K}, q = {q:g}, always successful, {days} d",
        (made,),
        (Quantity("days restricted", law, inviters("restricted_days")),),
    )
