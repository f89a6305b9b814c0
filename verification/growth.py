"""Societies of which members arrive and leave: T13, T14, and how many there are.

In T13 and T14 one member arrives a day and connects with m of those there. Nobody meets anybody,
all accept at once, and nobody invites but on the first day. A source of candidates makes the
literature's model: the directory gives uniform attachment, popular members that of Barabasi and
Albert. The degrees of one society hinder each other, so the error of a share is below the binomial
one, which is on the safe side.
"""

from collections.abc import Callable

import numpy as np

import sim

from . import mechanisms
from .exact import Numbers, law_of
from .settings import Moments, Point, Quantity, Seen

DEGREES = (0, 1, 3)
"""The degrees whose shares are checked, above m."""


def grown(source: str, m: int, days: int) -> sim.Scenario:
    """Return a society that begins with m + 1 members whom nothing connects."""
    return sim.Scenario(
        members=m + 1,
        days=days,
        society={"arrivals": 1, "on_arrival": m},
        meeting={"rate": 0, "history_days": 0},
        inviting={"per_day": 0, "crossing": False, "tries": 50},
        answering={"accept": (1,) * 5, "delay_scale": 0, "looks": None},
        platform={"preset": "none"},
        policies=[sim.InvitePolicy("newcomer", **{source: 1})],
    )


def attachment(
    fact: str, source: str, law: Callable[[Numbers, int], Numbers], m: int, days: int, runs: int
) -> Point:
    """Compare the shares of newcomers with some degrees."""

    def share_of(k: int) -> Quantity:
        p = float(law(np.array(k), m))

        def share(result: sim.Result) -> Seen:
            return np.array([(result.members["degree"][m + 1 :] == k).mean()])

        error = Moments(p, float(np.sqrt(p * (1 - p) / days)))
        return Quantity(f"share of degree {k}", error, share, ("mean",))

    shares = tuple(share_of(m + more) for more in DEGREES)
    setting = f"{source}, m = {m}, {days} arrivals"
    return Point(fact, setting, (grown(source, m, days),) * runs, shares)


def uniform(m: int, days: int, runs: int) -> Point:
    """T13: uniform attachment."""
    law = mechanisms.degree_by_uniform_attachment
    return attachment("T13", "directory", law, m, days, runs)


def preferential(m: int, days: int, runs: int) -> Point:
    """T14: attachment in proportion to degree."""
    law = mechanisms.degree_by_preferential_attachment
    return attachment("T14", "popular", law, m, days, runs)


def leaving(members: int, arrivals: int, chance: float, days: int) -> Point:
    """Who leaves does so with the same chance each day, so that members become arrivals / chance.

    The day of leaving of who was there from the start is geometric. How many are there on the last
    day is a sum of independent yes and no, one for each who has ever come.
    """
    made = sim.Scenario(
        members=members,
        days=days,
        society={"arrivals": arrivals, "leave": chance},
        meeting={"rate": 0, "history_days": 0},
        inviting={"per_day": 0},
    )
    still = np.append(
        np.full(members, (1 - chance) ** days),
        np.repeat((1 - chance) ** (days - np.arange(1, days + 1)), arrivals),
    )
    number = Moments(float(still.sum()), float(np.sqrt((still * (1 - still)).sum())))
    by_day = np.append(1 - (1 - chance) ** np.arange(days + 1.0), 1.0)

    def day_of_leaving(result: sim.Result) -> Seen:
        return result.members["left"][:members].fillna(days + 1).to_numpy(float)

    return Point(
        "leave",
        f"N = {members}, {arrivals} arrive, {chance:g} leaves, {days} d",
        (made,),
        (
            Quantity(
                "day of leaving",
                law_of(np.diff(by_day), np.arange(1.0, days + 2)),
                day_of_leaving,
            ),
            Quantity("members", number, there_at_the_end, ("mean",)),
        ),
    )


def there_at_the_end(result: sim.Result) -> Seen:
    """Count those who have not left: one observation."""
    return np.array([result.members["left"].isna().sum()])
