"""How a process ends after Ctrl-C, SIGTERM or the end of its terminal.

A program first calls ``end_in_one_line``; this module takes no time to import. From then on the
first signal raises KeyboardInterrupt, also for SIGTERM: code that keeps finished work on Ctrl-C
then keeps it too. Further signals, as from a key held down, are ignored while the program cleans
up. After ``PATIENCE`` seconds the next one ends the process at once.
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
"""Seconds that cleaning up may take before a signal is heard again."""
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_first: list[tuple[int, float]] = []
"""The first signal that was heard, and its time."""


def end_in_one_line() -> None:
    """Make a signal that nothing catches end this process with one line instead of a traceback."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing and multiprocessing.parent_process():  # it ends with its parent
        return
    sys.excepthook = _ended
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:  # a signal ignored or handled otherwise is so on purpose
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
    print_error(INTERRUPTED)
    os._exit(exit_code())


def end(code: int) -> NoReturn:
    """End this process with an exit code, also after a signal.

    Python itself ends with -2 if a KeyboardInterrupt has passed through an ``exec`` of a text, as
    in the making of a dataclass, even if it was caught and another exit code was asked for.
    """
    ignore_signals()
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


def ignore_signals() -> None:
    """Ignore all further signals: all that is left to do is to end."""
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) is _heard:
                signal.signal(number, signal.SIG_IGN)


def print_error(line: str) -> None:
    """Print a line to the standard error; ignore errors, as of a closed terminal."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, trace)
    ignore_signals()
    _end()


@contextlib.contextmanager
def defer_interrupt() -> Iterator[None]:
    """Handle a signal that comes in the block after it, for work that must not stop half way.

    Examples
    --------
    >>> import sim
    >>> with sim.defer_interrupt():
    ...     pass  # two files that belong together are written here
    """
    if threading.current_thread() is not threading.main_thread():  # others hear no signals
        yield
        return
    # an ignored signal is ignored on purpose; what the system does at one can't be deferred
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
