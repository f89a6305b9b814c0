"""The picture of the network.

The colour and shape of a member show its policy, and its size shows its number of connections.
Blocked members are marked, and today's connections have their own colour. The browser gets the
picture as packed numbers, and ``network.vue`` draws it on a canvas: a day of 1,000 members takes
some 30 kB, and a click finds the nearest member without a request to the server.
"""

import base64
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import solara
from numpy.typing import NDArray

from ..plots.style import FURTHER, styles
from .comparison import Comparison

MOST_EDGES = 4_000
"""The most earlier connections in the picture: with more, nothing could be recognised."""
UNIT = 10_000
"""Positions are sent as whole numbers; a distance of 1 is this number."""


def new_colour(policies: Iterable[str]) -> str:
    """Return the colour of today's connections: one that no policy has, if one is left."""
    taken = {style.colour for style in styles(policies).values()}
    return next((style.colour for style in FURTHER if style.colour not in taken), FURTHER[0].colour)


def picture(comparison: Comparison, chosen: int | None = None) -> dict[str, Any]:
    """Return the network of the first world, as of this evening, for ``network.vue``.

    Parameters
    ----------
    comparison : Comparison
    chosen : int, optional
        The number of a member to draw a ring around.
    """
    with comparison.lock:
        positions, model = comparison.positions, comparison.first.model
        view = model.engine.view
        shown = positions.shown
        old = few(positions.edges[~positions.new], len(shown))
        restricted = view.restricted[shown]
        ringed = np.flatnonzero(shown == chosen)
        return {
            "day": model.day,
            "numbers": _packed(shown, np.int32),
            "x": _packed(np.clip(UNIT * positions.x, -32_000, 32_000), np.int16),
            "y": _packed(np.clip(UNIT * positions.y, -32_000, 32_000), np.int16),
            "degree": _packed(view.column("degree")[shown], np.int32),
            "policy": _packed(view.policy[shown], np.uint8),
            "blocked": _packed(restricted, np.uint8),
            "edges": _packed(old, np.uint16),
            "new_edges": _packed(positions.edges[positions.new], np.uint16),
            "styles": [
                [style.colour, style.marker] for style in styles(model.scenario.policies).values()
            ],
            "new_colour": new_colour(model.scenario.policies),
            "chosen": int(ringed[0]) if len(ringed) else -1,
        }


def few(edges: NDArray[np.int64], members: int) -> NDArray[np.int64]:
    """Return at most ``MOST_EDGES`` of the edges.

    The choice changes as little as possible while the network grows.
    """
    if len(edges) <= MOST_EDGES:
        return edges
    keys = (edges[:, 0] * members + edges[:, 1]).astype(np.uint64)
    mixed = keys * np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hash
    return edges[np.sort(np.argpartition(mixed, MOST_EDGES)[:MOST_EDGES])]


def caption(comparison: Comparison) -> str:
    """Return a sentence on what the picture leaves out, or "" if it shows everything."""
    positions, members = comparison.positions, len(comparison.first.model.engine.view.there)
    parts = (
        [f"a sample of {len(positions.shown):,} of {members:,} members"]
        if len(positions.shown) < members
        else []
    )
    old = len(positions.edges) - int(positions.new.sum())
    if old > MOST_EDGES:
        between = " between them" if parts else ""
        parts.append(f"{MOST_EDGES:,} of {old:,} earlier connections{between}, and all of today’s")
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
    """Draw the picture.

    The data of the event "chosen" are the number of the member nearest to a click; those of "drawn"
    are the day of the picture that was drawn.
    """
