"""The experiments that fit the model to figures: calibration, its cross-check and patterns."""

import sys

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import calibrate, calibration, cross_check, patterns, targets
from sim.scenario import plausible
from tests.called_experiments import called, drawn, ended_well, written


def test_without_pyabc_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyabc", None)
    out = tmp_path / "out"
    code, _, err = called(cross_check.main, "--out", out)
    assert (code, err.count("\n")) == (2, 1)
    assert "pyabc" in err
    assert "[abc]" in err
    assert not out.exists()


def test_two_posteriors_side_by_side():
    """One is the other, moved by half of the distance of its quartiles."""
    points = np.linspace(0, 1, 1001)[:, None]
    weights = np.full(1001, 1 / 1001)
    table = cross_check.beside(["p"], (points, weights), (points + 0.25, weights))
    assert table["median"].tolist() == pytest.approx([0.5, 0.75], abs=2e-3)
    assert table["overlap"].tolist() == pytest.approx([0.65 / 0.9] * 2, abs=5e-3)
    words = " ".join(cross_check.words(table, 10).split())
    assert "The two medians of p are furthest apart: by 1.00 times" in words


def test_patterns_scores_a_society_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.setattr(patterns, "CITY", 400)
    (tmp_path / "mine.toml").write_text('members = 300\n[platform]\npreset = "none"\n')
    options = (str(tmp_path / "mine.toml"), "--days", "240", "--city", "1")
    text = ended_well(patterns.main, tmp_path / "out", *options)
    assert "rows are met" in " ".join(text.split())
    assert written(tmp_path / "out") == {"patterns.csv", "provenance.json"} | drawn("patterns")
    table = pd.read_csv(tmp_path / "out" / "patterns.csv").set_index(["row", "part"])
    assert table.loc[("layers", "close"), "met"] == "not known"  # of a year
    assert table.loc[("blocked probes",), "model"].item() == 0
    assert table.loc[("assortativity",), "replications"].item() == 1


class Known:
    """In place of runs: each number is its target, with an error by the seed."""

    def __init__(self, rows: tuple[str, ...], probed: int) -> None:
        self.rows = rows

    def live(self, scenario: sim.Scenario) -> pd.DataFrame:
        table, error = targets.of_the_table(), np.random.default_rng(scenario.seed).normal()
        near = {name: goal.value + error * goal.tolerance for name, goal in table.near.items()}
        return pd.DataFrame([{"policy": "all", **near, **dict.fromkeys(table.bounds, 0.0)}])


def test_calibrate_writes_the_sample_that_plausible_societies_draw_from(tmp_path, monkeypatch):
    monkeypatch.setattr(calibration.scored, "Measured", Known)
    # to draw each two of nine parameters takes too long; test_calibration draws two
    pairs = lambda one: sim.plots.sheet(1)  # noqa: E731
    monkeypatch.setattr(calibrate.calibration_figures, "pairs", pairs)
    options = ("--runs", "60", "--meetings-runs", "30", "--test", "0", "--jobs", "1")
    code, text, err = called(calibrate.main, *options, "--out", tmp_path)
    assert (code, err) == (0, "")
    assert "held out: not run" in text
    monkeypatch.setattr(plausible, "POSTERIOR", tmp_path / "posterior.csv")
    (society,) = sim.plausible_societies(1)
    assert 0.25 <= society.answering.accept[0] <= 0.8
    parts = [f"{part}-{name}.csv" for part in ("meetings", "platform") for name in TABLES]
    samples = {"posterior.csv", "meetings-posterior.csv", "test.csv", "provenance.json"}
    figures = drawn("meetings-pairs", "platform-pairs")
    assert written(tmp_path) == {*parts} | samples | figures


TABLES = ("parameters", "recovered", "targets")
