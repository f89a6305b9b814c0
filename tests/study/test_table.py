"""The table of a study: its runs, failed ones and comparisons."""

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

import sim
from sim.measures.definitions import COLUMNS, INTERVALS, MEASURES
from sim.runs.running import SUMMARY
from tests.study.small import GRID, SMALL, dies_at_seven, fails_at_seven, small, table_bytes

# The table


def test_the_table_has_the_summaries_of_the_runs_in_order(whole):
    expected = []
    for point, (limit, click) in enumerate(
        (limit, click) for limit in (1, 3, None) for click in (0.1, 0.5)
    ):
        scenario = SMALL.replace({"platform.limit": limit, "answering.idk_click": click})
        for replication, copy in enumerate(sim.replications(scenario, 3)):
            head = {
                "point": point,
                "platform.limit": np.nan if limit is None else limit,
                "answering.idk_click": click,
            }
            expected.append(
                sim.run(copy).summary.assign(
                    **head, replication=replication, seed=copy.seed, error=None
                )
            )
    table = whole.to_pandas()
    assert list(table)[:6] == [
        "point",
        "platform.limit",
        "answering.idk_click",
        "replication",
        "seed",
        "policy",
    ]
    assert list(table)[-1] == "error"
    pd.testing.assert_frame_equal(
        table,
        pd.concat(expected, ignore_index=True)[list(table)],
        check_dtype=False,
        check_exact=True,
    )
    assert whole.measures == ["members", *MEASURES, *INTERVALS]


def test_any_number_of_processes_gives_the_same_bytes(whole, tmp_path):
    assert small().run(tmp_path, jobs=2).path.read_bytes() == whole.path.read_bytes()


def test_a_finished_study_runs_nothing(whole, ran):
    before = whole.path.read_bytes()
    small().run(whole.path.parent, jobs=1)
    assert ran == []
    assert whole.path.read_bytes() == before


def test_more_replications_run_only_the_new_ones(whole, tmp_path, ran):
    small(2).run(tmp_path, jobs=1)
    del ran[:]
    small(3).run(tmp_path, jobs=1)
    assert ran == [7] * 6
    assert table_bytes(tmp_path) == whole.path.read_bytes()
    fewer = small(1).run(tmp_path, jobs=1).to_pandas()
    assert set(fewer["seed"]) == {5}


def test_equal_points_are_run_once_and_have_rows_each(tmp_path, ran):
    limits = [{"platform.limit": limit} for limit in (2, 3, 2, None, "none", 2)]
    table = sim.Study(SMALL, limits, replications=2).run(tmp_path, jobs=1).to_pandas()
    assert len(ran) == 3 * 2
    assert list(table["point"].drop_duplicates()) == list(range(6))
    first, last = (
        table[table["point"] == point].drop(columns="point").reset_index(drop=True)
        for point in (0, 5)
    )
    pd.testing.assert_frame_equal(first, last)


def test_a_table_written_in_many_pieces_is_the_same(whole, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.studies.table.ROWS", 7)
    pieces = small().run(tmp_path, jobs=1)
    assert pyarrow.parquet.ParquetFile(pieces.path).num_row_groups == 6
    pd.testing.assert_frame_equal(pieces.to_pandas(), whole.to_pandas())


def test_columns_with_the_name_of_a_parameter(tmp_path):
    table = sim.Study(
        SMALL, {"members": [30, 20], "seed": [7, 2**64 - 1], "days": [5]}, replications=2
    ).run(tmp_path, jobs=1)
    rows = table.to_pandas(policy="all")
    assert list(rows["scenario.members"]) == list(rows["members"]) == [30] * 4 + [20] * 4
    assert list(rows["scenario.seed"][:4]) == [7, 7, 2**64 - 1, 2**64 - 1]
    assert list(rows["seed"][:4]) == [7, 8, 2**64 - 1, 0]
    assert not {"scenario.members", "scenario.seed", "days"} & set(table.measures)


def test_values_that_are_not_numbers_are_json(tmp_path):
    policies = [{"everyone": 1}, {"interacted": 1, "everyone": 1}]
    table = (
        sim.Study(SMALL, {"policies": policies, "meeting.repeat_log": [True]}, replications=1)
        .run(tmp_path, jobs=1)
        .to_pandas()
    )
    assert list(table["policies"].drop_duplicates()) == [
        '{"everyone": 1}',
        '{"interacted": 1, "everyone": 1}',
    ]
    assert list(table["policy"]) == ["everyone", "all", "interacted", "everyone", "all"]
    assert table["meeting.repeat_log"].all()


# Failing


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_fails_is_a_row_and_the_others_go_on(tmp_path, jobs):
    table = sim.Study(
        SMALL, {"answering.idk_click": [0.1, 0.5]}, replications=4, keep=fails_at_seven
    ).run(tmp_path, jobs=jobs)
    failed = table.failed()
    assert list(failed["seed"]) == [7, 7]
    assert list(failed["answering.idk_click"]) == [0.1, 0.5]
    assert failed["error"].str.fullmatch(r"ZeroDivisionError: seven \(small\.py, line \d+\)").all()
    everybody = table.to_pandas(policy="all")
    assert list(everybody["degree"].isna()) == [False, False, True, False] * 2


def test_values_that_are_wrong_in_combination_are_a_failed_run(tmp_path):
    table = sim.Study(SMALL, {"society.often": [3, 9]}, replications=1).run(tmp_path, jobs=1)
    assert table.failed()["error"].tolist() == [
        "society.close: expected 10 or more, above often, got 7"
    ]


def test_a_study_whose_runs_all_fail(tmp_path):
    table = sim.Study(SMALL, {"society.often": [8, 9]}, replications=2).run(tmp_path, jobs=1)
    assert len(table) == 4
    assert table.measures == []


def test_failed_runs_can_be_tried_again(tmp_path, monkeypatch, ran):
    broken = {"on": True}

    def summary(result: sim.Result) -> pd.DataFrame:
        if broken["on"] and result.scenario.seed == 7:
            raise MemoryError
        return result.summary

    again = sim.Study(SMALL, GRID, replications=3, keep=summary)
    assert len(again.run(tmp_path, jobs=1).failed()) == 6
    broken["on"] = False
    del ran[:]
    assert len(again.run(tmp_path, jobs=1).failed()) == 6
    assert ran == []
    assert len(again.run(tmp_path, jobs=1, retry_failed=True).failed()) == 0
    assert ran == [7] * 6
    assert len(again.run(tmp_path, jobs=1, retry_failed=True).failed()) == 0
    assert ran == [7] * 6


def test_a_process_that_dies_twice_is_an_error_and_not_a_failed_run(tmp_path, ran):
    """The machine may be at fault; the other runs are done and kept."""
    study = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=4, keep=dies_at_seven)
    line = r"^the run of point 1 \(platform.limit = 3\) with seed 7: its process died twice"
    with pytest.raises(sim.InputError, match=line):
        study.run(tmp_path, jobs=2)
    assert not (tmp_path / "table.parquet").exists()
    study.keep = SUMMARY  # its process does not die; the study is the same
    study.run(tmp_path, jobs=1)
    assert ran == [7]


# Comparing


def test_points_are_compared_in_pairs_of_one_seed(tmp_path):
    limits = sim.Study(
        SMALL.replace({"answering.idk_click": 0.3}), {"platform.limit": [1, 4]}, replications=5
    )
    with pytest.raises(sim.InputError, match="has not been run"):
        limits.compare(0, 1)
    rows = limits.run(tmp_path, jobs=1).to_pandas(policy="everyone")
    one, other = (rows[rows["point"] == point]["degree"].to_numpy() for point in (0, 1))
    given = limits.compare({"platform.limit": 1}, {"platform.limit": 4}, "degree", "everyone").iloc[
        0
    ]
    paired = sim.paired(one, other)
    assert given["mean"] == paired.mean < 0
    assert (given["low"], given["high"], given["replications"]) == (paired.low, paired.high, 5)
    assert given["variance_saved"] == pytest.approx(
        1 - np.var(one - other, ddof=1) / (np.var(one, ddof=1) + np.var(other, ddof=1)), nan_ok=True
    )
    every = limits.compare(0, 1)
    assert set(every["measure"]) == set(limits.table.measures)
    runs = limits.table.to_pandas()
    blocked = sim.differences(runs, by=["policy", "point"], measures=["blocked"])
    columns = ["policy", "mean", "low", "high", "p"]
    pd.testing.assert_frame_equal(
        every[every["measure"] == "blocked"]
        .query("policy != 'all'")[columns]
        .reset_index(drop=True),
        blocked.query("policy != 'all'")[columns],
    )


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ((0, 6), "point 6: not there; must be 0 to 5"),
        (({"platform.limit": 1}, 0), r"2 points have these values"),
        (({"platform.limit": 2}, 0), "no points have these values"),
        (({"days": 2}, 0), "days: not varied in this study; must be one of platform.limit"),
        ((0, 1, "blokced"), "measure: blokced: not there; nearest: blocked"),
        ((0, 1, "blocked", "everyon"), "policy: everyon: not there; nearest: everyone"),
    ],
)
def test_wrong_comparisons(whole, asked, line):
    with pytest.raises(sim.InputError, match=line):
        whole.compare(*asked)


# Rows that are no replications


def test_rows_of_one_run_are_not_replications(tmp_path):
    """Days of one run are not independent: as replications they make intervals too narrow."""
    study = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=3, keep=sim_series)
    table = study.run(tmp_path, jobs=1)
    rows = r"12 rows of one run \(point 0, replication 0, policy 'everyone'\), which are no replic"
    with pytest.raises(sim.InputError, match=f"compare: {rows}.* sim.paired$"):
        study.compare(0, 1, "degree")
    with pytest.raises(sim.InputError, match="until: degree: a run has 12 rows of all, which are"):
        study.run(tmp_path, jobs=1, until={"degree": 0.5})
    runs = table.to_pandas()
    with pytest.raises(sim.InputError, match=r"runs: 12 rows of one run \(point 0, .* name in by "):
        sim.aggregate(runs, by=["point", "policy"], measures=["degree"])
    days = sim.aggregate(runs, by=["point", "policy", "day"], measures=["degree"])
    assert set(days["replications"]) == {3}


def sim_series(result: sim.Result) -> pd.DataFrame:
    return result.series


def test_runs_of_one_seed_at_several_points_are_not_replications(whole):
    """And a point that is in the design twice does not have twice as many."""
    runs = whole.to_pandas()
    with pytest.raises(sim.InputError, match=r"runs: 6 rows of one run \(policy 'everyone', repl"):
        sim.aggregate(runs, by="policy", measures=["degree"])
    assert set(
        sim.aggregate(runs, by=["point", "policy"], measures=["degree"])["replications"]
    ) == {3}
    long = runs.melt(["point", "policy", "seed"], ["degree"], "measure")
    with pytest.raises(sim.InputError, match="runs: 6 rows of one run"):
        sim.aggregate(long, by="policy")


def test_a_study_of_summaries_may_use_all_their_columns():
    assert list(sim.run(SMALL).summary) == ["policy", *COLUMNS]
