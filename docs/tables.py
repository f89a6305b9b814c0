"""The tables of the pages that are made from the code and from the published results.

Each stands in its page between two markers. ``python docs/tables.py`` renews all, as does ``make
examples``, which runs the examples too; the tests hold that each is as new.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import sim
from docs import paragraphs, quotes
from experiments.pattern import Goal, Target
from experiments.pattern_rows import ROWS
from sim.cli import main as cli

HOUSE = Path(__file__).parents[1]
ANSWERS = HOUSE / "results" / "answers"
PUBLISHED = HOUSE / "results" / "published"
SUMMARY = PUBLISHED / "summary.csv"
SHOWN = ("degree", "reach2_share", "acceptance", "acquainted", "blocked")
"""The measures in the table of the README."""
KINDS = ("mixed", "alone", "newcomer")
POLICIES = {
    "everyone": "everyone",
    "interacted": "acquaintances",
    "close_friends": "close friends",
}


def answer() -> str:
    """Return the mixed society of the published comparison: intervals of chance, and ranges."""
    table = pd.read_csv(ANSWERS / "plausible" / "ranges.csv")
    heads = [quotes.SAID.get(measure, measure) for measure in SHOWN]
    rows = [["after a year, those who invite", *heads]]
    for policy, words in POLICIES.items():
        mixed = _published("mixed", policy)
        there = table[table["policy"] == policy].set_index("measure")
        cells = []
        for measure in SHOWN:
            quoted = _quoted(mixed, policy, measure)
            range_ = "" if quoted == sim.measures.NONE else f"<br>range {_range(there, measure)}"
            cells.append(f"{quoted}{range_}")
        rows.append([words, *cells])
    return as_markdown(rows)


def not_known() -> str:
    """Return what each number not set by data moves, for those who invite everyone."""
    table = pd.read_csv(ANSWERS / "plausible" / "moves.csv")
    table = table[table["policy"] == "everyone"]
    shown = ("degree", "reach2_share", "blocked")
    heads = [sim.measures.label(measure).column for measure in shown]
    rows = [["not set by data", "lowest and highest third", *heads]]
    for parameter, there in table.groupby("parameter", sort=False):
        by = there.set_index("measure")
        cells = [_ends(by, measure, "in_low", "in_high") for measure in shown]
        ends = " and ".join(f"{by[name].iloc[0]:.2g}" for name in ("at_low", "at_high"))
        rows.append([f"`{parameter}`", ends, *cells])
    return as_markdown(rows)


def leads() -> str:
    """Return in what share of the plausible societies one policy has more than another."""
    table = pd.read_csv(ANSWERS / "plausible" / "leads.csv")
    wide = table.set_index(["policy", "than_policy", "measure"])
    heads = [sim.measures.label(measure).column for measure in SHOWN]
    rows = [["share of the societies in which", *heads]]
    for one, other in dict.fromkeys((one, other) for one, other, _ in wide.index):
        cells = [
            "{:.0f} % [{:.0f}, {:.0f}]".format(
                *(100 * wide.loc[(one, other, measure), name] for name in ("mean", "low", "high"))
            )
            for measure in SHOWN
        ]
        rows.append([f"`{one}` has more than `{other}`", *cells])
    return as_markdown(rows)


def years() -> str:
    """Return connections and blocking of each policy after some years."""
    table = pd.read_csv(ANSWERS / "horizon" / "years.csv")
    shown = (1, 2, 4, 8)
    heads = [f"after {year} year{'s' * (year > 1)}" for year in shown]
    rows = [["members who invite", "", *heads]]
    for policy, words in POLICIES.items():
        for measure in ("degree", "blocked"):
            there = table[(table["policy"] == policy) & (table["measure"] == measure)]
            by = there.set_index("day").drop(columns="measure")
            cells = [_quoted_row(by.loc[365 * year], policy, measure) for year in shown]
            rows.append([words, sim.measures.label(measure).column, *cells])
    return as_markdown(rows)


def people() -> str:
    """Return the measures of those who invite everyone by the size of the society."""
    table = pd.read_csv(ANSWERS / "horizon" / "sizes.csv")
    shown = ("degree", "reach2", "reach2_share", "acceptance", "acquainted", "blocked")
    heads = [sim.measures.label(measure).column for measure in shown]
    rows = [["members in the society", *heads]]
    for size, there in table[table["policy"] == "everyone"].groupby("people"):
        by = there.set_index("measure")
        rows.append([f"{size:,}", *(_quoted(by, "everyone", measure) for measure in shown)])
    return as_markdown(rows)


def gains() -> str:
    """Return what selectivity gains over inviting everybody, by the length of a restriction."""
    table = pd.read_csv(ANSWERS / "selectivity" / "gains.csv")
    gain = ["gain, connections a day", "gain, in %", "gain in the long run, by the formula"]
    rows = [["restricted for", "invites only if acceptance is at least", *gain]]
    for row in table.to_dict("records"):
        more = f"{row['mean']:.4f} [{row['low']:.4f}, {row['high']:.4f}]"
        parts = [f"{100 * row[name]:.0f} %" for name in ("relative", "closed")]
        rows.append([f"{row['restriction']} days", f"{row['theta']:g}", more, *parts])
    return as_markdown(rows)


def _range(table: pd.DataFrame, measure: str) -> str:
    return _ends(table, measure, "from", "to")


def _ends(table: pd.DataFrame, measure: str, low: str, high: str) -> str:
    """Return the two ends of a range of a measure in words."""
    label = sim.measures.label(measure)
    ends = " to ".join(f"{label.scale * table.loc[measure, end]:.1f}" for end in (low, high))
    return f"{ends}{' %' * label.share}"


def sizes() -> str:
    """Return reach and blocking of those who invite everyone, by the size of the society."""
    rows = [["members in the society", "within two steps", "blocked"]]
    for members in (1_000, 10_000, 40_000):
        name = f"{members:,} members"
        cells = [_of(name, "everyone", measure) for measure in ("reach2_share", "blocked")]
        rows.append([f"{members:,}", *cells])
    return as_markdown(rows)


def pairing() -> str:
    """Return the share of the variance that pairing saves, beside what it saved before."""
    table = pd.read_csv(ANSWERS / "pairing.csv")
    saved = table.set_index(["policy", "measure"])["variance_saved"]
    before = {  # version 0.1, and its society in version 0.2
        ("all", "reach2"): (".82", ".91"),
        ("all", "degree"): (".68", ".77"),
        ("all", "blocked"): (".28", ".40"),
        ("close_friends", "degree"): (".94", ".999"),
    }
    then = ["society and program of version 0.1, in which invitations changed later meetings"]
    now = ["society of version 0.1, program of today", "today's default society"]
    rows = [["share of the variance saved", *then, *now]]
    for (policy, measure), figures in before.items():
        words = sim.measures.label(measure).words
        name = words if policy == "all" else f"{words}, `{policy}`"
        rows.append([name, *figures, f"{saved[policy, measure]:.2f}".removeprefix("0")])
    return as_markdown(rows)


def asked_again() -> str:
    """Return the share blocked if those who did not answer may be invited again, and if not."""
    rows = [
        ["blocked of members who invite", "nobody is invited twice", "invited again after 21 days"]
    ]
    for policy in ("everyone", "interacted"):
        societies = ("10,000 members", "asked again after 21 days")
        rows.append([POLICIES[policy], *(_of(name, policy, "blocked") for name in societies)])
    return as_markdown(rows)


def newcomers() -> str:
    """Return reach and blocking of each policy: mixed with the others, alone, and as a newcomer.

    Beside what newcomers get stands what the other members of their society get.
    """
    runs = pd.read_csv(PUBLISHED / "runs.csv")
    around = sim.aggregate(
        runs[runs["population"] == "host"],
        by=["society", "policy"],
        measures=["reach2_share", "blocked"],
    )
    rows = [
        [
            "",
            *(f"within two steps, {kind}" for kind in KINDS),
            "those around the newcomer",
            *(f"blocked, {kind}" for kind in KINDS),
        ]
    ]
    for policy, words in POLICIES.items():
        reached, blocked = (
            [_quoted(_published(kind, policy), policy, measure) for kind in KINDS]
            for measure in ("reach2_share", "blocked")
        )
        hosts = around[
            (around["society"] == f"newcomer: {policy}") & (around["measure"] == "reach2_share")
        ]
        others = [
            f"`{row['policy']}` {100 * row['mean']:.1f} % "
            f"[{100 * row['low']:.1f}, {100 * row['high']:.1f}]"
            for row in hosts.to_dict("records")
        ]
        rows.append([words, *reached, "<br>".join(others), *blocked])
    return as_markdown(rows)


def two_by_two() -> str:
    """Return what inviting everyone and accepting everyone do, apart."""
    table = pd.read_csv(PUBLISHED / "effects.csv")
    shown = ("degree", "reach2_share", "acceptance", "blocked")
    heads = [sim.measures.label(measure).column for measure in shown]
    rows = [["everyone in place of acquaintances only", *heads]]
    for (of, alike), there in table.groupby(["of", "alike"], sort=False):
        by = there.set_index("measure")
        cells = []
        for measure in shown:
            label = sim.measures.label(measure)
            mean, low, high = (
                label.scale * by.loc[measure, end] for end in ("mean", "low", "high")
            )
            cells.append(f"{mean:+z.1f} [{low:z.1f}, {high:z.1f}]{' points' * label.share}")
        other = "accept" if of == "inviting" else "invite"
        rows.append([f"{of}, by members who {other} {alike}", *cells])
    return as_markdown(rows)


def deciles() -> str:
    """Return what the members of each policy have, by the decile of their activity."""
    table = pd.read_csv(PUBLISHED / "deciles.csv")
    table = (
        table[table["trait"] == "activity"].set_index(["policy", "decile", "measure"]).sort_index()
    )
    assumed = sim.none_by_assumption(sim.Scenario())
    shown = (1, 5, 8, 9, 10)
    rows = [["members who invite", "", *(f"tenth {decile}" for decile in shown)]]
    for policy, words in POLICIES.items():
        for measure in ("degree", "blocked"):
            label = sim.measures.label(measure)
            if measure in assumed[policy]:
                cells = [sim.measures.NONE] * len(shown)
            else:
                cells = [_quoted(table.loc[policy, decile], policy, measure) for decile in shown]
            rows.append([words, label.column, *cells])
    return as_markdown(rows)


def coverage() -> str:
    """Return how often intervals hold the truth, as ``verification.coverage`` found it."""
    table = pd.read_csv(HOUSE / "results" / "answers" / "coverage.csv")
    laws = table["law"].str.partition(",")[0].where(table["question"] != "differences", "pairs")
    bounded = table["at_most"] < 1
    rows = [["what", "cells", "coverage"]]
    for key, words in COVERED.items():
        seen = table["seen"][(table["question"] == key[0]) & (laws == key[1]) & (bounded == key[2])]
        ends = (f"{end:.3f}".removeprefix("0") for end in (seen.min(), seen.max()))
        rows.append([words, str(len(seen)), " to ".join(ends)])
    return as_markdown(rows)


COVERED = {
    ("shares", "one policy", True): "shares of one policy, at least 10 events and 10 "
    "non-events expected",
    ("shares", "one policy", False): "shares of one policy, fewer expected",
    (
        "shares",
        "everybody",
        False,
    ): "shares of everybody, where each of three policies has its own share",
    ("shares", "time", False): "shares of time",
    ("differences", "pairs", False): "differences of shares, with separate and with "
    "common random numbers",
    (
        "rates",
        "share",
        True,
    ): "rates, at least 20 events and 20 non-events expected in a run, after division by the "
    "design effect",
    ("rates", "share of few events", False): "rates, fewer expected: runs are too skewed for "
    "Student's t, so no coverage is promised",
    ("rates", "pairs", True): "differences of rates, with separate and with common random numbers",
    ("rates", "above 1", True): "ratios above 1, such as effort",
    ("stopping", "share", False): "shares, after a study has stopped by its precision (`until`)",
    ("stopping", "mean", False): "means of near-normal runs, after such a stop",
    ("clearly", "where nothing differs", True): "share of 2,000 sweeps, each with 36 comparisons "
    "in which nothing differs, that find a clear difference",
}
"""From a question, a law and whether the coverage has an upper bound to the words of the table."""


def _published(kind: str, policy: str) -> pd.DataFrame:
    """Return the estimates of a policy in the published comparison, by measure."""
    summary = pd.read_csv(SUMMARY)
    rows = summary[(summary["population"] == kind) & (summary["policy"] == policy)]
    return rows.set_index("measure")


def _of(society: str, policy: str, measure: str) -> str:
    """Return an estimate of one of the mixed societies of docs/limits.md."""
    if society == "10,000 members":
        return _quoted(_published("mixed", policy), policy, measure)
    table = pd.read_csv(ANSWERS / "societies.csv")
    rows = table[(table["society"] == society) & (table["policy"] == policy)]
    return _quoted(rows.set_index("measure"), policy, measure)


def _quoted(estimates: pd.DataFrame, policy: str, measure: str) -> str:
    """Return an estimate with its interval, unless it is put in."""
    return _quoted_row(estimates.loc[measure], policy, measure)


def _quoted_row(row: "pd.Series[Any]", policy: str, measure: str) -> str:
    """Return one estimate as `_quoted` does."""
    if measure in sim.none_by_assumption(sim.Scenario())[policy]:
        return sim.measures.NONE
    label = sim.measures.label(measure)
    mean, low, high = (f"{label.scale * row[end]:.1f}" for end in ("mean", "low", "high"))
    return f"{mean}{' %' * label.share} [{low}, {high}]"


def patterns() -> str:
    """Return the patterns by which a society is judged: what they are used for, goal and source."""
    rows = [["pattern", "used for", "fulfilled if the society has", "data", "source"]]
    for pattern in ROWS.values():
        met = "; ".join(
            f"{part}: {_met(goal)}" if part else _met(goal) for part, goal in pattern.goals.items()
        )
        rows.append([pattern.name, pattern.kind.value, met, pattern.data, pattern.source])
    return as_markdown(rows)


def _met(goal: Goal) -> str:
    return f"{goal.low:g} to {goal.high:g}" if isinstance(goal, Target) else str(goal)


def parameters() -> str:
    """Return all parameters, and what presets and built-in policies set."""
    return cli.as_markdown(sim.Scenario.parameters())


def as_markdown(rows: list[list[str]]) -> str:
    """Return rows of cells, the head first, as a table."""
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"answer": answer},
    "docs/answers.md": {"answers": paragraphs.page},
    "docs/experiments.md": {
        "newcomers": newcomers,
        "two by two": two_by_two,
        "deciles": deciles,
        "not known": not_known,
        "leads": leads,
        "years": years,
        "people": people,
        "gains": gains,
    },
    "docs/limits.md": {"sizes": sizes, "asked again": asked_again},
    "docs/odd.md": {"patterns": patterns},
    "docs/parameters.md": {"parameters": parameters},
    "docs/studies.md": {"pairing": pairing},
    "docs/verification.md": {"coverage": coverage},
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
