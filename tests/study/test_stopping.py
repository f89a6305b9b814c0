"""How many replications a point needs."""

import math

import pandas as pd
import pyarrow
import pytest

import sim
from sim.studies.stopping import PrecisionTarget
from tests.study.small import SMALL, table_bytes


def test_replications_until_the_interval_is_narrow_enough(tmp_path, ran):
    both = sim.Study(SMALL, {"answering.idk_click": [0.0, 0.5]})
    table = both.run(tmp_path, jobs=1, until={"blocked": 0.025, "degree/everyone": 2.0}, most=60)
    assert len(ran) == len(
        set(
            zip(
                table.to_pandas(policy="all")["point"],
                table.to_pandas(policy="all")["replication"],
                strict=True,
            )
        )
    )
    numbers = []
    for point in (0, 1):
        rows = table.to_pandas()
        rows = rows[rows["point"] == point]
        estimates = sim.aggregate(rows, by="policy").set_index(["measure", "policy"])
        halves = (estimates["high"] - estimates["low"]) / 2
        number = estimates.loc[("degree", "everyone"), "replications"]
        narrow = halves["blocked", "all"] <= 0.025 and halves["degree", "everyone"] <= 2
        assert narrow or number == 60
        numbers.append(number)
    # where nobody can be blocked, fewer will do
    assert 15 <= numbers[0] <= numbers[1]
    again = tmp_path / "again"
    both.run(again, jobs=1, until={"blocked": 0.2})  # less was asked at first
    both.run(again, jobs=2, until={"blocked": 0.025, "degree/everyone": 2.0}, most=60)
    assert table_bytes(again) == table_bytes(tmp_path)


def test_until_stops_if_all_runs_fail(tmp_path):
    table = sim.Study(SMALL, {"society.often": [9]}).run(tmp_path, jobs=1, until={"blocked": 0.01})
    assert len(table) == 10


def rows(values, members=None, measure="degree"):
    """Return runs as a stopping rule sees them, with the row of everybody."""
    columns = {"policy": ["all"]} | ({"members": [members]} if members else {})
    return [
        None if value is None else pyarrow.RecordBatch.from_pydict({**columns, measure: [value]})
        for value in values
    ]


def test_how_many_replications_a_precision_target_needs():
    rule = PrecisionTarget({"degree": 1.0}, most=50)
    assert rule.enough(rows([0.0, 10.0] * 5)) == 20  # far from enough: twice as many
    assert rule.enough(rows([0.0, 3.2] * 5)) == 15  # half-width 1.21: 10 * 1.21**2
    assert rule.enough(rows([None] * 10)) == 10
    missing = [rule.enough(rows([math.nan] * number)) for number in (10, 20, 40, 50)]
    assert missing == [20, 40, 50, 50]  # no interval at all


def test_narrow_intervals_are_confirmed_by_more_replications():
    rule = PrecisionTarget({"degree": 1.0}, most=500)
    narrow = [0.0, 1.0] * 5
    assert rule.enough(rows(narrow)) == 15
    assert rule.enough(rows([*narrow, 0.0, 1.0, 0.0, 1.0, 0.0])) == 15
    # not narrow with these: on, and confirmed again by a fifth
    wide = [*narrow, 0.0, 9.0, 0.0, 9.0, 0.0]
    on = rule.enough(rows(wide))
    assert 15 < on <= 30
    again = [*wide, *[0.5] * 35]
    numbers = [number for number in range(15, 51) if rule.enough(rows(again[:number])) == number]
    assert numbers
    assert numbers[0] >= on + 5


def test_no_rule_stops_on_an_interval_without_width():
    """A mean that never varies is believed from 30 on; a share has its own interval."""
    mean = PrecisionTarget({"degree": 0.1}, most=500)
    numbers = [mean.enough(rows([0.1] * number)) for number in (10, 20, 30, 36)]
    assert numbers == [20, 30, 36, 36]
    share = PrecisionTarget({"blocked": 0.001}, most=500)
    unseen = [rows([0.0] * number, members=50, measure="blocked") for number in (10, 20, 40, 80)]
    # the upper end for nothing seen is about 4 / N, so half of it is narrow from 2,000 members on
    assert [share.enough(one) for one in unseen][:2] == [20, 40]
    assert share.enough(unseen[3]) > 40


def test_a_relative_goal_needs_an_interval_above_0():
    rule = PrecisionTarget({"degree": "10 %"}, most=500)
    assert rule.enough(rows([100.0, 110.0] * 5)) == 15
    assert rule.enough(rows([0.0] * 40)) > 40
    assert rule.enough(rows([-1.0, -1.01] * 5)) > 15


@pytest.mark.parametrize(
    ("until", "line"),
    [
        ({}, "until: no measure"),
        (["blocked"], r"until: no measure \(got \['blocked'\]\)"),
        ({3: 0.1}, "until: 3: not the name of a measure"),
        ({"blocked": 0}, r"until: blocked: not half the width of an interval \(got 0\)"),
        ({"blocked": "ten %"}, r"until: blocked: not half .* \(got 'ten %'\).*'10 %'"),
        ({"blokced": 1}, "until: blokced: no such measure; nearest: blocked"),
        (
            {"blocked/everybody": 1},
            r"until: blocked/everybody: no such policy.*must be one of everyone",
        ),
    ],
)
def test_a_wrong_until_is_an_error_before_the_first_run(tmp_path, until, line):
    with pytest.raises(sim.InputError, match=line):
        sim.Study(SMALL, {"platform.limit": [1]}).run(tmp_path, jobs=1, until=until)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_until_may_show_only_after_the_first_run(tmp_path, ran):
    own = sim.Study(SMALL, {"platform.limit": [1]}, keep=twice)
    assert len(own.run(tmp_path / "own", jobs=1, until={"twice": 1.0}, most=10)) == 40
    with pytest.raises(
        sim.InputError, match="until: blocked: no such measure; must be one of twice"
    ):
        own.run(tmp_path / "none", jobs=1, until={"blocked": 1.0})
    ran.clear()
    two = sim.Study(SMALL, {"policies": [{"everyone": 1}, {"interacted": 1}]})
    with pytest.raises(
        sim.InputError,
        match=r"until: blocked/everyone: no such policy.*must be one of interacted, all",
    ):
        two.run(tmp_path / "two", jobs=1, until={"blocked/everyone": 1.0}, most=10)
    assert len(ran) == 11


def twice(result: sim.Result) -> pd.DataFrame:
    return result.summary[["policy"]].assign(twice=2 * result.summary["degree"])
