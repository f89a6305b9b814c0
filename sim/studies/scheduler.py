"""The scheduler of a study: which runs are still to be done, and in which order.

The scheduler goes through the points in their order and holds only points that are under way, so
its memory does not grow with the number of runs. Which runs it asks for depends on the records
alone, and not on the order in which they come. So a study that was stopped and started again ends
as if it had never been stopped.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..parameters.kinds import shown
from .design import Design
from .run_record import ERROR, POLICY, Job, RunRecord, unpacked
from .stopping import StoppingRule, Values, check_measured
from .store import RunStore, StoredRun

Jobs = Callable[[int, int, int], Iterator[Job]]
"""A function of a point and two replications: it makes the jobs from the first replication up to
the second, which is left out."""


@dataclass
class Point:
    """A point that is under way."""

    there: set[int]
    """The replications that the store had when the point was opened."""
    values: dict[int, Values]
    """By replication."""
    target: int
    """The number of replications that it is to have, as far as is known."""
    missing: int = 0
    """Jobs that are queued or under way."""


class Scheduler:
    """The jobs of a study, in order.

    Parameters
    ----------
    design : Design
    jobs_of : callable
        Makes the jobs of a point.
    store : RunStore
        The runs that are finished.
    rule : StoppingRule
    retry_failed : bool
        Whether runs that failed are done again.
    """

    def __init__(
        self,
        design: Design,
        jobs_of: Jobs,
        store: RunStore,
        rule: StoppingRule,
        *,
        retry_failed: bool,
    ) -> None:
        self._jobs_of, self._store = jobs_of, store
        self._rule, self._retry = rule, retry_failed
        own = np.flatnonzero(design.first == np.arange(len(design)))
        self._unopened = iter(own.tolist())
        self._queue: deque[Job] = deque()
        self._points: dict[int, Point] = {}
        self.replications = np.full(len(design), rule.least)
        """The number of replications that each point needs, as far as is known."""
        self.expected = len(own) * rule.least
        """The number of runs that this process will have done at the end, as far as is known."""

    def next(self) -> Job | None:
        """Return the next job; None if all jobs that are known to be missing are under way."""
        while not self._queue:
            number = next(self._unopened, None)
            if number is None:
                return None
            self._open(number)
        return self._queue.popleft()

    def note(self, job: Job, record: RunRecord) -> None:
        """Count a job as done, its record being stored, and queue the jobs that follow from it."""
        point = self._points[job.point]
        point.values[job.replication] = self._values(record)
        point.missing -= 1
        if not point.missing:
            self._advance(job.point, point)

    def _open(self, number: int) -> None:
        runs = [run for run in self._store.read(number) if not (run.failed and self._retry)]
        values = {run.replication: self._values(run) for run in runs}
        self._points[number] = Point(set(values), values, self._rule.least)
        self._queue_missing(number, self._points[number], 0)

    def _queue_missing(self, number: int, point: Point, begin: int) -> None:
        """Queue the jobs that a point lacks from replication ``begin`` on; if none, advance it."""
        jobs = list(self._jobs_of(number, begin, point.target))
        missing = [job for job in jobs if job.replication not in point.there]
        self._queue.extend(missing)
        point.missing = len(missing)
        self.expected -= len(jobs) - len(missing)
        if not missing:
            self._advance(number, point)

    def _advance(self, number: int, point: Point) -> None:
        """Queue more replications of a point that has reached its target, or close the point."""
        values = [point.values.get(replication) for replication in range(point.target)]
        enough, begin = self._rule.enough(values), point.target
        if enough > begin:
            point.target = enough
            self.expected += enough - begin
            self._queue_missing(number, point, begin)
            return
        self.replications[number] = point.target
        del self._points[number]

    def _values(self, run: RunRecord | StoredRun) -> Values:
        """Return the rows of a run, with the columns that the stopping rule looks at."""
        if run.failed or not self._rule.measures:
            return None
        rows = unpacked(run.content)
        policies = rows[POLICY].to_pylist()
        measures = [name for name in rows.schema.names if name not in (POLICY, ERROR)]
        check_measured(self._rule, measures, policies)
        for measure, policy in self._rule.measures:
            if policies.count(policy) > 1:
                raise InputError(
                    f"until: {measure}: a run has {policies.count(policy)} rows of {policy}, which "
                    "are no replications; must be one: use a keep that gives one row for each "
                    "policy"
                )
            _check_number(measure, rows[measure][policies.index(policy)].as_py())
        return rows.select([name for name in rows.schema.names if name in self._rule.columns])


def _check_number(measure: str, value: object) -> None:
    """Raise an ``InputError`` if a value is not a number, nor missing."""
    if value is not None and not isinstance(value, int | float):
        raise InputError(
            f"until: {measure}: not a measure (got {shown(value)}); must be a column of numbers"
        )
