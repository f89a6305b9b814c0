"""The society as a Mesa model: one step is one day.

The arrays do the work; this class lends them Mesa's manners: ``step``, ``run_for``, ``running``, ``agents``, ``datacollector``.
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
    """Make a scenario's seed of what Mesa takes as ``rng``."""
    if isinstance(rng, np.integer):
        return int(rng)
    if isinstance(rng, int) and rng >= 2**64:  # as of secrets.randbits(128)
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
    """Raise an ``InputError`` that says how, where ``mesa.batch_run`` went through a parameter.

    It takes all that can be gone through for a list of values: a scenario, policies, a section.
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
    """People who meet, invite and answer, and a platform that blocks.

    Parameters
    ----------
    scenario : Scenario, optional
        What to simulate; the default scenario if it is not given.
    rng : int or str of digits, optional
        The seed, in place of the scenario's; None: the scenario's, also in each repetition of
        ``mesa.batch_run``. Of an int of more than 64 bits, such as ``secrets.randbits(128)``, the
        seed is a hash of 64. (A ``numpy`` generator or seed sequence is taken too: one number is
        drawn from it.)
    **parameters
        Any parameter by its dotted name, in place of the scenario's: ``NetworkModel(members=200, rng=7, **{"platform.limit": 3})``.

    Attributes
    ----------
    scenario : Scenario
        With ``members`` and ``seed`` as they are.
    day : int
        The last day lived; the platform opens on day 1.
    datacollector : mesa.DataCollector
        The daily measures of ``Result.series``: of everybody as ``degree`` …, of a policy as ``degree_everyone`` ….
    engine : Engine
        The arrays.

    Raises
    ------
    InputError
        A parameter that is not known or does not fit, as one line.
    """

    engine: Engine
    _default_schedule: EventGenerator

    def __init__(
        self, scenario: Scenario | None = None, *, rng: Seed = None, **parameters: Any
    ) -> None:
        _check_swept({"scenario": scenario, **parameters})
        own = parameters if rng is None else {**parameters, "seed": _seed(rng)}
        chosen = checked(Scenario() if scenario is None else scenario).replace(own)
        engine = Engine(chosen)
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
        """The scenario that is lived."""
        return self._scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Leave Mesa's own scenario, which it sets at birth, where it is not in the way."""
        if hasattr(self, "engine"):
            raise InputError(
                "scenario: a model keeps the one that it was made with; make another model"
            )

    @property
    def day(self) -> int:
        """The last day lived, 0 before the first."""
        return max(self.engine.day, 0)

    def step(self) -> None:
        """Live one day. ``running`` is False after the scenario's last day; further steps go on all the same."""
        self.engine.advance(self.day + 1)
        if self.day in self.engine.reach_days:
            self.engine.measure_reach()
        self.datacollector.collect(self)
        self.running = self.day < self.engine.scenario.days

    def run_for(self, duration: float) -> None:
        """Live so many days on."""
        super().run_for(real("run_for", duration, 0, LONGEST))

    def run_until(self, end_time: float) -> None:
        """Live until the evening of a day."""
        super().run_until(real("run_until", end_time, 0, LONGEST))

    @property
    def members(self) -> list[Member]:
        """The members in the order of their numbers; made at first sight."""
        with self.engine.busy:
            if not hasattr(self, "_members"):
                self._making_members = True
                count = self.engine.scenario.members
                self._members = [Member(self, number) for number in range(count)]
                self._making_members = False
                self._all_agents = People(self._members, self.random)
                self._agents_by_type = {Member: self._all_agents}
        return self._members

    @property
    def agents(self) -> Any:
        """The members as Mesa's ``AgentSet``; made at first sight."""
        _ = self.members
        return super().agents

    @agents.setter
    def agents(self, agents: Any) -> None:
        raise InputError("agents: the members are made by the model; they can't be set")

    @property
    def agents_by_type(self) -> dict[type[Member], Any]:
        """The members under their type; made at first sight."""
        _ = self.members
        return self._agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The type of the members."""
        return [Member]

    def register_agent(self, agent: Any) -> None:
        """Number a member that the model makes; nobody else joins."""
        if not self._making_members:
            raise InputError(f"agents: {shown(type(agent).__name__)} can't join; they {FIXED}")
        agent.unique_id = self.agent_id_counter
        self.agent_id_counter += 1

    def deregister_agent(self, agent: Any) -> Never:
        """Refuse, see ``Member.remove``."""
        raise InputError(f"agents: {FIXED}")

    def remove_all_agents(self) -> Never:
        """Refuse, see ``Member.remove``."""
        raise InputError(f"agents: {FIXED}")

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name in ("grid", "space"):  # what Mesa's SpaceRenderer and its like ask for
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
        """Give each member a policy, from the coming day on.

        Invitations under way stay. What a member has done so far counts from now on to the measures of its new policy; the series of the
        days before stays as it was.

        Parameters
        ----------
        names : sequence of str, N of them
            Names of the scenario's policies, in the order of the members.

        Raises
        ------
        InputError
            Not as many as there are members, or a name that is none of the scenario's policies.
        """
        given, place = (
            np.asarray(names, object),
            {name: place for place, name in enumerate(self.engine.scenario.policies)},
        )
        if given.shape != (self.engine.scenario.members,):
            raise InputError(
                f"policies: {given.size} names; must be {self.engine.scenario.members}, one for each member"
            )
        for name in given:
            if not isinstance(name, str) or name not in place:
                raise InputError(
                    f"policies: {name}: no such policy here{near(str(name), place)}; must be one of {', '.join(place)}"
                )
        self.engine.set_policies(np.array([place[name] for name in given]))

    @property
    def connections(self) -> NDArray[np.int32]:
        """The connections as of the last evening: pairs of members, shape (E, 2), ego < alter, sorted."""
        return self.engine.view.connections()

    def _measures(self) -> dict[str, list[float]]:
        """Give the daily measures of the last day lived, worked out once for all reporters."""
        if self._measured[0] != self.day:
            self._measured = self.day, day_of_series(self.engine, self.day)
        return self._measured[1]

    def result(self) -> Result:
        """Take all measures, as of the last evening; the same as ``sim.run`` gives at the end."""
        return self.engine.result()

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle has: all but those who ``observe`` this very model."""
        kept = {name: value for name, value in vars(self).items() if name != "_scenario"}
        return kept | {"subscribers": defaultdict(list)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._scenario = for_mesa(self.engine.scenario)
        planned = self._default_schedule.next_scheduled_time
        if planned is not None and planned <= self.time:  # copied within a step: Mesa plans the
            self._schedule_steps(self.time + 1)  # next one only when this one is over

    def __copy__(self) -> Self:
        return copy.deepcopy(self)  # a model that shared its days with another would be none

    def _only_own_reporters(self) -> bool:
        reporters = self.datacollector.model_reporters.values()
        return all(getattr(reporter, "func", None) is _reported for reporter in reporters)

    def _schedule_steps(self, start: float) -> None:
        self._default_schedule.stop()
        when = Schedule(interval=1.0, start=start)
        schedule = EventGenerator(self, self._do_step, when, priority=Priority.HIGH)
        self._default_schedule = schedule.start()

    def save(self, path: str | Path) -> None:
        """Write the model as it is to one file, whole or not at all, from which ``load`` goes on.

        The file holds the society, the data collector's table and the states of ``rng`` and
        ``random``; no Python object, and so no policy's own function (see ``load``). What it can't
        hold is refused. A pickle holds more, but runs code when it is read.

        Raises
        ------
        InputError
            Where the file can't be written, or the model has what the file can't hold.
        """
        model_file.write(self, path)

    @classmethod
    def load(cls, path: str | Path, *, scenario: Scenario | None = None) -> Self:
        """Read a model that ``save`` has written; it has the same future. No code is run.

        A damaged file is refused. One that somebody has made to do harm is not told from others:
        load what you, or people whom you trust, have saved.

        Parameters
        ----------
        path : str or Path
            The file.
        scenario : Scenario, optional
            The scenario that was saved; needed if a policy has a function of its own.

        Raises
        ------
        InputError
            A file that can't be read, is damaged, or was written by another version of invitesim;
            or a scenario that is not the one that was saved.
        """
        engine, mesas = model_file.read(path, scenario)
        model = cls.__new__(cls)
        model._begin(engine)
        model._go_on(**mesas)
        return model

    def _go_on(self, **mesas: Any) -> None:
        """Put Mesa's part of the model to where it was."""
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
