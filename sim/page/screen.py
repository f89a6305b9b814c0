"""The page itself: who is where on it, and what belongs to one browser tab."""

import html
import threading
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import solara
import solara.lab

from ..errors import InputError
from ..findings import percent, spoken
from ..measures import EVERYBODY
from ..plots import styles
from ..scenario import Scenario
from . import charts, downloads, story, telling
from .controls import Fields, Player
from .network import LIT, Network, caption, picture
from .settings import OFFERED, RULE, SEED, Settings, shares
from .worlds import Life, Worlds

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
IN_NUMBERS = ("degree", "invitations")
RIVAL = {"platform.preset": "linkedin2021"}
"""The rule of the second world when the page opens."""


class Chosen(NamedTuple):
    """What the settings come to."""

    scenario: Scenario
    rival: Scenario | None


@solara.component
def Page() -> None:
    """Show the page; each browser tab has its own."""
    start = solara.use_memo(Scenario, [])
    solara.use_memo(_light_or_dark_as_the_system, [])
    settings = solara.use_reactive(Settings(start))
    rival_typed = solara.use_reactive(RIVAL)
    compared = solara.use_reactive(True)
    last_valid = solara.use_ref(Chosen(start, None))
    chosen, mistakes, rival_settings = _chosen(settings.value, rival_typed.value, compared.value, last_valid.current)
    last_valid.current = chosen
    worlds = solara.use_reactive(solara.use_memo(lambda: Worlds(*chosen), []))
    frame = solara.use_reactive(0)
    member: solara.Reactive[int | None] = solara.use_reactive(None)
    drawn = solara.use_memo(threading.Event, [])

    def anew() -> None:
        worlds.set(Worlds(*chosen))
        frame.set(frame.value + 1)
        if member.value is not None and member.value >= chosen.scenario.members:
            member.set(None)

    differs = _of(worlds.value) != chosen
    solara.use_effect(lambda: anew() if differs and not worlds.value.day else None, [chosen])  # before the first day changes show at once

    def change(name: str, text: str) -> None:
        settings.set(settings.value.changed(name, text))

    def change_rival(name: str, text: str) -> None:
        rival_typed.set(dict(rival_settings.changed(name, text).typed))

    solara.Title("invitesim")
    solara.Style(Path(__file__).with_name("style.css"))
    with solara.AppBar():
        solara.AppBarTitle("invitesim")
        solara.lab.ThemeToggle()
    with solara.Div(classes=["invitesim"]):
        with solara.Div(classes=["column", "settings"]):
            with solara.Div(classes=["card"]):
                _html("h2", "People and rule")
                _wrong(mistakes[0].get("", ""))
                Fields(OFFERED, settings.value, chosen.scenario, mistakes[0], change)
                Fields(shares(chosen.scenario), settings.value, chosen.scenario, mistakes[0], change)
                Fields([*RULE, SEED], settings.value, chosen.scenario, mistakes[0], change)
            with solara.Div(classes=["card"]):
                _html("h2", "World B: the same people, another rule")
                solara.Switch(label="compare with a second world", value=compared)
                if compared.value and chosen.rival is not None:
                    _wrong(mistakes[1].get("", ""))
                    Fields(RULE, rival_settings, chosen.rival, mistakes[1], change_rival)
        with solara.Div(classes=["column", "scene"]):
            with solara.Div(classes=["card"]):
                Player(worlds, frame, drawn, anew)
                Today(worlds, frame)
                if differs and worlds.value.day:
                    _html("div", "The settings have changed: they apply with Reset.", "note")
            Scene(worlds, frame, member, drawn)
            if worlds.value.second is not None:
                TwoWorlds(worlds, frame)
            with solara.Div(classes=["half"]):
                Story(worlds, frame, member)
                Downloads(worlds)


def _light_or_dark_as_the_system() -> None:
    solara.lab.theme.dark = None  # not SOLARA_THEME_VARIANT=auto: with that, Solara 1.58.2 writes a page without its main element


def _of(worlds: Worlds) -> Chosen:
    return Chosen(*(life.model.scenario for life in worlds.lives), *([] if worlds.second else [None]))


def _chosen(
    settings: Settings, rival_typed: dict[str, str], compared: bool, last: Chosen
) -> tuple[Chosen, tuple[dict[str, str], dict[str, str]], Settings]:
    """Read the settings; what does not fit is said, and what held before holds on."""
    mistakes, scenario = settings.mistakes(), last.scenario
    if not mistakes:
        scenario = settings.scenario()
    rival_settings = Settings(scenario, rival_typed)
    if not compared:
        return Chosen(scenario, None), (mistakes, {}), rival_settings
    wrong = rival_settings.mistakes()
    if wrong:
        try:
            rival = (last.rival or scenario).replace({"seed": scenario.seed, "members": scenario.members})
        except InputError:
            rival = scenario
    else:
        rival = rival_settings.scenario()
    return Chosen(scenario, rival), (mistakes, wrong), rival_settings


@solara.component
def Today(worlds: solara.Reactive[Worlds], frame: solara.Reactive[int]) -> None:
    """Say what happened today."""
    frame.get()
    with worlds.value.lock:
        said = telling.today(worlds.value.first)
    solara.HTML("p", unsafe_innerHTML=html.escape(said), classes=["today"], attributes={"id": "today", "role": "status"})


@solara.component
def Scene(
    worlds: solara.Reactive[Worlds], frame: solara.Reactive[int], member: solara.Reactive[int | None], drawn: threading.Event
) -> None:
    """Show the network, the charts and the numbers of the first world."""
    frame.get()
    life = worlds.value.first
    with worlds.value.lock:
        seen = picture(worlds.value, member.value)
        label = f"The network on day {life.model.day}. {telling.today(life)}"
        series, totals, below = life.series(), life.totals(), caption(worlds.value)
    with solara.Div(classes=["half"]):
        with solara.Div(classes=["column"]):
            with solara.Div(classes=["card"]):
                _html("h2", "The network" if worlds.value.second is None else "The network of world A")
                solara.HTML("div", unsafe_innerHTML=_legend(life), classes=["legend"])
                Network(picture=seen, label=label, event_chosen=lambda number: member.set(int(number)), event_drawn=lambda _: drawn.set())
                _html("p", f"{below} Click a member to read its story.".strip(), "quiet")
            with solara.Div(classes=["card"]):
                _html("h2", f"Day {life.model.day} in numbers")
                solara.HTML("div", unsafe_innerHTML=_numbers(life, series), classes=["scroll"])
        with solara.Div(classes=["column"]):
            with solara.Div(classes=["card"]):
                for measure, (name, share) in CHARTS.items():
                    _html("h2", name)
                    _chart(name, _lines(series, measure), life, share)
            with solara.Div(classes=["card"]):
                _html("h2", "What became of the invitations")
                solara.HTML("div", unsafe_innerHTML=charts.outcome_bars(totals), attributes={"id": "outcomes"})


@solara.component
def TwoWorlds(worlds: solara.Reactive[Worlds], frame: solara.Reactive[int]) -> None:
    """Show both worlds and their difference, by policy."""
    frame.get()
    measure = solara.use_reactive("blocked")
    with worlds.value.lock:
        said = telling.difference(worlds.value)
        ours, theirs = (life.series() for life in worlds.value.lives)
    life, rival = worlds.value.first, worlds.value.lives[-1]
    name, share = CHARTS[measure.value]
    day = min((life.first_restriction for life in worlds.value.lives if life.first_restriction is not None), default=None)
    with solara.Div(classes=["card"]):
        _html("h2", "Two worlds: the same people, the same luck, two rules")
        _html("p", f"A: {_rule(life)}. B: {_rule(rival)}.", "quiet")
        solara.HTML("p", unsafe_innerHTML=html.escape(said), attributes={"id": "difference"})
        titles = {key: title.partition(":")[0] for key, (title, _) in CHARTS.items()}
        solara.ToggleButtonsSingle(
            value=titles[measure.value],
            values=list(titles.values()),
            dense=True,
            on_value=lambda title: measure.set(next(key for key, other in titles.items() if other == title)),
        )
        a, b = _lines(ours, measure.value), _lines(theirs, measure.value)
        solara.HTML("div", unsafe_innerHTML=_legend(life, network=False), classes=["legend"])
        with solara.Div(classes=["pair", "three"]):
            for world, lines in (("A", a), ("B", b)):
                with solara.Div():
                    _html("h3", f"{name}, world {world}")
                    _chart(f"{name}, world {world}", lines, life, share, mark=day, ceiling=[a, b])
            with solara.Div():
                _html("h3", "Difference, B − A")
                _chart("B − A", {policy: b[policy] - a[policy] for policy in a}, life, share, mark=day)
        if day is not None:
            _html("p", f"Dotted upright: day {day}, the first restriction.", "quiet")


@solara.component
def Story(worlds: solara.Reactive[Worlds], frame: solara.Reactive[int], member: solara.Reactive[int | None]) -> None:
    """Tell the story of one member in the first world."""
    frame.get()
    life = worlds.value.first
    most = life.model.scenario.members - 1
    wrong, set_wrong = solara.use_state("")

    def choose(text: str) -> None:
        number = int(text) if text.strip().isdecimal() and len(text) < 12 else -1
        set_wrong("" if 0 <= number <= most or not text.strip() else f"no such member (got {text}); must be a whole number from 0 to {most}")
        if 0 <= number <= most:
            member.set(number)

    with solara.Div(classes=["card"]):
        _html("h2", "One member")
        shown = "" if member.value is None else str(member.value)
        solara.InputText(f"Number, 0 to {most}, or click one in the picture", value=shown, on_value=choose, error=wrong or False)
        if member.value is not None and member.value <= most:
            with worlds.value.lock:
                said, told = story.summary(life, member.value), story.events(life, member.value)
                best = story.known_best(life.model.members[member.value].bonds)
            solara.HTML("p", unsafe_innerHTML=html.escape(said), attributes={"id": "story"})
            _html("h3", "What happened")
            solara.HTML("div", unsafe_innerHTML=_events(told), classes=["scroll"])
            _html("h3", f"Whom it knows best, {len(best)} of them")
            solara.HTML("div", unsafe_innerHTML=_known(life, best), classes=["scroll"])


@solara.component
def Downloads(worlds: solara.Reactive[Worlds]) -> None:
    """Offer the files."""
    now = worlds.value
    with solara.Div(classes=["card"]):
        _html("h2", "Take it home")
        with solara.Div(classes=["buttons"]):
            downloads.Download("Scenario A (TOML)", "scenario.toml", lambda: downloads.scenario_toml(now))
            if now.second is not None:
                downloads.Download("Scenario B (TOML)", "scenario-b.toml", lambda: downloads.scenario_toml(now, 1))
            downloads.Download("By day (CSV)", "series.csv", lambda: downloads.series_csv(now))
            downloads.Download("Today (CSV)", "summary.csv", lambda: downloads.summary_csv(now))
            downloads.Download("Picture (PNG)", "network.png", lambda: downloads.picture_png(now))
        _html("p", "The same scenario on the command line: python -m sim run scenario.toml --out results/mine", "quiet")


# What is made of tables


def _html(tag: str, text: str, kind: str = "") -> None:
    solara.HTML(tag, unsafe_innerHTML=html.escape(text), classes=[kind] if kind else [])


def _wrong(message: str) -> None:
    if message:
        _html("p", message, "wrong")


def _lines(series: pd.DataFrame, measure: str) -> dict[str, "pd.Series[float]"]:
    """Give a measure's line for each policy and for everybody."""
    return {str(policy): rows.set_index("day")[measure] for policy, rows in series.groupby("policy", observed=True, sort=False)}


def _chart(
    name: str,
    lines: charts.Lines,
    life: Life,
    share: bool,
    *,
    mark: int | None = None,
    ceiling: list[dict[str, "pd.Series[float]"]] | None = None,
) -> None:
    look = {policy: charts.stroke(style) for policy, style in styles([*life.model.scenario.policies, EVERYBODY]).items()}
    drawn = charts.line_chart(name, lines, life.model.scenario.days, share=share, look=look, mark=mark, together=ceiling)
    solara.HTML("div", unsafe_innerHTML=drawn)


def _legend(life: Life, network: bool = True) -> str:
    names = styles([*life.model.scenario.policies, EVERYBODY])
    parts = [f"<span>{charts.swatch(style)}{html.escape(spoken(name))}</span>" for name, style in names.items()]
    if network:
        cross = '<svg class="swatch" viewBox="0 0 26 12"><path d="M9 2l8 8m0-8l-8 8" stroke="currentColor" stroke-width="1.6"/></svg>'
        line = f'<svg class="swatch" viewBox="0 0 26 12"><path d="M0 6H26" stroke="{LIT}" stroke-width="3"/></svg>'
        parts += [f"<span>{cross}hollow: blocked</span>", f"<span>{line}connected today</span>"]
    return "".join(parts)


def _numbers(life: Life, series: pd.DataFrame) -> str:
    """Write today's measures as a table, a row per policy."""
    today = series[series["day"] == life.model.day].set_index("policy")
    look = styles([*life.model.scenario.policies, EVERYBODY])
    head = "".join(f"<th scope='col'>{title}</th>" for title in COLUMNS.values())
    rows = []
    for policy, style in look.items():
        cells = "".join(f'<td data-measure="{measure}">{_number(today, policy, measure)}</td>' for measure in COLUMNS)
        name = f"{charts.swatch(style)} {html.escape(spoken(policy))}"
        rows.append(f'<tr data-policy="{html.escape(policy)}"><td>{name}</td>{cells}</tr>')
    return f'<table id="numbers" data-day="{life.model.day}"><thead><tr><th></th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _number(today: pd.DataFrame, policy: str, measure: str) -> str:
    if policy not in today.index or pd.isna(value := today.at[policy, measure]):
        return "–"
    return f"{value:.1f}" if measure in IN_NUMBERS else percent(float(value))


def _events(told: list[story.Event]) -> str:
    rows = [f"<tr><td>{event.day}</td><td class='words'>{html.escape(event.what)}</td></tr>" for event in told[: -story.MOST_EVENTS - 1 : -1]]
    left_out = f"<p class='quiet'>The latest {story.MOST_EVENTS} of {len(told)}.</p>" if len(told) > story.MOST_EVENTS else ""
    return f"{left_out}<table id='events'><thead><tr><th>day</th><td class='words'></td></tr></thead>{''.join(rows)}</table>"


def _known(life: Life, best: list[tuple[int, "story.Bond"]]) -> str:
    policies, dealt = list(life.model.scenario.policies), life.model.engine.world.policy
    rows = [
        f"<tr><td>{number}</td><td class='words'>{html.escape(spoken(policies[dealt[number]]))}</td><td class='words'>{story.TIES[bond.tie_class]}</td>"
        f"<td>{bond.met}</td><td>{bond.talked}</td><td>{story.since(bond)}</td></tr>"
        for number, bond in best
    ]
    head = "<tr><th>member</th><td class='words'>policy</td><td class='words'>tie</td><th>met</th><th>online</th><th>last</th></tr>"
    return f"<table id='known'><thead>{head}</thead>{''.join(rows)}</table>"


def _rule(life: Life) -> str:
    platform, click = life.model.scenario.platform, life.model.scenario.answering.idk_click
    if platform.limit is None:
        limit = "no limit of “I don’t know”"
    else:
        over = "" if platform.window_days is None else f" in {platform.window_days} days"
        lasts = "for good" if platform.restriction_days is None else f"for {platform.restriction_days} days"
        limit = f"blocked {lasts} after {platform.limit} “I don’t know”{over}"
    return f"{platform.preset}, {limit}, clicked with chance {click:g}"

