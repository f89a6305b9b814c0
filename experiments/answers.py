"""The answer as text: a table that fits 100 columns, and the questions answered in words."""

import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

WIDTH = 100
KINDS = {
    "mixed": "mixed: all policies in one society",
    "alone": "alone: everybody has the policy",
    "newcomer": "newcomer: 1 % of the members have the policy",
}


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
    Column("unwanted", ("unwanted", "a year"), 1, 12),
)
NAME = WIDTH - sum(column.width for column in COLUMNS)
NOTES = (
    "Mean over replications ± half of its 95 % interval. Within two steps: of connections, in % of the members. Accepted: of the "
    "invitations sent and settled. Mutual: arcs of the outreach graph that are returned. Invitations to a block: Kaplan-Meier median; "
    "- where fewer than half are blocked. Unwanted: received and not accepted."
)


def table(summary: pd.DataFrame) -> str:
    """Lay out the estimates, a row per population and policy; ``summary`` is in long form, as in summary.csv."""
    lines = ["".join([" " * NAME, *(column.heading[row].rjust(column.width) for column in COLUMNS)]) for row in (0, 1)]
    for population, rows in summary.groupby("population", sort=False):
        lines += ["", KINDS.get(str(population), str(population))]
        for policy, estimates in rows.groupby("policy", sort=False):
            cells = [_cell(estimates[estimates["measure"] == column.measure].iloc[0], column) for column in COLUMNS]
            lines.append("".join([f"  {policy}"[: NAME - 1].ljust(NAME), *cells]))
    return "\n".join([*(line.rstrip() for line in lines), "", textwrap.fill(NOTES, WIDTH)])


def _cell(row: "pd.Series[Any]", column: Column) -> str:
    mean, half = column.scale * row["mean"], column.scale * (row["high"] - row["low"]) / 2
    if mean != mean:
        return "-".rjust(column.width)
    decimals = 1 if not half < 0.05 or mean >= 100 else 2
    text = f"{mean:.{decimals}f}" + (f" ±{half:.{decimals}f}" if half == half else "")
    return text.rjust(column.width)


def words(summary: pd.DataFrame, differences: pd.DataFrame) -> str:
    """Answer in words, with intervals: who reaches furthest, is most mutual and is blocked, and whether it pays to be the odd one out."""
    answer = _Answer(summary, differences)
    paragraphs = []
    for population, lead in (("mixed", "Mixed"), ("alone", "Alone")):
        if answer.policies(population):
            paragraphs.append(" ".join([f"{lead}.", *answer.ranking(population)]))
    if answer.policies("newcomer"):
        paragraphs.append(" ".join(["Newcomer.", *answer.odd_ones_out()]))
    return "\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in paragraphs)


class _Answer:
    """The sentences."""

    def __init__(self, summary: pd.DataFrame, differences: pd.DataFrame) -> None:
        self.summary = summary[summary["policy"] != "all"].set_index(["population", "policy", "measure"])
        self.gaps = differences.set_index(["population", "policy", "than_population", "than_policy", "measure"])

    def policies(self, population: str) -> list[str]:
        """List the policies there."""
        index = self.summary.index
        return list(index[index.get_level_values("population") == population].get_level_values("policy").unique())

    def ranking(self, population: str) -> Iterator[str]:
        """Say who is first in reach and in reciprocity, by how much before the next, and how many of each are blocked."""
        for measure, first, of_what in (
            ("reach2_share", "reaches furthest", "of the members within two steps"),
            ("reciprocity", "is the most mutual", "of its arcs are returned"),
        ):
            order = self._falling(population, measure)
            if not order:
                continue
            says = f"{order[0]} {first}: {self._share(population, order[0], measure)} {of_what}"
            if len(order) > 1:
                says += f", {self._gap((population, order[0]), (population, order[1]), measure)} {order[1]}"
            yield says + "."
        blocked = [f"{self._share(population, policy, 'blocked')} of {policy}" for policy in self._falling(population, "blocked")]
        yield f"Blocked are {_listed(blocked)}."

    def odd_ones_out(self) -> Iterator[str]:
        """Say how each policy's newcomers fare, against those around them and against the same policy in the mixed society."""
        for policy in self.policies("newcomer"):
            me = ("newcomer", policy)
            than = [(f"{host} around it", ("host", host)) for host in self.policies("newcomer") if host != policy]
            gaps = [f"{self._gap(me, other, 'reach2_share')} {name}" for name, other in [*than, ("where all are mixed", ("mixed", policy))]]
            yield f"{policy} reaches {self._share(*me, 'reach2_share')}: {_listed(gaps)}."
            yield f"Blocked are {self._share(*me, 'blocked')}, {self._gap(me, ('mixed', policy), 'blocked')} where all are mixed."
        pays = [policy for policy in self.policies("newcomer") if self._ahead(policy)]
        if pays:
            yield f"In reach it pays to be the odd one out among the others for {_listed(pays)}."
        else:
            yield "In reach it pays for none to be the odd one out."

    def _falling(self, population: str, measure: str) -> list[str]:
        means = {policy: self.summary.loc[(population, policy, measure), "mean"] for policy in self.policies(population)}
        return sorted((policy for policy in means if means[policy] == means[policy]), key=lambda policy: -means[policy])

    def _share(self, population: str, policy: str, measure: str) -> str:
        row = self.summary.loc[(population, policy, measure)]
        return f"{100 * row['mean']:.1f} %{_interval(row)}"

    def _gap(self, one: tuple[str, str], other: tuple[str, str], measure: str) -> str:
        """Say by how many points one has more or less than another, with the interval of the paired difference."""
        sign = 1
        if (*one, *other, measure) not in self.gaps.index:
            one, other, sign = other, one, -1
        row = self.gaps.loc[(*one, *other, measure)]
        mean, low, high = sign * row["mean"], *sorted((sign * row["low"], sign * row["high"]))
        if low <= 0 <= high:
            return f"not clearly more or less ({100 * mean:+.1f} points{_interval({'low': low, 'high': high})}) than"
        side = 1 if mean > 0 else -1
        bounds = sorted((side * low, side * high))
        return f"{100 * abs(mean):.1f} points{_interval({'low': bounds[0], 'high': bounds[1]})} {'more' if side > 0 else 'less'} than"

    def _ahead(self, policy: str) -> bool:
        hosts = [other for other in self.policies("newcomer") if other != policy]
        return all(self.gaps.loc[("newcomer", policy, "host", host, "reach2_share"), "low"] > 0 for host in hosts)


def _interval(row: Any) -> str:
    return "" if row["low"] != row["low"] else f" [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
