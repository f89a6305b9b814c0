"""The command line: ``invitesim COMMAND``, or ``python -m sim COMMAND``.

``try`` is a first look, ``run`` runs a scenario, and ``sweep`` a study of many; ``compare`` and
``experiment NAME`` run what is in ``experiments/``; ``scenarios`` and ``parameters`` list scenarios
and parameters; ``schema`` prints the parameters in a form that editors understand, and ``page``
serves the interactive page.
"""

import json
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import sim

from ..agents import HABITS, POLICIES
from ..errors import one_line
from ..files import atomic_folder, atomic_write
from ..interruption import INTERRUPTED
from ..parameters.kinds import NamedSection, Parameter, plain
from ..scenario.named import about, named_scenarios
from ..scenario.platform import PRESETS
from ..scenario.scenario import Scenario
from ..version import VERSION
from . import commands, experiments

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 100
"""Columns of what is printed."""
SHOWN = (
    "members",
    "degree",
    "reach2_share",
    "reach3_share",
    "acceptance",
    "reciprocity",
    "idk_rate",
    "blocked",
    "unwanted_received",
)
"""Measures that ``run`` prints; the others are in its files."""

app = commands.program()


def _version(asked: bool) -> None:
    if asked:
        print(VERSION)
        raise typer.Exit


@app.callback()
def _invitesim(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version.")
    ] = False,
) -> None:
    """Simulate people who invite each other to connect on a networking platform.

    Whom do they invite, who accepts, and whom does the platform block?
    """


PASSED_ON: Any = {
    "context_settings": {"ignore_unknown_options": True, "allow_extra_args": True},
    "add_help_option": False,
}
"""Of a command that hands its options on to an experiment."""


@app.command("try", **PASSED_ON)
def first_look(context: typer.Context) -> None:
    """Take a first look: a small comparison."""
    experiments.run("first", context.args, context.command_path)


@app.command()
def run(
    file: commands.FileToRead,
    out: commands.Out,
    settings: commands.Settings = None,
    seed: commands.Seed = None,
    threads: commands.Threads = None,
    log: Annotated[
        bool, typer.Option("--log", help="Also write every invitation: invitations.parquet.")
    ] = False,
) -> None:
    """Run a scenario.

    Prints the main measures of each policy, and writes these files to DIR: summary.csv,
    series.parquet, members.parquet, result.zip (the whole result, for sim.load), scenario.toml and
    provenance.json. Either all of these are written, or none.
    """
    scenario = commands.chosen(file, settings, seed=seed)
    with atomic_folder(out, stale=["invitations.parquet"]) as folder:
        result = sim.run(scenario, threads=threads, log=log, progress="simulating")
        _write(result, folder)
    print(_main_measures(result.summary))
    if result.about_log:
        print(textwrap.fill(result.about_log, WIDTH))
    print(f"written to {out}")


@app.command(**PASSED_ON)
def compare(context: typer.Context) -> None:
    """Compare ways of inviting, with intervals."""
    experiments.run("compare", context.args, context.command_path)


@app.command()
def sweep(
    file: commands.StudyToRead,
    out: commands.Out,
    settings: commands.Settings = None,
    replications: Annotated[
        int | None,
        typer.Option(
            "--replications", metavar="N", help="Number of runs of each point; overrides the file."
        ),
    ] = None,
    jobs: commands.Jobs = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="Run on the Dask cluster at ADDRESS, such as tcp://host:8786.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run failed runs again.")
    ] = False,
) -> None:
    """Run a study: many combinations of parameters.

    Each combination is a point, and has several runs, its replications. Writes DIR/table.parquet,
    with a row per point, replication and policy, and DIR/figures, if one or two parameters vary.
    After an interruption the same command continues where it stopped.
    """
    from ..society.logged import about_log
    from ..studies.study_file import study_read
    from . import study_figures

    asked = study_read(file, settings, replications)
    begun = time.monotonic()
    try:
        table = asked.study.run(
            out,
            jobs=jobs,
            progress="sweep",
            retry_failed=retry_failed,
            until=asked.until,
            most=asked.most,
            scheduler=scheduler,
        )
    except KeyboardInterrupt as stopped:
        raise commands.Interrupted(str(stopped) or INTERRUPTED) from None
    failed = table.failed()
    done = f"{table.runs:,} runs at {len(asked.study.design):,} points"
    print(f"{done}, {len(failed):,} failed, {time.monotonic() - begun:,.0f} s")
    if asked.study.scenario.meeting.contacts:
        about = about_log(asked.study.scenario)
        print(textwrap.fill(f"{about} (what varies has the scenario's own value)", WIDTH))
    if len(failed):
        first = failed.iloc[0]
        where = f"point {first['point']}, seed {first['seed']}"
        print(one_line(f"the first failed: {where}: {first['error']}"))
    print(f"written to {table.path}")
    drawn = study_figures.draw(asked.study, table, out)
    if drawn:
        print(f"drawn in {out / study_figures.FIGURES}: {', '.join(drawn)}")


@app.command(context_settings=PASSED_ON["context_settings"] | {"allow_interspersed_args": False})
def experiment(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Name of the experiment.")
    ] = None,
) -> None:
    """Run an experiment, or list them.

    Without NAME, lists the experiments. Options after NAME, such as --help, go to that experiment.
    """
    if name is not None:
        experiments.run(name, context.args, f"{context.command_path} {name}")
    for known, question in experiments.questions().items():
        print(
            textwrap.fill(
                question, WIDTH, initial_indent=f"{known:12} ", subsequent_indent=" " * 13
            )
        )


@app.command()
def scenarios() -> None:
    """List the scenarios to start from.

    Where a command takes a scenario file, it also takes one of these names.
    """
    for name, file in named_scenarios().items():
        print(
            textwrap.fill(
                about(file), WIDTH, initial_indent=f"{name:16} ", subsequent_indent=" " * 17
            )
        )


@app.command()
def parameters(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a table in Markdown.")
    ] = False,
) -> None:
    """List all parameters: default, valid values and meaning.

    [A] marks a default that is an assumption.
    """
    print(as_markdown(Scenario.parameters()) if markdown else as_text(Scenario.parameters()))


@app.command()
def schema() -> None:
    """Print the JSON schema of scenario files.

    With it an editor completes and checks a scenario file.
    """
    from ..studies.schema import file_schema

    print(json.dumps(file_schema(), indent=2))


@app.command()
def page(
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="Port of the page; 0 for any free one."
        ),
    ] = 8765,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Address to listen on; 0.0.0.0 lets other machines connect.",
        ),
    ] = "localhost",
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="Name or address by which others reach this machine; can be repeated.",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open a browser.")
    ] = True,
) -> None:
    """Serve the interactive page until Ctrl-C.

    It works offline. It needs an installation with ".[app]": see docs/page.md.
    """
    from ..app.server import serve

    serve(port, host=host, names=names or (), browser=browser)


def as_text(listed: list[Parameter]) -> str:
    """Return the parameters as text for the terminal, with lines of at most ``WIDTH``."""
    lines = [_row("parameter", "default", "values [unit]")]
    for parameter in listed:
        unit = f" [{parameter.unit}]" if parameter.unit else ""
        row = _row(parameter.name, _toml(parameter.default), _values(parameter) + unit)
        lines += textwrap.wrap(row, WIDTH, subsequent_indent=_row("", "", ""))
        lines += textwrap.wrap(
            parameter.description, WIDTH, initial_indent="    ", subsequent_indent="    "
        )
    for title, combinations in _combinations():
        lines += ["", title]
        for name, numbers in combinations.items():
            lines += textwrap.wrap(
                f"{name}: {_numbers(numbers)}",
                WIDTH,
                initial_indent="    ",
                subsequent_indent="        ",
            )
    return "\n".join(lines)


def as_markdown(listed: list[Parameter]) -> str:
    """Return the parameters as a table in Markdown."""
    lines = ["| Parameter | Default | Values | Unit | Meaning |", "| --- | --- | --- | --- | --- |"]
    for parameter in listed:
        default, values = f"`{_toml(parameter.default)}`", _values(parameter)
        cells = [f"`{parameter.name}`", default, values, parameter.unit, parameter.description]
        lines.append(f"| {' | '.join(cells)} |")
    for title, combinations in _combinations():
        lines += ["", title, ""]
        lines += (f"- `{name}`: {_numbers(numbers)}" for name, numbers in combinations.items())
    return "\n".join(lines)


def _row(name: str, default: str, values: str) -> str:
    return f"{name:30} {default:29} {values}"


def _values(parameter: Parameter) -> str:
    if parameter.low is None or parameter.high is None:
        return f"{parameter.range}{' or none' if parameter.type.endswith('none') else ''}"
    return f"{parameter.type}, {plain(parameter.low)} to {plain(parameter.high)}"


def _toml(value: Any) -> str:
    """Return a value as ``--set`` takes it."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if "," in value else value
    return plain(value)


def _combinations() -> list[tuple[str, dict[str, dict[str, Any]]]]:
    """Return what the presets of the platform and the built-in policies set, with titles."""
    return [
        ("The presets of platform.preset set:", dict(PRESETS)),
        ("The built-in policies are:", _set_by(POLICIES, "policies.NAME")),
        ("The built-in habit is:", _set_by(HABITS, "habits.NAME")),
    ]


def _set_by(built_in: Mapping[str, NamedSection], under: str) -> dict[str, dict[str, Any]]:
    """Return in what each of some built-in policies or habits differs from the defaults."""
    defaults = {
        parameter.name.rpartition(".")[2]: parameter.default
        for parameter in Scenario.parameters()
        if parameter.name.startswith(f"{under}.")
    }
    return {
        name: {key: getattr(one, key) for key in defaults if getattr(one, key) != defaults[key]}
        for name, one in built_in.items()
    }


def _numbers(numbers: dict[str, Any]) -> str:
    return ", ".join(f"{key} = {_toml(value)}" for key, value in numbers.items()) or "nothing"


def _write(result: "sim.Result", folder: Path) -> None:
    result.summary.to_csv(
        folder / "summary.csv", index=False, float_format="%.6g", lineterminator="\n"
    )
    for name in ("series", "members", "invitations"):
        table = getattr(result, name)
        if table is not None:
            table.to_parquet(folder / f"{name}.parquet", index=False)
    result.save(folder / "result.zip")
    result.scenario.to_toml(folder / "scenario.toml")
    with atomic_write(folder / "provenance.json") as beside:
        beside.write_text(
            json.dumps(result.provenance, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _main_measures(summary: "pd.DataFrame") -> str:
    table = summary.set_index("policy")[list(SHOWN)].T
    table.index.name = table.columns.name = None
    return table.to_string(
        float_format=lambda number: f"{number:.0f}" if number >= 100 else f"{number:.3g}",
        na_rep="",
        line_width=WIDTH,
    )
