"""A model in a file: the society's arrays, its scenario, and Mesa's part of the model.

The file is no pickle: writing refuses what the file can't hold, and reading it runs no code.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..results.provenance import source
from ..results.result import DAMAGE
from ..scenario.scenario import Scenario, checked
from ..society.contact_log import ContactLog
from . import checkpoint
from .engine import Engine, revived

if TYPE_CHECKING:
    from .network_model import NetworkModel

LOGGED = ("day_start", "ego", "alter")
"""The arrays of a contact log."""
MEMBERS_HAVE = {"model", "number", "unique_id", "pos"}
"""The attributes that every member has; any others are the user's own."""


def write(model: "NetworkModel", path: str | Path) -> None:
    """Write a model; see ``NetworkModel.save``."""
    if lost := _not_for_files(model):
        raise InputError(f"save: a file can't hold {lost}; must be without, or be pickled")
    engine, collector = model.engine, model.datacollector
    mesas = {
        "time": model.time,
        "steps": model.steps,
        "running": model.running,
        "next_step": model._default_schedule.next_scheduled_time,
        "rng": model.rng.bit_generator.state,
        "random": model.random.getstate(),
        "collected": collector.model_vars,
        "collected_at": collector._collection_steps,
    }
    head = {
        "scenario": engine.scenario.to_dict(),
        "conditions": _conditions(engine.scenario),
        "started": engine.started.isoformat(),
        "threads": engine.team.threads,
        "log": engine.log and [engine.log.people, engine.log.days],
        "mesa": mesas,
    }
    log = {} if engine.log is None else {name: getattr(engine.log, name) for name in LOGGED}
    arrays = {f"log.{name}": checkpoint.packed(array) for name, array in log.items()}
    checkpoint.save(path, head, engine.snapshot() | arrays)


def read(path: str | Path, scenario: Scenario | None) -> tuple[Engine, dict[str, Any]]:
    """Return the society of a model, and Mesa's part of it; see ``NetworkModel.load``."""
    head, arrays = checkpoint.load(path)
    try:
        lived, log = _lived(path, head, scenario), None
        if head["log"]:
            people, days = head["log"]
            parts = (checkpoint.unpacked(arrays[f"log.{name}"]) for name in LOGGED)
            log = ContactLog(people, days, *parts)
        started = datetime.fromisoformat(head["started"])
        return revived(lived, head["threads"], log, started, arrays), head["mesa"]
    except InputError:
        raise
    except DAMAGE as error:
        raise InputError(f"{path}: not of a model ({error}); {checkpoint.RIGHT}") from None


def _not_for_files(model: "NetworkModel") -> str:
    """Return what a file would lose, or "" if it would lose nothing."""
    collector, planned = model.datacollector, model._default_schedule.next_scheduled_time
    if own := sorted(vars(model).keys() - model._usual):
        return f"an attribute of your own ({own[0]})"
    if any(vars(one).keys() - MEMBERS_HAVE for one in getattr(model, "_members", [])):
        return "members with attributes of your own"
    if len(model._event_list) != 1 or planned <= model.time:
        return "events that were scheduled, or half a step"
    if type(model.rng.bit_generator) is not np.random.PCG64:
        return f"the generator {type(model.rng.bit_generator).__name__}"
    if collector.agent_reporters or collector.agenttype_reporters or collector.tables:
        return "what a data collector reports of agents, and its tables"
    if not model._only_own_reporters():
        return "reporters of your own"
    return ""


def _conditions(scenario: Scenario) -> dict[str, str | None]:
    """Return the sources of the policies' own functions."""
    given = {name: policy.condition for name, policy in scenario.policies.items()}
    return {name: source(given[name]) for name in given if given[name] is not None}


def _lived(path: str | Path, head: dict[str, Any], given: Scenario | None) -> Scenario:
    """Return the scenario of a saved model, or the given one if it is the same."""
    saved = Scenario(**head["scenario"])
    if given is None:
        if head["conditions"]:
            raise InputError(
                f"{path}: a file holds no functions, and {', '.join(head['conditions'])} has one; "
                "must be loaded with the scenario that was saved, load(path, scenario=...)"
            )
        return saved
    given = checked(given)
    if head["log"]:
        given = given.replace({"members": saved.members})  # the number of people in the log
    if given.to_dict() != saved.to_dict() or _conditions(given) != head["conditions"]:
        raise InputError(f"scenario: not the one of {path}; must be the one that was saved")
    return given
