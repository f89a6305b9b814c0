"""A study in a TOML file: a scenario as in any such file, and a table ``[study]`` that says what is varied and how often it is run."""

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
"""What each design is made from."""
REPEATING = ("replications", "until", "most", "measures")
EXAMPLE = 'a study: a scenario with a table [study.vary], as "platform.limit" = [2, 5, "none"],'


class Asked(NamedTuple):
    """What a file asks for."""

    study: Study
    until: Mapping[str, float] | None
    most: int


def study_read(
    path: Path, settings: Iterable[str] | None = None, replications: int | None = None
) -> Asked:
    """Read a study.

    Parameters
    ----------
    path : Path
        The file. Its table ``study`` has ``design`` ("grid", "points", "latin-hypercube" or "sobol"; a grid if it is not given), ``vary``
        (lists of values, or ranges), ``points`` and ``seed`` (of the two that are drawn), ``file`` (CSV, from the file's own folder, of
        "points"), ``replications``, or ``until`` with ``most``, and ``measures``, those that are kept.
    settings : iterable of str, optional
        ``NAME=VALUE``, which change the scenario.
    replications : int, optional
        In place of those in the file, and of ``until``.

    Raises
    ------
    InputError
        With the file's path and the key.
    """
    tree = toml_read(path, EXAMPLE)
    table = tree.pop("study", None)
    if not isinstance(table, dict):
        raise InputError(f"{path}: no table [study]; must be {EXAMPLE} in TOML")
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
        return Asked(study, until, most)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _measures(table: Mapping[str, Any]) -> Measures:
    """Read which measures are kept; all if nothing is said."""
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
    """Let what is wrong in ``until`` or ``most`` be said of the file, where they stand."""
    try:
        study.rule(until, most)
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
        raise InputError(
            f"study.{unknown}: not a key of the design {kind}{near(unknown, known)}; must be one of {', '.join(known)}"
        )
    if kind == "points":
        if not isinstance(table.get("file"), str):
            raise InputError("study.file: missing; must be the path of a CSV file of points")
        return points(path.parent / located(table["file"]))
    vary = table.get("vary")
    if not isinstance(vary, dict) or not vary:
        raise InputError(
            f"study.vary: missing; must be {'lists of values' if kind == 'grid' else 'ranges'} by dotted name in quotes"
        )
    vary = dict(_dotted(vary))
    if kind == "grid":
        return grid(vary)
    draw = latin_hypercube if kind == "latin-hypercube" else sobol
    return draw(vary, _whole(table, "points", None), _whole(table, "seed", 1))


def _dotted(vary: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Give names as they are meant where they stand without quotes: TOML reads a dot as a table in a table."""
    for name, value in vary.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _whole(table: Mapping[str, Any], key: str, default: int | None) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(
            f"study.{key}: {'missing' if value is None else f'not a whole number (got {shown(value)})'}; must be a whole number"
        )
    return value
