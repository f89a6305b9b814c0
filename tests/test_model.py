"""The Mesa model is the same society as that of ``sim.run``, with Mesa's interface."""

import warnings

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.kernel.state import columns as arrays

SMALL = sim.Scenario(members=120, days=40, seed=5, meeting={"history_days": 30})


def test_stepped_day_by_day_it_gives_what_run_gives():
    model = sim.NetworkModel(SMALL)
    while model.running:
        model.step()
    ours, theirs = model.result(), sim.run(SMALL)
    assert ours.members.equals(theirs.members)
    assert ours.summary.equals(theirs.summary)
    assert ours.series.equals(theirs.series)
    assert (ours.connections == theirs.connections).all()
    assert (ours.arcs == theirs.arcs).all()


def test_until_the_first_restriction_two_rules_give_the_same_invitations():
    lenient, harsh = (
        sim.run(SMALL.replace({"days": 200, "platform.limit": limit}), log=True) for limit in (6, 2)
    )
    first = harsh.members["blocked_day"].min()
    assert 1 < first < 200  # else this tests nothing
    before = [
        run.invitations.query("sent_day <= @first")[
            ["sent_day", "ego", "alter", "source", "tie_class", "due_day"]
        ]
        for run in (lenient, harsh)
    ]
    assert before[0].reset_index(drop=True).equals(before[1].reset_index(drop=True))
    after = [run.invitations.query("sent_day > @first") for run in (lenient, harsh)]
    assert len(after[0]) != len(after[1])


def test_a_day_is_a_step_and_the_collector_follows():
    model = sim.NetworkModel(SMALL)
    model.run_for(10)
    table = model.datacollector.get_model_vars_dataframe()
    assert model.day == len(table) == 10
    degree = np.mean([member.degree for member in model.agents])
    assert table["degree"].iloc[-1] == pytest.approx(degree)
    series = sim.run(SMALL).series.query("policy == 'interacted'")["acceptance"].iloc[:10]
    assert np.array_equal(
        table["acceptance_interacted"].to_numpy(), series.to_numpy(), equal_nan=True
    )


def test_it_stops_running_at_its_last_day_and_can_go_on():
    model = sim.NetworkModel(SMALL.replace({"days": 3}))
    model.run_for(3)
    assert not model.running
    model.run_for(2)
    assert model.day == 5
    assert model.result().summary.equals(sim.run(SMALL.replace({"days": 5})).summary)


def test_agents_are_made_on_first_use_and_read_the_present_state():
    model = sim.NetworkModel(SMALL)
    assert not hasattr(model, "_members")
    before = model.agents.get("degree")
    model.run_for(20)
    assert sum(before) == 0 < sum(model.agents.get("degree"))
    assert len(model.agents) == 120
    assert set(model.agents.groupby("policy").groups) == set(SMALL.policies)
    best = model.agents.select(lambda member: member.degree >= 5)
    assert 0 < len(best) < 120
    one = max(model.agents, key=lambda member: member.degree)
    assert len(one.connections) == one.degree
    assert all(one in other.connections for other in one.connections)


def test_parameters_and_seed_are_given_in_the_way_of_mesa():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = sim.NetworkModel(members=200, rng="7", **{"platform.limit": 3})
    assert (model.scenario.members, model.scenario.seed, model.scenario.platform.limit) == (
        200,
        7,
        3,
    )
    with pytest.raises(sim.InputError, match=r"platform.limit"):
        sim.NetworkModel(**{"platform.limt": 3})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scenario", sim.Scenario(members=30)),
        ("policies", {"everyone": 1}),
        ("platform", {"limit": 3}),
        ("inviting.prior_acceptance", (0.2, 0.4, 0.6, 0.6, 0.9)),
    ],
)
def test_batch_run_of_mesa_must_not_split_a_parameter(name, value):
    with pytest.raises(
        sim.InputError, match=rf"^{name}: a part .* mesa\.batch_run as a list of one"
    ):
        mesa.batch_run(sim.NetworkModel, {name: value, "days": 1}, display_progress=False)
    small = {"members": 30, "days": 2} if name != "scenario" else {"days": 2}
    assert mesa.batch_run(sim.NetworkModel, {name: [value], **small}, display_progress=False)


def test_a_seed_of_more_than_64_bits_is_hashed():
    large = 2**127 + 12345
    seeds = [
        sim.NetworkModel(members=10, rng=rng).scenario.seed for rng in (large, large + 1, 2**64)
    ]
    assert len({*seeds}) == 3
    assert max(seeds) < 2**64
    assert sim.NetworkModel(members=10, rng=large).scenario.seed == seeds[0] == 18003061388398328900
    assert sim.NetworkModel(members=10, rng=2**64 - 1).scenario.seed == 2**64 - 1


def test_batch_run_of_mesa_runs_it():
    rows = mesa.batch_run(
        sim.NetworkModel,
        {"members": 60, "days": 5, "platform.limit": [1, 3]},
        rng=[1, 2],
        max_steps=5,
        number_processes=1,
        display_progress=False,
    )
    assert len(rows) == 4
    assert {row["platform.limit"] for row in rows} == {1, 3}
    assert all(row["degree"] > 0 for row in rows)


def test_more_members_than_memory_is_one_line(monkeypatch):
    monkeypatch.setattr("sim.machine.memory", lambda: 2**34)
    line = (
        r"^members: 268435456 need about [\d.]+ GiB of memory by day 365, "
        r"and there are 16\.0 .*about \d+"
    )
    with pytest.raises(sim.InputError, match=line):
        sim.run(sim.Scenario(members=2**28))


def test_memory_that_ends_while_a_society_grows_is_one_line(monkeypatch):
    for place in ("society", "growth"):  # as many as the society begins with, and no more
        monkeypatch.setattr(f"sim.kernel.state.{place}.MOST_SLOTS", 200 * 100)
    scenario = sim.Scenario(
        members=200, days=20, inviting={"per_day": 30}, policies={"everyone": 1}
    )
    with pytest.raises(
        sim.InputError,
        match=r"^members: 200 need more memory than there is by day \d+; "
        r"take fewer members, or fewer days$",
    ):
        sim.run(scenario)


def changing(scenario: sim.Scenario, days: int = 40) -> sim.NetworkModel:
    """Return a model in which a random third of the members change policy every ten days."""
    model, chance = sim.NetworkModel(scenario), np.random.default_rng(1)
    for day in range(10, days + 1, 10):
        model.engine.advance(day)
        new = np.where(
            chance.random(scenario.members) < 1 / 3,
            chance.choice(list(scenario.policies), scenario.members),
            model.policies,
        )
        model.set_policies(new)
    model.engine.advance(days + 10)
    return model


@pytest.mark.parametrize("preset", ["linkedin2008", "linkedin2021"])
def test_totals_follow_members_who_change_their_policy(preset):
    rule = {"preset": preset, "limit": 1} | (
        {"restriction_days": 7} if preset == "linkedin2021" else {}
    )
    model = changing(SMALL.replace({"platform": rule, "answering.idk_click": 0.3}))
    kept = model.engine.state.platform.totals  # those of the compiled days
    members = model.result().members
    assert (kept == model.engine.view.totals()).all()
    by = members.groupby("policy", observed=False)
    assert (kept[:, arrays.T_CONNECTIONS] == by["degree"].sum()).all()
    assert (kept[:, arrays.T_SENT] == by["invitations_sent"].sum()).all()
    assert (kept[:, arrays.T_STRIKES] == by["strikes"].sum()).all()
    assert (kept[:, arrays.T_BLOCKED] == by["blocked_day"].count()).all()
    restricted = (
        pd.Series([member.restricted for member in model.members]).groupby(model.policies).sum()
    )
    assert (
        kept[:, arrays.T_RESTRICTED].tolist() == restricted.reindex(list(SMALL.policies)).tolist()
    )
    assert kept[:, arrays.T_RESTRICTED].sum() > 0  # else this tests little


def test_a_changed_policy_applies_from_the_next_day_and_not_to_the_days_before():
    model, same = sim.NetworkModel(SMALL), sim.NetworkModel(SMALL)
    for each in (model, same):
        each.engine.advance(20)
    model.set_policies(["close_friends"] * 120)
    assert {member.policy for member in model.members} == {"close_friends"}
    model.members[3].policy = "everyone"
    assert model.policies[3] == "everyone"
    for each in (model, same):
        each.engine.advance(40)
    before, after = (each.result().series.query("day <= 20") for each in (model, same))
    pd.testing.assert_frame_equal(before, after)
    assert (
        model.result().members["invitations_sent"].sum()
        < same.result().members["invitations_sent"].sum()
    )


def test_policies_that_do_not_fit_are_refused():
    model = sim.NetworkModel(SMALL)
    with pytest.raises(sim.InputError, match=r"policies: 1 names; must be 120"):
        model.set_policies(["everyone"])
    with pytest.raises(
        sim.InputError, match=r"interactd: no such policy here; nearest: interacted"
    ):
        model.members[0].policy = "interactd"


def test_a_number_by_another_name_is_refused():
    view = sim.NetworkModel(SMALL).engine.view
    assert view.number("degree", 0) == view.column("degree")[0]
    for read in (view.column, lambda name: view.number(name, 0)):
        with pytest.raises(KeyError, match="degrees"):
            read("degrees")
