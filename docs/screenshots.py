"""Write the pictures of the page, for the README and docs/page.md: ``make screenshots``.

They are docs/images/page-desktop.png and page-phone.png.

Needs Chromium, in PATH or at /usr/bin/chromium.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
DAY = 164


def main() -> None:
    """Serve the page, play to a day on which somebody is blocked, and take both pictures."""
    command = [sys.executable, "-m", "sim", "page", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    ) as server:
        try:
            assert server.stdout is not None
            said = next(
                found for line in server.stdout if (found := re.search(r"http://\S+", line))
            )
            IMAGES.mkdir(exist_ok=True)
            with sync_playwright() as playwright:
                chromium = shutil.which("chromium") or "/usr/bin/chromium"
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
                )
                taken(browser, said.group(), "page-desktop", width=1440, height=2080)
                taken(
                    browser,
                    said.group(),
                    "page-phone",
                    width=390,
                    height=1350,
                    color_scheme="dark",
                    device_scale_factor=1.5,
                )
                browser.close()
        finally:
            server.terminate()


def taken(
    browser: Browser, address: str, name: str, *, width: int, height: int, **look: object
) -> None:
    """Play to the day in a fresh tab and write its picture."""
    page = browser.new_context(viewport={"width": width, "height": height}, **look).new_page()
    page.goto(address)
    page.wait_for_selector("#numbers", timeout=150_000)
    page.get_by_role("button", name="fast").click()
    page.get_by_role("button", name="Play").click()
    until(page, DAY - DAY % 7 - 14)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(1_500)
    while int(page.get_attribute("#numbers", "data-day") or 0) < DAY:
        before = int(page.get_attribute("#numbers", "data-day") or 0)
        page.get_by_role("button", name="Step", exact=True).click()
        until(page, before + 1)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(800)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"{IMAGES / name}.png: {page.inner_text('#today')}")


def until(page: Page, day: int) -> None:
    """Wait until a day is shown."""
    page.wait_for_function(
        f"document.querySelector('#numbers').dataset.day >= {day}", timeout=150_000
    )


if __name__ == "__main__":
    main()
