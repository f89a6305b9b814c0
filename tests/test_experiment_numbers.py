"""The computations of the experiments agree with what is known from elsewhere."""

import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

import sim
from experiments import (
    imitation,
    lifetime,
    ranges,
    selective_gains,
    selectivity,
    sensitivity,
    sweep,
    takeover,
    takeover_shares,
    verdicts,
)
from sim.measures.rates import Shares, pooled_interval


def test_the_lead_is_that_of_the_highest_mean_and_clear_by_one_family():
    drawn = np.random.default_rng(1).normal(0, 0.1, (3, 10))
    values = {
        0: {"a": 7 + drawn[0], "b": 5 + drawn[1], "c": 5 + drawn[2]},  # a is ahead of all
        1: {"a": 7 + drawn[0], "b": 6.98 + drawn[1], "c": 5 + drawn[2]},  # of c alone
        2: {"a": 1 + 0 * drawn[0], "b": 1 + 0 * drawn[1], "c": 1 + 0 * drawn[2]},  # a draw
        3: {"a": np.nan * drawn[0], "b": np.nan * drawn[1], "c": np.nan * drawn[2]},
    }
    rows = [
        {"point": point, "replication": r, "policy": policy, **dict.fromkeys(sim.MEASURES, np.nan)}
        | {"degree": value}
        for point, of in values.items()
        for policy, ten in of.items()
        for r, value in enumerate(ten)
    ]
    runs = pd.DataFrame(rows)
    leads = sweep.leading(runs)
    first, second = values[1]["a"].mean(), values[1]["b"].mean()
    ahead = ["a", "b"] if first > second else ["b", "a"]
    assert leads[["point", "policy", "clear"]].values.tolist() == [
        [0, "a", True],
        [1, ahead[0], False],
    ]
    assert leads["next"][1] == ahead[1]
    assert leads["mean"][1] == pytest.approx(abs(first - second))
    few = sweep.leading(runs[runs["replication"] < 9])
    assert not few["clear"].any()


def test_overtaking_is_where_the_clear_lead_passes_on():
    plane = sweep.Plane("platform.limit", [2, 3, 5], "answering.idk_click", [0.1, 0.3])
    leads = pd.DataFrame(
        {
            "point": [0, 2, 4, 1, 3, 5],
            "measure": "degree",
            "policy": list("aabbbb"),
            "clear": [True, False, True, True, True, True],
        }
    )
    assert list(sweep.overtakings(leads, plane, "degree")) == [(0.1, "a", "b", 2, 5)]
    assert plane.grid(pd.Series([0, 1, 2, 3, 4, 5])).tolist() == [[0, 2, 4], [1, 3, 5]]


# Rules


def beats(one, other) -> bool:
    return all(x <= y for x, y in zip(one, other, strict=True)) and any(
        x < y for x, y in zip(one, other, strict=True)
    )


def test_the_frontier_is_what_brute_force_finds():
    points = np.random.default_rng(3).integers(0, 5, (60, 3))
    slow = [not any(beats(other, one) for other in points.tolist()) for one in points.tolist()]
    assert verdicts.frontier(points).tolist() == slow
    assert 0 < sum(slow) < 60


def test_a_rule_is_clearly_beaten_only_if_another_is_clearly_better():
    noise = np.random.default_rng(5).normal(0, 1, 10)
    # noise that both have is no noise in a paired difference
    base = pd.DataFrame({"unwanted": 10 + noise, "blocked": 0.4, "lost": 1.0}).assign(
        replication=range(10), members=50, policy="all"
    )
    slightly = base["unwanted"] - 0.1 - 0.01 * noise**2
    better, unclear = (
        base.assign(unwanted=slightly),
        base.assign(unwanted=base["unwanted"] + np.linspace(-3, 3.2, 10)),
    )

    def beaten(*rules):
        table = pd.concat([rule.assign(point=point) for point, rule in enumerate(rules)])
        return verdicts.clearly_beaten_by(table)

    assert beaten(base, better, unclear)[0] == [1]
    assert beaten(base, base) == [[], []]
    assert beaten(base[:9], better[:9]) == [[], []]  # nothing is clear with nine runs
    assert beaten(base, better.assign(blocked=0.42)) == [[], []]


def test_a_rule_is_harmless_by_holm_over_all_rules():
    """Its p-value is the level at which the interval of the share blocked leaves out 1 %."""
    random, counts = np.random.default_rng(7), [0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 12, 40]
    blocked = [random.multinomial(count, [0.1] * 10) for count in counts]
    aims = pd.DataFrame(
        {"point": point, "replication": r, "policy": "all", "members": 150, "blocked": n / 150}
        for point, runs in enumerate(blocked)
        for r, n in enumerate(runs)
    )
    p_values = []
    for runs in blocked[1:]:
        levels = 1 - np.geomspace(1e-7, 0.9, 4000)
        shares = Shares(np.tile(runs, (4000, 1)).astype(float), np.full((4000, 10), 150.0))
        p_values.append(1 - levels[pooled_interval(shares, levels).high < 0.01].max(initial=0))
    expected = multipletests(p_values, 0.05, method="holm")[0]
    assert verdicts.clearly_harmless(aims).tolist() == [False, *expected]
    assert 1 < expected.sum() < sum(p < 0.05 for p in p_values)
    assert not verdicts.clearly_harmless(aims[aims["replication"] < 9]).any()


def test_the_aims_of_a_rule_are_those_of_the_members_meant():
    rows = []
    for point, (blocked, degree) in enumerate([((0, 0, 0), 9.0), ((1, 0.5, 0.25), 7.0)]):
        of = dict(zip(("everyone", "interacted", "close_friends"), blocked, strict=True))
        rows += [
            {"point": point, "policy": p, "members": 40 if p == "interacted" else 20, "blocked": b}
            for p, b in of.items()
        ]
        everybody = {
            "members": 80,
            "blocked": 0.9,
            "unwanted_received": 30.0 - point,
            "degree": degree,
        }
        rows.append({"point": point, "policy": "all", **everybody})
    aims = verdicts.judged(pd.DataFrame(rows).assign(replication=0)).set_index("policy")
    found = aims.loc["all", ["unwanted", "blocked", "lost", "members"]].to_numpy().tolist()
    assert found == [[30, 0, 0, 60], [29, (40 * 0.5 + 20 * 0.25) / 60, 2, 60]]


def test_a_lifetime_count_blocks_as_the_binomial_says():
    assert lifetime.blocked_after([300, 1000], 0.01, 5) == pytest.approx([0.1839, 0.9713], abs=1e-4)
    struck = np.random.default_rng(1).random((4000, 300)) < 0.01
    assert (struck.sum(axis=1) >= 5).mean() == pytest.approx(
        lifetime.blocked_after(300, 0.01, 5), abs=0.02
    )


def test_no_share_blocked_over_the_years_has_an_interval_of_width_0():
    """Where all runs have the same share, the members still are a sample."""
    runs = pd.DataFrame(
        {"point": 0, "replication": r, "members": 800, "blocked_700": share}
        for r, share in enumerate([1 / 1600] * 3)
    ).assign(blocked_50=0.0)
    found = lifetime._shares(runs, ["blocked_50", "blocked_700"])
    assert found["mean"].tolist() == [0, 1 / 1600]
    assert (found["low"] >= 0).all()
    assert (found["low"] < found["high"]).all()


def test_the_strikes_of_a_year_are_those_of_the_members():
    result = sim.run(sim.Scenario(members=120, days=365, seed=3))
    kept = lifetime.year_by_year(result).iloc[0]
    own = result.members[result.members["policy"] == lifetime.FOLLOWED]
    assert kept["strikes_year_1"] == pytest.approx(own["strikes"].mean())
    assert kept["members"] == len(own)


def test_strikes_by_invitation_in_the_model_follow_the_binomial(monkeypatch):
    monkeypatch.setattr(lifetime, "CHANCE", 0.1)
    monkeypatch.setattr(lifetime, "AT", (20, 50, 90))
    kept = lifetime.blocked_by(sim.run(lifetime.by_invitations(1, 1200))).iloc[0]
    due = lifetime.blocked_after([20, 50, 90], 0.1, 5)
    spread = np.sqrt(due * (1 - due) / 1200)
    assert (
        np.abs(kept[["blocked_20", "blocked_50", "blocked_90"]].to_numpy(float) - due) < 4 * spread
    ).all()


# Selectivity


def test_expected_gain_agrees_with_a_plain_simulation():
    days, daily, people, accept, strike, limit, restriction = 80, 0.5 / 40, 30, 0.5, 0.5, 2, 3
    chance, gained, runs = np.random.default_rng(2), 0, 4000
    for _ in range(runs):
        strikes = until = invited = 0
        for day in range(1, days + 1):
            if day > until and chance.random() < daily * (people - invited):
                invited += 1
                answer = chance.random()
                gained += answer < accept
                strikes += answer > 1 - strike
                if strikes == limit:
                    strikes, until = 0, day + restriction
    due = selectivity.expected(days, daily, people, accept, strike, limit, restriction)
    assert gained / runs / days == pytest.approx(due, rel=0.02)


def test_three_groups_give_the_closed_form_of_the_uniform_in_the_long_run():
    groups = selectivity.Groups((0.2, 0.7), 100_000)
    scenario = sim.Scenario(days=3000).replace({"answering.idk_click": 0.8, "platform.limit": 2})
    c, arrivals = selectivity.scale(scenario, 100_000, 10)
    for theta in (0, 0.2, 0.7):
        assert groups.expected(scenario, theta, 10) == pytest.approx(
            float(selectivity.rate(theta, c, arrivals)), rel=0.02
        )


@pytest.mark.parametrize(("c", "theta"), [(0.1, 0.084), (1, 0.382), (10, 0.730)])
def test_the_optimum_is_where_the_rate_is_highest(c, theta):
    assert selectivity.optimum(c) == pytest.approx(theta, abs=1e-3)
    fine = np.linspace(0, 1, 10_001)
    assert fine[np.argmax(selectivity.rate(fine, c, 1.0))] == pytest.approx(
        selectivity.optimum(c), abs=1e-3
    )


def test_selectivity_gains_what_the_threshold_next_to_the_optimum_has_more():
    base = sim.Scenario(days=60).replace({"answering.idk_click": 0.8, "platform.limit": 2})
    best = selectivity.optimum(selectivity.scale(base, 300, 50)[0])
    table = pd.DataFrame({"theta": [0.0, best + 0.01, best + 0.2], "mean": [0.2, 0.3, 0.9]})
    table = table.assign(restriction=50, low=table["mean"] - 0.03, high=table["mean"] + 0.03)
    row = selectivity.gains(table, base, 300).iloc[0]
    assert row[["mean", "relative"]].tolist() == pytest.approx([0.1, 0.5])
    assert row["high"] - row["mean"] == pytest.approx(0.03 * 2**0.5)
    days = selective_gains.pays_from(base, 300)
    ratio = [
        selectivity.rate(selectivity.optimum(c), c, arrivals) / selectivity.rate(0, c, arrivals)
        for c, arrivals in (selectivity.scale(base, 300, length) for length in (days - 1, days))
    ]
    assert ratio[0] < 1.1 <= ratio[1]


# Sensitivity


def test_every_corner_of_the_explored_space_is_a_scenario():
    base = sim.Scenario(members=20, days=1)
    varied = ranges.factors(base)
    assert len({one.label for one in varied}) == len(varied) > 40
    chance = np.random.default_rng(4)
    for low in (1.0, 0.0, 0.5, 0.5, 0.5):
        ends = [one.low if chance.random() < low else one.high for one in varied]
        changed = base.replace(ranges.changes(base, varied, ends))
        meeting = changed.meeting
        assert meeting.again + meeting.friend + meeting.team + meeting.circle < 1
        assert changed.society.close > changed.society.often


def test_what_has_no_effect_is_not_explored():
    base = sim.Scenario(members=20, days=1)
    appeals = {"platform.appeal_decay", "policies.everyone.appeals"}
    assert not appeals & {one.label for one in ranges.factors(base)}
    pardons = base.replace({"platform.appeal_success": 0.5})
    assert appeals < {one.label for one in ranges.factors(pardons)}


def test_morris_and_sobol_find_what_an_additive_function_says(tmp_path, monkeypatch):
    pytest.importorskip("SALib")
    varied = [
        ranges.Factor("meeting.rate", 0, 1),
        ranges.Factor("meeting.friend", 0, 1),
        ranges.Factor("answering.accept", 0, 1, tie_class=2),
    ]

    def known(base, points, *rest):
        sums = [3 * point["meeting.rate"] + point["meeting.friend"] for point in points]
        return {"reach": np.array(sums)}, {"reach": 0.0}, pd.DataFrame()

    monkeypatch.setattr(sensitivity, "averaged", known)
    monkeypatch.setattr(ranges, "SHARES", ())  # these would be scaled to add up to 1
    morris, _ = sensitivity.screened(sim.Scenario(), varied, 4, 2, tmp_path, 1)
    assert morris["mu_star"].tolist() == pytest.approx([3, 1, 0])
    sobol, _, _ = sensitivity.indices(sim.Scenario(), varied, 512, 2, tmp_path, 1)
    assert sobol["ST"].tolist() == pytest.approx([0.9, 0.1, 0], abs=0.03)
    assert sobol["S1"].tolist() == pytest.approx([0.9, 0.1, 0], abs=0.06)


def test_what_is_uncertain_stays_within_plausible_societies():
    varied = ranges.uncertain(sim.Scenario(members=20, days=1))
    by = {one.label: one for one in varied}
    assert {"answering.accept[4]", "platform.limit", "policies.everyone.share"} <= set(by)
    assert (by["inviting.per_day"].low, by["inviting.per_day"].high) == pytest.approx(
        (0.25 * 4**0.05, 0.25 * 4**0.95), rel=0.05
    )
    base = sim.Scenario(members=20, days=1)
    ends = [one.high for one in varied]
    point = ranges.plausible(base, varied, ends)
    assert point["platform.limit"] == 8
    assert point["answering.idk_click"] == pytest.approx(by["answering.idk_click"].high * 8 / 5)
    assert base.replace(point).platform.limit == 8


def test_the_lead_is_the_first_policys_over_the_seconds():
    rows = [
        {"point": point, "replication": r, "policy": policy, "degree": degree + r}
        | dict.fromkeys(("reach2_share", "reciprocity", "blocked"), 0.5)
        for point, of in enumerate([(9, 5, 1, 6), (3, 5, 1, 6)])
        for policy, degree in zip(
            ("everyone", "interacted", "close_friends", "all"), of, strict=True
        )
        for r in range(2)
    ]
    runs = pd.DataFrame(rows)
    found = sensitivity._of_runs(runs, sim.Scenario())
    assert found["lead in connections"].groupby(level="point").mean().tolist() == [4, -2]
    order = sensitivity._order(runs)
    assert order[order["measure"] == "degree"]["mean"].tolist() == [0.5, 1, 1]


# Takeover


def test_shares_are_placed_in_the_triangle():
    assert takeover.ternary([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) == pytest.approx(
        np.array([[0, 0], [1, 0], [0.5, math.sqrt(3) / 2]])
    )
    assert takeover.ternary([1 / 3] * 3) == pytest.approx([0.5, math.sqrt(3) / 6])
    equal, *few = takeover.starts()
    assert len(set(equal)) == 1
    assert [min(start) / sum(start) for start in few] == [0.01] * 3
    assert [*map(takeover_shares.named, few)] == [*map(takeover_shares.invasion, takeover.POLICIES)]
    assert takeover_shares.named((1, 1, 4)) == "1/1/4"


def test_copying_follows_the_fermi_rule():
    assert imitation.fermi([0, math.log(3), -1e9], 1) == pytest.approx([0.5, 0.75, 0])
    assert imitation.fermi([2.0], 0) == pytest.approx([0.5])
    payoff = np.array([0.0] * 500 + [1.0] * 500)  # two standard deviations apart
    copying = takeover.Imitation(chance=1, beta=2)
    chosen = np.stack([copying.models(payoff, seed, 30) for seed in range(40)])
    assert (chosen != np.arange(1000)).any()
    upwards = (chosen[:, :500] >= 500).mean() / (500 / 999)  # of those who looked at a better one
    downwards = (chosen[:, 500:] < 500).mean() / (500 / 999)
    assert (upwards, downwards) == pytest.approx(
        (imitation.fermi(2, 2), imitation.fermi(-2, 2)), abs=0.02
    )


def test_nobody_copies_where_nobody_looks_and_draws_are_keyed():
    payoff = np.arange(50.0)
    assert (takeover.Imitation(chance=0).models(payoff, 1, 30) == np.arange(50)).all()
    one, same, other = (takeover.Imitation(chance=1).models(payoff, 1, day) for day in (30, 30, 60))
    assert (one == same).all()
    assert (one != other).any()


def test_few_try_a_policy_at_random():
    names = ["a", "b", "c"]
    chosen = np.array(["a"] * 30_000)
    tried = takeover.Imitation(mutation=0.1).tried(chosen, names, 1, 30)
    shares = [(tried == name).mean() for name in names]
    assert shares == pytest.approx([1 - 0.2 / 3, 0.1 / 3, 0.1 / 3], abs=0.005)
    assert (takeover.Imitation().tried(chosen, names, 1, 30) == chosen).all()


def test_newcomers_copy_and_who_has_left_does_not():
    scenario = sim.Scenario(
        members=60,
        days=40,
        society={"arrivals": 2, "leave": 0.01},
        policies={"everyone": 1, "interacted": 1},
    )
    for payoff in imitation.Payoff:
        copying = imitation.Imitation(every=20, chance=1, beta=0, payoff=payoff)
        kept = copying.simulate(scenario).set_index("policy")
        assert kept.sum().tolist() == pytest.approx([1, 1, 1])
    plain = sim.run(scenario).members
    there = plain[plain["left"].isna() | (plain["left"] == 0)]
    kept = imitation.Imitation(every=20, chance=0).simulate(scenario).set_index("policy")
    due = (there["policy"] == "everyone").mean()
    assert kept.loc["everyone", "share_40"] == pytest.approx(due)
    alone = imitation.Imitation(chance=1).models(np.array([3.0]), 1, 30)
    assert alone.tolist() == [0]


def test_without_looking_around_a_society_with_imitation_is_the_plain_one():
    scenario = sim.Scenario(members=60, days=40)
    kept = takeover.Imitation(every=20, chance=0).simulate(scenario)
    assert kept["share_40"].tolist() == [1 / 3] * 3
