"""Intervals, differences and Holm's rule against libraries and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

import sim
from sim.measures import rates
from sim.measures.clearly import clearly, pooled_p, rate_p
from sim.measures.rates import Shares, independent_effect, pooled_difference, rate_interval


def shares(parts, wholes, **effects):
    parts = np.asarray(parts, float)
    return Shares(parts, np.broadcast_to(np.asarray(wholes, float), parts.shape), **effects)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(40, 60)), min_size=2, max_size=12),
    st.sampled_from((0.5, 0.9, 0.95, 0.99)),
    st.sampled_from((1.0, 0.6)),
)
def test_the_pooled_interval_is_that_of_clopper_and_pearson(runs, level, independent):
    """Of Y / k in N / k, as Korn and Graubard have it, told a second time."""
    y, n = np.array(runs, float).T
    number, p = len(y), y.sum() / n.sum()
    effect = 1.0
    if 0 < p < 1:
        between = ((y - n * p) ** 2 / n).sum() / (p * (1 - p)) / (number - 1)
        effect = (2 * independent + (number - 1) * between) / (number + 1)
    freedom = (number + 1) ** 2 / (number - 1)
    k = effect * (stats.t.ppf((1 + level) / 2, freedom) / stats.norm.ppf((1 + level) / 2)) ** 2
    expected = proportion_confint(y.sum() / k, n.sum() / k, 1 - level, method="beta")
    given = rates.pooled_interval(shares(y, n, independent=independent), level)
    assert given.mean == pytest.approx(p)
    assert (given.low, given.high) == pytest.approx(expected, rel=1e-9)


def test_nothing_seen_has_an_upper_end():
    ends = [rates.pooled_interval(shares([0] * runs, 1000)).high for runs in (3, 10, 20)]
    assert np.array(ends) * [3000, 10_000, 20_000] == pytest.approx([5.1, 4.5, 4.1], abs=0.06)


@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=2, max_size=6))
def test_no_interval_of_a_share_has_width_0(runs):
    one, other = (shares(side, 3) for side in np.array(runs).T)
    for bounds in (
        rates.pooled_interval(one),
        rate_interval(one),
        pooled_difference(one, other),
        pooled_difference(one, one),
        rates.rate_difference(one, other),
        rates.rate_difference(one, one),
    ):
        assert bounds.low < bounds.high
        assert bounds.low - 1e-12 <= bounds.mean <= bounds.high + 1e-12


def test_one_run_has_no_interval_and_runs_without_a_value_do_not_count():
    for function in (rates.pooled_interval, rate_interval):
        assert np.isnan(function(shares([3], 9)).low)
        some = function(shares([3, np.nan, 5, 0], [9, 9, 9, 0]))
        assert [*some] == pytest.approx([*map(float, function(shares([3, 5], 9)))])
        assert np.isnan(function(shares([0, 0], 0)).mean)


def test_a_rate_by_hand():
    # p = 12 / 30; residuals 2 - 4, 4 - 4, 6 - 4; t(2) sqrt(3 * 8 / 2) / 30
    rate = rate_interval(shares([2, 4, 6], 10))
    half = 4.302653 * np.sqrt(12) / 30
    assert rate[:3] == pytest.approx((0.4, 0.4 - half, 0.4 + half), rel=1e-6)
    # against 3, 4, 5 of 10: u = 3 (e1 - e2) / 30 = -.1, 0, .1
    difference = rates.rate_difference(shares([2, 4, 6], 10), shares([3, 4, 5], 10))
    assert difference.high == pytest.approx(4.302653 * np.sqrt(0.02 / 2 / 3), rel=1e-6)
    # where all runs have the same number of trials, it is the mean of the runs' rates
    random = np.random.default_rng(5)
    one, other = random.integers(0, 50, (2, 12))
    test = stats.ttest_rel(one / 50, other / 50)
    assert rate_p(shares(one, 50), shares(other, 50)) == pytest.approx(test.pvalue)


def test_a_difference_of_member_shares_by_hand():
    """Newcombe's rule with the correlation of the pairs, told a second time."""
    one, other = shares([4, 7, 9], [20, 30, 20]), shares([1, 4, 3], [20, 20, 30])
    p1, l1, u1, _ = rates.pooled_interval(one)
    p2, l2, u2, _ = rates.pooled_interval(other)
    x1, x2 = np.array([4 / 20, 7 / 30, 9 / 20]), np.array([1 / 20, 4 / 20, 3 / 30])
    c = ((x1 - x1.mean()) * (x2 - x2.mean())).sum() / 9
    v1 = rates.design_effect(one) * p1 * (1 - p1) / 70
    v2 = rates.design_effect(other) * p2 * (1 - p2) / 70
    f = c / np.sqrt(v1 * v2)
    below = np.sqrt((p1 - l1) ** 2 - 2 * f * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    above = np.sqrt((u1 - p1) ** 2 - 2 * f * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2)
    given = pooled_difference(one, other)
    assert given[:3] == pytest.approx((p1 - p2, p1 - p2 - below, p1 - p2 + above))
    assert given[1:3] == pytest.approx([-end for end in pooled_difference(other, one)[2:0:-1]])


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=9))
def test_the_p_value_is_the_level_at_which_the_interval_leaves_out_0(runs):
    one, other = (shares(side, 9) for side in np.array(runs).T)
    p = pooled_p(one, other)
    for level, out in ((1 - p * 1.01, True), (1 - p * 0.99, False)):
        if 0 < level < 1 - 1e-9:
            mean, low, high, _ = pooled_difference(one, other, level)
            assert (low > 0 or high < 0) == (out and mean != 0)


def test_policies_without_spread_within_do_not_make_a_share_certain():
    """All of one policy are blocked and none of the other: D0 is 0, which is not to be believed."""
    independent, least = independent_effect(*(np.array(one) for one in (40.0, 120.0, 40.0, 40.0)))
    assert (independent, least) == pytest.approx((0, 4 / (120 / 3 * 2 / 3)))
    bounds = rates.pooled_interval(shares([20, 20], 60, independent=independent, least=least))
    assert bounds.low < 1 / 3 - 3 / 120
    assert bounds.high > 1 / 3 + 3 / 120


@given(st.lists(st.integers(0, 99).map(lambda p: p / 999), min_size=1, max_size=12))
def test_clearly_is_holms_rule(p_values):
    """The smallest is held against 0.05 by the number of all, the next by one fewer, and so on."""
    number, held = len(p_values), True
    expected = {}
    for place in sorted(range(number), key=lambda place: p_values[place]):
        held = held and p_values[place] <= 0.05 / (number - len(expected))
        expected[place] = held
    assert clearly(p_values).tolist() == [expected[place] for place in range(number)]


def test_nothing_is_clear_with_fewer_than_ten_runs():
    assert clearly([1e-9, 1e-9, np.nan], [9, 10, 10]).tolist() == [False, True, False]
    assert clearly([], []).tolist() == []
    # what has no value does not make the family larger
    assert clearly([0.04, np.nan]).tolist() == [True, False]


def runs(number=12):
    """Draw blocked members of two policies, and everybody, at two points."""
    random = np.random.default_rng(2)
    rows = []
    for point, chances in enumerate(((0.1, 0.6), (0.0, 1.0))):
        for replication in range(number):
            blocked = random.binomial((30, 60), chances)
            for policy, part, whole in zip(
                ("a", "b", "all"), (*blocked, blocked.sum()), (30, 60, 90), strict=True
            ):
                rows.append((point, replication, policy, whole, part / whole))
    return pd.DataFrame(rows, columns=["point", "replication", "policy", "members", "blocked"])


def test_tables_have_the_interval_of_each_measure():
    """That of everybody knows the policies, if all of them are in the table."""
    table = runs()
    given = sim.aggregate(table, by=["point", "policy"], measures=["blocked"])
    given = given.set_index(["point", "policy"])
    wide = {
        name: rows.pivot(index="point", columns="replication", values="blocked").to_numpy()
        for name, rows in table.groupby("policy")
    }
    of_a = rates.pooled_interval(shares(wide["a"] * 30, 30))
    assert given.xs("a", level="policy")["high"].to_numpy() == pytest.approx(of_a.high)
    p = {name: values[0].mean() for name, values in wide.items()}
    independent = (30 * p["a"] * (1 - p["a"]) + 60 * p["b"] * (1 - p["b"])) / (
        90 * p["all"] * (1 - p["all"])
    )
    of_all = rates.pooled_interval(shares(wide["all"][0] * 90, 90, independent=independent))
    assert given.loc[(0, "all"), ["low", "high"]].tolist() == pytest.approx(
        [of_all.low.item(), of_all.high.item()]
    )
    alone = sim.aggregate(table.query("policy == 'all'"), by="point", measures=["blocked"])
    assert alone["high"].tolist() == pytest.approx(
        rates.pooled_interval(shares(wide["all"] * 90, 90)).high.tolist()
    )
    assert (given["low"] < given["high"]).all()
    without = sim.aggregate(table.drop(columns="members"), by=["point", "policy"])
    assert without["low"].tolist()[0] == pytest.approx(sim.mean_interval(wide["a"][0]).low)


def test_differences_are_those_of_the_chosen_pairs():
    table = runs()
    each = sim.differences(table, by=["point", "policy"])
    assert each[["point", "policy", "than_policy"]].to_numpy().tolist() == [
        [0, "a", "b"],
        [1, "a", "b"],
    ]
    points = [((0, "all"), (1, "all"))]
    turned = table.sort_values("replication", ascending=False, kind="stable")
    one = sim.differences(turned, by=["point", "policy"], pairs=points).iloc[0]
    other = sim.differences(table, by=["policy", "point"], pairs=[(("all", 0), ("all", 1))]).iloc[0]
    names = ["mean", "low", "high", "p", "variance_saved", "replications"]
    assert one[names].tolist() == pytest.approx(other[names].tolist())
    with pytest.raises(sim.InputError, match=r"pairs: no rows of \(2, 'a'\)"):
        sim.differences(table, by=["point", "policy"], pairs=[((2, "a"), (0, "a"))])


def test_what_is_put_in_is_none_by_assumption():
    clicked, blocked = {"idk_rate"}, {"blocked", "restricted_time"}
    default = sim.Scenario()

    def none(policy, **changes):
        names = {name.replace("__", "."): value for name, value in changes.items()}
        return sim.none_by_assumption(default.replace(names))[policy]

    assert none("close_friends") == clicked | blocked
    assert none("everyone") == none("all") == none("interacted") == set()
    assert none("close_friends", platform__min_ratio=0.5) == clicked
    assert none("close_friends", answering__recognise=(0, 0.5, 0.9, 1, 0.99)) == set()
    assert none("everyone", platform__limit=None) == none("all", platform__limit=None) == blocked
    assert none("all", answering__idk_click=0.0) == clicked | blocked
    several = sim.none_by_assumption(default, default.replace({"platform.min_ratio": 0.5}))
    assert several["close_friends"] == clicked
    assert none("close_friends", inviting__mistaken=0.01) == set()
    asks = {"policies__interacted__asks_first": True, "inviting__mistaken": 0.1}
    assert none("interacted", **asks) == clicked | blocked
    warned, limited = {"warned"}, {"limited"}
    assert none("everyone", platform__ladder="warn, email") == blocked
    assert none("everyone", platform__ladder="good") == warned | limited
    known = none("close_friends", platform__ladder="warn, email, good")
    assert known == clicked | blocked | warned | limited
