"""What several tests of the comparison use."""

from pathlib import Path

import pytest

import sim
from experiments import figures
from tests.called_experiments import sketch, sketched  # noqa: F401
from tests.compare.calling import SMALL, called


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> tuple[Path, str]:
    """Return the folder of a small comparison, and what it printed."""
    out = tmp_path_factory.mktemp("small") / "deeper" / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim.plots, "save", sketch)
        done = called(*SMALL, "--jobs", "1", "--out", out)
    assert (done.code, done.err) == (0, "")
    return out, done.out


@pytest.fixture
def undrawn(monkeypatch):
    """Skip the figures, which take most of the time, where the tables are tested."""
    monkeypatch.setattr(figures, "draw", lambda *_: None)
