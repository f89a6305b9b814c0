"""The societies that are compared, by the policies of their members.

There are three kinds. **mixed**: all policies in one society, with the scenario's shares.
**alone**: everybody has the same policy, one society for each policy. **newcomer**: one member in a
hundred has the policy, and the others share the rest as in the scenario, one society for each
policy. In all else the societies are the same, seeds included: the same people meet.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

import sim

NEWCOMERS = 0.01
"""The share of members with the newcomers' policy; it is at least one person."""


@dataclass(frozen=True)
class Population:
    """One society of the comparison."""

    kind: str
    """``mixed``, ``alone`` or ``newcomer``."""
    policy: str | None
    """The only policy, or that of the newcomers; None for the mixed society."""
    scenario: sim.Scenario

    @property
    def name(self) -> str:
        """The name, such as ``alone: everyone``."""
        return f"{self.kind}: {self.policy}" if self.policy else self.kind

    def placed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a run's table for the policies of this society.

        A column ``population`` has the kind, or "host" for the members around newcomers.
        """
        there = [policy for policy, share in self.scenario.shares().items() if share > 0]
        if self.kind == "mixed":
            there.append("all")
        table = table[table["policy"].isin(there)]
        around = (table["policy"] != self.policy) & (self.kind == "newcomer")
        return table.assign(
            population=np.where(around, "host", self.kind), policy=table["policy"].astype("str")
        )


def populations(base: sim.Scenario) -> list[Population]:
    """Return the societies that compare the policies of a scenario.

    Parameters
    ----------
    base : Scenario
        Its policies with a share above 0 are compared. With a contact log it must have as many
        members as the log.

    Returns
    -------
    list of Population
        The mixed one first. With one policy there is nothing else to compare.
    """
    shares = {name: share for name, share in base.shares().items() if share > 0}
    mixed = [Population("mixed", None, base)]
    if len(shares) == 1:
        return mixed
    alone = [Population("alone", policy, _with_shares(base, {policy: 1})) for policy in shares]
    newcomer = [
        Population(
            "newcomer", policy, _with_shares(base, _newcomer_counts(shares, policy, base.members))
        )
        for policy in shares
    ]
    return mixed + alone + newcomer


def _newcomer_counts(shares: dict[str, float], policy: str, people: int) -> dict[str, float]:
    """Count the members of each policy, so that there are exactly as many newcomers as wanted."""
    newcomers = max(1, round(people * NEWCOMERS))
    others = {name: share for name, share in shares.items() if name != policy}
    counts: dict[str, float] = {policy: newcomers}
    before = given = 0.0
    for name, share in others.items():
        before += share
        counts[name] = round((people - newcomers) * before / sum(others.values())) - given
        given += counts[name]
    return counts


def _with_shares(base: sim.Scenario, shares: dict[str, float]) -> sim.Scenario:
    # Policies that nobody has stay in the list: a policy's own function may know the others by
    # their place in it.
    return base.replace({"policies": {name: shares.get(name, 0) for name in base.policies}})
