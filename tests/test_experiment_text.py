"""What the experiments and the pages about them say in numbers."""

import importlib
import re
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from docs import answers
from experiments import studies


def test_a_number_that_is_rounded_to_0_has_no_sign():
    assert studies.between(-0.01, -0.1, 0.04, ".1f", "%") == "0.0 % [-0.1, 0.0]"
    assert studies.between(0, 0, 0, ".1f", "%") == "0.0 %"  # no interval of width 0


def estimates_in(table: pd.DataFrame) -> np.ndarray:
    """Return all estimates of a table with their intervals: shape (n, 3)."""
    found = [table[[name, low, high]] for name, low, high in triples(table.columns)]
    found += [
        pd.concat([table[f], table[f] - table[f"{f}_half"], table[f] + table[f"{f}_half"]], axis=1)
        for f in table.columns
        if f"{f}_half" in table
    ]
    return np.concatenate([np.empty((0, 3)), *(part.to_numpy(float) for part in found)])


def triples(columns) -> list[tuple[str, str, str]]:
    named = [(name, f"{name}_low", f"{name}_high") for name in columns]
    return [three for three in [("mean", "low", "high"), *named] if set(three) <= set(columns)]


PARTS = (answers.HOUSE / "docs" / "thread.md").read_text(encoding="utf-8").split("\n## ")
MADE_BY = re.compile(r"Made by `invitesim experiment (\w+)`")
SECTIONS = {made[1]: part for part in PARTS if (made := MADE_BY.search(part))}
"""The sections of docs/thread.md that quote an experiment."""


def without_links(text: str) -> str:
    return re.sub(r"!?\[[^\]]*\]\([^)]*\)", "", text)


def test_other_sections_of_the_thread_have_no_numbers():
    assert len(SECTIONS) == 8
    others = set(PARTS) - set(SECTIONS.values())
    assert not any("[" in without_links(part) for part in others)


@pytest.mark.parametrize("name", SECTIONS)
def test_the_estimates_of_the_thread_are_those_of_tables(name):
    assert check_estimates(without_links(SECTIONS[name]), name) >= 3


@pytest.mark.parametrize("name", answers.PICTURES)
def test_the_estimates_of_an_answer_are_those_of_its_tables(name):
    text = importlib.import_module(f"experiments.{name}").__doc__
    assert check_estimates(text.partition("Answer")[2], name) >= 4


def check_estimates(text: str, name: str) -> int:
    """Check that a text's estimates with intervals are in an experiment's tables; count them."""
    text = " ".join(text.split())
    number = r"(-?[\d.]+)"
    quoted = re.findall(rf"{number}[^\d.\[]* \[{number}, {number}\]", text)
    assert len(quoted) == text.count("[")
    tables = [pd.read_csv(path) for path in (Path(answers.ANSWERS) / name).glob("*.csv")]
    there = np.concatenate([estimates_in(table) for table in tables])
    for estimate in quoted:
        shown = [float(part) for part in estimate]
        half = [0.5 * 10.0 ** -len(part.partition(".")[2]) + 1e-9 for part in estimate]
        values = (there, 100 * there, 100 * there.clip(0, 1))  # as they are, or in percent
        alike = [np.abs(scaled - shown) <= half for scaled in values]
        assert np.any([found.all(axis=1).any() for found in alike]), estimate
    return len(quoted)


def test_the_committed_sweep_has_every_measure():
    """A measure more makes the family larger, and what was clear may no longer be."""
    cells = pd.read_csv(answers.HOUSE / "results" / "answers" / "sweep" / "cells.csv")
    assert set(cells["measure"]) == set(sim.MEASURES)


def test_tables_of_text_line_up():
    table = pd.DataFrame({"name": ["a", "a", "bcd"], "value": [1.25, np.nan, 10.0]})
    assert (
        studies.laid_out(table, {"value": ".1f"}, heads=["name"])
        == "name  value\na       1.2\n          -\nbcd    10.0"
    )


def test_points_of_a_command_line_are_read_as_their_parameters_hold_them():
    scenario = sim.Scenario()
    assert studies.values_of("--x", "platform.limit=2, none", scenario) == (
        "platform.limit",
        [2, None],
    )
    for bad, says in product(
        ["platform.limit=0"], ["platform.limit: expected a whole number from 1"]
    ):
        with pytest.raises(sim.InputError, match=says):
            studies.values_of("--x", bad, scenario)


def test_patience_pays_less_where_every_invitation_is_looked_at():
    """Check what docs/experiments.md says of the first edition's society, by 10 of 30 runs."""
    first = sim.Scenario.from_toml(
        answers.HOUSE / "experiments" / "scenarios" / "first_edition.toml"
    )
    page = (answers.HOUSE / "docs" / "experiments.md").read_text()
    for patience, said in {7: 0.524, 21: 0.569, 60: 0.589}.items():
        assert f"{said} [" in page
        changes = {"members": 200, "days": 90, "inviting.pending_days": patience}
        runs = sim.replicate(first.replace(changes), 10, jobs=1)
        estimates = sim.aggregate(runs, by=["policy"], measures=["acceptance"])
        found = estimates.set_index("policy")["mean"]["all"]
        assert found == pytest.approx(said, abs=0.01)
