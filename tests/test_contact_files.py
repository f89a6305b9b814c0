"""The file of a contact log: its forms, its columns, packed files, and errors."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

import sim
from sim import archives as unpacked
from sim.errors import InputError
from sim.society.contact_log import read_contacts
from tests.contact_logs import encounters, wrote


@pytest.mark.parametrize(
    "text",
    [
        "20 7 3\n40 3 7\n",
        "  20   7\t3  \n\n40 3 7",
        "# from a sensor\n# t i j\n20 7 3\n40 3 7\n",
        "# i j t\n7 3 20\n3 7 40\n",
        "20 7 3\r\n40 3 7\r\n",
        "20 7 3\r  \r40 3 7\r\n",
        "PK,t,i,j\n1,20,7,3\n2,40,3,7\n",
        't,i,j\n""\n20,7,3\n40,3,7\n',
        "\ufeff20 7 3\n40 3 7\n",
        "20.0 7 3\n4e1 3 7\n",
        "t,i,j\n20,7,3\n40,3,7\n",
        "# timestamp,user_a,user_b,rssi\n20,7,3,-80\n40,3,7,-75\n",
        "place;Start Time;id1;id2\nbar;20;007;3\nbar;40;3;007.0\n",
        "place;Start Time;id1;id2\nbar;20;7;3\nbar;40;3;7.0\n",
        "t,i,j\n20,7,3,\n40,3,7,\n",
        "time source target\n20 7 3\n40 3 7\n",
        "from,to,datetime\n7,3,1970-01-01T00:00:20Z\n3,7,1970-01-01T01:00:40+01:00\n",
        "from,to,datetime\n7,3,1970-01-01 00:00:20\n3,7,1970-01-01 00:00:40.000000999\n",
        "t, i, j\n20, 7, 3\n40, 3, 7\n",
    ],
)
def test_forms(tmp_path, text):
    log = read_contacts(wrote(tmp_path, text), 20)
    assert log.people == [3, 7]
    assert encounters(log) == [(0, 3, 7)]
    assert encounters(read_contacts(wrote(tmp_path, text), 19.9)) == [(0, 3, 7)] * 2


def test_ids_are_ordered_as_numbers_or_as_text(tmp_path):
    assert read_contacts(wrote(tmp_path, "20 10 9\n"), 20).people == [9, 10]
    assert read_contacts(wrote(tmp_path, "20 10 9\n20 9 a\n"), 20).people == ["10", "9", "a"]
    assert read_contacts(wrote(tmp_path, "20 010 9\n20 9 a\n20 10 010\n"), 20).people == [
        "010",
        "10",
        "9",
        "a",
    ]


def test_large_numbers_and_quoted_text_are_people(tmp_path):
    large = 99_999_999_999_999_999_999
    assert read_contacts(wrote(tmp_path, f"20 {large} 9\n"), 20).people == [9, large]
    assert read_contacts(wrote(tmp_path, f"20 {2**53}.0 {2**53 + 1}.0\n"), 20).people == [
        2**53,
        2**53 + 1,
    ]
    assert read_contacts(wrote(tmp_path, 't, i, j\n20, "Booth, S.", "a ""b"""\n'), 20).people == [
        "Booth, S.",
        'a "b"',
    ]
    assert read_contacts(wrote(tmp_path, '20 a"b "c"\n'), 20).people == ['"c"', 'a"b']


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        ("20,1E2,2E1\n40,1E2,3E3\n", ["1E2", "2E1", "3E3"]),
        ("20,1E2,5\n40,10E1,6\n", ["10E1", "1E2", "5", "6"]),
        ("20,true,1\n40,True,0\n", ["0", "1", "True", "true"]),
        ("20,0x10,16\n", ["0x10", "16"]),
        ("20,+10,+9\n", ["+10", "+9"]),
        ("20,1_0,10\n", ["10", "1_0"]),
        ("20,1.5,3/2\n", ["1.5", "3/2"]),
        ("20,١,1\n", ["1", "١"]),
        (f"20,{'9' * 5000},1\n", ["1", "9" * 5000]),
    ],
)
@pytest.mark.parametrize("more", ["", "80,A1,1\n"], ids=["", "and A1"])
def test_an_id_is_a_number_only_if_written_as_digits(tmp_path, rows, people, more):
    log = read_contacts(wrote(tmp_path, f"t,i,j\n{rows}{more}"), 20)
    assert set(log.people) == {*people, *(["A1", "1"] if more else [])}
    if not more:
        assert log.people == people


# Which columns


BLUETOOTH = "# timestamp,user_a,user_b,rssi\n0,-1,7,0\n20,7,3,-80\n20,3,-2.0,-75\n40,3,7,-75\n"


@pytest.mark.compiled
def test_negative_ids_are_refused_or_left_out(tmp_path):
    path = wrote(tmp_path, BLUETOOTH)
    with pytest.raises(InputError, match=r"line 2: the person '-1' .*meeting.skip_negative = true"):
        read_contacts(path, 20)
    assert encounters(read_contacts(path, 20, skip_negative=True)) == [(0, 3, 7)]
    meeting = {"contacts": path, "skip_negative": True}
    assert sim.NetworkModel(sim.Scenario(meeting=meeting)).scenario.members == 2
    with pytest.raises(InputError, match="no contacts in it, all are left out"):
        read_contacts(wrote(tmp_path, "t,i,j\n20,-1,3\n"), 20, skip_negative=True)
    with pytest.raises(InputError, match="line 4: 3 is in contact with itself"):
        read_contacts(wrote(tmp_path, "t,i,j\n1,-1,3\n2,3,4\n3,3,3\n"), 20, skip_negative=True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1 2 1082040961\n3 4 1082155839\n2 5 1082414391\n", "line 3: the first column is not in"),
        ("1 2 1082040961\n3 4 1082155839\n5 2 1082414391\n", "the third column has larger"),
        ("1 2 20\n1 3 40\n2 3 60\n", "the third column has larger"),
        ("day,time,i,j\n1,20,7,3\n", "line 1: several columns may be the time .*day, time, i, j"),
        ("date;t;i;j\n2024-05-06;20;7;3\n", "several columns"),
        ("start\tcontact_time\ti\tj\n1\t20\t7\t3\n", "several columns"),
        ("t,i,j,source,target\n20,7,3,1,2\n", "several columns"),
        ("t,i,j,t\n20,7,3,1\n", "several columns"),
        ("# hour minute i j\n# t day i j\n20 1 7 3\n", "line 2: several columns"),
    ],
)
def test_columns_are_not_guessed(tmp_path, text, complaint):
    with pytest.raises(InputError, match=rf"{complaint}.*meeting\.columns = \"t i j\""):
        read_contacts(wrote(tmp_path, text), 20)


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("7 3 20\n3 7 40\n", "u v t"),
        ("3 7 40\n7 3 20\n", "u,v,t"),
        ("7,3,20\n3,7,40\n", "u v t"),
        ("7\t3\t1\t20\n3\t7\t1\t40\n", "i j weight t"),
        ("40 3 7\n20 7 3\n", "t i j"),
        ("day,time,i,j\n1,20,7,3\n1,40,3,7\n", "time i j"),
        ("Zeit;Wer;Mit Wem\n20;7;3\n40;3;7\n", "zeit wer mit_wem"),
        ("# t day i j\n20 1 7 3\n40 1 3 7\n", "t i j"),
    ],
)
def test_columns_can_be_named(tmp_path, text, columns):
    path = wrote(tmp_path, text)
    assert encounters(read_contacts(path, 20, columns=columns)) == [(0, 3, 7)]
    meeting = {"contacts": path, "columns": columns}
    assert sim.NetworkModel(sim.Scenario(meeting=meeting)).engine.log.people == [3, 7]


@pytest.mark.parametrize("columns", ["", "t i", "t time i", "t i i", "a b c d", "t u v i j"])
def test_names_of_columns_that_are_not_clear(tmp_path, columns):
    with pytest.raises(
        InputError, match=r"^columns: not clear which are the time and two people \(got"
    ):
        read_contacts(wrote(tmp_path, "20 1 2\n"), 20, columns=columns)


@pytest.mark.parametrize("text", ["t,i,k\n20,1,2\n", "20,1\n"])
def test_columns_that_are_not_there(tmp_path, text):
    with pytest.raises(InputError, match=r"line 1: .* is neither a header with t, i, j nor"):
        read_contacts(wrote(tmp_path, text), 20, columns="t i j")


# Packed


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


LINES = b"20 7 3\n40 3 7\n"
PACKED = {
    "gz": gzip.compress(LINES),
    "bz2": bz2.compress(LINES),
    "xz": lzma.compress(LINES),
    "zip": zipped(**{"data/": b"", "data/log.dat": LINES, "__MACOSX/._log.dat": b"x"}),
}


@pytest.mark.parametrize("name", ["log.{}", "log.dat", "LOG.{}"])
@pytest.mark.parametrize("kind", PACKED)
def test_packed_logs_are_read(tmp_path, name, kind):
    log = wrote(tmp_path, PACKED[kind], name.format(kind))
    assert encounters(read_contacts(log, 20)) == [(0, 3, 7)]


@pytest.mark.parametrize("kind", PACKED)
def test_packed_logs_that_are_cut_off(tmp_path, kind):
    for length in range(8, len(PACKED[kind]), 7):
        with pytest.raises(InputError, match=r"log: (damaged|is or holds|not)") as caught:
            read_contacts(wrote(tmp_path, PACKED[kind][:length], "log"), 20)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (zipped(a=LINES, b=LINES), r"a zip of 2 files \(a, b\); must be one file, a log"),
        (zipped(), r"a zip of 0 files"),
        (zipped(a=gzip.compress(LINES)), "is or holds gzip"),
        (b"\x28\xb5\x2f\xfd" + LINES, "is or holds zstd"),
        (
            gzip.compress(b"log.dat".ljust(257, b"\0") + b"ustar\0" + LINES),
            "is or holds a tar archive",
        ),
        (b"PAR1" + LINES, "is or holds Parquet"),
    ],
    ids=["two files", "no file", "gzip in zip", "zstd", "tar", "parquet"],
)
def test_other_files_are_named(tmp_path, content, complaint):
    with pytest.raises(InputError, match=f"log: {complaint}"):
        read_contacts(wrote(tmp_path, content, "log"), 20)


@pytest.mark.parametrize("kind", [*PACKED, "dat"])
def test_a_log_that_is_too_large_is_not_unpacked(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(unpacked, "MOST", 2**20)
    many = LINES * 2**17
    content = {
        "gz": gzip.compress,
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zip": lambda data: zipped(log=data),
        "dat": bytes,
    }[kind](many)
    with pytest.raises(InputError, match="too large; must be 1 MiB or less, unpacked"):
        read_contacts(wrote(tmp_path, content, f"log.{kind}"), 20)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "log.csv: no contacts in it; give lines 't i j' or a table with a header"),
        ("\n\n", "log.csv: no contacts in it; give"),
        ("# nothing\n", "log.csv: no contacts in it; give"),
        ("t,i,j\n", "log.csv: no contacts in it, only a header; give at least one"),
        (
            "20 1 2\n40 1\n",
            "log.csv, line 2: too few fields (got 2); must be 3 or more, with a time and two"
            " people",
        ),
        ("t,i,j\n20,1,2\n\n40,1\n", "log.csv, line 4: too few fields (got 2)"),
        (
            "i,j\n1,2\n",
            "log.csv, line 1: 'i,j' is neither a contact 't i j', with t in seconds, "
            "nor a header with a time column (t, ",
        ),
        ("20,1,2\n", "log.csv, line 1: '20,1,2' is neither"),
        ("x 1 2\n", "log.csv, line 1: 'x 1 2' is neither"),
        (
            "t,i,j\n20,1,2\nx,1,2\n",
            "log.csv, line 3: time 'x' is neither seconds nor ISO 8601; "
            "give a number of seconds or, in",
        ),
        ("t,i,j\n20,1,2\n1_0,1,2\n", "log.csv, line 3: time '1_0' is neither"),
        ("t,i,j\n,1,2\n", "log.csv, line 2: time '' is neither"),
        ("t,i,j\n2024-13-01T00:00,1,2\n", "log.csv, line 2: time '2024-13-01T00:00' is neither"),
        (
            "20 1 2\nnan 1 2\n",
            "log.csv, line 2: time 'nan' is not a number of seconds between -1e+11 and 1e+11",
        ),
        ("20 1 2\ninf 1 2\n", "log.csv, line 2: time 'inf' is not a number of seconds"),
        ("1600000000000 1 2\n", "log.csv, line 1: time '1600000000000' is not a number of seconds"),
        (
            "t i j\n20 1 2\n1600000000 1 2\n40 1 2\n",
            "log.csv, line 3: this time is far from the others: "
            "with it the log would last 18519 days",
        ),
        (
            "t,i,j\n20,1,2\n40,1,\n",
            "log.csv, line 3: a person is missing: the two are '1' and ''; "
            "a contact needs two people",
        ),
        (
            "t,i,j\n20,1,2\n40,1,\n60,3,4",
            "log.csv, line 3: a person is missing: the two are '1' and ''",
        ),
        ("t,i,j\n20,ann,na\n", "log.csv, line 2: a person is missing: the two are 'ann' and 'na'"),
        ("t,i,j\n20,NaN,2\n", "log.csv, line 2: a person is missing: the two are 'NaN' and '2'"),
        ("t,i,j\n20, null,2\n", "log.csv, line 2: a person is missing: the two are 'null' and '2'"),
        (
            "20 1 2\n\n40 3 3\n",
            "log.csv, line 3: 3 is in contact with itself; a contact is between two people",
        ),
        (
            "20 1 2\n40 3 03\n",
            "log.csv, line 2: the person '03' is written '3' before; "
            "write one person in one way, or two with a letter",
        ),
        (
            "20 1 02\n\n40 3 4\n60 3 2\n80 5 6\n",
            "log.csv, line 4: the person '2' is written '02' before",
        ),
        ("t,i,j\n20,1,2\n40,3,+1\n", "log.csv, line 3: the person '+1' is written '1' before"),
        (
            "time,i,j\n2024-05-06 09:30,01,2\n2024-05-06 09:31,1.0,3\n",
            "log.csv, line 3: the person '1.0' is written '01' before",
        ),
        (
            "t,i,j\n20,1,2\n2024-05-06,1,2\n",
            "log.csv, line 3: time '2024-05-06' is of another kind than those",
        ),
        (
            "date,i,j\n20240506,1,2\n",
            "log.csv, line 2: time '20240506' is a date without dashes; write 2024-05-06",
        ),
        (
            "Date Time,i,j\n20,1,2\n20240506.0,1,2\n",
            "log.csv, line 3: time '20240506.0' is a date without dashes; write 2024-05-06",
        ),
        (
            "t,i,j\n2024-05-06T09:30Z,1,2\n2024-05-06T09:30,1,2\n",
            "log.csv, line 3: time '2024-05-06T09:30' is of another kind",
        ),
        (
            b"20 1 2\n40 caf\xe9 2\n",
            "log.csv, line 2: byte 0xe9 is not UTF-8; save the file as UTF-8",
        ),
        ("20 1 2\n".encode("utf-16"), "log.csv, line 1: byte 0xff is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "log.csv, line 1: byte 0x89 is not UTF-8"),
        (b"\x1f\x8b\x08\x00 nothing packed here", "log.csv: damaged gzip ("),
        (gzip.compress(b"20 1 2\n" * 99, mtime=0)[:-12], "log.csv: damaged gzip ("),
        (
            "t,i,j\n20,1,2\n20,1," + "x" * 200_000 + "\nx,1,2",
            "log.csv, line 3: not a table: field larger than field limit",
        ),
    ],
)
def test_lines_that_make_no_sense_are_named(tmp_path, text, complaint):
    path = wrote(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_contacts(path, 20)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/{complaint}")


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(
        InputError,
        match=r"absent\.csv: can't be read \(No such file or directory\); "
        r"must be a log of contacts$",
    ):
        read_contacts(tmp_path / "absent.csv", 20)
    with pytest.raises(InputError, match="Is a directory"):
        read_contacts(tmp_path, 20)
    with pytest.raises(
        InputError,
        match=r"log\.gz: not gzip, though its name ends in \.gz; pack it or drop the ending$",
    ):
        read_contacts(wrote(tmp_path, "20 1 2\n", "log.gz"), 20)


@pytest.mark.parametrize("gap", [-1, float("nan")])
def test_a_gap_that_makes_no_sense(tmp_path, gap):
    with pytest.raises(
        InputError,
        match=rf"^gap_seconds: no length of time \(got {gap}\); "
        r"must be a number of seconds, 0 or more$",
    ):
        read_contacts(wrote(tmp_path, "20 1 2\n"), gap)


def test_the_first_bad_line_of_many_is_found(tmp_path):
    lines = [f"{20 * n} {n % 50} {n % 50 + 1}" for n in range(50_000)]
    lines[33_333] += f"\n{20 * 33_333} 5 5"
    lines[44_444] = "early 1 2"
    with pytest.raises(InputError, match="line 44446: time 'early'"):
        read_contacts(wrote(tmp_path, "\n".join(lines)), 20)
    lines[44_444] = lines[44_443]
    with pytest.raises(InputError, match="line 33335: 5 is in contact with itself"):
        read_contacts(wrote(tmp_path, "\n".join(lines)), 20)


@pytest.mark.parametrize(
    "text",
    [
        "t,i,j\n20,1,2\n40,5,1,2\n",
        "t;i;j\n20;1;2;3\n",
        't,i,j\n"20",1,2\n"40",5,1,2\n',
        "time i j\n20 1 2\n2024-05-06 09:30 1 2\n",
    ],
)
def test_a_row_with_more_fields_than_the_header_is_refused(tmp_path, text):
    with pytest.raises(InputError, match=r"line \d: 4 fields, the header has 3; must"):
        read_contacts(wrote(tmp_path, text), 20)
    assert read_contacts(wrote(tmp_path, "t,i,j\n20,1,2,\n40,1,2,\n"), 20).people == [1, 2]


@pytest.mark.parametrize("minus", ["-", "\N{MINUS SIGN}", "\N{EN DASH}"])
def test_a_minus_is_one_however_it_is_printed(tmp_path, minus):
    with pytest.raises(InputError, match="is negative"):
        read_contacts(wrote(tmp_path, f"t,i,j\n20,{minus}1,3\n"), 20)
