"""A run is the same for any number of threads; none waits where another can't come."""

import threading

import numpy as np
import pandas as pd
import pytest

import sim
from sim.kernel.state import lists
from sim.kernel.state import society as arrays
from sim.kernel.state.bonds import CONNECTIONS, CONTACTS, STRANGERS
from sim.model.engine import Engine


@pytest.fixture(autouse=True)
def _small_sections(monkeypatch):
    """Make sections of eight members, so that a small society has several threads."""
    monkeypatch.setattr(arrays, "SECTION", 8)


SMALL = sim.Scenario(members=120, days=40, seed=5, meeting={"history_days": 30})
BUSY = sim.InvitePolicy("busy", directory=1, alike=True)
STILL = sim.InvitePolicy("still", contacts=1, min_tie=4)


def bytes_of(result):
    tables = [result.summary, result.series, result.members]
    return (
        [pd.util.hash_pandas_object(table).sum() for table in tables],
        result.connections.tobytes(),
        result.arcs.tobytes(),
    )


def test_two_threads_give_the_same_bytes_as_one():
    for changes in (
        {},
        {
            "platform.preset": "linkedin2021",
            "platform.max_connections": 12,
            "platform.limit": 1,
            "platform.ladder": "email, suspend 4",
            "platform.appeal_success": 0.5,
            "inviting.per_day": 2.5,
            "inviting.lock_days": 3,
            "helping.need_rate": 0.3,
        },
    ):
        scenario = SMALL.replace({**changes, "members": 600})
        assert (
            bytes_of(sim.run(scenario, threads=1))
            == bytes_of(sim.run(scenario, threads=2))
            == bytes_of(sim.run(scenario, threads=3))
        )


def test_more_threads_than_are_of_use():
    few = SMALL.replace({"members": 20})
    assert bytes_of(sim.run(few, threads=1000)) == bytes_of(sim.run(few, threads=1))


@pytest.mark.parametrize("threads", [1, 3])
def test_pools_that_fill_up_in_the_middle_of_a_day_change_nothing(monkeypatch, threads):
    busy = SMALL.replace(
        {
            "members": 600,
            "days": 20,
            "inviting.per_day": 40.0,
            "answering.looks": None,
            "platform.preset": "none",
            "policies": {"everyone": 1},
            "helping": {"need_rate": 0.5, "able": 1},
        }
    )
    plain = sim.run(busy)
    allocate = arrays.allocate_state

    def cramped(*arguments):
        state = allocate(*arguments)
        state.clock[lists.END_SLOT] = state.clock[lists.END_BLOCK] = 300
        state.clock[lists.END_CONNECTION] = 300
        return state

    monkeypatch.setattr(arrays, "allocate_state", cramped)
    engine = Engine(busy, threads)
    engine.advance(busy.days)
    assert engine.view.column("strangers").max() > lists.NEAR, "no list has more than near chunks"
    assert engine.view.column("degree").max() > lists.NEAR
    assert bytes_of(sim.run(busy, threads=threads)) == bytes_of(plain)


def test_blocks_that_run_out_before_slots():
    """400 of 2,000 members have long lists: many blocks, and few of the slots that there are."""
    scenario = sim.Scenario(
        members=2_000,
        days=10,
        meeting={"rate": 0},
        inviting={"per_day": 45, "tries": 4},
        answering={"accept": (0,) * 5, "idk_click": 0},
        platform={"preset": "none"},
        policies=[BUSY, STILL],
    )
    engine = Engine(scenario)
    engine.set_policies(np.arange(2_000) >= 400)
    engine.advance(scenario.days)
    assert 2**16 < engine.state.clock[lists.NEXT_BLOCK] <= len(engine.state.people.blocks)


def test_a_thread_with_more_acceptances_to_hand_on_than_another():
    """The list of the first grows, in mid-stage, when the second has made its own."""
    scenario = sim.Scenario(
        members=400,
        days=6,
        seed=1,
        meeting={"rate": 0},
        inviting={"per_day": 16, "tries": 8},
        answering={"accept": (0.9,) * 5, "delay_scale": 0},
        platform={"preset": "none"},
        policies=[BUSY, STILL],
    )

    def lived(threads):
        engine = Engine(scenario, threads)
        engine.set_policies(np.arange(400) >= 220)  # 20 of them are the second thread's
        engine.advance(scenario.days)
        return bytes_of(engine.result())

    assert lived(2) == lived(1)


@pytest.mark.parametrize("name", ["contacts", "strangers", "degree"])
def test_a_list_that_is_full_is_never_read_behind_its_end(name):
    """Behind a row of a directory lies the next member's: its places would be anywhere."""
    column = {"contacts": CONTACTS, "strangers": STRANGERS, "degree": CONNECTIONS}[name]
    scenario = sim.Scenario(
        members=12,
        days=5,
        meeting={"rate": 2 * (name != "strangers"), "again": 0, "friend": 0, "history_days": 0},
        inviting={"per_day": 2},
        answering={"accept": (1,) * 5, "delay_scale": 0},
        policies=[sim.InvitePolicy("anyone", contacts=1, directory=5, alike=True)],
    )
    engine = Engine(scenario)
    engine.state.people.counts[column] = lists.LONGEST - 1  # of the first member
    with pytest.raises(sim.InputError, match="more than 262528 contacts"):
        engine.advance(scenario.days)
    assert engine.view.column(name)[0] == lists.LONGEST


def assert_nothing_was_done(engine):
    """What goes on from here is what begins here."""
    plain = Engine(SMALL, threads=1)
    for each in (engine, plain):
        each.advance(SMALL.days)
    assert bytes_of(engine.result()) == bytes_of(plain.result())


@pytest.mark.parametrize("turn", [1, 2])
def test_a_thread_that_does_not_start(monkeypatch, turn):
    engine, start, started = Engine(SMALL, threads=3), threading.Thread.start, []

    def refuses(thread):
        started.append(thread)
        if len(started) == turn:
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="can't start"):
        patch.setattr(threading.Thread, "start", refuses)
        engine.advance(10)
    assert_nothing_was_done(engine)


@pytest.mark.parametrize("turn", [0, 2])
def test_a_thread_that_fails_on_its_way(monkeypatch, turn):
    engine = Engine(SMALL, threads=3)
    live = engine.team.live

    def failing(do):
        def fails(partition):
            if partition.thread == turn:
                raise KeyboardInterrupt
            return do(partition)

        return live(fails)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(engine.team, "live", failing)
        engine.advance(10)
    assert_nothing_was_done(engine)


@pytest.mark.parametrize("threads", [1, 2])
def test_of_two_functions_that_raise_the_first_policys_is_named(threads):
    def raises(bond, candidate, day):
        return 10 // (day - 3) > 0

    policies = [sim.InvitePolicy(name, contacts=1, condition=raises) for name in ("one", "other")]
    with pytest.raises(sim.InputError, match=r"^policies\.one\.condition: "):
        sim.run(SMALL.replace({"policies": policies}), threads=threads)
