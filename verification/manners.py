"""Settings in which the manners of inviting have a closed form.

Caution makes the society of strangers of ``settings`` stop before the limit.
"""

from . import exact, mechanisms
from .settings import Moments, Point, Quantity, inviters, scenario, was_blocked


def caution(
    limit: int, estimate: float, least: float, caution: float, q: float, days: int
) -> Point:
    """Nobody accepts, and who invites has a firm estimate: it stops at a number of strikes s*.

    So invitations are NegBin(s*, q), and nobody is blocked if s* is below the limit.
    """
    stops = mechanisms.strikes_until_it_stops(limit, estimate, least, caution)
    assert stops < limit
    base = scenario(0, q, days, platform__limit=limit, inviting__crossing=False)
    firm = {"prior_acceptance": (estimate,) * 5, "prior_weight": 1e6}
    inviter = base.policies["inviter"].model_copy(
        update={"min_acceptance": least, "caution": caution}
    )
    made = base.replace({"inviting": firm, "policies": {**base.policies, "inviter": inviter}})
    law = exact.invitations_until_block(stops, q, 1, days)
    nobody = Moments(0, 1)
    return Point(
        "caution",
        f"limit {limit}, c = {caution:g}, p = {estimate:g}, least {least:g}, q = {q:g}",
        (made,),
        (
            Quantity("invitations until it stops", law, inviters("invitations_sent")),
            Quantity("blocked", nobody, was_blocked, ("mean",)),
        ),
    )
