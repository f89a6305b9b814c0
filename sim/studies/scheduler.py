"""What of a study is still to be done: which runs are missing, and how many a point needs.

The plan goes through the points in their order and holds only what is under way: its memory does
not grow with the number of runs. What it asks for depends on the records alone and not on the order
in which they come, so a study that was stopped and started again ends as if it had not been.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..measures.definitions import EVERYBODY
from ..measures.statistics import mean_interval
from ..parameters.checks import whole
from ..parameters.kinds import near, shown
from .design import Design
from .run_record import ERROR, POLICY, Job, Record, unpacked
from .store import Store, Stored

LEAST = 10
"""Replications before an interval is trusted to say whether there are enough."""
Values = tuple[float, ...] | None
"""Of a replication, the measures that are looked at; None where it failed."""


@dataclass(frozen=True)
class Fixed:
    """As many replications for every point."""

    least: int
    measures: tuple[tuple[str, str], ...] = ()

    def enough(self, values: list[Values]) -> int:
        """Say how many replications a point needs, knowing what those that it has came to."""
        return len(values)


@dataclass(frozen=True)
class Until:
    """Replications until the 95 % intervals of some measures are narrow enough, at least ``LEAST``, at most ``most``."""

    half_widths: Mapping[str, float]
    """From a measure (of everybody), or ``measure/policy``, to half the width of the interval of its mean."""
    most: int

    def __post_init__(self) -> None:
        if not isinstance(self.half_widths, Mapping) or not self.half_widths:
            raise InputError(
                f"until: no measure (got {shown(self.half_widths)}); must be one or more with numbers, as blocked: 0.01"
            )
        for name, width in self.half_widths.items():
            if not isinstance(name, str):
                raise InputError(
                    f"until: {shown(name)}: not the name of a measure; must be as 'blocked' or 'blocked/everyone'"
                )
            if isinstance(width, bool) or not isinstance(width, int | float) or not width > 0:
                raise InputError(
                    f"until: {name}: not half the width of an interval (got {width!r}); must be a number above 0"
                )
        whole("most", self.most, LEAST)

    @property
    def least(self) -> int:
        """Replications that every point has."""
        return LEAST

    @property
    def measures(self) -> tuple[tuple[str, str], ...]:
        """The measure and the policy that each name stands for."""
        return tuple(
            (measure, policy or EVERYBODY)
            for measure, _, policy in (name.partition("/") for name in self.half_widths)
        )

    def enough(self, values: list[Values]) -> int:
        """Say how many replications a point needs: what it has, or a guess from their spread, at most twice as many."""
        number, known = len(values), [row for row in values if row is not None]
        if not known or number >= self.most:  # where every run fails, more of them do too
            return number
        wanted = number
        for column, goal in zip(np.array(known).T, self.half_widths.values(), strict=True):
            interval = mean_interval(column)
            half = (interval.high - interval.low) / 2
            if not half <= goal:  # also where there is no interval yet
                more = number * (half / goal) ** 2 if math.isfinite(half) else 2 * number
                wanted = max(wanted, min(math.ceil(more), 2 * number), number + 1)
        return min(wanted, self.most)


Rule = Fixed | Until
"""How many replications a point needs."""
Jobs = Callable[[int, int, int], Iterator[Job]]
"""Makes the jobs of a point, from one replication up to another, exclusive."""


@dataclass
class Point:
    """A point that is under way."""

    there: set[int]
    """Replications that were there when it was opened."""
    values: dict[int, Values]
    """By replication."""
    target: int
    missing: int = 0


class Plan:
    """The jobs of a study, in order."""

    def __init__(
        self, design: Design, jobs_of: Jobs, store: Store, rule: Rule, *, retry_failed: bool
    ) -> None:
        self._jobs_of, self._store, self._rule, self._retry = jobs_of, store, rule, retry_failed
        own = np.flatnonzero(design.first == np.arange(len(design)))
        self._unopened = iter(own.tolist())
        self._queue: deque[Job] = deque()
        self._points: dict[int, Point] = {}
        self.replications = np.full(len(design), rule.least)
        """How many replications each point needs, as far as is known."""
        self.expected = len(own) * rule.least
        """How many runs this session will have done at the end, as far as is known."""

    def next(self) -> Job | None:
        """Return the next job; None where all that is known to be missing is under way."""
        while not self._queue:
            number = next(self._unopened, None)
            if number is None:
                return None
            self._open(number)
        return self._queue.popleft()

    def note(self, job: Job, record: Record) -> None:
        """Take note that the record of a job is in the store."""
        point = self._points[job.point]
        point.values[job.replication] = self._values(record)
        point.missing -= 1
        if not point.missing:
            self._advance(job.point, point)

    def _open(self, number: int) -> None:
        runs = [run for run in self._store.read(number) if not (run.failed and self._retry)]
        values = {run.replication: self._values(run) for run in runs}
        self._points[number] = Point(set(values), values, self._rule.least)
        self._ask(number, self._points[number], 0)

    def _ask(self, number: int, point: Point, begin: int) -> None:
        """Queue what a point lacks from replication ``begin`` on; if it lacks none, go on."""
        jobs = list(self._jobs_of(number, begin, point.target))
        missing = [job for job in jobs if job.replication not in point.there]
        self._queue.extend(missing)
        point.missing = len(missing)
        self.expected -= len(jobs) - len(missing)
        if not missing:
            self._advance(number, point)

    def _advance(self, number: int, point: Point) -> None:
        """Ask for more replications of a point that has all it was to have, or be done with it."""
        values = [point.values.get(replication) for replication in range(point.target)]
        enough, begin = self._rule.enough(values), point.target
        if enough > begin:
            point.target = enough
            self.expected += enough - begin
            self._ask(number, point, begin)
            return
        self.replications[number] = point.target
        del self._points[number]

    def _values(self, run: Record | Stored) -> Values:
        """Return what the rule looks at in a run."""
        if run.failed or not self._rule.measures:
            return None
        rows = unpacked(run.content)
        policies = rows[POLICY].to_pylist()
        measures = [name for name in rows.schema.names if name not in (POLICY, ERROR)]
        check_there(self._rule, measures, policies)
        values = []
        for measure, policy in self._rule.measures:
            if policies.count(policy) > 1:
                raise InputError(
                    f"until: {measure}: a run has {policies.count(policy)} rows of {policy}, which "
                    "are no replications; must be one: use a keep that gives one row for each "
                    "policy"
                )
            values.append(_number(measure, rows[measure][policies.index(policy)].as_py()))
        return tuple(values)


def check_there(
    rule: Rule, measures: Collection[str] | None = None, policies: Collection[str] | None = None
) -> None:
    """Raise an ``InputError`` if a rule looks at what is none of these measures, or policies; None: it is not known yet which there are."""
    for measure, policy in rule.measures:
        if measures is not None and measure not in measures:
            raise InputError(
                f"until: {measure}: no such measure{near(measure, measures)}; must be one of {', '.join(measures)}"
            )
        if policies is not None and policy not in policies:
            raise InputError(
                f"until: {measure}/{policy}: no such policy{near(policy, policies)}; must be one of {', '.join(policies)}"
            )


def _number(measure: str, value: object) -> float:
    if value is None:
        return math.nan
    if not isinstance(value, int | float):
        raise InputError(
            f"until: {measure}: not a measure (got {shown(value)}); must be a column of numbers"
        )
    return float(value)
