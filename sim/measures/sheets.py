"""A table of runs as arrays: each measure by group and run, with its denominator if it has one."""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .definitions import EVERYBODY, RATIOS, Floats
from .intervals import ratio
from .rates import Shares, independent_effect

if TYPE_CHECKING:
    import pandas as pd

POLICY = "policy"


class Sheets:
    """The runs of each group, one array (groups, runs) for a measure.

    Parameters
    ----------
    runs : DataFrame
        A row for each run and group.
    by : sequence
        The columns whose combinations are groups. Groups are in the order in which they appear.
    run : str, optional
        The column that identifies a run in every group; None: the order of the rows does.
    """

    def __init__(
        self, runs: "pd.DataFrame", by: Sequence[Hashable], run: str | None = None
    ) -> None:
        import pandas as pd

        grouped = runs.groupby(list(by), sort=False, observed=True, dropna=False)
        self._runs, self._by = runs, list(by)
        self._place = grouped.ngroup().to_numpy()
        self._run = np.asarray(grouped.cumcount() if run is None else pd.factorize(runs[run])[0])
        _, first, self.rows = np.unique(self._place, return_index=True, return_counts=True)
        self.groups = runs[self._by].iloc[first].reset_index(drop=True)
        """The combinations of ``by``, a row for each group."""

    def values(self, column: Hashable) -> Floats:
        """Return a column as an array (groups, runs); NaN where a group has no such run."""
        width = int(self._run.max()) + 1 if len(self._run) else 0
        array: Floats = np.full((len(self.groups), width), np.nan)
        array[self._place, self._run] = self._runs[column].to_numpy(float, na_value=np.nan)
        return array

    def shares(self, measure: Hashable) -> Shares | None:
        """Return a rate or a member share; None if it is neither, or its denominator is missing."""
        own = RATIOS.get(str(measure))
        if own is None or own.denominator not in self._runs:
            return None
        wholes = self.values(own.denominator)
        parts = self.values(measure) * wholes
        if own.kind == "rate":
            return Shares(parts, wholes)
        # without the squares they are taken as those of a yes or no, which are larger
        has_squares = own.squares is not None and own.squares in self._runs
        squares = self.values(own.squares) if has_squares else parts
        known = ~np.isnan(parts) & (wholes > 0)
        part, whole, square = (
            np.where(known, array, 0).sum(axis=1) for array in (parts, wholes, squares)
        )
        return Shares(parts, wholes, *self._independent(part, whole, square))

    def _independent(self, part: Floats, whole: Floats, square: Floats) -> tuple[Floats, Floats]:
        """Return the design effect of independent members, by group, and the smallest plausible.

        The row of all members is made of policies, if the rows of all policies are there.
        """
        apart = ratio(part**2, whole, 0.0)
        between = apart.copy()
        if POLICY in self._by:
            everybody = (self.groups[POLICY] == EVERYBODY).to_numpy()
            others = [column for column in self._by if column != POLICY]
            societies = self.groups.groupby(others or (lambda row: 0), sort=False, dropna=False)
            society = societies.ngroup().to_numpy()
            of_policies = [
                np.bincount(society, np.where(everybody, 0, sums))[society]
                for sums in (whole, apart)
            ]
            complete = everybody & np.isclose(of_policies[0], whole)
            between[complete] = of_policies[1][complete]
        independent, least = independent_effect(part, whole, square, between)
        plain = np.isclose(independent, 1.0)  # a yes or no of the members of one policy
        return np.where(plain, 1.0, independent), np.where(plain, 0.0, least)
