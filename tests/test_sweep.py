"""The command ``python -m sim sweep``: its files, its output, and how it ends."""

import os
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

import sim
from tests.study.small import kept
from tests.test_cli import invitesim, started
from tests.test_runs import assert_end, with_two_workers

STUDY = """
members = 30
days = 5
[meeting]
history_days = 5
[study]
replications = 2
[study.vary]
"platform.limit" = [1, "none"]
"society.often" = [3, 8]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "study.toml"
    path.write_text(STUDY)
    return path


def test_a_sweep(file, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.cli.study_figures.SHOWN", ("degree",))
    done = invitesim(
        "sweep", str(file), "--out", str(tmp_path / "out"), "--jobs", "1", "--set", "days=6"
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("8 runs at 4 points, 4 failed, ")
    assert (
        lines[1] == "the first failed: point 1, seed 1: "
        "society.close: expected 9 or more, above often, got 7"
    )
    assert lines[2] == f"written to {tmp_path / 'out' / 'table.parquet'}"
    assert lines[3:] == [f"drawn in {tmp_path / 'out' / 'figures'}: curves, degree"]
    assert len(list((tmp_path / "out" / "figures").iterdir())) == 4
    table = pd.read_parquet(tmp_path / "out" / "table.parquet")
    assert len(table) == 4 * 4 + 4
    small = sim.Scenario(members=30, days=6, meeting={"history_days": 5})
    expected = sim.Study(
        small, {"platform.limit": [1, None], "society.often": [3, 8]}, replications=2
    ).run(tmp_path / "by hand", jobs=1)
    pd.testing.assert_frame_equal(table, expected.to_pandas())
    again = invitesim("sweep", str(file), "--out", str(tmp_path / "out"), "--jobs", "1")
    assert again.returncode == 2
    assert again.stderr == (
        f"{tmp_path / 'out'}: holds another study: scenario.days is 6 there and 5 here; must be "
        "the same study, or another folder\n"
    )


def test_an_interrupted_sweep(file, tmp_path):
    out = tmp_path / "out"
    command = ("-m", "sim", "sweep", file, "--out", out, "--jobs", "2", "--replications", "100000")
    with started(*command) as running:
        below = with_two_workers(running)
        while not kept(out):
            assert running.poll() is None
            time.sleep(0.01)
        os.killpg(running.pid, signal.SIGINT)  # as from a terminal: to the workers too
        said, error = running.communicate(timeout=60)
    assert (running.returncode, said) == (130, "")
    assert (
        error
        == f"interrupted; {kept(out)} finished runs are kept in {out}, and the same again goes on "
        "from there\n"
    )  # nothing of the workers
    assert_end(below)
    assert [path.name for path in out.iterdir()] == ["runs.sqlite"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["nothing.toml", "--out", "out"],
            "nothing.toml: can't be read (No such file or directory); must be a study: ",
        ),
        (
            ["study.toml", "--out", "study.toml"],
            "study.toml: can't be written (a file is where a folder should be)",
        ),
        (
            ["study.toml", "--out", "out", "--set", "platform.limt=3"],
            "study.toml: platform.limt: no such parameter; nearest: platform.limit",
        ),
        (["study.toml", "--out", "out", "--jobs", "0"], "Invalid value for '--jobs'"),
    ],
)
def test_wrong_input_to_sweep(arguments, line, file, tmp_path):
    done = invitesim("sweep", *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(line)
    assert done.stderr.count("\n") == 1
    assert [found.name for found in tmp_path.rglob("*")] == ["study.toml"]
