"""The Mesa model is the same society as ``sim.run``, with Mesa's manners."""

import dataclasses
import math
import random
import subprocess
import sys
import types
import warnings

import mesa
import numba
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


def test_two_processes_give_the_same_bytes():
    program = (
        "import sim; r = sim.run(sim.Scenario(members=120, days=40, seed=5, meeting={'history_days': 30}));"
        "import hashlib; print(hashlib.sha256(r.arcs.tobytes() + r.members.to_csv().encode() + r.summary.to_csv().encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(said) == 1
    assert len(said.pop()) == 65


def test_until_the_first_restriction_two_rules_are_one_story():
    lenient, harsh = (
        sim.run(SMALL.replace({"days": 200, "platform.limit": limit}), log=True) for limit in (6, 2)
    )
    first = harsh.members["blocked_day"].min()
    assert 1 < first < 200  # else this says nothing
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


def test_agents_are_made_at_first_sight_and_read_the_moment():
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


def test_parameters_and_seed_come_as_mesa_users_give_them():
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
def test_batch_run_of_mesa_says_what_it_went_through(name, value):
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
    said = r"^members: 268435456 need about [\d.]+ GiB of memory by day 365, and there are 16\.0 .*about \d+"
    with pytest.raises(sim.InputError, match=said):
        sim.run(sim.Scenario(members=2**28))


def test_memory_that_ends_while_a_society_grows_is_one_line(monkeypatch):
    monkeypatch.setattr(
        "sim.kernel.state.society.MOST_SLOTS", 200 * 100
    )  # as many as the society begins with, and no more
    scenario = sim.Scenario(
        members=200, days=20, inviting={"per_day": 30}, policies={"everyone": 1}
    )
    with pytest.raises(
        sim.InputError,
        match=r"^members: 200 need more memory than there is by day \d+; take fewer members, or fewer days$",
    ):
        sim.run(scenario)


def test_a_function_that_does_not_compile_is_named_with_its_reason():
    def asks_the_network(bond, candidate, day):
        return open(str(day)).read()

    policy = sim.InvitePolicy("own", contacts=1, condition=asks_the_network)
    with pytest.raises(
        sim.InputError,
        match=r"^policies.own.condition: the function asks_the_network does not compile: .+",
    ) as caught:
        sim.run(sim.Scenario(members=20, days=2, policies=[policy]))
    assert "\n" not in str(caught.value)


def own(condition):
    return sim.Scenario(
        members=60, days=20, policies=[sim.InvitePolicy("own", directory=1, condition=condition)]
    )


def refusal(condition):
    with pytest.raises(sim.InputError, match=r"^policies\.own\.condition: ") as caught:
        sim.run(own(condition))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("policies.own.condition: ")


def on_mondays(bond, candidate, day):  # noqa: RET503 - what must be refused
    if day % 7 == 1:
        return True


def test_a_function_that_gives_something_else_than_true_or_false_is_refused():
    """Else each such answer was a traceback on the terminal, and the run went on."""
    right = "must return True or False, whichever way it takes"
    assert refusal(on_mondays) == f"the function on_mondays can give None; {right}"
    assert (
        refusal(lambda bond, candidate, day: np.arange(3) > day)
        == f"the function <lambda> gives array(bool, 1d, C); {right}"
    )


def imports(bond, candidate, day):
    import math

    return math.sqrt(day) > 2


@dataclasses.dataclass
class Asks:
    least: int = 3

    def __call__(self, bond, candidate, day):
        return day > self.least


class Unsendable:
    def __reduce__(self):
        raise OSError("is not for others")


endless: list = [1]
endless.append(endless)
unsendable = Unsendable()


async def asynchronous(bond, candidate, day):
    return True


def generator(bond, candidate, day):
    yield True


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (imports, "the function imports does not compile: Use of unsupported opcode (IMPORT_NAME)"),
        (lambda bond, candidate, day: endless[0] > day, "the function <lambda> does not compile: "),
        (
            lambda bond, candidate, day: unsendable is None,
            "the function <lambda> does not compile: ",
        ),
        (
            lambda b, c, d, **more: True,
            "the function <lambda> takes (b, c, d, **more); must be def condition(bond, candidate, day)",
        ),
        (
            lambda b, c, d, *, n=3: d > n,
            "the function <lambda> takes (b, c, d, *, n=3); must be def",
        ),
        (lambda b, c: True, "the function <lambda> takes (b, c); must be def"),
        (Asks(), "Asks(least=3) is not a function written in Python; must be def"),
        (asynchronous, "the function asynchronous is a generator or async; must be def"),
        (generator, "the function generator is a generator or async; must be def"),
    ],
)
def test_what_can_not_be_a_condition_is_named_with_its_reason(condition, reason):
    """Whatever stops numba, or the search for what the function means: it is never a traceback."""
    assert refusal(condition).startswith(reason)


def test_a_name_that_is_not_set_yet_is_a_line():
    def early(bond, candidate, day):
        return day > least

    assert refusal(early).startswith("the function early does not compile: ")
    least = 3


@numba.njit
def one_of_ten():
    return np.random.randint(10) == 0  # noqa: NPY002 - what must be refused


@numba.njit
def lucky():
    return one_of_ten()


@pytest.mark.parametrize(
    "draws",
    [
        lambda bond, candidate, day: random.random() < 0.5,
        lambda bond, candidate, day: np.random.normal() > 0,  # noqa: NPY002
        lambda bond, candidate, day: np.random.seed(day) is None,  # noqa: NPY002
        lambda bond, candidate, day: candidate.degree > 90 and lucky(),
        numba.njit(lambda bond, candidate, day: random.random() < 0.5),
    ],
    ids=["random", "numpy", "seed", "helper", "compiled"],
)
def test_a_function_that_draws_random_numbers_is_refused(draws):
    policy = sim.InvitePolicy("own", contacts=1, condition=draws)
    line = r"^policies\.own\.condition: the function <lambda>, or one that it calls, draws random numbers; must draw none: .+$"
    with pytest.raises(sim.InputError, match=line):
        sim.run(sim.Scenario(members=20, days=2, policies=[policy]))


@numba.njit
def half(number):
    return math.sqrt(number * number) / 2


def test_a_function_that_only_works_something_out_is_taken():
    def few(bond, candidate, day):
        return (
            half(candidate.degree) < 3
            and np.median(np.array([1.0, bond.met, 3.0])) < 3
            and hash((candidate.number, day)) % 3 > 0
        )

    def summary(condition):
        policy = sim.InvitePolicy("own", contacts=1, condition=condition)
        return sim.run(sim.Scenario(members=60, days=9, policies=[policy])).summary

    assert summary(few).equals(summary(numba.njit(few)))  # also one that numba has compiled before


def changing(scenario: sim.Scenario, days: int = 40) -> sim.NetworkModel:
    """A model in which a random third of the members change their policy every ten days."""
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
    kept = model.engine.state.platform.totals  # what the compiled days went on with
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
    assert kept[:, arrays.T_RESTRICTED].sum() > 0  # else this says little


def test_a_changed_policy_holds_from_the_coming_day_and_leaves_the_days_before():
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


def test_a_function_that_raises_ends_the_run_with_a_line():
    def divides(bond, candidate, day):
        return 10 // (day - 3) > 0

    policy = sim.InvitePolicy("own", contacts=1, condition=divides)
    with pytest.raises(
        sim.InputError,
        match=r"^policies.own.condition: the function divides raised an exception by day \d+; must",
    ):
        sim.run(sim.Scenario(members=60, days=9, policies=[policy]))


def test_a_function_that_looks_past_the_end_of_an_array_ends_the_run_with_a_line():
    """It would go on with whatever lies in the memory there."""
    table = np.arange(3)
    assert refusal(lambda bond, candidate, day: table[day + 1000] > 0).startswith(
        "the function <lambda> raised an exception by day 1;"
    )


def test_a_function_is_compiled_anew_when_what_it_takes_from_outside_changes():
    most = 3

    def few(bond, candidate, day):
        return candidate.degree < most

    scenario = sim.Scenario(
        members=60, days=20, policies=[sim.InvitePolicy("own", directory=1, condition=few)]
    )
    before = sim.run(scenario).members["degree"].mean()
    most = 30
    assert sim.run(scenario).members["degree"].mean() > before


settings = types.ModuleType("settings_of_mine")
settings.most = 3


def test_what_a_function_takes_from_another_module_is_part_of_it(monkeypatch):
    """Else a run would go on with the value of before: of a number, and of one within a function that it calls."""

    def few(bond, candidate, day):
        return candidate.degree < settings.most

    @numba.njit
    def called(degree):
        return degree < limits[0]

    def calls(bond, candidate, day):
        return called(candidate.degree)

    limits = (3, 1)
    before = [sim.run(own(one)).members["degree"].mean() for one in (few, calls)]
    assert before[0] == before[1]
    monkeypatch.setattr(settings, "most", 30)
    assert sim.run(own(few)).members["degree"].mean() > before[0]
