"""The fast model equals the reference, bond for bond and invitation for invitation.

The scenarios are random and cover every parameter. ``EXAMPLES=2000 pytest tests/test_reference.py``
runs that many of each kind, new ones each time, and ``make verify`` 100; without it, always the
same 150.
"""

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import sim
from sim import InvitePolicy, Scenario
from tests import strategies
from tests.reference import Reference
from tests.reference_checks import EVENTS, check_equal, events

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))


def examples(usual: int) -> Any:
    """Return settings for this many scenarios: the same each time, unless ``EXAMPLES`` is set."""
    unwell = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.nested_given]
    return settings(
        max_examples=max(EXAMPLES, usual),
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=unwell,
    )


SELDOM = {
    "a higher rung",
    "a note by mistake",
    "a question crossed",
    "a question granted",
    "as many notes as are allowed",
    "declined by one who vetoes",
    "ended with the other's",
    "full",
    "kept from a stranger",
    "limited",
    "restricted for its strikes",
    "to class 1: idk",
    "to class 2: idk",
    "to class 3: idk",
    "vetoed, and connected",
    "void",
    "warned",
    "with a note",
    "with a note, and not recognised",
}
"""Events that three societies made for them have, should the random ones miss them."""


def test_blocking_takes_as_many_invitations_as_in_the_closed_form():
    """Test strangers who answer at once.

    Invitations until the K-th strike are negative binomial: mean K / q, variance K (1 - q) / q^2.
    """
    limit, accepts, clicks = 2, 0.5, 0.5
    q = (1 - accepts) * clicks
    until: list[int] = []
    for seed in range(3):
        scenario = Scenario(
            members=80,
            days=60,
            seed=seed,
            meeting={"rate": 0},
            inviting={"per_day": 1, "tries": 50, "pending_days": 1000},
            answering={"accept": (accepts,) * 5, "idk_click": clicks, "delay_scale": 0},
            platform={"preset": "none", "limit": limit},
            policies=[InvitePolicy("cold", directory=1, alike=True)],
        )
        until += [
            person.invitations_until_block or 10**6 for person in Reference(scenario).run().people
        ]
    error = np.sqrt(limit * (1 - q) / q**2 / len(until))
    assert abs(np.mean(until) - limit / q) < 4 * error


def test_restricted_members_do_not_invite_and_start_again_from_zero():
    """Everybody clicks, one click restricts for three days: invitations only on days 1, 5, 9 ..."""
    scenario = Scenario(
        members=30,
        days=12,
        meeting={"rate": 0},
        inviting={"per_day": 1, "tries": 50},
        answering={"accept": (0,) * 5, "idk_click": 1, "delay_scale": 0, "looks": None},
        platform={"preset": "none", "limit": 1, "restriction_days": 3},
        policies=[InvitePolicy("cold", directory=1, alike=True)],
    )
    told = Reference(scenario).run()
    crossed = {row.ego for row in told.invitations if row.outcome == "accepted"}
    for person in told.people:
        if person.number not in crossed:
            assert [row.sent_day for row in person.sent] == [1, 5, 9]
            assert (person.blocked_day, person.restricted_days, person.strikes) == (1, 9, 3)
    assert len(crossed) < 15


def test_a_very_rare_source_is_a_source():
    """Even with a weight too small for any draw, the policy makes its tries one by one."""
    rarely = sim.InvitePolicy("rarely", contacts=1, directory=1e-17)
    meeting, inviting = {"history_days": 20, "rate": 1.0}, {"per_day": 1.5, "tries": 3}
    check_equal(
        Scenario(members=20, days=20, seed=3, meeting=meeting, inviting=inviting, policies=[rarely])
    )


def test_who_may_be_introduced_is_not_missed():
    """A common connection stands in for the tie; random societies hardly ever tell."""
    told = check_equal(
        Scenario(
            members=40,
            days=30,
            meeting={"history_days": 20, "rate": 1.0},
            policies=[
                InvitePolicy(
                    "NAME", contacts=1, introductions=1, min_tie=3, invites_references=True
                )
            ],
        )
    )
    assert "missed by its tie" in set(events(told))


def test_any_society_equals_the_reference():
    seen: set[str] = set()
    for drawn, usual in (
        (strategies.scenarios(), 50),
        (strategies.scenarios(crowded=True), 50),
        (strategies.everything(), 50),
    ):

        @examples(usual)
        @given(drawn)
        def hold_equal(scenario):
            seen.update(events(check_equal(scenario)))

        hold_equal()
    assert seen | SELDOM >= EVENTS  # else the scenarios test too little


def test_what_random_societies_seldom_have():
    seen: set[str] = set()
    strict = {"limit": 1, "ladder": "warn, email, suspend 2, good", "max_connections": 12}
    for rule, recognised, click in (
        ({}, 0.5, 0.3),
        ({}, 0.2, 0.6),  # and more strikes by acquaintances
        (strict, 0.5, 0.3),
    ):
        told = check_equal(
            Scenario(
                members=40,
                days=40,
                society={"leave": 0.01, "veto": 0.1},
                meeting={"history_days": 20, "rate": 1.0},
                inviting={"per_day": 2, "mistaken": 0.5, "lock_days": 1, "note_below": 1},
                answering={
                    "recognise": (0, *(recognised,) * 4),
                    "accept": (0.4,) * 5,
                    "idk_click": click,
                    "looks": None,
                },
                platform={"preset": "none", "notes_per_month": 3, **rule},
                policies=[
                    InvitePolicy("notes", contacts=1, directory=0.5, notes=True),
                    InvitePolicy("asks", contacts=1, asks_first=True),
                ],
            )
        )
        seen.update(events(told))
    assert seen >= SELDOM


@examples(40)
@given(strategies.scenarios(conditions=True))
def test_policies_with_a_function_of_their_own(scenario):
    check_equal(scenario)


@pytest.mark.parametrize("condition", strategies.CONDITIONS)
def test_a_function_of_who_looks_only_among_contacts(condition):
    """All tries at once, among the contacts to whom it agrees: random policies are seldom so."""
    policy = InvitePolicy("known", contacts=1, condition=condition)
    meeting, inviting = {"history_days": 20, "rate": 1.0}, {"per_day": 1.5, "tries": 3}
    told = check_equal(
        Scenario(members=20, days=15, seed=3, meeting=meeting, inviting=inviting, policies=[policy])
    )
    assert len(told.invitations) > 20


@examples(30)
@given(strategies.logged_scenarios())
def test_meetings_from_a_log(tmp_path_factory, drawn):
    scenario, log = drawn
    path = tmp_path_factory.mktemp("log") / f"contacts.{log.suffix}"
    path.write_text(log.text)
    named = {"meeting.columns": "t i j"} if log.suffix == "dat" else {}  # lines in any order
    check_equal(scenario.replace({"meeting.contacts": str(path), **named}), log)


def test_the_default_scenario():
    told = check_equal(Scenario(members=70))
    assert len(told.connections) > 450


@pytest.mark.parametrize("face_to_face", [0.9, 0.1])
def test_counts_of_encounters_stop_at_their_limit(face_to_face):
    """Two people meet every day for years: the counts stop at 511 and 255, and 511 can be close."""
    scenario = Scenario(
        members=2,
        days=30,
        society={"circle_size": 2, "often": 510, "close": 511},
        meeting={
            "rate": 10,
            "again": 0,
            "friend": 0,
            "team": 0,
            "circle": 1,
            "face_circle": face_to_face,
            "history_days": 900,
        },
        inviting={"pending_days": 2, "lock_days": 0, "per_day": 3},
        answering={"accept": (0, 0, 0, 0, 0.5)},
    )
    bond = check_equal(scenario).people[0].bonds[1]
    assert (bond.met if face_to_face > 0.5 else bond.talked) == (511 if face_to_face > 0.5 else 255)


@pytest.mark.parametrize("limit", [2, 3])
def test_strikes_further_apart_than_the_window_do_not_count_together(limit):
    scenario = Scenario(
        members=30,
        days=30,
        seed=2,
        meeting={"rate": 0},
        inviting={"per_day": 0.5, "tries": 50},
        answering={"accept": (0,) * 5, "idk_click": 0.6, "delay_scale": 0},
        platform={"preset": "none", "limit": limit, "window_days": 2 * limit - 1},
        policies=[InvitePolicy("cold", directory=1, alike=True)],
    )
    told = check_equal(scenario)
    assert any(person.strikes > limit and not person.blocked_day for person in told.people)
    assert any(person.blocked_day for person in told.people)


def test_a_ratio_at_the_limit_is_not_below_it():
    """7 of 25 is 0.28, though 0.28 * 25 is a little more than 7 for a computer."""
    scenario = Scenario(
        members=60,
        days=25,
        seed=4,
        meeting={"rate": 0},
        inviting={"per_day": 1, "tries": 50},
        answering={"accept": (0.1,) * 5, "idk_click": 0, "delay_scale": 0},
        platform={"preset": "none", "min_ratio": 0.28, "min_invites": 25},
        policies=[InvitePolicy("cold", directory=1, alike=True)],
    )
    told = check_equal(scenario)
    spared = [one.accepted_since_zero for one in told.people if one.blocked_day is None]
    assert min(spared) == 7
    assert len(spared) < len(told.people)


@pytest.mark.parametrize("seed", [0])
def test_a_crowd_that_outgrows_its_arrays(seed):
    """220 people invite everybody within two days: the fast model must grow all that can grow."""
    scenario = Scenario(
        members=220,
        days=3,
        seed=seed,
        meeting={"history_days": 2},
        inviting={"per_day": 70, "tries": 4, "pending_days": 1, "lock_days": 0},
        answering={"accept": (0.3,) * 5, "idk_click": 0.4, "delay_scale": 0.5},
        platform={"preset": "none"},
        policies=[InvitePolicy("cold", directory=1, alike=True)],
    )
    told = check_equal(scenario)
    assert min(len(person.bonds) for person in told.people) > 192


def test_more_inviters_than_seats():
    """Some make a hundred attempts a day, most one or none: seats go from one to the next."""
    scenario = Scenario(
        members=1_100,
        days=2,
        society={"activity_sigma": 1.8},
        meeting={"history_days": 15, "rate": 1, "again": 0.5, "team": 0.2},
        inviting={"per_day": 2.5, "tries": 3},
        platform={"preset": "none", "weekly_invites": 70},
        policies={"everyone": 2, "interacted": 1, "close_friends": 1},
    )
    told = check_equal(scenario)
    attempts = sorted(person.attempts(1) for person in told.people)
    assert sum(number > 0 for number in attempts) > 512
    assert attempts[-1] > 100


@pytest.mark.parametrize("people", [300, 1_000])
def test_a_meeting_of_everybody(people, tmp_path):
    """All pairs of 300 people meet on one day, or one of 1,000 people meets all others."""
    pairs_met = [
        (one, other)
        for one in range(people if people == 300 else 1)
        for other in range(one + 1, people)
    ]
    path = tmp_path / "everybody.csv"
    path.write_text("time,i,j\n" + "".join(f"0,{one},{other}\n" for one, other in pairs_met))
    scenario = Scenario(
        members=people, days=2, meeting={"contacts": str(path)}, inviting={"per_day": 0.1}
    )
    told = check_equal(scenario, strategies.Log("csv", "", people, [pairs_met]))
    assert len(told.people[0].bonds) == people - 1
