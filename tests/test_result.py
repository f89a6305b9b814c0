"""Results: their networks, their file, and their provenance."""

import io
import json
import os
import re
import shutil
import subprocess
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import metadata

import networkx as nx
import numba
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings

import sim
from sim.errors import InputError
from sim.results import provenance as origin
from sim.results.result import VERSION, load
from sim.scenario.scenario import Scenario

from . import tables
from .strategies import now_and_then, scenarios


def assert_same(one, other):
    assert one.scenario == other.scenario
    assert one.provenance == other.provenance
    for name in ("summary", "series", "members", "invitations"):
        if getattr(one, name) is None:
            assert getattr(other, name) is None
        else:
            pd.testing.assert_frame_equal(
                getattr(one, name), getattr(other, name), check_exact=True
            )
    for name in ("connections", "arcs"):
        assert getattr(one, name).dtype == getattr(other, name).dtype == np.int32
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)


def described(scenario, **more):
    return origin.provenance(scenario, started=datetime.now(UTC), **more)


@given(drawn=scenarios())
@settings(max_examples=25, deadline=None)
def test_a_loaded_result_equals_the_saved_one(tmp_path_factory, drawn):
    path = tmp_path_factory.mktemp("saved") / "run.zip"
    made = tables.result(drawn, provenance=described(drawn))
    made.save(path)
    assert_same(load(path), made)


def test_a_loaded_run_equals_the_saved_one(tmp_path):
    made = sim.run(Scenario(members=150, days=40), threads=1, log=True)
    made.save(tmp_path / "run.zip")
    assert_same(sim.load(tmp_path / "run.zip"), made)


def test_a_result_without_invitations_and_connections(tmp_path):
    made = tables.result(log=False)
    nothing = np.zeros((0, 2), np.int32)
    made = replace(made, connections=nothing, arcs=nothing)
    made.save(tmp_path / "run.zip")
    assert_same(load(tmp_path / "run.zip"), made)


def test_policies_keep_their_order_even_if_nobody_has_them(tmp_path):
    made = tables.result(tables.scenario(40, ("interacted", "everyone", "close_friends")))
    made.members["policy"] = pd.Categorical(
        ["everyone"] * 40, categories=["interacted", "everyone", "close_friends"]
    )
    made.save(tmp_path / "run.zip")
    assert list(load(tmp_path / "run.zip").members["policy"].cat.categories) == [
        "interacted",
        "everyone",
        "close_friends",
    ]


def test_the_same_result_has_the_same_bytes_except_for_provenance(tmp_path):
    started = datetime.now(UTC)
    for name, hours in (("one", 0), ("two", 0), ("later", 1)):
        made = tables.result()
        made.provenance.update({"started": str(started + timedelta(hours=hours))})
        made.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with zipfile.ZipFile(tmp_path / "one") as one, zipfile.ZipFile(tmp_path / "later") as later:
        differing = [name for name in one.namelist() if one.read(name) != later.read(name)]
        assert one.namelist() == later.namelist()
        assert {entry.date_time for entry in later.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert differing == ["provenance.json"]


def test_the_file_can_be_read_without_this_library(tmp_path):
    made = tables.result()
    made.save(tmp_path / "run.zip")
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        archive.extractall(tmp_path)
    assert Scenario.from_toml(tmp_path / "scenario.toml") == made.scenario
    assert (
        pd.read_parquet(tmp_path / "connections.parquet").to_numpy().tolist()
        == made.connections.tolist()
    )
    assert json.loads((tmp_path / "provenance.json").read_text()) == made.provenance
    assert not [path for path in tmp_path.iterdir() if path.suffix in (".pkl", ".pickle", ".npy")]


def test_loading_warns_of_functions_that_were_not_saved(tmp_path):
    asked = tables.scenario(30, ("everyone",))
    asked = asked.replace({"policies.everyone.condition": now_and_then})
    made = tables.result(asked, provenance=described(asked))
    made.save(tmp_path / "run.zip")
    with pytest.warns(UserWarning, match="without the condition of everyone") as warned:
        loaded = load(tmp_path / "run.zip")
    assert len(warned) == 1
    assert loaded.scenario.policies["everyone"].condition is None
    assert loaded.provenance["conditions"]["everyone"].startswith("def now_and_then(bond")
    assert "day % 3 != 0" in loaded.provenance["conditions"]["everyone"]


def refusal(path):
    with pytest.raises(InputError) as raised:
        load(path)
    return one_line(path, raised.value)


def one_line(path, error):
    text = str(error)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text


def zipped(path, **entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name.replace("_", "."), text)
    return path


def test_other_files_are_refused_in_one_line(tmp_path):
    assert "No such file" in refusal(tmp_path / "missing.zip")
    assert "Is a directory" in refusal(tmp_path)
    (tmp_path / "text").write_text("sent_day,ego,alter\n")
    assert "not a result, or a damaged one (File is not a zip file)" in refusal(tmp_path / "text")
    (tmp_path / "empty").touch()
    assert "not a result" in refusal(tmp_path / "empty")
    assert "a zip, but not a result" in refusal(zipped(tmp_path / "foreign.zip", notes_txt="hello"))
    assert "a zip, but not a result" in refusal(
        zipped(tmp_path / "other.zip", format_json='{"format": "another", "version": 9}')
    )
    assert "a zip, but not a result" in refusal(zipped(tmp_path / "list.zip", format_json="[1]"))
    newer = json.dumps({"format": "invitesim result", "version": VERSION + 1})
    assert f"of a newer invitesim (format {VERSION + 1})" in refusal(
        zipped(tmp_path / "newer.zip", format_json=newer)
    )
    ours = json.dumps({"format": "invitesim result", "version": VERSION})
    assert "damaged (" in refusal(
        zipped(tmp_path / "part.zip", format_json=ours, scenario_toml="members = 9")
    )


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "run.zip"
    tables.result(tables.scenario(12)).save(path)
    return path


def test_a_truncated_file_is_refused(saved, tmp_path):
    whole = saved.read_bytes()
    cut = tmp_path / "cut.zip"
    for length in np.linspace(0, len(whole) - 1, 60).astype(int):
        cut.write_bytes(whole[:length])
        refusal(cut)


def test_a_changed_byte_is_refused_or_changes_nothing(saved, tmp_path):
    whole, made = saved.read_bytes(), load(saved)
    changed, refused = tmp_path / "changed.zip", 0
    tail = whole.index(b"PK\x01\x02")  # the directory of the zip: short, and the most intricate
    places = [*np.random.default_rng(0).integers(0, tail, 60), *range(tail, len(whole), 3)]
    for place in places:
        bad = bytearray(whole)
        bad[place] ^= 1 << (place % 8)
        changed.write_bytes(bad)
        try:
            loaded = load(changed)
        except InputError as error:
            one_line(changed, error)
            refused += 1
        else:
            assert_same(loaded, made)
    assert refused > len(places) / 2


def test_an_entry_that_claims_to_be_longer_than_the_file_is_refused(saved, tmp_path):
    whole = bytearray(saved.read_bytes())
    last = whole.rindex(b"PK\x01\x02")
    for size in (last + 20, last + 24):  # compressed and plain
        whole[size : size + 4] = (10**6).to_bytes(4, "little")
    (tmp_path / "long.zip").write_bytes(whole)
    assert "not a result, or a damaged one" in refusal(tmp_path / "long.zip")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("provenance.json", b"[1]"),
        ("provenance.json", b'{"conditions": 1}'),
        ("format.json", b'{"format": "invitesim result", "version": Infinity}'),
        ("members.parquet", b"PAR1 changed PAR1"),
        ("members.parquet", None),  # a byte in its middle
        ("arcs.parquet", None),
    ],
)
def test_an_entry_that_is_damaged_with_its_checksum_is_refused(saved, tmp_path, name, content):
    with zipfile.ZipFile(saved) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist()}
    middle = len(entries[name]) // 8
    entries[name] = content or entries[name][:middle] + b"\xff" * 20 + entries[name][middle + 20 :]
    with zipfile.ZipFile(tmp_path / "damaged.zip", "w") as archive:
        for entry, there in entries.items():
            archive.writestr(entry, there)
    refusal(tmp_path / "damaged.zip")


def packed_anew(saved, path, **entries):
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, entries.pop(name, None) or old.read(name))
        for name, content in entries.items():
            new.writestr(name, content)
    return path


def parquet(rows, column):
    buffer = io.BytesIO()
    values = pyarrow.array(np.zeros(rows, np.int32))
    pyarrow.parquet.write_table(pyarrow.table(dict.fromkeys(column, values)), buffer)
    return buffer.getvalue()


def test_a_result_compressed_anew_with_a_note_is_read(saved, tmp_path):
    assert_same(load(packed_anew(saved, tmp_path / "a.zip", **{"note.txt": b"hello"})), load(saved))


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("provenance.json", b" " * (2**16 + 1), "provenance.json is of 65,537 bytes"),
        ("members.parquet", parquet(13, ["member"]), "members.parquet has 13 rows, at most 12"),
        ("arcs.parquet", parquet(133, ["ego", "alter"]), "arcs.parquet has 133 rows, at most 132"),
        ("connections.parquet", parquet(67, ["ego", "alter"]), "connections.parquet has 67 rows"),
        ("invitations.parquet", parquet(2**20, ["day"] * 1 + list("abcdefgh")), "it takes 0 GiB"),
        ("scenario.toml", b"a" + b".a" * 20 + b" = 1", "a key of more than 12 parts"),
    ],
)
def test_impossible_sizes_are_refused_before_unpacking(
    saved, tmp_path, monkeypatch, name, content, line
):
    monkeypatch.setattr("sim.results.result.ENTRY_BYTES", 2**16)
    monkeypatch.setattr("sim.results.result.memory", lambda: 2**24)
    assert line in refusal(packed_anew(saved, tmp_path / "bomb.zip", **{name: content}))


def test_unknown_entries_are_not_unpacked(saved, tmp_path):
    bomb = packed_anew(saved, tmp_path / "bomb.zip", **{"zeros.bin": bytes(2**26)})
    tracemalloc.start()
    load(bomb)
    assert tracemalloc.get_traced_memory()[1] < 2**25
    tracemalloc.stop()


def test_saving_without_permission_leaves_nothing(tmp_path):
    made = tables.result(tables.scenario(12))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"file/run\.zip: can't be written"):
        made.save(tmp_path / "file" / "run.zip")
    made.save(tmp_path / "new" / "run.zip")
    before = (tmp_path / "new" / "run.zip").read_bytes()
    with pytest.raises(TypeError):
        replace(made, provenance={"what": object()}).save(tmp_path / "new" / "run.zip")
    assert (tmp_path / "new" / "run.zip").read_bytes() == before
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.zip"]


def test_the_networks_are_those_of_the_tables(tmp_path):
    made = tables.result()
    graph, outreach = made.graph(), made.outreach()
    assert type(graph) is nx.Graph
    assert type(outreach) is nx.DiGraph
    assert list(graph) == list(outreach) == list(range(60))
    assert sorted(map(sorted, graph.edges)) == made.connections.tolist()
    assert sorted(map(list, outreach.edges)) == made.arcs.tolist()
    assert [degree for _, degree in graph.degree] == made.members["degree"].tolist()
    assert nx.overall_reciprocity(outreach) == pytest.approx(
        made.summary.set_index("policy").loc["all", "reciprocity"]
    )
    assert nx.average_clustering(graph) == pytest.approx(
        made.summary.set_index("policy").loc["all", "clustering"]
    )
    for member, attributes in graph.nodes.items():
        row = made.members.loc[member].drop("member").dropna()
        assert attributes == outreach.nodes[member] == row.to_dict()
        assert {type(value) for value in attributes.values()} <= {str, int, float}
    assert set(nx.get_node_attributes(graph, "blocked_day")) == set(
        np.flatnonzero(made.members["blocked_day"].notna())
    )
    nx.write_graphml(graph, tmp_path / "graph.graphml")
    assert (
        nx.read_graphml(tmp_path / "graph.graphml").nodes["7"]["policy"]
        == made.members["policy"][7]
    )


def test_the_repr_of_a_result():
    assert (
        repr(tables.result())
        == "<Result: 60 members (everyone, interacted, close_friends), 365 days, seed 1>"
    )


def test_provenance_has_all_that_is_needed_to_run_again():
    asked = tables.scenario(30, seed=2**64 - 1).replace(
        {"policies.everyone.condition": now_and_then}
    )
    started = datetime.now(UTC) - timedelta(seconds=90)
    told = json.loads(
        json.dumps(origin.provenance(asked, started=started, seeds=[4, 5], jobs=2), allow_nan=False)
    )
    assert told["seeds"] == [4, 5]
    assert told["jobs"] == 2
    assert 90 <= told["wall_seconds"] < 100
    assert datetime.fromisoformat(told["started"]) == started.replace(microsecond=0)
    assert told["packages"]["numpy"] == metadata.version("numpy")
    assert told["machine"]["cores"] == os.cpu_count()
    again = Scenario(**told["scenario"])
    assert again == asked.replace({"policies.everyone.condition": None})
    assert described(asked)["seeds"] == [2**64 - 1]


def test_the_source_of_a_function():
    compiled = numba.njit(now_and_then)
    assert origin.source(now_and_then) == origin.source(compiled)
    assert origin.source(now_and_then).startswith("def now_and_then")
    typed_in = {}
    exec("def weekend(bond, candidate, day): return day % 7 > 5", typed_in)
    assert origin.source(typed_in["weekend"]) is None
    assert origin.source(len) is None


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    def git(*arguments):
        return subprocess.run(
            ["git", "-C", tmp_path, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    monkeypatch.setattr(origin, "_commit", origin._commit.__wrapped__)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "model.py").write_text("1")
    (tmp_path / "README.md").write_text("1")
    git("init", "--quiet")
    git("add", ".")
    git("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "first")
    return tmp_path, git("rev-parse", "HEAD")


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_the_commit_and_whether_the_code_differs_from_it(checkout, monkeypatch):
    root, head = checkout
    assert re.fullmatch("[0-9a-f]{40}", head)
    assert origin.commit(root) == {"commit": head, "differs": False}
    (root / "README.md").write_text("2")
    assert origin.commit(root) == {"commit": head, "differs": False}
    monkeypatch.setenv("GIT_DIR", str(root / "elsewhere"))
    assert origin.commit(root) == {"commit": head, "differs": False}
    (root / "sim" / "new.py").write_text("1")
    assert origin.commit(root) == {"commit": head, "differs": True}
    assert origin.commit(root / "sim") is None


def test_without_git_the_commit_is_none(checkout, monkeypatch):
    root, _ = checkout
    monkeypatch.setenv("PATH", str(root))
    assert origin.commit(root) is None
    (root / "git").write_text("#!/bin/sh\nexit 3\n")
    (root / "git").chmod(0o755)
    assert origin.commit(root) is None


def test_git_is_called_once(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(origin, "_git", lambda root, *arguments: calls.append(arguments) or "")
    (tmp_path / ".git").mkdir()
    assert origin.commit(tmp_path) == origin.commit(tmp_path) == {"commit": "", "differs": False}
    assert [arguments[0] for arguments in calls] == ["rev-parse", "status"]
