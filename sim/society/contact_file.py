"""The rows of a log of contacts: each is a time and two people.

pandas reads the three columns as text. Each different text is then examined once, so a single place
decides whether it is a time, a person, or wrong.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import InputError
from .contact_layout import EXAMPLE, File, Form, is_number

LATEST = 1e11
"""The largest time in seconds since 1970: it is in the year 5138."""
MOST_LINES = 20_000_000
"""The most lines of a log."""

_CHUNK = 2**18
"""The lines that are in memory as text at the same time."""
_EPOCH = datetime(1970, 1, 1)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\.0*)?", re.ASCII)
_NEGATIVE = re.compile(r"[-\N{MINUS SIGN}\N{EN DASH}][0-9]+(\.0*)?")
_FIELD = re.compile(r"[^ \t\n]+")
_MISSING = {"", "nan", "na", "n/a", "null", "none"}
_KINDS = "give all in seconds, all with a time zone or all without"

Integers = NDArray[np.int64]
Places = NDArray[np.int32]
_Columns = tuple[Places, list[str], Places, Places, list[str]]


class Rows(NamedTuple):
    """The contacts, one a row, as the file has them."""

    instant: Integers
    """Microseconds since the log's zero or since 1970, by which contacts are ordered."""
    clock: Integers
    """The same time on the clock of the place, which decides the day."""
    first: Places
    second: Places
    """The people, as places in ``labels``."""
    labels: list[str]
    record: Places
    """The places of the contacts among the records of the file."""


def read_rows(file: File, form: Form, skip_negative: bool) -> Rows:
    """Return the contacts; with ``skip_negative`` without people who have negative numbers.

    Raises
    ------
    InputError
        A line is wrong; the error names the first such line.
    """
    time, times, first, second, labels = read = _columns(file, form)
    kept = ~_blank(file, form, read)
    instant, clock, kind, faults = _times(times, form.dates)
    negative = np.array([bool(_NEGATIVE.fullmatch(label)) for label in labels], bool)
    nobody = np.array([label.lower() in _MISSING for label in labels], bool)
    nobody |= negative & (not skip_negative)
    faulty = np.isin(np.arange(len(times)), list(faults))
    wrong = faulty[time] | (kind[time] != kind[time[kept][:1]]) | nobody[first] | nobody[second]
    if (wrong & kept).any():
        record = int((wrong & kept).argmax())
        fault = faults.get(int(time[record]), f"is of another kind than those before; {_KINDS}")
        two = labels[first[record]], labels[second[record]]
        raise _fault(file, form, record, two, f"time {times[time[record]]!r:.60} {fault}")
    kept &= ~(negative[first] | negative[second])
    if not kept.any():
        left = "all are left out" if len(times) else "only a header"
        raise InputError(f"{file.path}: no contacts in it, {left}; give at least one")
    if not kept.all():
        time, first, second = time[kept], first[kept], second[kept]
        used, both = np.unique(np.stack([first, second]), return_inverse=True)
        first, second = both.reshape(2, -1).astype(np.int32)
        labels = [labels[place] for place in used]
    here = instant[time]
    there = here if clock is instant else clock[time]
    rows = Rows(here, there, first, second, labels, np.flatnonzero(kept).astype(np.int32))
    if form.supposed:
        _check_order(file, form, rows)
    return rows


def line_of(file: File, form: Form, record: int) -> int:
    """Return the line where a record of the file begins."""
    return next(itertools.islice(_records(file, form), record, None))[0]


def _columns(file: File, form: Form) -> _Columns:
    """Return the columns: the different texts, and for every record the place of its text."""
    places = [form.time, form.first, form.second]
    if len(file.data) > MOST_LINES and file.data.count(b"\n") > MOST_LINES:
        raise InputError(f"{file.path}: too many lines; must be {MOST_LINES:,} or less")
    width = max([*places, *(len(fields) - 1 for _, fields in _records(file, form, most=1))]) + 1
    if form.width and not _is_even(file, form):
        _check_width(file, form)
    if form.delimiter == " ":
        options: dict[str, Any] = {"sep": r"\s+", "quoting": csv.QUOTE_NONE}
    else:
        options = {"sep": form.delimiter, "skipinitialspace": True}
    options |= {"header": None, "names": range(width), "usecols": places}
    stream = io.BytesIO(file.data)
    stream.seek(form.offset)
    times: dict[str, int] = {}
    people: dict[str, int] = {}
    parts: list[list[Places]] = []
    try:
        with pd.read_csv(
            stream, dtype=object, na_filter=False, chunksize=_CHUNK, **options
        ) as chunks:
            for chunk in chunks:
                seen = zip(places, (times, people, people), strict=True)
                parts.append([_places(chunk[place], known) for place, known in seen])
    except ValueError as error:  # pandas' own errors, and bytes that are not UTF-8
        raise _unreadable(file, form, error) from None
    time, first, second = map(np.concatenate, zip([np.zeros(0, np.int32)] * 3, *parts, strict=True))
    return time, [*times], first, second, [*people]


def _places(column: "pd.Series[Any]", known: dict[str, int]) -> Places:
    """Return the place of each text among the known ones, and add new ones to these."""
    codes, texts = pd.factorize(column)
    places = [known.setdefault(text.strip(), len(known)) for text in texts]
    return np.array(places, np.int32)[codes]


def _records(file: File, form: Form, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line of each record, and its fields; blank lines are not records."""
    stream = io.BytesIO(file.data)
    stream.seek(form.offset)
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="\n")
    spaces = " \n" if form.delimiter == "\t" else " \t\n"
    begun = 0

    def lines() -> Iterator[str]:
        nonlocal begun
        for number, line in enumerate(text, form.lines + 1):
            if line.strip(spaces):
                begun = begun or number
                yield line

    reader = csv.reader(lines(), delimiter=form.delimiter, skipinitialspace=True)
    records = map(_FIELD.findall, lines()) if form.delimiter == " " else reader
    try:
        for fields in itertools.islice(records, most):
            yield begun, fields
            begun = 0
    except csv.Error as error:
        raise file.wrong(begun, f"not a table: {error}") from None


def _blank(file: File, form: Form, read: _Columns) -> NDArray[np.bool_]:
    """Return which records are empty: only a pair of quotes, for example, or a space."""
    time, times, first, second, labels = read
    blank = np.zeros(len(time), bool)
    if "" in times and "" in labels:
        void = labels.index("")
        blank = (time == times.index("")) & (first == void) & (second == void)
    if blank.any():
        for record, (_, fields) in enumerate(_records(file, form)):
            blank[record] &= len(fields) < 2 and not "".join(fields).strip()
    return blank


def _unreadable(file: File, form: Form, error: ValueError) -> InputError:
    """Return the error for a file that pandas can't read, with the line that is the cause."""
    if isinstance(error, UnicodeDecodeError):
        try:
            file.data.decode("utf-8-sig")
        except UnicodeDecodeError as bad:
            line = file.data.count(b"\n", 0, bad.start) + 1
            byte = f"byte 0x{file.data[bad.start]:02x} is not UTF-8"
            return file.wrong(line, f"{byte}; save the file as UTF-8")
    number = form.lines + 1
    for number, fields in _records(file, form):
        if short := _too_short(form, fields):
            return file.wrong(number, short)
    reason = " ".join(str(error).split())
    return file.wrong(number, f"not a table ({reason:.100}); must have its quotes closed")


def _too_short(form: Form, fields: list[str]) -> str:
    wanted = max(form.time, form.first, form.second) + 1
    if len(fields) >= wanted:
        return ""
    return (
        f"too few fields (got {len(fields)}); must be {wanted} or more, with a time and two people"
    )


def _is_even(file: File, form: Form) -> bool:
    """Return whether the records have as many fields as the header, on the whole: at a glance."""
    if form.delimiter == " " or b'"' in file.data:
        return False
    lines = file.data.count(b"\n", form.offset) + (not file.data.endswith(b"\n"))
    return file.data.count(form.delimiter.encode(), form.offset) == (form.width - 1) * lines


def _check_width(file: File, form: Form) -> None:
    """Raise the ``InputError`` of a record with a field too many: all before it may be shifted."""
    for number, fields in _records(file, form):
        if len(fields) > form.width and "".join(fields[form.width :]).strip():
            raise file.wrong(
                number,
                f"{len(fields)} fields, the header has {form.width}; must be as many (as 9.5 for "
                "9,5, and no space in a time where spaces part the fields)",
            )


def _fault(file: File, form: Form, record: int, two: tuple[str, str], time: str) -> InputError:
    """Return the error for a record: for its length, its people or its time."""
    number, fields = next(itertools.islice(_records(file, form), record, None))
    message = _too_short(form, fields) or time
    if not _too_short(form, fields):
        negative = next((person for person in two if _NEGATIVE.fullmatch(person)), None)
        if any(person.lower() in _MISSING for person in two):
            one, other = two
            message = (
                f"a person is missing: the two are {one!r:.40} and {other!r:.40}; "
                "a contact needs two people"
            )
        elif negative is not None:
            message = (
                f"the person {negative!r:.40} is negative, which in logs of Bluetooth devices is "
                "no person: -1 is nobody, -2 a stranger's device; "
                "leave such lines out by meeting.skip_negative = true, or write another id"
            )
    return file.wrong(number, message)


def _times(
    texts: list[str], dates: bool
) -> tuple[Integers, Integers, NDArray[np.int8], dict[int, str]]:
    """Return times in microseconds, in UTC and in local time, their kinds, and what is wrong."""
    instant, clock = np.zeros((2, len(texts)), np.int64)
    kind = np.zeros(len(texts), np.int8)
    faults: dict[int, str] = {}
    seconds = None if dates else _seconds(texts)
    if seconds is not None:
        return seconds, seconds, kind, faults
    for place, text in enumerate(texts):
        try:
            if dates and _COMPACT.fullmatch(text):
                day = f"{text[:4]}-{text[4:6]}-{text[6:8]}"
                raise ValueError(f"is a date without dashes; write {day}")
            instant[place], clock[place], kind[place] = _time(text)
        except ValueError as error:
            faults[place] = str(error)
    return instant, clock, kind, faults


def _seconds(texts: list[str]) -> Integers | None:
    """Return times in seconds as microseconds; None if one of them is not in seconds."""
    try:
        values = np.array([*map(float, texts)])
    except ValueError:
        return None
    joined = "".join(texts)
    if not joined.isascii() or "_" in joined or not (np.abs(values) <= LATEST).all():
        return None
    return np.rint(values * 1e6).astype(np.int64)


def _time(text: str) -> tuple[int, int, int]:
    """Return a time in microseconds, in UTC and in local time, and its kind.

    The kind is 0 for seconds, 1 for a date without a time zone, 2 for one with a time zone.
    """
    if is_number(text):
        if not abs(float(text)) <= LATEST:
            raise ValueError(f"is not a number of seconds between -{LATEST:.0e} and {LATEST:.0e}")
        instant = round(float(text) * 1e6)
        return instant, instant, 0
    try:
        if not _ISO.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "is neither seconds nor ISO 8601; "
            "give a number of seconds or, in a table, 2024-05-06T09:30:00"
        ) from None
    offset = (moment.utcoffset() or timedelta()) // timedelta(microseconds=1)
    clock = (moment.replace(tzinfo=None) - _EPOCH) // timedelta(microseconds=1)
    return clock - offset, clock, 1 if moment.tzinfo is None else 2


def _check_order(file: File, form: Form, rows: Rows) -> None:
    """Raise an ``InputError`` if columns without names may not be in the order t i j."""
    right = f"without a header, name the columns, as {EXAMPLE} or 'u v t'"
    back = rows.instant[1:] < rows.instant[:-1]
    if back.any():
        line = line_of(file, form, int(rows.record[int(back.argmax()) + 1]))
        raise file.wrong(line, f"the first column is not in order, so perhaps it is not t; {right}")
    if not all(map(is_number, rows.labels)):
        return
    value = np.array([*map(float, rows.labels)])
    first, third = value[rows.first], value[rows.second]
    larger = third[third > max(rows.instant.max() / 1e6, first.max())]
    if (
        len(larger) > 0.9 * len(third)
        and third.min() < third.max()
        and (rows.instant != first * 1e6).all()
    ):
        raise InputError(
            f"{file.path}: the third column has larger numbers than the first two, so it may be t; "
            f"{right}"
        )
