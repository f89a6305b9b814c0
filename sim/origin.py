"""Where a result comes from: enough to make it again, and to tell on what it was made.

All parameters, the seeds, the versions of the packages that the numbers pass through, the commit of the code, the machine, the time. What
can't be found out, such as the commit where there is no git, is ``None``.
"""

import contextlib
import functools
import hashlib
import inspect
import os
import pickle
import platform
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from types import CodeType
from typing import Any

from .scenario import Scenario
from .version import VERSION

PACKAGES = (
    "mesa",
    "numba",
    "llvmlite",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "networkx",
    "pydantic",
    "matplotlib",
)
CODE = ("sim", "experiments", "pyproject.toml", "requirements.lock")
"""What results depend on; a change of other files does not make the code differ from its commit."""


def provenance(
    scenario: Scenario, *, started: datetime, seeds: Sequence[int] | None = None, **more: Any
) -> dict[str, Any]:
    """Describe what made a result, in plain values that JSON can hold.

    Parameters
    ----------
    scenario : Scenario
        What was run; of several, the one that the others were made from.
    started : datetime
        When it began, with its time zone; it has ended now.
    seeds : sequence of int, optional
        Of all runs; None: the scenario's own.
    **more
        What else there is to say: threads, jobs, the command.

    Returns
    -------
    dict
        ``started`` (UTC), ``wall_seconds``, ``seeds``, what ``more`` says, ``code`` (the ``commit``, and whether the code ``differs`` from
        it; None where this is not a checkout), ``packages``, ``python``, ``machine``, ``conditions`` (from a policy's name to the source of
        its function) and ``scenario`` (all parameters).
    """
    now = datetime.now(UTC)
    return {
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "wall_seconds": round((now - started).total_seconds(), 3),
        "seeds": [scenario.seed] if seeds is None else list(seeds),
        **more,
        "code": commit(),
        "packages": dict(_versions()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
        "conditions": {
            name: source(policy.condition)
            for name, policy in scenario.policies.items()
            if policy.condition is not None
        },
        "scenario": scenario.to_dict(),
    }


def source(function: Any) -> str | None:
    """Give the text of a Python function, or of one that numba has compiled; None where it was typed in and stands in no file."""
    code = getattr(getattr(function, "py_func", function), "__code__", None)
    if (
        code is not None and code.co_filename == "<string>"
    ):  # of python -c, whose own text inspect would give for any such function
        return None
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return None


def meaning(thing: Any) -> str:
    """Give all that decides what a function gives: its text, or its code, its defaults, and what it takes from outside.

    The same in every process. Functions are followed, and of modules and classes what the code names; but what belongs to Python or to an
    installed package other than the function's own module is only named. Of an object it is its class and state.
    """
    thing = getattr(thing, "py_func", thing)
    return _meaning(thing, getattr(thing, "__module__", None), frozenset(), {})


def _meaning(thing: Any, home: str | None, names: frozenset[str], met: dict[Any, Any]) -> str:
    """Give the meaning of what is met on the way, in code of the module ``home`` that has these names; in full only where it is new."""
    thing = getattr(thing, "py_func", thing)
    key = id(thing), None if inspect.isfunction(thing) else names
    if key in met:
        return _state(thing)
    met[key] = thing  # kept, so that nothing else has its id
    module = getattr(thing, "__name__" if inspect.ismodule(thing) else "__module__", None)
    followed = module == home or not _installed(module)
    if isinstance(thing, tuple | list):
        return f"{type(thing).__name__} {[_meaning(one, home, names, met) for one in thing]}"
    if inspect.isfunction(thing) and followed:
        names = _names(thing.__code__)
        text = source(thing) or repr(_code(thing.__code__))
        taken = {
            "defaults": thing.__defaults__,
            "keywords": thing.__kwdefaults__,
            **_outside(thing, names),
        }
    elif (inspect.ismodule(thing) or inspect.isclass(thing)) and followed:
        text = _state(thing)
        taken = {name: value for name, value in vars(thing).items() if name in names}
    else:
        return _state(thing)
    return "\n".join(
        [
            text,
            *(
                f"{name} = {_meaning(value, home, names, met)}"
                for name, value in sorted(taken.items())
            ),
        ]
    )


def _installed(module: str | None) -> bool:
    """Say whether a module is Python's, a package's or this library's: of these the versions are known, and they don't change meanwhile."""
    top = (module or "builtins").partition(".")[0]
    file = getattr(sys.modules.get(module or ""), "__file__", None) or ""
    return top in {*sys.stdlib_module_names, __package__} or not {
        "site-packages",
        "dist-packages",
    }.isdisjoint(Path(file).parts)


def _outside(function: Any, names: frozenset[str]) -> dict[str, Any]:
    """Give what a function takes from its module and from the functions around it, as far as it is there by now."""
    taken = {name: function.__globals__[name] for name in names & function.__globals__.keys()}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # not set yet
            taken[name] = cell.cell_contents
    return taken


def _names(code: CodeType) -> frozenset[str]:
    """Give the names of what stands outside, attributes included, also those in functions within the function."""
    return frozenset(code.co_names).union(
        *(_names(one) for one in code.co_consts if inspect.iscode(one))
    )


def _code(code: CodeType) -> tuple[Any, ...]:
    return (
        code.co_code,
        code.co_names,
        [_code(one) if inspect.iscode(one) else one for one in code.co_consts],
    )


def _state(value: Any) -> str:
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if name is not None:  # a class, a module, a function of elsewhere
        return f"{getattr(value, '__module__', '')}.{name}"
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__} {sorted(map(_state, value))}"
    if value is None or isinstance(value, int | float | complex | str | bytes):
        return repr(value)
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    try:
        return f"{kind} {hashlib.sha256(pickle.dumps(value)).hexdigest()}"
    except (
        Exception
    ):  # what can't be sent to another process, whatever it says to that, decides nothing there
        return kind


def commit(root: Path | None = None) -> dict[str, Any] | None:
    """Give the git ``commit`` of a checkout, by default this library's, and whether its code ``differs`` from that; None without git."""
    return _commit(root or Path(__file__).resolve().parent.parent)


@functools.cache
def _commit(root: Path) -> dict[str, Any] | None:
    if not (root / ".git").exists():  # installed, or inside somebody else's checkout
        return None
    head, changes = (
        _git(root, "rev-parse", "HEAD"),
        _git(root, "status", "--porcelain", "--", *CODE),
    )
    return (
        None
        if head is None or changes is None
        else {"commit": head.strip(), "differs": bool(changes.strip())}
    )


def _git(root: Path, *arguments: str) -> str | None:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    }  # in a hook they point at another checkout
    try:
        done = subprocess.run(
            ["git", "-C", root, *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            env=own,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


@functools.cache
def _versions() -> tuple[tuple[str, str | None], ...]:
    return (("invitesim", VERSION), *((package, _version(package)) for package in PACKAGES))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


@functools.cache
def _processor() -> str:
    """Name the processor: on Linux as the kernel does, elsewhere as Python can."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
