"""A study: nothing that was finished is lost, and what comes out does not depend on how it was done."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim import files, records, study
from sim.plan import Until
from sim.runs import run
from sim.store import Store

HOUSE = Path(__file__).parent.parent
SMALL = sim.Scenario(members=40, days=12, seed=5, meeting={"history_days": 10}, platform={"limit": 1})
LONG = 15
"""Replications of a study that lasts long enough to be stopped."""
GRID = {"platform.limit": [1, 3, None], "answering.idk_click": [0.1, 0.5]}


def small(replications: int = 3, **changes) -> sim.Study:
    return sim.Study(SMALL.replace(changes), GRID, replications=replications)


def fails_at_seven(result: sim.Result) -> pd.DataFrame:
    if result.scenario.seed == 7:
        raise ZeroDivisionError("seven")
    return result.summary


def dies_at_seven(result: sim.Result) -> pd.DataFrame:
    if result.scenario.seed == 7 and result.scenario.platform.limit == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return result.summary


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> sim.StudyTable:
    return small().run(tmp_path_factory.mktemp("whole"), jobs=1)


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory) -> bytes:
    return small(LONG).run(tmp_path_factory.mktemp("never"), jobs=1).path.read_bytes()


@pytest.fixture
def ran(monkeypatch) -> list[int]:
    """Give the list that grows with the seed of every run that this process does."""
    seeds: list[int] = []
    monkeypatch.setattr("sim.runs.run", lambda scenario, **options: seeds.append(scenario.seed) or run(scenario, **options))
    return seeds


def table_bytes(folder: Path) -> bytes:
    return (folder / "table.parquet").read_bytes()


# The table


def test_the_table_is_the_summaries_of_the_runs_in_order(whole):
    expected = []
    for point, (limit, click) in enumerate((limit, click) for limit in (1, 3, None) for click in (0.1, 0.5)):
        scenario = SMALL.replace({"platform.limit": limit, "answering.idk_click": click})
        for replication, copy in enumerate(sim.replications(scenario, 3)):
            head = {"point": point, "platform.limit": np.nan if limit is None else limit, "answering.idk_click": click}
            expected.append(sim.run(copy).summary.assign(**head, replication=replication, seed=copy.seed, error=None))
    table = whole.to_pandas()
    assert list(table)[:6] == ["point", "platform.limit", "answering.idk_click", "replication", "seed", "policy"]
    assert list(table)[-1] == "error"
    pd.testing.assert_frame_equal(table, pd.concat(expected, ignore_index=True)[list(table)], check_dtype=False, check_exact=True)
    assert whole.measures == list(sim.run(SMALL).summary)[1:]


def test_any_number_of_processes_gives_the_same_bytes(whole, tmp_path):
    assert small().run(tmp_path, jobs=2).path.read_bytes() == whole.path.read_bytes()


def test_a_finished_study_runs_nothing(whole, ran):
    before = whole.path.read_bytes()
    small().run(whole.path.parent, jobs=1)
    assert ran == []
    assert whole.path.read_bytes() == before


def test_more_replications_run_only_those(whole, tmp_path, ran):
    small(2).run(tmp_path, jobs=1)
    del ran[:]
    small(3).run(tmp_path, jobs=1)
    assert ran == [7] * 6
    assert table_bytes(tmp_path) == whole.path.read_bytes()
    fewer = small(1).run(tmp_path, jobs=1).to_pandas()
    assert set(fewer["seed"]) == {5}


def test_equal_points_are_run_once_and_stand_in_the_table_twice(tmp_path, ran):
    limits = [{"platform.limit": limit} for limit in (2, 3, 2, None, "none", 2)]
    table = sim.Study(SMALL, limits, replications=2).run(tmp_path, jobs=1).to_pandas()
    assert len(ran) == 3 * 2
    assert list(table["point"].drop_duplicates()) == list(range(6))
    first, last = (table[table["point"] == point].drop(columns="point").reset_index(drop=True) for point in (0, 5))
    pd.testing.assert_frame_equal(first, last)


def test_many_blocks_are_one_table(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "RUNS_PER_BLOCK", 3)
    monkeypatch.setattr("sim.study_table.ROWS", 7)
    pieces = small().run(tmp_path, jobs=1)
    assert len(list((tmp_path / "runs").iterdir())) == 6
    pd.testing.assert_frame_equal(pieces.to_pandas(), whole.to_pandas())


def test_columns_that_bear_the_name_of_a_parameter(tmp_path):
    table = sim.Study(SMALL, {"members": [30, 20], "seed": [7, 2**64 - 1], "days": [5]}, replications=2).run(tmp_path, jobs=1)
    rows = table.to_pandas(policy="all")
    assert list(rows["scenario.members"]) == list(rows["members"]) == [30] * 4 + [20] * 4
    assert list(rows["scenario.seed"][:4]) == [7, 7, 2**64 - 1, 2**64 - 1]
    assert list(rows["seed"][:4]) == [7, 8, 2**64 - 1, 0]
    assert not {"scenario.members", "scenario.seed", "days"} & set(table.measures)


def test_what_is_no_number_stands_as_json(tmp_path):
    policies = [{"everyone": 1}, {"interacted": 1, "everyone": 1}]
    table = sim.Study(SMALL, {"policies": policies, "meeting.repeat_log": [True]}, replications=1).run(tmp_path, jobs=1).to_pandas()
    assert list(table["policies"].drop_duplicates()) == ['{"everyone": 1}', '{"interacted": 1, "everyone": 1}']
    assert list(table["policy"]) == ["everyone", "all", "interacted", "everyone", "all"]
    assert table["meeting.repeat_log"].all()


# Being stopped

SCRIPT = """
    import sys
    import sim
    from tests.test_study import small

    if __name__ == "__main__":
        small(int(sys.argv[2])).run(sys.argv[1], jobs=int(sys.argv[3]))
"""


@contextlib.contextmanager
def started(folder: Path, replications: int, jobs: int, script: Path) -> Iterator[subprocess.Popen[str]]:
    script.write_text(textwrap.dedent(SCRIPT))
    command = [sys.executable, str(script), str(folder), str(replications), str(jobs)]
    settings = os.environ | {"PYTHONPATH": str(HOUSE)}
    with subprocess.Popen(
        command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def wait_for_runs(folder: Path, running: subprocess.Popen[str], number: int = 5) -> None:
    while len(list(folder.glob("runs/*/[!.]*.parquet"))) < number:
        assert running.poll() is None, running.communicate()
        time.sleep(0.002)


@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_and_started_again_it_does_what_is_missing(never_stopped, tmp_path, ran, jobs):
    folder = tmp_path / "killed"
    with started(folder, LONG, jobs, tmp_path / "long.py") as running:
        wait_for_runs(folder, running)
        running.kill()
    kept = len(list(folder.glob("runs/*/[!.]*.parquet")))
    assert 5 <= kept < 6 * LONG
    small(LONG).run(folder, jobs=1)
    assert len(ran) == 6 * LONG - kept
    assert table_bytes(folder) == never_stopped


def test_ctrl_c_says_what_is_kept(tmp_path):
    folder = tmp_path / "stopped"
    with started(folder, LONG, 2, tmp_path / "long.py") as running:
        wait_for_runs(folder, running)
        os.killpg(running.pid, signal.SIGINT)
        _, said = running.communicate(timeout=60)
    kept = len(list(folder.glob("runs/*/[!.]*.parquet")))
    assert said.splitlines()[-1] == (
        f"KeyboardInterrupt: interrupted; {kept} finished runs are kept in {folder}, and the same again goes on from there"
    )


@pytest.mark.parametrize("step", ["beside", "renamed", "half deleted"])
def test_stopped_while_runs_are_put_into_one_file(whole, tmp_path, monkeypatch, ran, step):
    unlink, compact = Path.unlink, Store.compact
    left = {"renamed": 0, "half deleted": 4}.get(step, 99)

    def stopped(path: Path, **options) -> None:
        nonlocal left
        if not path.name.startswith(".") and path.parent.name.startswith("block="):
            left -= 1
            if left < 0:
                raise SystemExit("power")
        unlink(path, **options)

    def cut(store: Store, block: int) -> None:
        (store.runs / f"block={block:05}" / ".0a.block.parquet").write_bytes(b"half")
        raise SystemExit("power")

    with monkeypatch.context() as during:
        during.setattr(Path, "unlink", stopped)
        during.setattr(Store, "compact", cut if step == "beside" else compact)
        with pytest.raises(SystemExit):
            small().run(tmp_path, jobs=1)
    assert len(ran) == 18
    small().run(tmp_path, jobs=1)
    assert len(ran) == 18
    assert table_bytes(tmp_path) == whole.path.read_bytes()
    assert [path.name for path in (tmp_path / "runs").glob("*/*")] == ["block.parquet"]


def test_a_full_disk_is_a_line_and_keeps_what_is_finished(whole, tmp_path, monkeypatch, ran):
    fsync, left = os.fsync, 8

    def full(file: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    with monkeypatch.context() as during:
        during.setattr(files.os, "fsync", full)
        with pytest.raises(sim.InputError, match=r"can't be written \(No space left on device\)"):
            small().run(tmp_path, jobs=1)
    assert len(list(tmp_path.glob("runs/*/*"))) == 7  # one was study.json
    assert not (tmp_path / "table.parquet").exists()
    del ran[:]
    small().run(tmp_path, jobs=1)
    assert len(ran) == 18 - 7
    assert table_bytes(tmp_path) == whole.path.read_bytes()


def test_two_processes_do_not_share_a_folder(tmp_path):
    folder = tmp_path / "busy"
    with started(folder, LONG, 1, tmp_path / "long.py") as running:
        wait_for_runs(folder, running)
        with pytest.raises(sim.InputError, match=f"another process works on it \\(process {running.pid} on "):
            small(LONG).run(folder, jobs=1)
        running.kill()
    assert len(small(1).run(folder, jobs=1)) == 6 * 4  # the lock went with its process


# Whose folder


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (lambda: small(days=13), r"scenario\.days is 12 there and 13 here"),
        (lambda: sim.Study(SMALL, GRID | {"platform.limit": [1, 3]}), r"values\.platform\.limit is \[1, 3, null\] there and \[1, 3\] here"),
        (lambda: sim.Study(SMALL, {"platform.limit": [1, 3, None]}), r"varied is .* there and \[\"platform\.limit\"\] here"),
        (lambda: sim.Study(SMALL, dict(reversed(GRID.items()))), "varied is"),
        (lambda: sim.Study(SMALL, GRID, keep=fails_at_seven), "keep is"),
        (lambda: small(policies={"interacted": 1, "everyone": 1, "close_friends": 1}), r"scenario\.policies in the order everyone, "),
    ],
)
def test_the_folder_of_another_study_is_refused(whole, other, differs):
    with pytest.raises(sim.InputError, match=f"holds another study: {differs}"):
        other().run(whole.path.parent, jobs=1)


def test_the_folder_of_another_version_is_refused(whole, monkeypatch):
    monkeypatch.setattr(study, "VERSION", "77.0.1")
    with pytest.raises(sim.InputError, match=r'model is "0\.\d+" there and "77\.0" here'):
        small().run(whole.path.parent, jobs=1)


def test_a_contact_log_that_has_changed_is_another_study(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("t,i,j\n1,a,b\n90000,b,c\n")
    scenario = sim.Scenario(days=3, meeting={"contacts": str(log)})
    sim.Study(scenario, {"platform.limit": [1]}, replications=1).run(tmp_path / "out", jobs=1)
    log.write_text("t,i,j\n1,a,b\n90000,a,c\n")
    with pytest.raises(sim.InputError, match="another study: contacts"):
        sim.Study(scenario, {"platform.limit": [1]}, replications=1).run(tmp_path / "out", jobs=1)


def test_a_folder_that_is_no_study(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(sim.InputError, match="can't be written"):
        small().run(tmp_path / "file", jobs=1)
    (tmp_path / "runs").mkdir()
    with pytest.raises(sim.InputError, match=r"has runs but no study\.json"):
        small().run(tmp_path, jobs=1)
    (tmp_path / "study.json").write_text("{}")
    with pytest.raises(sim.InputError, match="not of a study"):
        small().run(tmp_path, jobs=1)


# Failing


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_fails_is_a_row_and_the_others_go_on(tmp_path, jobs):
    table = sim.Study(SMALL, {"answering.idk_click": [0.1, 0.5]}, replications=4, keep=fails_at_seven).run(tmp_path, jobs=jobs)
    failed = table.failed()
    assert list(failed["seed"]) == [7, 7]
    assert list(failed["answering.idk_click"]) == [0.1, 0.5]
    assert failed["error"].str.fullmatch(r"ZeroDivisionError: seven \(test_study\.py, line \d+\)").all()
    everybody = table.to_pandas(policy="all")
    assert list(everybody["degree"].isna()) == [False, False, True, False] * 2


def test_what_is_wrong_only_together_is_a_row_too(tmp_path):
    table = sim.Study(SMALL, {"society.often": [3, 9]}, replications=1).run(tmp_path, jobs=1)
    assert table.failed()["error"].tolist() == ["society.close: not above often, 9 (got 7); must be 10 or more"]


def test_nothing_but_failures(tmp_path):
    table = sim.Study(SMALL, {"society.often": [8, 9]}, replications=2).run(tmp_path, jobs=1)
    assert len(table) == 4
    assert table.measures == []


def test_failed_runs_are_tried_again_if_so_asked(tmp_path, monkeypatch, ran):
    broken = {"on": True}
    real = records.summary

    def summary(result: sim.Result) -> pd.DataFrame:
        if broken["on"] and result.scenario.seed == 7:
            raise MemoryError
        return real(result)

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


def test_a_process_that_dies_twice_is_a_failed_run(tmp_path):
    table = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=4, keep=dies_at_seven).run(tmp_path, jobs=2)
    failed = table.failed()
    assert failed[["platform.limit", "seed"]].to_numpy().tolist() == [[3, 7]]
    assert failed["error"].item().startswith("its process died twice")
    assert table.to_pandas(policy="all")["degree"].notna().sum() == 7


# Comparing


def test_paired_by_construction(tmp_path):
    limits = sim.Study(SMALL.replace({"answering.idk_click": 0.3}), {"platform.limit": [1, 4]}, replications=5)
    with pytest.raises(sim.InputError, match="has not been run"):
        limits.compare(0, 1)
    rows = limits.run(tmp_path, jobs=1).to_pandas(policy="everyone")
    one, other = (rows[rows["point"] == point]["blocked"].to_numpy() for point in (0, 1))
    given = limits.compare({"platform.limit": 1}, {"platform.limit": 4}, "blocked", "everyone").iloc[0]
    paired = sim.paired(one, other)
    assert given["mean"] == paired.mean > 0
    assert (given["low"], given["high"], given["replications"]) == (paired.low, paired.high, 5)
    assert given["variance_saved"] == pytest.approx(
        1 - np.var(one - other, ddof=1) / (np.var(one, ddof=1) + np.var(other, ddof=1)), nan_ok=True
    )
    every = limits.compare(0, 1)
    assert set(every["measure"]) == set(limits.table.measures)


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
def test_what_cannot_be_compared(whole, asked, line):
    with pytest.raises(sim.InputError, match=line):
        whole.compare(*asked)


# Enough replications


def test_until_the_interval_is_narrow_enough(tmp_path, ran):
    both = sim.Study(SMALL, {"answering.idk_click": [0.0, 0.5]})
    table = both.run(tmp_path, jobs=1, until={"blocked": 0.02, "degree/everyone": 2.0}, most=60)
    assert len(ran) == len(set(zip(table.to_pandas(policy="all")["point"], table.to_pandas(policy="all")["replication"], strict=True)))
    numbers = []
    for point in (0, 1):
        rows = table.to_pandas()
        rows = rows[rows["point"] == point]
        blocked, degree = (rows[rows["policy"] == policy][name] for policy, name in (("all", "blocked"), ("everyone", "degree")))
        narrow = [(interval.high - interval.low) / 2 for interval in map(sim.mean_interval, (blocked, degree))]
        assert (narrow[0] <= 0.02 and narrow[1] <= 2) or len(blocked) == 60
        numbers.append(len(blocked))
    assert numbers[0] == 10 < numbers[1]
    again = tmp_path / "again"
    both.run(again, jobs=1, until={"blocked": 0.2})  # less was asked at first
    both.run(again, jobs=2, until={"blocked": 0.02, "degree/everyone": 2.0}, most=60)
    assert table_bytes(again) == table_bytes(tmp_path)


def test_until_does_not_go_on_where_all_fails(tmp_path):
    table = sim.Study(SMALL, {"society.often": [9]}).run(tmp_path, jobs=1, until={"blocked": 0.01})
    assert len(table) == 10


def test_how_many_replications_are_enough():
    rule = Until({"blocked": 1.0}, most=50)
    assert rule.enough([(0.0,)] * 10) == 10
    assert rule.enough([(0.0,), (10.0,)] * 5) == 20  # far from enough: twice as many
    assert rule.enough([(0.0,), (3.2,)] * 5) == 15  # half-width 1.21: 10 * 1.21**2
    assert rule.enough([(float("nan"),)] * 10) == 20  # no interval at all
    assert rule.enough([(float("nan"),)] * 40) == 50
    assert rule.enough([(float("nan"),)] * 50) == 50
    assert rule.enough([None] * 10) == 10


@pytest.mark.parametrize(
    ("until", "line"),
    [
        ({}, "until: no measure"),
        ({"blocked": 0}, r"until: blocked: not half the width of an interval \(got 0\)"),
        ({"blokced": 1}, "until: blokced: no such measure; nearest: blocked"),
        ({"blocked/everybody": 1}, r"until: blocked/everybody: no such policy.*must be one of everyone"),
    ],
)
def test_wrong_until(tmp_path, until, line):
    with pytest.raises(sim.InputError, match=line):
        sim.Study(SMALL, {"platform.limit": [1]}).run(tmp_path, jobs=1, until=until)
