"""What others have reported of software of this kind: each report is tried here.

Each function tries what one report is about and raises ``Wrong`` where it holds here too. The
reports are of public trackers; the text is ours.
"""

import json
import math
import multiprocessing
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import sim

from .mutations import STUDY
from .trials import HOUSE, Outcome, Wrong, here, python

SMALL = sim.Scenario(members=40, days=12, seed=5, meeting={"history_days": 10})
REPORTS: list[tuple[str, str, Callable[[Path], None]]] = []


def report(where: str, about: str) -> Callable[..., Callable[[Path], None]]:
    """Register a trial: the tracker's name and number, and what was reported."""

    def register(trial: Callable[[Path], None]) -> Callable[[Path], None]:
        REPORTS.append((where, about, trial))
        return trial

    return register


def right(holds: bool, wrong: str) -> None:
    """Raise ``Wrong`` where something does not hold."""
    if not holds:
        raise Wrong(wrong)


def refused(do: Callable[[], Any], words: str) -> None:
    """Raise ``Wrong`` where something is not refused in a line with these words."""
    try:
        given = do()
    except sim.InputError as error:
        right(words in str(error) and str(error).isprintable(), f"the line is: {error}")
    else:
        raise Wrong(f"taken, and gives {given!r:.100}")


@report("mesa/mesa#2841", "replications of one seed are the same run")
def replications_differ(folder: Path) -> None:
    table = sim.replicate(SMALL, 4, jobs=1)
    right(table[table["policy"] == "all"]["degree"].nunique() == 4, "two replications are alike")


@report("mesa/mesa#3038", "a data collector keeps what later steps change")
def collected_stays(folder: Path) -> None:
    model = sim.NetworkModel(SMALL)
    model.run_for(6)
    early = model.datacollector.get_model_vars_dataframe()
    degrees = model.agents.get("degree")
    model.run_for(6)
    late = model.datacollector.get_model_vars_dataframe()
    right(early.equals(late.iloc[: len(early)]), "what was collected has changed")
    changed = [one.degree != degree for one, degree in zip(model.agents, degrees, strict=True)]
    right(any(changed), "nothing happens in the run")


@report("JuliaDynamics/Agents.jl#500", "looking at the agents changes the run")
def looking_changes_nothing(folder: Path) -> None:
    alone, watched = sim.NetworkModel(SMALL), sim.NetworkModel(SMALL)
    alone.run_for(12)
    for _ in range(12):
        watched.step()
        watched.agents.shuffle().get("degree")
        watched.random.random()
        watched.rng.random()
        watched.result()
    right(alone.result().members.equals(watched.result().members), "another future")


@report("starsimhub/starsim#278", "two models in one process with the same seed differ")
def twice_in_one_process(folder: Path) -> None:
    one, other = sim.NetworkModel(SMALL), sim.NetworkModel(SMALL)
    for _ in range(12):  # by turns
        one.step()
        other.step()
    right(one.result().series.equals(other.result().series), "they differ")


@report("starsimhub/covasim#373", "a measure taken later changes what came before it")
def before_a_change_all_is_equal(folder: Path) -> None:
    plain, changed = sim.NetworkModel(SMALL), sim.NetworkModel(SMALL)
    for model in (plain, changed):
        model.run_for(6)
    changed.set_policies(["everyone"] * 40)
    for model in (plain, changed):
        model.run_for(6)
    ours, theirs = (model.result().series for model in (plain, changed))
    early = ours["day"] <= 6
    right(ours[early].equals(theirs[early]), "the days before differ")
    contacts = [model.result().members["contacts"] for model in (plain, changed)]
    right(contacts[0].equals(contacts[1]), "other people have met")


@report("kingaa/pomp#81", "a replication can't be repeated outside its batch")
def one_of_a_batch(folder: Path) -> None:
    for number in (3, 5):
        batch = sim.replicate(SMALL, number, jobs=1)
        third = batch[batch["replication"] == 2].drop(columns=["replication", "seed"])
        alone = sim.run(SMALL.replace({"seed": 7})).summary
        right(third.reset_index(drop=True).equals(alone), "alone it is another run")


@report("numba/numba#4807", "processes that fill one cache at once crash or mix up functions")
def one_cache_for_all(folder: Path) -> None:
    program = (
        "from sim.kernel.mechanics.compiled_cache import njit\n"
        + "".join(f"@njit(cache=True)\ndef f{n}(x):\n    return x * {n}\n" for n in range(1, 6))
        + "print(f1(1), f2(1), f3(1), f4(1), f5(1))\n"
    )
    (folder / "program.py").write_text(program)
    setting = {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(HOUSE)}
    for _ in range(2):
        said = together([sys.executable, folder / "program.py"], 4, **setting)
        right(all(out == (0, "1 2 3 4 5\n", "") for out in said), f"{said}")


@report("numba/numba#8359", "compiled code keeps an old value of a global or of another file")
def values_from_outside(folder: Path) -> None:
    def days(limit: int) -> set[int]:
        def early(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
            return day <= limit

        policy = sim.InvitePolicy("own", contacts=1, directory=1, condition=early)
        log = sim.run(SMALL.replace({"policies": [policy]}), log=True).invitations
        return set(log["sent_day"])

    right(max(days(3)) <= 3 < max(days(9)) <= 9, "the old value counts")


@report("numba/numba#7872", "processes that are forked after threads have run hang")
def processes_after_threads(folder: Path) -> None:
    program = (
        "import multiprocessing, sim\n"
        "s = sim.Scenario(members=2000, days=2, meeting={'history_days': 2})\n"
        "def one(seed):\n    return sim.run(s.replace({'seed': seed}), threads=2).summary.shape\n"
        "if __name__ == '__main__':\n"
        "    one(1)\n"
        "    with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "        print(pool.map(one, [1, 2]))\n"
        "    print(len(sim.replicate(s, 2, jobs=2)))\n"
    )
    (folder / "program.py").write_text(program)
    ended = python(folder / "program.py", PYTHONPATH=str(HOUSE), PYTHONWARNINGS="ignore")
    right(ended.code == 0 and ended.out.endswith("\n8\n"), f"{ended}")


@report("optuna/optuna#820", "many processes begin one study: database is locked")
def many_begin_one_study(folder: Path) -> None:
    (folder / "study.toml").write_text(STUDY)
    out = folder / "out"
    command = ["-m", "sim", "sweep", folder / "study.toml", "--jobs", "1", "--out", out]
    said = together([sys.executable, *command], 4)
    lines = [error for code, _, error in said if code]
    right(len(lines) < 4, f"none has done it: {lines}")
    right(all(code in (0, 2) for code, _, _ in said), f"{said}")
    right(all("works on it" in line and line.count("\n") == 1 for line in lines), f"{lines}")
    again = here(*command[2:])
    right(not again.code, f"can't be resumed: {again.error}")


LOOKING = """
import contextlib, os, sqlite3, sys, time
folder = sys.argv[1]
while not os.path.exists(folder + "/lock"):
    time.sleep(0.001)
while True:
    with contextlib.suppress(sqlite3.Error):
        with contextlib.closing(sqlite3.connect(folder + "/runs.sqlite", timeout=0)) as file:
            file.execute("BEGIN")
            file.execute("SELECT count(*) FROM runs").fetchone()
            time.sleep(0.005)
"""
"""Reads the runs of a study again and again, from when the study has begun."""


@report("optuna/optuna-dashboard#545", "reading the database while a study runs breaks the study")
def looked_at_while_it_runs(folder: Path) -> None:
    study = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=40)
    expected = study.run(folder / "good", jobs=1).path.read_bytes()
    looking = subprocess.Popen([sys.executable, "-c", LOOKING, str(folder / "out")])
    try:
        time.sleep(0.5)
        found = study.run(folder / "out", jobs=1).path.read_bytes()
    finally:
        looking.kill()
        looking.wait()
    right(found == expected, "other bytes")


@report("ICB-DCM/pyABC#594", "a run that is resumed forgets the state of its stopping rule")
def until_goes_on(folder: Path) -> None:
    study = sim.Study(SMALL, {"answering.idk_click": [0.0, 0.4]}, replications=3)
    rule: dict[str, Any] = {"until": {"degree": 0.15}, "most": 40}
    whole = study.run(folder / "whole", jobs=1, **rule)
    numbers = whole.to_pandas(policy="all").groupby("point").size()
    right(numbers.between(11, 39).all(), f"the rule decides nothing: {list(numbers)}")
    study.run(folder / "parts", jobs=1)
    study.run(folder / "parts", jobs=1, until={"degree": 0.2}, most=40)
    parts = study.run(folder / "parts", jobs=1, **rule)
    right(parts.path.read_bytes() == whole.path.read_bytes(), "another table")


@report("pandas-dev/pandas#4793", "a byte order mark becomes a part of the first name")
def byte_order_marks(folder: Path) -> None:
    texts = {
        "points.csv": "days,members\n3,20\n",
        "log.csv": "time,source,target\n20,1,2\n",
        "file.toml": "members = 20\n",
    }
    for name, text in texts.items():
        (folder / name).write_text("\ufeff" + text, encoding="utf-8")
    right(sim.Study(SMALL, folder / "points.csv").design.names == ("days", "members"), "points")
    right(sim.read_contacts(folder / "log.csv", 20).people == [1, 2], "log")
    right(sim.Scenario.from_toml(folder / "file.toml").members == 20, "scenario")


@report("pandas-dev/pandas#14704", "one of two columns with the same name is lost or renamed")
def names_stand_once(folder: Path) -> None:
    (folder / "points.csv").write_text("days,days\n3,4\n")
    refused(lambda: sim.Study(SMALL, folder / "points.csv"), "stands twice")
    two = pd.DataFrame([[3, 4]], columns=["days", "days"])
    refused(lambda: sim.Study(SMALL, two), "stands twice")
    (folder / "log.csv").write_text("time,source,source\n20,1,2\n")
    refused(lambda: sim.read_contacts(folder / "log.csv", 20), "log.csv")


@report("pandas-dev/pandas#56678", "large whole numbers beside empty cells lose their last digits")
def large_seeds(folder: Path) -> None:
    seed = 2**60 + 1
    (folder / "points.csv").write_text(f"seed,platform.limit\n{seed},2\n{2**64 - 1},\n")
    study = sim.Study(SMALL, folder / "points.csv", replications=1)
    table = study.run(folder / "out", jobs=1).to_pandas(policy="all")
    right(list(table["seed"].astype(object)) == [seed, 2**64 - 1], f"{table['seed']}")
    rounded = pd.DataFrame({"seed": [float(seed)]})  # as pandas itself makes of it
    refused(lambda: sim.Study(SMALL, rounded), "seed: ")


@report("networkx/networkx#3343", "attributes of numpy's types can't be written")
def networks_can_be_written(folder: Path) -> None:
    import networkx as nx

    result = sim.run(SMALL.replace({"days": 30}))
    for network in (result.graph(), result.outreach()):
        for write in (nx.write_graphml, nx.write_gexf, nx.write_gml):
            write(network, folder / "network")
        json.dumps(nx.node_link_data(network))


@report("pydantic/pydantic#360", "1.5 becomes 1, true becomes 1, without a word")
def nothing_is_made_to_fit(folder: Path) -> None:
    for value in (20.5, True, "20", "20.0", None, [20], 1e300, "0x14", "2_0"):
        refused(lambda value=value: sim.Scenario(members=value), "members: ")


@report("pydantic/pydantic#7296", "a NaN passes where a number above 0 is asked for")
def no_number_is_no_number(folder: Path) -> None:
    for parameter in sim.Scenario.parameters():
        if parameter.low is not None and "NAME" not in parameter.name:
            for value in (math.nan, math.inf, -math.inf, np.float32("nan")):
                refused(
                    lambda name=parameter.name, value=value: sim.Scenario().replace({name: value}),
                    f"{parameter.name}: ",
                )


@report("SALib/SALib#471", "points that occur twice in a sample upset the order of the results")
def repeated_points(folder: Path) -> None:
    problem = {"names": ["answering.idk_click"], "bounds": [[0, 1]]}
    sample = [[0.1], [0.9], [0.1], [0.5], [0.9]]
    study = sim.Study.from_salib(problem, sample, SMALL, replications=2)
    table = study.run(folder / "out", jobs=1).to_pandas(policy="all")
    means = table.groupby("point")["degree"].mean()
    clicks = table.groupby("point")["answering.idk_click"].first()
    right(list(clicks) == [0.1, 0.9, 0.1, 0.5, 0.9], "other points")
    right(means[0] == means[2] and means[1] == means[4], "equal points, other results")


@report("SALib/SALib#683", "bounds that make no sense give a sample of NaN")
def samples_are_numbers(folder: Path) -> None:
    problem = {"names": ["answering.idk_click"], "bounds": [[0, 1]], "dists": ["logunif"]}
    for bad in (math.nan, math.inf, 1.5, -0.1):
        refused(lambda bad=bad: sim.Study.from_salib(problem, [[0.5], [bad]], SMALL), "")


@report("quaquel/EMAworkbench#277", "after loading, columns have other types")
def types_stay(folder: Path) -> None:
    result = sim.run(SMALL.replace({"days": 40}), log=True)
    result.save(folder / "result.zip")
    loaded = sim.load(folder / "result.zip")
    for name in ("summary", "series", "members", "invitations"):
        pd.testing.assert_frame_equal(getattr(result, name), getattr(loaded, name))
    for name in ("connections", "arcs"):
        ours, theirs = getattr(result, name), getattr(loaded, name)
        right(ours.dtype == theirs.dtype and np.array_equal(ours, theirs), name)


@report("quaquel/EMAworkbench#90", "a comma in a name breaks what is saved")
def names_with_commas(folder: Path) -> None:
    for name in ("a,b", 'a"b', "a\nb", "=1+1", "a/b", "../a", "all", ""):
        refused(lambda name=name: sim.InvitePolicy(name, contacts=1), "name: ")
    study = sim.Study(SMALL, {"policies": [{"everyone": 1}, {"everyone": 1, "interacted": 2}]})
    table = study.run(folder / "out", jobs=1).to_pandas()
    right(json.loads(table["policies"].iloc[-1]).keys() == {"everyone", "interacted"}, "policies")


@report("dask/distributed#7870", "a task that has succeeded is done once more, and counts twice")
def each_run_counts_once(folder: Path) -> None:
    from sim.studies.store import RunStore as Store

    add, twice = Store.add, []

    def added_twice(store: Store, done: Any) -> None:
        done = list(done)
        twice.extend(done)
        add(store, done)
        add(store, done)

    study = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=4)
    expected = study.run(folder / "good", jobs=1).path.read_bytes()
    Store.add = added_twice  # type: ignore[method-assign]
    try:
        found = study.run(folder / "out", jobs=1).path.read_bytes()
    finally:
        Store.add = add  # type: ignore[method-assign]
    right(len(twice) == 8 and found == expected, "another table")


@report("apache/arrow#34314", "after Parquet was read, the process may be aborted at its end")
def nothing_aborts(folder: Path) -> None:
    """Look for the threads that do it: the abort itself comes in one of twenty cases."""
    sim.run(SMALL).save(folder / "result.zip")
    program = (
        "import os, sys, pyarrow.parquet, sim\n"
        "threads = lambda: len(os.listdir('/proc/self/task'))\n"
        "before = threads()\n"
        "sim.load(sys.argv[1])\n"
        "print(threads() - before)\n"
    )
    if Path("/proc/self/task").exists():
        ended = python("-c", program, folder / "result.zip")
        right(ended == (0, "0\n", ""), f"threads are left: {ended}")


@report("fastapi/typer#226", "a path that is not there ends in a traceback")
def paths_that_are_not_there(folder: Path) -> None:
    for path in ("nowhere.toml", "no/where.toml", ".", "/dev/null/x", "x" * 300, "-"):
        for command in ("run", "sweep"):
            ended = here(command, path, "--out", folder / "out")
            right(ended.code == 2 and not ended.fault, f"{path}: {ended}")
    right(not (folder / "out").exists(), "something was made")


def together(command: list[Any], number: int, **setting: str) -> list[tuple[int, str, str]]:
    """Run a command so many times at once, and return exit codes, outputs and errors."""
    import os

    begun = [
        subprocess.Popen(
            list(map(str, command)),
            cwd=HOUSE,
            env=os.environ | setting,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(number)
    ]
    said = [process.communicate(timeout=120) for process in begun]
    return [(process.returncode, *texts) for process, texts in zip(begun, said, strict=True)]


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try what others have reported."""
    outcomes = []
    for number, (where, about, trial) in enumerate(REPORTS[: math.ceil(len(REPORTS) * share)]):
        outcome = Outcome(f"{where}: {about}")
        place = folder / f"report-{number}"
        place.mkdir()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                trial(place)
            outcome.add("does not hold here")
        except Exception as wrong:  # whatever it is, it must not happen
            outcome.add("", f"{where}: {type(wrong).__name__}: {wrong}")
        outcomes.append(outcome)
        if multiprocessing.active_children():
            outcome.add("", f"{where}: a process is left")
    return outcomes
