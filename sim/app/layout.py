"""The layout of the page: what is where on it, and the state of one browser tab."""

import html
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import solara
import solara.lab

from ..errors import InputError
from ..invocation import command
from ..measures.labels import label
from ..scenario.named import named_scenarios
from ..scenario.scenario import Scenario
from . import downloads, panels, summary_text
from .comparison import Comparison
from .controls import Fields, More, OneOf, Player, StartFrom
from .network import Network, caption, picture
from .settings import RULE, Settings, groups, more, number_text

START = "linkedin2008"
"""The name of the scenario with which the page opens; all of its parameters are defaults."""


class Chosen(NamedTuple):
    """The scenarios that the settings describe."""

    scenario: Scenario
    rival: Scenario | None


def rival_of(scenario: Scenario) -> dict[str, str]:
    """Return another rule than a scenario's, for the second world."""
    now = scenario.platform.preset == "linkedin2021"
    return {"platform.preset": "linkedin2008" if now else "linkedin2021"}


@solara.component
def Page() -> None:
    """Show the page; each browser tab has its own."""
    start = solara.use_memo(Scenario, [])
    started_from = solara.use_reactive(START)
    solara.use_memo(_follow_system_theme, [])
    settings = solara.use_reactive(Settings(start))
    rival_typed = solara.use_reactive(rival_of(start))
    compared = solara.use_reactive(True)
    last_valid = solara.use_ref(Chosen(start, None))
    chosen, mistakes, rival_settings = _chosen(
        settings.value, rival_typed.value, compared.value, last_valid.current
    )
    last_valid.current = chosen
    comparison = solara.use_reactive(solara.use_memo(lambda: Comparison(*chosen), []))
    frame, playing = solara.use_reactive(0), solara.use_reactive(False)
    member: solara.Reactive[int | None] = solara.use_reactive(None)
    drawn = solara.use_memo(threading.Event, [])

    def reset() -> None:
        comparison.set(Comparison(*chosen))
        frame.set(frame.value + 1)
        if member.value is not None and member.value >= chosen.scenario.members:
            member.set(None)

    # before the first day, a changed setting takes effect at once
    differs = _simulated(comparison.value) != chosen
    solara.use_effect(lambda: reset() if differs and not comparison.value.day else None, [chosen])

    def change(name: str, text: str) -> None:
        settings.set(settings.value.changed(name, text))

    def change_rival(name: str, text: str) -> None:
        rival_typed.set(dict(rival_settings.changed(name, text).typed))

    def start_from(name: str) -> None:
        started_from.set(name)
        base = Scenario.from_toml(named_scenarios()[name])
        settings.set(Settings(base))
        rival_typed.set(rival_of(base))

    solara.Title("invitesim")
    solara.Style(Path(__file__).with_name("style.css"))
    Document()
    with solara.AppBar():
        with solara.AppBarTitle():
            solara.HTML("h1", unsafe_innerHTML="invitesim")
        LightOrDark()
    with solara.Div(classes=["invitesim"]):
        with solara.Div(classes=["column", "society"]):
            with solara.Div(classes=["panel"]):
                Player(comparison, frame, playing, drawn, reset)
                waiting = differs and comparison.value.day > 0
                _status(
                    "You changed the settings. Press Reset to use them." if waiting else "",
                    "note" if waiting else "unseen",
                )
            DailyPanels(comparison, frame, playing, member, drawn)
        with solara.Div(classes=["column", "settings"]):
            with solara.Div(classes=["panel"], attributes=_group("a")):
                _html("<h2 id='title-a'>People and rule</h2>")
                scenario, wrong = chosen.scenario, mistakes[0]
                _wrong(wrong.get("", ""))
                StartFrom(started_from.value, start_from)
                for title, offered in groups(scenario).items():
                    _html(f"<h3>{title}</h3>")
                    Fields("a", offered, settings.value, scenario, wrong, change)
                _html("<h3>More mechanisms</h3>")
                for title, offered in more(scenario).items():
                    More(title, offered, settings.value, scenario, wrong, change)
                _html(
                    "[A] marks a default that is an assumption, [fitted] one that was fitted to "
                    "data. docs/parameters.md has the sources of the others.",
                    "hint",
                )
            with solara.Div(classes=["panel"], attributes=_group("b")):
                _html("<h2 id='title-b'>World B: the same people, another rule</h2>")
                solara.Switch(label="compare with a second world", value=compared)
                if compared.value and chosen.rival is not None:
                    _wrong(mistakes[1].get("", ""))
                    Fields("b", RULE, rival_settings, chosen.rival, mistakes[1], change_rival)


def _group(letter: str) -> dict[str, str]:
    """Return attributes that make screen readers announce a panel's title with each field."""
    return {"role": "group", "aria-labelledby": f"title-{letter}"}


@solara.component_vue("document.vue")
def Document() -> None:
    """Set the language of the page and allow zooming on phones; Solara does neither."""


@solara.component_vue("theme.vue")
def LightOrDark() -> None:
    """Show a button that switches between light, dark and the system's colours.

    Solara's own button has no name that a screen reader could announce.
    """


def _follow_system_theme() -> None:
    # not SOLARA_THEME_VARIANT=auto: with this, Solara 1.58.2 leaves out the page's main element
    solara.lab.theme.dark = None


def _simulated(comparison: Comparison) -> Chosen:
    """Return the scenarios of the worlds as simulated, which the settings may not yet describe."""
    second = comparison.second
    rival = None if second is None else second.model.scenario
    return Chosen(comparison.first.model.scenario, rival)


def _chosen(
    settings: Settings, rival_typed: dict[str, str], compared: bool, last: Chosen
) -> tuple[Chosen, tuple[dict[str, str], dict[str, str]], Settings]:
    """Return the scenarios of the settings, the mistakes of both worlds, and B's settings.

    If the settings are wrong, the last valid scenario stays.
    """
    mistakes, scenario = settings.mistakes(), last.scenario
    if not mistakes:
        scenario = settings.scenario()
    rival_settings = Settings(scenario, rival_typed)
    if not compared:
        return Chosen(scenario, None), (mistakes, {}), rival_settings
    wrong = rival_settings.mistakes()
    valid = {
        name: text for name, text in rival_typed.items() if name not in wrong and "" not in wrong
    }
    chosen = Chosen(scenario, Settings(scenario, valid).scenario())
    return chosen, (mistakes, wrong), rival_settings


@solara.component
def DailyPanels(
    comparison: solara.Reactive[Comparison],
    frame: solara.Reactive[int],
    playing: solara.Reactive[bool],
    member: solara.Reactive[int | None],
    drawn: threading.Event,
) -> None:
    """Show what changes every day.

    No other component listens to the days, because Solara would walk through the whole page once
    more for each that did.
    """
    frame.get()
    measure = solara.use_reactive("blocked")
    now = comparison.value
    world = now.first
    most = world.model.engine.view.members - 1
    with now.lock:
        today = summary_text.today(world)
        shown, below = picture(now, member.value), caption(now)
        lines, outcomes = world.lines(), panels.outcomes(world)
        numbers = panels.numbers(world, lines)
        difference = panels.difference(now) if now.second else ""
        two_worlds = panels.two_worlds(now, measure.value) if now.second else ""
        known = member.value is not None and member.value <= most
        about_member = panels.member(world, member.value) if known else ""
    solara.HTML(
        "p",
        unsafe_innerHTML=html.escape(today),
        classes=["panel", "today"],
        attributes={"id": "today"},
    )
    # eight days a second are too many to be read aloud
    _status("" if playing.value else today, "unseen")
    with solara.Div(classes=["half"]):
        with solara.Div(classes=["column"]):
            with solara.Div(classes=["panel"]):
                title = f"The network{' of world A' if now.second else ''}"
                _html(f"<h2>{title}</h2>{panels.legend(world, network=True)}")
                Network(
                    picture=shown,
                    label=f"The network on day {world.model.day}. {today}",
                    event_chosen=lambda number: member.set(int(number)),
                    event_drawn=lambda _: drawn.set(),
                )
                below = f"{html.escape(below)} Click a member to see what happened to it."
                _html(f'<p class="quiet">{below}</p>')
            _html(numbers, "panel")
            _html(outcomes, "panel")
        _html(panels.line_charts(world, lines), "panel")
    if now.second:
        with solara.Div(classes=["panel"]):
            _html(f"<h2>Two worlds: the same people and random draws, two rules</h2>{difference}")
            titles = {label(name).title: name for name in panels.CHARTS}
            chosen = label(measure.value).title
            OneOf("Measure", chosen, list(titles), lambda title: measure.set(titles[title]))
            _html(two_worlds)
    with solara.Div(classes=["half"]):
        with solara.Div(classes=["panel"]):
            _html("<h2>One member</h2>")
            ChooseMember(member, most)
            _html(about_member)
        Downloads(now)


@solara.component
def ChooseMember(member: solara.Reactive[int | None], most: int) -> None:
    """Show a box in which a member is chosen by its number."""
    wrong, set_wrong = solara.use_state("")

    def choose(text: str) -> None:
        try:
            number = member_number(text, most)
        except InputError as error:
            set_wrong(str(error))
            return
        set_wrong("")
        if number is not None:
            member.set(number)

    shown = "" if member.value is None else str(member.value)
    Box(title=f"Number, 0 to {most}", text=shown, message=wrong, event_typed=choose)


def member_number(text: str, most: int) -> int | None:
    """Return the number that was typed, or None if nothing was typed.

    Raises
    ------
    InputError
        If no member has this number.
    """
    plain = number_text(text.strip(), whole=True)
    number = int(plain) if plain.isdecimal() and len(plain) < 12 else -1
    if plain and not 0 <= number <= most:
        raise InputError(f"no such member (got {text}); must be a whole number from 0 to {most}")
    return number if plain else None


@solara.component_vue("box.vue")
def Box(title: str, text: str, message: str, event_typed: Callable[[str], None]) -> None:
    """Show a box to type in; Solara's own may lose what is typed while a frame arrives."""


@solara.component
def Downloads(now: Comparison) -> None:
    """Show a button for each file."""
    with solara.Div(classes=["panel"]):
        _html("<h2>Download</h2>")
        with solara.Div(classes=["buttons"]):
            downloads.Download(
                "Scenario A (TOML)", "scenario.toml", lambda: downloads.scenario_toml(now)
            )
            if now.second is not None:
                downloads.Download(
                    "Scenario B (TOML)", "scenario-b.toml", lambda: downloads.scenario_toml(now, 1)
                )
            downloads.Download("By day (CSV)", "series.csv", lambda: downloads.series_csv(now))
            downloads.Download("Today (CSV)", "summary.csv", lambda: downloads.summary_csv(now))
            downloads.Download("Picture (PNG)", "network.png", lambda: downloads.picture_png(now))
        _html(
            "In “Today”, reach is measured on all members or on a large sample; on the page and in "
            "“By day”, on a sample of up to 256 members.",
            "quiet",
        )
        _html(
            "To run the same scenario on the command line: "
            f"<code>{command()} run scenario.toml --out results/mine</code>",
            "quiet",
        )


def _html(content: str, kind: str = "") -> None:
    solara.HTML("div", unsafe_innerHTML=content, classes=[kind] if kind else [])


def _status(message: str, kind: str) -> None:
    """Show a text that screen readers announce when it changes.

    The text must be on the page before it changes, so it is there even when it is empty.
    """
    solara.HTML(
        "p", unsafe_innerHTML=html.escape(message), classes=[kind], attributes={"role": "status"}
    )


def _wrong(message: str) -> None:
    if message:
        _html(f'<p class="wrong" role="alert">{html.escape(message)}</p>')
