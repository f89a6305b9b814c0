"""The file of a contact log: which form it has, and the contacts in it, one a row.

The file is read by pandas in one go; whenever that stumbles, it is read once more line by line, which either names the first line that is
wrong or reads it after all.
"""

import csv
import gzip
import io
import re
import zlib
from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .arguments import located
from .errors import InputError

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
"""Names of a time column, in the order of preference; case, spaces, ``_`` and ``-`` don't matter."""
PERSON_COLUMNS = (
    *(
        ("i", "j"),
        ("source", "target"),
        ("person1", "person2"),
        ("from", "to"),
        ("ego", "alter"),
        ("id1", "id2"),
        ("user1", "user2"),
    ),
    *(
        ("persona", "personb"),
        ("ida", "idb"),
        ("usera", "userb"),
        ("node1", "node2"),
        ("sender", "receiver"),
        ("u", "v"),
        ("a", "b"),
    ),
)
"""Names of the two columns of people, in the order of preference, as above."""
LATEST = 1e11
"""The largest time in seconds that is believed, the year 5138: what is beyond it is not seconds."""

_EPOCH = datetime(1970, 1, 1)
_ZONE = r"(?:Z|[+-]\d\d(?::?\d\d)?)"
_ISO = re.compile(
    rf"\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{{1,9}})?)?{_ZONE}?)?", re.ASCII
)
_COMPACT = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\.0*)?", re.ASCII)
_PADDED = re.compile(rb"[+0](?<![0-9.][+0])[0-9]")
"""Where there may be an id with zeros or a sign before it: to read it as a number would lose how it is written."""
_FIELD = re.compile(r"[^ \t\r\n]+")
_MISSING = {"", "nan", "na", "n/a", "null", "none"}

Integers = NDArray[np.int64]


class File(NamedTuple):
    """The file's name and its bytes, unpacked."""

    path: str | Path
    data: bytes

    def wrong(self, line: int, message: str) -> InputError:
        """Make the error: in which line what is wrong."""
        return InputError(f"{self.path}, line {line}: {message}")


class Form(NamedTuple):
    """How the file is laid out."""

    header: int
    """Lines before the first contact."""
    delimiter: str
    """The character between fields; a space stands for any run of spaces and tabs."""
    time: int
    first: int
    second: int
    """The places of the three fields, from 0."""
    dates: bool = False
    """Whether the time column is called a date, where 20240506 is no number of seconds."""


class Rows(NamedTuple):
    """The contacts, one a row, as the file has them."""

    instant: Integers
    """Microseconds since the log's zero or 1970: the order of things."""
    clock: Integers
    """The same on the clock of the place, which decides the day."""
    first: Integers
    second: Integers
    """The people, as places in ``labels``."""
    labels: list[str]


# The file and its layout


def content(path: str | Path) -> bytes:
    """Read the whole file, unpacked."""
    try:
        data = located(path).read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror or error}; give the path of a log of contacts"
        ) from None
    packed = data.startswith(b"\x1f\x8b")
    if str(path).endswith(".gz") and not packed:
        raise InputError(
            f"{path}: not gzip, though its name ends in .gz; pack it or drop the ending"
        )
    try:
        return gzip.decompress(data) if packed else data
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(f"{path}: damaged gzip ({error}); fetch it again") from None


def layout(file: File) -> Form:
    """Find out from the first lines which form the file has."""
    comment: tuple[Form, int] | None = None
    for number, line in enumerate(_lines(file), 1):
        text = line.lstrip("# \t").strip()
        if not text:
            continue
        delimiter = max(",;\t", key=text.count) if re.search(r"[,;\t]", text) else " "
        fields = _split(text, delimiter)
        form = _columns(fields, number, delimiter)
        if line.startswith("#"):
            comment = (form, len(fields)) if form else comment
        elif form:
            return form
        elif (
            comment and len(_split(text, comment[0].delimiter)) == comment[1]
        ):  # a header in a comment, as wide as the contacts
            return comment[0]._replace(header=number - 1)
        elif delimiter in " \t" and len(fields := _split(text, " ")) >= 3 and _is_number(fields[0]):
            return Form(number - 1, " ", 0, 1, 2)
        else:
            raise file.wrong(
                number,
                f"{text!r:.80} is neither a contact 't i j', with t in seconds, nor a header with a time column "
                f"({', '.join(TIME_COLUMNS[:5])} ...) and two columns of people "
                f"({', '.join('/'.join(pair) for pair in PERSON_COLUMNS[:4])} ...)",
            )
    raise InputError(f"{file.path}: no contacts in it; give lines 't i j' or a table with a header")


def _columns(fields: list[str], number: int, delimiter: str) -> Form | None:
    """Find the columns of a header; None if it is none."""
    names = [re.sub(r"[ _-]", "", field).lower() for field in fields]
    time = next((name for name in TIME_COLUMNS if name in names), None)
    pair = next((pair for pair in PERSON_COLUMNS if pair[0] in names and pair[1] in names), None)
    if time is None or pair is None:
        return None
    return Form(
        number,
        delimiter,
        names.index(time),
        names.index(pair[0]),
        names.index(pair[1]),
        "date" in time,
    )


def _split(line: str, delimiter: str) -> list[str]:
    return (
        _FIELD.findall(line)
        if delimiter == " "
        else next(csv.reader([line], delimiter=delimiter), [])
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text


# All at once


def at_once(file: File, form: Form) -> Rows | None:
    """Read the contacts with pandas; None where anything is out of the ordinary."""
    table = None if _PADDED.search(file.data) else _table(file, form, "int64")
    if table is None or not table[[form.first, form.second]].abs().lt(2**53).all(
        axis=None
    ):  # larger ones with .0 were rounded
        table = _table(file, form, "str")
    if table is None or table.empty or table.isna().any(axis=None):
        return None
    times = (
        _seconds(table[form.time])
        if pd.api.types.is_numeric_dtype(table[form.time])
        else _dates(table[form.time])
    )
    if times is None or (
        form.dates and table[form.time].astype("str").str.fullmatch(_COMPACT.pattern).any()
    ):
        return None
    first, ones = pd.factorize(table[form.first])
    second, others = pd.factorize(table[form.second])
    labels = [str(label).strip() for label in [*ones, *others]]
    if any(label.lower() in _MISSING for label in labels):
        return None
    return Rows(*times, first.astype(np.int64), second.astype(np.int64) + len(ones), labels)


def _table(file: File, form: Form, people: str) -> pd.DataFrame | None:
    """Read the three columns, those of people as int64 or str; None where that can't be."""
    spaced = form.delimiter == " "
    options: dict[str, Any] = (
        {"sep": r"\s+", "quoting": csv.QUOTE_NONE}
        if spaced
        else {"sep": form.delimiter, "skipinitialspace": True}
    )
    options |= {
        "header": None,
        "skiprows": form.header,
        "usecols": [form.time, form.first, form.second],
    }
    options |= {"dtype": {form.first: people, form.second: people}, "low_memory": False}
    try:
        table: pd.DataFrame = pd.read_csv(io.BytesIO(file.data), **options)
    except (
        ValueError,
        OverflowError,
    ):  # pandas' own errors and bytes that are not UTF-8 among them
        return None
    return table


def _seconds(column: "pd.Series[Any]") -> tuple[Integers, Integers] | None:
    values = column.to_numpy(np.float64)
    if column.dtype == bool or not np.all(np.abs(values) <= LATEST):
        return None
    instant = np.rint(values * 1e6).astype(np.int64)
    return instant, instant


def _dates(column: "pd.Series[Any]") -> tuple[Integers, Integers] | None:
    text = column.astype("str").str.strip()
    if not text.str.fullmatch(_ISO.pattern).all():
        return None
    zoned = text.str[10:].str.contains(f"{_ZONE}$", regex=True)
    if zoned.any() != zoned.all():
        return None
    try:
        instant = pd.to_datetime(text, format="ISO8601", utc=True).dt.tz_localize(None)
        clock = (
            pd.to_datetime(text.str.replace(f"{_ZONE}$", "", regex=True), format="ISO8601")
            if zoned.all()
            else instant
        )
    except ValueError:
        return None
    return instant.to_numpy("M8[us]").astype(np.int64), clock.to_numpy("M8[us]").astype(np.int64)


# Line by line


def _lines(file: File) -> Iterator[str]:
    """Give the lines; where one is not UTF-8, say which."""
    try:
        yield from io.TextIOWrapper(io.BytesIO(file.data), encoding="utf-8-sig", newline="")
    except UnicodeDecodeError:
        try:
            file.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            number = len(re.findall(rb"\r\n|\r|\n", file.data[: error.start])) + 1
            raise file.wrong(
                number, f"byte 0x{file.data[error.start]:02x} is not UTF-8; save the file as UTF-8"
            ) from None
        raise


def line_by_line(file: File, form: Form) -> tuple[Rows, "array[int]"]:
    """Read the contacts with care, and the line of each; the first that is wrong is an InputError."""
    instant, clock, first, second, numbers = (array("q") for _ in range(5))
    places: dict[str, int] = {}
    zoned = None
    for number, fields in _records(file, form):
        try:
            time, one, other = (
                fields[place].strip() for place in (form.time, form.first, form.second)
            )
        except IndexError:
            wanted = max(form.time, form.first, form.second) + 1
            raise file.wrong(
                number,
                f"too few fields: {len(fields)}, with a time and two people it takes {wanted}",
            ) from None
        if one.lower() in _MISSING or other.lower() in _MISSING:
            raise file.wrong(
                number,
                f"a person is missing: the two are {one!r:.40} and {other!r:.40}; a contact needs two people",
            )
        try:
            if form.dates and _COMPACT.fullmatch(time):
                raise ValueError(
                    f"is a date without dashes; write {time[:4]}-{time[4:6]}-{time[6:8]}"
                )
            at, here, has_zone = _time(time)
        except ValueError as error:
            raise file.wrong(number, f"time {time!r:.60} {error}") from None
        if instant and zoned != has_zone:
            kinds = "give all in seconds, all with a time zone or all without"
            raise file.wrong(
                number, f"time {time!r:.60} is of another kind than those before; {kinds}"
            )
        zoned = has_zone
        for column, value in zip((instant, clock, numbers), (at, here, number), strict=True):
            column.append(value)
        first.append(places.setdefault(one, len(places)))
        second.append(places.setdefault(other, len(places)))
    if not instant:
        raise InputError(f"{file.path}: no contacts in it but a header; give at least one")
    return Rows(
        np.array(instant), np.array(clock), np.array(first), np.array(second), list(places)
    ), numbers


def _records(file: File, form: Form) -> Iterator[tuple[int, list[str]]]:
    """Give line number and fields of every line after the header that is not empty."""
    lines = _lines(file)
    for _ in range(form.header):
        next(lines)
    if form.delimiter == " ":
        yield from (
            (number, fields)
            for number, line in enumerate(lines, form.header + 1)
            if (fields := _FIELD.findall(line))
        )
        return
    reader = csv.reader(lines, delimiter=form.delimiter, skipinitialspace=True)
    try:
        yield from (
            (form.header + reader.line_num, fields)
            for fields in reader
            if len(fields) > 1 or "".join(fields).strip()
        )
    except csv.Error as error:
        raise file.wrong(form.header + reader.line_num, f"not a table: {error}") from None


def _time(text: str) -> tuple[int, int, bool | None]:
    """Read a time: microseconds, the same on the clock of the place, and whether it has a zone (None: seconds)."""
    if _is_number(text):
        if not abs(float(text)) <= LATEST:
            raise ValueError(f"is not a number of seconds between -{LATEST:.0e} and {LATEST:.0e}")
        instant = round(float(text) * 1e6)
        return instant, instant, None
    try:
        if not _ISO.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "is neither seconds nor ISO 8601; give a number of seconds or, in a table, 2024-05-06T09:30:00"
        ) from None
    offset = (moment.utcoffset() or timedelta()) // timedelta(microseconds=1)
    clock = (moment.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1)
    return clock - offset, clock, moment.tzinfo is not None
