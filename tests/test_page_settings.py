"""The settings of the page: what they take, say and offer, without a browser."""

import pytest

import sim
from sim.app.settings import INVITING, Settings, groups, help_text, more, used, value_of


def test_a_setting_that_does_not_fit_says_so_under_its_name():
    settings = (
        Settings(sim.Scenario())
        .changed("members", "30000")
        .changed("platform.limit", "0")
        .changed("days", "")
    )
    assert settings.mistakes() == {
        "members": "too many for the page (got 30000); must be 20000 or less",
        "platform.limit": 'expected a whole number from 1 to 10000 or "none", got 0',
        "days": "empty; must be a number or a word",
    }
    none = Settings(sim.Scenario())
    for name in sim.Scenario().policies:
        none = none.changed(f"policies.{name}.share", "0")
    assert "" in none.mistakes()


FRACTIONS = [
    "meeting.rate",
    "society.activity_sigma",
    *(one.name for one in INVITING if one.step),
    "answering.idk_click",
    "policies.everyone.share",
]
WHOLE = ["members", "days", "platform.limit", "platform.restriction_days", "seed"]


@pytest.mark.parametrize("name", FRACTIONS)
def test_a_comma_is_a_decimal_comma(name):
    for text, value in (("0,125", 0.125), ("0,250", 0.25), (",5", 0.5), ("0,5", 0.5), ("1", 1)):
        settings = Settings(sim.Scenario()).changed(name, text)
        assert settings.mistakes() == {}
        assert value_of(settings.scenario(), name) == value
    for text in ("1,250", "1,000", "1,000,000", "1.000,5", "1,000.5", "1 000", "1,2,3"):
        settings = Settings(sim.Scenario()).changed(name, text)
        assert list(settings.mistakes()) == [name]
        with pytest.raises(sim.InputError, match=f"^{name}: "):
            settings.scenario()
    two = Settings(sim.Scenario()).changed(name, "1,250").mistakes()[name]
    assert two == "can be read in two ways (got 1,250); must be 1.25 or 1250, without a separator"


@pytest.mark.parametrize("name", WHOLE)
def test_commas_separate_thousands_only_in_whole_numbers(name):
    for text, value in (("10", 10), ("10,0", 10), ("1,000", 1_000)):
        settings = Settings(sim.Scenario()).changed(name, text)
        assert value_of(settings.scenario(), name) == value
    for text in ("0,125", "1,5", "1.000", "1.000,0", "1,00,000", "1 000", "1,000.5"):
        assert list(Settings(sim.Scenario()).changed(name, text).mistakes()) == [name], text


def test_chances_by_class_are_five_numbers_in_one_box():
    name = "answering.accept"
    start = Settings(sim.Scenario().replace({name: (0.6, 0.605, 0.61, 0.8, 1)}))
    assert start.shown(name, start.scenario()) == "0.6, 0.605, 0.61, 0.8, 1"
    for text in ("0.1, 0.2, 0.3, 0.4, 1", "[0.1, 0.2, 0.3, 0.4, 1]"):
        chosen = start.changed(name, text).scenario()
        assert chosen.answering.accept == (0.1, 0.2, 0.3, 0.4, 1)
    for text in ("0.1, 0.2", "0.1", "x", "0,1, 0,2, 0,3, 0,4, 1"):
        mistake = start.changed(name, text).mistakes()[name]
        assert mistake.startswith("expected five numbers from 0 to 1, stranger to close")


def test_every_default_lies_on_its_slider():
    start = sim.Scenario()
    for offered in (groups(start) | more(start)).values():
        for one in offered:
            value = value_of(start, one.name)
            if one.step and isinstance(value, int | float):
                assert one.low <= value <= one.high, one.name
                steps = (value - one.low) / one.step
                assert steps == pytest.approx(round(steps)), one.name


def test_another_preset_brings_its_own_numbers():
    settings = (
        Settings(sim.Scenario())
        .changed("platform.limit", "2")
        .changed("inviting.per_day", "1.5")
        .changed("platform.preset", "linkedin2021")
    )
    assert settings.scenario() == sim.Scenario().replace(
        {"inviting.per_day": 1.5, "platform.preset": "linkedin2021"}
    )
    assert settings.changed("platform.limit", "none").scenario().platform.limit is None


def test_a_box_to_tick_sets_a_flag_of_a_policy():
    settings = Settings(sim.Scenario()).changed("policies.everyone.notes", "true")
    assert settings.mistakes() == {}
    assert settings.scenario() == sim.Scenario().replace({"policies.everyone.notes": True})
    name = "policies.everyone.asks_first"
    assert settings.shown(name, settings.scenario()) == "false"


def test_the_mechanisms_that_a_named_scenario_uses_are_open_at_first():
    opened = {
        name: [title for title, offered in more(start).items() if used(offered, start)]
        for name, path in sim.named_scenarios().items()
        if (start := sim.Scenario.from_toml(path))
    }
    assert {name: titles for name, titles in opened.items() if titles} == {
        "linkedin2006": ["Coming and going"],
        "small_firm": ["Rank"],
        "start_up": ["Coming and going"],
    }


def test_help_texts_are_those_of_the_scenario():
    listed = {parameter.name: parameter for parameter in sim.Scenario.parameters()}
    for name in ("meeting.rate", "answering.idk_click", "platform.preset"):
        assert listed[name].description in help_text(name, sim.Scenario())
    assert listed["policies.NAME.share"].description in help_text(
        "policies.everyone.share", sim.Scenario()
    )
