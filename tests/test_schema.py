"""The JSON schema of scenario files: it takes what the program takes, and no more."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.scenario import plain_tree
from sim.studies.schema import file_schema
from sim.studies.study_file import study_read
from tests.test_parameters import scenarios

DOCS = Path(__file__).parents[1] / "docs"
CHECK = jsonschema.Draft7Validator(file_schema())


def complaints(content: str | dict[str, Any]) -> list[str]:
    """Return the dotted names at which the schema finds something wrong."""
    tree = tomllib.loads(content) if isinstance(content, str) else content
    return [".".join(map(str, error.absolute_path)) for error in CHECK.iter_errors(tree)]


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(file_schema())


@settings(max_examples=30)
@given(scenario=scenarios())
def test_every_scenario_fits(scenario: Scenario) -> None:
    assert complaints(scenario.to_dict()) == []


def test_every_parameter_is_described_with_unit_and_default() -> None:
    schema = file_schema()
    for parameter in Scenario.parameters():
        section, _, last = parameter.name.rpartition(".")
        named = {"policies.NAME": "InvitePolicy", "habits.NAME": "Habit"}
        part = {"": schema, **{name: schema["$defs"][of] for name, of in named.items()}}.get(
            section
        )
        part = part or schema["$defs"][section.capitalize()]
        found = part["properties"][last]
        for said in (parameter.description, parameter.unit, parameter.range):
            assert said in found["description"]
        assert found["default"] == plain_tree(parameter.default)


GOOD = [
    "",
    'members = 50\n[platform]\npreset = "linkedin2021"\nlimit = "none"\n[policies]\neveryone = 2',
    'habits.lion = 0.1\n[habits.mine]\nshare = 0.3\nidk_click = "none"',
    "[policies.mine]\ncontacts = 1\n[policies.everyone]\nshare = 0.5",
    'seed = "18446744073709551615"',
    'platform.ladder = "warn,email, suspend 16000 , good"',
    "days = 30.0\nanswering.accept = [0, 0, 0.5, 1, 1.0]",
    "meeting.contacts = 'C:\\logs\\a.csv'\nmeeting.columns = \"u v t\"\ninviting.lock_days = 0",
]
BAD = [
    ("membrs = 3", ""),
    ("members = 1", "members"),
    ('members = "50"', "members"),
    ("members = 2.5", "members"),
    ("seed = -1", "seed"),
    ('seed = "1x"', "seed"),
    ("platform = 3", "platform"),
    ("platform.limt = 3", "platform"),
    ("platform.limit = 0", "platform.limit"),
    ('platform.limit = "nine"', "platform.limit"),
    ('platform.min_invites = "none"', "platform.min_invites"),
    ('platform.preset = "linkedin08"', "platform.preset"),
    ('platform.ladder = "email, suspend 0"', "platform.ladder"),
    ("answering.idk_click = 1.5", "answering.idk_click"),
    ("answering.accept = [0, 1]", "answering.accept"),
    ("answering.accept = [0, 0, 0, 0, 2]", "answering.accept.4"),
    ('meeting.contacts = ""', "meeting.contacts"),
    ('meeting.contacts = "a\\tb"', "meeting.contacts"),
    ('meeting.repeat_log = "yes"', "meeting.repeat_log"),
    ("[policies]\nevryone = 1", "policies.evryone"),
    ("policies.everyone = -1", "policies.everyone"),
    ("policies.mine.min_tie = 2", "policies.mine"),
    ("policies.mine = {contacts = 1, min_tie = 9}", "policies.mine.min_tie"),
    ("policies.mine = {contacts = 1, tie = 2}", "policies.mine"),
    ('[policies."a b"]\ncontacts = 1', "policies"),
    ("[policies.all]\ncontacts = 1", "policies"),
    ("habits.lyon = 0.5", "habits.lyon"),
    ("habits.lion = 1.5", "habits.lion"),
    ("[habits.mine]\naccepts_from = 6", "habits.mine.accepts_from"),
]


@pytest.mark.parametrize("content", GOOD)
def test_good_files(content: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(content)
    Scenario.from_toml(tmp_path / "s.toml")
    assert complaints(content) == []


@pytest.mark.parametrize(("content", "where"), BAD)
def test_bad_files(content: str, where: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(content)
    with pytest.raises(InputError):
        Scenario.from_toml(tmp_path / "s.toml")
    assert where in complaints(content)


STUDY = "members = 30\ndays = 5\n[study]\n"
BAD_STUDIES = [
    ('design = "gird"', "study.design"),
    ("replication = 3", "study"),
    ("replications = 0", "study.replications"),
    ("replications = 3\nuntil = {blocked = 0.1}", "study"),
    ("most = 3\nuntil = {blocked = 0.1}", "study.most"),
    ("until = {bloked = 0.1}", "study.until"),
    ("until = {blocked = 0}", "study.until.blocked"),
    ('measures = ["degre"]', "study.measures.0"),
    ("points = 0", "study.points"),
]


@pytest.mark.parametrize(("content", "where"), BAD_STUDIES)
def test_bad_studies(content: str, where: str, tmp_path: Path) -> None:
    content = f'{STUDY}{content}\nvary = {{"platform.limit" = [2, "none"]}}'
    (tmp_path / "s.toml").write_text(content)
    assert complaints(content) == [where]
    if "points" not in content:
        with pytest.raises(InputError):
            study_read(tmp_path / "s.toml")


@pytest.mark.parametrize("values", ["3", "[]", "[0]", '["often"]'])
def test_bad_values_of_a_study(values: str) -> None:
    (where,) = complaints(f'{STUDY}vary = {{"platform.limit" = {values}}}')
    assert where.startswith("study.vary.platform.limit")


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_files_of_the_pages_fit(page: Path) -> None:
    for block in re.findall(r"^```toml\n(?!\[targets\])(.*?)^```", page.read_text(), re.M | re.S):
        assert complaints(block) == [], block


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    from sim.cli.main import app

    app(["schema"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == file_schema()
