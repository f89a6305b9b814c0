"""The panels of the page that change every day, as HTML.

Each panel is written as one piece of text, because a day must be shown in a fraction of a second.
"""

import html

import numpy as np

from ..agents import Bond
from ..measures.definitions import EVERYBODY
from ..measures.labels import label
from ..plots.captions import percent, spoken
from ..plots.style import styles
from ..scenario.scenario import Scenario
from . import charts, summary_text, timeline
from .comparison import Comparison, Lines, World
from .network import new_colour

CHARTS = ("reach2_share", "blocked", "reciprocity", "degree")
"""The measures that have a chart."""
NUMBERS = (
    "invitations",
    "acceptance",
    "declined",
    "unseen",
    "idk_rate",
    "degree",
    "reach2_share",
    "reciprocity",
    "blocked",
)
"""The measures in the table of numbers."""


def numbers_of_more(scenario: Scenario) -> list[str]:
    """Return the measures that the table has besides ``NUMBERS``.

    They depend on whether a scenario uses notes, asking first, ranks or help.
    """
    policies = scenario.policies.values()
    asking = any(policy.notes or policy.asks_first for policy in policies)
    ranked = scenario.answering.rank_slope > 0 or any(policy.courts for policy in policies)
    return [
        *(["effort"] if asking else []),
        *(["upwards"] if ranked else []),
        *(["need_met", "met_by_referral"] if scenario.helping.need_rate > 0 else []),
    ]


def legend(world: World, *, network: bool = False) -> str:
    """Return a legend of colours, markers and dashes.

    The legend of the network also explains how blocked members and new connections look.
    """
    names = styles([*world.model.scenario.policies, *([] if network else [EVERYBODY])])
    parts = [
        f"<span>{charts.swatch(style)}{html.escape(spoken(name))}</span>"
        for name, style in names.items()
    ]
    if network:
        small = '<svg class="swatch" viewBox="0 0 26 12" aria-hidden="true">'
        cross = (
            f'{small}<path d="M9 2l8 8m0-8l-8 8" stroke="currentColor" stroke-width="1.6"/></svg>'
        )
        colour = new_colour(world.model.scenario.policies)
        line = f'{small}<path d="M0 6H26" stroke="{colour}" stroke-width="3"/></svg>'
        parts += [f"<span>{cross}hollow: blocked</span>", f"<span>{line}connected today</span>"]
    return f'<div class="legend">{"".join(parts)}</div>'


def line_charts(world: World, lines: dict[str, Lines]) -> str:
    """Return the charts of a world."""
    parts = [
        f"<h2>{label(measure).title}</h2>"
        f"{_chart(world, label(measure).title, lines[measure], label(measure).share)}"
        for measure in CHARTS
    ]
    return legend(world) + "".join(parts)


def numbers(world: World, lines: dict[str, Lines]) -> str:
    """Return today's measures as a table with a column for each policy."""
    names = styles([*world.model.scenario.policies, EVERYBODY])
    head = "".join(
        f"<th scope='col'>{charts.swatch(style)} {html.escape(spoken(policy))}</th>"
        for policy, style in names.items()
    )
    rows = []
    more = numbers_of_more(world.model.scenario)
    lines = lines | world.today(more)
    for measure in (*NUMBERS, *more):
        cells = "".join(
            f'<td data-policy="{html.escape(policy)}">{_number(lines[measure][policy], measure)}'
            "</td>"
            for policy in names
        )
        name = f'<th scope="row">{label(measure).words}</th>'
        rows.append(f'<tr data-measure="{measure}">{name}{cells}</tr>')
    body = f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    table = f'<table id="numbers" data-day="{world.model.day}">{body}</table>'
    return f"<h2>Day {world.model.day} in numbers</h2>{_scrolling('The numbers', table)}"


def _scrolling(name: str, table: str) -> str:
    """Return a table in a box that scrolls if the table is wider.

    The keyboard can reach the box, and screen readers announce its name.
    """
    return f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">{table}</div>'


def _number(line: charts.Line, measure: str) -> str:
    if not len(line) or np.isnan(line[-1]):
        return "–"
    return percent(float(line[-1])) if label(measure).share else f"{line[-1]:.1f}"


def outcomes(world: World) -> str:
    """Return bars of the outcomes of all invitations."""
    bars = charts.outcome_bars(world.totals())
    return f'<h2>What became of the invitations</h2><div id="outcomes">{bars}</div>'


def two_worlds(comparison: Comparison, measure: str) -> str:
    """Return charts of a measure in both worlds, and of the difference."""
    first, second = (world.lines()[measure] for world in comparison.worlds)
    days = [world.first_restriction for world in comparison.worlds]
    mark = min((day for day in days if day is not None), default=None)
    world, name, share = comparison.first, label(measure).title, label(measure).share
    parts = []
    for letter, lines in (("A", first), ("B", second)):
        title = f"{name}, world {letter}"
        chart = _chart(world, title, lines, share, mark, (first, second))
        parts.append(f"<div><h3>{title}</h3>{chart}</div>")
    gap = {policy: second[policy] - first[policy] for policy in first}
    chart = _chart(world, f"{name}, B − A", gap, share, mark)
    parts.append(f"<div><h3>Difference, B − A</h3>{chart}</div>")
    dotted = f"The dotted vertical line is day {mark}, that of the first restriction."
    below = "" if mark is None else f'<p class="quiet">{dotted}</p>'
    return f'{legend(world)}<div class="pair">{"".join(parts)}</div>{below}'


def difference(comparison: Comparison) -> str:
    """Return the two rules, and when the worlds began to differ."""
    first, second = comparison.worlds[0], comparison.worlds[-1]
    rules = html.escape(f"A: {summary_text.rule(first)}. B: {summary_text.rule(second)}.")
    text = html.escape(summary_text.difference(comparison))
    return f'<p class="quiet">{rules}</p><p id="difference">{text}</p>'


def _chart(
    world: World,
    name: str,
    lines: Lines,
    share: bool,
    mark: int | None = None,
    together: tuple[Lines, ...] | None = None,
) -> str:
    look = {
        policy: charts.stroke(style)
        for policy, style in styles([*world.model.scenario.policies, EVERYBODY]).items()
    }
    return charts.line_chart(
        name, lines, world.model.scenario.days, share=share, look=look, mark=mark, together=together
    )


def member(world: World, number: int) -> str:
    """Return the panel of one member."""
    bonds = world.model.members[number].bonds
    best = timeline.known_best({alter.number: bond for alter, bond in bonds.items()})
    return (
        f'<p id="member">{html.escape(timeline.summary(world, number))}</p>'
        f"<h3>What happened, the latest first</h3>{_events(timeline.events(world, number))}"
        f"<h3>The people whom it knows best</h3>{_known(world, best)}"
    )


def _events(events: list[timeline.Event]) -> str:
    if not events:
        return "<p>Nothing yet.</p>"
    latest = events[: -timeline.MOST_EVENTS - 1 : -1]
    rows = [
        f"<tr><td>day {event.day}</td><td class='words'>{html.escape(event.what)}</td></tr>"
        for event in latest
    ]
    left_out = (
        f"<p class='quiet'>The latest {timeline.MOST_EVENTS} of {len(events)}.</p>"
        if len(events) > timeline.MOST_EVENTS
        else ""
    )
    return left_out + _scrolling("What happened", f"<table id='events'>{''.join(rows)}</table>")


def _known(world: World, best: list[tuple[int, Bond]]) -> str:
    policies, policy_of = list(world.model.scenario.policies), world.model.engine.view.policy
    rows = [
        f"<tr><td>{number}</td>"
        f"<td class='words'>{html.escape(spoken(policies[policy_of[number]]))}</td>"
        f"<td class='words'>{timeline.TIES[bond.tie_class]}</td>"
        f"<td>{bond.met}</td><td>{bond.talked}</td><td>{timeline.since(bond)}</td></tr>"
        for number, bond in best
    ]
    head = (
        "<tr><th>member</th><th class='words'>policy</th><th class='words'>tie</th>"
        "<th>met</th><th>online</th><th>last</th></tr>"
    )
    table = f"<table id='known'><thead>{head}</thead>{''.join(rows)}</table>"
    return _scrolling("The people whom it knows best", table)
