"""The layout of a contact log: which of its columns are the time and the two people.

A header says which they are, in the first line or in a comment before the contacts; or the user
says it; or, in lines ``t i j``, the order of the columns does. If several columns are possible,
none is chosen.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..errors import InputError

TIME_COLUMNS = (
    "t",
    "time",
    "timestamp",
    "datetime",
    "start",
    "starttime",
    "begin",
    "contacttime",
    "date",
)
"""The names of a time column; case, spaces, ``_`` and ``-`` are ignored."""
PARTS_OF_TIME = ("year", "month", "week", "day", "hour", "minute", "second", "clock", "timeofday")
"""Names of columns that may be a part of the time: a file with these and a time column is
ambiguous."""
PERSON_COLUMNS = (
    ("i", "j"),
    ("source", "target"),
    ("person1", "person2"),
    ("from", "to"),
    ("ego", "alter"),
    ("id1", "id2"),
    ("user1", "user2"),
    ("persona", "personb"),
    ("ida", "idb"),
    ("usera", "userb"),
    ("node1", "node2"),
    ("sender", "receiver"),
    ("u", "v"),
    ("a", "b"),
)
"""The names of the two columns of people; case, spaces, ``_`` and ``-`` are ignored."""
EXAMPLE = 'meeting.columns = "t i j"'

_TIMES = TIME_COLUMNS + PARTS_OF_TIME
_FIELD = re.compile(r"[^ \t\n]+")
_HEAD = 2**20
"""The first contact must begin within this many bytes."""


class File(NamedTuple):
    """The file's name and its decompressed bytes."""

    path: str | Path
    data: bytes

    def wrong(self, line: int, message: str) -> InputError:
        """Return the error for a line of the file."""
        return InputError(f"{self.path}, line {line}: {message}")


class Form(NamedTuple):
    """The layout of the file."""

    lines: int
    """Lines before the first contact."""
    offset: int
    """Bytes before the first contact."""
    delimiter: str
    """The character between fields; a space stands for one or more spaces or tabs."""
    time: int
    first: int
    second: int
    """The places of the three fields, from 0."""
    dates: bool = False
    """Whether the time column is called a date, so that 20240506 is not a number of seconds."""
    supposed: bool = False
    """Whether the columns are known by their order only."""
    width: int = 0
    """The number of fields of the header; 0: there is no header, and rows may have more fields."""


def named(columns: str | None) -> list[str]:
    """Return the names of columns in ``meeting.columns``, in the form in which names are compared.

    Raises
    ------
    InputError
        It is not clear which name is the time and which two are people.
    """
    if columns is None:
        return []
    names = _names(re.findall(r"[^\s,;]+", str(columns)))
    if not _three(names):
        raise InputError(
            f"columns: not clear which are the time and two people (got {columns!r:.60}); "
            "must be the names of a time and two people, as 't i j' or 'u v t'"
        )
    return names


def layout(file: File, wanted: list[str]) -> Form:
    """Return the layout of the file, from its first lines or from the names in ``wanted``."""
    comment, its = [""], " "
    offset = 0
    for number, line in enumerate(_head(file.data), 1):
        start, offset = offset, offset + len(line)
        text = _text(file, number, line)
        stripped = text.lstrip("# \t").strip()
        if not stripped:
            continue
        delimiter = max(",;\t", key=stripped.count) if re.search(r"[,;\t]", stripped) else " "
        fields = split(stripped, delimiter)
        header = _is_header(_names(fields), wanted)
        if text.startswith("#"):
            comment, its = (fields, delimiter) if header else (comment, its)
        elif header:
            chosen = _chosen(file, number, fields, wanted)
            return Form(number, offset, delimiter, *chosen, width=len(fields))
        elif len(comment) > 1 and len(split(stripped, its)) == len(comment):
            chosen = _chosen(file, number - 1, comment, wanted)
            return Form(number - 1, start, its, *chosen, width=len(comment))
        else:
            return _headless(file, number, start, stripped, delimiter, wanted)
    raise InputError(f"{file.path}: no contacts in it; give lines 't i j' or a table with a header")


def _headless(
    file: File, number: int, start: int, line: str, delimiter: str, wanted: list[str]
) -> Form:
    """Return the layout of a file without a header."""
    delimiter = " " if delimiter == "\t" else delimiter
    fields = split(line, delimiter)
    if wanted:
        time, first, second = _three(wanted)
        if len(fields) < len(wanted) or not re.match(r"[-+.\d]", fields[time].strip()):
            message = f"{line!r:.80} is neither a header with {', '.join(wanted)} nor a contact"
            raise file.wrong(number, f"{message} that has these columns; name those of the file")
        dates = "date" in wanted[time]
        return Form(number - 1, start, delimiter, time, first, second, dates)
    if delimiter == " " and len(fields) >= 3 and is_number(fields[0]):
        return Form(number - 1, start, delimiter, 0, 1, 2, supposed=True)
    raise file.wrong(
        number,
        f"{line!r:.80} is neither a contact 't i j', with t in seconds, nor a header with a time "
        f"column ({', '.join(TIME_COLUMNS[:5])} ...) and two columns of people "
        f"({', '.join('/'.join(pair) for pair in PERSON_COLUMNS[:4])} ...); "
        f"give a header, or name the columns, as {EXAMPLE}",
    )


def _head(data: bytes) -> Iterator[bytes]:
    """Yield the first lines of the file, with their line ends."""
    for match in re.finditer(rb"[^\n]*\n|[^\n]+\Z", data[:_HEAD]):
        if match.end() < _HEAD:  # else it is cut off
            yield match.group()


def _text(file: File, number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{line[error.start]:02x} is not UTF-8"
        raise file.wrong(number, f"{byte}; save the file as UTF-8") from None


def _names(fields: list[str]) -> list[str]:
    return [re.sub(r"[ _-]", "", field).lower() or field for field in fields]


def _is_header(names: list[str], wanted: list[str]) -> bool:
    if wanted:
        return all(wanted[place] in names for place in _three(wanted))
    return any(name in TIME_COLUMNS for name in names) and bool(_people(names))


def _people(names: list[str]) -> list[str]:
    """Return those of the names that are names of people, which come in pairs."""
    return [name for pair in PERSON_COLUMNS if {*pair} <= {*names} for name in pair]


def _three(wanted: list[str]) -> list[int]:
    """Return the places of the time and two people among names; [] if it is not clear.

    Of three names one is the time: that of a time column, else the first. Of more than three, the
    time and the people must have names that are known for them.
    """
    times = [place for place, name in enumerate(wanted) if name in _TIMES]
    people = [wanted.index(name) for name in _people(wanted)]
    if len(wanted) == 3 and len(times) < 2:
        times = times or [0]
        people = [place for place in range(3) if place not in times]
    told = len(times) == 1 and len(people) == 2
    unique = len({*wanted}) == len(wanted)
    return times + people if told and unique else []


def _chosen(
    file: File, number: int, fields: list[str], wanted: list[str]
) -> tuple[int, int, int, bool]:
    """Return the places of the three columns in a header, and whether the time is a date."""
    names = _names(fields)
    told = [wanted[place] for place in _three(wanted)]
    told = told or [name for name in names if name in _TIMES] + _people(names)
    meant = [place for place, name in enumerate(names) if name in told]
    if len(meant) != 3:
        several = ", ".join(fields[place].strip() for place in meant)
        raise file.wrong(
            number,
            f"several columns may be the time or the people ({several}); "
            f"name the three that are meant, as {EXAMPLE}",
        )
    time, first, second = map(names.index, told)
    return time, first, second, "date" in names[time]


def split(line: str, delimiter: str) -> list[str]:
    """Return the fields of a line."""
    if delimiter == " ":
        return _FIELD.findall(line)
    return next(csv.reader([line], delimiter=delimiter), [])


def is_number(text: str) -> bool:
    """Return whether a text is a number, as data files have it."""
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text
