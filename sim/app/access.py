"""Access to the server: only the page itself may send requests, under the names of this server.

With each request, a browser sends the origin of the page that makes it (``Origin``) and the name of
the server that it is sent to (``Host``), and no page can forge either. So another page that the
user has open is recognised by its origin, and a page whose name points at this machine (DNS
rebinding) is recognised by its host.
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
"""The names by which this machine reaches itself."""
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
"""The page may load only its own files, and no other page may frame it."""
ARRIVED = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>invitesim</title>'
"""A document that leads from the link to the page.

A redirect would not do: if it begins on another site, browsers do not send the cookie.
"""


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    return host == "localhost" or (
        _version(host) is not None and ipaddress.ip_address(host).is_loopback
    )


def hosts(names: Iterable[str], port: int) -> list[str]:
    """Return the ``Host`` that a browser sends for each name of this server.

    Parameters
    ----------
    names : iterable of str
        Names or addresses, each with its port if that is not ``port``.
    port : int
        The port of the server.

    Raises
    ------
    InputError
        If one of them is not a name.

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
    """Return the IP version of an address, 4 or 6, or None for a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


class Access:
    """An ASGI application that passes only requests of the page itself to another application.

    Parameters
    ----------
    app : ASGI application
        The other application.
    allowed : iterable of str
        The allowed values of ``Host``, as ``hosts`` returns them.
    token : str, optional
        A secret that a browser must send in the query of its first request.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str], token: str | None = None) -> None:
        self.app = app
        self.allowed = {*allowed}
        # browsers leave out port 80, the default of http
        self.allowed |= {host.removesuffix(":80") for host in self.allowed}
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or web socket."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        host = self._host(request)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["content-security-policy"] = POLICY.format(host=host)
            await send(message)

        answer: ASGIApp = self.app
        if host is None:
            answer = _refusal(scope, "refused: this request does not come from the page itself")
        elif self.token is not None and not self._is_known(request, host):
            if scope["type"] == "http" and self._is_token(request.query_params.get("token")):
                answer = self._arrived(host)
            else:
                answer = _refusal(scope, "open the page by the link that the server printed")
        await answer(scope, receive, send_guarded)

    def _host(self, request: HTTPConnection) -> str | None:
        """Return the host of a request, or None if it does not come from the page itself."""
        hosts = [name.lower() for name in request.headers.getlist("host")]
        if len(hosts) != 1 or hosts[0] not in self.allowed:
            return None
        own = [f"http://{hosts[0]}"]
        origins = request.headers.getlist("origin")
        return hosts[0] if not origins or [origin.lower() for origin in origins] == own else None

    def _is_known(self, request: HTTPConnection, host: str) -> bool:
        return self._is_token(request.cookies.get(_cookie(host)))

    def _is_token(self, given: str | None) -> bool:
        right = self.token or ""
        return given is not None and secrets.compare_digest(given.encode(), right.encode())

    def _arrived(self, host: str) -> HTMLResponse:
        answer = HTMLResponse(ARRIVED)
        answer.set_cookie(_cookie(host), self.token or "", httponly=True, samesite="strict")
        return answer


def _cookie(host: str) -> str:
    """Return the name of the cookie; it has the port, as all ports of a host share cookies."""
    port = PORT.search(host)
    return f"invitesim-{port.group(1) if port else 80}"


def _refusal(scope: Scope, why: str) -> ASGIApp:
    return WebSocketClose() if scope["type"] == "websocket" else PlainTextResponse(why, 403)
