"""What the tests of the page share, in whatever file they stand: a server of it, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.page import CHROMIUM, QUIET, Server, served


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    # compiles once, or the server and the tests would compile at the same time
    sim.run(sim.Scenario(members=20, days=1))
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium, in which names that end in "example" are those of this machine.

    From then on a loop of asyncio runs in this thread, and no test can run another one in it.
    """
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium at /usr/bin/chromium or in PATH")
    rebound = "--host-resolver-rules=MAP *.example 127.0.0.1"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, rebound])
        yield browser
        browser.close()
