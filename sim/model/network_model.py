"""The society as a Mesa model: one step is one day.

``Engine`` does the work; this class adds the interface of Mesa: ``step``, ``run_for``, ``running``,
``agents``, ``datacollector``.
"""

import copy
import functools
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, Self

import mesa
import numpy as np
from mesa.time import EventGenerator, Priority, Schedule
from numpy.typing import NDArray

from ..errors import InputError
from ..measures.definitions import EVERYBODY
from ..parameters.checks import real
from ..parameters.kinds import Section, near, shown
from ..results.result import Result
from ..scenario.scenario import LONGEST, Scenario, checked, declared_parameter
from . import model_file
from .engine import Engine
from .member import Member
from .mesa_scenario import for_mesa
from .people import FIXED, People
from .tables import DAILY, day_of_series

Seed = int | str | np.integer[Any] | np.random.Generator | np.random.SeedSequence | None


def _seed(rng: Seed) -> int | str:
    """Return the seed of a scenario, for any ``rng`` that Mesa accepts."""
    if isinstance(rng, np.integer):
        return int(rng)
    if isinstance(rng, int) and rng >= 2**64:  # for example from secrets.randbits(128)
        content = rng.to_bytes((rng.bit_length() + 7) // 8, "little")
        return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")
    if isinstance(rng, int | str):
        return rng
    try:
        return int(np.random.default_rng(rng).integers(2**63))
    except (TypeError, ValueError):
        raise InputError(
            f"rng: not a seed (got {shown(rng)}); must be a whole number, or a generator of numpy"
        ) from None


def _check_swept(given: dict[str, Any]) -> None:
    """Raise an ``InputError`` if ``mesa.batch_run`` has split a parameter into its parts.

    It takes every iterable for a list of values, even a scenario, policies or a section.
    """
    for name, value in given.items():
        parameter = declared_parameter(name)
        part = isinstance(value, tuple) if name == "scenario" else isinstance(value, str)
        if parameter is not None and parameter.type == "5 floats":
            part = isinstance(value, int | float)
        elif name not in ("scenario", "policies") and not isinstance(
            getattr(Scenario(), name, None), Section
        ):
            continue
        if part:
            raise InputError(
                f"{name}: a part of what it should be (got {shown(value)}); must be all of it, "
                f"in mesa.batch_run as a list of one, {{{name!r}: [{name.rpartition('.')[2]}]}}"
            )


class NetworkModel(mesa.Model):  # type: ignore[misc]
    """A Mesa model of people who meet, invite and answer, on a platform that may block them.

    Parameters
    ----------
    scenario : Scenario, optional
        What to simulate; if not given, the default scenario.
    rng : int or str of digits, optional
        The seed, in place of the scenario's. If None, the scenario's seed is used, even in each
        repetition of ``mesa.batch_run``. An int of more than 64 bits, such as
        ``secrets.randbits(128)``, is hashed to 64 bits. A ``numpy`` generator or seed sequence is
        accepted too: one number is drawn from it.
    **parameters
        Any parameter by its dotted name, in place of the scenario's: ``NetworkModel(members=200,
        rng=7, **{"platform.limit": 3})``.

    Attributes
    ----------
    scenario : Scenario
        The scenario, with the actual number of members and seed.
    day : int
        The last simulated day; the platform opens on day 1.
    datacollector : mesa.DataCollector
        The daily measures of ``Result.series``: for everybody as ``degree`` …, for a policy as
        ``degree_everyone`` ….
    engine : Engine
        The society's arrays, and the simulation of its days.

    Raises
    ------
    InputError
        If a parameter is unknown or not valid; the error is one line.

    Examples
    --------
    >>> import sim
    >>> model = sim.NetworkModel(members=200, rng=7, **{"platform.limit": 3})
    >>> model.run_for(30)
    >>> model.day, len(model.agents)
    (30, 200)
    >>> best = max(model.agents, key=lambda member: member.degree)
    >>> best.degree == len(best.connections)
    True
    """

    engine: Engine
    _default_schedule: EventGenerator
    _members: list[Member]
    _all_agents: Any

    def __init__(
        self, scenario: Scenario | None = None, *, rng: Seed = None, **parameters: Any
    ) -> None:
        _check_swept({"scenario": scenario, **parameters})
        own = parameters if rng is None else {**parameters, "seed": _seed(rng)}
        chosen = checked(Scenario() if scenario is None else scenario).replace(own)
        engine = Engine(chosen)
        engine.recall_history()
        engine.advance(0)
        self._begin(engine)

    def _begin(self, engine: Engine) -> None:
        super().__init__(rng=engine.scenario.seed)
        self.engine, self._scenario = engine, for_mesa(engine.scenario)
        self._making_members = False
        self._measured: tuple[int, dict[str, list[float]]] = (0, {})
        policies = list(engine.scenario.policies)
        places = {"": len(policies)} | {f"_{name}": place for place, name in enumerate(policies)}
        reporters = {
            f"{measure}{name}": functools.partial(_reported, measure=measure, place=place)
            for name, place in places.items()
            for measure in DAILY
        }
        self.datacollector = mesa.DataCollector(model_reporters=reporters)
        self._usual = frozenset(vars(self)) | {"_usual", "_members"}

    @property
    def scenario(self) -> Scenario:
        """The scenario that is simulated."""
        return self._scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Ignore Mesa's own scenario, set by Mesa at the start; later raise an ``InputError``."""
        if hasattr(self, "engine"):
            raise InputError(
                "scenario: a model keeps the one that it was made with; make another model"
            )

    @property
    def day(self) -> int:
        """The last simulated day; 0 before the first."""
        return max(self.engine.day, 0)

    def step(self) -> None:
        """Simulate one day.

        ``running`` is False after the scenario's last day, but further steps are possible.
        """
        self.engine.advance(self.day + 1)
        if self.day in self.engine.reach_days:
            self.engine.measure_reach()
        self.datacollector.collect(self)
        self.running = self.day < self.engine.scenario.days

    def run_for(self, duration: float) -> None:
        """Simulate this many days."""
        super().run_for(real("run_for", duration, 0, LONGEST))

    def run_until(self, end_time: float) -> None:
        """Simulate up to the evening of a day."""
        super().run_until(real("run_until", end_time, 0, LONGEST))

    @property
    def members(self) -> list[Member]:
        """The members in the order of their numbers; made on first use, or when they arrive."""
        with self.engine.busy:
            made: list[Member] = getattr(self, "_members", [])
            if len(made) < self.engine.state.members:
                self._making_members = True
                numbers = range(len(made), self.engine.state.members)
                new = [Member(self, number) for number in numbers]
                self._making_members = False
                before = list(self._all_agents) if made else []
                self._members = made + new
                self._all_agents = People(before + new, self.random)
                self._agents_by_type = {Member: self._all_agents}
        return self._members

    @property
    def agents(self) -> Any:
        """The members as Mesa's ``AgentSet``; they are made on first use."""
        _ = self.members
        return super().agents

    @agents.setter
    def agents(self, agents: Any) -> None:
        raise InputError("agents: the members are made by the model; they can't be set")

    @property
    def agents_by_type(self) -> dict[type[Member], Any]:
        """The members by their type; they are made on first use."""
        _ = self.members
        return self._agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The type of the members."""
        return [Member]

    def register_agent(self, agent: Any) -> None:
        """Set the id of a member that the model makes; raise an ``InputError`` for other agents."""
        if not self._making_members:
            raise InputError(f"agents: {shown(type(agent).__name__)} can't join; they {FIXED}")
        agent.unique_id = self.agent_id_counter
        self.agent_id_counter += 1

    def deregister_agent(self, agent: Any) -> Never:
        """Raise an ``InputError``; see ``Member.remove``."""
        raise InputError(f"agents: {FIXED}")

    def remove_all_agents(self) -> Never:
        """Raise an ``InputError``; see ``Member.remove``."""
        raise InputError(f"agents: {FIXED}")

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """Raise an AttributeError, or an InputError for ``grid`` and ``space``."""
            if name in ("grid", "space"):  # Mesa's SpaceRenderer and others look for these
                raise InputError(
                    f"{name}: a NetworkModel has none, its members meet anywhere; its network is "
                    "drawn by the page (invitesim page), by sim.plots.network(result.graph(), ...)"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def policies(self) -> NDArray[np.str_]:
        """The name of each member's policy: shape (N,)."""
        names: NDArray[np.str_] = np.array(list(self.engine.scenario.policies))[
            self.engine.view.policy
        ]
        return names

    def set_policies(self, names: Sequence[str] | NDArray[np.str_]) -> None:
        """Set the policy of each member, from the next day on.

        Pending invitations stay. From now on, what a member has done so far counts in the measures
        of its new policy; the series of the days before does not change.

        Parameters
        ----------
        names : sequence of str, of length N
            The name of a policy of the scenario for each member.

        Raises
        ------
        InputError
            If their number is not N, or one is not a policy of the scenario.
        """
        given, members = np.asarray(names, object), self.engine.state.members
        place = {name: place for place, name in enumerate(self.engine.scenario.policies)}
        if given.shape != (members,):
            raise InputError(
                f"policies: {given.size} names; must be {members}, one for each member"
            )
        for name in given:
            if not isinstance(name, str) or name not in place:
                raise InputError(
                    f"policies: {name}: no such policy here{near(str(name), place)}; "
                    f"must be one of {', '.join(place)}"
                )
        self.engine.set_policies(np.array([place[name] for name in given]))

    @property
    def connections(self) -> NDArray[np.int32]:
        """The connections as of the last evening: sorted pairs, ego < alter, shape (E, 2)."""
        return self.engine.view.connections()

    def _measures(self) -> dict[str, list[float]]:
        """Return the daily measures of the last day, computed once for all reporters."""
        if self._measured[0] != self.day:
            self._measured = self.day, day_of_series(self.engine, self.day)
        return self._measured[1]

    def result(self) -> Result:
        """Return all measures as of the last evening, as ``sim.run`` returns them at the end."""
        return self.engine.result()

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a copy or a pickle: everything but the observers of this model."""
        kept = {name: value for name, value in vars(self).items() if name != "_scenario"}
        return kept | {"subscribers": defaultdict(list)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the model that was pickled or copied."""
        self.__dict__.update(state)
        self._scenario = for_mesa(self.engine.scenario)
        planned = self._default_schedule.next_scheduled_time
        # a copy made within a step: Mesa would have planned the next step after this one
        if planned is not None and planned <= self.time:
            self._schedule_steps(self.time + 1)

    def __copy__(self) -> Self:
        """Return a deep copy."""
        return copy.deepcopy(self)  # two models can't share one state

    def _only_own_reporters(self) -> bool:
        reporters = self.datacollector.model_reporters.values()
        return all(getattr(reporter, "func", None) is _reported for reporter in reporters)

    def _schedule_steps(self, start: float) -> None:
        self._default_schedule.stop()
        when = Schedule(interval=1.0, start=start)
        schedule = EventGenerator(self, self._do_step, when, priority=Priority.HIGH)
        self._default_schedule = schedule.start()

    def save(self, path: str | Path) -> None:
        """Write the model to a file, from which ``load`` continues; it is complete or not written.

        The file holds the society, the data collector's table and the states of ``rng`` and
        ``random``. It holds no Python objects, and so no function of a policy (see ``load``). A
        model with something that the file can't hold is refused. A pickle holds more, but runs code
        when it is read.

        Raises
        ------
        InputError
            If the file can't be written, or can't hold all of the model.
        """
        model_file.write(self, path)

    @classmethod
    def load(cls, path: str | Path, *, scenario: Scenario | None = None) -> Self:
        """Return a model that ``save`` has written; it continues as the saved one would.

        No code of the file is run, and a damaged file is refused. But a file made to do harm may
        not be recognised: load only what you, or people you trust, have saved.

        Parameters
        ----------
        path : str or Path
            The file.
        scenario : Scenario, optional
            The scenario that was saved; needed if one of its policies has its own function.

        Raises
        ------
        InputError
            If the file can't be read, is damaged, or was written by another version of invitesim;
            or if the scenario is not the one that was saved.
        """
        engine, mesas = model_file.read(path, scenario)
        model = cls.__new__(cls)
        model._begin(engine)
        model._go_on(**mesas)
        return model

    def _go_on(self, **mesas: Any) -> None:
        """Restore Mesa's part of the model."""
        self.time, self.steps, self.running = mesas["time"], mesas["steps"], mesas["running"]
        self.rng.bit_generator.state = mesas["rng"]
        version, words, gauss = mesas["random"]
        self.random.setstate((version, tuple(words), gauss))
        self.datacollector.model_vars = mesas["collected"]
        self.datacollector._collection_steps = mesas["collected_at"]
        self._schedule_steps(mesas["next_step"])


def _reported(model: NetworkModel, *, measure: str, place: int) -> float:
    return model._measures()[measure][place]


__all__ = ["EVERYBODY", "NetworkModel"]
