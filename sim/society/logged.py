"""What a contact log says of its society: its people, its days, and how often pairs meet in it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..parameters.kinds import plain
from ..scenario.limits import MOST_ENCOUNTERS
from ..scenario.scenario import Scenario
from .contact_log import ContactLog, read_contacts

OFTEN, CLOSE = 44, 18
"""With ``ties_by_log``: of 100 pairs that met, how many are at most "met often" and "close"."""


def log_of(scenario: Scenario) -> ContactLog:
    """Read the contact log of a scenario that has one."""
    meeting = scenario.meeting
    return read_contacts(
        str(meeting.contacts),
        meeting.gap_seconds,
        columns=meeting.columns,
        skip_negative=meeting.skip_negative,
    )


def with_log(scenario: Scenario, log: ContactLog | None = None) -> Scenario:
    r"""Return a scenario with the values that its contact log gives; every run begins with this.

    ``members`` is the number of people in the log. ``days`` is the number of its days, if the
    scenario gives no other number and the log does not repeat. With ``society.ties_by_log``,
    ``society.often`` and ``society.close`` come from the log. A scenario without a log is returned
    unchanged.

    Parameters
    ----------
    scenario : Scenario
    log : ContactLog, optional
        The scenario's log, if it has been read already.

    Raises
    ------
    InputError
        The log can't be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import sim
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "log.csv")
    ...     _ = path.write_text("time,i,j\n20,1,2\n90000,1,3\n")
    ...     logged = sim.with_log(sim.Scenario(meeting={"contacts": path}))
    >>> logged.members, logged.days
    (3, 2)
    """
    if not scenario.meeting.contacts:
        return scenario
    log = log_of(scenario) if log is None else log
    changes: dict[str, Any] = {"members": len(log.people)}
    if scenario.lasts_as_log:
        changes["days"] = log.days
    if scenario.society.ties_by_log:
        often, close = tie_counts(_met(log))
        changes |= {"society.often": often, "society.close": close}
    return scenario.replace(changes)


def tie_counts(met: NDArray[np.int64]) -> tuple[int, int]:
    """Return the numbers of encounters with which a pair has met often, and is close.

    They are the smallest numbers that at most ``OFTEN`` and ``CLOSE`` in 100 of the pairs reach. In
    a log in which few pairs meet again, the second number is one above the first, and fewer than
    ``CLOSE`` in 100 may reach it.

    Parameters
    ----------
    met : int array (pairs,)
        The encounters of each pair, 1 or more.

    Examples
    --------
    >>> import numpy as np
    >>> tie_counts(np.array([1, 1, 1, 1, 2, 2, 2, 4, 4, 9]))
    (3, 5)
    >>> tie_counts(np.array([1, 1, 1, 1]))
    (2, 3)
    """
    in_order = np.sort(met)[::-1]
    often, close = (int(in_order[len(met) * share // 100]) + 1 for share in (OFTEN, CLOSE))
    often = min(often, MOST_ENCOUNTERS - 1)
    return often, min(max(close, often + 1), MOST_ENCOUNTERS)


def facts(scenario: Scenario, log: ContactLog) -> dict[str, Any]:
    """Return the numbers of a log that the provenance records.

    Parameters
    ----------
    scenario : Scenario
        The scenario, as `with_log` returns it.
    log : ContactLog

    Returns
    -------
    dict
        ``people``, ``days``, ``encounters``, and ``pairs`` that met; the ``simulated`` days, and
        whether the log ``repeats``; ``often`` and ``close``, and whether they are ``by_log``;
        ``share_often`` and ``share_close``, the shares of the pairs that reach them in the log.
    """
    met, society = _met(log), scenario.society
    return {
        "people": len(log.people),
        "days": log.days,
        "encounters": len(log.ego),
        "pairs": len(met),
        "simulated": scenario.days,
        "repeats": scenario.meeting.repeat_log,
        "often": society.often,
        "close": society.close,
        "by_log": society.ties_by_log,
        "share_often": round(float((met >= society.often).mean()), 6),
        "share_close": round(float((met >= society.close).mean()), 6),
    }


def about_log(scenario: Scenario) -> str:
    """Return a line on the contact log of a scenario; "" if it has none."""
    if not scenario.meeting.contacts:
        return ""
    log = log_of(scenario)
    return told(facts(with_log(scenario, log), log))


def told(log: Mapping[str, Any]) -> str:
    """Return a line on a log, from its `facts`."""
    days, simulated = log["days"], log["simulated"]
    counted = [
        _counted(log["people"], "person", "people"),
        _counted(days, "day"),
        _counted(log["encounters"], "encounter"),
    ]
    if log["repeats"] and simulated > days:
        lasts = f"repeated to day {simulated:,}"
    elif simulated > days:
        lasts = f"{simulated - days:,} of the {simulated:,} days simulated come after its last"
    else:
        lasts = f"{_counted(simulated, 'day')} simulated"
    often, close = (100 * log[name] for name in ("share_often", "share_close"))
    classes = (
        f"{'by the log, ' if log['by_log'] else ''}met often from {log['often']} encounters "
        f"({_percent(often)} of {_counted(log['pairs'], 'pair')}), "
        f"close from {log['close']} ({_percent(close)})"
    )
    return f"contact log: {', '.join(counted)}; {lasts}; {classes}"


def _met(log: ContactLog) -> NDArray[np.int64]:
    """Count the encounters of each pair that met."""
    pair = log.ego.astype(np.int64) * len(log.people) + log.alter
    met: NDArray[np.int64] = np.unique(pair, return_counts=True)[1]
    return met


def _counted(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def _percent(percent: float) -> str:
    return f"{plain(round(percent, 1))} %"
