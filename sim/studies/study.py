"""A study: a scenario, a design over its parameters, replications, and a folder for the runs.

No finished run is ever lost. A study may be stopped at any moment, by Ctrl-C, kill -9 or a power
failure. When it is started again it does the missing runs, and its table is byte for byte that of a
study that was never stopped. Replication r of every point has the same seed, so points differ by
their parameters and not by luck.
"""

import contextlib
import functools
import hashlib
import threading
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
from .executors import Executor, local_executor
from .run_record import Job, Keep
from .scheduler import Scheduler
from .stopping import FixedReplications, PrecisionTarget, StoppingRule, check_measured
from .store import RunStore
from .table import TABLE, StudyTable, import_libraries, write_table

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

LISTED = 50
"""Up to this number the folder lists the different values of a parameter; of more it records the
lowest and the highest."""


class Study:
    """Runs of one scenario at the points of a design.

    Parameters
    ----------
    scenario : Scenario
        The same in all runs. Its seed is that of replication 0; the next ones have the next seeds.
    design : mapping, DataFrame, path of a CSV file, list of mappings, or Design
        The points. A mapping from dotted names to lists of values is a grid. A table or a list has
        a row for each point. ``sim.design`` makes other designs.
    replications : int
        Runs of each point, 1 or more.
    keep : collection of str, or callable, optional
        What to keep of each run: names of measures, by default all; only what these need is
        computed, and without reach and clustering a run takes much less time. Or a function of a
        ``Result`` that returns the table to keep, with the column ``policy``; define it in a
        module, a script or a notebook (docs/studies.md, "Your own functions"). Or an object with a
        method ``live``, which receives the scenario and runs it in its own way.

    Raises
    ------
    InputError
        A name is not that of a parameter, a value does not fit, or there are no points.

    Examples
    --------
    >>> import sim
    >>> scenario = sim.Scenario(members=100, days=30)
    >>> limits = {"platform.limit": [1, 5]}
    >>> study = sim.Study(scenario, limits, replications=2, keep=["blocked"])
    >>> study.run("limits", jobs=1).to_pandas(policy="everyone")
       point  platform.limit  replication  seed    policy  members   blocked error
    0      0               1            0     1  everyone       33  0.151515   NaN
    1      0               1            1     2  everyone       33  0.060606   NaN
    2      1               5            0     1  everyone       33  0.000000   NaN
    3      1               5            1     2  everyone       33  0.000000   NaN
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
                f"keep: not a function (got {shown(keep)}); must be names of measures, or a "
                "function of a sim.Result"
            )
        self.keep = keep
        self.table: StudyTable | None = None
        """The table that the latest ``run`` returned; None before the first ``run``."""

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
        """Make a study of points that SALib has drawn.

        Parameters
        ----------
        problem : mapping
            As SALib describes it, with dotted names in ``names``.
        sample : array (points, names)
            As SALib's ``sample`` functions return it. A parameter that is a whole number gets one,
            as in `design.from_salib`.
        scenario, replications, keep
            As in `Study`.
        """
        return cls(
            scenario or Scenario(),
            from_salib(problem, sample),
            replications=replications,
            keep=keep,
        )

    def __repr__(self) -> str:
        """Return size and names, for a prompt."""
        points = f"{len(self.design)} points of {', '.join(self.design.names)}"
        return f"<Study: {points}, {self.replications} replications>"

    def run(
        self,
        folder: str | Path,
        *,
        jobs: int | None = None,
        progress: str | None = None,
        retry_failed: bool = False,
        until: Mapping[str, float | str] | None = None,
        most: int = 1000,
        scheduler: "str | Client | None" = None,
    ) -> StudyTable:
        """Do the runs that are missing in a folder, and return the table of all runs.

        Parameters
        ----------
        folder : path
            It is made if it does not exist. A study that was begun in it goes on.
        jobs : int, optional
            Processes, 1 or more; None: as many as there are cores for this process. With 1, all
            runs are done in this process.
        progress : str, optional
            The word before a progress bar on the standard error, shown if that is a terminal;
            None: no bar.
        retry_failed : bool
            Whether runs that failed are tried again.
        until : mapping, optional
            In place of ``replications``, how narrow intervals must be: from measures to half the
            width of their 95 % interval, a number or a part of the estimate, as "10 %". Each point
            has 10 replications, then more until all of these intervals are narrow enough, and then
            a fifth more, with which they must still be. ``"blocked"`` is the measure of all
            members, ``"blocked/everyone"`` the measure of one policy.
        most : int
            With ``until``: the most replications that a point has.
        scheduler : str or distributed.Client, optional
            The address of a Dask scheduler, as ``"tcp://host:8786"``, or a client of one. Its
            workers then do the runs.

        Returns
        -------
        StudyTable
            ``table.parquet`` in the folder, with the columns ``point``, the varied parameters,
            ``replication``, ``seed``, ``policy``, the measures, and ``error``, which is null
            except for runs that failed.

        Raises
        ------
        InputError
            ``until`` or ``most`` is wrong; or the folder belongs to another study or another
            version of the model, is in use by another process, or can't be written. Finished runs
            stay in the folder.
        KeyboardInterrupt
            On Ctrl-C, with a line that says how many runs are kept.
        """
        rule = self.stopping_rule(until, most)
        store = RunStore(destination(folder), self._identity, repair=retry_failed)
        with contextlib.closing(store):
            schedule = Scheduler(self.design, self._jobs, store, rule, retry_failed=retry_failed)
            with contextlib.closing(self._executor(jobs, scheduler)) as executor:
                _run_all(schedule, store, executor, progress)
            replications = schedule.replications[self.design.first]
            digest = write_table(store, self.design, replications)
        path = store.folder / TABLE
        self.table = StudyTable(path, self.design, self.scenario, replications, digest)
        return self.table

    def stopping_rule(
        self, until: Mapping[str, float | str] | None = None, most: int = 1000
    ) -> StoppingRule:
        """Return the rule that decides how many replications a point needs.

        Parameters
        ----------
        until, most
            As in `run`.

        Raises
        ------
        InputError
            ``until`` names a measure or a policy that no run will have. A ``keep`` function of the
            user may return any measures, so for such a study they are checked in the first run.
        """
        if until is None:
            return FixedReplications(self.replications)
        rule = PrecisionTarget(until, most)
        if isinstance(self.keep, Measures):
            check_measured(
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
        """Compare two points of the latest ``run``; see `StudyTable.compare`."""
        if self.table is None:
            raise InputError(
                "compare: this study has not been run; call run(folder) first: finished runs are "
                "not repeated"
            )
        return self.table.compare(a, b, measure, policy)

    def _executor(self, jobs: int | None, scheduler: "str | Client | None") -> Executor:
        if scheduler is None:
            return local_executor(self.scenario, self.keep, jobs)
        from .dask_executor import DaskExecutor

        return DaskExecutor(self.scenario, self.keep, scheduler)

    @functools.cached_property
    def _identity(self) -> dict[str, Any]:
        """Return everything that must stay the same in a folder; replications may grow."""
        conditions = {
            name: fingerprint(policy.condition, f"policies.{name}.condition")
            for name, policy in self.scenario.policies.items()
            if policy.condition is not None
        }
        return {
            # a third number never changes what comes out
            "model": ".".join(VERSION.split(".")[:2]),
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


def _run_all(
    schedule: Scheduler, store: RunStore, executor: Executor, progress: str | None
) -> None:
    """Run all jobs of a schedule, and store each record as soon as it comes."""
    failed = 0
    threading.Thread(target=import_libraries, daemon=True).start()  # while the processes start
    with progress_bar(progress, schedule.expected, "run", smoothing=0.05) as bar:
        try:
            while True:
                while executor.room > 0 and (job := schedule.next()) is not None:
                    executor.submit(job)
                if not executor.under_way:
                    break
                done = executor.finished()
                store.add(done)
                for job, record in done:
                    schedule.note(job, record)
                    failed += record.failed
                    bar.total = schedule.expected
                    bar.set_postfix(failed=failed, refresh=False)
                    bar.update()
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; {_kept(store)}, and the same again goes on from there"
            ) from None
        except InputError as error:  # the disk is full, the scheduler has gone, ...
            raise InputError(f"{error}; {_kept(store)}") from None


def _kept(store: RunStore) -> str:
    return f"{store.count():,} finished runs are kept in {store.folder}"


def _digest_of(path: Path) -> str | None:
    """Return the digest of a contact log; None if there is no such file, an error of each run."""
    try:
        with open(path, "rb") as log:
            return hashlib.file_digest(log, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:  # a log that may not be read is not the same as none
        raise InputError(
            f"{path}: can't be read ({error.strerror or error}); must be a contact log"
        ) from None
