"""What is put in and not estimated: measures that are 0 because the scenario leaves no other way."""

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


def none_by_assumption(scenario: Scenario) -> dict[str, frozenset[str]]:
    """Return which measures of each policy, and of everybody, can only be 0.

    An invitation is clicked only where the inviter is not recognised. So nobody clicks if
    ``idk_click`` is 0, in all habits too, or if whoever the policy invites is always recognised: ``recognise`` is 1
    for each tie class from its ``min_tie`` on (a tie class never falls), and memory does not fade. Without clicks a count of
    strikes blocks nobody; a ratio of accepted to sent may. And nothing follows that is not on the
    ladder.

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
        known = (
            answering.memory_days is None
            and min(answering.recognise[rule.here(policy.min_tie) :]) == 1
        )
        unclicked = known or not any(clicks)
        unbroken = rule.min_ratio is None and (rule.limit is None or unclicked)
        spared = {name for name in MEASURES_OF if unbroken or not actions & MEASURES_OF[name]}
        if not rule.graded:
            spared -= {"warned", "limited"}  # which are not measured
        found[name] = frozenset([*["idk_rate"] * unclicked, *spared])
    there = [found[name] for name, share in scenario.shares().items() if share > 0]
    return found | {EVERYBODY: frozenset.intersection(*there)}
