"""Regression adjustment: on a simulator whose posterior is known."""

import numpy as np
import pytest
from scipy.special import expit

from experiments import posterior
from experiments.posterior import Table

SLOPES = np.array([[4.0, 0.0], [2.0, 3.0], [1.0, -1.0]])
"""Three numbers of two parameters; errors are standard normal."""


def gaussian(runs: int, seed: int = 1) -> Table:
    """Return a table of logits that are standard normal, and of linear numbers of them."""
    logits = np.random.default_rng(seed).normal(size=(runs, 2))
    target = SLOPES @ [0.5, -0.4]
    return Table(expit(logits), logits @ SLOPES.T, target, np.ones(3), seed)


def known(target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and sd of the posterior of the logits, from the theory of linear models."""
    precision = np.eye(2) + SLOPES.T @ SLOPES
    return np.linalg.solve(precision, SLOPES.T @ target), np.sqrt(np.diag(np.linalg.inv(precision)))


def logits(there: posterior.Posterior) -> np.ndarray:
    return np.log(there.places / (1 - there.places))


def test_the_posterior_is_the_known_one():
    table = gaussian(20_000)
    there = table.posterior(1_000)
    values, (mean, sd) = logits(there), known(table.target)
    assert there.weights.sum() == pytest.approx(1)
    assert there.weights @ values == pytest.approx(mean, abs=0.02)
    low, middle, high = posterior.quantiles(values, there.weights, [0.05, 0.5, 0.95])
    assert middle == pytest.approx(mean, abs=0.03)
    assert (high - low) / (2 * 1.645) == pytest.approx(sd, rel=0.08)


def test_regression_takes_away_what_nearness_leaves():
    table = gaussian(1_000)
    _, sd = known(table.target)
    nearest = np.argsort(((table.blurred() - table.target) ** 2).sum(axis=1))[:300]
    plain = np.std(logits(posterior.Posterior(table.places[nearest], np.ones(300))), axis=0)
    low, high = posterior.quantiles(
        logits(there := table.posterior(300)), there.weights, [0.16, 0.84]
    )
    assert (plain > 1.4 * sd).all()
    assert ((high - low) / 2 < 1.2 * sd).all()


def test_known_points_are_recovered():
    ranks = gaussian(1_000).recovered(range(200), 250)
    table = posterior.coverage(ranks, ["a", "b"])
    assert table["parameter"].tolist() == ["a", "b", "all"]
    assert 0.85 <= table["covered"].iloc[-1] <= 0.95
    assert table["mean_rank"].between(0.44, 0.56).all()
    # a posterior that is too narrow is found out
    narrow = 0.5 + 1.6 * (ranks - 0.5)
    assert posterior.coverage(narrow, ["a", "b"])["covered"].iloc[-1] < 0.85


def test_a_point_at_the_centre_is_within_half_and_one_far_away_is_not():
    there = gaussian(5_000).posterior(500)
    centre = expit(there.weights @ logits(there))
    assert posterior.within_half(there, centre) < 0.05
    assert posterior.within_half(there, expit(logits(there).mean(axis=0) + 1)) > 0.99


def test_weighted_quantiles_are_those_of_repeated_values():
    values = np.array([[3.0], [1.0], [2.0]])
    weights = np.array([0.25, 0.5, 0.25])
    assert posterior.quantiles(values, weights, [0.25, 0.9])[:, 0].tolist() == [1.0, 3.0]
