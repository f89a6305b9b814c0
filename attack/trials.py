"""What all kinds of trials have in common: how a command is run, and what is counted."""

import contextlib
import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import sim
from sim import commands
from sim.cli import main as cli

HOUSE = Path(__file__).parents[1]
REFUSED = "refused in a line"
PATIENCE = 120
"""Seconds that a process may take."""


class Ended(NamedTuple):
    """How a command has ended."""

    code: int
    out: str
    error: str

    @property
    def fault(self) -> str:
        """What is wrong with how it has ended; nothing where it did well, or refused in a line."""
        text = self.error
        if "Traceback" in text or self.code not in (0, 2):
            return f"exit code {self.code}: {text.strip()[-300:]}"
        lines = [line for line in text.splitlines() if line.strip()]
        if self.code == 2 and (len(lines) != 1 or not lines[0].isprintable()):
            return f"not one line: {text!r:.300}"
        return ""


class Wrong(Exception):
    """What must not happen has happened."""


class Refused(NamedTuple):
    """What was refused, in one line."""

    line: str


def returned(do: Callable[[], object]) -> object:
    """Return what ``do`` returns, or how it was refused; raise ``Wrong`` for any other error."""
    try:
        return do()
    except sim.InputError as error:
        if not str(error).isprintable():
            raise Wrong(f"not one line: {error}") from None
        return Refused(str(error))
    except Exception as error:
        raise Wrong(f"{type(error).__name__}: {error}") from error


@dataclass
class Outcome:
    """What the trials of one kind have come to."""

    kind: str
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    skipped: str = ""
    note: str = ""

    @property
    def trials(self) -> int:
        """Count the trials."""
        return self.counts.total()

    def add(self, ended: str, fault: str = "") -> None:
        """Count a trial by how it ended; with what was wrong, if it ended wrongly."""
        self.counts["WRONG" if fault else ended] += 1
        if fault:
            self.faults.append(fault)

    @property
    def words(self) -> str:
        """Return the counts in words."""
        counted = ", ".join(f"{number} {words}" for words, number in self.counts.most_common())
        return self.skipped or (f"{counted}; {self.note}" if self.note else counted)


def here(*arguments: str | Path) -> Ended:
    """Run a command of invitesim in this process."""
    out, error, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            commands.launch(cli.app, [str(argument) for argument in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
        except Exception as fault:  # a fault of ours: a process would show its traceback
            code = 1
            error.write(f"Traceback: {type(fault).__name__}: {fault}")
    return Ended(code, out.getvalue(), error.getvalue())


def apart(*arguments: str | Path) -> Ended:
    """Run a command of invitesim in a process of its own."""
    return python("-m", "sim", *arguments)


def python(*arguments: str | Path, **environment: str) -> Ended:
    """Run Python in a process of its own, from the project's folder."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=HOUSE,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextlib.contextmanager
def changed(path: Path, content: bytes) -> Iterator[None]:
    """Replace the content of a file, and restore it afterwards."""
    good = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(good)
