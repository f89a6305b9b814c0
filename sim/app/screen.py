"""The page itself: who is where on it, and what belongs to one browser tab."""

import html
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import solara
import solara.lab

from ..errors import InputError
from ..invocation import command
from ..scenario.scenario import Scenario
from . import cards, downloads, telling
from .controls import Fields, OneOf, Player
from .network import Network, caption, picture
from .settings import OFFERED, RULE, SEED, Settings, number_text, shares
from .worlds import Worlds

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
    chosen, mistakes, rival_settings = _chosen(
        settings.value, rival_typed.value, compared.value, last_valid.current
    )
    last_valid.current = chosen
    worlds = solara.use_reactive(solara.use_memo(lambda: Worlds(*chosen), []))
    frame, playing = solara.use_reactive(0), solara.use_reactive(False)
    member: solara.Reactive[int | None] = solara.use_reactive(None)
    drawn = solara.use_memo(threading.Event, [])

    def anew() -> None:
        worlds.set(Worlds(*chosen))
        frame.set(frame.value + 1)
        if member.value is not None and member.value >= chosen.scenario.members:
            member.set(None)

    differs = _of(worlds.value) != chosen
    solara.use_effect(
        lambda: anew() if differs and not worlds.value.day else None, [chosen]
    )  # before the first day changes show at once

    def change(name: str, text: str) -> None:
        settings.set(settings.value.changed(name, text))

    def change_rival(name: str, text: str) -> None:
        rival_typed.set(dict(rival_settings.changed(name, text).typed))

    solara.Title("invitesim")
    solara.Style(Path(__file__).with_name("style.css"))
    Document()
    with solara.AppBar():
        with solara.AppBarTitle():
            solara.HTML("h1", unsafe_innerHTML="invitesim")
        LightOrDark()
    with solara.Div(classes=["invitesim"]):
        with solara.Div(classes=["column", "scene"]):
            with solara.Div(classes=["card"]):
                Player(worlds, frame, playing, drawn, anew)
                waiting = differs and worlds.value.day > 0
                _status(
                    "The settings have changed: they apply with Reset." if waiting else "",
                    "note" if waiting else "unseen",
                )
            Live(worlds, frame, playing, member, drawn)
        with solara.Div(classes=["column", "settings"]):
            with solara.Div(
                classes=["card"], attributes={"role": "group", "aria-labelledby": "title-a"}
            ):
                _html("<h2 id='title-a'>People and rule</h2>")
                _wrong(mistakes[0].get("", ""))
                Fields("a", OFFERED, settings.value, chosen.scenario, mistakes[0], change)
                Fields(
                    "a",
                    shares(chosen.scenario),
                    settings.value,
                    chosen.scenario,
                    mistakes[0],
                    change,
                )
                Fields("a", [*RULE, SEED], settings.value, chosen.scenario, mistakes[0], change)
                _html(
                    "[A]: the default is an assumption; the other sources are in docs/parameters.md.",
                    "hint",
                )
            with solara.Div(
                classes=["card"], attributes={"role": "group", "aria-labelledby": "title-b"}
            ):
                _html("<h2 id='title-b'>World B: the same people, another rule</h2>")
                solara.Switch(label="compare with a second world", value=compared)
                if compared.value and chosen.rival is not None:
                    _wrong(mistakes[1].get("", ""))
                    Fields("b", RULE, rival_settings, chosen.rival, mistakes[1], change_rival)


@solara.component_vue("document.vue")
def Document() -> None:
    """Say in which language the page is, and let a phone zoom; Solara's own document does neither."""


@solara.component_vue("theme.vue")
def LightOrDark() -> None:
    """Show a button for light, dark or as the system, which says what it does; Solara's own has no name that a screen reader could say."""


def _light_or_dark_as_the_system() -> None:
    solara.lab.theme.dark = None  # not SOLARA_THEME_VARIANT=auto: with that, Solara 1.58.2 writes a page without its main element


def _of(worlds: Worlds) -> Chosen:
    return Chosen(
        *(life.model.scenario for life in worlds.lives), *([] if worlds.second else [None])
    )


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
    fitting = {
        name: text for name, text in rival_typed.items() if name not in wrong and "" not in wrong
    }
    return (
        Chosen(scenario, Settings(scenario, fitting).scenario()),
        (mistakes, wrong),
        rival_settings,
    )


@solara.component
def Live(
    worlds: solara.Reactive[Worlds],
    frame: solara.Reactive[int],
    playing: solara.Reactive[bool],
    member: solara.Reactive[int | None],
    drawn: threading.Event,
) -> None:
    """Show what changes every day. One component listens to the days: each that did would have Solara walk through the whole page."""
    frame.get()
    measure = solara.use_reactive("blocked")
    now = worlds.value
    life = now.first
    most = life.model.scenario.members - 1
    with now.lock:
        said, seen, below, lines = (
            telling.today(life),
            picture(now, member.value),
            caption(now),
            life.lines(),
        )
        apart = (
            (cards.difference(now), cards.two_worlds(now, measure.value)) if now.second else None
        )
        told = (
            cards.member(life, member.value)
            if member.value is not None and member.value <= most
            else ""
        )
        outcomes = cards.outcomes(life)
    solara.HTML(
        "p",
        unsafe_innerHTML=html.escape(said),
        classes=["card", "today"],
        attributes={"id": "today"},
    )
    _status(
        "" if playing.value else said, "unseen"
    )  # eight days a second are not to be followed by ear
    with solara.Div(classes=["half"]):
        with solara.Div(classes=["column"]):
            with solara.Div(classes=["card"]):
                _html(
                    f"<h2>The network{' of world A' if now.second else ''}</h2>{cards.legend(life, network=True)}"
                )
                Network(
                    picture=seen,
                    label=f"The network on day {life.model.day}. {said}",
                    event_chosen=lambda number: member.set(int(number)),
                    event_drawn=lambda _: drawn.set(),
                )
                _html(
                    f'<p class="quiet">{html.escape(below)} Click a member to read its story.</p>'
                )
            _html(cards.numbers(life, lines), "card")
            _html(outcomes, "card")
        _html(cards.measured(life, lines), "card")
    if apart:
        with solara.Div(classes=["card"]):
            _html(f"<h2>Two worlds: the same people, the same luck, two rules</h2>{apart[0]}")
            titles = {title.partition(":")[0]: key for key, (title, _) in cards.CHARTS.items()}
            chosen = next(title for title, key in titles.items() if key == measure.value)
            OneOf("Measure", chosen, list(titles), lambda title: measure.set(titles[title]))
            _html(apart[1])
    with solara.Div(classes=["half"]):
        with solara.Div(classes=["card"]):
            _html("<h2>One member</h2>")
            WhichMember(member, most)
            _html(told)
        Downloads(now)


@solara.component
def WhichMember(member: solara.Reactive[int | None], most: int) -> None:
    """Let a member be chosen by its number."""
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
    """Return the number that was typed, None for nothing.

    Raises
    ------
    InputError
        It is no member's.
    """
    plain = number_text(text.strip(), whole=True)
    number = int(plain) if plain.isdecimal() and len(plain) < 12 else -1
    if plain and not 0 <= number <= most:
        raise InputError(f"no such member (got {text}); must be a whole number from 0 to {most}")
    return number if plain else None


@solara.component_vue("which.vue")
def Box(title: str, text: str, message: str, event_typed: Callable[[str], None]) -> None:
    """Show a box to type in; Solara's own may lose what is typed while a frame arrives."""


@solara.component
def Downloads(now: Worlds) -> None:
    """Offer the files."""
    with solara.Div(classes=["card"]):
        _html("<h2>Take it home</h2>")
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
            "Reach in “Today” is that of all members or a large sample, on the page and by day that of up to 256.",
            "quiet",
        )
        _html(
            f"The same scenario on the command line: <code>{command()} run scenario.toml "
            "--out results/mine</code>",
            "quiet",
        )


def _html(content: str, kind: str = "") -> None:
    solara.HTML("div", unsafe_innerHTML=content, classes=[kind] if kind else [])


def _status(message: str, kind: str) -> None:
    """Show what a screen reader says as soon as it changes; so it must be there when there is nothing to say, too."""
    solara.HTML(
        "p", unsafe_innerHTML=html.escape(message), classes=[kind], attributes={"role": "status"}
    )


def _wrong(message: str) -> None:
    if message:
        _html(f'<p class="wrong" role="alert">{html.escape(message)}</p>')
