"""What the pages say holds: examples print what is shown, links lead somewhere, tables agree."""

import contextlib
import importlib.util
import io
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from docs import picture, tables
from sim import none_by_assumption
from sim.cli import study_figures
from sim.measures import MEASURES, label
from sim.scenario.scenario import Scenario
from tests.test_cli import invitesim

HOUSE = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "VISION.md",
    "CONTRIBUTING.md",
    "docs/answers.md",
    "docs/architecture.md",
    "docs/calibration.md",
    "docs/guide.md",
    "docs/studies.md",
    "docs/experiments.md",
    "docs/figures.md",
    "docs/limits.md",
    "docs/odd.md",
    "docs/page.md",
    "docs/parameters.md",
    "docs/rules.md",
    "docs/speed.md",
    "docs/verification.md",
)
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCRIPT = 'if __name__ == "__main__":'
PROGRAM = "invitesim"


class Block(NamedTuple):
    language: str
    text: str
    line: int


def page(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[Block]:
    text = page(name)
    return [
        Block(match[1], match[2], text[: match.start()].count("\n") + 2)
        for match in FENCED.finditer(text)
    ]


def commands(name: str) -> Iterator[list[str]]:
    for block in blocks(name):
        if block.language == "bash":
            yield from (
                shlex.split(line, comments=True) for line in block.text.splitlines() if line
            )


def called(command: list[str], *more: str) -> str:
    """Call a command of the pages in this process, where it must succeed; return what it says."""
    assert command[0] == PROGRAM
    done = invitesim(*command[1:], *more, folder=Path.cwd())
    assert done.returncode == 0, done.stderr
    return done.stdout


def missing(block: Block) -> list[str]:
    """Return the packages of an example that are missing; the project does not need them."""
    named = re.findall(
        r"^(?:import|from) (polars|duckdb|SALib|ema_workbench)", block.text, re.MULTILINE
    )
    return [name for name in named if importlib.util.find_spec(name) is None]


def printed(block: Block, name: str, namespace: dict[str, Any]) -> str:
    """Run an example after those before it on its page; alone if it is a script.

    One that is a command of its own runs in a process of its own, which it ends.
    """
    if "launch(" in block.text:
        Path("script.py").write_text(block.text, encoding="utf-8")
        return ran([sys.executable, "script.py", "--jobs", "1"])
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        if SCRIPT in block.text:
            Path("script.py").write_text(block.text.replace("jobs=2", "jobs=1"), encoding="utf-8")
            runpy.run_path("script.py", run_name="__main__")
            return said.getvalue()
        # empty lines before it, so that a traceback shows the line of the page
        code = compile("\n" * (block.line - 1) + block.text, str(HOUSE / name), "exec")
        # in a thread, whose stack is short: ema_workbench looks through it at each of its imports
        with ThreadPoolExecutor(1) as thread:
            thread.submit(exec, code, namespace).result()
    return said.getvalue()


def ran(command: list[str]) -> str:
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def anchors(text: str) -> set[str]:
    """Make the anchors of the headings as GitHub does."""
    titles = re.findall(r"^#+ (.+)$", re.sub(FENCED, "", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def check_examples(name: str) -> None:
    """Check that the Python examples of a page, one after another, print what the page shows."""
    namespace: dict[str, Any] = {"__name__": "examples"}
    listed = blocks(name)
    assert any(block.language == "python" for block in listed)
    for block, after in zip(listed, [*listed[1:], None], strict=True):
        if block.language == "python" and not missing(block):
            said = printed(block, name, namespace)
            shown = after.text if after and after.language == "text" else ""
            assert [line.rstrip() for line in said.splitlines()] == shown.splitlines(), (
                f"{name}, line {block.line}"
            )


@pytest.mark.parametrize(
    "name", ["README.md", "docs/guide.md", "docs/experiments.md", "docs/figures.md"]
)
def test_the_examples_run_and_print_what_is_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_examples(name)


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_the_scenarios_are_scenarios_and_are_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        block.text.splitlines()[0].removeprefix("# "): block.text
        for block in blocks(name)
        if block.language == "toml"
    }
    assert files
    for file, text in files.items():
        Path(file).write_text(text, encoding="utf-8")
        assert Scenario.from_toml(file) != Scenario()
    for command in commands(name):
        if command[:2] == [PROGRAM, "run"] and command[2] in files:
            called(command)
            assert (Path(command[command.index("--out") + 1]) / "summary.csv").is_file()


def test_the_study_in_python_and_by_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_examples("docs/studies.md")
    Path("results/limits").rename("in python")
    (text,) = (block.text for block in blocks("docs/studies.md") if block.language == "toml")
    Path("limits.toml").write_text(text, encoding="utf-8")
    (command,) = commands("docs/studies.md")
    monkeypatch.setattr(study_figures, "draw", lambda *_: [])
    assert called(command, "--jobs", "1").startswith("24 runs at 6 points, 0 failed")
    assert (
        Path("results/limits/table.parquet").read_bytes()
        == Path("in python/table.parquet").read_bytes()
    )


def test_the_guides_command_takes_its_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Scenario(members=30, days=10).to_toml("stricter.toml")
    (command,) = (
        command for command in commands("docs/guide.md") if command[:2] == [PROGRAM, "run"]
    )
    called(command)
    left = {path.name for path in Path("results/stricter").iterdir()}
    promised = (
        page("docs/guide.md").partition("leaves these files in")[2].partition("Either all")[0]
    )
    assert left == set(re.findall(r"`([a-z]+\.(?:csv|parquet|zip|toml|json))`", promised))


def test_the_other_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    assert {
        command[1] for name in PAGES for command in commands(name) if command[0] == "make"
    } <= targets
    assert set(re.findall(r"`make ([a-z-]+)", "".join(page(name) for name in PAGES))) <= targets
    compared = [
        command
        for name in PAGES
        for command in commands(name)
        if command[:2] == [PROGRAM, "compare"]
    ]
    assert compared
    options = {word for command in compared for word in command if word.startswith("--")}
    listed = invitesim("compare", "--help").stdout
    assert options <= set(re.findall(r"--[a-z]+", listed))


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    text = re.sub(FENCED, "", page(name))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (HOUSE / name).parent / path if path else HOUSE / name
        assert target.exists(), f"{name}: {link}"
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), (
            f"{name}: {link}"
        )


@pytest.mark.parametrize("name", tables.TABLES)
def test_the_tables_of_the_pages_are_as_new(name: str) -> None:
    for table, make in tables.TABLES[name].items():
        assert tables.renewed(page(name), table, make()) == page(name), "make examples"


def test_the_answer_in_words_is_that_of_the_committed_results() -> None:
    """Check what the README says of the mixed society: who leads, and how few are blocked."""
    summary = pd.read_csv(tables.SUMMARY)
    mixed = summary[summary["population"] == "mixed"]
    wide = mixed.pivot(index="policy", columns="measure", values=["mean", "low", "high"])
    order = ["everyone", "interacted", "close_friends"]
    for measure in ("degree", "reach2_share"):
        low, high = wide["low", measure][order], wide["high", measure][order]
        assert (low.iloc[0] > high.iloc[1]) & (low.iloc[1] > high.iloc[2])
    assert wide["mean", "acceptance"].idxmax() == "close_friends"
    assert 0.15 < wide["high", "blocked"]["everyone"] < 1 / 5
    assert 0 < wide["high", "blocked"]["interacted"] < 1 / 100
    assert "idk_rate" in none_by_assumption(Scenario())["close_friends"]


def test_every_measure_is_defined_under_its_name_and_words() -> None:
    listed = page("docs/odd.md").partition("### Measures")[2].partition("## Initialisation")[0]
    words = {}
    for names, said, _ in re.findall(r"^\| (`.+?`) \| (.+?) \| (.*?) ?\|$", listed, re.MULTILINE):
        words |= dict(zip(re.findall(r"`(\w+)`", names), said.split("; "), strict=True))
    assert words == {name: label(name).words for name in MEASURES}


def test_the_picture_of_the_imports_is_that_of_the_code() -> None:
    drawn = picture.PICTURE.read_text(encoding="utf-8")
    assert drawn == picture.drawn(), "draw it anew: python docs/picture.py"
