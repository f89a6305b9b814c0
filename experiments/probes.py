"""Probes: invented accounts in a society, which repeat the socialbots study (Boshmaf et al. 2011).

In that study each of 102 accounts sent 84 friend requests within 8 weeks, first to random users,
then to friends of those who had accepted. Here some members get a policy with the same numbers: 1.5
attempts a day on 56 days, .59 of them from the directory and .41 from introductions [5,053 and
3,517 requests], and only to people whom they have never met. As invitees they answer like
"everyone".
"""

import sim

NAME = "probe"
NUMBER = 102
"""Probes in a society, as in the study."""
MOST = 0.1
"""The largest part of the members who are probes."""
FIRST_DAY, LAST_DAY = 183, 238


def eight_weeks_of_strangers(bond: sim.Bond, candidate: sim.Candidate, day: int) -> bool:
    """Return whether a probe invites: on 56 days, and only people whom it has never met."""
    return bond.tie_class == 0 and FIRST_DAY <= day <= LAST_DAY


def probe(share: float) -> sim.InvitePolicy:
    """Return the policy of probes."""
    return sim.InvitePolicy(
        NAME,
        share=share,
        directory=0.59,
        introductions=0.41,
        per_day=1.5,
        alike=True,
        takes_references=True,
        condition=eight_weeks_of_strangers,
    )


def with_probes(scenario: sim.Scenario, number: int = NUMBER) -> sim.Scenario:
    """Return a scenario in which some members are probes; the other policies share the rest.

    A small society has fewer, and one that ends before the 8 weeks do has none.

    Raises
    ------
    InputError
        The scenario has a policy of that name already.
    """
    if NAME in scenario.policies:
        raise sim.InputError(f"policies.{NAME}: the name of the probes; must be another name")
    number = min(number, int(MOST * scenario.members))
    if number == 0 or scenario.days < LAST_DAY:
        return scenario
    ordinary = scenario.members - number
    counts = {name: share * ordinary for name, share in scenario.shares().items()}
    return scenario.replace({"policies": {**counts, NAME: probe(number)}})
