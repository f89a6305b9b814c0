"""The cards of the page that change every day, as HTML: each is written as a whole, since a day must be shown in a fraction of a second."""

import html

import numpy as np

from ..agents import Bond
from ..measures.definitions import EVERYBODY
from ..plots.captions import percent, spoken
from ..plots.style import styles
from . import charts, story, telling
from .network import LIT
from .worlds import Life, Lines, Worlds

CHARTS = {
    "reach2_share": ("Reach: members within two steps", True),
    "blocked": ("Blocked at least once", True),
    "reciprocity": ("Reciprocity: outreach that is returned", True),
    "degree": ("Connections per member", False),
}
"""Measures that are drawn, what the charts are called, and whether they are shares."""
COLUMNS = {
    "degree": "connec\u00adtions",
    "reach2_share": "reach",
    "acceptance": "accep\u00adted",
    "reciprocity": "recipro\u00adcity",
    "idk_rate": "“I don’t know”",
    "blocked": "blocked",
    "invitations": "sent each",
}
"""Columns of the table of numbers."""
PER_MEMBER = ("degree", "invitations")
"""Those that are no shares."""


def legend(life: Life, *, network: bool = False) -> str:
    """Explain colours, markers and dashes; of the network, also what is blocked and new."""
    names = styles([*life.model.scenario.policies, *([] if network else [EVERYBODY])])
    parts = [
        f"<span>{charts.swatch(style)}{html.escape(spoken(name))}</span>"
        for name, style in names.items()
    ]
    if network:
        small = '<svg class="swatch" viewBox="0 0 26 12" aria-hidden="true">'
        cross = (
            f'{small}<path d="M9 2l8 8m0-8l-8 8" stroke="currentColor" stroke-width="1.6"/></svg>'
        )
        line = f'{small}<path d="M0 6H26" stroke="{LIT}" stroke-width="3"/></svg>'
        parts += [f"<span>{cross}hollow: blocked</span>", f"<span>{line}connected today</span>"]
    return f'<div class="legend">{"".join(parts)}</div>'


def measured(life: Life, lines: dict[str, Lines]) -> str:
    """Draw the charts of the first world."""
    parts = [
        f"<h2>{name}</h2>{_chart(life, name, lines[measure], share)}"
        for measure, (name, share) in CHARTS.items()
    ]
    return legend(life) + "".join(parts)


def numbers(life: Life, lines: dict[str, Lines]) -> str:
    """Write today's measures as a table, a row per policy."""
    head = "".join(f"<th scope='col'>{title}</th>" for title in COLUMNS.values())
    rows = []
    for policy, style in styles([*life.model.scenario.policies, EVERYBODY]).items():
        cells = "".join(
            f'<td data-measure="{measure}">{_number(lines[measure][policy], measure)}</td>'
            for measure in COLUMNS
        )
        name = f"{charts.swatch(style)} {html.escape(spoken(policy))}"
        rows.append(
            f'<tr data-policy="{html.escape(policy)}"><th scope="row">{name}</th>{cells}</tr>'
        )
    body = (
        f"<thead><tr><th scope='col'>policy</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    )
    table = f'<table id="numbers" data-day="{life.model.day}">{body}</table>'
    return f"<h2>Day {life.model.day} in numbers</h2>{_scrolling('The numbers', table)}"


def _scrolling(name: str, table: str) -> str:
    """Put a table into a box that scrolls if it must; the keyboard comes to it, and a screen reader says its name."""
    return f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">{table}</div>'


def _number(line: charts.Line, measure: str) -> str:
    if not len(line) or np.isnan(line[-1]):
        return "–"
    return f"{line[-1]:.1f}" if measure in PER_MEMBER else percent(float(line[-1]))


def outcomes(life: Life) -> str:
    """Draw what has become of the invitations."""
    return f'<h2>What became of the invitations</h2><div id="outcomes">{charts.outcome_bars(life.totals())}</div>'


def two_worlds(worlds: Worlds, measure: str) -> str:
    """Draw a measure in both worlds, and the difference."""
    ours, theirs = (life.lines()[measure] for life in worlds.lives)
    first = [life.first_restriction for life in worlds.lives if life.first_restriction is not None]
    mark = min(first, default=None)
    life, (name, share) = worlds.first, CHARTS[measure]
    parts = [
        f"<div><h3>{name}, world {world}</h3>{_chart(life, f'{name}, world {world}', lines, share, mark, (ours, theirs))}</div>"
        for world, lines in (("A", ours), ("B", theirs))
    ]
    gap = {policy: theirs[policy] - ours[policy] for policy in ours}
    parts.append(
        f"<div><h3>Difference, B − A</h3>{_chart(life, f'{name}, B − A', gap, share, mark)}</div>"
    )
    below = (
        ""
        if mark is None
        else f'<p class="quiet">Dotted upright: day {mark}, the first restriction.</p>'
    )
    return f'{legend(life)}<div class="pair">{"".join(parts)}</div>{below}'


def difference(worlds: Worlds) -> str:
    """Say what the two rules are and when the worlds began to differ."""
    rules = f"A: {telling.rule(worlds.lives[0])}. B: {telling.rule(worlds.lives[-1])}."
    return f'<p class="quiet">{html.escape(rules)}</p><p id="difference">{html.escape(telling.difference(worlds))}</p>'


def _chart(
    life: Life,
    name: str,
    lines: Lines,
    share: bool,
    mark: int | None = None,
    together: tuple[Lines, ...] | None = None,
) -> str:
    look = {
        policy: charts.stroke(style)
        for policy, style in styles([*life.model.scenario.policies, EVERYBODY]).items()
    }
    return charts.line_chart(
        name, lines, life.model.scenario.days, share=share, look=look, mark=mark, together=together
    )


def member(life: Life, number: int) -> str:
    """Tell the story of a member."""
    bonds = life.model.members[number].bonds
    best = story.known_best({alter.number: bond for alter, bond in bonds.items()})
    return (
        f'<p id="story">{html.escape(story.summary(life, number))}</p>'
        f"<h3>What happened, the latest first</h3>{_events(story.events(life, number))}"
        f"<h3>Whom it knows best</h3>{_known(life, best)}"
    )


def _events(told: list[story.Event]) -> str:
    if not told:
        return "<p>Nothing yet.</p>"
    latest = told[: -story.MOST_EVENTS - 1 : -1]
    rows = [
        f"<tr><td>day {event.day}</td><td class='words'>{html.escape(event.what)}</td></tr>"
        for event in latest
    ]
    left_out = (
        f"<p class='quiet'>The latest {story.MOST_EVENTS} of {len(told)}.</p>"
        if len(told) > story.MOST_EVENTS
        else ""
    )
    return left_out + _scrolling("What happened", f"<table id='events'>{''.join(rows)}</table>")


def _known(life: Life, best: list[tuple[int, Bond]]) -> str:
    policies, dealt = list(life.model.scenario.policies), life.model.engine.view.policy
    rows = [
        f"<tr><td>{number}</td><td class='words'>{html.escape(spoken(policies[dealt[number]]))}</td>"
        f"<td class='words'>{story.TIES[bond.tie_class]}</td><td>{bond.met}</td><td>{bond.talked}</td><td>{story.since(bond)}</td></tr>"
        for number, bond in best
    ]
    head = "<tr><th>member</th><th class='words'>policy</th><th class='words'>tie</th><th>met</th><th>online</th><th>last</th></tr>"
    return _scrolling(
        "Whom it knows best", f"<table id='known'><thead>{head}</thead>{''.join(rows)}</table>"
    )
