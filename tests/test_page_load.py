"""The page under load: closed tabs, many events, Ctrl-C."""

import asyncio
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import sim
from sim.app.messages import Inbox, subject
from tests.page import Tab, served

PATIENT = """
import gc, os, signal
from sim.app import server

os.environ.update(server.SETTINGS)
from sim.app import controls
from sim.app.comparison import Comparison

def count(*_):
    gc.collect()
    print(sum(isinstance(thing, Comparison) for thing in gc.get_objects()), flush=True)

signal.signal(signal.SIGUSR1, count)
controls.PATIENCE = 1e6
server.serve(0, browser=False)
"""
"""A page that waits for a browser as if for ever, and when asked says how many worlds it keeps."""


@pytest.fixture(scope="module")
def page():
    sim.run(sim.Scenario(members=20, days=1))  # compiled once
    with served(code=PATIENT) as page:
        yield page


def test_a_closed_tab_leaves_no_world_in_memory(page):
    """The first test of this page."""
    for disconnects in (False, True):
        with Tab(page, Cookie="solara-session-id=mine") as tab:
            tab.run()
            tab.custom(tab.button("Play"), event="click", data={})
            for day in range(3):
                tab.until_day(day + 1)
                tab.drawn()
            if disconnects:  # first
                tab.socket.close()
                time.sleep(0.3)
            page.ask("POST", tab.closing, Cookie="solara-session-id=mine")
    until, worlds = time.monotonic() + 60, 1
    while worlds and time.monotonic() < until:
        time.sleep(0.2)
        page.process.send_signal(signal.SIGUSR1)
        worlds = int(page.process.stdout.readline())  # nor is there a traceback
    assert worlds == 0


def test_of_many_values_of_a_slider_only_the_last_waits(page):
    with Tab(page, Cookie="solara-session-id=mine") as tab:
        tab.run()
        field = tab.found(_model_name="VuetifyTemplateModel", name="inviting.per_day")
        for number in range(1_000):
            tab.custom(field, event="typed", data=f"{number / 200:g}")
        idle = 0
        while tab.widgets[field]["text"] != "4.995":
            idle += tab.until(lambda content: True).get("execution_state") == "idle"
        assert idle < 500  # each value that was read has an answer


def test_ctrl_c_ends_a_page_that_plays(page):
    """The last test of this page."""
    with Tab(page, Cookie="solara-session-id=mine") as tab:
        tab.run()
        tab.custom(tab.button("Play"), event="click", data={})
        tab.until_day(1)  # it waits for the browser to draw
        page.interrupt()
        assert page.process.wait(150) == 0  # once it waited for the browser
        assert page.process.stdout.read() == ""


def test_a_value_is_kept_where_a_click_came_after_it():
    """Reset uses what was in the field then, not what is typed later."""

    def event(widget, name):
        data = {"method": "custom", "content": {"event": name}}
        return subject({"content": {"comm_id": widget, "data": data}})

    async def passed():
        inbox = Inbox()
        sent = ["a typed", "b typed", "a typed", "reset click", "a typed", "a typed", "b typed"]
        for number, words in enumerate(sent):
            await inbox.put({"number": number}, event(*words.split()))
        return [(await inbox.get())["number"] for _ in range(5)]

    with ThreadPoolExecutor() as another:  # in this one a browser may have a loop
        assert another.submit(asyncio.run, passed()).result() == [1, 2, 3, 5, 6]
