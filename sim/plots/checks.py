"""Checks of the arguments of ``sim.plots``, before anything is drawn."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ..errors import InputError
from ..files import destination
from ..parameters.kinds import shown

if TYPE_CHECKING:
    import networkx as nx

ESTIMATE = ("mean", "low", "high")
"""The columns of an estimate and its interval."""


def estimates(name: str, table: Any, kind: str, wanted: Sequence[str], *keys: str) -> pd.DataFrame:
    """Return the rows of a long table that are to be drawn.

    Parameters
    ----------
    name : str
        Name of the argument.
    table : DataFrame
        With the columns population and policy, ``kind``, ``keys`` (numbers) and the estimate.
    kind : str
        A column that tells rows apart.
    wanted : sequence of str
        The values of this column to draw; each must have a row.
    *keys : str
        Further columns that must be numbers.

    Raises
    ------
    InputError
        It is not a table, lacks columns or rows, or has other values than numbers.
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{name}: not a table (got {shown(table)}); must be a pandas.DataFrame")
    needed = ("population", "policy", kind, *keys, *ESTIMATE)
    for column in needed:
        if list(table.columns).count(column) != 1:
            there = ", ".join(map(str, table.columns)) or "none"
            raise InputError(
                f"{name}: no single column {column} (got {there}); must have {', '.join(needed)}"
            )
    for column in (*keys, *ESTIMATE):
        if not is_numeric_dtype(table[column]):
            raise InputError(f"{name}: {column} is not all numbers; must be numbers")
    drawn = table[table[kind].isin(list(wanted)) & (table["policy"] != "all")]
    for one in wanted:
        if not (drawn[kind] == one).any():
            raise InputError(f"{name}: no policy has a row of {kind} {one}; must have one or more")
    return drawn


def words(name: str, given: Any) -> str:
    """Return a text for a figure; raise an ``InputError`` if it is not a text."""
    if not isinstance(given, str):
        raise InputError(f"{name}: not a text (got {shown(given)}); must be a text")
    return given


def names(name: str, given: Any) -> list[str]:
    """Return names of policies; raise an ``InputError`` if they are not names."""
    listed = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    if isinstance(given, str) or not all(isinstance(one, str) for one in listed):
        raise InputError(
            f"{name}: not names (got {shown(given)}); must be a list of names of policies"
        )
    return listed


def without(name: str, given: Any, measure: str) -> list[str]:
    """Return the policies for which a measure can only be 0.

    Parameters
    ----------
    name : str
        Name of the argument.
    given : mapping or None
        From policies to names of measures.
    measure : str

    Raises
    ------
    InputError
        It is not a mapping to names.
    """
    listed = {} if given is None else given
    if not isinstance(listed, Mapping) or any(isinstance(of, str) for of in listed.values()):
        raise InputError(
            f"{name}: not measures by policy (got {shown(given)}); must be as "
            "sim.none_by_assumption returns"
        )
    return [str(policy) for policy, measures in listed.items() if measure in measures]


def society(graph: Any, policies: Sequence[str]) -> "nx.Graph[int]":
    """Return a graph; raise an ``InputError`` if it has no members of these policies."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise InputError(
            f"graph: not a network (got {shown(graph)}); must be a networkx.Graph, as "
            "result.graph()"
        )
    has = {data.get("policy") for _, data in graph.nodes(data=True)}
    if None in has or has.isdisjoint(policies):
        there = ", ".join(sorted(map(str, has))) or "no members"
        raise InputError(
            f"graph: members without a policy of {', '.join(policies)} (got {there}); "
            "must be as result.graph() gives it, and the policies those of its members"
        )
    return graph


def yes_or_no(name: str, given: Any) -> bool:
    """Return a truth value; raise an ``InputError`` if it is something else."""
    if not isinstance(given, bool):
        raise InputError(f"{name}: not True or False (got {shown(given)}); must be one of them")
    return given


def place(path: Any, endings: Iterable[str]) -> Path:
    """Return the path of a figure.

    Raises
    ------
    InputError
        It has no name, or an ending that is not in ``endings``.
    """
    read: Path = destination(path)
    if not read.name:
        raise InputError(f"{read}: not the name of a file; must be a path that ends in one")
    if read.suffix and read.suffix.lower() not in endings:
        raise InputError(
            f"{read}: not an ending of a figure (got {read.suffix}); must be one of "
            f"{', '.join(endings)}, or none"
        )
    return read


def figure(given: Any) -> Any:
    """Return a figure; raise an ``InputError`` if it is not a figure of matplotlib."""
    from matplotlib.figure import Figure

    if not isinstance(given, Figure):
        raise InputError(f"figure: not one (got {shown(given)}); must be a figure of sim.plots")
    return given
