"""Settings in which the manners of inviting have a closed form.

Caution makes the society of strangers of ``settings`` stop before the limit. The others need people
who have met.
"""

from typing import Any

import numpy as np

import sim

from . import exact, mechanisms
from .settings import Moments, Point, Quantity, Seen, inviters, scenario, was_blocked


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


def acquainted(
    r: float, accept: tuple[float, float], click: float, members: int, days: int, **changes: Any
) -> sim.Scenario:
    """Return a society in which all have met many, face to face, and each invites one a day.

    Who has met the inviter recognises it with chance r, and then accepts with the second of
    ``accept``; all others accept with the first, or click with chance ``click``.
    """
    unknown, known = accept
    made = sim.Scenario(
        members=members,
        days=days,
        policies=[sim.InvitePolicy("inviter", contacts=1, alike=True)],
        society={"circle_size": 200, "sociability_sigma": 0, "often": 510, "close": 511},
        meeting={
            **{"rate": 1, "history_days": 100, "again": 0, "friend": 0, "team": 0, "circle": 1},
            "face_circle": 1,
        },
        inviting={"per_day": 1, "tries": 300, "pending_days": 1, "crossing": False},
        answering={
            "recognise": (0, r, r, r, r),
            "accept": (unknown, known, known, known, known),
            "idk_click": click,
            "delay_scale": 0,
            "looks": None,
        },
        platform={"preset": "none"},
    )
    return made.replace({name.replace("__", "."): value for name, value in changes.items()})


def standardised(seen: float, n: int, p: float) -> Seen:
    """Return the distance of a binomial number from its mean, in standard deviations."""
    return np.array([(seen - n * p) / np.sqrt(n * p * (1 - p))])


def mistaken(e: float, r: float, accept: tuple[float, float], click: float, members: int) -> Point:
    """T21: who gets an invitation by mistake is mostly a stranger, and answers as one."""
    made = acquainted(r, accept, click, members, 30, inviting__mistaken=e)
    stranger = (1 - accept[0]) * click
    known = (1 - r) * stranger

    def astray(result: sim.Result) -> Seen:
        assert result.invitations is not None
        attempts = int(result.members["attempts"].sum())
        gone = result.invitations["mistaken"].sum() + attempts - len(result.invitations)
        return standardised(gone, attempts, e * (1 - 1 / members))

    def idk(result: sim.Result) -> Seen:
        assert result.invitations is not None
        sent, strangers = len(result.invitations), (result.invitations["tie_class"] == 0).sum()
        expected = sent * mechanisms.mistaken_identity(strangers / sent, known, stranger)
        variance = strangers * stranger * (1 - stranger) + (sent - strangers) * known * (1 - known)
        seen = (result.invitations["outcome"] == "idk").sum()
        return np.array([(seen - expected) / np.sqrt(variance)])

    setting = f"mistaken {e:g}, r = {r:g}, a = {accept[0]:g} or {accept[1]:g}, click {click:g}"
    normal = Moments(0, 1)
    quantities = (
        Quantity("to a wrong address, or lapsed", normal, astray, ("mean",)),
        Quantity("clicked", normal, idk, ("mean",)),
    )
    return Point("T21", setting, (made,), quantities, log=True)


def note(r: float, lift: float, a: float, click: float) -> Point:
    """All whom one invites have met one once, and get a note that says where."""
    notes = {"policies__inviter__notes": True, "platform__notes_per_month": None}
    made = acquainted(
        r, (a, a), click, 2_000, 30, inviting__note_below=1.0, answering__note_lift=lift, **notes
    )
    p = mechanisms.clicked_with_note(r, lift, a, click)

    def idk(result: sim.Result) -> Seen:
        assert result.invitations is not None
        clicked = (result.invitations["outcome"] == "idk").sum()
        return standardised(clicked, len(result.invitations), p)

    setting = f"r = {r:g}, lift {lift:g}, a = {a:g}, click {click:g}"
    return Point(
        "note", setting, (made,), (Quantity("clicked", Moments(0, 1), idk, ("mean",)),), log=True
    )


def asking(r: float, answered: float, a: float, members: int) -> Point:
    """T22: who asks first has no strike ever, and of n questions n r answered a are accepted."""
    made = acquainted(
        r,
        (a, a),
        1.0,
        members,
        30,
        policies__inviter__asks_first=True,
        answering__ask_answered=answered,
    )

    def accepted(result: sim.Result) -> Seen:
        questions = int(result.members["questions_sent"].sum())
        return standardised(result.members["accepted"].sum(), questions, r * answered * a)

    return Point(
        "T22",
        f"r = {r:g}, answered {answered:g}, a = {a:g}",
        (made,),
        (
            Quantity("accepted", Moments(0, 1), accepted, ("mean",)),
            Quantity("strikes", Moments(0, 1), inviters("strikes"), ("mean",)),
        ),
    )
