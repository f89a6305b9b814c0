"""The result of a run: its tables, its networks, and one file to keep them in.

The file is a zip that can be read without Python: the scenario is in TOML, the tables in Parquet,
the provenance in JSON. The same run gives the same bytes, except for ``provenance.json``, which has
the time.
"""

import io
import json
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tomli_w
from numpy.typing import NDArray

from .. import parquet
from ..errors import InputError
from ..files import atomic_write
from ..machine import memory
from ..parameters.checks import located, toml_loaded
from ..scenario.scenario import Scenario
from ..society.logged import told

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

FORMAT = "invitesim result"
VERSION = 1
"""The content of ``format.json``; the version increases when earlier releases can't read new
files."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold; it replaces the time of writing."""
ENTRY_BYTES = 64 * 2**20
"""An entry may have this number of bytes even if the zip file is smaller, because somebody may have
compressed the zip."""
_TABLES = ("summary", "series", "members", "connections", "arcs", "invitations")
ENTRIES = {
    "format.json",
    "scenario.toml",
    "provenance.json",
    *(f"{name}.parquet" for name in _TABLES),
}
"""The entries of a result."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    RuntimeError,
    EOFError,
    OSError,
    ArithmeticError,
)
"""Exceptions that are raised when damaged bytes are read."""
RIGHT = "must be a file that Result.save has written"


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """The outcome of a run: its tables, its networks and its provenance.

    Examples
    --------
    >>> import sim
    >>> result = sim.run(sim.Scenario(members=100, days=30))
    >>> result
    <Result: 100 members (everyone, interacted, close_friends), 30 days, seed 1>
    >>> result.graph().number_of_nodes()
    100
    >>> result.save("result.zip")
    >>> sim.load("result.zip").summary.equals(result.summary)
    True
    """

    scenario: Scenario
    """The scenario that was run."""
    summary: "pd.DataFrame"
    """A row for each policy and one for ``all``, a column for each measure (see
    `measures.summary`)."""
    series: "pd.DataFrame"
    """A row for each day and policy: the measures that make sense by day."""
    members: "pd.DataFrame"
    """A row for each member, from 0 to N-1."""
    invitations: "pd.DataFrame | None"
    """A row for each invitation; None unless the run kept a log of them."""
    connections: NDArray[np.int32]
    """Pairs of connected members, shape (E, 2): ego < alter, sorted."""
    arcs: NDArray[np.int32]
    """Arcs ego → alter of the outreach graph, shape (A, 2), sorted: ego has invited alter, or has
    accepted an invitation of alter."""
    provenance: dict[str, Any]
    """How the result was made: parameters, seeds, versions, commit, machine, time (see
    `provenance`)."""

    def __repr__(self) -> str:
        """Return members, policies, days and seed, for a prompt."""
        policies = ", ".join(self.scenario.policies)
        days, seed = self.scenario.days, self.scenario.seed
        return f"<Result: {len(self.members)} members ({policies}), {days} days, seed {seed}>"

    @property
    def about_log(self) -> str:
        """Return a line on the contact log of the meetings; "" if meetings were drawn at random."""
        return told(self.provenance["log"]) if "log" in self.provenance else ""

    def graph(self) -> "nx.Graph[int]":
        """Return the network of connections.

        Returns
        -------
        networkx.Graph
            Nodes from 0 to N-1, with the columns of ``members`` as attributes. Missing values (NA),
            such as ``blocked_day`` of a member never restricted, are left out, so that networkx can
            write the graph in any of its formats.
        """
        import networkx as nx

        return self._network(nx.Graph(), self.connections)

    def outreach(self) -> "nx.DiGraph[int]":
        """Return the outreach graph, a directed graph with nodes as in `graph`.

        It has an arc i → j if i has invited j, or has accepted an invitation of j.
        """
        import networkx as nx

        return self._network(nx.DiGraph(), self.arcs)

    def _network(self, network: Any, pairs: NDArray[np.int32]) -> Any:
        table = self.members.drop(columns="member")
        names, known = [str(name) for name in table], table.notna().to_numpy()
        columns = [table[name].astype(object).tolist() for name in names]
        for member, values in enumerate(zip(*columns, strict=True)):
            network.add_node(
                member,
                **{
                    name: value
                    for name, value, there in zip(names, values, known[member], strict=True)
                    if there
                },
            )
        network.add_edges_from(pairs.tolist())
        return network

    def save(self, path: str | Path) -> None:
        """Write the result to one file, whole or not at all; ``sim.load`` reads it.

        If a policy has a function of the user, the file has only the function's source, in the
        provenance.

        Raises
        ------
        InputError
            The file can't be written.
        """
        content = {
            "format.json": _json({"format": FORMAT, "version": VERSION}),
            "scenario.toml": tomli_w.dumps(self.scenario.to_dict()).encode(),
            "summary.parquet": _parquet(self.summary),
            "series.parquet": _parquet(self.series),
            "members.parquet": _parquet(self.members),
            "connections.parquet": _pairs_to_parquet(self.connections),
            "arcs.parquet": _pairs_to_parquet(self.arcs),
        }
        if self.invitations is not None:
            content["invitations.parquet"] = _parquet(self.invitations)
        content["provenance.json"] = _json(self.provenance)
        with atomic_write(path) as beside, zipfile.ZipFile(beside, "w") as archive:
            for name in content:
                archive.writestr(_entry(name), content[name])


def load(path: str | Path) -> Result:
    """Read a result that ``Result.save`` has written.

    Warns
    -----
    UserWarning
        A policy had a function of the user. A file holds no functions, so the policy that is read
        has none; the function's source is in ``provenance["conditions"]``.

    Raises
    ------
    InputError
        The file does not exist, is not a result, is damaged, or was written by a newer version.
    """
    path = located(path)
    content = _content(path)
    try:
        stamp = json.loads(content["format.json"])
        ours, version = stamp["format"] == FORMAT, int(stamp["version"])
    except DAMAGE:
        ours, version = False, VERSION
    if not ours:
        raise InputError(f"{path}: a zip, but not a result of invitesim; {RIGHT}")
    if version > VERSION:
        raise InputError(
            f"{path}: of a newer invitesim (format {version}); must be of format {VERSION} or "
            "lower, or upgrade invitesim"
        )
    try:
        result = _from_content(content)
    except DAMAGE as error:
        raise InputError(f"{path}: damaged ({_reason(error)}); {RIGHT}") from None
    if conditions := result.provenance.get("conditions"):
        warnings.warn(
            f"{path}: a file holds no functions, so the scenario that was read is without the "
            f"condition of {', '.join(conditions)}; the source is in provenance['conditions']",
            stacklevel=2,
        )
    return result


def _content(path: Path) -> dict[str, bytes]:
    """Read the entries of a result; this checks the checksums of the zip.

    ``save`` does not compress, so no entry is larger than the file. If somebody has compressed the
    zip anew, texts may be larger.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            most = max(path.stat().st_size, ENTRY_BYTES)
            content = {}
            for entry in archive.infolist():
                with archive.open(
                    entry
                ) as stream:  # checks the name, also of entries that are not read
                    if entry.filename not in ENTRIES:
                        continue
                    if entry.file_size > most:
                        raise ValueError(f"{entry.filename} is of {entry.file_size:,} bytes")
                    content[entry.filename] = stream.read()
            return content
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror or error}); {RIGHT}") from None
    except DAMAGE as error:
        raise InputError(
            f"{path}: not a result, or a damaged one ({_reason(error)}); {RIGHT}"
        ) from None


def _from_content(content: dict[str, bytes]) -> Result:
    scenario = Scenario(**toml_loaded(content["scenario.toml"].decode()))
    _check_sizes(content, scenario)

    def table(name: str) -> "pd.DataFrame":
        return parquet.frame(parquet.table(io.BytesIO(content[f"{name}.parquet"])))

    provenance = json.loads(content["provenance.json"])
    if not isinstance(provenance, dict) or not isinstance(provenance.get("conditions", {}), dict):
        raise TypeError("provenance.json is not of a run")
    return Result(
        scenario=scenario,
        summary=table("summary"),
        series=table("series"),
        members=table("members"),
        invitations=table("invitations") if "invitations.parquet" in content else None,
        connections=_pairs_from_parquet(content["connections.parquet"]),
        arcs=_pairs_from_parquet(content["arcs.parquet"]),
        provenance=provenance,
    )


def _check_sizes(content: dict[str, bytes], scenario: Scenario) -> None:
    """Raise a ``ValueError`` if tables have more rows than is possible, or than fit into memory.

    A few bytes of Parquet can hold billions of equal rows.
    """
    import pyarrow.parquet

    members, policies = scenario.most_members, len(scenario.policies) + 1
    most = {
        "summary": policies,
        "series": policies * (scenario.days + 1),
        "members": members,
        "connections": members * (members - 1) // 2,
        "arcs": members * (members - 1),
    }
    needed = 0
    for name, packed in content.items():
        if name.endswith(".parquet"):
            table = pyarrow.parquet.ParquetFile(io.BytesIO(packed)).metadata
            limit = most.get(name.removesuffix(".parquet"), table.num_rows)
            if table.num_rows > limit:
                raise ValueError(f"{name} has {table.num_rows:,} rows, at most {limit:,} can be")
            groups = (table.row_group(place) for place in range(table.num_row_groups))
            needed += table.num_rows * table.num_columns * 8
            needed += sum(group.total_byte_size for group in groups)
    there = memory()
    if there is not None and needed > there:
        raise ValueError(f"it takes {needed / 2**30:.0f} GiB, there are {there / 2**30:.0f}")


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry that is the same on every system and at any time.

    It is not compressed, as the tables already are.
    """
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.create_system = 3  # Unix
    entry.external_attr = 0o644 << 16
    return entry


def _json(tree: dict[str, Any]) -> bytes:
    return json.dumps(tree, indent=2, ensure_ascii=False).encode() + b"\n"


def _parquet(table: "pd.DataFrame") -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, engine="pyarrow", compression="zstd", index=False)
    return buffer.getvalue()


def _pairs_to_parquet(pairs: NDArray[np.int32]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    buffer = io.BytesIO()
    table = pyarrow.table({"ego": pairs[:, 0], "alter": pairs[:, 1]})
    # sorted pairs differ little from one to the next, so differences take less room
    pyarrow.parquet.write_table(
        table,
        buffer,
        compression="zstd",
        use_dictionary=False,
        column_encoding="DELTA_BINARY_PACKED",
    )
    return buffer.getvalue()


def _pairs_from_parquet(content: bytes) -> NDArray[np.int32]:
    table = parquet.table(io.BytesIO(content))
    return np.column_stack([table["ego"].to_numpy(), table["alter"].to_numpy()])
