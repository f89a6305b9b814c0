"""The server of the page: on this machine, for any number of browser tabs, without the internet."""

import contextlib
import importlib.util
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Sequence

from ..errors import InputError
from ..invocation import install

SETTINGS = {
    "SOLARA_APP": "sim.app.screen",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:1/",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "invitesim",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}
"""What makes Solara serve this page, offline: the browser asks this server for every asset (the
proxy), and ``site`` has them from the package solara-assets."""
ANY = ("0.0.0.0", "::", "")
"""Addresses that stand for all of a machine's."""
NEEDED = ("solara", "solara_assets", "ipyvuetify", "uvicorn")
"""Modules of the extra ``app``."""


def serve(
    port: int, *, host: str = "localhost", names: Sequence[str] = (), browser: bool = True
) -> None:
    """Serve the page until Ctrl-C.

    Where others than this machine can reach it, a random token in the printed link lets them in.

    Parameters
    ----------
    port : int
        Of this machine; 0: any free one.
    host : str
        The address to listen at; ``0.0.0.0`` lets other machines in.
    names : sequence of str
        What the page is reached by, besides ``localhost`` and ``host``: a request that bears
        another name is refused.
    browser : bool
        Whether to open the page in the browser.

    Raises
    ------
    InputError
        The extra ``app`` is not installed, the address can't be had, or no name is known by
        which others reach it.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(f"page: {missing[0]} is not installed; must be, by: {install('app')}")
    from . import access

    if host in ANY and not names:
        raise InputError(
            f"--host {host}: does not say how others reach the page; must come with --name NAME, "
            "as --name 192.168.1.5 or --name lab-pc.local"
        )
    access.hosts(names, port)  # a wrong name is said before a port is taken
    listening = _listening(host, port)
    port = listening.getsockname()[1]
    alone = access.is_loopback(host) and not names
    token = None if alone else secrets.token_urlsafe(24)
    reached = access.hosts([*names, *([] if host in ANY else [host])], port)
    os.environ.update(SETTINGS)  # before solara is imported: it reads them only then
    import uvicorn

    from .messages import LARGEST
    from .site import application

    app = access.Access(application(), [*reached, *access.hosts(access.LOOPBACK, port)], token)
    _prepare()
    running = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="error",
            timeout_graceful_shutdown=1,
            ws_max_size=LARGEST,
            proxy_headers=False,
            server_header=False,
        )
    )
    address = f"http://{reached[0]}" + (f"/?token={token}" if token else "")
    print(f"the page is at {address}  (Ctrl-C ends it)", flush=True)
    if browser:
        opening = threading.Timer(1.0, webbrowser.open, [address])
        opening.daemon = True
        opening.start()
    with contextlib.suppress(KeyboardInterrupt):  # the way to end it, no interruption
        running.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"--port {port}: can't be had at {host} ({error.strerror or error}); "
            "must be a free one, or 0 for any"
        ) from None


def _prepare() -> None:
    """Live a day, so that what must be compiled is compiled before anybody waits for it."""
    from ..scenario.scenario import Scenario
    from .worlds import Worlds

    print("preparing; the first time this takes a minute", flush=True)
    Worlds(Scenario(members=20, days=1)).live(1)
