"""Figures: their captions, their content, and the same bytes for the same tables."""

import itertools
from typing import Any

import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from sim import InputError, plots
from sim.plots import captions
from sim.plots.panels import apart
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
    assert title(figure) == (
        "Others within two steps on day 300, mixed: 80 % for “everyone”, 50 % for “interacted” "
        "and 10 % for “close friends”"
    )
    text = said(figure)
    assert all(
        part in text
        for part in (
            "days since opening",
            "others within two steps, %",
            "A setting.",
            "95 % intervals",
            "alone: a society each",
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


def test_newcomers_have_a_panel_for_each_of_their_societies(series):
    hosted = series["population"] == "newcomer"
    series["society"] = series["population"].where(~hosted, "newcomer: " + series["policy"])
    hosts = [
        series[hosted & (series["policy"] != newcomer)].assign(
            population="host", society=f"newcomer: {newcomer}"
        )
        for newcomer in POLICIES
    ]
    figure = plots.reach(pd.concat([series, *hosts]))
    titles = [axis.get_title(loc="left") for axis in figure.axes if axis.axison]
    assert titles[:2] == ["mixed: one society", "alone: a society each"]
    assert titles[2:] == [f"newcomers who invite: {name.replace('_', ' ')}" for name in POLICIES]
    for newcomer, axis in zip(POLICIES, figure.axes[3:], strict=True):
        wide = {line.get_label() for line in axis.lines if line.get_linewidth() > 1}
        assert wide == {newcomer.replace("_", " ")}
        assert len(axis.lines) == 3


def test_mutuality(summary):
    figure = plots.mutuality(summary)
    assert title(figure) == (
        "Outreach that is returned, mixed: 98 % for “close friends”, 75 % for “interacted” and "
        "70 % for “everyone”"
    )
    text = said(figure)
    assert "decided invitations accepted, %" in text
    assert "outreach that is returned, %" in text
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()][:3] == [
        "everyone, mixed",
        "everyone, alone",
        "everyone, newcomer",
    ]
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert sorted(shown) == ["50"] * 3 + ["60"] * 3 + ["90"] * 3


def test_survival(curves):
    figure = plots.survival(curves)
    assert title(figure) == (
        "Blocked at least once by day 300, mixed: 60 % for “everyone”, 2.0 % for “interacted” and "
        "0 % for “close friends”"
    )
    text = said(figure)
    assert all(
        part in text
        for part in ("days since opening", "invitations sent", "never blocked, %", "Kaplan-Meier")
    )
    assert len(figure.axes) == 6


def test_plane(summary):
    figure = plots.plane(summary)
    assert title(figure) == (
        "Blocked at least once, and others within two steps, mixed: “everyone” 60 % and 80 %; "
        "“interacted” 2.0 % and 50 %; “close friends” 0 % and 10 %"
    )
    text = said(figure)
    assert all(
        part in text
        for part in ("others within two steps, %", "blocked at least once, %", "few among others:")
    )


def test_what_can_only_be_0_is_none_by_assumption(summary, curves):
    """No sentence, bar or band tells it as if it had been estimated."""
    assumed = {"close_friends": {"blocked", "idk_rate"}, "everyone": set()}
    plane, survival = (
        plots.plane(summary, assumed=assumed),
        plots.survival(curves, assumed=assumed),
    )
    assert title(plane).endswith("; “close friends” none by assumption and 10 %")
    assert title(survival).endswith("and none by assumption for “close friends”")
    for figure, whole in ((plane, plots.plane(summary)), (survival, plots.survival(curves))):
        drawn = [
            sum(
                bool(np.isfinite(path.vertices).all())
                for bar in axis.collections
                for path in bar.get_paths()
            )
            for axis in (figure.axes[0], whole.axes[0])
        ]
        assert drawn[0] == drawn[1] - 1
    with pytest.raises(InputError, match="assumed: not measures by policy"):
        plots.plane(summary, assumed={"everyone": "blocked"})


def test_titles_can_be_left_out(summary, series, curves, graph):
    for figure in (
        plots.mutuality(summary, title=False),
        plots.plane(summary, title=False),
        plots.reach(series, title=False),
        plots.survival(curves, title=False),
        plots.network(graph, POLICIES, title=False),
    ):
        assert figure.get_suptitle() == ""


def test_network(graph):
    figure = plots.network(graph, POLICIES)
    assert title(figure) == (
        "Blocked at least once: 5 of 30 people, 5 of 10 “everyone”, none of 10 “interacted” and "
        "none of 10 “close friends”"
    )
    degree = np.mean([graph.degree[member] for member in range(0, 30, 3)])
    assert f"everyone: {degree:.0f} connections in the mean" in said(figure)
    crosses = [scatter for scatter in figure.axes[0].collections if len(scatter.get_offsets()) == 5]
    assert crosses  # the blocked are marked


def test_a_society_where_nobody_is_blocked(graph):
    for member in graph:
        graph.nodes[member].pop("blocked_day", None)
    assert title(plots.network(graph, POLICIES)).startswith(
        "Blocked at least once: none of 30 people"
    )


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
    assert title(plots.mutuality(no_arcs)) == "Outreach that is returned, mixed: not measured"
    assert "“everyone” 0 % and 0 %" in title(plots.plane(nobody))
    assert "0 % for “everyone”" in title(plots.reach(series.assign(mean=0.0, low=0.0, high=0.0)))
    none_sent = curves[(curves["clock"] == "days") | (curves["time"] == 0)]
    assert "everyone" in said(plots.survival(none_sent))


def test_a_policy_without_arcs_is_not_compared(summary):
    alone = (summary["policy"] == "everyone") & (summary["measure"] == "reciprocity")
    figure = plots.mutuality(summary.assign(mean=summary["mean"].mask(alone)))
    assert title(figure) == (
        "Outreach that is returned, mixed: 98 % for “close friends” and 75 % for “interacted”"
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
        (0.99999, ">99.9 %"),
        (1, "100 %"),
    ],
)
def test_percent(share, text):
    assert captions.percent(share).replace("\xa0", " ") == text


@given(st.lists(st.floats(-20, 120), min_size=1, max_size=9))
def test_names_keep_apart_in_their_order_and_stay_in_the_panel(places):
    least = 12
    moved = apart(places, least, 0, 100)
    assert np.argsort(moved, kind="stable").tolist() == np.argsort(places, kind="stable").tolist()
    assert min(moved) >= -1e-9
    assert max(moved) <= 100 + 1e-9
    ordered = np.sort(np.clip(places, 0, 100))
    if len(moved) < 9:  # else there is no room
        assert np.diff(np.sort(moved)).min(initial=least) >= least - 1e-9
        if np.diff(ordered).min(initial=least) >= least:
            assert sorted(moved) == pytest.approx(ordered.tolist())


def drawn_texts(figure: Figure) -> dict[str, list[Any]]:
    """Return the extents of the names beside the panels, of the titles and of the numbers."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [text for axis in figure.axes for text in axis.texts if text.get_text()]
    heads = [axis.title for axis in figure.axes] + [axis._left_title for axis in figure.axes]
    boxes = lambda some: [one.get_window_extent(canvas.get_renderer()) for one in some]  # noqa: E731
    return {"names": boxes(texts), "heads": boxes([head for head in heads if head.get_text()])}


@pytest.mark.parametrize("everybody", [False, True], ids=["as it is", "all reach everybody"])
def test_no_label_lies_on_another(summary, series, curves, everybody):
    if everybody:
        summary = summary.assign(
            mean=np.where(summary["measure"] == "blocked", 0.0, 1.0), low=np.nan, high=np.nan
        )
        series = series.assign(mean=1.0, low=1.0, high=1.0)
        curves = curves.assign(mean=1.0, low=1.0, high=1.0)
    for figure in (plots.plane(summary), plots.reach(series), plots.survival(curves)):
        boxes = drawn_texts(figure)
        assert len(boxes["names"]) >= 9
        for one, other in itertools.combinations(boxes["names"] + boxes["heads"], 2):
            assert Bbox.intersection(one, other) is None, (one, other)


def test_same_tables_same_bytes_whatever_the_users_own_style(summary, graph, tmp_path):
    mine = {"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "mine"}
    look = {"savefig.dpi": 20, "savefig.facecolor": "red"}
    for name, style in (("one", {}), ("two", mine | look)):
        (tmp_path / name).mkdir()
        with matplotlib.rc_context(style):
            plots.save(plots.plane(summary), tmp_path / name / "plane")
            plots.save(plots.network(graph, POLICIES), tmp_path / name / "network")
    for file in ("plane.png", "plane.svg", "network.png", "network.svg"):
        first = (tmp_path / "one" / file).read_bytes()
        assert first == (tmp_path / "two" / file).read_bytes()
        assert len(first) > 5_000
    assert b"<dc:date>" not in (tmp_path / "one" / "plane.svg").read_bytes()
