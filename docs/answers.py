"""Run the experiments as they are by default, and keep what the pages quote of them.

``make answers``: pictures go into docs/images/, tables into results/answers/. The tests hold the
numbers of the experiments' answers against these tables.
"""

import subprocess
import sys
from pathlib import Path
from shutil import copyfile

import pandas as pd

HOUSE = Path(__file__).parents[1]
PICTURES = {
    "sweep": ("leads",),
    "block_rule": ("frontier", "lifetime"),
    "selectivity": ("selectivity",),
    "sensitivity": ("sobol",),
    "takeover": ("flow",),
}
"""From an experiment to its pictures on the pages."""
ANSWERS = HOUSE / "results" / "answers"


def main() -> None:
    """Run all, one after another; what has been run before is not run again."""
    for name, pictures in PICTURES.items():
        command = [sys.executable, "-m", "sim", "experiment", name]
        subprocess.run(command, cwd=HOUSE, check=True)
        made = HOUSE / "results" / name
        for picture in pictures:
            called = picture if picture == name else f"{name}-{picture}"
            copyfile(made / f"{picture}.png", HOUSE / "docs" / "images" / f"{called}.png")
        (ANSWERS / name).mkdir(parents=True, exist_ok=True)
        copyfile(made / "provenance.json", ANSWERS / name / "provenance.json")
        for file in made.glob("*.csv"):
            table = pd.read_csv(file, dtype=str, keep_default_na=False)
            if "day" in table:  # of a curve its two ends
                day = table["day"].astype(int)
                table = table[day.isin([day.min(), day.max()])]
            table.to_csv(ANSWERS / name / file.name, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
