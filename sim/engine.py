"""A society that lives: the scenario turned into the kernel's arrays, day after day, and the arrays turned back into tables.

``Engine`` is what ``sim.run`` and ``NetworkModel`` share, so that both give the same bytes.
"""

from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import measures, society, tables
from .conditions import compiled
from .contacts import ContactLog, read_contacts
from .crew import Crew
from .errors import InputError
from .kernel import bonds, pairs
from .kernel import day as kernel
from .kernel import world as arrays
from .kernel.draws import threshold
from .kernel.reach import reach_of
from .kernel.share import Share
from .machine import check_memory
from .origin import provenance
from .result import Result
from .scenario import LONGEST, Scenario


def rules(scenario: Scenario, members: int) -> arrays.Rules:
    """Put the scenario into the kernel's terms."""
    meeting, inviting, answering, platform = (
        scenario.meeting,
        scenario.inviting,
        scenario.answering,
        scenario.platform,
    )
    policies = list(scenario.policies.values())
    weights = np.array(
        [[policy.contacts, policy.introductions, policy.directory] for policy in policies], float
    )
    weights /= weights.sum(axis=1, keepdims=True)
    whole = int(inviting.per_day)

    def thresholds(*probabilities: float) -> NDArray[np.uint64]:
        return np.array([threshold(p) for p in probabilities], np.uint64)

    def or_none(value: int | None) -> int:
        return -1 if value is None else value

    with np.errstate(over="ignore", divide="ignore"):
        waited = np.arange(1, inviting.pending_days + 1) / np.float64(answering.delay_scale)
        later = np.exp(-np.power(waited, answering.delay_shape))
    return arrays.Rules(
        key=np.uint64(scenario.seed),
        members=members,
        first_day=1 - scenario.history_days,
        often=scenario.society.often,
        close=scenario.society.close,
        circle_size=scenario.society.circle_size,
        again=meeting.again,
        friend=meeting.again + meeting.friend,
        circle=meeting.again + meeting.friend + meeting.circle,
        again_choice=meeting.again_choice,
        face=thresholds(
            meeting.face_again,
            meeting.face_online,
            meeting.face_friend,
            meeting.face_circle,
            meeting.face_anybody,
        ),
        whole_attempts=whole,
        extra_attempt=np.uint64(threshold(inviting.per_day - whole)),
        tries=inviting.tries,
        prior=np.array(inviting.prior_acceptance),
        prior_weight=inviting.prior_weight,
        pending_days=inviting.pending_days,
        lock_days=or_none(inviting.lock_days),
        delays=thresholds(*later),
        recognise=thresholds(*answering.recognise),
        accept=thresholds(*answering.accept),
        idk_click=np.uint64(threshold(answering.idk_click)),
        limit=or_none(platform.limit),
        window_days=or_none(platform.window_days),
        restriction_days=or_none(platform.restriction_days),
        min_ratio=-1.0 if platform.min_ratio is None else platform.min_ratio,
        min_invites=platform.min_invites,
        weekly_invites=or_none(platform.weekly_invites),
        max_connections=or_none(platform.max_connections),
        from_contacts=weights[:, 0].copy(),
        from_introductions=weights[:, 0] + weights[:, 1],
        contacts_only=np.array(
            [policy.introductions + policy.directory == 0 for policy in policies], bool
        ),
        min_tie=np.array([policy.min_tie for policy in policies], np.int64),
        min_acceptance=np.array([policy.min_acceptance for policy in policies], float),
        accepts_from=np.array([policy.accepts_from for policy in policies], np.int64),
        takes_references=np.array([policy.takes_references for policy in policies], bool),
        condition=np.array([compiled(policy) for policy in policies], np.int64),
    )


SERIES_EGOS = 256
"""Members whose reach the series follows, at most."""
REACH_STOPS = 12
"""Evenings, evenly spaced over the scenario's days, on which the reach is taken for the series."""


class Engine:
    """The arrays of one society, and its life.

    Parameters
    ----------
    scenario : Scenario
        What to simulate; with ``meeting.contacts`` the people of the log are the members.

    Attributes
    ----------
    scenario : Scenario
        The same, with ``members`` as they are.
    world : World
    rules : Rules
    sociability : ndarray, float64, shape (N,)
    series : ndarray, int64, shape (days, policies, TOTALS)
        The totals on the evening of each day lived.

    Raises
    ------
    InputError
        A log that can't be read, or more members than fit into memory.
    """

    def __init__(self, scenario: Scenario, threads: int | None = 1) -> None:
        self.log: ContactLog | None = None
        longest_day = 0
        if scenario.meeting.contacts:
            self.log = read_contacts(scenario.meeting.contacts, scenario.meeting.gap_seconds)
            scenario = scenario.replace({"members": len(self.log.people)})
            longest_day = int(np.diff(self.log.day_start).max())
        n = scenario.members
        check_memory(scenario)
        self.scenario = scenario
        self.rules = rules(scenario, n)
        self.sociability = society.sociability(scenario, n)
        policy = society.deal_policies(scenario, n)
        try:
            self.world = arrays.found(
                self.rules,
                policy,
                society.starts(scenario, self.sociability),
                len(scenario.policies),
                longest_day,
            )
        except MemoryError:
            raise InputError(
                f"members: {n} need more memory than there is; take fewer members or a smaller inviting.per_day"
            ) from None
        self.series = np.zeros((scenario.days, len(scenario.policies), arrays.TOTALS), np.int64)
        nothing = np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32)
        self.crew = Crew(threads, self.world)
        self.started = datetime.now(UTC)
        self.reach: dict[int, NDArray[np.float64]] = {}
        self._egos: NDArray[np.int64] | None = None
        """Those whose reach stands for everybody's in the series, once chosen for the policies that members have."""
        self._log = (self.log.day_start, self.log.ego, self.log.alter) if self.log else nothing
        self._sizes = {1: np.bincount(policy, minlength=len(scenario.policies))}

    def connected(self, ego: int) -> NDArray[np.int32]:
        """List the members with whom ego is connected, in the order of their bonds."""
        slots = pairs.slots(self.world.head, self.world.chunks, ego)
        others: NDArray[np.int32] = self.world.alter[
            slots[self.world.state[slots] & bonds.PLATFORM == bonds.CONNECTED]
        ].astype(np.int32)
        return others

    def footprint(self) -> tuple[int, int, int]:
        """Count bond records, the bytes that they take (spare places and lists of chunks included), and those of all else."""
        world = self.world
        slots = int(world.clock[arrays.NEXT_SLOT])
        per_slot = sum(
            pool.nbytes for pool in (world.mark, world.alter, world.link, world.state)
        ) // len(world.alter)
        waiting = int(world.sent_from[:, -1].sum()) * (
            world.sent_slot.itemsize + world.sent_ego.itemsize + world.sent_source.itemsize
        )
        others = (
            world.head,
            world.tally,
            world.account,
            world.answers,
            world.policy,
            world.starts,
            world.attempts,
            world.week,
        )
        lists = (
            world.strike_days,
            world.touched,
            world.fresh,
            world.invited,
            world.keys,
            world.sides,
            world.verdicts,
        )
        listed = sum(table.nbytes for table in world.chunks)
        bonds_now = int(world.heads[:, bonds.BONDS].sum(dtype=np.int64))
        return (
            bonds_now,
            slots * per_slot + listed,
            waiting + sum(array.nbytes for array in (*others, *lists)),
        )

    @property
    def reach_days(self) -> set[int]:
        """The days on whose evening the reach is taken for the series."""
        return {self.scenario.days * stop // REACH_STOPS for stop in range(1, REACH_STOPS + 1)} - {
            0
        }

    def measure_reach(self) -> None:
        """Take the reach of this evening, of a sample of egos, for the series."""
        policy, policies = self.world.policy.astype(np.int64), len(self.scenario.policies)
        if self._egos is None:
            self._egos = measures.choose_egos(
                policy, policies, self.scenario.seed, exact=SERIES_EGOS, most=SERIES_EGOS
            )
        steps = reach_of(*tables.neighbours(self), self._egos)
        self.reach[self.day] = np.column_stack(
            [measures.centres(values, self._egos, policy, policies) for values in steps]
        )

    def result(self, invitations: tables.InvitationLog | None = None) -> Result:
        """Take all measures, as of the last evening."""
        members, connections = tables.members(self), tables.connections(self)
        lived = self.scenario.replace(
            {"days": max(self.day, 1)}
        )  # a model may stop early, or go on
        return Result(
            scenario=self.scenario,
            summary=measures.summary(lived, members, connections),
            series=tables.series(self, self.reach),
            members=members,
            invitations=None if invitations is None else invitations.table(self),
            connections=connections,
            arcs=tables.arcs(self),
            provenance=provenance(self.scenario, started=self.started, threads=self.crew.threads),
        )

    def sizes(self, first_day: int, days: int) -> NDArray[np.int64]:
        """Count the members of each policy on some days from the first on: shape (days, policies)."""
        changed = np.array(list(self._sizes))
        then = np.searchsorted(changed, np.arange(first_day, first_day + days), side="right") - 1
        counts: NDArray[np.int64] = np.array(list(self._sizes.values()))[then]
        return counts

    def set_policies(self, places: NDArray[np.integer[Any]]) -> None:
        """Give each member a policy, from the coming day on.

        What a member has done so far goes with it: from now on it counts to the totals of the policy that the member now has.

        Parameters
        ----------
        places : int array (N,)
            Places among the scenario's policies.
        """
        self.world.policy[:] = places
        self._egos = None
        self.world.totals[:] = tables.totals(self)
        self._sizes[max(self.day, 0) + 1] = np.bincount(
            places, minlength=len(self.scenario.policies)
        )

    @property
    def day(self) -> int:
        """The last day lived; 0 when the platform is about to open, less in the history."""
        return int(self.world.clock[arrays.DAY])

    def advance(self, last_day: int) -> None:
        """Live until the evening of a day, beyond the scenario's last one if so asked."""
        if self.scenario.history_days + last_day > LONGEST:
            raise InputError(
                f"days: day {last_day} after {self.scenario.history_days} days of history; a run lasts at most {LONGEST} days"
            )
        if last_day > len(self.series):
            self.series = np.concatenate(
                [
                    self.series,
                    np.zeros((last_day - len(self.series) + 30, *self.series.shape[1:]), np.int64),
                ]
            )

        def live(share: Share) -> int:
            return int(
                kernel.advance(
                    self.world,
                    self.rules,
                    last_day,
                    self.series,
                    *self._log,
                    self.scenario.meeting.repeat_log,
                    share,
                )
            )

        while (said := self.crew.live(live)) != kernel.DONE:
            try:
                self._grow(said)
            except MemoryError:
                many = f"{self.scenario.members} need more memory than there is by day {self.day}"
                raise InputError(f"members: {many}; take fewer members, or fewer days") from None
        if (failed := self.world.clock[arrays.FAILED :]).any():
            policy = list(self.scenario.policies.values())[failed.argmax()]
            title = getattr(policy.condition, "__name__", "of the policy")
            right = "must give True or False for every bond and candidate"
            raise InputError(
                f"policies.{policy.name}.condition: the function {title} raised an exception by day {self.day}; {right}"
            )

    def _grow(self, lacking: int) -> None:
        if lacking == kernel.MORE_SLOTS:
            self.world = arrays.with_more_slots(self.world)
        elif lacking == kernel.MORE_CHUNKS:
            self.world = arrays.with_more_chunks(self.world)
        elif lacking == kernel.MORE_ANSWERS:
            self.world = arrays.with_room_to_answer(self.world)
        else:
            self.world = arrays.with_longer_queue(self.world)
