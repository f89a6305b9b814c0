"""The table of patterns: each recipe by hand or by networkx, and what a score says."""

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import sim
from experiments import scored, strong_ties
from experiments.evidence import Evidence, collected
from experiments.pattern import Range, Target
from experiments.pattern_rows import ROWS

OFFICE = Path(__file__).parents[2] / "shared" / "data" / "workplace_InVS15_tij.dat.gz"


def society(
    members: int,
    pairs: object = (),
    ties: dict[str, list[int]] | None = None,
    sent: dict[str, list] | None = None,
    probes: tuple[int, ...] = (),
    restricted: tuple[int, ...] = (),
) -> Evidence:
    """Return evidence made by hand; members invite whom they have interacted with."""
    policy = np.full(members, "interacted", object)
    policy[list(probes)] = "probe"
    names = ("ego", "alter", "met", "talked", "tie_class", "recognised")
    log = pd.DataFrame({"ego": [], "alter": [], "outcome": [], "sent_day": []} | (sent or {}))
    return Evidence(
        scenario=sim.Scenario(members=members),
        day=365,
        policy=policy,
        restricted=np.isin(np.arange(members), restricted),
        ties=pd.DataFrame({name: (ties or {}).get(name, []) for name in names}).astype(
            dict.fromkeys(names[:-1], np.int64)
        ),
        pairs=np.array(pairs, np.int32).reshape(-1, 2),
        invitations=log.assign(policy=policy[log["ego"].to_numpy(int)]),
    )


def value(name: str, evidence: Evidence) -> float:
    (only,) = ROWS[name].measure(evidence).values()
    return only


def values(name: str, evidence: Evidence) -> list[float]:
    return list(ROWS[name].measure(evidence).values())


def random_graph(seed: int) -> nx.Graph:
    return nx.gnm_random_graph(40, 90, seed=seed)


def test_graph_rows_are_those_of_networkx():
    for seed in range(5):
        graph = random_graph(seed)
        pairs = sorted(tuple(sorted(edge)) for edge in graph.edges)
        evidence = society(40, pairs)
        assert value("assortativity", evidence) == pytest.approx(
            nx.degree_assortativity_coefficient(graph)
        )
        degree = dict(graph.degree)
        fewer = [
            degree[one] < np.median([degree[other] for other in graph[one]])
            for one in graph
            if degree[one]
        ]
        assert value("fewer than one's friends' median", evidence) == np.mean(fewer)
        median = np.median(list(degree.values()))
        near = [one for one in graph if 0.8 * median <= degree[one] <= 1.25 * median]
        assert value("clustering at the median degree", evidence) == pytest.approx(
            np.mean([nx.clustering(graph, one) for one in near])
        )
        assert value("skew", evidence) == pytest.approx(np.mean(list(degree.values())) / median)


def test_each_names_the_five_met_most_and_the_graph_is_that_of_networkx():
    draw = np.random.default_rng(2)
    pairs = np.array([(i, j) for i in range(30) for j in range(i)])
    met = draw.permutation(len(pairs))  # no two are equal but those never met
    met[met < 40] = 0
    ego, alter = np.concatenate([pairs, pairs[:, ::-1]]).T
    arcs = strong_ties.named(ego, alter, np.tile(met, 2), seed=1)
    for one in range(30):
        own = sorted(zip(np.tile(met, 2)[ego == one], alter[ego == one], strict=True))[::-1]
        assert set(arcs[arcs[:, 0] == one, 1]) == {other for times, other in own[:5] if times}
    graph = nx.DiGraph(arcs.tolist())
    assert strong_ties.reciprocity(arcs, 30) == pytest.approx(nx.overall_reciprocity(graph))
    assert strong_ties.clustering(arcs, 30) == pytest.approx(
        nx.average_clustering(graph.to_undirected())
    )


def test_ties_of_those_named_are_by_lot():
    ego, alter = np.zeros(50, np.int64), np.arange(1, 51)
    named = [
        set(strong_ties.named(ego, alter, np.ones(50, np.int64), seed)[:, 1]) for seed in (1, 1, 2)
    ]
    assert named[0] == named[1] != named[2]
    assert all(len(five) == 5 for five in named)


def test_the_office_log_has_the_numbers_of_the_table():
    if not OFFICE.exists():
        pytest.skip(f"the office log is not there: {OFFICE}")
    clustering, reciprocity = strong_ties.of_log(sim.read_contacts(OFFICE, gap_seconds=0))
    assert clustering == pytest.approx(0.21, abs=0.015)
    assert reciprocity == pytest.approx(0.65, abs=0.01)


TIES = {
    "ego": [0, 0, 0, 0, 1, 2, 3, 4, 5],
    "alter": [1, 2, 3, 4, 0, 0, 0, 0, 0],
    "met": [0, 2, 3, 7, 0, 2, 3, 7, 9],
    "talked": [1, 0, 0, 0, 1, 0, 0, 0, 0],
    "tie_class": [1, 2, 3, 4, 1, 2, 3, 4, 4],
    "recognised": [0.5, 0.88, 0.985, 1, 0.5, 0.7, 0.9, 1, 1],
}


def test_rows_of_ties_by_hand():
    evidence = society(6, [(0, 1), (0, 2), (0, 4)], TIES, probes=(5,))
    # member 5 is a probe: its own bond does not count
    assert values("layers", evidence) == pytest.approx([8 / 5, 4 / 5, 2 / 5])
    assert values("thirds", evidence) == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    r = np.array([0.88, 0.985, 1, 0.7, 0.9, 1])
    assert value("both say they met, given one does", evidence) == pytest.approx(
        (r**2).sum() / r.sum()
    )


def test_both_say_that_they_met_less_often_where_memory_fades():
    """By the chances of the model: those met lately are the surer to be recognised."""
    base = sim.Scenario(members=80, days=60)
    fading = base.replace({"answering.memory_days": 20.0})
    sure, faded = (collected(one, probed=0) for one in (base, fading))
    recognise = np.array(base.answering.recognise)
    assert sure.ties["recognised"].tolist() == recognise[sure.ties["tie_class"]].tolist()
    assert faded.ties["met"].sum() == sure.ties["met"].sum()
    row = "both say they met, given one does"
    assert value(row, faded) < value(row, sure)


def test_blocked_probes_and_connections_of_probes():
    evidence = society(6, [(0, 1), (0, 5), (4, 5)], probes=(4, 5), restricted=(0, 5))
    assert value("blocked probes", evidence) == 0.5
    assert evidence.degree.tolist() == [1, 1, 0, 0, 0, 0]
    assert np.isnan(value("blocked probes", society(6)))


def test_rows_of_invitations_by_hand():
    outcomes = ["accepted", "accepted", "declined", "pending", "idk", "accepted"]
    sent = {
        "sent_day": [2, 1, 3, 4, 5, 6],
        "ego": [0, 0, 0, 0, 1, 5],
        "alter": [1, 2, 3, 4, 5, 0],
        "outcome": outcomes,
        "source": ["contacts"] * 5 + ["introductions"],
        "recognised": ["yes", "yes", "no", "not looked at", "no", "no"],
        "decided_class": [0, 2, 0, 0, 0, 0],
        "common": [12, 0, 11, 0, 30, 0],
    }
    evidence = society(6, sent=sent, probes=(5,))
    assert evidence.sent["before"].tolist() == [1, 0, 2]
    assert value("strangers, 11 or more in common", evidence) == 0.5
    assert value("strangers, some in common", evidence) == 1
    assert value("closes a triangle", evidence) == 0.5
    by_class = values("acceptance by acquaintance", evidence)
    assert by_class[0] == 1
    assert np.isnan(by_class[1:]).all()


def test_acceptance_by_volume_compares_the_51st_to_the_100th_with_the_first():
    sent = {
        "sent_day": list(range(120)),
        "ego": [0] * 120,
        "alter": [1] * 120,
        "recognised": ["no"] * 120,
        "outcome": ["accepted"] * 50 + ["accepted", "declined"] * 25 + ["declined"] * 20,
    }
    assert value("acceptance falls with volume", society(2, sent=sent)) == 0.5


def test_every_row_says_what_it_is():
    for name, pattern in ROWS.items():
        assert pattern.data
        assert pattern.source
        assert (pattern.recipe.__doc__ or "").startswith("Return ")
        assert all(goal.low < goal.high for goal in pattern.goals.values()), name
    assert Target(2.0, 0.25).low == 1.5
    assert str(Range(-np.inf, 0.85)) == "at most 0.85"


def test_scores_are_of_the_mean_over_seeds():
    runs = pd.DataFrame(
        {"skew": [1.9, 2.5], "blocked probes": [0.5, 0.1], "thirds: never met": np.nan}
    )
    table = scored.scores(runs).set_index(["row", "part"])
    assert table.loc[("skew", ""), "met"] == "not met"
    assert table.loc[("skew", ""), "model"] == 2.2
    assert table.loc[("blocked probes", ""), "met"] == "met"
    assert table.loc[("thirds", "never met"), "met"] == "not known"
    assert table.loc[("assortativity", ""), "met"] == "not run"
