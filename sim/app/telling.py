"""What the page says in words: what happened today, and how two worlds differ."""

import numpy as np

from ..measures.definitions import EVERYBODY
from ..model.state_view import TOTAL
from ..plots.captions import listed, percent, quoted
from .worlds import Life, Worlds


def today(life: Life) -> str:
    """Say in a sentence or two what happened on the last day lived."""
    model = life.model
    if not model.day:
        before = model.scenario.history_days
        met = f" They have met each other for {before} days." if before else ""
        return f"Day 0: {model.scenario.members:,} people, and nobody is connected yet.{met} Play, or take a step."
    newly = life.restrictions.get(model.day)
    return f"Day {model.day}: {_sent_today(life)}; {_blocked(life) if newly is None else _blocked_today(life)}."


def _sent_today(life: Life) -> str:
    series, day = life.model.engine.series, life.model.day
    now = series[day - 1].sum(axis=0)
    before = series[day - 2].sum(axis=0) if day > 1 else np.zeros_like(now)
    sent = int(now[TOTAL["sent"]] - before[TOTAL["sent"]])
    made = int(now[TOTAL["connections"]] - before[TOTAL["connections"]]) // 2
    return f"{sent:,} invitation{'' if sent == 1 else 's'} sent and {made:,} new connection{'' if made == 1 else 's'}"


def _blocked_today(life: Life) -> str:
    """Say who was restricted today, the one with the most invitations, and how many of its policy have been by now."""
    view, policies = life.model.engine.view, list(life.model.scenario.policies)
    newly = life.restrictions[life.model.day]
    sent = view.column("sent")[newly]
    most = int(newly[np.argmax(sent)])
    alike = view.policy == view.policy[most]
    by_now = int((view.column("blocked_day")[alike] > 0).sum())
    who = "a member is blocked" if len(newly) == 1 else f"{len(newly)} members are blocked"
    one = "who" if len(newly) == 1 else f"one of them, number {most},"
    of = f"{by_now} of {int(alike.sum())} {quoted(policies[view.policy[most]])}"
    return f"{who} today, {one} sent {int(sent.max())} invitations before; {of} have been by now"


def _blocked(life: Life) -> str:
    view, policies = life.model.engine.view, list(life.model.scenario.policies)
    counts = np.bincount(view.policy[view.column("blocked_day") > 0], minlength=len(policies))
    sizes = np.bincount(view.policy, minlength=len(policies))
    parts = [
        f"{count} of {size} {quoted(name)}"
        for name, count, size in zip(policies, counts, sizes, strict=True)
        if count
    ]
    return f"so far {listed(parts)} have been blocked" if parts else "nobody has been blocked yet"


def difference(worlds: Worlds) -> str:
    """Say when the two worlds began to differ, and how they stand now."""
    if worlds.second is None or not worlds.day:
        return "Nothing has happened yet in either world."
    days = [life.first_restriction for life in worlds.lives]
    said = [
        f"in {world} {'there is no restriction yet' if day is None else f'it is on day {day}'}"
        for world, day in zip("AB", days, strict=True)
    ]
    if days[0] == days[1]:
        said = (
            ["there is none yet"] if days[0] is None else [f"in both worlds it is on day {days[0]}"]
        )
    first = worlds.first_difference()
    if first is None:
        same = f"All numbers have been the same in both worlds up to today, day {worlds.day}."
    else:
        before = (
            f"Up to day {first - 1} all numbers are the same in both worlds; "
            if first > 1
            else "The numbers of the two worlds: "
        )
        same = f"{before}from day {first} on some differ. {_standing(worlds)}"
    return f"The first restriction: {', '.join(said)}. {same}"


def _standing(worlds: Worlds) -> str:
    lines = [life.lines() for life in worlds.lives]
    blocked, reach = (
        [float(measures[measure][EVERYBODY][-1]) for measures in lines]
        for measure in ("blocked", "reach2_share")
    )
    return (
        f"Today {percent(blocked[0])} have been blocked in A and {percent(blocked[1])} in B; "
        f"a member has {percent(reach[0])} and {percent(reach[1])} of the others within two steps."
    )


def rule(life: Life) -> str:
    """Say what a world's platform does."""
    platform, click = life.model.scenario.platform, life.model.scenario.answering.idk_click
    if platform.limit is None:
        limit = "no limit of “I don’t know”"
    else:
        over = "" if platform.window_days is None else f" in {platform.window_days} days"
        lasts = (
            "for good"
            if platform.restriction_days is None
            else f"for {platform.restriction_days} days"
        )
        limit = f"blocked {lasts} after {platform.limit} “I don’t know”{over}"
    return f"{platform.preset}, {limit}, clicked with chance {click:g}"
