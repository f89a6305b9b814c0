"""Which parameters fit the data: nearest points of a table of runs, with regression adjustment.

This is approximate Bayesian computation [Beaumont, Zhang and Balding 2002, Genetics 162, 2025]. A
table has parameters drawn from a prior, and the numbers that the run at each point gave. Each
number gets an error of the size of its tolerance, since no society of the model is exactly the one
that the data come from [Wilkinson 2013, SAGMB 12(2), 129]. The points whose numbers are nearest to
the data are kept and weighted by Epanechnikov's kernel. A local linear regression of the parameters
on the numbers then moves each point to where it would be if its numbers were the data. Parameters
are regressed as the logit of their place in their range, so that none leaves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

Numbers = NDArray[np.float64]
EDGE = 1e-6
"""The nearest that a place in a range comes to an end of it."""


@dataclass(frozen=True)
class Posterior:
    """Parameters that fit the data."""

    places: Numbers
    """Places in the ranges, 0 to 1: shape (K, parameters)."""
    weights: Numbers
    """Weights of the points, which add up to 1: shape (K,)."""


@dataclass(frozen=True)
class Table:
    """A table of runs, and the data that they are compared with."""

    places: Numbers
    """The parameters of each run, as places in their ranges: shape (runs, parameters)."""
    found: Numbers
    """The numbers of each run: shape (runs, numbers)."""
    target: Numbers
    """The data: shape (numbers,)."""
    tolerance: Numbers
    """The error of each number of the data: shape (numbers,)."""
    seed: int = 1
    """Of the errors that are added to the numbers of the runs."""

    def blurred(self) -> Numbers:
        """Return the numbers of the runs with errors, in tolerances: shape (runs, numbers)."""
        errors = np.random.Generator(np.random.Philox(self.seed)).normal(size=self.found.shape)
        return self.found / self.tolerance + errors

    def posterior(self, nearest: int) -> Posterior:
        """Return the posterior for the data, from this many nearest points."""
        return adjusted(self.places, self.blurred(), self.target / self.tolerance, nearest)

    def recovered(self, points: Sequence[int], nearest: int) -> Numbers:
        """Return where known parameters lie in the posterior that their own run as data gives.

        Parameters
        ----------
        points : sequence of int
            The runs that are the data in turn, each left out of the table then.
        nearest : int
            Points that each posterior is made of.

        Returns
        -------
        float array (points, parameters)
            The posterior's probability below the known value: uniform from 0 to 1 if the method is
            right (Talts et al. 2018, arXiv:1804.06788).
        """
        blurred, others = self.blurred(), np.ones(len(self.places), np.bool_)
        ranks = []
        for point in points:
            others[point] = False
            there = adjusted(self.places[others], blurred[others], blurred[point], nearest)
            others[point] = True
            ranks.append(there.weights @ (there.places < self.places[point]))
        return np.array(ranks)


def adjusted(places: Numbers, found: Numbers, target: Numbers, nearest: int) -> Posterior:
    """Return the nearest points, moved by a weighted linear regression to the data.

    Parameters
    ----------
    places : float array (runs, parameters)
        Places in the ranges, 0 to 1.
    found : float array (runs, numbers)
    target : float array (numbers,)
        The data, in the units of ``found``.
    nearest : int
        Points to keep: more than twice as many as there are numbers.
    """
    away = found - target
    distance = np.sqrt((away**2).sum(axis=1))
    order = np.argsort(distance, kind="stable")[: nearest + 1]
    kept = order[:nearest]
    weights = 1 - (distance[kept] / distance[order[-1]]) ** 2 + EDGE
    design = np.column_stack([np.ones(nearest), away[kept]])
    values = logit(np.clip(places[kept], EDGE, 1 - EDGE))
    root = np.sqrt(weights)[:, None]
    slopes, *_ = np.linalg.lstsq(root * design, root * values, rcond=None)
    residuals = values - design @ slopes
    # as many degrees of freedom as the regression has taken are missing in the residuals
    free = weights.sum() ** 2 / (weights**2).sum()
    residuals *= np.sqrt(free / (free - design.shape[1]))
    return Posterior(expit(slopes[0] + residuals), weights / weights.sum())


def quantiles(values: Numbers, weights: Numbers, wanted: Sequence[float]) -> Numbers:
    """Return weighted quantiles of each column: shape (wanted, columns)."""
    columns = []
    for column in values.T:
        order = np.argsort(column, kind="stable")
        below = np.cumsum(weights[order]) - weights[order] / 2
        columns.append(np.interp(wanted, below / weights.sum(), column[order]))
    return np.array(columns).T


def coverage(ranks: Numbers, names: Sequence[str], level: float = 0.9) -> pd.DataFrame:
    """Return how often intervals hold the known value, by parameter and over all.

    Parameters
    ----------
    ranks : float array (points, parameters)
        As ``Table.recovered`` returns them.
    names : sequence of str
        Of the parameters.
    level : float
        Of the intervals.

    Returns
    -------
    DataFrame
        parameter ("all" for the last row), covered, points, mean_rank (1/2 if nothing is biased).
    """
    inside = np.abs(ranks - 0.5) <= level / 2
    covered = [*inside.mean(axis=0), inside.mean()]
    means = [*ranks.mean(axis=0), ranks.mean()]
    return pd.DataFrame(
        {
            "parameter": [*names, "all"],
            "covered": covered,
            "points": len(ranks),
            "mean_rank": means,
        }
    )


def within_half(posterior: Posterior, place: Numbers) -> float:
    """Return the posterior's probability of points nearer to its centre than one.

    By Mahalanobis distance of the logits; at most 1/2 if the point lies in the 50 % region.
    """
    values = logit(np.clip(posterior.places, EDGE, 1 - EDGE))
    centre = posterior.weights @ values
    inverse = np.linalg.pinv(np.cov(values.T, aweights=posterior.weights))
    away = np.vstack([values, logit(np.clip(place, EDGE, 1 - EDGE))]) - centre
    distance = np.einsum("ki,ij,kj->k", away, np.atleast_2d(inverse), away)
    return float(posterior.weights @ (distance[:-1] < distance[-1]))
