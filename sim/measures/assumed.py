"""Measures that are assumed and not estimated: they are 0 because of the scenario alone."""

from ..agents import InvitePolicy
from ..scenario.scenario import Scenario
from .definitions import EVERYBODY

NONE = "none by assumption"
"""The words that replace an estimate that can only be 0."""
MEASURES_OF = {
    "warned": {"warn"},
    "limited": {"email"},
    "blocked": {"suspend", "good"},
    "restricted_time": {"suspend", "good"},
}
"""From a measure to actions of a ladder; without any of these actions the measure is 0."""


def none_by_assumption(scenario: Scenario, *others: Scenario) -> dict[str, frozenset[str]]:
    """Return which measures of each policy, and of all members, can only be 0.

    With several scenarios, such as the points of a study: which can only be 0 in all of them.

    Invitees click on "I don't know this person" only if they do not recognise the inviter. So
    nobody clicks on the invitations of a policy in two cases. The first: ``idk_click`` is 0, also
    in all habits. The second: all invitees of the policy are asked first, or always recognise the
    inviter. They do if ``recognise`` is 1 for all tie classes at or above ``min_tie`` (a tie class
    never falls), memory does not fade, introductions below ``min_tie`` are not invited, and nothing
    goes to a wrong address. Without clicks, a limit of strikes blocks nobody, but a ratio of
    accepted to sent may. An action that is not on the ladder never follows.

    Examples
    --------
    >>> import sim
    >>> sorted(sim.none_by_assumption(sim.Scenario())["close_friends"])
    ['blocked', 'idk_rate', 'restricted_time']
    """
    answering, rule = scenario.answering, scenario.platform
    clicks = [scenario.answering.idk_click]
    clicks += [habit.idk_click or 0.0 for habit in scenario.habits.values() if habit.share > 0]
    actions = {rung.action for rung in rule.rungs}
    found: dict[str, frozenset[str]] = {}
    for name, policy in scenario.policies.items():
        least = _least_tie(scenario, policy)
        known = answering.memory_days is None and min(answering.recognise[least:]) == 1
        known |= policy.asks_first and least >= 1
        unclicked = known or not any(clicks)
        unbroken = rule.min_ratio is None and (rule.limit is None or unclicked)
        spared = {name for name in MEASURES_OF if unbroken or not actions & MEASURES_OF[name]}
        if not rule.graded:
            spared -= {"warned", "limited"}  # which are not measured
        found[name] = frozenset([*["idk_rate"] * unclicked, *spared])
    there = [found[name] for name, share in scenario.shares().items() if share > 0]
    found |= {EVERYBODY: frozenset.intersection(*there)}
    for other in others:
        elsewhere = none_by_assumption(other)
        found = {name: none & elsewhere.get(name, none) for name, none in found.items()}
    return found


def _least_tie(scenario: Scenario, policy: InvitePolicy) -> int:
    """Return the lowest tie class of those to whom a policy's invitations go."""
    introduces = policy.invites_references and policy.introductions > 0
    strays = scenario.inviting.mistaken > 0 and policy.contacts > 0 and not policy.asks_first
    alone = policy.introductions + policy.directory == 0  # contacts are no strangers
    return 0 if introduces or strays else max(scenario.platform.here(policy.min_tie), int(alone))
