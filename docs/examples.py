"""Write what the pages' examples print into the pages; renew tables and the picture of imports.

``make examples``; the tests hold that the pages show what is printed.
"""

import itertools
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs import picture, tables
from tests.test_readme import HOUSE, blocks, missing, page, printed

PAGES = ("README.md", "docs/guide.md", "docs/experiments.md", "docs/figures.md", "docs/studies.md")


def renewed(name: str) -> str:
    """Return a page with what its examples print now."""
    text, namespace = page(name), {"__name__": "examples"}
    listed: list[Any] = [*blocks(name), None]
    for block, after in itertools.pairwise(listed):
        if block.language != "python" or missing(block):
            continue
        said = printed(block, name, namespace)
        shown = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
        if after is not None and after.language == "text" and after.text != shown:
            text = text.replace(f"```text\n{after.text}```", f"```text\n{shown}```", 1)
    return text


def main() -> None:
    """Renew all pages, their tables, and the picture of docs/architecture.md."""
    picture.main()
    tables.main()
    for name in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            (HOUSE / name).write_text(renewed(name), encoding="utf-8")
        print(f"{name}: renewed")


if __name__ == "__main__":
    main()
