"""Draw who imports whom into docs/images/architecture.svg, from the imports as they are.

``make examples`` draws it, or this script alone; tests/test_readme.py holds that it is up to date.
"""

import sys
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.test_house import FILES, FLOORS, HOUSE, imported

PICTURE = Path(__file__).parent / "images" / "architecture.svg"
GROUND = "parameters and small modules"
WHAT = {
    "cli": "the commands",
    "app": "the interactive page",
    "studies": "sweeps that resume",
    "runs": "one run, or many in processes",
    "plots": "figures",
    "model": "a society that lives",
    "measures": "tables and intervals",
    "results": "a result and its file",
    "society": "people, contact logs",
    "scenario": "what to simulate",
    "agents": "the policies",
    GROUND: "",
    "kernel": "the compiled day",
}
"""From the top floor to the ground: what each package is for."""
CELL, LEFT, TOP = 26, 330, 20


def packages() -> dict[str, dict[str, set[str]]]:
    """Return from each package to those it imports, and to the modules that import them."""
    edges: dict[str, dict[str, set[str]]] = {name: {} for name in WHAT}
    for file in FILES:
        module = file.relative_to(HOUSE).with_suffix("").as_posix()
        above = _package(module.split("/")[0])
        for name in imported(file) if above else ():
            below = _package(name.split(".")[0])
            if below and below != above:
                edges[above].setdefault(below, set()).add(module)
    return edges


def _package(name: str) -> str:
    if name.startswith("__"):
        return ""
    assert name in FLOORS, f"{name}: not in tests/test_house.py; must be one of FLOORS"
    return name if name in WHAT else GROUND


def drawn() -> str:
    """Return the picture: a row a package, a square in the column of each that it imports."""
    order, edges = list(WHAT), packages()
    side = CELL * len(order)
    parts = []
    for row, name in enumerate(order):
        y = TOP + CELL * row
        words = f'<tspan font-weight="bold">{escape(name)}</tspan>'
        if WHAT[name]:
            words += f'<tspan fill="#595959">&#160; {escape(WHAT[name])}</tspan>'
        parts.append(f'<text x="{LEFT - 8}" y="{y + 17}" text-anchor="end">{words}</text>')
        parts.append(_square(row, row, "#595959", name))
        for column, below in enumerate(order):
            if modules := edges[name].get(below):
                words = f"{name} imports {below}: {', '.join(sorted(modules))}"
                parts.append(_square(column, row, "#0072B2" if column > row else "#D55E00", words))
    lines = [
        f'<path d="M{LEFT} {TOP + CELL * at}h{side}M{LEFT + CELL * at} {TOP}v{side}" '
        'stroke="#d9d9d9" fill="none"/>'
        for at in range(len(order) + 1)
    ]
    for column, name in enumerate(order):
        x, y = LEFT + CELL * column + 17, TOP + side + 10
        label = escape("parameters, …" if name == GROUND else name)
        parts.append(
            f'<text transform="translate({x},{y}) rotate(-90)" text-anchor="end">{label}</text>'
        )
    width, height = LEFT + side + 20, TOP + side + 110
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *lines,
            *parts,
            "</svg>\n",
        ]
    )


def _square(column: int, row: int, colour: str, words: str) -> str:
    x, y = LEFT + CELL * column + 6, TOP + CELL * row + 6
    title = f"<title>{escape(words)}</title>"
    return f'<rect x="{x}" y="{y}" width="14" height="14" rx="3" fill="{colour}">{title}</rect>'


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(drawn(), encoding="utf-8")
    print(f"{PICTURE.relative_to(HOUSE.parent)}: drawn")


if __name__ == "__main__":
    main()
