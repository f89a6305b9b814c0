"""Small studies, and functions that keep tables of their runs."""

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd

import sim

HOUSE = Path(__file__).parents[2]
SMALL = sim.Scenario(
    members=40, days=12, seed=5, meeting={"history_days": 10}, platform={"limit": 1}
)
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


def table_bytes(folder: Path) -> bytes:
    return (folder / "table.parquet").read_bytes()


def kept(folder: Path) -> int:
    """Count the runs in a folder; while a process writes to it, the last may be incomplete."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/runs.sqlite?immutable=1", uri=True)) as file:
            return int(file.execute("SELECT count(*) FROM runs").fetchone()[0])
    except sqlite3.DatabaseError:  # not there, or being written
        return 0


class Drawn:
    """Keeps a table that takes no time to make."""

    def live(self, scenario: sim.Scenario) -> pd.DataFrame:
        limit = scenario.platform.limit or 9
        return pd.DataFrame({"policy": ["everyone", "all"], "degree": [limit / 7, scenario.seed]})
