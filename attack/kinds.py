"""More faults of the kinds that were once found here: each row with new inputs.

A row has inputs that must be refused in a line, and such as must come out right.
"""

import copy
import gzip
import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import mesa
import numpy as np
import pandas as pd

import sim
from sim.files import destination

from .trials import REFUSED, Outcome, Refused, Wrong, returned

SMALL = sim.Scenario(members=30, days=6, meeting={"history_days": 3})
Row = tuple[list[Callable[[], Any]], list[Callable[[], bool]]]


def kept(result: sim.Result) -> pd.DataFrame:
    """Keep a row for each day, which is no replication."""
    return result.series


def log(folder: Path, text: str, **how: Any) -> sim.ContactLog:
    """Read a contact log."""
    (folder / "log").write_text(text, encoding="utf-8")
    return sim.read_contacts(folder / "log", 20, **how)


def points(folder: Path, content: str | bytes, name: str = "points.csv") -> list[Any]:
    """Read a file of points."""
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(raw)
    return list(sim.Study(SMALL, folder / name).design.rows)


def copied(way: Callable[[Any], Any]) -> bool:
    """Return whether a copy in mid-run, made in some way, has the future of its model."""
    model = sim.NetworkModel(SMALL)
    model.run_for(3)
    model.set_policies(["everyone"] * 30)
    other = way(model)
    for one in (model, other):
        one.run_for(3)
    same = model.result().series.equals(other.result().series)
    return bool(same and model.result().members.equals(other.result().members))


def saved_twice(model: sim.NetworkModel, folder: Path) -> Any:
    """Save a model, and save what was loaded over it."""
    model.save(folder / "model")
    sim.NetworkModel.load(folder / "model").save(folder / "model")
    return sim.NetworkModel.load(folder / "model")


def tar() -> bytes:
    """Return an archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("points.csv"), io.BytesIO())
    return packed.getvalue()


def rows(folder: Path) -> dict[str, Row]:
    """Return the inputs of each kind."""
    model = sim.NetworkModel(SMALL)
    study = sim.Study(SMALL, {"platform.limit": [1, 3]}, replications=3, keep=kept)
    table = study.run(folder / "study", jobs=1)
    half = gzip.compress(b"days\n3\n")
    path = (folder / "x").as_posix()
    return {
        "A1 copies": (
            [],
            [
                lambda: copied(lambda one: copy.deepcopy([one, one])[1]),
                lambda: copied(lambda one: pickle.loads(pickle.dumps(copy.copy(one), protocol=5))),
                lambda: copied(lambda one: cloudpickle.loads(cloudpickle.dumps({1: one}))[1]),
                lambda: copied(lambda one: saved_twice(one, folder)),
            ],
        ),
        "A2 rows and replications": (
            [
                lambda: table.compare(0, 1, "degree"),
                lambda: sim.aggregate(table.to_pandas(), by=["point", "policy"]),
                lambda: study.run(folder / "until", jobs=1, until={"degree": 1.0}),
                lambda: sim.paired(table.to_pandas(), table.to_pandas()),
            ],
            [],
        ),
        "A5 numbers with commas": (
            [
                lambda: points(folder, 'answering.idk_click\n"0,125"\n'),
                lambda: points(folder, 'members\n"1,000"\n'),
                lambda: sim.Scenario(members="1,000"),
                lambda: sim.Scenario(answering={"idk_click": "0,5"}),
            ],
            [],
        ),
        "A6 ids": (
            [lambda: log(folder, "t,i,j\n20,+5,5\n")],
            [
                lambda: log(folder, "t,i,j\n20,1e2,100\n").people == ["100", "1e2"],
                lambda: log(folder, "t,i,j\n20,0x10,16\n").people == ["0x10", "16"],
                lambda: log(folder, "t,i,j\n20,1_0,10\n").people == ["10", "1_0"],
                lambda: (
                    log(folder, f"t,i,j\n20,{2**53},{2**53 + 1}\n").people == [2**53, 2**53 + 1]
                ),
                lambda: log(folder, 't,i,j\n20,"1","2"\n40,1 ,3\n').people == [1, 2, 3],
            ],
        ),
        "A7 sentinels": (
            [
                lambda: log(folder, "t,i,j\n20,-0,3\n"),
                lambda: log(folder, "t,i,j\n20,-1.0,3\n"),
                lambda: log(folder, "t,i,j\n20,-01,3\n"),
                lambda: log(folder, "t,i,j\n20,\N{MINUS SIGN}1,3\n"),
                lambda: log(folder, "t,i,j\n20,\N{EN DASH}2,3\n"),
                lambda: log(folder, "t,i,j\n20,NaN,3\n"),
            ],
            [],
        ),
        "A8 columns": (
            [
                lambda: log(folder, "date,hour,i,j\n1,2,3,4\n"),
                lambda: log(folder, "timestamp,time,i,j\n1,2,3,4\n"),
                lambda: log(folder, "time,i,j,source,target\n1,2,3,4,5\n"),
                lambda: log(folder, "20 1 2 0.5\n10 3 4 0.5\n"),
                lambda: log(folder, "1 2 3\n", columns="t t u"),
            ],
            [lambda: log(folder, "i,j,t\n1,2,20\n").people == [1, 2]],
        ),
        "A9 members stay": (
            [
                lambda: model.agents.do("remove"),
                lambda: model.agents.discard(model.agents[0]),
                lambda: model.remove_all_agents(),
                lambda: model.deregister_agent(model.agents[0]),
            ],
            [lambda: len(model.agents) == 30],
        ),
        "A10 unchecked scenarios": (
            [
                lambda: SMALL.model_copy(update={"platform.limit": -3}),
                lambda: sim.Platform.model_construct(limit=-1),
                lambda: setattr(SMALL.platform, "limit", -1),
                lambda: SMALL.policies.update(x=1),
            ],
            [],
        ),
        "B1 where to write": (
            [
                lambda: destination("S3://b"),
                lambda: destination("gs://b/c"),
                lambda: destination("hdfs:///x"),
                lambda: destination("memory://"),
                lambda: destination("~~"),
            ],
            [
                lambda: destination("~/x") == Path.home() / "x",
                lambda: str(destination(path)) == path,
            ],
        ),
        "B5 a model's members": (
            [],
            [
                lambda: len(sim.NetworkModel(SMALL).agents_by_type[sim.Member]) == 30,
                lambda: sim.NetworkModel(SMALL).agent_types == [sim.Member],
                lambda: sum(len(some) for _, some in model.agents.groupby("policy")) == 30,
            ],
        ),
        "B6 points and seeds": (
            [
                lambda: sim.NetworkModel(SMALL, rng=True),
                lambda: sim.NetworkModel(SMALL, rng=5.0),
                lambda: sim.NetworkModel(SMALL, rng=-1),
                lambda: swept({"platform": {"limit": 3}}),
                lambda: swept({"answering.accept": (0.1, 0.2, 0.3, 0.4, 0.5)}),
            ],
            [
                lambda: frame({"platform.limit": [pd.NA, 3]}) == [(None,), (3,)],
                lambda: frame({"seed": pd.array([2**60 + 1], "Int64")}) == [(2**60 + 1,)],
                lambda: sim.NetworkModel(SMALL, rng=2**127 + 5).scenario.seed < 2**64,
            ],
        ),
        "D3 rows that are shifted": (
            [
                lambda: points(folder, "days,members\n3,20,,\n"),
                lambda: points(folder, ",days\n0,3\n"),
                lambda: points(folder, 'days\n"3\n'),
                lambda: log(folder, "t,i,j\n20,5,1,2\n"),
                lambda: log(folder, "time i j\n2024-05-06 09:30 1 2\n"),
            ],
            [],
        ),
        "D3, E5 packed files": (
            [
                lambda: points(folder, half[:-6], "points.csv.gz"),
                lambda: points(folder, gzip.compress(half), "points.gz"),
                lambda: points(folder, tar(), "points.tar"),
                lambda: points(folder, b"\x28\xb5\x2f\xfdxx", "points.zst"),
                lambda: points(folder, half + b"junk", "points.gz"),
            ],
            [lambda: points(folder, half + gzip.compress(b"4\n"), "p.gz") == [(3,), (4,)]],
        ),
        "F slips": (
            [
                lambda: sim.Member(model, -1),
                lambda: sim.Member(model, True),
                lambda: sim.mean_interval([1, 2], level=np.nan),
                lambda: sim.run({"members": 3}),  # type: ignore[arg-type]
                lambda: model.run_until(np.nan),
                lambda: model.set_policies(None),
                lambda: sim.replicate(SMALL, 0),
                lambda: sim.NetworkModel.load(None),
            ],
            [],
        ),
    }


def swept(parameters: dict[str, Any]) -> Any:
    """Vary a parameter by Mesa's own batch_run."""
    small = {"members": 20, "days": 1}
    return mesa.batch_run(sim.NetworkModel, parameters | small, display_progress=False)


def frame(columns: dict[str, Any]) -> list[Any]:
    """Read points from a DataFrame."""
    return list(sim.Study(SMALL, pd.DataFrame(columns)).design.rows)


def ended(do: Callable[[], Any], *, refused: bool) -> str:
    """Return how an input ended, or raise ``Wrong``."""
    given = returned(do)
    if isinstance(given, Refused):
        if not refused:
            raise Wrong(given.line)
        return REFUSED
    if refused or given is not True:
        raise Wrong(f"taken, and gives {given!r:.200}")
    return "right"


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try more inputs of each kind."""
    outcomes = []
    for kind, (wrong, fine) in rows(folder).items():
        outcome = Outcome(f"kind {kind}")
        for number, do in enumerate((*wrong, *fine)):
            try:
                outcome.add(ended(do, refused=number < len(wrong)))
            except Wrong as fault:
                outcome.add("", f"{kind}, input {number}: {fault}")
        outcomes.append(outcome)
    return outcomes
