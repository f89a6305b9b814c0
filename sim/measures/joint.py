"""One society on several platforms: what its networks share, and what they reach together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..parameters.kinds import shown
from ..scenario.scenario import Scenario
from .definitions import Floats, member_columns
from .summary import summary

if TYPE_CHECKING:
    import pandas as pd

    from ..results.result import Result

_OF_UNION = ("degree", "reach2", "reach2_share", "reach3", "reach3_share", "largest_component")


def joint(results: "Sequence[Result]") -> "pd.DataFrame":
    """Return measures of several runs together, which are one society on several platforms.

    The runs differ in ``platform.place``: the same people meet on the same days, and each platform
    has invitations of its own. The runs may also differ in rules, shifts and answers, but not in
    seed, members, days, policies, society and meetings.

    Parameters
    ----------
    results : sequence of Result
        Two results or more, each with another ``platform.place``.

    Returns
    -------
    DataFrame
        A row for each policy and one for ``all``, with the columns ``policy`` and ``members``. The
        next columns are of the union, in which two people are connected if they are connected on
        any of the platforms: ``degree``, ``reach2``, ``reach2_share``, ``reach3``, ``reach3_share``
        and ``largest_component`` (with egos and intervals, as in `sim.measures.summary`).
        ``overlap`` is the share of these ties that are on all platforms (with two platforms
        Jaccard's index), ``on_one`` the share that are on only one. ``ties`` is the denominator of
        both: each tie counts once for each of its two members.

    Raises
    ------
    InputError
        There are fewer than two results, two have the same place, or they are not of one society.
        Or members need help: whom they are referred to, and then meet, depends on their connections
        at the place.

    Examples
    --------
    >>> import sim
    >>> one = sim.Scenario(members=200, days=60)
    >>> other = one.replace({"platform.place": 1, "platform.shift": 2})
    >>> both = sim.joint([sim.run(one), sim.run(other)])
    >>> both[["policy", "degree", "overlap", "on_one"]].round(3)
              policy  degree  overlap  on_one
    0       everyone   9.761    0.136   0.864
    1     interacted   8.848    0.175   0.825
    2  close_friends   3.940    0.239   0.761
    3            all   7.510    0.169   0.831
    """
    first = _checked(results)
    n, own = len(first.members), member_columns(first.scenario, first.members)
    ends = np.concatenate([result.connections for result in results]).astype(np.int64)
    keys, times = np.unique(ends[:, 0] * n + ends[:, 1], return_counts=True)
    union = np.column_stack(np.divmod(keys, n)).astype(np.int32)
    policies = len(first.scenario.policies)

    def at_ends(counted: Any) -> Floats:
        """Count the ends of some ties, by policy and for everybody."""
        by_policy = np.bincount(own["policy"][union[counted].ravel()], minlength=policies)
        return np.append(by_policy, by_policy.sum()).astype(np.float64)

    degree = np.bincount(union.ravel(), minlength=n)
    table = summary(first.scenario, own | {"degree": degree}, union, _OF_UNION)
    ties = at_ends(times > 0)
    with np.errstate(invalid="ignore"):
        table["overlap"] = at_ends(times == len(results)) / ties
        table["on_one"] = at_ends(times == 1) / ties
    return table.assign(ties=ties.astype(np.int64))


def _checked(results: "Sequence[Result]") -> "Result":
    """Return the first of some results, if they are of one society at several places."""
    if len(results) < 2:
        raise InputError(f"results: expected two or more, got {len(results)}")
    first = results[0]
    for other in results[1:]:
        for name, ours, theirs in zip(
            _SAME, _same(first.scenario), _same(other.scenario), strict=True
        ):
            if ours != theirs:
                right = f"must be {shown(ours)} as in the first, for one society"
                raise InputError(f"results: {name} is {shown(theirs)} in one; {right}")
    needy = [need for result in results if (need := result.scenario.helping.need_rate)]
    if needy:
        right = "must be 0: referrals make people meet who are connected at one place only"
        raise InputError(f"results: helping.need_rate is {needy[0]:g} in one; {right}")
    places = [result.scenario.platform.place for result in results]
    if len(set(places)) < len(places):
        right = "must be a place of its own for each"
        raise InputError(f"results: platform.place is {places} in them; {right}")
    return first


_SAME = ("seed", "members", "days", "society", "meeting", "shares of policies")


def _same(scenario: Scenario) -> tuple[Any, ...]:
    return (
        scenario.seed,
        scenario.members,
        scenario.days,
        scenario.society,
        scenario.meeting,
        scenario.shares(),
    )
