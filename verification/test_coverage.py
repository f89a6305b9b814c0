"""A slice of the coverage study: a cell in seven, each with fewer studies.

A cell fails if its coverage is so far below (above) its bound that this has a probability of
``FALSE_ALARMS`` / number of bounds where the bound is just kept, so all of them together raise a
false alarm with probability ``FALSE_ALARMS`` at most (Bonferroni). The seeds are fixed.
"""

from pathlib import Path

import pytest
from scipy import stats

from . import coverage
from .checks import FALSE_ALARMS
from .coverage import Cell

SLICE, STUDIES, SWEEPS = 7, 2000, 300
ALL = list(enumerate(coverage.cells()))
SWEPT = [place for place, cell in ALL if cell.question == "clearly"]
CELLS = [*ALL[: SWEPT[0] : SLICE], ALL[SWEPT[-1]], *ALL[SWEPT[-1] + 1 :: SLICE]]


def test_the_page_has_the_numbers_of_cells() -> None:
    page = (Path(__file__).parents[1] / "docs" / "verification.md").read_text(encoding="utf-8")
    words = " ".join(page.split())
    assert f"{len(ALL) - len(SWEPT)} cells with {coverage.STUDIES:,} studies each" in words
    assert f"({len(CELLS)} cells, {STUDIES:,} studies each" in words


@pytest.mark.parametrize(("place", "cell"), CELLS)
def test_intervals_hold_what_they_promise(place: int, cell: Cell) -> None:
    studies = SWEEPS if cell.question == "clearly" else STUDIES
    hits = round(studies * coverage.seen(cell, place, studies))
    each = FALSE_ALARMS / (2 * len(CELLS))
    assert stats.binom.ppf(each, studies, coverage.at_least(cell)) <= hits
    assert hits <= stats.binom.isf(each, studies, coverage.at_most(cell))
