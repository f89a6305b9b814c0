"""Running scenarios: one, or many over processes.

A replication is the same scenario with another seed; a sweep is many scenarios. Both are lists of tasks, a scenario with a name, and each
is run on one thread in one of several processes. What is kept of a result is made where it was run, so that only small tables travel
between processes. What comes out does not depend on how many processes there are, nor on which of them is done first.
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

BAR_DAYS = 5
"""Days between two looks at the progress bar."""
SEEDS = 2**64
"""Seeds are 0 to this, exclusive; the one after the last is 0 again."""


@dataclass(frozen=True)
class Task:
    """A scenario to run and the name that it has in messages; give each task of a list its own name."""

    name: str
    scenario: Scenario


def run(
    scenario: Scenario,
    *,
    threads: int | None = None,
    log: bool = False,
    progress: str | None = None,
) -> "Result":
    """Live through a scenario, from the history to the last day, and take all measures.

    Parameters
    ----------
    scenario : Scenario
        What to simulate.
    threads : int, optional
        Threads, 1 or more; None: all cores, where the society is large enough to gain by it. The result is the same for any number.
    log : bool
        Whether to keep every invitation, in ``Result.invitations``.
    progress : str, optional
        The word before a progress bar on the standard error, which is shown if that is a terminal; None: no bar.

    Raises
    ------
    InputError
        ``threads`` below 1; a log of contacts that can't be read; more members than fit into memory; a policy's function that does not
        compile, or draws random numbers.
    """
    from ..model.engine import Engine
    from ..model.tables import InvitationLog

    engine = Engine(
        checked(scenario, "run"), None if threads is None else whole("threads", threads)
    )
    scenario = engine.scenario
    invitations = InvitationLog() if log else None
    measured = engine.reach_days
    shown = range(1 - scenario.history_days, scenario.days, BAR_DAYS) if progress else []
    evenings = sorted({0, *measured, *shown, *(range(1, scenario.days + 1) if log else [])})
    with progress_bar(progress, scenario.history_days + scenario.days, "day") as bar:
        for day in evenings:
            with defer_interrupt():  # compiled code loses an exception that comes over it
                engine.advance(day)
                if day in measured:
                    engine.measure_reach()
                if invitations and day >= 1:
                    invitations.evening(engine)
            bar.update(scenario.history_days + day - bar.n)
    with defer_interrupt():
        return engine.result(invitations)


def replications(scenario: Scenario, number: int) -> list[Scenario]:
    """Make the scenarios of ``number`` replications: r = 0, 1, ... has the seed ``seed + r`` (modulo 2**64), all else is the same."""
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
        Its seed is that of the first replication; the next ones have the next seeds.
    number : int
        Replications, 1 or more.
    jobs, progress
        As in ``run_many``.

    Returns
    -------
    DataFrame
        ``Result.summary`` of every run, a row per replication and policy; before its columns stand ``replication`` (from 0) and ``seed``.
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
    """Keep the measures of a run, or some of them, and take nothing else.

    Reach by day, networks and tables that nobody keeps are half of a small run.

    Parameters
    ----------
    only : collection of str, optional
        Names of ``MEASURES``; None: all, so that the table is ``Result.summary``.
    """

    def __init__(self, only: Collection[str] | None = None) -> None:
        self.only = None if only is None else sorted(measures_to_take(only))

    @property
    def name(self) -> str:
        """What a study is known by that keeps these."""
        return "Result.summary" if self.only is None else f"measures {', '.join(self.only)}"

    def live(self, scenario: Scenario) -> "pd.DataFrame":
        """Live through a scenario and return its measures."""
        from ..model.engine import Engine

        engine = Engine(scenario)
        evenings = range(1 - scenario.history_days, engine.scenario.days, BAR_DAYS)
        for day in (*evenings, engine.scenario.days):
            with defer_interrupt():  # compiled code loses an exception that comes over it
                engine.advance(day)
        with defer_interrupt():
            return engine.summary(self.only)


SUMMARY = Measures()
"""Keeps ``Result.summary``."""


def live_and_keep[Kept](keep: "Callable[[Result], Kept] | Measures", scenario: Scenario) -> Kept:
    """Live through a scenario and return what is kept of it.

    A ``keep`` with a method ``live`` is given the scenario in place of the result.
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
    """Run every task and give what ``keep`` makes of each result, in the order of the tasks, as soon as it is there.

    Parameters
    ----------
    tasks : iterable of Task
        What to run.
    keep : callable
        From a ``Result`` to what is wanted of it, called where the task was run. It may be defined
        anywhere; what it is made with must be such that pickle can send it to another process.
    jobs : int, optional
        Processes, 1 or more; None: as many as there are cores for this process, or 1 within a
        process of another pool. With 1 everything runs here. Each run has one thread.
    progress : str, optional
        The word before a progress bar on the standard error, which is shown if that is a terminal; None: no bar.

    Yields
    ------
    (Task, Kept)

    Raises
    ------
    InputError
        A mistake in a scenario, named by its task; ``jobs`` below 1; a process that was killed.
    Exception
        Whatever a run or ``keep`` raised, with a note that names the task. Then, and on Ctrl-C, all processes are stopped.
    """
    todo = _todo(tasks)
    if not callable(keep) and not hasattr(keep, "live"):
        raise InputError(
            f"keep: not a function (got {shown(keep)}); must be a function of a sim.Result"
        )
    jobs = max(1, min(processes(jobs), len(todo)))
    done = _here(todo, keep) if jobs == 1 else _over_processes(todo, keep, jobs)
    with (
        contextlib.closing(done),
        progress_bar(progress, len(todo), "run") as bar,
    ):
        for task, kept in done:
            bar.update()
            yield task, kept


def _todo(tasks: Iterable[Task]) -> list[Task]:
    given = list(tasks) if isinstance(tasks, Iterable) else [tasks]
    for task in given:
        if not isinstance(task, Task):
            raise InputError(
                f"tasks: not a task (got {shown(task)}); must be a list of sim.Task(name, scenario)"
            )
    return given


def _here[Kept](
    tasks: Sequence[Task], keep: "Callable[[Result], Kept] | Measures"
) -> Generator[tuple[Task, Kept]]:
    for task in tasks:
        with _named(task):
            kept = live_and_keep(keep, task.scenario)
        yield task, kept


def _over_processes[Kept](
    tasks: Sequence[Task], keep: "Callable[[Result], Kept] | Measures", jobs: int
) -> Generator[tuple[Task, Kept]]:
    pool = Pool(functools.partial(live_and_keep, keep), jobs, "keep")
    # enough that no process waits, few enough that a mistake in a long sweep shows early
    ahead = 4 * jobs
    under_way: deque[tuple[Task, Future[bytes]]] = deque()
    try:
        for place in range(len(tasks) + ahead):
            if place < len(tasks):
                task = tasks[place]
                with _named(task):
                    under_way.append((task, pool.submit("scenario", task.scenario)))
            if place >= ahead and under_way:
                task, future = under_way.popleft()
                with _named(task):
                    kept = pool.result(future)
                yield task, kept
    except BaseException:
        pool.close(at_once=True)
        raise
    pool.close(at_once=False)


@contextlib.contextmanager
def _named(task: Task) -> Iterator[None]:
    """Let an exception say which task it comes from."""
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
