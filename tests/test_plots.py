"""Figures: their captions, their content, and the same bytes for the same tables."""

import itertools
import subprocess
import sys
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim import plots
from sim.plots import captions
from sim.plots.panels import _apart
from sim.plots.style import BUILT_IN

POLICIES = ("everyone", "interacted", "close_friends")
POPULATIONS = ("mixed", "alone", "newcomer")
SHARES = {
    "reach2_share": (0.8, 0.5, 0.1),
    "acceptance": (0.5, 0.6, 0.9),
    "reciprocity": (0.7, 0.75, 0.98),
    "blocked": (0.6, 0.02, 0.0),
}


def estimates(**shares: float) -> dict[str, float]:
    return shares | {"low": shares["mean"] - 0.01, "high": shares["mean"] + 0.01, "replications": 5}


@pytest.fixture
def summary() -> pd.DataFrame:
    rows = [
        {"population": population, "policy": policy, "measure": measure, **estimates(mean=mean)}
        for population in POPULATIONS
        for measure, means in SHARES.items()
        for policy, mean in [*zip(POLICIES, means, strict=True), ("all", 0.4)]
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def series() -> pd.DataFrame:
    rows = [
        {
            "population": population,
            "policy": policy,
            "day": day,
            "measure": measure,
            **estimates(mean=end * day / 300),
        }
        for population, (policy, end), day, measure in itertools.product(
            POPULATIONS,
            zip(POLICIES, SHARES["reach2_share"], strict=True),
            (100, 200, 300),
            ("reach2_share", "degree"),
        )
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def curves() -> pd.DataFrame:
    rows = [
        {
            "population": population,
            "policy": policy,
            "clock": clock,
            "time": time,
            **estimates(mean=1 - end * time / last),
        }
        for population, (policy, end), (clock, last) in itertools.product(
            POPULATIONS,
            zip(POLICIES, SHARES["blocked"], strict=True),
            (("days", 300), ("invitations", 150)),
        )
        for time in range(0, last + 1, 10)
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def graph() -> nx.Graph:
    society = nx.gnp_random_graph(30, 0.3, seed=1)
    for member in society:
        society.nodes[member]["policy"] = POLICIES[member % 3]
        if member % 6 == 0:
            society.nodes[member]["blocked_day"] = 100
    return society


def said(figure: Figure) -> str:
    """Return all texts of a figure, on one line."""
    figure.draw_without_rendering()
    return " ".join(
        " ".join(
            text.get_text() for text in figure.findobj(lambda part: hasattr(part, "get_text"))
        ).split()
    ).replace("\xa0", " ")


def title(figure: Figure) -> str:
    return " ".join(figure.get_suptitle().replace("\xa0", " ").split())


def test_reach(series):
    figure = plots.reach(series, "A setting.")
    assert (
        title(figure) == "Mixed: “everyone” reaches furthest, 80 % of the members within two steps "
        "(“interacted” 50 %, “close friends” 10 %)"
    )
    text = said(figure)
    assert all(
        part in text
        for part in (
            "days since opening",
            "members within two steps, %",
            "A setting.",
            "95 % intervals",
            "alone:",
        )
    )
    assert len(figure.axes) == 3
    for axis in figure.axes:
        lines = {line.get_label(): line for line in axis.lines}
        assert set(lines) == {"everyone", "interacted", "close friends"}
        assert lines["everyone"].get_xydata()[[0, -1]] == pytest.approx(
            np.array([[0, 0], [300, 80]])
        )
        assert len(axis.collections) == 3  # the bands


def test_policies_with_overlapping_intervals_are_equal(series):
    close = series["policy"] == "interacted"
    series.loc[close, ["mean", "low", "high"]] = (
        series.loc[series["policy"] == "everyone", ["mean", "low", "high"]].to_numpy() - 0.015
    )  # the intervals overlap
    assert title(plots.reach(series)).startswith(
        "Mixed: “everyone” and “interacted” reach equally far, 80 % and 78 % of the members"
    )


def test_mutuality(summary):
    figure = plots.mutuality(summary)
    assert (
        title(figure) == "Mixed: “close friends” is the most mutual: 98 % of the arcs are returned "
        "(“interacted” 75 %, “everyone” 70 %)"
    )
    text = said(figure)
    assert all(
        part in text
        for part in (
            "acceptance: settled invitations accepted, %",
            "reciprocity: arcs that are returned, %",
        )
    )
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()][:3] == [
        "everyone, mixed",
        "everyone, alone",
        "everyone, newcomer",
    ]
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(shown) == ["50"] * 3 + ["60"] * 3 + ["90"] * 3


def test_survival(curves):
    figure = plots.survival(curves)
    assert (
        title(figure) == "Mixed: by day 300, 60 % of “everyone”, 2.0 % of “interacted” and none of "
        "“close friends” are blocked"
    )
    text = said(figure)
    assert all(
        part in text
        for part in ("days since opening", "invitations sent", "never blocked, %", "Kaplan-Meier")
    )
    assert len(figure.axes) == 6


def test_plane(summary):
    figure = plots.plane(summary)
    expected = (
        "“everyone” is blocked most: 60 % when mixed (reach 80 %), 60 % when alone (reach 80 %) "
        "and 60 % as newcomers (reach 80 %)"
    )
    assert title(figure) == expected
    text = said(figure)
    assert all(
        part in text
        for part in (
            "reach: members within two steps, %",
            "blocked at least once, %",
            "close friends",
            "alone:",
        )
    )


def test_network(graph):
    figure = plots.network(graph, POLICIES)
    assert (
        title(figure)
        == "Of 30 people, 5 are blocked: 5 of 10 “everyone”, none of 10 “interacted” and none of "
        "10 “close friends”"
    )
    degree = np.mean([graph.degree[member] for member in range(0, 30, 3)])
    assert f"everyone: {degree:.0f} connections each" in said(figure)
    crosses = [scatter for scatter in figure.axes[0].collections if len(scatter.get_offsets()) == 5]
    assert crosses  # the blocked are marked


def test_a_society_where_nobody_is_blocked(graph):
    for member in graph:
        graph.nodes[member].pop("blocked_day", None)
    assert title(plots.network(graph, POLICIES)).startswith("Of 30 people, none are blocked")


def test_one_replication_has_no_intervals(summary, series, curves):
    for table, draw in (
        (summary, plots.mutuality),
        (summary, plots.plane),
        (series, plots.reach),
        (curves, plots.survival),
    ):
        without = table.assign(low=np.nan, high=np.nan)
        assert title(draw(without)) == title(draw(table))


@pytest.mark.filterwarnings("error")
def test_a_society_where_nobody_invites(summary, series, curves):
    nobody = summary.assign(mean=0.0, low=0.0, high=0.0)
    no_arcs = nobody.assign(
        mean=np.nan, low=np.nan, high=np.nan
    )  # as the summary has it: a share of none is not a number
    assert title(plots.mutuality(no_arcs)) == "Mixed: there are no arcs"
    assert title(plots.plane(nobody)) == "Nobody is blocked"
    assert (
        title(plots.reach(series.assign(mean=0.0, low=0.0, high=0.0))) == "Mixed: nobody is reached"
    )
    none_sent = curves[(curves["clock"] == "days") | (curves["time"] == 0)]
    assert "everyone" in said(plots.survival(none_sent))


def test_a_policy_without_arcs_is_not_compared(summary):
    alone = (summary["policy"] == "everyone") & (summary["measure"] == "reciprocity")
    figure = plots.mutuality(summary.assign(mean=summary["mean"].mask(alone)))
    assert (
        title(figure) == "Mixed: “close friends” is the most mutual: 98 % of the arcs are returned "
        "(“interacted” 75 %)"
    )
    assert "nan" not in said(figure)


def test_intervals_of_shares_end_at_0_and_1(summary):
    wide = summary.assign(low=summary["mean"] - 0.6, high=summary["mean"] + 0.6)
    figure = plots.mutuality(wide)
    figure.draw_without_rendering()
    ends = np.concatenate(
        [path.vertices[:, 0] for bar in figure.axes[0].collections for path in bar.get_paths()]
    )
    assert ends.min() == pytest.approx(0)
    assert ends.max() == pytest.approx(100)


def test_each_policy_has_one_style_of_its_own():
    own = [f"own-{number}" for number in range(len(plots.FURTHER))]
    look = plots.styles([*POLICIES, *own])
    assert {name: look[name] for name in POLICIES} == {name: BUILT_IN[name] for name in POLICIES}
    assert plots.styles(["own-0", "everyone"]) == {
        name: look[name] for name in ("own-0", "everyone")
    }
    for part in zip(*look.values(), strict=True):  # colours, markers, lines
        assert len(set(part)) == len(look)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0004, "<0.1 %"),
        (0.034, "3.4 %"),
        (0.5, "50 %"),
        (0.991, "99.1 %"),
        (0.99999, "100 %"),
        (1, "100 %"),
    ],
)
def test_percent(share, text):
    assert captions.percent(share).replace("\xa0", " ") == text


def test_labels_that_are_too_close_are_moved_apart():
    assert _apart([10.0, 50.0], 5) == [10, 50]
    moved = _apart([50.0, 10.0, 51.0], 5)
    assert np.diff(sorted(moved)).min() == pytest.approx(5, abs=0.01)
    assert np.argsort(moved).tolist() == [1, 0, 2]
    assert moved[0] + moved[2] == pytest.approx(101)


def test_same_tables_same_bytes(summary, graph, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        plots.save(plots.plane(summary), tmp_path / name / "plane")
        plots.save(plots.network(graph, POLICIES), tmp_path / name / "network")
    for file in ("plane.png", "plane.svg", "network.png", "network.svg"):
        first = (tmp_path / "one" / file).read_bytes()
        assert first == (tmp_path / "two" / file).read_bytes()
        assert len(first) > 5_000
    assert b"<dc:date>" not in (tmp_path / "one" / "plane.svg").read_bytes()


def test_the_users_own_style_does_not_matter(summary, tmp_path):
    script = f"""
import matplotlib
mine = {{"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "mine"}}
matplotlib.rcParams.update(mine | {{"savefig.dpi": 20, "savefig.facecolor": "red"}})
import pandas as pd
from sim import plots
table = pd.read_parquet({str(tmp_path / "summary.parquet")!r})
plots.save(plots.plane(table), {str(tmp_path / "theirs")!r})
"""
    summary.to_parquet(tmp_path / "summary.parquet")
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parent.parent)
    plots.save(plots.plane(summary), tmp_path / "ours")
    for suffix in (".png", ".svg"):
        assert (tmp_path / "theirs").with_suffix(suffix).read_bytes() == (
            tmp_path / "ours"
        ).with_suffix(suffix).read_bytes()


def test_matplotlib_is_imported_only_to_draw():
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sim, sys; sim.plots; assert 'matplotlib' not in sys.modules",
        ],
        check=True,
    )
