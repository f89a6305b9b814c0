"""Where the runs of a study are done: here, in processes of this machine, or somewhere else behind the same few methods.

An executor takes jobs while it has room, and gives records in whatever order they are done. It knows nothing of studies or folders; a
study knows nothing of where its runs are done, so its table is the same by any of them.
"""

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from .records import Job, Keep, Record, attempt, described, failure
from .runs import check_travels, deaf_children, opened_pool, processes, stop_pool
from .scenario import Scenario

AHEAD = 4
"""Jobs that each process has waiting: enough that none waits for the study, few enough to hold in memory."""
DIED = "its process died twice, most often for want of memory (take fewer jobs or members), or killed by a library of the policy's function"
Done = list[tuple[Job, Record]]


class Executor(Protocol):
    """Does the runs of one study."""

    @property
    def room(self) -> int:
        """How many more jobs it would take now."""
        ...

    @property
    def under_way(self) -> int:
        """How many jobs it has taken and not given back."""
        ...

    def submit(self, job: Job) -> None:
        """Take a job."""
        ...

    def finished(self) -> Done:
        """Wait until something has happened, and give the jobs that are done, perhaps none, with their records."""
        ...

    def close(self) -> None:
        """Stop at once; jobs under way are lost."""
        ...


def local(scenario: Scenario, keep: Keep, jobs: int | None) -> Executor:
    """Choose the executor of this machine: for one job this process itself, else a pool of processes."""
    jobs = processes(jobs)
    return Here(scenario, keep) if jobs == 1 else Processes(scenario, keep, jobs)


class Here:
    """Does one job at a time, in this process."""

    def __init__(self, scenario: Scenario, keep: Keep) -> None:
        self._work = (scenario, keep)
        self._job: Job | None = None

    @property
    def room(self) -> int:
        """How many more jobs it would take now."""
        return int(self._job is None)

    @property
    def under_way(self) -> int:
        """How many jobs it has taken and not given back."""
        return int(self._job is not None)

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._job = job

    def finished(self) -> Done:
        """Do the job."""
        job, self._job = self._job, None
        return [] if job is None else [(job, attempt(*self._work, job))]

    def close(self) -> None:
        """Do nothing: nothing is under way between two calls."""


class Processes:
    """Does jobs in a pool of processes.

    When a process dies, the pool loses all that was under way and does not know whose fault it was. So each of these jobs is done again
    alone, in a new pool; the one that kills its process once more has failed.
    """

    def __init__(self, scenario: Scenario, keep: Keep, jobs: int) -> None:
        check_travels(("keep", keep), ("scenario", scenario))
        self._work = (scenario, keep)
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._broken = False
        self._futures: dict[Future[Record], Job] = {}
        self._suspects: deque[Job] = deque()
        self._alone = False
        """Whether the one job under way is a suspect."""

    @property
    def room(self) -> int:
        """How many more jobs it would take now."""
        return 0 if self._suspects or self._alone else AHEAD * self._jobs - len(self._futures)

    @property
    def under_way(self) -> int:
        """How many jobs it has taken and not given back."""
        return len(self._futures) + len(self._suspects)

    def submit(self, job: Job) -> None:
        """Take a job."""
        if self._pool is None:
            self._pool = opened_pool(self._jobs)
        try:
            with deaf_children():
                self._futures[self._pool.submit(attempt, *self._work, job)] = job
        except BrokenProcessPool:  # a process has died since the last look
            self._broken = True
            self._suspects.append(job)

    def finished(self) -> Done:
        """Wait until something has happened, and give the jobs that are done, perhaps none, with their records."""
        if self._suspects and not self._futures:
            self._alone = True
            if self._broken:
                self._renew()
            self.submit(self._suspects.popleft())
        done: Done = []
        broken: list[Job] = []
        for future in wait(self._futures, return_when=FIRST_COMPLETED).done:
            self._take(future, done, broken)
        if broken:
            for future in wait(self._futures).done:  # of a broken pool all are done
                self._take(future, done, broken)
            if self._alone:
                done += [(job, failure(job, DIED)) for job in broken]
            else:
                self._suspects.extend(sorted(broken, key=lambda job: (job.point, job.replication)))
            self._renew()
        self._alone = self._alone and bool(self._futures)
        return done

    def _take(self, future: Future[Record], done: Done, broken: list[Job]) -> None:
        job = self._futures.pop(future)
        try:
            done.append((job, future.result()))
        except BrokenProcessPool:
            broken.append(job)
        except (
            Exception
        ) as error:  # the job could not be sent: a row says so, as of any other failure
            done.append((job, failure(job, described(error))))

    def _renew(self) -> None:
        if self._pool is not None:
            stop_pool(self._pool)
            self._pool, self._broken = None, False

    def close(self) -> None:
        """End the processes, in the middle of what they do."""
        self._futures.clear()
        self._suspects.clear()
        self._renew()
