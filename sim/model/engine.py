"""The engine: it turns a scenario into the kernel's arrays, simulates days, and returns tables.

``sim.run`` and ``NetworkModel`` both use ``Engine``, so both give the same bytes.
"""

import copy
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..kernel import day as kernel
from ..kernel.day import Log
from ..kernel.mechanics.threads import Partition
from ..kernel.phases.missed import MISSED, add_missed
from ..kernel.state import growth
from ..kernel.state import society as arrays
from ..kernel.state.columns import DAY, FAILED, STAGE, TOTALS
from ..kernel.state.lists import LONGEST as LONGEST_LIST
from ..kernel.state.lists import TOO_LONG
from ..machine import check_memory
from ..measures.definitions import measures_to_take
from ..measures.egos import centres, choose_egos
from ..measures.graphs import reach_of
from ..measures.summary import summary
from ..results.provenance import provenance
from ..results.result import Result
from ..scenario.scenario import LONGEST, Scenario
from ..society import population as society
from ..society.contact_log import ContactLog
from ..society.logged import facts, log_of, with_log
from . import tables
from .checkpoint import Array, arrays_in, filled, packed, unpacked
from .drawn_members import draw_members
from .first_run import measures_compiled_beside
from .histories import HISTORIES
from .kernel_parameters import kernel_parameters, memory
from .state_view import StateView
from .thread_team import ThreadTeam

if TYPE_CHECKING:
    import pandas as pd

SERIES_EGOS = 256
"""The most members of a sample whose reach is measured for the series."""
REACH_EVERY = 30
"""For the series, reach is measured on every evening divisible by this, and on the last one."""


MADE_AGAIN = {"parameters", "log", "team"}
"""Attributes that a copy of an engine makes again; the arrays in all others are its state."""


class Engine:
    """One society: its arrays, and the simulation of its days.

    Parameters
    ----------
    scenario : Scenario
        What to simulate. With ``meeting.contacts``, the people of the log are the members.
    threads : int, optional
        The number of threads; None: as ``ThreadTeam`` chooses.
    log : ContactLog, optional
        The log, if it has been read already.

    Attributes
    ----------
    scenario : Scenario
        The scenario; with a log, its members and other values come from the log (``with_log``).
    state : State
    parameters : Parameters
    sociability, activity : ndarray, float64, shape (N,)
        Of all members, including those who are still to arrive.
    series : ndarray, int64, shape (days, policies, TOTALS)
        The totals on the evening of each simulated day.

    Raises
    ------
    InputError
        If the log can't be read, or the members do not fit into memory.
    """

    def __init__(
        self, scenario: Scenario, threads: int | None = 1, log: ContactLog | None = None
    ) -> None:
        self.log = log
        longest_day = 0
        if scenario.meeting.contacts:
            if self.log is None:
                self.log = log_of(scenario)
            scenario = with_log(scenario, self.log)
            longest_day = int(np.diff(self.log.day_start).max())
        check_memory(scenario)
        self.scenario = scenario
        self.parameters = kernel_parameters(scenario)
        self.longest_day = longest_day
        people = draw_members(scenario, scenario.days)
        self.sociability, self.activity = people.sociability, people.activity
        try:
            self.state = self._allocated(people.members)
        except MemoryError:
            raise InputError(
                f"members: {len(people.activity)} need more memory than there is; "
                "take fewer members or a smaller inviting.per_day"
            ) from None
        self.series = np.zeros((scenario.days, len(scenario.policies), TOTALS), np.int64)
        self.team = ThreadTeam(threads, self.state)
        self.started = datetime.now(UTC)
        self.busy = threading.RLock()  # so that copies are only made in an evening
        self.reach: dict[int, NDArray[np.float64]] = {}
        self._egos: NDArray[np.int64] | None = None
        """The sample whose reach is measured for the series; None if it has not been drawn yet."""

    def _allocated(self, members: arrays.Members, section: int = 0) -> arrays.State:
        policies, founders = len(self.scenario.policies), self.scenario.members
        return arrays.allocate_state(
            self.parameters, members, founders, policies, self.longest_day, section
        )

    @property
    def view(self) -> StateView:
        """The contents of the arrays, by name."""
        return StateView(self.state)

    def keep_log(self, every: int) -> None:
        """Keep what the log tells of invitations until ``every`` days after they are decided."""
        self.state = growth.with_log_kept(self.state, every)

    def snapshot(self) -> dict[str, Array]:
        """Return all arrays that later days depend on, by name."""
        with self.busy:
            own = {name: value for name, value in vars(self).items() if name not in MADE_AGAIN}
            own["notes"] = self.team.notes()
            found = [part for name in own for part in arrays_in(own[name], name)]
            return {name: packed(array) for name, array in found}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Replace the state by one that ``snapshot`` has returned, of the same scenario."""
        own = {name: value for name, value in vars(self).items() if name not in MADE_AGAIN}
        for name, value in own.items():
            if isinstance(value, dict):
                days = {
                    part.partition(".")[2]: part for part in state if part.startswith(f"{name}.")
                }
                setattr(self, name, {int(day): unpacked(state[part]) for day, part in days.items()})
            elif value is None and name in state:
                setattr(self, name, unpacked(state[name]))
            else:
                setattr(self, name, filled(value, name, state))
        self.team = ThreadTeam(self.team.threads, self.state)
        for number, note in enumerate(self.team.notes()):
            note[...] = unpacked(state[f"notes.{number}"])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy only the state: views, threads and compiled functions are made again."""
        return revived, (self.scenario, self.team.threads, self.log, self.started, self.snapshot())

    def __deepcopy__(self, memo: dict[int, Any]) -> "Engine":
        """Return a copy that is simulated independently."""
        return copy.copy(self)  # even copy.copy shares nothing that changes

    @property
    def _log(self) -> Log:
        if self.log is None:
            nothing = np.zeros(0, np.int32)
            return Log(np.zeros(1, np.int64), nothing, nothing, False)
        repeats = self.scenario.meeting.repeat_log
        return Log(self.log.day_start, self.log.ego, self.log.alter, repeats)

    @property
    def reach_days(self) -> set[int]:
        """The days on the evening of which reach is measured for the series."""
        days = self.scenario.days
        return {*range(REACH_EVERY, days, REACH_EVERY), days} - {0}

    def measure_reach(self) -> None:
        """Measure this evening's reach, on a sample of members, for the series."""
        there, policies = self.view.there, len(self.scenario.policies)
        policy, society = self.view.policy[there].astype(np.int64), self.scenario.society
        if self._egos is None or society.arrivals or society.leave:
            self._egos = choose_egos(
                policy, policies, self.scenario.seed, exact=SERIES_EGOS, most=SERIES_EGOS
            )
        steps = reach_of(*self.view.neighbours(), there[self._egos])
        self.reach[self.day] = np.column_stack(
            [centres(values, self._egos, policy, policies) for values in steps]
        )

    def result(
        self, invitations: tables.InvitationLog | None = None, *, beside: bool = False
    ) -> Result:
        """Return all measures of the last evening; with ``beside``, a second thread helps."""
        told: dict[str, Any] = {} if self.log is None else {"log": facts(self.scenario, self.log)}
        with ThreadPoolExecutor(1) as other:
            log = None if invitations is None else other.submit(invitations.table, self)
            arcs = other.submit(self.view.arcs)
            if not beside:
                arcs.exception()  # waits until the arcs are done
            columns, connections = tables.member_columns(self), self.view.connections()
            return Result(
                scenario=self.scenario,
                summary=summary(self._lived, columns, connections),
                series=tables.series(self, self.reach),
                members=tables.members(self, columns),
                invitations=None if log is None else log.result(),
                connections=connections,
                arcs=arcs.result(),
                provenance=provenance(
                    self.scenario, started=self.started, threads=self.team.threads, **told
                ),
            )

    def summary(self, only: Collection[str] | None = None) -> "pd.DataFrame":
        """Return some measures, and compute nothing else; see ``measures.summary``."""
        columns = tables.member_columns(self, measures_to_take(only))
        return summary(self._lived, columns, self.view.connections, only)

    def missed(self) -> NDArray[np.float64]:
        """Return what each member misses because its policy is cautious, as of the last evening.

        Shape (N, 3): connections missed by the least tie and by the least estimate, and the number
        of contacts barred.
        """
        found = np.zeros((self.state.members, MISSED))
        marks = np.zeros(len(found), np.int64)
        add_missed(self.state, self.parameters, max(self.day, 0), marks, found)
        return found

    @property
    def _lived(self) -> Scenario:
        """The scenario with the days simulated so far: a model may stop early, or go on longer."""
        days, planned = max(self.day, 1), self.scenario
        return planned if days == planned.days else planned.replace({"days": days})

    def set_policies(self, places: NDArray[np.integer[Any]]) -> None:
        """Set the policy of each member, beginning with the next day.

        What a member has done so far goes with it: from now on it counts in the totals of the
        member's new policy.

        Parameters
        ----------
        places : int array (N,)
            The place of each member's policy among the scenario's policies.
        """
        with self.busy:
            policy = self.state.platform.policy.copy()
            policy[: self.state.members] = places
            pace = society.pace(self.scenario, self.activity, policy)
            pace[: self.state.members][self.view.left > 0] = 0
            self.state = arrays.set_pace(self.state, self.parameters, pace)
            self.state.platform.policy[:] = policy
            self._egos = None
            self.state.platform.totals[:] = self.view.totals()

    @property
    def day(self) -> int:
        """The last simulated day; 0 just before the platform opens, below 0 in the history."""
        return int(self.state.clock[DAY])

    def recall_history(self) -> None:
        """Go to the evening before day 1 at once, if this process has simulated this history."""
        with self.busy:
            if self.day == -self.scenario.history_days < 0:
                HISTORIES.recall(self.state, self.parameters)

    def advance(self, last_day: int) -> None:
        """Simulate up to the evening of a day, which may be after the scenario's last one."""
        history = self.scenario.history_days
        if history + last_day > LONGEST:
            raise InputError(
                f"days: day {last_day} after {history} days of history; "
                f"a run lasts at most {LONGEST} days"
            )
        with self.busy, measures_compiled_beside():
            self._live(last_day)

    def _live(self, last_day: int) -> None:
        if last_day > len(self.series):
            if self.state.clock[STAGE] != kernel.DAWN:
                self._live(self.day)  # finish a day that was interrupted
            self._make_room(last_day + 30)
        self._lengthen_memory(last_day)
        log = self._log

        def live(partition: Partition) -> int:
            return int(
                kernel.advance(self.state, self.parameters, last_day, self.series, log, partition)
            )

        while (said := self.team.live(live)) != kernel.DONE:
            try:
                self._grow(said)
            except MemoryError:
                raise self._too_many() from None
        self._check()
        if self.day == 0 and self.scenario.history_days:
            HISTORIES.keep(self.state, self.parameters)

    def _too_many(self) -> InputError:
        return InputError(
            f"members: {self.state.members} need more memory than there is by day "
            f"{self.day}; take fewer members, or fewer days"
        )

    def _make_room(self, days: int) -> None:
        """Make room for this many days, and for the members who will have arrived by then."""
        if self.scenario.society.arrivals:
            people = draw_members(self.scenario, days)
            known = arrays.members_of(self.state)
            policy = people.members.policy.copy()
            policy[: len(known.policy)] = known.policy
            pace = society.pace(self.scenario, people.activity, policy)
            members = people.members._replace(policy=policy, pace=pace)
            try:
                larger = self._allocated(members, self.state.section_size)
                self.state = growth.with_room_for(self.state, larger)
            except MemoryError:
                raise self._too_many() from None
            self.sociability, self.activity = people.sociability, people.activity
            self.team = ThreadTeam(self.team.threads, self.state)
        more = np.zeros((days - len(self.series), *self.series.shape[1:]), np.int64)
        self.series = np.concatenate([self.series, more])

    def _lengthen_memory(self, last_day: int) -> None:
        """Also compute what is left of a memory on days after the scenario's last one."""
        answering = self.parameters.answering
        if 0 < len(answering.memory) < self.scenario.history_days + last_day:
            longer = answering._replace(memory=memory(self.scenario, last_day + 30))
            self.parameters = self.parameters._replace(answering=longer)

    def _check(self) -> None:
        """Raise an error that compiled code has noted, since it can't raise it itself."""
        if self.state.clock[TOO_LONG]:
            raise InputError(
                f"members: by day {self.day} a member has more than {LONGEST_LIST} contacts, "
                "connections or strangers invited; take fewer days or a smaller inviting.per_day"
            )
        if (failed := self.state.clock[FAILED:]).any():
            policy = list(self.scenario.policies.values())[failed.argmax()]
            title = getattr(policy.condition, "__name__", "of the policy")
            right = "must give True or False for every bond and candidate"
            raise InputError(
                f"policies.{policy.name}.condition: the function {title} raised an exception "
                f"by day {self.day}; {right}"
            )

    def _grow(self, lacking: int) -> None:
        if lacking == kernel.MORE_SLOTS:
            self.state = growth.with_more_slots(self.state)
        elif lacking == kernel.MORE_CONNECTIONS:
            self.state = growth.with_more_connections(self.state)
        elif lacking == kernel.MORE_VERDICTS:
            self.state = growth.with_room_for_verdicts(self.state, self.team.threads)
        else:
            self.state = growth.with_longer_queues(self.state)


def revived(
    scenario: Scenario,
    threads: int | None,
    log: ContactLog | None,
    started: datetime,
    state: Mapping[str, Array],
) -> Engine:
    """Return an engine in a state that ``Engine.snapshot`` has returned."""
    engine = Engine(scenario, threads, log)
    engine.started = started
    engine.restore(state)
    return engine
