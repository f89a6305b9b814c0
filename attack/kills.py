"""Kills: kill -9 at random moments, of ``sweep`` and of ``run --out``.

Afterwards the same command gives the bytes of one that nobody disturbed, no run of a study that was
said to be kept is lost, and nothing is left beside: no file, no process.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from .trials import HOUSE, PATIENCE, Outcome, apart, files

STUDY = """members = 150
days = 60
seed = 4
[meeting]
history_days = 30
[study]
replications = 10
[study.vary]
"platform.limit" = [2, "none"]
"answering.idk_click" = [0.1, 0.4]
"""
RUN = "members = 400\ndays = 60\nseed = 4\n"
TELLING = """
import sys
from sim import commands
from sim.studies.store import RunStore as Store

add = Store.add

def told(store, done):
    done = list(done)
    add(store, done)
    for job, _ in done:
        print("kept", job.point, job.replication, flush=True)

Store.add = told
commands.launch(__import__("sim.cli").cli.app, sys.argv[1:])
"""
"""A program that tells of every run when the study holds it to be kept."""


class Process:
    """A process with processes of its own, which can be killed all at once, or the first alone."""

    def __init__(self, *arguments: str | Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=HOUSE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def kill(self, *, alone: bool) -> str:
        """Kill -9, and return what had been said; ``alone``: and leave those that it started."""
        if alone:
            self.process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.communicate(timeout=PATIENCE)[0]

    def left(self, patience: float = 20) -> bool:
        """Return whether a process that it started is still there after a while."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return False
            time.sleep(0.1)
        os.killpg(self.process.pid, signal.SIGKILL)
        return True


def of_sweep(folder: Path, kills: int) -> Outcome:
    """Kill a study, each time from its beginning, and go on with it."""
    outcome, draw = Outcome("kill -9: sweep"), random.Random(1)
    (folder / "study.toml").write_text(STUDY)
    command = ["sweep", folder / "study.toml", "--out"]
    begun = time.monotonic()
    apart(*command, folder / "good", "--jobs", "1")
    lasts = time.monotonic() - begun
    good = files(folder / "good")
    for number in range(kills):
        out, jobs = folder / f"out-{number}", str(1 + number % 2)
        running = Process("-c", TELLING, *command, out, "--jobs", jobs)
        if number % 3:  # amid the runs
            for _ in range(draw.randrange(1, 30)):
                running.process.stdout.readline()
            time.sleep(0.03 * draw.random())
        else:
            time.sleep(lasts * draw.random())
        alone = number % 4 == 3
        acknowledged = set(re.findall(r"^kept (\d+) (\d+)$", running.kill(alone=alone), re.M))
        fault = "a process is still there" if running.left() else ""
        fault = fault or after_kill(out, acknowledged)
        fault = fault or gone_on(apart(*command, out, "--jobs", jobs).error, files(out), good)
        outcome.add("gone on, same bytes", fault and f"kill {number}: {fault}")
        shutil.rmtree(out, ignore_errors=True)
    return outcome


def after_kill(out: Path, acknowledged: set[tuple[str, str]]) -> str:
    """Return what is wrong in a folder after a kill; nothing if all is well."""
    if (out / "table.parquet").exists() and not (out / "table.parquet.sha256").exists():
        return "there is half a table"
    if not (out / "runs.sqlite").exists():
        return "runs are lost" if acknowledged else ""
    copy = shutil.copytree(out, out.with_name("copy"))  # the next command is to find it as it is
    try:
        with contextlib.closing(sqlite3.connect(copy / "runs.sqlite")) as kept:
            rows = kept.execute("SELECT point, replication FROM runs").fetchall()
    except sqlite3.OperationalError:  # killed before it had tables
        rows = []
    finally:
        shutil.rmtree(copy)
    lost = acknowledged - {(str(point), str(replication)) for point, replication in rows}
    return f"runs are lost: {sorted(lost)}" if lost else ""


def gone_on(error: str, found: dict[str, bytes], good: dict[str, bytes]) -> str:
    """Return what is wrong with a folder after its study was resumed."""
    if error:
        return error
    if found.keys() != good.keys():
        return f"other files: {', '.join(found)}"
    other = [name for name in good if name != "runs.sqlite" and found[name] != good[name]]
    return f"other bytes: {other}" if other else ""


def of_run(folder: Path, kills: int) -> Outcome:
    """Kill a run whose folder holds an earlier one, which stays whole."""
    outcome, draw = Outcome("kill -9: run --out"), random.Random(2)
    (folder / "run.toml").write_text(RUN)
    command = ["run", folder / "run.toml", "--threads", "1", "--out"]
    begun = time.monotonic()
    apart(*command, folder / "new")
    lasts = time.monotonic() - begun
    apart(*command, folder / "old", "--set", "seed=5")
    old, new = (
        {name: bytes_of(data, name) for name, data in files(folder / name_).items()}
        for name_ in ("old", "new")
    )
    for number in range(kills):
        out = shutil.copytree(folder / "old", folder / "out")
        running = Process("-m", "sim", *command, out)
        time.sleep(lasts * (0.3 + 0.8 * draw.random()))
        running.kill(alone=False)
        fault = "a process is still there" if running.left() else ""
        there = {name: bytes_of(data, name) for name, data in files(out).items() if "/" not in name}
        if there not in (old, new):
            fault = "the folder holds a part of the run"
        apart(*command, out)
        again = {name: bytes_of(data, name) for name, data in files(out).items()}
        fault = fault or ("" if again == new else f"other files or bytes: {', '.join(again)}")
        outcome.add("old or new, whole", fault and f"kill {number}: {fault}")
        shutil.rmtree(out)
    return outcome


def bytes_of(data: bytes, name: str) -> bytes:
    """Return a file's bytes, but for what tells the time."""
    return b"" if name in ("provenance.json", "result.zip") else data


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try kills."""
    return [of_sweep(folder, round(20 * share)), of_run(folder, round(10 * share))]
