"""Settings in which the model is a closed form, three for each.

Nobody meets anybody: see ``settings``. Those that need people who know each other, or that one side
only invites, are in ``one_sided``.
"""

from dataclasses import replace

import numpy as np
from scipy import special, stats

import sim

from . import exact, exact_graphs, growth, manners, memory, one_sided, ranks, sanctions
from .settings import (
    Moments,
    Point,
    Quantity,
    Seen,
    connections_with_answerers,
    day_of_block,
    inviters,
    last_invitation,
    mean_degree,
    scenario,
    sent_until_block,
    was_blocked,
)


def _life(fact: str, K: int, a: float, q: float, days: int, m: int = 1) -> Point:
    """T1 and T2: up to the block, with enough days for everybody to be blocked."""
    many = f", {m} a day" if m > 1 else ""
    until = Quantity(
        "invitations until block", exact.invitations_until_block(K, q, m, days), sent_until_block
    )
    accepted = Quantity(
        "accepted before block", exact.accepted_before_block(K, a, q, days), inviters("accepted")
    )
    run = scenario(a, q, days, platform__limit=K, inviting__per_day=m)
    return Point(
        fact,
        f"K = {K}, a = {a:g}, q = {q:g}{many}",
        (run,),
        (until,) if fact == "T1" else (accepted,),
    )


def _cold() -> Point:
    """T1 for cold invitations to those who answer as in the default society, all of whom look.

    A stranger is accepted with .6, and by two policies of three with the reserve, .24; so
    q = .13 (1 - (.6 + .24 + .24) / 3) = .083, and the mean is 5 / .083 = 60. References are left
    out: who knows whom through a common connection has no closed form.
    """
    defaults = sim.Answering()
    stranger = defaults.accept[0]
    held_back = special.expit(special.logit(stranger) - defaults.reserve)
    policies = sim.Scenario().policies.values()
    accepted = [stranger if policy.accepts_from == 0 else held_back for policy in policies]
    q = (1 - sum(accepted) / len(accepted)) * defaults.idk_click
    inviting = [
        policy.model_copy(update={"name": f"inviter_{policy.name}", "share": 0.1})
        for policy in policies
    ]
    inviting = [
        policy.model_copy(
            update={
                "contacts": 0,
                "introductions": 0,
                "directory": 1,
                "min_tie": 0,
                "min_acceptance": 0,
                "alike": True,
            }
        )
        for policy in inviting
    ]
    answering = [
        policy.model_copy(update={"contacts": 1, "introductions": 0, "directory": 0, "share": 0.9})
        for policy in policies
    ]
    changes = {
        "policies": {policy.name: policy for policy in inviting + answering},
        "answering": {"delay_scale": 0, "looks": None, "reference_lift": 0},
        "platform": {},
    }
    made = scenario(0.5, 0.1, 600).replace(changes)
    law = exact.invitations_until_block(5, q, 1, 600)
    return Point(
        "T1",
        "K = 5, cold invitations to the three policies",
        (made,),
        (Quantity("invitations until block", law, sent_until_block),),
    )


def _habits(
    K: int, a: float, click: float, days: int, *habits: tuple[float, float, float]
) -> Point:
    """T1 where some answer by habits (share, accept, click), and the rest accepts with a.

    So q = sum of share (1 - a) click over the habits and the rest.
    """
    dealt = [
        sim.Habit(f"habit{place}", share=share, accept=(accept,) * 5, idk_click=clicks)
        for place, (share, accept, clicks) in enumerate(habits)
    ]
    rest = 1 - sum(share for share, _, _ in habits)
    q = sum(share * (1 - accept) * clicks for share, accept, clicks in [*habits, (rest, a, click)])
    made = scenario(a, click * (1 - a), days, platform__limit=K, habits=dealt)
    law = exact.invitations_until_block(K, q, 1, days)
    shares = ", ".join(f"{share:g} ({accept:g}, {clicks:g})" for share, accept, clicks in habits)
    return Point(
        "T1",
        f"K = {K}, a = {a:g}, click {click:g}, habits {shares}",
        (made,),
        (Quantity("invitations until block", law, sent_until_block),),
    )


def _budget(K: int, a: float, q: float, n: int) -> Point:
    blocked = Quantity(
        "blocked", exact.yes_no(exact.blocked_with_budget(K, q, n)), was_blocked, ("mean",)
    )
    accepted = Quantity("accepted", exact.accepted_with_budget(K, a, q, n), inviters("accepted"))
    return Point(
        "T3",
        f"K = {K}, a = {a:g}, q = {q:g}, n = {n}",
        (scenario(a, q, n, platform__limit=K),),
        (accepted, blocked),
    )


def _delayed(
    K: int, a: float, q: float, per_day: float, shape: float, scale: float, pending: int, days: int
) -> Point:
    law = exact.day_of_block_with_delays(K, q, per_day, shape, scale, pending, days)
    changes = {
        "platform__limit": K,
        "inviting__per_day": per_day,
        "inviting__pending_days": pending,
    }
    changes |= {"answering__delay_shape": shape, "answering__delay_scale": scale}
    setting = f"K = {K}, q = {q:g}, {per_day:g} a day, Weibull({shape:g}, {scale:g} d), {days} d"
    blocked = Quantity("blocked", exact.yes_no(1 - law.chances[-1]), was_blocked, ("mean",))
    return Point(
        "T4",
        setting,
        (scenario(a, q, days, **changes),),
        (Quantity("day of block", law, day_of_block), blocked),
    )


def _at_once(K: int, a: float, q: float, per_day: float, days: int) -> Point:
    run = scenario(a, q, days, platform__limit=K, inviting__per_day=per_day)
    law = exact.day_of_block_at_once(K, per_day * q, days)
    return Point(
        "T4",
        f"K = {K}, q = {q:g}, {per_day:g} a day, no delay",
        (run,),
        (Quantity("day of block", law, day_of_block),),
    )


def _restricted(K: int, a: float, q: float, R: int, days: int = 365) -> Point:
    run = scenario(a, q, days, platform__limit=K, platform__restriction_days=R)
    restricted = Quantity(
        "days restricted", exact.restricted_days(K, q, R, days), inviters("restricted_days")
    )
    accepted = Quantity(
        "accepted", exact.accepted_with_restrictions(K, a, q, R, days), inviters("accepted")
    )
    return Point(
        "T6", f"K = {K}, a = {a:g}, q = {q:g}, R = {R} d, {days} d", (run,), (restricted, accepted)
    )


def _window(a: float, q: float, w: int, days: int, m: int = 1) -> Point:
    run = scenario(a, q, days, platform__limit=2, platform__window_days=w, inviting__per_day=m)
    law = exact.day_of_second_in_window(q, w, m, days)
    many = f", {m} a day" if m > 1 else ""
    return Point(
        "T7",
        f"K = 2, q = {q:g}, w = {w} d{many}",
        (run,),
        (Quantity("day of block", law, day_of_block),),
    )


def _low_ratio(a: float, least: float, n0: int, days: int, m: int = 1) -> Point:
    changes = {"platform__min_ratio": least, "platform__min_invites": n0, "inviting__per_day": m}
    law = exact.day_of_low_ratio(a, least, n0, m, days)
    many = f", {m} a day" if m > 1 else ""
    blocked = Quantity("blocked", exact.yes_no(1 - law.chances[-1]), was_blocked, ("mean",))
    return Point(
        "T8",
        f"a = {a:g}, ratio {least:g} from {n0} on, {days} d{many}",
        (scenario(a, 0.5 * (1 - a), days, **changes),),
        (Quantity("day of block", law, day_of_block), blocked),
    )


def _low_ratio_of_resolved(a: float, q: float, least: float, n0: int, days: int) -> Point:
    changes = {"platform__min_ratio": least, "platform__min_invites": n0}
    made = scenario(a, q, days, platform__ratio_of="resolved", **changes)
    law = exact.day_of_low_ratio_of_resolved(a, q, least, n0, days)
    blocked = Quantity("blocked", exact.yes_no(1 - law.chances[-1]), was_blocked, ("mean",))
    return Point(
        "T8",
        f"a = {a:g}, q = {q:g}, ratio {least:g} of resolved from {n0} on, {days} d",
        (made,),
        (Quantity("day of block", law, day_of_block), blocked),
    )


def _random_graph(n: int, m: int, a: float, runs: int) -> Point:
    made = scenario(a, 0, 1, members=n, inviters=1, inviting__per_day=m, inviting__tries=200)
    mean = Quantity(
        "mean degree",
        Moments(exact_graphs.mean_degree(n, m, a), exact_graphs.sd_of_mean_degree(n, m, a)),
        mean_degree,
        ("mean",),
    )
    # without a test: the degrees of one society depend on each other
    each = Quantity("degree", exact_graphs.degree(n, m, a), inviters("degree"), ())
    return Point("T9", f"n = {n}, m = {m}, a = {a:g}", (made,) * runs, (each, mean))


def _coupons(N: int, n: int, runs: int) -> Point:
    made = scenario(0, 0, n, members=N, inviters=1, inviting__tries=1)
    different = Quantity(
        "different people", exact.invited_after(N, n), inviters("invitations_sent")
    )
    return Point("T10", f"N = {N}, n = {n}", (made,) * runs, (different,))


def _all_coupons(N: int, days: int, runs: int) -> Point:
    made = scenario(0, 0, days, members=N, inviters=1, inviting__tries=1)
    law = exact.days_to_invite_all(N, days)
    return Point(
        "T10",
        f"N = {N}, until all",
        (made,) * runs,
        (Quantity("days to invite all", law, last_invitation),),
        log=True,
    )


def _again(N: int, a: float, n: int, runs: int) -> Point:
    changes = {"inviting__tries": 1, "inviting__lock_days": 0}
    made = scenario(a, 0, n, members=N, inviters=0.5, **changes)
    law = exact.connected_with_reinvites(N, N // 2, a, n)
    return Point(
        "T10",
        f"N = {N}, a = {a:g}, n = {n}, again",
        (made,) * runs,
        (Quantity("connections", law, connections_with_answerers),),
    )


def _sociability(sigma: float) -> Point:
    """Sociability: log-normal with mean 1, so a share Phi(sigma / 2) lies below the mean."""
    made = scenario(0.5, 0, 1, society__sociability_sigma=sigma)

    def sociability(result: sim.Result) -> Seen:
        return result.members["sociability"].to_numpy(float)

    mean = Quantity(
        "sociability", Moments(1.0, float(np.sqrt(np.expm1(sigma * sigma)))), sociability, ("mean",)
    )
    below = Quantity(
        "below the mean",
        exact.yes_no(float(stats.norm.cdf(sigma / 2))),
        lambda result: sociability(result) < 1,
        ("mean",),
    )
    return Point("ties", f"sigma = {sigma:g}", (made,), (mean, below))


def _seeded(*points: Point) -> tuple[Point, ...]:
    """Return the points with a seed of its own for every run: 1000 times the point's place + r."""
    return tuple(
        replace(
            point,
            scenarios=tuple(
                made.replace({"seed": 1000 * place + run})
                for run, made in enumerate(point.scenarios)
            ),
        )
        for place, point in enumerate(points, 1)
    )


POINTS = _seeded(
    _life("T1", 5, 0.4, 0.05, 500),
    _life("T1", 3, 0.5, 0.1, 300),
    _life("T1", 10, 0.25, 0.3, 60, m=4),
    _cold(),
    _life("T2", 5, 0.4, 0.05, 500),
    _life("T2", 3, 0.5, 0.1, 300),
    _life("T2", 2, 0.2, 0.4, 80),
    _budget(5, 0.4, 0.05, 100),
    _budget(5, 0.9, 0.01, 300),
    _budget(1, 0.6, 0.02, 30),
    _delayed(5, 0.4, 0.05, 10, 0.386, 1.006, 30, 6),
    _delayed(3, 0.5, 0.1, 0.5, 0.39, 1, 21, 90),
    _delayed(2, 0.3, 0.2, 1.5, 1, 5, 8, 30),
    _at_once(3, 0.5, 0.1, 0.5, 300),
    _restricted(2, 0.5, 0.1, 7),
    _restricted(1, 0.6, 0.05, 14),
    _restricted(5, 0.3, 0.3, 30),
    _window(0.5, 0.1, 10, 200),
    _window(0.4, 0.05, 30, 300),
    _window(0.4, 0.3, 1, 100, m=2),
    _random_graph(60, 8, 0.5, 100),
    _random_graph(200, 60, 0.3, 40),
    _random_graph(2_000, 100, 0.8, 4),
    _coupons(50, 50, 80),
    _coupons(200, 400, 20),
    _coupons(1_000, 500, 4),
    _all_coupons(20, 400, 50),
    _all_coupons(50, 1_000, 30),
    _all_coupons(100, 2_000, 20),
    _again(200, 0.5, 300, 40),
    _again(1_000, 0.2, 1_500, 6),
    _again(2_000, 0.9, 1_000, 4),
    _sociability(0.6),
    _sociability(1.2),
    one_sided.mixture(3, 0.83, (0.35, 0.7), 0.4, 40),
    one_sided.mixture(2, 0.45, (0.6, 0.15), 0.25, 65),
    one_sided.mixture(6, 0.97, (0.05, 0.9), 0.15, 55),
    _low_ratio(0.47, 0.4, 23, 110),
    _low_ratio(0.81, 0.83, 41, 90),
    _low_ratio(0.29, 0.25, 19, 35, m=3),
    one_sided.follow(0.23, 11),
    one_sided.follow(0.58, 7),
    one_sided.follow(0.86, 13),
    one_sided.all_pairs_once(6, 0.43, 60),
    one_sided.all_pairs_once(7, 0.17, 30),
    one_sided.all_pairs_once(7, 0.71, 20),
    _habits(4, 0.37, 0.2, 700, (0.25, 0.9, 0.0)),
    _habits(3, 0.62, 0.3, 400, (0.3, 0.1, 0.35), (0.15, 0.75, 0.8)),
    _habits(6, 0.45, 0.15, 500, (0.5, 0.05, 0.6)),
    manners.caution(8, 0.6, 0.25, 0.5, 0.15, 300),
    manners.caution(3, 0.8, 0.5, 0.6, 0.3, 100),
    manners.mistaken(0.12, 0.85, (0.3, 0.6), 0.5, 4_000),
    manners.mistaken(0.4, 0.6, (0.55, 0.25), 0.8, 1_000),
    manners.note(0.83, 1.2, 0.35, 0.6),
    manners.note(0.4, 2.1, 0.2, 0.9),
    manners.asking(0.76, 0.55, 0.4, 2_000),
    manners.asking(0.45, 0.9, 0.75, 1_000),
    ranks.point(None, 0.45, 2.3, 0.1, 1, 40),
    ranks.point(3, 0.6, 1.7, 0.5, 1, 200),
    ranks.point(None, 0.35, 2.6, 0.1, 3, 40),
    memory.point(0.83, 150, 1, 90, 30),
    memory.point(0.95, 20, 3, 70, 30),
    memory.point(0.7, 400, 1, 110, 30),
    growth.uniform(2, 8_000, 3),
    growth.preferential(2, 8_000, 3),
    growth.preferential(3, 8_000, 2),
    growth.leaving(3_000, 60, 0.02, 400),
    growth.leaving(500, 90, 0.06, 250),
    growth.leaving(20_000, 0, 0.01, 300),
    _low_ratio_of_resolved(0.42, 0.31, 0.4, 18, 90),
    _low_ratio_of_resolved(0.66, 0.08, 0.6, 27, 60),
    _low_ratio_of_resolved(0.25, 0.75, 0.25, 11, 50),
    sanctions.suspensions(3, 0.3, (4, 7, 14, 30), 200),
    sanctions.suspensions(2, 0.25, (3, 5, 9), 130),
    sanctions.suspensions(5, 0.45, (6,), 70),
    sanctions.limited(2, 0.15, 1, 60),
    sanctions.limited(3, 0.4, 2, 70),
    sanctions.last_block(2, 0.3, 0.7, 0.6, 160),
    sanctions.last_block(4, 0.35, 1, 0.5, 200),
    sanctions.last_block(1, 0.1, 0.55, 0.8, 500),
    sanctions.always_pardoned(3, 0.25, 120),
    sanctions.always_pardoned(1, 0.3, 55),
)
"""Three points and more of each closed form, and what the ties rest on."""
