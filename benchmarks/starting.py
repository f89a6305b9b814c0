"""The cost of starting processes: processor time until 1 and until 16 have done a small run."""

import functools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sim

SMALLEST = sim.Scenario(members=2, days=1)
ALL = 16
PATIENCE = 600
"""The seconds that a process waits for the others."""
TICK = os.sysconf("SC_CLK_TCK")


def meet(folder: str, number: int, result: sim.Result) -> None:
    """Wait until ``number`` processes have done their run."""
    Path(folder, str(os.getpid())).touch()
    until = time.monotonic() + PATIENCE
    while len(os.listdir(folder)) < number:
        assert time.monotonic() < until, "not all processes came"
        time.sleep(0.02)


def processor_time(process: int) -> float:
    """Return the processor time of a process and all its descendants, in seconds."""
    seconds = sum(map(int, _stat(process)[11:15])) / TICK
    everybody = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return seconds + sum(processor_time(one) for one in everybody if _parent(one) == process)


def _stat(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _parent(process: int) -> int:
    try:
        return int(_stat(process)[1])
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return 0


def ready(jobs: int) -> None:
    """Print the processor time, and the time, until ``jobs`` processes have done a run each."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        tasks = [sim.Task(str(copy.seed), copy) for copy in sim.replications(SMALLEST, jobs)]
        done = sim.run_many(tasks, functools.partial(meet, folder, jobs), jobs=jobs)
        next(done)
        print(processor_time(os.getpid()), time.perf_counter() - begin)
        done.close()


def starting(say: Callable[[str, str], None]) -> None:
    """Print the cost of 1 and of ``ALL`` processes, in a new Python that finds compiled code."""
    costs = []
    for jobs in (1, 1, ALL):  # the first one compiles
        command = [sys.executable, "-m", "benchmarks.starting", str(jobs)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        costs.append([float(figure) for figure in done.stdout.split()])
    for jobs, (processor, wall) in zip((1, ALL), costs[1:], strict=True):
        say(
            f"until {jobs} processes have run: processor time, s; time, s",
            f"{processor:.1f}; {wall:.1f}",
        )
    say("  ratio of processor time", f"{costs[2][0] / costs[1][0]:.1f}")


if __name__ == "__main__":
    ready(int(sys.argv[1]))
