"""Two by two: the effect of inviting and the effect of accepting, separately.

Policies differ in both, so a comparison of policies does not tell which of the two has an effect.
Here one society has four groups of equal size: members invite everyone or only acquaintances, and
they accept everyone or only acquaintances, as the policies ``everyone`` and ``interacted`` do. The
effect of inviting is the paired difference between groups that accept in the same way; the effect
of accepting is the difference between groups that invite in the same way.
"""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import sim
from sim.plots.captions import valued

from .populations import Population

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KIND = "two by two"
KINDS = {"everyone": "everyone", "acquaintances": "interacted"}
"""From whom one invites or accepts to the policy that does so."""
ACCEPTING = ("accepts_from", "takes_references", "accept")
"""The numbers of a policy that say whom it accepts; the others say whom it invites."""
GROUPS = {
    f"invites_{inviting}_accepts_{accepting}": (inviting, accepting)
    for inviting, accepting in itertools.product(KINDS, KINDS)
}
"""From the name of a policy to whom it invites and whom it accepts."""
SHOWN = ("degree", "reach2_share", "acceptance", "blocked")
PAIRS = {
    "inviting": [
        (f"invites_everyone_accepts_{same}", f"invites_acquaintances_accepts_{same}")
        for same in KINDS
    ],
    "accepting": [
        (f"invites_{same}_accepts_everyone", f"invites_{same}_accepts_acquaintances")
        for same in KINDS
    ],
}
"""From what is varied to the pairs of policies that differ in nothing else."""


def crossed(base: sim.Scenario) -> Population | None:
    """Return the society of the four groups.

    None if one of the two policies has no members, or there are fewer members than groups.
    """
    shares = base.shares()
    if base.members < len(GROUPS) or not all(
        shares.get(policy, 0) > 0 for policy in KINDS.values()
    ):
        return None
    policies = []
    for name, (inviting, accepting) in GROUPS.items():
        by, to = base.policies[KINDS[inviting]], base.policies[KINDS[accepting]]
        numbers = {field: getattr(by, field) for field in type(by).model_fields}
        numbers |= {field: getattr(to, field) for field in ACCEPTING}
        policies.append(sim.InvitePolicy(**numbers | {"name": name, "share": 1}))
    return Population(KIND, None, base.replace({"policies": policies}))


def told(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of the four groups.

    Returns
    -------
    DataFrame
        inviting, accepting, measure, mean, low, high, replications.
    """
    found = sim.aggregate(runs, by=["policy"], measures=sim.MEASURES)
    for place, name in enumerate(("inviting", "accepting")):
        found.insert(place, name, [GROUPS[str(policy)][place] for policy in found["policy"]])
    return found.drop(columns="policy")


def effects(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of inviting, or accepting, everyone in place of acquaintances only.

    Returns
    -------
    DataFrame
        of ("inviting" or "accepting"), alike (whom both groups accept, or invite), measure, mean,
        low, high, replications, p.
    """
    tables = []
    for of, pairs in PAIRS.items():
        found = sim.differences(runs, by=["policy"], pairs=pairs, measures=sim.MEASURES)
        other = 1 - list(PAIRS).index(of)
        alike = [GROUPS[str(policy)][other] for policy in found["policy"]]
        found = found.drop(columns=["policy", "than_policy", "variance_saved"])
        found.insert(0, "alike", alike)
        found.insert(0, "of", of)
        tables.append(found)
    return pd.concat(tables, ignore_index=True)


def words(table: pd.DataFrame) -> Iterator[str]:
    """Yield how inviting and accepting everyone change connections and blocking."""
    for measure in ("degree", "blocked"):
        said = sim.measures.label(measure)
        parts = []
        for of, there in table[table["measure"] == measure].groupby("of", sort=False):
            other = "accept" if of == "inviting" else "invite"
            changes = []
            for row in there.to_dict("records"):
                low, high = (said.scale * row[name] for name in ("low", "high"))
                bounds = f" [{low:z.1f}, {high:z.1f}]" if low < high else ""
                more = f"{said.scale * row['mean']:+z.1f}{' points' * said.share}{bounds}"
                changes.append(f"{more} for those who {other} {row['alike']}")
            parts.append(f"{of} everyone changes this by {' and by '.join(changes)}")
        yield f"{said.title}: {'; '.join(parts)}."


@sim.plots.in_our_look
def draw(table: pd.DataFrame, setting: str) -> "Figure":
    """Draw the four groups: whom they accept from left to right, whom they invite as lines."""
    figure = sim.plots.sheet(3.1)
    axes = figure.subplots(1, len(SHOWN))
    looks = {"everyone": ("#D55E00", "o", "solid"), "acquaintances": ("#0072B2", "s", "dashed")}
    for axis, measure in zip(axes, SHOWN, strict=True):
        said = sim.measures.label(measure)
        for inviting, (colour, marker, line) in looks.items():
            here = table[(table["measure"] == measure) & (table["inviting"] == inviting)]
            here = here.set_index("accepting").loc[list(KINDS)]
            places = np.arange(len(here)) + (0.05 if inviting == "everyone" else -0.05)
            mean, low, high = (said.scale * here[name] for name in ("mean", "low", "high"))
            axis.vlines(places, low, high, color=colour, linewidth=1.4)
            axis.plot(
                *(places, mean),
                color=colour,
                marker=marker,
                linestyle=line,
                markersize=5,
                label=f"invite {inviting}",
            )
        axis.set_title(said.column + ", %" * said.share)
        axis.set_xticks(range(len(KINDS)), ["everyone", "acquaint-\nances"])
        axis.set_xlim(-0.4, len(KINDS) - 0.6)
        there = table[table["measure"] == measure]
        highest = said.scale * there["high"].fillna(there["mean"]).max()
        axis.set_ylim(0, 1.08 * highest if highest > 0 else 1)
        axis.set_xlabel("accept")
    axes[-1].legend(loc="center", frameon=False, fontsize=7.5)
    note = "Each group is a fourth of one society. Bars: 95 % intervals."
    sim.plots.headed(figure, finding(table), f"{setting} {note}")
    return figure


def finding(table: pd.DataFrame) -> str:
    """Return the connections of the four groups, in words."""
    there = table[table["measure"] == "degree"].set_index(["inviting", "accepting"])["mean"]
    said = sim.measures.label("degree")
    rows = [
        f"who invite {inviting} have {valued(said, there[inviting, 'everyone'])} connections "
        f"if they accept everyone, {valued(said, there[inviting, 'acquaintances'])} if only "
        "acquaintances"
        for inviting in KINDS
    ]
    return f"Those {'; those '.join(rows)}"
