"""Designs: the points of a study, each a combination of values for some of a scenario's parameters.

A grid has every combination of values. A table, a CSV file or a list has the points that somebody
wrote down. A Latin hypercube or a Sobol' sequence draws points evenly from ranges. Every design is
a table: a column for each dotted parameter name, a row for each point, in a fixed order. Values are
read by the parameters themselves, so a name or a value that does not fit is an error before
anything runs. An error in a combination of values shows when its point is run.
"""

from .design import MOST_POINTS, Design, as_text
from .drawn import from_salib, latin_hypercube, sobol
from .listed import designed, grid, points

__all__ = [
    "MOST_POINTS",
    "Design",
    "as_text",
    "designed",
    "from_salib",
    "grid",
    "latin_hypercube",
    "points",
    "sobol",
]
