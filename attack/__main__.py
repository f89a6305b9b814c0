"""``python -m attack [KIND ...]``: try all kinds of attack, or some, and print a table."""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

KINDS = ("mutations", "flips", "kills", "tabs", "foreign", "kinds", "reports")


def main() -> int:
    """Print a row for each kind of trial; return 1 if one ended wrongly."""
    asked = argparse.ArgumentParser(prog="python -m attack", description=__doc__)
    asked.add_argument("kinds", nargs="*", metavar="KIND", help=f"one of {', '.join(KINDS)}")
    asked.add_argument("--share", type=float, default=1.0, help="of the trials, as 0.1")
    options = asked.parse_args()
    for kind in options.kinds:
        if kind not in KINDS:
            asked.error(f"{kind}: not known; must be one of {', '.join(KINDS)}")
    faults: list[str] = []
    print("| trials | of what | how it ended |\n| --- | --- | --- |", flush=True)
    begun = time.monotonic()
    for kind in options.kinds or KINDS:
        with tempfile.TemporaryDirectory(prefix="invitesim-attack-") as folder:
            attack = importlib.import_module(f"attack.{kind}").attack
            for outcome in attack(Path(folder), options.share):
                print(f"| {outcome.trials} | {outcome.kind} | {outcome.words} |", flush=True)
                faults += outcome.faults
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    print(f"\n{len(faults)} wrong, {time.monotonic() - begun:.0f} s")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
