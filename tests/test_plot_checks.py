"""Wrong arguments of ``sim.plots`` are an error in one line, not one of pandas or matplotlib."""

import networkx as nx
import pandas as pd
import pytest

import sim
from sim import plots

ROW = {"population": "mixed", "policy": "everyone", "mean": 0.5, "low": 0.4, "high": 0.6}
SERIES = pd.DataFrame([ROW | {"measure": "reach2_share", "day": day} for day in (1, 2)])
SUMMARY = pd.DataFrame(
    [ROW | {"measure": one} for one in ("acceptance", "reciprocity", "reach2_share", "blocked")]
)
CURVES = pd.DataFrame(
    [ROW | {"clock": clock, "time": 1} for clock in ("days", "invitations")], index=[0, 1]
)
DRAWN = {
    plots.reach: (SERIES, "measure"),
    plots.mutuality: (SUMMARY, "measure"),
    plots.plane: (SUMMARY, "measure"),
    plots.survival: (CURVES, "clock"),
}


def line(draw, *arguments, **named):
    with pytest.raises(sim.InputError) as caught:
        draw(*arguments, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("draw", DRAWN, ids=lambda draw: draw.__name__)
def test_tables_are_checked(draw):
    table, kind = DRAWN[draw]
    draw(table, "A setting.")
    for wrong in (None, 3, "series.csv", [1, 2], table["mean"], {"mean": [1]}):
        assert "not a table" in line(draw, wrong)
    for column in table:
        if column in ("population", "policy", "mean", "low", "high", kind, "day", "time"):
            assert f"no single column {column}" in line(draw, table.drop(columns=column))
    assert "no single column mean" in line(draw, pd.concat([table, table[["mean"]]], axis=1))
    assert "mean is not all numbers" in line(draw, table.assign(mean="high"))
    assert f"row of {kind}" in line(draw, table[:0])
    assert f"row of {kind}" in line(draw, table.assign(policy="all"))
    assert f"row of {kind}" in line(draw, table.assign(**{kind: "degree"}))
    assert "setting: not a text" in line(draw, table, 3)


def test_networks_are_checked():
    graph = nx.Graph()
    graph.add_node(0, policy="everyone")
    plots.network(graph, ["everyone"])
    assert "not a network" in line(plots.network, [(0, 1)], ["everyone"])
    assert "got no members" in line(plots.network, nx.Graph(), ["everyone"])
    assert "without a policy" in line(plots.network, nx.path_graph(3), ["everyone"])
    assert "got everyone" in line(plots.network, graph, ["interacted"])
    for wrong in ("everyone", None, 3, [3]):
        assert "policies: not names" in line(plots.network, graph, wrong)
    assert "setting" in line(plots.network, graph, ["everyone"], None)


def test_the_rest_is_checked(tmp_path):
    figure = plots.reach(SERIES)
    assert "figure: not one" in line(plots.save, "figure", tmp_path / "f")
    assert "not a path" in line(plots.save, figure, 3)
    assert "not the name of a file" in line(plots.save, figure, "/")
    (tmp_path / "file").touch()
    assert "can't be written" in line(plots.save, figure, tmp_path / "file" / "f")
    assert "policies: not names" in line(plots.styles, "everyone")
    assert "policies: not names" in line(plots.styles, 3)
    assert "height" in line(plots.sheet, "high")
    assert "figure: not one" in line(plots.headed, 3, "finding", "below")
    assert "finding: not a text" in line(plots.headed, figure, None, "below")
