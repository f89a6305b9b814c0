"""Damage to the folder of a study: it is an error in one line, and no number is ever wrong.

A disk that refuses to read or write is another error, as the files on it may be intact.
"""

import contextlib
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.studies.store import RunStore
from tests.study.small import SMALL, Drawn, table_bytes

LIMITS = sim.Study(SMALL, {"platform.limit": [1, 3, None]}, replications=3, keep=Drawn())
FLIPS = 150


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> sim.StudyTable:
    return LIMITS.run(tmp_path_factory.mktemp("finished"), jobs=1)


@pytest.fixture
def folder(finished, tmp_path) -> Path:
    return shutil.copytree(finished.path.parent, tmp_path / "copy")


@contextlib.contextmanager
def flipped(path: Path, draw: random.Random) -> Iterator[None]:
    """Flip a bit of a file in the block, and restore the file after it."""
    good = path.read_bytes()
    bad = bytearray(good)
    bad[draw.randrange(len(bad))] ^= 1 << draw.randrange(8)
    path.write_bytes(bad)
    yield
    path.write_bytes(good)


def said_of(folder: Path) -> str:
    """Run the study again, and return its error; an empty text if there is none."""
    try:
        LIMITS.run(folder, jobs=1)
    except sim.InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "flips"),
    [("runs.sqlite", FLIPS), ("table.parquet", 20), ("table.parquet.sha256", 20)],
)
def test_a_flipped_bit_never_changes_a_number(finished, folder, name, flips):
    draw, lines = random.Random(1), []
    for _ in range(flips):
        with flipped(folder / name, draw):
            lines.append(said_of(folder))
            assert lines[-1] or table_bytes(folder) == finished.path.read_bytes()
        shutil.copytree(finished.path.parent, folder, dirs_exist_ok=True)
    refused = sum(map(bool, lines))
    assert refused > flips / 4 if name == "runs.sqlite" else not refused  # it is written anew
    assert all("\n" not in line for line in lines)


def test_readers_refuse_a_table_with_a_flipped_bit(finished, folder):
    table, draw, wrong = LIMITS.run(folder, jobs=1), random.Random(1), 0
    expected = finished.to_pandas()
    for _ in range(FLIPS):
        with flipped(table.path, draw):
            for read in (table.to_pandas, table.failed, lambda: table.compare(0, 1)):
                with pytest.raises(sim.InputError, match="not what this study has written"):
                    read()
            with contextlib.suppress(Exception):  # pandas alone refuses, in words of its own
                found = pd.read_parquet(table.path)
                wrong += list(found) == list(expected) and not found.equals(expected)
    assert wrong < FLIPS / 20  # in what says of which type a column is; half with zstd


def test_a_damaged_run_is_named_and_can_be_done_again(finished, folder):
    with contextlib.closing(sqlite3.connect(folder / "runs.sqlite")) as file:
        file.execute("UPDATE runs SET seed = '9' WHERE point = 1 AND replication = 2")
        file.commit()
    with pytest.raises(sim.InputError, match=r"\(replication 2 of point 1 is not what was written"):
        LIMITS.run(folder, jobs=1)
    assert LIMITS.run(folder, jobs=1, retry_failed=True)
    assert table_bytes(folder) == finished.path.read_bytes()
    LIMITS.run(folder, jobs=1)


def after(number: int, do, monkeypatch) -> None:
    """Call a function when a number of runs has been stored."""
    add, left = RunStore.add, [number]

    def counted(store: RunStore, *run) -> None:
        add(store, *run)
        left[0] -= 1
        if not left[0]:
            do(store)

    monkeypatch.setattr(RunStore, "add", counted)


@pytest.mark.parametrize("number", [4, 9])
def test_a_folder_removed_during_a_study_is_not_made_again(finished, tmp_path, monkeypatch, number):
    folder, moved = tmp_path / "study", tmp_path / "moved"
    for go in (lambda _: folder.rename(moved), lambda _: shutil.rmtree(folder)):
        with monkeypatch.context() as during:
            after(number, go, during)
            with pytest.raises(sim.InputError, match=r"was moved or removed while .* put it back"):
                LIMITS.run(folder, jobs=1)
        assert not folder.exists()
        if moved.exists():
            moved.rename(folder)
            assert Path(LIMITS.run(folder, jobs=1).path).read_bytes() == finished.path.read_bytes()
            shutil.rmtree(folder)


def test_a_table_has_each_replication_of_each_point(tmp_path, monkeypatch):
    after(9, lambda store: store._db.execute("DELETE FROM runs WHERE point = 2"), monkeypatch)
    with pytest.raises(sim.InputError, match="a replication of point 2 is gone; must"):
        LIMITS.run(tmp_path, jobs=1)
    assert not (tmp_path / "table.parquet").exists()


# What may be good


@contextlib.contextmanager
def nobody() -> Iterator[Path]:
    """Yield a folder, as a user for whom permissions count, unlike root."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        if os.geteuid():
            yield Path(folder)
            return
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)


@pytest.mark.parametrize(("name", "mode"), [(".", 0), (".", 0o500), ("runs.sqlite", 0)])
def test_a_file_without_permission_to_read_is_not_called_damaged(name, mode):
    with nobody() as folder:
        study = folder / "study"
        LIMITS.run(study, jobs=1)
        (study / name).chmod(mode)
        with pytest.raises(sim.InputError, match=r"can't be written \(Permission denied\)") as said:
            LIMITS.run(study, jobs=1)
        assert "damaged" not in str(said.value)
        (study / name).chmod(0o700)
        table = LIMITS.run(study, jobs=1)
        table.path.chmod(0)
        with pytest.raises(sim.InputError, match=r"can't be read \(Permission denied\)"):
            table.to_pandas()


def test_a_contact_log_without_permission_to_read_is_not_another_study():
    with nobody() as folder:
        log = folder / "log.csv"
        log.write_text("t,i,j\n1,a,b\n")
        scenario = sim.Scenario(days=3, meeting={"contacts": str(log)})
        log.chmod(0)
        with pytest.raises(sim.InputError, match=r"log.csv: can't be read \(Permission denied\)"):
            sim.Study(scenario, {"platform.limit": [1]}).run(folder / "out", jobs=1)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("SQLITE_IOERR_READ", r"can't be written \(disk I/O error\); must be"),
        ("SQLITE_IOERR_LOCK", r"can't be written \(its disk has no locks: disk I/O error\); must"),
        ("SQLITE_FULL", r"can't be written \(disk I/O error\); must be"),
        ("SQLITE_BUSY", r"another process works on it \(or its disk has no locks\); must be"),
        ("SQLITE_CORRUPT", r"runs\.sqlite: damaged \(disk I/O error\); must be as"),
    ],
)
def test_a_broken_disk_is_not_called_damage(tmp_path, name, line):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    with contextlib.closing(RunStore(tmp_path, {})) as store:
        (tmp_path / "lock").unlink()
        with pytest.raises(sim.InputError, match=line), store._sqlite_errors():
            raise error
