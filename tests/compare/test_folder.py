"""The folder of a comparison: written completely or not at all."""

import os
import signal
import time
from pathlib import Path

import pytest

from experiments import compare
from tests.compare.calling import FILES, SMALL, called, started, tree

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


def test_an_earlier_result_is_replaced_and_the_users_own_files_stay(before):
    assert called(*SMALL, "--jobs", "1", "--out", before).code == 0
    assert {path.name for path in before.iterdir()} == FILES | {"notes.txt"}
    assert (before / "summary.csv").read_text() != "an earlier result\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_the_results_folder_as_it_was(before, jobs):
    was = tree(before.parent)
    with started(
        "--members", "3000", "--replications", "50", "--jobs", jobs, "--out", before
    ) as running:
        deadline = time.monotonic() + 300
        while len(list(before.iterdir())) < 3:  # until it has begun
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(2)
        os.killpg(running.pid, signal.SIGINT)
        output, errors = running.communicate(timeout=120)
    assert running.returncode in CTRL_C
    assert output == ""
    assert errors.splitlines() == [compare.INTERRUPTED]
    assert tree(before.parent) == was
    deadline = time.monotonic() + 20
    while somebody_left(running.pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_ctrl_c_does_not_leave_a_folder_that_was_not_there(tmp_path):
    out = tmp_path / "a" / "b"
    with started("--members", "3000", "--jobs", "1", "--out", out) as running:
        while not out.exists():
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        os.killpg(running.pid, signal.SIGINT)
        running.communicate(timeout=120)
    assert running.returncode in CTRL_C
    assert list(tmp_path.iterdir()) == []


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
