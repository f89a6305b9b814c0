"""The society as a Mesa model: one step is one day.

The arrays do the work; this class lends them Mesa's manners: ``step``, ``run_for``, ``running``, ``agents``, ``datacollector``.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from .agents.member import Member
from .arguments import real
from .design import declared_kind
from .engine import Engine
from .errors import InputError
from .measures import EVERYBODY
from .parameters import Chances, Section, near, shown
from .result import Result
from .scenario import LONGEST, Scenario, checked
from .tables import DAILY, connections, day_of_series

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
        whole = declared_kind(name)
        part = isinstance(value, tuple) if name == "scenario" else isinstance(value, str)
        if isinstance(whole, Chances):
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

    def __init__(
        self, scenario: Scenario | None = None, *, rng: Seed = None, **parameters: Any
    ) -> None:
        _check_swept({"scenario": scenario, **parameters})
        own = parameters if rng is None else {**parameters, "seed": _seed(rng)}
        chosen = checked(Scenario() if scenario is None else scenario).replace(own)
        super().__init__(rng=chosen.seed)
        self.engine = Engine(chosen)
        self.engine.advance(0)
        self._measured: tuple[int, dict[str, list[float]]] = (0, {})
        policies = list(self.scenario.policies)
        reporters = {measure: _reporter(measure, len(policies)) for measure in DAILY}
        reporters |= {
            f"{measure}_{name}": _reporter(measure, place)
            for place, name in enumerate(policies)
            for measure in DAILY
        }
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    @property
    def scenario(self) -> Scenario:
        """The scenario that is lived."""
        return self.engine.scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Leave Mesa's own scenario, which it sets at birth, where it is not in the way."""
        if isinstance(value, Scenario):
            raise InputError(
                "scenario: a model keeps the one that it was made with; make another model"
            )
        self._mesa_scenario = value

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
        self.running = self.day < self.scenario.days

    def run_for(self, duration: float) -> None:
        """Live so many days on."""
        super().run_for(real("run_for", duration, 0, LONGEST))

    def run_until(self, end_time: float) -> None:
        """Live until the evening of a day."""
        super().run_until(real("run_until", end_time, 0, LONGEST))

    @property
    def members(self) -> list[Member]:
        """The members in the order of their numbers; made at first sight."""
        if not hasattr(self, "_members"):
            self._members = [Member(self, number) for number in range(self.scenario.members)]
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
    def policies(self) -> NDArray[np.str_]:
        """The name of each member's policy: shape (N,)."""
        names: NDArray[np.str_] = np.array(list(self.scenario.policies))[self.engine.world.policy]
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
            {name: place for place, name in enumerate(self.scenario.policies)},
        )
        if given.shape != (self.scenario.members,):
            raise InputError(
                f"policies: {given.size} names; must be {self.scenario.members}, one for each member"
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
        return connections(self.engine)

    def _measures(self) -> dict[str, list[float]]:
        """Give the daily measures of the last day lived, worked out once for all reporters."""
        if self._measured[0] != self.day:
            self._measured = self.day, day_of_series(self.engine, self.day)
        return self._measured[1]

    def result(self) -> Result:
        """Take all measures, as of the last evening; the same as ``sim.run`` gives at the end."""
        return self.engine.result()


def _reporter(measure: str, place: int) -> Callable[[NetworkModel], float]:
    def report(model: NetworkModel) -> float:
        return model._measures()[measure][place]

    return report


__all__ = ["EVERYBODY", "NetworkModel"]
