"""One society on several platforms, and the measures that join them."""

import networkx as nx
import numpy as np
import pytest

import sim

BASE = sim.Scenario(members=150, days=40, seed=5)


@pytest.fixture(scope="module")
def results():
    return [
        sim.run(BASE.replace(changes), threads=1)
        for changes in (
            {},
            {"platform.place": 1, "platform.shift": 1},
            {"platform.place": 2, "platform.joined": 0.5},
        )
    ]


def test_people_and_meetings_are_the_same_at_all_places_and_luck_is_not(results):
    first, second, third = (result.members for result in results)
    for name in ("contacts", "sociability", "activity", "policy"):
        assert first[name].tolist() == second[name].tolist() == third[name].tolist()
    luck = sim.run(BASE.replace({"platform.place": 3}), threads=1).members
    for name in ("attempts", "invitations_sent", "accepted"):
        assert first[name].tolist() != luck[name].tolist()


def test_joint_measures_follow_the_definitions(results):
    found = sim.joint(results).set_index("policy")
    graphs = [result.graph() for result in results]
    union = nx.compose_all(graphs)
    places = {tie: sum(graph.has_edge(*tie) for graph in graphs) for tie in map(tuple, union.edges)}
    policy = nx.get_node_attributes(graphs[0], "policy")
    for name in found.index:
        own = [member for member in union if name in ("all", policy[member])]
        ends = [places[tie] for tie in places for member in tie if member in own]
        expected = {
            "degree": np.mean([union.degree(member) for member in own]),
            "reach2": np.mean(
                [len(nx.single_source_shortest_path_length(union, ego, 2)) - 1 for ego in own]
            ),
            "overlap": np.mean([times == 3 for times in ends]),
            "on_one": np.mean([times == 1 for times in ends]),
            "ties": len(ends),
        }
        assert found.loc[name, list(expected)].to_dict() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 6}, "results: seed is 6 in one; must be 5 as in the first"),
        ({"meeting.rate": 0.4}, "results: meeting is .* in one"),
        ({"helping.need_rate": 0.1}, "results: helping.need_rate is 0.1 in one; must be 0"),
        ({"platform.place": 0}, r"results: platform.place is \[0, 0\] in them; must be a place"),
    ],
)
def test_runs_of_different_societies_are_not_joined(results, changes, said):
    other = sim.run(BASE.replace({"platform.place": 4, **changes}), threads=1)
    with pytest.raises(sim.InputError, match=said):
        sim.joint([results[0], other])


def test_one_run_is_not_joined(results):
    with pytest.raises(sim.InputError, match="results: expected two or more, got 1"):
        sim.joint(results[:1])
