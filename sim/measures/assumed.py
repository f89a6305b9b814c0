"""What is put in and not estimated: measures that are 0 because of the scenario alone."""

from ..agents import InvitePolicy
from ..scenario.scenario import Scenario
from .definitions import EVERYBODY

NONE = "none by assumption"
"""What stands in place of an estimate that can only be 0."""
MEASURES_OF = {
    "warned": {"warn"},
    "limited": {"email"},
    "blocked": {"suspend", "good"},
    "restricted_time": {"suspend", "good"},
}
"""From a measure to the actions of a ladder without which it is 0."""


def none_by_assumption(scenario: Scenario, *others: Scenario) -> dict[str, frozenset[str]]:
    """Return which measures of each policy, and of everybody, can only be 0.

    Of several scenarios, as the points of a study: which can only be 0 in all of them.

    An invitation is clicked only where the inviter is not recognised. So nobody clicks if
    ``idk_click`` is 0, in all habits too, or if whoever the policy invites is asked first or always
    recognised: ``recognise`` is 1 for each tie class from its ``min_tie`` on (a tie class never
    falls), memory does not fade, introductions below it are not invited, and nothing goes to a
    wrong address. Without clicks a count of strikes blocks nobody; a ratio of accepted to sent may.
    And nothing follows that is not on the ladder.

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
