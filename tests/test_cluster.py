"""A study on Dask: a real scheduler and real workers, one of which dies, and the same table."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.invocation import install
from tests.study.small import HOUSE, SMALL, fails_at_seven, kept

distributed = pytest.importorskip("distributed")

LONG = sim.Study(
    SMALL.replace({"members": 300, "days": 60}),
    {"answering.idk_click": [0.1, 0.5]},
    replications=12,
    keep=fails_at_seven,
)


class Cluster:
    """A scheduler and workers, each in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.folder = folder
        self.scheduler = self.start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        while not self.file.exists() or not self.file.read_text().strip():
            assert self.scheduler.poll() is None
            time.sleep(0.02)
        self.address: str = json.loads(self.file.read_text())["address"]
        self.workers = [
            self.start(
                "dask_worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)
            )
            for _ in range(2)
        ]

    def start(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.{program}",
            "--scheduler-file",
            str(self.file),
            "--no-dashboard",
            *options,
        ]
        settings = os.environ | {"PYTHONPATH": str(HOUSE)}
        with open(self.folder / "said", "ab") as said:
            return subprocess.Popen(command, env=settings, stdout=said, stderr=said)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    """Return a cluster for three tests: the second ends a worker, the third the scheduler."""
    running = Cluster(tmp_path_factory.mktemp("dask"))
    yield running
    running.close()


def test_a_worker_that_cannot_begin_is_an_error_and_not_a_failed_run(
    cluster, tmp_path, monkeypatch
):
    """For example if it lacks a module of the user."""
    made = types.ModuleType("made_up")
    exec("def keep(result):\n    return result.summary", vars(made))
    monkeypatch.setitem(sys.modules, "made_up", made)
    study = sim.Study(SMALL, {"platform.limit": [1]}, replications=2)
    assert study._identity["keep"] == "Result.summary"  # a function without a text has none
    study.keep = made.keep
    with pytest.raises(sim.InputError, match=r"^scheduler: a worker can't begin .*made_up"):
        study.run(tmp_path / "out", scheduler=cluster.address)
    assert not kept(tmp_path / "out")


def test_a_killed_worker_loses_no_run(cluster, tmp_path):
    expected = LONG.run(tmp_path / "here", jobs=1).path.read_bytes()
    folder, kept_at_death = tmp_path / "there", []

    def kill_a_worker() -> None:
        while kept(folder) < 5:
            time.sleep(0.005)
        cluster.workers[0].send_signal(signal.SIGKILL)
        kept_at_death.append(kept(folder))

    killer = threading.Thread(target=kill_a_worker, daemon=True)
    killer.start()
    with distributed.Client(cluster.address) as client:
        client.wait_for_workers(2, timeout=60)
        table = LONG.run(folder, scheduler=client)
        assert client.status == "running"  # the user's own stays open
    killer.join()
    assert kept_at_death[0] < 24
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert table.path.read_bytes() == expected
    assert list(table.failed()["seed"]) == [7, 7]
    assert (
        LONG.run(tmp_path / "by address", scheduler=cluster.address).path.read_bytes() == expected
    )  # by the worker that is left


GONE = """
    import sys, threading, time
    import sim
    from pathlib import Path
    from tests.study.small import kept
    from tests.test_cluster import LONG

    def kill_the_scheduler(folder, number):
        import os, signal
        while kept(folder) < 5:
            time.sleep(0.005)
        os.kill(number, signal.SIGKILL)

    if __name__ == "__main__":
        folder, address, number = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        threading.Thread(target=kill_the_scheduler, args=(folder, number), daemon=True).start()
        try:
            LONG.run(folder, scheduler=address)
        except sim.InputError as error:
            print(error)
"""


def test_a_scheduler_that_ends_is_one_line_and_keeps_finished_runs(cluster, tmp_path):
    script, folder = tmp_path / "gone.py", tmp_path / "out"
    script.write_text(textwrap.dedent(GONE))
    done = subprocess.run(
        [sys.executable, script, folder, cluster.address, str(cluster.scheduler.pid)],
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "scheduler: it has gone, or has dropped the study's runs; must be there again, then start "
        f"the study again; {kept(folder)} finished runs are kept in {folder}\n"
    )
    assert 5 <= kept(folder) < 24


def test_in_a_task_of_dask_runs_use_its_own_process(monkeypatch):
    from sim.runs.pool import processes

    monkeypatch.setattr("sim.runs.pool.cores", lambda: 9)
    workers = {"n_workers": 1, "threads_per_worker": 1, "processes": False}
    with (
        distributed.LocalCluster(dashboard_address=None, **workers) as there,
        distributed.Client(there) as client,
    ):
        assert (processes(None), client.submit(processes, None).result()) == (9, 1)


def test_no_scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.studies.dask_executor.PATIENCE", 0.5)
    with pytest.raises(
        sim.InputError,
        match=r"^scheduler: tcp://127\.0\.0\.1:9: no answer .*; must be the address of one",
    ):
        LONG.run(tmp_path, scheduler="tcp://127.0.0.1:9")


def test_without_dask(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "sim.studies.dask_executor", raising=False)
    with pytest.raises(sim.InputError) as caught:
        LONG.run(tmp_path, scheduler="tcp://127.0.0.1:9")
    assert str(caught.value) == (
        f"scheduler: a cluster needs the package distributed; install it with: {install('cluster')}"
    )


def test_a_worker_of_another_version_is_refused():
    from sim.runs.running import SUMMARY
    from sim.studies.dask_executor import attempt_on_worker

    with pytest.raises(sim.InputError, match=r"a worker has .*; must be 0\.0\.9"):
        attempt_on_worker("0.0.9", SMALL, SUMMARY, next(LONG._jobs(0, 0, 1)))
