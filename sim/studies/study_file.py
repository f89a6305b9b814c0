"""A study in a TOML file: a scenario as in any such file, and a table ``[study]``.

The table says which parameters are varied and how often each point is run.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import InputError
from ..parameters.checks import located, toml_read
from ..parameters.kinds import near, shown
from ..parameters.settings import settings_read
from ..runs.running import SUMMARY, Measures
from ..scenario.scenario import Scenario
from .design import Design, grid, latin_hypercube, points, sobol
from .study import Study

KINDS = {
    "grid": ("vary",),
    "points": ("file",),
    "latin-hypercube": ("vary", "points", "seed"),
    "sobol": ("vary", "points", "seed"),
}
"""From each design to its keys."""
REPEATING = ("replications", "until", "most", "measures")
TABLE = '[study.vary] with the line "platform.limit" = [2, 5, "none"]'
EXAMPLE = f"a study: a scenario with a table, for example {TABLE},"


class StudyFile(NamedTuple):
    """What a file says: a study, and when its points have enough replications."""

    study: Study
    until: Mapping[str, float | str] | None
    most: int


def study_read(
    path: Path, settings: Iterable[str] | None = None, replications: int | None = None
) -> StudyFile:
    """Read a study from a TOML file.

    Parameters
    ----------
    path : Path
        The file. The keys of its table ``study`` are ``design`` ("grid", the default, "points",
        "latin-hypercube" or "sobol"), ``vary`` (lists of values for a grid, ranges for the drawn
        designs), ``points`` and ``seed`` (for the drawn designs), ``file`` (for "points": a CSV
        file, relative to the folder of this file), ``replications``, or ``until`` with ``most``,
        and ``measures``, the names of the measures to keep.
    settings : iterable of str, optional
        Changes of the scenario, as ``NAME=VALUE``.
    replications : int, optional
        Replaces ``replications`` and ``until`` of the file.

    Raises
    ------
    InputError
        The file can't be read or has a mistake; the message names the file and the key.
    """
    tree = toml_read(path, EXAMPLE)
    table = tree.pop("study", None)
    if not isinstance(table, dict):
        raise InputError(
            f"{path}: a scenario and not a study; must have a table [study], for example {TABLE}"
        )
    try:
        scenario = Scenario(**tree).replace(settings_read(settings))
        design = _design(path, table)
        most = _whole(table, "most", 1000)
        number = _whole(table, "replications", 10) if replications is None else replications
        until = table.get("until") if replications is None else None
        if until is not None and "replications" in table:
            raise InputError("study.replications: given beside until; must be one of the two")
        study = Study(scenario, design, replications=number, keep=_measures(table))
        _check(study, until, most)
        return StudyFile(study, until, most)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _measures(table: Mapping[str, Any]) -> Measures:
    """Return the measures to keep; all if the file names none."""
    names = table.get("measures")
    if names is None:
        return SUMMARY
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(f"study.measures: not a list of names (got {shown(names)})")
    try:
        return Measures(names)
    except InputError as error:
        raise InputError(f"study.{error}") from None


def _check(study: Study, until: Any, most: int) -> None:
    """Raise what is wrong in ``until`` or ``most`` with their keys in the file."""
    try:
        study.stopping_rule(until, most)
    except InputError as error:
        raise InputError(f"study.{error}") from None


def _design(path: Path, table: Mapping[str, Any]) -> Design:
    kind = table.get("design", "grid")
    if kind not in KINDS:
        raise InputError(
            f"study.design: not known (got {shown(kind)}); must be one of {', '.join(KINDS)}"
        )
    known = ("design", *KINDS[kind], *REPEATING)
    unknown = next((key for key in table if key not in known), None)
    if unknown is not None:
        other = any(unknown in keys for keys in KINDS.values())
        where = f"with the design {kind}" if other else "in [study]"
        raise InputError(
            f"study.{unknown}: no such key {where}{near(unknown, known)}; must be one of "
            f"{', '.join(known)}"
        )
    if kind == "points":
        if not isinstance(table.get("file"), str):
            raise InputError("study.file: missing; must be the path of a CSV file of points")
        return points(path.parent / located(table["file"]))
    vary = table.get("vary")
    if not isinstance(vary, dict) or not vary:
        example = "lists of values, as {} [2, 3, 5]" if kind == "grid" else "ranges, as {} [2, 8]"
        right = example.format('"platform.limit" =')
        raise InputError(f"study.vary: missing; must be {right}")
    vary = dict(_dotted(vary))
    if kind == "grid":
        return grid(vary)
    draw = latin_hypercube if kind == "latin-hypercube" else sobol
    return draw(vary, _whole(table, "points", None), _whole(table, "seed", 1))


def _dotted(vary: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Yield dotted names with their values; TOML reads a name without quotes as nested tables."""
    for name, value in vary.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _whole(table: Mapping[str, Any], key: str, default: int | None) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        wrong = "missing" if value is None else f"not a whole number (got {shown(value)})"
        raise InputError(f"study.{key}: {wrong}; must be a whole number")
    return value
