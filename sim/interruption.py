"""Ctrl-C where it must wait, and before a command has begun, while what it needs is still being imported.

What runs first calls ``in_one_line``; this module itself takes no time to import.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType

INTERRUPTED = "interrupted; nothing is left half-written"


def in_one_line() -> None:
    """Let a Ctrl-C that nobody catches end this process as ``commands.launch`` ends it: one line and exit code 130."""
    sys.excepthook = _ended


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    print(INTERRUPTED, file=sys.stderr)
    sys.exit(130)


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Let a Ctrl-C that comes in the block count after it, for what must not stop half way."""
    before = signal.getsignal(signal.SIGINT)
    # only the main thread hears Ctrl-C, and whoever ignores it does so on purpose
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    pressed: list[FrameType | None] = []
    signal.signal(signal.SIGINT, lambda _, frame: pressed.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            before(signal.SIGINT, pressed[0])
