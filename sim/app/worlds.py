"""The worlds of a page: one society under one rule, and, to compare, the same people with the same luck under another.

Both live the same day at the same time. Since every draw is keyed by seed, day, purpose and people, the two are the same to the last
invitation until a rule acts in one and not in the other.
"""

import threading

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..measures.definitions import EVERYBODY
from ..model import tables
from ..model.network_model import NetworkModel
from ..model.state_view import TOTAL
from ..scenario.scenario import Scenario
from .places import Places

Lines = dict[str, NDArray[np.float64]]
"""From a policy's name to its values on days 1, 2 ..."""


class Life:
    """One society under one rule, and what the page remembers of it.

    Attributes
    ----------
    model : NetworkModel
    log : InvitationLog
        Every invitation so far.
    restrictions : dict
        From a day to the members on whom a restriction was imposed that evening.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.model = NetworkModel(scenario)
        self.log = tables.InvitationLog()
        self.restrictions: dict[int, NDArray[np.int64]] = {}
        self._lines: tuple[int, dict[str, Lines]] | None = None

    def live(self) -> None:
        """Live one day."""
        engine = self.model.engine
        before = engine.view.column("restricted_until")
        self.model.step()
        self.log.evening(engine)
        engine.measure_reach()
        newly = np.flatnonzero(engine.view.column("restricted_until") > before)
        if len(newly):
            self.restrictions[self.model.day] = newly

    @property
    def first_restriction(self) -> int | None:
        """The day of the first restriction, None if there was none."""
        return min(self.restrictions, default=None)

    def series(self) -> pd.DataFrame:
        """Give the measures by day and policy, as ``Result.series`` has them."""
        return tables.series(self.model.engine, self.model.engine.reach)

    def lines(self) -> dict[str, Lines]:
        """Give each measure of the series as a line per policy, and one for everybody: by measure and name, float64, shape (days,)."""
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

    def totals(self) -> pd.DataFrame:
        """Give what has become of the invitations so far: a row per policy, columns sent, accepted, ignored, waiting and idk."""
        day = self.model.day
        sums = (
            self.model.engine.series[day - 1] if day else np.zeros_like(self.model.engine.series[0])
        )
        sent, resolved = sums[:, TOTAL["sent"]], sums[:, TOTAL["resolved"]]
        accepted, idk = sums[:, TOTAL["accepted"]], sums[:, TOTAL["strikes"]]
        ends = {
            "sent": sent,
            "accepted": accepted,
            "ignored": resolved - accepted - idk,
            "waiting": sent - resolved,
            "idk": idk,
        }
        return pd.DataFrame(ends, index=list(self.model.scenario.policies))


class Worlds:
    """One or two lives, day by day.

    Parameters
    ----------
    scenario : Scenario
    rival : Scenario, optional
        The same people under another rule.

    Attributes
    ----------
    lock : RLock
        Held by who lives a day and by who reads the arrays: the first changes them under the second's hands.
    """

    def __init__(self, scenario: Scenario, rival: Scenario | None = None) -> None:
        self.first = Life(scenario)
        self.second = Life(rival) if rival is not None else None
        self.places = Places(self.first.model.scenario)
        self.lock = threading.RLock()

    @property
    def lives(self) -> list[Life]:
        """The first world, and the second if there is one."""
        return [self.first] if self.second is None else [self.first, self.second]

    @property
    def day(self) -> int:
        """The last day lived, 0 before the first."""
        return self.first.model.day

    @property
    def running(self) -> bool:
        """Whether there are days left."""
        return self.day < self.first.model.scenario.days

    def live(self, days: int) -> None:
        """Live so many days, or what is left."""
        for _ in range(days):
            with self.lock:
                if self.running:
                    for life in self.lives:
                        life.live()
                    self.places.settle(self.first.model.engine)

    def first_difference(self) -> int | None:
        """Give the first day whose totals differ between the two worlds, None if there is none so far."""
        if self.second is None or not self.day:
            return None
        ours, theirs = (life.model.engine.series[: self.day] for life in self.lives)
        differing = np.flatnonzero((ours != theirs).any(axis=(1, 2)))
        return int(differing[0]) + 1 if len(differing) else None
