"""The pool: processes of this machine that do runs, for ``run_many``, ``replicate`` and studies.

Work is sent to the processes by ``cloudpickle``. Another process could not import some functions:
those typed at a prompt, in a notebook, or in a script without ``if __name__ == "__main__":``. These
are sent as code. So no process ever runs the user's script a second time.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import wait
from typing import Any

import cloudpickle

from ..errors import InputError
from ..interruption import defer_interrupt
from ..machine import cores
from ..parameters.checks import whole

_starting = threading.Lock()
"""Held during the start of a process, which briefly changes what all threads share."""
_sent_work = b""
"""In a process of a pool: the function to call, as it was sent."""
_work: Callable[[Any], Any] | None = None
"""In a process of a pool: the function to call."""


def processes(jobs: int | None) -> int:
    """Return the number of processes that ``jobs`` asks for.

    If ``jobs`` is None: as many as this process has cores, or 1 (this process itself) if it already
    belongs to a pool, whose other processes use the other cores. In a daemonic process the number
    is always 1, because such a process can't start others.
    """
    number = None if jobs is None else whole("jobs", jobs)
    if multiprocessing.current_process().daemon:
        return 1
    if number is None:
        return 1 if multiprocessing.parent_process() or _in_dask() else cores()
    return number


def _in_dask() -> bool:
    """Return whether this thread does a task of Dask, whose workers may be threads."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    try:
        distributed.get_worker()
    except ValueError:
        return False
    return True


class Pool:
    """Processes that call one function.

    Parameters
    ----------
    work : callable
        A function of one argument.
    jobs : int
        The largest number of processes.
    name : str
        The name of the function in an error.

    Raises
    ------
    InputError
        If the function can't be sent to another process.
    """

    def __init__(self, work: Callable[[Any], Any], jobs: int, name: str) -> None:
        sent = _sent(name, work)
        context = multiprocessing.get_context(_method())
        environment = dict(os.environ)
        self._executor = ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_settle, initargs=(sent, environment)
        )

    def submit(self, name: str, argument: Any) -> "Future[bytes]":
        """Call the function in a process; ``name`` is the argument's name in an error."""
        sent = _sent(name, argument)
        # Ctrl-C while a process starts would leave a process that nobody knows, and that ends in
        # a traceback
        with defer_interrupt(), _without_main(), deaf_children():
            return self._executor.submit(_do, sent)

    @staticmethod
    def result(future: "Future[bytes]") -> Any:
        """Return what the function has returned, or raise what it has raised.

        If its process has died, this is ``BrokenProcessPool``.
        """
        return cloudpickle.loads(future.result())

    def close(self, *, at_once: bool) -> None:
        """End the processes: at once, so that their work is lost, or after their work."""
        # the list of processes is public only from Python 3.14 on, as terminate_workers
        for process in list((self._executor._processes or {}).values()) if at_once else []:
            process.terminate()
        self._executor.shutdown(cancel_futures=True)


def _sent(name: str, thing: Any) -> bytes:
    try:
        return bytes(cloudpickle.dumps(thing))
    except Exception as error:  # any kind: methods of the thing itself may raise it
        reason = " ".join(str(error).split())
        right = "must hold nothing that belongs to one process, or set jobs=1"
        raise InputError(f"{name}: can't be sent to another process ({reason}); {right}") from None


def _method() -> str:
    """Return the method by which processes are started, after preparing for it.

    On Linux they are forked from a process that has imported, loaded and (if necessary) compiled
    what a run needs, and does nothing else. A fork of this process could hang, as it may have
    threads. On other systems a fork is not safe once some of the system's libraries are loaded, so
    each process is started anew.
    """
    if sys.platform == "linux" and _can_fork():
        return "forkserver"
    # compiled here first, because processes that save the same code at once may mix it up
    from . import preload  # noqa: F401

    return "spawn"


def _can_fork() -> bool:
    """Start the process from which others are forked, unless it runs; return whether it runs."""
    resource_tracker.ensure_running()  # started here: a start in the block would let Ctrl-C through
    with _starting, deaf_children():
        before = dict(os.environ)
        # the new process must import the package that this one has, not one in the current folder
        path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
        os.environ.update(PYTHONPATH=path, PYTHONSAFEPATH="1")
        try:
            multiprocessing.set_forkserver_preload([f"{__package__}.preload"])
            forkserver.ensure_running()
        except ChildProcessError:  # this process is a fork of another that has a fork server
            return False
        finally:
            os.environ.clear()
            os.environ.update(before)
    return True


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep processes that start in the block from importing the user's script; none needs it."""
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


@contextlib.contextmanager
def deaf_children() -> Iterator[None]:
    """Make processes that start in the block ignore Ctrl-C, even before ``_settle``.

    A new process inherits the signals that are blocked.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _settle(sent: bytes, environment: dict[str, str]) -> None:
    """Prepare a new process: it ends when its parent ends, and leaves Ctrl-C to the parent."""
    from tqdm import tqdm

    global _sent_work
    _sent_work = sent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()  # a forked process still has the environment of the first pool
    os.environ.update(environment)
    # the default lock is shared between processes, and stays held if a process that holds it dies
    tqdm.set_lock(threading.RLock())
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _do(argument: bytes) -> bytes:
    """Call the function of this process with an argument."""
    global _work
    try:
        _work = _work or cloudpickle.loads(_sent_work)
        given = cloudpickle.loads(argument)
    except Exception as error:  # any kind: the user's modules may raise it when imported
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        right = "keep must be a function that a new process can import, or set jobs=1"
        raise InputError(
            f"another process can't load the scenario or the function keep ({what}); {right}"
        ) from None
    try:
        return bytes(cloudpickle.dumps(_work(given)))
    except Exception as error:
        if _travels(error):
            raise
        raise RuntimeError(f"{type(error).__name__}: {error}") from None


def _travels(error: Exception) -> bool:
    """Return whether an exception can be pickled; it can't if its class takes other arguments."""
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)
    except Exception:  # any kind: its class may raise it
        return False
