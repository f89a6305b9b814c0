"""What docs/answers.md and docs/thread.md say in words is so in the tables."""

import itertools
import math

import pandas as pd
import pytest

import sim
from docs import paragraphs, quotes


@pytest.mark.parametrize("measure", ["degree", "reach2_share"])
def test_the_order_is_as_said_in_the_default_society_and_in_all_others(measure):
    for one, other in itertools.pairwise(quotes.POLICIES):
        assert quotes.mixed(measure, one)["low"] > quotes.mixed(measure, other)["high"]
        assert quotes.lead_row(measure, one, other)[0]["mean"] == 1


def test_who_accepts_and_who_is_known_is_as_said():
    means = [
        {policy: quotes.mixed(measure, policy)["mean"] for policy in quotes.POLICIES}
        for measure in ("acceptance", "mutually_recognised", "acquainted", "unseen")
    ]
    for most in means[:2]:
        assert max(most, key=most.__getitem__) == "close_friends"
    assert means[2]["everyone"] < 0.5
    for policy in quotes.POLICIES:  # most of those not accepted were never looked at
        assert means[3][policy] > (1 - means[0][policy]) / 2


def test_invitees_found_through_connections_look_more_often():
    log = sim.run(sim.Scenario(members=1_000, days=200), log=True).invitations
    unseen = (log["recognised"] == "not looked at")[log["policy"] == "everyone"]
    share = unseen.groupby(log["source"], observed=True).mean()
    assert share["introductions"] < share[["contacts", "directory"]].min() - 0.1


def test_who_is_blocked_is_as_said():
    def share(tenth: int, policy: str = "everyone") -> float:
        return float(quotes.decile_of(tenth, "blocked", policy).split(" %")[0])

    assert share(10) > 99
    assert max(map(share, range(1, 6))) < 0.5
    assert all(share(t, p) == 0 for t in range(1, 5) for p in ("everyone", "interacted"))
    assert sim.Scenario().platform.limit == 5


def test_the_lead_shrinks_and_is_no_longer_certain():
    last = quotes.LAST
    assert 0 < quotes.years_lead(last) < quotes.years_lead(1) / 2
    assert quotes.lasting_row(1)["mean"] == 1
    assert quotes.lasting_row(last)["low"] < 0.6
    one, other = (quotes.year_row(last, "degree", p) for p in ("everyone", "interacted"))
    assert one["low"] > other["high"]  # in the default society it is still there


def test_what_the_rules_do_is_as_said():
    rules = quotes.rules()
    none, life, window = (rules.loc[name] for name in (quotes.NONE, quotes.LIFE, quotes.WINDOW))
    assert life["unwanted_high"] < none["unwanted_low"]
    assert life["lost_low"] > 0
    assert life["blocked_high"] < 0.5  # percent
    assert abs(window["unwanted"] - none["unwanted"]) < 0.1
    assert window["lost_low"] < 0 < window["lost_high"]
    assert rules["frontier"].sum() > 1
    others = sim.Scenario().policies.keys() - {"everyone"}
    assert others == {"interacted", "close_friends"}  # who means well


def test_each_rule_that_saves_many_unwanted_invitations_costs_many_connections():
    rules = quotes.rules()
    saves = rules[rules["unwanted"] < rules.loc[quotes.NONE, "unwanted"] - 2]
    assert len(saves) > 3
    assert saves["lost_low"].min() > 3


def test_few_who_invite_everyone_get_most_and_close_friends_live_on_others():
    few = {p: quotes.one_in_a_hundred("everyone", p) for p in quotes.POLICIES}
    assert few["everyone"]["low"] > few["interacted"]["high"] > few["close_friends"]["high"]
    carried = quotes.one_in_a_hundred("close_friends", "close_friends")
    assert carried["low"] > 10 * quotes.alone("close_friends")["high"]


def test_each_question_has_a_table_whose_rows_are_as_long_as_its_head():
    for question in paragraphs.questions():
        assert len({len(row) for row in question.numbers}) == 1
        assert question.short.endswith(".")


def test_what_the_readme_says_of_eight_years_is_so():
    last = quotes.LAST
    degree, blocked = (
        [quotes.year_row(last, measure, policy)["mean"] for policy in ("everyone", "interacted")]
        for measure in ("degree", "blocked")
    )
    assert [int(number) for number in degree] == [90, 85]
    assert [round(share, 1) for share in blocked] == [0.5, 0.2]
    row = quotes.lasting_row(last)
    assert round((1 - row["mean"]) * row["societies"]) == 11
    assert row["societies"] == 40


def test_what_matters_most_of_what_no_data_tell_is_as_the_readme_says():
    moves = pd.read_csv(quotes.ANSWERS / "plausible" / "moves.csv")
    for measure in ("degree", "reach2_share"):
        moved = moves[(moves["measure"] == measure) & (moves["policy"] == "everyone")]
        ratios = (moved["in_high"] / moved["in_low"]).map(math.log).abs()
        most = moved["parameter"][ratios.sort_values().index[-2:]]
        assert set(most) == {"inviting.per_day", "policies.everyone.share"}
