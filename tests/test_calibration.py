"""The calibration: priors, targets, and a whole part of it on a simulator that is known."""

import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import calibration, calibration_figures, prior, targets
from experiments.calibration import Part
from experiments.pattern import Range, Target
from experiments.prior import MEETINGS, PLATFORM, Parameter, Prior
from sim.scenario import plausible

BOTH = [Prior(PLATFORM), Prior(MEETINGS)]


# Priors


@pytest.mark.parametrize("own", BOTH)
def test_points_are_drawn_within_the_conditions(own: Prior):
    points = own.drawn(500, seed=3)
    assert own.valid(points).all()
    assert (points == own.drawn(500, seed=3)).all()
    assert (points != own.drawn(500, seed=3, stream=1)).any(axis=1).all()
    accept = [column for name, column in zip(own.names, points.T, strict=True) if "accept" in name]
    assert (np.diff(accept, axis=0) >= 0).all()
    shares = [place for place, name in enumerate(own.names) if name.startswith("meeting.")]
    assert points[:, shares].sum(axis=1).max(initial=0) <= 0.87


@pytest.mark.parametrize("own", BOTH)
def test_places_and_points_are_inverse(own: Prior):
    points = own.drawn(200, seed=1)
    places = own.places(points)
    assert places.min() >= 0
    assert places.max() <= 1
    assert own.points(places) == pytest.approx(points, abs=2e-6)
    anywhere = own.points(np.random.default_rng(1).random((200, len(own.names))))
    shares = [place for place, name in enumerate(own.names) if name.startswith("meeting.")]
    assert own.valid(anywhere)[anywhere[:, shares].sum(axis=1) <= 0.87].all()


def test_a_box_is_around_its_points_and_within_the_prior():
    own = Prior(MEETINGS)
    box = own.narrowed(np.array([[0.5, 0.0, 0.05, 8], [0.6, 0.1, 0.06, 9]]))
    ends = [(one.low, one.high) for one in box.parameters]
    assert ends[0] == pytest.approx((0.49, 0.61))
    assert ends[1] == pytest.approx((0, 0.11))
    assert ends[3] == (7, 10)


def test_points_become_changes_of_a_scenario():
    points = np.array([[0.5, 0.02, 0.1, 9]])
    (changed,) = prior.changes([one.name for one in MEETINGS], points)
    assert changed["society.team_size"] == 9
    assert type(changed["society.team_size"]) is int
    accept = [0.5, 0.8, 0.85, 0.9]
    (changed,) = prior.changes([one.name for one in PLATFORM[:4]], np.array([accept]))
    assert changed == {"answering.accept": (0.5, pytest.approx(2 / 3, abs=1e-6), 0.8, 0.85, 0.9)}


# Targets


def test_the_targets_are_the_rows_to_be_fitted():
    table = targets.of_the_table()
    assert table.near["skew"] == Target(1.92, 0.12)
    assert table.near["clustering of strong ties"].value == pytest.approx(0.375)
    assert set(table.bounds) == {"strangers, 11 or more in common"}
    assert not {"thirds: never met", "assortativity"} & {*table.near, *table.bounds}
    assert table.of(meetings=True).rows == ("layers", "clustering of strong ties")
    assert len(table.of(meetings=False).near) == 7


def test_targets_of_ones_own(tmp_path: Path):
    (tmp_path / "own.toml").write_text(
        inspect.cleandoc(targets.__doc__ or "").partition("::\n")[2].replace("\n    ", "\n")
    )
    own = targets.read(tmp_path / "own.toml")
    assert own.near["skew"] == Target(1.5, 0.1)
    assert own.near["clustering of strong ties"].tolerance == pytest.approx(0.05)
    assert own.bounds == {"strangers, 11 or more in common": Range(-np.inf, 0.7)}
    assert own.prior == {"answering.looks": (1.0, 30.0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[targets", "not TOML"),
        ("[wanted]\na = 1", r"\[wanted\]"),
        ("[prior]", "no targets"),
        ('[targets]\n"skw" = { target = 1, tolerance = 1 }', "skw: no such number"),
        ('[targets]\n"skew" = 3', "skew: expected { target"),
        ('[targets]\n"skew" = { target = 1 }', "skew: expected { target"),
        ('[targets]\n"skew" = { target = 1, tolerance = 0 }', "skew: expected { target"),
        ('[targets]\n"skew" = { least = 2, most = 1 }', "skew: expected { target"),
        ('[targets]\n"skew" = { least = 2 }\n[prior]\n"a" = 3', r"prior: a: expected \[lowest"),
    ],
)
def test_what_is_wrong_with_targets_in_one_line(tmp_path: Path, text: str, said: str):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(sim.InputError, match=said) as wrong:
        targets.read(path)
    assert "\n" not in str(wrong.value)
    assert str(path) in str(wrong.value)


# A part of the calibration, on a simulator that is known


class Toy:
    """A simulator: two numbers of two parameters, with errors by the seed."""

    def __init__(self, rows: tuple[str, ...], probed: int) -> None:
        self.rows = rows

    def live(self, scenario: sim.Scenario) -> pd.DataFrame:
        error = np.random.default_rng(scenario.seed).normal(size=2)
        click, again = scenario.answering.idk_click, scenario.meeting.again
        return pd.DataFrame(
            {
                "policy": ["all"],
                "skew": 100 * click + 0.1 * error[0],
                "blocked probes": 50 * (again + click) + 0.1 * error[1],
                "strangers, 11 or more in common": click,
            }
        )


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Part:
    monkeypatch.setattr(calibration.scored, "Measured", Toy)
    parameters = (Parameter("answering.idk_click", 0.02, 0.3), Parameter("meeting.again", 0.3, 0.6))
    near = {"skew": Target(11.0, 0.5), "blocked probes": Target(30.5, 0.5)}
    bounds = {"strangers, 11 or more in common": Range(-np.inf, 0.28)}
    own = targets.Targets(near, bounds)
    base = sim.Scenario(members=20, days=1, meeting={"team": 0, "circle": 0})
    return Part("toy", base, Prior(parameters), own, probed=0, runs=120, jobs=1)


def test_a_part_finds_the_parameters_and_goes_on_where_it_was(part: Part, tmp_path: Path):
    one = part.calibrated(tmp_path)
    table = one.parameters().set_index("parameter")
    assert table.loc["answering.idk_click", "median"] == pytest.approx(0.11, abs=0.003)
    assert table.loc["meeting.again", "median"] == pytest.approx(0.5, abs=0.01)
    width = table["q95"] - table["q05"]
    # errors of a target .5 and of a run .1, over a slope of 100
    assert width["answering.idk_click"] == pytest.approx(2 * 1.645 * 0.0051, rel=0.25)
    assert table["told"].between(0.9, 1).all()
    assert 0.8 <= one.recovered()["covered"].iloc[-1] <= 0.97
    assert one.fitted()["median"].tolist() == pytest.approx([11, 30.5], abs=0.4)
    assert one.sample()["weight"].sum() == pytest.approx(1, abs=1e-5)
    assert (one.sample()["answering.idk_click"] < 0.28).all()
    figure = calibration_figures.pairs(one)
    assert "Best known is answering.idk_click" in figure.get_suptitle().replace("\n", " ")
    # the defaults, .13 and .54, are far away
    assert one.default_in_region() > 0.9
    # the runs are kept: the same comes out, also of a folder that was brought from elsewhere
    tmp_path.rename(tmp_path.with_name("brought"))
    again = part.calibrated(tmp_path.with_name("brought"))
    assert again.sample().equals(one.sample())


def test_too_few_runs_that_keep_the_bounds_are_an_error(part: Part, tmp_path: Path):
    part.targets.bounds["strangers, 11 or more in common"] = Range(-np.inf, 0.021)  # type: ignore[index]
    with pytest.raises(sim.InputError, match=r"toy: \d+ of 120 runs keep the bounds"):
        part.calibrated(tmp_path)


# Societies of the posterior


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = ",".join(f"answering.accept[{k}]" for k in range(5))
    rows = ["0.6,0.61,0.62,0.8,0.9,0.1,0.75", "0.5,0.51,0.52,0.7,0.8,0.2,0.25"]
    text = "\n".join(["# made by hand", f"{head},answering.idk_click,weight", *rows])
    (tmp_path / "posterior.csv").write_text(text + "\n")
    monkeypatch.setattr(plausible, "POSTERIOR", tmp_path / "posterior.csv")


@pytest.mark.usefixtures("sample")
def test_plausible_societies_are_drawn_from_the_sample_and_the_ranges():
    societies = sim.plausible_societies(400, base=sim.Scenario(members=50))
    assert societies[:20] == sim.plausible_societies(20, base=sim.Scenario(members=50))
    assert societies[:20] != sim.plausible_societies(20, base=sim.Scenario(members=50), seed=2)
    first = [one.answering.accept[0] == 0.6 for one in societies]
    assert np.mean(first) == pytest.approx(0.75, abs=0.08)
    for one, likely in zip(societies, first, strict=True):
        click = (0.1 if likely else 0.2) * one.platform.limit / 5
        assert one.answering.idk_click == pytest.approx(click, abs=1e-6)
    per_day = np.log([one.inviting.per_day for one in societies])
    assert per_day.mean() == pytest.approx(np.log(0.5), abs=0.08)
    limits = {one.platform.limit for one in societies}
    assert limits == {3, 4, 5, 6, 7, 8}
    least = [one.policies["interacted"].min_acceptance for one in societies]
    assert 0.1 <= min(least) < 0.13 < 0.37 < max(least) <= 0.4
    shares = np.array([[*one.shares().values()] for one in societies])
    # Dirichlet(3, 3, 3): variance of a share 1/3 * 2/3 / 10
    assert shares.std(axis=0) == pytest.approx(np.sqrt(2 / 90), rel=0.15)
