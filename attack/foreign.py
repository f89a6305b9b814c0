"""A foreign page: what another web page that the user has open tries against ours, in Chromium.

It asks for every route in each way that a page can, opens every web socket, and sends what Solara
and ipyvue understand. Nothing of that may be answered, be read, be done or be left on the disk.
"""

import contextlib
import functools
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.page import CHROMIUM, QUIET, Server, served

from .trials import Outcome

TAB = "00000000-0000-4000-8000-000000000000"
ROUTES = (
    *("/", "/?token=x", "/resourcez", "/readyz", "/static/main-vuetify.js", "/static/../server.py"),
    *("/static/public/x", "/static/assets/theme.js", "/static/nbextensions/x", "/favicon.ico"),
    *("/_solara/cdn/@widgetti/solara-vuetify-app@10.1.1", "/_solara/cdn/requirejs@2.3.6"),
    *("/_solara/cdn/requirejs@2.3.6/require.js", f"/_solara/api/close/{TAB}?session_id=x"),
    *("/_solara/api/evict/x", "/_solara/auth/login", "/_solara/auth/authorize"),
    *("/jupyter/api/kernels", f"/jupyter/api/kernels/{TAB}", "/jupyter/lab", "/jupyter/tree"),
    *("/jupyter/nbextensions/jupyter-vue/extension.js", "/jupyter/api/contents", "/any/page"),
)
SOCKETS = (
    f"/jupyter/api/kernels/{TAB}/channels?session_id=x",
    f"/jupyter/api/kernels/{TAB}/channels",
    "/jupyter/api/kernels/solara-id/channels?session_id=x&reconnect=1",
    "/",
    "/websocket",
    "/_solara/ws",
)
MESSAGES = (
    ("comm_open", {"comm_id": "c", "target_name": "solara.control", "data": {}}),
    ("comm_msg", {"comm_id": "c", "data": {"method": "run", "args": {"path": "/"}}}),
    ("comm_msg", {"comm_id": "*", "data": {"method": "custom", "content": "CALL"}}),
    ("execute_request", {"code": "CODE"}),
    ("comm_open", {"comm_id": "w", "target_name": "jupyter.widget", "data": {"state": {}}}),
)
SCRIPT = """
async ([host, routes, sockets, messages]) => {
  const found = {};
  const base = "http://" + host;
  const note = (name, value) => { found[name] = String(value); };
  const timed = (promise) => Promise.race([promise,
    new Promise((_, no) => setTimeout(() => no("no answer"), 8000))]);
  const element = (tag, set) => new Promise((yes, no) => {
    const made = document.createElement(tag);
    made.onload = () => yes("loaded"); made.onerror = () => no("refused");
    set(made); document.body.append(made);
  });
  for (const route of routes) {
    const url = base + route;
    const ways = {
      fetch: () => fetch(url).then((answer) => answer.text()),
      "fetch with cookies": () => fetch(url, {credentials: "include"}).then((a) => a.text()),
      post: () => fetch(url, {method: "POST", body: "x"}).then((answer) => answer.text()),
      put: () => fetch(url, {method: "PUT", headers: {"X-Script-Name": "//x"}}),
      image: () => element("img", (made) => { made.src = url; }),
      script: () => element("script", (made) => { made.src = url; }),
      style: () => element("link", (made) => { made.rel = "stylesheet"; made.href = url; }),
    };
    for (const way in ways) {
      try { await timed(ways[way]()); note(way + " " + route, "got"); }
      catch { note(way + " " + route, "refused"); }
    }
    fetch(url, {method: "POST", mode: "no-cors", body: "x"}).catch(() => 0);
    navigator.sendBeacon(url, "x");
    const frame = document.createElement("iframe");
    frame.src = url; document.body.append(frame);
  }
  for (const path of sockets) {
    try {
      await timed(new Promise((yes, no) => {
        const socket = new WebSocket("ws://" + host + path);
        socket.onerror = () => no("refused");
        socket.onopen = () => {
          for (const [kind, content] of messages) {
            const header = {msg_id: "m", msg_type: kind, session: "x"};
            socket.send(JSON.stringify({header, channel: "shell", content, buffers: [],
              metadata: {}, parent_header: {}}));
          }
          setTimeout(() => yes("open"), 500);
        };
      }));
      note("socket " + path, "got");
    } catch { note("socket " + path, "refused"); }
  }
  return found;
}
"""
NAMES = ("localhost", "127.0.0.1", "rebound.example")
"""Names by which the page may be reached; the last is one that its owner lets point here."""


@contextlib.contextmanager
def foreign(folder: Path) -> Iterator[str]:
    """Serve an empty page as another site does, and yield its address."""
    (folder / "index.html").write_text("<!doctype html><title>another site</title><body>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Print nothing."""

    handler = functools.partial(Quiet, directory=folder)
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{site.server_port}/"
    finally:
        site.shutdown()
        site.server_close()


def assets() -> dict[str, int]:
    """Return the files that the page is made of, with their times."""
    folder = Path(sys.prefix, "share", "solara")
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def attack(folder: Path, share: float = 1.0) -> list[Outcome]:
    """Try a foreign page."""
    outcome = Outcome("a foreign page")
    if not Path(CHROMIUM).exists():
        outcome.skipped = "not tried: there is no Chromium"
        return [outcome]
    written, before = folder / "written", assets()
    with served() as page, foreign(folder) as site:
        for name, found in visited(page, site, written).items():
            for way, how in found.items():
                wrong = f"{name}: {way} was answered" if how == "got" else ""
                outcome.add("refused", wrong)
        if page.ask("GET", "/")[0] != 200:
            outcome.add("", "the page does not answer")
    if written.exists():
        outcome.add("", "the foreign page has written a file")
    if assets() != before:
        outcome.add("", "files of the page have changed")
    return [outcome]


def visited(page: Server, site: str, written: Path) -> dict[str, dict[str, str]]:
    """Visit a foreign page for each name, and return what its script was answered."""
    from playwright.sync_api import sync_playwright

    props = {"filename": str(written)}
    call = {"create_widget": ["logging", "basicConfig"], "props": props, "id": "x"}
    texts = json.dumps(MESSAGES).replace('"CALL"', json.dumps(call))
    messages = json.loads(texts.replace("CODE", f"open({str(written)!r}, 'w')"))
    found = {}
    with sync_playwright() as playwright:
        rebound = "--host-resolver-rules=MAP rebound.example 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, rebound])
        context = browser.new_context()
        own = context.new_page()  # the user has the page open too, so there is a cookie
        own.goto(page.link)
        own.wait_for_selector("#numbers", timeout=60_000)
        for name in NAMES:
            tab = context.new_page()
            tab.goto(site)
            given = [f"{name}:{page.port}", ROUTES, SOCKETS, messages]
            found[name] = tab.evaluate(SCRIPT, given)
        own.reload()
        own.wait_for_selector("#numbers", timeout=60_000)
        browser.close()
    return found
