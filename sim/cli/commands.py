"""What all commands share: the options that they take, and how a command ends.

A command is a function whose parameters are annotated with the option types of this module;
``launch`` makes it a program::

    import sim
    from sim import commands


    def main(
        scenario: commands.ScenarioFile = None,  # --scenario FILE.toml
        settings: commands.Settings = None,  # --set platform.limit=3, any number of times
        members: commands.Members = None,  # --members; also Days, Seed, Contacts, Threads, Jobs
        out: commands.Out = Path("results/mine"),  # --out DIR
    ) -> None:
        '''Describe the command: the first thing that --help prints.'''
        chosen = commands.chosen(scenario, settings, defaults={"members": 10_000}, members=members)
        ...


    if __name__ == "__main__":
        commands.launch(main)

``chosen`` puts the scenario together: the file's parameters, else ``defaults``, else the scenario's
own defaults; on these the options that were given (not None), and on these ``--set``. ``launch``
ends the process: exit code 0; 2 and one line on stderr for an ``InputError`` or a wrong option, and
where there is no room to write; 130 and one line after Ctrl-C (that of ``interrupted``, or of an
``Interrupted``), 143 after SIGTERM. Any other exception is a fault of ours and shows its traceback.
"""

import io
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from .. import interruption
from ..errors import InputError, one_line
from ..files import destination, no_room
from ..interruption import INTERRUPTED
from ..invocation import command as called
from ..invocation import install as install
from ..parameters.checks import located
from ..parameters.kinds import near
from ..parameters.settings import settings_read
from ..parameters.settings import value_read as value_read
from ..scenario.named import named_scenarios
from ..scenario.scenario import Scenario


def to_read(given: str | Path) -> Path:
    """Read the path of a file on the command line, as options of one's own need it."""
    return _path(located, given)


def _scenario_to_read(given: str | Path) -> Path:
    """Read the path of a scenario file, or the name of a scenario of ``named_scenarios``."""
    listed, path = named_scenarios(), to_read(given)
    if os.path.exists(path):
        return path
    if str(given) not in listed and path.name == str(given) and not path.suffix:
        raise typer.BadParameter(
            f"{given}: no such file, and no scenario of this name{near(str(given), listed)}; must "
            f"be a scenario in TOML, or one of {', '.join(listed)}"
        )
    return listed.get(str(given), path)


def _to_write(given: str | Path) -> Path:
    return _path(destination, given)


def _path(read: Callable[[str | Path], Path], given: str | Path) -> Path:
    try:
        return read(given)
    except InputError as error:
        raise typer.BadParameter(str(error)) from None


SCENARIO_HELP = (
    "Scenario file in TOML, or the name of a scenario to start from; parameters that it leaves out "
    f"have their defaults. To list the names, run: {called()} scenarios"
)
FileToRead = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        parser=_scenario_to_read,
        help=SCENARIO_HELP,
    ),
]
StudyToRead = Annotated[
    Path,
    typer.Argument(
        metavar="STUDY",
        parser=to_read,
        help="Scenario file in TOML with a table [study]; see docs/studies.md.",
    ),
]
ScenarioFile = Annotated[
    Path | None,
    typer.Option(
        "--scenario",
        metavar="FILE",
        parser=_scenario_to_read,
        help=SCENARIO_HELP,
    ),
]
ScenarioGiven = Annotated[
    Path | None,
    typer.Argument(
        metavar="[SCENARIO]",
        parser=_scenario_to_read,
        help=SCENARIO_HELP,
        show_default=False,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Any parameter, as platform.limit=3; can be repeated. To list all parameters, run: "
        f"{called()} parameters",
    ),
]
Members = Annotated[
    int | None, typer.Option("--members", metavar="N", help="Number of people in the society.")
]
Days = Annotated[
    int | None, typer.Option("--days", metavar="N", help="Number of days to simulate.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Seed of all random numbers.")
]
Contacts = Annotated[
    Path | None,
    typer.Option(
        "--contacts",
        metavar="FILE",
        parser=to_read,
        help="Log of real contacts to use as the meetings: lines of a time and two people, or CSV.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads", metavar="N", min=1, help="Number of threads of a run; default: all cores."
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, help="Number of runs at the same time; default: all cores."
    ),
]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", parser=_to_write, help="Folder for the results.")
]


class Interrupted(Exception):
    """Raised after Ctrl-C by a command that prints a line of its own, on what is kept."""


Command = typer.Typer | Callable[..., None]


def chosen(
    file: Path | None = None,
    settings: Iterable[str] | None = None,
    *,
    defaults: Mapping[str, Any] | None = None,
    **options: Any,
) -> Scenario:
    """Return the scenario that the command line describes.

    Parameters
    ----------
    file : Path, optional
        The value of ``--scenario``.
    settings : iterable of str, optional
        The values of ``--set``: ``NAME=VALUE``, read by `settings_read`. They override all else.
    defaults : mapping, optional
        From dotted names to values for parameters that the file leaves out.
    **options
        From a name (of the top level; ``contacts`` is ``meeting.contacts``) to a value; None: not
        given.

    Raises
    ------
    InputError
        If a file, a name or a value is not valid.
    """
    base = (
        Scenario.from_toml(file, defaults=defaults) if file else Scenario().replace(defaults or {})
    )
    given = {
        ("meeting.contacts" if name == "contacts" else name): value
        for name, value in options.items()
        if value is not None
    }
    return base.replace(given | settings_read(settings))


def launch(
    command: Command,
    arguments: Sequence[str] | None = None,
    *,
    interrupted: str = INTERRUPTED,
    name: str | None = None,
) -> NoReturn:
    """Run a command with the arguments of the process, and end the process.

    Parameters
    ----------
    command : function or typer.Typer
        A function is one command; a ``Typer`` may have several.
    arguments : sequence of str, optional
        To be used in place of ``sys.argv[1:]``.
    interrupted : str
        The line for Ctrl-C: what became of the files.
    name : str, optional
        What the help says was called, in place of the name of the program.

    Raises
    ------
    SystemExit
        Always: 0, 2 (wrong input), 130 (Ctrl-C) or 143 (SIGTERM).
    """
    if arguments is None:  # this process is the command's
        interruption.end_in_one_line()
        warnings.formatwarning = lambda message, *_, **__: f"{one_line(str(message))}\n"
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may lack some characters
        sys.stdout.reconfigure(errors="backslashreplace")
    app = command if isinstance(command, typer.Typer) else program(command)
    code = _ended(app, arguments, interrupted, name)
    interruption.end(code)


def program(command: Callable[..., None] | None = None) -> typer.Typer:
    """Return the ``Typer`` of a command, or an empty one to add commands to.

    It prints plain text, and no tracebacks in its own style.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    if command is not None:
        app.command()(command)
    return app


def _ended(
    app: typer.Typer, arguments: Sequence[str] | None, interrupted: str, name: str | None
) -> int:
    try:
        # typer turns Ctrl-C inside a command into a returned exit code; our commands return nothing
        code = app(args=arguments, prog_name=name, standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except InputError as error:
        return _said(str(error), 2)
    except Interrupted as stopped:
        return _said(str(stopped), interruption.exit_code())
    except typer.TyperException as error:
        wrong = error.format_message().rstrip(".")
        return _said(f"{wrong}{'' if wrong.endswith('?') else '.'} --help lists the options.", 2)
    except BrokenPipeError:  # its reader, such as head, has stopped reading
        _give_up_stdout()
        return 1
    except MemoryError:
        return _said("members: need more memory than there is; must be fewer, or fewer days", 2)
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        if not no_room(error):
            raise
        _give_up_stdout()
        where = error.filename or "the standard output or a temporary file"
        why = error.strerror or str(error)
        return _said(f"{where}: can't be written ({why}); must be on a disk with free space", 2)
    return _said(interrupted, interruption.exit_code()) if code == 130 else int(code or 0)


def _give_up_stdout() -> None:
    """Drop what could not be written, so that Python does not try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(line: str, code: int) -> int:
    interruption.ignore_signals()
    interruption.print_error(one_line(line))
    return code
