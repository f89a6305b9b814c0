"""The answer as text: a table that fits 100 columns, and the questions answered in words."""

import math
import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

import sim

WIDTH = 100


class Column(NamedTuple):
    """A measure in the printed table."""

    measure: str
    heading: tuple[str, str]
    scale: float
    width: int


COLUMNS = (
    Column("degree", ("connections", ""), 1, 12),
    Column("reach2_share", ("within two", "steps, %"), 100, 12),
    Column("acceptance", ("accepted", "%"), 100, 12),
    Column("reciprocity", ("mutual", "%"), 100, 12),
    Column("blocked", ("blocked", "%"), 100, 12),
    Column("time_to_block_invitations", ("invitations", "to a block"), 1, 12),
    Column("unwanted_received", ("unwanted", "a year"), 1, 12),
)
NAME = WIDTH - sum(column.width for column in COLUMNS)
NOTES = (
    "Mean over replications ± half of its 95 % interval. Within two steps: of connections, in % "
    "of the members. Accepted: of the invitations sent and settled. Mutual: arcs of the outreach "
    "graph that are returned. Invitations to a block: Kaplan-Meier median; - where too few are "
    "blocked for it in some replication. Unwanted: received and not accepted."
)


def table(summary: pd.DataFrame) -> str:
    """Return the estimates as a text table, a row per population and policy.

    ``summary`` is in long form, as in summary.csv.
    """
    lines = [
        "".join([" " * NAME, *(column.heading[row].rjust(column.width) for column in COLUMNS)])
        for row in (0, 1)
    ]
    for population, rows in summary.groupby("population", sort=False):
        lines += ["", sim.plots.KINDS.get(str(population), str(population))]
        for policy, estimates in rows.groupby("policy", sort=False):
            cells = [
                _cell(estimates[estimates["measure"] == column.measure].iloc[0], column)
                for column in COLUMNS
            ]
            lines.append("".join([f"  {policy}"[: NAME - 1].ljust(NAME), *cells]))
    return "\n".join([*(line.rstrip() for line in lines), "", textwrap.fill(NOTES, WIDTH)])


def _cell(row: "pd.Series[Any]", column: Column) -> str:
    mean, half = column.scale * row["mean"], column.scale * (row["high"] - row["low"]) / 2
    if mean != mean:
        return "-".rjust(column.width)
    decimals = 2 if half < 0.05 and mean < 99.995 else 1
    text = f"{mean:.{decimals}f}" + (f" ±{half:.{decimals}f}" if half == half else "")
    return text.rjust(column.width)


def words(summary: pd.DataFrame, differences: pd.DataFrame) -> str:
    """Return the answer in words, with intervals.

    It names who reaches furthest, is the most mutual and is blocked, and for whom it pays to be the
    odd one out.
    """
    answer = _Answer(summary, differences)
    paragraphs = [
        [f"{lead}.", *answer.ranking(kind)]
        for kind, lead in (("mixed", "Mixed"), ("alone", "Alone"))
        if answer.policies(kind)
    ]
    if answer.policies("newcomer"):
        paragraphs.append(["Newcomer.", *answer.odd_ones_out()])
    return "\n\n".join(textwrap.fill(" ".join(sentences), WIDTH) for sentences in paragraphs)


class _Estimate(NamedTuple):
    """A share, or a difference of shares, with its interval."""

    mean: float
    low: float
    high: float

    def __neg__(self) -> "_Estimate":
        return _Estimate(-self.mean, -self.high, -self.low)

    def in_percent(self, unit: str) -> str:
        """Return the estimate in percent, with the unit before the interval."""
        bounds = "" if math.isnan(self.low) else f" [{100 * self.low:z.1f}, {100 * self.high:z.1f}]"
        return f"{100 * self.mean:z.1f} {unit}{bounds}"

    def share(self) -> str:
        """Return the estimate as a share, with its interval cut to 0 and 100 %."""
        if math.isnan(self.low):
            return self.in_percent("%")
        return _Estimate(self.mean, max(0.0, self.low), min(1.0, self.high)).in_percent("%")

    def gap(self) -> str:
        """Return the estimate as a difference, in words."""
        if self.low > 0 or (math.isnan(self.low) and self.mean > 0):
            return f"{self.in_percent('points')} more than"
        if self.high < 0 or (math.isnan(self.low) and self.mean < 0):
            return f"{(-self).in_percent('points')} less than"
        if self.low == self.high == 0:
            return "no more and no less than"
        return f"not clearly more or less ({self.in_percent('points')}) than"


type _Group = tuple[str, str]
"""Population and policy."""


class _Answer:
    """The sentences of the answer."""

    def __init__(self, summary: pd.DataFrame, differences: pd.DataFrame) -> None:
        there = summary[(summary["policy"] != "all") & (summary["replications"] > 0)]
        self.shares = dict(
            zip(_columns(there, "population", "policy", "measure"), _estimates(there), strict=True)
        )
        # in a very small society two policies may never be there together
        differences = differences[differences["replications"] > 0]
        pairs = zip(
            _columns(differences, "population", "policy"),
            _columns(differences, "than_population", "than_policy"),
            strict=True,
        )
        self.gaps = dict(
            zip(
                zip(pairs, differences["measure"], strict=True),
                _estimates(differences),
                strict=True,
            )
        )

    def policies(self, population: str) -> list[str]:
        """Return the policies of a population."""
        return list(
            dict.fromkeys(policy for where, policy, _ in self.shares if where == population)
        )

    def ranking(self, population: str) -> Iterator[str]:
        """Yield who is first in reach and in reciprocity, and how many of each are blocked."""
        for measure, first, of_what in (
            ("reach2_share", "reaches furthest", "of the members within two steps"),
            ("reciprocity", "is the most mutual", "of its arcs are returned"),
        ):
            order = self._falling(population, measure)
            if order:
                share = self.shares[population, order[0], measure].share()
                sentence = f"{_quoted(order[0])} {first}: {share} {of_what}"
                if len(order) > 1 and (
                    gap := self._gap((population, order[0]), (population, order[1]), measure)
                ):
                    sentence += f", {gap.gap()} {_quoted(order[1])}"
                yield f"{sentence}."
        order = self._falling(population, "blocked")
        blocked = [
            f"{self.shares[population, policy, 'blocked'].share()} of {_quoted(policy)}"
            for policy in order
        ]
        yield f"Blocked are {_listed(blocked)}."

    def odd_ones_out(self) -> Iterator[str]:
        """Yield how each policy's newcomers do.

        They are compared with those around them, and with the same policy in the mixed society.
        """
        pays = []
        for policy in self.policies("newcomer"):
            me = ("newcomer", policy)
            others = list(dict.fromkeys(other for (one, other), _ in self.gaps if one == me))
            around = {
                f"{_quoted(host)} around it": self.gaps[(me, (kind, host)), "reach2_share"]
                for kind, host in others
                if kind == "host"
            }
            gaps = [f"{gap.gap()} {name}" for name, gap in around.items()]
            blocked = f"Blocked are {self.shares[*me, 'blocked'].share()}"
            if ("mixed", policy) in others:
                reach_then, blocked_then = (
                    self.gaps[(me, ("mixed", policy)), measure].gap()
                    for measure in ("reach2_share", "blocked")
                )
                gaps.append(f"{reach_then} where all are mixed")
                blocked += f", {blocked_then} where all are mixed"
            share = self.shares[*me, "reach2_share"].share()
            yield f"{_quoted(policy)} reaches {share}{': ' * bool(gaps)}{_listed(gaps)}."
            yield f"{blocked}."
            if around and all(gap.low > 0 for gap in around.values()):
                pays.append(policy)
        whom = f"for {_listed([_quoted(policy) for policy in pays])}" if pays else "for none"
        odd_one_out = "to be the odd one out: to reach clearly further than all others around"
        yield f"In reach it pays {whom} {odd_one_out}."

    def _falling(self, population: str, measure: str) -> list[str]:
        there = [
            policy
            for policy in self.policies(population)
            if (population, policy, measure) in self.shares
        ]
        return sorted(there, key=lambda policy: -self.shares[population, policy, measure].mean)

    def _gap(self, one: _Group, other: _Group, measure: str) -> _Estimate | None:
        """Return how much more one has than the other: the paired difference, in either order."""
        if found := self.gaps.get(((one, other), measure)):
            return found
        found = self.gaps.get(((other, one), measure))
        return -found if found else None


def _columns(table: pd.DataFrame, *names: str) -> "Iterator[tuple[Any, ...]]":
    return zip(*(table[name] for name in names), strict=True)


def _estimates(table: pd.DataFrame) -> list[_Estimate]:
    return [_Estimate(*row) for row in _columns(table, "mean", "low", "high")]


def _quoted(policy: str) -> str:
    return f'"{policy}"'


def _listed(parts: list[str]) -> str:
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"
