"""Scores: what each pattern is in a society, its interval over seeds, and whether it is met."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import sim

from . import probes
from .evidence import collected
from .pattern import Pattern
from .pattern_rows import ROWS

MET, FAILED, UNKNOWN, NOT_RUN = "met", "not met", "not known", "not run"


@dataclass(frozen=True)
class Measured:
    """What a study keeps of a run: some rows of the table of patterns, and nothing else."""

    rows: tuple[str, ...]
    probed: int = probes.NUMBER
    """Members who are probes."""

    def live(self, scenario: sim.Scenario) -> pd.DataFrame:
        """Run a scenario, and return one row with a column for each number of the patterns."""
        return measured(scenario, [ROWS[name] for name in self.rows], self.probed)


def measured(scenario: sim.Scenario, patterns: Iterable[Pattern], probed: int) -> pd.DataFrame:
    """Return the numbers of some patterns in a society, as a table of one row."""
    evidence = collected(scenario, probed)
    values: dict[str, Any] = {"policy": "all"}
    for pattern in patterns:
        values |= pattern.measure(evidence)
    return pd.DataFrame([values])


def columns(patterns: Iterable[Pattern]) -> list[str]:
    """Return the columns of all numbers of some patterns."""
    return [pattern.column(part) for pattern in patterns for part in pattern.goals]


def scores(runs: pd.DataFrame, patterns: Iterable[Pattern] = ()) -> pd.DataFrame:
    """Return a row for each number of the patterns.

    Parameters
    ----------
    runs : DataFrame
        A row for each replication, and a column for each number that was taken.
    patterns : iterable of Pattern, optional
        By default all; of those without a column it is said that they were not run.

    Returns
    -------
    DataFrame
        row, part, kind, data, source, target, least and most (that are met), model, low and high
        (its 95 % interval over seeds), replications, met.
    """
    return pd.DataFrame(_scores(runs, list(patterns) or list(ROWS.values())))


def _scores(runs: pd.DataFrame, patterns: Iterable[Pattern]) -> Iterator[dict[str, Any]]:
    for pattern in patterns:
        for part, goal in pattern.goals.items():
            column = pattern.column(part)
            values = runs[column].dropna().to_numpy() if column in runs else np.empty(0)
            mean, low, high, replications = sim.mean_interval(values)
            if replications == 0:
                met = UNKNOWN if column in runs else NOT_RUN
            else:
                met = MET if goal.low <= mean <= goal.high else FAILED
            yield {
                "row": pattern.name,
                "part": part,
                "kind": str(pattern.kind),
                "data": pattern.data,
                "source": pattern.source,
                "target": str(goal),
                "least": goal.low,
                "most": goal.high,
                "model": mean,
                "low": low,
                "high": high,
                "replications": replications,
                "met": met,
            }
