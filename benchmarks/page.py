"""The time that a day takes to appear on the page: ``python -m benchmarks.page``.

It needs Chromium.
"""

import re
import shutil
import statistics
import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

FIRST, DAYS = 200, 30
STEP = """(day) => new Promise((done) => {
  const begun = performance.now();
  const buttons = [...document.querySelectorAll("button")];
  buttons.find((button) => button.innerText.includes("Step")).click();
  const look = () => {
    const shown = document.querySelector("#numbers").dataset.day > day;
    return shown ? done(performance.now() - begun) : requestAnimationFrame(look);
  };
  look();
})"""
RESET = STEP.replace('"Step"', '"Reset"').replace("dataset.day > day", "dataset.day == 0")


def main() -> None:
    """Serve the page, play to a day, step on, reset, and print the times."""
    command = [sys.executable, "-m", "sim", "page", "--port", "0", "--no-browser"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        assert server.stdout is not None
        address = next(
            found.group() for line in server.stdout if (found := re.search(r"http://\S+", line))
        )
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(150_000)
        page.goto(address)
        page.wait_for_selector("#numbers")
        page.get_by_role("button", name="fast").click()
        page.get_by_role("button", name="Play").click()
        page.wait_for_function(f"document.querySelector('#numbers').dataset.day >= {FIRST}")
        page.get_by_role("button", name="Pause").click()
        time.sleep(2)
        day = int(page.get_attribute("#numbers", "data-day") or 0)
        times = sorted(page.evaluate(STEP, day + number) for number in range(DAYS))
        middle, most = statistics.median(times), times[-1]
        days = f"days {day + 1} to {day + DAYS}"
        times_taken = f"median {middle:.0f} ms, longest {most:.0f} ms"
        print(f"step to shown, 1,000 members, {days}: {times_taken}")
        print(f"reset to shown: {page.evaluate(RESET, 0):.0f} ms")
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
