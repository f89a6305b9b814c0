"""Who may ask the page for anything: itself only, under the names that it was given.

A browser sends along from which page a request comes (``Origin``) and under which name it was sent
(``Host``), and no page can forge either. So another page that the user has open is told apart by
its origin, and one whose name was made to point at this machine (DNS rebinding) by its host.
"""

import ipaddress
import re
import secrets
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ..errors import InputError

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""What this machine calls itself."""
PORT = re.compile(r":(\d+)$")
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = (
    "default-src 'self'; connect-src 'self' ws://{host}; img-src 'self' data: blob:; "
    "font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; "  # Vue compiles its templates in the browser
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load, and who may frame it: nothing and nobody but itself."""
ARRIVED = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>invitesim</title>'
"""Leads from the link to the page. Not a redirect: after one that began on another site, browsers
withhold the cookie."""


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    return host == "localhost" or (
        _version(host) is not None and ipaddress.ip_address(host).is_loopback
    )


def hosts(names: Iterable[str], port: int) -> list[str]:
    """Return what a browser sends as ``Host`` to reach the page by each name.

    Parameters
    ----------
    names : iterable of str
        Names or addresses, with a port where it is not the one listened at.
    port : int
        The port listened at.

    Raises
    ------
    InputError
        A name is none.

    Examples
    --------
    >>> hosts(["Lab-PC.local", "::1", "localhost:9000"], 8765)
    ['lab-pc.local:8765', '[::1]:8765', 'localhost:9000']
    """
    found = []
    for name in names:
        named = f"[{name}]" if _version(name) == 6 else name
        if not re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?", named):
            raise InputError(
                f"--name {name}: not a name; must be as lab-pc.local, 192.168.1.5 or localhost:9000"
            )
        found.append((named if PORT.search(named) else f"{named}:{port}").lower())
    return found


def _version(host: str) -> int | None:
    """Return 4 or 6 for an address, None for a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


class Access:
    """An ASGI application that passes on to another what the page itself asks.

    Parameters
    ----------
    app : ASGI application
    allowed : iterable of str
        What may stand in ``Host``, as ``hosts`` returns it.
    token : str, optional
        What a browser must have brought once, in the query of its first request.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str], token: str | None = None) -> None:
        self.app = app
        self.allowed = {*allowed}
        # a browser leaves out the port that http has by default
        self.allowed |= {host.removesuffix(":80") for host in self.allowed}
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or web socket."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        host = self._host(asked)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["content-security-policy"] = POLICY.format(host=host)
            await send(message)

        answer: ASGIApp = self.app
        if host is None:
            answer = _refusal(scope, "not asked by the page itself")
        elif self.token is not None and not self._is_known(asked, host):
            if scope["type"] == "http" and self._is_token(asked.query_params.get("token")):
                answer = self._arrived(host)
            else:
                answer = _refusal(scope, "open the page by the link that it printed at its start")
        await answer(scope, receive, send_guarded)

    def _host(self, asked: HTTPConnection) -> str | None:
        """Return the page's own name that a request bears, None if it comes from elsewhere."""
        named = [name.lower() for name in asked.headers.getlist("host")]
        if len(named) != 1 or named[0] not in self.allowed:
            return None
        own = [f"http://{named[0]}"]
        origins = asked.headers.getlist("origin")
        return named[0] if not origins or [origin.lower() for origin in origins] == own else None

    def _is_known(self, asked: HTTPConnection, host: str) -> bool:
        return self._is_token(asked.cookies.get(_cookie(host)))

    def _is_token(self, given: str | None) -> bool:
        right = self.token or ""
        return given is not None and secrets.compare_digest(given.encode(), right.encode())

    def _arrived(self, host: str) -> HTMLResponse:
        answer = HTMLResponse(ARRIVED)
        answer.set_cookie(_cookie(host), self.token or "", httponly=True, samesite="strict")
        return answer


def _cookie(host: str) -> str:
    """Return the cookie's name: cookies are shared by all ports of a name."""
    port = PORT.search(host)
    return f"invitesim-{port.group(1) if port else 80}"


def _refusal(scope: Scope, why: str) -> ASGIApp:
    return WebSocketClose() if scope["type"] == "websocket" else PlainTextResponse(why, 403)
