"""The controls of the page: play, step and reset, and a field with a slider for each parameter."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import solara
import solara.lab
from reacton import ipyvuetify as v

from ..parameters import Choice
from ..platform import Platform
from ..scenario import Scenario
from .settings import Offered, Settings, described, help_text, value_of
from .worlds import Worlds

PACES = {"slow": (1, 0.6), "normal": (1, 0.12), "fast": (7, 0.12)}
"""Days a frame, and seconds that a frame lasts at least."""
PATIENCE = 2.0
"""Seconds that play waits for the browser to draw a frame."""


@solara.component
def Player(worlds: solara.Reactive[Worlds], frame: solara.Reactive[int], drawn: threading.Event, on_reset: Callable[[], None]) -> None:
    """Play, pause, step and reset; ``frame`` grows with every day to be shown, ``drawn`` is set when the browser has drawn it."""
    playing = solara.use_reactive(False)
    pace = solara.use_reactive("normal")
    mine = worlds.value

    def play() -> None:
        while playing.value and mine.running and worlds.value is mine:  # after a reset the new worlds wait for their own play
            days, least = PACES[pace.value]
            begun = time.monotonic()
            drawn.clear()
            mine.live(days)
            frame.set(frame.value + 1)
            drawn.wait(PATIENCE)  # so that a slow browser is not flooded
            time.sleep(max(0.0, least - (time.monotonic() - begun)))
        if worlds.value is mine:
            playing.set(False)

    solara.lab.use_task(play, dependencies=[playing.value, id(mine)], prefer_threaded=True)
    solara.use_effect(lambda: lambda: playing.set(False), [])  # who closes the tab does not leave it playing

    def step() -> None:
        mine.live(1)
        frame.set(frame.value + 1)

    def reset() -> None:
        playing.set(False)
        on_reset()

    with solara.Row(classes=["player"], gap="8px"):
        solara.Button(
            "Pause" if playing.value else "Play",
            icon_name="mdi-pause" if playing.value else "mdi-play",
            color="primary",
            on_click=lambda: playing.set(not playing.value),
            disabled=not mine.running,
        )
        solara.Button("Step", icon_name="mdi-skip-next", outlined=True, on_click=step, disabled=playing.value or not mine.running)
        solara.Button("Reset", icon_name="mdi-restart", outlined=True, on_click=reset)
        solara.ToggleButtonsSingle(value=pace, values=list(PACES), dense=True)


@solara.component
def Fields(
    offered: Sequence[Offered], settings: Settings, valid: Scenario, mistakes: Mapping[str, str], on_change: Callable[[str, str], None]
) -> None:
    """Show a field for each parameter: what it is called, a slider over the usual values, what it stands for, and what is wrong."""
    for one in offered:
        parameter = described(one.name, valid)
        shown = settings.shown(one.name, valid)
        message = mistakes.get(one.name, "")
        help_words = help_text(one.name, valid)
        with solara.Div(classes=["field"]):
            if words := _words(one.name):
                v.Select(label=one.title, items=words, v_model=shown, hint=help_words, persistent_hint=True, dense=True,
                         on_v_model=lambda word, name=one.name: on_change(name, word))  # fmt: skip
                continue
            Number(one, shown, value_of(valid, one.name), help_words, message, parameter.type == "int" or "int or" in parameter.type, on_change)


@solara.component
def Number(
    one: Offered, shown: str, value: float | None, help_words: str, message: str, whole: bool, on_change: Callable[[str, str], None]
) -> None:
    """Show one number: a slider and beside it a field to type in."""

    def slid(number: float) -> None:
        text = str(int(number)) if whole else f"{number:.6g}"
        if text != shown and (value is None or number != value):
            on_change(one.name, text)

    with solara.Div(classes=["number"]):
        v.Slider(
            label=one.title,
            v_model=min(max(value if value is not None else one.high, one.low), one.high),
            on_v_model=slid,
            min=one.low,
            max=one.high,
            step=one.step,
            dense=True,
            hide_details=True,
            class_="slider",
            attributes={"data-name": one.name},
        )
        box = v.TextField(
            v_model=shown,
            on_v_model=lambda text: on_change(one.name, text or ""),
            dense=True,
            outlined=True,
            hide_details=True,
            error=bool(message),
            class_="typed",
            attributes={"data-name": one.name, "aria-label": one.title},
        )
        del box
    solara.HTML("div", unsafe_innerHTML=_escaped(message or help_words), classes=["hint", "wrong"] if message else ["hint"])


def _escaped(text: str) -> str:
    import html

    return html.escape(text)


def _words(name: str) -> list[str]:
    section, _, last = name.rpartition(".")
    kinds = Platform.model_fields[last].metadata if section == "platform" else []
    return [word for kind in kinds if isinstance(kind, Choice) for word in kind.words]
