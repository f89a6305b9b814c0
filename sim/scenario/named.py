"""Scenarios to start from, by name: the files in ``experiments/scenarios``."""

import importlib
import itertools
from pathlib import Path


def named_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the project, by name.

    Each file opens with a comment on what it is and what it shows.

    Returns
    -------
    dict
        From a name to the path of a TOML file, in the order of the alphabet.

    Examples
    --------
    >>> import sim
    >>> office = sim.Scenario.from_toml(sim.named_scenarios()["office"])
    >>> office.society.team_size
    20
    """
    folder = Path(importlib.import_module("sim.experiments").__path__[0]) / "scenarios"
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def about(file: Path) -> str:
    """Return the comment with which a scenario file opens, as one line of text."""
    lines = file.read_text(encoding="utf-8").splitlines()
    opening = itertools.takewhile(lambda line: line.startswith("#"), lines)
    comment = [line.removeprefix("#").strip() for line in opening]
    return " ".join(comment).replace("`", "")
