"""The experiments that are studies: each runs small from end to end, and what it works out by itself agrees with what is known by hand."""

import io
import json
import math
import sys
from contextlib import redirect_stderr, redirect_stdout
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import (
    block_rule,
    first,
    lifetime,
    ranges,
    selectivity,
    sensitivity,
    studies,
    sweep,
    takeover,
)
from sim.cli import commands


def called(main, *arguments: str | Path) -> tuple[int, str, str]:
    """Call an experiment with options, in this process: exit code, what it printed, and its errors."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        commands.launch(
            main, [str(argument) for argument in arguments], interrupted=studies.INTERRUPTED
        )
    return int(ended.value.code), out.getvalue(), err.getvalue()


def ended_well(main, out: Path, *arguments: str) -> str:
    """Call an experiment that must do well, and give what it printed."""
    code, text, err = called(main, *arguments, "--jobs", "1", "--replications", "2", "--out", out)
    assert (code, err) == (0, "")
    assert max(map(len, text.splitlines()[:-1])) <= 100  # the last line names the folder
    record = json.loads((out / "provenance.json").read_text())
    assert record["seeds"] == [1, 2]
    return text


def written(out: Path) -> set[str]:
    """List the files beside the folders of runs and their logs."""
    studied = {path.parent for path in out.rglob("runs.sqlite")} | {out / "logs"}
    return {
        str(path.relative_to(out))
        for path in out.rglob("*")
        if path.is_file() and not studied & set(path.parents)
    }


def drawn(*names: str) -> set[str]:
    return {f"{name}.{suffix}" for name in names for suffix in ("png", "svg")}


# From end to end


def test_sweep_maps_every_measure_and_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr(
        sim, "MEASURES", ("degree", "time_to_block_days", "blocked")
    )  # drawing all takes its time
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
    assert "degree: clearly ahead" in " ".join(text.split())
    maps = drawn("leads", *(f"maps/{measure}" for measure in sim.MEASURES))
    assert written(tmp_path) == {"cells.csv", "leads.csv", "provenance.json"} | maps
    cells = pd.read_csv(tmp_path / "cells.csv", keep_default_na=False)
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
    text = ended_well(block_rule.main, tmp_path, "--members", "60", "--days", "40")
    assert "linkedin2008 (5 in life: for good)" in " ".join(text.split())
    assert written(tmp_path) == {
        "rules.csv",
        "lifetime.csv",
        "years.csv",
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
    assert written(tmp_path) == {"points.csv", "provenance.json"} | drawn("selectivity")
    points = pd.read_csv(tmp_path / "points.csv")
    assert points["theta"].tolist() == sorted(points["theta"])
    assert points.iloc[-1][["theta", "mean", "expected", "closed"]].tolist() == [1, 0, 0, 0]
    near = points[
        (points["low"] - 0.05 <= points["expected"]) & (points["expected"] <= points["high"] + 0.05)
    ]
    assert len(near) >= len(points) - 1


def test_takeover_draws_the_flow(tmp_path, monkeypatch):
    monkeypatch.setattr(takeover, "starts", lambda: [(1, 1, 4), (2, 2, 2)])
    text = ended_well(takeover.main, tmp_path, "--members", "60", "--days", "40", "--every", "20")
    assert "By gained, linkedin2021" in " ".join(text.split())
    assert written(tmp_path) == {"shares.csv", "provenance.json"} | drawn("flow", "shares")
    shares = pd.read_csv(tmp_path / "shares.csv")
    assert set(shares["day"]) == {0, 20, 40}
    totals = shares.groupby(["payoff", "rule", "start", "day"])["mean"].sum()
    assert np.allclose(totals, 1, atol=1e-5)


def test_sensitivity_screens_and_decomposes(tmp_path, monkeypatch):
    pytest.importorskip("SALib")
    every = ranges.factors
    monkeypatch.setattr(
        ranges,
        "factors",
        lambda base: [
            one for one in every(base) if one.label in ("answering.idk_click", "meeting.rate")
        ],
    )
    options = (
        "--members",
        "60",
        "--days",
        "30",
        "--trajectories",
        "2",
        "--samples",
        "8",
        "--set",
        "platform.limit=1",
    )
    text = ended_well(sensitivity.main, tmp_path, *options)
    assert "Noise of the seeds" in " ".join(text.split())
    assert written(tmp_path) == {"morris.csv", "sobol.csv", "provenance.json"} | drawn(
        "morris", "sobol"
    )


def test_without_salib_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib", None)
    code, _, err = called(sensitivity.main, "--out", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert "SALib: not installed; must be installed, by" in err
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
        (block_rule.main, ["--set", "policies={everyone = 1}"], "policies: nobody has interacted"),
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
def test_a_slip_is_one_line_and_leaves_nothing(tmp_path, main, arguments, says):
    code, _, err = called(main, *arguments, "--out", tmp_path / "out")
    assert (code, err.count("\n")) == (2, 1)
    assert says in err
    assert not (tmp_path / "out").exists()


# The sweep


def test_what_is_rounded_to_nothing_has_no_sign():
    assert studies.between(-0.01, -0.1, 0.04, ".1f", "%") == "0.0 % [-0.1, 0.0]"


def test_the_lead_is_that_of_the_highest_mean_and_clear_where_the_interval_excludes_0():
    rows = [
        {
            "point": point,
            "replication": r,
            "policy": policy,
            **dict.fromkeys(sim.MEASURES, np.nan),
            "degree": value,
        }
        for point, values in {
            0: {"a": [5, 6, 7], "b": [4, 5, 6.5]},
            1: {"a": [1, 9, 2], "b": [3, 2, 8]},
            2: {"a": [1, 1, 1], "b": [1, 1, 1]},
        }.items()
        for policy, three in values.items()
        for r, value in enumerate(three)
    ]
    leads = sweep.leading(pd.DataFrame(rows))
    assert leads[["point", "policy", "next", "clear"]].values.tolist() == [
        [0, "a", "b", True],
        [1, "b", "a", False],
    ]


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
    assert block_rule.frontier(points).tolist() == slow
    assert 0 < sum(slow) < 60


def test_a_rule_is_clearly_beaten_only_with_an_interval_above_0():
    noise = np.random.default_rng(5).normal(0, 1, (8, 1))
    base = np.hstack(
        [10 + noise, 5 + noise, 1 + 0 * noise]
    )  # noise that is shared is no noise in a paired difference
    better, unclear = base - [0.1, 0, 0], base + np.linspace(-3, 3.2, 8)[:, None] * [1, 0, 0]
    assert block_rule.clearly_beaten_by(np.stack([base, better, unclear])) == [[1], [], []]
    assert block_rule.clearly_beaten_by(np.stack([base, base])) == [[], []]


def test_blocked_and_lost_are_of_those_meant():
    rows = []
    for point, (blocked, degree) in enumerate([((0, 0, 0), 9.0), ((1, 0.5, 0.25), 7.0)]):
        of = dict(zip(("everyone", "interacted", "close_friends"), blocked, strict=True))
        rows += [
            {"point": point, "policy": p, "members": 40 if p == "interacted" else 20, "blocked": b}
            for p, b in of.items()
        ]
        rows.append(
            {
                "point": point,
                "policy": "all",
                "members": 80,
                "blocked": 0.9,
                "unwanted": 30.0 - point,
                "degree": degree,
            }
        )
    aims = block_rule.judged(pd.DataFrame(rows).assign(replication=0), 2)
    assert aims[:, 0].tolist() == [[30, 0, 0], [29, 100 * (40 * 0.5 + 20 * 0.25) / 60, 2]]


def test_a_lifetime_count_blocks_as_the_binomial_says():
    assert lifetime.blocked_after([300, 1000], 0.01, 5) == pytest.approx([0.1839, 0.9713], abs=1e-4)
    struck = np.random.default_rng(1).random((4000, 300)) < 0.01
    assert (struck.sum(axis=1) >= 5).mean() == pytest.approx(
        lifetime.blocked_after(300, 0.01, 5), abs=0.02
    )


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
    c, arrivals = selectivity._scale(scenario, 100_000, 10)
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
        assert meeting.again + meeting.friend + meeting.circle < 1
        assert changed.society.close > changed.society.often


def test_morris_and_sobol_find_what_an_additive_function_says(tmp_path, monkeypatch):
    pytest.importorskip("SALib")
    varied = [
        ranges.Factor("meeting.rate", 0, 1),
        ranges.Factor("meeting.friend", 0, 1),
        ranges.Factor("answering.accept", 0, 1, tie_class=2),
    ]

    def known(base, factors, sample, *rest):
        return {"reach": 3 * sample[:, 0] + sample[:, 1]}, {"reach": 0.0}

    monkeypatch.setattr(sensitivity, "averaged", known)
    morris, _ = sensitivity.screened(sim.Scenario(), varied, 4, 2, tmp_path, 1)
    assert morris["mu_star"].tolist() == pytest.approx([3, 1, 0])
    assert [one.label for one in sensitivity.mattering(morris, varied, 2)] == [
        "meeting.rate",
        "meeting.friend",
    ]
    sobol, _ = sensitivity.indices(sim.Scenario(), varied, 512, 2, tmp_path, 1)
    assert sobol["ST"].tolist() == pytest.approx([0.9, 0.1, 0], abs=0.03)
    assert sobol["S1"].tolist() == pytest.approx([0.9, 0.1, 0], abs=0.06)


# Takeover


def test_shares_are_placed_in_the_triangle():
    assert takeover.ternary([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) == pytest.approx(
        np.array([[0, 0], [1, 0], [0.5, math.sqrt(3) / 2]])
    )
    assert takeover.ternary([1 / 3] * 3) == pytest.approx([0.5, math.sqrt(3) / 6])
    assert takeover.starts(4) == [(1, 1, 2), (1, 2, 1), (2, 1, 1)]
    assert all(sum(start) == 6 for start in takeover.starts())


def test_copying_follows_the_fermi_rule():
    assert takeover.fermi([0, math.log(3), -1e9], 1) == pytest.approx([0.5, 0.75, 0])
    assert takeover.fermi([2.0], 0) == pytest.approx([0.5])
    payoff = np.array([0.0] * 500 + [1.0] * 500)  # two standard deviations apart
    copying = takeover.Imitation(chance=1, beta=2)
    chosen = np.stack([copying.models(payoff, seed, 30) for seed in range(40)])
    assert (chosen != np.arange(1000)).any()
    upwards = (chosen[:, :500] >= 500).mean() / (500 / 999)  # of those who looked at a better one
    downwards = (chosen[:, 500:] < 500).mean() / (500 / 999)
    assert (upwards, downwards) == pytest.approx(
        (takeover.fermi(2, 2), takeover.fermi(-2, 2)), abs=0.02
    )


def test_nobody_copies_where_nobody_looks_and_draws_are_keyed():
    payoff = np.arange(50.0)
    assert (takeover.Imitation(chance=0).models(payoff, 1, 30) == np.arange(50)).all()
    one, same, other = (takeover.Imitation(chance=1).models(payoff, 1, day) for day in (30, 30, 60))
    assert (one == same).all()
    assert (one != other).any()


def test_without_looking_around_a_society_with_imitation_is_the_plain_one():
    scenario = sim.Scenario(members=60, days=40)
    kept = takeover.Imitation(every=20, chance=0).live(scenario)
    assert kept["share_40"].tolist() == [1 / 3] * 3


# Text


def test_tables_of_text_line_up():
    table = pd.DataFrame({"name": ["a", "a", "bcd"], "value": [1.25, np.nan, 10.0]})
    assert (
        studies.laid_out(table, {"value": ".1f"}, heads=["name"])
        == "name  value\na       1.2\n          -\nbcd    10.0"
    )


def test_points_of_a_command_line_are_read_as_their_parameters_hold_them():
    scenario = sim.Scenario()
    assert studies.values_of("--x", "platform.limit=2, none", scenario) == (
        "platform.limit",
        [2, None],
    )
    for bad, says in product(["platform.limit=0"], ["platform.limit: expected"]):
        with pytest.raises(sim.InputError, match=says):
            studies.values_of("--x", bad, scenario)


# The first look


def test_first(tmp_path, monkeypatch):
    monkeypatch.setattr(first, "MEMBERS", 60)
    monkeypatch.setattr(first, "REPLICATIONS", 2)
    code, text, err = called(first.main, "--jobs", "1", "--out", tmp_path / "out")
    assert (code, err) == (0, "")
    answer = (tmp_path / "out" / "answer.txt").read_text()
    assert text.startswith(f"{answer}\nwritten to ")
    assert max(map(len, answer.splitlines())) <= 100
    assert answer.startswith("60 people, a third of whom invite everyone")
    assert "reaches furthest: " in answer
    figures = drawn("reach", "mutuality", "survival", "plane", "network")
    assert written(tmp_path / "out") == figures | {"answer.txt"}
