"""Gathers z-scores, and prints them at the end.

When all checks have run, they are also written to ``results/verification/``.
"""

import pytest

_OUTCOMES = pytest.StashKey[list]()


def pytest_configure(config):
    """Start with an empty list."""
    config.stash[_OUTCOMES] = []


@pytest.fixture
def outcomes(request):
    """Return the results of the checks so far."""
    return request.config.stash[_OUTCOMES]


def pytest_terminal_summary(terminalreporter, config):
    """Print the table; write it and the figure if it is complete."""
    gathered = config.stash[_OUTCOMES]
    if not gathered:
        return
    from . import checks, report

    terminalreporter.write_line("")
    terminalreporter.write_line(report.in_words(gathered))
    if len(gathered) == len(checks.CHECKS):
        report.write(gathered)
        files = "z.csv, verification.md, verification.png, verification.svg"
        terminalreporter.write_line(f"Written to {report.FOLDER}: {files}")
