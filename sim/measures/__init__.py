"""Measures: what a run says about reach, reciprocity and blocking, and how sure one may be."""

from .definitions import (
    EXACT_REACH,
    LEAST_AT_RISK,
    MEASURES,
    adjacency,
    choose_egos,
    clustering,
    in_largest_component,
    means,
    reach,
    summary,
    survival,
)

__all__ = [
    "EXACT_REACH",
    "LEAST_AT_RISK",
    "MEASURES",
    "adjacency",
    "choose_egos",
    "clustering",
    "in_largest_component",
    "means",
    "reach",
    "summary",
    "survival",
]
