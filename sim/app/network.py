"""The network as the page draws it: members by policy, size by degree, the blocked marked, today's connections lit.

What is drawn goes to the browser as packed numbers, and ``network.vue`` draws it there on a canvas: a day of 1,000 members is some 30 kB,
and a click finds the nearest member without asking here.
"""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import solara
from numpy.typing import NDArray

from ..plots.style import FURTHER, styles
from .worlds import Worlds

MOST_EDGES = 4_000
"""Connections in the picture, at most: of more one sees nothing. Those of today are shown beside them."""
UNIT = 10_000
"""Places are sent as whole numbers, so many to the unit."""
LIT = FURTHER[0].colour
"""The colour of today's connections."""


def picture(worlds: Worlds, chosen: int | None = None) -> dict[str, Any]:
    """Put the network of the first world, as of this evening, into what ``network.vue`` draws.

    Parameters
    ----------
    worlds : Worlds
    chosen : int, optional
        The number of a member to ring.
    """
    with worlds.lock:
        places, model = worlds.places, worlds.first.model
        view = model.engine.view
        shown = places.shown
        old = few(places.edges[~places.fresh], len(shown))
        restricted = view.restricted[shown]
        ringed = np.flatnonzero(shown == chosen)
        return {
            "day": model.day,
            "numbers": _packed(shown, np.int32),
            "x": _packed(np.clip(UNIT * places.x, -32_000, 32_000), np.int16),
            "y": _packed(np.clip(UNIT * places.y, -32_000, 32_000), np.int16),
            "degree": _packed(view.column("degree")[shown], np.int32),
            "policy": _packed(view.policy[shown], np.uint8),
            "blocked": _packed(restricted, np.uint8),
            "edges": _packed(old, np.uint16),
            "fresh": _packed(places.edges[places.fresh], np.uint16),
            "styles": [
                [style.colour, style.marker] for style in styles(model.scenario.policies).values()
            ],
            "lit": LIT,
            "chosen": int(ringed[0]) if len(ringed) else -1,
        }


def few(edges: NDArray[np.int64], members: int) -> NDArray[np.int64]:
    """Choose at most ``MOST_EDGES`` edges; as the network grows, the same stay as long as they can."""
    if len(edges) <= MOST_EDGES:
        return edges
    mixed = (edges[:, 0] * members + edges[:, 1]).astype(np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )  # Knuth's multiplicative hash
    return edges[np.sort(np.argpartition(mixed, MOST_EDGES)[:MOST_EDGES])]


def caption(worlds: Worlds) -> str:
    """Say of whom and of what the picture shows only a part; nothing if it shows all."""
    places, members = worlds.places, worlds.first.model.scenario.members
    parts = (
        [f"a sample of {len(places.shown):,} of {members:,} members"]
        if len(places.shown) < members
        else []
    )
    old = len(places.edges) - int(places.fresh.sum())
    if old > MOST_EDGES:
        parts.append(
            f"{MOST_EDGES:,} of {old:,} earlier connections{' between them' if parts else ''}, and all of today’s"
        )
    return f"The picture shows {'; '.join(parts)}." if parts else ""


def _packed(values: NDArray[Any], kind: Any) -> str:
    return base64.b64encode(np.ascontiguousarray(values, kind).tobytes()).decode()


@solara.component_vue("network.vue")
def Network(
    picture: dict[str, Any],
    label: str,
    event_chosen: Callable[[int], None],
    event_drawn: Callable[[int], None],
) -> None:
    """Draw the picture; a click gives the number of the nearest member, and each drawing its day."""
