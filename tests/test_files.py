"""Files and folders are written whole or not at all."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim import files
from sim.errors import InputError
from sim.files import atomic_folder, atomic_write, destination

HOUSE = Path(__file__).parent.parent


def content(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "table.csv"
    with atomic_write(path) as beside:
        assert beside.suffix == ".csv"
        beside.write_text("half")
        assert not path.exists()
        beside.write_text("whole")
    assert content(tmp_path) == {"new/table.csv": "whole"}


def test_the_name_of_a_file_is_flushed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a flush of its folder, a file may lose its name in a power failure."""
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda there: flushed.append(os.fstat(there).st_ino))
    with atomic_write(tmp_path / "new" / "table.csv") as beside:
        beside.write_text("whole")
    assert flushed == [
        (tmp_path / "new" / "table.csv").stat().st_ino,
        (tmp_path / "new").stat().st_ino,
    ]
    with atomic_folder(tmp_path / "out") as folder:
        (folder / "figure.svg").write_text("whole")
    assert flushed[2:] == [
        (tmp_path / "out" / "figure.svg").stat().st_ino,
        (tmp_path / "out").stat().st_ino,
    ]


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt])
def test_an_unfinished_file_leaves_the_old_one(tmp_path: Path, raised: type[BaseException]) -> None:
    path = tmp_path / "table.csv"
    path.write_text("before")
    with pytest.raises(raised), atomic_write(path) as beside:
        beside.write_text("half")
        raise raised
    assert content(tmp_path) == {"table.csv": "before"}


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with atomic_write(tmp_path / "table.csv") as beside:
        beside.write_text("whole")
    assert stat.S_IMODE((tmp_path / "table.csv").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    blocked = (
        r"table\.csv: can't be written \(a file is where a folder should be\); must be a "
        r"folder, or lie in one$"
    )
    with pytest.raises(InputError, match=blocked), atomic_write(tmp_path / "file" / "table.csv"):
        pytest.fail("the block must not begin")
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(InputError, match=r"folder: can't be written \(Is a directory\)"),
        atomic_write(tmp_path / "folder") as beside,
    ):
        beside.write_text("whole")
    with (
        pytest.raises(InputError, match=r"full: can't be written \(No space left on device\)"),
        atomic_write(tmp_path / "full"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert content(tmp_path) == {"file": "before"}


def test_a_folder_gets_all_files_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "compare"
    folder.mkdir(parents=True)
    (folder / "summary.csv").write_text("before")
    (folder / "notes.txt").write_text("of the user")
    with atomic_folder(folder) as beside:
        (beside / "summary.csv").write_text("after")
        (beside / "figures").mkdir()
        (beside / "figures" / "reach.svg").write_text("drawn")
        assert content(folder)["summary.csv"] == "before"
    assert content(tmp_path) == {
        "results/compare/figures/reach.svg": "drawn",
        "results/compare/notes.txt": "of the user",
        "results/compare/summary.csv": "after",
    }
    assert [file for file in folder.iterdir() if file.name.startswith(".")] == []


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt])
def test_an_unfinished_folder_is_as_it_was(tmp_path: Path, raised: type[BaseException]) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "summary.csv").write_text("before")
    for folder in (tmp_path / "old", tmp_path / "new" / "deep"):
        with pytest.raises(raised), atomic_folder(folder) as beside:
            (beside / "summary.csv").write_text("half")
            raise raised
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*")) == [
        "old",
        "old/summary.csv",
    ]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")
    for folder in (tmp_path / "file", tmp_path / "file" / "results"):
        with (
            pytest.raises(InputError, match="a file is where a folder should be"),
            atomic_folder(folder),
        ):
            pytest.fail("the block must not begin")
    for write in (atomic_write, atomic_folder):
        with (
            pytest.raises(InputError, match=r"x: can't be written \(File name too long\)"),
            write(tmp_path / ("x" * 300)),
        ):
            pytest.fail("the block must not begin")
    assert content(tmp_path) == {"file": "before"}


def test_leftovers_of_dead_processes_are_removed_and_no_others(tmp_path: Path) -> None:
    killed = (
        "import os, sys; from sim.files import atomic_folder; "
        "one = atomic_folder(sys.argv[1]); one.__enter__(); os._exit(9)"
    )
    assert (
        subprocess.run([sys.executable, "-c", killed, tmp_path], cwd=HOUSE, check=False).returncode
        == 9
    )
    assert len(list(tmp_path.iterdir())) == 1
    with atomic_folder(tmp_path) as first:
        (first / "first.csv").write_text("whole")
        with atomic_folder(tmp_path) as second:
            (second / "second.csv").write_text("whole")
            assert sorted(tmp_path.iterdir()) == sorted([first, second])
    assert content(tmp_path) == {"first.csv": "whole", "second.csv": "whole"}
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("obstacle", ["z.csv", "log.csv", "figures"])
def test_obstacles_are_found_before_any_file_moves(obstacle: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("before")
    (tmp_path / obstacle).touch() if obstacle == "figures" else (tmp_path / obstacle).mkdir()
    there = sorted(tmp_path.iterdir())
    with (
        pytest.raises(InputError, match=rf"{obstacle}: can't be written \("),
        atomic_folder(tmp_path, stale=["log.csv"]) as beside,
    ):
        (beside / "figures").mkdir()
        for name in ("a.csv", "z.csv", "figures/reach.svg"):
            (beside / name).write_text("after")
    assert (tmp_path / "a.csv").read_text() == "before"
    assert sorted(tmp_path.iterdir()) == there


def test_a_stale_file_is_removed_unless_written_anew(tmp_path: Path) -> None:
    for name in ("log.csv", "other.csv"):
        (tmp_path / name).write_text("before")
    with atomic_folder(tmp_path, stale=["log.csv", "other.csv"]) as beside:
        (beside / "other.csv").write_text("after")
    assert content(tmp_path) == {"other.csv": "after"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_a_folder_without_room(number: int, tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"new: can't be written \("),
        atomic_folder(tmp_path / "new") as beside,
    ):
        (beside / "summary.csv").write_text("half")
        raise OSError(number, os.strerror(number))
    assert list(tmp_path.iterdir()) == []


def test_other_errors_in_the_block_are_not_blamed_on_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ConnectionRefusedError), atomic_folder(tmp_path / "new"):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "elsewhere")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
@pytest.mark.parametrize("rights", [0o500, 0o600], ids=["not to be written", "not to be searched"])
def test_a_folder_of_somebody_else(rights: int, tmp_path: Path) -> None:
    tmp_path.chmod(rights)
    with (
        pytest.raises(InputError, match=r"can't be written \(Permission denied\)"),
        atomic_folder(tmp_path / "results"),
    ):
        pytest.fail("the block must not begin")


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with atomic_write("~/one.csv") as beside:
        beside.write_text("whole")
    with atomic_folder("~/out") as folder:
        (folder / "two.csv").write_text("whole")
    assert content(tmp_path) == {"one.csv": "whole", "out/two.csv": "whole"}
    assert destination("~") == tmp_path


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("~nobody-of-this-name/x", "~nobody-of-this-name/x: no such home folder"),
        ("s3://bucket/x", "s3://bucket/x: not on this machine"),
        (Path("s3://bucket/x"), "s3:/bucket/x: not on this machine"),
        ("file:///tmp/x", "file:///tmp/x: not on this machine"),
        ("run:1", "run:1: not on this machine"),
        ("", "'': is empty"),
        ("x\0y", "'x\\\\x00y': not a path, it has a null character"),
        ("x\x1b[31m", r"x\\x1b\[31m: can't be written, its name has '\\x1b' in it"),
        ("x\nInputError: no", "x InputError: no: can't be written"),
        (os.fsdecode(b"x\xff"), r"x\\udcff: can't be written, its name has '\\udcff' in it"),
        ("\ud800", "not a path"),
        (b"x", "b'x': not a path"),
        (3, "3: not a path"),
    ],
)
def test_paths_that_cannot_be_written(
    path: object, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for write in (atomic_write, atomic_folder):
        with pytest.raises(InputError, match=line), write(path):  # type: ignore[operator]
            pytest.fail("the block must not begin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["C:/results", "results/run:1", "/tmp/run:1", "12:30"])
def test_a_colon_is_not_always_a_scheme(path: str) -> None:
    assert destination(path) == Path(path)


def test_a_full_disk_is_found_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with (
        pytest.raises(InputError, match=r"new: can't be written \(No space left on device\)"),
        atomic_folder(tmp_path / "new"),
    ):
        pytest.fail("the block must not begin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_disk_without_locks(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without locks, leftovers look like folders in use, so none is removed."""
    fcntl = pytest.importorskip("fcntl")

    def no_locks(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    other = tmp_path / f"{files.UNFINISHED}other"
    other.mkdir()
    with atomic_folder(tmp_path) as beside:
        (beside / "table.csv").write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, "table.csv"]


def test_as_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows flushes only files open for writing, opens no folders, and has no flock."""
    fcntl, fsync, open_ = pytest.importorskip("fcntl"), os.fsync, os.open
    flags, flushed = fcntl.F_GETFL, []

    def writable_only(there: int) -> None:
        if fcntl.fcntl(there, flags) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flushed.append(there)
        fsync(there)

    def no_folders(path: Path, *how: int, **more: Any) -> int:
        if Path(path).is_dir() and not more:  # shutil opens them elsewhere than on Windows
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return open_(path, *how, **more)

    monkeypatch.setattr(os, "fsync", writable_only)
    monkeypatch.setattr(os, "open", no_folders)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with atomic_write(tmp_path / "one.csv") as beside:
        beside.write_text("whole")
    with atomic_folder(tmp_path / "out") as folder:
        (folder / "two.csv").write_text("whole")
    assert content(tmp_path) == {"one.csv": "whole", "out/two.csv": "whole"}
    assert len(flushed) == 2
