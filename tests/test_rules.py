"""Every rule of ``sim.kernel.rules`` is the same as plain Python and compiled."""

import importlib
import inspect
import pkgutil
import random
from typing import Any

import pytest
from numba import njit

import sim.kernel.rules as package

TRUTHS = (
    "recognised",
    "likely",
    "referred",
    "accepting",
    "room",
    "clicks",
    "oldest_counts",
    "invites_references",
    "is_inviter",
    "with_note",
    "mistaken_one",
    *("asks_first", "answered", "may_connect", "asked", "asked_back", "is_question"),
    "low",
)
WORD, CHANCE = (0, 2**32 - 1), (0, 2**32)
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("word",), WORD),
    **dict.fromkeys(("chance", "chance_if_referred", "threshold", "recognise"), CHANCE),
    **dict.fromkeys(("mistaken", "ask_answered"), CHANCE),
    "noted_classes": (0, 31),
    "notes_per_month": (-1, 30),
    **dict.fromkeys(("fraction", "idk_click", "as_known", "as_stranger"), CHANCE),
    **dict.fromkeys(("until_again", "until_friend", "until_team", "until_circle"), CHANCE),
    **dict.fromkeys(("until_contacts", "until_introductions", "until_directory"), CHANCE),
    "pace": (0, 2**34),
    **{"joined": (0, 1), "place": (0, 15)},
    **dict.fromkeys(("rank", "other_rank", "rank_of_inviter"), (0, 15)),
    **dict.fromkeys(("met", "talked", "strength", "strongest"), (0, 511)),
    **dict.fromkeys(("tie_class", "min_tie", "accepts_from", "often", "close"), (0, 5)),
    **dict.fromkeys(("source", "standing", "standing_back"), (0, 3)),
    "verdict": (0, 7),
    "able": (0.0, 1.0),
    "floor": (0.0, 1.0),
    **dict.fromkeys(("best_class",), (0, 5)),
    **dict.fromkeys(TRUTHS, (0, 1)),
    "face_to_face": (0, 1),
    **dict.fromkeys(("limit", "window_days", "restriction_days", "weekly_invites"), (-1, 30)),
    "max_connections": (-1, 30),
    **dict.fromkeys(("day", "strike_day", "restricted_until"), (1, 60)),
    **{"fresh": (0.0, 1.0), "kept": (0, 2**24)},
    **dict.fromkeys(("miss", "prior", "estimate", "min_acceptance"), (0.0, 1.0)),
    **dict.fromkeys(("weight", "min_ratio", "caution"), (-0.2, 4.0)),
}
OTHERS = (0, 40)
"""Counts of people, invitations, days."""


def rules() -> dict[str, Any]:
    found = {}
    for module in pkgutil.iter_modules(package.__path__):
        names = vars(importlib.import_module(f"{package.__name__}.{module.name}"))
        for name, rule in names.items():
            if hasattr(rule, "py_func") and rule.py_func.__module__.endswith(module.name):
                found[f"{module.name}.{name}"] = rule
    return found


def arguments(rule: Any, chance: random.Random) -> list[Any]:
    """Random values of the rule's parameters, by their names; often an end of the range."""
    values: list[Any] = []
    for name in inspect.signature(rule.py_func).parameters:
        low, high = RANGES.get(name, OTHERS)
        if name in ("circle_size", "team_size", "members"):
            low = 1
        if isinstance(low, float):
            values.append(chance.choice((low, high, chance.uniform(low, high))))
        else:
            values.append(chance.choice((low, high, chance.randint(int(low), int(high)))))
        if name in TRUTHS:
            values[-1] = bool(values[-1])
    return values


@pytest.mark.parametrize("name", sorted(rules()))
def test_a_rule_is_the_same_in_python_and_compiled(name):
    rule, chance = rules()[name], random.Random(name)
    names = ", ".join(inspect.signature(rule.py_func).parameters)
    scope = {"rule": rule}
    exec(f"def call({names}):\n    return rule({names})", scope)
    compiled, seen = njit(scope["call"]), set()
    for _ in range(200):
        values = arguments(rule, chance)
        plain = rule.py_func(*values)
        assert compiled(*values) == plain, values
        seen.add(plain)
    assert len(seen) > 1, "the values drawn tell nothing"


def test_rules_know_nothing_of_arrays_and_machines():
    """They import the draws and how a rule is compiled, and nothing else of the kernel."""
    for module in pkgutil.iter_modules(package.__path__):
        source = inspect.getsource(importlib.import_module(f"{package.__name__}.{module.name}"))
        imports = [line for line in source.splitlines() if line.startswith(("from", "import"))]
        allowed = (
            "from ..mechanics.compilation import rule",
            "from ..mechanics.random import",
            "from .standing",
            "from .helping import",
        )
        for line in imports:
            assert line.startswith(allowed), line
        assert "numpy" not in source
