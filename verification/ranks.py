"""Rank: a society of strangers whose logit of accepting depends on the ranks of both.

A rank is a level from 0 to 15, each as likely. Of an inviter of level i an invitation is accepted
with the mean over the levels of its invitees; so over all inviters the acceptances are a mixture of
16 binomials, and the invitations until a block one of 16 negative binomials. Who courts invites the
highest of ``tries`` levels drawn.
"""

import numpy as np
from scipy import special, stats

from . import exact
from .exact import Law, Numbers
from .settings import Point, Quantity, inviters, scenario, sent_until_block

LEVELS = np.arange(16)


def chances(a: float, slope: float, tries: int) -> Numbers:
    """Return P(accepted) of an invitation by the level of its inviter; shape (16,).

    ``tries`` is 1 for an inviter who does not court.
    """
    below = ((LEVELS[:, None] + [0, 1]) / 16) ** tries
    invited = below[:, 1] - below[:, 0]
    logit = special.logit(a) - slope * (LEVELS[None, :] - LEVELS[:, None]) / 15
    mean: Numbers = special.expit(logit) @ invited
    return mean


def accepted(n: int, a: float, slope: float, tries: int) -> Law:
    """Return the law of the acceptances of n invitations of a random inviter."""
    laws = stats.binom.pmf(np.arange(n + 1), n, chances(a, slope, tries)[:, None])
    return exact.law_of(laws.mean(axis=0))


def until_block(K: int, a: float, slope: float, click: float, tries: int, days: int) -> Law:
    """Return the law of the invitations until the K-th strike of a random inviter."""
    laws = [
        exact.invitations_until_block(K, (1 - p) * click, 1, days)
        for p in chances(a, slope, tries).tolist()
    ]
    return Law(laws[0].values, np.mean([law.chances for law in laws], axis=0))


def point(K: int | None, a: float, slope: float, click: float, tries: int, days: int) -> Point:
    """Return a point: acceptances in a budget of days, or with K, invitations until the block.

    With several tries the inviters court.
    """
    made = scenario(a, click * (1 - a), days, platform__limit=K)
    courting = made.policies["inviter"].model_copy(update={"courts": tries > 1})
    changes = {
        "answering.rank_slope": slope,
        "inviting.tries": tries if tries > 1 else 8,
        "policies": {**made.policies, "inviter": courting},
    }
    if K is None:
        law, observe = accepted(days, a, slope, tries), inviters("accepted")
    else:
        law, observe = until_block(K, a, slope, click, tries, days), sent_until_block
    quantity = Quantity("accepted" if K is None else "invitations until block", law, observe)
    courts = f", courting {tries}" if tries > 1 else ""
    setting = f"K = {K}, a = {a:g}, slope {slope:g}, click {click:g}{courts}, {days} d"
    return Point("rank", setting, (made.replace(changes),), (quantity,))
