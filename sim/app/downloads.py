"""The downloads of the page: the scenario as TOML, tables as CSV, the picture as PNG."""

import base64
import io
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import solara
import tomli_w
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ..plots.captions import spoken
from ..plots.style import GREY, INK, styles
from . import network, summary_text
from .comparison import Comparison

KINDS = {"toml": "application/toml", "csv": "text/csv", "png": "image/png"}


def scenario_toml(comparison: Comparison, place: int = 0) -> bytes:
    """Return the scenario of a world, with every parameter, for ``Scenario.from_toml``.

    ``place`` is 0 for the first world, 1 for the second.
    """
    return tomli_w.dumps(comparison.worlds[place].model.scenario.to_dict()).encode()


def series_csv(comparison: Comparison) -> bytes:
    """Return the measures by world, day and policy."""
    with comparison.lock:
        return _csv([world.series() for world in comparison.worlds])


def summary_csv(comparison: Comparison) -> bytes:
    """Return all measures of today by world and policy, as ``sim.run`` would at the end."""
    with comparison.lock:
        return _csv([world.model.result().summary for world in comparison.worlds])


def _csv(tables: list[pd.DataFrame]) -> bytes:
    """Return the tables of world A, and of B if there is one, as one table with a column world."""
    table = pd.concat(
        [table.assign(world=letter) for table, letter in zip(tables, "AB", strict=False)]
    )
    table = table[["world", *table.columns.drop("world")]]
    return table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()


def picture_png(comparison: Comparison) -> bytes:
    """Draw the network of the first world as on the page, with today's summary and a legend."""
    with comparison.lock:
        positions, model = comparison.positions, comparison.first.model
        shown, view = positions.shown, model.engine.view
        x, y = positions.x.copy(), positions.y.copy()
        old = network.few(positions.edges[~positions.new], len(shown))
        new = positions.edges[positions.new]
        degree, policy = view.column("degree")[shown], view.policy[shown].copy()
        blocked = view.restricted[shown]
        title = " ".join([summary_text.today(comparison.first), network.caption(comparison)])
    colour = network.new_colour(model.scenario.policies)
    figure = Figure(figsize=(7.5, 7.5), dpi=160, layout="constrained")
    axis = figure.subplots()
    ends = np.stack([x, -y], axis=-1)  # in a browser, y grows downwards
    axis.add_collection(
        LineCollection(
            list(ends[old]), colors="#000000", alpha=min(0.3, 300 / (len(old) + 1)), linewidths=0.5
        )
    )
    axis.add_collection(LineCollection(list(ends[new]), colors=colour, linewidths=0.8))
    for number, (name, style) in enumerate(styles(model.scenario.policies).items()):
        here = policy == number
        size = (3.2 + 0.3 * np.sqrt(degree)) ** 2 * max(0.35, min(2.0, 1_000 / len(shown)))
        free, out = here & ~blocked, here & blocked
        mark: dict[str, Any] = {"marker": style.marker, "linewidth": 0.5, "zorder": 2}
        axis.scatter(
            x[free], -y[free], s=size[free], facecolor=style.colour, edgecolor="white", **mark
        )
        axis.scatter([], [], s=30, marker=style.marker, facecolor=style.colour, label=spoken(name))
        axis.scatter(
            x[out],
            -y[out],
            s=size[out] * 1.3,
            facecolor="white",
            edgecolor=style.colour,
            **mark | {"linewidth": 1.0},
        )
        axis.scatter(
            x[out], -y[out], s=size[out] * 0.5, marker="x", color=INK, linewidth=0.8, zorder=3
        )
    axis.scatter([], [], marker="x", color=INK, s=18, label="blocked")
    axis.plot([], [], color=colour, label="connected today")
    axis.set_axis_off()
    axis.set_aspect("equal")
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8, labelcolor=INK)
    figure.suptitle(textwrap.fill(title, 105), x=0.02, ha="left", fontsize=9, color=GREY)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


@solara.component_vue("download.vue")
def _Button(label: str, file: dict[str, Any], event_wanted: Callable[..., None]) -> None:
    """Show a button that requests the file, and saves it when it arrives."""


@solara.component
def Download(label: str, name: str, make: Callable[[], bytes]) -> None:
    """Show a button for a file, which ``make`` writes when the button is pressed."""
    file, set_file = solara.use_state({"serial": 0, "name": name, "kind": "", "content": ""})

    def wanted(_: Any = None) -> None:
        content = base64.b64encode(make()).decode()
        set_file(
            {
                "serial": file["serial"] + 1,
                "name": name,
                "kind": KINDS[name.rpartition(".")[2]],
                "content": content,
            }
        )

    _Button(label=label, file=file, event_wanted=wanted)
