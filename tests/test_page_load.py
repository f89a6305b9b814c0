"""The page under load: closed tabs, many events, Ctrl-C."""

import asyncio
import subprocess
import sys

import pytest

import sim
from sim.app.messages import Inbox, subject
from tests.page import Tab, served

COUNT = """
import gc, os, socket, sys, threading, time, types
from sim.app import server
from sim.app.comparison import Comparison
from tests.page import Server, Tab

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
here = types.SimpleNamespace(host=f"localhost:{port}", port=port)

def alive():
    gc.collect()
    return sum(isinstance(thing, Comparison) for thing in gc.get_objects())

def visit(disconnects):
    with Tab(here, Cookie="solara-session-id=mine") as tab:
        tab.run()
        tab.custom(tab.button("Play"), event="click", data={})
        for day in range(3):
            tab.until_day(day + 1)
            tab.drawn()
        if disconnects:  # first
            tab.socket.close()
            time.sleep(0.3)
        Server.ask(here, "POST", tab.closing, Cookie="solara-session-id=mine")

def count():
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    for disconnects in (False, True) * 2:
        visit(disconnects)
    until = time.monotonic() + 60
    while alive() and time.monotonic() < until:
        time.sleep(0.2)
    print("worlds:", alive(), flush=True)
    os._exit(0)

threading.Thread(target=count, daemon=True).start()
server.serve(port, browser=False)
"""


def test_a_closed_tab_leaves_no_world_in_memory():
    sim.run(sim.Scenario(members=20, days=1))
    command = [sys.executable, "-c", COUNT]
    said = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert said.stdout.splitlines()[-1] == "worlds: 0", said.stdout + said.stderr
    assert "Traceback" not in said.stderr


PATIENT = """
import os
from sim.app import server

os.environ.update(server.SETTINGS)
from sim.app import controls

controls.PATIENCE = 1e6
server.serve(0, browser=False)
"""
"""A page that waits for a browser as if for ever."""


@pytest.fixture(scope="module")
def page():
    with served(code=PATIENT) as page:
        yield page


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

    assert asyncio.run(passed()) == [1, 2, 3, 5, 6]
