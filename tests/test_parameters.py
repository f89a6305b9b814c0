"""Every parameter: its listed default and range, and its way through TOML."""

import os
import re
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.agents import POLICIES, InvitePolicy
from sim.errors import InputError
from sim.model.network_model import NetworkModel
from sim.parameters.kinds import Parameter
from sim.parameters.settings import settings_read
from sim.results.result import load
from sim.scenario.scenario import Scenario
from sim.society.contact_log import read_contacts
from sim.studies.design import points
from tests import strategies

PARAMETERS = {parameter.name: parameter for parameter in Scenario.parameters()}


# Every parameter


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Draw from all that a parameter takes."""
    kind = parameter.type.removesuffix(" or none")
    drawn: st.SearchStrategy[Any]
    if parameter.name == "platform.ladder":
        drawn = strategies.ladder
    elif parameter.range.startswith("one of "):
        drawn = st.sampled_from(parameter.range.removeprefix("one of ").split(", "))
    elif kind == "bool":
        drawn = st.booleans()
    elif kind == "str":
        drawn = st.text(
            string.ascii_letters + string.digits + string.punctuation + " éßπ漢", min_size=1
        ).filter(lambda text: text.lower() != "none")
    elif kind == "5 floats":
        drawn = st.tuples(*[st.floats(0, 1)] * 5)
        if parameter.name in ("answering.recognise", "answering.fresh"):
            drawn = drawn.map(lambda five: (0.0, *five[1:]))
    elif kind == "3 floats":
        drawn = st.tuples(*[st.floats(0, 1)] * 3)
    elif kind == "int":
        drawn = st.integers(int(parameter.low or 0), int(parameter.high or 0))
    else:
        drawn = st.floats(parameter.low, parameter.high)
    return drawn | st.none() if parameter.type.endswith(" or none") else drawn


TOGETHER = {
    "above often": ("society.often", "society.close"),
    "at most 1 with friend": (
        "meeting.again",
        "meeting.friend",
        "meeting.team",
        "meeting.circle",
    ),
    "days of history": ("days",),
    "as are introductions": (".contacts", ".introductions", ".directory", ".popular"),
    "shares are all 0": (".share",),
    "shares add up to": (".share",),
    "as givers are": (".givers", ".takers"),
}
"""What is said of parameters that don't go together, and the ends of their names."""


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario in which any parameter may have any value that it takes."""
    names = draw(
        st.lists(
            st.text(string.ascii_letters + string.digits + "-_", min_size=1),
            max_size=3,
            unique=True,
        )
    )
    policies = [
        "everyone",
        "close_friends",
        *(name for name in names if name not in {"all", *POLICIES}),
    ]
    changes: dict[str, Any] = {
        "policies": {name: POLICIES.get(name, {"contacts": 1}) for name in policies},
        "habits": draw(st.sampled_from(({}, {"lion": 0.1, "own": {}}))),
    }
    for name, parameter in PARAMETERS.items():
        named = {"policies.NAME": policies, "habits.NAME": list(changes["habits"])}
        for own in named.get(name.rpartition(".")[0], [""]):
            if draw(st.booleans()):
                changes[name.replace("NAME", own)] = draw(values(parameter))
    while True:
        try:
            return Scenario().replace(changes)
        except (
            InputError
        ) as error:  # two parameters don't go together: leave them at their defaults
            (together,) = (names for said, names in TOGETHER.items() if said in str(error))
            changes = {
                name: value for name, value in changes.items() if not name.endswith(together)
            }


@settings(max_examples=50)
@given(scenario=scenarios())
def test_toml_and_back(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("toml") / "scenario.toml"
    scenario.to_toml(path)
    back = Scenario.from_toml(path)
    assert back == scenario
    assert repr(back) == repr(scenario)  # the types too
    assert Scenario(**scenario.to_dict()) == scenario
    assert scenario.replace({}) == scenario


@pytest.mark.parametrize(
    "parameter", [p for p in PARAMETERS.values() if "NAME" not in p.name], ids=lambda p: p.name
)
def test_listed_defaults_are_the_defaults(parameter: Parameter) -> None:
    value: Any = Scenario()
    for part in parameter.name.split("."):
        value = getattr(value, part)
    assert parameter.default == value
    assert parameter.description


@pytest.mark.parametrize(
    "parameter", [p for p in PARAMETERS.values() if p.low is not None], ids=lambda p: p.name
)
def test_listed_ranges_are_the_ranges(parameter: Parameter) -> None:
    scenario = Scenario(
        policies={"NAME": {"contacts": 1, "introductions": 1}},
        habits={"NAME": {}},
        meeting={"again": 0, "friend": 0, "team": 0, "circle": 0},
    )
    assert parameter.low is not None
    assert parameter.high is not None
    below, above = (
        (parameter.low - 1, parameter.high + 1)
        if "int" in parameter.type
        else (parameter.low - 1e-9, parameter.high * 1.001)
    )
    if parameter.type.endswith(" floats") or parameter.type.endswith(" floats or none"):
        rest = (0.0,) * (int(parameter.type[0]) - 3)
        for wrong in (below, above):
            with pytest.raises(InputError, match=r"expected (three|five) numbers"):
                scenario.replace({parameter.name: (0, 0, wrong, *rest)})
        scenario.replace({parameter.name: (0, parameter.low, parameter.high, *rest)})
        return
    for wrong in (below, above):
        with pytest.raises(InputError, match=f"expected {re.escape(parameter.range)}"):
            scenario.replace({parameter.name: wrong})
    scenario = scenario.replace({"helping.givers": 0, "helping.takers": 0})
    for right in (parameter.low, parameter.high):
        fitting = {
            "days": {"meeting.history_days": 0},
            "meeting.history_days": {"days": 1},
            "society.often": {"society.close": 511},
            "society.close": {"society.often": 2},
            "policies.NAME.share": {"policies.everyone": 1},
        }
        scenario.replace({**fitting.get(parameter.name, {}), parameter.name: right})


# Files


def test_toml_says_only_what_it_wants(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(
        'members = 50\n[platform]\npreset = "linkedin2021"\nlimit = "none"\n'
        "[policies]\neveryone = 2\nmine = {contacts = 1}\n"
    )
    scenario = Scenario.from_toml(file)
    assert scenario == Scenario(
        members=50,
        platform={"preset": "linkedin2021", "limit": None},
        policies={"everyone": 2, "mine": {"contacts": 1}},
    )
    assert Scenario.from_toml(
        file, defaults={"members": 3, "days": 7, "platform.limit": 2, "meeting.rate": 1}
    ) == scenario.replace({"days": 7, "meeting.rate": 1})


def test_toml_of_a_windows_editor(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(b"\xef\xbb\xbfmembers = 50\r\ndays = 3\r\n")
    assert Scenario.from_toml(file) == Scenario(members=50, days=3)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"members = 1", "members: expected a whole number from 2 to 268435456, got 1"),
        (b"[platform]\nlimt = 3", "platform.limt: no such parameter; nearest: platform.limit"),
        (
            b"members = ",
            "not TOML (Invalid value (at end of document)); must be a scenario in TOML",
        ),
        (b"members = 3\nmembers = 4", "not TOML ("),
        (b'a = "\xff"', "not TOML ("),
        pytest.param(
            b"seed = " + b"1" * 5000, "not TOML (Exceeds the limit (4300 digits)", id="digits"
        ),
        pytest.param(b"policies = " + b"[" * 5000, "not TOML (nested too deep)", id="depth"),
        pytest.param(
            b"a" + b" . a" * 50_000 + b" = 1", "not TOML (a key of more than 12 parts)", id="dots"
        ),
        pytest.param(b'"\\"."' + b'."\\"."' * 13 + b" = 1", "not TOML (a key of", id="quotes"),
        pytest.param(b"a = [" + b"{b.c.d = {" * 9 + b"}}," * 9 + b"]", "not TOML (", id="mixed"),
        pytest.param(b"a = " + b"{a = " * 20 + b"1" + b"}" * 20, "not TOML (nested", id="tables"),
        pytest.param(b"#" * 2**20 + b"#", "not TOML (more than 1 MiB)", id="size"),
        (
            rb'meeting.contacts = "C:\Users\me\log.csv"',
            "not TOML (Invalid hex value (at line 1",
        ),
        (
            b'days = 3\nmeeting.contacts = "data\\log.csv"',
            "not TOML (Unescaped '\\' in a string (at line 2",
        ),
        (
            rb'meeting.contacts = "C:\temp\log.csv"'.replace(b"log", b"new"),
            r"""meeting.contacts: expected a path or "none", got 'C:\temp\new.csv'; in TOML back""",
        ),
        (b"self = 3", "self: no such parameter"),
        (b"platform = 3", "platform: expected a table"),
    ],
)
def test_wrong_toml_names_the_file(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_bytes(content)
    for defaults in ({}, {"days": 9}):
        with pytest.raises(InputError) as caught:
            Scenario.from_toml(file, defaults=defaults)
        assert str(caught.value).startswith(f"{file}: {said}")
        assert "\n" not in str(caught.value)
        told = "backslashes need single quotes, as 'C:" in str(caught.value)
        assert told == (b"contacts" in content)


def test_defaults_for_a_section_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text("platform = 3")
    with pytest.raises(InputError, match="platform: expected a table"):
        Scenario.from_toml(file, defaults={"platform.limit": 9})


@pytest.mark.compiled
@pytest.mark.parametrize("space", ["\u00a0", "\u3000", "\u200b", "\U000e0001"])
def test_a_path_may_have_any_space(space: str, tmp_path: Path) -> None:
    log = tmp_path / f"my{space}log.csv"
    log.write_text("t,i,j\n20,1,2\n")
    Scenario(meeting={"contacts": log}).to_toml(tmp_path / f"s{space}.toml")
    read = Scenario.from_toml(tmp_path / f"s{space}.toml")
    assert read.meeting.contacts == str(log)
    assert NetworkModel(read).scenario.members == 2


def test_a_path_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_text("t,i,j\n20,1,2\n")
    assert read_contacts(path, 20).people == [1, 2]
    with pytest.raises(InputError, match=r"^meeting\.contacts: expected a path in UTF-8"):
        Scenario(meeting={"contacts": path})
    for read in (Scenario.from_toml, load, points, lambda name: read_contacts(name, 20)):
        with pytest.raises(InputError, match=r"^'\\ud800': not a path, it has half a character"):
            read("\ud800")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_backslashes_after_set(quote: str) -> None:
    path = r"C:\Users\me.csv"
    assert settings_read([f"meeting.contacts={path}"]) == {"meeting.contacts": path}
    if quote == "'":
        assert settings_read([f"meeting.contacts='{path}'"]) == {"meeting.contacts": path}
    else:
        with pytest.raises(InputError, match="backslashes need single quotes"):
            settings_read([f'meeting.contacts="{path}"'])


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"nothing\.toml: can't be read \(No such file or directory\); "
        r"must be a scenario in TOML$",
    ):
        Scenario.from_toml(tmp_path / "nothing.toml")
    with pytest.raises(InputError, match=r": can't be read \(Is a directory\)"):
        Scenario.from_toml(tmp_path)


def test_toml_can_not_hold_a_function(tmp_path: Path) -> None:
    scenario = Scenario(
        policies=[
            InvitePolicy("mine", contacts=1, condition=lambda bond, candidate, day: bond.met >= 2)
        ]
    )
    with pytest.raises(InputError, match=r"^policies\.mine\.condition: a Python function"):
        scenario.to_toml(tmp_path / "s.toml")
    assert list(tmp_path.iterdir()) == []


def test_toml_is_for_people(tmp_path: Path) -> None:
    Scenario().to_toml(tmp_path / "s.toml")
    tree = tomllib.loads((tmp_path / "s.toml").read_text())
    assert tree["platform"]["window_days"] == "none"
    assert "name" not in tree["policies"]["everyone"]
    assert "condition" not in tree["policies"]["everyone"]
