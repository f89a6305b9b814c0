"""What several tests of the comparison use."""

import pytest

from experiments import figures
from tests.study.conftest import ran  # noqa: F401


@pytest.fixture
def undrawn(monkeypatch):
    """Skip the figures, which take most of the time, where the tables are tested."""
    monkeypatch.setattr(figures, "draw", lambda *_: None)
