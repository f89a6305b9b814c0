"""Hypothesis strategies of small tables of estimates, with values that are easily told wrongly."""

import itertools
from typing import Any

import pandas as pd
from hypothesis import strategies as st

POLICIES = ("everyone", "interacted", "close_friends")
NEAR_ENDS = st.sampled_from([0.0, 1e-5, 0.0004, 0.005, 0.0995, 0.5, 0.981, 0.99, 0.9996, 1.0])
"""Shares at which the text of a percentage changes its form."""


def shares() -> st.SearchStrategy[float]:
    """Return shares from 0 to 1; some are equal, and some near to the ends."""
    return st.one_of(NEAR_ENDS, st.floats(0, 1))


@st.composite
def tables_of_means(draw: Any) -> pd.DataFrame:
    """Draw a table of shares by population, policy and day; some have none."""
    populations = draw(st.sampled_from([["mixed"], ["mixed", "alone"], ["newcomer", "own"]]))
    policies = draw(st.sampled_from([POLICIES[:1], POLICIES[:2], POLICIES]))
    rows = [
        {"population": population, "policy": policy, "day": day}
        for population, policy, day in itertools.product(populations, policies, (30, 60))
    ]
    value = st.one_of(shares(), st.just(float("nan")))
    means = draw(st.lists(value, min_size=len(rows), max_size=len(rows)))
    return pd.DataFrame(rows).assign(mean=means)
