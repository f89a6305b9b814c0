"""What a scenario does not take, and the line that says so."""

import math
import re
from typing import Any

import pytest

from sim.agents import POLICIES, InvitePolicy
from sim.errors import InputError
from sim.invocation import command
from sim.scenario import Scenario, Society
from sim.scenario.limits import LONGEST
from sim.scenario.platform import Platform


def complaint(**parameters: Any) -> str:
    """Return the line that these parameters end in."""
    with pytest.raises(InputError) as caught:
        Scenario(**parameters)
    line = str(caught.value)
    assert "\n" not in line
    return line


OUT = [
    ("members", 1, "expected a whole number from 2 to 268435456, got 1"),
    ("members", 2**28 + 1, "expected a whole number from 2 to 268435456, got 268435457"),
    ("members", 10**400, "expected a whole number from 2 to 268435456, got 1000"),
    ("members", "x", "expected a whole number from 2 to 268435456, got 'x'"),
    ("members", "12", "expected a whole number from 2 to 268435456, got '12'"),
    ("members", True, "expected a whole number from 2 to 268435456, got True"),
    ("members", 3.5, "expected a whole number from 2 to 268435456, got 3.5"),
    ("members", math.nan, "expected a whole number from 2 to 268435456, got nan"),
    ("members", math.inf, "expected a whole number from 2 to 268435456, got inf"),
    ("members", None, "expected a whole number from 2 to 268435456, got None"),
    ("days", 0, 'expected a whole number from 1 to 16000 or "none", got 0'),
    ("days", LONGEST, "expected 15820 or less, after 180 days of history, got 16000"),
    ("seed", 2.0**60, "expected a whole number from 0 to 18446744073709551615, got"),
    ("seed", -1, "expected a whole number from 0 to 18446744073709551615, got -1"),
    (
        "seed",
        2**64,
        "expected a whole number from 0 to 18446744073709551615, got 18446744073709551616",
    ),
    ("seed", "1x", "expected a whole number from 0 to 18446744073709551615, got '1x'"),
    ("seed", "1" * 5_000, "expected a whole number from 0 to 18446744073709551615, got '1111"),
    ("answering.idk_click", -0.1, "expected a number from 0 to 1, got -0.1"),
    ("answering.idk_click", math.nan, "expected a number from 0 to 1, got nan"),
    ("answering.idk_click", -math.inf, "expected a number from 0 to 1, got -inf"),
    ("answering.idk_click", 10**400, "expected a number from 0 to 1, got 1000"),
    ("answering.idk_click", True, "expected a number from 0 to 1, got True"),
    ("answering.idk_click", "often", "expected a number from 0 to 1, got 'often'"),
    (
        "answering.accept",
        (1, 1, 1),
        "expected five numbers from 0 to 1, stranger to close, got (1, 1, 1)",
    ),
    ("answering.accept", 0.5, "expected five numbers from 0 to 1, stranger to close, got 0.5"),
    (
        "answering.accept",
        "abcde",
        "expected five numbers from 0 to 1, stranger to close, got 'abcde'",
    ),
    (
        "answering.accept",
        (0, 0, 0, 0, 1.1),
        "expected five numbers from 0 to 1, stranger to close, got (0, 0, 0, 0, 1.1)",
    ),
    (
        "answering.accept",
        (0, 0, 0, 0, math.nan),
        "expected five numbers from 0 to 1, stranger to close, got (0, 0, 0, 0, nan)",
    ),
    (
        "answering.recognise",
        (0.1, 1, 1, 1, 1),
        "expected 0 in the first place, as nobody knows a stranger, got (0.1, 1.0, 1.0, 1.0, 1.0)",
    ),
    ("society.close", 3, "expected 4 or more, above often, got 3"),
    (
        "meeting.again",
        0.9,
        "expected a sum of at most 1 with friend, team and circle, got (0.9, 0.1, 0.175, 0.075)",
    ),
    ("meeting.repeat_log", "yes", "expected true or false, got 'yes'"),
    ("meeting.contacts", "", "expected a path or \"none\", got ''"),
    ("meeting.contacts", "a\0b", "expected a path or \"none\", got 'a\\x00b'"),
    (
        "inviting.lock_days",
        "never",
        "expected a whole number from 0 to 16000 or \"none\", got 'never'",
    ),
    (
        "platform.preset",
        "linkedin08",
        "expected one of none, linkedin2007, linkedin2008, linkedin2021, facebook2011, ratio, "
        "got 'linkedin08'; nearest: linkedin2008",
    ),
    (
        "platform.ladder",
        "email, suspend 16001",
        "expected actions, as 'warn, email, suspend 7, good' (suspend 1 to 16000 days) "
        "or \"none\", got 'email, suspend 16001'",
    ),
    ("platform.limit", 0, 'expected a whole number from 1 to 10000 or "none", got 0'),
    (
        "platform",
        3,
        "expected a table, or a mapping from names to values, got 3",
    ),
    ("platform", Society(), "expected a table, or a mapping from names to values, got Society("),
    ("policies", {}, "the shares are all 0; must be above 0 for at least one policy"),
    ("policies", {"everyone": 0, "interacted": 0}, "the shares are all 0"),
    (
        "policies",
        {str(n): {"contacts": 1} for n in range(251)},
        "expected 250 or fewer, got 251",
    ),
    ("policies", 3, "expected a mapping from names to shares or to policies, got 3"),
    (
        "policies",
        ["everyone"],
        "expected a mapping from names to shares or to policies, got ['everyone']",
    ),
    (
        "policies",
        [POLICIES["everyone"]] * 2,
        "two of one name (got everyone, everyone); must be different names",
    ),
    (
        "policies.evryone",
        1,
        "not built in; nearest: everyone; must be one of everyone, interacted, close_friends, "
        "or given with its numbers",
    ),
    ("policies.everyone.share", -1, "expected a number from 0 to 1000000000, got -1"),
    ("policies.everyone.min_tie", 5, "expected a whole number from 0 to 4, got 5"),
    (
        "policies.everyone.condition",
        5,
        "expected a function of (bond, candidate, day), got 5",
    ),
    (
        "policies.mine",
        {"contacts": 0},
        ".contacts: 0, as are introductions, directory and popular; must be above 0 for at least "
        "one of the four",
    ),
    (
        "policies.all",
        {"contacts": 1},
        ".name: expected another name, as that is the row for everybody, got 'all'",
    ),
    (
        "policies.a b",
        {"contacts": 1},
        ".name: expected letters, digits, - and _, got 'a b'",
    ),
]


@pytest.mark.parametrize(("name", "value", "said"), OUT)
def test_what_is_wrong_in_one_line(name: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario().replace({name: value})
    assert str(caught.value).startswith(f"{name}{'' if said.startswith('.') else ': '}{said}")
    assert "\n" not in str(caught.value)


def test_a_number_of_more_digits_than_python_writes_has_its_range_too() -> None:
    assert (
        complaint(members=10**5_000)
        == "members: expected a whole number from 2 to 268435456, got int too long to show"
    )


def test_sections_say_it_by_themselves() -> None:
    with pytest.raises(
        InputError, match=r'^limit: expected a whole number from 1 to 10000 or "none", got 0$'
    ):
        Platform(limit=0)
    with pytest.raises(InputError, match=r"^min_tie: expected a whole number from 0 to 4, got 9$"):
        InvitePolicy("mine", contacts=1, min_tie=9)
    with pytest.raises(InputError, match=r"^name: missing; must be given$"):
        InvitePolicy(contacts=1)
    with pytest.raises(InputError, match=r"^contact: no such parameter; nearest: contacts$"):
        InvitePolicy("mine", contact=1)
    with pytest.raises(InputError, match=r"^self: no such parameter"):
        Platform(**{"self": 1})


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("membres", "members"),
        ("limit", "platform.limit"),
        ("platform.limt", "platform.limit"),
        ("platfrm.limit", "platform.limit"),
        ("plaform", "platform"),
        ("meeting.tries", "inviting.tries"),
        ("policies.everyone.min_tei", "policies.everyone.min_tie"),
    ],
)
def test_unknown_names_and_the_nearest_known_one(name: str, nearest: str) -> None:
    with pytest.raises(InputError) as caught:
        Scenario().replace({name: 3})
    assert str(caught.value) == f"{name}: no such parameter; nearest: {nearest}"


@pytest.mark.parametrize(
    "name",
    [
        "self",
        "",
        "members.x",
        "platform.limit.x",
        "policies.everyone.share.x",
        "two words",
        "platform.xyzzy",
    ],
)
def test_unknown_names_like_no_other(name: str) -> None:
    with pytest.raises(
        InputError,
        match=rf": no such parameter; must be one of those that {re.escape(command())} "
        "parameters lists$",
    ):
        Scenario().replace({name: 3})


@pytest.mark.parametrize(
    ("name", "last", "table"),
    [
        ("platform.limit", "limit", "platform"),
        ("policies.everyone.share", "share", "policies.everyone"),
        ("policies.mine", "mine", "policies"),
    ],
)
def test_a_known_name_in_one_piece_is_told_where_it_belongs(
    name: str, last: str, table: str
) -> None:
    line = (
        f"{name}: a dotted name in one piece, as in quotes; must be {last} in the table [{table}]"
    )
    assert complaint(**{name: 3}) == line


def test_unknown_names_in_mappings() -> None:
    assert complaint(membres=3) == "membres: no such parameter; nearest: members"
    assert (
        complaint(meeting={"limit": 3})
        == "meeting.limit: no such parameter; nearest: platform.limit"
    )
    assert (
        complaint(policies={"mine": {"contact": 3}})
        == "policies.mine.contact: no such parameter; nearest: policies.mine.contacts"
    )
    assert complaint(self=3).startswith("self: no such parameter")


def test_further_mistakes_are_counted() -> None:
    assert (
        complaint(members=1, days=0, seed=-1)
        == "members: expected a whole number from 2 to 268435456, got 1 (2 more wrong)"
    )


def test_frozen() -> None:
    with pytest.raises(
        InputError,
        match=r"^members: can't be set \(got 3\).*; must be a changed copy, as scenario\.replace",
    ):
        Scenario().members = 3  # type: ignore[misc]
    with pytest.raises(InputError, match=r"^limit: can't be removed"):
        del Scenario().platform.limit
