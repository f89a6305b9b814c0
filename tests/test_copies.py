"""A copy of a model, in whatever way and whenever it is made, continues as the model does."""

import contextlib
import copy
import hashlib
import io
import pickle
import random
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.kernel.state import lists
from sim.kernel.state import society as arrays
from sim.model import checkpoint
from sim.model.engine import Engine

SMALL = sim.Scenario(
    members=60,
    days=40,
    seed=5,
    meeting={"history_days": 30},
    platform={"limit": 1},
    answering={"idk_click": 0.3},
)


cloudpickle = pytest.importorskip("cloudpickle")  # comes with dask
WAYS_FOLDER = tempfile.TemporaryDirectory(prefix="invitesim-tests-")


def cautious(bond, candidate, day):
    return candidate.degree < 9 or day > 25


def log(folder: Path) -> str:
    chance = random.Random(1)
    met = sorted((86400 * chance.randrange(9), *chance.sample(range(40), 2)) for _ in range(900))
    folder.mkdir(exist_ok=True)
    (folder / "log.txt").write_text("".join(f"{t} {i} {j}\n" for t, i, j in met))
    return str(folder / "log.txt")


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    """Return a scenario of each kind of society: their states have different parts."""
    own = sim.InvitePolicy("own", directory=1, share=3, condition=cautious)
    path = log(tmp_path_factory.mktemp("log"))
    return {
        "plain": SMALL,
        "rule": SMALL.replace(
            {
                "platform.preset": "linkedin2021",
                "platform.weekly_invites": 3,
                "platform.limit": 1,
                "platform.ladder": "email, suspend 4",
                "platform.appeal_success": 0.5,
                "inviting.per_day": 2.5,
                "inviting.lock_days": 3,
                "inviting.pending_days": 4,
                "society.veto": 0.1,
                "helping": {"need_rate": 0.3, "able": 0.1, "floor": 0.3},
            }
        ),
        "log": SMALL.replace({"meeting": {"contacts": path, "repeat_log": True}}),
        "condition": SMALL.replace({"policies": {"own": own, "everyone": 1}}),
        "growing": SMALL.replace({"society.arrivals": 0.7, "society.on_arrival": 2}),
    }


WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "cloudpickle": lambda model: cloudpickle.loads(cloudpickle.dumps(model)),
    "copy of a copy": lambda model: copy.deepcopy(pickle.loads(pickle.dumps(model, 2))),
    "file": lambda model: through_a_file(model),
}


def through_a_file(model):
    path = Path(WAYS_FOLDER.name, "model.zip")
    model.save(path)
    return sim.NetworkModel.load(path, scenario=model.scenario)


def everything(model):
    """Return all results of a model, to the last byte."""
    result = model.result()
    tables = [result.summary, result.series, result.members]
    tables.append(model.datacollector.get_model_vars_dataframe())
    return [
        [pd.util.hash_pandas_object(table).sum() for table in tables],
        result.connections.tobytes(),
        result.arcs.tobytes(),
        (model.day, model.time, model.steps, model.running),
        (model.random.random(), model.rng.random()),
        [(member.unique_id, member.policy, member.degree) for member in model.agents],
    ]


@given(
    sort=st.sampled_from(["plain", "rule", "log", "condition", "growing"]),
    ways=st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=2),
    before=st.integers(0, 20),
    after=st.integers(1, 25),
    changed=st.booleans(),
    seen=st.booleans(),
)
@settings(max_examples=25)
def test_a_copy_has_the_same_future(scenarios, sort, ways, before, after, changed, seen):
    model = sim.NetworkModel(scenarios[sort])
    if before:
        model.run_for(before)
    if seen:
        model.agents.shuffle_do("step")
    if changed:
        names = list(model.scenario.policies)
        model.set_policies([names[member % len(names)] for member in range(len(model.policies))])
    made = model
    for way in ways:
        made = WAYS[way](made)
        for each in (made, model):
            each.run_for(after)
    assert everything(made) == everything(model)


def test_a_copy_is_independent():
    model = sim.NetworkModel(SMALL)
    model.run_for(5)
    before = everything(copy.deepcopy(model))
    other = copy.copy(model)
    other.agents.set("mood", 1)
    other.set_policies(["everyone"] * 60)
    other.run_for(20)
    assert everything(model) == before
    assert not hasattr(model.members[0], "mood")
    assert copy.deepcopy(other).members[3].mood == 1


def test_a_copy_that_is_made_within_a_step_continues_after_it():
    """Mesa plans the next step only when this one is over: such a copy once stopped."""

    class Remembering(sim.NetworkModel):
        def step(self):
            super().step()
            if self.day == 5:
                self.then = copy.deepcopy(self)

    model = Remembering(SMALL)
    model.run_for(5)
    then = model.then
    for each in (then, model):
        each.run_for(10)
    assert then.day == 15
    assert everything(then) == everything(model)


def test_a_copy_while_another_thread_steps_waits_for_the_evening(monkeypatch):
    engine, copies, copied = Engine(SMALL), [], threading.Event()
    live = engine.team.live

    def copies_meanwhile(do):
        copies.append(copy.copy(engine))
        copied.set()

    def living(do):
        threading.Thread(target=copies_meanwhile, args=(do,)).start()
        assert not copied.wait(0.1)
        return live(do)

    monkeypatch.setattr(engine.team, "live", living)
    engine.advance(3)
    assert copied.wait(60)
    assert copies[0].day == 3


@pytest.mark.parametrize("threads", [1, 3])
def test_a_copy_in_the_middle_of_a_day_that_was_interrupted(monkeypatch, threads):
    """Ctrl-C while pools grow leaves half a day, and the threads' notes for the rest of it."""
    busy = SMALL.replace({"members": 600, "inviting.per_day": 40.0, "policies": {"everyone": 1}})
    plain = Engine(busy, 1)
    plain.advance(12)
    allocate = arrays.allocate_state

    def cramped(*arguments):
        state = allocate(*arguments)
        state.clock[lists.END_SLOT] = state.clock[lists.END_CONNECTION] = 300
        return state

    def interrupted_then(engine, lacking, grow=Engine._grow):
        grow(engine, lacking)
        raise KeyboardInterrupt

    monkeypatch.setattr(arrays, "allocate_state", cramped)
    monkeypatch.setattr(arrays, "SECTION", 8)
    monkeypatch.setattr(Engine, "_grow", interrupted_then)
    engine, interrupted = Engine(busy, threads), 0
    while engine.day < 12:
        try:
            engine.advance(12)
        except KeyboardInterrupt:
            interrupted += 1
        engine = copy.copy(engine)
    assert interrupted > 1
    ours, theirs = engine.result(), plain.result()
    for table in ("members", "summary", "series"):
        pd.testing.assert_frame_equal(getattr(ours, table), getattr(theirs, table))
    assert ours.arcs.tobytes() == theirs.arcs.tobytes()


def test_unused_room_is_neither_copied_nor_saved():
    """At first nine tenths of the pools are empty."""
    engine = Engine(SMALL.replace({"members": 2000}))
    pools = sum(array.nbytes for array in engine.state.people)
    assert len(pickle.dumps(engine)) < pools / 5


# Files


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    model = sim.NetworkModel(SMALL)
    model.run_for(10)
    path = tmp_path_factory.mktemp("file") / "model.zip"
    model.save(path)
    return path


def test_a_damaged_file_is_refused(file, tmp_path):
    """With any byte changed, the file is refused, or what is read is what was written."""
    whole, chance = file.read_bytes(), random.Random(3)
    fresh = everything(sim.NetworkModel.load(file))
    taken = 0
    for _ in range(60):
        place = chance.randrange(len(whole))
        bad = bytearray(whole)
        bad[place] ^= 1 << chance.randrange(8)
        (tmp_path / "bad").write_bytes(bad)
        with contextlib.suppress(sim.InputError):  # else the byte has no meaning, as that of a year
            assert everything(sim.NetworkModel.load(tmp_path / "bad")) == fresh
            taken += 1
    assert taken < 12
    (tmp_path / "bad").write_bytes(whole[:-1000])
    with pytest.raises(sim.InputError, match="damaged"):
        sim.NetworkModel.load(tmp_path / "bad")


NO_HEADER = b"\x93NUMPY\x01\x00\x06\x00{'x: \n"
"""An array whose description numpy can't read."""


def changed_entry(file: Path, name: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    new = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w") as archive:
        for entry in old.namelist():
            content = old.read(entry)
            archive.writestr(entry, change(content) if entry == name else content)
    return new


def test_bytes_that_were_changed_with_their_checksum_are_refused(file, tmp_path):
    changed = changed_entry(
        file, "head.json", lambda text: text.replace(b'"limit": 1', b'"limit": 2')
    )
    (tmp_path / "bad").write_bytes(changed.getvalue())
    with pytest.raises(sim.InputError, match="its bytes are not those that were written"):
        sim.NetworkModel.load(tmp_path / "bad")


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries.pop("state.platform.policy.npy"),
        lambda entries: entries.update({"state.platform.policy.npy": b"no array"}),
        lambda entries: entries.update({"state.platform.policy.npy": NO_HEADER}),
        lambda entries: entries.update({"head.json": b'{"format": "invitesim model"}'}),
    ],
)
def test_entries_that_were_changed_with_the_digest_are_refused(change, file, tmp_path):
    with zipfile.ZipFile(file) as whole:
        entries = {name: whole.read(name) for name in whole.namelist() if name != "sha256"}
    change(entries)
    digest = hashlib.sha256()
    for name, content in entries.items():
        digest.update(checkpoint._digested(name, content))
    with zipfile.ZipFile(tmp_path / "bad", "w") as archive:
        for name, content in {**entries, "sha256": digest.hexdigest()}.items():
            archive.writestr(name, content)
    with pytest.raises(sim.InputError):
        sim.NetworkModel.load(tmp_path / "bad")


def test_a_file_of_another_version_is_refused(monkeypatch, file):
    monkeypatch.setattr("sim.model.checkpoint.VERSION", "9.9")
    with pytest.raises(
        sim.InputError, match=r"of invitesim .*, and this is 9\.9; must be loaded by"
    ):
        sim.NetworkModel.load(file)


def test_other_files_are_refused(tmp_path):
    result, other = tmp_path / "result.zip", tmp_path / "other"
    sim.run(SMALL.replace({"days": 1})).save(result)
    other.write_text("no zip")
    for path in (result, other, tmp_path, tmp_path / "none", "\ud800"):
        with pytest.raises(sim.InputError):
            sim.NetworkModel.load(path)


def test_a_function_is_not_in_the_file_and_must_be_given(scenarios, tmp_path):
    model = sim.NetworkModel(scenarios["condition"])
    model.save(tmp_path / "model")
    with pytest.raises(
        sim.InputError, match=r"holds no functions, and own has one; must be loaded"
    ):
        sim.NetworkModel.load(tmp_path / "model")
    for other in (SMALL, scenarios["condition"].replace({"platform.limit": 2})):
        with pytest.raises(sim.InputError, match="scenario: not the one of"):
            sim.NetworkModel.load(tmp_path / "model", scenario=other)


def collects(model):
    return 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda model: setattr(model, "mine", 3), "attribute of your own (mine)"),
        (lambda model: model.agents.set("mood", 3), "members with attributes"),
        (lambda model: model.schedule_event(model.step, at=9), "events that were scheduled"),
        (lambda model: model.reset_rng(np.random.Generator(np.random.MT19937(1))), "MT19937"),
        (
            lambda model: model.datacollector._new_model_reporter("one", collects),
            "reporters of your own",
        ),
        (
            lambda model: model.datacollector._new_agent_reporter("degree", "degree"),
            "reports of agents",
        ),
    ],
)
def test_a_model_that_a_file_can_not_hold_is_refused(change, what, tmp_path):
    """Else a part would be lost without an error."""
    model = sim.NetworkModel(SMALL)
    change(model)
    with pytest.raises(sim.InputError) as caught:
        model.save(tmp_path / "model")
    assert what in str(caught.value)
    assert not list(tmp_path.iterdir())
