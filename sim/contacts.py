"""Who really met whom: the encounters in a log of contacts.

Sensors, badges and diaries give lists of contacts: at this time these two people were together. A contact that goes on leaves many
lines; contacts of one pair in a row are one encounter, and a day of encounters is what the model needs.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .contact_file import LATEST, File, Form, Integers, Rows, at_once, content, layout, line_by_line
from .errors import InputError
from .parameters import shown
from .scenario import LONGEST

_DAY = 86_400_000_000  # in microseconds, the unit of time: sums and differences of whole numbers are exact
_WHOLE = re.compile(r"[+-]?[0-9]+(\.0*)?")


@dataclass(frozen=True)
class ContactLog:
    """The encounters of a log, by day.

    Attributes
    ----------
    people : list of int or list of str
        The ids in the log, in order: by value if all are whole numbers, else as text. ``people[n]`` is number n in ``ego`` and ``alter``.
    days : int
        Days from that of the first contact to that of the last, both included: L.
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


def read_contacts(path: str | Path, gap_seconds: float) -> ContactLog:
    """Read a log of contacts and merge them into encounters.

    Two forms are read, plain or gzipped, in UTF-8; empty lines are left out, and lines that start with ``#`` before the first contact:

    - lines ``t i j`` as SocioPatterns has them, separated by spaces or tabs: i and j were in contact during the 20 seconds that end at
      second t. Further fields are ignored.
    - tables with a header, separated by commas, semicolons, tabs or spaces: a time column named as in ``TIME_COLUMNS`` and two columns of
      people named as in ``PERSON_COLUMNS``, both of ``contact_file``. Other columns, such as the end of a contact, are ignored.

    A time is a number of seconds or, in a table, ISO 8601, such as ``2024-05-06T09:30:00+02:00`` or ``2024-05-06 09:30``; all of one file
    are of one kind. People are numbers or text. Where all are whole numbers, 7.0 is 7, but 007 and 7 in one file are refused: they may be
    one person or two. Lines can come in any order and more than once, and either person first.

    A contact belongs to the encounter before it of the same pair when their times lie at most ``gap_seconds`` apart. An encounter belongs
    to the day of its first time: ``floor(t / 86400)`` where times are seconds, so midnight is where the log's own clock has it; the date
    as written in ISO 8601.

    Parameters
    ----------
    path : str or Path
        The file.
    gap_seconds : float
        0 or more.

    Returns
    -------
    ContactLog

    Raises
    ------
    InputError
        A file that can't be read, has no contacts, or has a line that makes no sense: the text names file and line.
    """
    if not isinstance(gap_seconds, int | float | np.number) or not gap_seconds >= 0:
        raise InputError(
            f"gap_seconds: no length of time (got {shown(gap_seconds)}); must be a number of seconds, 0 or more"
        )
    file = File(path, content(path))
    form = layout(file)
    rows = at_once(file, form) or line_by_line(file, form)[0]
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
    return ContactLog(people, days, day_start, ego.astype(np.int32), alter.astype(np.int32))


def _encounters(
    rows: Rows, ego: Integers, alter: Integers, people: int, gap: int
) -> tuple[Integers, Integers, Integers]:
    """Merge contacts: ego, alter and day of each encounter, sorted by day, start, ego, alter."""
    pair = ego * people + alter
    order = np.lexsort((rows.clock, rows.instant, pair))
    pair, instant = pair[order], rows.instant[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (pair[1:] != pair[:-1]) | (instant[1:] - instant[:-1] > gap)
    first = order[starts]
    first = first[
        np.lexsort((alter[first], ego[first], rows.instant[first], rows.clock[first] // _DAY))
    ]
    return ego[first], alter[first], rows.clock[first] // _DAY


def _people(labels: list[str]) -> tuple[list[int] | list[str], Integers]:
    """Put the people in order; also give the number of each label's person."""
    whole = _whole(labels)
    return _numbered([int(text) for text in whole]) if whole else _numbered(labels)


def _whole(labels: list[str]) -> list[str]:
    """Give the labels as whole numbers are written, without the .0 of a spreadsheet; none if not all are whole numbers."""
    return (
        [label.partition(".")[0] for label in labels] if all(map(_WHOLE.fullmatch, labels)) else []
    )


def _two_ways(labels: list[str]) -> list[tuple[int, str]]:
    """Find the labels that are a number which one before them writes in another way, as 7 after 007: their places, and the other way."""
    written: dict[int, str] = {}
    before = [(written.setdefault(int(text), text), text) for text in _whole(labels)]
    return [(place, other) for place, (other, text) in enumerate(before) if other != text]


def _numbered[Id: (int, str)](ids: list[Id]) -> tuple[list[Id], Integers]:
    people = sorted(set(ids))
    number = {person: place for place, person in enumerate(people)}
    return people, np.array([number[person] for person in ids], dtype=np.int64)


def _span(rows: Rows) -> int:
    return int(rows.clock.max() // _DAY - rows.clock.min() // _DAY) + 1


def _check(file: File, form: Form, rows: Rows, alone: NDArray[np.bool_]) -> None:
    """Complain about the first row that can be read and still makes no sense."""
    if _two_ways(rows.labels):
        rows = line_by_line(file, form)[0]  # where labels stand in the order of the file
        (place, other), *_ = _two_ways(rows.labels)
        row = int(((rows.first == place) | (rows.second == place)).argmax())
        right = "write one person in one way, or two with a letter before the number"
        message = f"the person {rows.labels[place]!r:.40} is written {other!r:.40} before; {right}"
    elif alone.any():
        row = int(alone.argmax())
        message = f"{rows.labels[rows.first[row]]} is in contact with itself; a contact is between two people"
    elif _span(rows) > LONGEST:
        row = int(np.abs(rows.clock - np.int64(np.median(rows.clock))).argmax())
        message = f"this time is far from the others: with it the log would last {_span(rows)} days, at most {LONGEST} can be simulated"
    else:
        return
    raise file.wrong(line_by_line(file, form)[1][row], message)
