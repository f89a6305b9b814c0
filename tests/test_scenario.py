"""The scenario: what it takes, and its changed copies."""

import copy
import operator
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.agents import POLICIES, Bond, Candidate, InvitePolicy
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.platform import PRESETS, Platform


def met_twice(bond: Bond, candidate: Candidate, day: int) -> bool:
    """Stand for a user's own function."""
    return bond.met >= 2


# What is taken


def test_default() -> None:
    scenario = Scenario()
    assert (scenario.members, scenario.days, scenario.seed) == (1_000, 365, 1)
    assert list(scenario.policies) == ["everyone", "interacted", "close_friends"]
    assert scenario.shares() == pytest.approx(dict.fromkeys(scenario.policies, 1 / 3))
    assert scenario.platform.limit == 5


def test_shares_are_normalised_in_the_order_given() -> None:
    shares = Scenario(policies={"close_friends": 3, "everyone": 1}).shares()
    assert list(shares.items()) == [("close_friends", 0.75), ("everyone", 0.25)]


@pytest.mark.parametrize(
    "policies",
    [
        {"weekend": InvitePolicy("other", contacts=1, min_tie=2)},
        {"weekend": {"contacts": 1, "min_tie": 2}},
        [InvitePolicy("weekend", contacts=1, min_tie=2)],
        InvitePolicy("weekend", contacts=1, min_tie=2),
    ],
    ids=["policy", "numbers", "list", "alone"],
)
def test_own_policy(policies: Any) -> None:
    assert Scenario(policies=policies).policies == {
        "weekend": InvitePolicy("weekend", contacts=1, min_tie=2)
    }


def test_numbers_of_a_built_in_policy_start_from_it() -> None:
    (policy,) = Scenario(policies={"interacted": {"min_tie": 2}}).policies.values()
    assert policy == InvitePolicy(
        "interacted",
        contacts=1,
        min_tie=2,
        min_acceptance=0.2,
        accepts_from=1,
        takes_references=True,
    )


def test_numbers_of_numpy() -> None:
    scenario = Scenario(
        members=np.int64(7),
        days=np.float64(9),
        seed=np.uint64(2**64 - 1),
        inviting={"per_day": np.float32(0.5), "prior_acceptance": np.linspace(0, 1, 5)},
        meeting={"repeat_log": np.bool_(True)},
    )
    assert scenario == Scenario(
        members=7,
        days=9,
        seed=2**64 - 1,
        inviting={"per_day": 0.5, "prior_acceptance": (0, 0.25, 0.5, 0.75, 1)},
        meeting={"repeat_log": True},
    )
    assert type(scenario.members) is type(scenario.days) is int


def test_seed_as_digits_and_path_as_path() -> None:
    scenario = Scenario(seed="18446744073709551615", meeting={"contacts": Path("here") / "log.csv"})
    assert scenario.seed == 2**64 - 1
    assert scenario.meeting.contacts == str(Path("here/log.csv"))


def test_a_log_has_no_history() -> None:
    assert Scenario(meeting={"history_days": 30}).history_days == 30
    assert Scenario(meeting={"history_days": 30, "contacts": "log.csv"}).history_days == 0


@pytest.mark.parametrize("unset", [None, "none", "None"])
def test_none_in_words(unset: Any) -> None:
    scenario = Scenario(
        platform={"limit": unset}, inviting={"lock_days": unset}, meeting={"contacts": unset}
    )
    assert (scenario.platform.limit, scenario.inviting.lock_days, scenario.meeting.contacts) == (
        None,
        None,
        None,
    )


def test_preset_is_where_the_platform_starts() -> None:
    assert Platform(preset="none") == Platform(limit=None).model_copy(update={"preset": "none"})
    for preset, rule in PRESETS.items():
        platform = Platform(preset=preset)
        assert dict(platform) == dict(Platform(preset="none")) | {"preset": preset} | rule
        assert platform.differing() == {"preset": preset}
    assert Platform(preset="linkedin2021", limit=3).differing() == {
        "preset": "linkedin2021",
        "limit": 3,
    }
    assert Platform(limit=None).differing() == {"preset": "linkedin2008", "limit": None}


# A changed copy


def test_policies_stay_as_they_are() -> None:
    policies = Scenario().policies
    for change in (
        lambda: policies.update(mine=3),
        lambda: policies.__setitem__("mine", 3),
        lambda: policies.__delitem__("everyone"),
        lambda: operator.ior(policies, {"mine": 3}),
        *(lambda name=name: getattr(policies, name)("everyone") for name in ("pop", "setdefault")),
        *(getattr(policies, name) for name in ("clear", "popitem")),
    ):
        with pytest.raises(
            InputError,
            match=r"^policies: can't be changed, a scenario and its parts stay as they are; must",
        ):
            change()
    assert policies == POLICIES


def test_replace_leaves_the_original() -> None:
    scenario = Scenario()
    harsher = scenario.replace(
        {
            "platform.limit": 3,
            "answering.idk_click": 0.2,
            "policies.everyone.share": 2,
            "members": 10,
        }
    )
    assert scenario == Scenario()
    assert (harsher.platform.limit, harsher.answering.idk_click, harsher.members) == (3, 0.2, 10)
    assert harsher.shares() == {"everyone": 0.5, "interacted": 0.25, "close_friends": 0.25}
    assert (
        harsher.replace(
            {
                "platform.limit": 5,
                "answering.idk_click": 0.13,
                "policies.everyone.share": 1,
                "members": 1_000,
            }
        )
        == scenario
    )


def test_another_preset_keeps_what_was_set_apart() -> None:
    before = Scenario(platform={"limit": 3})
    after = before.replace({"platform.preset": "linkedin2021"})
    assert after.platform == Platform(preset="linkedin2021", limit=3)
    assert after.replace({"platform.preset": "linkedin2008"}) == before
    assert Scenario().replace({"platform.preset": "none"}).platform.limit is None


def test_a_whole_section_before_its_parts() -> None:
    for changes in (
        {"platform.limit": 3, "platform": {"window_days": 9}},
        {"platform": Platform(window_days=9), "platform.limit": 3},
    ):
        assert Scenario().replace(changes).platform == Platform(window_days=9, limit=3)


def test_shares_are_of_the_policies_of_this_scenario() -> None:
    scenario = Scenario(
        policies={
            "mine": InvitePolicy("mine", contacts=1, min_tie=2, condition=met_twice),
            "everyone": {"min_tie": 1},
        }
    )
    alone = scenario.replace({"policies": {"mine": 3}})
    assert alone.policies == {
        "mine": InvitePolicy("mine", share=3, contacts=1, min_tie=2, condition=met_twice)
    }
    other = scenario.replace({"policies.mine": 3, "policies.interacted": 1, "policies.everyone": 0})
    assert list(other.shares().items()) == [("mine", 0.75), ("everyone", 0), ("interacted", 0.25)]
    assert other.policies["everyone"].min_tie == 1
    assert (
        scenario.replace({"policies.mine": {"min_tie": 1}}).policies["mine"].condition is met_twice
    )
    fresh = scenario.replace({"policies": {"interacted": 2}, "policies.interacted.min_tie": 2})
    assert fresh.policies == {
        "interacted": InvitePolicy(**{**dict(POLICIES["interacted"]), "share": 2, "min_tie": 2})
    }


def test_a_part_of_a_policy_that_is_not_here() -> None:
    with pytest.raises(
        InputError,
        match=r"^policies\.evryone: no such policy here; nearest: everyone; "
        r"must be one of everyone, interacted",
    ):
        Scenario().replace({"policies.evryone.share": 2})


def test_equality_minds_the_order_of_policies() -> None:
    one, other = (
        Scenario(policies={"everyone": 1, "interacted": 1}),
        Scenario(policies={"interacted": 1, "everyone": 1}),
    )
    assert one != other
    assert one == Scenario(policies={"everyone": 1, "interacted": 1})
    assert len({one, other, Scenario(policies={"everyone": 1, "interacted": 1})}) == 2


def test_copies_and_pickles() -> None:
    scenario = Scenario(
        policies=[InvitePolicy("mine", contacts=1, condition=met_twice)], platform={"limit": None}
    )
    for twin in (
        copy.deepcopy(scenario),
        pickle.loads(pickle.dumps(scenario)),
        scenario.replace({}),
    ):
        assert twin == scenario
        assert hash(twin) == hash(scenario)
        assert twin.policies["mine"].condition is met_twice
