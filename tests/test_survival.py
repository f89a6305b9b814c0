"""Survival until the first restriction, against a published curve."""

import numpy as np
import pandas as pd
import pytest

from sim import measures
from sim.measures.definitions import member_columns
from sim.measures.survival import _medians, first_restricted

from . import tables

ENDED = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
STILL_WELL = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
FREIREICH = {
    "6-MP": [
        *((week, 1) for week, patients in ENDED.items() for _ in range(patients)),
        *((week, 0) for week in STILL_WELL),
    ],
    "placebo": [
        (week, 1)
        for week in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
    ],
}
"""The textbook example: weeks of remission in leukaemia, and whether it ended (Freireich et al.
1963, Blood 21)."""


def observed(patients, policy):
    weeks, ended = np.array(patients).T
    until_block = pd.array([week if end else None for week, end in patients], "Int32")
    return pd.DataFrame(
        {
            "policy": policy,
            "invitations_sent": weeks + 5 * ended,
            "invitations_until_block": until_block,
        }
    )


def medians(asked, table, by):
    places = table["policy"].map(list(asked.policies).index).to_numpy()
    return _medians(
        *first_restricted(asked, member_columns(asked, table), by),
        places,
        len(asked.policies),
    )


def test_survival_is_the_textbook_curve():
    asked = tables.scenario(42, ("everyone", "interacted"))
    table = pd.concat(
        [observed(FREIREICH["6-MP"], "everyone"), observed(FREIREICH["placebo"], "interacted")],
        ignore_index=True,
    )
    curves = measures.survival(asked, table, "invitations").set_index(["policy", "time"])
    treated = curves.loc["everyone"]
    assert treated.loc[[0, 6, 7, 9, 10, 13, 16, 22, 23, 35], "survival"].round(3).tolist() == [
        1,
        0.857,
        0.807,
        0.807,
        0.753,
        0.69,
        0.627,
        0.538,
        0.448,
        0.448,
    ]
    assert treated.loc[[6, 7, 10, 13, 16, 22, 23], "at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert treated.loc[[0, 6, 10, 23], "low"].round(3).tolist() == [1, 0.620, 0.503, 0.188]
    assert treated.loc[[0, 6, 10, 23], "high"].round(3).tolist() == [1, 0.952, 0.889, 0.680]
    untreated = curves.loc["interacted"]
    assert untreated.loc[[1, 8, 22, 23], "survival"].tolist() == pytest.approx(
        [19 / 21, 8 / 21, 1 / 21, 0]
    )
    assert untreated.loc[23, ["low", "high"]].tolist() == [0, untreated.loc[22, "high"]]
    assert untreated.loc[22, "high"] < 0.25
    assert len(curves.loc["all"]) > len(treated)
    assert medians(asked, table, "invitations").tolist()[:2] == [23, 8]
    # the published medians, and their log-log intervals as survival::survfit in R has them
    pooled = measures.time_to_block(asked, table, "invitations").set_index("policy")
    assert pooled.loc["everyone"].tolist() == [21, 23, 13, np.inf]
    assert pooled.loc["interacted"].tolist() == [21, 8, 4, 11]
    assert pooled.loc["all", "median":].isna().all()  # two policies, by invitations
    assert not curves.isna().any().any()


def test_survival_by_days_censors_at_the_last_day():
    asked = tables.scenario(10, ("everyone",), days=30)
    days = pd.array([3, 30, 30, 10, 10] + [None] * 5, "Int32")
    table = pd.DataFrame({"policy": "everyone", "blocked_day": days})
    curve = measures.survival(asked, table, "days").query("policy == 'everyone'")
    assert curve["time"].tolist() == [0, 3, 10, 30]
    assert curve["survival"].tolist() == pytest.approx([1, 0.9, 0.7, 0.5])
    assert curve["at_risk"].tolist() == [10, 10, 9, 7]
    assert medians(asked, table, "days")[0] == 30  # 0.5 but for rounding
    unharmed = table.assign(blocked_day=pd.array([None] * 10, "Int32"))
    never = measures.survival(asked, unharmed, "days")
    assert never[
        ["time", "survival", "low", "high", "at_risk"]
    ].drop_duplicates().to_numpy().tolist() == [
        [0, 1, 1, 1, 10],
        [30, 1, 1, 1, 10],
    ]
    assert np.isnan(medians(asked, unharmed, "days")).all()


def test_no_median_with_few_members_at_risk():
    asked = tables.scenario(100, ("everyone", "interacted"))
    out_of_sight = [(1, 0)] * 90
    table = pd.concat(
        [
            observed([*out_of_sight, (5, 1), *[(9, 0)] * 9], "everyone"),
            observed([(5, 1)] * 100, "interacted"),
        ]
    )
    assert medians(asked, table.reset_index(drop=True), "invitations").tolist()[1] == 5
    for alive, expected in (
        (9, np.nan),
        (10, 5.0),
    ):  # half of the many at risk are blocked by their fifth invitation
        few = [*[(1, 0)] * (100 - alive), *[(5, 1)] * alive]
        assert medians(asked, observed(few, "everyone"), "invitations")[0] == pytest.approx(
            expected, nan_ok=True
        )


def test_survival_of_members_who_never_invited():
    asked = tables.scenario(3, ("everyone",))
    table = pd.DataFrame(
        {
            "policy": "everyone",
            "invitations_sent": [0, 0, 0],
            "invitations_until_block": pd.array([None] * 3, "Int32"),
        }
    )
    curve = measures.survival(asked, table, "invitations").query("policy == 'all'")
    assert curve.drop(columns="policy").to_numpy().tolist() == [[0, 1, 1, 1, 3]]
    restricted_unasked = table.assign(invitations_until_block=pd.array([0, 0, 0], "Int32"))
    fallen = measures.survival(asked, restricted_unasked, "invitations").query("policy == 'all'")
    assert fallen.drop(columns="policy").to_numpy().tolist() == [[0, 1, 1, 1, 3], [0, 0, 0, 1, 3]]


def test_concatenated_replications_make_one_curve():
    asked = tables.scenario(60)
    runs = [tables.drawn(asked, seed)[0] for seed in (1, 2)]
    both = measures.survival(asked, pd.concat(runs, ignore_index=True))
    assert both.query("policy == 'all' and time == 0")["at_risk"].tolist() == [120]
    twice = measures.survival(asked, pd.concat([runs[0], runs[0]], ignore_index=True))
    pd.testing.assert_series_equal(twice["survival"], measures.survival(asked, runs[0])["survival"])
