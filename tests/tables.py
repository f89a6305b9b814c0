"""Tables like those of a run, drawn at random instead of simulated; each fits the others."""

from collections import Counter

import numpy as np
import pandas as pd

from sim.measures import summary
from sim.results.result import Result
from sim.scenario.scenario import Scenario

OUTCOMES = ("accepted", "idk", "declined", "pending")


def scenario(members=60, policies=("everyone", "interacted", "close_friends"), **other):
    return Scenario(members=members, policies=dict.fromkeys(policies, 1), **other)


def drawn(asked, seed=0, invitations_each=4):
    """Draw members, connections, arcs and invitations of a scenario."""
    random = np.random.default_rng(seed)
    count, names = asked.members, list(asked.policies)
    pairs = np.unique(random.integers(0, count, (count * invitations_each, 2)), axis=0)
    sent = {(i, j): str(random.choice(OUTCOMES)) for i, j in pairs.tolist() if i != j}
    for i, j in sent:  # who invites whom it is invited by accepts
        if sent[i, j] == "accepted" and (j, i) in sent:
            sent[j, i] = "accepted"
    connections = {
        (min(pair), max(pair)) for pair, outcome in sent.items() if outcome == "accepted"
    }
    arcs = set(sent) | {(j, i) for (i, j), outcome in sent.items() if outcome == "accepted"}
    policy = random.integers(0, len(names), count)
    restricted = random.random(count) < 0.3
    blocked_day = random.integers(1, asked.days + 1, count)
    by_ego = {
        outcome: Counter(i for (i, _), what in sent.items() if what == outcome)
        for outcome in OUTCOMES
    }
    invited, received = Counter(i for i, _ in sent), Counter(j for _, j in sent)
    unwanted = Counter(j for (_, j), what in sent.items() if what in ("idk", "declined"))
    degree = Counter(end for pair in connections for end in pair)

    def column(counter):
        return np.array([counter[member] for member in range(count)], np.int64)

    members = pd.DataFrame(
        {
            "member": np.arange(count),
            "policy": pd.Categorical.from_codes(policy, names),
            "circle": np.arange(count) // asked.society.circle_size,
            "sociability": random.lognormal(0, 0.6, count),
            "activity": random.lognormal(0, 1, count),
            "contacts": random.integers(0, 200, count),
            "degree": column(degree),
            "attempts": column(invited) + np.arange(count) % 3,
            "invitations_sent": column(invited),
            "accepted": column(by_ego["accepted"]),
            "declined": column(by_ego["declined"]),
            "unseen": random.integers(0, column(by_ego["declined"]) + 1),
            "strikes": column(by_ego["idk"]),
            "pending": column(by_ego["pending"]),
            "cold_sent": column(by_ego["idk"]),
            "blocked_day": pd.array(np.where(restricted, blocked_day, 0), "Int32").astype("Int32"),
            "invitations_until_block": pd.array(
                column(invited) - random.integers(0, column(invited) + 1), "Int32"
            ),
            "restrictions": restricted.astype(np.int64),
            "warnings": np.arange(count) % 3,
            "limits": np.arange(count) % 4,
            "appeals": np.arange(count) % 5,
            "pardons": np.arange(count) % 5 // 2,
            "received": column(received),
            "unwanted_received": column(unwanted),
            "cold_received": random.integers(0, column(unwanted) + 1),
            "restricted_days": np.where(restricted, asked.days - blocked_day, 0),
            "arcs": column(Counter(i for i, _ in arcs)),
            "mutual_arcs": column(Counter(i for i, j in arcs if (j, i) in arcs)),
            "acquainted": random.integers(0, column(degree) + 1),
            "mutually_recognised": random.random(count) * column(degree),
            "vetoes": np.arange(count) % 7,
            "needs": np.arange(count) % 4 + 2,
            "met_by_connection": np.arange(count) % 3 // 2,
            "met_by_contact": np.arange(count) % 4 // 3,
            "met_by_referral": np.arange(count) % 5 // 4,
            "referrals": np.arange(count) % 6 // 4,
            "helped": np.arange(count) % 8,
            "missed_by_tie": np.arange(count) % 3 * 0.25,
            "missed_by_estimate": np.arange(count) % 5 * 0.5,
            "missed_pairs": np.arange(count) % 3 + np.arange(count) % 5,
        }
    )
    members.loc[~restricted, ["blocked_day", "invitations_until_block"]] = pd.NA
    invitations = pd.DataFrame(
        [
            (
                int(random.integers(1, asked.days + 1)),
                i,
                j,
                names[policy[i]],
                "contacts",
                1,
                None,
                what,
            )
            for (i, j), what in sent.items()
        ],
        columns=["sent_day", "ego", "alter", "policy", "source", "tie_class", "due_day", "outcome"],
    ).astype({"due_day": "Int32", "policy": "category", "outcome": "category"})
    return (
        members,
        _sorted(connections),
        _sorted(arcs),
        invitations.sort_values(["sent_day", "ego", "alter"], ignore_index=True),
    )


def result(asked=None, seed=0, log=True, provenance=None):
    """Make a result of drawn tables."""
    asked = asked or scenario()
    members, connections, arcs, invitations = drawn(asked, seed)
    names = [*asked.policies, "all"]
    days = min(3, asked.days)
    series = pd.DataFrame(
        {
            "day": np.repeat(np.arange(1, days + 1), len(names)),
            "policy": names * days,
            "degree": np.linspace(0, 9, days * len(names)),
        }
    )
    return Result(
        asked,
        summary(asked, members, connections),
        series,
        members,
        invitations if log else None,
        connections,
        arcs,
        provenance or {},
    )


def _sorted(pairs):
    return np.array(sorted(pairs), np.int32).reshape(-1, 2)
