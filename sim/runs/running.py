"""Running scenarios: one, or many in several processes.

A replication is the same scenario with another seed; a sweep is many scenarios. Both are lists of
tasks. Each task is a scenario with a name, and runs on one thread in one of several processes. What
is kept of a result is made where the run was done, so only small tables are sent between processes.
Results do not depend on the number of processes, nor on which task is done first.
"""

import contextlib
import functools
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError
from ..interruption import defer_interrupt
from ..measures.definitions import measures_to_take
from ..parameters.checks import whole
from ..parameters.kinds import shown
from ..progress import progress_bar
from ..scenario.scenario import Scenario, checked
from .pool import Pool, processes

if TYPE_CHECKING:
    import pandas as pd

    from ..results.result import Result

STOP_DAYS, STOP_MEMBER_DAYS = 5, 100_000
"""The least days between two stops of a run, and the least days times members (some 10 ms)."""
SEEDS = 2**64
"""Seeds are from 0 to 2**64 - 1; the seed after the last one is 0."""


@dataclass(frozen=True)
class Task:
    """A scenario to run and its name in messages; each task of a list should have its own name."""

    name: str
    scenario: Scenario


def run(
    scenario: Scenario,
    *,
    threads: int | None = None,
    log: bool = False,
    progress: str | None = None,
) -> "Result":
    """Run a scenario, from the history to the last day, and take all measures.

    Parameters
    ----------
    scenario : Scenario
        The scenario to simulate.
    threads : int, optional
        The number of threads, 1 or more; None: all cores if the society is large enough to gain
        from it. The result is the same for any number.
    log : bool
        Whether to keep every invitation, in ``Result.invitations``.
    progress : str, optional
        The word before a progress bar on the standard error, which is shown if that is a terminal;
        None: no bar.

    Raises
    ------
    InputError
        If ``threads`` is below 1, a log of contacts can't be read, the members do not fit into
        memory, or the function of a policy does not compile or draws random numbers.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=100, days=60, platform={"limit": 1}))
    >>> result.summary[["policy", "members", "blocked"]]
              policy  members   blocked
    0       everyone       33  0.181818
    1     interacted       34  0.205882
    2  close_friends       33  0.000000
    3            all      100  0.130000
    """
    from ..model.engine import REACH_EVERY, Engine
    from ..model.tables import InvitationLog

    engine = Engine(
        checked(scenario, "run"), None if threads is None else whole("threads", threads)
    )
    scenario = engine.scenario
    invitations = InvitationLog(engine, REACH_EVERY) if log else None
    measured = engine.reach_days
    stops = sorted({0, *measured, *(_stops(scenario) if progress else [])})
    engine.advance(engine.day)  # no day: the first run compiles here, where Ctrl-C is heard at once
    engine.recall_history()
    with progress_bar(progress, scenario.history_days + scenario.days, "day") as bar:
        for day in stops:
            with defer_interrupt():  # compiled code would lose an exception that comes meanwhile
                engine.advance(day)
                if day in measured:
                    engine.measure_reach()
                if invitations:
                    invitations.evening(engine)
            bar.update(scenario.history_days + day - bar.n)
    with defer_interrupt():
        return engine.result(invitations, beside=threads != 1)


def _stops(scenario: Scenario) -> range:
    """Return the days, before the last one, on whose evening Ctrl-C can act and the bar is updated.

    A stop takes some 0.06 ms, as long as half a day of 1,000 members, so small societies stop less
    often.
    """
    step = max(STOP_DAYS, STOP_MEMBER_DAYS // scenario.most_members)
    return range(1 - scenario.history_days, scenario.days, step)


def replications(scenario: Scenario, number: int) -> list[Scenario]:
    """Return the scenarios of ``number`` replications.

    Replication r = 0, 1, ... has the seed ``seed + r`` (modulo 2**64); everything else is the same.
    """
    first = checked(scenario).seed
    return [
        scenario.replace({"seed": (first + r) % SEEDS})
        for r in range(whole("replications", number))
    ]


def replicate(
    scenario: Scenario, number: int = 20, *, jobs: int | None = None, progress: str | None = None
) -> "pd.DataFrame":
    """Run a scenario ``number`` times, each time with another seed.

    Parameters
    ----------
    scenario : Scenario
        Its seed is the seed of the first replication; the next replications have the next seeds.
    number : int
        The number of replications, 1 or more.
    jobs, progress
        As in `run_many`.

    Returns
    -------
    DataFrame
        ``Result.summary`` of all runs: a row for each replication and policy, with the columns
        ``replication`` (from 0) and ``seed`` before the others.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.Scenario(members=100, days=60, platform={"limit": 1})
    >>> runs = sim.replicate(scenario, 3, jobs=1)
    >>> runs[["replication", "seed", "policy", "blocked"]].head(4)
       replication  seed         policy   blocked
    0            0     1       everyone  0.181818
    1            0     1     interacted  0.205882
    2            0     1  close_friends  0.000000
    3            0     1            all  0.130000
    """
    import pandas as pd

    tasks = [Task(f"seed {copy.seed}", copy) for copy in replications(scenario, number)]
    tables = []
    done: Iterable[tuple[Task, pd.DataFrame]] = run_many(
        tasks, SUMMARY, jobs=jobs, progress=progress
    )
    for r, (task, table) in enumerate(done):
        table.insert(0, "replication", r)
        table.insert(1, "seed", task.scenario.seed)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


class Measures:
    """Keeps all or some of the measures of a run, and computes nothing else.

    Reach by day, networks and tables would take half of the time of a small run.

    Parameters
    ----------
    only : collection of str, optional
        Names from ``MEASURES``; None: all of them, so that the table is ``Result.summary``.
    """

    def __init__(self, only: Collection[str] | None = None) -> None:
        self.only = None if only is None else sorted(measures_to_take(only))

    @property
    def name(self) -> str:
        """The name of these measures in the identity of a study."""
        return "Result.summary" if self.only is None else f"measures {', '.join(self.only)}"

    def live(self, scenario: Scenario) -> "pd.DataFrame":
        """Run a scenario and return its measures."""
        from ..model.engine import Engine

        engine = Engine(scenario)
        engine.advance(engine.day)  # as in `run`
        engine.recall_history()
        for day in sorted({*_stops(engine.scenario), 0, engine.scenario.days}):
            with defer_interrupt():  # compiled code would lose an exception that comes meanwhile
                engine.advance(day)
        with defer_interrupt():
            return engine.summary(self.only)


SUMMARY = Measures()
"""Keeps ``Result.summary``."""


def live_and_keep[Kept](keep: "Callable[[Result], Kept] | Measures", scenario: Scenario) -> Kept:
    """Run a scenario and return what ``keep`` makes of its result.

    If ``keep`` has a method ``live``, that receives the scenario instead of the result.
    """
    live: Callable[[Scenario], Kept] | None = getattr(keep, "live", None)
    return live(scenario) if live else keep(run(scenario, threads=1))  # type: ignore[operator]


def run_many[Kept](
    tasks: Iterable[Task],
    keep: "Callable[[Result], Kept] | Measures",
    *,
    jobs: int | None = None,
    progress: str | None = None,
) -> Iterator[tuple[Task, Kept]]:
    """Run tasks and yield what ``keep`` makes of each result, in the order of the tasks.

    A result is yielded as soon as it and all results before it are done.

    Parameters
    ----------
    tasks : iterable of Task
        The tasks to run.
    keep : callable
        A function that gets a ``Result`` and returns what to keep of it; it is called where the
        task was run. It may be defined anywhere, but pickle must be able to send everything that it
        refers to to another process.
    jobs : int, optional
        The number of processes, 1 or more; None: as many as this process has cores, or 1 within a
        process of another pool. With 1 everything runs in this process. Each run has one thread.
    progress : str, optional
        The word before a progress bar on the standard error, which is shown if that is a terminal;
        None: no bar.

    Yields
    ------
    (Task, Kept)

    Raises
    ------
    InputError
        If a scenario has a mistake (the message names the task), ``jobs`` is below 1, or a process
        was killed.
    Exception
        Whatever a run or ``keep`` raised, with a note that names the task. After this, and on
        Ctrl-C, all processes are stopped.

    Examples
    --------
    >>> import sim
    >>> scenarios = [sim.Scenario(members=100, days=days) for days in (10, 20)]
    >>> tasks = [sim.Task(f"{scenario.days} days", scenario) for scenario in scenarios]
    >>> for task, links in sim.run_many(tasks, lambda result: len(result.connections), jobs=1):
    ...     print(task.name, links)
    10 days 97
    20 days 158
    """
    todo = _checked_tasks(tasks)
    if not callable(keep) and not hasattr(keep, "live"):
        raise InputError(
            f"keep: not a function (got {shown(keep)}); must be a function of a sim.Result"
        )
    jobs = max(1, min(processes(jobs), len(todo)))
    done = _in_this_process(todo, keep) if jobs == 1 else _in_processes(todo, keep, jobs)
    with (
        contextlib.closing(done),
        progress_bar(progress, len(todo), "run") as bar,
    ):
        for task, kept in done:
            bar.update()
            yield task, kept


def _checked_tasks(tasks: Iterable[Task]) -> list[Task]:
    given = list(tasks) if isinstance(tasks, Iterable) else [tasks]
    for task in given:
        if not isinstance(task, Task):
            raise InputError(
                f"tasks: not a task (got {shown(task)}); must be a list of sim.Task(name, scenario)"
            )
    return given


def _in_this_process[Kept](
    tasks: Sequence[Task], keep: "Callable[[Result], Kept] | Measures"
) -> Generator[tuple[Task, Kept]]:
    for task in tasks:
        with _naming(task):
            kept = live_and_keep(keep, task.scenario)
        yield task, kept


def _in_processes[Kept](
    tasks: Sequence[Task], keep: "Callable[[Result], Kept] | Measures", jobs: int
) -> Generator[tuple[Task, Kept]]:
    pool = Pool(functools.partial(live_and_keep, keep), jobs, "keep")
    # enough that no process waits, but few enough that a mistake in a long sweep shows early
    ahead = 4 * jobs
    under_way: deque[tuple[Task, Future[bytes]]] = deque()
    try:
        for place in range(len(tasks) + ahead):
            if place < len(tasks):
                task = tasks[place]
                with _naming(task):
                    under_way.append((task, pool.submit("scenario", task.scenario)))
            if place >= ahead and under_way:
                task, future = under_way.popleft()
                with _naming(task):
                    kept = pool.result(future)
                yield task, kept
    except BaseException:
        pool.close(at_once=True)
        raise
    pool.close(at_once=False)


@contextlib.contextmanager
def _naming(task: Task) -> Iterator[None]:
    """Add the name of the task to an exception raised in the block."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{task.name}: {error}") from error
    except BrokenProcessPool as error:
        reason = "most often for want of memory (take fewer jobs or members)"
        raise InputError(f"{task.name}: its process died, {reason}") from error
    except Exception as error:
        error.add_note(f"This happened in the run of {task.name}.")
        raise
