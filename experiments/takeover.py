"""Which way of inviting spreads, if people copy others who gain more connections or reach more?

Every 30 days each member, with probability 0.2, looks at another member at random and may copy its
policy. By the Fermi rule it does so with probability 1 / (1 + exp(-beta (payoff of the other - own
payoff) / scale)), where scale is the standard deviation of the payoffs of that day, so that beta
has no unit [Szabo and Toke 1998, Phys. Rev. E 58, 69]. There are two payoffs. **Gained** is the
number of connections gained since the last round: it is what a member's present policy earns, and
falls at once after a block. **Reach** is the number of members within two steps of connections: it
is what people see of each other; but it adds up over the years, whichever policies earned it, and
can't grow further once everybody is within two steps. ``--payoff reach`` chooses reach, which takes
longer to compute.

The society starts from equal thirds, or from an invasion: one policy (each in turn) has 1 % of the
members and the two other policies share the rest. After each round one member in a thousand tries a
policy at random, so that no policy dies out permanently. The rules are none, linkedin2008 and
linkedin2021.

Answer (``invitesim experiment takeover --payoff gained --payoff reach``: 10,000 members, two years,
3 replications). With the payoff ``gained``, the policy ``everyone`` gains members,
``close_friends`` loses members, and no policy has taken over in two years. From equal thirds
``everyone`` rises to 66.5 % [63.2, 69.8] of the members without a rule, to 60.4 % [56.6, 64.3]
under linkedin2008, which blocks permanently, and to 67.5 % [64.8, 70.2] under linkedin2021. Under
these three rules, in this order, the invasions end as follows. ``everyone`` can invade: from 1 % it
rises to 5.4 % [3.4, 7.4], 3.0 % [1.8, 4.2] and 5.0 % [3.1, 6.8]. ``interacted`` hardly can: it ends
at 1.1 % [0.8, 1.4], 1.4 % [1.2, 1.7] and 1.2 % [0.8, 1.6], members who try it at random included.
``close_friends`` cannot: it ends at 0.8 % [0.6, 1.0], 0.6 % [0.4, 0.8] and 0.8 % [0.6, 1.0]. With
the payoff ``reach`` the result is much the same, but from equal thirds linkedin2008 does not hold
back ``everyone``: it rises to 61.0 % [59.5, 62.5], 63.8 % [61.8, 65.8] and 64.2 % [63.3, 65.1].
From 1 % it rises to 5.0 % [3.7, 6.3], 3.8 % [3.1, 4.4] and 4.8 % [3.6, 6.1]. ``interacted`` ends at
1.3 % [0.6, 1.9], 1.5 % [0.9, 2.1] and 1.2 % [0.8, 1.7], and ``close_friends`` at 1.0 % [0.8, 1.2],
0.8 % [0.6, 1.0] and 0.9 % [0.7, 1.2].
"""

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
import typer
from numpy.typing import ArrayLike, NDArray

import sim
from sim import commands
from sim.plots.captions import spoken

from . import studies
from .imitation import Imitation, Payoff
from .takeover_shares import (
    EQUAL,
    NOBODY,
    POLICIES,
    RULES,
    at_the_end,
    each,
    estimated,
    finding,
    invaded,
    invaders,
    ruled,
    starts,
    text,
    thirds,
    words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROOT = np.sqrt(3) / 2
UNDECIDED = "#7F7F7F"
"""The colour of a path at whose end no policy is the largest in each run."""


Every = Annotated[
    int,
    typer.Option(
        "--every", metavar="DAYS", min=1, help="Number of days between two rounds of copying."
    ),
]
Chance = Annotated[
    float,
    typer.Option(
        "--chance",
        metavar="P",
        min=0,
        max=1,
        help="Chance that a member compares itself with another member in a round.",
    ),
]
Mutation = Annotated[
    float,
    typer.Option(
        "--mutation",
        metavar="P",
        min=0,
        max=1,
        help="Chance that a member switches to a policy at random after a round.",
    ),
]
Payoffs = Annotated[
    list[Payoff] | None,
    typer.Option(
        "--payoff",
        help="What members compare: the connections gained since the last round, or the reach (the "
        "number of members within two steps); can be repeated; default: gained.",
    ),
]
Beta = Annotated[
    float,
    typer.Option(
        "--beta",
        metavar="B",
        min=0,
        help="How strongly the difference of the payoffs counts for copying; 0: not at all.",
    ),
]


def ternary(shares: ArrayLike) -> NDArray[np.float64]:
    """Return the place of three shares in a triangle of side 1.

    The first has the corner at the bottom left, the second at the bottom right, the third on top.
    ``shares`` has the shape (…, 3), and the result (…, 2).
    """
    shares = np.asarray(shares, np.float64)
    return np.stack([shares[..., 1] + shares[..., 2] / 2, ROOT * shares[..., 2]], axis=-1)


def main(
    members: commands.Members = None,
    days: commands.Days = None,
    replications: studies.Replications = 3,
    seed: commands.Seed = None,
    jobs: commands.Jobs = None,
    out: commands.Out = Path("results/takeover"),
    every: Every = 30,
    chance: Chance = 0.2,
    beta: Beta = 4.0,
    mutation: Mutation = 0.001,
    payoff: Payoffs = None,
    settings: commands.Settings = None,
) -> None:
    """Find which way of inviting spreads if members copy others who have gained or reach more.

    Prints the share of members who have each policy (way of inviting) at the end, for several
    shares at the start and several rules of the platform; writes shares.csv, figures and
    provenance.json to --out. Defaults: 10,000 members, 730 days, 3 replications, seed 1. Takes 2
    minutes on two idle cores, and 4 more with --payoff reach.
    """
    base = commands.chosen(
        None,
        settings,
        defaults={"members": 10_000, "days": 730},
        members=members,
        days=days,
        seed=seed,
    )
    if every > base.days:
        raise sim.InputError(
            f"--every: too large (got {every}); must be {base.days} or less, the days of a run"
        )
    kinds = [
        Imitation(every, chance, beta, kind.value, mutation)
        for kind in dict.fromkeys(payoff or [Payoff.gained])
    ]
    points = [(rule, start) for rule in RULES for start in starts()]
    design = [
        {"platform.preset": rule, "policies": dict(zip(POLICIES, start, strict=True))}
        for rule, start in points
    ]
    with studies.written_to(
        out,
        base,
        replications=replications,
        jobs=jobs,
        imitation=[*map(repr, kinds)],
        starts=starts(),
    ) as outcome:
        tables = []
        for kind in kinds:
            study = sim.Study(base, design, replications=replications, keep=kind)
            tables.append(
                estimated(studies.done(study, out / kind.payoff, jobs), points).assign(
                    payoff=kind.payoff
                )
            )
        shares = pd.concat(tables, ignore_index=True)
        outcome.tables["shares"] = shares[["payoff", *shares.columns.drop("payoff")]]
        copying = (
            f"copying every {every} days with chance {chance:g} and β = {beta:g}, "
            f"mutation {mutation:g}"
        )
        setting = studies.setting(base, replications, copying)
        outcome.figures["flow"] = flow(shares, setting)
        equal = shares[shares["start"] == EQUAL]
        outcome.figures["shares"] = over_time(equal, thirds(equal), setting)
        few = invaders(shares)
        outcome.figures["invasions"] = over_time(few, invaded(few), setting)
    studies.print_answer(text(shares), studies.filled(*words(shares)), out=out)


@sim.plots.in_our_look
def flow(shares: pd.DataFrame, setting: str) -> "Figure":
    """Draw the paths of the mean shares in triangles, one for each payoff and rule.

    A path goes from a small dot to the head of an arrow.
    """
    payoffs = list(dict.fromkeys(shares["payoff"]))
    figure = sim.plots.sheet(0.8 + 2.4 * len(payoffs))
    axes = figure.subplots(len(payoffs), len(RULES), squeeze=False)
    for row, payoff in zip(axes, payoffs, strict=True):
        for axis, rule in zip(row, RULES, strict=True):
            _triangle(axis)
            for _, there in shares[(shares["rule"] == rule) & (shares["payoff"] == payoff)].groupby(
                "start", sort=False
            ):
                wide = there.pivot(index="day", columns="policy", values="mean")[list(POLICIES)]
                first = at_the_end(there)[at_the_end(there)["always"]]["policy"]
                _path(axis, ternary(wide.to_numpy()), str(first.iloc[0]) if len(first) else NOBODY)
            axis.set_title(f"by {payoff}, {ruled(rule)}", loc="center", pad=2)
    colours = f"a path has the colour of the policy that is the largest {each(shares)}, or is grey"
    sim.plots.headed(figure, finding(shares), f"{setting} Means; {colours}.")
    return figure


def _triangle(axis: "Axes") -> None:
    """Draw the triangle, its lines of equal thirds, and the names of its corners."""
    look = sim.plots.styles(POLICIES)
    corners = ternary(np.eye(3))
    axis.plot(*corners[[0, 1, 2, 0]].T, color="#595959", linewidth=0.9)
    middle = ternary([1 / 3] * 3)
    # beyond these lines a policy is no longer the largest
    for one, other in itertools.combinations(range(3), 2):
        axis.plot(
            *np.array([middle, (corners[one] + corners[other]) / 2]).T,
            color="#E6E6E6",
            linewidth=0.9,
            zorder=0,
        )
    for (x, y), policy, below, side in zip(
        corners, POLICIES, (-0.04, -0.04, 0.03), ("left", "right", "center"), strict=True
    ):
        edge = -0.08 if side == "left" else 0.08 if side == "right" else 0
        where: dict[str, Any] = {
            "ha": side,
            "va": "top" if below < 0 else "bottom",
            "fontsize": 8,
            "color": look[policy].colour,
        }
        axis.text(x + edge, y + below, spoken(policy), **where)
    axis.set_aspect("equal")
    axis.set_xlim(-0.1, 1.1)
    axis.set_ylim(-0.12, ROOT + 0.12)
    axis.set_axis_off()


def _path(axis: "Axes", path: NDArray[np.float64], policy: str) -> None:
    colour = UNDECIDED if policy == NOBODY else sim.plots.styles(POLICIES)[policy].colour
    axis.plot(*path.T, color=colour, linewidth=1.1, alpha=0.85)
    axis.plot(*path[0], "o", color=colour, markersize=2.5)
    moved = np.flatnonzero(np.linalg.norm(path - path[-1], axis=1) > 0.02)
    if len(moved):  # else it has no direction
        heads: dict[str, Any] = {
            "arrowstyle": "-|>",
            "color": colour,
            "linewidth": 0,
            "mutation_scale": 9,
            "shrinkA": 0,
            "shrinkB": 0,
        }
        axis.annotate("", path[-1], path[moved[-1]], arrowprops=heads)


@sim.plots.in_our_look
def over_time(equal: pd.DataFrame, said: str, setting: str) -> "Figure":
    """Draw shares over time, a line for each policy, with their intervals."""
    look = sim.plots.styles(POLICIES)
    payoffs = list(dict.fromkeys(equal["payoff"]))
    figure = sim.plots.sheet(1.0 + 1.9 * len(payoffs))
    axes = figure.subplots(len(payoffs), len(RULES), sharey=True, sharex=True, squeeze=False)
    for (i, payoff), (j, rule) in itertools.product(enumerate(payoffs), enumerate(RULES)):
        axis = axes[i, j]
        for policy in POLICIES:
            line = equal[
                (equal["payoff"] == payoff) & (equal["rule"] == rule) & (equal["policy"] == policy)
            ]
            style = look[policy]
            bounds = (100 * line["low"].clip(lower=0), 100 * line["high"].clip(upper=1))
            axis.fill_between(line["day"], *bounds, color=style.colour, alpha=0.25, linewidth=0)
            axis.plot(
                line["day"],
                100 * line["mean"],
                color=style.colour,
                linestyle=style.line,
                label=spoken(policy),
            )
        axis.set_title(f"by {payoff}, {ruled(rule)}")
        axis.set_xlim(0, equal["day"].max())
    axes[0, 0].set_ylim(0, min(100, 110 * equal["high"].max()))
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right center", frameon=False, fontsize=8)
    for axis in axes[:, 0]:
        axis.set_ylabel("members, %")
    for axis in axes[-1]:
        axis.set_xlabel("days since opening")
    sim.plots.headed(figure, said, f"{setting} Bands: 95 % intervals.")
    return figure


if __name__ == "__main__":
    commands.launch(main, interrupted=studies.INTERRUPTED)
