"""The charts of the page: small line charts as SVG, and bars of the outcomes of invitations.

A chart is redrawn every day, so it is written as text, which takes a few milliseconds. Its labels
and axes have the colour of the page's text, so they suit light and dark; a policy has the same
colour and dashes as in every figure.
"""

import html
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.labels import label
from ..plots.captions import percent, spoken
from ..plots.style import BUILT_IN, FINEST, Style, styles

WIDE, HIGH = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 24
"""The size of a chart and of its margins, in its own units; it is stretched to fit the page."""
OUTCOMES = {
    "accepted": label("acceptance").column,
    "declined": label("declined").column,
    "waiting": "waiting",
    "idk": label("idk_rate").column,
    "void": "void, as one of the two has left",
}
"""The outcomes of an invitation, and their names on the page; the last is shown if it occurs."""
Line = NDArray[np.float64]
"""Values on days 1, 2 ..."""
Lines = Mapping[str, Line]
Scale = Callable[[float], float]


def line_chart(
    name: str,
    lines: Lines,
    days: int,
    *,
    share: bool,
    look: Mapping[str, tuple[str, str]],
    mark: int | None = None,
    together: Sequence[Lines] | None = None,
) -> str:
    """Draw lines over the days as SVG.

    Parameters
    ----------
    name : str
        What is drawn, for screen readers.
    lines : mapping
        The values of each line on days 1, 2 ..., by name; nothing is drawn where they are NaN.
    days : int
        The last day on the axis.
    share : bool
        Whether the values are shares, to be written in percent.
    look : mapping
        The colour and dashes of each line, by name.
    mark : int, optional
        A day to mark with a vertical line.
    together : sequence of mappings, optional
        All lines that must fit the scale, if there are more than these. Two charts with the same
        ``together`` can be compared.
    """
    known = np.concatenate([line for some in together or [lines] for line in some.values()])
    known = known[~np.isnan(known)]
    low, high, step = _scale(known.min(initial=0), known.max(initial=0), 0.04 if share else 4.0)

    def across(day: float) -> float:
        return LEFT + (WIDE - LEFT - RIGHT) * day / max(days, 1)

    def up(value: float) -> float:
        return HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * (value - low) / (high - low)

    parts: list[str] = []
    for tick in np.arange(round((high - low) / step) + 1) * step + low:
        y = up(tick)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 5}" y="{y + 3.5:.1f}" text-anchor="end">'
            f"{_tick(tick, share, step)}</text>"
        )
    parts += [
        f'<text x="{across(day):.1f}" y="{HIGH - 8}" text-anchor="middle">'
        f"{'' if day else 'day '}{day}</text>"
        for day in _days(days)
    ]
    if mark is not None:
        x = across(mark)
        parts.append(
            f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HIGH - BOTTOM}"/>'
        )
    for line_name, line in lines.items():
        colour, dashes = look[line_name]
        parts.append(
            f'<path d="{_path(line, across, up)}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dashes}"/>'
        )
    ends = [
        f"{spoken(line_name)} {_last_value(line, share)}".replace("-", "−")
        for line_name, line in lines.items()
    ]
    label = html.escape(f"{name}: {', '.join(ends)}")
    box = f'viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{label}"'
    return f'<svg class="chart" {box}>{"".join(parts)}</svg>'


def outcome_bars(totals: pd.DataFrame) -> str:
    """Draw the outcomes of each policy's invitations as bars in HTML.

    Parameters
    ----------
    totals : DataFrame
        As ``World.totals`` returns it.
    """
    counts: dict[Any, dict[Any, int]] = totals.to_dict("index")
    rows = []
    for policy, style in styles(totals.index).items():
        row = counts[policy]
        pieces = "".join(
            f'<span class="{outcome}" style="flex:{row[outcome]};--colour:{style.colour}"></span>'
            for outcome in OUTCOMES
            if row[outcome]
        )
        within = f" ({_counted(row, 'unseen')} {label('unseen').column})" if row["unseen"] else ""
        words = " · ".join(
            f"{_counted(row, outcome)} {name}{within if outcome == 'declined' else ''}"
            for outcome, name in OUTCOMES.items()
            if outcome != "void" or row[outcome]
        )
        rows.append(
            f'<div class="outcomes" data-policy="{html.escape(policy)}">'
            f"<div>{swatch(style)} {html.escape(spoken(policy))}: "
            f"{_counted(row, 'sent')} sent</div>"
            f'<div class="bar" aria-hidden="true">{pieces}</div>'
            f'<div class="words">{words}</div></div>'
        )
    return "".join(rows)


def _counted(row: Mapping[Any, int], outcome: str) -> str:
    return f'<span data-outcome="{outcome}">{row[outcome]:,}</span>'


def swatch(style: Style) -> str:
    """Draw a policy's marker and line in small, for a legend."""
    colour, dashes = stroke(style)
    shapes = {
        "o": '<circle cx="13" cy="6" r="4.2"/>',
        "s": '<rect x="9" y="2" width="8" height="8"/>',
        "^": '<path d="M13 1L18 10H8Z"/>',
        "v": '<path d="M13 11L18 2H8Z"/>',
        "D": '<path d="M13 0L18 6L13 12L8 6Z"/>',
    }
    shape = shapes.get(str(style.marker), shapes["D"])
    ink = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
    drawn = f'<line x1="0" x2="26" y1="6" y2="6" {ink}/><g fill="{colour}">{shape}</g>'
    return f'<svg class="swatch" viewBox="0 0 26 12" aria-hidden="true">{drawn}</svg>'


def stroke(style: Style) -> tuple[str, str]:
    """Return the colour and the dashes of a policy's line.

    The line for everybody has the colour of the page's text.
    """
    dashes = (
        " ".join(str(2 * length) for length in style.line[1])
        if isinstance(style.line, tuple)
        else ""
    )
    return ("currentColor" if style == BUILT_IN["all"] else style.colour), dashes


def _path(line: Line, across: Scale, up: Scale) -> str:
    pen, moves = "M", []
    for place in np.unique(np.linspace(0, len(line) - 1, FINEST).astype(int)) if len(line) else ():
        day, value = place + 1, float(line[place])
        if math.isnan(value):
            pen = "M"
        else:
            moves.append(f"{pen}{across(day):.1f} {up(value):.1f}")
            pen = "L"
    return "".join(moves)


def _scale(low: float, high: float, least: float) -> tuple[float, float, float]:
    """Return the ends of a round scale that holds both values, and its step: 3 to 6 steps."""
    high = max(high, low + least)
    rough = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    bottom = math.floor(low / step + 1e-9) * step
    return bottom, max(math.ceil(high / step - 1e-9) * step, bottom + step), step


def _tick(value: float, share: bool, step: float) -> str:
    shown = 100 * value if share else value
    digits = max(0, -math.floor(math.log10(100 * step if share else step) + 1e-9))
    digits += (step * 10**digits * (100 if share else 1)) % 1 > 1e-6
    return f"{shown + 0.0:,.{digits}f}".replace("-", "−") + (" %" if share else "")


def _days(days: int) -> list[int]:
    step = next(
        (size for size in (1, 2, 5, 10, 20, 30, 60, 90, 180, 365, 730, 1825) if days / size <= 6),
        3650,
    )
    return list(range(0, days + 1, step))


def _last_value(line: Line, share: bool) -> str:
    known = line[~np.isnan(line)]
    if not len(known):
        return "not yet known"
    return percent(float(known[-1])) if share else f"{known[-1]:.1f}"
