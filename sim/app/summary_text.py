"""The sentences of the page: what happened today, and how the two worlds differ."""

import numpy as np

from ..measures.definitions import EVERYBODY
from ..model.state_view import TOTAL
from ..plots.captions import listed, percent, quoted
from .comparison import Comparison, World

ACTIONS = {
    "warn": "warned",
    "email": "limited to people known",
    "suspend": "blocked for {} days",
    "good": "blocked for good",
}
"""What the platform does to an account, in words."""


def today(world: World) -> str:
    """Return a sentence or two on what happened on the last day."""
    model = world.model
    if not model.day:
        before = model.scenario.history_days
        met = f" They have met each other for {before} days." if before else ""
        people = f"{model.scenario.members:,} people, and nobody is connected yet"
        return f"Day 0: {people}.{met} Press Play or Step."
    restricted_today = model.day in world.restrictions
    blocked = _blocked_today(world) if restricted_today else _blocked_so_far(world)
    return f"Day {model.day}: {_sent_today(world)}; {blocked}."


def _sent_today(world: World) -> str:
    series, day = world.model.engine.series, world.model.day
    now = series[day - 1].sum(axis=0)
    before = series[day - 2].sum(axis=0) if day > 1 else np.zeros_like(now)
    sent = int(now[TOTAL["sent"]] - before[TOTAL["sent"]])
    made = int(now[TOTAL["connections"]] - before[TOTAL["connections"]]) // 2
    invitations = f"{sent:,} invitation{'' if sent == 1 else 's'} sent"
    return f"{invitations} and {made:,} new connection{'' if made == 1 else 's'}{_moved(world)}"


def _moved(world: World) -> str:
    """Return how many have come and gone today, or "" if nobody ever does."""
    view, day, society = world.model.engine.view, world.model.day, world.model.scenario.society
    if not society.arrivals and not society.leave:
        return ""
    came, left = int((view.arrived == day).sum()), int((view.left == day).sum())
    there = f"{len(view.there):,} are there"
    return f"; {came:,} came and {left:,} left, {there}"


def _blocked_today(world: World) -> str:
    """Return how many were restricted today, and the one of them with the most invitations.

    It also tells how many members with this one's policy have been restricted so far.
    """
    view, policies = world.model.engine.view, list(world.model.scenario.policies)
    newly = world.restrictions[world.model.day]
    sent = view.column("sent")[newly]
    most = int(newly[np.argmax(sent)])
    alike = view.policy == view.policy[most]
    so_far = int((view.column("blocked_day")[alike] > 0).sum())
    who = "a member is blocked" if len(newly) == 1 else f"{len(newly)} members are blocked"
    one = "who" if len(newly) == 1 else f"one of them, number {most},"
    of = f"{so_far} of {int(alike.sum())} {quoted(policies[view.policy[most]])}"
    return (
        f"{who} today, {one} sent {int(sent.max())} invitations before; "
        f"so far {of} have been blocked"
    )


def _blocked_so_far(world: World) -> str:
    view, policies = world.model.engine.view, list(world.model.scenario.policies)
    counts = np.bincount(view.policy[view.column("blocked_day") > 0], minlength=len(policies))
    sizes = np.bincount(view.policy, minlength=len(policies))
    parts = [
        f"{count} of {size} {quoted(name)}"
        for name, count, size in zip(policies, counts, sizes, strict=True)
        if count
    ]
    return f"so far {listed(parts)} have been blocked" if parts else "nobody has been blocked yet"


def difference(comparison: Comparison) -> str:
    """Return when the two worlds began to differ, and how they differ now."""
    if comparison.second is None or not comparison.day:
        return "Nothing has happened yet in either world."
    first = comparison.first_difference()
    if first is None:
        same = f"All numbers have been the same in both worlds up to today, day {comparison.day}."
    else:
        before = (
            f"Up to day {first - 1} all numbers are the same in both worlds; "
            if first > 1
            else "The numbers of the two worlds: "
        )
        same = f"{before}from day {first} on some differ. {_compared_today(comparison)}"
    return f"The first restriction: {_first_restrictions(comparison)}. {same}"


def _first_restrictions(comparison: Comparison) -> str:
    first, second = (world.first_restriction for world in comparison.worlds)
    if first == second:
        return "there is none yet" if first is None else f"in both worlds it is on day {first}"
    return ", ".join(
        f"in {letter} {'there is no restriction yet' if day is None else f'it is on day {day}'}"
        for letter, day in zip("AB", (first, second), strict=True)
    )


def _compared_today(comparison: Comparison) -> str:
    lines = [world.lines() for world in comparison.worlds]
    blocked, reach = (
        [float(measures[measure][EVERYBODY][-1]) for measures in lines]
        for measure in ("blocked", "reach2_share")
    )
    return (
        f"Up to today {percent(blocked[0])} have been blocked in A and {percent(blocked[1])} in B; "
        f"within two steps a member reaches {percent(reach[0])} of the others in A and "
        f"{percent(reach[1])} in B."
    )


def rule(world: World) -> str:
    """Return the rule of a world's platform in words."""
    platform, click = world.model.scenario.platform, world.model.scenario.answering.idk_click
    breaks = []
    if platform.limit is not None:
        within = "" if platform.window_days is None else f" in {platform.window_days} days"
        breaks.append(f"{platform.limit} “I don’t know”{within}")
    if platform.min_ratio is not None:
        of = f"{platform.min_invites:,} or more {platform.ratio_of}"
        breaks.append(f"fewer than {percent(platform.min_ratio)} accepted of {of}")
    actions = ", then ".join(ACTIONS[rung.action].format(rung.days) for rung in platform.rungs)
    limit = f"{actions} after {' or '.join(breaks)}" if breaks else "no limit of “I don’t know”"
    weekly = platform.weekly_invites
    cap = "" if weekly is None else f", at most {weekly:,} invitations in 7 days"
    return f"{platform.preset}, {limit}{cap}; “I don’t know” is clicked with chance {click:g}"
