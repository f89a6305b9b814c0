"""What the page simulates: one world, or two worlds to compare.

A world is a society under one rule. The second world has the same people with the same random draws
under another rule, and both are simulated day by day together. Since every draw depends only on
seed, day, purpose and people, the two worlds are identical, to the last invitation, until a rule
acts in one of them and not in the other.
"""

import threading
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.definitions import EVERYBODY
from ..model import tables
from ..model.network_model import NetworkModel
from ..model.state_view import TOTAL
from ..scenario.scenario import LONGEST, Scenario
from .node_positions import NodePositions

Lines = dict[str, NDArray[np.float64]]
"""The values of each policy on days 1, 2 ..., by policy name."""


def in_words(grown: str, days: int) -> str:
    """Return what the platform did to a member, if the number ``grown`` of the member has grown.

    ``days`` is how long a restriction lasts.
    """
    if grown == "restricted_until":
        return "was blocked for good" if days > LONGEST else f"was blocked for {days} days"
    return "was warned" if grown == "warnings" else "was limited to inviting people it knows"


class World:
    """One society under one rule, and what the page remembers of it.

    Attributes
    ----------
    model : NetworkModel
    log : InvitationLog
        Every invitation so far.
    restrictions : dict
        The members who were restricted on the evening of a day, by day.
    sanctions : dict
        What the platform did on a day to each member to whom it did something, in words, by day.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.model = NetworkModel(scenario)
        self.log = tables.InvitationLog(self.model.engine)
        self.restrictions: dict[int, NDArray[np.int64]] = {}
        self.sanctions: dict[int, dict[int, str]] = {}
        self._lines: tuple[int, dict[str, Lines]] | None = None

    def step(self) -> None:
        """Simulate one day."""
        engine = self.model.engine
        before = self._sanctioned()
        self.model.step()
        self.log.evening(engine)
        engine.measure_reach()
        after = self._sanctioned()
        newly = {}
        for name, until in after.items():  # members may have arrived
            known = np.pad(before[name], (0, len(until) - len(before[name])))
            newly[name] = np.flatnonzero(until > known)
        if len(newly["restricted_until"]):
            self.restrictions[self.model.day] = newly["restricted_until"]
        self.sanctions[self.model.day] = {
            member: in_words(name, int(after[name][member]) - self.model.day)
            for name, members in newly.items()
            for member in members.tolist()
        }

    def _sanctioned(self) -> dict[str, NDArray[np.int64]]:
        """Return the numbers of each member that grow when the platform does something to it."""
        graded = ("warnings", "limits") if self.model.scenario.platform.graded else ()
        view = self.model.engine.view
        return {name: view.column(name) for name in ("restricted_until", *graded)}

    @property
    def first_restriction(self) -> int | None:
        """The day of the first restriction, or None if there was none."""
        return min(self.restrictions, default=None)

    def series(self) -> pd.DataFrame:
        """Return the measures by day and policy, in the form of ``Result.series``."""
        return tables.series(self.model.engine, self.model.engine.reach)

    def lines(self) -> dict[str, Lines]:
        """Return the series as lines to draw.

        Returns
        -------
        dict
            For each measure, its lines: a policy's name, or "all" for everybody, and the values,
            float64, shape (days,).
        """
        if self._lines is not None and self._lines[0] == self.model.day:
            return self._lines[1]
        names = [*self.model.scenario.policies, EVERYBODY]
        series = self.series().drop(columns=["day", "policy"])
        by_day = {
            str(measure): values.to_numpy(float).reshape(-1, len(names))
            for measure, values in series.items()
        }
        lines = {
            measure: dict(zip(names, values.T, strict=True)) for measure, values in by_day.items()
        }
        self._lines = self.model.day, lines
        return lines

    def today(self, measures: Sequence[str]) -> dict[str, Lines]:
        """Return measures of the last day, each as a line of one value."""
        if not measures:
            return {}
        table = self.model.engine.summary(measures).set_index("policy")
        return {
            name: {str(policy): np.array([value]) for policy, value in table[name].items()}
            for name in measures
        }

    def totals(self) -> pd.DataFrame:
        """Return the outcomes of the invitations so far.

        Returns
        -------
        DataFrame
            A row for each policy; columns sent, accepted, declined, unseen (a part of declined),
            waiting, idk, and void (undecided when one of the two left).
        """
        day, view = self.model.day, self.model.engine.view
        series = self.model.engine.series
        sums = series[day - 1] if day else np.zeros_like(series[0])
        sent, accepted, idk, declined, unseen = (
            sums[:, TOTAL[name]] for name in ("sent", "accepted", "strikes", "declined", "unseen")
        )
        void = np.zeros_like(sent)
        np.add.at(void, view.policy, view.column("void"))
        outcomes = {
            "sent": sent,
            "accepted": accepted,
            "declined": declined,
            "unseen": unseen,
            "waiting": sent - accepted - idk - declined - void,
            "idk": idk,
            "void": void,
        }
        return pd.DataFrame(outcomes, index=list(self.model.scenario.policies))


class Comparison:
    """One or two worlds, day by day.

    Parameters
    ----------
    scenario : Scenario
    rival : Scenario, optional
        The same people under another rule.

    Attributes
    ----------
    first : World
    second : World or None
    positions : NodePositions
        Where the members of the first world are drawn.
    lock : RLock
        Hold it to simulate a day or to read the arrays, so that no thread reads arrays while
        another changes them.
    """

    def __init__(self, scenario: Scenario, rival: Scenario | None = None) -> None:
        self.first = World(scenario)
        self.second = World(rival) if rival is not None else None
        self.positions = NodePositions(self.first.model.scenario)
        self.lock = threading.RLock()

    @property
    def worlds(self) -> list[World]:
        """The first world, and the second if there is one."""
        return [self.first] if self.second is None else [self.first, self.second]

    @property
    def day(self) -> int:
        """The last simulated day; 0 before the first."""
        return self.first.model.day

    @property
    def running(self) -> bool:
        """Whether any days are left."""
        return self.day < self.first.model.scenario.days

    def run_for(self, days: int) -> None:
        """Simulate this many days, or all days that are left if these are fewer."""
        for _ in range(days):
            with self.lock:
                if self.running:
                    for world in self.worlds:
                        world.step()
                    self.positions.update(self.first.model.engine)

    def first_difference(self) -> int | None:
        """Return the first day on which the totals of the two worlds differ.

        Returns
        -------
        int or None
            None if there is no such day so far, or if there is only one world.
        """
        if self.second is None or not self.day:
            return None
        first, second = (world.model.engine.series[: self.day] for world in self.worlds)
        differing = np.flatnonzero((first != second).any(axis=(1, 2)))
        return int(differing[0]) + 1 if len(differing) else None
