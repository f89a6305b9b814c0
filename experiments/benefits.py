"""Who benefits: members by decile of their activity and of their sociability.

An average over a policy's members hides that a few of them do most of the inviting.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import sim
from sim.plots.captions import quoted, spoken, valued

from . import studies

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRAITS = ("activity", "sociability")
TENTHS = 10
MEASURES = ("degree", "blocked", "unwanted_received")
YEAR = 365


def by_decile(result: sim.Result) -> pd.DataFrame:
    """Return the means of the members of each policy in each decile of a trait.

    Deciles are those of all members, so a decile means the same in each policy.

    Returns
    -------
    DataFrame
        policy, trait, decile (1 has the lowest), members, degree, blocked, unwanted_received (a
        year).
    """
    people = result.members.assign(
        policy=result.members["policy"].astype("str"),
        blocked=result.members["blocked_day"].notna().astype(float),
        unwanted_received=result.members["unwanted_received"] * YEAR / result.scenario.days,
    )
    tables, order = [], list(result.scenario.policies)
    for trait in TRAITS:
        place = people[trait].rank(method="first").to_numpy() - 1
        people["decile"] = 1 + (TENTHS * place / len(people)).astype(int)
        groups = people.groupby(["policy", "decile"], sort=False)
        table = groups[list(MEASURES)].mean().reset_index()
        table["members"] = groups.size().to_numpy()
        table = table.sort_values(["policy", "decile"], key=lambda one: _places(one, order))
        tables.append(table.assign(trait=trait))
    found = pd.concat(tables, ignore_index=True)
    return found[["policy", "trait", "decile", "members", *MEASURES]]


def _places(column: "pd.Series[Any]", order: list[str]) -> "pd.Series[Any]":
    """Return the places of policies in their order; deciles stay as they are."""
    return column.map(order.index) if column.name == "policy" else column


def told(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates: policy, trait, decile, measure, mean, low, high, replications."""
    by = ["trait", "policy", "decile"]
    return sim.aggregate(runs, by=by, measures=MEASURES)


def words(table: pd.DataFrame, assumed: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield what the least and the most active tenth of each policy have.

    ``assumed`` is what ``sim.none_by_assumption`` returns: it is not told as if it were estimated.
    """
    active = table[table["trait"] == "activity"]
    for policy, there in active.groupby("policy", sort=False):
        parts = []
        for decile, who in ((1, "least"), (TENTHS, "most")):
            here: Any = there[there["decile"] == decile].set_index("measure")
            if not len(here):
                continue
            degree = studies.between(*here.loc["degree", ["mean", "low", "high"]])
            none = "blocked" in assumed.get(str(policy), ())
            blocked = "" if none else f", and {studies.percent(here.loc['blocked'])} are blocked"
            parts.append(f"the {who} active tenth has {degree} connections{blocked}")
        yield f"Of {quoted(str(policy))}, {'; '.join(parts)}."


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw the measures by decile: a row for each trait, a panel for each measure."""
    look = sim.plots.styles(dict.fromkeys(map(str, table["policy"])))
    figure = sim.plots.sheet(4.9)
    axes = figure.subplots(len(TRAITS), len(MEASURES), sharex=True)
    for row, trait in zip(axes, TRAITS, strict=True):
        for axis, measure in zip(row, MEASURES, strict=True):
            said = sim.measures.label(measure)
            here = table[(table["trait"] == trait) & (table["measure"] == measure)]
            for policy, line in here.groupby("policy", sort=False):
                style = look[str(policy)]
                low, high = (said.scale * line[name] for name in ("low", "high"))
                axis.fill_between(
                    line["decile"], low, high, color=style.colour, alpha=0.25, linewidth=0
                )
                axis.plot(
                    line["decile"],
                    said.scale * line["mean"],
                    color=style.colour,
                    marker=style.marker,
                    linestyle=style.line,
                    markersize=3.5,
                    label=spoken(str(policy)),
                )
            axis.set_title(said.column + ", %" * said.share)
            axis.set_xlabel(f"tenth by {trait} (10: highest)")
            axis.xaxis.set_tick_params(labelbottom=True)
            axis.set_xticks(np.arange(1, TENTHS + 1))
            axis.set_ylim(0)
    axes[0, 0].legend(loc="upper left", frameon=False, fontsize=7.5)
    below = f"{setting} Tenths of all members. Bands: 95 % intervals."
    sim.plots.headed(figure, finding(table), below)
    return figure


def finding(table: pd.DataFrame) -> str:
    """Return what the least and the most active tenth of the first policy have, in words."""
    policy = str(table["policy"].iloc[0])
    active = table[(table["policy"] == policy) & (table["trait"] == "activity")]
    wide = active.pivot(index="decile", columns="measure", values="mean")
    first, last = wide.iloc[0], wide.iloc[-1]
    degree, blocked = sim.measures.label("degree"), sim.measures.label("blocked")
    return (
        f"Of {quoted(policy)}, the least active tenth has {valued(degree, first['degree'])} "
        f"connections and {valued(blocked, first['blocked'])} are blocked; the most active tenth "
        f"has {valued(degree, last['degree'])}, and {valued(blocked, last['blocked'])} are blocked"
    )
