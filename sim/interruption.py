"""Ctrl-C before a command has begun, while what it needs is still being imported.

What runs first calls ``in_one_line``; this module itself takes no time to import.
"""

import sys
from types import TracebackType

INTERRUPTED = "interrupted; nothing is left half-written"


def in_one_line() -> None:
    """Let a Ctrl-C that nobody catches end this process as ``commands.launch`` ends it: one line and exit code 130."""
    sys.excepthook = _ended


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    print(INTERRUPTED, file=sys.stderr)
    sys.exit(130)
