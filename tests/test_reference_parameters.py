"""The strategies leave no parameter out, and every parameter changes the reference."""

from typing import Any

import pytest

from sim import Habit, InvitePolicy, Scenario
from tests import strategies
from tests.reference import Reference
from tests.reference_rows import invitation_rows, member_rows


def test_every_parameter_has_a_strategy():
    assert set(strategies.VALUES) == {parameter.name for parameter in Scenario.parameters()}


BUSY: dict[str, Any] = {
    "members": 16,
    "days": 30,
    "seed": 3,
    "society": {"circle_size": 5, "team_size": 3, "activity_sigma": 0.3, "arrivals": 0.2},
    "meeting": {"rate": 1.0, "again": 0.6, "team": 0.05, "circle": 0.1, "history_days": 15},
    "inviting": {"per_day": 1.5, "tries": 3, "pending_days": 5, "lock_days": 3},
    "answering": {
        "accept": (0.4, 0.4, 0.4, 0.5, 0.6),
        "looks": 20,
        "idk_click": 0.8,
        "delay_scale": 2.0,
    },
    "platform": {
        **{
            "preset": "none",
            "limit": 2,
            "window_days": 8,
            "restriction_days": 4,
            "appeal_success": 0.5,
            "min_ratio": 0.4,
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
            min_tie=1,
            min_acceptance=0.15,
            accepts_from=1,
            takes_references=True,
            notes=True,
        ),
        InvitePolicy("other", contacts=1, directory=1, asks_first=True),
    ],
    "habits": [Habit("NAME", share=0.4, idk_click=0.9)],
    "helping": {"need_rate": 0.4, "able": 0.1, "floor": 0.3, "floor_after": 3},
}
CHANGES: dict[str, Any] = {
    **{"members": 17, "days": 31, "seed": 4, "society.circle_size": 4, "society.team_size": 2},
    **{"society.sociability_sigma": 0.7, "society.activity_sigma": 0.0},
    **{"society.often": 2, "society.close": 5, "society.veto": 0.2},
    **{"society.arrivals": 0.3, "society.on_arrival": 4, "society.leave": 0.05},
    **{
        "meeting.rate": 1.2,
        "meeting.again": 0.5,
        "meeting.friend": 0.2,
        "meeting.team": 0.1,
        "meeting.circle": 0.15,
        "meeting.again_choice": 3,
    },
    **{
        f"meeting.face_{source}": 0.37
        for source in ("again", "online", "friend", "team", "circle", "anybody")
    },
    **{
        "meeting.history_days": 16,
        "inviting.per_day": 1.2,
        "inviting.tries": 2,
        "inviting.prior_acceptance": (0.3, 0.2, 0.1, 0.2, 0.1),
    },
    **{"inviting.prior_weight": 0.5, "inviting.pending_days": 4, "inviting.lock_days": 2},
    **{
        "answering.memory_days": 2.5,
        "answering.recognise": (0.0, 0.2, 0.2, 0.2, 0.2),
        "answering.accept": (0.5,) * 5,
        "answering.reserve": 0.5,
        "answering.reference_lift": 2.0,
        "answering.rank_slope": 2.0,
        "answering.looks": 1.0,
        "answering.idk_click": 0.3,
        "inviting.crossing": False,
        "inviting.mistaken": 0.2,
        "inviting.note_below": 0.6,
        "platform.notes_per_month": 2,
        "answering.note_lift": 3.0,
        "answering.ask_answered": 0.3,
        "policies.NAME.accept": (0.9,) * 5,
    },
    **{"answering.delay_shape": 1.0, "answering.delay_scale": 1.0},
    **{
        "platform.limit": 1,
        "platform.window_days": 1,
        "platform.restriction_days": 3,
        "platform.min_ratio": 0.5,
        "platform.ratio_of": "resolved",
        "platform.ladder": "warn, email, suspend 2",
        "platform.appeal_success": 0.2,
        "platform.appeal_decay": 0.0,
        "policies.NAME.appeals": 0.3,
    },
    **{"platform.min_invites": 2, "platform.weekly_invites": 4, "platform.max_connections": 6},
    **{"platform.joined": 0.6, "platform.shift": 2, "platform.place": 3},
    **{
        "policies.NAME.share": 2.0,
        "policies.NAME.contacts": 2.0,
        "policies.NAME.introductions": 0.5,
        "policies.NAME.directory": 0.5,
        "policies.NAME.popular": 0.5,
    },
    **{
        "policies.NAME.min_tie": 2,
        "policies.NAME.min_acceptance": 0.5,
        "policies.NAME.caution": 2.0,
        "policies.NAME.notes": False,
        "policies.NAME.asks_first": True,
        "policies.NAME.invites_references": True,
        "policies.NAME.courts": True,
        "policies.NAME.per_day": 1.2,
        "policies.NAME.alike": True,
        "policies.NAME.accepts_from": 3,
    },
    **{
        "habits.NAME.share": 0.2,
        "habits.NAME.accepts_from": 4,
        "habits.NAME.takes_references": False,
        "habits.NAME.accept": (0.9,) * 5,
        "habits.NAME.idk_click": 0.1,
    },
    "policies.NAME.takes_references": False,
    "policies.NAME.accept": (0.5,) * 5,
    **{"helping.need_rate": 0.3, "helping.able": 1.0, "helping.ask_choice": 2},
    **{"helping.floor": 0.5, "helping.floor_after": 8},
    **{"helping.refer": 0.9, "helping.refer_choice": 1, "helping.givers": 0.5},
    **{"helping.takers": 0.5, "helping.giving": (0.8, 0.2, 0.0), "helping.willing": (0.5,) * 5},
}
ELSEWHERE = {
    "answering.fresh",
    "society.ties_by_log",
    "platform.preset",
    "meeting.contacts",
    "meeting.gap_seconds",
    "meeting.columns",
    "meeting.skip_negative",
    "meeting.repeat_log",
}


def everything(told: Reference) -> list[Any]:
    """Return all results of a run."""
    bonds = [
        (person.number, alter, bond)
        for person in told.people
        for alter, bond in person.bonds.items()
    ]
    return [invitation_rows(told), member_rows(told), bonds]


@pytest.fixture(scope="module")
def busy_run() -> list[Any]:
    return everything(Reference(Scenario(**BUSY)).run())


@pytest.mark.parametrize("name", sorted(strategies.VALUES.keys() - ELSEWHERE))
def test_every_parameter_changes_the_reference(name, busy_run):
    changed = Scenario(**BUSY).replace({name: CHANGES[name]})
    same = everything(Reference(changed).run()) == busy_run
    assert not same


def test_fresh_memory_changes_the_reference_where_memory_fades():
    fading = Scenario(**BUSY).replace({"answering.memory_days": 2.5})
    duller = fading.replace({"answering.fresh": (0, 0.5, 0.6, 0.7, 0.8)})
    assert everything(Reference(fading).run()) != everything(Reference(duller).run())


def test_the_preset_and_the_log_change_the_reference():
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
    by_log = Reference(Scenario(**BUSY).replace({"society.ties_by_log": True}), log)
    assert (by_log.often, by_log.close) == (2, 3)
    assert (once.often, once.close) == (3, 7)


# The reference alone
