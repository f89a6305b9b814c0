"""A study: a scenario, a design over its parameters, replications, and a folder in which no finished run is ever lost.

A study may be stopped at any moment, by Ctrl-C, by kill -9, by the power: started again, it does what is missing, and its table is byte for
byte that of a study that was never stopped. Replication r of every point has the same seed, so points differ by their parameters and not
by luck.
"""

import contextlib
import functools
import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from ..errors import InputError
from ..files import destination
from ..measures.definitions import COLUMNS, EVERYBODY
from ..model.fingerprint import fingerprint
from ..parameters.checks import located, whole
from ..parameters.kinds import shown
from ..progress import progress_bar
from ..runs.running import SEEDS, SUMMARY, Measures
from ..scenario.scenario import Scenario, checked
from ..version import VERSION
from .design import Design, as_text, designed, from_salib
from .executors import Executor, local
from .run_record import Job, Keep
from .scheduler import Fixed, Plan, Rule, Until, check_there
from .store import Store
from .table import TABLE, StudyTable, write_table

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

LISTED = 50
"""Different values of a parameter that the folder's file lists; of more it has the ends."""


class Study:
    """Runs of one scenario at the points of a design.

    Parameters
    ----------
    scenario : Scenario
        What is the same in all runs; its seed is that of replication 0, the next ones have the next seeds.
    design : mapping, DataFrame, path of a CSV file, list of mappings, or Design
        The points. A mapping from dotted names to lists of values is a grid; a table or a list has a row for each point; ``sim.design``
        makes others.
    replications : int
        Runs of each point, 1 or more.
    keep : collection of str, or callable, optional
        Names of measures: the columns of ``Result.summary`` that are kept, by default all; what only the others need is not worked
        out, and without reach and clustering a run takes much less time. Or a function
        from a ``Result`` to the table that is kept of it, with the column ``policy``. Defined at the top of
        a module, or of a script that runs under ``if __name__ == "__main__":``. An object with a method ``live`` is given the scenario
        instead of the result, and makes the table by living it in its own way.

    Raises
    ------
    InputError
        A name that is no parameter, a value that does not fit, no points.
    """

    def __init__(
        self,
        scenario: Scenario,
        design: Any,
        *,
        replications: int = 10,
        keep: Keep | Collection[str] = SUMMARY,
    ) -> None:
        self.scenario = checked(scenario)
        self.design: Design = designed(design).read(scenario)
        self.replications = whole("replications", replications)
        if isinstance(keep, Collection):
            keep = Measures(keep)
        if not callable(keep) and not hasattr(keep, "live"):
            raise InputError(
                f"keep: not a function (got {shown(keep)}); must be names of measures, or a function of a sim.Result"
            )
        self.keep = keep
        self.table: StudyTable | None = None
        """What the last ``run`` gave."""

    @classmethod
    def from_salib(
        cls,
        problem: Mapping[str, Any],
        sample: ArrayLike,
        scenario: Scenario | None = None,
        *,
        replications: int = 10,
        keep: Keep | Collection[str] = SUMMARY,
    ) -> "Study":
        """Make a study of the points that SALib has drawn.

        Parameters
        ----------
        problem : mapping
            SALib's, with dotted names in ``names``.
        sample : array (points, names)
            As SALib's ``sample`` functions give it; whole-number parameters are rounded.
        scenario, replications, keep
            As for a study.
        """
        return cls(
            scenario or Scenario(),
            from_salib(problem, sample),
            replications=replications,
            keep=keep,
        )

    def __repr__(self) -> str:
        return f"<Study: {len(self.design)} points of {', '.join(self.design.names)}, {self.replications} replications>"

    def run(
        self,
        folder: str | Path,
        *,
        jobs: int | None = None,
        progress: str | None = None,
        retry_failed: bool = False,
        until: Mapping[str, float] | None = None,
        most: int = 1000,
        scheduler: "str | Client | None" = None,
    ) -> StudyTable:
        """Do what is missing in a folder, and give the table of all runs.

        Parameters
        ----------
        folder : path
            Made if it is not there; if this study has been there before, it goes on.
        jobs : int, optional
            Processes, 1 or more; None: as many as there are cores for this process. With 1 everything runs here.
        progress : str, optional
            The word before a progress bar on the standard error, which is shown if that is a terminal; None: no bar.
        retry_failed : bool
            Whether runs that failed are tried again.
        until : mapping, optional
            From measures to half the width of the 95 % interval of their mean, in place of ``replications``: each point has at least 10
            replications, and more until all of these intervals are as narrow. ``"blocked"`` is that of everybody, ``"blocked/everyone"``
            that of one policy.
        most : int
            With ``until``: replications that a point has at most.
        scheduler : str or distributed.Client, optional
            The address of a Dask scheduler, as ``"tcp://host:8786"``, or a client of one, whose workers then do the runs.

        Returns
        -------
        StudyTable
            Of ``table.parquet`` in the folder: columns ``point``, the varied parameters, ``replication``, ``seed``, ``policy``, the
            measures, and ``error``, which is null but for runs that failed.

        Raises
        ------
        InputError
            The folder belongs to another study, to another version of the model, or is at work in another process; it can't be written.
            What was finished stays in the folder. Before all that, what is wrong in ``until`` or ``most``.
        KeyboardInterrupt
            On Ctrl-C, with a line that says what is kept.
        """
        rule = self.rule(until, most)
        store = Store(destination(folder), self._identity, repair=retry_failed)
        with contextlib.closing(store):
            plan = Plan(self.design, self._jobs, store, rule, retry_failed=retry_failed)
            with contextlib.closing(self._executor(jobs, scheduler)) as executor:
                _done(plan, store, executor, progress)
            replications = plan.replications[self.design.first]
            digest = write_table(store, self.design, replications)
        path = store.folder / TABLE
        self.table = StudyTable(path, self.design, self.scenario, replications, digest)
        return self.table

    def rule(self, until: Mapping[str, float] | None = None, most: int = 1000) -> Rule:
        """Give the rule that says how many replications a point needs; for ``until`` and ``most`` see ``run``.

        Raises
        ------
        InputError
            A measure or policy that no run will have, as far as that is known before the first: a ``keep`` of one's own may give any.
        """
        if until is None:
            return Fixed(self.replications)
        rule = Until(until, most)
        if isinstance(self.keep, Measures):
            check_there(
                rule,
                COLUMNS if self.keep.only is None else self.keep.only,
                None if "policies" in self.design.names else [*self.scenario.policies, EVERYBODY],
            )
        return rule

    def compare(
        self,
        a: int | Mapping[str, Any],
        b: int | Mapping[str, Any],
        measure: str | None = None,
        policy: str | None = None,
    ) -> "pd.DataFrame":
        """Compare two points of the last ``run``, replication by replication; see ``StudyTable.compare``."""
        if self.table is None:
            raise InputError(
                "compare: this study has not been run; must be after run(folder), which gives at once what is there"
            )
        return self.table.compare(a, b, measure, policy)

    def _executor(self, jobs: int | None, scheduler: "str | Client | None") -> Executor:
        if scheduler is None:
            return local(self.scenario, self.keep, jobs)
        from .dask_executor import Dask

        return Dask(self.scenario, self.keep, scheduler)

    @functools.cached_property
    def _identity(self) -> dict[str, Any]:
        """What makes this study this one and no other; replications may grow."""
        conditions = {
            name: fingerprint(policy.condition, f"policies.{name}.condition")
            for name, policy in self.scenario.policies.items()
            if policy.condition is not None
        }
        return {
            "model": ".".join(
                VERSION.split(".")[:2]
            ),  # a third number never changes what comes out
            "scenario": self.scenario.to_dict(),
            "conditions": conditions,
            "contacts": {path: _digest_of(located(path)) for path in self._logs()},
            "keep": self.keep.name
            if isinstance(self.keep, Measures)
            else fingerprint(self.keep, "keep"),
            "varied": list(self.design.names),
            "values": {name: self._values(place) for place, name in enumerate(self.design.names)},
            "points": len(self.design),
            "digest of the points": self.design.digest,
        }

    def _logs(self) -> list[str]:
        """List the contact logs that the runs read."""
        names = self.design.names
        varied = (
            [row[names.index("meeting.contacts")] for row in self.design.rows]
            if "meeting.contacts" in names
            else []
        )
        return [path for path in dict.fromkeys([self.scenario.meeting.contacts, *varied]) if path]

    def _values(self, place: int) -> Any:
        different = {as_text(row[place]): row[place] for row in self.design.rows}
        if len(different) <= LISTED:
            return [
                value if isinstance(value, int | float | str | None) else text
                for text, value in different.items()
            ]
        numbers = [value for value in different.values() if isinstance(value, int | float)]
        return f"{len(different)} values" + (
            f", {min(numbers)} to {max(numbers)}" if numbers else ""
        )

    def _jobs(self, point: int, begin: int, end: int) -> Iterator[Job]:
        """Make the jobs of a point's replications from ``begin`` up to ``end``."""
        values = self.design.point(point)
        first = values.get("seed", self.scenario.seed)
        for replication in range(begin, end):
            yield Job(point, replication, (first + replication) % SEEDS, values)


def _done(plan: Plan, store: Store, executor: Executor, progress: str | None) -> None:
    """Do all jobs of a plan."""
    failed = 0
    with progress_bar(progress, plan.expected, "run", smoothing=0.05) as bar:
        try:
            while True:
                while executor.room > 0 and (job := plan.next()) is not None:
                    executor.submit(job)
                if not executor.under_way:
                    break
                done = executor.finished()
                store.add(done)
                for job, record in done:
                    plan.note(job, record)
                    failed += record.failed
                    bar.total = plan.expected
                    bar.set_postfix(failed=failed, refresh=False)
                    bar.update()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; {_kept(store)}, and the same again goes on from there"
            ) from None
        except InputError as error:  # the disk is full, the scheduler has gone, ...
            raise InputError(f"{error}; {_kept(store)}") from None


def _kept(store: Store) -> str:
    return f"{store.count():,} finished runs are kept in {store.folder}"


def _digest_of(path: Path) -> str | None:
    """Return what tells contact logs apart; None where there is none, which each run then says."""
    try:
        with open(path, "rb") as log:
            return hashlib.file_digest(log, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:  # no other log: one that may not be read
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); must be a contact log"
        ) from None
