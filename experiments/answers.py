"""The answer as text: a table that fits 100 columns, and the questions answered in words."""

import math
import textwrap
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

import sim

WIDTH = 100


class Column(NamedTuple):
    """A measure in the printed table."""

    measure: str
    heading: tuple[str, str]
    """Two lines: the short words of its label, with the unit."""
    width: int


COLUMNS = (
    Column("degree", ("", "connections"), 12),
    Column("reach2_share", ("within two", "steps, %"), 12),
    Column("acceptance", ("accepted,", "%"), 12),
    Column("reciprocity", ("returned,", "%"), 12),
    Column("blocked", ("blocked,", "%"), 12),
    Column("time_to_block_invitations", ("invitations", "to a block"), 12),
    Column("unwanted_received", ("unwanted", "a year"), 12),
)
NAME = WIDTH - sum(column.width for column in COLUMNS)
NOTES = (
    "Mean over replications ± the longer side of its 95 % interval. Within two steps: of "
    "connections, in % of the others. Accepted: of the decided invitations. Returned: of the arcs "
    "of the outreach graph. Invitations to a block: Kaplan-Meier median of the members of all "
    "replications, with the lower end of its interval if it has no upper one; - where too few are "
    "blocked for it. Unwanted: invitations received."
)
NONE_NOTE = " None: by assumption, no estimate."

type Assumed = Mapping[str, Collection[str]]
"""From a policy to the measures that can only be 0, as ``sim.none_by_assumption`` returns them."""


def table(summary: pd.DataFrame, assumed: Assumed) -> str:
    """Return the estimates as a text table, a row per population and policy.

    ``summary`` is in long form, as in summary.csv.
    """
    notes = NOTES
    lines = [
        "".join([" " * NAME, *(column.heading[row].rjust(column.width) for column in COLUMNS)])
        for row in (0, 1)
    ]
    for population, rows in summary.groupby("population", sort=False):
        lines += ["", sim.plots.KINDS.get(str(population), str(population))]
        for policy, estimates in rows.groupby("policy", sort=False):
            none = assumed.get(str(policy), ())
            cells = [
                "none".rjust(column.width)
                if column.measure in none
                else _cell(estimates[estimates["measure"] == column.measure].iloc[0], column)
                for column in COLUMNS
            ]
            if any(column.measure in none for column in COLUMNS):
                notes = NOTES + NONE_NOTE
            lines.append("".join([f"  {policy}"[: NAME - 1].ljust(NAME), *cells]))
    return "\n".join([*(line.rstrip() for line in lines), "", textwrap.fill(notes, WIDTH)])


def _cell(row: "pd.Series[Any]", column: Column) -> str:
    scale = sim.measures.label(column.measure).scale
    mean, half = (
        scale * row["mean"],
        scale * max(row["high"] - row["mean"], row["mean"] - row["low"]),
    )
    if mean != mean:
        return "-".rjust(column.width)
    if half == math.inf:  # the upper end of the curve's band stays above one half
        return f"{mean:.0f} (≥{scale * row['low']:.0f})".rjust(column.width)
    decimals = 2 if half < 0.05 and mean < 99.995 else 1
    text = f"{mean:.{decimals}f}" + (f" ±{half:.{decimals}f}" if half == half else "")
    return text.rjust(column.width)


def words(summary: pd.DataFrame, differences: pd.DataFrame, assumed: Assumed) -> str:
    """Return the answer in words, with intervals.

    It says how far each policy reaches, how mutual it is and how many are blocked, and for whom it
    pays to be the odd one out. What can only be 0 is not told as if it had been estimated.
    """
    answer = _Answer(summary, differences, assumed)
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

    def bounds(self) -> str:
        """Return the interval in percent; nothing if there is none."""
        return "" if math.isnan(self.low) else f" [{100 * self.low:z.1f}, {100 * self.high:z.1f}]"

    def share(self) -> str:
        """Return the estimate as a share in percent, with its interval cut to 0 and 100 %."""
        cut = _Estimate(self.mean, max(0.0, self.low), min(1.0, self.high))
        bounds = "" if math.isnan(self.low) else cut.bounds()
        return f"{100 * self.mean:z.1f} %{bounds}"

    def gap(self, than: str) -> str:
        """Return the estimate as a difference, in words."""
        if self.mean == 0:
            return f"as much as {than}{self.bounds() if self.low < self.high else ''}"
        one = self if self.mean > 0 else -self
        points = f"{100 * one.mean:.1f} points" if one.mean >= 0.0005 else "less than 0.1 points"
        more = "more" if self.mean > 0 else "less"
        chance = ", which may be chance" if one.low <= 0 else ""
        return f"{points}{one.bounds()} {more} than {than}{chance}"


type _Group = tuple[str, str]
"""Population and policy."""


class _Answer:
    """The sentences of the answer."""

    def __init__(self, summary: pd.DataFrame, differences: pd.DataFrame, assumed: Assumed) -> None:
        self.assumed = assumed
        there = summary[(summary["policy"] != "all") & (summary["replications"] > 0)]
        self.shares = dict(
            zip(_columns(there, "population", "policy", "measure"), _estimates(there), strict=True)
        )
        around = differences[
            (differences["population"] == "newcomer")
            & (differences["than_population"] == "host")
            & (differences["measure"] == "reach2_share")
        ]
        self.around = around if len(around) else None
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
        """Yield how far each policy reaches, how mutual it is, and how many are blocked."""
        for measure in ("reach2_share", "reciprocity", "blocked"):
            order = self._falling(population, measure)
            shares = [
                f"{self._share((population, policy), measure)} for {_quoted(policy)}"
                for policy in order
            ]
            if not shares:
                continue
            sentence = f"{sim.measures.label(measure).title}: {_listed(shares)}"
            if len(order) > 1 and not self._none(order[0], measure):
                gap = self._gap((population, order[0]), (population, order[1]), measure)
                if gap is not None:
                    sentence += f"; {_quoted(order[0])} has {gap.gap(_quoted(order[1]))}"
            yield f"{sentence}."

    def odd_ones_out(self) -> Iterator[str]:
        """Yield how each policy's newcomers do.

        They are compared with those around them, and with the same policy in the mixed society.
        """
        for policy in self.policies("newcomer"):
            me, mixed = ("newcomer", policy), ("mixed", policy)
            others = list(dict.fromkeys(other for (one, other), _ in self.gaps if one == me))
            named = {(kind, host): f"{_quoted(host)} around them" for kind, host in others}
            named |= {mixed: "where all are mixed"} if mixed in others else {}
            share = self.shares[*me, "reach2_share"].share()
            gaps = [
                self.gaps[(me, other), "reach2_share"].gap(name) for other, name in named.items()
            ]
            whose = f"Those with {_quoted(policy)} reach {share}"
            yield f"{whose}{': ' * bool(gaps)}{'; '.join(gaps)}."
            if self._none(policy, "blocked"):
                yield "By assumption none of them is blocked."
                continue
            blocked = f"{self._share(me, 'blocked')} of them are blocked"
            if mixed in others:
                blocked += f", {self.gaps[(me, mixed), 'blocked'].gap('where all are mixed')}"
            yield f"{blocked}."
        if self.around is not None:
            yield _odd_one_out(self.around)

    def _none(self, policy: str, measure: str) -> bool:
        return measure in self.assumed.get(policy, ())

    def _share(self, group: _Group, measure: str) -> str:
        """Return the share in percent with its interval, unless it is put in and not estimated."""
        if self._none(group[1], measure):
            return sim.measures.NONE
        return self.shares[*group, measure].share()

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


def _odd_one_out(around: pd.DataFrame) -> str:
    """Return which newcomers reach clearly further than all around; all pairs are one family."""
    most = int(around["replications"].max())
    if most < sim.measures.LEAST_RUNS:
        least = f"{sim.measures.LEAST_RUNS} are the least"
        return f"With {most} replications no difference is called clear; {least}."
    clear = pd.Series(sim.clearly(around["p"], around["replications"]), around.index)
    ahead = (clear & (around["mean"] > 0)).groupby(around["policy"], sort=False).all()
    whom = _listed([_quoted(str(policy)) for policy in ahead.index[ahead]]) or "none"
    return f"Newcomers who reach clearly further than all around them: {whom}."


def _columns(table: pd.DataFrame, *names: str) -> "Iterator[tuple[Any, ...]]":
    return zip(*(table[name] for name in names), strict=True)


def _estimates(table: pd.DataFrame) -> list[_Estimate]:
    return [_Estimate(*row) for row in _columns(table, "mean", "low", "high")]


def _quoted(policy: str) -> str:
    return f'"{policy}"'


def _listed(parts: list[str]) -> str:
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"
