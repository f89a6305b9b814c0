"""The committed results of the comparison are those of the present code."""

import json

import pandas as pd

import sim
from experiments import compare
from tests.compare.calling import FIGURES, FILES, HOUSE

COMMITTED = HOUSE / "results" / "published"


def test_committed_figures_and_tables():
    assert FIGURES | {file for file in FILES if file.endswith(".csv")} | {"provenance.json"} <= {
        path.name for path in COMMITTED.iterdir()
    }
    record = json.loads((COMMITTED / "provenance.json").read_text())
    # a parameter that has been added since stands at its default
    assert sim.Scenario(**record["scenario"]) == sim.Scenario(members=10_000)
    assert record["seeds"] == list(range(1, 21))


def test_committed_summary_follows_from_the_committed_runs():
    """All of it but the medians, which need the members of the runs."""
    runs = pd.read_csv(COMMITTED / "runs.csv")
    text = compare.estimated(runs).to_csv(
        index=False, float_format=compare.DIGITS, lineterminator="\n"
    )
    today, committed = (
        [line for line in lines.splitlines() if "time_to_block" not in line]
        for lines in (text, (COMMITTED / "summary.csv").read_text())
    )
    assert today == committed


def test_committed_runs_are_those_of_the_present_code(tmp_path):
    """Test replication 0 of all seven societies; to compare all, run make compare and git diff."""
    committed = pd.read_csv(COMMITTED / "runs.csv")
    today = compare.compare(sim.Scenario(members=10_000), 1, tmp_path).runs
    pd.testing.assert_frame_equal(
        today,
        committed[committed["replication"] == 0].reset_index(drop=True),
        check_dtype=False,
        check_exact=False,
        rtol=1e-9,
        atol=0,
    )
