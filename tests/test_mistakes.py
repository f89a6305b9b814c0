"""A mistake in a call from Python is one line, as on the command line, and no library's error."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import sim

SMALL = sim.Scenario(members=20, days=3, meeting={"history_days": 2})
TASK = sim.Task("one", SMALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Return one of each thing that has methods."""
    study = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=1)
    table = study.run(tmp_path_factory.mktemp("study"), jobs=1)
    return SimpleNamespace(
        result=sim.run(SMALL), study=study, table=table, model=sim.NetworkModel(SMALL)
    )


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


MISTAKES: list[tuple[Callable[[Any], Any], str]] = [
    # scenarios
    (
        lambda made: SMALL.replace([1]),
        "replace: not a mapping (got [1]); must be from dotted names to values, "
        "as {'platform.limit': 3}",
    ),
    (
        lambda made: SMALL.replace({1: 2}),
        "replace: 1 is not a name; must be from dotted names to values",
    ),
    (lambda made: SMALL.to_toml(3), "3: not a path; must be a text or a pathlib.Path"),
    (lambda made: sim.Scenario.from_toml(None), "None: not a path"),
    # runs
    (
        lambda made: sim.run(SMALL, threads="x"),
        "threads: expected a whole number of 1 or more, got 'x'",
    ),
    (
        lambda made: sim.run(SMALL, threads=True),
        "threads: expected a whole number of 1 or more, got True",
    ),
    (
        lambda made: sim.run(SMALL, threads=0),
        "threads: expected a whole number of 1 or more, got 0",
    ),
    (
        lambda made: sim.replications(None, 3),
        "scenario: NoneType is not a scenario; must be a sim.Scenario",
    ),
    (
        lambda made: sim.replicate(SMALL, 1.5),
        "replications: expected a whole number of 1 or more, got 1.5",
    ),
    (
        lambda made: next(sim.run_many([TASK], str, jobs="x")),
        "jobs: expected a whole number of 1 or more, got 'x'",
    ),
    (
        lambda made: next(sim.run_many([SMALL], str, jobs=1)),
        "tasks: not a task (got Scenario(members=20",
    ),
    (
        lambda made: next(sim.run_many(3, str, jobs=1)),
        "tasks: not a task (got 3); must be a list of sim.Task(name, scenario)",
    ),
    (
        lambda made: next(sim.run_many([TASK], 3, jobs=1)),
        "keep: not a function (got 3); must be a function of a sim.Result",
    ),
    # files
    (lambda made: sim.load(None), "None: not a path"),
    (lambda made: made.result.save(3), "3: not a path"),
    (lambda made: made.result.save(""), "'': is empty; must be a file or folder"),
    (lambda made: made.result.save("a\0b"), "'a\\x00b': not a path, it has a null character"),
    (lambda made: sim.atomic_folder(3).__enter__(), "3: not a path"),
    (lambda made: sim.read_contacts(None, 20), "None: not a path"),
    (lambda made: sim.read_contacts("log.csv", "x"), "gap_seconds: no length of time (got 'x')"),
    # the model
    (
        lambda made: sim.NetworkModel(SMALL, rng=1.5),
        "rng: not a seed (got 1.5); must be a whole number, or a generator of numpy",
    ),
    (
        lambda made: sim.NetworkModel(members="x"),
        "members: expected a whole number from 2 to 268435456, got 'x'",
    ),
    (lambda made: sim.NetworkModel(nonsense=1), "nonsense: no such parameter"),
    (lambda made: made.model.run_for(-1), "run_for: expected a number from 0 to 16000, got -1"),
    (
        lambda made: made.model.run_until("x"),
        "run_until: expected a number from 0 to 16000, got 'x'",
    ),
    (
        lambda made: made.model.set_policies([None] * 20),
        "policies: None: no such policy here; must be one of everyone",
    ),
    (
        lambda made: made.model.set_policies([["everyone"], ["everyone", "everyone"]]),
        "policies: 2 names; must be 20",
    ),
    # statistics
    (lambda made: sim.paired([1, 2], [1]), "a, b: not pairs (got 2 and 1 numbers)"),
    (lambda made: sim.paired(["a"], [1]), "a: not numbers (got ['a']); must be numbers"),
    (
        lambda made: sim.mean_interval([1, 2], level=95),
        "level: expected a number from 0 to 1, got 95",
    ),
    (lambda made: sim.aggregate([1]), "runs: not a table (got [1]); must be a pandas.DataFrame"),
    (
        lambda made: sim.aggregate(made.result.summary),
        "runs: no column 'population'; must be one of policy",
    ),
    (
        lambda made: sim.aggregate(made.result.summary.assign(word="x"), by="policy"),
        "measures: not all are numbers",
    ),
    (
        lambda made: sim.survival(SMALL, made.result.members, "weeks"),
        "by: not known (got 'weeks'); must be one of days, invitations",
    ),
    (lambda made: sim.survival(SMALL, made.result.summary), "members: not a table of members"),
    (lambda made: sim.survival(None, made.result.members), "scenario: NoneType is not a scenario"),
    # studies and designs
    (lambda made: sim.Study(None, {"days": [1]}), "scenario: NoneType is not a scenario"),
    (
        lambda made: sim.Study(SMALL, 3),
        "the points: not a mapping (got 3); must be values by dotted name for each point",
    ),
    (
        lambda made: sim.Study(SMALL, {1: [2]}),
        "the design: 1 is not a name; must be lists of values by dotted name",
    ),
    (
        lambda made: sim.Study(SMALL, {"days": [1]}, replications="x"),
        "replications: expected a whole number of 1 or more, got 'x'",
    ),
    (lambda made: sim.Study(SMALL, {"days": [1]}, keep=3), "keep: not a function (got 3)"),
    (lambda made: made.study.run(None), "None: not a path"),
    (lambda made: sim.Study.from_salib({}, [[1]]), "problem: names: not a list (got None)"),
    (
        lambda made: sim.Study.from_salib({"names": ["days"]}, [["x"]]),
        "the sample: not numbers (got [['x']])",
    ),
    (
        lambda made: sim.Study.from_salib({"names": ["days"]}, [[np.nan]]),
        "the sample: has a number that is not finite",
    ),
    (
        lambda made: sim.design.latin_hypercube({"days": (1, 3)}, "x"),
        "points: expected a whole number of 1 or more, got 'x'",
    ),
    (
        lambda made: sim.design.latin_hypercube({"days": (1, 3)}, 4, seed="x"),
        "seed: expected a whole number of 0 or more, got 'x'",
    ),
    (
        lambda made: sim.design.latin_hypercube({"days": (1, np.inf)}, 4),
        "days: not a range (got (1, inf))",
    ),
    (
        lambda made: sim.design.latin_hypercube(3, 4),
        "the design: not a mapping (got 3); must be ranges by dotted name",
    ),
    (
        lambda made: sim.design.sobol({"days": (1, 3)}, 2**40),
        "points: too many (got 1,099,511,627,776)",
    ),
    # the table of a study
    (
        lambda made: made.table.to_pandas(["nope"]),
        "columns: nope: not there; must be one of point, platform.limit",
    ),
    (
        lambda made: made.table.to_pandas("degree"),
        "columns: not a list of names (got 'degree'); must be a list",
    ),
    (
        lambda made: made.table.to_pandas(policy="everyon"),
        "policy: everyon: not there; nearest: everyone; must be one of everyone",
    ),
    (lambda made: made.table.compare("x", 0), "point x: not there; must be 0 to 1"),
    (lambda made: made.table.compare(0, 1, 3), "measure: 3: not there; must be one of members"),
]


@pytest.mark.parametrize(("mistake", "line"), MISTAKES, ids=[line[:40] for _, line in MISTAKES])
def test_a_mistake_is_one_line(
    mistake: Callable[[Any], Any], line: str, made: SimpleNamespace
) -> None:
    with pytest.raises(sim.InputError) as caught:
        mistake(made)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("jobs", ["x", 1.5])
def test_wrong_jobs_of_a_study(
    jobs: Any, made: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(sim.InputError, match="jobs: expected a whole number"):
        made.study.run(tmp_path_factory.mktemp("jobs"), jobs=jobs)


def test_numbers_of_numpy_are_numbers() -> None:
    assert len(sim.replications(SMALL, np.int64(2))) == 2
    assert len(sim.design.sobol({"days": (1, 3)}, np.int64(4))) == 4
    assert sim.run(SMALL, threads=np.int64(1)).provenance["threads"] == 1
