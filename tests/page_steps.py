"""What a test does and awaits in a tab of the page, in a browser."""

import re

import pandas as pd
import pytest

from tests.page import PATIENCE

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=PATIENCE)
PLAIN = {"members": "300", "days": "50", "platform.limit": "5", "inviting.per_day": "0.5"}
"""The settings of a small society."""

CONTRAST = """(selector, of) => {
  const element = document.querySelector(selector);
  if (!element) return false;
  const parts = getComputedStyle(element)[of].match(/[0-9]+/g).slice(0, 3);
  const linear = parts.map((part) => ((part / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return 1.05 / (luminance + 0.05) >= 4.5;
}"""
"""Whether a colour and white have the contrast that WCAG requires of text."""


def typed(page, name, text):
    box = page.locator(f'.field[data-name="{name}"] .typed input').first
    box.fill(text)
    box.press("Enter")


def prepared(page, **settings):
    """Bring a tab to day 0 of a small society, whatever was done in it before."""
    pause = page.get_by_role("button", name="Pause")
    if pause.is_visible():
        pause.click()
    settings = PLAIN | settings
    for name, text in settings.items():
        if page.locator(f'.field[data-name="{name}"] .typed input').first.input_value() != text:
            typed(page, name, text)
    page.get_by_role("button", name="normal").click()
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("#today")).to_contain_text(f"Day 0: {settings['members']} people")


def until_day(page, day):
    page.wait_for_function(f"document.querySelector('#numbers').dataset.day >= {day}")


def played(page, day):
    page.get_by_role("button", name="fast").click()
    page.get_by_role("button", name="Play").click()
    until_day(page, day)


def until_shown(page, script, *wanted):
    """Wait until a script in the page gives what is wanted."""
    page.wait_for_function(f"(wanted) => ({script})(...wanted)", arg=wanted)


def is_rounded(text, exact):
    """Return whether a number on the page is the exact one, rounded to the digits shown."""
    if text == "–":
        return pd.isna(exact)
    digits = re.fullmatch(r"([\d.]+)\s?%?", text).group(1)
    unit = 10.0 ** -len(digits.partition(".")[2])
    return abs(float(digits) - exact * (100 if "%" in text else 1)) <= 0.5 * unit + 1e-9
