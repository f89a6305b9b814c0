"""The pool: processes of this machine that do runs, for ``run_many``, ``replicate`` and studies.

Work is sent to the processes by ``cloudpickle``. Some functions another process could not import:
those typed at a prompt, in a notebook, or in a script without ``if __name__ == "__main__":``. They
are sent as code. So no process ever runs the user's script again.
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
"""Held while state that all threads share is changed for a moment, to start a process."""
_sent_work = b""
"""In a process of a pool: its work, as it was sent."""
_work: Callable[[Any], Any] | None = None
"""In a process of a pool: its work."""


def processes(jobs: int | None) -> int:
    """Return the number of processes that ``jobs`` asks for.

    None asks for as many as there are cores for this process. But if this process already belongs
    to a pool, whose other processes use the other cores, it asks for 1, this process itself. A
    daemonic process can't start others, so there the number is always 1.
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
        Most processes.
    name : str
        Name of the function in an error.

    Raises
    ------
    InputError
        The function can't be sent to another process.
    """

    def __init__(self, work: Callable[[Any], Any], jobs: int, name: str) -> None:
        sent = _sent(name, work)
        context = multiprocessing.get_context(_method())
        environment = dict(os.environ)
        self._executor = ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_settle, initargs=(sent, environment)
        )

    def submit(self, name: str, argument: Any) -> "Future[bytes]":
        """Call the function in a process; ``name`` is that of the argument in an error."""
        sent = _sent(name, argument)
        # Ctrl-C while a process starts would leave one that nobody knows, and that ends in a
        # traceback
        with defer_interrupt(), _without_main(), deaf_children():
            return self._executor.submit(_do, sent)

    @staticmethod
    def result(future: "Future[bytes]") -> Any:
        """Return what the function returned, or raise what it raised.

        ``BrokenProcessPool`` if its process died.
        """
        return cloudpickle.loads(future.result())

    def close(self, *, at_once: bool) -> None:
        """End the processes, at once or after their work; their work is lost if ended at once."""
        # public only from Python 3.14 on, as terminate_workers
        for process in list((self._executor._processes or {}).values()) if at_once else []:
            process.terminate()
        self._executor.shutdown(cancel_futures=True)


def _sent(name: str, thing: Any) -> bytes:
    try:
        return bytes(cloudpickle.dumps(thing))
    except Exception as error:  # of any kind, from methods of the thing itself
        reason = " ".join(str(error).split())
        right = "must hold nothing that belongs to one process, or jobs=1"
        raise InputError(f"{name}: can't be sent to another process ({reason}); {right}") from None


def _method() -> str:
    """Return how processes are started, after preparing for it.

    On Linux they are forked from a process that has imported, loaded and if necessary compiled what
    a run needs, and does nothing else. A fork of this process could hang, as it may have threads.
    On other systems a fork is not safe once some of their own libraries are loaded, so each process
    is started anew.
    """
    if sys.platform == "linux" and _can_fork():
        return "forkserver"
    # compiled here first: processes that save the same code at once may mix it up
    from . import preload  # noqa: F401

    return "spawn"


def _can_fork() -> bool:
    """Start the process that others are forked from, if need be; return whether it runs."""
    resource_tracker.ensure_running()  # starting it would let Ctrl-C through again
    with _starting, deaf_children():
        before = dict(os.environ)
        # it must find this package where this process has found it, not one in the current folder
        path = os.pathsep.join(os.path.abspath(place) for place in sys.path)
        os.environ.update(PYTHONPATH=path, PYTHONSAFEPATH="1")
        try:
            multiprocessing.set_forkserver_preload([f"{__package__}.preload"])
            forkserver.ensure_running()
        except ChildProcessError:  # this process is a fork of one that has it
            return False
        finally:
            os.environ.clear()
            os.environ.update(before)
    return True


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Make processes that start in the block not import the user's script, which none needs."""
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

    A blocked signal is inherited.
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
    """Prepare a new process: it ends when its parent does, and leaves Ctrl-C to the parent."""
    from tqdm import tqdm

    global _sent_work
    _sent_work = sent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()  # a forked process has that of the first pool
    os.environ.update(environment)
    # the default lock is shared between processes, and stays held if one of them is ended
    tqdm.set_lock(threading.RLock())
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _do(argument: bytes) -> bytes:
    """Call the work of this process with an argument."""
    global _work
    try:
        _work = _work or cloudpickle.loads(_sent_work)
        given = cloudpickle.loads(argument)
    except Exception as error:  # of any kind, from modules of the user as they are imported
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        right = "must be a function that a new process can import, or jobs=1"
        raise InputError(
            f"another process can't load the scenario, or keep ({what}); {right}"
        ) from None
    try:
        return bytes(cloudpickle.dumps(_work(given)))
    except Exception as error:
        if _travels(error):
            raise
        raise RuntimeError(f"{type(error).__name__}: {error}") from None


def _travels(error: Exception) -> bool:
    """Return whether an exception can be pickled; one whose class takes other arguments can't."""
    try:
        return type(pickle.loads(pickle.dumps(error))) is type(error)
    except Exception:  # of any kind, from its class
        return False
