"""The model for a user of Mesa: all ways to the agents, and changes that are refused."""

import warnings

import mesa
import pytest

import sim

SMALL = sim.Scenario(members=60, days=40, seed=5, meeting={"history_days": 30})


@pytest.fixture
def model():
    return sim.NetworkModel(SMALL)


@pytest.mark.parametrize(
    "way",
    [
        lambda model: model.agents,
        lambda model: model.agents_by_type[sim.Member],
        lambda model: model.agents.select(agent_type=sim.Member),
        lambda model: model.agents.shuffle(),
        lambda model: model.agents.sort("degree"),
        lambda model: model.agents.copy(),
        lambda model: [one for _, group in model.agents.groupby("policy") for one in group],
        lambda model: model.agents.to_list(),
        lambda model: model.agents.select(lambda one: True),
    ],
)
def test_every_way_to_the_agents_of_a_new_model_gives_the_members(model, way):
    assert set(way(model)) == set(model.members)
    assert len(model.members) == 60


def test_the_type_of_the_agents_is_known_before_they_exist(model):
    assert model.agent_types == [sim.Member]
    assert not hasattr(model, "_members")
    assert [one.unique_id for one in model.agents] == list(range(1, 61))


def test_the_users_own_data_collector_finds_the_members(model):
    collector = mesa.DataCollector(
        agent_reporters={"degree": "degree"},
        agenttype_reporters={sim.Member: {"strikes": "strikes"}},
    )
    model.run_for(5)
    collector.collect(model)
    assert len(collector.get_agent_vars_dataframe()) == 60
    assert len(collector.get_agenttype_vars_dataframe(sim.Member)) == 60


class Robot(mesa.Agent):
    pass


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.members[3].remove(),
        lambda model: model.remove_all_agents(),
        lambda model: model.deregister_agent(model.members[3]),
        lambda model: Robot(model),
        lambda model: Robot.create_agents(model, 2),
        lambda model: sim.Member(model, 3),
        lambda model: sim.Member(model, 10**9),
        lambda model: sim.Member(mesa.Model(), 3),
        lambda model: sim.Member("model", 3),
        lambda model: sim.Member.create_agents(model, 2),
        lambda model: model.register_agent(model.members[3]),
        lambda model: model.agents.remove(model.members[3]),
        lambda model: model.agents.discard(model.members[3]),
        lambda model: model.agents.add(Robot(mesa.Model())),
        lambda model: model.agents.pop(),
        lambda model: model.agents.clear(),
        lambda model: model.agents.select(lambda one: one.number < 9, inplace=True),
        lambda model: model.agents.do("remove"),
        lambda model: setattr(model, "agents", []),
        lambda model: setattr(model, "scenario", SMALL),
    ],
)
def test_nobody_joins_or_leaves(model, change):
    """Once they left only ``model.agents``, and continued to invite."""
    with pytest.raises(sim.InputError) as caught:
        change(model)
    assert "\n" not in str(caught.value)
    model.run_for(20)
    assert set(model.agents) == set(model.members) == set(model.agents_by_type[sim.Member])
    assert model.result().summary.equals(sim.run(SMALL.replace({"days": 20})).summary)


def test_a_selection_of_the_members_may_change(model):
    few = model.agents.select(lambda one: one.number < 9)
    few.remove(model.members[3])
    assert (len(few), len(model.agents)) == (8, 60)


def test_connections_and_bonds_are_both_of_members(model):
    """Else nobody would be in both."""
    model.run_for(40)
    one = max(model.members, key=lambda member: member.degree)
    assert one.connections
    assert set(one.connections) & set(one.bonds)
    assert len(one.bonds) == one.contacts
    assert all(one in other.bonds for other in one.bonds)


@pytest.mark.parametrize("name", ["grid", "space"])
def test_a_space_to_draw_is_refused_with_a_hint_at_the_page(model, name):
    with pytest.raises(sim.InputError, match=rf"^{name}: .*invitesim page") as caught:
        getattr(model, name)
    assert "\n" not in str(caught.value)
    with pytest.raises(AttributeError, match="nothing_there"):
        _ = model.nothing_there


def test_the_renderer_of_mesa_gets_this_hint():
    pytest.importorskip("solara")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mesa.visualization import SpaceRenderer
    with pytest.raises(sim.InputError, match="invitesim page"):
        SpaceRenderer(sim.NetworkModel(SMALL))


def test_the_scenario_is_both_ours_and_one_of_mesa(model):
    from mesa.experimental.scenarios import Scenario as MesaScenario

    scenario = model.scenario
    assert isinstance(scenario, MesaScenario)
    assert isinstance(scenario, sim.Scenario)
    assert scenario == SMALL
    assert scenario.__class__.__eq__(SMALL, scenario)
    assert {scenario: 1}[SMALL] == 1
    assert repr(scenario) == repr(SMALL)
    assert scenario.to_dict() == SMALL.to_dict()
    assert scenario.replace({"members": 70}).members == 70
    assert type(scenario)() == SMALL  # what Mesa makes for a reset
    assert sim.run(scenario).summary.equals(sim.run(SMALL).summary)
    with pytest.raises(sim.InputError, match="members: can't be set"):
        scenario.members = 3
