"""Statistics over replications against scipy and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.measures.intervals import Interval, mean_interval, paired_difference
from sim.measures.statistics import aggregate

numbers = st.floats(-1e6, 1e6)
levels = st.sampled_from((0.5, 0.9, 0.95, 0.99))


@given(st.lists(numbers, min_size=2, max_size=40), levels)
def test_the_interval_is_that_of_scipy(values, level):
    mean, low, high, replications = mean_interval(values, level)
    assert replications == len(values)
    assert mean == pytest.approx(np.mean(values), abs=1e-6)
    deviation = stats.sem(values)
    expected = (
        stats.t.interval(level, len(values) - 1, np.mean(values), deviation)
        if deviation > 0
        else (mean, mean)
    )
    assert (low, high) == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_the_interval_by_hand():
    # 1, 2, 3, 4: mean 2.5, sd 1.2910, sd / 2 = 0.6455; t(3) at 0.975 = 3.1824
    assert mean_interval([1, 2, 3, 4]) == pytest.approx(
        (2.5, 2.5 - 3.18245 * 0.6454972, 2.5 + 3.18245 * 0.6454972, 4), abs=1e-5
    )


def test_an_interval_of_few_values():
    assert mean_interval([7.0, np.nan]) == pytest.approx(
        Interval(7, np.nan, np.nan, 1), nan_ok=True
    )
    assert mean_interval([np.nan]) == pytest.approx(
        Interval(np.nan, np.nan, np.nan, 0), nan_ok=True
    )
    assert mean_interval([]) == pytest.approx(Interval(np.nan, np.nan, np.nan, 0), nan_ok=True)
    assert mean_interval([2.0, 2.0, np.nan, 2.0]) == (2, 2, 2, 3)
    assert (
        mean_interval(pd.array([1, None, 3], "Int32").to_numpy(float, na_value=np.nan)).replications
        == 2
    )


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=40), levels)
def test_the_paired_difference_is_that_of_scipy(pairs, level):
    a, b = np.array(pairs).T
    difference = paired_difference(a, b, level)
    if np.std(a - b) > 1e-9 * max(1, np.abs(pairs).max()):
        expected = stats.ttest_rel(a, b).confidence_interval(level)
        assert (difference.low, difference.high) == pytest.approx(
            (expected.low, expected.high), rel=1e-6, abs=1e-6
        )
    assert difference.mean == pytest.approx(np.mean(a) - np.mean(b), abs=1e-6)
    variance = np.var(a, ddof=1) + np.var(b, ddof=1)
    if variance > 1e-3:
        assert difference.variance_saved == pytest.approx(
            2 * np.cov(a, b)[0, 1] / variance, abs=1e-6
        )


def test_the_variance_that_pairing_saves():
    luck = np.array([1.0, 5.0, 2.0, 8.0])
    assert paired_difference(luck + 3, luck) == (3, 3, 3, 4, 1)
    assert paired_difference(luck, -luck).variance_saved == -1
    independent = paired_difference([1, 1, 2, 2], [1, 2, 1, 2])
    assert (independent.mean, independent.variance_saved) == (0, 0)
    gaps = paired_difference([1, np.nan, 4], [np.nan, 2, 1])
    assert gaps[:4] == pytest.approx((3, np.nan, np.nan, 1), nan_ok=True)
    assert np.isnan(gaps.variance_saved)
    holes = paired_difference([1, 9, 3, np.nan, 6], [2, 4, np.nan, 5, 6])
    assert holes == paired_difference([1, 9, 6], [2, 4, 6])
    assert holes.replications == 3
    assert np.isnan(paired_difference([2, 2], [1, 1]).variance_saved)
    with pytest.raises(ValueError, match=r"got 2 and 3"):
        paired_difference([1, 2], [1, 2, 3])


def runs(replications=5, seed=0):
    random = np.random.default_rng(seed)
    rows = [
        (r, r + 7, population, policy)
        for r in range(replications)
        for population in ("mixed", "alone")
        for policy in ("b", "a", "all")
    ]
    table = pd.DataFrame(rows, columns=["replication", "seed", "population", "policy"])
    table["reach2"], table["degree"] = (
        random.normal(100, 9, len(table)),
        random.integers(0, 9, len(table)),
    )
    table["time_to_block_days"] = np.where(
        table["policy"] == "a",
        np.nan,
        np.where(table["replication"] == 0, np.nan, random.normal(9, 1, len(table))),
    )
    return table


def test_aggregate_has_a_row_for_each_measure_in_the_order_of_the_runs():
    table = runs()
    summary = aggregate(table)
    assert list(summary.columns) == [
        "population",
        "policy",
        "measure",
        "mean",
        "low",
        "high",
        "replications",
    ]
    order = [
        (population, policy) for population in ("mixed", "alone") for policy in ("b", "a", "all")
    ]
    measures = ("reach2", "degree", "time_to_block_days")
    assert [tuple(row) for row in summary[["population", "policy", "measure"]].to_numpy()] == [
        (*key, name) for key in order for name in measures
    ]
    for row in summary.itertuples():
        values = table.loc[
            (table["population"] == row.population) & (table["policy"] == row.policy), row.measure
        ]
        if (
            row.measure == "time_to_block_days" and row.policy != "a"
        ):  # a median that the first replication has not reached
            assert np.isnan([row.mean, row.low, row.high]).all()
            continue
        assert (row.mean, row.low, row.high, row.replications) == pytest.approx(
            mean_interval(values), nan_ok=True, rel=1e-12
        )
    assert summary.query("policy == 'a' and measure == 'time_to_block_days'")[
        "replications"
    ].tolist() == [0, 0]
    assert summary.query("policy == 'b' and measure == 'time_to_block_days'")[
        "replications"
    ].tolist() == [4, 4]


def test_aggregate_takes_long_tables_other_keys_and_a_choice_of_measures():
    table = runs()
    expected = aggregate(table)
    long = table.melt(["replication", "seed", "population", "policy"], var_name="measure")
    pd.testing.assert_frame_equal(aggregate(long), expected)
    some = aggregate(table, measures=["degree"], level=0.5)
    assert set(some["measure"]) == {"degree"}
    assert (some["high"] < expected.query("measure == 'degree'")["high"].to_numpy()).all()
    pd.testing.assert_frame_equal(aggregate(long, measures=["degree"], level=0.5), some)
    by_day = pd.concat([table.assign(day=day) for day in (1, 2)])
    assert len(aggregate(by_day, by=("population", "policy", "day"))) == 2 * len(expected)
    categories = table.assign(policy=pd.Categorical(table["policy"], ["all", "a", "b", "nobody's"]))
    assert aggregate(categories)["policy"].tolist() == expected["policy"].tolist()
    with pytest.raises(
        ValueError,
        match=r"no column 'policy'; must be one of replication, seed, population, reach2",
    ):
        aggregate(table.drop(columns="policy"))
    with pytest.raises(ValueError, match="no column 'reach9'"):
        aggregate(table, measures=["reach9"])


def test_aggregate_of_one_replication_has_no_intervals():
    summary = aggregate(runs(1))
    assert summary["low"].isna().all()
    assert summary["high"].isna().all()
    assert (summary["mean"].isna() == (summary["measure"] == "time_to_block_days")).all()


@given(st.integers(0, 1000))
@settings(max_examples=5, deadline=None)
def test_aggregate_does_not_depend_on_the_order_of_replications(seed):
    table = runs(seed=seed)
    turned = table.sort_values("replication", ascending=False, kind="stable")
    pd.testing.assert_frame_equal(aggregate(turned), aggregate(table), rtol=1e-12)
    pd.testing.assert_frame_equal(aggregate(table), aggregate(table), check_exact=True)


def test_rows_without_a_limit_are_a_group_too():
    runs = pd.DataFrame(
        {
            "limit": [np.nan, 3.0, np.nan, 3.0],
            "replication": [0, 0, 1, 1],
            "blocked": [0.0, 0.2, 0.2, 0.4],
        }
    )
    table = aggregate(runs, by="limit")
    assert table["mean"].round(9).tolist() == [0.1, 0.3]
    assert table["limit"].isna().tolist() == [True, False]
