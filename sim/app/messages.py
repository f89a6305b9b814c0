"""The messages that a browser tab may send over its web socket; all others are dropped.

The socket speaks Jupyter's protocol, in which ipyvue, ipywidgets and Solara understand far more
than the page needs; for example, ipyvue's ``create_widget`` calls any function of any module. So
only these messages pass: those that begin, resume and end a tab, a changed toggle, and the page's
own events.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Hashable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 2**16
"""The most bytes of a message; the largest message of the page has some 2,000."""
MOST_WAITING = 1_000
"""The most messages of a tab that wait; if there are more, its socket is not read."""
EVENTS: dict[str, type] = {
    "click": dict,
    "typed": str,
    "chosen": int,
    "drawn": int,
    "wanted": type(None),
}
"""The events of the page's widgets, and the type of the data of each."""
STATE: dict[str, type] = {"v_model": int, "dark_effective": bool}
"""The state of a widget that the browser may set; in Python, a ``bool`` is also an ``int``."""
LOG = logging.getLogger(__name__)


def is_allowed(message: Any) -> bool:
    """Return whether a message is one that the page sends."""
    match message:
        case {
            "header": {"msg_type": str(kind)},
            "channel": "shell" | "control",
            "content": dict(content),
            "buffers": [],
        }:
            return _is_known(kind, content)
    return False


def _is_known(kind: str, content: dict[str, Any]) -> bool:
    match kind, content:
        case (("kernel_info_request" | "comm_info_request" | "shutdown_request"), _):
            return True
        case "comm_open", {"comm_id": str(), "target_name": "solara.control"}:
            return True
        case "comm_close", {"comm_id": str()}:
            return True
        case "comm_msg", {"comm_id": str(), "data": dict(data)}:
            return _is_harmless(data)
    return False


def _is_harmless(data: dict[str, Any]) -> bool:
    match data:
        case {"method": "app-status" | "request_state"}:
            return True
        case {"method": "run", "args": dict(args)}:
            return isinstance(args.pop("dark", None), bool) and args == {
                "path": "/",
                "themes": {},
                "appName": None,
            }
        case {"method": "update", "state": dict(state)}:
            known = all(isinstance(state[name], STATE.get(name, ())) for name in state)
            return known and not data.get("buffer_paths")
        case {"method": "custom", "content": {"event": str(event), **more}}:
            kind = EVENTS.get(event, ())
            return more.keys() <= {"data"} and isinstance(more.get("data"), kind)
    return False


def subject(message: dict[str, Any]) -> Hashable:
    """Return what a message sets, if a later message that sets the same makes it superfluous.

    Returns
    -------
    Hashable
        None if every message of this kind counts, for example a click.
    """
    match message["content"]:
        case {"comm_id": comm, "data": {"method": "custom", "content": {"event": event}}}:
            return None if event == "click" else (comm, event)
        case {"comm_id": comm, "data": {"method": "update", "state": state}}:
            return (comm, *sorted(state))
    return None


class Inbox:
    """The waiting messages of a tab; if several set the same field, only the last is kept."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Hashable, Message]] = deque()
        self._changed = asyncio.Condition()

    async def put(self, message: Message, of: Hashable = None) -> None:
        """Add a message at the end; it replaces an earlier one that sets the same.

        Parameters
        ----------
        message : Message
        of : Hashable
            What the message sets, as ``subject`` returns it.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._waiting) < MOST_WAITING)
            self._forget(of)
            self._waiting.append((of, message))
            self._changed.notify_all()

    async def get(self) -> Message:
        """Wait for a message and return it."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._waiting))
            _, message = self._waiting.popleft()
            self._changed.notify_all()
        return message

    def _forget(self, of: Hashable) -> None:
        """Remove an earlier value, unless a click came after it, because the click needs it."""
        for place in reversed(range(len(self._waiting))):
            other, _ = self._waiting[place]
            if of is None or other is None:
                return
            if other == of:
                del self._waiting[place]
                return


class Messages:
    """An ASGI application that passes only allowed messages of a tab to another application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or web socket."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        inbox = Inbox()
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(_read(receive, inbox))
            await self.app(scope, inbox.get, send)
            reading.cancel()


async def _read(receive: Receive, inbox: Inbox) -> None:
    """Read a socket to its end, even while the page is busy; or it would be closed as dead."""
    while True:
        message = await receive()
        if message["type"] != "websocket.receive":
            await inbox.put(message)
            if message["type"] == "websocket.disconnect":
                return
            continue
        content = _parsed(message.get("text"))
        if is_allowed(content):
            await inbox.put(message, subject(content))
        else:
            LOG.warning("refused a message that the page itself never sends")


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None
