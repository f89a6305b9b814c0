"""Figures, their captions and their look."""

from .curves import curves
from .figures import mutuality, plane, reach, survival
from .heat_maps import heat_maps
from .society import network
from .style import FURTHER, KINDS, headed, in_our_look, save, sheet, styles

__all__ = [
    "FURTHER",
    "KINDS",
    "curves",
    "headed",
    "heat_maps",
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
