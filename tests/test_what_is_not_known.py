"""Ranges over plausible societies, the order over years and sizes, and members told apart."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

import sim
from docs import answers
from experiments import benefits, crossed, horizon, plausible
from experiments.by_day import by_day
from tests.called_experiments import drawn, ended_well, sketched, written  # noqa: F401

pytestmark = pytest.mark.usefixtures("sketched")

SMALL = ("--members", "60", "--days", "20", "--societies", "10")


def societies(means: dict[str, np.ndarray], noise: float = 0.0) -> pd.DataFrame:
    """Return runs of societies, two seeds each, ``noise`` below and above the means."""
    rows = [
        {"point": point, "replication": seed, "policy": policy}
        | dict.fromkeys(plausible.MEASURES, mean + sign * noise)
        for policy, of in means.items()
        for point, mean in enumerate(of)
        for seed, sign in ((0, -1), (1, 1))
    ]
    return pd.DataFrame(rows)


def test_a_range_leaves_out_what_is_owed_to_the_seeds():
    means = np.random.default_rng(1).normal(10, 2, 2000)
    exact = plausible.ranged(societies({"a": means})).iloc[0]
    assert exact[["from", "to"]].tolist() == pytest.approx(np.quantile(means, [0.05, 0.95]))
    assert exact["chance"] == 0
    # with an error of 2 of each run, the means of two have one of 1.41 more
    draw = np.random.default_rng(2)
    rows = societies({"a": means})
    noisy = rows.assign(degree=rows["degree"] + draw.normal(0, 2, len(rows)))
    found = plausible.ranged(noisy).iloc[0]
    assert found[["from", "to"]].tolist() == pytest.approx(
        [10 - 1.645 * 2, 10 + 1.645 * 2], abs=0.3
    )
    assert found["chance"] == pytest.approx(0.5, abs=0.05)


def test_a_lead_counts_societies_with_ties_as_half():
    means = plausible.of_societies(
        societies({"a": np.array([2.0, 2, 1, 1, 3]), "b": np.array([1.0, 1, 1, 2, 2])})
    )
    row = plausible.leads(means, ["degree"]).iloc[0]
    assert row["mean"] == 3.5 / 5
    whole = means[means["society"] != 2]
    row = plausible.leads(whole, ["degree"]).iloc[0]
    due = proportion_confint(3, 4, method="beta")
    assert row[["low", "high"]].tolist() == pytest.approx(due)


def test_what_a_parameter_moves_is_told_by_its_thirds():
    values = np.random.default_rng(3).permutation(30)
    means = plausible.of_societies(societies({"a": 5.0 + 2 * values}))
    design = [{"x": int(value)} for value in values]
    row = plausible.moved(means, ["x"], design).iloc[0]
    assert row[["at_low", "at_high", "in_low", "in_high"]].tolist() == [4.5, 24.5, 14, 54]
    assert row["low"] < row["mean"] == 40 < row["high"]


def test_plausible_tells_ranges_beside_intervals(tmp_path, monkeypatch):
    monkeypatch.setattr(plausible, "CHANCE", 2)
    text = " ".join(ended_well(plausible.main, tmp_path, *SMALL).split())
    assert "of 10 plausible societies, “everyone” leads “interacted” in" in text
    tables = {f"{name}.csv" for name in ("ranges", "leads", "moves", "societies")}
    assert written(tmp_path) == tables | {"provenance.json"} | drawn("plausible", "moves")
    ranges = pd.read_csv(tmp_path / "ranges.csv")
    assert (ranges["from"] <= ranges["median"]).all()
    moves = pd.read_csv(tmp_path / "moves.csv")
    assert set(plausible.UNSET) < set(moves["parameter"])


def test_the_ranges_that_are_quoted_are_those_of_the_tables():
    folder = answers.ANSWERS / "plausible"
    ranges, moves = (pd.read_csv(folder / f"{name}.csv") for name in ("ranges", "moves"))
    ends = [*ranges[["from", "to"]].to_numpy(), *moves[["in_low", "in_high"]].to_numpy()]
    there = {f"{scale * a:.1f} to {scale * b:.1f}" for a, b in ends for scale in (1, 100)}
    quoted = re.findall(r"[\d.]+ to [\d.]+", " ".join(plausible.__doc__.split()))
    assert len(quoted) >= 5
    assert set(quoted) <= there


def test_the_order_of_reach_is_the_same_in_all_plausible_societies():
    """Check what the README says."""
    leads = pd.read_csv(answers.ANSWERS / "plausible" / "leads.csv")
    assert (leads["societies"] == 200).all()
    assert (leads[leads["measure"].isin(plausible.ORDERED)]["mean"] == 1).all()


def test_the_order_turns_where_the_clear_lead_passes_on():
    noise = np.random.default_rng(1).normal(0, 0.05, (2, 3, 12))
    gaps = {30: 1.0, 60: 0.0, 90: -1.0}
    rows = [
        {"day": day, "replication": r, "policy": policy}
        | dict.fromkeys(horizon.ORDERED, 5 + gap * (policy == "a") + noise[of, place, r])
        for place, (day, gap) in enumerate(gaps.items())
        for of, policy in enumerate("ab")
        for r in range(12)
    ]
    found = horizon.stretches(pd.DataFrame(rows))
    degree = found[found["measure"] == "degree"].drop(columns="measure").to_numpy().tolist()
    assert degree == [["a", "b", 30, 30], ["b", "a", 90, 90]]
    sentence, _ = horizon.turns(found)
    assert "“a” is clearly ahead of “b” until day 30, and behind from day 90" in sentence
    ended = found[found["policy"] == "a"].assign(last_day=[60, 90])
    assert "until day 60, and then not" in next(horizon.turns(ended))
    assert "all clear leads last" in next(horizon.turns(ended.assign(last_day=90)))


def test_what_transfers_is_alike_in_the_two_largest_societies():
    rows = [
        {"people": size, "policy": policy, "measure": measure, "mean": mean}
        for measure, of in {"degree": (5, 10, 10.9), "reach2": (5, 10, 20)}.items()
        for policy in "ab"
        for size, mean in zip((1, 2, 3), of, strict=True)
    ]
    table = pd.DataFrame(rows)
    assert horizon.transfer(table) == {"degree": True, "reach2": False}
    table.loc[5, "mean"] = 12  # of one policy only
    assert horizon.transfer(table) == {"degree": False, "reach2": False}


def test_horizon_follows_years_and_sizes(tmp_path, monkeypatch):
    monkeypatch.setattr(horizon, "SIZES", (40, 60))
    text = ended_well(horizon.main, tmp_path, *SMALL[:3], "366", *SMALL[4:])
    assert "From 40 to 60 people" in " ".join(text.split())
    tables = {f"{name}.csv" for name in ("years", "stretches", "lasting", "sizes")}
    figures = drawn("years", "lasting", "sizes")
    assert written(tmp_path) == tables | {"provenance.json"} | figures


def test_by_day_keeps_months_and_years():
    result = sim.run(sim.Scenario(members=40, days=400))
    table = by_day(result)
    days = [*range(30, 361, 30), 365, 390, 400]
    assert table["day"].drop_duplicates().tolist() == days
    end = table[table["day"] == 400].set_index("policy")
    summary = result.summary.set_index("policy")
    assert end["degree"].tolist() == pytest.approx(summary["degree"].tolist())


def test_deciles_are_of_all_members():
    result = sim.run(sim.Scenario(members=200, days=60, platform={"limit": 1}))
    table = benefits.by_decile(result)
    assert (table.groupby(["trait", "decile"])["members"].sum() == 20).all()
    people = result.members
    busiest = people.nlargest(20, "activity")
    here = table[(table["trait"] == "activity") & (table["decile"] == 10)]
    degree = (here["degree"] * here["members"]).sum()
    assert degree == pytest.approx(busiest["degree"].sum())
    assert (here["blocked"] * here["members"]).sum() == pytest.approx(
        busiest["blocked_day"].notna().sum()
    )


def test_two_by_two_parts_inviting_from_accepting():
    base = sim.Scenario(members=40, days=10)
    policies = crossed.crossed(base).scenario.policies
    everyone, known = base.policies["everyone"], base.policies["interacted"]
    one = policies["invites_everyone_accepts_acquaintances"]
    assert (one.directory, one.min_acceptance) == (everyone.directory, everyone.min_acceptance)
    assert (one.accepts_from, one.takes_references) == (known.accepts_from, known.takes_references)
    other = policies["invites_acquaintances_accepts_everyone"]
    assert (other.directory, other.min_tie, other.accepts_from) == (0, known.min_tie, 0)
    assert crossed.crossed(base.replace({"policies": {"everyone": 1}})) is None


def test_effects_pair_the_groups_that_differ_in_one_thing():
    rows = [
        {"replication": r, "policy": policy, "members": 10}
        | dict.fromkeys(sim.MEASURES, value + 0.01 * r)
        for r in range(3)
        for policy, value in zip(crossed.GROUPS, (0.1, 0.2, 0.4, 0.8), strict=True)
    ]
    runs = pd.DataFrame(rows)
    found = crossed.effects(runs)
    degree = found[found["measure"] == "degree"].set_index(["of", "alike"])["mean"]
    assert degree.round(6).to_dict() == {
        ("inviting", "everyone"): -0.3,
        ("inviting", "acquaintances"): -0.6,
        ("accepting", "everyone"): -0.1,
        ("accepting", "acquaintances"): -0.4,
    }


def test_what_the_pages_say_of_the_published_comparison():
    folder = answers.HOUSE / "results" / "published"
    deciles = pd.read_csv(folder / "deciles.csv")
    blocked = deciles[
        (deciles["trait"] == "activity")
        & (deciles["policy"] == "everyone")
        & (deciles["measure"] == "blocked")
    ].set_index("decile")["mean"]
    assert blocked[10] > 0.99  # "nearly all"
    assert (blocked[:5] < 1e-3).all()  # "hardly anybody"
    effects = pd.read_csv(folder / "effects.csv").set_index(["of", "measure"])
    assert (effects.loc[("inviting", "blocked"), "low"] > 0.1).all()
    assert (effects.loc[("accepting", "blocked"), "mean"] < 0.001).all()
    more = effects["mean"].xs("degree", level="measure").groupby("of").mean()
    assert more["inviting"] > more["accepting"] > 0.6 * more["inviting"]


def test_what_the_readme_says_of_time_and_size():
    tables = {
        name: pd.read_csv(answers.ANSWERS / "horizon" / f"{name}.csv")
        for name in ("years", "stretches", "lasting", "sizes")
    }
    last = tables["years"][tables["years"]["day"] == 2920].set_index(["measure", "policy"])["mean"]
    assert [round(last["degree", policy]) for policy in ("everyone", "interacted")] == [90, 85]
    assert last["blocked", "everyone"] == pytest.approx(0.5, abs=0.05)
    (turned,) = tables["lasting"].query(
        "year == 8 and policy == 'everyone' and than_policy == 'interacted'"
    )["mean"]
    assert 1 - turned == pytest.approx(1 / 4, abs=0.05)
    ends = tables["stretches"].set_index(["measure", "policy", "than_policy"])["last_day"]
    assert ends["reach2_share", "everyone", "interacted"] == 870
    assert (ends["degree"] == 2920).all()
    sizes = tables["sizes"].set_index(["measure", "people"]).query("policy == 'everyone'")["mean"]
    assert sizes["degree", 100_000] == pytest.approx(sizes["degree", 10_000], rel=0.05)
    assert sizes["reach2_share", 100_000] < sizes["reach2_share", 10_000] / 5


def test_what_the_page_of_answers_says_in_words():
    """Its numbers are read from tables; here is held what stands between them."""
    folder = answers.HOUSE / "results" / "published"
    summary = pd.read_csv(folder / "summary.csv").set_index(["population", "policy", "measure"])
    reach = summary["mean"].xs("reach2_share", level="measure")
    runs = pd.read_csv(folder / "runs.csv")
    around = runs.groupby(["society", "policy"])["reach2_share"].mean()
    assert around["newcomer: everyone"].idxmax() == "everyone"  # "pays oneself"
    assert around["newcomer: close_friends"].idxmin() == "close_friends"  # "reaches least"
    alone = reach["alone", "close_friends"]
    assert alone < reach["mixed", "close_friends"] < reach["newcomer", "close_friends"]
    order = pd.read_csv(answers.ANSWERS / "sensitivity" / "order.csv")
    assert (order[order["measure"] == "reach2_share"]["mean"] == 1).all()  # "nothing changes it"
    lasting = pd.read_csv(answers.ANSWERS / "horizon" / "lasting.csv")
    assert (lasting["societies"] == 40).all()
    rules = pd.read_csv(answers.ANSWERS / "block_rule" / "rules.csv").set_index("rule")
    gap = rules.loc["no rule", "unwanted"] - rules.loc["5 in 30 d: 7 d", "unwanted"]
    assert abs(gap) < 0.1  # "next to nothing"
    made = json.loads((answers.ANSWERS / "block_rule" / "provenance.json").read_text())
    assert made["scenario"]["members"] == 800
