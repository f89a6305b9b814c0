"""Executors do the runs of a study: in this process, or in processes of this machine.

An executor takes jobs while it has room, and returns their records in any order. It knows nothing
of studies or folders, and a study does not know where its runs are done. So the table of a study is
the same with every executor. The executor for clusters is in `dask_executor`.
"""

import functools
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from ..errors import InputError
from ..runs.pool import Pool, processes
from ..scenario.scenario import Scenario
from .run_record import Job, Keep, RunRecord, attempt

AHEAD = 4
"""Jobs queued for each process: enough that no process is idle, few enough for the memory."""
Done = list[tuple[Job, RunRecord]]


class Executor(Protocol):
    """Does the runs of one study.

    If the process of a job dies each time the job is tried, the cause may be the machine. So this
    is not a failed run with a row in the table. The job stays under way until all other jobs are
    done; then ``finished`` raises an error.
    """

    @property
    def room(self) -> int:
        """Return how many more jobs can be submitted now."""
        ...

    @property
    def under_way(self) -> int:
        """Return how many jobs were submitted and have not been returned."""
        ...

    def submit(self, job: Job) -> None:
        """Start a job, or queue it."""
        ...

    def finished(self) -> Done:
        """Wait for an event; return the jobs that are done, if any, with their records."""
        ...

    def close(self) -> None:
        """Stop at once; jobs under way are lost."""
        ...


def local_executor(scenario: Scenario, keep: Keep, jobs: int | None) -> Executor:
    """Return an executor for ``jobs`` processes; with one, the runs are done in this process."""
    jobs = processes(jobs)
    return SerialExecutor(scenario, keep) if jobs == 1 else PoolExecutor(scenario, keep, jobs)


class SerialExecutor:
    """Does one job at a time, in this process."""

    def __init__(self, scenario: Scenario, keep: Keep) -> None:
        self._work = (scenario, keep)
        self._job: Job | None = None

    @property
    def room(self) -> int:
        """Return how many more jobs can be submitted now."""
        return int(self._job is None)

    @property
    def under_way(self) -> int:
        """Return how many jobs were submitted and have not been returned."""
        return int(self._job is not None)

    def submit(self, job: Job) -> None:
        """Start a job, or queue it."""
        self._job = job

    def finished(self) -> Done:
        """Do the job."""
        job, self._job = self._job, None
        return [] if job is None else [(job, attempt(*self._work, job))]

    def close(self) -> None:
        """Do nothing: no job is under way between two calls."""


def dead_process_error(jobs: Sequence[Job]) -> InputError:
    """Return the error that names the runs whose process died each time."""
    more = f" (and {len(jobs) - 1} more runs)" if len(jobs) > 1 else ""
    run = ", ".join(f"{name} = {value}" for name, value in jobs[0].changes.items())
    return InputError(
        f"the run of point {jobs[0].point} ({run}) with seed {jobs[0].seed}{more}: its process "
        "died twice, most often for want of memory (take fewer jobs or members), or killed by a "
        "library of your function; all others are kept, and the same again tries this one once more"
    )


class PoolExecutor:
    """Does jobs in a pool of processes.

    When a process dies, the pool loses all jobs under way and does not know which of them was at
    fault. So each of these jobs is done again alone, in a new pool. A job whose process then dies
    again is given up.
    """

    def __init__(self, scenario: Scenario, keep: Keep, jobs: int) -> None:
        self._work = functools.partial(attempt, scenario, keep)
        self._jobs = jobs
        self._pool: Pool | None = None
        self._futures: dict[Future[bytes], Job] = {}
        self._suspects: deque[Job] = deque()
        self._given_up: list[Job] = []
        self._alone = False
        """Whether the one job under way is a suspect: one that may have killed its process."""

    @property
    def room(self) -> int:
        """Return how many more jobs can be submitted now."""
        return 0 if self._suspects or self._alone else AHEAD * self._jobs - len(self._futures)

    @property
    def under_way(self) -> int:
        """Return how many jobs were submitted and have not been returned."""
        return len(self._futures) + len(self._suspects) + len(self._given_up)

    def submit(self, job: Job) -> None:
        """Start a job, or queue it."""
        if self._pool is None:
            self._pool = Pool(self._work, self._jobs, "keep, or the scenario")
        try:
            self._futures[self._pool.submit("the point", job)] = job
        except BrokenProcessPool:  # a process has died since the last look
            self._suspects.append(job)
            self._close_pool()

    def finished(self) -> Done:
        """Wait for an event; return the jobs that are done, if any, with their records."""
        if not self._futures and self._suspects:
            self._alone = True
            self.submit(self._suspects.popleft())
        elif not self._futures:
            raise dead_process_error(self._given_up)
        done: Done = []
        broken: list[Job] = []
        for future in wait(self._futures, return_when=FIRST_COMPLETED).done:
            self._take(future, done, broken)
        if broken:
            for future in wait(self._futures).done:  # in a broken pool all are done
                self._take(future, done, broken)
            if self._alone:
                self._given_up += broken
            else:
                self._suspects.extend(sorted(broken, key=lambda job: (job.point, job.replication)))
            self._close_pool()
        self._alone = self._alone and bool(self._futures)
        return done

    def _take(self, future: Future[bytes], done: Done, broken: list[Job]) -> None:
        job = self._futures.pop(future)
        try:
            done.append((job, Pool.result(future)))
        except BrokenProcessPool:
            broken.append(job)

    def _close_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(at_once=bool(self._futures))

    def close(self) -> None:
        """End the processes at once, whatever they are doing."""
        self._close_pool()
