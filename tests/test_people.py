"""Who there is: activity, and how many attempts to invite it makes."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

import sim
from sim.model import kernel_parameters
from sim.model.engine import Engine
from sim.society import population

ACTIVE = sim.Scenario(members=20_000, society={"activity_sigma": 0.8, "sociability_sigma": 0.8})


def test_activity_has_mean_one_and_goes_with_nothing():
    activity = population.activity(ACTIVE, ACTIVE.members)
    sociability = population.sociability(ACTIVE, ACTIVE.members)
    log = np.log(activity)
    assert abs(log.mean() + 0.8**2 / 2) < 4 * 0.8 / np.sqrt(ACTIVE.members)
    assert log.std() == pytest.approx(0.8, rel=0.02)
    assert abs(np.corrcoef(log, np.log(sociability))[0, 1]) < 4 / np.sqrt(ACTIVE.members)
    assert (activity * 2**24 == np.rint(activity * 2**24)).all()


def test_members_alike_have_activity_one():
    assert (population.activity(ACTIVE.replace({"society.activity_sigma": 0}), 100) == 1).all()


def test_attempts_follow_activity_and_the_policies_own_numbers():
    policies = {
        "everyone": 1,
        "own": {"directory": 1, "per_day": 2.25},
        "probe": {"directory": 1, "per_day": 1.5, "alike": True},
    }
    scenario = ACTIVE.replace({"policies": policies, "inviting.per_day": 0.75})
    activity = np.array([2.0, 2.0, 2.0, 0.25])
    pace = population.pace(scenario, activity, np.array([0, 1, 2, 1]))
    assert (pace / 2**32).tolist() == [1.5, 4.5, 1.5, 0.5625]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"inviting.per_day": 10_000, "inviting.tries": 1_000},
            "inviting.per_day: expected less, for 5000000 attempts of 1000 tries by its most "
            "active member are more than 4294967296 tries a day, got 10000",
        ),
        (
            {"policies": {"own": {"directory": 1, "per_day": 10_000}}, "members": 300_000},
            "policies.own.per_day: expected less, for 3000000000 attempts by all members are more "
            "than 2147483647 a day, got 10000",
        ),
    ],
)
def test_more_attempts_than_a_day_can_hold_are_one_line(changes, said):
    scenario = sim.Scenario(members=2_000).replace(changes)
    activity = np.ones(scenario.members)
    activity[3] = 500 if scenario.members == 2_000 else 1
    with pytest.raises(sim.InputError, match=said):
        population.pace(scenario, activity, np.zeros(scenario.members, np.uint8))


@pytest.mark.parametrize("threads", [1, 2])
def test_members_who_change_to_a_busier_policy_have_room(threads):
    """From day 6 on each makes 40 attempts a day in place of one."""
    scenario = sim.Scenario(
        members=1_200,
        days=10,
        meeting={"history_days": 5},
        inviting={"per_day": 1, "pending_days": 4, "lock_days": 0},
        answering={"accept": (0,) * 5, "idk_click": 0},
        platform={"preset": "none"},
        policies={
            "few": {"directory": 1, "accepts_from": 5, "alike": True},
            "many": {"directory": 1, "accepts_from": 5, "alike": True, "per_day": 40, "share": 0},
        },
    )
    engine = Engine(scenario, threads)
    engine.advance(5)
    assert engine.view.column("sent").sum() > 0.95 * 5 * 1_200
    waiting = len(engine.view.pending()[0])
    engine.set_policies(np.ones(1_200, np.uint8))
    assert len(engine.view.pending()[0]) == waiting > 0
    before = engine.view.column("sent").copy()
    engine.advance(7)
    assert (engine.view.column("sent") - before).sum() > 0.95 * 2 * 40 * 1_200


class Otherwise:
    """numpy, or math, as another processor may have it: exp, log, cos and pow end differently."""

    def __init__(self, module: ModuleType, towards: float) -> None:
        self.module, self.towards = module, towards

    def __getattr__(self, name: str) -> Any:
        function = getattr(self.module, name)
        if name not in ("exp", "log", "cos", "power"):
            return function
        return lambda *given: np.nextafter(function(*given), self.towards)


@pytest.mark.parametrize("towards", [np.inf, -np.inf])
def test_what_exp_and_log_round_decides_nothing(monkeypatch, towards):
    """Every number that the kernel reads is the same if they are one last place off."""
    ranked = {"answering.rank_slope": 2, "answering.memory_days": 90}
    scenario = sim.Scenario(members=5_000).replace(ranked)

    def read() -> list[bytes]:
        engine = Engine(scenario)
        numbers = kernel_parameters.kernel_parameters(scenario)
        people, platform = engine.state.people, engine.state.platform
        arrays = [people.starts, platform.looks, platform.pace, numbers.inviting.delays]
        arrays += [numbers.answering.accepts, numbers.answering.memory]
        drawn = [draw(scenario, 5_000) for draw in (population.sociability, population.activity)]
        chance = np.array([population.shifted(0.6, shift / 8) for shift in range(-20, 20)])
        return [array.tobytes() for array in [*arrays, *drawn, chance]]

    here, calls = read(), [(population, "np"), (population, "math"), (kernel_parameters, "np")]
    for module, name in calls:
        monkeypatch.setattr(module, name, Otherwise(getattr(module, name), towards))
    assert read() == here
