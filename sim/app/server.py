"""The server of the page: it runs on this machine, for any number of tabs, without internet."""

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
    "SOLARA_APP": "sim.app.layout",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:1/",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "invitesim",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}
"""Settings of Solara for this page, which works offline.

The browser requests every asset from this server (the proxy), and ``site`` reads the assets from
the package solara-assets.
"""
ANY = ("0.0.0.0", "::", "")
"""The hosts that mean all addresses of a machine."""
NEEDED = ("solara", "solara_assets", "ipyvuetify", "uvicorn")
"""The modules of the extra ``app``."""


def serve(
    port: int, *, host: str = "localhost", names: Sequence[str] = (), browser: bool = True
) -> None:
    """Serve the page until Ctrl-C.

    If other machines can reach the page, they need the random token in the printed link.

    Parameters
    ----------
    port : int
        A port of this machine, or 0 for any free port.
    host : str
        The address to listen on; ``0.0.0.0`` lets other machines connect.
    names : sequence of str
        Names of this server besides ``localhost`` and ``host``. A request that is sent to another
        name is refused.
    browser : bool
        Whether to open the page in the browser.

    Raises
    ------
    InputError
        If the extra ``app`` is not installed, the address is not free, or other machines may
        connect but no name of this machine is given.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"page: {missing[0]} is not installed; install what the page needs by: {install('app')}"
        )
    from . import access

    if host in ANY and not names:
        raise InputError(
            f"--host {host}: other machines need a name for this one; must come with --name NAME, "
            "as --name 192.168.1.5 or --name lab-pc.local"
        )
    access.hosts(names, port)  # checks the names before it takes a port
    listening = _listening(host, port)
    port = listening.getsockname()[1]
    only_this_machine = access.is_loopback(host) and not names
    token = None if only_this_machine else secrets.token_urlsafe(24)
    hosts = access.hosts([*names, *([] if host in ANY else [host])], port)
    os.environ.update(SETTINGS)  # before solara is imported, because it reads them only then
    import uvicorn

    from .messages import LARGEST
    from .site import application

    app = access.Access(application(), [*hosts, *access.hosts(access.LOOPBACK, port)], token)
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
    address = f"http://{hosts[0]}" + (f"/?token={token}" if token else "")
    print(f"the page is at {address}  (stop it with Ctrl-C)", flush=True)
    if browser:
        opening = threading.Timer(1.0, webbrowser.open, [address])
        opening.daemon = True
        opening.start()
    with contextlib.suppress(KeyboardInterrupt):  # the usual way to stop it
        running.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"--port {port}: can't be opened at {host} ({error.strerror or error}); "
            "must be a free port, or 0 for any, and --host a name of this machine"
        ) from None


def _prepare() -> None:
    """Simulate a day, so that everything is compiled before the first user waits for it."""
    from ..scenario.scenario import Scenario
    from .comparison import Comparison

    print("preparing the page; the first time this takes up to a minute", flush=True)
    Comparison(Scenario(members=20, days=1)).run_for(1)
