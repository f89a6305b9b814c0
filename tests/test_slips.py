"""Slips that were not a line: changed copies that nobody checked, and errors of Python's own."""

import copy
import itertools
import pickle
import sys

import numpy as np
import pandas as pd
import pytest

import sim

new_in_3_13 = pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace came with 3.13")


@new_in_3_13
def test_a_replaced_preset_brings_its_numbers():
    platform = copy.replace(sim.Platform(limit=3), preset="linkedin2021")
    assert platform == sim.Platform(preset="linkedin2021", limit=3)
    assert platform.weekly_invites == 100
    assert copy.replace(sim.Scenario(), **{"platform.limit": 2}).platform.limit == 2


def test_a_changed_copy_is_what_replace_gives():
    policy = sim.InvitePolicy("own", contacts=1, condition=lambda bond, candidate, day: True)
    scenario = sim.Scenario(policies=[policy], members=30)
    changed = scenario.model_copy(update={"platform": {"preset": "none"}})
    assert changed == scenario.replace({"platform": {"preset": "none"}})
    assert changed.policies["own"].condition is policy.condition
    assert (
        scenario.model_copy()
        == scenario
        == copy.deepcopy(sim.Scenario(policies=[policy], members=30))
    )
    assert policy.model_copy(update={"share": 2}).condition is policy.condition


PARTS = [
    (sim.Scenario(), {"members": -5}),
    (sim.Scenario(), {"membrs": 50}),
    (sim.Scenario(), {"policies": {"everyone": 0}}),
    (sim.Society(), {"close": 3}),
    (sim.Meeting(), {"again": 0.95}),
    (sim.Inviting(), {"per_day": "many"}),
    (sim.Answering(), {"recognise": (1, 1, 1, 1, 1)}),
    (sim.Platform(), {"preset": "linkedn2021"}),
    (sim.InvitePolicy("own", contacts=1), {"contacts": 0}),
]


@pytest.mark.filterwarnings("ignore::pydantic.PydanticDeprecatedSince20")
@pytest.mark.parametrize(("part", "update"), PARTS)
def test_every_copy_is_checked(part, update):
    ways = [
        lambda: part.model_copy(update=update),
        lambda: part.copy(update=update),
        lambda: part.__replace__(**update),
        lambda: type(part).model_construct(**{**dict(part), **update}),
        lambda: type(part).construct(**{**dict(part), **update}),
    ]
    for way in ways:
        with pytest.raises(sim.InputError) as caught:
            way()
        assert "\n" not in str(caught.value)
    assert pickle.loads(pickle.dumps(part)) == copy.copy(part) == part


class Stubborn:
    def __iter__(self):
        raise RuntimeError("not to be looked into")

    def __repr__(self):
        raise RuntimeError("nor to be shown")


@pytest.mark.parametrize(
    "slip",
    [
        lambda: sim.Scenario().require(3),
        lambda: sim.Scenario().require(None),
        lambda: sim.InvitePolicy("a", name="b", contacts=1),
        lambda: sim.InvitePolicy(3, contacts=1),
        lambda: sim.Scenario(answering={"accept": np.array("x")}),
        lambda: sim.Scenario(answering={"accept": np.array(0.5)}),
        lambda: sim.Scenario(answering={"accept": itertools.count()}),
        lambda: sim.Scenario(answering={"accept": Stubborn()}),
        lambda: sim.Scenario(members=Stubborn()),
        lambda: sim.Scenario(members=np.array([30])),
        lambda: sim.Scenario(platform={"limit": np.ma.masked}),
        lambda: sim.Scenario(platform={"limit": np.datetime64("NaT", "D")}),
        lambda: sim.aggregate(pd.DataFrame({"degree": [1, 2]}), by=[]),
        lambda: sim.aggregate(pd.DataFrame({"a": [1], "degree": [1]}), by=["a", "a"]),
        lambda: sim.aggregate(pd.DataFrame({"a": [1], "degree": [1]}), by=[["a"]]),
        lambda: sim.aggregate(pd.DataFrame({"measure": ["a"], "value": [1]}), by="measure"),
        lambda: sim.load("\ud800"),
        lambda: sim.read_contacts("\ud800", 20),
        lambda: sim.Scenario.from_toml("\ud800"),
        lambda: sim.Scenario().to_toml("\ud800"),
        lambda: sim.NetworkModel(members=20).save("\ud800"),
        lambda: sim.run(sim.Scenario(members=20, days=1)).save("\ud800"),
    ],
)
def test_a_slip_is_one_line(slip):
    with pytest.raises(sim.InputError) as caught:
        slip()
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_an_array_of_one_number_is_a_number():
    assert sim.Scenario(members=np.array(30)).members == 30
