"""Curves and heat maps of any study: what is drawn, and what is refused in one line."""

import itertools

import numpy as np
import pandas as pd
import pytest

import sim
from sim import plots


@pytest.fixture
def runs():
    rows = [
        {"platform.limit": limit, "answering.idk_click": click, "replication": r, "policy": policy}
        | {"blocked": click * (1 + r / 10) / (limit or 10), "degree": 10.0 + r}
        for limit, click, r, policy in itertools.product(
            [5, 2, None], [0.3, 0.1], range(3), ["everyone", "interacted", "all"]
        )
    ]
    return pd.DataFrame(rows)


def line(draw, *arguments, **named):
    with pytest.raises(sim.InputError) as caught:
        draw(*arguments, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_curves_are_the_means_with_their_intervals(runs):
    one = runs[runs["answering.idk_click"] == 0.3]
    figure = plots.curves(one, "platform.limit", ["blocked", "degree"])
    left, right = figure.axes
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["2", "5", "none"]
    assert {drawn.get_label() for drawn in left.lines} == {"everyone", "interacted"}
    assert left.lines[0].get_ydata() == pytest.approx(100 * 0.33 / np.array([2, 5, 10]))
    assert left.get_title(loc="left") == "blocked at least once, %"
    assert right.get_title(loc="left") == "connections per member"
    table = sim.aggregate(one, by=["platform.limit", "policy"], measures=["degree"])
    band = right.collections[0].get_paths()[0].vertices[:, 1]
    assert {band.min(), band.max()} == {table["low"][0], table["high"][0]}


def test_lines_may_be_a_parameter(runs):
    figure = plots.curves(runs, "platform.limit", "blocked", lines="answering.idk_click")
    assert {drawn.get_label() for drawn in figure.axes[0].lines} == {
        "idk click = 0.1",
        "idk click = 0.3",
    }
    assert figure.get_suptitle() == "Blocked at least once by platform.limit, all members"


def test_a_map_has_the_mean_in_every_cell(runs):
    figure = plots.heat_maps(runs, "platform.limit", "answering.idk_click", "blocked")
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["5.5", "2.2", "1.1", "16.5", "6.6", "3.3"]
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["0.1", "0.3"]


def test_what_can_only_be_0_has_no_number_and_no_band(runs):
    runs.loc[runs["policy"] == "interacted", "blocked"] = 0.0
    assumed = {"interacted": {"blocked"}, "all": {"blocked"}}
    maps = plots.heat_maps(
        runs, "platform.limit", "answering.idk_click", "blocked", assumed=assumed
    )
    assert maps.axes[1].get_title(loc="left") == "interacted: none by assumption"
    assert {text.get_text() for text in maps.axes[1].texts} == {"–"}
    assert maps.get_suptitle() == "Blocked at least once, all members: none by assumption"
    one = runs[runs["answering.idk_click"] == 0.3]
    lines = plots.curves(one, "platform.limit", ["blocked", "degree"], assumed=assumed)
    bands = [len(axis.collections[1].get_paths()) for axis in lines.axes]
    assert bands == [0, 1]
    below = lines.get_supxlabel()
    assert below.endswith("None by assumption: blocked at least once of interacted.")


def test_mistakes_are_one_line(runs):
    assert "nearest: platform.limit" in line(plots.curves, runs, "platform.limt", "blocked")
    assert "rows of one run" in line(plots.curves, runs, "platform.limit", "blocked")
    assert "not a table" in line(plots.curves, 3, "platform.limit", "blocked")
    assert "policy: 'nobody'" in line(
        plots.heat_maps, runs, "platform.limit", "answering.idk_click", "blocked", policy="nobody"
    )
    assert "title" in line(plots.curves, runs[:3], "platform.limit", "blocked", title="no")


def test_the_ending_is_the_kind_of_file(runs, tmp_path):
    figure = plots.heat_maps(runs, "platform.limit", "answering.idk_click", "blocked")
    for ending, begins in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        plots.save(figure, tmp_path / f"one{ending}")
        assert (tmp_path / f"one{ending}").read_bytes().startswith(begins)
    assert len(list(tmp_path.iterdir())) == 3
    assert "not an ending of a figure" in line(plots.save, figure, tmp_path / "one.jpg")
