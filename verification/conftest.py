"""Gathers z-scores and patterns, and prints them at the end.

When all checks have run, they are also written to ``results/verification/``.
"""

import pytest

_OUTCOMES = pytest.StashKey[list]()
_FOUND = pytest.StashKey[list]()


def pytest_configure(config):
    """Start with empty lists."""
    config.stash[_OUTCOMES] = []
    config.stash[_FOUND] = []


@pytest.fixture
def outcomes(request):
    """Return the results of the checks so far."""
    return request.config.stash[_OUTCOMES]


@pytest.fixture
def findings(request):
    """Return the values of the patterns so far."""
    return request.config.stash[_FOUND]


def pytest_terminal_summary(terminalreporter, config):
    """Print the tables; write them and the figure if they are complete."""
    gathered, found = config.stash[_OUTCOMES], config.stash[_FOUND]
    if not gathered:
        return
    from . import checks, patterns, report

    terminalreporter.write_line("")
    terminalreporter.write_line(report.in_words(gathered, found))
    if len(gathered) == len(checks.CHECKS) and len(found) == len(patterns.PATTERNS):
        report.write(gathered, found)
        files = "z.csv, patterns.csv, verification.md, verification.png, verification.svg"
        terminalreporter.write_line(f"Written to {report.FOLDER}: {files}")
