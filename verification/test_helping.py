"""Needs, help and referral, where everybody knows everybody and each has a need every day.

All are of class 2, so who is asked helps with giving times willing[2]. One person is asked, drawn
at random, and refers to one, drawn at random. A right model fails each check with a chance of at
most 1 in 10,000; there are three. (Needs differ in their chances, as those in need are of different
types: a binomial error is then too large, on the safe side.)
"""

import pytest

import sim

from . import mechanisms
from .everybody import THRESHOLD, society, z_of

TYPES, GIVING, WILLING, REFER = (45, 75, 30), (0.85, 0.4, 0.05), 0.8, 0.65
MEMBERS, DAYS = sum(TYPES), 90


def run(**changes: object) -> sim.Result:
    """Return the end of a run in which nobody invites, and help is asked for every day."""
    chances = {"giving": GIVING, "willing": (0, 0, WILLING, 0, 0), "refer": REFER}
    helping = {"need_rate": 1, "ask_choice": 1, "refer_choice": 1, "givers": 0.3, "takers": 0.2}
    changed = {f"helping.{name}": value for name, value in (helping | chances | changes).items()}
    return sim.run(society(MEMBERS, DAYS, 45, inviting__per_day=0).replace(changed))


@pytest.fixture(scope="module")
def helped() -> sim.Result:
    """Return a run in which everybody is able to help."""
    return run(able=1)


def test_the_types_are_dealt(helped: sim.Result) -> None:
    """Check how many there are of each; and that all had a need every day."""
    types = helped.members["type"].value_counts()
    assert [types[name] for name in ("giver", "other", "taker")] == list(TYPES)
    assert (helped.members["needs"] == DAYS).all()


def test_needs_are_met(helped: sim.Result) -> None:
    """Check the share of the needs met by who was asked, and by who was referred to."""
    chances = [giving * WILLING for giving in GIVING]
    both = mechanisms.need_met(TYPES, chances, REFER)
    at_once = mechanisms.need_met(TYPES, chances, 0)
    members = helped.members
    for column, p in (("met_by_contact", at_once), ("met_by_referral", both - at_once)):
        assert abs(z_of(members[column].sum(), MEMBERS * DAYS, p)) < THRESHOLD
    assert members["met_by_connection"].sum() == 0
    assert (
        members["helped"].sum()
        == members["met_by_contact"].sum() + members["met_by_referral"].sum()
    )


def test_somebody_is_able() -> None:
    """Check how often anybody is asked: with chance 1 - (1 - able)^m, m the others."""
    members = run(able=0.004).members
    first_asked = members["asked"].sum() - members["referrals"].sum()
    p = 1 - 0.996 ** (MEMBERS - 1)
    assert abs(z_of(first_asked, MEMBERS * DAYS, p)) < THRESHOLD
