"""The commands that messages and help tell the user to type.

They are written so that they work on this machine and in the current folder.
"""

import importlib.util
import os
import shlex
import shutil
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
"""Where this package lies; a checkout, if it has a ``pyproject.toml``."""


def command() -> str:
    """Return how the command line is called: ``invitesim``, or ``python -m sim`` without it."""
    started = Path(sys.argv[0]) if sys.argv and sys.argv[0] else Path("-c")
    scripts = [started] if started.stem == "invitesim" else []
    scripts += [Path(sys.executable).with_name(name) for name in ("invitesim", "invitesim.exe")]
    script = next((script for script in scripts if script.is_file()), None)
    return _typed(script) if script else f"{_typed(Path(sys.executable))} -m sim"


def install(extra: str) -> str:
    """Return the command that installs what an extra of this package needs."""
    if not (CHECKOUT / "pyproject.toml").is_file():
        return f"{pip()} 'invitesim[{extra}]'"
    return f"{pip()} -e {shlex.quote(f'{_near(CHECKOUT)}[{extra}]')}"


def pip() -> str:
    """Return the command that installs packages for the Python of this process."""
    python = _typed(Path(sys.executable))
    if importlib.util.find_spec("pip") is None:  # as in the environments that uv makes
        return f"uv pip install --python {python}"
    return f"{python} -m pip install"


def _typed(program: Path) -> str:
    """Return the shortest that can be typed for a program: its name, if ``PATH`` leads to it."""
    program = Path(os.path.abspath(program))
    for name in (program.stem, program.name):
        found = shutil.which(name)
        if found and Path(os.path.abspath(found)) == program:
            return name
    return shlex.quote(_near(program))


def _near(path: Path) -> str:
    """Return a path relative to the current folder if it lies in this folder, else as it is."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
