"""A model's scenario in the form that Mesa needs.

``mesa.visualization.SolaraViz`` expects one of Mesa's own scenarios in ``model.scenario``, and for
a reset it calls the scenario's type without arguments. No class can inherit both from Mesa's
scenario and from ours, because pydantic and Mesa lay out their objects differently. So Mesa gets an
object of a separate type. Every access to an attribute of this object goes to our scenario, even
to ``__class__``, so ``isinstance`` takes the object for a scenario of ours.
"""

from typing import Any, cast

from mesa.experimental.scenarios import Scenario as MesaScenario

from ..scenario.scenario import Scenario


def for_mesa(scenario: Scenario) -> Scenario:
    """Return an object that behaves as the scenario, and that Mesa accepts as one of its own."""

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
