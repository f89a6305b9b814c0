"""One part of the calibration: a table of runs over the prior, a second one in the narrowed box.

The runs are studies, so they can be stopped and continued, on this machine or on another: the
folders ``wide`` and ``narrow`` may be copied from the machine where they were run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import sim

from . import prior as priors
from . import scored, studies
from .posterior import Posterior, Table, coverage, quantiles, within_half
from .prior import Numbers, Prior
from .targets import Targets

RECOVERED = 200
"""Points of the table that are the data in turn."""
NEAREST = 0.2
"""Part of a table that a posterior is made of."""
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
TABLES = ("wide", "narrow")
"""Folders of the two tables: over the prior, and in the box that the first leaves."""
WIDE, NARROW = range(len(TABLES))
"""Streams of the draws of the two tables."""
APART = 100_000
"""Distance between the seeds of the two tables: more than either has runs."""


@dataclass(frozen=True)
class Part:
    """What to calibrate to what."""

    name: str
    base: sim.Scenario
    prior: Prior
    targets: Targets
    probed: int
    """Members who are probes."""
    runs: int
    """Runs of each of the two tables."""
    jobs: int | None

    def calibrated(self, folder: Path) -> "Calibrated":
        """Run both tables and return what fits.

        Raises
        ------
        InputError
            A run failed, or too few points keep the bounds.
        """
        points = self.prior.drawn(self.runs, self.base.seed, WIDE)
        wide = self._found(points, WIDE, folder)
        places, found = self._kept(points, wide, self.prior)
        there = self._table(places, found).posterior(nearest(len(places), len(self.targets.near)))
        low, high = quantiles(self.prior.points(there.places), there.weights, (0.005, 0.995))
        box = self.prior.narrowed(np.vstack([low, high]))
        more = box.drawn(self.runs, self.base.seed, NARROW)
        narrow = self._found(more, NARROW, folder)
        # points of the first table within the box were drawn as evenly as those of the second,
        # which come first, as it is they that are recovered
        both, numbers = np.concatenate([more, points]), pd.concat([narrow, wide])
        places, found = self._kept(both, numbers, box)
        table = self._table(places, found)
        return Calibrated(self, box, table, nearest(len(places), len(self.targets.near)))

    def _found(self, points: Numbers, stream: int, folder: Path) -> pd.DataFrame:
        """Run points, each with a seed of its own, and return their numbers."""
        first = self.base.seed + APART * stream
        design = [
            {**changed, "seed": first + place}
            for place, changed in enumerate(priors.changes(self.prior.names, points))
        ]
        keep = scored.Measured(self.targets.rows, self.probed)
        # a study calls keep.live with the scenario
        study = sim.Study(self.base, design, replications=1, keep=keep)  # type: ignore[arg-type]
        runs = studies.done(study, folder / TABLES[stream], self.jobs)
        return runs[[*self.targets.near, *self.targets.bounds]]

    def _kept(
        self, points: Numbers, found: pd.DataFrame, within: Prior
    ) -> tuple[Numbers, pd.DataFrame]:
        """Return the places and numbers of points in a box that keep the bounds."""
        kept = within.valid(points) & found[[*self.targets.near]].notna().all(axis=1).to_numpy()
        for name, bound in self.targets.bounds.items():
            kept &= ~((found[name] < bound.low) | (found[name] > bound.high)).to_numpy()
        least = 4 * (len(self.targets.near) + 1)
        if kept.sum() < least:
            raise sim.InputError(
                f"{self.name}: {kept.sum()} of {len(points)} runs keep the bounds and have all "
                f"numbers; must be {least} or more: take more runs, or a wider prior"
            )
        return within.places(points[kept]), found[kept]

    def _table(self, places: Numbers, found: pd.DataFrame) -> Table:
        near = self.targets.near
        return Table(
            places,
            found[[*near]].to_numpy(np.float64),
            np.array([target.value for target in near.values()]),
            np.array([target.tolerance for target in near.values()]),
            self.base.seed,
        )


def nearest(runs: int, numbers: int) -> int:
    """Return how many points of a table a posterior is made of."""
    return min(runs - 2, max(round(NEAREST * runs), 3 * (numbers + 1)))


@dataclass(frozen=True)
class Calibrated:
    """What fits, and how well it is known."""

    part: Part
    box: Prior
    """The narrowed ranges."""
    table: Table
    kept: int
    """Points that a posterior is made of."""

    @property
    def posterior(self) -> Posterior:
        """The posterior for the data."""
        return self.table.posterior(self.kept)

    def sample(self) -> pd.DataFrame:
        """Return the points of the posterior, with their weights."""
        there = self.posterior
        points = self.box.points(there.places)
        valid = self.part.prior.valid(points)
        columns = priors.stored_columns(self.box.names, points[valid])
        weights = there.weights[valid] / there.weights[valid].sum()
        return pd.DataFrame(columns | {"weight": np.round(weights, 8)})

    def parameters(self) -> pd.DataFrame:
        """Return a row for each parameter.

        Its default, range, quantiles of the posterior, whether the default lies between the
        quartiles, and ``told``: the part of the prior's variance that the data take away.
        """
        there, names = self.posterior, self.box.names
        points = self.box.points(there.places)
        own = priors.defaults(self.box, self.part.base)
        low, lower, middle, upper, high = quantiles(points, there.weights, LEVELS)
        before = self.part.prior.drawn(10_000, self.part.base.seed)
        centred = points - there.weights @ points
        told = 1 - (there.weights @ centred**2) / before.var(axis=0)
        return pd.DataFrame(
            {
                "parameter": names,
                "default": own,
                "least": [parameter.low for parameter in self.part.prior.parameters],
                "most": [parameter.high for parameter in self.part.prior.parameters],
                "q05": low,
                "q25": lower,
                "median": middle,
                "q75": upper,
                "q95": high,
                "within": (lower <= own) & (own <= upper),
                "told": told,
            }
        )

    def default_in_region(self) -> float:
        """Return the smallest part of the posterior whose region has the defaults; 1 if none."""
        own = priors.defaults(self.box, self.part.base)[None, :]
        if not self.box.valid(own)[0]:
            return 1.0
        return within_half(self.posterior, self.box.places(own)[0])

    def recovered(self) -> pd.DataFrame:
        """Return how often known points are covered by their 90 % ranges, by parameter."""
        points = range(min(RECOVERED, len(self.table.places)))
        return coverage(self.table.recovered(points, self.kept), self.box.names)

    def fitted(self) -> pd.DataFrame:
        """Return a row for each target: it, and the runs nearest to all targets."""
        away = (self.table.found - self.table.target) / self.table.tolerance
        best = np.argsort((away**2).sum(axis=1), kind="stable")[: self.kept // 4]
        low, middle, high = np.quantile(self.table.found[best], (0.05, 0.5, 0.95), axis=0)
        return pd.DataFrame(
            {
                "number": [*self.part.targets.near],
                "target": self.table.target,
                "tolerance": self.table.tolerance,
                "q05": low,
                "median": middle,
                "q95": high,
            }
        )
