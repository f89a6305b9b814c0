"""Designs: the points of a study, from Python, CSV, TOML, scipy and SALib."""

import gzip
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

import sim
from sim.studies import design
from sim.studies.study_file import study_read


def rows(made) -> list[tuple]:
    return list(design.designed(made).read(sim.Scenario()).rows)


def test_a_grid_has_every_combination_and_the_last_changes_fastest():
    made = sim.Study(
        sim.Scenario(), {"platform.limit": [2, None], "answering.idk_click": [0, 0.3]}
    ).design
    assert made.names == ("platform.limit", "answering.idk_click")
    assert made.rows == [(2, 0.0), (2, 0.3), (None, 0.0), (None, 0.3)]
    assert made.point(3) == {"platform.limit": None, "answering.idk_click": 0.3}


def test_points_from_a_table_a_list_and_a_file_are_the_same(tmp_path):
    table = pd.DataFrame(
        {
            "platform.limit": [2, np.nan],
            "meeting.repeat_log": [True, False],
            "platform.preset": ["none", "linkedin2021"],
        }
    )
    file = tmp_path / "points.csv"
    file.write_text(
        "platform.limit, meeting.repeat_log,platform.preset\n2,true,none\nnone,false,linkedin2021\n"
    )
    listed = [
        {"platform.limit": 2, "meeting.repeat_log": True, "platform.preset": "none"},
        {"platform.limit": None, "meeting.repeat_log": False, "platform.preset": "linkedin2021"},
    ]
    assert (
        rows(table)
        == rows(listed)
        == rows(file)
        == rows(str(file))
        == [(2, True, "none"), (None, False, "linkedin2021")]
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("platform.limit,platform.window_days\n3,30,\n", "line 2: 3 fields, the header has 2;"),
        ("platform.limit,platform.window_days,\n3,30,\n", "line 1: the header has a field without"),
        ("platform.limit,platform.window_days\n\n3,30\n4\n", "line 4: 1 fields, the header has 2"),
        ("platform.limit,platform.limit\n3,30\n", "a parameter stands twice"),
        ('platform.limit\n3\n"4\n', "line 3: unexpected end of data"),
        ("platform.limit\n", "no points"),
        ("", "no points"),
        ("\x89PNG\n\x1a", "line 0: 'utf-8' codec can't decode"),
        ("PK\3\4", "damaged zip"),
        ("\x1f\x8b\x08\x00", "damaged gzip"),
        ("\x28\xb5\x2f\xfd", "is or holds zstd; must be a CSV file of points"),
        ("a" * 257 + "ustar", "is or holds a tar archive"),
    ],
)
def test_wrong_csv_files_of_points(tmp_path, text, line):
    (tmp_path / "points.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(sim.InputError, match=rf"^{tmp_path}/points\.csv.*{line}"):
        design.points(tmp_path / "points.csv")


@pytest.mark.parametrize("cell", ["", "NaN", "nan", "NA", "n/a", "<NA>", "null", "none", " "])
@pytest.mark.parametrize("packed", [False, True])
def test_a_missing_cell_is_an_unset_parameter(tmp_path, cell, packed):
    text = f"platform.limit,days\n{cell},30\n5,40\n".encode()
    (tmp_path / "points").write_bytes(gzip.compress(text) if packed else text)
    assert rows(tmp_path / "points") == [(None, 30), (5, 40)]


@pytest.mark.parametrize("gone", [np.nan, np.float32("nan"), pd.NA, pd.NaT, None, Decimal("nan")])
def test_a_missing_value_is_an_unset_parameter(gone):
    assert rows([{"platform.limit": gone, "days": 30}, {"platform.limit": 5, "days": 40}]) == [
        (None, 30),
        (5, 40),
    ]


@given(st.integers(1, 500), st.integers(1, 12), st.floats(0, 0.99), st.floats(0, 0.99))
def test_whole_numbers_have_equal_parts_of_their_range(low, more, below, above):
    """In a sample drawn evenly, by SALib and in our own designs, also at both ends."""
    ends = [low - below, low + more + above]
    part = (np.arange(60 * (more + 1)) + 0.5) / (60 * (more + 1))
    problem = {"names": ["platform.limit"], "bounds": [ends]}
    sample = ends[0] + part[:, None] * (ends[1] - ends[0])
    for made in (
        design.from_salib(problem, sample),
        design.latin_hypercube({"platform.limit": ends}, len(part)),
    ):
        limits = [row[0] for row in made.rows]
        count = [limits.count(limit) for limit in range(low, low + more + 1)]
        assert max(count) - min(count) <= 2
        assert sum(count) == len(part)
    assert design.from_salib(problem, [[end] for end in ends]).rows == [(low,), (low + more,)]


@pytest.mark.parametrize(
    ("bounds", "sample", "line"),
    [
        ([[3, 2]], [[2]], "problem: bounds: no range for days"),
        ([[2]], [[2]], "problem: bounds: no range for days"),
        ([[2, 5]], [[6]], "the sample: days: not within its bounds"),
        ([[2.2, 2.8]], [[2.5]], "days: no whole number from 2.2 to 2.8"),
    ],
)
def test_wrong_bounds_of_salib(bounds, sample, line):
    with pytest.raises(sim.InputError, match=line):
        design.from_salib({"names": ["days"], "bounds": bounds}, sample)


def test_whole_numbers_not_drawn_evenly_are_rounded():
    problem = {"names": ["days"], "bounds": [[30, 2]], "dists": ["norm"]}
    assert design.from_salib(problem, [[30.4], [31.6]]).rows == [(30,), (32,)]


def test_a_latin_hypercube_is_that_of_scipy():
    ranges = {
        "answering.idk_click": (0.1, 0.3),
        "platform.limit": (2, 5),
        "platform.preset": ["none", "linkedin2008", "linkedin2021"],
    }
    made = design.latin_hypercube(ranges, 12, seed=3)
    unit = qmc.LatinHypercube(3, rng=np.random.default_rng(3)).random(12)
    clicks, limits, presets = zip(*made.rows, strict=True)
    np.testing.assert_allclose(clicks, qmc.scale(unit[:, :1], 0.1, 0.3)[:, 0])
    assert (
        sorted(limits) == [2] * 3 + [3] * 3 + [4] * 3 + [5] * 3
    )  # both ends as often as what is between
    assert sorted(presets) == sorted(["none", "linkedin2008", "linkedin2021"] * 4)
    assert all(isinstance(limit, int) for limit in limits)
    assert (
        made
        == design.latin_hypercube(ranges, 12, seed=3)
        != design.latin_hypercube(ranges, 12, seed=4)
    )


def test_a_sobol_sequence_is_that_of_scipy():
    made = design.sobol({"answering.idk_click": (0, 1), "platform.min_ratio": (0, 0.5)}, 16, seed=2)
    unit = qmc.Sobol(2, rng=np.random.default_rng(2)).random_base2(4)
    np.testing.assert_allclose(np.array(made.rows), unit * [1, 0.5])
    with pytest.raises(
        sim.InputError,
        match=r"points: not a power of two \(got 12\); must be one for a Sobol' sequence, as 16",
    ):
        design.sobol({"answering.idk_click": (0, 1)}, 12)


def test_points_of_salib():
    morris = pytest.importorskip("SALib.sample.morris")
    problem = {
        "num_vars": 3,
        "names": ["platform.limit", "answering.idk_click", "meeting.repeat_log"],
        "bounds": [[2, 8], [0, 0.3], [0, 1]],
    }
    sample = morris.sample(problem, 4, seed=1)
    made = sim.Study.from_salib(problem, sample, sim.Scenario(members=30)).design
    assert len(made) == len(sample)
    limits, clicks, flags = zip(*made.rows, strict=True)
    assert list(limits) == np.rint(sample[:, 0]).tolist()
    assert list(clicks) == sample[:, 1].tolist()
    assert list(flags) == (sample[:, 2] >= 0.5).tolist()


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"platform.limmit": [1]}, "platform.limmit: no such parameter; nearest: platform.limit"),
        (
            {"policies.everybody.share": [1]},
            "policies.everybody: no such policy here; nearest: everyone",
        ),
        (
            {"policies.everyone.shar": [1]},
            "policies.everyone.shar: no such parameter; nearest: policies.everyone.share",
        ),
        (
            {"platform.limit": [1, 2, 0]},
            r'platform.limit: expected a whole number from 1 to 10000 or "none", got 0 \(point 2\)',
        ),
        ({"platform.limit": 3}, r"platform.limit: not a list of values \(got 3\)"),
        ({"platform.limit": []}, "platform.limit: no values"),
        ({"days": range(1, 5000), "seed": range(5000)}, "the grid has 24,995,000 points"),
        (pd.DataFrame({"days": []}), "the points: no points"),
        (
            pd.DataFrame({"members": [3, np.nan]}),
            r"members: expected a whole number from 2 to 268435456, got None \(point 1\)",
        ),
        ("nothing.csv", "nothing.csv: can't be read"),
    ],
)
def test_wrong_designs(given, line):
    with pytest.raises(sim.InputError, match=line):
        sim.Study(sim.Scenario(), given)


def test_a_policy_and_a_section_can_be_varied():
    made = sim.Study(
        sim.Scenario(),
        {"policies.everyone.share": [1, 2], "platform": [{"limit": 2}, {"preset": "none"}]},
    ).design
    assert made.rows[1] == (1.0, {"preset": "none"})
    assert made.columns(np.arange(2))["platform"].to_pylist() == [
        '{"limit": 2}',
        '{"preset": "none"}',
    ]


STUDY = """
members = 30
days = 5

[study]
{study}
"""


def study_of(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(STUDY.format(study=text))
    return path


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (
            'replications = 2\n[study.vary]\n"platform.limit" = [2, "none"]\n'
            "answering.idk_click = [0.1, 0.2, 0.3]",
            6,
        ),
        (
            'design = "latin-hypercube"\npoints = 5\nreplications = 2\n[study.vary]\n'
            '"platform.limit" = [2, 9]',
            5,
        ),
        (
            'design = "sobol"\npoints = 8\nseed = 3\nreplications = 2\n[study.vary]\n'
            '"answering.idk_click" = [0.0, 0.3]',
            8,
        ),
        ('design = "points"\nfile = "points.csv"\nreplications = 2', 2),
    ],
)
def test_a_study_in_toml(tmp_path, text, number):
    (tmp_path / "points.csv").write_text("platform.limit\n2\nnone\n")
    asked = study_read(study_of(tmp_path, text), ["days=4"])
    assert len(asked.study.design) == number
    assert (asked.study.scenario.members, asked.study.scenario.days, asked.study.replications) == (
        30,
        4,
        2,
    )
    assert (asked.until, asked.most) == (None, 1000)


def test_until_in_toml(tmp_path):
    path = study_of(
        tmp_path, 'until = {blocked = 0.01, "degree/everyone" = 1}\nmost = 50\nvary = {days = [3]}'
    )
    assert study_read(path)[1:] == ({"blocked": 0.01, "degree/everyone": 1}, 50)
    assert study_read(path, replications=7).until is None
    assert study_read(path, replications=7).study.replications == 7


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            'design = "gird"',
            r"study.design: not known \(got 'gird'\); must be one of grid, points, "
            "latin-hypercube, sobol",
        ),
        ("", "study.vary: missing; must be lists of values"),
        ("vari = {days = [3]}", r"study.vari: no such key in \[study\]; nearest: vary"),
        ("points = 3\nvary = {days = [3]}", "study.points: no such key with the design grid"),
        (
            'design = "sobol"\nvary = {days = [3, 9]}',
            "study.points: missing; must be a whole number",
        ),
        ('design = "sobol"\npoints = 4\nvary = {days = 3}', r"days: not a range \(got 3\)"),
        ('design = "points"', "study.file: missing"),
        ('design = "points"\nfile = "none.csv"', "none.csv: can't be read"),
        ("until = 3\nvary = {days = [3]}", r"study.until: no measure \(got 3\)"),
        (
            "until = {blokced = 0.1}\nvary = {days = [3]}",
            "study.until: blokced: no such measure; nearest: blocked",
        ),
        (
            'until = {"blocked/al" = 0.1}\nvary = {days = [3]}',
            "study.until: blocked/al: no such policy; nearest: all",
        ),
        (
            "until = {blocked = 0.1}\nmost = 9\nvary = {days = [3]}",
            "study.most: expected a whole number of 10 or more, got 9",
        ),
        (
            "until = {blocked = 1}\nreplications = 3\nvary = {days = [3]}",
            "study.replications: given beside until",
        ),
        (
            'replications = "3"\nvary = {days = [3]}',
            r"study.replications: not a whole number \(got '3'\)",
        ),
        (
            "replications = 0\nvary = {days = [3]}",
            "replications: expected a whole number of 1 or more, got 0",
        ),
        ('vary = {"platform.limit" = [0]}', r"platform.limit: expected a whole number from 1"),
    ],
)
def test_wrong_studies_in_toml(tmp_path, text, line):
    path = study_of(tmp_path, text)
    with pytest.raises(sim.InputError, match=rf"^{path}: .*{line}"):
        study_read(path)


def test_a_file_without_a_study(tmp_path):
    (tmp_path / "study.toml").write_text("members = 30\n")
    with pytest.raises(sim.InputError, match=r"study\.toml: a scenario and not a study; must have"):
        study_read(tmp_path / "study.toml")


def test_parameters_are_a_table_for_other_tools():
    table = pd.DataFrame(sim.Scenario.parameters()).set_index("name")
    assert list(table) == ["type", "unit", "default", "low", "high", "range", "description"]
    assert table.loc["platform.limit", ["type", "unit", "low", "high"]].tolist() == [
        "int or none",
        "strikes",
        1,
        10_000,
    ]
    assert table.index.is_unique
