"""Reach, clustering and components: measures of the network of connections."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import graphs
from .definitions import Floats, Ints


class Adjacency(NamedTuple):
    """The connections of a society, as rows of neighbours.

    The neighbours of member v are ``indices[indptr[v]:indptr[v + 1]]``. Neighbours with a larger
    number than v begin at ``middle[v]``.
    """

    indptr: Ints
    middle: Ints
    indices: NDArray[np.int32]

    @property
    def members(self) -> int:
        """Return the number of members, N."""
        return len(self.indptr) - 1


def adjacency(connections: NDArray[np.int32], members: int) -> Adjacency:
    """Return connections as rows of neighbours.

    Parameters
    ----------
    connections : int32 array (E, 2)
        Pairs of members 0 … N-1, each once, the smaller first.
    members : int
        N.

    Examples
    --------
    >>> import sim
    >>> society = sim.measures.adjacency([(0, 1), (1, 2)], members=4)
    >>> society.members
    4
    """
    return Adjacency(*graphs.neighbours(_pairs(connections), members))


def reach(society: Adjacency, egos: Ints | None = None) -> tuple[Ints, Ints]:
    """Count the others within two and within three steps of connections.

    Parameters
    ----------
    society : Adjacency
    egos : int array (K,), optional
        The members whose reach is counted; None: all members.

    Returns
    -------
    two, three : int64 array (K,)
        Numbers from 0 to N-1.

    Examples
    --------
    >>> import sim
    >>> two, three = sim.measures.reach(sim.measures.adjacency([(0, 1), (1, 2), (2, 3)], 4))
    >>> two.tolist(), three.tolist()
    ([2, 3, 3, 2], [3, 3, 3, 3])
    """
    if egos is None:
        two, three = graphs.reach_of_all(society.indptr, society.indices)
    else:
        two, three = graphs.reach_of(
            society.indptr, society.indices, np.ascontiguousarray(egos, np.int64)
        )
    return two, three


def clustering(society: Adjacency, egos: Ints | None = None) -> Floats:
    """Return the local clustering of egos: the share of pairs of neighbours that are connected.

    It is from 0 to 1, and 0 for an ego with fewer than two neighbours. The mean over all members is
    ``networkx.average_clustering`` (Watts and Strogatz 1998).
    """
    degree = np.diff(society.indptr).astype(np.float64)
    if egos is None:
        found = graphs.triangles_of_all(society.indptr, society.middle, society.indices)
    else:
        egos = np.ascontiguousarray(egos, np.int64)
        degree = degree[egos]
        found = graphs.triangles(society.indptr, society.middle, society.indices, egos)
    pairs = degree * (degree - 1) / 2
    local: Floats = np.divide(found, pairs, out=np.zeros(len(pairs)), where=pairs > 0)
    return local


def in_largest_component(connections: NDArray[np.int32], members: int) -> NDArray[np.bool_]:
    """Return for each member whether it is in the largest connected component.

    If several components are equally large, the one that has the smallest member is taken.
    """
    component = graphs.components(_pairs(connections), members)
    in_largest: NDArray[np.bool_] = component == np.argmax(np.bincount(component))
    return in_largest


def _pairs(connections: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.ascontiguousarray(connections, np.int32).reshape(-1, 2)
