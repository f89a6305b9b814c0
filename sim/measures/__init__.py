"""Measures of a run: reach, reciprocity and blocking, and statistics over replications."""

from .assumed import NONE
from .clearly import LEAST_RUNS
from .definitions import DENOMINATORS, MEASURES
from .egos import EXACT_REACH, choose_egos, means
from .joint import joint
from .labels import LABELS, Label, label
from .reach import adjacency, clustering, in_largest_component, reach
from .summary import summary
from .survival import LEAST_AT_RISK, survival, time_to_block

__all__ = [
    "DENOMINATORS",
    "EXACT_REACH",
    "LABELS",
    "LEAST_AT_RISK",
    "LEAST_RUNS",
    "MEASURES",
    "NONE",
    "Label",
    "adjacency",
    "choose_egos",
    "clustering",
    "in_largest_component",
    "joint",
    "label",
    "means",
    "reach",
    "summary",
    "survival",
    "time_to_block",
]
