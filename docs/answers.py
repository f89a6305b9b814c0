"""Run the experiments as they are by default, and keep what the pages quote of them.

``make answers``, or ``make answers ARGS=thirds`` for one of them: pictures go into docs/images/,
tables into results/answers/. The tests hold the numbers of the experiments' answers against these.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import sim

HOUSE = Path(__file__).parents[1]
PICTURES = {
    "plausible": ("plausible", "moves"),
    "horizon": ("years", "lasting", "sizes"),
    "sweep": ("leads",),
    "block_rule": ("frontier", "lifetime"),
    "selectivity": ("selectivity",),
    "sensitivity": ("sobol",),
    "takeover": ("flow", "invasions"),
    "thirds": ("thirds",),
    "thread": ("people",),
    "growth": ("growth",),
    "appeals": ("appeals",),
    "manners": ("manners",),
    "helpers": ("helpers",),
    "rank": ("rank",),
    "platforms": ("platforms",),
    "newcomers": ("newcomers",),
}
"""From an experiment to its pictures on the pages."""
OPTIONS = {"takeover": ("--payoff", "gained", "--payoff", "reach")}
"""Options of an experiment of which the pages quote more than its default run."""
LONG = ("societies",)
"""Tables that the pages do not quote."""
ANSWERS = HOUSE / "results" / "answers"
FEW_DAYS = 10
"""Days of a table that are all kept."""
MEASURES = ("reach2_share", "blocked")
SOCIETIES = {
    "1,000 members": ({"members": 1_000}, 20),
    "40,000 members": ({"members": 40_000}, 5),
    "asked again after 21 days": ({"members": 10_000, "inviting.lock_days": 21}, 10),
}
"""Mixed societies of docs/limits.md, and their replications."""


def main(names: Sequence[str]) -> None:
    """Run experiments, one after another, or all; of these what has been run is not run again."""
    ANSWERS.mkdir(parents=True, exist_ok=True)
    if not names:
        for table in (societies, pairing):
            table().to_csv(ANSWERS / f"{table.__name__}.csv", index=False, float_format="%.6g")
    for name in names or PICTURES:
        command = [sys.executable, "-m", "sim", "experiment", name, *OPTIONS.get(name, ())]
        subprocess.run(command, cwd=HOUSE, check=True)
        keep(name)


def keep(name: str) -> None:
    """Copy the pictures and tables of an experiment to where the pages have them."""
    made = HOUSE / "results" / name
    for picture in PICTURES[name]:
        called = picture if picture == name else f"{name}-{picture}"
        copyfile(made / f"{picture}.png", HOUSE / "docs" / "images" / f"{called}.png")
    (ANSWERS / name).mkdir(parents=True, exist_ok=True)
    copyfile(made / "provenance.json", ANSWERS / name / "provenance.json")
    for file in made.glob("*.csv"):
        if file.stem in LONG:
            continue
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        if "day" in table and table["day"].nunique() > FEW_DAYS:
            day = table["day"].astype(int)  # of a curve its two ends, and the ends of years
            table = table[day.isin([day.min(), day.max()]) | (day % 365 == 0)]
        table.to_csv(ANSWERS / name / file.name, index=False, lineterminator="\n")


def societies() -> pd.DataFrame:
    """Return the estimates of each policy in the societies of docs/limits.md."""
    found = []
    for name, (changes, replications) in SOCIETIES.items():
        runs = sim.replicate(sim.Scenario().replace(changes), replications)
        found.append(sim.aggregate(runs, by=["policy"], measures=MEASURES).assign(society=name))
    return pd.concat(found)


def pairing() -> pd.DataFrame:
    """Return what the same people and luck save of the variance between two rules, in 100 pairs."""
    base = sim.Scenario(members=1_000)
    runs = pd.concat(
        sim.replicate(base.replace({"platform.limit": limit}), 100).assign(limit=limit)
        for limit in (3, 5)
    )
    pairs = [((3, policy), (5, policy)) for policy in ("all", "close_friends")]
    measures = ["reach2", "degree", "blocked"]
    return sim.differences(runs, by=["limit", "policy"], pairs=pairs, measures=measures)


if __name__ == "__main__":
    main(sys.argv[1:])
