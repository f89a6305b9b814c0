"""Tabs: many of them opened and closed, as people do who close one amid a run.

In the end no society is in memory, memory has not grown with the tabs, and the page answers.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from .trials import HOUSE, Outcome

PROGRAM = """
import contextlib, ctypes, gc, os, socket, sys, threading, time, types
from sim.app import server
from sim.app.comparison import Comparison
from tests.page import Server, Tab

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
here = types.SimpleNamespace(host=f"localhost:{port}", port=port)

def mebibytes():
    with contextlib.suppress(OSError, AttributeError):  # else free room in between counts too
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

def visit(number):
    with Tab(here, Cookie="solara-session-id=mine") as tab:
        tab.run()
        if number % 5 < 4:  # some are closed before anything was done
            tab.custom(tab.button("Play"), event="click", data={})
            tab.until_day(1)
            tab.drawn()
        if number % 2:  # the line is cut before it says that it closes
            tab.socket.close()
        Server.ask(here, "POST", tab.closing, Cookie="solara-session-id=mine")

def worlds():
    until = time.monotonic() + 20
    while time.monotonic() < until:
        gc.collect()
        number = sum(isinstance(thing, Comparison) for thing in gc.get_objects())
        if not number:
            break
        time.sleep(0.2)
    return number

def tries():
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.1)
    before = 0
    for number in range(int(sys.argv[1])):
        try:
            visit(number)
            print("tab ok", flush=True)
        except Exception as error:
            print("tab", type(error).__name__, error, flush=True)
        if number == int(sys.argv[1]) // 2:  # by then all is loaded, and room is used again
            worlds()
            before = mebibytes()
    print("worlds", worlds(), flush=True)
    if before:
        print("grown", round(mebibytes() - before), flush=True)
    visit(0)
    print("answers", Server.ask(here, "GET", "/")[0], flush=True)
    os._exit(0)

threading.Thread(target=tries, daemon=True).start()
server.serve(port, browser=False)
"""
GROWTH = 40
"""MiB by which the process may grow in the second half; the societies alone would be 150."""


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try tabs."""
    outcome = Outcome("tabs opened and closed")
    tabs = round(100 * share)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tabs)],
        cwd=HOUSE,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    said = done.stdout
    for line in re.findall(r"^tab .*$", said, re.M):
        outcome.add("served", "" if line == "tab ok" else line)
    grown = re.search(r"^grown (-?\d+)$", said, re.M)
    faults = {
        "a society is left in memory": "\nworlds 0\n" not in said,
        "the page does not answer": "\nanswers 200\n" not in said,
        f"memory has grown: {grown and grown[0]}": bool(grown and int(grown[1]) > GROWTH),
        f"not all were tried: {outcome.trials}": outcome.trials != tabs,
        f"a traceback: {done.stderr[-500:]}": "Traceback" in done.stderr,
    }
    for words, wrong in faults.items():
        if wrong:
            outcome.add("", words)
    if grown:
        outcome.note = f"in the second half the process grew by {grown[1]} MiB"
    return [outcome]
