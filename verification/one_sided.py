"""Settings in which one side only invites, so that no two invitations can cross: T5, T11, T12.

Invitations that cross connect by themselves, without an answer. Where that would spoil a closed
form, the policies have a function of their own that lets only one of the two members invite.
"""

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import sim

from . import exact, exact_graphs
from .settings import MEMBERS, Moments, Point, Quantity, Seen, scenario, was_blocked

ANSWERERS = 2
"""The place of those who only answer, behind two policies that invite."""


def answers_only(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Invite those who only answer."""
    return candidate.policy == ANSWERERS


def stranger_who_answers_only(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Invite those who only answer and were never met."""
    return candidate.policy == ANSWERERS and bond.tie_class == 0


def higher_number_met_today(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Invite those met today, if their number has the bit of the day."""
    return bond.days_since == 0 and (candidate.number >> (day - 1)) & 1 == 1


# T5


def mixture(K: int, r: float, accept: tuple[float, float], click: float, n: int) -> Point:
    """T5: half of the inviters invite people who know them, half invite strangers.

    Everybody meets the others of a large circle over and over, always face to face. Who has met the
    inviter recognises it with probability r and then accepts with the second of ``accept``; all
    others accept with the first, or click "I don't know" with probability ``click``.
    """
    unknown, known = accept
    strike = (1 - unknown) * click
    q = {"met": (1 - r) * strike, "strangers": strike}
    a = {"met": r * known + (1 - r) * unknown, "strangers": unknown}
    meeting = {"rate": 1, "history_days": 150, "again": 0, "friend": 0, "team": 0, "circle": 1}
    made = sim.Scenario(
        members=MEMBERS // 3,
        days=n,
        policies=[
            sim.InvitePolicy(
                "inviter_met", share=0.05, contacts=1, alike=True, condition=answers_only
            ),
            sim.InvitePolicy(
                "inviter_strangers",
                share=0.05,
                directory=1,
                alike=True,
                condition=stranger_who_answers_only,
            ),
            # nobody ever becomes close, so these never invite
            sim.InvitePolicy("answerer", share=0.9, contacts=1, min_tie=4),
        ],
        society={"circle_size": 150, "sociability_sigma": 0, "close": 500},
        meeting=meeting | {"face_circle": 1},
        inviting={"per_day": 1, "tries": 300, "pending_days": 1},
        answering={
            "recognise": (0, r, r, r, r),
            "accept": (unknown, known, known, known, known),
            "idk_click": click,
            "delay_scale": 0,
            "looks": None,
        },
        platform={"preset": "none", "limit": K},
    )
    both = Moments(*exact.blocked_in_halves(K, (q["met"], q["strangers"]), n))

    def accepted(half: str) -> Quantity:
        def observe(result: sim.Result) -> Seen:
            theirs = result.members["policy"] == f"inviter_{half}"
            return result.members.loc[theirs, "accepted"].to_numpy(float)

        law = exact.accepted_with_budget(K, a[half], q[half], n)
        return Quantity(f"accepted, {half}", law, observe)

    setting = f"K = {K}, n = {n}, q = {q['met']:.3g} or {q['strangers']:.3g}"
    blocked = Quantity("blocked", both, was_blocked, ("mean",))
    return Point("T5", setting, (made,), (blocked, accepted("met"), accepted("strangers")))


# T11


def follow(f: float, days: int) -> Point:
    """T11: an invitation is a follow, an acceptance is following back.

    The outreach arc of an invitation is there whether it is accepted or not, as that of a follow.
    """
    base = scenario(f, 0, days)
    inviter, answerer = base.policies["inviter"], base.policies["answerer"]
    half = {"share": 0.05, "condition": answers_only}
    policies = {
        name: inviter.model_copy(update={"name": name, **half}) for name in ("inviter", "inviter_2")
    }
    made = base.replace({"policies": policies | {"answerer": answerer}})
    pairs = MEMBERS // 10 * days

    def reciprocity(result: sim.Result) -> Seen:
        measured = sim.measures.summary(
            result.scenario, result.members, result.connections, ["reciprocity"]
        )
        return measured["reciprocity"].to_numpy(float)[-1:]

    def dyads(result: sim.Result) -> Seen:
        return np.array([len(result.connections) / result.members["invitations_sent"].sum()])

    dyad = Moments(f, float(np.sqrt(f * (1 - f) / pairs)))
    return Point(
        "T11",
        f"f = {f:g}, {pairs} pairs",
        (made,),
        (
            Quantity("dyad share", dyad, dyads, ("mean",)),
            Quantity("arc share", exact_graphs.arc_share(f, pairs), reciprocity, ("mean",)),
        ),
    )


# T12


_folder = tempfile.TemporaryDirectory(prefix="invitesim-verification-")
"""Contact logs, until the process ends."""


@functools.cache
def log_of_all_pairs(bits: int) -> Path:
    """Write a contact log in which all pairs of 2^bits people meet once, and return its path.

    i and j meet on the day of the highest bit in which their numbers differ. So on each day those
    who have the day's bit meet people who have not.
    """
    i, j = np.triu_indices(2**bits, 1)
    day = np.floor(np.log2(i ^ j)).astype(int)
    path = Path(_folder.name) / f"{2**bits}.csv"
    rows = np.column_stack([day * 86_400 + 3_600, i, j])[np.argsort(day, kind="stable")]
    np.savetxt(path, rows, fmt="%d", header="t i j", comments="")
    return path


def all_pairs_once(bits: int, p: float, runs: int) -> Point:
    """T12: each of all pairs is invited once, on the day it meets, by the smaller number."""
    n = 2**bits
    inviter = sim.InvitePolicy("inviter", contacts=1, alike=True, condition=higher_number_met_today)
    changes: dict[str, Any] = {
        "policies": {"inviter": inviter},
        "meeting": {"contacts": str(log_of_all_pairs(bits))},
        # on the last day n / 2 are to be invited; an attempt misses the last of them with 1 / e
        "inviting": {"per_day": n // 2 + 40, "tries": n},
    }
    made = scenario(p, 0, bits, members=n).replace(changes)

    def density(result: sim.Result) -> Seen:
        assert result.members["invitations_sent"].sum() == n * (n - 1) // 2
        return np.array([result.members["degree"].mean() / (n - 1)])

    def clustering(result: sim.Result) -> Seen:
        measured = sim.measures.summary(
            result.scenario, result.members, result.connections, ["clustering"]
        )
        return measured["clustering"].to_numpy(float)[-1:]

    def assortativity(result: sim.Result) -> Seen:
        more = result.members["degree"].to_numpy(float) - 1 - (n - 2) * p
        products = more[result.connections].prod(axis=1).sum()
        return np.array([products / (n * (n - 1) / 2 * p * (n - 2) * p * (1 - p))])

    laws = {
        "density": (Moments(p, exact_graphs.sd_of_density(n, p)), density),
        "clustering": (Moments(p, exact_graphs.sd_of_clustering(n, p)), clustering),
        "assortativity": (Moments(0, exact_graphs.sd_of_assortativity(n, p)), assortativity),
    }
    quantities = (Quantity(name, *both, ("mean",)) for name, both in laws.items())
    return Point("T12", f"G({n}, {p:g})", (made,) * runs, tuple(quantities))
