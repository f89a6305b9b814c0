"""Settings as they are typed: ``NAME=VALUE``, and values in cells of a table."""

from collections.abc import Collection, Iterable
from typing import Any

from ..errors import InputError
from .checks import toml_loaded
from .kinds import BACKSLASHES, shown

MOVED = "scenario."
"""What the table of a study puts before a parameter that has the name of another column."""


def settings_read(settings: Iterable[str] | None) -> dict[str, Any]:
    """Read ``NAME=VALUE``.

    The value is TOML (``3``, ``true``, ``[0, 0.5, 0.9, 1, 1]``, ``{everyone = 1}``) or, where it
    isn't, a bare text (``linkedin2021``, ``none``).
    """
    read: dict[str, Any] = {}
    for setting in settings or ():
        name, equals, text = setting.partition("=")
        name, text = name.strip(), text.strip()
        if not (name and equals and text):
            raise InputError(f"--set {setting}: must be NAME=VALUE, as platform.limit=3")
        read[name] = value_read(text)
    return read


def value_read(text: str) -> Any:
    """Read a value as it stands after ``NAME=``, or in a cell of a CSV file."""
    if "\n" in text:  # a second line would be a second key to TOML
        return text
    try:
        return toml_loaded(f"value = {text}")["value"]
    except ValueError as error:
        if text[:1] in ("'", '"') and BACKSLASHES in str(error):
            raise InputError(f"{shown(text)}: {error}") from None
    try:
        return float(text) if len(text) < 400 else text  # as people write it: .2
    except ValueError:
        return {"true": True, "false": False}.get(text.lower(), text)


def column_of(name: str, taken: Collection[str]) -> str:
    """Return the column of a varied parameter in the table of a study.

    It is its name, or ``scenario.NAME`` if a column of the runs already has that name.
    """
    return f"{MOVED}{name}" if f"{MOVED}{name}" in taken else name
