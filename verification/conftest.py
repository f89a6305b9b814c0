"""The z-scores and patterns are gathered, printed at the end, and written to ``results/verification/`` when all checks have been run."""

import pytest

_OUTCOMES = pytest.StashKey[list]()
_FOUND = pytest.StashKey[list]()


def pytest_configure(config):
    """Begin with nothing gathered."""
    config.stash[_OUTCOMES] = []
    config.stash[_FOUND] = []


@pytest.fixture
def outcomes(request):
    """What came of the checks so far."""
    return request.config.stash[_OUTCOMES]


@pytest.fixture
def findings(request):
    """What was found of the patterns so far."""
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
        terminalreporter.write_line(
            f"Written to {report.FOLDER}: z.csv, patterns.csv, verification.md, verification.png, verification.svg"
        )
