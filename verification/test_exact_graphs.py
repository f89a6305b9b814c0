"""Tests of the exact laws of networks: against closed forms, and against plain simulation."""

import numpy as np
import pytest

from . import exact_graphs


def test_T9_without_crossings_is_the_textbook_form():
    n, m, a = 60, 8, 0.5
    p = m / (n - 1)
    textbook = exact_graphs.mean_degree(n, m, a) - (n - 1) * p * p * (1 - a) ** 2
    assert textbook == pytest.approx((n - 1) * (1 - (1 - a * p) ** 2))
    assert textbook == pytest.approx(7.72881, abs=5e-6)
    assert exact_graphs.mean_degree(150, 12, 0.35) == pytest.approx(8.6899, abs=5e-5)
    assert exact_graphs.degree(n, m, a).mean == pytest.approx(exact_graphs.mean_degree(n, m, a))


def test_T9_has_less_clustering_than_its_density():
    assert exact_graphs.clustering(400, 25, 0.7) == pytest.approx(0.08457, abs=5e-6)
    assert exact_graphs.mean_degree(400, 25, 0.7) / 399 == pytest.approx(0.08615, abs=5e-6)
    # who invites all others leaves nothing to depend on
    assert exact_graphs.clustering(10, 9, 0.7) == pytest.approx(1)


def test_T9_against_plain_simulation():
    n, m, a = 12, 4, 0.3
    draw = np.random.default_rng(9)
    means = []
    for _ in range(1500):
        invites = np.argsort(draw.random((n, n - 1)), axis=1)[:, :m]
        arcs = np.zeros((n, n), dtype=bool)
        rows = np.repeat(np.arange(n), m)
        arcs[rows, (invites + (invites >= np.arange(n)[:, None])).ravel()] = True
        answers = np.triu(draw.random((n, n)) < a, 1)
        means.append(2 * np.triu((arcs & arcs.T) | ((arcs ^ arcs.T) & answers), 1).sum() / n)
    assert np.mean(means) == pytest.approx(
        exact_graphs.mean_degree(n, m, a),
        abs=4 * exact_graphs.sd_of_mean_degree(n, m, a) / np.sqrt(len(means)),
    )
    assert np.std(means) == pytest.approx(
        exact_graphs.sd_of_mean_degree(n, m, a), rel=4 / np.sqrt(2 * len(means))
    )


@pytest.mark.parametrize("f", [0.22, 0.68])
def test_T11_is_the_closed_form(f):
    law = exact_graphs.arc_share(f, 100_000)
    assert law.mean == pytest.approx(2 * f / (1 + f), rel=1e-5)
    # the delta method
    sd = 2 / (1 + f) ** 2 * np.sqrt(f * (1 - f) / 100_000)
    assert law.sd == pytest.approx(sd, rel=1e-3)


def test_T12_against_plain_simulation():
    """Test the moments of 10,000 random graphs of 30 members."""
    n, p, runs = 30, 0.4, 10_000
    upper = np.triu(np.random.default_rng(12).random((runs, n, n)) < p, 1).astype(np.float32)
    graphs = upper + upper.transpose(0, 2, 1)
    degree = graphs.sum(axis=2)
    triangles = ((graphs @ graphs) * graphs).sum(axis=2) / 2
    clustering = (triangles / np.maximum(degree * (degree - 1) / 2, 1)).mean(axis=1)
    more = degree - 1 - (n - 2) * p
    products = np.einsum("ri,rij,rj->r", more, upper, more, optimize=True)
    assortativity = products / (n * (n - 1) / 2 * p * (n - 2) * p * (1 - p))
    for seen, mean, sd in (
        (degree.mean(axis=1) / (n - 1), p, exact_graphs.sd_of_density(n, p)),
        (clustering, p, exact_graphs.sd_of_clustering(n, p)),
        (assortativity, 0, exact_graphs.sd_of_assortativity(n, p)),
    ):
        assert seen.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(runs))
        assert seen.std() == pytest.approx(sd, rel=6 / np.sqrt(2 * runs))
