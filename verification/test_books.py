"""Every invitation is counted once, in a society so large that all pools of memory grow.

The statistical checks can't see an error of one invitation in a hundred members; recounting each
invitation from the log can.
"""

import numpy as np
import pandas as pd
import pytest

import sim


@pytest.fixture(scope="module")
def result() -> sim.Result:
    """Return a month of a large default society, with the log."""
    changes = {
        "inviting.per_day": 2.5,
        "inviting.pending_days": 5,
        "platform.limit": 2,
        "answering.idk_click": 0.3,
    }
    return sim.run(sim.Scenario(members=60_000, days=30, seed=60).replace(changes), log=True)


def counted(result: sim.Result, by: str, outcome: str | None = None) -> np.ndarray:
    """Count the log's invitations per member."""
    log = result.invitations
    assert log is not None
    return (
        log.loc[log["outcome"].eq(outcome) if outcome else slice(None), by]
        .value_counts()
        .reindex(range(60_000), fill_value=0)
        .to_numpy()
    )


@pytest.mark.parametrize(
    ("column", "outcome"),
    [
        ("invitations_sent", None),
        ("accepted", "accepted"),
        ("strikes", "idk"),
        ("declined", "declined"),
        ("pending", "pending"),
    ],
)
def test_senders(result: sim.Result, column: str, outcome: str | None) -> None:
    """Check what members have sent, and the outcomes."""
    assert np.array_equal(result.members[column], counted(result, "ego", outcome))


def test_receivers(result: sim.Result) -> None:
    """Check what members have received, and how much of it was unwanted."""
    assert np.array_equal(result.members["received"], counted(result, "alter"))
    log = result.invitations
    assert log is not None
    refused = log["outcome"].isin(["idk", "declined"])
    for column, seen in (("unwanted_received", ["yes", "no"]), ("cold_received", ["no"])):
        alters = log.loc[refused & log["recognised"].isin(seen), "alter"]
        assert np.array_equal(result.members[column], np.bincount(alters, minlength=60_000))


def test_connections(result: sim.Result) -> None:
    """Check that accepted invitations and connections are the same, and that degrees count them."""
    log = result.invitations
    assert log is not None
    accepted = log.loc[log["outcome"] == "accepted", ["ego", "alter"]].to_numpy()
    pairs = np.unique(np.sort(accepted, axis=1), axis=0)
    assert np.array_equal(pairs, result.connections)
    assert np.array_equal(np.bincount(pairs.ravel(), minlength=60_000), result.members["degree"])


def test_friendship_paradox(result: sim.Result) -> None:
    """Check T18: over ends of connections, the mean degree is <k^2> / <k>, to the last unit.

    Degrees are the platform's own counts, connections its lists: each must know of each.
    """
    small = sim.Scenario(members=333, days=222, seed=18)
    for each in (result, sim.run(small), sim.run(small.replace({"platform.preset": "none"}))):
        degree = each.members["degree"].to_numpy(np.int64)
        ends = degree[each.connections]
        assert ends.sum() == (degree * degree).sum() > 0
        assert ends.size == degree.sum()


def test_blocks(result: sim.Result) -> None:
    """Check that blocked members send nothing afterwards, and had as many strikes as the limit."""
    log, members = result.invitations, result.members
    assert log is not None
    last_sent = log.groupby("ego")["sent_day"].max().reindex(members["member"], fill_value=0)
    blocked = members["blocked_day"].notna()
    assert blocked.sum() > 1000
    assert (
        last_sent[blocked].to_numpy() <= members.loc[blocked, "blocked_day"].to_numpy(int)
    ).all()
    assert (
        members.loc[blocked, "invitations_until_block"] == members.loc[blocked, "invitations_sent"]
    ).all()
    assert (members.loc[blocked, "strikes"] >= 2).all()
    assert (members.loc[~blocked, "strikes"] < 2).all()


def test_series(result: sim.Result) -> None:
    """Check that the daily sums are those of the log."""
    log = result.invitations
    assert log is not None
    sent = log["sent_day"].value_counts().sort_index().cumsum() / 60_000
    series: pd.DataFrame = result.series[result.series["policy"] == "all"]
    assert series["invitations"].to_numpy() == pytest.approx(sent.to_numpy())
