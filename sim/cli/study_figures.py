"""The figures that ``invitesim sweep`` draws beside its table."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import plots
from ..errors import InputError
from ..measures.assumed import none_by_assumption
from ..measures.labels import LABELS
from ..parameters.settings import column_of
from ..plots.captions import Assumed
from ..scenario.scenario import Scenario
from ..society.logged import with_log
from ..studies.study import Study
from ..studies.table import StudyTable

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FIGURES = "figures"
"""The folder of the figures, in that of the study."""
SHOWN = ("degree", "reach2_share", "reciprocity", "blocked")
"""The measures that are drawn, of those that the study keeps; if it keeps none of them, the first
ones that have a label."""
MOST = 12
"""The most values of a parameter in a heat map."""
MOST_LINES = 9


def draw(study: Study, table: StudyTable, folder: Path) -> list[str]:
    """Draw what one or two varied parameters change; write the figures as PNG and SVG.

    Returns
    -------
    list of str
        The names of the figures; none if no parameter varies, or more than two.
    """
    names = study.design.names
    if not 1 <= len(names) <= 2:
        return []
    kept = [name for name in table.measures if name in LABELS]
    measures = [name for name in kept if name in SHOWN] or kept[: len(SHOWN)]
    columns = [column_of(name, table.schema.names) for name in names]
    runs = table.to_pandas(["replication", "seed", "policy", *columns, *measures, "error"])
    runs = runs[runs["error"].isna()].drop_duplicates(["replication", "policy", *columns])
    if not measures or runs.empty:
        return []
    lived = with_log(study.scenario)
    setting = f"{lived.members:,} people, {lived.days:,} days."
    assumed = none_by_assumption(*_societies(study))
    written = []
    for name, figure in _figures(runs, columns, measures, setting, assumed):
        plots.save(figure, folder / FIGURES / name)
        written.append(name)
    return written


def _societies(study: Study) -> Iterator[Scenario]:
    """Yield the scenario of each point; one whose values do not fit together has no run."""
    for place in range(len(study.design)):
        with suppress(InputError):
            yield study.scenario.replace(study.design.point(place))


def _figures(
    runs: "pd.DataFrame",
    columns: list[str],
    measures: list[str],
    setting: str,
    assumed: Assumed,
) -> "Iterator[tuple[str, Figure]]":
    """Yield figures with their names."""
    about: Any = {"setting": setting, "assumed": assumed}
    values = [runs[column].nunique(dropna=False) for column in columns]
    if len(columns) == 1:
        yield "curves", plots.curves(runs, columns[0], measures, **about)
        return
    x, y = columns
    if values[1] <= MOST_LINES:
        yield "curves", plots.curves(runs, x, measures, lines=y, **about)
    if max(values) <= MOST:
        for measure in measures:
            yield measure, plots.heat_maps(runs, x, y, measure, **about)
