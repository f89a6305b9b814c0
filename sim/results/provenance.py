"""Where a result comes from: enough to make it again, and to tell on what it was made.

All parameters, the seeds, the versions of the packages that the numbers pass through, the commit of the code, the machine, the time. What
can't be found out, such as the commit where there is no git, is ``None``.
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


def commit(root: Path | None = None) -> dict[str, Any] | None:
    """Give the git ``commit`` of a checkout, by default this library's, and whether its code ``differs`` from that; None without git."""
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
