"""Figures, their captions and their look."""

from .figures import mutuality, network, plane, reach, survival
from .style import FURTHER, KINDS, headed, in_our_look, save, sheet, styles

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
