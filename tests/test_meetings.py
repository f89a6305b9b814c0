"""The same people meet on the same days, whatever the platform does or members invite."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.model.engine import Engine
from tests import strategies

PLATFORM_SIDE = ("platform.", "inviting.", "answering.", "policies")


def encounters(scenario: sim.Scenario) -> list[Any]:
    """All that is known of encounters on each evening: who, with whom, how, how often."""
    engine, evenings = Engine(scenario), []
    for day in range(scenario.days + 1):
        engine.advance(day)
        known = [engine.view.contacts_of(ego)[:4] for ego in range(scenario.members)]
        evenings.append([[column.tolist() for column in ties] for ties in known])
    return evenings


@settings(derandomize=True, max_examples=40, deadline=None)
@given(strategies.scenarios(), strategies.scenarios(crowded=True), st.data())
def test_meetings_are_a_function_of_society_and_seed_alone(one, other, data):
    same = one.replace({"helping.need_rate": 0}).to_dict()  # who is referred to whom meets online
    taken = data.draw(st.sets(st.sampled_from(("platform", "inviting", "answering", "policies"))))
    changed = {name: other.to_dict()[name] for name in taken | {"platform"}}
    assert encounters(sim.Scenario(**same)) == encounters(sim.Scenario(**same | changed))


def test_a_harsher_rule_changes_no_meeting_in_a_year():
    """What the first edition got wrong: 90 % of the members ended with other contacts."""
    scenario = sim.Scenario(members=500, seed=3, answering={"idk_click": 0.3})
    mild, harsh = (sim.run(scenario.replace({"platform.limit": limit})).members for limit in (5, 2))
    assert (mild["contacts"] == harsh["contacts"]).all()
    assert mild["blocked_day"].notna().sum() < harsh["blocked_day"].notna().sum()


def nudged(function: Any, up: bool) -> Any:
    """The function with its result moved by one last place, as another processor may round it."""
    return lambda *values: np.nextafter(function(*values), np.inf if up else -np.inf)


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("name", ["exp", "log", "power", "cos", "sqrt"])
def test_how_a_processor_rounds_decides_nothing(monkeypatch, name, up):
    scenario = sim.Scenario(members=3_000, days=20, society={"activity_sigma": 1.87})
    plain = sim.run(scenario)
    monkeypatch.setattr(np, name, nudged(getattr(np, name), up))
    engine = Engine(scenario)
    engine.advance(scenario.days)
    monkeypatch.undo()
    other = engine.result()
    for drawn in ("sociability", "activity"):
        assert (plain.members[drawn] == other.members[drawn]).all()
    assert plain.members.equals(other.members)
    assert (plain.connections == other.connections).all()
