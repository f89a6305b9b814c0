"""The page in a real browser: offline, with the right numbers, and each tab independent.

The parts of a frame come one after the other, and later on a busy machine. So what is on the page
is waited for, with ``expect``; only what does not change any more is read at once. Skipped only if
there is no Chromium.
"""

import re
import tomllib
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import sim
from tests.page import PATIENCE
from tests.page_steps import (
    CONTRAST,
    expect,
    is_rounded,
    played,
    prepared,
    typed,
    until_day,
    until_shown,
)

pytest_plugins = "tests.page_fixtures"
SOLARA_WARNING = (
    "Failed to evaluate Vue script and find module.exports, falling back to old method, "
    "please use module.exports = { ... }"
)
"""A warning at each load, by a mistake in Solara 1.58.2.

solara/widgets/vue/navigator.vue has ``modules.export`` in its line 6.
"""
PER_DAY = "document.querySelector('.field[data-name=\"inviting.per_day\"] .typed input').value"
LIVED = sim.Scenario(members=300, days=50).replace({"inviting.per_day": 0.8, "platform.limit": 2})
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture(scope="module")
def context(browser):
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture(scope="module")
def wrong(context, server):
    """Return what was wrong in any tab: errors, warnings, and requests to other machines."""
    wrong = []
    context.on(
        "console",
        lambda message: (
            wrong.append(message.text)
            if message.type in ("error", "warning") and message.text != SOLARA_WARNING
            else None
        ),
    )
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on(
        "request",
        lambda request: (
            wrong.append(request.url)
            if not request.url.startswith((server.link, "data:", "blob:"))
            else None
        ),
    )
    context.on(
        "response",
        lambda response: (
            wrong.append(f"{response.status} {response.url}") if response.status >= 400 else None
        ),
    )
    return wrong


@pytest.fixture(autouse=True)
def all_was_well(wrong):
    yield
    found = wrong.copy()
    wrong.clear()
    assert found == []


@pytest.fixture(scope="module")
def page(context, server, wrong):
    """Open the tab that most tests share; ``prepared`` makes it as good as new."""
    page = context.new_page()
    page.goto(server.link)
    page.wait_for_selector("#numbers")
    return page


@pytest.fixture(scope="module")
def phone(context, server, wrong):
    """Open a tab as a phone does, in dark colours."""
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", PHONE)
    page.emulate_media(color_scheme="dark")
    page.goto(server.link)
    page.wait_for_selector("#numbers")
    return page


@pytest.fixture(scope="module")
def result():
    return sim.run(LIVED, log=True)


def lived(page):
    """Play the society of ``LIVED`` to its last day, once."""
    if page.locator("#numbers").get_attribute("data-day") == "50":
        return
    prepared(page, **{"platform.limit": "2"})
    page.get_by_role("slider", name="Invitations a day").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{PER_DAY} === '0.8'")
    played(page, 50)


def test_it_plays_and_shows_what_sim_run_gives(page, result):
    from sim.app import panels

    lived(page)
    last = result.series[result.series["day"] == 50].set_index("policy")
    for policy in last.index:
        for measure in panels.NUMBERS:
            row = page.locator(f'#numbers tr[data-measure="{measure}"]')
            shown = row.locator(f'[data-policy="{policy}"]').inner_text()
            assert is_rounded(shown, last.at[policy, measure]), (policy, measure, shown)
    named = {
        "sent": "invitations_sent",
        "accepted": "accepted",
        "declined": "declined",
        "unseen": "unseen",
        "waiting": "pending",
        "idk": "strikes",
    }
    sums = result.members.groupby("policy", observed=True)[list(named.values())].sum()
    for policy in sums.index:
        for outcome, column in named.items():
            bar = page.locator(f'.outcomes[data-policy="{policy}"]')
            shown = bar.locator(f'[data-outcome="{outcome}"]')
            expect(shown).to_have_text(f"{sums.at[policy, column]:,}")
    # it ends with the scenario's last day
    expect(page.get_by_role("button", name="Play")).to_be_disabled()


def downloaded(page, name):
    with page.expect_download() as waited:
        page.get_by_role("button", name=name).click()
    return Path(waited.value.path()).read_bytes()


def test_two_worlds_differ_only_after_the_first_restriction(page):
    lived(page)
    scenarios = [
        sim.Scenario(**tomllib.loads(downloaded(page, f"Scenario {world}").decode()))
        for world in "AB"
    ]
    assert scenarios == [LIVED, LIVED.replace({"platform.preset": "linkedin2021"})]
    series = pd.read_csv(StringIO(downloaded(page, "By day").decode()))
    a, b = (
        series[series["world"] == world].drop(columns="world").reset_index(drop=True)
        for world in "AB"
    )
    first = min(sim.run(scenario).members["blocked_day"].min() for scenario in scenarios)
    assert 1 < first < 50  # else this tests nothing
    assert a[a["day"] <= first].equals(b[b["day"] <= first])
    differing = a["day"][(a.fillna(-1) != b.fillna(-1)).any(axis=1)].min()
    assert differing > first
    text = page.locator("#difference")
    expect(text).to_contain_text(f"in both worlds it is on day {first}.")
    same = f"Up to day {differing - 1} all numbers are the same in both worlds"
    expect(text).to_contain_text(f"{same}; from day {differing} on some differ.")
    assert downloaded(page, "Picture").startswith(b"\x89PNG")


def test_a_member_has_a_timeline(page, result):
    lived(page)
    number = int(result.members["blocked_day"].idxmin())
    page.get_by_label("Number, 0 to 299").fill(str(number))
    page.keyboard.press("Enter")
    about, row = page.locator("#member"), result.members.loc[number]
    expect(about).to_contain_text(f"Member {number} of")
    expect(about).to_contain_text(f"It was first blocked on day {row['blocked_day']}.")
    invitations = result.invitations
    own = invitations[(invitations["ego"] == number) | (invitations["alter"] == number)]
    expect(page.locator("#events tr")).to_have_count(len(own) + 1)
    canvas = page.locator("canvas.network")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(about).not_to_contain_text(f"Member {number} of")


def test_no_step_of_a_slider_is_lost(page):
    """The server's answer to an earlier step must not undo later ones, whenever it comes."""
    prepared(page)
    page.get_by_role("slider", name="Invitations a day").focus()
    for turn in range(30):
        page.keyboard.press("ArrowRight" if turn < 25 else "ArrowLeft")
        page.wait_for_timeout(20 + 13 * (turn % 9))
    page.wait_for_function(f"{PER_DAY} === '2.5'")


def test_a_wrong_setting_gets_a_message_and_reset_uses_a_valid_one(page):
    prepared(page)
    typed(page, "members", "1")
    page.wait_for_selector(
        "[data-name='members'] .wrong:has-text('expected a whole number from 2 to 20000, got 1')"
    )
    page.get_by_role("button", name="Step", exact=True).click()
    until_day(page, 1)
    typed(page, "members", "120")
    page.wait_for_selector("text=Press Reset to use them")
    expect(page.locator(".wrong")).to_have_count(0)
    page.get_by_role("button", name="Play").click()
    until_day(page, 3)
    page.get_by_role("button", name="Reset").click()
    page.wait_for_selector("#today:has-text('Day 0: 120 people')")
    # a day that was under way at the reset must not be simulated with the new society
    page.wait_for_timeout(600)
    expect(page.locator("#numbers")).to_have_attribute("data-day", "0")


@pytest.mark.parametrize(
    ("group", "first", "other"),
    [("Speed", "normal", "slow"), ("Measure", "Blocked at least once", "Others within two steps")],
)
def test_screen_readers_know_which_button_of_a_group_is_chosen(page, group, first, other):
    prepared(page)
    buttons = page.get_by_role("group", name=group)
    buttons.get_by_role("button", name=first, pressed=True).wait_for()
    buttons.get_by_role("button", name=other, pressed=False).click()
    buttons.get_by_role("button", name=other, pressed=True).wait_for()
    buttons.get_by_role("button", name=first, pressed=False).wait_for()


def test_the_page_has_a_language_and_a_heading_and_allows_a_phone_to_zoom(page):
    expect(page.locator("html")).to_have_attribute("lang", "en")
    viewport = page.locator('meta[name="viewport"]')
    expect(viewport).not_to_have_attribute("content", re.compile("user-scalable"))
    expect(page.get_by_role("heading", level=1)).to_have_text("invitesim")


def test_the_focus_is_visible_and_does_not_look_like_the_choice(page):
    prepared(page)
    page.keyboard.press("Tab")  # from Reset
    slow = page.get_by_role("button", name="slow")
    expect(slow).to_be_focused()
    page.wait_for_timeout(500)  # it would fade in
    expect(slow).to_have_css("outline-style", "solid")
    shade = "(word) => getComputedStyle(document.activeElement, '::before').opacity === word"
    until_shown(page, shade, "0")
    page.locator("[role=switch]").focus()
    expect(page.locator(".v-input--switch__track")).to_have_css("outline-style", "solid")


def test_screen_readers_know_the_world_of_a_field(page):
    for title in ("People and rule", "World B"):
        group = page.get_by_role("group", name=title)
        expect(group.get_by_role("textbox", name="Days blocked")).to_have_count(1)


def test_screen_readers_know_the_tables_and_the_keyboard_stops_at_nothing_empty(page):
    prepared(page)
    page.get_by_label("Number, 0 to 299").fill("7")
    page.keyboard.press("Enter")
    page.wait_for_selector("#member")
    regions = page.get_by_role("region")
    expect(regions).to_have_count(2)
    for place, name in enumerate(["The numbers", "The people whom it knows best"]):
        expect(regions.nth(place)).to_have_attribute("aria-label", name)
    expect(page.get_by_role("columnheader", name="all")).to_have_text("all")
    expect(page.locator(".swatch:not([aria-hidden])")).to_have_count(0)


def test_screen_readers_hear_the_summary_when_play_pauses_and_not_before(page):
    prepared(page)
    status = page.get_by_role("status").filter(has_text="Day")
    page.get_by_role("button", name="Play").click()
    until_day(page, 3)
    expect(status).to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    status.wait_for(state="attached")
    page.wait_for_timeout(600)  # a day that was under way
    same = "(selector) => [...document.querySelectorAll(selector)].some((one) => one.textContent"
    until_shown(page, f"{same} === document.querySelector('#today').textContent)", "[role=status]")


def test_a_number_without_a_member_gets_a_message_at_the_box(page):
    prepared(page)
    box = page.get_by_label("Number, 0 to 299")
    box.fill("300")
    box.press("Enter")
    message = page.get_by_role("alert").filter(
        has_text="no such member (got 300); must be a whole number from 0 to 299"
    )
    message.wait_for()
    described = page.locator(f"#{box.get_attribute('aria-describedby')}")
    expect(described).to_have_text(re.compile("^no such member"))
    until_shown(page, CONTRAST, ".v-label.error--text", "color")  # the label fades into red
    box.fill("")
    box.press("Enter")
    expect(message).to_have_count(0)


def test_it_works_on_a_phone_in_dark_colours_and_by_keyboard(phone):
    phone.wait_for_selector(".theme--dark #numbers")
    phone.wait_for_function(
        "[...document.querySelectorAll('.panel')]"
        ".every(panel => panel.getBoundingClientRect().right <= 390)"
    )
    play = phone.get_by_role("button", name="Play")
    expect(play).to_be_in_viewport()
    for white_on in (".v-toolbar", ".player .primary"):
        until_shown(phone, CONTRAST, white_on, "backgroundColor")
    phone.get_by_role("button", name="Colours").focus()
    phone.keyboard.press("Tab")  # to the first button below
    expect(play).to_be_focused()
    phone.keyboard.press("Enter")
    until_day(phone, 2)


def test_two_tabs_do_not_disturb_each_other(page, phone):
    prepared(page)
    prepared(phone)
    for tab in (page, phone):
        tab.get_by_role("button", name="Step", exact=True).click()
        expect(tab.locator("#numbers")).to_have_attribute("data-day", "1")
    typed(page, "members", "200")
    page.wait_for_selector("text=Press Reset to use them")
    before = page.inner_text("#numbers")
    phone.get_by_role("button", name="Play").click()
    until_day(phone, 3)
    assert page.inner_text("#numbers") == before
    expect(page.locator('[data-name="members"] .typed input')).to_have_value("200")
    expect(phone.locator('[data-name="members"] .typed input')).to_have_value("300")


def test_the_button_for_light_and_dark_has_a_name_and_is_remembered(phone):
    phone.emulate_media(color_scheme="light")
    dark = phone.locator(".v-application.theme--dark")
    phone.get_by_role("button", name="Colours: as the system. Change to dark").click()
    phone.reload()
    phone.wait_for_selector("#numbers")
    dark.wait_for()
    phone.get_by_role("button", name="Colours: dark. Change to light").click()
    dark.wait_for(state="detached")


def test_a_tab_whose_connection_was_lost_goes_on(phone, wrong):
    prepared(phone)
    step = phone.get_by_role("button", name="Step", exact=True)
    step.click()
    until_day(phone, 1)
    with phone.expect_console_message(lambda message: "fallback to fetching" in message.text):
        phone.evaluate("solara.debug.dropConnection()")
    step.click()
    until_day(phone, 2)
    wrong.clear()  # of the lost connection there are warnings


def test_a_folded_mechanism_opens_and_takes_effect(page):
    prepared(page)
    box = page.get_by_role("checkbox", name="Sends notes: everyone")
    expect(box).to_have_count(0)  # what is folded is not there for screen readers
    page.get_by_text("Notes and questions").click()
    box.check(force=True)
    expect(page.locator('#numbers tr[data-measure="effort"]')).to_have_count(1)
    expect(box).to_be_checked()


def test_another_scenario_to_start_from_brings_its_people_and_its_rule(page):
    """The last test of this tab."""
    prepared(page)
    start = page.locator('.field[data-name="start"]')
    start.locator(".v-select__slot").click()
    page.get_by_role("option", name="spammers").click()
    share = page.locator('.field[data-name="policies.spammer.share"] .typed input')
    expect(share).to_have_value("0.05")
    expect(page.locator('.field[data-name="members"] .typed input')).to_have_value("1000")
    expect(start).to_contain_text("five strikes for good stop nearly all spammers")
    played(page, 7)
