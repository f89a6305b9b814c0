"""The tables of the pages that are made from the code and from the published results.

Each stands in its page between two markers; ``make examples`` renews it, and the tests hold that it
is as new.
"""

import math
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import sim
from experiments.pattern import Goal, Kind, Target
from experiments.pattern_rows import ROWS

HOUSE = Path(__file__).parents[1]
SUMMARY = HOUSE / "results" / "published" / "summary.csv"
SHOWN = ("degree", "reach2_share", "acceptance", "reciprocity", "blocked")
"""The measures in the table of the README."""
POLICIES = {
    "everyone": "everyone",
    "interacted": "people they have interacted with",
    "close_friends": "close friends",
}


def answer() -> str:
    """Return the mixed society of the published comparison: estimates with their intervals."""
    summary = pd.read_csv(SUMMARY)
    mixed = summary[summary["population"] == "mixed"].set_index(["policy", "measure"])
    assumed = sim.none_by_assumption(sim.Scenario())
    labels = [sim.measures.label(measure) for measure in SHOWN]
    rows = [["members who invite", *(label.column for label in labels)]]
    for policy, words in POLICIES.items():
        cells = []
        for measure, label in zip(SHOWN, labels, strict=True):
            ends = label.scale * mixed.loc[(policy, measure), ["mean", "low", "high"]]
            mean, low, high = (f"{value:.1f}" for value in ends)
            estimate = f"{mean}{' %' * label.share} [{low}, {high}]"
            cells.append(sim.measures.NONE if measure in assumed[policy] else estimate)
        rows.append([words, *cells])
    return as_markdown(rows)


def patterns() -> str:
    """Return the patterns by which a society is judged: what they are used for, goal and source."""
    rows = [["pattern", "used for", "met", "data", "source"]]
    for pattern in ROWS.values():
        met = "; ".join(
            f"{part}: {_met(goal)}" if part else _met(goal) for part, goal in pattern.goals.items()
        )
        rows.append([pattern.name, _use(pattern.kind), met, pattern.data, pattern.source])
    return as_markdown(rows)


def _met(goal: Goal) -> str:
    if goal.high == math.inf:
        return f"at least {goal.low:g}"
    return f"{goal.low:g} to {goal.high:g}" if isinstance(goal, Target) else str(goal)


def _use(kind: Kind) -> str:
    return "held out" if kind is Kind.TEST else kind.value


def as_markdown(rows: list[list[str]]) -> str:
    """Return rows of cells, the head first, as a table."""
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"answer": answer},
    "docs/odd.md": {"patterns": patterns},
}
"""From a page to its tables, by the name in their markers."""


def renewed(text: str, name: str, table: str) -> str:
    """Return a page with a table put between its markers."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, marker, rest = text.partition(begin)
    _, closing, after = rest.partition(end)
    assert marker, f"{begin.strip()}: not in the page"
    assert closing, f"{end.strip()}: not in the page"
    return f"{before}{begin}{table}{end}{after}"


def main() -> None:
    """Renew all tables."""
    for page, tables in TABLES.items():
        text = (HOUSE / page).read_text(encoding="utf-8")
        for name, table in tables.items():
            text = renewed(text, name, table())
        (HOUSE / page).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
