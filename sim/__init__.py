"""invitesim: whom to invite to a professional network, who accepts, and whom the platform blocks."""

from typing import TYPE_CHECKING, Any

from .errors import InputError
from .version import VERSION as __version__

if TYPE_CHECKING:
    from . import commands, design, measures, plots, statistics
    from .agents import Bond, Candidate, InvitePolicy
    from .agents.member import Member
    from .contacts import ContactLog, read_contacts
    from .files import folder_written
    from .interruption import interrupts_held
    from .measures import MEASURES, survival
    from .model import NetworkModel
    from .origin import provenance
    from .platform import Platform
    from .result import Result, load
    from .runs import Task, replicate, replications, run, run_many
    from .scenario import Answering, Inviting, Meeting, Scenario, Society
    from .statistics import aggregate, mean_interval, paired, paired_difference
    from .study import Study
    from .study_table import StudyTable

_HOMES = {
    **dict.fromkeys(("commands", "design", "measures", "plots", "statistics"), ""),
    **dict.fromkeys(("Bond", "Candidate", "InvitePolicy"), "agents"),
    "Member": "agents.member",
    **dict.fromkeys(("ContactLog", "read_contacts"), "contacts"),
    "folder_written": "files",
    "interrupts_held": "interruption",
    **dict.fromkeys(("MEASURES", "survival"), "measures"),
    "NetworkModel": "model",
    "provenance": "origin",
    "Platform": "platform",
    **dict.fromkeys(("Result", "load"), "result"),
    **dict.fromkeys(("Answering", "Inviting", "Meeting", "Scenario", "Society"), "scenario"),
    **dict.fromkeys(("aggregate", "mean_interval", "paired", "paired_difference"), "statistics"),
    **dict.fromkeys(("Task", "replicate", "replications", "run", "run_many"), "runs"),
    "Study": "study",
    "StudyTable": "study_table",
}
"""Where the names live. Each is imported when it is first used, as most homes take long to import."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = (
        getattr(import_module(f".{_HOMES[name]}", __name__), name)
        if _HOMES[name]
        else import_module(f".{name}", __name__)
    )
    globals()[name] = value
    return value


__all__ = [
    "MEASURES",
    "Answering",
    "Bond",
    "Candidate",
    "ContactLog",
    "InputError",
    "InvitePolicy",
    "Inviting",
    "Meeting",
    "Member",
    "NetworkModel",
    "Platform",
    "Result",
    "Scenario",
    "Society",
    "Study",
    "StudyTable",
    "Task",
    "__version__",
    "aggregate",
    "commands",
    "design",
    "folder_written",
    "interrupts_held",
    "load",
    "mean_interval",
    "measures",
    "paired",
    "paired_difference",
    "plots",
    "provenance",
    "read_contacts",
    "replicate",
    "replications",
    "run",
    "run_many",
    "statistics",
    "survival",
]
