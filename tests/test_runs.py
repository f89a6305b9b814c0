"""Running many scenarios in processes: same tables for any number, and no process left behind."""

import hashlib
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
from concurrent.futures import ProcessPoolExecutor

import pandas as pd
import pytest

import sim
from sim.model.engine import Engine
from sim.runs import running
from sim.runs.pool import processes
from tests.test_cli import started

SMALL = sim.Scenario(members=60, days=20, seed=5)


def degree(result: sim.Result) -> float:
    return float(result.summary.set_index("policy").loc["all", "degree"])


def digest(result: sim.Result) -> str:
    tables = result.members.to_csv() + result.summary.to_csv() + result.series.to_csv()
    return hashlib.sha256(result.arcs.tobytes() + tables.encode()).hexdigest()


def seed_and_process(result: sim.Result) -> tuple[int, int]:
    return result.scenario.seed, os.getpid()


def fail_at_seven(result: sim.Result) -> int:
    if result.scenario.seed == 7:
        raise LookupError("no seven")
    return result.scenario.seed


def die_at_seven(result: sim.Result) -> int:
    if result.scenario.seed == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return result.scenario.seed


def tasks(number: int) -> list[sim.Task]:
    return [
        sim.Task(f"seed {scenario.seed}", scenario) for scenario in sim.replications(SMALL, number)
    ]


def test_replications_have_consecutive_seeds():
    assert [copy.seed for copy in sim.replications(SMALL, 3)] == [5, 6, 7]
    assert all(copy.replace({"seed": 5}) == SMALL for copy in sim.replications(SMALL, 3))
    assert [copy.seed for copy in sim.replications(SMALL.replace({"seed": 2**64 - 1}), 2)] == [
        2**64 - 1,
        0,
    ]


def test_replicate_joins_the_summaries():
    table = sim.replicate(SMALL, 3, jobs=1)
    assert list(table["replication"]) == [0] * 4 + [1] * 4 + [2] * 4
    alone = sim.run(SMALL.replace({"seed": 6})).summary
    pd.testing.assert_frame_equal(
        table[table["seed"] == 6].drop(columns=["replication", "seed"]).reset_index(drop=True),
        alone,
    )


def test_results_do_not_depend_on_jobs():
    """Nor on the process: with two, none of them is this one, and they hash texts otherwise."""
    one, two = (list(sim.run_many(tasks(9), digest, jobs=jobs)) for jobs in (1, 2))
    assert one == two
    assert len({kept for _, kept in one}) == 9
    assert [task for task, _ in one] == tasks(9)


def test_jobs_are_processes():
    seeds, processes = zip(
        *(kept for _, kept in sim.run_many(tasks(9), seed_and_process, jobs=2)), strict=True
    )
    assert list(seeds) == list(range(5, 14))
    assert os.getpid() not in processes
    assert not multiprocessing.active_children()


def test_no_tasks():
    assert list(sim.run_many([], degree)) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_a_run_names_it_and_stops_the_others(jobs):
    done = sim.run_many(tasks(30), fail_at_seven, jobs=jobs)
    assert [next(done)[1], next(done)[1]] == [5, 6]
    with pytest.raises(LookupError, match="no seven") as caught:
        next(done)
    assert "This happened in the run of seed 7." in caught.value.__notes__
    assert not multiprocessing.active_children()


def test_a_mistake_in_a_scenario_is_one_line_with_the_name_of_its_task(tmp_path):
    wrong = sim.Task("the third", SMALL.replace({"meeting.contacts": str(tmp_path / "none.csv")}))
    with pytest.raises(sim.InputError, match=r"^the third: .*none\.csv"):
        list(sim.run_many([*tasks(2), wrong], degree, jobs=2))


def test_a_killed_process_is_not_taken_for_a_fault():
    with pytest.raises(sim.InputError, match=r"^seed \d+: its process died"):
        list(sim.run_many(tasks(6), die_at_seven, jobs=2))


def test_processes_stop_when_nobody_reads_the_results():
    done = sim.run_many(tasks(30), degree, jobs=2)
    next(done)
    done.close()
    assert not multiprocessing.active_children()


def linger(result: sim.Result) -> None:
    if result.scenario.seed > 5:
        time.sleep(60)


def test_processes_are_stopped_in_the_middle_of_a_run():
    done = sim.run_many(tasks(4), linger, jobs=2)
    next(done)
    began = time.monotonic()
    done.close()
    assert time.monotonic() - began < 30


def test_a_function_that_cannot_be_sent_is_an_error_before_anything_runs():
    lock = threading.Lock()
    with pytest.raises(sim.InputError, match=r"^keep: can't be sent to another process"):
        next(sim.run_many(tasks(2), lambda result: lock, jobs=2))
    assert next(sim.run_many(tasks(2), lambda result: lock, jobs=1))[1] is lock


class OfTwoArguments(Exception):
    def __init__(self, one, other):
        super().__init__(f"{one} and {other}")


def fail_oddly(result: sim.Result) -> None:
    raise OfTwoArguments(1, 2)


def test_an_exception_that_cannot_be_pickled_is_not_blamed_on_memory():
    with pytest.raises(RuntimeError, match=r"^OfTwoArguments: 1 and 2") as caught:
        next(sim.run_many(tasks(2), fail_oddly, jobs=2))
    assert "This happened in the run of seed 5." in caught.value.__notes__


def test_a_module_that_a_new_process_cannot_import_is_one_line(monkeypatch):
    """It was made by a notebook or a program; cloudpickle believes that others can import it."""
    made = types.ModuleType("made_up")
    exec("def keep(result):\n    return 1", vars(made))
    monkeypatch.setitem(sys.modules, "made_up", made)
    with pytest.raises(sim.InputError, match=r"^seed 5: another process can't load .*'made_up'"):
        next(sim.run_many(tasks(2), made.keep, jobs=2))


def test_a_pool_has_the_environment_at_its_opening(monkeypatch):
    for value in ("1", "2"):
        monkeypatch.setenv("OF_MINE", value)
        kept = sim.run_many(tasks(2), lambda result: os.environ["OF_MINE"], jobs=2)
        assert [one for _, one in kept] == [value, value]


TYPED_IN = """
import os, sim

def helper(result):
    return int(result.scenario.seed)

class Kept:
    def __init__(self, result):
        self.seed, self.process = helper(result), os.getpid()
        self.degrees = result.members["degree"].tolist()

def keep(result):
    return Kept(result)

def few(bond, candidate, day):
    return candidate.degree < 5

def summary(result):
    return result.summary

own = sim.InvitePolicy("own", directory=1, condition=few)
scenario = sim.Scenario(members=30, days=5, seed=5, policies=[own])
print("begun")
plain = sim.Scenario(members=20, days=2, seed=6)
tasks = [sim.Task(str(s.seed), s) for s in (scenario, plain)]
two, one = ([kept for _, kept in sim.run_many(tasks, keep, jobs=jobs)] for jobs in (2, 1))
assert all(isinstance(kept, Kept) and kept.process != os.getpid() for kept in two)
assert [kept.degrees for kept in two] == [kept.degrees for kept in one]
print([kept.seed for kept in two])
for own in ({"keep": summary}, {}):
    try:
        study = sim.Study(plain, {"platform.limit": [1, 2]}, replications=1, **own)
        print(len(study.run(f"kept {len(own)}", jobs=2)))
    except sim.InputError as error:
        print(error)
"""


@pytest.mark.parametrize("how", ["script", "-"])
def test_functions_that_other_processes_cannot_import_are_sent_as_code(tmp_path, how):
    """They are typed in, or in a script without ``if __name__``, which no process runs again.

    A study needs the text of its own function, which is not there if it was typed in.
    """
    script = tmp_path / "unguarded.py"
    script.write_text(TYPED_IN)
    # the package is found where this process finds it, not in the folder where the program starts
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("raise SystemExit('another sim')")
    done = subprocess.run(
        [sys.executable, script if how == "script" else "-"],
        input=TYPED_IN,
        env=os.environ | {"PYTHONPATH": os.getcwd(), "PYTHONSAFEPATH": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    *runs, own, plain = done.stdout.splitlines()
    assert (runs, plain, done.stderr) == (["begun", "[5, 6]"], "8", "")
    typed_in = r"keep: its text can't be read \(summary was typed in\).*"
    assert re.fullmatch("8" if how == "script" else typed_in, own)
    assert (tmp_path / "kept 1").exists() == (how == "script")


def replicated(jobs: int | None) -> int:
    return len(sim.replicate(SMALL, 2, jobs=jobs))


@pytest.mark.parametrize("jobs", [None, 2])
def test_runs_within_a_process_of_a_pool_stay_in_it(jobs):
    """A daemonic process can't start others."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(replicated, [jobs]) == 8


def jobs_by_default(_: object) -> tuple[int, int]:
    return processes(None), processes(2)


def test_within_a_pool_the_other_cores_are_taken(monkeypatch):
    monkeypatch.setattr("sim.runs.pool.cores", lambda: 9)
    assert jobs_by_default(None) == (9, 2)
    replicated(2)  # in processes of this one, which its fork has no part in
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        assert pool.submit(jobs_by_default, None).result() == (1, 2)
        assert pool.submit(replicated, 2).result() == 8  # asked for, and possible here


@pytest.mark.parametrize("jobs", [0, -1])
def test_jobs_below_one(jobs):
    with pytest.raises(
        sim.InputError, match=f"jobs: expected a whole number of 1 or more, got {jobs}"
    ):
        next(sim.run_many(tasks(2), degree, jobs=jobs))


def test_replications_below_one():
    with pytest.raises(sim.InputError, match="replications: expected a whole number"):
        sim.replications(SMALL, 0)


LONG = """
    import sim

    def keep(result):
        return 0

    if __name__ == "__main__":
        scenario = sim.Scenario(members=2_000, days=300)
        tasks = [sim.Task(str(r), scenario) for r in range(500)]
        for r, _ in enumerate(sim.run_many(tasks, keep, jobs=2)):
            print(r, flush=True)
"""


def children(parent: int) -> set[int]:
    """Return all descendants of a process."""
    found: set[int] = set()
    for line in subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout.splitlines():
        pid, ppid = map(int, line.split())
        if ppid == parent:
            found |= {pid} | children(pid)
    return found


def with_two_workers(parent: subprocess.Popen[str]) -> set[int]:
    """Wait for multiprocessing's own two children and two workers, and return all four."""
    while len(below := children(parent.pid)) < 4:
        assert parent.poll() is None
        time.sleep(0.01)
    return below


def alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def assert_end(processes: set[int]) -> None:
    deadline = time.monotonic() + 20
    while any(map(alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, processes))


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_parent(tmp_path, blow):
    """After Ctrl-C while processes start; of one later, see ``test_an_interrupted_sweep``."""
    script = tmp_path / "long.py"
    script.write_text(textwrap.dedent(LONG))
    with started(script) as parent:
        if blow == signal.SIGKILL:
            assert parent.stdout.readline() == "0\n"
        below = with_two_workers(parent)
        if blow == signal.SIGINT:
            time.sleep(0.4)  # what the workers need is being imported
            os.killpg(parent.pid, blow)
        else:
            parent.kill()
        _, said = parent.communicate(timeout=60)
    assert_end(below)
    if blow == signal.SIGINT:
        assert said.count("Traceback") == 1, said  # the parent's own; no worker complains
        assert said.rstrip().endswith("KeyboardInterrupt")


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_is_deferred():
    done = []
    with pytest.raises(KeyboardInterrupt), sim.defer_interrupt():
        with sim.defer_interrupt():
            press_ctrl_c()
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"]
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()
    with sim.defer_interrupt():
        pass


def test_an_ignored_ctrl_c_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with sim.defer_interrupt():
            press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("pressed", "done"), [(0, [-180, 0]), (-180, [])])
def test_ctrl_c_waits_for_compiled_code_to_return(monkeypatch, pressed, done):
    """Compiled code would lose the exception; but what is compiled at first takes a minute."""
    advance, lived = Engine.advance, []

    def interrupted(engine: Engine, day: int) -> None:
        if day == pressed:
            press_ctrl_c()
        advance(engine, day)
        lived.append(day)

    monkeypatch.setattr(Engine, "advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sim.run(SMALL)
    assert lived == done


@pytest.mark.parametrize("member_days", [1, 300, 10**9])
def test_measures_do_not_depend_on_how_often_a_run_stops(monkeypatch, member_days):
    scenario = sim.Scenario(members=30, days=40)
    expected = sim.run(scenario).summary
    monkeypatch.setattr(running, "STOP_MEMBER_DAYS", member_days)
    pd.testing.assert_frame_equal(running.SUMMARY.live(scenario), expected)
