"""Strong ties: each member names the five others it has met most, as pupils name their friends.

The same recipe is applied to the model and to logs of real contacts, so that the two are
comparable.
"""

import numpy as np
from numpy.typing import NDArray

import sim

NAMED = 5
"""Others that each one names [134 pupils named 5.0 each, high school 2013]."""


def named(
    ego: NDArray[np.int64], alter: NDArray[np.int64], met: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """Return whom each one names: the others met face to face most often, ties by lot.

    Parameters
    ----------
    ego, alter, met : int array (B,)
        Bonds, one each way, and their encounters face to face.
    seed : int
        Of the lot.

    Returns
    -------
    int64 array (A, 2)
        Arcs from those who name to those who are named, by ego; members who have met fewer name
        fewer.
    """
    there = met >= 1
    ego, alter, met = ego[there], alter[there], met[there]
    lot = np.random.Generator(np.random.Philox(seed)).permutation(len(ego))
    order = np.lexsort((lot, -met, ego))
    ego, alter = ego[order], alter[order]
    rank = np.arange(len(ego)) - np.searchsorted(ego, ego)
    return np.column_stack([ego, alter])[rank < NAMED]


def clustering(arcs: NDArray[np.int64], members: int) -> float:
    """Return the mean local clustering of the graph without directions."""
    pairs = np.unique(np.sort(arcs, axis=1), axis=0).astype(np.int32)
    return float(sim.measures.clustering(sim.measures.adjacency(pairs, members)).mean())


def reciprocity(arcs: NDArray[np.int64], members: int) -> float:
    """Return the share of arcs that are returned; NaN if there is none."""
    there, back = arcs[:, 0] * members + arcs[:, 1], arcs[:, 1] * members + arcs[:, 0]
    return float(np.isin(back, there).mean()) if len(arcs) else float("nan")


def of_log(log: sim.ContactLog, seed: int = 1) -> tuple[float, float]:
    """Return clustering and reciprocity of the strong ties in a log of contacts."""
    people = len(log.people)
    pair, met = np.unique(log.ego.astype(np.int64) * people + log.alter, return_counts=True)
    one, other = pair // people, pair % people
    arcs = named(np.concatenate([one, other]), np.concatenate([other, one]), np.tile(met, 2), seed)
    return clustering(arcs, people), reciprocity(arcs, people)
