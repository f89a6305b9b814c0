"""Reading logs of real contacts: the forms, the merging, the real logs, and the errors."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.society import contact_file
from sim.society.contact_log import read_contacts
from tests.contact_logs import encounters, wrote

DATA = Path(__file__).parents[2] / "shared" / "data"
SFHH, OFFICE = DATA / "SFHH_tij.dat.gz", DATA / "workplace_InVS15_tij.dat.gz"


def naive(
    rows: list[tuple[float, float, object, object]], gap: float
) -> list[tuple[int, object, object]]:
    """Merge (time, local time, one, other) by a loop over each pair, as day, smaller, larger."""
    times = defaultdict(list)
    for at, clock, one, other in rows:
        times[min(one, other), max(one, other)].append((at, clock))
    starts = []
    for pair, its in times.items():
        last = None
        for at, clock in sorted(its):
            if last is None or at - last > gap:
                starts.append((int(clock // 86400), at, *pair))
            last = at
    zero = min(int(row[1] // 86400) for row in rows)
    return [(day - zero, one, other) for day, _, one, other in sorted(starts)]


# Against the naive merger

numbered = st.integers(0, 12)
named = st.sampled_from(["ann", "Bo", "10", "9", "007", "7", "é", "x y", 'q"t'])
moment = st.integers(-3 * 86_400, 6 * 86_400) | st.integers(86_300, 86_500) | st.integers(0, 200)
gaps = st.sampled_from([0, 19.5, 20, 21, 300])


def pairs(person: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(person, person).filter(lambda two: two[0] != two[1])


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(moment, pairs(numbered)), min_size=1, max_size=40),
    gap=gaps,
    space=st.sampled_from(" \t"),
)
@example(rows=[(20, (1, 2)), (40, (2, 1)), (61, (1, 2))], gap=20, space=" ")
def test_lines_merge_as_a_loop_would(tmp_path_factory, rows, gap, space):
    text = "".join(space.join(map(str, (at, *two, "1B"))) + "\n" for at, two in rows)
    log = read_contacts(wrote(tmp_path_factory.mktemp("log"), text), gap, columns="t i j")
    assert encounters(log) == naive([(at, at, *two) for at, two in rows], gap)
    assert log.people == sorted({person for _, two in rows for person in two})
    assert log.ego.dtype == log.alter.dtype == np.int32
    assert log.day_start.dtype == np.int64


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(moment, pairs(named), st.sampled_from([-5, 0, 2, 5.5])), min_size=1, max_size=30
    ),
    gap=gaps,
    kind=st.sampled_from(["seconds", "naive", "zoned"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_tables_merge_as_a_loop_would(tmp_path_factory, rows, gap, kind, delimiter):
    """Test text ids, both orders of columns, dates with and without time zones."""
    written, expected = [], []
    for at, two, hours in rows:
        zone = timezone(timedelta(hours=hours))
        instant = datetime(2024, 3, 30, tzinfo=UTC) + timedelta(seconds=at)
        local = instant.astimezone(zone)
        text = {
            "seconds": f"{at}",
            "naive": f"{instant:%Y-%m-%d %H:%M:%S}",
            "zoned": local.isoformat(),
        }[kind]
        clock = {"seconds": at, "naive": at, "zoned": at + hours * 3600}[kind]
        one, other = (f'"{person.replace(chr(34), chr(34) * 2)}"' for person in two)
        written.append(delimiter.join([one, "note", text, other]))
        expected.append((at, clock, *two))
    if all(person.isdigit() for row in expected for person in row[2:]):
        expected = [(at, clock, int(one), int(other)) for at, clock, one, other in expected]
    path = wrote(
        tmp_path_factory.mktemp("log"),
        "\n".join([delimiter.join(["Person 1", "place", "Time", "Person_2"]), *written]),
    )
    ids = {person for _, two, _ in rows for person in two}
    if {"7", "007"} <= ids and all(map(str.isdigit, ids)):
        with pytest.raises(InputError, match=r"is written '0*7' before"):
            read_contacts(path, gap)
        return
    assert encounters(read_contacts(path, gap)) == naive(expected, gap)


# The real logs


def _needs(log: Path) -> None:
    if not log.exists():
        pytest.skip(f"{log.name} is not in {log.parent}")


@pytest.mark.parametrize(
    ("log", "people", "days", "shares"),
    [(SFHH, 403, 2, (0.66, 0.25, 0.085)), (OFFICE, 217, 12, (0.40, 0.28, 0.32))],
    ids=["SFHH", "office"],
)
def test_real_logs(log, people, days, shares):
    """Test people, days, and the shares of pairs that met once, 2 to 4 times and more often.

    The shares need the gap of 20 s.
    """
    _needs(log)

    def met(gap):
        read = read_contacts(log, gap)
        assert (len(read.people), read.days) == (people, days)
        _, times = np.unique(read.ego.astype(np.int64) * people + read.alter, return_counts=True)
        return np.array(
            [np.mean(times == 1), np.mean((times > 1) & (times < 5)), np.mean(times >= 5)]
        )

    assert met(20) == pytest.approx(np.array(shares), abs=0.005)
    for gap in (0, 40):
        assert abs(met(gap) - shares).max() > 0.015


@pytest.mark.parametrize("log", [SFHH, OFFICE], ids=["SFHH", "office"])
def test_each_text_of_a_real_log_is_examined_once(log, monkeypatch):
    """There are fewer times than lines, so a log is read in a fraction of a second."""
    _needs(log)
    seen = []
    examine = contact_file._seconds
    monkeypatch.setattr(
        contact_file, "_seconds", lambda texts: seen.append(texts) or examine(texts)
    )
    monkeypatch.setattr(contact_file, "_time", lambda text: pytest.fail(f"{text}, one by one"))
    read_contacts(log, 20)
    (texts,) = seen
    assert len(texts) == len(set(texts))


# Forms


def test_fractions_of_a_second_are_exact(tmp_path):
    """In binary, 192.3 - 128.2 is not 64.1, and 64.1 * 1e6 is a little less than 64,100,000."""
    log = wrote(tmp_path, "".join(f"{n / 10} 1 2\n" for n in range(0, 100_000, 641)))
    assert len(read_contacts(log, 64.1).ego) == 1
    assert len(read_contacts(log, 64.099999).ego) == 157


def test_days_of_a_log(tmp_path):
    log = read_contacts(wrote(tmp_path, "86399 1 2\n86400 1 2\n86400 2 3\n345600 1 2\n"), 20)
    assert log.days == 5
    assert log.day_start.tolist() == [0, 1, 2, 2, 2, 3]
    assert encounters(log) == [(0, 1, 2), (1, 2, 3), (4, 1, 2)]


def test_the_day_is_that_of_the_place(tmp_path):
    """Test half past midnight in Paris, which is the evening before in UTC, and a clock change."""
    times = ("2024-10-27T00:30:00+02:00", "2024-10-27T23:30:00+01:00", "2024-10-28T00:30:00+01:00")
    log = read_contacts(wrote(tmp_path, "time,a,b\n" + "".join(f"{at},x,y\n" for at in times)), 20)
    assert log.day_start.tolist() == [0, 2, 3]


# Errors
