"""How a process ends that is told to: Ctrl-C, SIGTERM, a closed terminal.

What runs first calls ``in_one_line``; this module itself takes no time to import. From then on the
first signal raises KeyboardInterrupt, also for SIGTERM: whoever keeps what is finished on Ctrl-C
keeps it then too. More of them, as of a key held down, are not heard while what is under way is
cleared away; after ``PATIENCE`` seconds the next one ends the process at once.
"""

import atexit
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import NoReturn

INTERRUPTED = "interrupted; nothing is left half-written"
PATIENCE = 5.0
"""Seconds that clearing away may take before a signal is heard again."""
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_first: list[tuple[int, float]] = []
"""The first signal that was heard, and when."""


def in_one_line() -> None:
    """Let a signal that nobody catches end this process in one line, as ``commands.launch``."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing and multiprocessing.parent_process():  # it ends with its parent
        return
    sys.excepthook = _ended
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:  # whoever ignores one, or hears it otherwise, does so on purpose
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, _heard)


def _heard(number: int, frame: FrameType | None) -> None:
    now = time.monotonic()
    if not _first:
        _first.append((number, now))
        raise KeyboardInterrupt
    if now > _first[0][1] + PATIENCE:
        _end()


def _end() -> NoReturn:
    said(INTERRUPTED)
    os._exit(exit_code())


def end(code: int) -> NoReturn:
    """End this process with an exit code, also after a signal.

    Python itself ends with -2 where KeyboardInterrupt has left an ``exec`` of a text on its way,
    as in the making of a dataclass, though it was caught and another code asked for.
    """
    nothing_more_heard()
    if not _first:
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, AttributeError):  # full, or closed
            stream.flush()
    os._exit(code)


def exit_code() -> int:
    """Return the exit code after a signal: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + (_first[0][0] if _first else signal.SIGINT)


def nothing_more_heard() -> None:
    """Let no signal change how this process ends: all is done but the ending."""
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) is _heard:
                signal.signal(number, signal.SIG_IGN)


def said(line: str) -> None:
    """Print a line to the standard error, if somebody is still there to read it."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    nothing_more_heard()
    _end()


@contextlib.contextmanager
def defer_interrupt() -> Iterator[None]:
    """Let a signal that comes in the block count after it, for what must not stop half way."""
    if threading.current_thread() is not threading.main_thread():  # which hears none
        yield
        return
    # whoever ignores one does so on purpose, and what the system does at one can't be held
    before = {
        number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))
    }
    pressed: list[tuple[int, FrameType | None]] = []
    try:
        for number in before:
            signal.signal(number, lambda *heard: pressed.append(heard))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for heard in pressed:
            before[heard[0]](*heard)
