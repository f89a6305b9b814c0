"""Figures, their captions and their look."""

from .figures import (
    FURTHER,
    KINDS,
    headed,
    in_our_look,
    mutuality,
    network,
    plane,
    reach,
    save,
    sheet,
    styles,
    survival,
)

__all__ = [
    "FURTHER",
    "KINDS",
    "headed",
    "in_our_look",
    "mutuality",
    "network",
    "plane",
    "reach",
    "save",
    "sheet",
    "styles",
    "survival",
]
