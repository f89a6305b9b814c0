"""Measures against networkx and the definitions at length, and samples of egos."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

import sim
from sim import measures
from sim.measures.definitions import DENOMINATORS

from . import tables
from .strategies import scenarios

societies = st.tuples(
    st.integers(1, 20) | st.integers(1, 300),
    st.sampled_from((0.0, 0.5, 1.5, 4, 12)) | st.floats(0, 30),
    st.integers(0, 2**32 - 1),
)
"""Members, mean degree and seed of a random graph, from no connections to all connections."""


def society(members, degree, seed):
    chances = np.random.default_rng(seed).random((members, members))
    pairs = np.argwhere(np.triu(chances < degree / members, 1)).astype(np.int32)
    graph = nx.empty_graph(members)
    graph.add_edges_from(pairs.tolist())
    return graph, pairs


def others_within(graph, steps):
    return [len(nx.single_source_shortest_path_length(graph, ego, steps)) - 1 for ego in graph]


@given(societies, st.data())
@example((300, 250.0, 1), None)  # so dense that marks are complete early
@example((300, 0.7, 1), None)  # so sparse that few are marked
@settings(deadline=None, max_examples=60)
def test_reach_is_that_of_networkx(drawn, data):
    graph, pairs = society(*drawn)
    rows = measures.adjacency(pairs, len(graph))
    two, three = measures.reach(rows)
    assert two.tolist() == others_within(graph, 2)
    assert three.tolist() == others_within(graph, 3)
    egos = np.array(
        data.draw(st.lists(st.integers(0, len(graph) - 1), max_size=200))
        if data
        else range(len(graph)),
        np.int64,
    )
    some_two, some_three = measures.reach(rows, egos)
    assert some_two.tolist() == two[egos].tolist()
    assert some_three.tolist() == three[egos].tolist()


@given(societies)
@settings(deadline=None, max_examples=60)
def test_clustering_and_components_are_those_of_networkx(drawn):
    graph, pairs = society(*drawn)
    local = measures.clustering(measures.adjacency(pairs, len(graph)))
    assert local.tolist() == pytest.approx([nx.clustering(graph, ego) for ego in graph])
    assert local.mean() == pytest.approx(nx.average_clustering(graph))
    egos = np.arange(len(graph))[::-3]
    assert (
        measures.clustering(measures.adjacency(pairs, len(graph)), egos).tolist()
        == local[egos].tolist()
    )
    largest = max(
        nx.connected_components(graph), key=lambda component: (len(component), -min(component))
    )
    assert set(np.flatnonzero(measures.in_largest_component(pairs, len(graph)))) == largest


def test_components_of_long_chains_in_any_order():
    random = np.random.default_rng(1)
    chain = random.permutation(500)
    pairs = np.sort(np.column_stack([chain[:-1], chain[1:]]), axis=1).astype(np.int32)
    for _ in range(20):
        random.shuffle(pairs)
        assert measures.in_largest_component(pairs, 502).tolist() == [True] * 500 + [False] * 2


def helped_by(mine, *ways):
    """Return the share of needs that were met in some ways."""
    met, needs = sum(mine[f"met_by_{way}"].sum() for way in ways), mine["needs"].sum()
    return met / needs if needs else np.nan


@given(
    st.integers(2, 80),
    st.integers(0, 8),
    st.integers(0, 1000),
    st.sampled_from((("everyone",), ("everyone", "interacted", "close_friends"))),
)
@settings(deadline=None, max_examples=40)
def test_the_summary_follows_the_definitions(members, invitations_each, seed, policies):
    asked = tables.scenario(members, policies, days=50, seed=seed)
    table, connections, arcs, invitations = tables.drawn(asked, seed, invitations_each)
    ranks = np.random.default_rng(seed).integers(0, 16, members)
    upwards = invitations["ego"][ranks[invitations["alter"]] > ranks[invitations["ego"]]]
    table["rank"], table["sent_upwards"] = ranks, np.bincount(upwards, minlength=members)
    summary = measures.summary(asked, table, connections).set_index("policy")
    assert list(summary.index) == [*policies, "all"]
    assert list(summary.columns[: 1 + len(measures.MEASURES)]) == ["members", *measures.MEASURES]
    graph, outreach = nx.empty_graph(members), nx.empty_graph(members, nx.DiGraph)
    graph.add_edges_from(connections.tolist())
    outreach.add_edges_from(arcs.tolist())
    two, three = np.array(others_within(graph, 2)), np.array(others_within(graph, 3))
    largest = max(
        nx.connected_components(graph), key=lambda component: (len(component), -min(component))
    )
    for name in summary.index:
        own = [i for i in range(members) if name in ("all", table["policy"][i])]
        mine, row = table.iloc[own], summary.loc[name]
        sent = invitations[invitations["ego"].isin(own)]
        left = [(i, j) for i, j in outreach.edges if i in own]

        def mean(values):
            return sum(values) / len(values) if len(values) else np.nan

        expected = {
            "members": len(own),
            "degree": mean([graph.degree(i) for i in own]),
            "reach2": mean(two[own]),
            "reach2_share": mean(two[own] / (members - 1)),
            "reach3": mean(three[own]),
            "reach3_share": mean(three[own] / (members - 1)),
            **{
                name: mean(sent["outcome"][sent["outcome"] != "pending"] == outcome)
                for name, outcome in {
                    "acceptance": "accepted",
                    "declined": "declined",
                    "idk_rate": "idk",
                }.items()
            },
            "reciprocity": mean([outreach.has_edge(j, i) for i, j in left]),
            **{
                name: mine[name].sum() / mine["degree"].sum() if mine["degree"].sum() else np.nan
                for name in ("acquainted", "mutually_recognised")
            },
            "blocked": mean(mine["blocked_day"].notna()),
            "restricted_time": mean(mine["restricted_days"] / 50),
            "restrictions": mine["restrictions"].sum()
            / (len(own) * 50 - mine["restricted_days"].sum())
            * 365
            if len(own)
            else np.nan,
            "warned": mean(mine["warnings"] > 0),
            "limited": mean(mine["limits"] > 0),
            "appeals": mean(mine["appeals"] * 365 / 50),
            "pardoned": mine["pardons"].sum() / made if (made := mine["appeals"].sum()) else np.nan,
            "appeals_made": made,
            "unwanted_received": mean(mine["unwanted_received"] * 365 / 50),
            "cold_received": mean(mine["cold_received"] * 365 / 50),
            "unwanted_sent": mean((mine["strikes"] + mine["declined"] - mine["unseen"]) * 365 / 50),
            "cold_sent": mean(mine["cold_sent"] * 365 / 50),
            "effort": len(sent) / (sent["outcome"] == "accepted").sum()
            if (sent["outcome"] == "accepted").any()
            else np.nan,
            "lapsed": 1 - len(sent) / mine["attempts"].sum() if mine["attempts"].sum() else np.nan,
            "missed": mean(mine["missed_by_tie"] + mine["missed_by_estimate"]),
            "missed_by_tie": mean(mine["missed_by_tie"]),
            "missed_by_estimate": mean(mine["missed_by_estimate"]),
            "missed_chance": (mine["missed_by_tie"] + mine["missed_by_estimate"]).sum() / barred
            if (barred := mine["missed_pairs"].sum())
            else np.nan,
            "missed_pairs": barred,
            **{
                f"degree_{third}_rank": mean([graph.degree(i) for i in own if ranks[i] in levels])
                for third, levels in {
                    "low": range(5),
                    "middle": range(5, 11),
                    "high": range(11, 16),
                }.items()
            },
            "upwards": mine["sent_upwards"].sum() / len(sent) if len(sent) else np.nan,
            "sent_by_rank": len(sent),
            "attempts": mine["attempts"].sum(),
            "vetoed": mine["vetoes"].sum() / ends if (ends := mine["contacts"].sum()) else np.nan,
            "contact_ends": ends,
            "need_met": helped_by(mine, "connection", "contact", "referral"),
            **{
                f"met_by_{way}": helped_by(mine, way)
                for way in ("connection", "contact", "referral")
            },
            "helped": mean(mine["helped"] * 365 / 50),
            "referrals": mean(mine["referrals"] * 365 / 50),
            "needs": mine["needs"].sum(),
            "clustering": mean([nx.clustering(graph, i) for i in own]),
            "largest_component": mean([i in largest for i in own]),
            "egos": len(own),
            "decided": (sent["outcome"] != "pending").sum(),
            "arcs": len(left),
            "connection_ends": mine["degree"].sum(),
            "members_there": len(own),
            "restricted_squares": sum((mine["restricted_days"] / 50) ** 2),
            "accepted": (sent["outcome"] == "accepted").sum(),
        }
        assert row[list(expected)].to_dict() == pytest.approx(expected, nan_ok=True)
        assert row[["reach2_low", "reach2_high", "clustering_low"]].tolist() == pytest.approx(
            [row["reach2"], row["reach2"], row["clustering"]], nan_ok=True
        )
    if outreach.number_of_edges():
        assert summary.loc["all", "reciprocity"] == pytest.approx(nx.overall_reciprocity(outreach))
    assert summary.loc["all", "clustering"] == pytest.approx(nx.average_clustering(graph))


@given(scenarios())
@settings(deadline=None, max_examples=25)
def test_the_measures_of_a_run_are_those_of_networkx(scenario):
    result = sim.run(scenario, threads=1)
    graph, outreach, everybody = (
        result.graph(),
        result.outreach(),
        result.summary.set_index("policy").loc["all"],
    )
    there = [member for member, about in graph.nodes(data=True) if "left" not in about]
    graph = graph.subgraph(there)
    if not there:
        return
    assert everybody["degree"] == pytest.approx(2 * graph.number_of_edges() / len(graph))
    assert everybody["reach2"] == pytest.approx(np.mean(others_within(graph, 2)))
    assert everybody["reach3"] == pytest.approx(np.mean(others_within(graph, 3)))
    assert everybody["clustering"] == pytest.approx(nx.average_clustering(graph))
    assert everybody["largest_component"] == max(map(len, nx.connected_components(graph))) / len(
        graph
    )
    if outreach.number_of_edges():
        assert everybody["reciprocity"] == pytest.approx(nx.overall_reciprocity(outreach))
    for name, row in result.summary.set_index("policy").drop("all").iterrows():
        own = [member for member, policy in graph.nodes(data="policy") if policy == name]
        left = list(outreach.out_edges(own))
        assert row["reciprocity"] == pytest.approx(
            np.mean([outreach.has_edge(j, i) for i, j in left]) if left else np.nan, nan_ok=True
        )
        assert row["clustering"] == pytest.approx(
            nx.average_clustering(graph, own) if own else np.nan, nan_ok=True
        )


def test_a_policy_that_nobody_has_is_a_row_without_values():
    asked = tables.scenario(30)
    table, connections, _, _ = tables.drawn(asked)
    table["policy"] = pd.Categorical(["everyone"] * 30, categories=list(asked.policies))
    summary = measures.summary(asked, table, connections).set_index("policy")
    assert summary.loc["interacted", "members"] == 0
    none = summary.loc["interacted", "members":]
    nothing = ["members", "egos", *DENOMINATORS]
    assert (none[nothing] == 0).all()
    assert none.drop(nothing).isna().all()
    everyone, everybody = (
        summary.loc[name].drop(["egos", "members"]).to_numpy(float) for name in ("everyone", "all")
    )
    np.testing.assert_array_equal(everyone, everybody)


def large(members=30_000, seed=3):
    """Draw a society above the exact size; policies differ in degree, one has 1 % of members."""
    random = np.random.default_rng(seed)
    policy = random.choice(3, members, p=[0.6, 0.39, 0.01])
    weight = random.lognormal(0, 0.7, members) * np.array([1.0, 0.4, 3.0])[policy]
    place = np.cumsum(weight) / weight.sum()
    ends = np.searchsorted(place, random.random((members * 4, 2)))
    ends[::2, 1] = (
        ends[::2, 0] + random.integers(1, 20, len(ends[::2]))
    ) % members  # half the connections are with people nearby
    ends = np.unique(np.sort(ends, axis=1)[ends[:, 0] != ends[:, 1]], axis=0).astype(np.int32)
    return policy, ends


def test_intervals_of_sampled_egos_hold_the_true_means():
    policy, pairs = large()
    rows = measures.adjacency(pairs, len(policy))
    values, _ = measures.reach(rows)
    truth = np.array([*(values[policy == p].mean() for p in range(3)), values.mean()])
    inside, widths = np.zeros(4), []
    for seed in range(200):
        egos = measures.choose_egos(policy, 3, seed)
        assert np.bincount(policy[egos]).tolist() == [341, 341, min(341, (policy == 2).sum())]
        estimates = measures.means(values[egos], egos, policy, 3)
        inside += (estimates[:, 1] <= truth) & (truth <= estimates[:, 2])
        widths.append(estimates[:, 2] - estimates[:, 1])
    # of 200 intervals at 95 %, 179 to 199 hold the true mean, except once in a thousand times; if
    # every member is an ego, all do
    assert (inside[[0, 1, 3]] >= 179).all()
    assert (inside[[0, 1, 3]] <= 199).all()
    assert inside[2] == 200
    assert (np.array(widths)[:, 2] == 0).all()


def test_the_interval_of_a_sample_by_hand():
    # Of 10 members with policy 0 four are egos: mean 5, variance 20 / 3, squared error
    # 20 / 3 / 4 * (1 - 4 / 10) = 1. All members with policy 1 are egos. Nobody has policy 2. Of 20
    # members with policy 3 two are egos: mean 2, variance 2, squared error
    # 2 / 2 * (1 - 2 / 20) = 0.9.
    policy = np.repeat([0, 1, 3], [10, 2, 20])
    egos = np.array([0, 3, 4, 9, 10, 11, 12, 31])
    estimates = measures.means(np.array([2, 4, 6, 8, 7, 9, 1, 3]), egos, policy, 4)
    half = np.array([stats.t.ppf(0.975, 3), 0, np.nan, stats.t.ppf(0.975, 1) * 0.9**0.5])
    assert estimates[:4, 0].tolist() == pytest.approx([5, 8, np.nan, 2], nan_ok=True)
    assert (estimates[:4, 2] - estimates[:4, 0]).tolist() == pytest.approx(
        half.tolist(), nan_ok=True
    )
    assert (estimates[:4, 0] - estimates[:4, 1]).tolist() == pytest.approx(
        half.tolist(), nan_ok=True
    )
    error = (10 / 32) ** 2 * 1 + (20 / 32) ** 2 * 0.9
    freedom = error**2 / (((10 / 32) ** 2 * 1) ** 2 / 3 + ((20 / 32) ** 2 * 0.9) ** 2 / 1)
    overall = (10 * 5 + 2 * 8 + 20 * 2) / 32
    assert estimates[4].tolist() == pytest.approx(
        [overall, *(overall + sign * stats.t.ppf(0.975, freedom) * error**0.5 for sign in (-1, 1))]
    )


def test_egos_depend_only_on_the_seed():
    policy, _ = large()
    egos = measures.choose_egos(policy, 3, 7)
    assert (egos == measures.choose_egos(policy, 3, 7)).all()
    assert (egos != measures.choose_egos(policy, 3, 8)).any()
    assert np.all(np.diff(egos) > 0)
    swapped = np.where(
        policy == 1, 2, np.where(policy == 2, 1, 0)
    )  # the third and the second change places
    assert set(egos[policy[egos] == 0]) <= set(measures.choose_egos(swapped, 3, 7))
    assert len(measures.choose_egos(policy[: measures.EXACT_REACH], 3, 7)) == measures.EXACT_REACH
    assert (
        len(measures.choose_egos(policy[: measures.EXACT_REACH + 1], 3, 7)) < measures.EXACT_REACH
    )


def test_intervals_of_a_large_summary_hold_the_exact_values():
    policy, pairs = large(members=measures.EXACT_REACH + 1_000)
    asked = tables.scenario(len(policy), seed=5)
    table, _, _, _ = tables.drawn(asked, invitations_each=1)
    table["policy"] = pd.Categorical.from_codes(policy, list(asked.policies))
    summary = measures.summary(asked, table, pairs)
    rows = measures.adjacency(pairs, len(policy))
    exact = dict(
        zip(
            ("reach2", "reach3", "clustering"),
            (*measures.reach(rows), measures.clustering(rows)),
            strict=True,
        )
    )
    assert summary["egos"].tolist() == [341, 341, (policy == 2).sum(), 682 + (policy == 2).sum()]
    for name, values in exact.items():
        means = np.array([*(values[policy == p].mean() for p in range(3)), values.mean()])
        width = summary[f"{name}_high"] - summary[f"{name}_low"]
        assert (
            np.abs(summary[name] - means) <= width + 1e-9
        ).all()  # beyond half of it one time in 20, beyond all of it one in 10,000
        assert (width.iloc[[0, 1, 3]] > 0).all()
        assert (summary[f"{name}_low"] + width / 2).tolist() == pytest.approx(
            summary[name].tolist()
        )
