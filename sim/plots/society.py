"""The figure of a small society: its members and their connections."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import captions, checks
from .captions import spoken
from .style import INK, headed, in_our_look, sheet, styles

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.figure import Figure


@in_our_look
def network(
    graph: "nx.Graph[int]", policies: Sequence[str], setting: str = "", *, title: bool = True
) -> "Figure":
    """Draw a small society: its members, coloured by policy, and their connections.

    Members that were blocked are marked.

    Parameters
    ----------
    graph : networkx.Graph
        As ``Result.graph()`` returns it: the nodes have ``policy``, and ``blocked_day`` if blocked.
        It should have a few hundred nodes at most.
    policies : sequence of str
        The policies to draw, in the order of the legend.
    setting : str
        Society, days and seed of the graph, for the line below the figure.
    title : bool
        Whether a sentence is written above the figure.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=60, days=30))
    >>> figure = sim.plots.network(result.graph(), ["everyone", "interacted"])
    """
    from matplotlib.collections import LineCollection

    policies = checks.names("policies", policies)
    graph, setting = checks.society(graph, policies), checks.words("setting", setting)
    figure = sheet(5.6)
    axis = figure.subplots()
    place = _positions(graph)
    ends = [(place[ego], place[alter]) for ego, alter in graph.edges]
    faint: dict[str, Any] = {
        "colors": "#000000",
        "alpha": min(0.2, 300 / (len(ends) + 1)),
        "linewidths": 0.5,
    }
    # rasterised: as lines they would make a large file
    axis.add_collection(LineCollection(ends, rasterized=True, **faint))
    members = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    members["degree"] = pd.Series(dict(graph.degree))
    members["blocked"] = members["blocked_day"].notna() if "blocked_day" in members else False
    members["x"], members["y"] = zip(*(place[member] for member in members.index), strict=True)
    groups = {policy: members[members["policy"] == policy] for policy in policies}
    groups = {policy: here for policy, here in groups.items() if len(here)}
    for policy, style in styles(groups).items():
        here, blocked = groups[policy], groups[policy][groups[policy]["blocked"]]
        mark: dict[str, Any] = {
            "s": 42,
            "marker": style.marker,
            "edgecolor": style.colour,
            "linewidth": 1.2,
        }
        name = f"{spoken(policy)}: {here['degree'].mean():.0f} connections in the mean"
        axis.scatter(here["x"], here["y"], facecolor=style.colour, label=name, zorder=2, **mark)
        axis.scatter(blocked["x"], blocked["y"], facecolor="white", zorder=3, **mark)
        axis.scatter(
            blocked["x"], blocked["y"], s=18, marker="x", color=INK, linewidth=1.1, zorder=4
        )
    axis.scatter([], [], s=18, marker="x", color=INK, linewidth=1.1, label="blocked")
    figure.legend(loc="outside right center", frameon=False, fontsize=8, labelcolor=INK)
    axis.set_axis_off()
    axis.set_aspect("equal")
    headed(
        figure,
        captions.network(pd.concat(groups.values())),
        f"{setting} The better connected, the nearer to the centre.",
        title=title,
    )
    return figure


def _positions(graph: "nx.Graph[int]") -> dict[int, tuple[float, float]]:
    """Return the positions of members on a disc, the better connected nearer to the centre.

    They are evenly spread, like the seeds of a sunflower.
    """
    falling = sorted(graph.nodes, key=lambda member: (-graph.degree[member], member))
    radius = np.sqrt((np.arange(len(falling)) + 0.5) / len(falling))
    angle = np.arange(len(falling)) * np.pi * (3 - np.sqrt(5))
    return dict(
        zip(falling, zip(radius * np.cos(angle), radius * np.sin(angle), strict=True), strict=True)
    )
