"""``python -m attack [KIND ...]``: try all kinds of attack, or some, and print a table."""

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

from .trials import Outcome

KINDS = ("mutations", "flips", "kills", "tabs", "foreign", "kinds", "reports")


def tried(kind: str, folder: Path, share: float) -> list[Outcome]:
    """Try a kind of attack; what goes wrong with the trials themselves is wrong too."""
    try:
        outcomes: list[Outcome] = importlib.import_module(f"attack.{kind}").attack(folder, share)
    except Exception as error:
        outcome = Outcome(kind)
        outcome.add("", f"{kind}: {type(error).__name__}: {str(error)[:300]}")
        return [outcome]
    return outcomes


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
            os.environ["TMPDIR"] = folder  # what killed processes leave is left there
            for outcome in tried(kind, Path(folder), options.share):
                print(f"| {outcome.trials} | {outcome.kind} | {outcome.words} |", flush=True)
                faults += outcome.faults
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    print(f"\n{len(faults)} wrong, {time.monotonic() - begun:.0f} s")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
