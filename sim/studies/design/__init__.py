"""Designs: the points of a study, each a combination of values for some of a scenario's parameters.

A grid has every combination of values. A table, a CSV file or a list has the points that the user
wrote down. A Latin hypercube or a Sobol' sequence draws points evenly from ranges. Every design is
a table with a column for each dotted parameter name and a row for each point, in a fixed order.
Names and values are checked as those of any scenario, so a wrong one is an error before anything
runs. Whether the values of a point go together is checked when the point is run.
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
