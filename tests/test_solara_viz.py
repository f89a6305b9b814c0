"""Mesa's own page around our model, in a real browser: the first thing that a Mesa user tries."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
PATIENCE = 150_000
pytest.importorskip("solara")
APP = """
import sim
from mesa.visualization import Slider, SolaraViz, make_plot_component
import solara

@solara.component
def Told(model):
    from mesa.visualization.utils import update_counter
    update_counter.get()
    s = model.scenario
    solara.Text(
        f"day {model.day}, {s.members} members, limit {s.platform.limit}, clicks "
        f"{s.answering.idk_click}, degree {sum(m.degree for m in model.agents)}"
    )

page = SolaraViz(
    sim.NetworkModel(
        sim.Scenario(days=9, seed=5, meeting={"history_days": 30}, answering={"idk_click": 0.3}),
        members=60,
    ),
    components=[make_plot_component("blocked"), Told],
    model_params={
        "members": Slider("Members", 60, 40, 80, 10),
        "platform.limit": {"type": "SliderInt", "value": 2, "min": 1, "max": 5, "label": "Limit"},
    },
)
"""

pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="there is no Chromium at /usr/bin/chromium or in PATH"
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    app = tmp_path_factory.mktemp("viz") / "app.py"
    app.write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "solara", "run", str(app), "--no-open", "--port", str(port)]
    command += ["--host", "127.0.0.1", "--production"]
    with (app.parent / "log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE / 1000
        while server.poll() is None and time.monotonic() < until and not listens(port):
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def listens(port):
    with socket.socket() as asks:
        return asks.connect_ex(("127.0.0.1", port)) == 0


def told(page, text):
    page.wait_for_selector(f"text={text}")
    return page.locator(f"text={text}").inner_text()


def degree(day, **changes):
    members = {"members": 60, "platform.limit": 2} | changes
    scenario = sim.Scenario(seed=5, meeting={"history_days": 30}, answering={"idk_click": 0.3})
    return sim.run(scenario.replace({"days": day, **members})).members["degree"].sum()


def test_it_plays_steps_and_resets_with_parameters(address):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        assert "60 members, limit 5, clicks 0.3, degree 0" in told(page, "day 0,")
        page.get_by_role("button", name="Step").click()
        told(page, "day 1,")
        page.get_by_role("button", name="▶").click()
        last = told(page, "day 9,")
        assert page.get_by_role("button", name="Step").is_disabled()
        assert last.endswith(f"degree {degree(9, **{'platform.limit': 5})}")
        assert page.locator("img[src^='blob:'], img[src^='data:image/png']").count() == 1

        page.get_by_role("slider", name="Members").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Reset").click()
        assert "70 members, limit 2, clicks 0.3, degree 0" in told(page, "day 0,")
        page.get_by_role("button", name="Step").click()
        assert told(page, "day 1,").endswith(f"degree {degree(1, members=70)}")
        browser.close()
