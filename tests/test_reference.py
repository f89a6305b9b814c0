"""The fast model is the slow one: bond for bond and invitation for invitation, over random scenarios that cover every parameter.

``EXAMPLES=2000 pytest tests/test_reference.py`` takes that many scenarios in each test, new ones each time; without it the same few hundred
as ever.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import sim
from sim import InvitePolicy, Scenario
from sim.model.state_view import STANDINGS, Ties
from tests import strategies
from tests.reference import CONNECTED, FREE, LOCKED, PENDING, Person, Reference

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))


def examples(usual: int) -> Any:
    """Run over so many scenarios: the same ones each time, unless more are asked for."""
    unwell = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.nested_given]
    return settings(
        max_examples=max(EXAMPLES, usual),
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=unwell,
    )


# What the reference has to show, as tables of plain rows


def invitation_rows(told: Reference) -> list[tuple[Any, ...]]:
    rows = sorted(told.invitations, key=lambda row: (row.sent_day, row.ego, row.alter))
    policy = [person.policy.name for person in told.people]
    return [
        (
            row.sent_day,
            row.ego,
            row.alter,
            policy[row.ego],
            row.source,
            row.tie_class,
            row.due_day,
            row.outcome,
        )
        for row in rows
    ]


def member_rows(told: Reference) -> list[dict[str, Any]]:
    received: dict[int, Counter[str]] = defaultdict(Counter)
    for invitation in told.invitations:
        received[invitation.alter][invitation.outcome] += 1
    reached: dict[int, list[int]] = defaultdict(list)
    for ego, alter in told.arcs:
        reached[ego].append(alter)
    return [
        member_row(person, received[person.number], reached[person.number], told.arcs)
        for person in told.people
    ]


def member_row(
    person: Person, received: Counter[str], reached: list[int], arcs: set[tuple[int, int]]
) -> dict[str, Any]:
    became = Counter(invitation.outcome for invitation in person.sent)
    return {
        "member": person.number,
        "policy": person.policy.name,
        "circle": person.circle,
        "sociability": person.sociability,
        "contacts": len(person.contacts),
        "degree": len(person.connections),
        "invitations_sent": len(person.sent),
        "accepted": became["accepted"],
        "ignored": became["ignored"],
        "strikes": person.strikes,
        "pending": became["pending"],
        "blocked_day": person.blocked_day,
        "invitations_until_block": person.invitations_until_block,
        "received": received.total(),
        "unwanted": received["idk"] + received["ignored"],
        "restricted_days": person.restricted_days,
        "arcs": len(reached),
        "mutual_arcs": sum((alter, person.number) in arcs for alter in reached),
        "recognised": sum(
            person.bonds[alter].met + person.bonds[alter].talked >= 1
            for alter in person.connections
        ),
    }


def rows(frame: Any) -> list[tuple[Any, ...]]:
    """The rows of a data frame as plain tuples, None for what is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return list(plain.itertuples(index=False, name=None))


# The strategies leave no parameter out, and the reference looks at every one


def test_every_parameter_has_a_strategy():
    assert set(strategies.VALUES) == {parameter.name for parameter in Scenario.parameters()}


BUSY: dict[str, Any] = {
    "members": 16,
    "days": 30,
    "seed": 3,
    "society": {"circle_size": 5},
    "meeting": {"rate": 1.0, "history_days": 15},
    "inviting": {"per_day": 1.5, "tries": 3, "pending_days": 5, "lock_days": 3},
    "answering": {"accept": (0.4, 0.4, 0.4, 0.5, 0.6), "idk_click": 0.8, "delay_scale": 2.0},
    "platform": {
        **{
            "preset": "none",
            "limit": 3,
            "window_days": 8,
            "restriction_days": 4,
            "min_ratio": 0.15,
            "min_invites": 5,
        },
        **{"weekly_invites": 6, "max_connections": 9},
    },
    "policies": [
        InvitePolicy(
            "NAME",
            contacts=1,
            introductions=1,
            directory=1,
            min_acceptance=0.21,
            accepts_from=1,
            takes_references=True,
        ),
        InvitePolicy("other", contacts=1, directory=1),
    ],
}
CHANGES: dict[str, Any] = {
    **{"members": 17, "days": 31, "seed": 4, "society.circle_size": 4},
    **{"society.sociability_sigma": 0.7, "society.often": 2, "society.close": 5},
    **{
        "meeting.rate": 1.2,
        "meeting.again": 0.6,
        "meeting.friend": 0.2,
        "meeting.circle": 0.2,
        "meeting.again_choice": 3,
    },
    **{
        f"meeting.face_{source}": 0.37
        for source in ("again", "online", "friend", "circle", "anybody")
    },
    **{
        "meeting.history_days": 16,
        "inviting.per_day": 1.2,
        "inviting.tries": 2,
        "inviting.prior_acceptance": (0.3, 0.2, 0.1, 0.2, 0.1),
    },
    **{"inviting.prior_weight": 0.5, "inviting.pending_days": 4, "inviting.lock_days": 2},
    **{
        "answering.recognise": (0.0, 0.2, 0.2, 0.2, 0.2),
        "answering.accept": (0.5,) * 5,
        "answering.idk_click": 0.3,
    },
    **{"answering.delay_shape": 1.0, "answering.delay_scale": 1.0},
    **{
        "platform.limit": 2,
        "platform.window_days": 1,
        "platform.restriction_days": 3,
        "platform.min_ratio": 0.5,
    },
    **{"platform.min_invites": 9, "platform.weekly_invites": 4, "platform.max_connections": 6},
    **{
        "policies.NAME.share": 2.0,
        "policies.NAME.contacts": 2.0,
        "policies.NAME.introductions": 0.5,
        "policies.NAME.directory": 0.5,
    },
    **{
        "policies.NAME.min_tie": 2,
        "policies.NAME.min_acceptance": 0.5,
        "policies.NAME.accepts_from": 3,
    },
    "policies.NAME.takes_references": False,
}
ELSEWHERE = {
    "platform.preset",
    "meeting.contacts",
    "meeting.gap_seconds",
    "meeting.columns",
    "meeting.skip_negative",
    "meeting.repeat_log",
}


def story(told: Reference) -> list[Any]:
    """All that can be seen of a run."""
    bonds = [
        (person.number, alter, bond)
        for person in told.people
        for alter, bond in person.bonds.items()
    ]
    return [invitation_rows(told), member_rows(told), bonds]


@pytest.fixture(scope="module")
def busy_story() -> list[Any]:
    return story(Reference(Scenario(**BUSY)).run())


@pytest.mark.parametrize("name", sorted(strategies.VALUES.keys() - ELSEWHERE))
def test_the_reference_looks_at_every_parameter(name, busy_story):
    same = story(Reference(Scenario(**BUSY).replace({name: CHANGES[name]})).run()) == busy_story
    assert not same


def test_the_reference_looks_at_the_preset_and_at_the_log():
    free, limited = (
        Reference(Scenario(**{**BUSY, "platform": {"preset": preset}})).run()
        for preset in ("none", "linkedin2008")
    )
    assert [
        sum(person.blocked_day is not None for person in told.people) > 0
        for told in (free, limited)
    ] == [False, True]
    log = [[(0, 1), (2, 3), (0, 1)], [(1, 2)]]
    once, again = (
        Reference(Scenario(**BUSY).replace({"meeting.repeat_log": repeat}), log).run()
        for repeat in (False, True)
    )
    assert [once.people[0].bonds[1].met, again.people[0].bonds[1].met] == [2, 2 * 15]
    assert [once.people[1].bonds[2].last, again.people[1].bonds[2].last] == [2, 30]


# The reference on its own


def test_blocking_takes_as_many_invitations_as_the_closed_form_says():
    """Strangers who answer at once: invitations until the K-th strike are negative binomial, mean K / q, variance K (1 - q) / q^2."""
    limit, accepts, clicks = 2, 0.5, 0.5
    q = (1 - accepts) * clicks
    until: list[int] = []
    for seed in range(5):
        scenario = Scenario(
            members=80,
            days=60,
            seed=seed,
            meeting={"rate": 0},
            inviting={"per_day": 1, "tries": 50, "pending_days": 1000},
            answering={"accept": (accepts,) * 5, "idk_click": clicks, "delay_scale": 0},
            platform={"preset": "none", "limit": limit},
            policies=[InvitePolicy("cold", directory=1)],
        )
        until += [
            person.invitations_until_block or 10**6 for person in Reference(scenario).run().people
        ]
    error = np.sqrt(limit * (1 - q) / q**2 / len(until))
    assert abs(np.mean(until) - limit / q) < 4 * error


def test_who_is_restricted_may_not_invite_and_starts_from_zero():
    """Everybody clicks, once is enough, three days: invitations on days 1, 5, 9 ... alone."""
    scenario = Scenario(
        members=30,
        days=12,
        meeting={"rate": 0},
        inviting={"per_day": 1, "tries": 50},
        answering={"accept": (0,) * 5, "idk_click": 1, "delay_scale": 0},
        platform={"preset": "none", "limit": 1, "restriction_days": 3},
        policies=[InvitePolicy("cold", directory=1)],
    )
    told = Reference(scenario).run()
    crossed = {row.ego for row in told.invitations if row.outcome == "accepted"}
    for person in told.people:
        if person.number not in crossed:
            assert [row.sent_day for row in person.sent] == [1, 5, 9]
            assert (person.blocked_day, person.restricted_days, person.strikes) == (1, 9, 3)
    assert len(crossed) < 15


def check_laws(told: Reference) -> None:
    """What has to hold in any run, whatever the scenario."""
    platform = told.rules.platform
    for person in told.people:
        sent_on = Counter(row.sent_day for row in person.sent)
        for day in range(1, told.day + 1):
            in_a_week = sum(sent_on[earlier] for earlier in range(day - 6, day + 1))
            assert platform.weekly_invites is None or in_a_week <= platform.weekly_invites
        if platform.max_connections is not None and person.connections:
            last = max(person.connected_on.values())  # a day's connections may overshoot the cap
            before = sum(day < last for day in person.connected_on.values())
            assert before < platform.max_connections
        assert person.strikes == sum(row.outcome == "idk" for row in person.sent)
        assert person.restricted_days <= told.day - (person.blocked_day or told.day)
        for alter, bond in person.bonds.items():
            back = told.people[alter].bonds[person.number]
            assert (bond.met, bond.talked, bond.last) == (back.met, back.talked, back.last)
            assert (
                (bond.state == "connected")
                == (back.state == "connected")
                == (alter in person.connections)
            )
        waiting = {row.alter for row in person.sent if row.outcome == "pending"}
        assert waiting == {alter for alter, bond in person.bonds.items() if bond.state == PENDING}
    assert told.connections == {
        tuple(sorted((row.ego, row.alter))) for row in told.invitations if row.outcome == "accepted"
    }


# The fast model is the slow one


def small_sections() -> Any:
    """Let sections have four members, so that a small society has several threads."""
    return patch("sim.kernel.state.society.SECTION", 4)


def check_equal(scenario: Scenario, log: strategies.Log | None = None) -> Reference:
    """Run both and hold every table equal; by the seed, on one, two or three threads.

    ``log`` is what the file in ``scenario.meeting.contacts`` says.
    """
    told = Reference(scenario, None if log is None else log.days).run()
    check_laws(told)
    with small_sections():
        result = sim.run(scenario, log=True, threads=1 + scenario.seed % 3)
    assert rows(result.invitations) == invitation_rows(told)
    assert [tuple(pair) for pair in result.connections.tolist()] == sorted(told.connections)
    assert [tuple(arc) for arc in result.arcs.tolist()] == sorted(told.arcs)
    members = member_rows(told)
    assert list(result.members.columns) == list(members[0])
    np.testing.assert_allclose(
        result.members["sociability"], [row.pop("sociability") for row in members], rtol=1e-12
    )
    assert rows(result.members.drop(columns="sociability")) == [
        tuple(row.values()) for row in members
    ]
    check_bonds_equal(told, scenario)
    return told


def check_bonds_equal(told: Reference, scenario: Scenario) -> None:
    """Hold every bond equal, contacts and connections in their order."""
    model = sim.NetworkModel(scenario)
    model.engine.advance(scenario.days)
    view, first = model.engine.view, 1 - scenario.history_days
    for person in told.people:
        contacts = view.contacts_of(person.number)
        strangers = sorted(set(person.bonds) - set(person.contacts))
        assert bond_rows(contacts, first) == [
            (alter, bond.met, bond.talked, bond.last, bond.state, person.tie_class(alter))
            for alter, bond in ((alter, person.bonds[alter]) for alter in person.contacts)
        ]
        assert sorted(row[0::4] for row in bond_rows(view.strangers_of(person.number), first)) == [
            (alter, person.bonds[alter].state) for alter in strangers
        ]
        assert view.connected(person.number).tolist() == person.connections


def bond_rows(ties: Ties, first_day: int) -> list[tuple[Any, ...]]:
    alters, met, talked, last, classes, standing = (column.tolist() for column in ties)
    days = [day + first_day for day in last]
    states = [STANDINGS[number] for number in standing]
    return list(zip(alters, met, talked, days, states, classes, strict=True))


def events(told: Reference) -> Iterator[str]:
    """Name what has happened in a run."""
    platform = told.rules.platform
    sent = Counter((row.ego, row.alter) for row in told.invitations)
    accepted = {(row.ego, row.alter) for row in told.invitations if row.outcome == "accepted"}
    for row in told.invitations:
        yield from (
            row.outcome,
            row.source,
            f"class {row.tie_class}",
            f"to class {row.tie_class}: {row.outcome}",
        )
        yield (
            "never to be answered"
            if row.due_day is None
            else "answered later"
            if row.due_day > row.sent_day
            else "answered at once"
        )
        if row.outcome == "accepted" and not told.people[row.ego].has_room():
            yield "full"
        if sent[row.ego, row.alter] > 1:
            yield "invited again"
        if (row.ego, row.alter) in accepted and (row.alter, row.ego) in accepted:
            yield "crossed"
    for person in told.people:
        if person.blocked_day is not None:
            yield "restricted" if told.day <= person.restricted_until else "lifted"
            if platform.min_ratio is None:
                yield "restricted for its strikes"
            if platform.limit is None or person.strikes < platform.limit:
                yield "restricted for its ratio"
        if platform.weekly_invites in Counter(row.sent_day // 7 for row in person.sent).values():
            yield "a full week"
        yield from (bond.state for bond in person.bonds.values())


EVENTS = {
    *(
        "accepted",
        "idk",
        "ignored",
        "pending",
        "contacts",
        "introductions",
        "directory",
        *(f"class {k}" for k in range(5)),
    ),
    *(
        f"to class {k}: {outcome}"
        for k in range(5)
        for outcome in ("accepted", "ignored", "pending")
    ),
    *(f"to class {k}: idk" for k in range(4)),
    *(
        "never to be answered",
        "answered later",
        "answered at once",
        "full",
        "invited again",
        "crossed",
        "a full week",
    ),
    *(
        "restricted for its strikes",
        "restricted for its ratio",
        "lifted",
        "restricted",
        FREE,
        PENDING,
        CONNECTED,
        LOCKED,
    ),
}


def test_a_source_however_rare_is_a_source():
    """One that a share can't tell from none: the policy still makes its tries one by one."""
    rarely = sim.InvitePolicy("rarely", contacts=1, directory=1e-17)
    meeting, inviting = {"history_days": 20, "rate": 1.0}, {"per_day": 1.5, "tries": 3}
    check_equal(
        Scenario(members=20, days=20, seed=3, meeting=meeting, inviting=inviting, policies=[rarely])
    )


def test_any_society_lives_as_the_reference_says():
    seen: set[str] = set()
    for crowded in (False, True):

        @examples(150)
        @given(strategies.scenarios(crowded=crowded))
        def hold_equal(scenario):
            seen.update(events(check_equal(scenario)))

        hold_equal()
    assert seen >= EVENTS  # the scenarios were not all dull


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


@examples(50)
@given(strategies.logged_scenarios())
def test_meetings_from_a_log(tmp_path_factory, drawn):
    scenario, log = drawn
    path = tmp_path_factory.mktemp("log") / f"contacts.{log.suffix}"
    path.write_text(log.text)
    named = {"meeting.columns": "t i j"} if log.suffix == "dat" else {}  # lines in any order
    check_equal(scenario.replace({"meeting.contacts": str(path), **named}), log)


def test_the_default_scenario():
    told = check_equal(Scenario(members=200))
    assert len(told.connections) > 5_000


@pytest.mark.parametrize("face_to_face", [0.9, 0.1])
def test_counts_of_encounters_stay_at_their_end(face_to_face):
    """Two people who meet every day for years: counts stay at 511 and 255, and 511 can still be what makes a tie close."""
    scenario = Scenario(
        members=2,
        days=30,
        society={"circle_size": 2, "often": 510, "close": 511},
        meeting={
            "rate": 10,
            "again": 0,
            "friend": 0,
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
        policies=[InvitePolicy("cold", directory=1)],
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
        policies=[InvitePolicy("cold", directory=1)],
    )
    told = check_equal(scenario)
    assert {7: False, 6: True}.items() <= {
        person.accepted_since_zero: person.blocked_day is not None for person in told.people
    }.items()


@pytest.mark.parametrize("seed", [0, 1])
def test_a_crowd_that_outgrows_its_arrays(seed):
    """300 people who invite everybody within two days: whatever can grow in the fast model has to, in the middle of a day."""
    scenario = Scenario(
        members=300,
        days=3,
        seed=seed,
        meeting={"history_days": 2},
        inviting={"per_day": 70, "tries": 4, "pending_days": 1, "lock_days": 0},
        answering={"accept": (0.3,) * 5, "idk_click": 0.4, "delay_scale": 0.5},
        platform={"preset": "none"},
        policies=[InvitePolicy("cold", directory=1)],
    )
    told = check_equal(scenario)
    assert min(len(person.bonds) for person in told.people) > 192


@pytest.mark.parametrize("people", [300, 1_000])
def test_a_meeting_of_everybody(people, tmp_path):
    """All pairs of 300 people meet on one day; or one of 1,000 meets all others."""
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
