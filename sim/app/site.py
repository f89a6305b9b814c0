"""The routes of the server, which are far fewer than Solara's own.

They are the page, its assets, the web socket of a tab, and a message that a tab was closed. Assets
are read from where they were installed. No request writes or removes anything, and no header
changes where the page looks for its assets.
"""

import sys
from pathlib import Path
from uuid import uuid4

from solara.server import kernel_context, server, settings
from solara.server import starlette as solara_starlette
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketClose

from ..errors import InputError
from ..invocation import pip
from .messages import Messages

CDN = (
    "@widgetti/solara-vuetify-app@10.1.1/dist",
    "font-awesome@4.5.0/css",
    "requirejs@2.3.6",
)
"""The folders of solara-assets that the page reads; their names depend on the version."""
EXTENSIONS = ("jupyter-vue", "jupyter-vuetify")
"""The folders of Jupyter extensions that the page reads."""
KERNEL = "{kernel_id:uuid}"
"""The part of a path that names a tab; each tab chooses a random name for itself."""
# without the other extensions of the user's Jupyter, which would run in the page
server.get_nbextensions = lambda: (
    [f"{name}/extension" for name in EXTENSIONS],
    {f"{name}/extension": "installed" for name in EXTENSIONS},
)
SESSION = server.COOKIE_KEY_SESSION_ID


class Assets(StaticFiles):
    """Files for a browser; source code and source maps are not served."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, follow_symlink=True)  # some installers make links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file; close a web socket."""
        answer = WebSocketClose() if scope["type"] == "websocket" else super().__call__
        await answer(scope, receive, send)

    def lookup_path(self, path: str) -> tuple[str, object]:  # type: ignore[override]
        """Return a file's path and status, with an empty path if the file is not served."""
        known = path.endswith((".css", ".js", ".png", ".svg", ".woff", ".woff2"))
        return super().lookup_path(path) if known else ("", None)


def page(request: Request) -> Response:
    """Serve the page, and give the browser a random name in a cookie.

    No tab works without this cookie.
    """
    if request.url.query:  # Solara's script would take the name of another tab from it
        return RedirectResponse("/", 303)
    answer = HTMLResponse(server.read_root("/"))
    answer.set_cookie(
        SESSION, request.cookies.get(SESSION) or str(uuid4()), httponly=True, samesite="lax"
    )
    return answer


async def tab(socket: WebSocket) -> None:
    """Serve the web socket of a tab."""
    if not socket.query_params.get("session_id"):
        await socket.close()
        return
    socket.path_params["kernel_id"] = str(socket.path_params["kernel_id"])
    await solara_starlette.kernel_connection(socket)


def closed(request: Request) -> Response:
    """Free the memory of a closed tab."""
    context = kernel_context.contexts.get(str(request.path_params["kernel_id"]))
    page_id = request.query_params.get("session_id", "")
    own = context is not None and context.session_id == request.cookies.get(SESSION)
    if own and page_id in context.page_status:
        context.page_close(page_id)
    return Response(status_code=204)


def application() -> Starlette:
    """Return the page as an ASGI application.

    Raises
    ------
    InputError
        If assets are not where they should have been installed.
    """
    cdn = settings.assets.proxy_cache_dir
    package = server.solara_static.parent
    routes: list[BaseRoute] = [
        Route("/", page, methods=["GET"]),
        Route(f"/_solara/api/close/{KERNEL}", closed, methods=["POST"]),
        WebSocketRoute(
            f"/jupyter/api/kernels/{KERNEL}/channels", tab, middleware=[Middleware(Messages)]
        ),
        Mount("/static/assets", Assets(_found(package / "assets"))),
        Mount("/static", Assets(_found(package / "static"))),
        *(Mount(f"/_solara/cdn/{name}", Assets(_found(cdn / name))) for name in CDN),
        *(Mount(f"/jupyter/nbextensions/{name}", Assets(_extension(name))) for name in EXTENSIONS),
    ]
    zipped = Middleware(GZipMiddleware, minimum_size=1_000)
    site = Starlette(routes=routes, lifespan=solara_starlette.lifespan, middleware=[zipped])
    site.router.redirect_slashes = False
    return site


def _extension(name: str) -> Path:
    own = Path(sys.prefix) / "share" / "jupyter" / "nbextensions"
    folders = [folder / name for folder in (own, *server.nbextensions_directories)]
    return _found(next((folder for folder in folders if folder.is_dir()), folders[0]))


def _found(folder: Path) -> Path:
    if not (folder.is_dir() and any(folder.iterdir())):
        raise InputError(
            f"page: {folder} is missing; must be installed again: {pip()} --force-reinstall "
            "solara-assets ipyvue ipyvuetify"
        )
    return folder
