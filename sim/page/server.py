"""The server of the page: on this machine, for any number of browser tabs, without the internet."""

import contextlib
import importlib.util
import os
import socket
import threading
import webbrowser

from ..errors import InputError

SETTINGS = {
    "SOLARA_APP": "sim.page.screen",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_ASSETS_PROXY": "true",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:1/",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "invitesim",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}
"""What makes Solara serve this page, offline: the browser asks this server for every asset (the proxy), this server has them from the
package solara-assets, and an asset that is not there would be asked of nobody (port 1 of this machine)."""
NEEDED = ("solara", "solara_assets", "ipyvuetify", "uvicorn")
"""Modules of the extra ``app``."""


def serve(port: int, *, host: str = "localhost", browser: bool = True) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    port : int
        Of this machine; 0: any free one.
    host : str
        The address to listen at; ``0.0.0.0`` lets other machines in.
    browser : bool
        Whether to open the page in the browser.

    Raises
    ------
    InputError
        The extra ``app`` is not installed, or the address can't be had.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"page: {missing[0]} is not installed; must be there: pip install -e .[app], or make env"
        )
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise InputError(
            f"--port {port}: can't be had at {host} ({error.strerror or error}); must be a free one, or 0 for any"
        ) from None
    os.environ.update(SETTINGS)  # before solara is imported: it reads them only then
    import uvicorn

    _prepare()
    address = f"http://{host}:{listening.getsockname()[1]}"
    running = uvicorn.Server(
        uvicorn.Config(
            "solara.server.starlette:app", log_level="error", timeout_graceful_shutdown=1
        )
    )
    print(f"the page is at {address}  (Ctrl-C ends it)", flush=True)
    if browser:
        opening = threading.Timer(1.0, webbrowser.open, [address])
        opening.daemon = True
        opening.start()
    with contextlib.suppress(KeyboardInterrupt):  # the way to end it, no interruption
        running.run(sockets=[listening])


def _prepare() -> None:
    """Live a day, so that what must be compiled is compiled before anybody waits for it."""
    from ..scenario import Scenario
    from .worlds import Worlds

    print("preparing; the first time this takes a minute", flush=True)
    Worlds(Scenario(members=20, days=1)).live(1)
