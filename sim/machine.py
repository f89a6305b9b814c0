"""The machine: how many cores and how much memory this process may use.

Both may be less than the machine has: because of the affinity of the process, because of its
control groups (containers, SLURM, systemd), which are nested, or because of its resource limits.
"""

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import InputError

if TYPE_CHECKING:
    from .scenario.scenario import Scenario

ROOT = Path("/")
"""The folder of ``proc`` and ``sys`` on Linux."""

BYTES_A_MEMBER, BYTES_A_BOND = 1300, 24
"""Bytes of a whole run with its result. Measured at 10,000 and 30,000 members and 30 to 1,000 days,
the estimate is from 20 % too low to 7 % too high. So a refused run would not fit, or only just."""

NEGLIGIBLE = 2**25
"""A run that needs less memory is not checked: asking takes 1 ms, and a run of this size 50 ms."""


def check_memory(scenario: "Scenario") -> None:
    """Raise an error before a run if it is known to need more memory than this process can have.

    Raises
    ------
    InputError
        If there is too little memory; the message has the number of members that would fit.
    """
    each = bytes_a_member(scenario)
    if scenario.most_members * each < NEGLIGIBLE:
        return
    there = memory()
    if there is not None and scenario.most_members * each > there:
        raise InputError(
            f"members: {scenario.most_members} need about "
            f"{scenario.most_members * each / 2**30:.1f} GiB of "
            f"memory by day {scenario.days}, and there are {there / 2**30:.1f} for this process; "
            f"must be at most about {there // each}, or fewer days"
        )


def bytes_a_member(scenario: "Scenario") -> int:
    """Estimate the memory for each member at the end of a run, in bytes."""
    meeting = scenario.meeting
    # an encounter with a new contact makes two bonds; the number of new contacts in a log is not
    # known, and in a team they are few
    new = 0 if meeting.contacts else 2 * meeting.rate * (1 - meeting.again - meeting.team)
    bonds = min(scenario.most_members - 1, new * (scenario.history_days + scenario.days))
    return round(BYTES_A_MEMBER + BYTES_A_BOND * bonds)


def cores() -> int:
    """Return the number of cores this process may use; PYTHON_CPU_COUNT overrides everything."""
    asked = str(sys._xoptions.get("cpu_count") or os.environ.get("PYTHON_CPU_COUNT", ""))
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    there = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min([there, *_quotas()]))


def memory() -> int | None:
    """Return how many more bytes this process may use now, or None if the system does not tell.

    This is the smallest of three numbers: what the machine has free, what each control group has
    left, and what the limit on the address space leaves.
    """
    left = [*_left_in_groups(), *_left_of_address_space()]
    machine = _table(ROOT / "proc/meminfo")
    if "MemAvailable" in machine:
        left.append((machine["MemAvailable"] + machine.get("SwapFree", 0)) * 1024)
    elif "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()):  # macOS, not Windows
        left.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return max(0, min(left)) if left else None


def _quotas() -> Iterator[int]:
    """Yield the quota of each control group in cores, rounded up."""
    for group in _groups("cpu"):
        quota, period = [*_words(group / "cpu.max"), "", ""][:2]
        if not quota:
            (quota,), (period,) = (
                _words(group / f"cpu.cfs_{name}_us") or [""] for name in ("quota", "period")
            )
        if quota.isdecimal() and period.isdecimal() and int(period):  # neither "max" nor -1
            yield math.ceil(int(quota) / int(period))


def _left_in_groups() -> Iterator[int]:
    """Yield how many bytes each control group has left; its cached files count as free."""
    for group in _groups("memory"):
        for limit, used, prefix in (
            ("memory.max", "memory.current", ""),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
        ):
            most, now = _words(group / limit), _words(group / used)
            if most and now and most[0].isdecimal():
                files = _table(group / "memory.stat")
                kinds = (f"{prefix}inactive_file", f"{prefix}active_file")
                yield int(most[0]) - int(now[0]) + sum(files.get(kind, 0) for kind in kinds)


def _left_of_address_space() -> Iterator[int]:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY:
        yield limit - _table(ROOT / "proc/self/status").get("VmSize", 0) * 1024


def _groups(controller: str) -> Iterator[Path]:
    """Yield the control groups of this process, of versions 1 and 2, beginning with the innermost.

    In a container, the paths may be those outside of it; if a folder is missing, it sets no limit.
    """
    top = ROOT / "sys/fs/cgroup"
    for line in _lines(ROOT / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            mounts = [top, top / "unified"]
        elif controller in controllers.split(","):
            mounts = [top / controllers, top / controller]
        else:
            continue
        for mount in dict.fromkeys(mounts):
            group = mount / path.lstrip("/")
            yield from (group, *(outer for outer in group.parents if outer.is_relative_to(mount)))


def _table(path: Path) -> dict[str, int]:
    """Read lines with a name and a number, as in ``/proc/meminfo``; units are left out."""
    rows = [line.replace(":", " ").split() for line in _lines(path)]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal()}


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _lines(path: Path) -> list[str]:
    """Return the lines of a system file, or none if it does not exist or can't be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
