"""The measures by day, counted anew from the reference each evening, as docs/odd.md has them."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import sim
from sim import Scenario
from tests.reference import Reference


def evening(told: Reference, policy: str, restricted: set[int]) -> dict[str, float]:
    """Return the daily measures of a policy as docs/odd.md defines them.

    ``restricted`` are the accounts that were so in the morning.
    """
    people = [person for person in told.people if policy in ("all", person.policy.name)]
    numbers, arcs = {person.number for person in people}, told.arcs
    sent = sum(len(person.sent) for person in people)
    outreach = [(ego, alter) for ego, alter in arcs if ego in numbers]
    became = Counter(row.outcome for person in people for row in person.sent)
    decided = became.total() - became["pending"]
    unseen = sum(
        row.outcome == "declined" and row.recognised is None
        for person in people
        for row in person.sent
    )
    attempts = sum(person.attempts_made for person in people)
    ends = [(person, alter) for person in people for alter in person.connections]
    parts = {
        "degree": (sum(len(person.connections) for person in people), len(people)),
        "acceptance": (became["accepted"], decided),
        "declined": (became["declined"], decided),
        "unseen": (unseen, decided),
        "idk_rate": (became["idk"], decided),
        "reciprocity": (sum((alter, ego) in arcs for ego, alter in outreach), len(outreach)),
        "acquainted": (sum(person.tie_class(alter) > 0 for person, alter in ends), len(ends)),
        "blocked": (sum(person.blocked_day is not None for person in people), len(people)),
        "restricted": (len(numbers & restricted), len(people)),
        "invitations": (sent, len(people)),
        "effort": (sent, became["accepted"]),
        "lapsed": (attempts - sent, attempts),
    }
    return {name: part / whole if whole else np.nan for name, (part, whole) in parts.items()}


@pytest.mark.parametrize("restriction_days", [None, 6])
def test_every_evening_of_the_series(restriction_days):
    """The measures by day are sums that the compiled day keeps; here each is counted anew."""
    rule = {"limit": 2, "restriction_days": restriction_days}
    scenario = Scenario(
        members=90,
        days=60,
        seed=5,
        inviting={"pending_days": 9},
        answering={"idk_click": 0.6, "looks": 2.0},
        platform=rule | {"weekly_invites": 3},
    )
    told, rows = Reference(scenario), []
    for _ in range(scenario.days):
        morning = {person.number for person in told.people if told.day < person.restricted_until}
        told.step()
        rows += [evening(told, policy, morning) for policy in (*scenario.policies, "all")]
    expected, series = pd.DataFrame(rows), sim.run(scenario, threads=2).series
    pd.testing.assert_frame_equal(series[list(expected)], expected, rtol=1e-12)
    assert 0 < expected["reciprocity"].iloc[-1] < 1
    assert expected["restricted"].max() > 0
