"""A model's scenario, as Mesa wants to have it.

``mesa.visualization.SolaraViz`` takes ``model.scenario`` for one of Mesa's own, and for a reset
calls its type without arguments. One class can't be derived from both Mesa's and ours (pydantic and
Mesa lay their objects out differently), so what Mesa gets is of a type of its own that passes on
everything else, also ``isinstance``, to the scenario that it stands for.
"""

from typing import Any, cast

from mesa.experimental.scenarios import Scenario as MesaScenario

from ..scenario.scenario import Scenario


def for_mesa(scenario: Scenario) -> Scenario:
    """Return what is the scenario to everybody, and to Mesa one of Mesa's."""

    class ScenarioForMesa(MesaScenario):  # type: ignore[misc]
        __slots__ = ()

        def __init__(self) -> None:
            pass

        def __getattribute__(self, name: str) -> Any:
            return getattr(scenario, name)

        def __setattr__(self, name: str, value: Any) -> None:
            setattr(scenario, name, value)

        def __delattr__(self, name: str) -> None:
            delattr(scenario, name)

        def __eq__(self, other: object) -> bool:
            return scenario == other

        def __hash__(self) -> int:
            return hash(scenario)

        def __repr__(self) -> str:
            return repr(scenario)

        def __str__(self) -> str:
            return str(scenario)

        def __iter__(self) -> Any:
            return iter(scenario)

    return cast(Scenario, ScenarioForMesa())
