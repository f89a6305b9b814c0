"""Dotted names: which a scenario has, what is said of others, and changes by them.

``policies.NAME`` stands for any policy, ``habits.NAME`` for any habit. The scenario's class is
handed to these functions, as it is built on them.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..agents import HABITS, POLICIES, Habit, InvitePolicy
from ..errors import InputError
from ..invocation import command
from ..parameters import kinds
from ..parameters.checks import by_name
from ..parameters.kinds import NamedSection, Parameter, Section, near, shown
from .platform import Platform

if TYPE_CHECKING:
    from .scenario import Scenario


class Named(NamedTuple):
    """A part of the scenario that has sections by names: the policies, or the habits."""

    section: type[NamedSection]
    built_in: Mapping[str, NamedSection]
    one: str
    """What one of them is called."""

    def given(self, name: str, value: Any) -> Any:
        """Return a section, or the numbers of one, from what stands under its name."""
        if isinstance(value, self.section):
            return value if value.name == name else self.section(**{**dict(value), "name": name})
        built_in = dict(self.built_in[name]) if name in self.built_in else {}
        if isinstance(value, Mapping):
            return {**built_in, **value, "name": name}
        if not built_in:
            raise InputError(
                f"{name}: not built in{near(name, self.built_in)}; "
                f"must be one of {', '.join(self.built_in)}, or given with its numbers"
            )
        return {**built_in, "share": value}


NAMED = {
    "policies": Named(InvitePolicy, POLICIES, "policy"),
    "habits": Named(Habit, HABITS, "habit"),
}
"""By the field of the scenario."""
WHOLE = ("policies.NAME", "policies.NAME.condition", "habits.NAME")
"""What has a dotted name and is neither a section nor a parameter of plain values."""


@functools.cache
def sections(model: "type[Scenario]") -> dict[str, Section]:
    """Return a scenario's sections by name, as they are by default."""
    defaults = {name: info.default for name, info in model.model_fields.items()}
    return {name: default for name, default in defaults.items() if isinstance(default, Section)}


@functools.cache
def parameters(model: "type[Scenario]") -> dict[str, Parameter]:
    """Return a scenario's parameters by their dotted names, in their order."""
    listed = list(kinds.declared(model))
    for name, defaults in sections(model).items():
        listed += kinds.declared(type(defaults), f"{name}.", defaults)
    for field, group in NAMED.items():
        listed += kinds.declared(group.section, f"{field}.NAME.")
    return {each.name: each for each in listed if not each.name.endswith(".NAME.name")}


def general(name: str) -> str:
    """Return a dotted name with ``NAME`` for a policy's or a habit's."""
    return re.sub(rf"^({'|'.join(NAMED)})\.[^.]+", r"\1.NAME", name)


def reader(model: "type[Scenario]", name: str) -> Callable[[Any], Any]:
    """Return the function that reads a value of a parameter; of all else it leaves it as it is."""
    section, _, last = name.rpartition(".")
    if general(name) not in parameters(model):
        return lambda value: value
    if (field := section.partition(".")[0]) in NAMED:
        return kinds.reader(NAMED[field].section, last)
    return kinds.reader(type(sections(model)[section]) if section else model, last)


def check_names(model: "type[Scenario]", given: Mapping[str, Any]) -> None:
    """Raise an ``InputError`` at the first name that the scenario does not have."""
    known = {*parameters(model), *model.model_fields, *WHOLE}
    known |= {f"{field}.NAME.name" for field in NAMED}
    for name in _names(model, given):
        if general(name) not in known:
            raise _no_parameter(model, name)
    for name in given:
        table, dot, last = name.rpartition(".")
        if dot:
            raise InputError(
                f"{name}: a dotted name in one piece, as in quotes; "
                f"must be {last} in the table [{table}]"
            )


def require(scenario: "Scenario", name: Any) -> None:
    """Raise an ``InputError`` if a scenario has no parameter, section or policy of this name."""
    if not isinstance(name, str):
        raise InputError(f"require: {shown(name)} is not a name; must be a dotted name")
    model = type(scenario)
    _check_policy(scenario, name.split("."))
    if general(name) not in {*parameters(model), *model.model_fields, *WHOLE}:
        raise _no_parameter(model, name)


def changed(scenario: "Scenario", changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a changed copy of a scenario."""
    by_name("replace", changes, "from dotted names to values, as {'platform.limit': 3}")
    tree: dict[str, Any] = dict(scenario)
    if not scenario.days_given:
        del tree["days"]
    for name in sorted(changes, key=lambda name: name.count(".")):  # sections before their parts
        *path, last = name.split(".")
        node = tree
        for depth, part in enumerate(path):
            if part not in node:
                _check_policy(scenario, path[: depth + 1])
                raise _no_parameter(type(scenario), name)
            node[part] = _opened(part, node[part])
            if not isinstance(node[part], dict):
                raise _no_parameter(type(scenario), name)
            node = node[part]
        node[last] = _with_own(scenario, name, changes[name])
    return tree


def _names(model: "type[Scenario]", given: Mapping[str, Any]) -> Iterator[str]:
    """Yield the dotted name of each value in a tree."""
    for name, value in given.items():
        inner = value if isinstance(value, Mapping) else {}
        if name in NAMED and inner:
            for own, numbers in inner.items():
                for number in numbers if isinstance(numbers, Mapping) else ():
                    yield f"{name}.{own}.{number}"
        elif name in sections(model) and inner:
            yield from (f"{name}.{each}" for each in inner)
        else:
            yield name


def _check_policy(scenario: "Scenario", path: list[str]) -> None:
    if path[0] in NAMED and len(path) > 1:
        there, one = getattr(scenario, path[0]), NAMED[path[0]].one
        if path[1] not in there:
            name = f"{path[0]}.{path[1]}"
            right = (
                f"must be one of {', '.join(there)}"
                if there
                else f"a new {one} must be given as one table, as {name}={{share=0.1}}"
            )
            raise InputError(f"{name}: no such {one} here{near(path[1], there)}; {right}")


def _no_parameter(model: "type[Scenario]", name: str) -> InputError:
    """Return the error of a name that there is not, with the nearest one of the whole scenario."""
    own = name.split(".")[1] if name.split(".")[0] in NAMED and name.count(".") == 2 else "NAME"
    known = [*model.model_fields, *(each.replace("NAME", own) for each in parameters(model))]
    list_them = f"; must be one of those that {command()} parameters lists"
    return InputError(f"{name}: no such parameter{near(name, known) or list_them}")


def _opened(part: str, value: Any) -> Any:
    """Return a section or a policy as a mapping to change.

    Of a platform only what differs from its preset, so that the preset can change.
    """
    if isinstance(value, Platform):
        return value.differing()
    if isinstance(value, int | float):
        for group in NAMED.values():
            if part in group.built_in:
                return {**dict(group.built_in[part]), "share": value}
    return dict(value) if isinstance(value, Section | Mapping) else value


def _with_own(scenario: "Scenario", name: str, value: Any) -> Any:
    """Return a new value; a share becomes that of a policy of the scenario, where it has one."""
    field, _, own = name.partition(".")
    if field not in NAMED:
        return value
    if not own and isinstance(value, Mapping):
        return {
            each: _with_own(scenario, f"{field}.{each}", given) for each, given in value.items()
        }
    there = getattr(scenario, field)
    if own in there and not isinstance(value, NAMED[field].section):
        numbers = value if isinstance(value, Mapping) else {"share": value}
        return {**dict(there[own]), **numbers}
    return value
