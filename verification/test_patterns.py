"""The patterns that the model must show: each within its range."""

import pytest

from .patterns import PATTERNS, Found, Pattern, found


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_pattern(pattern: Pattern, findings: list) -> None:
    """Check that the model's value is in the range."""
    value = found()[pattern.name]
    findings.append(Found(*pattern, found=value))
    assert pattern.low <= value <= pattern.high
