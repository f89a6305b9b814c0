"""What can be taken home from the page: the scenario as TOML, the tables as CSV, the picture as PNG."""

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
from . import network, telling
from .worlds import Worlds

KINDS = {"toml": "application/toml", "csv": "text/csv", "png": "image/png"}


def scenario_toml(worlds: Worlds, world: int = 0) -> bytes:
    """Write the scenario of a world, every parameter of it, as ``Scenario.from_toml`` reads it."""
    return tomli_w.dumps(worlds.lives[world].model.scenario.to_dict()).encode()


def series_csv(worlds: Worlds) -> bytes:
    """Write the measures by world, day and policy."""
    with worlds.lock:
        tables = [
            life.series().assign(world=name) for life, name in zip(worlds.lives, "AB", strict=False)
        ]
    table = pd.concat(tables)
    return _csv(table[["world", *table.columns.drop("world")]])


def summary_csv(worlds: Worlds) -> bytes:
    """Write all measures of today, by world and policy, as ``sim.run`` gives them at the end."""
    with worlds.lock:
        tables = [
            life.model.result().summary.assign(world=name)
            for life, name in zip(worlds.lives, "AB", strict=False)
        ]
    table = pd.concat(tables)
    return _csv(table[["world", *table.columns.drop("world")]])


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, float_format="%.6g", lineterminator="\n").encode()


def picture_png(worlds: Worlds) -> bytes:
    """Draw the network of the first world as it stands on the page, with what happened today above it and a legend."""
    with worlds.lock:
        places, model = worlds.places, worlds.first.model
        shown, view = places.shown, model.engine.view
        x, y = places.x.copy(), places.y.copy()
        old, fresh = (
            network.few(places.edges[~places.fresh], len(shown)),
            places.edges[places.fresh],
        )
        degree, policy = view.column("degree")[shown], view.policy[shown].copy()
        blocked = view.restricted[shown]
        said = " ".join([telling.today(worlds.first), network.caption(worlds)])
    figure = Figure(figsize=(7.5, 7.5), dpi=160, layout="constrained")
    axis = figure.subplots()
    ends = np.stack([x, -y], axis=-1)  # the browser counts downwards
    axis.add_collection(
        LineCollection(
            list(ends[old]), colors="#000000", alpha=min(0.3, 300 / (len(old) + 1)), linewidths=0.5
        )
    )
    axis.add_collection(LineCollection(list(ends[fresh]), colors=network.LIT, linewidths=0.8))
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
    axis.plot([], [], color=network.LIT, label="connected today")
    axis.set_axis_off()
    axis.set_aspect("equal")
    figure.legend(loc="outside lower center", ncols=5, frameon=False, fontsize=8, labelcolor=INK)
    figure.suptitle(textwrap.fill(said, 105), x=0.02, ha="left", fontsize=9, color=GREY)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


@solara.component_vue("download.vue")
def _Button(label: str, file: dict[str, Any], event_wanted: Callable[..., None]) -> None:
    """Show a button; when pressed it asks for the file and, when that comes, saves it."""


@solara.component
def Download(label: str, name: str, make: Callable[[], bytes]) -> None:
    """Offer a file that is made when it is asked for."""
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
