"""The cores and the memory that a process may use, on systems described by files."""

import os
import sys
from pathlib import Path

import pytest

import sim
from sim import machine

MIB = 2**20
MEMINFO = "MemTotal:       8192 kB\nMemAvailable:   6144 kB\nSwapFree:          0 kB\n"


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a machine of 16 cores and 6 MiB without limits."""
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.delenv("PYTHON_CPU_COUNT", raising=False)
    written(tmp_path, {"proc/meminfo": MEMINFO, "proc/self/status": "VmSize:    1024 kB\n"})
    return tmp_path


def written(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


V1 = "4:memory:/slurm/job_7\n3:cpu,cpuacct:/slurm/job_7\n0::/\n"
V2 = "0::/user.slice/run-7.scope\n"


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 16),
        ({"proc/self/cgroup": V2}, 16),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
        ({"proc/self/cgroup": V2, "sys/fs/cgroup/user.slice/cpu.max": "350000 100000\n"}, 4),
        (
            {
                "proc/self/cgroup": V2,
                "sys/fs/cgroup/user.slice/cpu.max": "400000 100000\n",
                "sys/fs/cgroup/user.slice/run-7.scope/cpu.max": "max 100000\n",
            },
            4,
        ),
        (
            {
                "proc/self/cgroup": V1,
                "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us": "300000\n",
                "sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (  # a container that knows its path from outside only
            {
                "proc/self/cgroup": "3:cpu:/docker/1f2e\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            1,
        ),
    ],
    ids=["none", "no quota", "v2", "v2 above", "v2 nested", "v1 above", "docker"],
)
def test_cores_of_a_quota(files: dict[str, str], cores: int, system: Path) -> None:
    written(system, files)
    assert machine.cores() == cores


@pytest.mark.parametrize(
    ("asked", "cores"), [("3", 3), ("32", 32), ("default", 2), ("0", 2), ("", 2)]
)
def test_cores_set_by_the_user(
    asked: str, cores: int, system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(system, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"})
    monkeypatch.setenv("PYTHON_CPU_COUNT", asked)
    assert machine.cores() == cores


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({}, 6 * MIB),
        ({"proc/meminfo": MEMINFO.replace("SwapFree:          0", "SwapFree: 1024")}, 7 * MIB),
        (
            {
                "proc/self/cgroup": V2,
                "sys/fs/cgroup/user.slice/memory.max": f"{4 * MIB}\n",
                "sys/fs/cgroup/user.slice/memory.current": f"{3 * MIB}\n",
                "sys/fs/cgroup/user.slice/memory.stat": f"anon 9\ninactive_file {MIB}\n",
                "sys/fs/cgroup/user.slice/run-7.scope/memory.max": "max\n",
                "sys/fs/cgroup/user.slice/run-7.scope/memory.current": f"{MIB}\n",
            },
            2 * MIB,
        ),
        (
            {
                "proc/self/cgroup": V1,
                "sys/fs/cgroup/memory/slurm/memory.limit_in_bytes": f"{5 * MIB}\n",
                "sys/fs/cgroup/memory/slurm/memory.usage_in_bytes": f"{2 * MIB}\n",
                "sys/fs/cgroup/memory/slurm/job_7/memory.limit_in_bytes": f"{2**63 - 4096}\n",
                "sys/fs/cgroup/memory/slurm/job_7/memory.usage_in_bytes": f"{2 * MIB}\n",
            },
            3 * MIB,
        ),
        (
            {
                "proc/self/cgroup": "0::/\n",
                "sys/fs/cgroup/memory.max": "4096\n",
                "sys/fs/cgroup/memory.current": "8192\n",
            },
            0,
        ),
    ],
    ids=["machine", "swap", "v2 above", "v1 above", "more than all"],
)
def test_memory_that_is_left(files: dict[str, str], left: int, system: Path) -> None:
    written(system, files)
    assert machine.memory() == left


def test_memory_of_a_limited_address_space(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (3 * MIB, 3 * MIB))
    assert machine.memory() == 2 * MIB


def test_a_system_that_does_not_tell_its_memory(
    system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For example Windows: no society is refused for its size."""
    (system / "proc/meminfo").unlink()
    for name in ("sched_getaffinity", "sysconf", "sysconf_names"):
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert machine.memory() is None
    assert machine.cores() == 8
    machine.check_memory(sim.Scenario(members=10**8))


def test_a_society_that_does_not_fit_is_an_error_before_the_run(system: Path) -> None:
    (system / "proc/meminfo").write_text(MEMINFO.replace("6144", f"{64 * 1024}"))
    line = (
        r"^members: 50000 need about 0\.2 GiB of memory by day 365, and there are 0\.1 for this "
        r"process; must be at most about 13\d\d\d, or fewer days$"
    )
    with pytest.raises(sim.InputError, match=line):
        sim.run(sim.Scenario(members=50_000))
    machine.check_memory(sim.Scenario(members=13_000))


def test_a_society_that_needs_next_to_nothing_is_never_refused(system: Path) -> None:
    """The system is not even asked: that takes long beside a small run."""
    (system / "proc/meminfo").write_text("MemAvailable: 0 kB\n")
    machine.check_memory(sim.Scenario(members=5_000))


def test_the_estimate_counts_the_bonds_at_the_end() -> None:
    from sim.model.engine import Engine

    for scenario in (sim.Scenario(members=1_000), sim.Scenario(members=1_000, days=30)):
        engine = Engine(scenario)
        engine.advance(scenario.days)
        bonds = engine.view.footprint()[0] / scenario.members
        counted = machine.bytes_a_member(scenario) - machine.BYTES_A_MEMBER
        assert 0.6 * bonds < counted / machine.BYTES_A_BOND < 1.2 * bonds
