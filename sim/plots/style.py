"""The look of figures: colours, markers and lines of policies, and the settings of matplotlib.

A policy looks the same in every figure. Colour-blind people can tell the colours apart. In a grey
copy the markers and lines are still different.
"""

import functools
import itertools
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..files import atomic_write
from ..parameters.checks import real
from . import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.typing import LineStyleType, MarkerType


class Style(NamedTuple):
    """How a policy is drawn."""

    colour: str
    marker: "MarkerType"
    line: "LineStyleType"


BUILT_IN = {
    "everyone": Style("#D55E00", "o", "solid"),
    "interacted": Style("#0072B2", "s", (0, (5, 1.5))),
    "close_friends": Style("#009E73", "^", (0, (1.2, 1.2))),
    "all": Style("#595959", "D", (0, (4, 1.5, 1, 1.5))),
}
"""The styles of the built-in policies and of all members together; the colours are those of Okabe
and Ito (2008)."""
FURTHER = (
    Style("#CC79A7", "v", (0, (7, 1.5, 1.2, 1.5))),
    Style("#E69F00", "P", (0, (3, 1.5))),
    Style("#56B4E9", "X", (0, (1, 2.5))),
    Style("#000000", "*", (0, (8, 3))),
    Style("#8C7300", "h", (0, (2, 1, 2, 3))),
)
"""The styles of other policies, in the order in which the policies are named; after the last style
the first is used again."""
KINDS = {
    "mixed": "mixed: one society",
    "alone": "alone: a society each",
    "newcomer": "few among others: a society each",
}
"""Titles of panels: from the populations of the comparison to words. Other populations have their
own name as title."""
WIDTH = 7.5
"""Inches: the width of the text of a page, for which the sizes of fonts are chosen."""
LOOK: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#595959",
    "axes.linewidth": 0.8,
    "xtick.color": "#404040",
    "ytick.color": "#404040",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "lines.linewidth": 1.6,
    "figure.dpi": 160,
    "savefig.dpi": 160,
    "svg.hashsalt": "invitesim",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}
METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""From the endings of files that can be written to what the files leave out, so that the same
figure has the same bytes."""
FINEST = 150
"""The most points of a line: more points can't be seen and make large files."""
INK, GREY, PALE = "#262626", "#595959", "#E6E6E6"


def styles(policies: Iterable[str]) -> dict[str, Style]:
    """Return the style of each policy; policies that are not built in get ``FURTHER`` in order."""
    further = itertools.cycle(FURTHER)
    names = dict.fromkeys(checks.names("policies", policies))
    return {name: BUILT_IN[name] if name in BUILT_IN else next(further) for name in names}


def all_styles(names: Iterable[str]) -> dict[str, Style]:
    """Return a style for each name, in order, for lines that are not those of policies."""
    looks = itertools.cycle([*FURTHER, *BUILT_IN.values()])
    return {str(name): next(looks) for name in dict.fromkeys(names)}


def in_our_look[**P](draw: "Callable[P, Figure]") -> "Callable[P, Figure]":
    """Return a function that draws in our look, whatever the user's settings of matplotlib are."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> "Figure":
        from matplotlib import style

        with style.context(["default", LOOK]):
            return draw(*args, **kwargs)

    return drawn


def sheet(height: float) -> "Figure":
    """Return an empty figure as wide as the text of a page and ``height`` inches high."""
    from matplotlib.figure import Figure

    height = real("height", height, 0.1, 1000)
    return Figure(figsize=(WIDTH, height), layout="constrained")


def headed(figure: "Figure", finding: str, below: str, *, title: bool = True) -> None:
    """Write the finding of a figure above it, and the data from which it is drawn below it.

    Parameters
    ----------
    figure : Figure
    finding, below : str
    title : bool
        Whether the finding is written; in a paper, which has its own caption, it need not be.
    """
    figure, below = checks.figure(figure), checks.words("below", below)
    finding = checks.words("finding", finding)
    if checks.yes_or_no("title", title):
        text = textwrap.fill(finding, 82)
        figure.suptitle(text, x=0.01, ha="left", fontsize=10, fontweight="bold", color=INK)
    figure.supxlabel(textwrap.fill(below.strip(), 135), x=0.01, ha="left", fontsize=7.5, color=GREY)


def save(figure: "Figure", path: str | Path) -> None:
    """Write a figure as PNG, SVG or PDF.

    The same figure has the same bytes.

    Parameters
    ----------
    figure : Figure
    path : str or Path
        Its ending, ``.png``, ``.svg`` or ``.pdf``, says which kind of file is written. Without an
        ending both a PNG and an SVG are written, with this name and their endings.

    Raises
    ------
    InputError
        The ending is another one, or the file can't be written.

    Examples
    --------
    >>> import sim
    >>> runs = sim.replicate(sim.Scenario(members=60, days=30), 3, jobs=1)
    >>> figure = sim.plots.curves(runs.assign(size=60), "size", "degree")
    >>> sim.plots.save(figure, "degree.pdf")
    """
    from matplotlib import style

    figure, path = checks.figure(figure), checks.place(path, METADATA)
    endings = [path.suffix.lower()] if path.suffix else [".png", ".svg"]
    with style.context(["default", LOOK]):
        for ending in endings:
            with atomic_write(path.with_suffix(path.suffix or ending)) as beside:
                figure.savefig(beside, metadata=METADATA[ending])
