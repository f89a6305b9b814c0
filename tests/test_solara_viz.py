"""Mesa's own page around our model, in a real browser: the first thing that a Mesa user tries."""

import re
import socket
import subprocess
import sys
import time

import pytest

import sim
from tests.page import PATIENCE
from tests.page_steps import expect

pytest.importorskip("solara")
pytest_plugins = "tests.page_fixtures"
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
        sim.Scenario(days=4, seed=5, meeting={"history_days": 30}, answering={"idk_click": 0.3}),
        members=60,
    ),
    components=[make_plot_component("blocked"), Told],
    model_params={
        "members": Slider("Members", 60, 40, 80, 10),
        "platform.limit": {"type": "SliderInt", "value": 2, "min": 1, "max": 5, "label": "Limit"},
    },
)
"""


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
        server.kill()
        server.wait()


def listens(port):
    with socket.socket() as asks:
        return asks.connect_ex(("127.0.0.1", port)) == 0


def tells(page, text):
    """Wait until the page says this, in which "..." stands for anything."""
    wanted = re.escape(text).replace(re.escape("..."), ".*")
    expect(page.locator("text=/^day /")).to_have_text(re.compile(f"^{wanted}$"))


def degree(day, **changes):
    members = {"members": 60, "platform.limit": 2} | changes
    scenario = sim.Scenario(seed=5, meeting={"history_days": 30}, answering={"idk_click": 0.3})
    return sim.run(scenario.replace({"days": day, **members})).members["degree"].sum()


def test_it_plays_steps_and_resets_with_parameters(address, browser):
    with browser.new_page() as page:
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        tells(page, "day 0, 60 members, limit 5, clicks 0.3, degree 0")
        page.get_by_role("button", name="Step").click()
        tells(page, "day 1, ...")
        page.get_by_role("button", name="▶").click()
        tells(page, f"day 4, ..., degree {degree(4, **{'platform.limit': 5})}")
        expect(page.get_by_role("button", name="Step")).to_be_disabled()
        expect(page.locator("img[src^='blob:'], img[src^='data:image/png']")).to_have_count(1)

        page.get_by_role("slider", name="Members").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Reset").click()
        tells(page, "day 0, 70 members, limit 2, clicks 0.3, degree 0")
        page.get_by_role("button", name="Step").click()
        tells(page, f"day 1, ..., degree {degree(1, members=70)}")
