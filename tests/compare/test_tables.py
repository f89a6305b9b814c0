"""The comparison, as a user calls it: its files, its words and its numbers."""

import io
import json
import re

import pandas as pd
import pytest

import sim
from experiments import compare, kept
from experiments.estimates import differences
from experiments.populations import populations
from tests.compare.calling import CROSSED, FIGURES, FILES, HOUSE, SMALL, called

LOGS = HOUSE.parent / "shared" / "data"
POLICIES = ("everyone", "interacted", "close_friends")
SMALL_SCENARIO = sim.Scenario(
    members=60, days=25, platform={"limit": 1}, answering={"idk_click": 0.3}
)


def test_help_lists_everything():
    code, text, _ = called("--help")
    assert code == 0
    for option in (
        "members",
        "days",
        "replications",
        "seed",
        "jobs",
        "out",
        "set",
        "scenario",
        "contacts",
    ):
        assert f"--{option} " in text
    assert max(map(len, text.splitlines())) <= 100


def test_all_files_are_there(small):
    out, _ = small
    assert {path.name for path in out.iterdir()} == FILES
    assert {path.name for path in out.parent.iterdir()} == {out.name}


def test_summary_is_long_and_has_six_digits(small):
    out, _ = small
    text = (out / "summary.csv").read_text()
    assert text.splitlines()[0] == "population,policy,measure,mean,low,high,replications"
    for number in re.findall(r"(?<=,)-?[\d.]+(?:e-?\d+)?", text):
        assert len(re.sub(r"e.*|\D", "", number).lstrip("0")) <= 6
    table, exact = pd.read_csv(io.StringIO(text)), pd.read_parquet(out / "summary.parquet")
    pd.testing.assert_frame_equal(table, exact, rtol=1e-5, check_dtype=False)
    groups = list(dict.fromkeys(zip(table["population"], table["policy"], strict=True)))
    assert groups == [("mixed", policy) for policy in (*POLICIES, "all")] + [
        (kind, policy) for kind in ("alone", "newcomer") for policy in POLICIES
    ]
    assert set(table["measure"]) == set(sim.MEASURES)
    known = table.dropna(subset=["low"])
    assert ((known["low"] <= known["mean"]) & (known["mean"] <= known["high"])).all()


def test_runs_are_what_sim_run_gives(small):
    out, _ = small
    runs = pd.read_parquet(out / "runs.parquet")
    assert list(runs.columns) == [
        "replication",
        "seed",
        "society",
        "population",
        "policy",
        "members",
        *sim.MEASURES,
        *sim.measures.DENOMINATORS,
    ]
    assert len(runs) == 2 * (4 + 3 + 3 * 3)
    assert runs.groupby("replication")["seed"].unique().map(list).to_dict() == {
        0: [1],
        1: [2],
    }  # the same for all societies
    mixed = runs[(runs["population"] == "mixed") & (runs["replication"] == 1)].reset_index(
        drop=True
    )
    direct = sim.run(SMALL_SCENARIO.replace({"seed": 2})).summary
    pd.testing.assert_frame_equal(
        mixed[["policy", "members", *sim.MEASURES]], direct[["policy", "members", *sim.MEASURES]]
    )
    pd.testing.assert_frame_equal(
        runs, pd.read_csv(out / "runs.csv"), check_dtype=False, rtol=1e-11
    )


def test_summary_is_the_mean_of_the_runs(small):
    out, _ = small
    runs, summary = pd.read_parquet(out / "runs.parquet"), pd.read_parquet(out / "summary.parquet")
    row = summary.query(
        "population == 'newcomer' and policy == 'interacted' and measure == 'degree'"
    ).iloc[0]
    one, two = runs.query("population == 'newcomer' and policy == 'interacted'")["degree"]
    assert row["mean"] == pytest.approx((one + two) / 2)
    assert row["high"] - row["mean"] == pytest.approx(
        12.7062047 * abs(one - two) / 2
    )  # Student's t with one degree of freedom


def test_differences_are_paired(small):
    out, _ = small
    runs, gaps = pd.read_parquet(out / "runs.parquet"), pd.read_parquet(out / "differences.parquet")
    pairs = set(
        gaps[["population", "policy", "than_population", "than_policy"]].itertuples(
            index=False, name=None
        )
    )
    assert len(pairs) == 3 + 3 + 3 * 3
    assert ("newcomer", "everyone", "host", "interacted") in pairs
    assert ("newcomer", "everyone", "mixed", "everyone") in pairs
    one = runs.query("society == 'newcomer: everyone' and policy == 'everyone'").set_index(
        "replication"
    )["degree"]
    other = runs.query("society == 'newcomer: everyone' and policy == 'interacted'").set_index(
        "replication"
    )["degree"]
    gap = gaps.query(
        "policy == 'everyone' and than_population == 'host' and than_policy == 'interacted' "
        "and measure == 'degree'"
    ).iloc[0]
    assert gap["mean"] == pytest.approx((one - other).mean())
    assert gap["replications"] == 2


def test_pairs_are_of_the_same_replication(small):
    """Test runs in another order: a wrong pair would change the interval, but not the mean."""
    runs = pd.read_parquet(small[0] / "runs.parquet")
    backwards = pd.concat(
        [
            group.iloc[:: 1 if place % 2 else -1]
            for place, (_, group) in enumerate(runs.groupby(["society", "policy"], sort=False))
        ]
    )
    one, other = (differences(table, sim.MEASURES) for table in (runs, backwards))
    assert one["low"].notna().sum() > 100
    keys = ["population", "policy", "than_population", "than_policy", "measure"]
    widths = [
        (table.set_index(keys)["high"] - table.set_index(keys)["low"]).sort_index()
        for table in (one, other)
    ]
    pd.testing.assert_series_equal(*widths)


def test_series_and_survival(small):
    out, _ = small
    series, survival = (
        pd.read_parquet(out / "series.parquet"),
        pd.read_parquet(out / "survival.parquet"),
    )
    assert list(series.columns) == [
        "population",
        "policy",
        "society",
        "day",
        "measure",
        "mean",
        "low",
        "high",
        "replications",
    ]
    assert list(survival.columns) == [
        "population",
        "policy",
        "clock",
        "time",
        "mean",
        "low",
        "high",
        "replications",
    ]
    assert set(series.query("measure == 'degree'")["day"]) == set(range(1, 26))
    # nobody is censored before the last day, so the curve by days is the share not blocked by then
    keys = ["population", "policy", "time"]
    blocked = (
        series.query("measure == 'blocked'").rename(columns={"day": "time"}).set_index(keys)["mean"]
    )
    never = survival.query("clock == 'days' and time > 0").set_index(keys)["mean"]
    pd.testing.assert_series_equal(1 - blocked[never.index], never, check_names=False)
    assert never.min() < 0.9
    in_invitations = survival.query("clock == 'invitations'")
    assert (in_invitations.query("time == 0")["mean"] == 1).all()
    assert in_invitations["mean"].min() < 0.9


def test_times_to_a_block_are_of_the_members_of_all_runs_together():
    """They are neither a mean of the runs' medians, nor the curve a mean of theirs."""
    society = next(one for one in populations(SMALL_SCENARIO) if one.name == "alone: everyone")
    sent = pd.Series([*range(1, 41), *[9] * 20], dtype="Int32")
    blocked = sent.where(sent.index % 3 > 0)
    times = {"blocked_day": blocked, "invitations_until_block": blocked}
    members = pd.DataFrame({"policy": "everyone", **times, "invitations_sent": sent})
    keys = {"population": "alone", "policy": "everyone", "measure": [*compare.CLOCKS.values()]}
    summary = pd.DataFrame(keys | {"mean": 1.0, "low": 1.0, "high": 1.0, "replications": 7})
    for clock, measure in compare.CLOCKS.items():
        row = sim.time_to_block(society.scenario, members, clock).query("policy == 'everyone'")
        found = compare.with_medians(summary, (society, members))
        found = found[found["measure"] == measure]
        assert found[["mean", "low", "high"]].to_numpy().tolist() == (
            row[["median", "low", "high"]].to_numpy().tolist()
        )
        assert found["low"].item() < found["mean"].item() < found["high"].item()
    curve = sim.survival(society.scenario, members, "invitations").query("policy == 'everyone'")
    told = compare.curves(society, members, 7).query("clock == 'invitations'")
    kept = curve[curve["at_risk"] >= 6]  # a tenth of 60
    assert told["mean"].tolist() == kept["survival"].tolist()
    assert len(kept) < len(curve)


def test_reach_on_the_last_day_is_that_of_the_summary():
    """By day it is measured on a sample of members; the figure and the table must not differ."""
    result = sim.run(sim.Scenario(members=3_000, days=12))
    series = kept.rows_in(kept.keep(result), "by_day")
    for measure in ("reach2", "reach2_share", "reach3", "reach3_share"):
        by_day, kept_by_day = (
            table[table["day"] == 12].set_index("policy")[measure].astype(float)
            for table in (result.series, series)
        )
        summary = result.summary.set_index("policy")[measure].astype(float)
        assert kept_by_day[summary.index].tolist() == pytest.approx(summary.tolist(), rel=1e-12)
        assert by_day[summary.index].tolist() != summary.tolist()


def test_provenance(small):
    record = json.loads((small[0] / "provenance.json").read_text())
    assert record["seeds"] == [1, 2]
    assert record["scenario"] == SMALL_SCENARIO.to_dict()
    assert record["societies"]["newcomer: interacted"]["interacted"] == pytest.approx(1 / 60)
    assert {"numpy", "numba", "mesa"} <= set(record["packages"])
    assert record["wall_seconds"] > 0


def test_printed_lines_fit_the_terminal(small):
    _, text = small
    assert max(map(len, text.splitlines())) <= 100
    words = " ".join(text.split())
    for part in (
        "connections",
        "mixed:",
        "alone:",
        "few among others:",
        "Mixed. ",
        "Alone. ",
        "Newcomer. Those with",
        "With 2 replications no difference is called clear",
        "written to",
    ):
        assert part in words
    share = r"[\d.]+ % \[[\d.]+, [\d.]+\]"
    assert re.search(
        rf'Others within two steps: {share} for "\w+", {share} for "\w+" and {share} for', words
    )


def test_policies_seed_and_settings_of_the_user(tmp_path, undrawn):
    file, out = tmp_path / "mine.toml", tmp_path / "out"
    file.write_text(
        "members = 50\ndays = 15\n[policies]\neveryone = 2\nclose_friends = 0\n"
        "[policies.regulars]\nshare = 1\ncontacts = 1\nmin_tie = 3\naccepts_from = 1\n"
    )
    changed = ("--seed", "2", "--set", "answering.idk_click=0.2", "--replications", "2")
    done = called("--scenario", file, *changed, "--jobs", "1", "--out", out)
    assert done.code == 0, done.err
    summary = pd.read_csv(out / "summary.csv")
    assert list(summary.query("population == 'alone'")["policy"].unique()) == [
        "everyone",
        "regulars",
    ]
    record = json.loads((out / "provenance.json").read_text())
    assert record["seeds"] == [2, 3]
    asked = sim.Scenario.from_toml(file).replace({"answering.idk_click": 0.2, "seed": 2})
    assert record["scenario"] == asked.to_dict()
    mixed = pd.read_parquet(out / "runs.parquet").query("society == 'mixed' and seed == 2")
    direct = sim.run(asked).summary.set_index("policy")["degree"]
    assert mixed["degree"].tolist() == pytest.approx(direct[mixed["policy"]].tolist())


def test_a_single_policy_is_compared_with_nothing(tmp_path, sketched):
    done = called(
        *SMALL, "--set", "policies={everyone = 1}", "--jobs", "1", "--out", tmp_path / "out"
    )
    assert done.code == 0, done.err
    assert set(pd.read_csv(tmp_path / "out" / "summary.csv")["population"]) == {"mixed"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES - CROSSED


def test_two_people_are_a_society(tmp_path, sketched):
    """With three policies one is always missing, so some comparisons are not possible."""
    done = called(
        *("--members", "2", "--days", "3", "--replications", "2"),
        *("--jobs", "1", "--out", tmp_path / "out"),
    )
    assert done.code == 0, done.err
    assert "nan" not in done.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES - CROSSED


@pytest.mark.parametrize("people", [30, 149, 403, 10_000])
def test_newcomers_are_one_in_a_hundred_and_at_least_one(people):
    base = sim.Scenario(
        members=people, policies={"everyone": 2, "interacted": 1, "close_friends": 1}
    )
    societies = {society.name: society for society in populations(base)}
    assert list(societies) == [
        "mixed",
        *(f"{kind}: {policy}" for kind in ("alone", "newcomer") for policy in POLICIES),
    ]
    for policy in POLICIES:
        scenario = societies[f"newcomer: {policy}"].scenario
        counts = sim.run(
            scenario.replace({"days": 1, "meeting.history_days": 0})
        ).summary.set_index("policy")["members"]
        assert counts[policy] == max(1, round(people / 100))
        others = [counts[other] for other in POLICIES if other != policy]
        if policy == "everyone":
            assert abs(others[0] - others[1]) <= 1
        else:
            assert others[0] == pytest.approx(2 * others[1], abs=2)
        alone = societies[f"alone: {policy}"].scenario
        assert list(alone.policies) == list(
            base.policies
        )  # a policy's own function may know the others by their place
        assert alone.shares()[policy] == 1


# Real contacts


def test_real_contacts(tmp_path, undrawn):
    log, people = "SFHH_tij.dat.gz", 403
    if not (LOGS / log).exists():
        pytest.skip(f"{LOGS / log} is not there; docs say where to get it")
    done = called(
        *("--contacts", LOGS / log, "--days", "20", "--replications", "1"),
        *("--jobs", "1", "--out", tmp_path / "out"),
    )
    assert done.code == 0, done.err
    assert max(map(len, done.out.splitlines())) <= 100
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert set(runs.query("policy == 'all'")["members"]) == {people}
    assert set(runs.query("population == 'newcomer'")["members"]) == {round(people / 100)}
    assert runs.query("population == 'mixed' and policy == 'everyone'")["degree"].min() > 1
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES - FIGURES
