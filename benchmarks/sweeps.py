"""The speed of a sweep, beside ``mesa.batch_run`` of the plain model, and the cost of a study.

The bare runs are the same scenarios on the same processes with nothing kept; a study does them and
keeps every one. The two alternate in parts, so that a machine that slows down slows both. Plain
Mesa is too slow for as many runs: some are timed, with its own two processes, and scaled.
"""

import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesa

import sim
from benchmarks.plain_mesa import PlainModel
from benchmarks.starting import processor_time

if TYPE_CHECKING:
    import pandas as pd

JOBS = 2
PARTS = 5
"""The number of parts in which the runs are timed."""
PLAIN_RUNS = 4
"""The number of runs of plain Mesa that are timed."""
SMALLEST = sim.Scenario(members=10, days=2, meeting={"history_days": 2})
MEMORY = """
import resource, sys
import sim
from benchmarks.sweeps import SMALLEST
if __name__ == "__main__":
    chances = [place / 1000 for place in range(int(sys.argv[2]) // 100)]
    study = sim.Study(SMALLEST, {"answering.idk_click": chances}, replications=100)
    table = study.run(sys.argv[1], jobs=2)
    print(table.runs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
"""A study of many small runs in its own process; it prints the number of runs and the most MB."""

Say = Callable[[str, str], None]


RULES = {"platform.limit": [2, 3, 4, 5, 6, 8, 10, None]}
KEPT = ("degree", "acceptance", "reciprocity", "acquainted", "blocked", "unwanted_received")


def kept_of_all(result: sim.Result) -> "pd.DataFrame":
    """Return some measures of a result that has all of them."""
    return result.summary[["policy", *KEPT]]


def of_rules(scenario: sim.Scenario, replications: int, say: Say) -> None:
    """Print the runs per second of a sweep of rules, with all measures or with some."""
    keeping = {"all measures taken": kept_of_all, "only those kept": KEPT}
    seconds: dict[str, list[float]] = {name: [] for name in keeping}
    for _ in range(PARTS):
        for name, keep in keeping.items():
            study = sim.Study(scenario, RULES, replications=replications, keep=keep)
            with tempfile.TemporaryDirectory() as folder:
                begin = time.perf_counter()
                study.run(Path(folder, "study"), jobs=JOBS)
                seconds[name].append(time.perf_counter() - begin)
    runs = len(RULES["platform.limit"]) * replications
    for name, taken in seconds.items():
        say(f"a sweep of 8 rules, {name}: runs/s", f"{runs / statistics.median(taken):.1f}")


def nothing(result: sim.Result) -> None:
    """Keep nothing of a result."""


class PlainRun(PlainModel):
    """The plain model in the form that ``mesa.batch_run`` needs."""

    def __init__(self, members: int = 1_000, days: int = 365, rng: int | None = None) -> None:
        super().__init__(sim.Scenario(members=members, days=days, seed=1 if rng is None else rng))
        self.datacollector = mesa.DataCollector(
            model_reporters={"connections": "connections", "blocked": "blocked"}
        )

    def step(self) -> None:
        """Simulate a day; after the last one, report."""
        super().step()
        self.running = self.day < self.world.days
        if not self.running:
            self.datacollector.collect(self)


def plain(scenario: sim.Scenario, runs: int) -> float:
    """Return the runs per second of ``mesa.batch_run`` of the plain model."""
    parameters: dict[str, Any] = {"members": scenario.members, "days": scenario.days}
    begin = time.perf_counter()
    mesa.batch_run(
        PlainRun,
        parameters,
        number_processes=JOBS,
        rng=list(range(runs)),
        max_steps=scenario.days,
        data_collection_period=-1,
        display_progress=False,
    )
    return runs / (time.perf_counter() - begin)


def beside_batch_run(scenario: sim.Scenario, runs: int, say: Say) -> None:
    """Print the runs per second of a study and of plain Mesa, and the cost of the study itself."""
    each = runs // PARTS
    clocks = {
        "time": time.perf_counter,
        "processor time": functools.partial(processor_time, os.getpid()),
    }
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in clocks}
    for part in range(PARTS):
        first = scenario.replace({"seed": part * each + 1})
        study = sim.Study(first, {"platform.limit": [scenario.platform.limit]}, replications=each)
        tasks = [sim.Task(str(copy.seed), copy) for copy in sim.replications(first, each)]
        with tempfile.TemporaryDirectory() as folder:
            begin = {name: clock() for name, clock in clocks.items()}
            study.run(Path(folder) / "study", jobs=JOBS)
            between = {name: clock() for name, clock in clocks.items()}
            for _ in sim.run_many(tasks, nothing, jobs=JOBS):
                pass
        for name, clock in clocks.items():
            spent[name].append((between[name] - begin[name], clock() - between[name]))
    rate = each * PARTS / sum(studied for studied, _ in spent["time"])
    size = f"{scenario.members:,} members, {scenario.days} days, {JOBS} processes"
    say(f"a study of {runs:,} runs, {size}: runs/s", f"{rate:.2f}")
    for name, pairs in spent.items():
        shares = [studied / bare - 1 for studied, bare in pairs]
        spread = f"[{min(shares):.1%}, {max(shares):.1%}]"
        say(
            f"  {name} above that of the bare runs on the same processes",
            f"{statistics.median(shares):.1%} {spread}",
        )
    slow = plain(scenario, PLAIN_RUNS)
    say(
        f"  mesa.batch_run of the plain model, {PLAIN_RUNS} runs, {JOBS} processes: runs/s",
        f"{slow:.4f}",
    )
    say("  ratio", f"{rate / slow:.0f}")


def memory(runs: int, say: Say) -> None:
    """Print the most memory that the process of a study uses, with few and with many small runs."""
    for number in (max(runs // 10, 100), runs):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "many.py"
            script.write_text(MEMORY, encoding="utf-8")
            settings = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
            begin = time.perf_counter()
            command = [sys.executable, str(script), f"{folder}/study", str(number)]
            done, most = subprocess.run(
                command, env=settings, capture_output=True, text=True, check=True
            ).stdout.split()
            took = time.perf_counter() - begin
        say(
            f"a study of {int(done):,} runs of {SMALLEST.members} members: peak memory, MB; runs/s",
            f"{most}; {int(done) / took:.0f}",
        )
