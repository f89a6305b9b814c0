"""The folder of a study: no finished run is lost, and no other study can use it."""

import contextlib
import errno
import importlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap

import pytest

import sim
from sim import files
from sim.studies import study
from sim.studies.store import RunStore
from tests.study.small import GRID, HOUSE, SMALL, fails_at_seven, small, table_bytes

# Being stopped

STOPS = """
    import sys, time
    from sim.studies.store import RunStore
    from tests.study.small import small

    def add(store, done, add=RunStore.add):
        add(store, done)
        if store.count() == 5:
            print("stored", flush=True)
            time.sleep(600)

    if __name__ == "__main__":
        RunStore.add = add
        small().run(sys.argv[1], jobs=1)
"""


def test_a_killed_study_has_its_folder_for_itself_and_can_be_started_again(whole, tmp_path, ran):
    folder = tmp_path / "killed"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(STOPS), folder],
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout.readline() == b"stored\n"
        with pytest.raises(
            sim.InputError, match=f"another process works on it \\(process {running.pid} on "
        ):
            small().run(folder, jobs=1)
        running.kill()
    small().run(folder, jobs=1)  # the lock went with its process
    assert len(ran) == 18 - 5
    assert table_bytes(folder) == whole.path.read_bytes()


def test_ctrl_c_tells_what_is_kept(tmp_path, monkeypatch):
    def add(store: RunStore, done, add=RunStore.add) -> None:
        add(store, done)
        if store.count() == 5:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(RunStore, "add", add)
    line = f"interrupted; 5 finished runs are kept in {tmp_path}, and the same again goes on from"
    with pytest.raises(KeyboardInterrupt, match=f"^{line} there$"):
        small().run(tmp_path, jobs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["runs.sqlite"]


def test_leftovers_of_a_killed_process_are_removed(whole, tmp_path, ran):
    folder = shutil.copytree(whole.path.parent, tmp_path / "copy")
    for name in (".0a.table.parquet", ".0b.table.parquet.sha256"):
        (folder / name).write_bytes(b"half")
    (folder / "runs (1).sqlite").write_bytes(b"of a sync program")
    assert small().run(folder, jobs=1).path.read_bytes() == whole.path.read_bytes()
    assert ran == []
    assert sorted(path.name for path in folder.iterdir()) == [
        "runs (1).sqlite",
        "runs.sqlite",
        "table.parquet",
        "table.parquet.sha256",
    ]


def test_a_full_disk_is_one_line_and_keeps_finished_runs(whole, tmp_path, monkeypatch, ran):
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def filled(store: RunStore, done) -> None:
        if len(ran) == 8:
            store._db.execute("PRAGMA max_page_count = 1")  # never below what is there
            done = [(job, record._replace(content=bytes(9999))) for job, record in done]
        add(store, done)

    add = RunStore.add
    with monkeypatch.context() as during:
        during.setattr(RunStore, "add", filled)
        with pytest.raises(
            sim.InputError,
            match=r"can't be written \(database or disk is full\); .*; 7 finished runs are kept in",
        ):
            small().run(tmp_path, jobs=1)
    del ran[:]
    with monkeypatch.context() as during:
        during.setattr(files.os, "fsync", full)
        with pytest.raises(sim.InputError, match=r"can't be written \(No space left on device\)"):
            small().run(tmp_path, jobs=1)
    assert len(ran) == 18 - 7
    assert [path.name for path in tmp_path.iterdir()] == ["runs.sqlite"]
    small().run(tmp_path, jobs=1)
    assert len(ran) == 18 - 7
    assert table_bytes(tmp_path) == whole.path.read_bytes()


# Whose folder


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (lambda: small(days=13), r"scenario\.days is 12 there and 13 here"),
        (
            lambda: sim.Study(SMALL, GRID | {"platform.limit": [1, 3]}),
            r"values\.platform\.limit is \[1, 3, null\] there and \[1, 3\] here",
        ),
        (
            lambda: sim.Study(SMALL, {"platform.limit": [1, 3, None]}),
            r"varied is .* there and \[\"platform\.limit\"\] here",
        ),
        (lambda: sim.Study(SMALL, dict(reversed(GRID.items()))), "varied is"),
        (lambda: sim.Study(SMALL, GRID, keep=fails_at_seven), "keep is"),
        (
            lambda: small(policies={"interacted": 1, "everyone": 1, "close_friends": 1}),
            r"scenario\.policies in the order everyone, ",
        ),
    ],
)
def test_the_folder_of_another_study_is_refused(whole, other, differs):
    with pytest.raises(sim.InputError, match=f"holds another study: {differs}"):
        other().run(whole.path.parent, jobs=1)


def test_the_folder_of_another_version_is_refused(whole, monkeypatch):
    monkeypatch.setattr(study, "VERSION", "77.0.1")
    with pytest.raises(sim.InputError, match=r'model is "0\.\d+" there and "77\.0" here'):
        small().run(whole.path.parent, jobs=1)


def test_another_value_in_a_closure_is_another_study(tmp_path):
    def study(most):
        def few(bond, candidate, day):
            return candidate.degree < most

        scenario = SMALL.replace(
            {"policies": [sim.InvitePolicy("own", directory=1, condition=few)]}
        )
        return sim.Study(scenario, {"answering.idk_click": [0.1]}, replications=1)

    study(3).run(tmp_path, jobs=1)
    study(3).run(tmp_path, jobs=1)
    with pytest.raises(sim.InputError, match="another study: conditions"):
        study(30).run(tmp_path, jobs=1)


MINE = """
    import functools
    import sim
    from helpers import degrees

    GROUPS = {"rule": {"all", "own", "everyone"}}
    CACHE = {}

    def keep(result):
        CACHE[result.scenario.seed] = 1
        return degrees(result)[lambda table: table["policy"].isin(GROUPS["rule"])]

    def run(replications):
        scenario = sim.Scenario(members=20, days=2)
        study = sim.Study(scenario, {"platform.limit": [1]}, replications=replications, keep=keep)
        study.run("out", jobs=1)
"""


def test_only_a_changed_helper_makes_another_study_and_it_is_named(tmp_path, monkeypatch):
    """The process, a cache that fills, and the number of replications do not matter."""
    helper = (
        "import functools\n@functools.lru_cache\ndef degrees(result):\n"
        "    return result.summary[['policy', '%s']]\n"
    )
    (tmp_path / "helpers.py").write_text(helper % "degree")
    (tmp_path / "mine.py").write_text(textwrap.dedent(MINE))
    settings = os.environ | {"PYTHONPATH": str(HOUSE)}
    run_once = "import mine; mine.run(2)"
    subprocess.run([sys.executable, "-c", run_once], cwd=tmp_path, env=settings, check=True)

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    run = importlib.import_module("mine").run
    try:
        run(3)
        run(3)
        (tmp_path / "helpers.py").write_text(helper % "blocked")
        with pytest.raises(sim.InputError, match=r"another study: keep\.text of helpers\.py is"):
            run(3)
    finally:
        del sys.modules["mine"], sys.modules["helpers"]


def test_a_changed_contact_log_is_another_study(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("t,i,j\n1,a,b\n90000,b,c\n")
    scenario = sim.Scenario(days=3, meeting={"contacts": str(log)})
    sim.Study(scenario, {"platform.limit": [1]}, replications=1).run(tmp_path / "out", jobs=1)
    log.write_text("t,i,j\n1,a,b\n90000,a,c\n")
    with pytest.raises(sim.InputError, match="another study: contacts"):
        sim.Study(scenario, {"platform.limit": [1]}, replications=1).run(tmp_path / "out", jobs=1)


def test_folders_without_a_study(whole, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(sim.InputError, match=r"can't be written \(a file is where a folder should"):
        small().run(tmp_path / "file", jobs=1)
    shutil.copy(whole.path, tmp_path)
    with pytest.raises(sim.InputError, match=r"has table\.parquet but no runs\.sqlite that says"):
        small().run(tmp_path, jobs=1)
    (tmp_path / "runs.sqlite").write_text("no database at all, whatever its name says" * 99)
    with pytest.raises(sim.InputError, match=r"runs\.sqlite: damaged \(file is not a database\)"):
        small().run(tmp_path, jobs=1)
    (tmp_path / "other").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "other" / "runs.sqlite")) as file:
        file.execute("CREATE TABLE runs (point)")
    with pytest.raises(sim.InputError, match="its tables are not a study's, or of a newer"):
        small().run(tmp_path / "other", jobs=1)


@pytest.mark.parametrize("old", ["study.json", "runs/block=00000/block.parquet"])
def test_the_folder_of_an_older_invitesim_is_refused(tmp_path, old):
    (tmp_path / old).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / old).write_text("{}")
    with pytest.raises(sim.InputError, match=r"of an older invitesim, .*; must be another folder"):
        small().run(tmp_path, jobs=1)
    assert not (tmp_path / "runs.sqlite").exists()


def test_the_folder_of_a_newer_invitesim_is_refused(whole, tmp_path):
    folder = shutil.copytree(whole.path.parent, tmp_path / "newer")
    with contextlib.closing(sqlite3.connect(folder / "runs.sqlite")) as file:
        file.execute("PRAGMA user_version = 3")
    with pytest.raises(sim.InputError, match=r"not a study's, or of a newer invitesim\); must"):
        small().run(folder, jobs=1)
