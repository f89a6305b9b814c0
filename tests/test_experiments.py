"""The experiments that are studies: each runs from end to end."""

import sys

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import (
    appeals,
    block_rule,
    growth,
    helpers,
    lifetime,
    manners,
    platforms,
    ranges,
    rank,
    selectivity,
    sensitivity,
    societies,
    sweep,
    takeover,
    thirds,
)
from tests.called_experiments import (  # noqa: F401
    FEW,
    called,
    drawn,
    ended_well,
    sketched,
    written,
)

pytestmark = pytest.mark.usefixtures("sketched", "three_societies")


@pytest.fixture
def three_societies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three plausible societies live, fewer than the option takes."""
    lived = societies.lived
    monkeypatch.setattr(
        societies, "lived", lambda *args, number, **more: lived(*args, number=3, **more)
    )


def test_sweep_maps_every_measure_and_resumes(tmp_path, monkeypatch):
    # to draw all measures takes too long
    monkeypatch.setattr(sim, "MEASURES", ("degree", "time_to_block_days", "blocked"))
    monkeypatch.setattr(sweep, "COMPARED", sim.MEASURES)
    options = (
        "--members",
        "60",
        "--days",
        "20",
        "--x",
        "platform.limit=1,none",
        "--y",
        "answering.idk_click=.1,.3",
    )
    text = ended_well(sweep.main, tmp_path, *options)
    assert (
        "2 replications are too few to call a policy clearly ahead"
        in " ".join(text.split()).lower()
    )
    cells = pd.read_csv(tmp_path / "cells.csv", keep_default_na=False)
    known = set(cells["measure"][cells["mean"] != ""])
    maps = drawn("leads", *(f"maps/{measure}" for measure in sim.MEASURES if measure in known))
    assert {"degree", "blocked"} <= known
    assert written(tmp_path) == {"cells.csv", "leads.csv", "provenance.json"} | maps
    assert set(cells["platform.limit"]) == {"1", "none"}
    before = (
        (tmp_path / "cells.csv").read_bytes(),
        (tmp_path / "runs" / "table.parquet").stat().st_mtime_ns,
    )
    assert ended_well(sweep.main, tmp_path, *options) == text
    assert before[0] == (tmp_path / "cells.csv").read_bytes()
    code, _, err = called(
        sweep.main, *options, "--members", "70", "--replications", "2", "--out", tmp_path
    )
    assert code == 2
    assert err.count("\n") == 1
    assert "members" in err


def test_appeals_tells_who_is_pardoned(tmp_path):
    options = (
        "--members",
        "150",
        "--days",
        "90",
        "--set",
        "answering.recognise=[0, 0.1, 0.2, 0.3, 0.4]",
        *FEW,
    )
    text = " ".join(ended_well(appeals.main, tmp_path, *options).split())
    assert "2 strikes, click .3: " in text
    tables = {"sanctions.csv", "costs.csv", "ranges.csv", "provenance.json"}
    assert written(tmp_path) == tables | drawn("appeals")
    found = pd.read_csv(tmp_path / "sanctions.csv")
    means = found[found["policy"] == "interacted"].set_index(["world", "follows", "measure"])[
        "mean"
    ]
    for world in appeals.WORLDS:
        assert means[world, appeals.GOOD, "pardoned"] != means[world, appeals.GOOD, "pardoned"]
        assert means[world, "limit, for good", "blocked"] <= means[world, appeals.GOOD, "blocked"]
    assert means["2 strikes, click .3", "limit, for good, appeals", "pardoned"] > 0
    costs = pd.read_csv(tmp_path / "costs.csv")
    assert len(costs) == len(appeals.WORLDS) * (len(appeals.FOLLOWS) - 1) * len(appeals.COSTS)
    assert not costs["clear"].any()  # two replications are too few


def test_helpers_tells_types_apart(tmp_path):
    options = ("--members", "80", "--days", "150", "--set", "helping.able=1", *FEW)
    text = " ".join(ended_well(helpers.main, tmp_path, *options).split())
    assert "Of the needs of those who invite everyone" in text
    tables = {"groups.csv", "differences.csv", "ranges.csv", "provenance.json"}
    assert written(tmp_path) == tables | drawn("helpers")
    groups = pd.read_csv(tmp_path / "groups.csv").set_index(["floor", "policy", "measure"])["mean"]
    assert groups[0, "all", "need_met"] == pytest.approx(
        sum(groups[0, "all", way] for way in helpers.WAYS), abs=1e-5
    )
    assert groups[0, "taker", "helped"] < groups[0, "giver", "helped"]
    assert groups[0, "taker", "refusable"] == 0 < groups[0.3, "taker", "refusable"]


def test_block_rule_finds_a_frontier(tmp_path, monkeypatch):
    few = [
        block_rule.Rule(),
        block_rule.Rule(1),
        block_rule.Rule(5),
        block_rule.Rule(5, 30, None, 7),
        block_rule.Rule(min_ratio=0.6),
    ]
    monkeypatch.setattr(block_rule, "rules", lambda: few)
    monkeypatch.setattr(lifetime, "AT", (5, 10))
    monkeypatch.setattr(lifetime, "YEARS", 1)
    text = ended_well(block_rule.main, tmp_path, "--members", "60", "--days", "40", *FEW)
    assert "linkedin2008 (5 in life: for good)" in " ".join(text.split())
    assert written(tmp_path) == {
        "rules.csv",
        "lifetime.csv",
        "years.csv",
        "ranges.csv",
        "provenance.json",
    } | drawn("frontier", "lifetime")
    table = pd.read_csv(tmp_path / "rules.csv").set_index("rule")
    assert table.loc["no rule", ["blocked", "lost"]].tolist() == [0, 0]
    assert table.loc["no rule", "frontier"]
    assert table.loc["1 in life: for good", "unwanted"] < table.loc["no rule", "unwanted"]


def test_selectivity_draws_points_on_the_closed_form(tmp_path):
    text = ended_well(
        selectivity.main, tmp_path, "--members", "300", "--days", "60", "--restrictions", "5"
    )
    assert "simulated points have the expected value" in " ".join(text.split())
    assert written(tmp_path) == {"points.csv", "gains.csv", "provenance.json"} | drawn(
        "selectivity"
    )
    points = pd.read_csv(tmp_path / "points.csv")
    assert points["theta"].tolist() == sorted(points["theta"])
    assert points.iloc[-1][["theta", "mean", "expected", "closed"]].tolist() == [1, 0, 0, 0]
    near = points[
        (points["low"] - 0.05 <= points["expected"]) & (points["expected"] <= points["high"] + 0.05)
    ]
    assert len(near) >= len(points) - 1


def test_takeover_draws_the_flow(tmp_path, monkeypatch):
    monkeypatch.setattr(takeover, "starts", lambda: [(2, 99, 99), (2, 2, 2)])
    text = ended_well(takeover.main, tmp_path, "--members", "60", "--days", "40", "--every", "20")
    assert "By gained, linkedin2021" in " ".join(text.split())
    assert written(tmp_path) == {"shares.csv", "provenance.json"} | drawn(
        "flow", "shares", "invasions"
    )
    shares = pd.read_csv(tmp_path / "shares.csv")
    assert set(shares["day"]) == {0, 20, 40}
    totals = shares.groupby(["payoff", "rule", "start", "day"])["mean"].sum()
    assert np.allclose(totals, 1, atol=1e-5)


def test_thirds_finds_the_mix_and_its_flows(tmp_path, monkeypatch):
    monkeypatch.setattr(thirds, "RATES", (0.5, 1.0))
    monkeypatch.setattr(thirds, "ESTIMATES", (0.0, 0.2))
    text = ended_well(thirds.main, tmp_path, "--members", "150", "--days", "120", *FEW)
    assert "a third each at" in " ".join(text.split())
    assert written(tmp_path) == {
        "mixes.csv",
        "flows.csv",
        "pairs.csv",
        "ranges.csv",
        "provenance.json",
    } | drawn("thirds")
    mixes = pd.read_csv(tmp_path / "mixes.csv")
    sums = mixes.groupby(["rate", "least_estimate", "day"])["mean"].sum()
    assert len(sums) == 8
    assert np.allclose(sums, 1, atol=1e-5)


def test_rank_tells_who_is_courted_and_accepted(tmp_path, monkeypatch):
    monkeypatch.setattr(rank, "SLOPES", (0.0, 3.0))
    text = ended_well(rank.main, tmp_path, "--members", "150", "--days", "60", *FEW)
    assert "At a slope of 3 courting gains" in " ".join(text.split())
    tables = {"thirds.csv", "gains.csv", "ranges.csv", "provenance.json"}
    assert written(tmp_path) == tables | drawn("rank")
    found = pd.read_csv(tmp_path / "thirds.csv").set_index(["slope", "quantity", "third"])["mean"]
    assert found[3, "accepted", "low"] < found[3, "accepted", "high"]
    assert found[0, "received", "low"] < found[0, "received", "high"]  # some court
    gains = pd.read_csv(tmp_path / "gains.csv").set_index(["slope", "measure"])["mean"]
    assert (gains.xs("upwards", level="measure") > 0).all()


def test_platforms_share_less_where_people_are_less_open(tmp_path):
    text = ended_well(platforms.main, tmp_path, "--members", "120", "--days", "60", *FEW)
    assert "Ties of the union, as in the thread" in " ".join(text.split())
    files = {"platforms.csv", "ties.csv", "differences.csv", "ranges.csv", "provenance.json"}
    assert written(tmp_path) == files | drawn("platforms")
    keys = ["society", "policy", "platform", "measure"]
    found = pd.read_csv(tmp_path / "platforms.csv").set_index(keys)["mean"].sort_index()
    degrees = found["as in the thread", "all"].xs("degree", level="measure")
    assert degrees[platforms.UNION] > degrees[platforms.NAMES[0]] > degrees[platforms.NAMES[2]]
    # people are as open on the first in both societies: it is the same run
    assert degrees[platforms.NAMES[0]] == found["alike", "all", platforms.NAMES[0], "degree"]


def test_the_flows_of_a_mix_that_is_known():
    """Of four known online one has been met; of two met once one is met often; two are new."""
    before = np.arange(8), np.array([0, 0, 0, 0, 1, 1, 2, 2])
    after = np.arange(10), np.array([0, 0, 0, 1, 1, 2, 2, 2, 0, 2])
    found, month = thirds.flows(before, after), thirds.FLOW_DAYS / 365
    assert found["alpha"] * month == pytest.approx(-np.log(3 / 4))
    assert found["beta"] * month == pytest.approx(-np.log(1 / 2))
    assert found["growth"] * month == pytest.approx(growth := np.log(10 / 8))
    assert found["chain_online"] == pytest.approx(growth / 2 / (growth + np.log(4 / 3)))


def test_manners_are_compared_and_break_even(tmp_path, monkeypatch):
    monkeypatch.setattr(manners, "CLICKS", (0.1, 0.6))
    monkeypatch.setattr(manners, "LIMITS", (3, 1))
    text = ended_well(manners.main, tmp_path, "--members", "120", "--days", "60", *FEW)
    assert "Compared with inviting blindly, asking has clearly more connections at" in " ".join(
        text.split()
    )
    tables = {"manners.csv", "pays.csv", "break_even.csv", "ranges.csv", "provenance.json"}
    assert written(tmp_path) == tables | drawn("manners")
    table = pd.read_csv(tmp_path / "manners.csv")
    asking = table[(table["manner"] == "asking") & (table["measure"] == "blocked")]
    assert len(asking) == 4
    assert (asking["mean"] == 0).all()


def test_asking_first_breaks_even_in_the_long_run_as_the_closed_form_says():
    """Blindly an account has K a / q acceptances in all; that is y times as many people asked."""
    assert manners.even_after(0.4, 0.02, 0.2, 3) == pytest.approx(3 * 0.4 / 0.02 / 0.2, rel=0.05)
    assert manners.even_after(0.2, 0.02, 0.3, 3) == 1
    assert np.isnan(manners.even_after(0.4, 0, 0.2, 3))


def test_growth_compares_with_the_laws_and_the_bins(tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "BARE_DAYS", 120)
    text = ended_well(growth.main, tmp_path, "--members", "20", "--days", "30", *FEW)
    assert "another bin than LinkedIn's" in " ".join(text.split())
    assert written(tmp_path) == {
        "degrees.csv",
        "first.csv",
        "bins.csv",
        "ranges.csv",
        "provenance.json",
    } | drawn("growth")
    bins = pd.read_csv(tmp_path / "bins.csv")
    assert np.allclose(bins.groupby(["network", "source"])["mean"].sum(), 1, atol=1e-5)
    first = pd.read_csv(tmp_path / "first.csv")
    assert first["law"].notna().sum() == 2 * (growth.TENTHS + 1)


def test_the_laws_of_growth_are_those_of_many_networks_grown_by_hand():
    """60 newcomers of 2 connections each, 300 times."""
    draw, newcomers = np.random.default_rng(13), 60
    grown = {source: np.zeros(newcomers) for source in ("directory", "popular")}
    for source, total in grown.items():
        for _ in range(300):
            ends, degree = [], np.zeros(growth.FOUNDERS + newcomers, int)
            for new in range(growth.FOUNDERS, len(degree)):
                chosen: set[int] = set()
                while len(chosen) < growth.M:
                    if source == "popular" and ends:
                        chosen.add(ends[draw.integers(len(ends))])
                    else:
                        chosen.add(int(draw.integers(new)))
                degree[[*chosen, new]] += [1, 1, 2]
                ends += [*chosen, new, new]
            total += degree[growth.FOUNDERS :]
        seen = [tenth.mean() / 300 for tenth in np.array_split(total, growth.TENTHS)]
        # popular: the law takes a newcomer's two choices for independent, which is .03 off at first
        np.testing.assert_allclose(growth.law_of_tenths(source, newcomers), seen, rtol=0.07)


def test_sensitivity_screens_and_decomposes(tmp_path, monkeypatch):
    pytest.importorskip("SALib")
    for name, few in {
        "factors": ("answering.idk_click", "meeting.rate"),
        "uncertain": ("answering.idk_click", "platform.limit"),
    }.items():
        every = getattr(ranges, name)
        chosen = lambda base, every=every, few=few: [one for one in every(base) if one.label in few]  # noqa: E731
        monkeypatch.setattr(ranges, name, chosen)
    options = (
        "--members",
        "60",
        "--days",
        "30",
        "--trajectories",
        "2",
        "--samples",
        "8",
    )
    text = ended_well(sensitivity.main, tmp_path, *options)
    assert "noise of the seeds" in " ".join(text.split())
    assert written(tmp_path) == {"morris.csv", "sobol.csv", "order.csv", "provenance.json"} | drawn(
        "morris", "sobol"
    )


def test_without_salib_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib", None)
    code, _, err = called(sensitivity.main, "--out", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert "SALib: it is not installed; install it with: " in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("main", "arguments", "says"),
    [
        (
            sweep.main,
            ["--x", "platform.limt=1,2"],
            "platform.limt: no such parameter; nearest: platform.limit",
        ),
        (sweep.main, ["--x", "platform.limit"], "--x platform.limit: must be NAME=VALUE,VALUE,..."),
        (
            sweep.main,
            ["--y", "platform.limit=1"],
            "--y platform.limit=1: the same parameter as --x",
        ),
        (
            selectivity.main,
            ["--restrictions", "3,none"],
            "--restrictions 3,none: must be one to 5 different numbers of days",
        ),
        (
            block_rule.main,
            ["--set", "policies={everyone = 1}"],
            "policies.interacted.share: no member has this policy (got no such policy); must be",
        ),
        (
            block_rule.main,
            ["--set", "policies.interacted.share=0"],
            "policies.interacted.share: no member has this policy (got 0); must be above 0",
        ),
        (
            takeover.main,
            ["--days", "60", "--every", "100"],
            "--every: too large (got 100); must be 60 or less, the days of a run",
        ),
        (
            sensitivity.main,
            ["--samples", "100"],
            "--samples 100: not a power of two; must be one, as 128",
        ),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(tmp_path, main, arguments, says):
    code, _, err = called(main, *arguments, "--out", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert says in err
    assert not (tmp_path / "out").exists()
