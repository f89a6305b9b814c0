"""The committed results of the comparison are those of the present code."""

import json

import pandas as pd
import pytest

import sim
from experiments import compare
from experiments.populations import populations
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


@pytest.mark.parametrize("name", ["mixed", "newcomer: interacted"])
def test_committed_runs_are_those_of_the_present_code(name):
    """Test replication 0 of two societies; to compare all, run make compare and git diff."""
    society = next(one for one in populations(sim.Scenario(members=10_000)) if one.name == name)
    today = society.placed(sim.run(society.scenario).summary)
    committed = pd.read_csv(COMMITTED / "runs.csv").query("society == @name and replication == 0")
    columns = ["population", "policy", "members", *sim.MEASURES]
    pd.testing.assert_frame_equal(
        today[columns],
        committed[columns].reset_index(drop=True),
        check_dtype=False,
        check_exact=False,
        rtol=1e-9,
        atol=0,
    )
