"""What experiments find, over the societies that fit the data."""

import importlib
import re

import numpy as np
import pandas as pd
import pytest

import sim
from docs import answers
from experiments import block_rule, growth, helpers, newcomers, rules, societies, thread
from experiments.societies import Group, Quantity
from tests.called_experiments import drawn, ended_well, sketched, written  # noqa: F401

pytestmark = pytest.mark.usefixtures("sketched")

BASE = sim.Scenario(members=60, days=30)
TABLES = sorted(path.parent.name for path in answers.ANSWERS.glob("*/ranges.csv"))
WITH, WITHOUT = Group("with", "all"), Group("without", "all")


def runs_of(values: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return runs by treatment, from an array (societies, seeds)."""
    rows = [
        {"treatment": name, "policy": "all", "society": society, "replication": seed, "x": value}
        for name, of in values.items()
        for (society, seed), value in np.ndenumerate(of)
    ]
    return pd.DataFrame(rows)


def test_a_difference_is_paired_by_society_and_seed():
    luck = np.random.default_rng(1).normal(0, 50, (4, 2))
    more = np.array([[1.0], [2.0], [-1.0], [0.0]])
    runs = runs_of({"with": luck + more, "without": luck}).sample(frac=1, random_state=1)
    row = societies.ranged(runs, [Quantity("more", "x", WITH, WITHOUT)]).iloc[0]
    ends = np.quantile(more, [0.5, 0.05, 0.95])  # luck cancels, so nothing is owed to chance
    assert row[["median", "from", "to"]].tolist() == pytest.approx(ends.tolist())
    assert row[["above", "societies"]].tolist() == [2.5 / 4, 4]


def test_what_is_only_chance_has_no_range():
    luck = np.random.default_rng(2).normal(5, 1, 60)
    mirrored = np.column_stack([luck, 10 - luck])  # each society has the mean 5
    asked = [Quantity("some", "x", WITH)]
    table = societies.ranged(runs_of({"with": mirrored}), asked)
    assert table.iloc[0][["from", "to", "chance"]].tolist() == pytest.approx([5, 5, 1])
    assert np.isnan(table["above"][0])
    assert "5.0     no more than chance" in societies.text(table, asked)


def test_societies_live_under_each_treatment_on_seeds_of_their_own(tmp_path):
    treatments = {"as drawn": lambda one: one, "1": societies.changed({"platform.limit": 1})}
    runs = societies.lived(BASE, treatments, ["degree"], tmp_path, number=10, seeds=2, jobs=1)
    assert len(runs) == 10 * 2 * 2 * 4
    drawn_here = sim.plausible_societies(10, base=BASE)
    for treatment, limit in (("as drawn", drawn_here[3].platform.limit), ("1", 1)):
        one = drawn_here[3].replace({"platform.limit": limit, "seed": BASE.seed + 3 * 2 + 1})
        due = sim.run(one).summary.set_index("policy")["degree"]
        here = runs[(runs["society"] == 3) & (runs["replication"] == 1)]
        found = here[here["treatment"] == treatment].set_index("policy")["degree"]
        assert found.to_dict() == pytest.approx(due.to_dict())


def test_the_click_goes_with_the_limit():
    society = BASE.replace({"platform.limit": 8, "answering.idk_click": 0.4})
    found = societies.with_click(society)
    assert (found.platform.limit, found.answering.idk_click) == (5, 0.25)
    unruled = BASE.replace({"platform.preset": "none"})
    assert societies.with_click(unruled) == unruled


def test_treatments_change_what_they_say():
    one = sim.plausible_societies(1, base=BASE)[0]
    bare, life, window = (treat(one).platform for treat in block_rule.treatments().values())
    assert (bare.limit, life.limit, life.restriction_days) == (None, 5, None)
    assert (window.limit, window.window_days, window.restriction_days) == (5, 30, 7)
    assert {rule.name for rule in block_rule.RANGED[1:]} == set(rules.PRESETS.values())
    shares = helpers.with_waiting(one).shares()
    assert shares["waits"] == pytest.approx(1 / 4)
    by_popular = growth.treatments()["popular"](
        BASE.replace({"policies": {growth.POLICY: {"contacts": 1, "directory": 1}}})
    )
    assert by_popular.policies[growth.POLICY].popular == 1
    assert by_popular.policies[growth.POLICY].directory == 0
    assert by_popular.platform.limit is None


def test_the_aims_of_a_rule_are_against_no_rule_in_the_same_society():
    names = [rule.name for rule in block_rule.RANGED]
    rows = [
        {"treatment": name, "society": society, "replication": seed, "policy": policy}
        | {"members": 10, "blocked": 0.1 * place, "degree": 9 + society + seed - place}
        | {"unwanted_received": 5.0 - place}
        for place, name in enumerate(names)
        for society in range(3)
        for seed in range(2)
        for policy in ("everyone", "interacted", "close_friends", "all")
    ]
    aims = block_rule.with_aims(pd.DataFrame(rows))
    everybody = aims[aims["policy"] == "all"].set_index(["treatment", "society", "replication"])
    for place, name in enumerate(names):
        here = everybody.loc[name]
        assert len(here) == 6
        assert (here["lost"] == place).all()
        assert here["blocked"].to_numpy() == pytest.approx(0.1 * place)


def test_newcomers_range_over_societies(tmp_path):
    options = ("--members", "300", "--days", "60", "--societies", "10")
    text = " ".join(ended_well(newcomers.main, tmp_path, *options).split())
    assert "Of 10 plausible societies, newcomers of “everyone” reach further than" in text
    assert written(tmp_path) == {"ranges.csv", "provenance.json"} | drawn("newcomers")
    table = pd.read_csv(tmp_path / "ranges.csv").set_index("quantity")
    assert len(table) == 9 + 6 + 2  # nobody clicks on close friends
    one = table.loc["everyone, newcomers, are ahead of: interacted"]
    other = table.loc["interacted, newcomers, are ahead of: everyone"]
    assert one["above"] > other["above"]


def test_the_threads_people_range_over_societies(tmp_path):
    base = sim.Scenario.from_toml(sim.named_scenarios()["thread"])
    base = base.replace({"members": 100, "days": 30})
    text = thread.people(base, 2, 10, 1, tmp_path)
    assert "“referred” have, compared with “everyone”" in " ".join(text.split())
    files = {"people.csv", "differences.csv", "ranges.csv", "provenance.json"}
    assert written(tmp_path) == files | drawn("people")


RANGE = re.compile(r"\(?range (-?[\d.]+) to (-?[\d.]+)")


@pytest.mark.parametrize("name", TABLES)
def test_the_ranges_that_are_quoted_are_those_of_tables(name):
    """Of the docstrings, and of the sections of docs/thread.md."""
    table = pd.read_csv(answers.ANSWERS / name / "ranges.csv")
    page = (answers.HOUSE / "docs" / "thread.md").read_text(encoding="utf-8")
    parts = [part for part in page.split("\n## ") if f"`invitesim experiment {name}`" in part]
    text = importlib.import_module(f"experiments.{name}").__doc__
    quoted = RANGE.findall(" ".join(" ".join([text, *parts]).split()))
    ends = table[["from", "to"]].to_numpy()
    for pair in quoted:
        shown = np.array(pair, float)
        half = [0.5 * 10.0 ** -len(end.partition(".")[2]) + 1e-9 for end in pair]
        assert any((np.abs(scale * ends - shown) <= half).all(axis=1).any() for scale in (1, 100))
    assert len(quoted) >= (1 if name != "plausible" else 0)


def test_what_the_pages_say_in_words_of_plausible_societies():
    def table(name: str) -> pd.DataFrame:
        found = pd.read_csv(answers.ANSWERS / name / "ranges.csv").set_index("quantity")
        assert (found["societies"] == 40).all()
        return found

    manners = table("manners")["above"] * 40
    asked = "asking, more connections: "
    counts = [manners[asked + rule] for rule in ("their own rule", "one strike")]
    assert counts == [6, 33]  # fewer in 34
    assert manners[f"{asked}one strike, click .6"] == 40
    rank = table("rank")["above"] * 40
    assert rank["courting, more connections"] == 0
    assert rank["courting, more blocked"] == 38
    appeals = table("appeals")["above"]
    assert appeals["more time blocked, 2 strikes, click .3: for good, appeals"] == 0
    people = table("thread")["above"]
    assert people["referred, more than interacted: connections"] == 1
    assert people["referred, more than interacted: blocked"] == 1
    newcomers = table("newcomers")["above"].dropna()
    ahead = ["everyone", "interacted", "close friends"]
    for quantity, share in newcomers.items():
        one, other = (ahead.index(part) for part in re.findall("|".join(ahead), quantity))
        assert share == (one < other)
