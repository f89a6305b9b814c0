"""Flipped bits: one at a time, in every file that is kept between two runs.

What reads the file afterwards must give what it gave before, or refuse it in a line.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import sim

from .mutations import STUDY
from .trials import REFUSED, Outcome, Refused, Wrong, changed, files, here, python, returned

SMALL = {"members": 30, "days": 4, "meeting": {"history_days": 3}}
COMPILED = """
from sim.kernel.mechanics.compiled_cache import njit

@njit(cache=True)
def doubled(x):
    return 2 * x

print(doubled(21))
"""


def flipped(data: bytes, draw: random.Random) -> bytes:
    """Flip one bit."""
    bad = bytearray(data)
    bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
    return bytes(bad)


def tried(kind: str, path: Path, flips: int, read: Callable[[], str]) -> Outcome:
    """Flip bits of a file; ``read`` tells how what reads it has ended, or raises ``Wrong``."""
    outcome, draw, good = Outcome(f"flipped bits: {kind}"), random.Random(kind), path.read_bytes()
    for _ in range(flips):
        bad = flipped(good, draw)
        with changed(path, bad):
            at = next(place for place in range(len(good)) if good[place] != bad[place])
            try:
                outcome.add(read())
            except Wrong as wrong:
                outcome.add("", f"{kind}, byte {at}: {wrong}")
    return outcome


def same_or_refused(read: Callable[[], object], good: object) -> str:
    """Return whether something reads as before."""
    found = returned(read)
    if isinstance(found, Refused):
        return REFUSED
    if found != good:
        raise Wrong("read, and it is something else")
    return "read as it was"


def of_study(folder: Path, share: float) -> list[Outcome]:
    """Flip bits of the files in a study's folder, and start the study again."""
    (folder / "study.toml").write_text(STUDY)
    command = ("sweep", folder / "study.toml", "--jobs", "1", "--out")
    here(*command, folder / "good")
    good = (folder / "good" / "table.parquet").read_bytes()
    outcomes = []

    def again() -> str:
        ended = here(*command, folder / "study")
        if ended.fault:
            raise Wrong(ended.fault)
        if not ended.code and (folder / "study" / "table.parquet").read_bytes() != good:
            raise Wrong("taken as good, and the table is another")
        shutil.copytree(folder / "good", folder / "study", dirs_exist_ok=True)
        return REFUSED if ended.code else "made good"

    flips = {"runs.sqlite": 60, "table.parquet": 20, "table.parquet.sha256": 20}
    if files(folder / "good").keys() != flips.keys():
        raise AssertionError(f"a study has other files: {list(files(folder / 'good'))}")
    for name, number in flips.items():
        shutil.copytree(folder / "good", folder / "study", dirs_exist_ok=True)
        path = folder / "study" / name
        outcomes.append(tried(f"study, {name}", path, round(number * share), again))
    return outcomes


def summed(result: sim.Result) -> list[object]:
    """Return all that a result says."""
    tables = (result.summary, result.series, result.members)
    return [
        *(table.to_csv() for table in tables),
        *(str(table.dtypes.to_dict()) for table in tables),
        result.connections.tobytes(),
        result.arcs.tobytes(),
        result.provenance,
        result.scenario.to_dict(),
    ]


def of_result(folder: Path, share: float) -> Outcome:
    """Flip bits of a saved result."""
    path = folder / "result.zip"
    sim.run(sim.Scenario(**SMALL), threads=1).save(path)
    good = summed(sim.load(path))
    return tried(
        "result.zip",
        path,
        round(40 * share),
        lambda: same_or_refused(lambda: summed(sim.load(path)), good),
    )


def of_model(folder: Path, share: float) -> Outcome:
    """Flip bits of a saved model."""
    path = folder / "model.zip"
    model = sim.NetworkModel(sim.Scenario(**SMALL))
    model.run_for(2)
    model.save(path)

    def future() -> list[str]:
        loaded = sim.NetworkModel.load(path)
        loaded.run_for(2)
        return [loaded.result().members.to_csv(), str(loaded.rng.bit_generator.state)]

    good = future()
    return tried("saved model", path, round(40 * share), lambda: same_or_refused(future, good))


def of_cache(folder: Path, share: float) -> Outcome:
    """Flip bits of compiled code, and run it in another process."""
    program = folder / "program.py"
    program.write_text(COMPILED)
    setting = {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": "."}
    first = python(program, **setting)
    (path,) = (path for path in (folder / "cache").rglob("*") if path.is_file())

    def again() -> str:
        ended = python(program, **setting)
        if (ended.code, ended.out, ended.error) != (0, first.out, first.error):
            raise Wrong(f"exit code {ended.code}: {ended.out}{ended.error}")
        return "compiled anew"

    return tried("compiled code", path, round(20 * share), again)


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try flipped bits."""
    return [
        *of_study(folder, share),
        of_result(folder, share),
        of_model(folder, share),
        of_cache(folder, share),
    ]
