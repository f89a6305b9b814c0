"""The controls of the page: play, step and reset, and a field for each parameter."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

import solara

from ..scenario.named import about, named_scenarios
from ..scenario.platform import PRESETS
from ..scenario.scenario import Scenario
from .comparison import Comparison
from .settings import Offered, Settings, described, help_text, used, value_of

SPEEDS = {"slow": (1, 0.6), "normal": (1, 0.12), "fast": (7, 0.12)}
"""The days from one frame to the next, and the least seconds between them."""
PATIENCE = 30.0
"""Seconds to wait for the browser to draw a frame; after this time the play stops."""


@solara.component
def Player(
    comparison: solara.Reactive[Comparison],
    frame: solara.Reactive[int],
    playing: solara.Reactive[bool],
    drawn: threading.Event,
    on_reset: Callable[[], None],
) -> None:
    """Show the buttons for play, pause, step and reset.

    Parameters
    ----------
    comparison : Reactive of Comparison
    frame : Reactive of int
        Grows by 1 with each evening that is to be shown.
    playing : Reactive of bool
    drawn : Event
        Set when the browser has drawn a frame.
    on_reset : callable
    """
    speed = solara.use_reactive("normal")
    mine = comparison.value

    def play(stopped: threading.Event) -> None:
        while mine.running and not stopped.is_set():
            days, least = SPEEDS[speed.value]
            begun = time.monotonic()
            drawn.clear()
            mine.run_for(days)
            if stopped.is_set():
                return
            frame.set(frame.value + 1)
            if not drawn.wait(PATIENCE):  # not to get ahead of a slow browser
                break
            stopped.wait(max(0.0, least - (time.monotonic() - begun)))
        if not stopped.is_set():
            playing.set(False)

    def start() -> Callable[[], None] | None:
        if not playing.value:
            return None
        stopped = threading.Event()
        threading.Thread(target=play, args=[stopped], daemon=True).start()

        def stop() -> None:
            stopped.set()
            drawn.set()  # the thread may be waiting for a browser that is gone

        return stop

    # not solara.lab.use_task: it keeps a closed tab in memory, and Ctrl-C waits for its threads
    solara.use_effect(start, [playing.value, mine])

    def step() -> None:
        mine.run_for(1)
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
        solara.Button(
            "Step",
            icon_name="mdi-skip-next",
            outlined=True,
            on_click=step,
            disabled=playing.value or not mine.running,
        )
        solara.Button("Reset", icon_name="mdi-restart", outlined=True, on_click=reset)
        OneOf("Speed", speed.value, list(SPEEDS), speed.set)


@solara.component
def OneOf(label: str, chosen: str, words: Sequence[str], on_choice: Callable[[str], None]) -> None:
    """Show a few words as buttons, one of which is chosen.

    Solara's own buttons do not tell a screen reader which one is chosen.
    """
    solara.v.BtnToggle(
        children=[
            solara.Button(word, attributes={"aria-pressed": "true" if word == chosen else "false"})
            for word in words
        ],
        v_model=words.index(chosen),
        on_v_model=lambda place: on_choice(words[place]),
        mandatory=True,
        dense=True,
        attributes={"role": "group", "aria-label": label},
    )


@solara.component_vue("field.vue")
def Field(
    place: str,
    name: str,
    title: str,
    low: float,
    high: float,
    step: float,
    value: float | None,
    text: str,
    help: str,
    message: str,
    words: list[str],
    event_typed: Callable[[str], None],
) -> None:
    """Show one parameter: a slider over the usual values and a box to type in, or a list of words.

    The words "false" and "true" become a box to tick. Below the field is what the parameter means,
    or what is wrong with the value.
    """


@solara.component
def StartFrom(chosen: str, on_choice: Callable[[str], None]) -> None:
    """Show the scenarios to start from, and what the chosen scenario is."""
    named = named_scenarios()
    Field(
        place="a",
        name="start",
        title="Start from",
        low=0,
        high=0,
        step=0,
        value=None,
        text=chosen,
        help=f"{about(named[chosen])} (So it is in the mean of many runs; one run can differ.)",
        message="",
        words=list(named),
        event_typed=on_choice,
    )


@solara.component
def Fields(
    place: str,
    offered: Sequence[Offered],
    settings: Settings,
    valid: Scenario,
    mistakes: Mapping[str, str],
    on_change: Callable[[str, str], None],
) -> None:
    """Show a field for each parameter.

    ``place`` is "a" or "b", as the two worlds have fields for the same parameters. If several
    policies have the same parameter, its meaning is shown once.
    """
    with solara.Div():
        said = ""
        for one in offered:
            value, words = value_of(valid, one.name), _words(one.name, valid)
            meaning = help_text(one.name, valid)
            Field(
                place=place,
                **one._asdict(),
                value=None if words else value,
                text=settings.shown(one.name, valid),
                help="" if meaning == said else meaning,
                message=mistakes.get(one.name, ""),
                words=words,
                event_typed=lambda text, name=one.name: on_change(name, text),
            )
            said = meaning


@solara.component
def More(
    title: str,
    offered: Sequence[Offered],
    settings: Settings,
    valid: Scenario,
    mistakes: Mapping[str, str],
    on_change: Callable[[str, str], None],
) -> None:
    """Show fields below a title that opens and closes them.

    At first they are open if the scenario to start from has values other than the defaults.
    """
    opened = {"open": True} if used(offered, settings.base) else {}
    with solara.v.Html(tag="details", attributes=opened):
        solara.HTML("summary", unsafe_innerHTML=title)
        Fields("a", offered, settings, valid, mistakes, on_change)


def _words(name: str, scenario: Scenario) -> list[str]:
    if name == "platform.preset":
        return list(PRESETS)
    return ["false", "true"] if described(name, scenario).type == "bool" else []
