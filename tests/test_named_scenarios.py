"""The scenarios to start from show what the comment in each file says."""

import functools
from typing import Any

import pandas as pd
import pytest

import sim
from sim.cli import main as cli
from sim.model.engine import Engine
from sim.scenario.named import about, named_scenarios
from tests.test_cli import ended


@functools.cache
def means(name: str, **changes: Any) -> pd.DataFrame:
    """Return the means over three runs, a row a policy."""
    scenario = sim.Scenario.from_toml(named_scenarios()[name]).replace(changes)
    return sim.replicate(scenario, 3, jobs=1).groupby("policy").mean(numeric_only=True)


def met(name: str) -> tuple[float, float, float]:
    """Return the shares of the pairs that met face to face once, two to four times, more often."""
    engine = Engine(sim.Scenario.from_toml(named_scenarios()[name]))
    engine.advance(365)
    times = engine.view.all_ties()[1].met
    times = times[times > 0]
    once, often = (times == 1).mean(), (times > 4).mean()
    return once, 1 - once - often, often


def test_the_default_is_one_of_them():
    assert sim.Scenario.from_toml(named_scenarios()["linkedin2008"]) == sim.Scenario()


def test_with_references_one_gets_as_far_as_with_everyone_and_is_blocked_as_often():
    seen = means("thread")
    degree, blocked = seen["degree"], seen["blocked"]
    assert degree["referred"] > 0.85 * degree["everyone"] > 1.2 * degree["interacted"]
    assert blocked["referred"] > 0.7 * blocked["everyone"] > 20 * blocked["interacted"]


def test_without_a_rule_the_unwanted_invitations_nearly_double():
    before = means("linkedin2006")
    ruled = means("linkedin2006", **{"platform.preset": "linkedin2008"})
    assert before["blocked"].max() == 0
    assert 1.5 < before["unwanted_sent"]["everyone"] / ruled["unwanted_sent"]["everyone"] < 2


def test_five_strikes_block_one_in_six_of_those_who_invite_everyone():
    after = means("linkedin2008")
    assert 1 / 8 < after["blocked"]["everyone"] < 1 / 5
    assert after["blocked"]["interacted"] < 0.01


def test_the_rule_of_2021_stops_next_to_nothing():
    free = means("linkedin2021", **{"platform.preset": "none"})
    mild = means("linkedin2021")
    assert mild["unwanted_sent"]["everyone"] > 0.95 * free["unwanted_sent"]["everyone"]


def test_a_limit_to_people_known_does_what_a_block_does():
    limited, blocked = means("linkedin2007"), means("linkedin2008")
    assert 1 / 9 < limited["limited"]["everyone"] < 1 / 5
    assert limited["limited"]["interacted"] < 0.01
    assert limited["blocked"].max() < 0.005
    sent = limited["unwanted_sent"]["everyone"] / blocked["unwanted_sent"]["everyone"]
    assert 1 < sent < 1.15
    appealed = means("linkedin2007", **{"platform.appeal_success": 0.8})["unwanted_sent"][
        "everyone"
    ]
    free = means("linkedin2008", **{"platform.preset": "none"})["unwanted_sent"]["everyone"]
    less, saved = free - appealed, free - limited["unwanted_sent"]["everyone"]
    assert 0.4 < less / saved < 0.7


def test_blocks_that_grow_meet_few_and_these_more_than_once():
    free = means("linkedin2008", **{"platform.preset": "none"})
    growing = means("facebook2011")
    everyone = growing.loc["everyone"]
    assert 1 / 60 < everyone["blocked"] < 1 / 17
    assert everyone["restrictions"] > 1.5 * everyone["blocked"]
    assert everyone["unwanted_sent"] > 0.95 * free["unwanted_sent"]["everyone"]


def test_five_strikes_stop_spammers_within_weeks_and_hardly_anybody_else():
    assert means("spammers", days=60)["blocked"]["spammer"] > 0.9
    assert means("spammers")["blocked"]["interacted"] < 0.01


def test_among_open_networkers_fewer_are_blocked_and_each_reaches_further():
    club, without = means("open_networkers"), means("open_networkers", **{"habits.lion.share": 0})
    assert club["blocked"]["everyone"] < 0.6 * without["blocked"]["everyone"]
    assert club["degree"]["everyone"] > 1.1 * without["degree"]["everyone"]


def test_at_a_conference_contacts_are_many_and_slight_and_in_an_office_few_and_strong():
    assert met("conference") == pytest.approx((0.66, 0.25, 0.085), abs=0.04)
    assert met("office") == pytest.approx((0.40, 0.28, 0.32), abs=0.04)
    conference, office = means("conference"), means("office")
    assert conference["degree"]["interacted"] > 1.2 * office["degree"]["interacted"]
    assert office["degree"]["close_friends"] > 1.2 * conference["degree"]["close_friends"]


def test_who_courts_rank_invites_upwards_and_gains_hardly_anything():
    firm = means("small_firm")
    assert firm["upwards"]["climbers"] > firm["upwards"]["interacted"] + 0.02
    assert abs(firm["degree"]["climbers"] / firm["degree"]["interacted"] - 1) < 0.15


def test_in_a_start_up_the_first_to_come_have_most_connections():
    scenario = sim.Scenario.from_toml(named_scenarios()["start_up"])
    members = pd.concat(
        sim.run(scenario.replace({"seed": seed})).members for seed in range(1, 6)
    ).query("left.isna()")
    degree = members.groupby(members["arrived"] > scenario.days / 2)["degree"].mean()
    assert 1.5 < degree[False] / degree[True] < 3.5


def test_commands_take_a_name_and_a_file_of_that_name_comes_first(tmp_path, monkeypatch, capsys):
    assert ended(cli.app, "scenarios") == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in named_scenarios())
    monkeypatch.chdir(tmp_path)
    small = ("--set", "members=50", "--set", "days=5")
    assert ended(cli.app, "run", "office", "--out", "named", *small) == 0
    assert sim.load(tmp_path / "named/result.zip").scenario.society.team_size == 20
    (tmp_path / "office").write_text("[society]\nteam_size = 7\n")
    assert ended(cli.app, "run", "office", "--out", "own", *small) == 0
    assert sim.load(tmp_path / "own/result.zip").scenario.society.team_size == 7


def test_each_says_what_it_shows():
    assert len(named_scenarios()) >= 9
    for name, file in named_scenarios().items():
        assert "Shows: " in about(file), name
        assert " = " not in about(file), name  # a line of settings follows some comments
