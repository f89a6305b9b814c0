"""The folder of a comparison: its results whole or not at all, and each run that is finished."""

import os
import signal
import sqlite3
import time
from pathlib import Path

import pandas as pd
import pytest

import sim
from experiments import compare, figures, studies
from sim.runs import running
from tests.compare.calling import CROSSED, FIGURES, FILES, SMALL, called, tree
from tests.study.small import kept
from tests.test_cli import started

CTRL_C = {130, -signal.SIGINT}
"""The exit codes after Ctrl-C, the same to a shell.

Python ends by the signal itself if it was compiling code at that moment.
"""


def somebody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def before(tmp_path) -> Path:
    """Return a results folder with an earlier result and a file of the user's own."""
    out = tmp_path / "results" / "mine"
    out.mkdir(parents=True)
    (out / "summary.csv").write_text("an earlier result\n")
    (out / "notes.txt").write_text("my own\n")
    return out


def stored(out: Path) -> set[tuple[object, ...]]:
    with sqlite3.connect(out / compare.RUNS / "runs.sqlite") as file:
        return set(file.execute("SELECT * FROM runs"))


def test_a_stopped_comparison_goes_on_with_other_jobs_and_ends_as_if_never_stopped(
    small, before, undrawn, monkeypatch
):
    live_and_keep = running.live_and_keep

    def live(keep, scenario):
        if kept(before / compare.RUNS) == 5:
            raise KeyboardInterrupt
        return live_and_keep(keep, scenario)

    was = tree(before)
    with monkeypatch.context() as patch:
        patch.setattr(running, "live_and_keep", live)
        done = called(*SMALL, "--jobs", "1", "--out", before)
    assert (done.code, done.out, done.err) == (130, "", f"{studies.INTERRUPTED}\n")
    assert tree(before) == was
    runs = stored(before)
    assert len(runs) == 5
    assert called(*SMALL, "--jobs", "2", "--out", before).code == 0
    assert runs < stored(before)
    stopped, whole = tree(before), tree(small[0])
    assert stopped.keys() - {"notes.txt"} == whole.keys() - FIGURES
    assert {name for name in whole.keys() - FIGURES if stopped[name] != whole[name]} == {
        "provenance.json"
    }


def test_ctrl_c_leaves_the_results_as_they_were_and_keeps_finished_runs(before):
    was = tree(before.parent)
    many = ("--members", "200", "--replications", "50", "--jobs", "2")
    with started("-m", "experiments.compare", *many, "--out", before) as process:
        while kept(before / compare.RUNS) < 2:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    assert process.returncode in CTRL_C
    assert output == ""
    assert errors.splitlines() == [studies.INTERRUPTED]
    assert tree(before.parent) == was
    assert kept(before / compare.RUNS) >= 2
    deadline = time.monotonic() + 20
    while somebody_left(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_ctrl_c_before_the_first_run_does_not_leave_a_folder_that_was_not_there(
    tmp_path, monkeypatch
):
    def stopped(scenario: sim.Scenario) -> sim.Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(figures, "example", stopped)
    done = called("--jobs", "1", "--out", tmp_path / "a" / "b")
    assert (done.code, done.out, done.err) == (130, "", f"{studies.INTERRUPTED}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_belongs_to_one_comparison(before, undrawn):
    """Other parameters are another one; more replications are the same, and only these are run.

    An earlier result is replaced, and the user's own files stay.
    """
    out = before
    few = (*SMALL[2:4], "--set", "policies={everyone = 1}", "--jobs", "1", "--replications")
    assert called(*SMALL[:2], *few, "1", "--out", out).code == 0
    assert {path.name for path in out.iterdir()} == FILES - FIGURES - CROSSED | {"notes.txt"}
    assert pd.read_csv(out / "summary.csv")["low"].isna().all()  # one replication has no intervals
    was = tree(out)
    other = called("--members", "61", *few, "1", "--out", out)
    assert (other.code, other.out) == (2, "")
    assert other.err == (
        f"{out / compare.RUNS}: holds another study: scenario.members is 60 there and 61 here; "
        "must be the same study, or another folder\n"
    )
    assert tree(out) == was
    assert called(*SMALL[:2], *few, "2", "--out", out).code == 0
    assert kept(out / compare.RUNS) == 2
    assert (out / "notes.txt").read_text() == "my own\n"


def test_a_folder_that_can_not_be_written_is_an_error_before_the_runs(tmp_path):
    (tmp_path / "file").write_text("")
    # runs of this size would take hours
    done = called("--members", "200000", "--out", tmp_path / "file" / "out")
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert str(tmp_path / "file" / "out") in done.err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--members", "1"], "members"),
        (["--days", "0"], "days"),
        (["--replications", "0"], "replications"),
        (["--jobs", "0"], "jobs"),
        (["--set", "platform.limt=3"], "platform.limit"),
        (["--contacts", "nowhere.dat"], "nowhere.dat"),
        (["--scenario", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_wrong_input_is_one_line(tmp_path, arguments, part):
    done = called(*arguments, "--out", tmp_path / "out")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert part in done.err
    assert list(tmp_path.iterdir()) == []
