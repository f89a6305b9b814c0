"""The parts of the page that show a society, without a browser."""

import socket
from collections import Counter

import numpy as np
import pytest

import sim
from sim.measures import label
from sim.model.tables import InvitationLog

pytest.importorskip("solara", reason="needs the extra app")

from sim.app import (
    charts,
    layout,
    network,
    node_positions,
    panels,
    server,
    summary_text,
    timeline,
)
from sim.app.comparison import Comparison

SMALL = sim.Scenario(members=150, days=40, seed=3, meeting={"history_days": 40})


@pytest.fixture(scope="module")
def harsh():
    comparison = Comparison(
        SMALL.replace({"platform.limit": 1}),
        SMALL.replace({"platform.limit": 1, "platform.restriction_days": 5}),
    )
    comparison.run_for(40)
    return comparison


def test_a_member_is_named_by_a_whole_number():
    assert [layout.member_number(text, 1_500) for text in ("7", " 1,234 ", "")] == [7, 1_234, None]
    for text in ("1.234", "0,5", "-1", "1501", "x", "1" * 30, "²"):
        with pytest.raises(sim.InputError):
            layout.member_number(text, 1_500)


def test_worlds_with_restrictions_of_different_length_differ_when_the_shorter_one_ends(harsh):
    first = harsh.first.first_restriction
    assert (
        first
        == harsh.second.first_restriction
        == harsh.first.model.result().members["blocked_day"].min()
    )
    assert harsh.first_difference() >= first + 5
    assert f"in both worlds it is on day {first}" in summary_text.difference(harsh)
    assert Comparison(SMALL, SMALL).first_difference() is None


def test_the_summary_names_who_was_blocked_and_after_how_many_invitations(harsh):
    comparison = Comparison(SMALL.replace({"platform.limit": 1}))
    comparison.run_for(harsh.first.first_restriction)
    members = comparison.first.model.result().members
    new = members[members["blocked_day"] == comparison.day]
    text = summary_text.today(comparison.first)
    assert text.startswith(f"Day {comparison.day}: ")
    assert f"sent {new['invitations_until_block'].max()} invitations before" in text


def test_a_timeline_has_every_invitation_and_every_block(harsh):
    world = harsh.second
    log = world.log.table(world.model.engine)
    number = max(
        range(150), key=lambda member: sum(member in newly for newly in world.restrictions.values())
    )
    blocks = sum(number in newly for newly in world.restrictions.values())
    assert blocks > 1
    events = timeline.events(world, number)
    assert sum("was blocked for 5 days" in event.what for event in events) == blocks
    assert (
        sum("invited" in event.what for event in events)
        == ((log["ego"] == number) | (log["alter"] == number)).sum()
    )


def test_what_is_told_of_a_member_is_what_the_tables_have(harsh):
    world = harsh.first
    members, log = world.model.result().members, world.log.table(world.model.engine)
    number = int((members["unseen"] * (members["strikes"] + members["accepted"])).idxmax())
    row = members.loc[number]
    told = timeline.summary(world, number)
    assert f"{row['declined']} declined ({row['unseen']} never looked at)" in told
    assert f"{row['pending']} waiting, {row['strikes']} answered" in told
    assert f"activity {row['activity']:.2g} (the mean is 1)" in told
    events = [event.what for event in timeline.events(world, number)]
    own = log[log["ego"] == number]
    for outcome, words in timeline.OUTCOMES.items():
        unseen = (own["outcome"] == "declined") & (own["recognised"] == "not looked at")
        known = own["outcome"].astype(str).mask(unseen, "unseen")
        here = sum(what.startswith("invited") and what.endswith(words) for what in events)
        assert here == (known == outcome).sum(), outcome
    assert row["unseen"] > 0


@pytest.mark.parametrize(("number", "last"), [(0, 9), (59, 59), (117, 117)])
def test_a_team_ends_with_its_circle_and_with_the_society(number, last):
    scenario = sim.Scenario(members=118, days=1, meeting={"history_days": 0})
    told = timeline.summary(Comparison(scenario).first, number)
    assert f"is in the team of members {number // 10 * 10} to {last}." in told


def test_charts_and_numbers_have_the_words_of_the_measures(harsh):
    drawn = panels.line_charts(harsh.first, harsh.first.lines())
    assert all(f"<h2>{label(name).title}</h2>" in drawn for name in panels.CHARTS)
    numbers = panels.numbers(harsh.first, harsh.first.lines())
    assert all(f">{label(name).words}</th>" in numbers for name in panels.NUMBERS)


def test_the_rule_in_words_has_the_cap_on_invitations():
    worlds = Comparison(SMALL, SMALL.replace({"platform.preset": "linkedin2021"})).worlds
    capped = ["at most 100 invitations in 7 days" in summary_text.rule(world) for world in worlds]
    assert capped == [False, True]


def test_the_rule_in_words_has_all_that_breaks_it_and_all_that_follows():
    seven, ratio = (
        Comparison(SMALL.replace({"platform.preset": preset})).first
        for preset in ("linkedin2007", "ratio")
    )
    assert "limited to people known, then blocked for good after 5 “I don’t" in summary_text.rule(
        seven
    )
    assert (
        "for good after fewer than 30\u00a0% accepted of 50 or more resolved"
        in summary_text.rule(ratio)
    )


def test_a_timeline_has_every_action_of_a_ladder():
    ladder = {"platform.limit": 1, "platform.ladder": "warn, email, suspend 2, good"}
    comparison = Comparison(SMALL.replace({**ladder, "answering.idk_click": 0.8}))
    comparison.run_for(60)
    world = comparison.first
    members = world.model.result().members
    told = Counter(what for day in world.sanctions.values() for what in day.values())
    assert told["was warned"] == members["warnings"].sum() > 0
    assert told["was limited to inviting people it knows"] == members["limits"].sum() > 0
    blocked = told["was blocked for 2 days"] + told["was blocked for good"]
    assert blocked == members["restrictions"].sum() > 0
    number = int(members["warnings"].idxmax())
    assert "was warned" in [event.what for event in timeline.events(world, number)]


def test_the_log_can_be_read_on_any_evening():
    model = sim.NetworkModel(SMALL)
    log = InvitationLog(model.engine)
    for _ in range(40):
        model.step()
        log.evening(model.engine)
        log.table(model.engine)
    result = sim.run(SMALL, log=True).invitations
    assert log.table(model.engine).equals(result)
    own = result[(result["ego"] == 7) | (result["alter"] == 7)].reset_index(drop=True)
    assert log.table(model.engine, 7).equals(own)


def test_a_log_that_is_read_too_rarely_says_so():
    model = sim.NetworkModel(SMALL)
    log = InvitationLog(model.engine, every=2)
    model.engine.advance(SMALL.inviting.pending_days + 3)
    with pytest.raises(ValueError, match="of day 1 are kept no longer"):
        log.evening(model.engine)


def test_bonds_agree_on_both_sides():
    model = sim.NetworkModel(SMALL)
    model.run_for(40)
    for member in model.agents.select(lambda member: member.number % 10 == 0):
        bonds = member.bonds
        assert len(bonds) == member.contacts
        for alter, bond in bonds.items():
            back = alter.bonds[member]
            assert (bond.met, bond.talked, bond.days_since) == (
                back.met,
                back.talked,
                back.days_since,
            )
            assert bond.tie_class == (1 if not bond.met else 2 + (bond.met >= 3) + (bond.met >= 7))


def test_the_picture_shows_the_connections_and_the_new_ones(harsh):
    result = harsh.first.model.result()
    assert (harsh.positions.edges == result.connections).all()
    comparison = Comparison(SMALL)
    comparison.run_for(10)
    before = {tuple(pair) for pair in comparison.positions.edges.tolist()}
    comparison.run_for(1)
    positions = comparison.positions
    new = {tuple(pair) for pair in positions.edges[positions.new].tolist()}
    assert new == {tuple(pair) for pair in positions.edges.tolist()} - before
    assert new
    assert np.isfinite(positions.x).all()
    assert np.isfinite(positions.y).all()


@pytest.mark.parametrize("name", ["linkedin2008", "small_firm", "spammers", "thread"])
def test_no_policy_has_the_colour_of_the_new_connections(name):
    comparison = Comparison(sim.Scenario.from_toml(sim.named_scenarios()[name]))
    drawn = network.picture(comparison)
    assert drawn["new_colour"] not in [colour for colour, _ in drawn["styles"]]
    assert f'stroke="{drawn["new_colour"]}"' in panels.legend(comparison.first, network=True)


def test_of_a_large_network_a_sample_is_drawn_and_the_caption_says_so(monkeypatch):
    monkeypatch.setattr(node_positions, "MOST_SHOWN", 60)
    monkeypatch.setattr(network, "MOST_EDGES", 20)
    comparison = Comparison(SMALL)
    comparison.run_for(40)
    assert len(comparison.positions.shown) == 60
    old = comparison.positions.edges[~comparison.positions.new]
    assert len(old) > 20
    few = network.few(old, 60)
    assert {tuple(edge) for edge in few.tolist()} <= {tuple(edge) for edge in old.tolist()}
    assert len(few) == 20
    caption = network.caption(comparison)
    assert "a sample of 60 of 150 members" in caption
    assert f"20 of {len(old)} earlier connections" in caption
    assert network.caption(Comparison(sim.Scenario(members=30))) == ""


def test_numbers_and_the_story_of_a_member_tell_of_the_mechanisms_in_use():
    busy = SMALL.replace(
        {
            "helping.need_rate": 0.2,
            "helping.able": 0.1,
            "answering.rank_slope": 2,
            "answering.memory_days": 60,
            "policies.everyone.notes": True,
            "policies.interacted.asks_first": True,
        }
    )
    comparison = Comparison(busy)
    world = comparison.first
    assert 'data-measure="need_met"' in panels.numbers(world, world.lines())
    comparison.run_for(40)
    result = world.model.result()
    shown, last = panels.numbers(world, world.lines()), result.summary.set_index("policy")
    for measure in ("effort", "upwards", "need_met", "met_by_referral"):
        words = panels._number(np.array([last.at["everyone", measure]]), measure)
        row = shown.partition(f'data-measure="{measure}"')[2]
        assert row.partition('data-policy="everyone">')[2].startswith(f"{words}<"), measure
        assert measure not in panels.numbers(
            Comparison(SMALL).first, Comparison(SMALL).first.lines()
        )
    number = int(result.members["needs"].idxmax())
    row, told = result.members.loc[number], timeline.summary(world, number)
    assert f"Its rank is {row['rank']}, " in told
    assert f"Needs of help: {row['needs']}, met: " in told
    assert f"Asked for help: {row['asked']}, helped: {row['helped']}." in told
    log = world.log.table(world.model.engine)
    for column, words in (("note", ", with a note"), ("asked", " after a question")):
        ego = int(log.loc[log[column], "ego"].iloc[0])
        said = [event.what for event in timeline.events(world, ego)]
        own = [what for what in said if what.startswith("invited") and words in what]
        assert len(own) == log.loc[log["ego"] == ego, column].sum()


def test_who_has_left_or_has_not_come_yet_is_not_drawn(monkeypatch):
    monkeypatch.setattr(node_positions, "MOST_SHOWN", 100)
    moving = SMALL.replace({"society": {"arrivals": 0.5, "leave": 0.01}})
    comparison = Comparison(moving)
    assert comparison.positions.shown.max() < 150
    drawn_before = set()
    for day in range(1, 41):
        comparison.run_for(1)
        view, positions = comparison.first.model.engine.view, comparison.positions
        ends = positions.shown[positions.edges]
        assert set(positions.shown) <= set(view.there)
        assert {tuple(pair) for pair in ends.tolist()} == {
            (ego, alter)
            for ego, alter in view.connections().tolist()
            if {ego, alter} <= set(positions.shown)
        }
        new = {tuple(pair) for pair in ends[positions.new].tolist()}
        assert new == {tuple(pair) for pair in ends.tolist()} - drawn_before, day
        drawn_before = {tuple(pair) for pair in ends.tolist()}
    gone = int(view.left.argmax())
    assert f"It left on day {view.left[gone]}." in timeline.summary(comparison.first, gone)
    last = view.members - 1
    assert f"It came on day {view.arrived[last]}." in timeline.summary(comparison.first, last)
    assert f"of {len(view.there)} members" in network.caption(comparison)


def test_what_is_void_is_not_waiting():
    world = Comparison(SMALL.replace({"society": {"leave": 0.02}})).first
    for _ in range(40):
        world.step()
    members = world.model.result().members
    sums = members.groupby("policy", observed=True)[["pending", "void"]].sum()
    assert (world.totals()[["waiting", "void"]].to_numpy() == sums.to_numpy()).all()
    number = int(members["void"].idxmax())
    row = members.loc[number]
    told = timeline.summary(world, number)
    assert f"{row['pending']} waiting" in told
    assert f", {row['void']} void, as one of the two has left." in told
    assert "void" in charts.outcome_bars(world.totals())
    assert "void" not in charts.outcome_bars(Comparison(SMALL).first.totals())


def test_a_server_that_can_not_start_is_an_error_of_one_line(monkeypatch):
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            sim.InputError,
            match=rf"^--port {port}: can't be opened at localhost \(.+\); must be a free port",
        ):
            server.serve(port, browser=False)
    monkeypatch.setattr(server, "NEEDED", ("no_such_module",))
    with pytest.raises(
        sim.InputError,
        match=r"^page: no_such_module is not installed; install what the page needs by: .*app\]'?",
    ):
        server.serve(0, browser=False)


def test_a_chart_has_its_lines_and_a_label_with_their_last_values():
    line = np.array([np.nan, 0.1, 0.25])
    drawn = charts.line_chart(
        "Reach", {"everyone": line}, 10, share=True, look={"everyone": ("#123456", "")}
    )
    assert 'aria-label="Reach: everyone 25\u00a0%"' in drawn
    assert drawn.count("M") == 1
    for low, high in ((0, 0.07), (-0.3, 0.02), (0, 123.0), (-0.001, 0)):
        bottom, top, step = charts._scale(low, high, 0.04)
        assert bottom <= low <= high <= top
        assert 2 <= (top - bottom) / step <= 7
