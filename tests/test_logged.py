"""What a contact log tells of its society: people, days, tie classes; and what is said of it."""

from pathlib import Path

import numpy as np
import pytest

import sim
from experiments import patterns, scored
from sim import commands
from sim.society.logged import tie_counts
from tests.contact_logs import wrote

DATA = Path(__file__).parents[2] / "shared" / "data"
DAY = 86_400


@pytest.fixture
def logged(tmp_path: Path) -> sim.Scenario:
    """A log of 3 days: of 10 pairs two meet twice, one of them once more."""
    lines = [f"{20 + n},0,{n}" for n in range(1, 11)]
    lines += [f"{DAY},0,1", f"{2 * DAY},0,1", f"{2 * DAY},0,2"]
    path = wrote(tmp_path, "\n".join(["t,i,j", *lines]))
    return sim.Scenario(members=50, meeting={"contacts": path})


def test_days_that_are_not_given_are_those_of_the_log(logged):
    assert sim.run(logged).scenario.days == 3
    assert sim.NetworkModel(logged).scenario.days == 3
    assert sim.with_log(logged.replace({"days": 5})).days == 5
    assert sim.with_log(logged.replace({"meeting.repeat_log": True})).days == 365
    assert sim.with_log(logged.replace({"days": 5}).replace({"days": None})).days == 3
    drawn = sim.Scenario()
    assert sim.with_log(drawn) is drawn
    assert sim.about_log(drawn) == ""


def test_whether_days_are_given_is_kept_in_copies_and_files(logged, tmp_path):
    fixed = logged.replace({"days": 365})
    assert logged != fixed
    assert logged.to_dict()["days"] == "none"
    for scenario, days in ((logged, 3), (fixed, 365)):
        scenario.to_toml(tmp_path / "s.toml")
        read = sim.Scenario.from_toml(tmp_path / "s.toml")
        assert read == scenario
        assert sim.with_log(read.replace({"seed": 2})).days == days
    path = logged.meeting.contacts
    assert sim.with_log(commands.chosen(contacts=path)).days == 3
    assert sim.with_log(commands.chosen(contacts=path, days=9)).days == 9


def test_runs_of_a_study_end_with_the_log(logged, tmp_path):
    study = sim.Study(logged, {"days": [None, 4]}, replications=1, keep=lambda run: run.series)
    table = study.run(tmp_path / "study", jobs=1).to_pandas()
    last = table[table["policy"] == "all"].groupby("point")["day"].max()
    assert last.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("met", "counts"),
    [
        ([1, 1, 1, 1, 2, 2, 2, 4, 4, 9], (3, 5)),
        ([1] * 56 + [2] * 26 + [3] * 18, (2, 3)),  # exactly 44 and 18 of 100
        ([1] * 55 + [2] * 26 + [3] * 19, (3, 4)),  # one more of each
        ([1], (2, 3)),  # too thin: the nearest that are valid
        ([600] * 9, (510, 511)),
    ],
)
def test_classes_by_the_quantiles_of_the_log(met, counts):
    assert tie_counts(np.array(met)) == counts


def test_what_is_said_of_a_log(logged):
    assert sim.about_log(logged.replace({"days": 5})) == (
        "contact log: 11 people, 3 days, 13 encounters; 2 of the 5 days simulated come after its "
        "last; met often from 3 encounters (10 % of 10 pairs), close from 7 (0 %)"
    )
    result = sim.run(logged.replace({"society.ties_by_log": True}))
    assert result.about_log.endswith(
        "3 days simulated; by the log, met often from 2 encounters (20 % of 10 pairs), "
        "close from 3 (10 %)"
    )
    told = result.provenance["log"]
    assert (told["often"], told["close"], told["share_close"]) == (2, 3, 0.1)
    assert (result.scenario.society.often, result.scenario.society.close) == (2, 3)


def test_the_real_logs_have_classes_of_their_own():
    files = [DATA / name for name in ("SFHH_tij.dat.gz", "workplace_InVS15_tij.dat.gz")]
    for path, days, often, close in zip(files, (2, 12), (2, 4), (3, 11), strict=True):
        if not path.exists():
            pytest.skip(f"{path.name} is not in {path.parent}")
        log = sim.Scenario(meeting={"contacts": path}, society={"ties_by_log": True})
        told = sim.with_log(log)
        assert (told.days, told.society.often, told.society.close) == (days, often, close)


def test_patterns_score_what_a_log_tells(logged, tmp_path):
    """With a year given, layers and thirds could be counted; but a log lacks people one knows."""
    base = sim.with_log(logged.replace({"days": 365}))
    runs = patterns.of_log(patterns.taken(base, 2, tmp_path, 1, city=False))
    met = scored.scores(runs).groupby("row")["met"].agg(set)
    assert not any(scored.NOT_RUN in each for each in met)
    for row in ("layers", "thirds", "assortativity"):
        assert met[row] == {scored.UNKNOWN}
    for row in ("strangers, none in common", "reciprocity of strong ties"):
        assert met[row] & {scored.MET, scored.FAILED}
    with pytest.raises(sim.InputError, match="--city: a contact log has 11 people"):
        patterns.main(contacts=Path(str(logged.meeting.contacts)), city=1, out=tmp_path / "out")
