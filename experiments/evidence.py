"""The evidence by which patterns are judged: one society after a year, as arrays."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim

from . import probes, strong_ties

YEAR = 365
"""The day on which societies are judged; one of fewer days is judged on its last."""
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Evidence:
    """A society on the evening of the last day lived; probes count only where it says so."""

    scenario: sim.Scenario
    """With its probes."""
    day: int
    policy: NDArray[Any]
    """The name of each member's policy: shape (N,)."""
    restricted: Flags
    """Whether each member was ever restricted: shape (N,)."""
    ties: pd.DataFrame
    """The bonds of all members, one each way: ego, alter, met, talked, tie_class, recognised.

    ``recognised`` is the chance that ego recognises alter on the last day, memory included."""
    pairs: NDArray[np.int32]
    """The connections: shape (E, 2)."""
    invitations: pd.DataFrame
    """A row for each invitation, as in ``Result.invitations``."""

    @functools.cached_property
    def ordinary(self) -> Flags:
        """Whether each member is no probe: shape (N,)."""
        return np.asarray(self.policy != probes.NAME, np.bool_)

    @functools.cached_property
    def connections(self) -> NDArray[np.int32]:
        """The connections between members who are no probes: shape (E, 2)."""
        kept: NDArray[np.int32] = self.pairs[self.ordinary[self.pairs].all(axis=1)]
        return kept

    @functools.cached_property
    def degree(self) -> Numbers:
        """The connections of each member with members who are no probes: shape (N,)."""
        return np.bincount(self.connections.ravel(), minlength=len(self.policy))

    @functools.cached_property
    def bonds(self) -> pd.DataFrame:
        """The bonds of members who are no probes, with anybody: ego, alter, met, ..."""
        own: pd.DataFrame = self.ties[self.ordinary[self.ties["ego"].to_numpy()]]
        return own

    @functools.cached_property
    def sent(self) -> pd.DataFrame:
        """The decided invitations between members who are no probes.

        ``accepted`` says which were accepted, ``looked`` which the invitee has looked at before an
        answer of its own, ``before`` how many the sender had sent before.
        """
        ends = self.invitations[["ego", "alter"]].to_numpy()
        return _decided(self.invitations[self.ordinary[ends].all(axis=1)])

    @functools.cached_property
    def sent_by_probes(self) -> pd.DataFrame:
        """The decided invitations of the probes, with the columns of ``sent``."""
        return _decided(self.invitations[(self.invitations["policy"] == probes.NAME).to_numpy()])

    @functools.cached_property
    def named(self) -> Numbers:
        """The arcs to the five whom each has met most: shape (A, 2)."""
        ego, alter, met = (self.ties[name].to_numpy() for name in ("ego", "alter", "met"))
        return strong_ties.named(ego, alter, met, self.scenario.seed)


def _decided(invitations: pd.DataFrame) -> pd.DataFrame:
    before = invitations.sort_values("sent_day", kind="stable").groupby("ego").cumcount()
    accepted = (invitations["outcome"] == "accepted").to_numpy()
    decided = ~invitations["outcome"].isin(["pending", "void"]).to_numpy()
    looked = (invitations["recognised"] != "not looked at").to_numpy()
    return invitations.assign(accepted=accepted, before=before, looked=looked)[decided]


def collected(scenario: sim.Scenario, probed: int = probes.NUMBER) -> Evidence:
    """Run a society for a year, or to its last day, and return the evidence.

    Parameters
    ----------
    scenario : Scenario
    probed : int
        Members who are probes; 0 for none.
    """
    model = sim.NetworkModel(probes.with_probes(scenario, probed))
    engine, log = model.engine, sim.InvitationLog(model.engine)
    last = min(scenario.days, YEAR)
    for day in range(1, last + 1):
        with sim.defer_interrupt():
            engine.advance(day)
            log.evening(engine)
    view = engine.view
    egos, ties = view.all_ties()
    return Evidence(
        scenario=engine.scenario,
        day=last,
        policy=model.policies,
        restricted=view.column("blocked_day") > 0,
        ties=pd.DataFrame(
            {
                "ego": egos,
                "alter": ties.alter,
                "met": ties.met,
                "talked": ties.talked,
                "tie_class": ties.tie_class,
                "recognised": sim.model.memory.chances_of_recognition(engine.scenario, last, ties),
            }
        ),
        pairs=view.connections(),
        invitations=log.table(engine),
    )
