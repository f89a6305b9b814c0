"""Provenance: where a result comes from, with all that is needed to make it again.

It has all parameters, the seeds, the versions of the packages that compute the numbers, the commit
of the code, the machine and the time. What can't be found out, such as the commit if there is no
git, is ``None``.
"""

import functools
import inspect
import os
import platform
import subprocess
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ..scenario.scenario import Scenario
from ..version import VERSION

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
"""Files that results depend on: the code differs from its commit only if one of them does."""


def provenance(
    scenario: Scenario, *, started: datetime, seeds: Sequence[int] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a description of how a result was made, in values that JSON can hold.

    Parameters
    ----------
    scenario : Scenario
        The scenario that was run; if there were several, the one from which they were made.
    started : datetime
        The time when the work began, with a time zone. The work ends when this function is called.
    seeds : sequence of int, optional
        The seeds of all runs; None: the scenario's own.
    **more
        Further entries, such as threads, jobs or the command.

    Returns
    -------
    dict
        ``started`` (UTC), ``wall_seconds``, ``seeds``, the entries of ``more``, ``code`` (the
        ``commit``, and whether the code ``differs`` from it; None if this is not a checkout),
        ``packages``, ``python``, ``machine``, ``conditions`` (from the name of a policy to the
        source of its function) and ``scenario`` (all parameters).

    Examples
    --------
    >>> import datetime
    >>> import sim
    >>> started = datetime.datetime.now(datetime.UTC)
    >>> sim.provenance(sim.Scenario(members=100), started=started, jobs=2)["seeds"]
    [1]
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
    """Return the source of a function, compiled by numba or not; None if no file has it."""
    code = getattr(getattr(function, "py_func", function), "__code__", None)
    # of python -c: inspect would return the text of the command for any such function
    if code is not None and code.co_filename == "<string>":
        return None
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return None


def commit(root: Path | None = None) -> dict[str, Any] | None:
    """Return the git ``commit`` of a checkout and whether its code ``differs``; None without git.

    The checkout is by default that of this library.
    """
    return _commit(root or Path(__file__).resolve().parents[2])


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
    # in a hook, variables of git point at another checkout
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
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
    """Return the name of the processor: on Linux that of the kernel, elsewhere that of Python."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
