"""Studies that several tests use."""

import pytest

import sim
from sim.runs.running import live_and_keep
from tests.study.small import small


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> sim.StudyTable:
    return small().run(tmp_path_factory.mktemp("whole"), jobs=1)


@pytest.fixture
def ran(monkeypatch) -> list[int]:
    """Return a list to which each run that this process does adds its seed."""
    seeds: list[int] = []
    monkeypatch.setattr(
        "sim.runs.running.live_and_keep",
        lambda keep, scenario: seeds.append(scenario.seed) or live_and_keep(keep, scenario),
    )
    return seeds
