"""``make bench``: this project beside plain Mesa, then alone with a million members.

Plain Mesa comes in two: as a good user writes it who wants it fast (``plain_mesa``), and as the
tests' reference, which is written to be read, with Python's own random numbers in place of its
keyed draws. Runs alternate, so that a machine that slows down slows both; medians are printed. Both
sides have one thread and the same scenario. Two figures are given for this project: the days alone,
which is what the plain models do, and ``sim.run`` with all its tables and networks.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from random import Random
from typing import Annotated
from unittest.mock import patch

import typer

import sim
from benchmarks import plain_mesa, starting, sweeps
from sim import commands
from sim.machine import cores
from sim.model.engine import Engine
from sim.model.histories import HISTORIES
from tests import reference, reference_person

EVERYTHING: dict[str, object] = {
    "society.veto": 0.02,
    "society.arrivals": 5,
    "society.leave": 0.0005,
    "helping.need_rate": 1 / 14,
    "helping.floor": 0.15,
    "inviting.mistaken": 0.01,
    "answering.memory_days": 365,
    "answering.rank_slope": 2,
    "platform.ladder": "warn, email, good",
    "platform.appeal_success": 0.8,
    "platform.joined": 0.9,
    "policies.everyone.courts": True,
    "policies.everyone.popular": 0.1,
    "policies.interacted.caution": 0.2,
    "policies.close_friends.asks_first": True,
}
"""All mechanisms that are off by default, at plausible values."""
COLD = """
import time; begun = time.perf_counter()
import sim; sim.Scenario; imported = time.perf_counter()
from sim.model.engine import Engine
from sim.model.histories import HISTORIES
engine = Engine(sim.Scenario(members=1000)); founded = time.perf_counter()
engine.advance(2); print(imported - begun, founded - imported, time.perf_counter() - founded)
"""


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of a piece of work, in seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def days_alone(scenario: sim.Scenario, threads: int = 1) -> Engine:
    """Simulate the history and all days, without measures other than the daily ones."""
    engine = Engine(scenario, threads)
    engine.advance(scenario.days)
    return engine


def reference_alone(scenario: sim.Scenario) -> None:
    """Simulate the same with the tests' reference, with Python's own random numbers."""
    random = Random(scenario.seed)

    def draw(*key: int) -> int:
        return random.getrandbits(32)

    with patch.object(reference, "draw", draw), patch.object(reference_person, "draw", draw):
        reference.Reference(scenario).run()


def say(what: str, figure: str) -> None:
    """Print one figure."""
    print(f"{what:<66} {figure:>22}", flush=True)


def spread(figures: list[float], form: str) -> str:
    """Return the median, the smallest and the largest, as text."""
    return f"{statistics.median(figures):{form}} [{min(figures):{form}}, {max(figures):{form}}]"


def beside(
    peer: str, live: Callable[[sim.Scenario], object], scenario: sim.Scenario, repeats: int
) -> None:
    """Print the cost of a member-day in plain Mesa and here, in alternating runs, and the ratio."""
    member_days = scenario.members * (scenario.history_days + scenario.days)
    sides: dict[str, Callable[[sim.Scenario], object]] = {
        peer: live,
        "the days alone": days_alone,
        "sim.run with all tables": lambda scenario: sim.run(scenario, threads=1),
        "sim.run, every invitation kept": lambda scenario: sim.run(scenario, threads=1, log=True),
        "the same on all cores": lambda scenario: sim.run(scenario, log=True),
    }
    for side in list(sides)[1:]:
        sides[side](scenario.replace({"members": 500, "days": 3}))  # compiles all that is needed
    times: dict[str, list[float]] = {side: [] for side in sides}
    with patch.object(HISTORIES, "most_bytes", 0):  # each run lives its own
        for _ in range(repeats):
            for side, work in sides.items():
                times[side].append(seconds(lambda work=work: work(scenario)))
    lived = f"{scenario.members:,} members, {scenario.history_days} + {scenario.days} days"
    print(f"{lived}, one thread, ns per member-day; runs of each: {repeats}")
    for side, taken in times.items():
        say(f"  {side}", spread([time / member_days * 1e9 for time in taken], ",.1f"))
    for side in list(sides)[1:]:
        say(f"  ratio, {peer} / {side}", _ratios(times[peer], times[side], ".1f"))
    for side in list(sides)[2:]:
        say(f"  ratio, {side} / the days alone", _ratios(times[side], times["the days alone"]))


def _ratios(slow: list[float], fast: list[float], form: str = ".2f") -> str:
    return spread([one / other for one, other in zip(slow, fast, strict=True)], form)


def at_scale(scenario: sim.Scenario, large: int, repeats: int) -> None:
    """Print the cost of a member-day in a large society on 1, 2, 4 … threads, and of a bond."""
    numbers = [1 << power for power in range(cores().bit_length()) if 1 << power <= cores()]
    sizes = [(scenario.members, 1), *((large, threads) for threads in numbers)]
    costs: dict[tuple[int, int], list[float]] = {}
    for _ in range(repeats):
        for members, threads in sizes:
            society, begin = scenario.replace({"members": members}), time.perf_counter()
            engine = days_alone(society, threads)
            member_days = members * (society.history_days + society.days)
            cost = (time.perf_counter() - begin) / member_days * 1e9
            costs.setdefault((members, threads), []).append(cost)
            if threads == 1:
                memory(engine)
            del engine
    median = {key: statistics.median(values) for key, values in costs.items()}
    for (members, threads), cost in median.items():
        of = f"{members:,} members, {threads} thread{'s' * (threads > 1)}"
        say(f"{of}: ns per member-day", f"{cost:,.1f}")
        if threads > 1:
            say("  speed-up", f"{median[members, 1] / cost:.2f}")
    ratio = median[large, 1] / median[scenario.members, 1]
    say("cost at the larger size / at the smaller, one thread", f"{ratio:.2f}")


def mechanisms(scenario: sim.Scenario, repeats: int) -> None:
    """Print what the mechanisms that are off by default cost, all on and all off in turn."""
    policies = {f"policies.{name}.notes": True for name in scenario.policies}
    everything = scenario.replace(EVERYTHING | policies)
    times: dict[str, list[float]] = {"off": [], "all on": []}
    for _ in range(repeats + 1):
        for name, one in zip(times, (scenario, everything), strict=True):
            times[name].append(seconds(lambda one=one: days_alone(one)))
    ratios = [on / off for off, on in zip(times["off"], times["all on"], strict=True)]
    say("days alone, all mechanisms on / all off", spread(ratios[1:], ".2f"))


def memory(engine: Engine) -> None:
    """Print the bytes of a bond record, with all that belongs to it, and of a member."""
    bonds, bytes_of_bonds, bytes_of_members = engine.view.footprint()
    members = engine.scenario.members
    say(f"{members:,} members: bond records per member", f"{bonds / members:.1f}")
    say(
        "  bytes per bond record, spare room and directories included",
        f"{bytes_of_bonds / bonds:.2f}",
    )
    say("  bytes per member beside its bonds", f"{bytes_of_members / members:.0f}")


def starting_up(repeats: int) -> None:
    """Print the times of a new process: the import, the first society, and its first days."""
    lines = []
    for _ in range(repeats + 1):
        output = subprocess.run(
            [sys.executable, "-c", COLD], capture_output=True, text=True, check=True
        ).stdout
        lines.append([float(number) for number in output.split()])
    imported, founded, lived = (
        statistics.median(column) for column in zip(*lines[1:], strict=True)
    )
    say("import sim and its Scenario, seconds", f"{imported:.2f}")
    say("first society in a new process, with the import of numba, seconds", f"{founded:.2f}")
    say("its first two days (compiled before), seconds", f"{lived:.2f}")


def main(
    members: commands.Members = 10_000,
    days: commands.Days = 365,
    large: Annotated[
        int, typer.Option(help="Members of the large society; 0: leave it out.")
    ] = 1_000_000,
    repeats: Annotated[int, typer.Option(min=1, help="Alternating runs of each.")] = 3,
    reference_repeats: Annotated[
        int, typer.Option(help="Runs of the tests' reference, which is slow; 0: leave it out.")
    ] = 1,
    large_repeats: Annotated[int, typer.Option(min=1, help="Runs of the large society.")] = 1,
    sweep: Annotated[int, typer.Option(help="Runs of the sweep; 0: leave it out.")] = 1_000,
    small_runs: Annotated[
        int,
        typer.Option(
            help="Runs of the study whose memory is measured, as 100000; 0: leave it out."
        ),
    ] = 0,
) -> None:
    """Time this project beside plain Mesa."""
    scenario = sim.Scenario(members=members, days=days)
    starting_up(repeats)
    starting.starting(say)
    beside("tuned plain Mesa", plain_mesa.run, scenario, repeats)
    if reference_repeats:
        beside("reference, Python's random", reference_alone, scenario, reference_repeats)
    mechanisms(scenario, repeats)
    if large:
        at_scale(scenario, large, large_repeats)
    if sweep:
        small = scenario.replace({"members": min(members, 1_000)})
        sweeps.beside_batch_run(small, sweep, say)
        sweeps.of_rules(small, max(1, sweep // 50), say)
    if small_runs:
        sweeps.memory(small_runs, say)


if __name__ == "__main__":
    commands.launch(main)
