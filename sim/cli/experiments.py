"""The experiments, found beside ``sim`` whatever lies in the current folder."""

import ast
import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from .. import experiments
from ..errors import InputError
from ..parameters.kinds import near
from . import commands


def questions() -> dict[str, str]:
    """Return from the name of each experiment to what it asks: the first sentence of its module.

    Modules without a program of their own are what several experiments share.
    """
    files = sorted(file for folder in experiments.__path__ for file in Path(folder).glob("*.py"))
    asked = {}
    for file in files:
        text = file.read_text(encoding="utf-8")
        if '\nif __name__ == "__main__":' in text:
            title = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
            asked[file.stem] = " ".join(title.split())
    return asked


def load(name: str) -> ModuleType:
    """Import an experiment.

    Raises
    ------
    InputError
        There is none of this name.
    """
    listed = questions()
    if name not in listed:
        known = near(name, listed) or f"; expected one of {', '.join(listed)}"
        raise InputError(f"experiment {name}: no such experiment{known}")
    return importlib.import_module(f"{experiments.__name__}.{name}")


def run(name: str, arguments: Sequence[str], called: str) -> NoReturn:
    """Run an experiment as a program and end the process, as ``commands.launch`` does.

    Parameters
    ----------
    name : str
        Of the experiment.
    arguments : sequence of str
        Its options.
    called : str
        What was typed to get here, for the help.
    """
    module = load(name)
    # its own word on what is kept, or that of the studies
    shared = getattr(module, "studies", module)
    interrupted = getattr(module, "INTERRUPTED", None) or shared.INTERRUPTED
    commands.launch(module.main, arguments, interrupted=interrupted, name=called)
