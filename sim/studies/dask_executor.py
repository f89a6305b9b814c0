"""The executor for clusters: Dask does the runs of a study when one machine is too small.

The study's own process submits jobs to Dask's scheduler, a limited number at a time, and stores the
records that come back. If a worker dies, the scheduler gives its jobs to another worker. Workers
need the same version of invitesim, but not the study's folder.
"""

import contextlib
import functools
import logging
import secrets
from asyncio import CancelledError
from collections.abc import Iterator
from concurrent import futures
from typing import Any

from ..errors import InputError
from ..invocation import install
from ..parameters.kinds import shown
from ..scenario.scenario import Scenario
from ..version import VERSION
from .executors import AHEAD, Done, dead_process_error
from .run_record import Job, Keep, RunRecord, attempt, described

try:
    import distributed
    from distributed.client import ClosedClientError
    from distributed.comm.core import CommClosedError
    from distributed.utils import silence_logging_cmgr
except ImportError:
    raise InputError(
        f"scheduler: a cluster needs the package distributed; install it with: {install('cluster')}"
    ) from None

PATIENCE = 20
"""Seconds within which a scheduler must answer."""
AGAIN = 2
"""How often a job is tried again if a worker could not begin it."""


def attempt_on_worker(version: str, scenario: Scenario, keep: Keep, job: Job) -> RunRecord:
    """Run a job on a worker; refuse it if the worker has another version of the model."""
    if version != VERSION:
        raise InputError(
            f"scheduler: a worker has invitesim {VERSION}; must be {version}, as where the study "
            "was started"
        )
    return attempt(scenario, keep, job)


class DaskExecutor:
    """Does jobs on the workers of a Dask scheduler.

    Parameters
    ----------
    scenario, keep
        As in `Study`.
    scheduler : str or distributed.Client
        The scheduler's address; or a client of it, which ``close`` leaves open.
    """

    def __init__(
        self, scenario: Scenario, keep: Keep, scheduler: "str | distributed.Client"
    ) -> None:
        self._work = (VERSION, scenario, keep)
        if not isinstance(scheduler, str | distributed.Client):
            raise InputError(
                f"scheduler: not one (got {shown(scheduler)}); must be its address, as "
                "tcp://host:8786, or a client of Dask"
            )
        self._own = isinstance(scheduler, str)
        try:
            self._client = (
                distributed.Client(scheduler, timeout=PATIENCE)
                if isinstance(scheduler, str)
                else scheduler
            )
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:100]
            raise InputError(
                f"scheduler: {scheduler}: no answer ({reason}); must be the address of one, as "
                "tcp://host:8786"
            ) from None
        self._futures: dict[Any, Job] = {}
        self._given_up: list[Job] = []
        self._gone = False
        self._name = f"invitesim-{secrets.token_hex(4)}"
        """Begins the keys of these jobs: the scheduler may have others or remember earlier ones."""

    @property
    def room(self) -> int:
        """Return how many more jobs can be submitted now: workers may come and go."""
        with self._one_line_if_gone():
            threads = int(sum(self._client.nthreads().values()))
        return AHEAD * max(1, threads) - len(self._futures)

    @property
    def under_way(self) -> int:
        """Return how many jobs were submitted and have not been returned."""
        return len(self._futures) + len(self._given_up)

    def submit(self, job: Job) -> None:
        """Submit a job to the scheduler."""
        # as one function: Dask searches arguments for names of its own
        work = functools.partial(attempt_on_worker, *self._work, job)
        with self._one_line_if_gone():
            future = self._client.submit(
                work, key=f"{self._name}-{job.key}", pure=False, retries=AGAIN
            )
        self._futures[future] = job

    def finished(self) -> Done:
        """Wait until a job is done; return all jobs that are done, with their records."""
        if not self._futures:
            raise dead_process_error(self._given_up)
        done: Done = []
        with self._one_line_if_gone():
            finished = distributed.wait(list(self._futures), return_when="FIRST_COMPLETED").done
            for future in finished:
                job = self._futures.pop(future)
                try:
                    done.append((job, self._record(future)))
                except distributed.KilledWorker:
                    self._given_up.append(job)
        return done

    def _record(self, future: Any) -> RunRecord:
        if future.status in ("cancelled", "lost"):
            raise CancelledError
        try:
            record: RunRecord = future.result()
        except (InputError, distributed.KilledWorker):
            raise
        except (CancelledError, futures.CancelledError, CommClosedError):
            raise  # the scheduler has gone before the record came: that is no failure of the run
        except Exception as error:  # the worker could not begin, so the run has not failed
            right = "must be able to import all that keep and the scenario need"
            raise InputError(
                f"scheduler: a worker can't begin ({described(error.__cause__ or error)}); {right}"
            ) from None
        return record

    @contextlib.contextmanager
    def _one_line_if_gone(self) -> Iterator[None]:
        """Raise an ``InputError`` in place of what Dask raises if its scheduler has gone."""
        try:
            yield
        except (OSError, CancelledError, futures.CancelledError, ClosedClientError):
            self._gone = True
            raise InputError(
                "scheduler: it has gone, or has dropped the study's runs; must be there again, "
                "then start the study again"
            ) from None

    def close(self) -> None:
        """Cancel the jobs under way."""
        if self._futures and not self._gone:
            self._client.cancel(list(self._futures))
        self._futures.clear()
        if self._own:
            # Dask logs an error when it stops trying to reach a scheduler that has gone
            with silence_logging_cmgr(logging.CRITICAL):
                self._client.close()
