"""Compiled code is kept between processes, and what is kept is right or is not used."""

import io
import os
import resource
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from sim.kernel.mechanics import compiled_cache
from sim.model import first_run

HOUSE = Path(__file__).parent.parent
PROGRAM = """
from sim.kernel.mechanics.compiled_cache import njit

@njit(cache=True)
def doubled(x):
    return 2 * x

print(doubled(21), sum(doubled.stats.cache_hits.values()))
"""


@pytest.fixture
def doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Run a program of one compiled function as another process would, and return its output."""
    monkeypatch.setattr(compiled_cache.numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "program.py").write_text(PROGRAM)

    def run() -> str:
        compiled_cache._text.cache_clear()
        with redirect_stdout(io.StringIO()) as said:
            runpy.run_path(str(tmp_path / "program.py"), run_name="program")
        return said.getvalue()

    return run


def kept(folder: Path) -> list[Path]:
    return [file for file in (folder / "cache").rglob("*") if file.is_file()]


def test_only_the_first_process_compiles(doubled: Callable[[], str], tmp_path: Path) -> None:
    first = subprocess.run(
        [sys.executable, "-c", "import runpy; runpy.run_path('program.py', run_name='program')"],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(HOUSE), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [first.stdout, doubled()] == ["42 0\n", "42 1\n"]
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "of nobody"])
def test_a_damaged_file_is_compiled_anew(
    damage: str, doubled: Callable[[], str], tmp_path: Path
) -> None:
    assert doubled() == "42 0\n"
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(
        {
            "empty": b"",
            "cut": whole[:middle],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "of nobody": b"x" * 1000,
        }[damage]
    )
    assert [doubled(), doubled()] == ["42 0\n", "42 1\n"]


def test_code_of_another_kernel_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a function calls may stand in another file, of which numba's own cache knows nothing."""
    monkeypatch.setattr(compiled_cache, "PACKAGE", tmp_path)
    (tmp_path / "kernel" / "rules").mkdir(parents=True)
    found = []
    for text in ("limit = 2", "limit = 3", "limit = 2"):
        (tmp_path / "kernel" / "rules" / "rule.py").write_text(text)
        compiled_cache._made_from.cache_clear()
        compiled_cache._text.cache_clear()
        found.append(compiled_cache.folders())
    compiled_cache._made_from.cache_clear()
    assert found[0] == found[2] != found[1]


def test_a_function_whose_own_file_changes(doubled: Callable[[], str], tmp_path: Path) -> None:
    assert doubled() == "42 0\n"
    (tmp_path / "program.py").write_text(PROGRAM.replace("2 * x", "3 * x"))
    assert doubled() == "63 0\n"


def test_without_a_place_for_it_the_run_goes_on(doubled: Callable[[], str], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.warns(UserWarning, match=f"^{tmp_path}/cache/compiled-") as said:
        assert doubled() == "42 0\n"
    assert "set NUMBA_CACHE_DIR to a folder where you may write" in str(said[0].message)


def test_a_full_disk_is_said_of_the_folder_of_the_compiled_code(
    doubled: Callable[[], str], tmp_path: Path
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.warns(UserWarning, match=rf"^{tmp_path}/cache/compiled-.*\(File too large\)"):
            assert doubled() == "42 0\n"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert kept(tmp_path) == []


def test_it_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(compiled_cache, "folders", lambda: [tmp_path / "file" / "cache"])

    @compiled_cache.njit(cache=True)
    def one(x: int) -> int:
        return x + 1

    with pytest.warns(UserWarning, match="compiled code can't be kept") as said:
        assert (one(1), one(1.5)) == (2, 2.5)
    assert len(said) == 1


@pytest.mark.parametrize(("sits_there", "said"), [(True, 1), (False, 0)])
def test_a_terminal_is_told_once_why_nothing_happens(
    sits_there: bool, said: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: sits_there)
    monkeypatch.setattr(compiled_cache, "folders", lambda: [tmp_path])
    monkeypatch.setattr(compiled_cache.sys, "stderr", screen)
    compiled_cache._say_why_nothing_happens.cache_clear()

    @compiled_cache.njit(cache=True)
    def one(x: int) -> int:
        return x + 1

    assert (one(1), one(1.5)) == (2, 2.5)
    assert screen.getvalue().count("compiling the model") == said


def test_without_a_writable_home_it_lies_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled_cache.numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("HOME", "/dev/null")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(compiled_cache, "_made_from", lambda: "x")
    monkeypatch.setattr(compiled_cache, "PACKAGE", tmp_path)
    compiled_cache._keep("name", b"content")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["name"]


def test_what_was_left_long_ago_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, age in (("compiled-old", 2 * compiled_cache.OLD), ("compiled-new", 0), ("other", 0)):
        (tmp_path / name).mkdir()
        at = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (at, at))
    compiled_cache._write(tmp_path / "compiled-here", "name", b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "compiled-here",
        "compiled-new",
        "other",
    ]


@pytest.mark.parametrize(("is_kept", "started"), [(False, 1), (True, 0)])
def test_the_first_run_compiles_in_two_processes(
    is_kept: bool, started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = []

    def process(*given: Any, **named: Any) -> subprocess.Popen[bytes]:
        processes.append(subprocess_popen(*given, **named))
        return processes[-1]

    subprocess_popen = subprocess.Popen
    monkeypatch.setattr(first_run, "is_kept", lambda function: is_kept)
    monkeypatch.setattr(first_run, "cores", lambda: 2)
    monkeypatch.setattr(first_run, "PROGRAM", "import time; time.sleep(60)")
    monkeypatch.setattr(first_run.subprocess, "Popen", process)
    with first_run.measures_compiled_beside():
        assert [each.poll() for each in processes] == [None] * started
    assert [each.returncode for each in processes] == [-signal.SIGKILL] * started


@pytest.mark.compiled
def test_the_second_process_does_its_part() -> None:
    done = subprocess.run(
        [sys.executable, "-c", first_run.PROGRAM], capture_output=True, text=True, cwd=HOUSE
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_kept_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_cache.numba.config, "CACHE_DIR", str(tmp_path))

    def one(x: int) -> int:
        return x + 1

    compiled = compiled_cache.njit(one, cache=True)
    before = compiled_cache.is_kept(compiled)
    assert compiled(1) == 2
    again = compiled_cache.njit(one, cache=True)
    after = [compiled_cache.is_kept(function) for function in (compiled, again)]
    assert [before, *after] == [False, True, True]
