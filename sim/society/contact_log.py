"""Real meetings: the encounters in a log of contacts.

Sensors, badges and diaries record contacts: each line says that two people were together at some
time. A meeting that lasts leaves many lines. So successive contacts of a pair are merged into one
encounter. The model reads the encounters of each day.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..archives import unpacked
from ..errors import InputError
from ..parameters.kinds import shown
from ..scenario.scenario import LONGEST
from .contact_file import LATEST, Integers, Places, Rows, line_of, read_rows
from .contact_layout import File, Form, layout, named

_DAY = 86_400_000_000  # in microseconds: sums and differences of whole numbers are exact
_NUMBER = re.compile(r"\+?[0-9]{1,1000}(\.0*)?")


@dataclass(frozen=True)
class ContactLog:
    """The encounters of a log, by day.

    Attributes
    ----------
    people : list of int or list of str
        The ids in the log, in order: by value if all are whole numbers, else as text. ``people[n]``
        is number n in ``ego`` and ``alter``.
    days : int
        L, the number of days from the first contact to the last, with both of these days.
    day_start : int64 array (L + 1,)
        The encounters of day d = 0 ... L - 1 are ``day_start[d]`` to ``day_start[d + 1] - 1``.
    ego, alter : int32 arrays (number of encounters,)
        The two people, the smaller number first; sorted by day, start, ego, alter.
    """

    people: list[int] | list[str]
    days: int
    day_start: Integers
    ego: NDArray[np.int32]
    alter: NDArray[np.int32]


def read_contacts(
    path: str | Path,
    gap_seconds: float,
    *,
    columns: str | None = None,
    skip_negative: bool = False,
) -> ContactLog:
    r"""Read a log of contacts and merge them into encounters.

    A log has one of two forms, in UTF-8, plain or compressed as gzip, bzip2, xz or a zip of one
    file. Empty lines, and lines that start with ``#`` before the first contact, are left out:

    - lines ``t i j`` as SocioPatterns has them, separated by spaces or tabs: i and j were in
      contact during the 20 seconds that end at second t. Further fields are ignored. Without a
      header the lines must be in the order of time, because only this shows that t comes first.
    - tables with a header, separated by commas, semicolons, tabs or spaces. They have a time column
      with a name in ``TIME_COLUMNS`` and two columns of people with names in ``PERSON_COLUMNS``
      (both in ``contact_layout``). Other columns, such as the end of a contact, are ignored.

    A time is a number of seconds or, in a table, ISO 8601, such as ``2024-05-06T09:30:00+02:00`` or
    ``2024-05-06 09:30``. All times of one file are of one kind. If all people are written in
    digits, they are numbers, and 7.0 is 7; otherwise they are text. 007 and 7 in one file are
    refused, because they may be one person or two. Either person can come first, and a contact can
    be in the file more than once.

    If a contact comes at most ``gap_seconds`` after the pair's last contact, it belongs to the same
    encounter. An encounter belongs to the day on which it begins. Where times are seconds, this is
    day ``floor(t / 86400)`` of the log's own clock; in ISO 8601 it is the date as written.

    Parameters
    ----------
    path : str or Path
        The file, which may have at most 512 MiB and 20 million lines when it is decompressed.
    gap_seconds : float
        The longest gap within an encounter, 0 or more.
    columns : str, optional
        The names of the time and the two people in the file's header; in a file without a header,
        names for its columns from the left, as ``"u v t"``. The lines can then be in any order.
    skip_negative : bool
        Whether to leave out contacts of people with negative numbers, which mean nobody or a
        stranger in logs of Bluetooth devices. If False, such contacts are refused.

    Returns
    -------
    ContactLog

    Raises
    ------
    InputError
        The file can't be read, has no contacts, or has a line that makes no sense; the error names
        the file and the line.

    Examples
    --------
    The two contacts of 1 and 2 are 20 seconds apart, so they are one encounter:

    >>> import pathlib, tempfile
    >>> from sim.society.contact_log import read_contacts
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "log.csv")
    ...     _ = path.write_text("time,i,j\n20,1,2\n40,2,1\n60,1,3\n")
    ...     log = read_contacts(path, gap_seconds=20)
    >>> log.people, log.days, len(log.ego)
    ([1, 2, 3], 1, 2)
    """
    if not isinstance(gap_seconds, int | float | np.number) or not gap_seconds >= 0:
        raise InputError(
            f"gap_seconds: no length of time (got {shown(gap_seconds)}); "
            "must be a number of seconds, 0 or more"
        )
    wanted = named(columns)
    data = unpacked(path, "a log of contacts")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    file = File(path, data)
    form = layout(file, wanted)
    rows = read_rows(file, form, skip_negative)
    people, number = _people(rows.labels)
    one, other = number[rows.first], number[rows.second]
    _check(file, form, rows, one == other)
    ego, alter, day = _encounters(
        rows,
        np.minimum(one, other),
        np.maximum(one, other),
        len(people),
        round(min(gap_seconds, LATEST) * 1e6),
    )
    first_day, days = int(rows.clock.min() // _DAY), _span(rows)
    day_start = np.searchsorted(day, np.arange(first_day, first_day + days + 1)).astype(np.int64)
    return ContactLog(people, days, day_start, ego, alter)


def _encounters(
    rows: Rows, ego: Places, alter: Places, people: int, gap: int
) -> tuple[Places, Places, Integers]:
    """Return ego, alter and day of each encounter, sorted by day, start, ego, alter."""
    pair = ego.astype(np.int64) * people + alter
    in_order = rows.clock is rows.instant and bool((np.diff(rows.instant) >= 0).all())
    order = np.lexsort((pair,) if in_order else (rows.clock, rows.instant, pair))
    pair, instant = pair[order], rows.instant[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (pair[1:] != pair[:-1]) | (instant[1:] - instant[:-1] > gap)
    first = order[starts]
    first = first[
        np.lexsort((alter[first], ego[first], rows.instant[first], rows.clock[first] // _DAY))
    ]
    return ego[first], alter[first], rows.clock[first] // _DAY


def _people(labels: list[str]) -> tuple[list[int] | list[str], Places]:
    """Return the people in order, and the number of each label's person."""
    whole = all(map(_NUMBER.fullmatch, labels)) and not any(label[0] == "+" for label in labels)
    return _numbered(list(map(_value, labels))) if whole else _numbered(labels)


def _value(label: str) -> int:
    """Return a label as a whole number; spreadsheets may write it with .0."""
    return int(label.partition(".")[0])


def _numbered[Id: (int, str)](ids: list[Id]) -> tuple[list[Id], Places]:
    people = sorted(set(ids))
    number = {person: place for place, person in enumerate(people)}
    return people, np.array([number[person] for person in ids], np.int32)


def _two_ways(rows: Rows) -> tuple[int, str, str] | None:
    """Return the first row that writes a number in another way than before, as 7 after 007."""
    if not all(map(_NUMBER.fullmatch, rows.labels)):
        return None
    labels = [label.partition(".")[0] for label in rows.labels]
    if len({*map(int, labels)}) == len({*labels}):
        return None
    seen = np.full(len(labels), 2 * len(rows.first))
    np.minimum.at(seen, rows.first, np.arange(0, 2 * len(rows.first), 2))
    np.minimum.at(seen, rows.second, np.arange(1, 2 * len(rows.first), 2))
    written: dict[int, str] = {}
    for place in np.argsort(seen):
        other = written.setdefault(int(labels[place]), rows.labels[place])
        if other.partition(".")[0] != labels[place]:
            return int(seen[place]) // 2, rows.labels[place], other
    raise AssertionError("unreachable: a number has two labels")


def _span(rows: Rows) -> int:
    return int(rows.clock.max() // _DAY - rows.clock.min() // _DAY) + 1


def _check(file: File, form: Form, rows: Rows, alone: NDArray[np.bool_]) -> None:
    """Raise an ``InputError`` for the first row that can be read but makes no sense."""
    if two_ways := _two_ways(rows):
        row, label, other = two_ways
        right = "write one person in one way, or two with a letter before the number"
        message = f"the person {label!r:.40} is written {other!r:.40} before; {right}"
    elif alone.any():
        row = int(alone.argmax())
        person = rows.labels[rows.first[row]].removesuffix(".0")
        message = f"{person:.40} is in contact with itself; a contact is between two people"
    elif _span(rows) > LONGEST:
        row = int(np.abs(rows.clock - np.int64(np.median(rows.clock))).argmax())
        message = (
            "this time is far from the others: with it the log would last "
            f"{_span(rows)} days; at most {LONGEST} can be simulated"
        )
    else:
        return
    raise file.wrong(line_of(file, form, int(rows.record[row])), message)
